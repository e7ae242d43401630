//! A smaller log of a part of another: of some time, of some connections or descriptors.
//!
//! It begins with all that was known then, so that it is played as the whole one from there on. Its first
//! line says that it is a part, since the events between its own are missing on purpose.

use std::io::{self, BufRead};
use std::sync::Arc;

use hashbrown::HashMap;
use serde_json::Value;

use super::json::{self, Closing, Header};
use super::log::{Note, Written};
use super::playback::{Item, Playback};
use crate::clients::ClientInfo;
use crate::telemetry::{Batch, ConnId, Counters, Epolls, EventRef, Fd, Nanos, Others, Row};

/// Which part.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Part {
    /// From when on.
    pub from: Nanos,
    /// Until when.
    pub to: Option<Nanos>,
    /// Of these connections; of all, if these are none.
    pub conns: Vec<ConnId>,
    /// Of these descriptors, likewise.
    pub fds: Vec<Fd>,
}

impl Part {
    fn is_of_all(&self) -> bool {
        self.conns.is_empty() && self.fds.is_empty()
    }

    fn has(&self, conn: Option<ConnId>, fd: Fd) -> bool {
        self.is_of_all()
            || conn.is_some_and(|conn| self.conns.contains(&conn))
            || self.fds.contains(&fd)
    }

    fn is_over(&self, time: Nanos) -> bool {
        self.to.is_some_and(|to| time > to)
    }

    fn has_event(&self, told: EventRef<'_>) -> bool {
        let EventRef { event, ready, .. } = told;
        event.time >= self.from
            && !self.is_over(event.time)
            && (self.has(event.conn, event.fd)
                || ready.iter().any(|entry| self.has(entry.conn, entry.fd)))
    }
}

/// What is known before the part begins.
#[derive(Default)]
struct Known {
    table: HashMap<ConnId, Row>,
    others: Option<Arc<Others>>,
    epolls: Option<Arc<Epolls>>,
    clients: Option<Arc<Vec<ClientInfo>>>,
    lesson: Option<Value>,
}

impl Known {
    fn take(&mut self, batch: &Batch) {
        if batch.whole {
            self.table.clear();
        }
        self.table.extend(batch.rows.iter().map(|row| (row.id, *row)));
        for row in &batch.gone {
            self.table.remove(&row.id);
        }
        self.others = batch.others.clone().or(self.others.take());
        self.epolls = batch.epolls.clone().or(self.epolls.take());
    }
}

/// Writes a part of a log, piece by piece; returns how many events are in it.
///
/// # Errors
/// The log cannot be read, or what it is written to fails.
pub fn cut<R: BufRead>(
    log: &mut Playback<R>,
    header: &Header,
    part: &Part,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<u64> {
    let mut cutting = Cutting::new(part.clone());
    json::header(&mut cutting.out, &Header { part: true, ..header.clone() });
    while let Some(item) = log.next_item()? {
        let used = match &item {
            Item::Kernel(snapshot, _) => log.told(snapshot.usage),
            _ => None,
        };
        if !cutting.item(item, used) {
            break;
        }
        write(&cutting.out)?;
        cutting.out.clear();
    }
    let lost = log.closing().map_or(0, |closing| closing.lost);
    let events = cutting.events;
    write(&cutting.end(lost))?;
    Ok(events)
}

/// A part, while what it is made of comes.
#[derive(Default)]
pub struct Cutting {
    part: Part,
    known: Known,
    written: Written,
    begun: bool,
    ended: bool,
    events: u64,
    counters: Counters,
    /// The lines so far.
    out: Vec<u8>,
}

impl Cutting {
    /// Nothing has come.
    #[must_use]
    pub fn new(part: Part) -> Self {
        Self { part, ..Self::default() }
    }

    /// Takes the next thing in, of a measurement with when it was read what the server had used;
    /// `false` where the part is over.
    pub fn item(&mut self, item: Item, used: Option<Nanos>) -> bool {
        let Self { part, known, written, out, .. } = self;
        // A batch tells of what has happened before it.
        let begins = match &item {
            Item::Batch(batch) => batch.events().next().map(|told| told.event.time),
            _ => None,
        };
        if begins.or(item.time()).is_some_and(|time| part.is_over(time)) {
            self.ended = true;
            return false;
        }
        match item {
            Item::Batch(batch) => {
                known.take(&batch);
                if batch.time < part.from {
                    return true;
                }
                self.counters.clone_from(&batch.counters);
                let mut of_it = of(*batch, part);
                let begins = !std::mem::replace(&mut self.begun, true);
                if begins {
                    of_it.whole = true;
                    of_it.rows.clear();
                    of_it
                        .rows
                        .extend(known.table.values().filter(|row| part.has(Some(row.id), row.fd)));
                    of_it.others.clone_from(&known.others);
                    of_it.epolls.clone_from(&known.epolls);
                }
                self.events += of_it.events().len() as u64;
                written.batch_whole(out, &of_it);
                if begins && known.lesson.is_some() {
                    written.note_now(out, Note::Lesson(known.lesson.take()));
                }
                if begins && let Some(clients) = known.clients.take() {
                    written.note_now(out, Note::Clients(clients));
                }
            }
            Item::Kernel(snapshot, taken) if taken >= part.from => {
                written.note_now(out, Note::Kernel(Arc::new(*snapshot), taken, used));
            }
            Item::Clients(clients) if self.begun => {
                written.note_now(out, Note::Clients(Arc::new(clients)));
            }
            Item::Clients(clients) => known.clients = Some(Arc::new(clients)),
            Item::Lesson(strip) if self.begun => written.note_now(out, Note::Lesson(strip)),
            Item::Lesson(strip) => known.lesson = strip,
            Item::Made(made) if self.begun => written.note_now(out, Note::Made(made)),
            Item::Kernel(..) | Item::Made(_) => {}
        }
        true
    }

    /// The lines that are left, with the last; of so many events nothing is known.
    #[must_use]
    pub fn end(mut self, lost: u64) -> Vec<u8> {
        let closing = Closing::of_part(lost, self.events, &self.counters, self.ended);
        json::last(&mut self.out, &closing);
        self.out
    }
}

/// As much of a batch as is of the part.
fn of(mut batch: Batch, part: &Part) -> Batch {
    let mut of_it = Batch::default();
    for told in batch.events().filter(|told| part.has_event(*told)) {
        of_it.push_again(told);
    }
    if part.is_of_all() {
        (of_it.turns, of_it.latencies) =
            (std::mem::take(&mut batch.turns), std::mem::take(&mut batch.latencies));
    }
    let is_of_it = |row: &Row| part.has(Some(row.id), row.fd);
    of_it.rows.extend(batch.rows.iter().filter(|row| is_of_it(row)));
    of_it.gone.extend(batch.gone.iter().filter(|row| is_of_it(row)));
    of_it.whole = batch.whole;
    of_it.counters.clone_from(&batch.counters);
    of_it.lost.clone_from(&batch.lost);
    (of_it.listener, of_it.standing, of_it.time) = (batch.listener, batch.standing, batch.time);
    (of_it.others, of_it.epolls) = (batch.others, batch.epolls);
    of_it
}
