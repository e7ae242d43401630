//! The server's own source, as it stands in the repository, and the files of a program that is traced:
//! what the code view shows.
//!
//! | file | what lives there |
//! |---|---|
//! | `mod` | the files, by the names that places have |
//! | `disk` | the files of another program |
//! | `holder` | the name by which a line calls the connection |
//! | `lexer` | what each piece of a text is, for its colour |
//! | `rows` | lines as they are shown in a narrow place |

pub mod disk;
pub mod holder;
mod lexer;
mod rows;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use rust_embed::Embed;

pub use self::lexer::{Class, Language, tokens};
pub use self::rows::{Row, Rows};

/// The server.
#[derive(Embed)]
#[folder = "src/server"]
struct Server;

/// Where they lie in the repository.
const SERVER: &str = "src/server/";
/// Calls on files are made by a part that knows nothing of servers.
const FILES: (&str, &str) = ("src/http/files.rs", include_str!("../http/files.rs"));
/// Here begin a file's tests, which are not shown: no server makes a call in them.
const TESTS: &str = "\n#[cfg(test)]\nmod tests {";

/// A text, line by line, with what its pieces are.
#[derive(Debug)]
pub struct Source {
    /// Its name, as the repository has it.
    pub name: &'static str,
    text: &'static str,
    /// Where each line begins and ends in the text.
    lines: Vec<Range<usize>>,
    tokens: Vec<(Class, Range<usize>)>,
}

/// A file, read when it is first asked for.
struct File {
    name: &'static str,
    text: &'static str,
    source: OnceLock<Source>,
}

static SOURCES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let server = Server::iter().filter(|path| !path.ends_with("tests.rs")).filter_map(|path| {
        let Cow::Borrowed(bytes) = Server::get(&path)?.data else { return None };
        let name: &'static str = format!("{SERVER}{path}").leak();
        Some((name, std::str::from_utf8(bytes).ok()?))
    });
    let files = server.chain([FILES]).map(|(name, text)| {
        let text = text.split(TESTS).next().unwrap_or(text);
        File { name, text, source: OnceLock::new() }
    });
    files.collect()
});

impl Source {
    /// The file of that name, as a [`Place`](crate::telemetry::Place) gives it.
    #[must_use]
    pub fn of(name: &str) -> Option<&'static Self> {
        if let Some(opened) = disk::opened(name) {
            return opened.ok();
        }
        let file = SOURCES.iter().find(|file| file.name == name)?;
        let read = || Self::new(file.name, file.text, Language::Rust);
        Some(file.source.get_or_init(read))
    }

    /// A text in that language.
    #[must_use]
    pub fn new(name: &'static str, text: &'static str, language: Language) -> Self {
        let mut from = 0;
        let line = |line: &str| {
            let range = from..from + line.trim_end_matches(['\n', '\r']).len();
            from += line.len();
            range
        };
        let lines = text.split_inclusive('\n').map(line).collect();
        Self { name, text, lines, tokens: tokens(text, language).collect() }
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// A number that another text has not (FNV-1a), to tell by it whether a recording is of this one.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    /// How many lines it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A line, from 1; none is empty.
    #[must_use]
    pub fn line(&self, number: usize) -> &'static str {
        self.lines.get(number.wrapping_sub(1)).map_or("", |range| &self.text[range.clone()])
    }

    /// Whether something is done in a line: it is neither empty nor a mere comment.
    #[must_use]
    pub fn is_code(&self, number: usize) -> bool {
        self.pieces(number).any(|(class, text)| class != Class::Comment && !text.trim().is_empty())
    }

    /// The pieces of a line, in order.
    pub fn pieces(&self, number: usize) -> impl Iterator<Item = (Class, &'static str)> {
        let range = self.lines.get(number.wrapping_sub(1)).cloned().unwrap_or_default();
        let first = self.tokens.partition_point(|(_, token)| token.end <= range.start);
        let of_line = self.tokens[first..].iter().take_while({
            let end = range.end;
            move |(_, token)| token.start < end
        });
        let text = self.text;
        of_line.map(move |(class, token)| {
            (*class, &text[token.start.max(range.start)..token.end.min(range.end)])
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_is_there_as_it_is_on_disk() {
        assert!(SOURCES.len() > 60);
        for file in SOURCES.iter() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file.name);
            let disk = fs::read_to_string(&path).unwrap();
            let rest = disk.strip_prefix(file.text).expect(file.name);
            assert!(rest.is_empty() || rest.starts_with(TESTS), "{}", file.name);
        }
        assert!(Source::of("src/server/nothing.rs").is_none());
    }

    #[test]
    fn a_file_falls_into_its_lines_and_each_into_its_pieces() {
        for file in SOURCES.iter() {
            let source = Source::of(file.name).unwrap();
            assert_eq!(source.len(), file.text.lines().count(), "{}", file.name);
            for (at, line) in file.text.lines().enumerate() {
                assert_eq!(source.line(at + 1), line);
                let pieces: String = source.pieces(at + 1).map(|(_, text)| text).collect();
                assert_eq!(pieces, line, "{}:{}", file.name, at + 1);
            }
        }
    }

    #[test]
    fn a_comment_is_no_code() {
        let source = Source::new("a", "// one\n\nlet x = 1; // two\n", Language::Rust);
        assert_eq!([1, 2, 3, 4].map(|line| source.is_code(line)), [false, false, true, false]);
    }
}
