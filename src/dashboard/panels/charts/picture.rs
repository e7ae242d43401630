//! What every chart is made of: a title, a scale, bars, an axis.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::bar;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Sparkline};
use unicode_width::UnicodeWidthStr;

use super::scale::{Unit, label};
use crate::dashboard::panels::fit::{cut, first_fit};
use crate::dashboard::state::charts::Charts;
use crate::dashboard::state::latency::Latencies;
use crate::dashboard::state::rates::Rates;
use crate::dashboard::theme::{Role, Theme};
use crate::words::units;

/// Bars of letters, for terminals without block glyphs.
const ASCII_BARS: bar::Set<'static> = bar::Set {
    full: "#",
    seven_eighths: "#",
    three_quarters: "#",
    five_eighths: "#",
    half: "=",
    three_eighths: "=",
    one_quarter: "_",
    one_eighth: "_",
    empty: " ",
};

/// The columns left of the picture, with the scale.
pub(super) const SCALE: u16 = 6;

/// One row of bars, in steps of an eighth of a line: for the header.
#[must_use]
pub fn sparkline(values: &[Option<u64>], theme: &Theme) -> String {
    let set = if theme.ascii() { ASCII_BARS } else { bar::NINE_LEVELS };
    let most = values.iter().flatten().copied().max().unwrap_or(0);
    values
        .iter()
        .map(|value| match eighths(value.unwrap_or(0), most, 1) {
            0 => set.empty,
            1 => set.one_eighth,
            2 => set.one_quarter,
            3 => set.three_eighths,
            4 => set.half,
            5 => set.five_eighths,
            6 => set.three_quarters,
            7 => set.seven_eighths,
            _ => set.full,
        })
        .collect()
}

/// How many eighths of a row a bar is high; at least one for what is not zero.
fn eighths(value: u64, most: u64, rows: u16) -> u64 {
    if value == 0 {
        return 0;
    }
    let full = u64::from(rows) * 8;
    let high = u128::from(value) * u128::from(full) / u128::from(most.max(1));
    u64::try_from(high).unwrap_or(full).clamp(1, full.max(1))
}

/// Draws charts.
pub(super) struct Painter<'a> {
    pub(super) charts: &'a Charts,
    pub(super) latencies: &'a Latencies,
    pub(super) rates: &'a Rates,
    pub(super) theme: &'a Theme,
}

impl Painter<'_> {
    pub(super) fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    pub(super) fn duration(&self, nanos: u64) -> String {
        if self.theme.ascii() { units::ascii_duration(nanos) } else { units::duration(nanos) }
    }

    pub(super) fn none(&self) -> String {
        self.theme.glyph("–", "-").to_owned()
    }

    /// The title, what is beside it in the longest spelling that fits, and the rest of the tile.
    pub(super) fn title(
        &self,
        frame: &mut Frame,
        area: Rect,
        name: &str,
        spellings: impl IntoIterator<Item = String>,
    ) -> Rect {
        let room = usize::from(area.width).saturating_sub(name.width() + 2);
        let beside = first_fit(spellings, room).unwrap_or_default();
        let name = cut(name, area.width.into(), self.theme.ascii());
        let line = Line::from(vec![
            Span::styled(name, self.style(Role::Title)),
            Span::raw("  "),
            Span::styled(beside, self.style(Role::Text)),
        ]);
        frame.render_widget(Paragraph::new(line), Rect { height: 1, ..area });
        Rect { y: area.y + 1, height: area.height - 1, ..area }
    }

    /// Draws the scale left of the picture and returns the picture's place, less a row for the
    /// axis.
    pub(super) fn scaled(&self, frame: &mut Frame, area: Rect, most: u64, unit: Unit) -> Rect {
        let height = area.height.saturating_sub(u16::from(area.height > 1));
        let scale = if area.width > SCALE + 4 { SCALE } else { 0 };
        let plot = Rect { x: area.x + scale, width: area.width - scale, height, ..area };
        if scale == 0 || height == 0 {
            return plot;
        }
        let tick = self.theme.glyph("┤", "|");
        let dim = self.style(Role::Dim);
        // Each stands at the upper edge of its row.
        let middle = (height >= 6 && height.is_multiple_of(2) && most.is_multiple_of(2))
            .then_some(height / 2);
        for row in 0..height {
            let label = match row {
                0 => label(most, unit),
                _ if Some(row) == middle => label(most / 2, unit),
                _ if row + 1 == height => "0".to_owned(),
                _ => String::new(),
            };
            let line = Line::styled(format!("{label:>5}{tick}"), dim);
            let place = Rect { x: area.x, y: area.y + row, width: scale, height: 1 };
            frame.render_widget(Paragraph::new(line), place);
        }
        plot
    }

    pub(super) fn bars(&self, frame: &mut Frame, plot: Rect, values: &[Option<u64>], most: u64) {
        if plot.is_empty() {
            return;
        }
        let scaled: Vec<Option<u64>> =
            values.iter().map(|value| value.map(|n| eighths(n, most, plot.height))).collect();
        let set = if self.theme.ascii() { ASCII_BARS } else { bar::NINE_LEVELS };
        let line = Sparkline::default()
            .data(scaled)
            .max(u64::from(plot.height) * 8)
            .bar_set(set)
            .style(self.style(Role::Chart))
            .absent_value_symbol(" ");
        frame.render_widget(line, plot);
    }

    /// Labels below the picture, from the column given; one that would run into the next is left
    /// out. `last` is put at the right end.
    pub(super) fn axis(
        &self,
        frame: &mut Frame,
        place: Rect,
        labels: &[(usize, String)],
        last: &str,
    ) {
        let width = usize::from(place.width);
        let end = width.saturating_sub(last.width());
        let mut text = String::new();
        for (column, label) in labels {
            let used = text.width();
            let from = (*column).max(used + usize::from(used > 0));
            // A label that has to stand elsewhere would be wrong.
            if from == *column && from + label.width() < end.max(1) {
                text.extend(std::iter::repeat_n(' ', from - used));
                text.push_str(label);
            }
        }
        if end >= text.width() {
            text.extend(std::iter::repeat_n(' ', end - text.width()));
            text.push_str(last);
        }
        frame.render_widget(Paragraph::new(Line::styled(text, self.style(Role::Dim))), place);
    }
}
