//! A request's target in its four forms (RFC 9112, section 3.2), and what an authority may be.

use std::net::Ipv6Addr;

/// A target's path and query, in any of the four forms (RFC 9112, section 3.2).
///
/// # Errors
/// 400 for what has none of them, 421 for an `https` URI: no connection here is secured (RFC 9110,
/// section 7.4).
pub(super) fn target_form<'b>(
    method: &str,
    target: &'b [u8],
) -> Result<(&'b [u8], Option<&'b [u8]>), u16> {
    // httparse lets UTF-8 pass; a URI is ASCII.
    if !target.is_ascii() {
        return Err(400);
    }
    let mut secure = false;
    let rest = match target {
        [b'/', ..] => target,
        b"*" if method == "OPTIONS" => return Ok((target, None)),
        // Authority-form: never served, but no reason to end the connection.
        _ if method == "CONNECT" && is_authority(target) => return Ok((target, None)),
        _ if method == "CONNECT" => return Err(400),
        _ => {
            let rest = if let Some(rest) = strip_ignoring_case(target, b"https://") {
                secure = true;
                rest
            } else {
                strip_ignoring_case(target, b"http://").ok_or(400u16)?
            };
            let end = rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#'));
            let (authority, rest) = rest.split_at(end.unwrap_or(rest.len()));
            // A host of `http` and `https` is never empty (RFC 9110, section 4.2).
            if matches!(authority, [] | [b':', ..]) || !is_authority(authority) {
                return Err(400);
            }
            rest
        }
    };
    let (path, query) = match rest.iter().position(|b| matches!(b, b'?' | b'#')) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    // A fragment is never sent.
    if query.is_some_and(|query| rest[path.len()] == b'#' || query.contains(&b'#')) {
        return Err(400);
    }
    if secure {
        return Err(421);
    }
    Ok((if path.is_empty() { b"/" } else { path }, query))
}

fn strip_ignoring_case<'b>(text: &'b [u8], prefix: &[u8]) -> Option<&'b [u8]> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// `uri-host [ ":" port ]` (RFC 9110, section 7.2; RFC 3986, section 3.2), which may be empty.
pub(super) fn is_authority(text: &[u8]) -> bool {
    let port = if let [b'[', rest @ ..] = text {
        let Some(end) = rest.iter().position(|&b| b == b']') else { return false };
        if !is_ip_literal(&rest[..end]) {
            return false;
        }
        &rest[end + 1..]
    } else {
        after_name(text)
    };
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// What may stand between the brackets of an `IP-literal`: an IPv6 address, or the address of a
/// version that is yet to come (RFC 3986, section 3.2.2).
fn is_ip_literal(text: &[u8]) -> bool {
    let [b'v' | b'V', rest @ ..] = text else {
        return str::from_utf8(text).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok());
    };
    let Some(dot) = rest.iter().position(|&b| b == b'.') else { return false };
    let (version, address) = (&rest[..dot], &rest[dot + 1..]);
    !version.is_empty()
        && version.iter().all(u8::is_ascii_hexdigit)
        && !address.is_empty()
        && address.iter().all(|&b| b == b':' || NAME[usize::from(b)])
}

/// What follows a `reg-name`.
fn after_name(mut text: &[u8]) -> &[u8] {
    loop {
        let end = text.iter().position(|&b| !NAME[usize::from(b)]).unwrap_or(text.len());
        match &text[end..] {
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                text = rest;
            }
            rest => return rest,
        }
    }
}

/// Which bytes stand for themselves in a `reg-name`. A table: every request comes this way.
static NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0u8;
    loop {
        // `&` to `.` are `&'()*+,-.`.
        table[b as usize] = b.is_ascii_alphanumeric()
            || matches!(b, b'!' | b'$' | b'&'..=b'.' | b';' | b'=' | b'_' | b'~');
        if b == u8::MAX {
            break table;
        }
        b += 1;
    }
};
