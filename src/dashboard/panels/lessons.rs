//! The list of lessons, and the steps of one.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::fit::cut;
use super::{dim, left, popup, right};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::state::State;
use crate::dashboard::state::lessons::{Entry, List, unmeasured};
use crate::dashboard::theme::{Role, Theme};
use crate::lesson::{Lesson, Phase};
use crate::words::strings;

const WIDTH: u16 = 76;
/// The rows of the box beside its lines: its border, and how it is used.
const AROUND: u16 = 5;

/// Draws the box.
pub(super) fn draw(frame: &mut Frame, screen: Rect, list: List, state: &State, theme: &Theme) {
    let say = &strings().strip;
    let all = state.course().all();
    let running = state.course().running();
    let (title, lines, marked, keys) = if let Some(step) = list.step
        && let Some(Entry { lesson, .. }) = all.get(list.at)
    {
        let title = format!("{} {}", (say.lesson)(lesson.number), unmeasured(&lesson.title));
        let lines = (0..lesson.steps.len()).map(|at| (step_line(lesson, at), String::new()));
        (title, lines.collect(), step, say.choose_step)
    } else {
        let line = |(at, entry): (usize, &Entry)| {
            let Lesson { number, title, minutes, .. } = &*entry.lesson;
            let how = how(entry, running == Some(at));
            let name = format!("{number:>3}  {}", unmeasured(title));
            (name, format!("{how}  {:>7}", (say.minutes)(*minutes)))
        };
        let lines: Vec<_> = all.iter().enumerate().map(line).collect();
        (say.lessons.to_owned(), lines, list.at, say.choose)
    };
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let inner = popup(frame, screen, WIDTH, count.saturating_add(AROUND), &title, theme);
    let width = usize::from(inner.width);
    let shown = usize::from(inner.height).saturating_sub(3).max(1);
    let top = (marked + 1).saturating_sub(shown);
    let mut drawn: Vec<Line> = Vec::new();
    for (at, (name, state)) in lines.iter().enumerate().skip(top).take(shown) {
        let mark = if at == marked { theme.glyph("▸", ">") } else { " " };
        let room = width.saturating_sub(state.width() + 1);
        let text =
            left(&format!("{mark}{name}"), room, theme) + &right(state, state.width() + 1, theme);
        let role = if at == marked { Role::Selected } else { Role::Text };
        drawn.push(Line::styled(text, theme.style(role)));
    }
    drawn.push(Line::default());
    let leaves = running.map_or_else(String::new, |_| (say.leaves)(&keys::name(Id::Lessons)));
    for text in [keys, &leaves] {
        drawn.push(Line::from(dim(cut(text, width, theme.ascii()), theme)));
    }
    for (line, y) in drawn.into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// How far a lesson was given.
fn how(entry: &Entry, runs: bool) -> String {
    let say = &strings().strip;
    match &entry.run {
        None => String::new(),
        Some(run) if entry.over || run.phase() == Phase::Over => say.is_over.to_owned(),
        Some(run) if runs => (say.runs)(run.at() + 1),
        Some(run) => (say.left)(run.at() + 1),
    }
}

/// A step, by its question where it has one.
fn step_line(lesson: &Lesson, at: usize) -> String {
    let step = &lesson.steps[at];
    let (mark, both) = match &step.ask {
        Some(ask) => ("?", &ask.question),
        None => (" ", &step.say),
    };
    format!("{:>3} {mark} {}", at + 1, unmeasured(both))
}
