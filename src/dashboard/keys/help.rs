//! What a search in the help finds, and how many lines it takes. Drawn by the panel of that name.

use super::{Group, Key, all};
use crate::words::strings;

/// The columns for the sentences.
pub const SENTENCE: usize = 54;

fn is_found(key: &Key, search: &str) -> bool {
    let search = search.trim().to_lowercase();
    key.sentence().to_lowercase().contains(&search)
        || key.texts().label.to_lowercase().contains(&search)
        || key.presses.iter().any(|press| press.label() == search)
}

/// Breaks a sentence between words.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// The signs that a search finds, each with its spelling in ASCII and its meaning.
pub fn signs(search: &str) -> impl Iterator<Item = &'static [&'static str; 3]> {
    let search = search.trim().to_lowercase();
    strings().boxes.signs.iter().filter(move |[sign, ascii, meaning]| {
        meaning.contains(&search) || *sign == search || *ascii == search
    })
}

/// How many lines a search finds.
#[must_use]
pub fn length(search: &str) -> usize {
    let signs: usize = signs(search).map(|[.., meaning]| wrap(meaning, SENTENCE).len()).sum();
    let signs = if signs == 0 { 0 } else { signs + 2 };
    let keys: usize = Group::ALL
        .into_iter()
        .map(|group| {
            let lines: usize =
                found(group, search).map(|key| wrap(key.sentence(), SENTENCE).len()).sum();
            if lines == 0 { 0 } else { lines + 2 }
        })
        .sum();
    signs + keys
}

/// The keys of a group that a search finds.
pub fn found(group: Group, search: &str) -> impl Iterator<Item = &'static Key> {
    all().filter(move |key| key.group == group && is_found(key, search))
}
