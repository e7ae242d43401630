//! How the table is looked at: what is shown of it and in which order, the cursor, and the part
//! that is visible.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::entry::{At, Column, IPV6, TableRow, Tie, key};
use super::{CLOSED_STAYS, HOLD, MANY, SORT_EVERY, Table, View};
use crate::dashboard::state::filter::Filter;
use crate::telemetry::{ConnId, Fd, Nanos};

/// For how long the view waits for clients to come back after a switch of the server.
pub(super) const VIEW_KEPT: Nanos = 10_000_000_000;

impl Table {
    /// Brings order and cursor up to date; at most once a tick. `hold` while a question about the
    /// selected connection is open.
    pub fn refresh(&mut self, now: Nanos, hold: bool) {
        self.fold(now);
        if hold || now < self.hold_until {
            self.hold_still(now);
        } else if self.due(now) {
            self.sort_now(now);
        }
        if let Some(view) = &mut self.kept {
            let until = *view.until.get_or_insert(now.saturating_add(VIEW_KEPT));
            if now >= until {
                self.kept = None;
            }
        }
        self.follow();
    }

    /// Folds those that have been closed for long enough.
    fn fold(&mut self, now: Nanos) {
        while let Some(id) = self.closed.get(self.folded) {
            let Some(i) = self.place(*id) else { break };
            let entry = &mut self.entries[i];
            if entry.closed.is_some_and(|since| now < since.saturating_add(CLOSED_STAYS)) {
                break;
            }
            entry.folded = true;
            self.folded += 1;
            self.members_changed = true;
        }
    }

    /// Whether one that passes the filter is shown.
    fn lists(&self, entry: &TableRow) -> bool {
        !entry.folded || self.listed || self.filter.asks_for_closed()
    }

    /// The view is to be the same again when the table is as long again: everybody is closed,
    /// since another server takes over.
    pub fn keep_view(&mut self) {
        let Self { position, top, .. } = *self;
        self.kept.get_or_insert(View { position, top, until: None });
    }

    fn due(&self, now: Nanos) -> bool {
        let moves = self.sort.moves() || !self.filter.is_empty();
        // Idle times grow by themselves.
        let grows = self.sort == Column::Idle || !self.filter.is_empty();
        let late = now >= self.sorted_at.saturating_add(SORT_EVERY) || now < self.sorted_at;
        let soon = self.entries.len() <= MANY || late;
        (self.members_changed && soon) || (moves && self.values_changed && soon) || (grows && late)
    }

    fn hold_still(&mut self, now: Nanos) {
        if !self.members_changed {
            return;
        }
        self.members_changed = false;
        let mut order = std::mem::take(&mut self.order);
        order.retain(|id| self.get(*id).is_some_and(|entry| self.lists(entry)));
        let mut scratch = String::new();
        let mut reused = self.reused(&order);
        for id in std::mem::take(&mut self.fresh) {
            let Some(entry) = self.get(id) else { continue };
            if !self.filter.lets(&At(entry, now), &mut scratch) {
                continue;
            }
            // The new owner of an fd takes the place of the one that is closed.
            let place = reused.remove(&entry.fd()).and_then(|at| order.get_mut(at));
            let last = place.map_or(id, |place| std::mem::replace(place, id));
            order.push(last);
        }
        self.order = order;
        // They are to be put in their places later.
        self.values_changed = true;
        self.sorted_at = 0;
    }

    /// Where in an order by fd the closed ones are, by their fds; not the one under the cursor.
    fn reused(&self, order: &[ConnId]) -> HashMap<Fd, usize> {
        if self.sort != Column::Fd || self.folded == self.closed.len() || self.fresh.is_empty() {
            return HashMap::new();
        }
        let closed = |(at, id): (usize, &ConnId)| {
            let entry = self.get(*id).filter(|e| e.closed.is_some() && !e.folded)?;
            (self.selected != Some(*id)).then_some((entry.fd(), at))
        };
        order.iter().enumerate().filter_map(closed).collect()
    }

