//! The thread that writes the event log. The server never waits for it, nor for the disk.
//!
//! Where writing fails, a disk is full for instance, it is reported at once and tried again and
//! again. Meanwhile some lines are kept and the others counted as lost; a line that was written in
//! part is written to its end first.

mod beside;
mod paper;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use signal_hook::consts::SIGXFSZ;

pub use self::beside::{Note, Written};
use self::paper::Paper;
pub use self::paper::Place;
use super::anonymous::{Anonymous, Private};
use super::json::{self, Header};
use crate::signals;
use crate::telemetry::{Batch, Command, Control, Counters, Subscriber};
use crate::words::strings;

/// How often the events that have come are fetched.
const TICK: Duration = Duration::from_millis(10);
/// After this time at the latest, what has come is in the file; and so often a file that could not
/// be written is tried again.
const FLUSH: Duration = Duration::from_millis(900);
/// How many bytes are written at once; and how many are kept, about, while none can be.
const KEPT: usize = 64 * 1024;
/// How many of the last lines can be taken back to make room for the closing line, which is about
/// as long as ten of them.
const TAKEN_BACK: usize = 64;
/// How much longer the closing line may become by what is taken back for it.
const MARGIN: usize = 64;
/// How many notes may wait to be written.
const NOTES: usize = 64;
/// How the line of an event begins, and no other.
const EVENT: &[u8] = b"{\"seq\"";
/// How long [`Scribe::close`] waits for the server's end, and then for the log's.
const PATIENCE: Duration = Duration::from_millis(500);

/// An event log that is being written.
#[derive(Debug)]
pub struct Log {
    done: Receiver<io::Result<Summary>>,
    scribe: Scribe,
}

/// What the closing line says, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Events in the log.
    pub events: u64,
    /// Events that it had to leave out because the disk was too slow, or could not be written.
    pub lost: u64,
    /// Why it could not, where events were lost by that.
    pub trouble: Option<ErrorKind>,
}

/// What the thread reports at once.
#[derive(Debug)]
pub enum Notice {
    /// Writing has failed.
    Trouble(io::Error),
    /// It succeeds again; so many events were lost meanwhile.
    Again(u64),
}

impl Log {
    /// Writes the header line, and starts the thread, which reports when writing fails. While it is
    /// `private` other addresses are written in place of those of clients.
    ///
    /// # Errors
    /// When nothing can be written there, or no thread can be started.
    pub fn start(
        place: Place,
        subscriber: Subscriber,
        control: Control,
        header: &Header,
        private: Private,
        tell: impl FnMut(Notice) + Send + 'static,
    ) -> io::Result<Self> {
        // At a limit of file sizes (setrlimit(2)) write(2) fails as on a full disk, once the signal
        // that comes with it is caught.
        for signal in signals::heeded(&[SIGXFSZ]) {
            signal_hook::flag::register(signal, Arc::default())?;
        }
        Self::start_with(place, subscriber, control, header, private, tell)
    }

    fn start_with(
        paper: impl Paper,
        subscriber: Subscriber,
        control: Control,
        header: &Header,
        private: Private,
        tell: impl FnMut(Notice) + Send + 'static,
    ) -> io::Result<Self> {
        let mut writer = Writer { private, ..Writer::new(paper, tell) };
        json::header(&mut writer.waiting, header);
        writer.write().and_then(|()| writer.paper.flush())?;
        let (finished, done) = bounded(1);
        let (closing, closed) = bounded(0);
        let cut = Arc::<AtomicBool>::default();
        let (notes, noted) = bounded(NOTES);
        let scribe = Scribe { control: control.clone(), cut: cut.clone(), closed, notes };
        std::thread::Builder::new().name("log".into()).spawn(move || {
            // Dropped last, which ends the wait of every closer.
            let _closing = closing;
            // Fails only when nothing waits for it.
            let _ = finished.send(writer.run(subscriber, &noted, &control, &cut));
        })?;
        Ok(Self { done, scribe })
    }

    /// A handle by which it is told more, and closed at once.
    #[must_use]
    pub fn scribe(&self) -> Scribe {
        self.scribe.clone()
    }

    /// Waits until the last event is in the file, with the closing line, but not longer than
    /// `limit`. To be called when the server has ended: while it runs there is no last event.
    ///
    /// # Errors
    /// The last error in writing, where the closing line could not be written.
    /// `TimedOut` when the limit was reached.
    pub fn finish(self, limit: Duration) -> io::Result<Summary> {
        self.done.recv_timeout(limit).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => ErrorKind::TimedOut.into(),
                RecvTimeoutError::Disconnected => io::Error::other(strings().record.log_thread),
            })
        })
    }
}

