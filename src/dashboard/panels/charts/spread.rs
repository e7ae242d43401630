//! Charts of how something is distributed: over times on a logarithmic axis, or over numbers.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::picture::{Painter, SCALE};
use super::scale::{Unit, decade_edge, power, round_up};
use crate::dashboard::state::charts::READY_CLASSES;
use crate::dashboard::state::rates::Metric;
use crate::words::{strings, units};

/// How long something took, by how many took so long, on a logarithmic axis.
pub(super) struct Spread<'a> {
    name: &'static str,
    /// Their number in words.
    count: String,
    p50: Option<u64>,
    p99: Option<u64>,
    longest: Option<u64>,
    /// How many are missing.
    missing: u64,
    /// The powers of ten that hold all of them.
    decades: (u32, u32),
    between: Box<dyn Fn(u64, u64) -> u64 + 'a>,
}

impl Painter<'_> {
    pub(super) fn turns(&self) -> Spread<'_> {
        let (charts, say) = (self.charts, &strings().charts);
        Spread {
            name: say.turn,
            count: (say.turns)(charts.turns()),
            p50: charts.turn_quantile(0.5),
            p99: charts.turn_quantile(0.99),
            longest: charts.longest_turn(),
            missing: charts.missing_turns(),
            decades: charts.decades(),
            between: Box::new(|low, high| charts.turns_between(low, high)),
        }
    }

    /// How long the requests of this server took.
    pub(super) fn latency(&self) -> Spread<'_> {
        let (latencies, say) = (self.latencies, &strings().charts);
        Spread {
            name: say.latency,
            count: (say.answers)(latencies.count()),
            p50: latencies.p50(),
            p99: latencies.p99(),
            longest: latencies.longest(),
            missing: self.charts.lost().answers,
            decades: latencies.decades(),
            between: Box::new(|low, high| latencies.between(low, high)),
        }
    }

    pub(super) fn spread(&self, frame: &mut Frame, area: Rect, spread: &Spread<'_>) {
        let say = &strings().charts;
        let time = |time: Option<u64>| time.map_or_else(|| self.none(), |t| self.duration(t));
        let [p50, p99, max] = [spread.p50, spread.p99, spread.longest].map(time);
        let missing = match spread.missing {
            0 => String::new(),
            n => format!("   {}", (say.missing)(n)),
        };
        let tight = |text: &str| text.replace(' ', "");
        let short_p99 = (say.p99)(&tight(&p99));
        let short = format!("{} {short_p99}", (say.p50)(&tight(&p50)));
        let longest = (say.max)(&tight(&max));
        let (p50, p99, max) = ((say.p50)(&p50), (say.p99)(&p99), (say.max)(&max));
        let part = if missing.is_empty() { String::new() } else { format!(" {}", say.part) };
        let count = &spread.count;
        let rest = self.title(
            frame,
            area,
            spread.name,
            [
                format!("{p50}   {p99}   {max}   {count}{missing}"),
                format!("{p50}   {p99}   {max}{missing}"),
                format!("{short} {longest}{missing}"),
                format!("{short} {longest}{part}"),
                format!("{short}{part}"),
                format!("{short_p99}{part}"),
            ],
        );
        let (low, high) = spread.decades;
        let scale = if rest.width > SCALE + 4 { SCALE } else { 0 };
        let width = usize::from(rest.width - scale);
        let decades = (high - low) as usize;
        let classes = (width / decades.max(1)).clamp(1, 20);
        let each = (width / (classes * decades).max(1)).max(1);
        let edge = |class: usize| decade_edge(low, class, classes);
        let counts: Vec<u64> = (0..classes * decades)
            .map(|class| {
                (spread.between)(if class == 0 { 0 } else { edge(class) }, edge(class + 1))
            })
            .collect();
        let most = round_up(counts.iter().copied().max().unwrap_or(0));
        let plot = self.scaled(frame, rest, most, Unit::Count);
        let bars: Vec<Option<u64>> =
            counts.iter().flat_map(|n| std::iter::repeat_n(Some(*n), each)).collect();
        self.bars(frame, plot, &bars, most);
        if rest.height > plot.height {
            let labels: Vec<(usize, String)> = (0..=decades)
                .map(|decade| {
                    let nanos = decade_edge(low, decade * classes, classes);
                    (decade * classes * each, power(nanos, self.theme.ascii()))
                })
                .collect();
            self.axis(frame, Rect { y: plot.bottom(), height: 1, ..plot }, &labels, "");
        }
    }

    /// How many fds a wake-up brings.
    pub(super) fn ready(&self, frame: &mut Frame, area: Rect) {
        let (ready, say) = (self.charts.ready(), &strings().charts);
        let mean = self.rates.last().and_then(|tally| tally.per(Metric::Ready, Metric::Wakeups));
        let mean = mean.map_or_else(|| self.none(), units::rate);
        let missing = match self.charts.missing_turns() {
            0 => String::new(),
            n => format!("   {}", (say.missing)(n)),
        };
        let name = if usize::from(area.width) < 32 { say.ready_short } else { say.ready };
        let count = (say.turns)(self.charts.turns());
        let full = (say.mean)(&mean);
        let rest = self.title(
            frame,
            area,
            name,
            [format!("{full}   {count}{missing}"), format!("{full}{missing}"), full, mean],
        );
        let most = round_up(ready.iter().copied().max().unwrap_or(0));
        let plot = self.scaled(frame, rest, most, Unit::Count);
        let each = (usize::from(plot.width) / READY_CLASSES.len()).max(1);
        let gap = usize::from(each > 2);
        let bars: Vec<Option<u64>> = ready
            .iter()
            .flat_map(|n| {
                std::iter::repeat_n(Some(*n), each - gap).chain(std::iter::repeat_n(None, gap))
            })
            .collect();
        self.bars(frame, plot, &bars, most);
        if rest.height > plot.height {
            let label = |(i, least): (usize, &u32)| {
                let last = READY_CLASSES.get(i + 1).map(|next| next - 1);
                let text = match last {
                    None => format!("{least}+"),
                    Some(last) if last > *least && each > 6 => {
                        format!("{least}{}{last}", self.theme.glyph("–", "-"))
                    }
                    Some(_) => least.to_string(),
                };
                (i * each, text)
            };
            let labels: Vec<_> = READY_CLASSES.iter().enumerate().map(label).collect();
            self.axis(frame, Rect { y: plot.bottom(), height: 1, ..plot }, &labels, "");
        }
    }
}
