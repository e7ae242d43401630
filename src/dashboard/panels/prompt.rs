//! The boxes that ask before something is dropped.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::fit::wrap;
use super::{dim, key_spans, popup};
use crate::dashboard::state::State;
use crate::dashboard::state::jump::Jump;
use crate::dashboard::state::prompt::{Confirm, Input, NO, YES, clients, seconds};
use crate::dashboard::theme::{Role, Theme};
use crate::words::strings;

/// A question with yes and no.
pub fn confirm(frame: &mut Frame, screen: Rect, confirm: &Confirm, theme: &Theme) {
    let (say, keys) = (&strings().boxes, &strings().keys.names);
    let question = confirm.question.text();
    let question = if theme.ascii() { question.replace('·', "-") } else { question };
    let wide = u16::try_from(question.width()).unwrap_or(u16::MAX).saturating_add(6);
    let wide = wide.max(38).min(screen.width);
    // The name of a file may need more than a row.
    let rows = wrap(&question, usize::from(wide.saturating_sub(4)), 4, theme.ascii());
    let height = u16::try_from(rows.len()).unwrap_or(1) + 4;
    let inner = popup(frame, screen, wide, height, say.sure, theme);
    let mut answers = Line::default();
    answers.extend(key_spans(&YES.to_string(), say.yes, theme));
    answers.extend(key_spans(
        &NO.to_string(),
        &(say.no)(&[keys.enter, keys.esc].join(strings().marks.list)),
        theme,
    ));
    let question = rows.into_iter().map(|row| Line::styled(row, theme.style(Role::Bad)));
    let lines = question.chain([Line::default(), answers]);
    for (line, y) in lines.zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// What is typed, with the cursor in it, between what stands before it and what behind.
fn typed(front: &str, input: &Input, rear: &str, theme: &Theme) -> Line<'static> {
    let (before, behind) = input.halves();
    Line::from(vec![
        Span::styled(front.to_owned(), theme.style(Role::Text)),
        Span::styled(before, theme.style(Role::Title)),
        Span::styled(theme.glyph("▏", "_"), theme.style(Role::Key)),
        Span::styled(behind, theme.style(Role::Title)),
        Span::styled(rear.to_owned(), theme.style(Role::Text)),
    ])
}

/// How long a client must have been idle to be dropped, and how many that hits now.
pub fn idle(frame: &mut Frame, screen: Rect, input: &Input, state: &State, theme: &Theme) {
    let (say, keys) = (&strings().boxes, &strings().keys.names);
    let inner = popup(frame, screen, 50, 5, say.drop_idle, theme);
    let [idle_for, unit] = say.idle_for;
    let ask = typed(&format!("{idle_for} "), input, &format!(" {unit}"), theme);
    let hits = match seconds(&input.text()) {
        Some(time) => Line::styled((say.drops)(state.idle_for(time)), theme.style(Role::Bad)),
        None => Line::styled(say.no_seconds, theme.style(Role::Warn)),
    };
    let mut answers = Line::default();
    answers.extend(key_spans(keys.enter, say.drops_them, theme));
    answers.extend(key_spans(keys.esc, say.leaves_them, theme));
    answers.push_span(dim("", theme));
    for (line, y) in [ask, hits, answers].into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// How many of the last seconds are to be kept.
pub fn keep(frame: &mut Frame, screen: Rect, input: &Input, theme: &Theme) {
    let (say, keys) = (&strings().boxes, &strings().keys.names);
    let inner = popup(frame, screen, 50, 5, say.keep, theme);
    let [last, unit] = say.keep_last;
    let ask = typed(&format!("{last} "), input, &format!(" {unit}"), theme);
    let what = match seconds(&input.text()).filter(|time| !time.is_zero()) {
        Some(_) => Line::from(dim(say.keeps, theme)),
        None => Line::styled(say.no_seconds, theme.style(Role::Warn)),
    };
    let mut answers = Line::default();
    answers.extend(key_spans(keys.enter, say.keeps_them, theme));
    answers.extend(key_spans(keys.esc, say.adds_none, theme));
    for (line, y) in [ask, what, answers].into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// How many clients of our own are to come.
pub fn how_many(frame: &mut Frame, screen: Rect, input: &Input, state: &State, theme: &Theme) {
    let (say, keys) = (&strings().boxes, &strings().keys.names);
    let inner = popup(frame, screen, 50, 5, say.how_many, theme);
    let unit = format!(" {}", (say.adds)(state.client_kind().label()));
    let ask = typed("", input, &unit, theme);
    let wrong = match clients(&input.text()) {
        Some(_) => Line::default(),
        None => Line::styled(say.no_number, theme.style(Role::Warn)),
    };
    let mut answers = Line::default();
    answers.extend(key_spans(keys.enter, say.adds_them, theme));
    answers.extend(key_spans(keys.esc, say.adds_none, theme));
    for (line, y) in [ask, wrong, answers].into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// Where to jump to in time.
pub fn jump(frame: &mut Frame, screen: Rect, input: &Input, state: &State, theme: &Theme) {
    let (say, keys) = (&strings().back, &strings().keys.names);
    let inner = popup(frame, screen, 60, 7, say.jump, theme);
    let ask = typed("", input, "", theme);
    let told = Jump::parse(&input.text(), state.is_newest()).map(|jump| jump.text());
    let mut lines = vec![ask];
    match told {
        None => lines.extend(say.takes.map(|text| Line::from(dim(text, theme)))),
        Some(Ok(text)) => lines.push(Line::styled(text, theme.style(Role::Text))),
        Some(Err(wrong)) => lines.push(Line::styled(wrong, theme.style(Role::Warn))),
    }
    lines.resize(1 + say.takes.len(), Line::default());
    let mut answers = Line::default();
    answers.extend(key_spans(keys.enter, say.goes, theme));
    answers.extend(key_spans(keys.esc, say.stays, theme));
    lines.push(answers);
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}
