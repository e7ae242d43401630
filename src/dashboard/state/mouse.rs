//! What the operator's mouse does.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::lessons::{Row, answers_at};
use super::{Action, Overlay, State};
use crate::dashboard::geometry::{self, Hit, Position, Rect};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::panel::Panel;

impl State {
    /// The mouse was used.
    pub fn mouse(&mut self, event: MouseEvent) -> Vec<Action> {
        let at = Position::new(event.column, event.row);
        if let Overlay::Explain(explain) = self.overlay {
            return self.explain_mouse(explain, event.kind, at);
        }
        if self.overlay != Overlay::None
            || self.dead.as_ref().is_some_and(|end| !end.leaves_the_picture())
        {
            return Vec::new();
        }
        self.pointer = Some(at);
        let areas = self.areas();
        if areas.tabs.contains(at) && event.kind == MouseEventKind::Down(MouseButton::Left) {
            let tabs = geometry::tabs(areas.tabs, self.focus, self.shows_class());
            if let Some((panel, ..)) = tabs.into_iter().find(|(_, place, _)| place.contains(at)) {
                self.changed = true;
                self.show(panel);
            }
            return Vec::new();
        }
        if areas.strip.contains(at) {
            if event.kind == MouseEventKind::Down(MouseButton::Left) {
                self.click_strip(areas.strip, at);
            }
            return Vec::new();
        }
        if areas.time.contains(at) {
            let left = MouseButton::Left;
            if matches!(event.kind, MouseEventKind::Down(b) | MouseEventKind::Drag(b) if b == left)
            {
                self.click_time(geometry::track(areas.time), at);
            }
            return Vec::new();
        }
        let Some(&(panel, area)) = areas.panels.iter().find(|(_, area)| area.contains(at)) else {
            return Vec::new();
        };
        let by = match event.kind {
            MouseEventKind::ScrollUp => -3,
            MouseEventKind::ScrollDown => 3,
            MouseEventKind::Down(MouseButton::Left) => {
                self.changed = true;
                self.show(panel);
                if panel == Panel::Table {
                    self.click(area, at);
                } else if panel == Panel::Code {
                    self.click_code(area, at);
                } else if panel == Panel::Stream {
                    self.click_stream(area, at);
                }
                self.follow_code();
                return Vec::new();
            }
            _ => return Vec::new(),
        };
        self.changed = true;
        if panel == Panel::Stream {
            let height = self.stream_rows();
            self.scene_mut().stream.scroll(by, height);
        } else {
            let focus = std::mem::replace(&mut self.focus, panel);
            self.go(by);
            self.focus = focus;
        }
        self.fit();
        self.follow_code();
        Vec::new()
    }

    /// A click on the time line goes to that time.
    fn click_time(&mut self, track: Rect, at: Position) {
        let (Some((from, now)), Some(column)) = (self.kept(), at.x.checked_sub(track.x)) else {
            return;
        };
        let span = now.saturating_sub(from);
        // The end of what the column stands for, so that what is marked there has happened; the last
        // one is now.
        let time = match u64::from(column) {
            column if column + 1 >= track.width.into() => now,
            column => {
                let part = u128::from(span) * u128::from(column + 1) / u128::from(track.width);
                from.saturating_add(u64::try_from(part).unwrap_or(span))
            }
        };
        self.changed = true;
        self.jump_to(time);
        self.fit();
        self.follow_code();
    }

    /// A click on an option predicts it.
    fn click_strip(&mut self, area: Rect, at: Position) {
        let (width, height) = self.screen;
        let rows = self.strip(Rect::new(0, 0, width, height));
        if let Some(Row::Options(options)) = rows.get(usize::from(at.y - area.y))
            && let Some(option) = answers_at(options, at.x.into(), area.width.into())
        {
            self.predict(option);
        }
    }

    /// A click on an event selects it.
    fn click_stream(&mut self, area: Rect, at: Position) {
        let height = self.stream_rows();
        let row = at.y.checked_sub(area.y + 1).map(usize::from);
        if let Some(row) = row.filter(|row| *row < height) {
            self.scene_mut().stream.point_at(row, height);
        }
    }

    fn click(&mut self, area: Rect, at: Position) {
        let scene = self.scene_mut();
        let height = usize::from(area.height.saturating_sub(2));
        let head = geometry::head_rows(scene.listener, &scene.others, height);
        let now = scene.now;
        let (folded, key) = (scene.folded(), keys::name(Id::Closed));
        let table = &mut scene.table;
        let number = geometry::folded(table, folded, &key, area);
        if number.is_some_and(|(place, _)| place.contains(at)) {
            table.list_closed();
            return;
        }
        match geometry::hit(table, area, head, at) {
            Some(Hit::Heading(column)) => table.sort_by(column),
            Some(Hit::Line(line)) => {
                table.point_at(line, now);
                self.code.of_loop = false;
            }
            None => {}
        }
    }
}
