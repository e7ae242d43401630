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
            // All that an empty file can satisfy: a suffix, by all of its no bytes.
            _ if size == 0 => Self::Whole,
            _ => Self::Parts(join(parts)),
        }
    }
}

/// One range: `None` when malformed, `Some(None)` when the file cannot satisfy it.
#[expect(clippy::option_option, reason = "malformed and unsatisfiable are answered differently")]
fn read(spec: &[u8], size: u64) -> Option<Option<Span>> {
    let dash = spec.iter().position(|&b| b == b'-')?;
    let (first, last) = (&spec[..dash], &spec[dash + 1..]);
    if first.is_empty() {
        // Satisfiable by any file, unless it is a suffix of nothing (RFC 9110, section 14.1.2).
        let suffix = number(last)?;
        let len = suffix.min(size);
        return Some((suffix > 0).then(|| Span { start: size - len, len }));
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

/// Joins parts where any two overlap or touch: the same byte sent twice is of no use, and
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(value: &str, size: u64) -> Vec<(u64, u64)> {
        match Ranges::parse(value.as_bytes(), size) {
            Ranges::Parts(parts) => parts.iter().map(|part| (part.start, part.len)).collect(),
            other => panic!("{value}: {other:?}"),
        }
    }

    #[test]
    fn ranges_are_cut_to_the_file() {
        assert_eq!(parts("bytes=0-0", 10), [(0, 1)]);
        assert_eq!(parts("Bytes=5-", 10), [(5, 5)]);
        assert_eq!(parts("bytes=-3", 10), [(7, 3)]);
        assert_eq!(parts("bytes=-30", 10), [(0, 10)]);
        assert_eq!(parts("bytes=8-30, ,", 10), [(8, 2)]);
        assert_eq!(parts("bytes=20-30,1-2", 10), [(1, 2)]);
        assert_eq!(parts("bytes=8-8 , 1-2", 10), [(8, 1), (1, 2)]);
        assert_eq!(parts("bytes=4-6,0-4", 10), [(0, 7)]);
        assert_eq!(parts("bytes=0-18446744073709551615", u64::MAX), [(0, u64::MAX)]);
        assert_eq!(parts("bytes=5000000000-5000000001", 6_000_000_000), [(5_000_000_000, 2)]);
    }

    #[test]
    fn what_is_not_understood_gets_the_whole() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "items=0-1",
            "bytes=1",
            "bytes=2-1",
            "bytes=a-",
            "bytes=-",
            "bytes=0-1,x",
            "bytes=+1-2",
            "bytes 0-1",
        ] {
            assert_eq!(Ranges::parse(value.as_bytes(), 10), Ranges::Whole, "{value}");
        }
        let many = format!("bytes={}", "0-0,".repeat(17));
        assert_eq!(Ranges::parse(many.as_bytes(), 10), Ranges::Whole);
        assert_eq!(Ranges::parse(b"bytes=10-", 10), Ranges::Unsatisfiable);
        assert_eq!(Ranges::parse(b"bytes=-0", 10), Ranges::Unsatisfiable);
    }

    /// A suffix that is not empty can be satisfied by a file that is: with the whole of it
    /// (RFC 9110, section 14.1.2).
    #[test]
    fn an_empty_file_has_every_suffix_and_nothing_else() {
        for value in ["bytes=-5", "bytes=-1", "bytes=0-0,-5", "bytes=-0,-5"] {
            assert_eq!(Ranges::parse(value.as_bytes(), 0), Ranges::Whole, "{value}");
        }
        for value in ["bytes=0-", "bytes=0-0", "bytes=5-9", "bytes=-0", "bytes=0-0,-0"] {
            assert_eq!(Ranges::parse(value.as_bytes(), 0), Ranges::Unsatisfiable, "{value}");
        }
    }

    proptest! {
        /// Against a plain model: the bytes asked for, as a set.
        #[test]
        fn the_parts_are_the_bytes_asked_for(
            specs in prop::collection::vec((prop::option::of(0u64..12), 0u64..12), 1..6),
            size in 0u64..12,
        ) {
            let value: Vec<String> = specs
                .iter()
                .map(|&(first, n)| match first {
                    Some(first) => format!("{first}-{}", first + n),
                    None => format!("-{n}"),
                })
                .collect();
            let value = format!("bytes={}", value.join(","));
            let has = |byte: u64| {
                specs.iter().any(|&(first, n)| match first {
                    Some(first) => (first..=first + n).contains(&byte),
                    None => byte + n >= size,
                })
            };
            let wanted: Vec<u64> = (0..size).filter(|&byte| has(byte)).collect();
            let suffix = specs.iter().any(|&(first, n)| first.is_none() && n > 0);
            match Ranges::parse(value.as_bytes(), size) {
                Ranges::Parts(parts) => {
                    let mut got: Vec<u64> =
                        parts.iter().flat_map(|part| part.start..part.start + part.len).collect();
                    got.sort_unstable();
                    prop_assert_eq!(got, wanted, "no byte twice");
                }
                Ranges::Unsatisfiable => prop_assert!(wanted.is_empty() && !suffix),
                Ranges::Whole => prop_assert!(size == 0 && suffix, "{}", value),
            }
        }

        #[test]
        fn no_bytes_make_it_panic(value in "bytes=[-0-9, ]{0,60}", size: u64) {
            let _ = Ranges::parse(value.as_bytes(), size);
        }
    }
}
