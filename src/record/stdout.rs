//! The thread that prints events as text when there is no dashboard.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use crate::telemetry::{Control, Subscriber};
use crate::words;

/// How often the events that have come are fetched.
const TICK: Duration = Duration::from_millis(20);

/// Bytes of lines that are put together before they are written.
const AT_ONCE: usize = 64 * 1024;

/// Events that are being printed.
#[derive(Debug)]
pub struct Printer {
    done: Receiver<()>,
}

impl Printer {
    /// Starts the thread. It prints a line for each event but those of the program's own
    /// plumbing, and says how many it had to leave out.
    ///
    /// When `out` has no reader any more (EPIPE, the end of a pipe to `head`) it ends quietly.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(
        out: impl Write + Send + 'static,
        subscriber: Subscriber,
        control: Control,
        ascii: bool,
    ) -> io::Result<Self> {
        let (finished, done) = bounded(0);
        std::thread::Builder::new().name("printer".into()).spawn(move || {
            // Dropped last at the end of the thread, and `finish` returns then.
            let _finished = finished;
            let mut subscriber = subscriber;
            let mut printed = Printed { out, lines: String::new(), lost: 0 };
            loop {
                let mut written = Ok(());
                let open = subscriber.drain(&control, |batch| {
                    printed.lost(batch.lost.all(), ascii);
                    for event in batch.events().filter(|event| !event.event.is_own()) {
                        words::line(&mut printed.lines, event, ascii);
                        printed.lines.push('\n');
                        if printed.lines.len() >= AT_ONCE && written.is_ok() {
                            written = printed.write();
                        }
                    }
                });
                let written = written.and_then(|()| printed.write());
                if written.and_then(|()| printed.out.flush()).is_err() || !open {
                    return;
                }
                std::thread::sleep(TICK);
            }
        })?;
        Ok(Self { done })
    }

    /// Waits until the last event is printed, but not longer than `limit`: whoever reads may have
    /// stopped reading. To be called when the server has ended.
    pub fn finish(self, limit: Duration) {
        let _ = self.done.recv_timeout(limit);
    }
}

struct Printed<W> {
    out: W,
    lines: String,
    lost: u64,
}

impl<W: Write> Printed<W> {
    /// Hands over the lines.
    fn write(&mut self) -> io::Result<()> {
        let written = self.out.write_all(self.lines.as_bytes());
        self.lines.clear();
        written
    }

    fn lost(&mut self, lost: u64, ascii: bool) {
        let more = lost - std::mem::replace(&mut self.lost, lost);
        if more > 0 {
            let lead = if ascii { '-' } else { '\u{b7}' };
            let text = (words::in_english().record.not_printed)(more);
            // Writing to a String cannot fail.
            let _ = writeln!(self.lines, "              {lead} {text}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, NoRows};
    use super::*;
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    use crate::telemetry::{Capacity, Publisher, Standing, control, wire};

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn events_are_printed_without_the_plumbing() {
        let paper = Paper::default();
        let (sink, subscriber) = wire(Capacity::default());
        let (control, _commands) = control().unwrap();
        let printer = Printer::start(paper.clone(), subscriber, control, false).unwrap();
        let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
        samples::tell(&mut publisher);
        publisher.finish(&mut NoRows, Standing::default());
        printer.finish(Duration::from_secs(5));
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), samples::COUNT - 1);
        assert!(text.contains("recv(9) = 84") && !text.contains("3:IN"), "{text}");
    }

    #[test]
    fn what_was_left_out_is_told() {
        let paper = Paper::default();
        let (sink, subscriber) =
            wire(Capacity { batches: 4, events: 30, gone: 1, ..Capacity::default() });
        let (control, _commands) = control().unwrap();
        let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
        for _ in 0..10 {
            samples::tell(&mut publisher);
            publisher.publish(&mut NoRows, Standing::default());
        }
        let printer = Printer::start(paper.clone(), subscriber, control, true).unwrap();
        publisher.finish(&mut NoRows, Standing::default());
        printer.finish(Duration::from_secs(5));
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        let lost = |line: &str| -> Option<u64> {
            line.trim().strip_prefix("- ")?.strip_suffix(" events were not printed")?.parse().ok()
        };
        let lost: u64 = text.lines().filter_map(lost).sum();
        let shown = text.lines().filter(|line| !line.contains("not printed")).count() as u64;
        // One in each round is plumbing.
        let each = samples::COUNT as u64;
        assert!(lost > 0 && lost + shown + shown / (each - 1) == 10 * each, "{lost} {shown}");
    }

    /// It has no reader.
    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_broken_pipe_ends_the_printing_and_nothing_else() {
        let (sink, subscriber) = wire(Capacity::default());
        let (control, _commands) = control().unwrap();
        let printer = Printer::start(Broken, subscriber, control, false).unwrap();
        let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
        samples::tell(&mut publisher);
        publisher.publish(&mut NoRows, Standing::default());
        printer.finish(Duration::from_secs(5));
        samples::tell(&mut publisher);
        publisher.publish(&mut NoRows, Standing::default());
        assert!(!publisher.has_reader(), "the server has noticed, and goes on without");
        assert_eq!(publisher.counters.calls_all(), 56);
    }
}
