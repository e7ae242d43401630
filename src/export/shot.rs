//! A picture of the screen, and its place in time.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use unicode_width::UnicodeWidthStr;

use crate::telemetry::Nanos;

/// What a picture is there for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Step {
    /// Time went on.
    Time,
    /// It stands before a call.
    Call,
    /// It stands before a wait.
    Turn,
}

/// A picture of the screen, in each of the ways in which it is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Shot<'a> {
    /// On the recording's clock.
    pub at: Nanos,
    /// What it is there for.
    pub step: Step,
    /// The same screen in each way.
    pub ways: &'a [Buffer],
}

/// The cells of a row that show something of their own, each with its column and its width: what a wide
/// sign covers is left out.
pub fn cells(picture: &Buffer, row: u16) -> impl Iterator<Item = (u16, u16, &Cell)> {
    let area = picture.area;
    let mut column = area.left();
    std::iter::from_fn(move || {
        let cell = picture.cell(Position::new(column, area.top() + row))?;
        let width = u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
        let at = column - area.left();
        column = column.saturating_add(width);
        Some((at, width, cell))
    })
}
