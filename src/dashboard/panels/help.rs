//! The help: every key with its sentence, made from the one list, and what each sign means;
//! searchable.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{dim, left, popup};
use crate::dashboard::keys::Group;
use crate::dashboard::keys::help::{FRAME, columns, found, rows, signs};
use crate::dashboard::state::prompt::Input;
use crate::dashboard::theme::{Role, Theme};
use crate::words::strings;

/// Draws the box.
pub fn draw(frame: &mut Frame, screen: Rect, search: &Input, top: usize, theme: &Theme) {
    let say = &strings().boxes;
    let (key_columns, columns) = columns(screen.width);
    let width = u16::try_from(key_columns + columns + FRAME + 1).unwrap_or(u16::MAX);
    let inner = popup(frame, screen, width, screen.height.saturating_sub(2), say.help, theme);
    let text = search.text();
    let mut lines = Vec::new();
    for group in Group::ALL {
        let mut keys = found(group, &text).peekable();
        if keys.peek().is_none() {
            continue;
        }
        lines.push(Line::styled(group.label(), theme.style(Role::Title)));
        for key in keys {
            for (name, sentence) in rows(&key.presses(), key.sentence(), screen.width) {
                lines.push(Line::from(vec![
                    Span::styled(left(&name, key_columns, theme), theme.style(Role::Key)),
                    Span::styled(sentence, theme.style(Role::Text)),
                ]));
            }
        }
        lines.push(Line::default());
    }
    let mut signs = signs(&text).peekable();
    if signs.peek().is_some() {
        lines.push(Line::styled(say.the_signs, theme.style(Role::Title)));
        for [sign, ascii, meaning] in signs {
            for (sign, meaning) in rows(theme.glyph(sign, ascii), meaning, screen.width) {
                lines.push(Line::from(vec![
                    Span::styled(left(&sign, key_columns, theme), theme.style(Role::Key)),
                    Span::styled(meaning, theme.style(Role::Text)),
                ]));
            }
        }
        lines.push(Line::default());
    }
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
