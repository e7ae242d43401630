//! The filter language of table and stream: words that must all hold.
//!
//! ```text
//! hand              the text of the line contains it, whatever the case
//! fd:9  conn:3      a number is exactly that (also written =)
//! in>1000  idle>5   a number is greater or less; sizes take k, M, G; idle is in seconds
//! state:reading     a word begins with that
//! line:turn.rs:24   a call is made in that line of that file; the one or the other may be left out
//! ours  errors      a property
//! !state:idle       not
//! ```

use std::time::Duration;

use crate::telemetry::{ConnState, Kind, Place, Site, Why};
use crate::words::{Language, Table, in_english, strings};

/// What can be compared as a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the columns by their names")]
pub enum Number {
    Fd,
    Conn,
    Requests,
    In,
    Out,
    /// In milliseconds.
    Idle,
    RecvQueue,
    SendQueue,
}

/// What can be compared as a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the columns by their names")]
pub enum Word {
    State,
    Peer,
    Kind,
    Why,
}

impl Word {
    /// The words that there are of that kind, in the language that is spoken; `None` where there are
    /// any.
    #[must_use]
    pub fn values(self) -> Option<Vec<&'static str>> {
        self.values_in(&strings().table)
    }

    fn values_in(self, say: &Table) -> Option<Vec<&'static str>> {
        Some(match self {
            Self::State => {
                let states = ConnState::ALL.into_iter().map(say.state);
                [say.is_open].into_iter().chain(states).chain([say.queued, say.stopped]).collect()
            }
            Self::Kind => Kind::ALL.into_iter().map(Kind::name).collect(),
            Self::Why => Why::ALL.into_iter().map(say.why).collect(),
            Self::Peer => return None,
        })
    }
}

/// What holds or does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flag {
    /// A built-in client.
    Ours,
    /// A failed call other than EAGAIN.
    Error,
    /// The operator stopped reading from it.
    Stopped,
    /// It is closed.
    Closed,
}

/// A line that a filter can judge.
pub trait Subject {
    /// Whether one of the line's numbers of that kind is such a one.
    fn number(&self, which: Number, such: &dyn Fn(u64) -> bool) -> bool;
    /// Whether one of the line's words of that kind begins with the lower-case `start`.
    fn word(&self, which: Word, start: &str) -> bool;
    /// Whether the line has that property.
    fn flag(&self, which: Flag) -> bool;
    /// Where in the source it is made, if it is a call.
    fn site(&self) -> Option<Site> {
        None
    }
    /// Appends the line as it is read on the screen.
    fn text(&self, into: &mut String);
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Compare {
    Equal,
    Greater,
    Less,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Test {
    Text(String),
    Number(Number, Compare, u64),
    Word(Word, String),
    Flag(Flag),
    /// The end of a file's name, and a line in it.
    Line(String, Option<u32>),
}

/// A parsed filter; the empty one lets everything through.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    text: String,
    /// Whether the test must fail, and the test.
    terms: Vec<(bool, Test)>,
    trouble: Option<Trouble>,
}

/// Why a term cannot be understood, with its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// It is compared as a number, and is a word: with the value.
    Word(String, String),
    /// It has no number.
    Number(String),
    /// No word of that kind begins with its value.
    NoWord(Word, String, String),
}

impl Trouble {
    /// It in a few words.
    #[must_use]
    pub fn text(&self) -> String {
        let say = &strings().keybar;
        match self {
            Self::Word(key, value) => (say.is_a_word)(key, value),
            Self::Number(key) => (say.needs_number)(key),
            Self::NoWord(word, key, value) => {
                // A list of thirty is no help.
                let all = word.values().filter(|all| all.len() < 12).unwrap_or_default();
                (say.no_such_word)(key, value, &all.join(strings().marks.list))
            }
        }
    }
}

impl Filter {
    /// Reads a filter. What cannot be understood is left out and reported by [`Filter::trouble`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut filter = Self { text: text.trim().to_owned(), ..Self::default() };
        for word in narrow(text).split_whitespace() {
            let (not, rest) = match word.strip_prefix('!') {
                Some(rest) if !rest.is_empty() => (true, rest),
                _ => (false, word),
            };
            match parse_term(rest) {
                Ok(parsed) => filter.terms.push((not, parsed)),
                Err(trouble) => filter.trouble = Some(trouble),
            }
        }
        filter
    }

    /// That which lets the calls of a line pass.
    #[must_use]
    pub fn of_line(file: &str, line: usize) -> Self {
        Self::parse(&format!("line:{file}:{line}"))
    }

    /// The filter as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// What could not be understood.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Whether it asks for connections that are closed.
    #[must_use]
    pub fn asks_for_closed(&self) -> bool {
        self.terms.iter().any(|(not, test)| match test {
            Test::Flag(Flag::Closed) | Test::Word(Word::Why, _) => !not,
            Test::Word(Word::State, start) => {
                let mut closed = tables().map(|table| (table.state)(ConnState::Closed));
                !not && !start.is_empty() && closed.any(|word| word.starts_with(start.as_str()))
            }
            _ => false,
        })
    }

    /// Whether a line passes. `scratch` is overwritten; it saves an allocation for each line.
    #[must_use]
    pub fn lets(&self, subject: &impl Subject, scratch: &mut String) -> bool {
        let mut rendered = false;
        self.terms.iter().all(|(not, test)| {
            let holds = match test {
                Test::Flag(flag) => subject.flag(*flag),
                Test::Line(file, line) => {
                    subject.site().is_some_and(|site| is_in(site.place(), file, *line))
                }
                Test::Word(which, start) => subject.word(*which, start),
                Test::Number(which, compare, than) => {
                    subject.number(*which, &|number| match compare {
                        Compare::Equal => number == *than,
                        Compare::Greater => number > *than,
                        Compare::Less => number < *than,
                    })
                }
                Test::Text(part) => {
                    if !rendered {
                        scratch.clear();
                        subject.text(scratch);
                        scratch.make_ascii_lowercase();
                        rendered = true;
                    }
                    scratch.contains(part)
                }
            };
            holds != *not
        })
    }
}

