//! A picture line by line, in pieces that look alike: what a telephone shows of the projected screen.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

use super::paint::Paint;
use crate::class::Piece;

/// The lines of a picture that was drawn in 24 bits.
#[must_use]
pub fn lines(picture: &Buffer) -> Vec<Vec<Piece>> {
    let width = usize::from(picture.area.width).max(1);
    picture.content.chunks(width).map(line).collect()
}

fn line(cells: &[ratatui::buffer::Cell]) -> Vec<Piece> {
    let mut pieces: Vec<(String, Paint)> = Vec::new();
    let mut covered = 0;
    for cell in cells {
        // The second half of a wide letter has none of its own.
        if covered > 0 {
            covered -= 1;
            continue;
        }
        covered = cell.symbol().width().saturating_sub(1);
        let paint = Paint::of(cell);
        match pieces.last_mut() {
            Some((text, last)) if *last == paint => text.push_str(cell.symbol()),
            _ => pieces.push((cell.symbol().to_owned(), paint)),
        }
    }
    let piece = |(text, paint): (String, Paint)| {
        (without_addresses(&text), paint.letters.to_string(), paint.ground.to_string(), paint.bold)
    };
    pieces.into_iter().map(piece).collect()
}

/// A text without addresses of clients: whoever looks at a telephone need not know the others' ones. What
/// is typed to join stays.
fn without_addresses(text: &str) -> String {
    let is_address = |word: &str| {
        let dots = word.matches('.').count();
        let (v4, v6) = (dots >= 2, word.contains("]:"));
        word.contains(':') && (v4 || v6) && !word.contains("//")
    };
    let hide = |word: &str| {
        if is_address(word) {
            word.replace(|c: char| c.is_ascii_hexdigit(), "\u{b7}")
        } else {
            word.to_owned()
        }
    };
    text.split(' ').map(hide).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Modifier, Style};

    use super::*;

    #[test]
    fn what_looks_alike_is_one_piece() {
        let mut picture = Buffer::empty(Rect::new(0, 0, 6, 2));
        picture.set_string(0, 0, "ab", Style::new().fg(Color::Rgb(1, 2, 3)));
        picture.set_string(2, 0, "\u{4e2d}c", Style::new().add_modifier(Modifier::BOLD));
        let lines = lines(&picture);
        let texts: Vec<_> = lines[0].iter().map(|(text, ..)| text.as_str()).collect();
        assert_eq!((texts, lines.len()), (vec!["ab", "\u{4e2d}c", " "], 2));
        assert_eq!(lines[0][0].1, "#010203");
        assert!(lines[0][1].3 && lines[1].len() == 1);
    }

    #[test]
    fn addresses_of_clients_are_not_told() {
        for (text, told) in [
            (
                "fd 9 is 192.168.1.31:51820",
                "fd 9 is \u{b7}\u{b7}\u{b7}.\u{b7}\u{b7}\u{b7}.\u{b7}.\u{b7}\u{b7}:\u{b7}\u{b7}\u{b7}\u{b7}\u{b7}",
            ),
            (
                "\u{2026}168.1.31:40001 ",
                "\u{2026}\u{b7}\u{b7}\u{b7}.\u{b7}.\u{b7}\u{b7}:\u{b7}\u{b7}\u{b7}\u{b7}\u{b7} ",
            ),
            ("http://192.168.1.20:7890/KXTR", "http://192.168.1.20:7890/KXTR"),
            (" 1.204101 recv  fd 9  = 84", " 1.204101 recv  fd 9  = 84"),
            ("35:IN 1.0 : 1.0", "35:IN 1.0 : 1.0"),
        ] {
            assert_eq!(without_addresses(text), told);
        }
    }
}
