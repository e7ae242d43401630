//! `[table]` and `[layout]`: which columns in which order, and which panels at start.

use toml::de::DeValue;

use crate::dashboard::panel::Panel;
use crate::dashboard::state::Chosen;
use crate::dashboard::state::table::Column;
use crate::document::{Entry, Reader, Value, nearest};
use crate::words::strings;

/// What stands in both tables.
#[derive(Clone, Debug, Default)]
pub(super) struct Picture {
    pub(super) choice: Chosen,
    pub(super) said: Vec<Said>,
}

/// A setting of them.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) setting: &'static Setting,
    /// As it is written in the file.
    pub(super) written: String,
    pub(super) is_default: bool,
}

/// What there is to set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Columns,
    Sort,
    Reverse,
    Focus,
    Side,
    Zoom,
}

/// A setting, with its table and its name.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) table: &'static str,
    pub(super) name: &'static str,
    pub(super) part: Part,
}

/// The name of the table with the columns.
pub(super) const TABLE: &str = "table";
/// The name of the table with the panels.
pub(super) const LAYOUT: &str = "layout";

/// Every setting of both.
#[rustfmt::skip]
pub(super) const SETTINGS: [Setting; 6] = [
    Setting { table: TABLE, name: "columns", part: Part::Columns },
    Setting { table: TABLE, name: "sort", part: Part::Sort },
    Setting { table: TABLE, name: "reverse", part: Part::Reverse },
    Setting { table: LAYOUT, name: "focus", part: Part::Focus },
    Setting { table: LAYOUT, name: "side", part: Part::Side },
    Setting { table: LAYOUT, name: "zoom", part: Part::Zoom },
];

impl Part {
    /// What it is in a choice, as a setting has it.
    pub(super) fn of(self, choice: &Chosen) -> String {
        let quoted = |name: &str| format!("\"{name}\"");
        match self {
            Self::Columns => {
                let names: Vec<_> =
                    choice.columns.iter().map(|column| quoted(column.name())).collect();
                format!("[{}]", names.join(", "))
            }
            Self::Sort => quoted(choice.sort.name()),
            Self::Reverse => choice.reverse.to_string(),
            Self::Focus => quoted(choice.focus.name()),
            Self::Side => quoted(choice.side.name()),
            Self::Zoom => choice.zoom.to_string(),
        }
    }

    /// What it does, in a sentence.
    pub(super) fn sentence(self) -> &'static str {
        strings().settings.picture[self as usize]
    }

    /// What it takes, in words.
    pub(super) fn allowed(self) -> String {
        let say = &strings().settings.allowed;
        let list = |names: &[&str]| {
            names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Columns => (say.columns)(&list(&self.names())),
            Self::Sort | Self::Focus | Self::Side => (say.names)(&list(&self.names())),
            Self::Reverse | Self::Zoom => say.flag.to_owned(),
        }
    }

    /// The names that it can have.
    fn names(self) -> Vec<&'static str> {
        match self {
            Self::Columns | Self::Sort => Column::ALL.map(Column::name).into(),
            Self::Focus => Panel::ALL.map(Panel::name).into(),
            Self::Side => {
                Panel::ALL.into_iter().filter(|panel| panel.is_side()).map(Panel::name).collect()
            }
            Self::Reverse | Self::Zoom => Vec::new(),
        }
    }
}

