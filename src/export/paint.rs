//! How a cell looks, in 24 bits.

use std::fmt;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// A colour as CSS and SVG have it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Rgb(u8, u8, u8);

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// What a terminal has where no colour was chosen.
const LETTERS: Rgb = Rgb(0xd8, 0xde, 0xe9);
const GROUND: Rgb = Rgb(0x14, 0x17, 0x1c);

/// How a cell looks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Paint {
    pub(super) letters: Rgb,
    pub(super) ground: Rgb,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) underlined: bool,
}

impl Default for Paint {
    fn default() -> Self {
        let (letters, ground) = (LETTERS, GROUND);
        Self { letters, ground, bold: false, italic: false, underlined: false }
    }
}

impl Paint {
    pub(super) fn of(cell: &Cell) -> Self {
        let is = |modifier| cell.modifier.contains(modifier);
        let (mut letters, mut ground) = (rgb(cell.fg, LETTERS), rgb(cell.bg, GROUND));
        if is(Modifier::REVERSED) {
            std::mem::swap(&mut letters, &mut ground);
        }
        if is(Modifier::DIM) {
            let between = |a: u8, b: u8| u8::midpoint(a, b);
            letters = Rgb(
                between(letters.0, ground.0),
                between(letters.1, ground.1),
                between(letters.2, ground.2),
            );
        }
        Self {
            letters,
            ground,
            bold: is(Modifier::BOLD),
            italic: is(Modifier::ITALIC),
            underlined: is(Modifier::UNDERLINED),
        }
    }

    /// What is no colour, as attributes of SVG.
    pub(super) fn attributes(self) -> String {
        let all = [
            (self.bold, r#" font-weight="bold""#),
            (self.italic, r#" font-style="italic""#),
            (self.underlined, r#" text-decoration="underline""#),
        ];
        all.iter().filter(|(is, _)| *is).map(|(_, text)| *text).collect()
    }
}

fn rgb(color: Color, usual: Rgb) -> Rgb {
    match color {
        Color::Rgb(r, g, b) => Rgb(r, g, b),
        _ => usual,
    }
}
