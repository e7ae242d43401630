//! Characters that more than one grammar is made of (RFC 9110, section 5.6).

/// What a token is made of.
pub(super) fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

/// What may stand in a field's value, or be quoted by a backslash.
pub(super) fn is_text(b: u8) -> bool {
    b == b'\t' || (b >= b' ' && b != 0x7f)
}
