//! Byte ranges (RFC 9110, section 14).

/// How many ranges are looked at in one request; more than that get the whole file.
const MOST: usize = 16;

/// A part of a file: where it begins, and how many bytes, at least one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Offset of its first byte.
    pub start: u64,
    /// Its length in bytes.
    pub len: u64,
}

/// What a `Range` header asks of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ranges {
    /// Nothing that is understood: send the whole.
    Whole,
    /// Nothing that the file has: 416.
    Unsatisfiable,
    /// These parts, ascending where they overlapped or touched, else in the order asked for.
    Parts(Vec<Span>),
}

impl Ranges {
    /// Reads a `Range` header for a file of `size` bytes. Ranges that overlap or touch are joined.
    #[must_use]
    pub fn parse(value: &[u8], size: u64) -> Self {
        let Some((unit, set)) = value.split_at_checked(6) else { return Self::Whole };
        if !unit.eq_ignore_ascii_case(b"bytes=") {
            return Self::Whole;
        }
        let mut parts: Vec<Span> = Vec::new();
        let mut seen = 0;
        for spec in set.split(|&b| b == b',').map(<[u8]>::trim_ascii) {
            if spec.is_empty() {
                continue;
            }
            seen += 1;
            let Some(range) = read(spec, size) else { return Self::Whole };
            if seen > MOST {
                return Self::Whole;
            }
            parts.extend(range);
        }
        match (seen, parts.is_empty()) {
            (0, _) => Self::Whole,
            (_, true) => Self::Unsatisfiable,
            _ => Self::Parts(join(parts)),
        }
    }
}

/// One range: `None` when malformed, `Some(None)` when the file has none of it.
#[expect(clippy::option_option, reason = "malformed and unsatisfiable are answered differently")]
fn read(spec: &[u8], size: u64) -> Option<Option<Span>> {
    let dash = spec.iter().position(|&b| b == b'-')?;
    let (first, last) = (&spec[..dash], &spec[dash + 1..]);
    if first.is_empty() {
        let len = number(last)?.min(size);
        return Some((len > 0).then(|| Span { start: size - len, len }));
    }
    let start = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    if last < start {
        return None;
    }
    // `size - 1` is only reached when there is a byte.
    Some((start < size).then(|| Span { start, len: last.min(size - 1) - start + 1 }))
}

/// Digits; a number too large for any file is the largest one.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0'))))
}

/// Joins parts where any two overlap or touch: nobody gains from the same byte sent twice, and
/// many overlapping ranges are an attack (RFC 9110, section 14.2).
fn join(parts: Vec<Span>) -> Vec<Span> {
    let mut sorted = parts.clone();
    sorted.sort_unstable_by_key(|part| part.start);
    let mut joined: Vec<Span> = Vec::with_capacity(sorted.len());
    for part in sorted {
        match joined.last_mut() {
            Some(last) if part.start <= last.start + last.len => {
                last.len = last.len.max(part.start + part.len - last.start);
            }
            _ => joined.push(part),
        }
    }
    if joined.len() == parts.len() { parts } else { joined }
}
