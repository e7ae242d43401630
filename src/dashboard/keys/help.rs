//! What a search in the help finds, and how many lines it takes. Drawn by the panel of that name.

use super::{Group, Key, all};
use crate::words::strings;

/// The columns that the box takes beside its text.
pub const FRAME: usize = 4;

/// The columns for the keys and for the sentences, on a screen that is so wide.
#[must_use]
pub fn columns(screen: u16) -> (usize, usize) {
    const KEY: usize = 18;
    const SENTENCE: usize = 54;
    (KEY, usize::from(screen).saturating_sub(FRAME + KEY).clamp(1, SENTENCE))
}

fn is_found(key: &Key, search: &str) -> bool {
    let search = search.trim().to_lowercase();
    key.sentence().to_lowercase().contains(&search)
        || key.texts().label.to_lowercase().contains(&search)
        || key.presses.iter().any(|press| press.label() == search)
}

/// Breaks a sentence between words.
fn wrap(text: &str, width: usize) -> Vec<String> {
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

/// A name and a sentence beside it, each broken between words, in the columns that they have.
#[must_use]
pub fn rows(name: &str, sentence: &str, screen: u16) -> Vec<(String, String)> {
    let (key, width) = columns(screen);
    let (names, sentences) = (wrap(name, key - 1), wrap(sentence, width));
    let line = |of: &[String], at: usize| of.get(at).cloned().unwrap_or_default();
    (0..names.len().max(sentences.len()))
        .map(|at| (line(&names, at), line(&sentences, at)))
        .collect()
}

/// How many lines a search finds, on a screen that is so wide.
#[must_use]
pub fn length(search: &str, screen: u16) -> usize {
    let signs: usize = signs(search).map(|[.., meaning]| rows("", meaning, screen).len()).sum();
    let signs = if signs == 0 { 0 } else { signs + 2 };
    let keys: usize = Group::ALL
        .into_iter()
        .map(|group| {
            let lines: usize = found(group, search)
                .map(|key| rows(&key.presses(), key.sentence(), screen).len())
                .sum();
            if lines == 0 { 0 } else { lines + 2 }
        })
        .sum();
    signs + keys
}

/// The keys of a group that a search finds.
pub fn found(group: Group, search: &str) -> impl Iterator<Item = &'static Key> {
    all().filter(move |key| key.group == group && is_found(key, search))
}
