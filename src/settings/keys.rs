//! `[keys]`: which keys are given to which actions.

use std::ops::Range;

use toml::de::DeValue;

use crate::dashboard::keys::{self, Bindings, Id, Key, NoPress, Press};
use crate::document::{Entry, Reader, Value, nearest};
use crate::words::strings;

/// Keys that are given to an action.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) key: &'static Key,
    presses: Vec<(Press, Range<usize>)>,
    /// As it is written in the file.
    pub(super) written: String,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = {}", self.key.name, self.written)
    }
}

impl Given {
    fn presses(&self) -> impl Iterator<Item = Press> {
        self.presses.iter().map(|(press, _)| *press)
    }

    /// Whether they are those that it has anyway.
    pub(super) fn is_default(&self) -> bool {
        self.presses().eq(self.key.presses.iter().copied())
    }
}

/// What is given otherwise than it is declared.
pub(super) fn bindings(all: &[Given]) -> Bindings {
    let mut bindings = Bindings::default();
    for given in all.iter().filter(|given| !given.is_default()) {
        bindings.give(given.key.id, given.presses().collect());
    }
    bindings
}

/// Keys as a setting has them: `"x"`, `["p", "Space"]`, `[]`.
pub(super) fn spelled(presses: &[Press]) -> String {
    let spelled: Vec<String> =
        presses.iter().map(|press| format!("\"{}\"", press.spelling())).collect();
    match spelled.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

/// The keys that a table gives.
pub(super) fn read(entries: &[Entry<'_>], reader: &mut Reader<'_>) -> Vec<Given> {
    let mut all: Vec<Given> = Vec::new();
    for entry in entries {
        all.extend(action(entry, reader));
    }
    for (at, given) in all.iter().enumerate() {
        for (press, place) in &given.presses {
            if let Some(what) = clash(given.key, *press, &all, at) {
                reader.wrong(place, what);
            }
        }
    }
    all
}

/// The keys of one action.
fn action(entry: &Entry<'_>, reader: &mut Reader<'_>) -> Option<Given> {
    let say = &strings().settings;
    let (name, value) = (entry.name(), entry.value());
    let Some(key) = keys::every().find(|key| key.name == name) else {
        let near = nearest(name, keys::every().map(|key| key.name));
        reader.wrong(&entry.at(), (say.no_action)(name, near));
        return None;
    };
    let values = value.list().unwrap_or_else(|| vec![value]);
    let mut presses: Vec<(Press, Range<usize>)> = Vec::new();
    for value in &values {
        match press(key, *value, reader) {
            Ok(press) if presses.iter().any(|(other, _)| *other == press) => {
                reader.wrong(&value.at(), (say.key_twice)(&press.spelling(), name));
            }
            Ok(press) => presses.push((press, value.at())),
            Err(what) => reader.wrong(&value.at(), what),
        }
    }
    if key.id == Id::QuitNow && !presses.iter().any(|(press, _)| press.is_quit_now()) {
        reader.wrong(&value.at(), (say.ctrl_c)(name));
    }
    Some(Given { key, presses, written: reader.text_of(value) })
}

/// A key; where there is none, why.
fn press(key: &Key, value: Value<'_>, reader: &Reader<'_>) -> Result<Press, String> {
    let say = &strings().settings;
    let DeValue::String(text) = value.get() else {
        let allowed = say.allowed.keys;
        return Err((say.takes)(key.name, allowed, &reader.written(value), None));
    };
    match Press::parse(text) {
        Ok(press) if press.is_quit_now() && key.id != Id::QuitNow => Err((say.ctrl_c)(key.name)),
        Ok(press) => Ok(press),
        Err(NoPress::Twin(same)) => Err((say.twin)(text, same)),
        Err(NoPress::Unknown) => {
            let near = nearest(text, Press::names()).filter(|_| text.chars().count() > 1);
            Err((say.no_key)(&reader.written(value), near))
        }
    }
}

/// What is wrong with giving a key to an action, if another has it. Of two in the file it is told of the
/// one below.
fn clash(key: &Key, press: Press, all: &[Given], at: usize) -> Option<String> {
    let say = &strings().settings;
    let others = keys::every().filter(|other| other.id != key.id && other.meets(key));
    for other in others {
        let place = all.iter().position(|given| given.key.id == other.id);
        let spelling = press.spelling();
        match place {
            Some(place) if place < at && all[place].presses().any(|other| other == press) => {
                return Some((say.key_of_both)(&spelling, other.name, key.name));
            }
            None if other.presses.contains(&press) => {
                return Some((say.key_of_other)(&spelling, key.name, other.name));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    fn wrong(text: &str) -> Vec<String> {
        let text = format!("[keys]\n{text}");
        Settings::of(&text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_key_of_two_actions_is_told_with_both_names() {
        for (text, told) in [
            (
                "pause = \"x\"",
                "2:9: x is given to pause, and drop has it by default: give drop another key, or \
                 none by drop = [].",
            ),
            ("pause = \"F5\"\ndrop = [\"x\", \"F5\"]", "3:14: F5 is given to both pause and drop."),
            ("zoom = \"_\"\nfreeze = [\"_\"]", "3:11: _ is given to both zoom and freeze."),
            ("pause = [\"p\", \"p\"]", "2:15: p is given to pause twice."),
            // Of the terminal: on the split screen too.
            (
                "load-again = \"ctrl-l\"",
                "2:14: ctrl-l is given to load-again, and redraw has it by default: give redraw \
                 another key, or none by redraw = [].",
            ),
        ] {
            assert_eq!(wrong(text), [told], "{text}");
        }
    }

    #[test]
    fn keys_may_change_places_and_work_on_two_screens() {
        for text in [
            "pause = \"x\"\ndrop = \"p\"",
            "drop = []\npause = \"x\"",
            // One is of the split screen alone, the other of the dashboard.
            "stop-reading = \"_\"\nload-again = \"_\"",
            "quit-now = [\"ctrl-c\", \"F10\"]",
        ] {
            let text = format!("[keys]\n{text}");
            assert!(Settings::of(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_action_and_no_key_is_told() {
        for (text, told) in [
            ("puase = \"x\"", "2:1: There is no action puase; the nearest is pause."),
            (
                "xyz = \"x\"",
                "2:1: There is no action xyz: `epollscope config` prints all there are.",
            ),
            ("pause = 3", "2:9: pause takes a key, a list of keys, or [] for none, not 3."),
            (
                "pause = [\"a\", 3]",
                "2:10: a is given to pause, and client-kind has it by default: give client-kind \
                 another key, or none by client-kind = [].",
            ),
            (
                "pause = \"Spaec\"",
                "2:9: \"Spaec\" is no key: one is a single character, a name such as Enter or F5, or \
                 ctrl- and a letter; the nearest is Space.",
            ),
            ("pause = \"ctrl-i\"", "2:9: To a terminal ctrl-i is the same key as Tab: say Tab."),
            (
                "pause = \"ctrl-c\"",
                "2:9: ctrl-c always quits at once: it cannot be given to pause, nor be taken from \
                 quit-now.",
            ),
            (
                "quit-now = \"F10\"",
                "2:12: ctrl-c always quits at once: it cannot be given to another action, nor be \
                 taken from quit-now.",
            ),
        ] {
            let all = wrong(text);
            assert!(all.contains(&told.to_owned()), "{text}: {all:#?}");
        }
    }
}
