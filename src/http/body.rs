//! Request bodies, read to be thrown away (RFC 9112, sections 6 and 7.1): what matters is where
//! they end, since the next request begins there.

use super::grammar::{is_text, is_token};

/// How a request's body is delimited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Body {
    /// There is none.
    None,
    /// That many bytes, at least one.
    Length(u64),
    /// In chunks.
    Chunked,
}

/// How far a body is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Not at its end.
    More,
    /// At its end: what follows is the next request.
    Done,
    /// Malformed (400) or too large (413, 431): nothing after this can be understood.
    Bad(u16),
}

/// How many bytes of chunk extensions and trailers a body may have in all.
const EXTRAS: u32 = 16 * 1024;

/// Reads and discards one body, however its bytes are split.
#[derive(Clone, Debug)]
pub struct Discard {
    state: State,
    /// How much content may still come.
    left: u64,
    /// How many bytes of extensions and trailers may still come.
    extras: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Content of a body with a length.
    Fixed(u64),
    /// Before the first digit of a chunk's size.
    Size,
    /// After at least one digit.
    Digits(u64),
    /// Behind the size, in the extensions.
    Extension(u64, Part),
    /// After the CR of the size line.
    SizeLf(u64),
    /// In a chunk's content.
    Data(u64),
    /// After the content: CR, then LF.
    DataCr,
    DataLf,
    /// At the start of a trailer line, or of the empty line that ends the body.
    Line,
    /// In a trailer's name.
    Name,
    /// In its value.
    Value,
    TrailerLf,
    EndLf,
    Done,
    Bad(u16),
}

/// Where in `*( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// In white space before a semicolon, which must follow: white space at the end of the line is
    /// how sizes are made ambiguous.
    Space,
    /// Behind a semicolon.
    Semicolon,
    Name,
    /// In white space behind a name.
    Named,
    /// Behind an equals sign.
    Equals,
    Token,
    Quoted,
    /// Behind a backslash in quotes.
    Escape,
    /// Behind the closing quote.
    Unquoted,
}

impl Part {
    /// What a byte leads to; `None` when it may not stand here.
    fn next(self, b: u8) -> Option<Self> {
        let space = matches!(b, b' ' | b'\t');
        match (self, b) {
            (Self::Space | Self::Name | Self::Named | Self::Token | Self::Unquoted, b';') => {
                Some(Self::Semicolon)
            }
            (Self::Space | Self::Semicolon | Self::Named | Self::Equals, _) if space => Some(self),
            (Self::Name, _) if space => Some(Self::Named),
            (Self::Token | Self::Unquoted, _) if space => Some(Self::Space),
            (Self::Name | Self::Named, b'=') => Some(Self::Equals),
            (Self::Semicolon | Self::Name, _) if is_token(b) => Some(Self::Name),
            (Self::Equals | Self::Token, _) if is_token(b) => Some(Self::Token),
            (Self::Equals, b'"') => Some(Self::Quoted),
            (Self::Quoted, b'"') => Some(Self::Unquoted),
            (Self::Quoted, b'\\') => Some(Self::Escape),
            (Self::Quoted | Self::Escape, _) if is_text(b) => Some(Self::Quoted),
            _ => None,
        }
    }

    /// Whether the extensions may end here.
    fn is_end(self) -> bool {
        matches!(self, Self::Name | Self::Token | Self::Unquoted)
    }
}

impl Discard {
    /// For a body; more than `limit` bytes of content end in 413.
    #[must_use]
    pub fn new(body: Body, limit: u64) -> Self {
        let state = match body {
            Body::None | Body::Length(0) => State::Done,
            Body::Length(n) if n > limit => State::Bad(413),
            Body::Length(n) => State::Fixed(n),
            Body::Chunked => State::Size,
        };
        Self { state, left: limit, extras: EXTRAS }
    }

    /// Takes what belongs to the body from the front of `input`; returns how many bytes that were
    /// and how far the body is. After [`Progress::Done`] and [`Progress::Bad`] nothing is taken.
    pub fn feed(&mut self, input: &[u8]) -> (usize, Progress) {
        let mut at = 0;
        loop {
            match self.state {
                State::Done => return (at, Progress::Done),
                State::Bad(status) => return (at, Progress::Bad(status)),
                _ if at == input.len() => return (at, Progress::More),
                State::Fixed(n) => {
                    let (took, rest) = take(n, &input[at..]);
                    at += took;
                    self.state = if rest == 0 { State::Done } else { State::Fixed(rest) };
                }
                State::Data(n) => {
                    let (took, rest) = take(n, &input[at..]);
                    at += took;
                    self.state = if rest == 0 { State::DataCr } else { State::Data(rest) };
                }
                state => {
                    self.state = self.byte(state, input[at]);
                    // A byte that broke the rules is not the body's.
                    at += usize::from(!matches!(self.state, State::Bad(_)));
                }
            }
        }
    }

