//! The default settings file: everything as it is without one, with what each setting does.

use std::fmt::Write as _;

use super::keys::spelled;
use super::options::allowed;
use super::picture::{LAYOUT, Part, SETTINGS, Setting, TABLE};
use crate::cli::{Habit, Kind, Of, habits};
use crate::dashboard::keys::{Group, every};
use crate::dashboard::state::Chosen;
use crate::dashboard::theme::Palette;
use crate::dashboard::theme::look::BUILT_IN;
use crate::words::{strings, wrap};

/// How wide the comments are.
const WIDTH: usize = 98;

/// What stands behind a setting that is not set by default: an example.
const EXAMPLES: [(&str, &str); 4] =
    [("port", "8080"), ("max-fds", "1024"), ("write-buffer", "65536"), ("demo", "12")];

/// Some of the table's columns.
const COLUMNS: &str = "[\"fd\", \"peer\", \"state\", \"requests\", \"in\", \"out\"]";

/// The default file. What is not set by default stands in a comment, with an example.
#[must_use]
pub fn page() -> String {
    let say = &strings().settings;
    let mut text = String::new();
    for line in say.head {
        comment(&mut text, line);
    }
    // The headings in the order in which they come first.
    let all = habits(Of::Program);
    let mut headings: Vec<Option<&str>> = Vec::new();
    for habit in &all {
        if !headings.contains(&habit.heading()) {
            headings.push(habit.heading());
        }
    }
    for heading in headings {
        heading_line(&mut text, heading.unwrap_or(say.general));
        for habit in all.iter().filter(|habit| habit.heading() == heading) {
            option(&mut text, habit);
        }
    }
    picture(&mut text);
    heading_line(&mut text, say.keys);
    text.push('\n');
    for line in say.about_keys {
        comment(&mut text, line);
    }
    // A String takes everything.
    let _ = writeln!(text, "\n[{}]", super::KEYS);
    for group in Group::ALL {
        for key in every().filter(|key| key.group == group) {
            text.push('\n');
            comment(&mut text, key.sentence());
            let _ = writeln!(text, "{} = {}", key.name, spelled(key.presses));
        }
    }
    colours(&mut text);
    heading_line(&mut text, say.compare);
    let _ = writeln!(text, "\n[{}]", super::COMPARE);
    for habit in habits(Of::Compare) {
        option(&mut text, &habit);
    }
    text
}

/// The columns and the panels. All columns are too long for a line: they are an example of others.
fn picture(text: &mut String) {
    let say = &strings().settings;
    let headings = [(TABLE, say.table), (LAYOUT, say.layout)];
    for (table, heading) in headings {
        heading_line(text, heading);
        let _ = writeln!(text, "\n[{table}]");
        for Setting { name, part, .. } in SETTINGS.iter().filter(|of| of.table == table) {
            text.push('\n');
            comment(text, part.sentence());
            comment(text, &(capital(&part.allowed()) + strings().marks.stop));
            let _ = match part {
                Part::Columns => writeln!(text, "# {name} = {COLUMNS}"),
                _ => writeln!(text, "{name} = {}", part.of(&Chosen::default())),
            };
        }
    }
}

/// Every piece of the screen, with the dark theme's colours as an example.
fn colours(text: &mut String) {
    let say = &strings().settings;
    heading_line(text, say.colours);
    text.push('\n');
    for line in say.about_colours {
        comment(text, line);
    }
    let _ = writeln!(text, "\n[{}]", super::COLOURS);
    let (_, dark) = BUILT_IN[Palette::Dark as usize];
    for name in super::colours::names() {
        text.push('\n');
        comment(text, super::colours::sentence(name));
        let begin = format!("{name} = ");
        for line in dark.lines().filter(|line| line.starts_with(&begin)) {
            let _ = writeln!(text, "# {line}");
        }
    }
}

fn heading_line(text: &mut String, heading: &str) {
    let _ = writeln!(text, "\n# ── {heading} ──");
}

/// An option with what it does, what it takes and its default.
fn option(text: &mut String, habit: &Habit) {
    let (name, kind) = (habit.name(), habit.kind());
    text.push('\n');
    comment(text, &format!("{}.", habit.help()));
    if kind != Kind::Flag && kind != Kind::Text {
        comment(text, &(capital(&allowed(habit)) + strings().marks.stop));
    }
    let quoted = |value: &str| match kind {
        Kind::Names(_) | Kind::Text => format!("\"{value}\""),
        _ => value.to_owned(),
    };
    let _ = match habit.default() {
        Some(value) => writeln!(text, "{name} = {}", quoted(&value)),
        None => writeln!(text, "# {name} = {}", example(habit, quoted)),
    };
}

fn example(habit: &Habit, quoted: impl Fn(&str) -> String) -> String {
    let example = EXAMPLES.iter().find(|(name, _)| *name == habit.name());
    example.map_or_else(|| quoted(""), |(_, value)| quoted(value))
}

/// With a capital first letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A comment in lines of that width.
fn comment(text: &mut String, words: &str) {
    for line in wrap(words, WIDTH - "# ".len()) {
        let _ = writeln!(text, "{}", format!("# {line}").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::dashboard::keys::Bindings;
    use crate::settings::Settings;
    use crate::words::Language;

    /// The page with its examples as settings.
    fn with_examples() -> String {
        let lines = page();
        let line = |line: &str| match line.strip_prefix("# ") {
            Some(rest) if rest.split_once(" = ").is_some_and(|(name, _)| !name.contains(' ')) => {
                format!("{rest}\n")
            }
            _ => format!("{line}\n"),
        };
        lines.lines().map(line).collect()
    }

    #[test]
    fn it_is_in_order_and_changes_nothing() {
        let settings = Settings::of(&page()).unwrap();
        assert!(settings.program.iter().chain(&settings.compare).all(|set| set.is_default));
        assert_eq!(settings.bindings(), Bindings::default());
        assert!(settings.colours.is_empty());
        assert_eq!(settings.picture.choice, Chosen::default());
    }

    #[test]
    fn every_setting_stands_in_it_once_and_its_examples_are_in_order() {
        let settings = Settings::of(&with_examples()).unwrap();
        let names = |of| habits(of).into_iter().map(|habit| habit.name().to_owned());
        let mut there: Vec<_> = settings.program.iter().map(|set| set.name.clone()).collect();
        let mut wanted: Vec<_> = names(Of::Program).collect();
        there.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(there, wanted);
        assert_eq!(settings.compare.len(), names(Of::Compare).count());
        assert_eq!(settings.keys.len(), every().count());
        let pictured = settings.picture.said.iter().map(|said| said.setting.part);
        assert!(pictured.eq(SETTINGS.iter().map(|setting| setting.part)));
        let coloured: Vec<&str> = settings.colours.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(coloured, crate::settings::colours::names().collect::<Vec<_>>());
        let changed = settings.program.iter().filter(|set| !set.is_default);
        assert_eq!(changed.count(), EXAMPLES.len());
    }

    #[test]
    fn no_line_is_too_wide() {
        for language in [Language::English, Language::Chinese] {
            language.speak();
            for line in page().lines() {
                assert!(line.width() <= 100, "{line}");
            }
        }
        Language::English.speak();
    }
}
