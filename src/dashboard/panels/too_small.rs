//! The terminal is too small for anything but saying so.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};

use crate::dashboard::theme::{Role, Theme};

/// Draws the screen; the least width and height that would do.
pub fn draw(frame: &mut Frame, area: Rect, (width, height): (u16, u16), theme: &Theme) {
    let by = theme.glyph("×", "x");
    let text = Text::from(vec![
        Line::styled(
            format!("too small: {}{by}{}", area.width, area.height),
            theme.style(Role::Warn),
        ),
        Line::styled(format!("needs {width}{by}{height}"), theme.style(Role::Text)),
        Line::styled("q quits", theme.style(Role::Text)),
    ]);
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: false }), area);
}
