//! The worker process of one connection: its socket is descriptor 0,
//! its parent listens at descriptor 1. It serves with calls that sleep,
//! reports each of them, and ends.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::SigSet;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, set_parent_process_death_signal};
use rustix::stdio::{stdin, stdout};
use rustix::time::{ClockId, clock_gettime};

use super::wire::{Frame, Message, passed, write};
use crate::class::{Answer, Ask, Form};
use crate::http;
use crate::server::Config;
use crate::server::blocking_io::{ConnectionHost, Sent, refuse, serve_connection};
use crate::server::convert::nanos;
use crate::server::responder::{Host, Responder};
use crate::server::shared::Passed;
use crate::telemetry::{ConnState, Counters, Fd, Kind, Nanos, Place, Site, Text, What, Why};

/// The descriptor of its socket.
const CONNECTION: Fd = 0;

/// What is gathered at most before it is sent to the parent.
const GATHERED: usize = 16 * 1024;

/// What a worker is told of the server when it is started.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WorkerFlags {
    /// There are too many: it says so, and ends.
    pub full: bool,
    /// The server was made to suit lessons.
    pub lesson: bool,
    /// Telephones of the class come to it.
    pub class: bool,
}

/// Serves the connection on standard input as the worker of a
/// `processes` server.
/// `start` is when the server started, on `CLOCK_MONOTONIC`.
///
/// # Errors
/// The parent cannot be watched.
pub fn work(
    mut config: Config,
    site: http::Site,
    flags: WorkerFlags,
    start: Nanos,
) -> io::Result<()> {
    config.suit_lessons(flags.lesson);
    config.routes.class = flags.class;
    // What is typed at the terminal is meant for the parent.
    let mut blocked = SigSet::all();
    blocked.remove(nix::sys::signal::Signal::SIGCONT);
    // Before its first call it asks too: the pace may have changed since it was started.
    let asks = Arc::new(AtomicBool::new(true));
    signal_hook::flag::register(signal_hook::consts::SIGCONT, asks.clone())?;
    // The parent, whose mask this is, may block that one too.
    blocked.thread_set_mask()?;
    // If it is gone already, the first word to it fails.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let mut worker = Worker {
        parent: stdout(),
        unsent: Vec::new(),
        placed: [false; 256],
        asks,
        interrupted: None,
        start,
        now: 0,
        resumed: 0,
        responder: Some(Responder::new(config.clone(), site)),
    };
    let why = if flags.full {
        refuse(stdin(), &config, &mut worker, 503, Why::OverLimit)
    } else {
        serve_connection(stdin(), &config, &mut worker)
    };
    worker.report(Message::End(why));
    // Without a parent, there is no reader.
    let _ = worker.flush();
    Ok(())
}

/// `CLOCK_MONOTONIC` in ns. It is the same in every process, so what a
/// worker reports carries the time at which it happened, and not the
/// time at which the server heard of it.
pub(super) fn monotonic() -> Nanos {
    let now = clock_gettime(ClockId::Monotonic);
    // It begins at 0 when the machine starts.
    now.tv_sec.cast_unsigned() * 1_000_000_000 + now.tv_nsec.cast_unsigned()
}

/// An instant in the time of [`monotonic`]. It is never earlier than it
/// was, so that no time counted from it is later than it was; the
/// nearest of some tries leaves out those in which this thread was held
/// up between the two readings.
pub(super) fn on_clock(instant: Instant) -> Nanos {
    let tries = (0..8).map(|_| {
        let age = nanos(instant.elapsed());
        monotonic().saturating_sub(age)
    });
    tries.min().unwrap_or_default()
}

