//! Request bodies, read to be thrown away (RFC 9112, sections 6 and 7.1): what matters is where
//! they end, since the next request begins there.

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
    /// White space after the size; only an extension may follow.
    Space(u64),
    /// In an extension.
    Extension(u64),
    /// After the CR of the size line.
    SizeLf(u64),
    /// In a chunk's content.
    Data(u64),
    /// After the content: CR, then LF.
    DataCr,
    DataLf,
    /// At the start of a trailer line, or of the empty line that ends the body.
    Line,
    /// In a trailer line.
    Trailer,
    TrailerLf,
    EndLf,
    Done,
    Bad(u16),
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
            (State::Digits(n) | State::Space(n) | State::Extension(n), b'\r') => {
                // White space without an extension after it is how sizes are made ambiguous.
                if matches!(state, State::Space(_)) { State::Bad(400) } else { State::SizeLf(n) }
            }
            (State::Digits(n), _) if hex(b).is_some() => {
                let digit = hex(b).unwrap_or_default();
                match n.checked_mul(16).and_then(|n| n.checked_add(digit)) {
                    Some(n) => State::Digits(n),
                    None => State::Bad(413),
                }
            }
            (State::Digits(n) | State::Space(n), b';') => self.extra(State::Extension(n)),
            (State::Digits(n) | State::Space(n), b' ' | b'\t') => self.extra(State::Space(n)),
            (State::Extension(n), _) if is_text(b) => self.extra(State::Extension(n)),
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
            (State::Line, b' ' | b'\t' | b':') => State::Bad(400),
            (State::Trailer, b'\r') => State::TrailerLf,
            (State::Line | State::Trailer, _) if is_text(b) => self.extra(State::Trailer),
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

/// What may stand in an extension or a trailer line.
fn is_text(b: u8) -> bool {
    b == b'\t' || (b >= b' ' && b != 0x7f)
}
