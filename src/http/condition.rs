//! Preconditions (RFC 9110, section 13): whether a file is sent, was known already, or is not what
//! the client thought it was.

use std::time::{Duration, SystemTime};

use super::parse::Request;

/// What is compared: a file's entity tag, quotes included, and when it was changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Validators<'a> {
    pub(super) etag: &'a str,
    /// Seconds since 1970.
    pub(super) modified: Option<u64>,
}

/// What the preconditions come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    Send,
    NotModified,
    Failed,
}

/// Evaluates them in the order of RFC 9110, section 13.2.2, for GET and HEAD.
pub(super) fn evaluate(request: &Request<'_>, file: Validators<'_>) -> Outcome {
    if let Some(found) = matches(request, "if-match", file.etag, strongly_equal) {
        if !found {
            return Outcome::Failed;
        }
    } else if let Some(since) = date(request, "if-unmodified-since")
        && file.modified.is_some_and(|modified| modified > since)
    {
        return Outcome::Failed;
    }
    if let Some(found) = matches(request, "if-none-match", file.etag, weakly_equal) {
        return if found { Outcome::NotModified } else { Outcome::Send };
    }
    match (date(request, "if-modified-since"), file.modified) {
        (Some(since), Some(modified)) if modified <= since => Outcome::NotModified,
        _ => Outcome::Send,
    }
}

/// Whether a `Range` counts: there is no `If-Range`, or it names exactly this file (section 13.1.5).
/// A date is only exact when the file had been left alone for a second before `now`.
pub(super) fn range_counts(request: &Request<'_>, file: Validators<'_>, now: u64) -> bool {
    let mut values = request.values("if-range");
    let Some(value) = values.next() else { return true };
    if values.next().is_some() {
        return false;
    }
    if value.starts_with(b"\"") || value.starts_with(b"W/") {
        return strongly_equal(value, file.etag.as_bytes());
    }
    parse_date(value).is_some_and(|date| file.modified == Some(date) && date < now)
}

/// Whether the tag is among those of a header; `None` when there is no such header.
fn matches(
    request: &Request<'_>,
    name: &str,
    etag: &str,
    equal: fn(&[u8], &[u8]) -> bool,
) -> Option<bool> {
    let mut there = None;
    for value in request.values(name) {
        let found = value == b"*" || Tags(value).any(|tag| equal(tag, etag.as_bytes()));
        there = Some(found || there.unwrap_or(false));
    }
    there
}

fn strongly_equal(a: &[u8], b: &[u8]) -> bool {
    a == b && !a.starts_with(b"W/")
}

fn weakly_equal(a: &[u8], b: &[u8]) -> bool {
    a.strip_prefix(b"W/").unwrap_or(a) == b.strip_prefix(b"W/").unwrap_or(b)
}

/// The entity tags of a list; ends at the first that is malformed. A tag may contain a comma.
struct Tags<'a>(&'a [u8]);

impl<'a> Iterator for Tags<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.0.iter().position(|b| !matches!(b, b' ' | b'\t' | b','))?;
        let text = &self.0[start..];
        let open = if text.starts_with(b"W/") { 2 } else { 0 };
        if text.get(open) != Some(&b'"') {
            self.0 = &[];
            return None;
        }
        let Some(len) = text[open + 1..].iter().position(|&b| b == b'"') else {
            self.0 = &[];
            return None;
        };
        let (tag, rest) = text.split_at(open + len + 2);
        self.0 = rest;
        Some(tag)
    }
}

/// The date of a header that is there once; `None` when it is no date, and then it is ignored.
fn date(request: &Request<'_>, name: &str) -> Option<u64> {
    parse_date(request.single(name)?)
}

fn parse_date(value: &[u8]) -> Option<u64> {
    let time = httpdate::parse_http_date(str::from_utf8(value).ok()?).ok()?;
    time.duration_since(SystemTime::UNIX_EPOCH).ok().as_ref().map(Duration::as_secs)
}
