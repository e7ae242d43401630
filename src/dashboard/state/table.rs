//! The fd → socket table as it is shown: rows by connection id, sorted, filtered, and standing
//! still under the cursor.
//!
//! Exact because it is built from the rows that the server publishes, never from the event
//! stream. The order is made anew at most once a tick; while the cursor moves or a drop waits to
//! be confirmed it holds still: rows keep their places, new ones are added at the end.

mod entry;

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use foldhash::fast::RandomState;

use self::entry::{At, key};
pub use self::entry::{Column, Head, TableRow};

use super::filter::Filter;
use crate::clients::{ClientInfo, ClientKind};
use crate::inspect::Snapshot;
use crate::telemetry::{Batch, ConnId, ConnState, EventRef, Kind, Nanos, Row};

/// How long a closed connection stays in the table.
pub const CLOSED_STAYS: Nanos = 5_000_000_000;
/// How many closed connections are kept at most.
pub const CLOSED_KEPT: usize = 200;
/// How long the order holds still after the cursor's last movement.
pub const HOLD: Nanos = 2_000_000_000;
/// With more rows than this, values that change re-sort the table only every [`SORT_EVERY`].
const MANY: usize = 1000;
const SORT_EVERY: Nanos = 250_000_000;

/// The table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    entries: Vec<TableRow>,
    /// Where in `entries` a connection is.
    index: HashMap<ConnId, usize, RandomState>,
    /// Closed connections, longest ago first.
    closed: VecDeque<ConnId>,
    /// What is shown, from top to bottom.
    order: Vec<ConnId>,
    sort: Column,
    reverse: bool,
    filter: Filter,
    selected: Option<ConnId>,
    /// Where the selected one stood in `order`.
    position: usize,
    /// The first visible line.
    top: usize,
    hold_until: Nanos,
    /// Connections not yet in `order`.
    fresh: Vec<ConnId>,
    /// Rows came, went or changed since the order was made.
    members_changed: bool,
    values_changed: bool,
    sorted_at: Nanos,
    ours: HashMap<SocketAddr, (u32, ClientKind)>,
    /// How often events were left out, requests perhaps among them.
    holes: u64,
}

impl Table {
    /// Takes over what a batch says about the table. Cheap: no sorting.
    pub fn apply(&mut self, batch: &Batch) {
        for row in &batch.rows {
            if row.why.is_some() || row.state == ConnState::Closed {
                self.close(*row, batch.time);
            } else {
                self.upsert(*row);
            }
        }
        if batch.whole {
            let there: HashSet<ConnId> = batch.rows.iter().map(|row| row.id).collect();
            let missing: Vec<Row> = self
                .entries
                .iter()
                .filter(|e| e.closed.is_none() && !there.contains(&e.row.id))
                .map(|e| Row { state: ConnState::Closed, ..e.row })
                .collect();
            // Those whose last row did arrive get their reason below.
            let gone: HashSet<ConnId> = batch.gone.iter().map(|row| row.id).collect();
            for row in missing {
                if !gone.contains(&row.id) {
                    self.close(row, batch.time);
                }
            }
        }
        // Of a great many only the last are shown; the others just go.
        let shown = batch.gone.len().saturating_sub(CLOSED_KEPT);
        for row in &batch.gone[..shown] {
            self.remove(row.id);
        }
        for row in &batch.gone[shown..] {
            self.close(*row, batch.time);
        }
    }

    /// Keeps the heads of a batch's requests for the cards of their connections.
    pub fn requests(&mut self, batch: &Batch) {
        for event in batch.events().filter(|e| e.event.what.kind() == Kind::Request) {
            self.request(event);
        }
    }

    fn request(&mut self, event: EventRef<'_>) {
        let Some(&i) = event.event.conn.and_then(|id| self.index.get(&id)) else { return };
        let line = event
            .request_line()
            .map_or(0, |(method, target)| method.len + target.len + " ".len() + " HTTP/1.1".len());
        let EventRef { event, bytes, .. } = event;
        // There may be ten thousand of them.
        let bytes = &bytes[..bytes.len().min(EventRef::HEAD_KEPT)];
        // The same request again and again is the common case when there are very many.
        if let Some(head) = &mut self.entries[i].head
            && head.bytes.len() == bytes.len()
            && let Some(old) = Arc::get_mut(&mut head.bytes)
        {
            (head.time, head.line, head.holes) = (event.time, line, self.holes);
            old.copy_from_slice(bytes);
        } else {
            let head = Head { time: event.time, bytes: bytes.into(), line, holes: self.holes };
            self.entries[i].head = Some(head);
        }
    }

    /// Events are missing here: a request may have been among them.
    pub fn leave_out(&mut self) {
        self.holes += 1;
    }

    /// Whether later requests than this one may have been left out.
    #[must_use]
    pub fn may_be_old(&self, head: &Head) -> bool {
        head.holes < self.holes
    }

    /// Takes over what the kernel says of the sockets.
    pub fn kernel(&mut self, snapshot: &Snapshot) {
        for entry in &mut self.entries {
            entry.socket = match entry.closed {
                None => snapshot.socket(entry.row.peer).copied(),
                Some(_) => None,
            };
        }
        self.values_changed = true;
    }

