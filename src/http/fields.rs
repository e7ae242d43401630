//! The header lines that decide what becomes of a request, and what its body's length is
//! (RFC 9112, section 6).

use super::body::Body;

/// Framing and connection options, read from the header lines in one pass.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a header of its own")]
pub(super) struct Fields<'b> {
    pub(super) host: Option<&'b [u8]>,
    length: Option<&'b [u8]>,
    transfer: Option<&'b [u8]>,
    /// `100-continue` is among the expectations.
    pub(super) expect_continue: bool,
    /// Something else is.
    pub(super) expect_other: bool,
    /// Of the first line; whether there are more.
    pub(super) accept_encoding: Option<&'b [u8]>,
    pub(super) accept_more: bool,
    pub(super) accept_language: bool,
    pub(super) close: bool,
    pub(super) keep_alive: bool,
    pub(super) conditional: bool,
    pub(super) ranged: bool,
}

impl<'b> Fields<'b> {
    pub(super) fn gather(headers: &[httparse::Header<'b>]) -> Result<Self, u16> {
        let mut fields = Self::default();
        for header in headers {
            let is = |name: &str| header.name.eq_ignore_ascii_case(name);
            // Only lengths that matter reach a comparison.
            match header.name.len() {
                4 if is("host") => once(&mut fields.host, header.value)?,
                5 if is("range") => fields.ranged = true,
                6 if is("expect") => {
                    for expectation in list(header.value) {
                        let known = expectation.eq_ignore_ascii_case(b"100-continue");
                        fields.expect_continue |= known;
                        fields.expect_other |= !known;
                    }
                }
                8 if is("if-match") || is("if-range") => fields.conditional = true,
                10 if is("connection") => {
                    for option in list(header.value) {
                        fields.close |= option.eq_ignore_ascii_case(b"close");
                        fields.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                    }
                }
                13 if is("if-none-match") => fields.conditional = true,
                14 if is("content-length") => once(&mut fields.length, header.value)?,
                15 if is("accept-encoding") => match fields.accept_encoding {
                    None => fields.accept_encoding = Some(header.value),
                    Some(_) => fields.accept_more = true,
                },
                15 if is("accept-language") => fields.accept_language = true,
                17 if is("transfer-encoding") => once(&mut fields.transfer, header.value)?,
                17 if is("if-modified-since") => fields.conditional = true,
                19 if is("if-unmodified-since") => fields.conditional = true,
                _ => {}
            }
        }
        Ok(fields)
    }

    /// RFC 9112, section 6.
    pub(super) fn body(&self, minor: u8, limit: u64) -> Result<Body, u16> {
        match (self.transfer, self.length) {
            // Both together are how requests are smuggled; a coding in HTTP/1.0 is faulty framing.
            (Some(_), Some(_)) => Err(400),
            (Some(_), None) if minor == 0 => Err(400),
            (Some(codings), None) => transfer(codings),
            (None, Some(digits)) => match length(digits)? {
                0 => Ok(Body::None),
                n if n > limit => Err(413),
                n => Ok(Body::Length(n)),
            },
            (None, None) => Ok(Body::None),
        }
    }
}

/// The members of a list that are not empty (RFC 9110, section 5.6.1).
fn list(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&b| b == b',').map(<[u8]>::trim_ascii).filter(|member| !member.is_empty())
}

/// A header that may be there once.
fn once<'b>(slot: &mut Option<&'b [u8]>, value: &'b [u8]) -> Result<(), u16> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(400),
    }
}

/// `Content-Length`: digits and nothing else (RFC 9112, section 6.3).
fn length(value: &[u8]) -> Result<u64, u16> {
    if value.is_empty() {
        return Err(400);
    }
    value.iter().try_fold(0u64, |sum, &b| {
        let digit = b.is_ascii_digit().then(|| u64::from(b - b'0')).ok_or(400u16)?;
        sum.checked_mul(10).and_then(|sum| sum.checked_add(digit)).ok_or(400)
    })
}

/// `Transfer-Encoding`: chunked alone is understood; other codings before it are not (501), and
/// without it at the end the body has no end (400).
fn transfer(value: &[u8]) -> Result<Body, u16> {
    let mut codings = value.split(|&b| b == b',').map(<[u8]>::trim_ascii).rev();
    match codings.next() {
        Some(last) if last.eq_ignore_ascii_case(b"chunked") => {}
        _ => return Err(400),
    }
    let mut others = codings.peekable();
    if others.peek().is_none() {
        return Ok(Body::Chunked);
    }
    let twice = others.any(|coding| coding.is_empty() || coding.eq_ignore_ascii_case(b"chunked"));
    Err(if twice { 400 } else { 501 })
}
