//! How much of a request is read before it is refused.

/// How large the parts of a request may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The request line and header section together, in bytes; over it 431.
    pub head_bytes: usize,
    /// The request target, in bytes; over it 414.
    pub target_bytes: usize,
    /// Header lines, at most [`Limits::MAX_HEADERS`]; over it 431.
    pub headers: usize,
    /// The body's content, in bytes; over it 413.
    pub body_bytes: u64,
}

impl Limits {
    /// The largest useful value of [`Limits::headers`].
    pub const MAX_HEADERS: usize = 100;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 16 * 1024,
            target_bytes: 8000,
            headers: Self::MAX_HEADERS,
            body_bytes: 1024 * 1024,
        }
    }
}
