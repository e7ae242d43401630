//! What more than one grammar is made of: characters (RFC 9110, section 5.6), and the weights of what
//! a client accepts (section 12.4.2).

/// What a token is made of.
pub(super) fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

/// What may stand in a field's value, or be quoted by a backslash.
pub(super) fn is_text(b: u8) -> bool {
    b == b'\t' || (b >= b' ' && b != 0x7f)
}

/// `q=0.5` in thousandths; 0 for what is malformed.
pub(super) fn weight(parameter: &[u8]) -> u16 {
    let [b'q' | b'Q', b'=', first @ (b'0' | b'1'), rest @ ..] = parameter else { return 0 };
    let digits = match rest {
        [] => &[][..],
        [b'.', digits @ ..] if digits.len() <= 3 && digits.iter().all(u8::is_ascii_digit) => digits,
        _ => return 0,
    };
    let mut value = u16::from(first - b'0');
    for i in 0..3 {
        value = value * 10 + digits.get(i).map_or(0, |b| u16::from(b - b'0'));
    }
    value.min(1000)
}
