//! A chart of the last seconds: how often something happened in each, and what was changed meanwhile.

use ratatui::Frame;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::picture::{Painter, SCALE};
use super::scale::{Unit, round_up, seconds_apart};
use crate::dashboard::state::rates::{HISTORY, Metric};
use crate::dashboard::theme::Role;
use crate::words::{strings, units};

/// Every chart goes back at least this far.
const SPAN: usize = 60;

impl Painter<'_> {
    pub(super) fn rate(&self, frame: &mut Frame, area: Rect, name: &str, metric: Metric) {
        let bytes = matches!(metric, Metric::BytesIn | Metric::BytesOut);
        let unit = if bytes { Unit::Bytes } else { Unit::Rate };
        let long = |n: u64| if bytes { units::rounded_bytes(n) } else { units::count(n) };
        let now = self.rates.last().map_or_else(|| self.none(), |tally| long(tally.get(metric)));
        let width = usize::from(area.width.saturating_sub(SCALE));
        let each = SPAN.div_ceil(width.max(1));
        let columns = width.min(HISTORY / each);
        let values = self.rates.peaks(metric, columns, each);
        let peak = values.iter().flatten().copied().max();
        let most = round_up(peak.unwrap_or(0));
        let peak = peak.map_or_else(|| self.none(), long);
        let say = &strings().charts;
        let peak = (say.peak)(&peak);
        let total = (say.in_all)(&long(self.rates.totals().get(metric)));
        let rest = self.title(
            frame,
            area,
            name,
            [format!("{now}   {peak}   {total}"), format!("{now}   {peak}"), now],
        );
        let plot = self.scaled(frame, rest, most, unit);
        let blank = usize::from(plot.width).saturating_sub(columns);
        let bars: Vec<Option<u64>> = std::iter::repeat_n(None, blank).chain(values).collect();
        self.bars(frame, plot, &bars, most);
        let marks = self.rates.marks(columns, each);
        let marks: Vec<_> = marks.into_iter().map(|(at, what)| (at + blank, what)).collect();
        self.marks(frame, plot, &marks);
        if rest.height > plot.height {
            let apart = seconds_apart(each);
            let ticks = (1..=columns * each / apart).rev().map(|n| {
                let ago = n * apart;
                (usize::from(plot.width) - ago / each, (say.ago)(ago))
            });
            let place = Rect { y: plot.bottom(), height: 1, ..plot };
            let mut labels = self.mark_labels(&marks, plot, say.now);
            // A mark's label takes the place of the ticks below it.
            let free = |tick: &(usize, String)| {
                let (from, to) = (tick.0, tick.0 + tick.1.width() + 1);
                labels.iter().all(|(at, text)| to <= *at || from > at + text.width())
            };
            let ticks: Vec<_> = ticks.filter(free).collect();
            labels.extend(ticks);
            labels.sort_by_key(|(at, _)| *at);
            self.axis(frame, place, &labels, say.now);
        }
    }

    /// A line where something was changed; a bar that hides it has its colour.
    fn marks(&self, frame: &mut Frame, plot: Rect, marks: &[(usize, String)]) {
        let line = self.theme.glyph("┊", "|");
        for (at, _) in marks {
            let x = plot.x.saturating_add(u16::try_from(*at).unwrap_or(u16::MAX));
            for y in plot.top()..plot.bottom() {
                let Some(cell) = frame.buffer_mut().cell_mut((x, y)) else { continue };
                if cell.symbol() == " " {
                    cell.set_symbol(line);
                }
                cell.set_style(self.style(Role::Warn));
            }
        }
    }

    /// Below each line what was changed, where that has room, else a stroke.
    fn mark_labels(
        &self,
        marks: &[(usize, String)],
        plot: Rect,
        last: &str,
    ) -> Vec<(usize, String)> {
        let line = self.theme.glyph("┊", "|");
        let end = usize::from(plot.width).saturating_sub(last.width() + 1);
        let label = |(i, (at, what)): (usize, &(usize, String))| {
            let next = marks.get(i + 1).map_or(end, |(next, _)| *next);
            let fits = at + 1 + what.width() < next;
            (*at, if fits { format!("{line}{what}") } else { line.to_owned() })
        };
        marks.iter().enumerate().map(label).collect()
    }
}
