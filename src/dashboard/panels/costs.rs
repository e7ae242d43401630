//! **costs**: what serving costs, the same figures for every server, each with how it was obtained.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::fit::wrap;
use super::spots::Spots;
use super::{block, cut, dim, title};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::layout::Panel;
use crate::dashboard::state::costs::Figure;
use crate::dashboard::state::explain::thing::{Gauge, Thing};
use crate::dashboard::theme::{Role, Theme};
use crate::words::{pad_right, strings};

/// From this width on the sentences are worth scrolling for.
const WIDE: usize = 60;

/// Draws the panel; the sentences where there is room for all of them, or zoomed, from line `top`.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    figures: &[Figure],
    top: usize,
    theme: &Theme,
    focused: bool,
    spots: &mut Spots,
) {
    let inner = area.inner(Margin::new(1, 1));
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let explained = lines(figures, width, true, theme);
    let explain = explained.len() <= height || focused && width >= WIDE;
    let mut block = block(title(Panel::Costs, theme), theme, focused);
    let top = if explain { top.min(explained.len().saturating_sub(height)) } else { 0 };
    let below = explained.len().saturating_sub(height + top);
    let say = &strings().costs;
    let text = match (explain, below) {
        (true, 0) => String::new(),
        (true, n) => format!(" {} ", (say.more_lines)(n, &keys::name(Id::Down))),
        (false, _) => format!(" {} ", (say.obtained)(&keys::name(Id::Zoom))),
    };
    if !text.is_empty() && text.width() + 4 <= usize::from(area.width) {
        block = block.title_bottom(Line::from(dim(text, theme)).right_aligned());
    }
    frame.render_widget(block, area);
    let lines = if explain { explained } else { lines(figures, width, false, theme) };
    for ((line, gauge), y) in lines.into_iter().skip(top).zip(inner.top()..inner.bottom()) {
        let place = Rect { y, height: 1, ..inner };
        spots.add(place, Thing::Gauge(gauge));
        frame.render_widget(cut(line, width, theme), place);
    }
}

fn lines(
    figures: &[Figure],
    width: usize,
    explain: bool,
    theme: &Theme,
) -> Vec<(Line<'static>, Gauge)> {
    let mut lines = Vec::new();
    for figure in figures {
        let none = theme.glyph("–", "-");
        let value = figure.value.as_deref().unwrap_or(none);
        let role = if figure.value.is_some() { Role::Title } else { Role::Dim };
        let room = width.saturating_sub(figure.text.name.width() + 3);
        let value = Span::styled(format!(" {}", pad_right(value, room)), theme.style(role));
        // Beside its sentence a value stands next to its name.
        let value = if explain {
            Span::styled(format!("  {}", value.content.trim()), value.style)
        } else {
            value
        };
        let name = Span::styled(format!(" {}", figure.text.name), theme.style(Role::Text));
        lines.push((Line::from(vec![name, value]), figure.gauge));
        if explain {
            let how = wrap(figure.text.how, width.saturating_sub(3), 4, theme.ascii());
            let row = |row| (Line::from(dim(format!("   {row}"), theme)), figure.gauge);
            lines.extend(how.into_iter().map(row));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;
    use crate::dashboard::state::costs::Costs;
    use crate::dashboard::state::rates::Rates;
    use crate::dashboard::theme::Palette;

    fn picture(figures: &[Figure], (width, height): (u16, u16), ascii: bool) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theme = Theme::new(Palette::Dark, ascii);
        terminal
            .draw(|frame| {
                let (focused, spots) = (ascii || width > 70, &mut Spots::default());
                draw(frame, frame.area(), figures, 4, &theme, focused, spots);
            })
            .unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn names_and_values_first_and_the_sentences_where_there_is_room() {
        let mut figures = Costs::default().figures(&Rates::new(), true);
        for (figure, value) in figures.iter_mut().zip(["5.2", "51 : 1.2", "408", "1,234", "0"]) {
            figure.value = Some(value.to_owned());
        }
        let sizes = [(35, 13), (48, 20), (80, 21), (80, 45)];
        let mut all: String = sizes.map(|size| picture(&figures, size, false) + "\n").concat();
        let ascii = picture(&figures, (35, 13), true);
        assert!(ascii.is_ascii(), "{ascii}");
        all += &ascii;
        insta::assert_snapshot!(all);
    }

    #[test]
    fn any_size_is_drawn() {
        let figures = Costs::default().figures(&Rates::new(), false);
        for width in 1..60 {
            for height in 1..40 {
                picture(&figures, (width, height), width % 2 == 0);
            }
        }
    }
}
