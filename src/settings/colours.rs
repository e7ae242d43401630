//! `[colours]`: what is to be otherwise in the theme.

use crate::dashboard::theme::Change;
use crate::dashboard::theme::look::{BACKGROUND, ROLES, Refused, parts};
use crate::dashboard::theme::shade::Shade;
use crate::document::{Entry, Reader, Value, nearest};
use crate::words::strings;

/// A piece of the screen with other colours.
#[derive(Clone, Debug)]
pub(super) struct Coloured {
    pub(super) name: String,
    pub(super) change: Change,
    /// As it is written in the file.
    pub(super) written: String,
}

/// Everything that has a colour, as the table names it.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let (text, rest) = ROLES.split_at(1);
    let name = |(name, _): &(&'static str, _)| *name;
    text.iter().map(name).chain([BACKGROUND]).chain(rest.iter().map(name))
}

/// What it is, in a sentence.
pub(super) fn sentence(name: &str) -> &'static str {
    let say = &strings().settings;
    let role = ROLES.iter().position(|(other, _)| *other == name);
    role.map_or(say.background, |at| say.roles[at])
}

/// The changes of a table.
pub(super) fn read(entries: &[Entry<'_>], reader: &mut Reader<'_>) -> Vec<Coloured> {
    entries.iter().filter_map(|entry| one(entry, reader)).collect()
}

fn one(entry: &Entry<'_>, reader: &mut Reader<'_>) -> Option<Coloured> {
    let say = &strings().settings;
    let (name, value) = (entry.name(), entry.value());
    let all = match Change::read(name, entry.raw()) {
        Ok(change) => {
            let written = reader.text_of(value);
            return Some(Coloured { name: name.to_owned(), change, written });
        }
        Err(all) => all,
    };
    for refused in all {
        let (at, what) = match refused {
            Refused::Name => (entry.at(), (say.no_piece)(name, nearest(name, names()))),
            Refused::Part(part) => {
                let near = nearest(part.get_ref(), parts());
                (part.span(), (say.no_part)(part.get_ref(), near))
            }
            Refused::Colour(part, value) => {
                let near = value.get_ref().as_str().and_then(|text| nearest(text, Shade::names()));
                let value = Value::from(value);
                let written = reader.written(value);
                (value.at(), (say.takes)(part, say.allowed.colour, &written, near))
            }
            Refused::Switch(part, value) => {
                let value = Value::from(value);
                let written = reader.written(value);
                (value.at(), (say.takes)(part, say.allowed.flag, &written, None))
            }
        };
        reader.wrong(&at, what);
    }
    None
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;
    use crate::dashboard::theme::look::BUILT_IN;
    use crate::dashboard::theme::{Depth, Palette, Role, Theme};
    use crate::settings::Settings;

    fn coloured(text: &str) -> Vec<Change> {
        Settings::of(&format!("[colours]\n{text}")).unwrap().colours()
    }

    fn theme(palette: Palette, text: &str) -> Theme {
        Theme::new(palette, false).with(&coloured(text)).shown_in(Depth::True, false)
    }

    #[test]
    fn single_colours_of_a_theme_are_changed() {
        let theme = theme(Palette::Dark, "bad = \"#102030\"\nours = { italic = true }\nkey = 2");
        let bad = theme.style(Role::Bad);
        assert_eq!(bad.fg, Some(Color::Rgb(16, 32, 48)));
        // What is not said stays.
        assert_eq!(
            bad.add_modifier,
            Theme::new(Palette::Dark, false).style(Role::Bad).add_modifier
        );
        assert_eq!(theme.style(Role::Ours).fg, Some(Color::Rgb(130, 170, 255)));
        assert_eq!(theme.style(Role::Key).fg, Some(Color::Green));
        // The terminal's own background stays as well.
        assert_eq!(theme.style(Role::Text).bg, None);
    }

    #[test]
    fn a_background_or_text_of_ones_own_is_drawn() {
        let text = theme(Palette::Light, "background = \"#ffffff\"").style(Role::Text);
        assert_eq!(
            (text.fg, text.bg),
            (Some(Color::Rgb(31, 35, 40)), Some(Color::Rgb(255, 255, 255)))
        );
        let text = theme(Palette::Dark, "text = \"white\"").style(Role::Text);
        assert_eq!((text.fg, text.bg), (Some(Color::White), Some(Color::Rgb(20, 23, 28))));
        let text = theme(Palette::Projector, "background = \"terminal\"").style(Role::Text);
        assert_eq!(text.bg, Some(Color::Reset));
    }

    #[test]
    fn without_colours_there_are_none() {
        let theme = theme(Palette::Mono, "bad = \"red\"\nbackground = \"blue\"");
        assert!(ROLES.iter().all(|(_, role)| theme.style(*role).fg.is_none()));
        assert_eq!(theme.style(Role::Text).bg, None);
    }

    #[test]
    fn the_files_of_the_built_in_themes_are_such_tables() {
        for (palette, file) in BUILT_IN {
            let other = theme(Palette::Projector, file).shown_in(Depth::Indexed, true);
            let built_in = Theme::new(palette, false).shown_in(Depth::Indexed, true);
            // Without colours there is nothing to take the place of others.
            let named = file.lines().filter_map(|line| line.split_once(" = ["));
            let roles: Vec<&str> = named.map(|(name, _)| name).collect();
            for (name, role) in ROLES.iter().filter(|(name, _)| roles.contains(name)) {
                assert_eq!(other.style(*role).fg, built_in.style(*role).fg, "{palette:?} {name}");
            }
        }
    }

    #[test]
    fn what_is_no_colour_is_told() {
        for (text, told) in [
            ("tetx = 1", "2:1: Nothing on the screen is called tetx; the nearest is text."),
            (
                "xyz = 1",
                "2:1: Nothing on the screen is called xyz: `epollscope config` prints all there are.",
            ),
            (
                "bad = 256",
                "2:7: bad takes \"#rrggbb\", a name such as \"light-red\", 0 to 255, or a list of \
                 these for 24 bits, 256 and 16 colours, not 256.",
            ),
            (
                "bad = \"light-rde\"",
                "2:7: bad takes \"#rrggbb\", a name such as \"light-red\", 0 to 255, or a list of \
                 these for 24 bits, 256 and 16 colours, not \"light-rde\"; the nearest is \
                 \"light-red\".",
            ),
            ("bad = { txt = 1 }", "2:9: A piece of the screen has no txt; the nearest is text."),
            ("bad = { bold = 1 }", "2:16: bold takes true or false, not 1."),
            (
                "bad = { background = true }",
                "2:22: background takes \"#rrggbb\", a name such as \"light-red\", 0 to 255, or a \
                 list of these for 24 bits, 256 and 16 colours, not true.",
            ),
        ] {
            let text = format!("[colours]\n{text}");
            let all: Vec<_> =
                Settings::of(&text).unwrap_err().iter().map(ToString::to_string).collect();
            assert_eq!(all, [told], "{text}");
        }
    }
}