/// What the words of the table are called: in English, which a filter is in wherever it is written
/// down, and in the language that is spoken.
pub(super) fn tables() -> impl Iterator<Item = &'static Table> {
    let other = (Language::spoken() != Language::English).then(|| &strings().table);
    [&in_english().table].into_iter().chain(other)
}

/// The signs of the language as a Chinese keyboard writes them, in ASCII.
fn narrow(text: &str) -> String {
    let sign = |letter| match letter {
        '：' => ':',
        '！' => '!',
        '＝' => '=',
        '＞' | '》' => '>',
        '＜' | '《' => '<',
        letter => letter,
    };
    text.chars().map(sign).collect()
}

fn parse_term(term: &str) -> Result<Test, Trouble> {
    let text = || Ok(Test::Text(term.to_ascii_lowercase()));
    match term {
        "ours" => return Ok(Test::Flag(Flag::Ours)),
        "error" | "errors" => return Ok(Test::Flag(Flag::Error)),
        "stopped" => return Ok(Test::Flag(Flag::Stopped)),
        "closed" => return Ok(Test::Flag(Flag::Closed)),
        _ => {}
    }
    let Some(at) = term.find([':', '=', '>', '<']) else {
        return text();
    };
    let (key, value) = (&term[..at], &term[at + 1..]);
    let compare = match term.as_bytes()[at] {
        b'>' => Compare::Greater,
        b'<' => Compare::Less,
        _ => Compare::Equal,
    };
    if key == "line" && compare == Compare::Equal {
        return line_of(value).ok_or_else(|| Trouble::Number(key.to_owned()));
    }
    let word = match key {
        "state" => Some(Word::State),
        "peer" => Some(Word::Peer),
        "kind" | "call" | "last" => Some(Word::Kind),
        "why" => Some(Word::Why),
        _ => None,
    };
    if let Some(word) = word {
        return match compare {
            Compare::Equal => {
                let start = value.to_ascii_lowercase();
                let no_word = |all: Vec<&str>| !all.iter().any(|one| one.starts_with(&start));
                if tables().all(|table| word.values_in(table).is_some_and(no_word)) {
                    return Err(Trouble::NoWord(word, key.to_owned(), value.to_owned()));
                }
                Ok(Test::Word(word, start))
            }
            _ => Err(Trouble::Word(key.to_owned(), value.to_owned())),
        };
    }
    let number = match key {
        "fd" => Number::Fd,
        "conn" | "id" | "#" => Number::Conn,
        "req" | "requests" => Number::Requests,
        "in" => Number::In,
        "out" => Number::Out,
        "idle" => Number::Idle,
        "recvq" | "rq" => Number::RecvQueue,
        "sendq" | "sq" => Number::SendQueue,
        // An address has colons too: what is no key of ours is text.
        _ => return text(),
    };
    let parsed = if number == Number::Idle { millis(value) } else { size(value) };
    parsed
        .map(|value| Test::Number(number, compare, value))
        .ok_or_else(|| Trouble::Number(key.to_owned()))
}

/// `turn.rs:24`, `turn.rs` or `24`.
fn line_of(value: &str) -> Option<Test> {
    let (file, line) = match value.rsplit_once(':') {
        Some((file, line)) => (file, Some(line.parse().ok()?)),
        None => value.parse().map_or((value, None), |line| ("", Some(line))),
    };
    (!value.is_empty()).then(|| Test::Line(file.to_owned(), line))
}

/// Whether a place is in that line, of a file whose name ends so.
fn is_in(place: Place, file: &str, line: Option<u32>) -> bool {
    let name = place.file.strip_suffix(file);
    let whole = name.is_some_and(|name| file.is_empty() || name.is_empty() || name.ends_with('/'));
    whole && line.is_none_or(|line| line == place.line)
}

/// Seconds, in milliseconds.
fn millis(text: &str) -> Option<u64> {
    let seconds: f64 = text.strip_suffix('s').unwrap_or(text).parse().ok()?;
    u64::try_from(Duration::try_from_secs_f64(seconds).ok()?.as_millis()).ok()
}

/// A whole number with an SI prefix.
fn size(text: &str) -> Option<u64> {
    let (digits, factor) = match text.as_bytes().last()? {
        b'k' | b'K' => (&text[..text.len() - 1], 1000),
        b'M' | b'm' => (&text[..text.len() - 1], 1_000_000),
        b'G' | b'g' => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests;
