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
        (text, paint.letters.to_string(), paint.ground.to_string(), paint.bold)
    };
    pieces.into_iter().map(piece).collect()
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
}
