//! The header: which server it is and where, how the loop is, and how much goes on.
//!
//! One, two or (with a border) three rows. What does not fit is left out field by field, the least
//! important first; a number is never cut. Which figures there are follows from the width and from how
//! the server learns what is ready, not from their values: each keeps its place, also while it has
//! nothing to say. What is an alarm has a place that no figure has.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::charts::sparkline;
use super::fit::{cut, first_fit};
use super::spots::Spots;
use crate::dashboard::state::explain::thing::{Gauge, Part, Thing};
use crate::dashboard::state::rates::{Metric, Rates};
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{Asks, Mode, Nanos, Stance, Standing, Until, Work};
use crate::words::{pad_left, strings, units};

/// From here on it is said how long the longest wait is.
const WAITS: Nanos = 300_000_000;

/// Below this width the badges are one word each.
const NARROW: usize = 60;

/// From this width on it is said in a sentence that the picture is of another time.
const WIDE: usize = 110;

/// What a badge and the gaps beside it take.
const BADGE: usize = 28;
/// Below this width some figures have shorter names.
const SHORT: usize = 100;

/// How the server is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Badge {
    /// Not yet in its loop.
    #[default]
    Starting,
    /// In its loop, asleep or at work.
    Running,
    /// Its loop stands.
    Paused,
    /// That many calls a second.
    Slow(u8),
    /// Running until that call is next.
    Until(Until),
    /// A handler, whose path this is, has kept it for that long.
    Blocked(&'static str, Nanos),
    /// It has ended.
    Ended,
}

impl Badge {
    /// How a server is that has stood there for so long.
    #[must_use]
    pub fn new(standing: Standing, stood: Nanos) -> Self {
        match (standing.stance, standing.mode) {
            (Stance::Ended, _) => Self::Ended,
            (Stance::Starting, _) => Self::Starting,
            (Stance::Handling(route), _) => Self::Blocked(route, stood),
            (_, Mode::Run) => Self::Running,
            (_, Mode::Paused) => Self::Paused,
            (_, Mode::Slow(calls)) => Self::Slow(calls),
            (_, Mode::Until(until)) => Self::Until(until),
        }
    }
}

/// What the header shows.
#[derive(Clone, Copy, Debug)]
pub struct HeaderView<'a> {
    /// Where a browser finds the server.
    pub url: &'a str,
    /// Where the class comes to that is at a server beside this one.
    pub class: Option<&'a str>,
    /// Which server: `epoll-et (mio)`; empty before it listens.
    pub server: &'a str,
    /// Its options that are not as usual, in a word or two each.
    pub options: &'a [String],
    /// How it learns which fds are ready; `None` before it listens.
    pub asks: Option<Asks>,
    /// Fds asked for each wake-up, and how many of them were ready, where that is known.
    pub examined: Option<&'a str>,
    /// The share of a CPU of the loop's thread, where it was measured.
    pub loop_cpu: Option<&'a str>,
    /// The times within which 50 and 99 of 100 requests were answered.
    pub latency: [Option<Nanos>; 2],
    /// What happens each second.
    pub rates: &'a Rates,
    /// How the server is.
    pub badge: Badge,
    /// The picture's age, while it is frozen.
    pub frozen: Option<Nanos>,
    /// It was stepped to; this key shows now again.
    pub back: Option<&'a str>,
    /// In place of that, the badge of a picture that goes on by itself; the longest first.
    pub plays: Option<&'a [String; 3]>,
    /// The longest time for which bytes lie unread.
    pub waits: Option<Nanos>,
    /// Events that the stream left out.
    pub lost: u64,
    /// A notice, in a few words.
    pub notice: Option<&'a str>,
}

