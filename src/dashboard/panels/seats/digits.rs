//! Large digits, three columns each, out of half blocks or of `#`.

/// The columns of one digit and the gap behind it.
const STEP: usize = 4;

/// Three bits a row, from the top.
const SHAPES: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b001, 0b001, 0b001],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];

/// How many rows they take.
pub(super) const fn height(ascii: bool) -> u16 {
    if ascii { 5 } else { 3 }
}

/// How many columns a number takes.
pub(super) fn width(number: u32) -> usize {
    number.to_string().len() * STEP - 1
}

/// A number in large digits, row by row.
pub(super) fn rows(number: u32, ascii: bool) -> Vec<String> {
    let digits: Vec<[u8; 5]> = number
        .to_string()
        .bytes()
        .map(|digit| SHAPES[usize::from(digit.wrapping_sub(b'0')) % SHAPES.len()])
        .collect();
    let row = |glyph: &dyn Fn(&[u8; 5], u8) -> &'static str| {
        let parts: Vec<String> = digits
            .iter()
            .map(|shape| (0..3).rev().map(|bit| glyph(shape, bit)).collect())
            .collect();
        parts.join(" ")
    };
    let is_set =
        |shape: &[u8; 5], y: usize, bit: u8| shape.get(y).is_some_and(|row| row >> bit & 1 == 1);
    if ascii {
        (0..5).map(|y| row(&|shape, bit| if is_set(shape, y, bit) { "#" } else { " " })).collect()
    } else {
        let half = |y: usize| {
            row(&|shape, bit| match (is_set(shape, y, bit), is_set(shape, y + 1, bit)) {
                (true, true) => "█",
                (true, false) => "▀",
                (false, true) => "▄",
                (false, false) => " ",
            })
        };
        (0..5).step_by(2).map(half).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_drawn_in_blocks_and_in_letters() {
        assert_eq!(rows(17, false), ["▄█  ▀▀█", " █    █", "▀▀▀   ▀"]);
        assert_eq!(rows(40, true), ["# # ###", "# # # #", "### # #", "  # # #", "  # ###"]);
        for number in [0, 9, 10, 4711] {
            for ascii in [false, true] {
                let rows = rows(number, ascii);
                assert_eq!(rows.len(), usize::from(height(ascii)));
                assert!(rows.iter().all(|row| row.chars().count() == width(number)), "{rows:?}");
            }
        }
    }
}
