//! The thread that writes the event log. The server never waits for it, nor for the disk.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::json::{self, Header};
use crate::telemetry::{Control, Counters, Subscriber};

/// How often the events that have come are fetched.
const TICK: Duration = Duration::from_millis(10);
/// After this time at the latest, what was written is in the file.
const FLUSH: Duration = Duration::from_millis(900);

/// Bytes of lines that are put together before they are written.
const AT_ONCE: usize = 64 * 1024;

/// An event log that is being written.
#[derive(Debug)]
pub struct Log {
    done: Receiver<io::Result<Summary>>,
}

/// What the closing line says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Events in the log.
    pub events: u64,
    /// Events that it had to leave out because the disk was too slow.
    pub lost: u64,
}

impl Log {
    /// Creates the file, or empties it, writes the header line, and starts the thread.
    ///
    /// # Errors
    /// When the file cannot be created or written, or no thread can be started.
    pub fn start(
        path: &Path,
        subscriber: Subscriber,
        control: Control,
        header: &Header,
    ) -> io::Result<Self> {
        Self::start_with(File::create(path)?, subscriber, control, header)
    }

    fn start_with(
        file: impl Write + Send + 'static,
        subscriber: Subscriber,
        control: Control,
        header: &Header,
    ) -> io::Result<Self> {
        let mut line = Vec::new();
        json::header(&mut line, header);
        let mut writer = Writer::new(file);
        writer.out.write_all(&line)?;
        writer.out.flush()?;
        let (finished, done) = bounded(1);
        std::thread::Builder::new().name("log".into()).spawn(move || {
            // Fails only when nobody wants to know.
            let _ = finished.send(writer.run(subscriber, &control));
        })?;
        Ok(Self { done })
    }

    /// Waits until the last event is in the file, with the closing line, but not longer than
    /// `limit`. To be called when the server has ended: while it runs there is no last event.
    ///
    /// # Errors
    /// The first error in writing: from there on the file has no more events, and no closing line.
    /// `TimedOut` when the limit was reached.
    pub fn finish(self, limit: Duration) -> io::Result<Summary> {
        self.done.recv_timeout(limit).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => io::ErrorKind::TimedOut.into(),
                RecvTimeoutError::Disconnected => io::Error::other("the log's thread has died"),
            })
        })
    }
}

struct Writer<W: Write> {
    out: BufWriter<W>,
    lines: Vec<u8>,
    events: u64,
    lost: u64,
    counters: Counters,
    /// When something was first written that is not flushed yet.
    dirty: Option<Instant>,
    trouble: Option<io::Error>,
}

impl<W: Write> Writer<W> {
    fn new(file: W) -> Self {
        Self {
            out: BufWriter::with_capacity(64 * 1024, file),
            lines: Vec::new(),
            events: 0,
            lost: 0,
            counters: Counters::default(),
            dirty: None,
            trouble: None,
        }
    }

    fn run(mut self, mut subscriber: Subscriber, control: &Control) -> io::Result<Summary> {
        loop {
            let open = subscriber.drain(control, |batch| {
                self.lost = batch.lost.all();
                self.counters.clone_from(&batch.counters);
                let waker = batch.listener.map(|listener| listener.waker);
                for event in batch.events() {
                    json::event(&mut self.lines, event, waker);
                    self.events += 1;
                    if self.lines.len() >= AT_ONCE {
                        self.write();
                    }
                }
                self.write();
            });
            if !open {
                break;
            }
            if self.dirty.is_some_and(|since| since.elapsed() >= FLUSH) {
                self.dirty = None;
                let flushed = self.out.flush();
                self.keep(flushed);
            }
            std::thread::sleep(TICK);
        }
        json::closing(&mut self.lines, self.lost, self.events, &self.counters);
        self.write();
        let flushed = self.out.flush();
        self.keep(flushed);
        match self.trouble {
            Some(error) => {
                // What is still buffered would only fail again.
                let _ = self.out.into_parts();
                Err(error)
            }
            None => Ok(Summary { events: self.events, lost: self.lost }),
        }
    }

