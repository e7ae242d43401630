//! The server has ended by itself: the whole screen says what happened.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};

use super::block;
use crate::dashboard::keys::{self, Id};
use crate::dashboard::theme::{Role, Theme};
use crate::words::strings;

/// Draws the screen.
pub fn draw(frame: &mut Frame, area: Rect, reason: &str, theme: &Theme) {
    let say = &strings().boxes;
    let title = Line::styled(format!(" {} ", say.ended), theme.style(Role::Bad));
    frame.render_widget(block(title, theme, true), area);
    let mut text = Text::default();
    text.push_line(Line::styled(say.not_running, theme.style(Role::Title)));
    text.push_line(Line::default());
    for line in reason.lines() {
        text.push_line(Line::styled(line.to_owned(), theme.style(Role::Text)));
    }
    text.push_line(Line::default());
    let mut line = Line::default();
    line.extend(super::key_spans(&keys::name(Id::Quit), say.quits, theme));
    text.push_line(line);
    let margin =
        if area.width > 40 && area.height > 8 { Margin::new(3, 2) } else { Margin::new(1, 1) };
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: false }), area.inner(margin));
}