    /// The state after one byte of framing.
    fn byte(&mut self, state: State, b: u8) -> State {
        match (state, b) {
            (State::Size, _) => match hex(b) {
                Some(digit) => State::Digits(digit),
                None => State::Bad(400),
            },
            (State::Digits(n), b'\r') => State::SizeLf(n),
            (State::Extension(n, part), b'\r') if part.is_end() => State::SizeLf(n),
            (State::Digits(n), _) if hex(b).is_some() => {
                let digit = hex(b).unwrap_or_default();
                match n.checked_mul(16).and_then(|n| n.checked_add(digit)) {
                    Some(n) => State::Digits(n),
                    None => State::Bad(413),
                }
            }
            (State::Digits(n), b';') => self.extra(State::Extension(n, Part::Semicolon)),
            (State::Digits(n), b' ' | b'\t') => self.extra(State::Extension(n, Part::Space)),
            (State::Extension(n, part), _) => match part.next(b) {
                Some(part) => self.extra(State::Extension(n, part)),
                None => State::Bad(400),
            },
            (State::SizeLf(0) | State::TrailerLf, b'\n') => State::Line,
            (State::SizeLf(n), b'\n') => match self.left.checked_sub(n) {
                Some(left) => {
                    self.left = left;
                    State::Data(n)
                }
                None => State::Bad(413),
            },
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => State::Size,
            (State::Line, b'\r') => State::EndLf,
            (State::Line | State::Name, _) if is_token(b) => self.extra(State::Name),
            (State::Name, b':') => self.extra(State::Value),
            (State::Value, b'\r') => State::TrailerLf,
            (State::Value, _) if is_text(b) => self.extra(State::Value),
            (State::EndLf, b'\n') => State::Done,
            _ => State::Bad(400),
        }
    }

    /// Counts a byte that carries nothing.
    fn extra(&mut self, next: State) -> State {
        match self.extras.checked_sub(1) {
            Some(left) => {
                self.extras = left;
                next
            }
            None => State::Bad(431),
        }
    }
}

/// How many of `n` bytes `input` has, and how many are missing.
fn take(n: u64, input: &[u8]) -> (usize, u64) {
    let took = usize::try_from(n).map_or(input.len(), |n| n.min(input.len()));
    (took, n - took as u64)
}

