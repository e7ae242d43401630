//! What the card that explains one thing says, line by line, and how large it is. Drawn by the panel of
//! that name.

use super::{all, name};
use crate::dashboard::state::explain::thing::Thing;
use crate::words::{strings, wrap};

/// The columns for the labels.
pub const LABEL: usize = 10;

/// The columns and rows that the card takes beside its text: border, margin, the line of its keys.
const FRAME: (u16, u16) = (4, 4);
/// Its columns where the screen has more.
const WIDTH: u16 = 76;
/// The rows that it leaves to what it explains, where there are enough.
const LEFT: u16 = 6;
/// Its least rows.
const LEAST: u16 = 9;
/// From this width on labels stand beside their text.
const BESIDE: usize = 50;

/// A line of the card.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// What it is.
    What(String),
    /// What follows, on a line of its own.
    Label(&'static str),
    /// The label or nothing, and the text beside it.
    Beside(&'static str, String),
}

/// A text with the keys in force in place of their names: `{pause}`.
fn with_keys(text: &str) -> String {
    let mut parts = text.split('{');
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (named, rest) = part.split_once('}').unwrap_or((part, ""));
        match all().find(|key| key.name == named) {
            Some(key) => said.push_str(&name(key.id)),
            None => said.push_str(named),
        }
        said.push_str(rest);
    }
    said
}

/// What is said of a thing, in lines of so many columns.
#[must_use]
pub fn lines(thing: Thing, width: usize) -> Vec<Line> {
    let (says, labels) = (thing.says(), &strings().explain.labels);
    let mut lines: Vec<Line> = wrap(says.what, width).into_iter().map(Line::What).collect();
    let beside = width >= BESIDE;
    let room = width.saturating_sub(if beside { LABEL } else { 0 });
    let pieces = [
        (labels.how, says.how),
        (labels.normal, says.normal),
        (labels.tries, says.tries),
        (labels.read, says.read),
    ];
    for (label, text) in pieces {
        let rows = wrap(&with_keys(text), room);
        if beside {
            let labels = std::iter::once(label).chain(std::iter::repeat(""));
            lines.extend(labels.zip(rows).map(|(label, row)| Line::Beside(label, row)));
        } else {
            lines.push(Line::Label(label));
            lines.extend(rows.into_iter().map(Line::What));
        }
    }
    lines
}

/// The columns of the card and of its text on a screen that is so wide.
fn width(screen: u16) -> (u16, usize) {
    // A sliver of the picture at both sides would look like dirt.
    let width = if screen < WIDTH + 6 { screen } else { WIDTH };
    (width, width.saturating_sub(FRAME.0).into())
}

/// The columns and rows of the card on a screen of that size.
#[must_use]
pub fn size(thing: Thing, screen: (u16, u16)) -> (u16, u16) {
    let (columns, text) = width(screen.0);
    let needs = u16::try_from(lines(thing, text).len()).unwrap_or(u16::MAX);
    let most = screen.1.saturating_sub(LEFT).max(LEAST).min(screen.1);
    (columns, needs.saturating_add(FRAME.1).min(most))
}

/// How many lines of its text have room.
#[must_use]
pub fn rows(thing: Thing, screen: (u16, u16)) -> usize {
    size(thing, screen).1.saturating_sub(FRAME.1).max(1).into()
}

