//! What is chosen in the program, saved in the settings file: comments, and what is not changed, stay
//! as they are.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::picture::SETTINGS;
use super::place::{self, Source, Unread};
use super::{Merged, Settings};
use crate::dashboard::Notice;
use crate::dashboard::state::Chosen;
use crate::words::{Language, plain, strings};

/// What saves.
#[derive(Debug)]
pub struct Saver {
    source: Source,
    /// What the command line said: the theme, the language.
    given: Vec<(&'static str, String)>,
    /// What was spoken at start.
    spoken: Language,
}

/// Why nothing is saved: a sentence.
type Sentence = String;

impl Merged {
    /// What saves, from now on; `None` where there is no place for it.
    #[must_use]
    pub fn saver(&self) -> Option<Saver> {
        let source = self.source.clone()?;
        let theme = self.cli.theme.to_possible_value();
        let lang = self.cli.lang.to_possible_value();
        let given = [("theme", theme), ("lang", lang)].into_iter().filter_map(|(name, value)| {
            let value = value.filter(|_| self.is_given(name))?;
            Some((name, value.get_name().to_owned()))
        });
        Some(Saver { source, given: given.collect(), spoken: Language::spoken() })
    }
}

impl Saver {
    /// Where it saves.
    #[must_use]
    pub fn path(&self) -> String {
        self.source.path.display().to_string()
    }

    /// Saves that, and says what came of it.
    pub fn save(&mut self, choice: &Chosen) -> Notice {
        self.try_save(choice).unwrap_or_else(Notice::NotSaved)
    }

    fn try_save(&mut self, choice: &Chosen) -> Result<Notice, Sentence> {
        let say = &strings().settings;
        let Source { path, text } = &self.source;
        let (path, shown) = (path.clone(), self.path());
        let failed = |error: &io::Error| (say.unsaved)(&shown, &plain(error));
        let there = place::read(&path).map_err(|unread| match unread {
            Unread::Failed(error) => failed(&error),
            Unread::TooLong(_) | Unread::NotText(_) => (say.changed)(&shown),
        })?;
        if there != *text {
            return Err((say.changed)(&shown));
        }
        let old = text.as_deref().unwrap_or_default();
        let new = edited(old, choice, &self.options()).ok_or_else(|| (say.not_edited)(&shown))?;
        if new == old {
            return Ok(Notice::NothingToSave { path: shown });
        }
        let backup = replace(&path, there.is_some(), &new).map_err(|error| failed(&error))?;
        self.source.text = Some(new);
        // What was said at start is said there now.
        self.given.clear();
        self.spoken = Language::spoken();
        let name = |path: &PathBuf| Some(path.file_name()?.to_string_lossy().into_owned());
        Ok(Notice::Saved { path: shown, backup: backup.as_ref().and_then(name) })
    }

    /// Options that are not as they were at start.
    fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = self.given.clone();
        let spoken = Language::spoken();
        if spoken != self.spoken {
            let name = match spoken {
                Language::English => "en",
                Language::Chinese => "zh",
            };
            options.retain(|(option, _)| *option != "lang");
            options.push(("lang", name.to_owned()));
        }
        options
    }
}

/// The text with what is chosen; `None` where that cannot be put into it.
fn edited(old: &str, choice: &Chosen, options: &[(&str, String)]) -> Option<String> {
    let before = Settings::of(old).ok()?.picture.choice;
    let mut document: DocumentMut = old.parse().ok()?;
    let default = Chosen::default();
    for setting in &SETTINGS {
        let value = setting.part.of(choice);
        if value == setting.part.of(&before) {
            continue;
        }
        let table = document.entry(setting.table).or_insert(Item::Table(Table::new()));
        let table = table.as_table_like_mut()?;
        // What is as by default need not stand there, but may.
        if table.contains_key(setting.name) || value != setting.part.of(&default) {
            put(table, setting.name, value.parse().ok()?);
        }
    }
    for (name, value) in options {
        let there = document.get(name).and_then(Item::as_str);
        if there != Some(value) {
            put(document.as_table_mut(), name, Value::from(value));
        }
    }
    let new = document.to_string();
    let after = Settings::of(&new).ok()?.picture.choice;
    let same = SETTINGS.iter().all(|setting| setting.part.of(&after) == setting.part.of(choice));
    same.then_some(new)
}