fn hex(b: u8) -> Option<u64> {
    char::from(b).to_digit(16).map(u64::from)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Feeds everything at once.
    fn feed(body: Body, input: &[u8]) -> (usize, Progress) {
        Discard::new(body, 100).feed(input)
    }

    #[test]
    fn a_length_is_counted() {
        assert_eq!(feed(Body::None, b"GET"), (0, Progress::Done));
        assert_eq!(feed(Body::Length(3), b"ab"), (2, Progress::More));
        assert_eq!(feed(Body::Length(3), b"abcGET"), (3, Progress::Done));
        assert_eq!(feed(Body::Length(101), b"a"), (0, Progress::Bad(413)));
    }

    #[test]
    fn chunks_end_where_they_should() {
        for good in [
            &b"0\r\n\r\n"[..],
            b"5\r\nhello\r\n0\r\n\r\n",
            b"5;a=\"b\"\r\nhello\r\n00;x\r\nTrailer: y\r\nOther: z\r\n\r\n",
            b"a \t;x\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n",
            b"1 ; a\t=\tb ;c=\"\" ; d=\"\\\"\\\\;\xff\t\";e\r\nx\r\n0\r\n\r\n",
            b"0\r\nX:\r\nY: a : b\xff\r\n\r\n",
        ] {
            let input = [good, b"GET / "].concat();
            assert_eq!(feed(Body::Chunked, &input), (good.len(), Progress::Done));
        }
    }

    #[test]
    fn malformed_chunks_are_refused() {
        for bad in [
            &b"\r\n"[..],
            b"x",
            b"-1\r\n",
            b"5\nhello",
            b"5\r\nhelloo",
            b"5\r\nhello\n",
            b" 5\r\n",
            b"5 \r\n",
            b"5 5\r\n",
            b"0x5\r\n",
            b"5\r\r\n",
            b"0\r\n\n",
            b"0\r\n x: y\r\n",
            b"5;\0\r\n",
            b"0\r\nX: y\nZ",
            b"+5\r\n",
            b"5;\r\n",
            b"5; \r\n",
            b"5;bad[=x\r\n",
            b"5;a=\r\n",
            b"5;=a\r\n",
            b"5;a;\r\n",
            b"5;;a\r\n",
            b"5;a \r\n",
            b"5;a=b \r\n",
            b"5;a=b=c\r\n",
            b"5;a b\r\n",
            b"5;a=b c\r\n",
            b"5;a=\"b\r\n",
            b"5;a=\"b\\\r\n",
            b"5;a=\"b\"c\r\n",
            b"5;\"a\"\r\n",
            b"5;a=\"\x7f\"\r\n",
            b"0\r\nX : y\r\n",
            b"0\r\nX\t: y\r\n",
            b"0\r\nX\r\n",
            b"0\r\nX[: y\r\n",
            b"0\r\n\xff: y\r\n",
            b"0\r\nX: y\x7f\r\n",
        ] {
            assert!(matches!(feed(Body::Chunked, bad), (_, Progress::Bad(400))), "{bad:?}");
        }
    }

    #[test]
    fn what_may_come_is_limited() {
        let (_, end) = feed(
            Body::Chunked,
            b"32\r\n01234567890123456789012345678901234567890123456789\r\n33\r\n",
        );
        assert_eq!(end, Progress::Bad(413));
        assert_eq!(feed(Body::Chunked, b"ffffffffffffffff\r\n").1, Progress::Bad(413));
        assert_eq!(feed(Body::Chunked, b"10000000000000000\r\n").1, Progress::Bad(413));
        let extension = [b"1;".to_vec(), vec![b'x'; 20_000]].concat();
        assert_eq!(feed(Body::Chunked, &extension).1, Progress::Bad(431));
        let trailer = [b"0\r\n".to_vec(), b"X: y\r\n".repeat(5_000)].concat();
        assert_eq!(feed(Body::Chunked, &trailer).1, Progress::Bad(431));
        let mut ended = Discard::new(Body::Chunked, 100);
        ended.feed(b"x");
        assert_eq!(ended.feed(b"5\r\n"), (0, Progress::Bad(400)), "it stays refused");
    }

    /// What remains of a text after a token, which it must begin with.
    fn after_token(text: &[u8]) -> Option<&[u8]> {
        let len = text.iter().take_while(|b| b"xy1".contains(b)).count();
        (len > 0).then(|| &text[len..])
    }

    /// What remains after a quoted string.
    fn after_quoted(text: &[u8]) -> Option<&[u8]> {
        let mut rest = text.strip_prefix(b"\"")?;
        loop {
            rest = match rest {
                [b'"', rest @ ..] => return Some(rest),
                [b'\\', _, rest @ ..] | [_, rest @ ..] => rest,
                [] => return None,
            };
        }
    }

    /// Whether a text is `*( BWS ";" BWS name [ BWS "=" BWS value ] )`.
    fn derived(text: &[u8]) -> bool {
        fn one(text: &[u8]) -> Option<&[u8]> {
            let name = text.trim_ascii_start().strip_prefix(b";")?.trim_ascii_start();
            let rest = after_token(name)?;
            match rest.trim_ascii_start().strip_prefix(b"=").map(<[u8]>::trim_ascii_start) {
                Some(value) => after_token(value).or_else(|| after_quoted(value)),
                None => Some(rest),
            }
        }
        text.is_empty() || one(text).is_some_and(derived)
    }

    proptest! {
        /// Any chunks, any split: the end is found at the same byte, and what follows is left.
        #[test]
        fn any_split_ends_at_the_same_byte(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 0..5),
            cuts in prop::collection::vec(1usize..9, 1..8),
        ) {
            let mut input = Vec::new();
            for chunk in &chunks {
                input.extend(format!("{:x}\r\n", chunk.len()).bytes());
                input.extend(chunk);
                input.extend(b"\r\n");
            }
            input.extend(b"0\r\nT: x\r\n\r\n");
            let end = input.len();
            input.extend(b"GET / HTTP/1.1\r\n");
            let mut body = Discard::new(Body::Chunked, 100);
            let (mut at, mut turn) = (0, 0);
            let progress = loop {
                let upto = (at + cuts[turn % cuts.len()]).min(input.len());
                let (took, progress) = body.feed(&input[at..upto]);
                at += took;
                turn += 1;
                if progress != Progress::More {
                    break progress;
                }
            };
            prop_assert_eq!((at, progress), (end, Progress::Done));
        }

        /// Extensions are taken exactly where RFC 9112, section 7.1.1, derives them.
        #[test]
        fn extensions_are_those_of_the_grammar(
            extension in prop::collection::vec(
                prop::sample::select(&[";", ";", "=", "x", "y1", " ", "\t", "\"", "\\", "\"c\"", "["][..]),
                0..12,
            ),
        ) {
            let extension = extension.concat();
            let progress = feed(Body::Chunked, format!("0{extension}\r\n\r\n").as_bytes()).1;
            let expected =
                if derived(extension.as_bytes()) { Progress::Done } else { Progress::Bad(400) };
            prop_assert_eq!(progress, expected, "{:?}", extension);
        }

        #[test]
        fn any_bytes_one_by_one_are_judged_as_at_once(
            bytes in prop::collection::vec(prop::sample::select(&b"05af;=\"\\\r\n x:\0"[..]), 0..40),
        ) {
            let whole = feed(Body::Chunked, &bytes);
            let mut body = Discard::new(Body::Chunked, 100);
            let (mut at, mut last) = (0, Progress::More);
            for byte in &bytes {
                let (took, progress) = body.feed(std::slice::from_ref(byte));
                at += took;
                last = progress;
                if progress != Progress::More {
                    break;
                }
            }
            prop_assert_eq!((at, last), whole);
        }
    }
}