/// Tells a log what the server does not, and closes it before the process is ended at once.
#[derive(Clone, Debug)]
pub struct Scribe {
    control: Control,
    /// The log ends before the server.
    cut: Arc<AtomicBool>,
    closed: Receiver<Infallible>,
    notes: Sender<Note>,
}

impl Scribe {
    /// Has something written; it is left out where the log's thread is that far behind.
    pub fn note(&self, note: Note) {
        let _ = self.notes.try_send(note);
    }

    /// Ends the server and with it the log. Where the server does not end, the log is closed
    /// without its last events, and its closing line says `"cut":true`. Takes a second at most.
    pub fn close(&self) {
        let control = self.control.clone();
        // On a thread, since the queue of commands may be full.
        let _ = std::thread::Builder::new().spawn(move || control.send(Command::Shutdown));
        if let Err(RecvTimeoutError::Timeout) = self.closed.recv_timeout(PATIENCE) {
            self.cut.store(true, Ordering::Relaxed);
            let _ = self.closed.recv_timeout(PATIENCE);
        }
    }
}

struct Writer<P, T> {
    paper: P,
    tell: T,
    /// Lines that have still to be written, the first of them perhaps in part.
    waiting: Vec<u8>,
    /// Since when some do.
    since: Option<Instant>,
    /// Bytes written.
    written: u64,
    /// Where the last lines end, in bytes written, and which of them are events.
    ends: VecDeque<(u64, bool)>,
    /// Of a line that was written in part, whether it is an event.
    torn: Option<bool>,
    /// Events written and waiting.
    events: u64,
    /// Events that never came.
    lost: u64,
    /// Events that came while they could not be written.
    left_out: u64,
    /// Why writing fails, while it does.
    trouble: Option<ErrorKind>,
    /// Why it failed last.
    reason: Option<ErrorKind>,
    counters: Counters,
    before: Written,
    /// What stands in place of addresses; and how much of what waits has none of those any more.
    private: Private,
    others: Anonymous,
    cleaned: usize,
}

impl<P: Paper, T: FnMut(Notice)> Writer<P, T> {
    fn new(paper: P, tell: T) -> Self {
        Self {
            paper,
            tell,
            waiting: Vec::with_capacity(KEPT),
            since: None,
            written: 0,
            ends: VecDeque::with_capacity(TAKEN_BACK),
            events: 0,
            lost: 0,
            left_out: 0,
            trouble: None,
            reason: None,
            counters: Counters::default(),
            torn: None,
            before: Written::default(),
            private: Private::default(),
            others: Anonymous::default(),
            cleaned: 0,
        }
    }

    fn run(
        mut self,
        mut subscriber: Subscriber,
        notes: &Receiver<Note>,
        control: &Control,
        cut: &AtomicBool,
    ) -> io::Result<Summary> {
        loop {
            let open = subscriber.drain(control, |batch| self.batch(batch));
            for note in notes.try_iter() {
                let room = self.has_room().then_some(&mut self.waiting);
                self.before.note(room, note);
            }
            if self.has_room() {
                self.before.slow(&mut self.waiting);
            }
            let cut = cut.load(Ordering::Relaxed);
            if !open || cut {
                return self.close(cut && open);
            }
            if !self.waiting.is_empty() {
                let since = *self.since.get_or_insert_with(Instant::now);
                if since.elapsed() >= FLUSH {
                    self.flush();
                }
            }
            std::thread::sleep(TICK);
        }
    }

    /// Whether a line may wait to be written.
    fn has_room(&self) -> bool {
        self.trouble.is_none() || self.waiting.len() < KEPT
    }

    fn batch(&mut self, batch: &Batch) {
        self.lost = batch.lost.all();
        self.counters.clone_from(&batch.counters);
        let waker = batch.listener.map(|listener| listener.waker);
        for event in batch.events() {
            if !self.has_room() {
                self.left_out += 1;
                self.before.left_out(event.event.what.kind());
                continue;
            }
            self.before.event(&mut self.waiting, event, waker);
            self.events += 1;
            if self.trouble.is_none() && self.waiting.len() >= KEPT {
                self.flush();
            }
        }
        let room = self.has_room().then_some(&mut self.waiting);
        self.before.batch(room, batch);
    }

