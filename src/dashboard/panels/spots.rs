//! What is where on the screen, for those who ask what it is: noted while it is drawn, and only then
//! when somebody asks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::dashboard::state::explain::thing::Thing;
use crate::telemetry::Bit;

/// Things and their places.
#[derive(Debug, Default)]
pub struct Spots {
    asked: bool,
    all: Vec<(Rect, Thing)>,
}

impl Spots {
    /// A list that is kept if that is asked for.
    #[must_use]
    pub fn when(asked: bool) -> Self {
        Self { asked, all: Vec::new() }
    }

    /// Whether somebody asks: else nothing need be looked up.
    #[must_use]
    pub fn are_asked(&self) -> bool {
        self.asked
    }

    /// Notes a thing; what is noted later lies over it.
    pub fn add(&mut self, area: Rect, thing: Thing) {
        if self.asked {
            self.all.push((area, thing));
        }
    }

    /// Notes things below each other, each with so many rows, from the first row of `area` on.
    pub fn add_rows(&mut self, area: Rect, rows: impl IntoIterator<Item = (usize, Thing)>) {
        let mut y = area.y;
        for (height, thing) in rows {
            let height =
                u16::try_from(height).unwrap_or(u16::MAX).min(area.bottom() - y.min(area.bottom()));
            self.add(Rect { y, height, ..area }, thing);
            y = y.saturating_add(height);
        }
    }

    /// Notes the bits of the masks that stand there in letters.
    pub fn add_bits(&mut self, buffer: &Buffer, area: Rect) {
        if !self.asked {
            return;
        }
        let area = area.intersection(buffer.area);
        for y in area.top()..area.bottom() {
            let mut word = String::new();
            for x in area.left()..=area.right() {
                let cell = buffer.cell((x, y)).filter(|_| x < area.right());
                let letter = cell.and_then(|cell| cell.symbol().chars().next());
                let in_word = |letter: &char| letter.is_alphanumeric() || *letter == '_';
                if let Some(letter) = letter.filter(in_word) {
                    word.push(letter);
                    continue;
                }
                let bit = Bit::ALL.into_iter().find(|bit| bit.name() == word);
                if let (Some(bit), Ok(width)) = (bit, u16::try_from(word.len())) {
                    self.add(Rect { x: x - width, y, width, height: 1 }, Thing::Bit(bit));
                }
                word.clear();
            }
        }
    }

    /// What lies there, the topmost.
    #[must_use]
    pub fn at(&self, at: Position) -> Option<Thing> {
        self.all.iter().rev().find(|(area, _)| area.contains(at)).map(|(_, thing)| *thing)
    }

    /// Where a thing is.
    pub fn of(&self, thing: Thing) -> impl Iterator<Item = Rect> + '_ {
        self.all.iter().filter(move |(_, other)| *other == thing).map(|(area, _)| *area)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_found_in_what_is_drawn() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 24, 2));
        buffer.set_string(0, 0, "9:IN|RDHUP INNER OUT_ 空ET", ratatui::style::Style::new());
        let mut spots = Spots::when(true);
        spots.add_bits(&buffer, Rect::new(0, 0, 40, 9));
        let found: Vec<(u16, Thing)> =
            spots.all.iter().map(|(area, thing)| (area.x, *thing)).collect();
        assert_eq!(found, [(2, Thing::Bit(Bit::In)), (5, Thing::Bit(Bit::Rdhup))]);
        assert_eq!(spots.at(Position::new(9, 0)), Some(Thing::Bit(Bit::Rdhup)));
        assert_eq!(spots.at(Position::new(4, 0)), None, "the bar");
    }
}
