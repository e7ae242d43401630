//! What each piece of a text is: enough for its colour, and no more. Whatever it is given, it says
//! something of every byte.

use std::ops::Range;
use std::path::Path;

/// What a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Blanks, signs.
    Plain,
    /// A name in small letters.
    Name,
    /// A comment.
    Comment,
    /// A text, a letter, a number.
    Literal,
    /// A word of the language.
    Keyword,
    /// A name that begins with a capital letter: a type, a variant, a constant.
    Type,
    /// A macro, an attribute, a lifetime.
    Macro,
}

/// In which language it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// Rust.
    Rust,
    /// Python 3.
    Python,
}

impl Language {
    /// That of a file, by its name; all that is no Rust is taken for Python.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match Path::new(name).extension() {
            Some(ending) if ending == "rs" => Self::Rust,
            _ => Self::Python,
        }
    }
}

const RUST: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "false",
    "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use",
    "where", "while",
];
const PYTHON: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// The pieces of a text, in order: every byte is in one of them.
pub fn tokens(text: &str, language: Language) -> impl Iterator<Item = (Class, Range<usize>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let first = rest.chars().next()?;
        let (class, len) = match language {
            Language::Rust => rust(rest, first),
            Language::Python => python(rest, first),
        };
        let begin = at;
        at += len;
        Some((class, begin..at))
    })
}

fn rust(rest: &str, first: char) -> (Class, usize) {
    match first {
        '/' if rest.starts_with("//") => (Class::Comment, line(rest)),
        '/' if rest.starts_with("/*") => (Class::Comment, nested(rest, "/*", "*/")),
        '#' if rest.starts_with("#[") || rest.starts_with("#![") => {
            (Class::Macro, nested(rest, "[", "]"))
        }
        '"' => (Class::Literal, quoted(rest, "\"")),
        '\'' => letter_or_lifetime(rest),
        c if c.is_ascii_digit() => (Class::Literal, number(rest)),
        c if begins_a_name(c) => {
            let name = &rest[..name(rest)];
            let after = &rest[name.len()..];
            if let Some(len) = rust_text(name, after) {
                (Class::Literal, len)
            } else if after.starts_with('!') && !after.starts_with("!=") {
                (Class::Macro, name.len() + 1)
            } else {
                (word(name, RUST), name.len())
            }
        }
        c => other(rest, c),
    }
}

fn python(rest: &str, first: char) -> (Class, usize) {
    match first {
        '#' => (Class::Comment, line(rest)),
        '"' | '\'' => (Class::Literal, python_text(rest)),
        '@' => (Class::Macro, 1 + name(&rest[1..])),
        c if c.is_ascii_digit() => (Class::Literal, number(rest)),
        c if begins_a_name(c) => {
            let name = &rest[..name(rest)];
            let after = &rest[name.len()..];
            let prefix = name.len() <= 2 && name.chars().all(|c| "bBfFrRuU".contains(c));
            if prefix && after.starts_with(['"', '\'']) {
                (Class::Literal, name.len() + python_text(after))
            } else {
                (word(name, PYTHON), name.len())
            }
        }
        c => other(rest, c),
    }
}

/// Blanks at once, a sign alone.
fn other(rest: &str, first: char) -> (Class, usize) {
    let blanks = rest.len() - rest.trim_start().len();
    (Class::Plain, if blanks > 0 { blanks } else { first.len_utf8() })
}

fn begins_a_name(letter: char) -> bool {
    letter == '_' || letter.is_alphabetic()
}

/// How long the name is that the text begins with.
fn name(rest: &str) -> usize {
    rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len())
}

fn word(name: &str, keywords: &[&str]) -> Class {
    if keywords.contains(&name) {
        Class::Keyword
    } else if name.starts_with(char::is_uppercase) {
        Class::Type
    } else {
        Class::Name
    }
}

/// To the end of the line, without it.
fn line(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}

/// To the sign that closes as many as were opened. Texts within count for nothing.
fn nested(rest: &str, open: &str, close: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(c) = rest[at..].chars().next() {
        if rest[at..].starts_with(close) {
            depth -= 1;
            at += close.len();
            if depth == 0 {
                return at;
            }
        } else if rest[at..].starts_with(open) {
            depth += 1;
            at += open.len();
        } else if c == '"' && open == "[" {
            at += quoted(&rest[at..], "\"");
        } else {
            at += c.len_utf8();
        }
    }
    at
}

