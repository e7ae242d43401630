//! What the thread of a worker does: it hears what that tells, and waits for its end.

use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::Arc;

use rustix::net::SendFlags;

use super::wire::{Word, read};
use crate::server::hall::{Alarm, Arrival, AtTable, Hall, this_thread};
use crate::server::ret_of;
use crate::telemetry::{By, What, Why};

/// Bytes of what a worker tells that are read at once.
const HEARD: usize = 16 * 1024;

/// Who hears it.
pub(super) struct Hearer<'h> {
    pub(super) hall: &'h Hall,
    pub(super) child: Child,
    pub(super) channel: Arc<OwnedFd>,
    pub(super) arrival: Arrival,
}

impl Hearer<'_> {
    pub(super) fn run(mut self) {
        let _alarm = Alarm(self.hall);
        let by = By::process(self.child.id().cast_signed());
        let why = self.hear(by).unwrap_or(Why::WorkerDied);
        let Arrival { fd, id, .. } = self.arrival;
        // Once it is waited for, its number may be another's.
        self.hall.assign(&self.arrival, by, None);
        let waited = self.child.wait();
        let ret = ret_of(waited.map(|_| self.child.id() as usize));
        self.hall.lock(this_thread()).tell.call(-1, Some(id), What::Wait4 { ret });
        AtTable::new(self.hall, &self.arrival, this_thread()).close(self.arrival.socket, why);
        self.hall.ended(by, fd, id);
    }

    /// Hears it out; returns why it ended, if it came to say so.
    fn hear(&mut self, by: By) -> Option<Why> {
        let mut bytes = vec![0; HEARD];
        let mut have = 0;
        let mut why = None;
        loop {
            let mut used = 0;
            while let Some((word, len)) = read(&bytes[used..have]) {
                used += len;
                if let Word::End(said) = word {
                    why = Some(said);
                } else {
                    self.tell(by, word);
                }
            }
            // It has told all before it sleeps.
            self.hall.lock(by).publish();
            bytes.copy_within(used..have, 0);
            have -= used;
            if have == bytes.len() {
                bytes.resize(2 * have, 0);
            }
            match rustix::io::read(&*self.channel, &mut bytes[have..]) {
                Ok(0) => return why,
                Ok(n) => have += n,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return why,
            }
        }
    }

    /// Tells what it told, as its own doing. Descriptor 0 there is the connection's socket.
    fn tell(&self, by: By, word: Word<'_>) {
        let Arrival { fd, id, .. } = self.arrival;
        let mut inner = self.hall.lock(by);
        match word {
            Word::Before(kind, state) => {
                inner.table.change(fd, id, |row| (row.state, row.within) = (state, Some(kind)));
            }
            Word::After(what) => {
                let now = inner.tell.now();
                inner.tell.call(0, Some(id), what);
                inner.table.note(fd, id, what, now);
                inner.table.change(fd, id, |row| row.within = None);
            }
            Word::Call(file, what, text) => {
                inner.tell.call_text(file, None, what, text, &[], false);
            }
            Word::Fact(what, text) => {
                inner.tell.fact_text(0, Some(id), what, text);
                inner.note_fact(fd, id, what);
            }
            Word::HalfClosed => inner.table.change(fd, id, |row| row.half_closed = true),
            Word::Counters => {
                let mut counters = inner.tell.counters.clone();
                let mut now = inner.tell.now();
                drop(inner);
                let words = counters.words().chain([&mut now]);
                let words: Vec<u8> = words.flat_map(|word| word.to_le_bytes()).collect();
                // A worker that has died does not need them.
                let _ = rustix::net::send(&*self.channel, &words, SendFlags::NOSIGNAL);
            }
            Word::End(_) => {}
        }
    }
}
