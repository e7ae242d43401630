//! Letters that are read from the back row: seven pixels high, made of half blocks.

/// How high a letter is, in pixels.
const HEIGHT: usize = 7;

/// A letter: how many pixels it is wide, and its rows, the rightmost pixel being the last bit.
type Glyph = (usize, [u8; HEIGHT]);

/// What an address and a join code are made of.
fn glyph(letter: char) -> Option<Glyph> {
    Some(match letter {
        '0' => (4, [0b0110, 0b1001, 0b1001, 0b1001, 0b1001, 0b1001, 0b0110]),
        '1' => (4, [0b0010, 0b0110, 0b0010, 0b0010, 0b0010, 0b0010, 0b0111]),
        '2' => (4, [0b0110, 0b1001, 0b0001, 0b0010, 0b0100, 0b1000, 0b1111]),
        '3' => (4, [0b1110, 0b0001, 0b0001, 0b0110, 0b0001, 0b0001, 0b1110]),
        '4' => (4, [0b1001, 0b1001, 0b1001, 0b1111, 0b0001, 0b0001, 0b0001]),
        '5' => (4, [0b1111, 0b1000, 0b1110, 0b0001, 0b0001, 0b1001, 0b0110]),
        '6' => (4, [0b0110, 0b1000, 0b1000, 0b1110, 0b1001, 0b1001, 0b0110]),
        '7' => (4, [0b1111, 0b0001, 0b0001, 0b0010, 0b0010, 0b0100, 0b0100]),
        '8' => (4, [0b0110, 0b1001, 0b1001, 0b0110, 0b1001, 0b1001, 0b0110]),
        '9' => (4, [0b0110, 0b1001, 0b1001, 0b0111, 0b0001, 0b0001, 0b0110]),
        '.' => (1, [0, 0, 0, 0, 0, 0, 1]),
        ':' => (1, [0, 0, 1, 0, 0, 1, 0]),
        '/' => (3, [0b001, 0b001, 0b010, 0b010, 0b010, 0b100, 0b100]),
        '[' => (2, [0b11, 0b10, 0b10, 0b10, 0b10, 0b10, 0b11]),
        ']' => (2, [0b11, 0b01, 0b01, 0b01, 0b01, 0b01, 0b11]),
        'A' => (4, [0b0110, 0b1001, 0b1001, 0b1111, 0b1001, 0b1001, 0b1001]),
        'B' => (4, [0b1110, 0b1001, 0b1001, 0b1110, 0b1001, 0b1001, 0b1110]),
        'C' => (4, [0b0110, 0b1001, 0b1000, 0b1000, 0b1000, 0b1001, 0b0110]),
        'D' => (5, [0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b11110]),
        'E' => (4, [0b1111, 0b1000, 0b1000, 0b1110, 0b1000, 0b1000, 0b1111]),
        'F' => (5, [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b10000]),
        'G' => (5, [0b01110, 0b10001, 0b10000, 0b10111, 0b10001, 0b10001, 0b01110]),
        'H' => (5, [0b10001, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001]),
        'J' => (5, [0b00111, 0b00010, 0b00010, 0b00010, 0b00010, 0b10010, 0b01100]),
        'K' => (5, [0b10001, 0b10010, 0b10100, 0b11000, 0b10100, 0b10010, 0b10001]),
        'L' => (5, [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111]),
        'N' => (5, [0b10001, 0b11001, 0b11001, 0b10101, 0b10011, 0b10011, 0b10001]),
        'P' => (5, [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000]),
        'R' => (5, [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001]),
        'T' => (5, [0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100]),
        'V' => (5, [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01010, 0b00100]),
        'W' => (5, [0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b11011, 0b10001]),
        'X' => (5, [0b10001, 0b10001, 0b01010, 0b00100, 0b01010, 0b10001, 0b10001]),
        'Z' => (5, [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b10000, 0b11111]),
        _ => return None,
    })
}

/// The letters of a text for which there is one here.
fn glyphs(text: &str) -> impl Iterator<Item = Glyph> + '_ {
    text.chars().filter_map(|letter| glyph(letter.to_ascii_uppercase()))
}

/// How many columns a text takes, each pixel being so many.
pub(super) fn width(text: &str, scale: usize) -> usize {
    let pixels: usize = glyphs(text).map(|(wide, _)| wide + 1).sum();
    pixels.saturating_sub(1) * scale
}

/// A text in rows of blocks; in ASCII a pixel is twice as high as it is wide.
pub(super) fn rows(text: &str, scale: usize, ascii: bool) -> Vec<String> {
    let mut pixels = [const { Vec::new() }; HEIGHT];
    for (wide, glyph) in glyphs(text) {
        for (row, bits) in pixels.iter_mut().zip(glyph) {
            if !row.is_empty() {
                row.push(false);
            }
            row.extend((0..wide).rev().map(|at| bits >> at & 1 == 1));
        }
    }
    let is_set = |x: usize, y: usize| pixels.get(y).is_some_and(|row| row[x / scale.max(1)]);
    let columns = 0..pixels[0].len() * scale;
    if ascii {
        let high = scale.div_ceil(2);
        let letter = |x, y| if is_set(x, y / high) { '#' } else { ' ' };
        return (0..HEIGHT * high)
            .map(|y| columns.clone().map(|x| letter(x, y)).collect())
            .collect();
    }
    let letter = |x, y: usize| match (is_set(x, 2 * y / scale), is_set(x, (2 * y + 1) / scale)) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    };
    let high = (HEIGHT * scale).div_ceil(2);
    (0..high).map(|y| columns.clone().map(|x| letter(x, y)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::class::Code;

    #[test]
    fn every_letter_of_a_code_and_of_an_address_is_there_and_unlike_the_others() {
        let all: String = Code::alphabet().chain("0123456789abcdef.:/[]".chars()).collect();
        let all: BTreeSet<char> = all.to_uppercase().chars().collect();
        let drawn: BTreeSet<_> =
            all.iter().map(|letter| rows(&letter.to_string(), 1, false)).collect();
        assert_eq!(drawn.len(), all.len());
        for letter in all {
            let (wide, rows) = glyph(letter).unwrap();
            assert!(rows.iter().all(|row| usize::from(*row) < 1 << wide), "{letter}");
            assert!(rows.iter().any(|row| *row > 0), "{letter}");
        }
    }

    #[test]
    fn they_are_drawn_in_half_blocks_and_in_ascii() {
        let rows_of = |scale, ascii| rows("T.", scale, ascii);
        assert_eq!(rows_of(1, false), ["▀▀█▀▀  ", "  █    ", "  █    ", "  ▀   ▀"]);
        assert_eq!(rows_of(1, true)[..2], ["#####  ", "  #    "]);
        let large = rows_of(2, false);
        assert_eq!((large.len(), large[0].as_str()), (7, "██████████    "));
        assert_eq!((width("T.", 1), width("T.", 2), width("", 1)), (7, 14, 0));
        assert_eq!(rows_of(3, false).len(), 11);
        assert_eq!(rows_of(0, false), [""; 0]);
    }
}
