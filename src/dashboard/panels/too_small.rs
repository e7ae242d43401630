//! The terminal is too small for anything but saying so.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};

use crate::dashboard::keys::{self, Id};
use crate::dashboard::theme::{Role, Theme};
use crate::words::strings;

/// Draws the screen; the least width and height that would do.
pub fn draw(frame: &mut Frame, area: Rect, (width, height): (u16, u16), theme: &Theme) {
    let say = &strings().boxes;
    let by = theme.glyph("×", "x");
    let text = Text::from(vec![
        Line::styled((say.too_small)(area.width, by, area.height), theme.style(Role::Warn)),
        Line::styled((say.needs)(width, by, height), theme.style(Role::Text)),
        Line::styled((say.key_quits)(&keys::name(Id::Quit)), theme.style(Role::Text)),
    ]);
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: false }), area);
}
