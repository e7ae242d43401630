//! TOML with the place of everything in it; what is wrong, and where.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::words::strings;

/// A place in a text: line and column, the column in characters, both from one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Place {
    line: usize,
    column: usize,
}

/// The place of a byte.
pub(crate) fn place_of(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Place { line, column }
}

/// Something that is wrong, as `LINE:COLUMN: a sentence`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    at: Place,
    what: String,
}

impl Wrong {
    pub(crate) fn new(at: Place, what: String) -> Self {
        Self { at, what }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.at.line, self.at.column, self.what)
    }
}

/// A text that is TOML.
pub(crate) struct Document<'a> {
    text: &'a str,
    table: DeTable<'a>,
}

impl<'a> Document<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, Vec<Wrong>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match DeTable::parse(text) {
            Ok(table) => Ok(Self { text, table: table.into_inner() }),
            Err(error) => {
                let at = place_of(text, error.span().map_or(0, |span| span.start));
                // Its own message may have several lines.
                let why = error.message().replace('\n', ", ");
                Err(vec![Wrong::new(at, (strings().settings.not_toml)(&why))])
            }
        }
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Its settings and tables, from top to bottom.
    pub(crate) fn entries(&self) -> Vec<Entry<'_>> {
        entries(&self.table)
    }
}

fn entries<'t>(table: &'t DeTable<'_>) -> Vec<Entry<'t>> {
    let mut all: Vec<_> = table.iter().map(|(key, value)| Entry { key, value }).collect();
    all.sort_by_key(|entry| entry.key.span().start);
    all
}

/// A name with what it is set to.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'t> {
    key: &'t Spanned<std::borrow::Cow<'t, str>>,
    value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Entry<'t> {
    pub(crate) fn name(&self) -> &'t str {
        self.key.get_ref()
    }

    /// Where the name stands.
    pub(crate) fn at(&self) -> Range<usize> {
        self.key.span()
    }

    pub(crate) fn value(&self) -> Value<'t> {
        Value { value: self.value }
    }

    /// The value as the parser has it.
    pub(crate) fn raw(&self) -> &'t Spanned<DeValue<'t>> {
        self.value
    }
}

/// A value, which knows where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Value<'t> {
    value: &'t Spanned<DeValue<'t>>,
}

impl<'t> From<&'t Spanned<DeValue<'t>>> for Value<'t> {
    fn from(value: &'t Spanned<DeValue<'t>>) -> Self {
        Self { value }
    }
}

impl<'t> Value<'t> {
    pub(crate) fn at(self) -> Range<usize> {
        self.value.span()
    }

    pub(crate) fn get(self) -> &'t DeValue<'t> {
        self.value.get_ref()
    }

    /// The entries of a table, from top to bottom.
    pub(crate) fn entries(self) -> Option<Vec<Entry<'t>>> {
        self.get().as_table().map(entries)
    }

    /// The values of a list.
    pub(crate) fn list(self) -> Option<Vec<Value<'t>>> {
        let list = self.get().as_array()?;
        Some(list.iter().map(|value| Value { value }).collect())
    }
}

/// A text that is being read: what is wrong with it is gathered.
pub(crate) struct Reader<'a> {
    text: &'a str,
    wrong: Vec<Wrong>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, wrong: Vec::new() }
    }

    /// Something is wrong there.
    pub(crate) fn wrong(&mut self, at: &Range<usize>, what: String) {
        self.wrong.push(Wrong::new(place_of(self.text, at.start), what));
    }

    /// How a value is written: a list or a table by that word, what is long by its beginning.
    pub(crate) fn written(&self, value: Value<'_>) -> String {
        const MOST: usize = 40;
        let say = &strings().settings;
        match value.get() {
            DeValue::Array(_) => say.a_list.to_owned(),
            DeValue::Table(_) => say.a_table.to_owned(),
            DeValue::Datetime(_) => say.a_date.to_owned(),
            _ => {
                let text = self.text.get(value.at()).unwrap_or_default();
                let first = text.lines().next().unwrap_or_default();
                let short: String = first.chars().take(MOST).collect();
                if short.len() < text.len() { short + "…" } else { short }
            }
        }
    }

    /// A value as it is written, in one line.
    pub(crate) fn text_of(&self, value: Value<'_>) -> String {
        let text = self.text.get(value.at()).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The entries of a table; none, and something wrong, where it is another thing.
    pub(crate) fn table<'t>(&mut self, entry: &Entry<'t>) -> Vec<Entry<'t>> {
        let value = entry.value();
        if let DeValue::Table(table) = value.get() {
            return entries(table);
        }
        let say = &strings().settings;
        let what = (say.takes)(entry.name(), say.allowed.table, &self.written(value), None);
        self.wrong(&value.at(), what);
        Vec::new()
    }

    /// What was read, if nothing is wrong.
    pub(crate) fn done<T>(mut self, read: T) -> Result<T, Vec<Wrong>> {
        self.wrong.sort_by_key(|wrong| wrong.at);
        if self.wrong.is_empty() { Ok(read) } else { Err(self.wrong) }
    }
}

/// The name that is most like another one, if it is like it at all.
pub(crate) fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    // No more than half of the letters are other ones, or two of them changed places.
    const ALIKE: f64 = 0.5;
    let like = |other: &'n str| (strsim::normalized_damerau_levenshtein(name, other), other);
    let best = names.into_iter().map(like).max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(alike, _)| *alike >= ALIKE).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters_from_one() {
        let text = "a\n中文 = é1\n";
        let at = |what| place_of(text, text.find(what).unwrap());
        assert_eq!(at("a"), Place { line: 1, column: 1 });
        assert_eq!(at("中"), Place { line: 2, column: 1 });
        assert_eq!(at("1"), Place { line: 2, column: 7 });
        assert_eq!(place_of(text, text.len()), Place { line: 3, column: 1 });
        assert_eq!(place_of(text, 99), Place { line: 3, column: 1 });
    }

    #[test]
    fn the_nearest_is_one_that_was_mistyped() {
        let names = ["fps", "theme", "max-connections", "max-fds"];
        let nearest = |name| nearest(name, names);
        assert_eq!(nearest("fsp"), Some("fps"));
        assert_eq!(nearest("themes"), Some("theme"));
        assert_eq!(nearest("max_connections"), Some("max-connections"));
        assert_eq!(nearest("xyz"), None);
    }
}
