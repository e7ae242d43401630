//! The help: what one is looking at, every key with its sentence, made from the one list, and what
//! each sign means; searchable.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{dim, left, popup};
use crate::dashboard::keys::help::{FRAME, HelpLine, columns, lines};
use crate::dashboard::panel::Panel;
use crate::dashboard::state::prompt::Input;
use crate::dashboard::theme::{Role, Theme};
use crate::words::strings;

/// Draws the box, for one who looks at that panel.
pub fn draw(
    frame: &mut Frame,
    screen: Rect,
    panel: Panel,
    (search, top): (&Input, usize),
    theme: &Theme,
) {
    let say = &strings().boxes;
    let (key_columns, columns) = columns(screen.width);
    let width = u16::try_from(key_columns + columns + FRAME + 1).unwrap_or(u16::MAX);
    let inner = popup(frame, screen, width, screen.height.saturating_sub(2), say.help, theme);
    let drawn = |line| match line {
        HelpLine::Heading(text) => Line::styled(text, theme.style(Role::Title)),
        HelpLine::Text(text) => Line::styled(text, theme.style(Role::Text)),
        HelpLine::Entry(name, sentence) => Line::from(vec![
            Span::styled(left(&name, key_columns, theme), theme.style(Role::Key)),
            Span::styled(sentence, theme.style(Role::Text)),
        ]),
        HelpLine::Blank => Line::default(),
    };
    let lines = lines(&search.text(), panel, screen.width, theme.ascii());
    let mut lines: Vec<Line> = lines.into_iter().map(drawn).collect();
    if lines.is_empty() {
        lines.push(Line::from(dim(say.no_key, theme)));
    }
    let [body, foot] = ratatui::layout::Layout::vertical([
        ratatui::layout::Constraint::Min(0),
        ratatui::layout::Constraint::Length(1),
    ])
    .areas(inner);
    for (line, y) in lines.into_iter().skip(top).zip(body.top()..body.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..body });
    }
    let (before, behind) = search.halves();
    let mut foot_line = Line::from(vec![
        Span::styled(format!("{} ", say.search), theme.style(Role::Title)),
        Span::raw(before),
        Span::styled(theme.glyph("▏", "_"), theme.style(Role::Key)),
        Span::raw(behind),
    ]);
    let scrolls = dim(format!("   {}", say.scrolls), theme);
    if foot_line.width() + scrolls.width() <= usize::from(foot.width) {
        foot_line.push_span(scrolls);
    }
    frame.render_widget(foot_line, foot);
}
