//! The other protocol: sends back what it gets, and publishes it as text.

use encoding_rs::{Decoder, Encoding};

/// What the server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    Http,
    /// Whatever comes goes back; it is shown as text in this encoding.
    Echo(&'static Encoding),
}

impl Protocol {
    /// The scheme of its address: `http` or `tcp`.
    #[must_use]
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Echo(_) => "tcp",
        }
    }
}

/// Turns what comes on one connection into text. A letter that is cut in two by the end of a
/// `recv` is published whole with the next.
pub(super) struct Text(Box<Decoder>);

impl Text {
    pub(super) fn new(encoding: &'static Encoding) -> Self {
        Self(Box::new(encoding.new_decoder_without_bom_handling()))
    }

    /// The letters that are complete now; what the encoding does not know is U+FFFD.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> String {
        let room = self.0.max_utf8_buffer_length(bytes.len()).unwrap_or(0);
        let mut text = String::with_capacity(room);
        // There is room for all of it, so it is done in one call.
        let _ = self.0.decode_to_string(bytes, &mut text, false);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_cut_in_two_is_told_whole() {
        for (encoding, bytes) in [
            (encoding_rs::UTF_8, "举手 ✋".as_bytes().to_vec()),
            (encoding_rs::GB18030, encoding_rs::GB18030.encode("举手 ✋").0.to_vec()),
        ] {
            for cut in 0..=bytes.len() {
                let mut text = Text::new(encoding);
                let (first, second) = bytes.split_at(cut);
                let told = text.decode(first) + &text.decode(second);
                assert_eq!(told, "举手 ✋", "{} cut at {cut}", encoding.name());
            }
        }
    }
}