/// Draws the header: in three rows or more with a border, in two without, in one what matters most.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    view: &HeaderView<'_>,
    theme: &Theme,
    spots: &mut Spots,
) {
    if area.is_empty() {
        return;
    }
    let painter = Painter { view, theme };
    let mut area = area;
    if theme.is_marked() && area.height < 3 && area.width > 8 {
        // Without a border it is marked at both ends.
        let style = theme.look_here();
        for y in area.top()..area.bottom() {
            let ends =
                [(area.left(), theme.glyph("▶", ">")), (area.right() - 1, theme.glyph("◀", "<"))];
            for (x, arrow) in ends {
                frame.render_widget(Span::styled(arrow, style), Rect { x, y, width: 1, height: 1 });
            }
        }
        area = Rect { x: area.x + 2, width: area.width - 4, ..area };
    }
    let mut noted = |pieces: Pieces, x: u16, y: u16| {
        note(&pieces, (x, y), spots);
        line_of(pieces)
    };
    if area.height >= 3 && area.width > 4 {
        let (left, right) = painter.identity(usize::from(area.width) - 2);
        let mut block = super::block(noted(left, area.x + 1, area.y), theme, false);
        if let Some(right) = right {
            let wide = right.iter().map(|(span, _)| span.width()).sum::<usize>() + 1;
            let wide = u16::try_from(wide).unwrap_or(u16::MAX);
            let x = area.right().saturating_sub(wide);
            block = block.title(noted(right, x, area.y).right_aligned());
        }
        let inner = block.inner(area);
        let alarms = painter.alarms(usize::from(inner.width).saturating_sub(2));
        if !alarms.is_empty() {
            let room = usize::from(inner.width).saturating_sub(2);
            let mut pieces = painter.line(alarms, room);
            pieces.insert(0, (Span::raw(" "), None));
            pieces.push((Span::raw(" "), None));
            block = block.title_bottom(noted(pieces, inner.x, area.bottom() - 1));
        }
        frame.render_widget(block, area);
        let figures = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let pieces = painter.line(painter.figures(figures.width.into()), figures.width.into());
        let line = noted(pieces, figures.x, figures.y);
        frame.render_widget(Paragraph::new(line), Rect { height: 1, ..figures });
    } else if area.height == 2 {
        let width = usize::from(area.width);
        let mut fields = painter.names(width);
        fields.extend(painter.badges(width));
        fields.extend(painter.alarms(width));
        let first = noted(painter.line(fields, width), area.x, area.y);
        let second = noted(painter.line(painter.figures(width), width), area.x, area.y + 1);
        frame.render_widget(Paragraph::new(vec![first, second]), area);
    } else {
        let width = usize::from(area.width);
        let mut fields = painter.badges(width);
        fields.extend(painter.alarms(width));
        fields.extend(painter.figures(width));
        fields.extend(painter.names(width));
        let line = noted(painter.line(fields, width), area.x, area.y);
        frame.render_widget(Paragraph::new(line), Rect { height: 1, ..area });
    }
}

/// Pieces of a line, each with what it is of.
type Pieces = Vec<(Span<'static>, Option<Thing>)>;

fn line_of(pieces: Pieces) -> Line<'static> {
    pieces.into_iter().map(|(span, _)| span).collect()
}