/// How many have none.
#[must_use]
pub fn hidden(thing: Thing, screen: (u16, u16)) -> usize {
    let (_, text) = width(screen.0);
    lines(thing, text).len().saturating_sub(rows(thing, screen))
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::words::{Language, walk};

    /// Every thing in every language.
    fn everything(mut check: impl FnMut(Thing)) {
        for language in [Language::English, Language::Chinese] {
            language.speak();
            Thing::all().for_each(&mut check);
        }
        Language::English.speak();
    }

    #[test]
    fn the_table_is_whole_in_both_languages() {
        everything(|thing| {
            let says = thing.says();
            let chinese = Language::spoken() == Language::Chinese;
            let ends = |text: &str| text.ends_with(if chinese { '。' } else { '.' });
            for text in [says.what, says.how, says.normal, says.tries] {
                assert!(ends(text) && text.chars().count() > 3, "{thing:?}: {text}");
                assert!(chinese || text.is_ascii(), "{thing:?}: {text}");
            }
            assert!(!thing.name().is_empty() && !ends(thing.name()), "{thing:?}");
            assert!(says.read.contains(')') || says.read.contains("RFC "), "{}", says.read);
            assert!(!ends(says.read), "{thing:?}");
        });
    }

    #[test]
    fn both_languages_name_the_same_keys_and_the_same_pages_to_read() {
        let named = |text: &str| {
            let mut keys: Vec<String> = text
                .split('{')
                .skip(1)
                .map(|rest| rest.split('}').next().unwrap_or_default().to_owned())
                .collect();
            keys.sort();
            keys.dedup();
            keys
        };
        let pages = |text: &str| {
            let letters = text.chars().map(|c| if c.is_ascii() { c } else { ' ' });
            let words: String = letters.collect();
            let is_word = |c: char| c.is_ascii_alphanumeric() || "_().".contains(c);
            let all = words.split(|c| !is_word(c)).filter(|w| !w.is_empty());
            let kept = all.filter(|word| !["section", "sections", "and"].contains(word));
            kept.map(str::to_owned).collect::<Vec<_>>()
        };
        for thing in Thing::all() {
            let english = thing.says();
            Language::Chinese.speak();
            let chinese = thing.says();
            Language::English.speak();
            for key in named(english.tries) {
                assert!(all().any(|other| other.name == key), "{thing:?}: {key}");
            }
            assert_eq!(named(english.tries), named(chinese.tries), "{thing:?}");
            assert_eq!(pages(english.read), pages(chinese.read), "{thing:?}");
            for text in [english.what, english.how, english.normal, english.read] {
                assert!(named(text).is_empty(), "{text}");
            }
        }
    }

    #[test]
    fn no_card_has_an_english_word_in_chinese() {
        for thing in Thing::all() {
            // Of --max-per-address, of /proc, of the code, and of a command.
            let kept = [
                "per", "address", "RssAnon", "RssShmem", "client", "textbook", "NAME", "Python",
                "run", "history",
            ];
            walk(&kept, || {
                let said = lines(thing, 72).into_iter().map(|line| match line {
                    Line::What(text) | Line::Beside(_, text) => text + "\n",
                    Line::Label(label) => label.to_owned(),
                });
                said.collect::<String>() + thing.name()
            });
        }
    }

    #[test]
    fn all_of_it_is_seen_by_scrolling() {
        everything(|thing| {
            for screen in [(40, 8), (44, 14), (80, 24), (120, 36), (200, 50)] {
                let (columns, high) = size(thing, screen);
                assert!(columns <= screen.0 && high <= screen.1, "{thing:?} on {screen:?}");
                let (_, text) = width(screen.0);
                let all = lines(thing, text);
                assert_eq!(all.len(), rows(thing, screen).min(all.len()) + hidden(thing, screen));
                for line in all {
                    let wide = match &line {
                        Line::What(text) => text.width(),
                        Line::Label(label) => label.width(),
                        Line::Beside(label, text) => {
                            assert!(label.width() < LABEL, "{label}");
                            LABEL + text.width()
                        }
                    };
                    assert!(wide <= text, "{thing:?} on {screen:?}: {line:?}");
                }
            }
        });
    }

    #[test]
    fn keys_that_settings_give_are_named() {
        let mut bindings = super::super::Bindings::default();
        let press = super::super::Press::parse("F5").unwrap();
        bindings.give(super::super::Id::Pause, vec![press]);
        bindings.put_in_force();
        assert_eq!(with_keys("{pause}, then {step-call}; {none}."), "F5, then s; none.");
    }
}
