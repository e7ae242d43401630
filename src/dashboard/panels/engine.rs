//! The loop: the textbook drawing, live. Above the boundary what the kernel holds, below it what
//! the program does with what the wait call handed over.
//!
//! ```text
//! kernel ─ interest list ─ 3 watched ──────────
//!  5 9 14
//! kernel ─ ready list ─ returned by the last wait
//!  9:IN 14:IN
//! kernel ─ queues ─────────────────────────────
//!  accept queue 0 of 128   no bytes unread
//! ═══════ epoll_wait() = 2, waited 1.2 s ══════
//! program ─ the ready array ─ 1 of 2 served ───
//!  ✓9:IN ▸14:IN
//!  now: recv(14) = 84
//! ```
//!
//! The boundary's row depends on the panel's size alone, so it does not jump.
//!
//! So it is for epoll. What other servers do is drawn as it is: one file for each way of waiting,
//! chosen in [`draw`].

mod asked;
mod columns;
mod halves;
mod kernel;
mod lists;
mod one;
mod painter;
mod pool;
mod program;
mod runtime;
mod sleepers;
mod swept;
mod tasks;
mod which;

use ratatui::Frame;
use ratatui::layout::Rect;

use self::halves::{Contents, Sizes};
use self::painter::{FULL, Painter, render};
use super::spots::Spots;
use crate::dashboard::layout::Panel;
use crate::dashboard::state::by_server::{self, Drawing};
use crate::dashboard::state::engine::Engine;
use crate::dashboard::state::explain::thing::{Part, Thing};
use crate::dashboard::state::table::Table;
use crate::dashboard::theme::Theme;

/// Draws the panel with its border; the connections are those of `table`.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    engine: &Engine,
    table: &Table,
    theme: &Theme,
    focused: bool,
    spots: &mut Spots,
) {
    let title = super::title(Panel::Loop, theme);
    let painter = Painter { engine, table, theme };
    let drawing = engine.server().map_or(Drawing::Lists, by_server::drawing);
    let room = usize::from(area.width).saturating_sub(title.width() + 3);
    let which = painter.which(room).filter(|_| drawing == Drawing::Lists);
    let mut block = super::block(title, theme, focused);
    if let Some(which) = &which {
        block = block.title_top(which.clone().right_aligned());
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if let Some(which) = which {
        let width = u16::try_from(which.width()).unwrap_or(area.width).min(area.width);
        let x = area.right().saturating_sub(width + 1);
        spots.add(Rect { x, width, height: 1, ..area }, Thing::Part(Part::Which));
    }
    if inner.is_empty() {
        return;
    }
    let fill: &dyn Fn(Sizes) -> Contents = match drawing {
        Drawing::Lists if inner.height < FULL => {
            let told = painter.compact_lists(inner.width.into(), inner.height.into());
            return render(frame, inner, told, spots);
        }
        Drawing::Lists => return painter.full_lists(frame, inner, spots),
        Drawing::Swept => &|sizes| painter.swept(sizes),
        Drawing::Asked => &|sizes| painter.asked(sizes),
        Drawing::Sleepers => &|sizes| painter.sleepers(sizes),
        Drawing::Tasks => &|sizes| painter.tasks(sizes),
        Drawing::One => &|sizes| painter.one(sizes),
    };
    // What sleeps is most of it there; what is awake is a line.
    let top_heavy = matches!(drawing, Drawing::Sleepers | Drawing::Tasks);
    painter.halves(frame, inner, top_heavy, fill, spots);
}

#[cfg(test)]
mod tests;