    /// Marks the rows whose other end is one of ours.
    pub fn clients(&mut self, list: &[ClientInfo]) {
        self.ours.clear();
        self.ours.extend(list.iter().filter_map(|c| Some((c.local?, (c.id, c.kind)))));
        for entry in self.entries.iter_mut().filter(|e| e.closed.is_none()) {
            entry.ours = self.ours.get(&entry.row.peer).copied();
        }
        self.values_changed = true;
    }

    fn upsert(&mut self, row: Row) {
        if let Some(&i) = self.index.get(&row.id) {
            if self.entries[i].closed.is_none() {
                self.entries[i].row = row;
                self.values_changed = true;
            }
            return;
        }
        let ours = self.ours.get(&row.peer).copied();
        self.index.insert(row.id, self.entries.len());
        self.entries.push(TableRow { row, socket: None, ours, closed: None, head: None });
        self.fresh.push(row.id);
        self.members_changed = true;
    }

    fn close(&mut self, row: Row, now: Nanos) {
        if let Some(&i) = self.index.get(&row.id) {
            if self.entries[i].closed.is_some() {
                return;
            }
            self.entries[i].row = row;
        } else {
            self.upsert(row);
        }
        let i = self.index[&row.id];
        let entry = &mut self.entries[i];
        entry.row.state = ConnState::Closed;
        entry.closed = Some(now);
        entry.socket = None;
        self.closed.push_back(row.id);
        self.values_changed = true;
        if self.closed.len() > CLOSED_KEPT
            && let Some(oldest) = self.closed.pop_front()
        {
            self.remove(oldest);
        }
    }

    fn remove(&mut self, id: ConnId) {
        let Some(i) = self.index.remove(&id) else { return };
        self.entries.swap_remove(i);
        if let Some(moved) = self.entries.get(i) {
            self.index.insert(moved.row.id, i);
        }
        self.members_changed = true;
    }

    /// Brings order and cursor up to date; at most once a tick. `hold` while a question about the
    /// selected connection is open.
    pub fn refresh(&mut self, now: Nanos, hold: bool) {
        while let Some(&id) = self.closed.front() {
            let since = self.get(id).and_then(|e| e.closed);
            if since.is_some_and(|since| now < since.saturating_add(CLOSED_STAYS)) {
                break;
            }
            self.closed.pop_front();
            self.remove(id);
        }
        if hold || now < self.hold_until {
            self.hold_still(now);
        } else if self.due(now) {
            self.sort_now(now);
        }
        self.follow();
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
        let index = &self.index;
        self.order.retain(|id| index.contains_key(id));
        let mut scratch = String::new();
        for id in std::mem::take(&mut self.fresh) {
            if let Some(&i) = self.index.get(&id)
                && self.filter.lets(&At(&self.entries[i], now), &mut scratch)
            {
                self.order.push(id);
            }
        }
        // They are to be put in their places later.
        self.values_changed = true;
        self.sorted_at = 0;
    }

    fn sort_now(&mut self, now: Nanos) {
        self.members_changed = false;
        self.values_changed = false;
        self.sorted_at = now;
        self.fresh.clear();
        let mut scratch = String::new();
        let mut keyed: Vec<(u128, u64, ConnId)> = self
            .entries
            .iter()
            .filter(|e| self.filter.lets(&At(e, now), &mut scratch))
            .map(|e| {
                let (a, b) = key(e, self.sort, now);
                (a, b, e.row.id)
            })
            .collect();
        if self.reverse {
            // Equal ones stay in the order of their coming.
            keyed.sort_unstable_by(|x, y| (y.0, y.1).cmp(&(x.0, x.1)).then(x.2.cmp(&y.2)));
        } else {
            keyed.sort_unstable();
        }
        self.order.clear();
        self.order.extend(keyed.into_iter().map(|(.., id)| id));
    }

    /// Puts the cursor back on its connection, or on what took its place.
    fn follow(&mut self) {
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

    /// The operator wants another order now.
    fn settle(&mut self) {
        self.hold_until = 0;
        self.members_changed = true;
        self.sorted_at = 0;
    }

    /// A connection of the table.
    #[must_use]
    pub fn get(&self, id: ConnId) -> Option<&TableRow> {
        self.index.get(&id).map(|&i| &self.entries[i])
    }

    /// The connection under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<&TableRow> {
        self.selected.and_then(|id| self.get(id))
    }

    /// Every connection, closed ones included, in no order.
    #[must_use]
    pub fn entries(&self) -> &[TableRow] {
        &self.entries
    }

    /// Connections open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.entries.len() - self.closed.len()
    }

    /// What is shown, from top to bottom.
    #[must_use]
    pub fn order(&self) -> &[ConnId] {
        &self.order
    }

    /// The first visible line.
    #[must_use]
    pub fn top(&self) -> usize {
        self.top
    }

    /// The cursor's line.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// The column it is sorted by, and whether the other way round.
    #[must_use]
    pub fn sorting(&self) -> (Column, bool) {
        (self.sort, self.reverse)
    }

    /// The filter.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Takes over how another table is looked at: cursor, order, filter.
    pub fn look_like(&mut self, other: &Self) {
        self.sort = other.sort;
        self.reverse = other.reverse;
        self.filter = other.filter.clone();
        self.selected = other.selected;
        self.position = other.position;
        self.top = other.top;
        self.settle();
    }
}
