//! The boxes to choose from: the kinds of client that `c` adds, and the nine servers.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{dim, popup};
use crate::clients::ClientKind;
use crate::dashboard::keys::{self, Id};
use crate::dashboard::state::State;
use crate::dashboard::state::prompt::key_of;
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::ServerKind;
use crate::words::{pad_left, strings};

/// Draws the box.
pub fn draw(frame: &mut Frame, screen: Rect, at: usize, state: &State, theme: &Theme) {
    let say = &strings().boxes;
    let height = u16::try_from(ClientKind::ALL.len() + 4).unwrap_or(u16::MAX);
    let inner = popup(frame, screen, 66, height, say.kinds, theme);
    let running = |kind| state.client_list().iter().filter(|c| c.kind == kind && !c.ended).count();
    let mut lines: Vec<Line> = ClientKind::ALL
        .into_iter()
        .enumerate()
        .map(|(i, kind)| {
            let mark = if i == at { theme.glyph("▸", ">") } else { " " };
            let text =
                format!("{mark} {} {} {}", key_of(i), pad_left(kind.label(), 12), told(kind));
            let mut line =
                Line::styled(text, theme.style(if i == at { Role::Selected } else { Role::Text }));
            if running(kind) > 0 {
                line.push_span(Span::styled(
                    format!("  {}", (say.now)(running(kind))),
                    theme.style(Role::Ours),
                ));
            }
            line
        })
        .collect();
    lines.push(Line::default());
    lines.push(Line::from(dim(with_explain(say.chooses, inner.width.into()), theme)));
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// Draws the box of the servers; the one that runs now has a mark of its own.
pub fn servers(frame: &mut Frame, screen: Rect, at: usize, state: &State, theme: &Theme) {
    let say = &strings().boxes;
    let height = u16::try_from(ServerKind::ALL.len() + 4).unwrap_or(u16::MAX);
    let inner = popup(frame, screen, 80, height, say.servers, theme);
    let now = state.live().listener.map(|listener| listener.server);
    let runs = theme.glyph("●", "*");
    let mut lines: Vec<Line> = ServerKind::ALL
        .into_iter()
        .enumerate()
        .map(|(i, server)| {
            let mark = if i == at { theme.glyph("▸", ">") } else { " " };
            let runs = if now == Some(server) { runs } else { " " };
            let text = format!(
                "{mark} {} {runs} {:<10} {}",
                key_of(i),
                server.name(),
                (strings().servers.summary)(server)
            );
            Line::styled(text, theme.style(if i == at { Role::Selected } else { Role::Text }))
        })
        .collect();
    lines.push(Line::default());
    let runs_now = format!("   {}", (say.runs_now)(runs));
    let room = usize::from(inner.width).saturating_sub(runs_now.width());
    lines.push(Line::from(dim(with_explain(say.switches, room) + &runs_now, theme)));
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        frame.render_widget(line, Rect { y, height: 1, ..inner });
    }
}

/// How a box is used, and that a key explains what is in it, where there is room for both.
fn with_explain(keys: &str, room: usize) -> String {
    let explained = (strings().boxes.explained)(&keys::name(Id::Explain));
    let both = [keys, &explained].join(strings().marks.semicolon);
    if both.width() <= room { both } else { keys.to_owned() }
}

fn told(kind: ClientKind) -> &'static str {
    let say = &strings().boxes;
    match kind {
        ClientKind::Idle => say.idle,
        ClientKind::Steady => say.steady,
        ClientKind::Burst => say.burst,
        ClientKind::SlowReader => say.slow_reader,
        ClientKind::SlowSender => say.slow_sender,
        ClientKind::Resetting => say.resetting,
        ClientKind::Stalled => say.stalled,
        ClientKind::Deaf => say.deaf,
        ClientKind::Firehose => say.firehose,
        ClientKind::SlowCaller => say.slow_caller,
        ClientKind::Leaver => say.leaver,
        ClientKind::Flood => say.flood,
        ClientKind::Puppet(_) => strings().clients.obeys,
    }
}