struct Worker {
    parent: BorrowedFd<'static>,
    /// Reports that were not sent yet.
    unsent: Vec<u8>,
    /// The places in the source that the parent knows by their numbers.
    placed: [bool; 256],
    /// It asks its parent before the next call: it was stopped, or told to (`SIGCONT`).
    asks: Arc<AtomicBool>,
    /// A signal has interrupted that call, which is about to go on.
    interrupted: Option<Kind>,
    /// When the server started, in the time of [`monotonic`].
    start: Nanos,
    /// The clock's last reading, since the server started.
    now: Nanos,
    resumed: Nanos,
    responder: Option<Responder>,
}

impl Worker {
    /// Reports what happened just now: at the clock's last reading.
    fn report(&mut self, message: Message<'_>) {
        write(&mut self.unsent, Frame { time: self.now, site: 0, message });
    }

    /// The same for a call, which is made where this is called, before it or after it.
    #[track_caller]
    fn report_call(&mut self, message: Message<'_>) {
        let site = Site::here();
        let number = site.map_or(0, Site::number);
        if let Some(site) = site
            && !std::mem::replace(&mut self.placed[usize::from(number)], true)
        {
            let Place { file, line } = site.place();
            let file = Text { kept: file.as_bytes(), len: file.len() };
            let message = Message::Place(file, line);
            write(&mut self.unsent, Frame { time: self.now, site: number, message });
        }
        write(&mut self.unsent, Frame { time: self.now, site: number, message });
    }

    /// The gate, where the parent holds it: stands before a call until
    /// that says so. Else nothing is asked, and the call passes.
    #[track_caller]
    fn ask(&mut self, kind: Kind, fd: Fd, state: Option<ConnState>) -> Result<(), Why> {
        if self.interrupted == Some(kind) {
            self.interrupted = None;
            return Ok(());
        }
        if !self.asks.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        self.read_clock();
        self.report_call(Message::Ask(kind, fd, state));
        self.flush()?;
        let mut answer = [0];
        // One that does not answer any more has ended the connection.
        if self.read(&mut answer) {
            let Passed { stood, asks } = passed(answer[0]);
            self.asks.fetch_or(asks, Ordering::Relaxed);
            if stood {
                self.resumed = self.read_clock();
            }
        }
        Ok(())
    }

    /// Sends the reports. `Err` when it is gone.
    fn flush(&mut self) -> Result<(), Why> {
        let mut rest = &self.unsent[..];
        while !rest.is_empty() {
            match rustix::io::write(self.parent, rest) {
                Ok(n) => rest = &rest[n..],
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return Err(Why::Shutdown),
            }
        }
        self.unsent.clear();
        Ok(())
    }

    fn read_clock(&mut self) -> Nanos {
        self.now = monotonic().saturating_sub(self.start);
        self.now
    }

    /// Reads the totals and their time, which the parent sends when it
    /// is asked.
    fn read_counters(&mut self) -> Option<(Counters, Nanos)> {
        let (mut counters, mut now) = (Counters::default(), 0);
        for word in counters.words().chain([&mut now]) {
            let mut bytes = [0; 8];
            if !self.read(&mut bytes) {
                return None;
            }
            *word = u64::from_le_bytes(bytes);
        }
        Some((counters, now))
    }

    /// Reads what the class answers, which the parent sends when it is asked.
    fn read_class(&mut self) -> Option<Answer> {
        let mut head = [0; 7];
        if !self.read(&mut head) {
            return None;
        }
        let [a, b, closes, len @ ..] = head;
        let mut text = vec![0; u32::from_le_bytes(len) as usize];
        let text = self.read(&mut text).then(|| String::from_utf8(text).ok())??;
        let status = u16::from_le_bytes([a, b]);
        Some(Answer { status, form: Form::Json, text, closes: closes != 0 })
    }

    /// Reads so much of what the parent answers; whether it did.
    fn read(&self, bytes: &mut [u8]) -> bool {
        let mut have = 0;
        while have < bytes.len() {
            match rustix::io::read(self.parent, &mut bytes[have..]) {
                Ok(n @ 1..) => have += n,
                Err(rustix::io::Errno::INTR) => {}
                Ok(0) | Err(_) => return false,
            }
        }
        true
    }
}