impl Picture {
    /// Takes over what one of the two tables says.
    pub(super) fn read(
        &mut self,
        table: &'static str,
        entries: &[Entry<'_>],
        reader: &mut Reader<'_>,
    ) {
        let say = &strings().settings;
        let of_table = || SETTINGS.iter().filter(|setting| setting.table == table);
        for entry in entries {
            let name = entry.name();
            let Some(setting) = of_table().find(|setting| setting.name == name) else {
                let near = nearest(name, of_table().map(|setting| setting.name));
                reader.wrong(&entry.at(), (say.unknown)(name, near));
                continue;
            };
            let value = entry.value();
            if self.set(setting.part, value, reader).is_some() {
                let part = setting.part;
                let is_default = part.of(&self.choice) == part.of(&Chosen::default());
                let written = reader.text_of(value);
                self.said.push(Said { setting, written, is_default });
            }
        }
        let sort = entries.iter().find(|entry| table == TABLE && entry.name() == "sort");
        let hidden = !self.choice.columns.contains(&self.choice.sort);
        if let Some(entry) = sort.filter(|_| hidden) {
            reader.wrong(&entry.value().at(), (say.hidden_sort)(self.choice.sort.name()));
        }
    }

    fn set(&mut self, part: Part, value: Value<'_>, reader: &mut Reader<'_>) -> Option<()> {
        match part {
            Part::Columns => self.choice.columns = columns(value, reader)?,
            Part::Sort => self.choice.sort = column(part, value, reader)?,
            Part::Reverse => self.choice.reverse = flag(part, value, reader)?,
            Part::Zoom => self.choice.zoom = flag(part, value, reader)?,
            Part::Focus => self.choice.focus = panel(part, value, reader)?,
            Part::Side => self.choice.side = panel(part, value, reader)?,
        }
        Some(())
    }
}

/// The columns of a list: the fd is the first, and the state is there, since what is no connection
/// stands beside the one, and why one was closed in the place of the other.
fn columns(value: Value<'_>, reader: &mut Reader<'_>) -> Option<Vec<Column>> {
    let say = &strings().settings;
    let Some(values) = value.list() else { return refuse(Part::Columns, value, reader) };
    let mut all = Vec::new();
    for value in &values {
        let column = column(Part::Columns, *value, reader)?;
        if all.contains(&column) {
            reader.wrong(&value.at(), (say.column_twice)(column.name()));
            return None;
        }
        all.push(column);
    }
    if all.first() != Some(&Column::Fd) || !all.contains(&Column::State) {
        reader.wrong(&value.at(), say.columns_begin.to_owned());
        return None;
    }
    Some(all)
}

fn column(part: Part, value: Value<'_>, reader: &mut Reader<'_>) -> Option<Column> {
    let name = value.get().as_str();
    let found = Column::ALL.into_iter().find(|column| Some(column.name()) == name);
    found.or_else(|| refuse(part, value, reader))
}

fn panel(part: Part, value: Value<'_>, reader: &mut Reader<'_>) -> Option<Panel> {
    let name = value.get().as_str();
    let is_one = |panel: &Panel| Some(panel.name()) == name && part.names().contains(&panel.name());
    Panel::ALL.into_iter().find(is_one).or_else(|| refuse(part, value, reader))
}

fn flag(part: Part, value: Value<'_>, reader: &mut Reader<'_>) -> Option<bool> {
    match value.get() {
        DeValue::Boolean(on) => Some(*on),
        _ => refuse(part, value, reader),
    }
}

fn refuse<T>(part: Part, value: Value<'_>, reader: &mut Reader<'_>) -> Option<T> {
    let say = &strings().settings;
    let name = SETTINGS[part as usize].name;
    let near = value.get().as_str().and_then(|text| nearest(text, part.names()));
    let what = (say.takes)(name, &part.allowed(), &reader.written(value), near);
    reader.wrong(&value.at(), what);
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn choice(text: &str) -> Chosen {
        Settings::of(text).unwrap().picture.choice
    }

    #[test]
    fn columns_order_and_panels_are_read() {
        let text = "[table]\ncolumns = [\"fd\", \"requests\", \"state\"]\nsort = \"requests\"\n\
                    reverse = true\n[layout]\nfocus = \"stream\"\nside = \"seats\"\nzoom = true";
        let wanted = Chosen {
            columns: vec![Column::Fd, Column::Requests, Column::State],
            sort: Column::Requests,
            reverse: true,
            focus: Panel::Stream,
            side: Panel::Seats,
            zoom: true,
        };
        assert_eq!(choice(text), wanted);
        assert_eq!(choice(""), Chosen::default());
    }

    #[test]
    fn what_is_said_is_said_again_in_the_same_words() {
        let text = "[table]\ncolumns = [\"fd\", \"idle\", \"state\"]\nsort = \"idle\"\n[layout]\n\
                    focus = \"costs\"\nzoom = true";
        let settings = Settings::of(text).unwrap();
        assert_eq!(settings.picture.said.len(), 4);
        for said in &settings.picture.said {
            assert_eq!(said.setting.part.of(&settings.picture.choice), said.written);
            assert!(!said.is_default);
        }
    }

    #[test]
    fn the_settings_are_in_the_order_of_their_parts() {
        for (at, setting) in SETTINGS.iter().enumerate() {
            assert_eq!(setting.part as usize, at);
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        let wrong = |text: &str| {
            let all = Settings::of(text).unwrap_err();
            all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        for (text, told) in [
            ("[table]\ncolums = []", "2:1: There is no setting colums; the nearest is columns."),
            (
                "[table]\ncolumns = []",
                "2:11: columns begins with \"fd\", and \"state\" is among them.",
            ),
            (
                "[table]\ncolumns = [\"fd\", \"state\", \"fd\"]",
                "2:27: The column fd is there twice.",
            ),
            (
                "[table]\nsort = \"in\"\ncolumns = [\"fd\", \"state\"]",
                "2:8: The table cannot be sorted by in, which is not among its columns.",
            ),
            ("[table]\nreverse = 1", "2:11: reverse takes true or false, not 1."),
            (
                "[layout]\nside = \"stream\"",
                "2:8: side takes one of \"loop\", \"charts\", \"card\", \"seats\", \"costs\", \"code\", \"class\", not \
                 \"stream\".",
            ),
            (
                "[layout]\nfocus = \"tabel\"",
                "2:9: focus takes one of \"table\", \"loop\", \"stream\", \"charts\", \"card\", \
                 \"seats\", \"costs\", \"code\", \"class\", not \"tabel\"; the nearest is \"table\".",
            ),
        ] {
            assert_eq!(wrong(text), told, "{text}");
        }
        let told = wrong("[table]\ncolumns = [\"fd\", \"stat\"]");
        assert!(told.starts_with("2:18: columns takes a list of these: \"fd\", "), "{told}");
        assert!(told.ends_with("not \"stat\"; the nearest is \"state\"."), "{told}");
    }
}
