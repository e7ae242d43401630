//! The menu of options that are changed on the running server.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::fit::{cut, wrap};
use super::{dim, popup};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::state::menu::{Menu, needs_fresh, values};
use crate::dashboard::state::{State, by_server};
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{Options, ServerKind, Setting};
use crate::words::{pad_left, strings};

/// The menu's columns, inside its border and margin: mark, name, value, and the rest.
const NAME: usize = 13;
const VALUE: usize = 23;
const WIDTH: u16 = 80;

/// Draws the box.
pub fn draw(frame: &mut Frame, screen: Rect, menu: &Menu, state: &State, theme: &Theme) {
    let say = &strings().options;
    let Some(listener) = state.live().listener else { return };
    let settings = menu.asked.settings();
    let height = u16::try_from(settings.len() + 10).unwrap_or(u16::MAX);
    let inner = popup(frame, screen, WIDTH, height, say.title, theme);
    let width = usize::from(inner.width);
    let now = listener.options.settings();
    let mut lines: Vec<Line> = settings
        .iter()
        .enumerate()
        .map(|(i, setting)| line(i == menu.at, *setting, now[i], listener.server, width, theme))
        .collect();
    lines.push(Line::default());
    let marked = menu.setting(menu.at);
    let told = match by_server::without_effect(listener.server, marked) {
        Some(why) => why.to_owned(),
        None => (say.takes)(marked, needs_fresh(listener.server, marked)).to_owned(),
    };
    let usual = (say.usual)(&(say.value)(Options::default().settings()[menu.at]));
    let mut told = wrap(&told, width, 2, theme.ascii());
    told.resize(2, String::new());
    lines.extend(told.into_iter().map(|row| Line::styled(row, theme.style(Role::Text))));
    let marks = &strings().marks;
    let all: Vec<String> = values(marked).into_iter().map(say.value).collect();
    let mut all =
        wrap(&[all.join(marks.list), usual].join(marks.semicolon), width, 2, theme.ascii());
    all.resize(2, String::new());
    lines.extend(all.into_iter().map(|row| Line::from(dim(row, theme))));
    lines.push(Line::default());
    let explained = (strings().boxes.explained)(&keys::name(Id::Explain));
    for row in [say.keys, &explained] {
        lines.push(Line::from(dim(cut(row, width, theme.ascii()), theme)));
    }
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// `▸ drain         ‹ off ›               recv until EAGAIN, or once for each event`
fn line(
    marked: bool,
    asked: Setting,
    now: Setting,
    server: ServerKind,
    width: usize,
    theme: &Theme,
) -> Line<'static> {
    let say = &strings().options;
    let why_not = by_server::without_effect(server, asked);
    let usual = Options::default().settings().contains(&asked);
    let mark = if marked { theme.glyph("▸", ">") } else { " " };
    let value = (say.value)(asked);
    let value = match (marked, why_not) {
        (true, None) => format!("{} {value} {}", theme.glyph("‹", "<"), theme.glyph("›", ">")),
        // Kept for a server that takes it: what runs does not do that.
        (_, Some(_)) => format!("({value})"),
        _ => value,
    };
    let value = if asked == now { value } else { format!("{value} {}", say.asked) };
    let rest = why_not.unwrap_or((say.about)(asked));
    let room = width.saturating_sub(2 + NAME + VALUE);
    let rest = cut(rest, room, theme.ascii());
    let role = match why_not {
        _ if marked => Role::Selected,
        Some(_) => Role::Dim,
        None if usual => Role::Text,
        None => Role::Warn,
    };
    let about = if marked { Role::Selected } else { Role::Dim };
    Line::from(vec![
        Span::styled(
            format!("{mark} {:<NAME$}{}", asked.name(), pad_left(&value, VALUE)),
            theme.style(role),
        ),
        Span::styled(pad_left(&rest, room), theme.style(about)),
    ])
}