/// Sets one; what stands around it stays.
fn put(table: &mut dyn TableLike, name: &str, mut new: Value) {
    if let Some(old) = table.get_mut(name).and_then(Item::as_value_mut) {
        *new.decor_mut() = old.decor().clone();
        *old = new;
    } else {
        table.insert(name, Item::Value(new));
    }
}

/// Writes a file in the place of another, which is kept under the name that is returned. Whoever reads
/// meanwhile finds the one or the other, whole.
fn replace(path: &Path, is_there: bool, text: &str) -> io::Result<Option<PathBuf>> {
    let beside = |path: &Path, ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    // A link stays one.
    let real = if is_there { fs::canonicalize(path)? } else { path.to_owned() };
    let (fresh, backup) = (beside(&real, ".new"), beside(path, ".bak"));
    let written = || {
        let mut file = File::create(&fresh)?;
        file.write_all(text.as_bytes())?;
        if is_there {
            file.set_permissions(fs::metadata(&real)?.permissions())?;
            fs::copy(&real, &backup)?;
        }
        file.sync_all()?;
        fs::rename(&fresh, &real)
    };
    written().inspect_err(|_| {
        // It may not have been made.
        let _ = fs::remove_file(&fresh);
    })?;
    Ok(is_there.then_some(backup))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::dashboard::panel::Panel;
    use crate::dashboard::state::table::Column;

    const FILE: &str = "# mine\nfps = 20 # slow\n\n[table] # columns\n# why\nsort = 'idle' # see\n\n\
                        [keys]\npause = \"F5\"\n";

    fn chosen() -> Chosen {
        Chosen {
            sort: Column::Requests,
            reverse: true,
            focus: Panel::Seats,
            side: Panel::Seats,
            ..Chosen::default()
        }
    }

    fn saver(folder: &TempDir, text: Option<&str>) -> Saver {
        let path = folder.path().join("config.toml");
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        let source = Source { path, text: text.map(str::to_owned) };
        Saver { source, given: Vec::new(), spoken: Language::spoken() }
    }

    fn stands(saver: &Saver) -> String {
        fs::read_to_string(&saver.source.path).unwrap()
    }

    #[test]
    fn what_is_chosen_is_put_in_and_all_else_stays() {
        let wanted = "# mine\nfps = 20 # slow\n\n[table] # columns\n# why\nsort = \"requests\" # see\n\
                      reverse = true\n\n[keys]\npause = \"F5\"\n\n[layout]\nfocus = \"seats\"\n\
                      side = \"seats\"\n";
        let new = edited(FILE, &chosen(), &[]).unwrap();
        assert_eq!(new, wanted);
        assert_eq!(Settings::of(&new).unwrap().picture.choice, chosen());
        // What was said before stays said, by default or not.
        let back = edited(&new, &Chosen::default(), &[]).unwrap();
        assert_eq!(Settings::of(&back).unwrap().picture.choice, Chosen::default());
        assert!(back.contains("sort = \"fd\" # see\nreverse = false\n"), "{back}");
    }

    #[test]
    fn what_is_as_in_the_file_changes_nothing() {
        let choice = Settings::of(FILE).unwrap().picture.choice;
        assert_eq!(edited(FILE, &choice, &[]).unwrap(), FILE);
        let page = crate::settings::page();
        assert_eq!(edited(&page, &Chosen::default(), &[]).unwrap(), page);
        assert_eq!(edited("", &Chosen::default(), &[]).unwrap(), "");
        let text = "lang = 'zh'\n";
        assert_eq!(edited(text, &Chosen::default(), &[("lang", "zh".into())]).unwrap(), text);
    }

    #[test]
    fn the_default_file_takes_every_choice() {
        let page = crate::settings::page();
        let columns = vec![Column::Fd, Column::State, Column::Requests];
        let choice = Chosen { columns, zoom: true, ..chosen() };
        let options = [("theme", "light".to_owned()), ("lang", "zh".to_owned())];
        let new = edited(&page, &choice, &options).unwrap();
        assert_eq!(Settings::of(&new).unwrap().picture.choice, choice);
        let comments = |text: &str| text.lines().filter(|line| line.starts_with('#')).count();
        assert_eq!(comments(&new), comments(&page));
        // One line more: the columns stood there as an example.
        assert_eq!(new.lines().count(), page.lines().count() + 1);
        assert!(new.contains("\ntheme = \"light\"\n") && new.contains("\nlang = \"zh\"\n"));
    }

    #[test]
    fn tables_may_be_written_in_other_ways() {
        for text in
            ["table.sort = 'idle'", "table = { sort = 'idle' }", "[table]\n\"sort\" = 'idle'"]
        {
            let new = edited(text, &chosen(), &[]).unwrap();
            assert_eq!(Settings::of(&new).unwrap().picture.choice, chosen(), "{new}");
        }
    }

    #[test]
    fn the_old_file_is_kept_and_the_new_one_is_whole() {
        let folder = TempDir::new().unwrap();
        let mut saver = saver(&folder, Some(FILE));
        let Notice::Saved { backup: Some(backup), .. } = saver.save(&chosen()) else { panic!() };
        assert_eq!(fs::read_to_string(folder.path().join(backup)).unwrap(), FILE);
        assert_eq!(Settings::of(&stands(&saver)).unwrap().picture.choice, chosen());
        assert!(matches!(saver.save(&chosen()), Notice::NothingToSave { .. }));
        assert!(matches!(saver.save(&Chosen::default()), Notice::Saved { .. }));
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
        names.sort_by_key(fs::DirEntry::file_name);
        let names: Vec<_> = names.iter().map(fs::DirEntry::file_name).collect();
        assert_eq!(names, ["config.toml", "config.toml.bak"]);
    }

    #[test]
    fn where_there_is_no_file_one_is_made_with_its_folder() {
        let folder = TempDir::new().unwrap();
        let mut saver = saver(&folder, None);
        saver.source.path = folder.path().join("a/b/config.toml");
        assert!(matches!(saver.save(&Chosen::default()), Notice::NothingToSave { .. }));
        assert!(matches!(saver.save(&chosen()), Notice::Saved { backup: None, .. }));
        assert_eq!(Settings::of(&stands(&saver)).unwrap().picture.choice, chosen());
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = TempDir::new().unwrap();
        let mut saver = saver(&folder, Some(FILE));
        let link = folder.path().join("link.toml");
        std::os::unix::fs::symlink("config.toml", &link).unwrap();
        saver.source.path = link.clone();
        assert!(matches!(saver.save(&chosen()), Notice::Saved { .. }));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let real = fs::read_to_string(folder.path().join("config.toml")).unwrap();
        assert_eq!(Settings::of(&real).unwrap().picture.choice, chosen());
    }

    #[test]
    fn a_file_that_has_changed_meanwhile_is_left_alone() {
        let folder = TempDir::new().unwrap();
        let mut saver = saver(&folder, Some(FILE));
        for other in ["fps = 9\n", "fps = \n"] {
            fs::write(&saver.source.path, other).unwrap();
            let Notice::NotSaved(told) = saver.save(&chosen()) else { panic!() };
            assert!(told.contains("has changed since it was read"), "{told}");
            assert_eq!(stands(&saver), other);
        }
        fs::remove_file(&saver.source.path).unwrap();
        assert!(matches!(saver.save(&chosen()), Notice::NotSaved(_)));
        assert!(!saver.source.path.exists());
    }

    #[test]
    fn what_cannot_be_written_is_told_in_a_sentence() {
        let folder = TempDir::new().unwrap();
        let mut saver = saver(&folder, Some(FILE));
        saver.source = Source { path: saver.source.path.join("config.toml"), text: None };
        let Notice::NotSaved(told) = saver.save(&chosen()) else { panic!() };
        assert!(
            told.starts_with("The settings were not saved in /") && told.ends_with('.'),
            "{told}"
        );
    }

    #[test]
    fn a_language_that_was_changed_is_saved() {
        let folder = TempDir::new().unwrap();
        let mut saver = saver(&folder, Some("fps = 20\n"));
        Language::Chinese.speak();
        assert!(matches!(saver.save(&Chosen::default()), Notice::Saved { .. }));
        assert_eq!(stands(&saver), "fps = 20\nlang = \"zh\"\n");
        assert!(matches!(saver.save(&Chosen::default()), Notice::NothingToSave { .. }));
        Language::English.speak();
        assert!(matches!(saver.save(&Chosen::default()), Notice::Saved { .. }));
        assert_eq!(stands(&saver), "fps = 20\nlang = \"en\"\n");
    }
}
