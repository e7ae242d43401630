//! The terminal is too small for anything but saying so.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};

use crate::dashboard::layout::LEAST;
use crate::dashboard::theme::{Role, Theme};

/// Draws the screen.
pub fn draw(frame: &mut Frame, area: Rect, theme: &Theme) {
    let by = theme.glyph("×", "x");
    let (width, height) = LEAST;
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
