//! The fd → socket table as it is shown: rows by connection id, sorted, filtered, and standing
//! still under the cursor.
//!
//! Exact because it is built from the rows that the server publishes, never from the event
//! stream. The order is made anew at most once a tick; while the cursor moves or a drop waits to
//! be confirmed it holds still: rows keep their places, new ones are added at the end.

mod entry;
pub(in crate::dashboard::state) mod slim;
mod view;

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

pub use self::entry::{Column, Head, TableRow};

use super::filter::Filter;
use super::index::{Index, make_room};
use crate::clients::{ClientInfo, ClientKind};
use crate::inspect::Snapshot;
use crate::telemetry::{Batch, ConnId, ConnState, EventRef, Kind, Local, Nanos, Row, Why};

/// How long a closed connection stays in its place. Then it is folded: counted, and listed when
/// it is asked for.
pub const CLOSED_STAYS: Nanos = 2_000_000_000;
/// How many closed connections can be listed at most: the last ones.
pub const CLOSED_LISTED: usize = 200;
/// How long the order holds still after the cursor's last movement.
pub const HOLD: Nanos = 2_000_000_000;
/// With more rows than this, values that change re-sort the table only every [`SORT_EVERY`].
const MANY: usize = 1000;
const SORT_EVERY: Nanos = 250_000_000;
/// How long after its end a connection is still given the mark of a client of our own. Not for ever:
/// somebody else's may have had that port before.
const NAMED_WITHIN: Nanos = 1_000_000_000;

/// Where the cursor stood when everybody was closed by a switch of the server.
#[derive(Clone, Copy, Debug)]
struct View {
    position: usize,
    top: usize,
    /// Until when there is hope that the table grows to be as long again; set by the next tick.
    until: Option<Nanos>,
}

