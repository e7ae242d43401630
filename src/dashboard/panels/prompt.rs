//! The boxes that ask before something is dropped.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{dim, key_spans, popup};
use crate::dashboard::state::State;
use crate::dashboard::state::prompt::{Confirm, Input, NO, YES, seconds};
use crate::dashboard::theme::{Role, Theme};
use crate::words::units;

/// A question with yes and no.
pub fn confirm(frame: &mut Frame, screen: Rect, confirm: &Confirm, theme: &Theme) {
    let question =
        if theme.ascii() { confirm.question.replace('·', "-") } else { confirm.question.clone() };
    let wide = u16::try_from(question.chars().count()).unwrap_or(u16::MAX).saturating_add(6);
    let inner = popup(frame, screen, wide.max(38), 5, "sure?", theme);
    let mut answers = Line::default();
    answers.extend(key_spans(&YES.to_string(), "or Enter: yes", theme));
    answers.extend(key_spans(&NO.to_string(), "or Esc: no", theme));
    let lines = [Line::styled(question, theme.style(Role::Bad)), Line::default(), answers];
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// How long a client must have been idle to be dropped, and how many that hits now.
pub fn idle(frame: &mut Frame, screen: Rect, input: &Input, state: &State, theme: &Theme) {
    let inner = popup(frame, screen, 50, 5, "drop idle clients", theme);
    let (before, behind) = input.halves();
    let ask = Line::from(vec![
        Span::styled("idle for more than ", theme.style(Role::Text)),
        Span::styled(before, theme.style(Role::Title)),
        Span::styled(theme.glyph("▏", "_"), theme.style(Role::Key)),
        Span::styled(behind, theme.style(Role::Title)),
        Span::styled(" seconds", theme.style(Role::Text)),
    ]);
    let hits = match seconds(&input.text()) {
        Some(time) => {
            let count = units::count(state.idle_for(time) as u64);
            Line::styled(format!("drops {count} of them now"), theme.style(Role::Bad))
        }
        None => Line::styled("type a number of seconds", theme.style(Role::Warn)),
    };
    let mut answers = Line::default();
    answers.extend(key_spans("Enter", "drops them", theme));
    answers.extend(key_spans("Esc", "leaves them", theme));
    answers.push_span(dim("", theme));
    for (line, y) in [ask, hits, answers].into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}
