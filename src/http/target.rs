//! A request's target in its four forms (RFC 9112, section 3.2), and what an authority may be.

/// A target's path and query, in any of the four forms (RFC 9112, section 3.2).
pub(super) fn target_form<'b>(
    method: &str,
    target: &'b [u8],
) -> Option<(&'b [u8], Option<&'b [u8]>)> {
    let rest = match target {
        [b'/', ..] => target,
        b"*" => return (method == "OPTIONS").then_some((target, None)),
        // Authority-form: never served, but no reason to end the connection.
        _ if method == "CONNECT" => return is_authority(target).then_some((target, None)),
        _ => {
            let rest = strip_ignoring_case(target, b"http://")
                .or_else(|| strip_ignoring_case(target, b"https://"))?;
            let end = rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#'));
            let (authority, rest) = rest.split_at(end.unwrap_or(rest.len()));
            if authority.is_empty() || !is_authority(authority) {
                return None;
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
        return None;
    }
    Some((if path.is_empty() { b"/" } else { path }, query))
}

fn strip_ignoring_case<'b>(text: &'b [u8], prefix: &[u8]) -> Option<&'b [u8]> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// `uri-host [ ":" port ]` (RFC 9110, section 7.2; RFC 3986, section 3.2), which may be empty.
pub(super) fn is_authority(text: &[u8]) -> bool {
    let port = if let [b'[', rest @ ..] = text {
        let Some(end) = rest.iter().position(|&b| b == b']') else { return false };
        let literal = &rest[..end];
        let inside = |b: &u8| b.is_ascii_hexdigit() || matches!(b, b':' | b'.');
        if literal.is_empty() || !literal.iter().all(inside) {
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