    fn sort_now(&mut self, now: Nanos) {
        self.members_changed = false;
        self.values_changed = false;
        self.sorted_at = now;
        self.fresh = Vec::new();
        let mut scratch = String::new();
        // Those that are listed again stand below the others, whatever the order.
        let mut keyed = [Vec::with_capacity(self.entries.len()), Vec::new()];
        for entry in &self.entries {
            if self.lists(entry) && self.filter.lets(&At(entry, now), &mut scratch) {
                let keys = (key(entry, self.sort, now), Tie::new(entry, self.sort));
                keyed[usize::from(entry.folded)].push(keys);
            }
        }
        let address = |tie: Tie| tie.id().and_then(|id| self.get(id)).map(TableRow::peer);
        let ascending = |x: &(u64, Tie), y: &(u64, Tie)| match x.0.cmp(&y.0) {
            Ordering::Equal if x.0 == IPV6 && self.sort == Column::Peer => {
                address(x.1).cmp(&address(y.1))
            }
            order => order,
        };
        for keyed in &mut keyed {
            // Equal ones stay in the order of their coming.
            if self.reverse {
                keyed.sort_unstable_by(|x, y| ascending(y, x).then(x.1.cmp(&y.1)));
            } else {
                keyed.sort_unstable_by(|x, y| ascending(x, y).then(x.1.cmp(&y.1)));
            }
        }
        self.order.clear();
        self.order.shrink_to(keyed[0].len());
        self.order.reserve_exact(keyed[0].len());
        self.order.extend(keyed.iter().flatten().filter_map(|(_, tie)| tie.id()));
    }

    /// Puts the cursor back on its connection, or on what took its place.
    fn follow(&mut self) {
        if let Some(View { position, .. }) = self.kept {
            self.position = position.min(self.order.len().saturating_sub(1));
            self.selected = self.order.get(self.position).copied();
            return;
        }
        if let Some(id) = self.selected {
            if self.order.get(self.position) == Some(&id) {
                return;
            }
            if let Some(at) = self.order.iter().position(|&other| other == id) {
                self.position = at;
                return;
            }
        }
        self.position = self.position.min(self.order.len().saturating_sub(1));
        self.selected = self.order.get(self.position).copied();
    }

    /// Moves the visible part so that the cursor is in it.
    pub fn fit(&mut self, height: usize) {
        let height = height.max(1);
        if let Some(View { position, top, .. }) = self.kept {
            self.top = top;
            let open = self.order.iter().filter(|id| self.get(**id).is_some_and(TableRow::is_open));
            let needed = if top == 0 { position + 1 } else { (top + height).max(position + 1) };
            if self.closing() == 0 && open.count() >= needed {
                self.kept = None;
            }
        }
        self.top = self.top.min(self.order.len().saturating_sub(height));
        if self.position < self.top {
            self.top = self.position;
        } else if self.position >= self.top + height {
            self.top = self.position + 1 - height;
        }
    }

    /// Moves the cursor by lines.
    pub fn step(&mut self, by: isize, now: Nanos) {
        let last = self.order.len().saturating_sub(1);
        self.point_at(self.position.saturating_add_signed(by).min(last), now);
    }

    /// Puts the cursor on a line of the order, if there is one.
    pub fn point_at(&mut self, position: usize, now: Nanos) {
        self.hold_until = now.saturating_add(HOLD);
        self.kept = None;
        if let Some(&id) = self.order.get(position) {
            self.position = position;
            self.selected = Some(id);
        }
    }

    /// Sorts by another column; by the same one again: the other way round.
    pub fn sort_by(&mut self, column: Column) {
        if self.sort == column {
            self.reverse = !self.reverse;
        } else {
            self.sort = column;
            // Of amounts the greatest are looked for.
            self.reverse = matches!(
                column,
                Column::Requests
                    | Column::In
                    | Column::Out
                    | Column::Idle
                    | Column::RecvQueue
                    | Column::SendQueue
            );
        }
        self.settle();
    }

    /// Has those columns from left to right, and that order.
    pub fn arrange(&mut self, columns: &[Column], sort: Column, reverse: bool) {
        self.columns = columns.into();
        (self.sort, self.reverse) = (sort, reverse);
        self.settle();
    }

    /// Turns the order round.
    pub fn turn_round(&mut self) {
        self.reverse = !self.reverse;
        self.settle();
    }

    /// Filters.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.settle();
    }

    /// Lists those that were folded, or folds them again.
    pub fn list_closed(&mut self) {
        self.listed = !self.listed;
        self.settle();
    }

    /// The operator wants another order now.
    fn settle(&mut self) {
        self.kept = None;
        self.hold_until = 0;
        self.members_changed = true;
        self.sorted_at = 0;
    }

    /// Takes over how another table is looked at: columns, cursor, order, filter.
    pub fn look_like(&mut self, other: &Self) {
        self.columns = Arc::clone(&other.columns);
        self.sort = other.sort;
        self.reverse = other.reverse;
        self.filter = other.filter.clone();
        self.listed = other.listed;
        self.selected = other.selected;
        self.position = other.position;
        self.top = other.top;
        self.settle();
    }
}
