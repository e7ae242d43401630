//! What the help says, line by line: what one is looking at, its keys, then all keys, the signs, and
//! last what takes something away. Drawn by the panel of that name.

use super::id::Id;
use super::{Group, Key, all};
use crate::dashboard::panel::Panel;
use crate::words::{strings, wrap};

/// The columns that the box takes beside its text.
pub const FRAME: usize = 4;

/// The columns for the keys and for the sentences, on a screen that is so wide.
#[must_use]
pub fn columns(screen: u16) -> (usize, usize) {
    const KEY: usize = 18;
    const SENTENCE: usize = 54;
    (KEY, usize::from(screen).saturating_sub(FRAME + KEY).clamp(1, SENTENCE))
}

/// A line of the help.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HelpLine {
    /// The heading of what follows.
    Heading(String),
    /// A line of an explanation.
    Text(String),
    /// A key or a sign, and what is said of it; either may go on from the line before.
    Entry(String, String),
    /// Between two parts.
    Blank,
}

/// The keys that a panel is worked with, without those that take something away.
fn keys_of(panel: Panel) -> &'static [Id] {
    match panel {
        Panel::Table => &[
            Id::Up,
            Id::Down,
            Id::Card,
            Id::Sort,
            Id::Reverse,
            Id::Filter,
            Id::Closed,
            Id::Explain,
        ],
        Panel::Loop => &[
            Id::Pause,
            Id::StepCall,
            Id::StepTurn,
            Id::Slower,
            Id::Faster,
            Id::Server,
            Id::Explain,
        ],
        Panel::Stream => {
            &[Id::Up, Id::Last, Id::Filter, Id::Errors, Id::Own, Id::Time, Id::Explain]
        }
        Panel::Charts => &[Id::Zoom, Id::Freeze, Id::Server, Id::Explain],
        Panel::Card => &[Id::Up, Id::Down, Id::Card, Id::Reading, Id::Explain],
        Panel::Code => {
            &[Id::Up, Id::Card, Id::Filter, Id::Textbook, Id::Pause, Id::StepCall, Id::Explain]
        }
        Panel::Class => {
            &[Id::Down, Id::Join, Id::Serve, Id::Votes, Id::Burst, Id::Mute, Id::SendAway]
        }
        Panel::Seats | Panel::Costs => &[Id::Up, Id::Down, Id::Zoom, Id::Server, Id::Explain],
    }
}

fn is_found(key: &Key, search: &str) -> bool {
    let search = search.trim().to_lowercase();
    key.sentence().to_lowercase().contains(&search)
        || key.texts().label.to_lowercase().contains(&search)
        || key.in_force().iter().any(|press| press.label() == search)
}

/// The signs that a search finds, each with its spelling in ASCII and its meaning.
fn signs(search: &str) -> impl Iterator<Item = &'static [&'static str; 3]> {
    let search = search.trim().to_lowercase();
    strings().boxes.signs.iter().filter(move |[sign, ascii, meaning]| {
        meaning.contains(&search) || *sign == search || *ascii == search
    })
}

/// A name and a sentence beside it, each broken between words, in the columns that they have.
fn entry(name: &str, sentence: &str, screen: u16) -> Vec<HelpLine> {
    let (key, width) = columns(screen);
    let (names, sentences) = (wrap(name, key - 1), wrap(sentence, width));
    let line = |of: &[String], at: usize| of.get(at).cloned().unwrap_or_default();
    let rows = (0..names.len().max(sentences.len()))
        .map(|at| HelpLine::Entry(line(&names, at), line(&sentences, at)));
    rows.collect()
}

/// A heading and what stands under it; nothing where there is nothing.
fn part(heading: String, lines: Vec<HelpLine>) -> impl Iterator<Item = HelpLine> {
    let some = !lines.is_empty();
    let head = some.then_some(HelpLine::Heading(heading));
    head.into_iter().chain(lines).chain(some.then_some(HelpLine::Blank))
}