    /// Hands over the lines. After an error they are thrown away, so that the server's events go
    /// on being fetched.
    fn write(&mut self) {
        if self.trouble.is_none() && !self.lines.is_empty() {
            let written = self.out.write_all(&self.lines);
            self.keep(written);
            self.dirty.get_or_insert_with(Instant::now);
        }
        self.lines.clear();
    }

    fn keep(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.trouble.get_or_insert(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, NoRows};
    use super::*;
    use std::time::SystemTime;

    use serde_json::Value;

    use crate::telemetry::{Capacity, Publisher, Standing, control, wire};

    const LIMIT: Duration = Duration::from_secs(10);

    fn header() -> Header {
        Header { server: "epoll-et", pid: 1, start: SystemTime::now(), mistake: None }
    }

    fn lines(path: &Path) -> Vec<Value> {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_log_is_whole_when_the_server_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let (sink, subscriber) = wire(Capacity::default());
        let (control, _commands) = control().unwrap();
        let log = Log::start(&path, subscriber, control, &header()).unwrap();
        let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
        for _ in 0..50 {
            samples::tell(&mut publisher);
            publisher.publish(&mut NoRows, Standing::default());
        }

        // What was told is in the file before the end, too.
        let deadline = Instant::now() + Duration::from_secs(5);
        while std::fs::read_to_string(&path).unwrap().lines().count() < 50 * samples::COUNT + 1 {
            assert!(Instant::now() < deadline, "the log was never flushed");
            std::thread::yield_now();
        }
        samples::tell(&mut publisher);
        publisher.finish(&mut NoRows, Standing::default());

        let all = 51 * samples::COUNT;
        assert_eq!(log.finish(LIMIT).unwrap(), Summary { events: all as u64, lost: 0 });
        let lines = lines(&path);
        assert_eq!((lines.len(), &lines[0]["version"]), (all + 2, &Value::from(1)));
        for (seq, line) in (1..).zip(&lines[1..=all]) {
            assert_eq!(line["seq"], seq);
        }
        let last = &lines[all + 1];
        assert_eq!((&last["lost"], &last["events"]), (&Value::from(0), &Value::from(all)));
        let examined = last["costs"]["examined"].as_u64().unwrap();
        assert!(examined >= 51 * 100, "what was told of polls and rounds: {last}");
    }

    #[test]
    fn what_was_left_out_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let (sink, subscriber) =
            wire(Capacity { batches: 4, events: 30, gone: 1, ..Capacity::default() });
        let (control, _commands) = control().unwrap();
        let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
        for _ in 0..10 {
            samples::tell(&mut publisher);
            publisher.publish(&mut NoRows, Standing::default());
        }
        let log = Log::start(&path, subscriber, control, &header()).unwrap();
        publisher.finish(&mut NoRows, Standing::default());
        let summary = log.finish(LIMIT).unwrap();
        assert!(summary.lost > 0 && summary.events > 0);
        assert_eq!(summary.lost + summary.events, 10 * samples::COUNT as u64);
        let lines = lines(&path);
        assert_eq!(lines.last().unwrap()["lost"], summary.lost);
        assert_eq!(lines.len() as u64, summary.events + 2);
    }

    /// A disk with room for that many bytes.
    struct Disk(usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_and_does_not_hold_the_server() {
        let (sink, subscriber) =
            wire(Capacity { batches: 4, events: 100, gone: 1, ..Capacity::default() });
        let (control, _commands) = control().unwrap();
        let log = Log::start_with(Disk(5000), subscriber, control, &header()).unwrap();
        let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
        for _ in 0..50 {
            samples::tell(&mut publisher);
            publisher.publish(&mut NoRows, Standing::default());
        }
        publisher.finish(&mut NoRows, Standing::default());
        assert_eq!(log.finish(LIMIT).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn a_server_that_does_not_end_is_not_waited_for() {
        let (_sink, subscriber) = wire(Capacity::default());
        let (control, _commands) = control().unwrap();
        let log = Log::start_with(io::sink(), subscriber, control, &header()).unwrap();
        let error = log.finish(Duration::from_millis(50)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_file_that_cannot_be_made_is_told_at_once() {
        let (_sink, subscriber) = wire(Capacity::default());
        let (control, _commands) = control().unwrap();
        let path = Path::new("/proc/no/such/place");
        let error = Log::start(path, subscriber, control, &header()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