/// Notes where they are in a line that begins there; a gap belongs to what stands before it.
fn note(pieces: &[(Span<'static>, Option<Thing>)], (mut x, y): (u16, u16), spots: &mut Spots) {
    let mut last = None;
    for (span, thing) in pieces {
        let width = u16::try_from(span.width()).unwrap_or(u16::MAX);
        last = thing.or(last);
        if let Some(thing) = last {
            spots.add(Rect { x, y, width, height: 1 }, thing);
        }
        x = x.saturating_add(width);
    }
}

/// How the server is and how much goes on, in one line; its name stands elsewhere.
#[must_use]
pub fn line(view: &HeaderView<'_>, width: u16, theme: &Theme) -> Line<'static> {
    let (painter, width) = (Painter { view, theme }, usize::from(width));
    let mut fields = painter.badges(width);
    fields.extend(painter.alarms(width));
    fields.extend(painter.figures(width));
    line_of(painter.line(fields, width))
}

/// Something that is shown whole or not at all. The lowest rank stays longest.
struct Field {
    rank: u8,
    thing: Thing,
    span: Span<'static>,
}

impl Field {
    fn width(&self) -> usize {
        self.span.width()
    }
}

struct Painter<'a> {
    view: &'a HeaderView<'a>,
    theme: &'a Theme,
}

impl Painter<'_> {
    fn span(&self, text: impl Into<String>, role: Role) -> Span<'static> {
        Span::styled(text.into(), self.theme.style(role))
    }

    fn field(&self, rank: u8, gauge: Gauge, text: impl Into<String>, role: Role) -> Field {
        Field { rank, thing: Thing::Gauge(gauge), span: self.span(text, role) }
    }

    fn names(&self, width: usize) -> Vec<Field> {
        let mut names = vec![
            self.field(60, Gauge::Server, strings().header.name, Role::Title),
            self.field(20, Gauge::Url, self.view.url, Role::Text),
        ];
        if let Some(class) = self.view.class {
            let class = (strings().class.at)(class);
            names.push(self.field(21, Gauge::Url, class, Role::Dim));
        }
        if !self.view.server.is_empty() {
            let unusual = self.unusual(width);
            let rank = if unusual.is_empty() { 50 } else { 18 };
            names.push(self.field(rank, Gauge::Server, self.view.server, Role::Dim));
            if !unusual.is_empty() {
                names.push(self.field(19, Gauge::Options, unusual, Role::Warn));
            }
        }
        names
    }

    /// As many of the options that are not as usual as have room beside the server and a badge.
    fn unusual(&self, width: usize) -> String {
        let options = self.view.options;
        let room = width.saturating_sub(self.view.server.width() + BADGE);
        let spelling = |shown: usize| {
            let mut words = options[..shown].to_vec();
            if shown < options.len() {
                words.push((strings().options.and_more)(options.len() - shown));
            }
            words.join(strings().marks.comma)
        };
        let all = (0..=options.len()).rev().map(spelling);
        all.into_iter().find(|text| text.width() <= room).unwrap_or_default()
    }

    fn badges(&self, width: usize) -> Vec<Field> {
        let say = &strings().header;
        let narrow = width < NARROW;
        let glyph = |utf8, ascii| self.theme.glyph(utf8, ascii);
        let duration = |time| {
            if self.theme.ascii() { units::ascii_duration(time) } else { units::duration(time) }
        };
        let (sign, text, role) = match self.view.badge {
            Badge::Starting => (glyph("◦", "."), say.starting.to_owned(), Role::Dim),
            Badge::Running => (glyph("●", "*"), say.running.to_owned(), Role::Good),
            Badge::Paused => {
                let text = if narrow || self.crowded(width) { say.paused } else { say.paused_at };
                (glyph("‖", "||"), text.to_owned(), Role::Warn)
            }
            Badge::Slow(calls) => {
                let text = if narrow { say.slow_short } else { say.slow };
                (glyph("▸", ">"), text(calls), Role::Warn)
            }
            Badge::Until(until) => {
                let call = (strings().events.until_call)(until);
                let text = if narrow { say.until_short.to_owned() } else { (say.until)(&call) };
                (glyph("▸", ">"), text, Role::Warn)
            }
            Badge::Blocked(route, stood) => {
                let stood = duration(stood);
                let text =
                    if narrow { (say.blocked_short)(&stood) } else { (say.blocked)(&stood, route) };
                (glyph("!!", "!!"), text, Role::Bad)
            }
            Badge::Ended => (glyph("✖", "X"), say.ended.to_owned(), Role::Bad),
        };
        let mut fields = vec![self.field(0, Gauge::Badge, format!("{sign} {text}"), role)];
        if let Some(texts) = self.view.plays {
            let text = &texts[match width {
                WIDE.. => 0,
                NARROW.. => 1,
                _ => 2,
            }];
            let text = format!("{} {text}", glyph("▷", ">"));
            fields.push(self.field(1, Gauge::Frozen, text, Role::Warn));
        } else if let Some(age) = self.view.frozen {
            let age = duration(age);
            let text = if let Some(key) = self.view.back {
                let [long, middle, short] = (strings().back.badge)(&age, key);
                let text = match width {
                    WIDE.. => long,
                    NARROW.. => middle,
                    _ => short,
                };
                format!("{} {text}", glyph("◂", "<"))
            } else {
                let text = if narrow { say.frozen_short } else { say.frozen };
                format!("{} {}", glyph("❄", "#"), text(&age))
            };
            fields.push(self.field(1, Gauge::Frozen, text, Role::Warn));
        }
        if let Some(notice) = self.view.notice {
            let (thing, span) = (Thing::Part(Part::Now), self.span(notice, Role::Warn));
            fields.push(Field { rank: 25, thing, span });
        }
        fields
    }

    /// Whether the long word for a pause would cost the server's name its place.
    fn crowded(&self, width: usize) -> bool {
        let view = self.view;
        let notice = view.notice.map_or(0, UnicodeWidthStr::width);
        let beside = view.url.width() + view.server.width() + notice + 6;
        beside + "‖ ".width() + strings().header.paused_at.width() > width
    }

    /// What is wrong: it stands beside the names, which may go, or on a border.
    fn alarms(&self, width: usize) -> Vec<Field> {
        let (rates, say) = (self.view.rates, &strings().header);
        let mut fields = Vec::new();
        if let Some(errno) = rates.resting() {
            // No emoji: its width is another one in every terminal.
            let errno = errno.to_string();
            let [long, short] = (say.not_accepting)(&errno);
            let spellings = [long, short, errno].map(|text| format!("! {text}"));
            let text = first_fit(spellings, width).unwrap_or_else(|| "!".to_owned());
            fields.push(self.field(2, Gauge::Resting, text, Role::Bad));
        }
        if let Some(refused) = rates.refusing() {
            let text = format!("! {}", (say.refused)(refused));
            fields.push(self.field(3, Gauge::Refused, text, Role::Bad));
        }
        if self.view.lost > 0 {
            fields.push(self.field(4, Gauge::Lost, (say.lost)(self.view.lost), Role::Bad));
        }
        fields
    }

    /// Name, URL and server for the left of the border, the badges for its right; what does not
    /// fit is left out.
    fn identity(&self, width: usize) -> (Pieces, Option<Pieces>) {
        let mut names = self.names(width);
        let mut badges = self.badges(width);
        // Between two fields a dash and its blanks; a blank at both ends, and a column of border
        // between the two titles.
        let title = |fields: &[Field]| match fields.len() {
            0 => 0,
            n => fields.iter().map(Field::width).sum::<usize>() + 4 * (n - 1) + 3,
        };
        let total = |a: &[Field], b: &[Field]| title(a) + title(b);
        while total(&names, &badges) > width {
            let from = if names.is_empty() { &mut badges } else { &mut names };
            if !drop_least(from) {
                break;
            }
        }
        let dash = self.theme.glyph("──", "--");
        let join = |fields: Vec<Field>| {
            let mut pieces: Pieces = vec![(Span::raw(" "), None)];
            for (i, field) in fields.into_iter().enumerate() {
                if i > 0 {
                    pieces.push((self.span(format!(" {dash} "), Role::Border), None));
                }
                pieces.push((field.span, Some(field.thing)));
            }
            pieces.push((Span::raw(" "), None));
            pieces
        };
        let left = if names.is_empty() { Pieces::new() } else { join(names) };
        (left, (!badges.is_empty()).then(|| join(badges)))
    }

    /// The figures for so much room, each as wide as it may become.
    fn figures(&self, width: usize) -> Vec<Field> {
        let (view, rates, say) = (self.view, self.view.rates, &strings().header);
        let (none, short) = (self.theme.glyph("–", "-"), width < SHORT);
        let last = rates.last();
        let count = |metric| last.map_or_else(|| none.to_owned(), |t| units::count(t.get(metric)));
        let rate =
            |metric| last.map_or_else(|| none.to_owned(), |t| units::bytes_rate(t.get(metric)));
        let duration = |time: Nanos| {
            if self.theme.ascii() { units::ascii_duration(time) } else { units::duration(time) }
        };
        let spark = |metric| sparkline(&rates.peaks(metric, 8, 1), self.theme);
        let mut fields = Vec::new();
        let mut cell = |rank: u8, gauge: Gauge, text: String, width: usize, role: Role| {
            fields.push(self.field(rank, gauge, pad_left(&text, width), role));
        };
        cell(5, Gauge::Open, (say.open)(rates.open()), if short { 10 } else { 11 }, Role::Title);
        // Under the echo protocol there are no requests, and nothing says when one is answered.
        let served = match rates.work() {
            Work::Requests => say.requests,
            Work::Echoes => say.echoes,
            Work::Answers => say.answers,
        };
        cell(6, Gauge::Requests, served(&count(Metric::Requests)), 13, Role::Title);
        // Where a call sleeps until its own fd is ready nobody is asked.
        let asks = !matches!(view.asks, Some(Asks::Sleeps | Asks::Runtime));
        if asks || view.examined.is_some() {
            let unknown = format!("{none} : {none}");
            let pair = view.examined.unwrap_or(&unknown);
            cell(8, Gauge::Examined, (say.examined)(pair), 26, Role::Title);
        }
        let share = view.loop_cpu.unwrap_or(none);
        if short {
            cell(9, Gauge::LoopCpu, (say.loop_cpu_short)(share), 10, Role::Title);
        } else {
            cell(9, Gauge::LoopCpu, (say.loop_cpu)(share), 15, Role::Title);
        }
        let [p50, p99] =
            view.latency.map(|latency| latency.map_or_else(|| none.to_owned(), duration));
        if rates.work() != Work::Echoes {
            cell(11, Gauge::Latency, (say.latency)(&p50, &p99), 22, Role::Title);
        }
        cell(40, Gauge::Requests, spark(Metric::Requests), 8, Role::Chart);
        let waits = view.waits.filter(|waits| *waits >= WAITS).map(duration);
        let waits =
            waits.map(|time| if short { (say.waits_short)(&time) } else { (say.waits)(&time) });
        cell(7, Gauge::Waits, waits.unwrap_or_default(), if short { 13 } else { 17 }, Role::Warn);
        cell(13, Gauge::BytesOut, (say.bytes_out)(&rate(Metric::BytesOut)), 14, Role::Text);
        cell(45, Gauge::BytesOut, spark(Metric::BytesOut), 8, Role::Chart);
        cell(14, Gauge::BytesIn, (say.bytes_in)(&rate(Metric::BytesIn)), 13, Role::Text);
        if view.asks != Some(Asks::Sleeps) {
            let one = last.is_some_and(|tally| tally.get(Metric::Wakeups) == 1);
            let text = if one { say.wake_up } else { say.wake_ups };
            cell(15, Gauge::WakeUps, text(&count(Metric::Wakeups)), 18, Role::Text);
        }
        fields
    }

    /// As many fields as fit on a line, three blanks apart where there is room, else two or one.
    fn line(&self, mut fields: Vec<Field>, width: usize) -> Pieces {
        if fields.is_empty() {
            return Pieces::new();
        }
        let needs = |fields: &[Field], gap: usize| {
            fields.iter().map(Field::width).sum::<usize>() + gap * fields.len().saturating_sub(1)
        };
        while fields.len() > 1 && needs(&fields, 2) > width {
            drop_least(&mut fields);
        }
        let gap = if needs(&fields, 3) <= width { 3 } else { 2 };
        let mut pieces = Pieces::new();
        for field in fields {
            if !pieces.is_empty() {
                pieces.push((Span::raw(" ".repeat(gap)), None));
            }
            pieces.push((field.span, Some(field.thing)));
        }
        let wide: usize = pieces.iter().map(|(span, _)| span.width()).sum();
        if wide <= width {
            return pieces;
        }
        // The last one left is still too wide: it is words, which may be cut.
        let Some((Span { content: text, style }, thing)) = pieces.pop() else { return pieces };
        let kept = if text.chars().any(|c| c.is_ascii_digit()) {
            String::new()
        } else {
            cut(&text, width, self.theme.ascii())
        };
        vec![(Span::styled(kept, style), thing)]
    }
}

/// Leaves the least important one out.
fn drop_least(fields: &mut Vec<Field>) -> bool {
    let least = fields.iter().enumerate().max_by_key(|(_, field)| field.rank).map(|(i, _)| i);
    least.is_some_and(|i| {
        fields.remove(i);
        true
    })
}

#[cfg(test)]
mod tests;