    /// Writes what waits, and reports if that fails where it succeeded before, or the other way
    /// round.
    fn flush(&mut self) {
        self.since = None;
        match self.write().and_then(|()| self.paper.flush()) {
            Ok(()) => {
                if self.trouble.take().is_some() {
                    (self.tell)(Notice::Again(self.left_out));
                }
            }
            Err(error) => {
                self.reason = Some(error.kind());
                if self.trouble.replace(error.kind()).is_none() {
                    (self.tell)(Notice::Trouble(error));
                }
            }
        }
    }

    /// Writes what waits, as much of it as there is room for.
    fn write(&mut self) -> io::Result<()> {
        self.clean();
        let mut done = 0;
        let result = loop {
            if done == self.waiting.len() {
                break Ok(());
            }
            match self.paper.write(&self.waiting[done..]) {
                Ok(0) => break Err(ErrorKind::WriteZero.into()),
                Ok(n) => done += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        self.note_ends(done);
        self.waiting.drain(..done);
        self.cleaned = self.waiting.len();
        result
    }

    /// Puts other addresses in place of those that are waiting to be written.
    fn clean(&mut self) {
        if self.private.is_on() {
            let fresh = self.others.addresses(&self.waiting[self.cleaned..]);
            self.waiting.truncate(self.cleaned);
            self.waiting.extend(fresh);
        }
        self.cleaned = self.waiting.len();
    }

    /// Notes where the last lines end among the first bytes of what waits, which were written.
    fn note_ends(&mut self, done: usize) {
        let (begin, bytes) = (self.written, &self.waiting[..done]);
        self.written += done as u64;
        let mut from = 0;
        for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            let is_event = self.torn.take().unwrap_or_else(|| bytes[from..].starts_with(EVENT));
            from = at + 1;
            self.ends.push_back((begin + from as u64, is_event));
        }
        if from < done && self.torn.is_none() {
            // By the whole line, of which perhaps not even its name was written.
            self.torn = Some(self.waiting[from..].starts_with(EVENT));
        }
        self.ends.drain(..self.ends.len().saturating_sub(TAKEN_BACK));
    }

    /// How many events wait to be written, one of which may be in part.
    fn unwritten(&self) -> u64 {
        let mut lines = self.waiting.split_inclusive(|byte| *byte == b'\n');
        let torn = self.torn.is_some_and(|is_event| lines.next().is_some() && is_event);
        let events = lines.filter(|line| line.starts_with(EVENT)).count();
        u64::from(torn) + events as u64
    }

    /// Writes the closing line, and what waits before it. On a disk that is still full it takes the
    /// place of the last events.
    fn close(mut self, cut: bool) -> io::Result<Summary> {
        self.flush();
        if let Some(trouble) = self.trouble {
            self.leave_out(self.unwritten());
            self.waiting.clear();
            self.closing(cut);
            let room = (std::mem::take(&mut self.waiting).len() + MARGIN) as u64;
            let taken = self.take_back(room).map_err(|_| trouble)?;
            self.leave_out(taken);
        }
        self.closing(cut);
        if let Err(error) = self.write().and_then(|()| self.paper.flush()) {
            let _ = self.take_back(0);
            return Err(error);
        }
        let trouble = self.reason.filter(|_| self.left_out > 0);
        Ok(Summary { events: self.events, lost: self.lost + self.left_out, trouble })
    }

    fn closing(&mut self, cut: bool) {
        let lost = self.lost + self.left_out;
        json::closing(&mut self.waiting, lost, self.events, &self.counters, cut);
    }

    /// So many events will not be in the file after all.
    fn leave_out(&mut self, events: u64) {
        self.events -= events;
        self.left_out += events;
    }

    /// Takes back at least so many bytes, and what follows the end of a line; returns how many
    /// events that were. Where that would be too many, as many as it may.
    fn take_back(&mut self, room: u64) -> io::Result<u64> {
        let fits = |end: &(u64, bool)| self.written - end.0 >= room;
        let kept = self.ends.iter().rposition(fits).unwrap_or_default();
        let Some(&(end, _)) = self.ends.get(kept) else { return Ok(0) };
        self.paper.take_back(self.written - end)?;
        self.written = end;
        self.torn = None;
        let taken = self.ends.drain(kept + 1..).filter(|(_, is_event)| *is_event).count();
        Ok(taken as u64)
    }
}

/// What a log of these has between its first line and its last.
#[cfg(test)]
pub(crate) fn written<'a>(all: impl IntoIterator<Item = Result<&'a Batch, Note>>) -> Vec<u8> {
    let (mut out, mut written) = (Vec::new(), Written::default());
    for one in all {
        match one {
            Ok(batch) => written.batch_whole(&mut out, batch),
            Err(note) => written.note_now(&mut out, note),
        }
    }
    out
}

#[cfg(test)]
mod tests;