/// The table.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Table {
    entries: Vec<TableRow>,
    /// Where in `entries` a connection is.
    index: Index,
    /// Places in `entries` of those that are open, by fd, once they are asked for.
    by_fd: OnceCell<Vec<u32>>,
    /// Closed connections, longest ago first.
    closed: VecDeque<ConnId>,
    /// How many of them are folded, from the front.
    folded: usize,
    /// The folded ones are listed.
    listed: bool,
    /// What is shown, from top to bottom.
    order: Vec<ConnId>,
    /// Which columns, from left to right; none stand for all.
    columns: Arc<[Column]>,
    sort: Column,
    reverse: bool,
    filter: Filter,
    selected: Option<ConnId>,
    /// Where the selected one stood in `order`.
    position: usize,
    /// The first visible line.
    top: usize,
    /// What position and first line are to be again.
    kept: Option<View>,
    hold_until: Nanos,
    /// Connections not yet in `order`.
    fresh: Vec<ConnId>,
    /// Rows came, went or changed since the order was made.
    members_changed: bool,
    values_changed: bool,
    sorted_at: Nanos,
    ours: HashMap<SocketAddr, (u32, ClientKind)>,
    /// The port that they come to: another's client may have the same one elsewhere.
    port: Option<u16>,
    /// The head of the request before.
    words: Option<Arc<[u8]>>,
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
                .filter(|e| e.closed.is_none() && !there.contains(&e.id()))
                .map(|e| Row { state: ConnState::Closed, ..e.row() })
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
        let shown = batch.gone.len().saturating_sub(CLOSED_LISTED);
        for row in &batch.gone[..shown] {
            self.switched(row);
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
        let Some(i) = event.event.conn.and_then(|id| self.place(id)) else { return };
        let line = event
            .request_line()
            .map_or(0, |(method, target)| method.len + target.len + " ".len() + " HTTP/1.1".len());
        let EventRef { event, bytes, .. } = event;
        // There may be ten thousand of them.
        let bytes = &bytes[..bytes.len().min(EventRef::HEAD_KEPT)];
        // The same request again and again is the common case when there are very many.
        if let Some(head) = &mut self.entries[i].head
            && *head.bytes == *bytes
        {
            (head.time, head.line, head.holes) = (event.time, line, self.holes);
        } else {
            // Clients of one kind ask in the same words: they are kept once.
            let bytes = match &self.words {
                Some(words) if **words == *bytes => words.clone(),
                _ => self.words.insert(bytes.into()).clone(),
            };
            let head = Head { time: event.time, bytes, line, holes: self.holes };
            match &mut self.entries[i].head {
                Some(old) => **old = head,
                none => *none = Some(Box::new(head)),
            }
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
            let open = entry.is_open();
            let queues = snapshot.queues(entry.peer(), entry.local()).filter(|_| open);
            entry.queues = queues.map(|queues| [queues.unread(), queues.send_queue]);
        }
        self.values_changed = true;
    }

    /// Marks the rows whose other end is one of ours. One that is closed keeps its mark, and gets it if
    /// it was closed just now: it may have come and gone before the list named it.
    pub fn clients(&mut self, list: &[ClientInfo], port: Option<u16>, now: Nanos) {
        self.port = port;
        self.ours.clear();
        self.ours.extend(list.iter().filter_map(|c| Some((c.local?, (c.id, c.kind)))));
        let mut entries = std::mem::take(&mut self.entries);
        for entry in &mut entries {
            let named = match entry.closed {
                None => true,
                Some(at) => entry.ours.is_none() && now < at.saturating_add(NAMED_WITHIN),
            };
            if named {
                entry.ours = self.ours_at(entry.peer(), entry.local());
            }
        }
        self.entries = entries;
        self.values_changed = true;
    }

    /// Which of ours is at the other end.
    fn ours_at(&self, peer: SocketAddr, local: Local) -> Option<(u32, ClientKind)> {
        let ours = self.ours.get(&peer).copied()?;
        let elsewhere = local.address().map(|at| at.port()).is_some_and(|at| self.port != Some(at));
        (!elsewhere).then_some(ours)
    }

    fn upsert(&mut self, row: Row) {
        if let Some(i) = self.place(row.id) {
            if self.entries[i].closed.is_none() {
                if self.entries[i].fd() != row.fd {
                    self.by_fd.take();
                }
                self.entries[i].slim = row.into();
                self.values_changed = true;
            }
            return;
        }
        let ours = self.ours_at(row.peer, row.local);
        make_room(&mut self.entries);
        self.entries.push(TableRow {
            slim: row.into(),
            queues: None,
            ours,
            closed: None,
            folded: false,
            head: None,
        });
        let entries = &self.entries;
        self.index.insert(row.id, entries.len() - 1, |i| entries[i].id());
        self.fresh.push(row.id);
        self.by_fd.take();
        self.members_changed = true;
    }

    /// All that are closed by a switch of the server are closed before it is known which one took
    /// over.
    fn switched(&mut self, row: &Row) {
        if row.why == Some(Why::Switched) {
            self.keep_view();
        }
    }

    fn close(&mut self, row: Row, now: Nanos) {
        self.switched(&row);
        let i = if let Some(i) = self.place(row.id) {
            if self.entries[i].closed.is_some() {
                return;
            }
            self.entries[i].slim = row.into();
            i
        } else {
            self.upsert(row);
            self.entries.len() - 1
        };
        self.by_fd.take();
        let entry = &mut self.entries[i];
        entry.slim = Row { state: ConnState::Closed, ..row }.into();
        entry.closed = Some(now);
        entry.queues = None;
        self.closed.push_back(row.id);
        self.values_changed = true;
        if self.closed.len() > CLOSED_LISTED
            && let Some(oldest) = self.closed.pop_front()
        {
            self.folded = self.folded.saturating_sub(1);
            self.remove(oldest);
        }
    }

    fn remove(&mut self, id: ConnId) {
        let entries = &self.entries;
        let Some(i) = self.index.remove(id, |i| entries[i].id()) else { return };
        self.by_fd.take();
        self.entries.swap_remove(i);
        if let Some(moved) = self.entries.get(i) {
            self.index.moved(moved.id(), self.entries.len(), i);
        }
        if self.entries.capacity() > 64 && self.entries.len() < self.entries.capacity() / 4 {
            self.entries.shrink_to(self.entries.len() * 2);
        }
        self.members_changed = true;
    }

    /// Bytes of memory that it has claimed, but for what clients have asked in words of their own.
    #[must_use]
    pub fn claimed(&self) -> usize {
        self.entries.capacity() * size_of::<TableRow>()
            + self.index.claimed()
            + self.by_fd.get().map_or(0, |places| places.capacity() * size_of::<u32>())
            + (self.order.capacity() + self.fresh.capacity()) * size_of::<ConnId>()
            + self.ours.capacity() * size_of::<(SocketAddr, (u32, ClientKind))>()
            + self.entries.iter().filter(|entry| entry.head.is_some()).count() * size_of::<Head>()
    }

    /// A connection of the table.
    #[must_use]
    pub fn get(&self, id: ConnId) -> Option<&TableRow> {
        self.place(id).map(|i| &self.entries[i])
    }

    /// Where in `entries` it is.
    fn place(&self, id: ConnId) -> Option<usize> {
        self.index.get(id, |i| self.entries[i].id())
    }

    /// The connection under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<&TableRow> {
        self.selected.and_then(|id| self.get(id))
    }

    /// Which connection is selected, in the table or not.
    pub(super) fn selected_id(&self) -> Option<ConnId> {
        self.selected
    }

    /// Selects a connection, whether it is in the table or not.
    pub(super) fn select(&mut self, id: ConnId) {
        self.selected = Some(id);
    }

    /// Every connection, closed ones included, in no order.
    #[must_use]
    pub fn entries(&self) -> &[TableRow] {
        &self.entries
    }

    /// Those that are open, in no order.
    pub fn open_rows(&self) -> impl Iterator<Item = &TableRow> {
        self.entries.iter().filter(|entry| entry.is_open())
    }

    /// The same by fd; in one process a number is one connection's at a time, the last one's.
    /// In worker processes each has its own numbers.
    pub fn rows_by_fd(&self) -> impl ExactSizeIterator<Item = &TableRow> {
        self.by_fd.get_or_init(|| self.sort_by_fd()).iter().map(|i| &self.entries[*i as usize])
    }

    fn sort_by_fd(&self) -> Vec<u32> {
        let row = |i: &u32| &self.entries[*i as usize];
        let open = (0..).zip(&self.entries).filter(|(_, entry)| entry.is_open());
        let mut by_fd = Vec::with_capacity(self.open());
        by_fd.extend(open.map(|(i, _)| i));
        by_fd.sort_unstable_by_key(|i| (row(i).fd(), Reverse(row(i).id())));
        // Of equal ones the first stays.
        by_fd.dedup_by(|older, newer| {
            let (older, newer) = (row(older), row(newer));
            older.fd() == newer.fd() && newer.by().pid().is_none()
        });
        by_fd
    }

    /// Connections open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.entries.len() - self.closed.len()
    }

    /// How many of the closed ones are folded, and can be listed.
    #[must_use]
    pub fn folded(&self) -> usize {
        self.folded
    }

    /// How many of the closed ones are still in their places.
    #[must_use]
    pub fn closing(&self) -> usize {
        self.closed.len() - self.folded
    }

    /// Whether the folded ones are listed.
    #[must_use]
    pub fn lists_closed(&self) -> bool {
        self.listed
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

    /// Which columns there are, from left to right; those that have no room are not shown.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        if self.columns.is_empty() { &Column::ALL } else { &self.columns }
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
}
