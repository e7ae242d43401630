//! The settings file: what a person sets once, instead of by options each time.
//!
//! | file | what lives there |
//! |---|---|
//! | `picture` | which columns in which order, which panels at start |
//! | `place` | where it is, and what stands in it |
//! | `colours` | what is to be otherwise in the theme |
//! | `keys` | which keys are given to which actions |
//! | `options` | options of the command line as settings |
//! | `merged` | the command line with what the settings add to it |
//! | `page` | the default file, with what each setting does |
//! | `save` | what is chosen in the program, saved |
//! | `told` | what a file changes |

mod colours;
mod keys;
mod merged;
mod options;
mod page;
mod picture;
mod place;
mod save;
mod told;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use self::colours::Coloured;
use self::keys::Given;
pub use self::merged::Merged;
use self::options::Set;
pub use self::page::page;
use self::picture::{LAYOUT, Picture, TABLE};
use self::place::{Source, Unread};
pub use self::save::Saver;
use crate::cli::{Of, SettingsFile};
use crate::dashboard::keys::Bindings;
use crate::dashboard::theme::Change;
pub use crate::document::Wrong;
use crate::document::{Document, Reader};
use crate::words::{plain, strings};

/// What a file sets.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Options of the program.
    program: Vec<Set>,
    /// Options of `compare`.
    compare: Vec<Set>,
    keys: Vec<Given>,
    colours: Vec<Coloured>,
    picture: Picture,
    /// Where they were read from; `None` where they have no place.
    source: Option<Source>,
}

/// Why there are no settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The file cannot be read: a sentence.
    Unread(String),
    /// What it says is not understood.
    Wrong(PathBuf, Vec<Wrong>),
}

impl Trouble {
    /// A sentence for each thing that is wrong, as compilers write it: `FILE:LINE:COLUMN: …`.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        match self {
            Self::Unread(sentence) => vec![sentence.clone()],
            Self::Wrong(path, all) => {
                all.iter().map(|wrong| format!("{}:{wrong}", path.display())).collect()
            }
        }
    }
}

/// The name of the table with the options of `compare`.
const COMPARE: &str = "compare";
/// The name of the table with the keys.
const KEYS: &str = "keys";
/// The name of the table with the colours: the option `theme` has the name of one for itself.
const COLOURS: &str = "colours";
/// Every table.
const TABLES: [&str; 5] = [COMPARE, KEYS, COLOURS, TABLE, LAYOUT];

impl Settings {
    /// What the file sets that the command line asks for, or the usual one where there is one.
    ///
    /// # Errors
    /// It cannot be read, or is not understood.
    pub fn load(file: &SettingsFile) -> Result<Self, Trouble> {
        match (&file.config, file.no_config) {
            (Some(path), _) => Self::read(path)?.ok_or_else(|| missing(path)),
            (None, true) => Ok(Self::default()),
            (None, false) => match usual() {
                Some(path) if is_others(&path) => Ok(Self::default()),
                Some(path) => {
                    let read = Self::read(&path)?;
                    let source = Some(Source { path, text: None });
                    Ok(read.unwrap_or_else(|| Self { source, ..Self::default() }))
                }
                None => Ok(Self::default()),
            },
        }
    }

    /// What a file sets; `None` where there is none.
    fn read(path: &Path) -> Result<Option<Self>, Trouble> {
        let say = &strings().settings;
        let shown = path.display().to_string();
        let text = match place::read(path) {
            Ok(Some(text)) => text,
            Ok(None) => return Ok(None),
            Err(Unread::Failed(error)) => {
                return Err(Trouble::Unread((say.unreadable)(&shown, &plain(&error))));
            }
            Err(Unread::TooLong(most)) => {
                return Err(Trouble::Unread((say.too_long)(&shown, most)));
            }
            Err(Unread::NotText(wrong)) => return Err(Trouble::Wrong(path.into(), vec![wrong])),
        };
        match Self::of(&text) {
            Ok(settings) => {
                let source = Some(Source { path: path.into(), text: Some(text) });
                Ok(Some(Self { source, ..settings }))
            }
            Err(wrong) => Err(Trouble::Wrong(path.into(), wrong)),
        }
    }

    /// What a text sets.
    ///
    /// # Errors
    /// Everything that is wrong with it, from top to bottom.
    pub fn of(text: &str) -> Result<Self, Vec<Wrong>> {
        let document = Document::parse(text)?;
        let mut reader = Reader::new(document.text());
        let mut settings = Self::default();
        let program = options::Names::of(Of::Program, &TABLES);
        for entry in document.entries() {
            match entry.name() {
                COMPARE => {
                    let names = options::Names::of(Of::Compare, &[]);
                    for entry in reader.table(&entry) {
                        settings.compare.extend(names.read(&entry, &mut reader));
                    }
                }
                KEYS => {
                    let entries = reader.table(&entry);
                    settings.keys = keys::read(&entries, &mut reader);
                }
                COLOURS => {
                    let entries = reader.table(&entry);
                    settings.colours = colours::read(&entries, &mut reader);
                }
                TABLE => settings.picture.read(TABLE, &reader.table(&entry), &mut reader),
                LAYOUT => settings.picture.read(LAYOUT, &reader.table(&entry), &mut reader),
                _ => settings.program.extend(program.read(&entry, &mut reader)),
            }
        }
        reader.done(settings)
    }

    /// Which keys are given to which actions, where those are others than the declared ones.
    #[must_use]
    pub fn bindings(&self) -> Bindings {
        keys::bindings(&self.keys)
    }

    /// What is to be otherwise in the theme.
    #[must_use]
    pub fn colours(&self) -> Vec<Change> {
        self.colours.iter().map(|coloured| coloured.change).collect()
    }
}

/// Where settings are read from where no other file is asked for.
#[must_use]
pub fn usual() -> Option<PathBuf> {
    place::usual(|name| std::env::var_os(name))
}

fn missing(path: &Path) -> Trouble {
    Trouble::Unread((strings().settings.missing)(&path.display().to_string()))
}

/// What a file changes, in sentences; that of the command line, or the usual one.
///
/// # Errors
/// It cannot be read, or is not understood.
pub fn check(path: Option<&Path>) -> Result<String, Trouble> {
    let say = &strings().settings;
    let (path, asked) = match path {
        Some(path) => (path.to_owned(), true),
        None => match usual() {
            Some(path) => (path, false),
            None => return Ok(format!("{}\n", say.nowhere)),
        },
    };
    match Settings::read(&path)? {
        Some(settings) => Ok(settings.told(&path)),
        None if asked => Err(missing(&path)),
        None => Ok(format!("{}\n", (say.none_there)(&path.display().to_string()))),
    }
}

/// Whether it is in a folder that this user may not enter, as with `sudo -u` where HOME is kept: then
/// the settings are somebody else's.
fn is_others(path: &Path) -> bool {
    path.metadata().is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests;
