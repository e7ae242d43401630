//! What all arrangements are drawn with: headings, lists on lines, and the boundary.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::super::fit::{Token, cut, first_fit, fold};
use super::super::spots::Spots;
use crate::dashboard::state::by_server;
use crate::dashboard::state::engine::Engine;
use crate::dashboard::state::explain::thing::{Part, Thing};
use crate::dashboard::state::table::Table;
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{Kind, Mode, Ret, Stance};
use crate::words::{Marks, fds, result, strings, units};

/// From this long in the wait call on, it is called asleep.
const ASLEEP: u64 = 300_000_000;

/// From this inner height on, the sections have headings.
pub(super) const FULL: u16 = 12;

/// From this inner width on, there are two columns.
pub(super) const WIDE: u16 = 90;

/// What the drawing shows, and how it looks.
pub(super) struct Painter<'a> {
    pub(super) engine: &'a Engine,
    pub(super) table: &'a Table,
    pub(super) theme: &'a Theme,
}

impl Painter<'_> {
    pub(super) fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    pub(super) fn span(&self, text: impl Into<String>, role: Role) -> Span<'static> {
        Span::styled(text.into(), self.style(role))
    }

    /// Whether the loop stands still, rather than going slowly: then the kernel's side is measured.
    pub(super) fn stands(&self) -> bool {
        self.engine.held().is_some() && !matches!(self.engine.standing().mode, Mode::Slow(_))
    }

    /// Whether the loop is called asleep: it has waited for a while.
    pub(super) fn asleep(&self) -> bool {
        self.engine.sleeps().is_some_and(|time| time >= ASLEEP)
    }

    pub(super) fn duration(&self, nanos: u64) -> String {
        if self.theme.ascii() { units::ascii_duration(nanos) } else { units::duration(nanos) }
    }

    /// `kernel ─ ready list ─ returned by the last wait ───`
    pub(super) fn heading(&self, side: Role, words: &[&str], width: usize) -> Line<'static> {
        let dash = self.theme.glyph("─", "-");
        let text = cut(&words.join(&format!(" {dash} ")), width, self.theme.ascii());
        let rest = width.saturating_sub(text.width() + 1);
        let mut spans = vec![self.span(text, side)];
        if rest > 0 {
            spans.push(self.span(format!(" {}", dash.repeat(rest)), Role::Dim));
        }
        Line::from(spans)
    }

    /// A label and as much of a list as fits beside it.
    pub(super) fn labelled(
        &self,
        label: &str,
        side: Role,
        tokens: &[Token],
        width: usize,
    ) -> Line<'static> {
        let label = cut(label, width, self.theme.ascii());
        let left = width - label.width();
        let (mut lines, _) = fold(tokens, left, 1, self.style(Role::Dim));
        let mut spans = vec![self.span(label, side)];
        spans.extend(lines.pop().into_iter().flat_map(|line| line.spans));
        Line::from(spans)
    }

    /// The same on more than one line where there is room for it.
    pub(super) fn labelled_rows(
        &self,
        label: &str,
        side: Role,
        tokens: &[Token],
        (width, rows): (usize, usize),
    ) -> Vec<Line<'static>> {
        if rows < 2 || label.width() >= width {
            return vec![self.labelled(label, side, tokens, width)];
        }
        let mut all = Vec::with_capacity(tokens.len() + 1);
        if !label.is_empty() {
            all.push(Token { weight: 0, ..Token::new(label.trim_end(), self.style(side)) });
        }
        all.extend_from_slice(tokens);
        fold(&all, width, rows, self.style(Role::Dim)).0
    }

    /// How many of `rows` rows a list takes that is indented by one.
    pub(super) fn height_of(&self, tokens: &[Token], width: usize, rows: usize) -> usize {
        fold(tokens, width.saturating_sub(1), rows, self.style(Role::Dim)).0.len()
    }

    /// Exactly `rows` lines, indented by one.
    pub(super) fn body(&self, tokens: &[Token], width: usize, rows: usize) -> Vec<Line<'static>> {
        let (lines, _) = fold(tokens, width.saturating_sub(1), rows, self.style(Role::Dim));
        padded(lines.into_iter().map(indent).collect(), rows)
    }

    /// The name of the call in which the loop waits.
    pub(super) fn wait_call(&self) -> &'static str {
        self.engine.server().map_or(Kind::EpollWait, by_server::waits_in).name()
    }

    /// `═══ epoll_wait() = 2, waited 1.2 s ═══`
    pub(super) fn boundary(&self, width: usize) -> Line<'static> {
        let standing = self.engine.standing();
        let (dash, say) = (self.theme.glyph("–", "-"), &strings().engine);
        let spellings = match standing.stance {
            Stance::Starting => say.starting.map(str::to_owned).into(),
            Stance::Ended => say.ended.map(str::to_owned).into(),
            _ if self.asleep() => {
                let time = self.duration(self.engine.sleeps().unwrap_or_default());
                (say.asleep)(&time, self.wait_call()).into()
            }
            _ => match self.engine.wake() {
                None => vec![format!("{}() = {dash}", self.wait_call()), format!("= {dash}")],
                Some(wake) if wake.kind == Kind::Round => {
                    let (asked, answered) = (fds(wake.examined), result(wake.ret));
                    let short = (say.asked_and_answered)(&asked, &answered);
                    let nap = (say.after_nap)(&short, &self.duration(wake.waited));
                    vec![if wake.waited > 0 { nap } else { short.clone() }, short]
                }
                Some(wake) => {
                    let name = wake.kind.name();
                    // Our own waker is in the list too, and in none of the panel's.
                    let listed = if wake.kind == Kind::EpollWait {
                        String::new()
                    } else if self.engine.listener().is_some_and(|listener| listener.waker >= 0) {
                        (say.and_waker)(&fds(wake.examined.saturating_sub(1)))
                    } else {
                        fds(wake.examined)
                    };
                    let short = format!("{name}({listed}) = {}", result(wake.ret));
                    let waited = (say.waited)(&self.duration(wake.waited));
                    let Marks { comma, brackets, .. } = strings().marks;
                    let mut all = vec![format!("{short}{comma}{waited}"), short.clone()];
                    if wake.own > 0 {
                        let [long, brief] = (say.own_of_them)(wake.own);
                        all.insert(0, format!("{short}{}{comma}{waited}", brackets(&long)));
                        all.insert(1, format!("{short}{}{comma}{waited}", brackets(&brief)));
                    } else if wake.ret == Ret::ZERO {
                        all.insert(0, format!("{short}{}{comma}{waited}", brackets(say.timeout)));
                    }
                    if wake.copied > 0 {
                        let copied = (say.copied)(wake.copied);
                        for text in &mut all {
                            *text = text.replacen(&short, &format!("{short}{comma}{copied}"), 1);
                        }
                        all.push(short);
                    }
                    all.push(format!("= {}", result(wake.ret)));
                    all
                }
            },
        };
        self.rule(spellings, width)
    }

    /// The boundary, with the first of these words that fits.
    pub(super) fn rule(&self, spellings: Vec<String>, width: usize) -> Line<'static> {
        let text = first_fit(spellings, width.saturating_sub(4)).unwrap_or_default();
        let text = if text.is_empty() { text } else { format!(" {text} ") };
        let sides = width.saturating_sub(text.width());
        let rule = self.theme.glyph("═", "=");
        Line::from(vec![
            self.span(rule.repeat(sides / 2), Role::Focus),
            self.span(text, Role::Title),
            self.span(rule.repeat(sides - sides / 2), Role::Focus),
        ])
    }
}

pub(super) fn indent(mut line: Line<'static>) -> Line<'static> {
    line.spans.insert(0, Span::raw(" "));
    line
}

pub(super) fn padded(mut lines: Vec<Line<'static>>, rows: usize) -> Vec<Line<'static>> {
    lines.resize(rows, Line::default());
    lines
}

/// A line, and which part of the picture it is of.
pub(super) type Told = (Line<'static>, Part);

/// The same for lines that are of one part.
pub(super) fn told(
    lines: impl IntoIterator<Item = Line<'static>>,
    part: Part,
) -> impl Iterator<Item = Told> {
    lines.into_iter().map(move |line| (line, part))
}

/// Draws lines, and notes what they are of.
pub(super) fn render(frame: &mut Frame, area: Rect, told: Vec<Told>, spots: &mut Spots) {
    spots.add_rows(area, told.iter().map(|(_, part)| (1, Thing::Part(*part))));
    let lines: Vec<Line> = told.into_iter().map(|(line, _)| line).collect();
    frame.render_widget(Paragraph::new(lines), area);
}