impl Host for Worker {
    fn now(&self) -> Nanos {
        self.now
    }

    fn has_reader(&self) -> bool {
        true
    }

    /// To pause, the parent stops the process; it asks only when it
    /// was told to.
    fn gate(&mut self, kind: Kind, fd: Fd) {
        // Without a parent, the next word to it fails.
        let _ = self.ask(kind, fd, None);
    }

    fn call(&mut self, fd: Fd, what: What, bytes: &[u8]) {
        self.read_clock();
        self.report_call(Message::Call(fd, what, Text::of(&what, bytes)));
    }

    fn fact(&mut self, what: What, bytes: &[u8]) {
        self.read_clock();
        self.report(Message::Fact(what, Text::of(&what, bytes)));
    }

    fn counters(&mut self) -> (Counters, Nanos) {
        self.report(Message::Counters);
        self.flush().ok().and_then(|()| self.read_counters()).unwrap_or_default()
    }

    /// The class is with the parent, which alone knows all of them.
    fn class(&mut self, ask: &Ask<'_>) -> Answer {
        let ask = super::wire::ask(ask);
        let text = Text { kept: &ask[..ask.len().min(Text::KEPT)], len: ask.len() };
        self.report(Message::Class(text));
        let answer = self.flush().ok().and_then(|()| self.read_class());
        answer.unwrap_or_else(Answer::none)
    }

    /// Sleeps in place of a handler; only the end of its connection or
    /// of the server ends it early.
    fn handle(&mut self, route: &'static str, time: Duration) -> Duration {
        let begin = Instant::now();
        self.fact(What::Handler { route }, &[]);
        let mut gone = self.flush().is_err();
        while let Some(left) = time.checked_sub(begin.elapsed())
            && !gone
            && let Ok(left) = Timespec::try_from(left)
        {
            // The parent sends nothing that was not asked for: this is
            // its end.
            let mut parent = [PollFd::from_borrowed_fd(self.parent, PollFlags::IN)];
            gone = matches!(poll(&mut parent, Some(&left)), Ok(1..));
        }
        self.resumed = self.read_clock();
        let took = begin.elapsed();
        self.fact(What::Handled { took: nanos(took) }, &[]);
        took
    }

    fn meanwhile(&self) -> &'static str {
        "The others were served meanwhile."
    }
}

impl ConnectionHost for Worker {
    fn before(&mut self, kind: Kind, state: ConnState) -> Result<(), Why> {
        self.ask(kind, CONNECTION, Some(state))?;
        self.read_clock();
        self.report_call(Message::Before(kind, state));
        let sleeps = matches!(kind, Kind::Recv | Kind::Send | Kind::Sendfile);
        if sleeps || self.unsent.len() > GATHERED { self.flush() } else { Ok(()) }
    }

    fn after(&mut self, what: What) -> Result<(), Why> {
        self.read_clock();
        let kind = what.kind();
        if what.ret().is_some_and(|ret| ret.is_err(crate::telemetry::Errno::INTR)) {
            // It was stopped, and goes on now.
            self.resumed = self.now;
            self.interrupted = Some(kind);
        } else if self.interrupted == Some(kind) {
            self.interrupted = None;
        }
        self.report_call(Message::Outcome(what));
        Ok(())
    }

    fn after_send(&mut self, what: What, sent: Sent) -> Result<(), Why> {
        self.after(what)?;
        self.report(Message::Sent(sent));
        Ok(())
    }

    fn half_closed(&mut self) {
        self.report(Message::HalfClosed);
    }

    fn resumed(&self) -> Nanos {
        self.resumed
    }

    fn responder(&mut self) -> Responder {
        self.responder.take().expect("it was given back")
    }

    fn give_back(&mut self, responder: Responder) {
        self.responder = Some(responder);
    }
}
