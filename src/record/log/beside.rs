//! What the log's thread keeps to say with each batch only what has changed; and what it is told beside
//! what the server publishes.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hashbrown::{HashMap, HashSet};
use serde_json::Value;

use crate::clients::ClientInfo;
use crate::inspect::{Quiet, Snapshot};
use crate::record::json::{self, Beside, Changed, Measured, Text, Told};
use crate::source::Source;
use crate::telemetry::{
    Batch, ConnId, Counters, EventRef, Fd, Kind, Listener, Lost, Made, Nanos, Others, Row, Site,
    What,
};

/// How often at most it is written how the clients are and how often each line has made its call.
const EVERY: Duration = Duration::from_millis(250);

/// After this time what the kernel says is written also where it is the same.
const SAID_AGAIN: Nanos = 1_000_000_000;

/// What whoever asks the kernel, or has clients, has found.
#[derive(Debug)]
pub enum Note {
    /// What the kernel said, when that was, and when it was read what the server had used.
    Kernel(Arc<Snapshot>, Nanos, Option<Nanos>),
    /// How the clients are.
    Clients(Arc<Vec<ClientInfo>>),
    /// How often each place in the source has made its call.
    Made(Made),
    /// What a lesson tells from now on, if one is given.
    Lesson(Option<Value>),
}

/// What was written last.
#[derive(Debug, Default)]
pub struct Written {
    table: HashMap<ConnId, Row>,
    counters: Counters,
    lost: Lost,
    listener: Option<Listener>,
    others: Option<Arc<Others>>,
    /// Events that could not be written, by their kinds.
    left_out: Lost,
    /// A batch could not be written: the next says all.
    behind: bool,
    /// What the kernel said, and when; how often each line had made its call.
    kernel: Option<(Arc<Snapshot>, Nanos)>,
    counted: Option<Made>,
    /// Rows are new since the kernel's word was written: of them it is one.
    rows_since: bool,
    /// The places of calls that were seen, and the files of theirs that are in the log.
    sites: HashSet<Site>,
    files: Vec<&'static str>,
    /// Of the last request, with its version.
    headers: Option<(u8, Box<[u8]>)>,
    clients: Slow<Arc<Vec<ClientInfo>>>,
    made: Slow<Made>,
}

/// What is written now and then only.
#[derive(Debug)]
struct Slow<T> {
    latest: Option<T>,
    written: Option<Instant>,
}

impl<T> Default for Slow<T> {
    fn default() -> Self {
        Self { latest: None, written: None }
    }
}

impl<T> Slow<T> {
    fn due(&mut self) -> Option<T> {
        if self.written.is_some_and(|then| then.elapsed() < EVERY) {
            return None;
        }
        let latest = self.latest.take()?;
        self.written = Some(Instant::now());
        Some(latest)
    }
}

impl Written {
    /// An event of that kind is not in the log.
    pub(super) fn left_out(&mut self, kind: Kind) {
        self.left_out.events[kind as usize] += 1;
    }

    /// Appends the file in which a call is made, where that is the first one in it.
    fn site(&mut self, out: &mut Vec<u8>, site: Option<Site>) {
        let Some(site) = site.filter(|site| self.sites.insert(*site)) else { return };
        let file = site.place().file;
        let Some(source) = Source::of(file).filter(|_| !self.files.contains(&file)) else { return };
        self.files.push(file);
        let text = Text {
            file: file.into(),
            hash: format!("{:016x}", source.hash()).into(),
            text: source.text().into(),
        };
        json::beside(out, &Beside::Source(text));
    }

    /// Appends an event; of a request its headers, where they are others than those of the last one.
    pub(super) fn event(&mut self, out: &mut Vec<u8>, event: EventRef<'_>, waker: Option<Fd>) {
        self.site(out, event.event.site);
        let (What::Request { minor, .. }, Some(headers)) = (event.event.what, event.headers())
        else {
            return json::event(out, event, waker);
        };
        let last = self.headers.as_ref();
        let is_same = last.is_some_and(|(of, last)| (*of, &**last) == (minor, headers));
        json::request(out, event, (!is_same).then_some(headers));
        if !is_same {
            self.headers = Some((minor, headers.into()));
        }
    }

    /// Appends a batch, its events and what came with them.
    pub fn batch_whole(&mut self, out: &mut Vec<u8>, batch: &Batch) {
        let waker = batch.listener.map(|listener| listener.waker);
        for event in batch.events() {
            self.event(out, event, waker);
        }
        self.batch(Some(out), batch);
    }

    /// Appends a note, at whatever rate they come.
    pub fn note_now(&mut self, out: &mut Vec<u8>, note: Note) {
        self.note(Some(out), note);
        (self.clients.written, self.made.written) = (None, None);
        self.slow(out);
    }