/// A text to its closing mark; a backslash takes the next letter with it.
fn quoted(rest: &str, mark: &str) -> usize {
    let mut at = mark.len();
    while let Some(c) = rest[at..].chars().next() {
        if rest[at..].starts_with(mark) {
            return at + mark.len();
        }
        at += c.len_utf8();
        if c == '\\' {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    at
}

/// A text with letters before its mark: `b"…"`, `r#"…"#`.
fn rust_text(name: &str, after: &str) -> Option<usize> {
    if !["b", "c", "r", "br", "cr"].contains(&name) {
        return None;
    }
    let hashes =
        if name.ends_with('r') { after.len() - after.trim_start_matches('#').len() } else { 0 };
    let text = after[hashes..].strip_prefix('"')?;
    if !name.ends_with('r') {
        return Some(name.len() + quoted(after, "\""));
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let len = text.find(&close).map_or(text.len(), |at| at + close.len());
    Some(name.len() + hashes + 1 + len)
}

fn python_text(rest: &str) -> usize {
    let threefold = ["\"\"\"", "'''"].into_iter().find(|mark| rest.starts_with(mark));
    let mark = threefold.unwrap_or(&rest[..1]);
    let len = quoted(rest, mark);
    // One that is not closed ends with its line.
    if threefold.is_none() { len.min(line(rest).max(1)) } else { len }
}

/// `'x'`, `'\n'`, or `'static`.
fn letter_or_lifetime(rest: &str) -> (Class, usize) {
    let mut letters = rest[1..].chars();
    match (letters.next(), letters.next()) {
        (Some('\\'), _) => (Class::Literal, quoted(rest, "'")),
        (Some(c), Some('\'')) => (Class::Literal, c.len_utf8() + 2),
        _ => (Class::Macro, 1 + name(&rest[1..])),
    }
}

/// `1_000`, `0xff`, `1.5`; of `0..9` the first figure.
fn number(rest: &str) -> usize {
    let whole = name(rest);
    let fraction = rest[whole..].strip_prefix('.').map_or(0, name);
    let is_fraction = rest[whole..].chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    if fraction > 0 && is_fraction { whole + 1 + fraction } else { whole }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str, language: Language) -> Vec<(Class, &str)> {
        let all = tokens(text, language).map(|(class, range)| (class, &text[range]));
        all.filter(|(class, text)| *class != Class::Plain || !text.trim().is_empty()).collect()
    }

    #[test]
    fn rust_is_told_apart() {
        use Class::{Comment, Keyword, Literal, Macro, Name, Plain, Type};
        assert_eq!(
            told("let n = self.recv(&'a Fd, 0x1f, 1.5)?; // why", Language::Rust),
            [
                (Keyword, "let"),
                (Name, "n"),
                (Plain, "="),
                (Keyword, "self"),
                (Plain, "."),
                (Name, "recv"),
                (Plain, "("),
                (Plain, "&"),
                (Macro, "'a"),
                (Type, "Fd"),
                (Plain, ","),
                (Literal, "0x1f"),
                (Plain, ","),
                (Literal, "1.5"),
                (Plain, ")"),
                (Plain, "?"),
                (Plain, ";"),
                (Comment, "// why"),
            ]
        );
        let one = |text| told(text, Language::Rust);
        for text in ["\"a \\\" b\"", "b\"x\"", "r#\"a \" b\"#", "'x'", "'\\''", "'\u{fc}'"] {
            assert_eq!(one(text), [(Literal, text)]);
        }
        for text in ["#[expect(x, reason = \"a ] b\")]", "#![allow(x)]", "assert!", "'static"] {
            assert_eq!(one(text), [(Macro, text)]);
        }
        assert_eq!(one("/* a /* b */ c */"), [(Comment, "/* a /* b */ c */")]);
        assert_eq!(one("0..9"), [(Literal, "0"), (Plain, "."), (Plain, "."), (Literal, "9")]);
        assert_eq!(one("a != b")[1], (Plain, "!"));
    }

    #[test]
    fn python_is_told_apart() {
        use Class::{Comment, Keyword, Literal, Macro, Name, Plain, Type};
        assert_eq!(
            told("while True: # on", Language::Python),
            [(Keyword, "while"), (Type, "True"), (Plain, ":"), (Comment, "# on")]
        );
        for text in ["b'a\\'b'", "f\"{x}\"", "\"\"\"a\n\"b\"\"\"", "''"] {
            assert_eq!(told(text, Language::Python), [(Literal, text)]);
        }
        assert_eq!(told("@staticmethod", Language::Python), [(Macro, "@staticmethod")]);
        assert_eq!(told("'open\nx", Language::Python), [(Literal, "'open"), (Name, "x")]);
    }

    /// Texts in which the signs that begin something are frequent.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), "[ab'\"#!/*\\[\\]\\\\r0.\n\u{fc}@ ]{0,40}"]
    }

    proptest! {
        #[test]
        fn every_byte_is_in_one_piece(text in text(), python in any::<bool>()) {
            let language = if python { Language::Python } else { Language::Rust };
            let mut at = 0;
            for (_, range) in tokens(&text, language) {
                prop_assert!(range.start == at && range.end > at);
                prop_assert!(text.is_char_boundary(range.end));
                at = range.end;
            }
            prop_assert_eq!(at, text.len());
        }
    }
}
