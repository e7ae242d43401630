//! Options of the command line as settings: under the same names, with the same values.

use toml::de::DeValue;

use crate::cli::{Habit, Kind, Of, habits};
use crate::document::{Entry, Reader, Value, nearest};
use crate::words::strings;

/// An option, set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Set {
    pub(super) name: String,
    /// As it would be given; of a flag, `true` or `false`.
    pub(super) value: String,
    /// As it is written in the file.
    pub(super) written: String,
    pub(super) flag: bool,
    pub(super) is_default: bool,
}

/// The options that may be set, and the tables beside them.
pub(super) struct Names {
    of: Of,
    habits: Vec<Habit>,
    tables: &'static [&'static str],
}

impl Names {
    pub(super) fn of(of: Of, tables: &'static [&'static str]) -> Self {
        Self { of, habits: habits(of), tables }
    }

    /// An option that is set; nothing, and something wrong, where it is none.
    pub(super) fn read(&self, entry: &Entry<'_>, reader: &mut Reader<'_>) -> Option<Set> {
        let say = &strings().settings;
        let (name, value) = (entry.name(), entry.value());
        let Some(habit) = self.habits.iter().find(|habit| habit.name() == name) else {
            let what = if self.of.is_said_each_time(name) {
                (say.each_time)(name)
            } else {
                let all = self.habits.iter().map(Habit::name).chain(self.tables.iter().copied());
                (say.unknown)(name, nearest(name, all))
            };
            reader.wrong(&entry.at(), what);
            return None;
        };
        let kind = habit.kind();
        let written = reader.written(value);
        let given = given(&kind, value);
        let refusal = given.as_ref().map(|given| refusal(habit, &kind, given));
        let what = match refusal {
            Some(None) => {
                let value = given.unwrap_or_default();
                let is_default =
                    habit.default().is_some_and(|default| same(&kind, &default, &value));
                let flag = kind == Kind::Flag;
                return Some(Set { name: name.to_owned(), value, written, flag, is_default });
            }
            Some(Some(why)) if matches!(kind, Kind::Number | Kind::Clients | Kind::Text) => {
                (say.refused)(name, &written, &why)
            }
            _ => {
                let near = match (&kind, &given) {
                    (Kind::Names(names), Some(given)) => {
                        nearest(given, names.iter().map(String::as_str))
                    }
                    _ => None,
                };
                (say.takes)(name, &allowed(habit), &written, near)
            }
        };
        reader.wrong(&value.at(), what);
        None
    }
}

/// A value as the command line would have it; `None` where it is of another type.
fn given(kind: &Kind, value: Value<'_>) -> Option<String> {
    match (kind, value.get()) {
        (Kind::Flag, DeValue::Boolean(on)) => Some(on.to_string()),
        (Kind::Whole | Kind::Number | Kind::Clients, DeValue::Integer(number)) => {
            // One that is too large for this is too large for all of them.
            let read = i128::from_str_radix(number.as_str(), number.radix());
            Some(read.map_or_else(|_| number.as_str().to_owned(), |number| number.to_string()))
        }
        (Kind::Number, DeValue::Float(number)) => Some(number.as_str().to_owned()),
        (Kind::Names(_) | Kind::Clients | Kind::Text, DeValue::String(text)) => {
            Some(text.clone().into_owned())
        }
        _ => None,
    }
}

/// Whether two values are the same one: 0.50 is 0.5.
fn same(kind: &Kind, one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    one == other || *kind == Kind::Number && number(one).is_some_and(|n| Some(n) == number(other))
}

/// Why the command line would not take a value.
fn refusal(habit: &Habit, kind: &Kind, given: &str) -> Option<String> {
    match kind {
        Kind::Flag => None,
        _ => habit.refusal(given),
    }
}

/// What a setting takes, in words.
pub(super) fn allowed(habit: &Habit) -> String {
    let say = &strings().settings.allowed;
    match habit.kind() {
        Kind::Flag => say.flag.to_owned(),
        Kind::Whole => {
            let (least, most) = habit.range();
            (say.whole)(least, most)
        }
        Kind::Number => say.number.to_owned(),
        Kind::Names(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            (say.names)(&names.join(", "))
        }
        Kind::Clients => say.clients.to_owned(),
        Kind::Text => say.text.to_owned(),
    }
}
