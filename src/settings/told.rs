//! What a settings file changes, as `config --check` says it.

use std::fmt::Write as _;
use std::path::Path;

use super::Settings;
use super::colours::{Coloured, sentence};
use super::keys::{Given, spelled};
use super::options::Set;
use super::picture::Said;
use crate::cli::{Kind, Of, habits};
use crate::dashboard::state::Chosen;
use crate::words::strings;

impl Settings {
    /// What it changes: a line for each setting, with its default and what it does.
    pub(super) fn told(&self, path: &Path) -> String {
        let changed: Vec<String> =
            [("", Of::Program, &self.program), ("compare.", Of::Compare, &self.compare)]
                .into_iter()
                .flat_map(|(table, of, sets)| lines(table, of, sets))
                .chain(self.keys.iter().filter(|given| !given.is_default()).map(of_keys))
                .chain(self.picture.said.iter().filter(|said| !said.is_default).map(of_picture))
                .chain(self.colours.iter().map(of_colours))
                .collect();
        let mut text = (strings().settings.in_order)(&path.display().to_string(), changed.len());
        text.push('\n');
        for line in changed {
            // A String takes everything.
            let _ = writeln!(text, "  {line}");
        }
        text
    }
}

fn lines(table: &str, of: Of, sets: &[Set]) -> Vec<String> {
    let all = habits(of);
    let changed = sets.iter().filter(|set| !set.is_default);
    let line = |set: &Set| {
        let habit = all.iter().find(|habit| habit.name() == set.name)?;
        let quoted = |value: String| match habit.kind() {
            Kind::Names(_) | Kind::Text => format!("\"{value}\""),
            _ => value,
        };
        let default = habit.default().map(quoted);
        let instead = (strings().settings.instead_of)(default.as_deref());
        Some(format!("{table}{} = {} ({instead}): {}.", set.name, set.written, habit.help()))
    };
    changed.filter_map(line).collect()
}

fn of_keys(given: &Given) -> String {
    let instead = (strings().settings.instead_of)(Some(&spelled(given.key.presses)));
    let Given { key, written, .. } = given;
    format!("keys.{} = {written} ({instead}): {}", key.name, key.sentence())
}

fn of_colours(Coloured { name, written, .. }: &Coloured) -> String {
    let of_theme = strings().settings.of_theme;
    format!("{}.{name} = {written} ({of_theme}): {}", super::COLOURS, sentence(name))
}

fn of_picture(Said { setting, written, .. }: &Said) -> String {
    let default = setting.part.of(&Chosen::default());
    let instead = (strings().settings.instead_of)(Some(&default));
    let (table, name) = (setting.table, setting.name);
    format!("{table}.{name} = {written} ({instead}): {}", setting.part.sentence())
}