    /// Appends what came with a batch; where there is no room, the next says it.
    pub(super) fn batch(&mut self, out: Option<&mut Vec<u8>>, batch: &Batch) {
        if batch.whole {
            self.table.clear();
        }
        self.table.extend(batch.rows.iter().map(|row| (row.id, *row)));
        for row in &batch.gone {
            self.table.remove(&row.id);
        }
        self.rows_since |= !batch.rows.is_empty() || batch.whole;
        let Some(out) = out else {
            self.behind = true;
            return;
        };
        let behind = std::mem::take(&mut self.behind);
        let rows = if behind {
            self.table.values().copied().collect()
        } else {
            Cow::Borrowed(&*batch.rows)
        };
        let counters = Changed(batch.counters.changed_since(&self.counters));
        self.counters.clone_from(&batch.counters);
        let lost = batch.lost.with(&self.left_out);
        let lost = (lost != self.lost).then(|| {
            self.lost = lost;
            Cow::Borrowed(&self.lost)
        });
        let listener = batch.listener.filter(|now| self.listener != Some(*now));
        self.listener = batch.listener;
        let same = |now: &Arc<Others>| self.others.as_ref().is_some_and(|then| then == now);
        let others = batch.others.clone().filter(|now| !same(now));
        self.others = others.clone().or(self.others.take());
        let told = Told {
            time: batch.time,
            rows,
            gone: Cow::Borrowed(&batch.gone),
            whole: batch.whole || behind,
            turns: Cow::Borrowed(&batch.turns),
            latencies: Cow::Borrowed(&batch.latencies),
            counters,
            lost,
            listener,
            others,
            epolls: batch.epolls.clone(),
            standing: batch.standing,
        };
        json::beside(out, &Beside::Batch(Box::new(told)));
    }

    /// Appends a note, now or with one of the next calls; where there is no room it is left out.
    pub(super) fn note(&mut self, out: Option<&mut Vec<u8>>, note: Note) {
        match note {
            Note::Clients(clients) => self.clients.latest = Some(clients),
            Note::Lesson(strip) => {
                if let Some(out) = out {
                    json::beside(out, &Beside::Lesson(strip));
                }
            }
            Note::Made(made) if self.counted.as_ref() == Some(&made) => {}
            Note::Made(made) => self.made.latest = Some(made),
            Note::Kernel(snapshot, taken, used) => {
                let Some(out) = out else { return };
                if self.says_no_more(&snapshot, taken) {
                    return;
                }
                self.rows_since = false;
                let last = self.kernel.replace((Arc::clone(&snapshot), taken));
                let same_quiet = !snapshot.quiet.is_empty()
                    && last.is_some_and(|(last, _)| last.quiet == snapshot.quiet);
                let said = if same_quiet {
                    Cow::Owned(Snapshot { quiet: Quiet::default(), ..(*snapshot).clone() })
                } else {
                    Cow::Borrowed(&*snapshot)
                };
                let measured = Measured { taken, used, same_quiet, said };
                json::beside(out, &Beside::Kernel(Box::new(measured)));
            }
        }
    }

    /// Whether the kernel has said all of that within the last second.
    fn says_no_more(&self, now: &Snapshot, taken: Nanos) -> bool {
        let Some((last, then)) = &self.kernel else { return false };
        let Snapshot {
            taken: _,
            accept_queue,
            others,
            sockets,
            quiet,
            usage,
            asleep,
            detail,
            unseen,
        } = now;
        usage.is_none()
            && !self.rows_since
            && taken < then.saturating_add(SAID_AGAIN)
            && (*accept_queue, *asleep) == (last.accept_queue, last.asleep)
            && (others, sockets, quiet) == (&last.others, &last.sockets, &last.quiet)
            && (detail, unseen) == (&last.detail, &last.unseen)
    }

    /// Appends what has waited until it is time.
    pub(super) fn slow(&mut self, out: &mut Vec<u8>) {
        if let Some(clients) = self.clients.due() {
            json::beside(out, &Beside::Clients(Cow::Borrowed(&clients)));
        }
        if let Some(made) = self.made.due() {
            json::beside(out, &Beside::Made(Cow::Borrowed(&made)));
            self.counted = Some(made);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::playback::{Item, Playback};
    use crate::telemetry::Event;

    #[test]
    fn headers_are_written_where_they_are_others_and_read_for_each_request() {
        let heads: [&[u8]; 5] = [
            b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /b HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /b HTTP/1.0\r\nHost: x\r\n\r\n",
            b"GET /c HTTP/1.1\r\n\r\n",
            b"GET /d HTTP/1.1\r\n\r\n",
        ];
        let mut batch = Batch::default();
        for (head, seq) in heads.iter().zip(1..) {
            let minor = u8::from(head.windows(8).any(|part| part == b"HTTP/1.1"));
            let what = What::Request { method: 3, target: 2, minor };
            batch.push(Event::new(seq, seq, 9, ConnId::new(1), what), head, &[]);
        }
        let mut out = Vec::new();
        Written::default().batch_whole(&mut out, &batch);
        assert_eq!(String::from_utf8_lossy(&out).matches("\"headers\"").count(), 3);
        let mut playback = Playback::new(&*out, Instant::now());
        let Some(Item::Batch(read)) = playback.next_item().unwrap() else { panic!() };
        let read: Vec<_> = read.events().map(|event| event.bytes.to_vec()).collect();
        assert_eq!(read, heads);
    }

    #[test]
    fn what_has_not_changed_is_not_written_again() {
        let mut written = Written::default();
        let mut lines = |note| {
            let mut out = Vec::new();
            written.note_now(&mut out, note);
            String::from_utf8(out).unwrap().lines().count()
        };
        let snapshot = || Snapshot::empty(Instant::now());
        let kernel = |taken| Note::Kernel(Arc::new(snapshot()), taken, None);
        let times = [0, 1, SAID_AGAIN - 1, SAID_AGAIN, SAID_AGAIN + 1];
        assert_eq!(times.map(|taken| lines(kernel(taken))), [1, 0, 0, 1, 0]);
        let changed = Snapshot { asleep: Some(true), ..snapshot() };
        assert_eq!(lines(Note::Kernel(Arc::new(changed), SAID_AGAIN + 2, None)), 1);
        assert_eq!([1, 0], [(); 2].map(|()| lines(Note::Made(Made::default()))));
        assert!(written.made.latest.is_none(), "nor when it is time again");
    }
}
