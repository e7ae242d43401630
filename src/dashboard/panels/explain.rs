//! **Explain this**: the card of one thing, over the half of the screen where that thing is not.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::parts::clear;
use super::spots::Spots;
use super::{block, cut, dim, left};
use crate::dashboard::keys::explained::{self, LABEL};
use crate::dashboard::state::explain::Explain;
use crate::dashboard::theme::{Role, Theme};
use crate::words::strings;

/// Where the card is: below what it explains, or above.
#[must_use]
pub fn place(screen: Rect, card: &Explain, spots: &Spots) -> Rect {
    let (width, height) = explained::size(card.thing, (screen.width, screen.height));
    let row = card.at.map(|at| at.y).or_else(|| spots.of(card.thing).next().map(|area| area.y));
    let low = row.is_some_and(|row| row - row.min(screen.y) >= screen.height / 2);
    let x = screen.x + (screen.width - width) / 2;
    let y = if low { screen.y } else { screen.bottom() - height };
    Rect { x, y, width, height }
}

/// Draws the card, and marks what it explains.
pub fn draw(frame: &mut Frame, screen: Rect, card: &Explain, spots: &Spots, theme: &Theme) {
    let say = &strings().explain;
    for area in spots.of(card.thing) {
        let area = area.intersection(frame.area());
        // One style for all of it: colours of its own would get lost in the reverse.
        for style in [Style::reset(), theme.style(Role::Text), theme.style(Role::Selected)] {
            frame.buffer_mut().set_style(area, style);
        }
    }
    let area = place(screen, card, spots);
    clear(frame, area, theme);
    let plain = |text: &str| text.replace('→', theme.glyph("→", "->"));
    let (at, of) = card.number();
    let title = format!(" {} ", plain(&(say.title)(card.thing.name())));
    let number = format!(" {} ", plain(&(say.number)(at, of, card.place.name())));
    let mut block = block(Line::styled(title.clone(), theme.style(Role::Title)), theme, true);
    let room = usize::from(area.width).saturating_sub(Line::from(title).width() + 3);
    let number = Line::from(dim(number, theme));
    if number.width() <= room {
        block = block.title(number.right_aligned());
    }
    let inner = area.inner(Margin::new(2, 1));
    let lines = explained::lines(card.thing, inner.width.into());
    let rows = usize::from(inner.height.saturating_sub(2)).max(1);
    let top = card.top.min(lines.len().saturating_sub(rows));
    let below = lines.len().saturating_sub(top + rows);
    if below > 0 {
        let more = format!(" {} ", (say.more_lines)(below));
        block = block.title_bottom(Line::from(dim(more, theme)).right_aligned());
    }
    frame.render_widget(block, area);
    let text = |text: String| Span::styled(text, theme.style(Role::Text));
    let label = |name: &str| Span::styled(left(name, LABEL, theme), theme.style(Role::Key));
    let drawn = |line| match line {
        explained::Line::What(what) => Line::from(text(what)),
        explained::Line::Label(name) => Line::from(label(name)),
        explained::Line::Beside(name, said) => Line::from(vec![label(name), text(said)]),
    };
    let width = usize::from(inner.width);
    let lines = lines.into_iter().skip(top).take(rows).map(drawn);
    for (line, y) in lines.zip(inner.top()..inner.bottom()) {
        frame.render_widget(cut(line, width, theme), Rect { y, height: 1, ..inner });
    }
    if inner.height > 2 {
        let keys = cut(Line::from(dim(say.keys, theme)), width, theme);
        frame.render_widget(keys, Rect { y: inner.bottom() - 1, height: 1, ..inner });
    }
}