/// The help for one who looks at that panel, on a screen that is so wide; where something is
/// searched for, what is found of it.
#[must_use]
pub fn lines(search: &str, panel: Panel, screen: u16, ascii: bool) -> Vec<HelpLine> {
    let say = &strings().boxes;
    let of_key = |key: &Key| entry(&key.presses(), key.sentence(), screen);
    let group = |group: Group| {
        let found = all().filter(|key| key.group == group && is_found(key, search));
        part(group.label().to_owned(), found.flat_map(of_key).collect())
    };
    let mut lines = Vec::new();
    if search.trim().is_empty() {
        let (key, sentence) = columns(screen);
        let text = wrap(say.explains[panel as usize], key + sentence);
        let mut own: Vec<HelpLine> = text.into_iter().map(HelpLine::Text).collect();
        for id in keys_of(panel) {
            own.extend(all().filter(|key| key.id == *id).flat_map(of_key));
        }
        let label = panel.label();
        let label = if ascii { label.replace('→', "->") } else { label.to_owned() };
        lines.extend(part((say.looking_at)(&label), own));
    }
    lines.extend(Group::ALL.into_iter().filter(|of| *of != Group::Taking).flat_map(group));
    let signs = signs(search).flat_map(|[sign, letter, meaning]| {
        entry(if ascii { letter } else { sign }, meaning, screen)
    });
    lines.extend(part(say.the_signs.to_owned(), signs.collect()));
    lines.extend(group(Group::Taking));
    lines
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn names(search: &str, panel: Panel) -> Vec<String> {
        let lines = lines(search, panel, 80, false);
        let name = |line| match line {
            HelpLine::Entry(name, _) if !name.is_empty() => Some(name),
            _ => None,
        };
        lines.into_iter().filter_map(name).collect()
    }

    #[test]
    fn what_one_looks_at_comes_first_and_what_takes_away_last() {
        for panel in Panel::ALL {
            let lines = lines("", panel, 80, false);
            let HelpLine::Heading(heading) = &lines[0] else { panic!("{:?}", lines[0]) };
            assert!(heading.contains(panel.label()), "{heading}");
            assert!(matches!(lines[1], HelpLine::Text(_)), "{panel:?}");
            let names = names("", panel);
            let first = all().find(|key| key.id == keys_of(panel)[0]).unwrap();
            assert_eq!(names[0], first.presses());
            for key in all() {
                let name = &wrap(&key.presses(), columns(80).0 - 1)[0];
                assert!(names.contains(name), "{name}");
            }
            for [sign, ..] in strings().boxes.signs {
                assert!(names.iter().any(|name| name == sign), "{sign}");
            }
            let drop = names.iter().position(|name| name == "x").unwrap();
            let sign = names.iter().position(|name| name == "◆").unwrap();
            assert!(sign < drop, "the signs stand before what takes away");
            for id in keys_of(panel) {
                let key = all().find(|key| key.id == *id).unwrap();
                assert!(key.group != Group::Taking, "{id:?}");
            }
        }
    }

    #[test]
    fn a_circle_has_a_letter_for_each_meaning() {
        let signs = strings().boxes.signs.iter();
        let mut letters: Vec<_> =
            signs.filter(|[sign, ..]| *sign == "○").map(|[_, letter, _]| letter).collect();
        letters.sort_unstable();
        assert_eq!(letters, [&"n", &"o", &"q"]);
    }

    #[test]
    fn a_search_finds_keys_and_signs_and_explains_no_panel() {
        assert_eq!(names("hang up", Panel::Table), ["d"]);
        assert!(lines("zzz", Panel::Table, 80, false).is_empty());
        let found = lines("drop", Panel::Loop, 80, false);
        assert!(!found.iter().any(|line| matches!(line, HelpLine::Text(_))), "{found:?}");
    }

    #[test]
    fn it_fits_at_any_width() {
        for width in 40..140 {
            let (key, sentence) = columns(width);
            for line in Panel::ALL.into_iter().flat_map(|panel| lines("", panel, width, true)) {
                match line {
                    HelpLine::Text(text) => assert!(text.width() <= key + sentence),
                    HelpLine::Entry(name, text) => {
                        assert!(name.width() < key && name.is_ascii(), "{name}");
                        assert!(text.width() <= sentence, "{text}");
                    }
                    HelpLine::Heading(text) => assert!(text.is_ascii(), "{text}"),
                    HelpLine::Blank => {}
                }
            }
        }
    }
}
