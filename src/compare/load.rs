//! The load generator: one thread, one epoll, keep-alive connections; each that is active has one
//! request under way at any time.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::plain;
use crate::clients::answer::Answers;
use crate::words::strings;

/// How many connections are opened at once: less than any backlog.
const AT_ONCE: u32 = 64;
/// How long the opening goes on while no connection gets its first answer.
pub(super) const STALLED: Duration = Duration::from_secs(3);
/// How long the opening of all may take.
const OPENED_WITHIN: Duration = Duration::from_secs(120);
/// How long the last answers may take when the time is over.
const LAST_WITHIN: Duration = Duration::from_secs(1);
/// How often a signal that came just before a wait is noticed.
const GLANCE: Duration = Duration::from_millis(200);
/// The longest latency that the histogram distinguishes, in nanoseconds.
const LONGEST: u64 = 120_000_000_000;

/// A connection to the server.
struct Conn {
    stream: TcpStream,
    answers: Answers,
    /// Bytes of the request under way that are written.
    written: usize,
    /// When it was begun; `None` while there is none.
    since: Option<Instant>,
    /// Answers so far.
    answered: u64,
    /// Whether it is over.
    over: bool,
}

/// What became of a connection's request.
enum Step {
    /// Nothing yet.
    Nothing,
    /// It was answered, after that time.
    Answered(Duration),
    /// It will not be answered.
    Failed(String),
}

/// Connections that failed in the same way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Refused {
    pub(super) count: u64,
    /// In a few words.
    pub(super) why: String,
}

/// How the opening of some connections went. Those that are in neither had no answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Opened {
    /// Connections that got their first answer.
    pub(super) answered: u32,
    /// Those that got something else, the most frequent first.
    pub(super) refused: Vec<Refused>,
}

/// How a load went.
#[derive(Clone, Debug)]
pub(super) struct Ran {
    /// Answers.
    pub(super) requests: u64,
    /// From the first request to the last answer, and no less than was asked for.
    pub(super) time: Duration,
    /// In nanoseconds.
    pub(super) latency: Histogram<u64>,
    /// Connections that got no answer at all.
    pub(super) unanswered: u32,
    /// Connections that failed, the most frequent failure first.
    pub(super) failures: Vec<Refused>,
}

/// Connections to one server.
pub(super) struct Load<'a> {
    addr: SocketAddr,
    request: Vec<u8>,
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    conns: Vec<Conn>,
    /// Where the connections begin that were opened by the last call of [`Load::open`]: the ones
    /// that [`Load::run`] uses.
    active: usize,
    interrupted: &'a AtomicBool,
}

impl<'a> Load<'a> {
    /// Without a connection yet.
    pub(super) fn new(
        addr: SocketAddr,
        path: &str,
        interrupted: &'a AtomicBool,
    ) -> io::Result<Self> {
        Ok(Self {
            addr,
            request: format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\n\r\n").into_bytes(),
            poll: Poll::new()?,
            events: Events::with_capacity(1024),
            buffer: vec![0; 64 * 1024],
            conns: Vec::new(),
            active: 0,
            interrupted,
        })
    }

    /// Opens some more connections and asks once on each, until all are answered or refused, or
    /// nothing happens any more.
    pub(super) fn open(&mut self, count: u32) -> io::Result<Opened> {
        self.active = self.conns.len();
        let mut opened = Opened::default();
        let (mut begun, mut settled) = (0, 0);
        let end = Instant::now() + OPENED_WITHIN;
        let mut stalled = Instant::now() + STALLED;
        while settled < count {
            while begun < count && begun - settled < AT_ONCE {
                begun += 1;
                if let Err(error) = self.connect() {
                    settled += 1;
                    count_failure(&mut opened.refused, plain(&error));
                }
            }
            let now = Instant::now();
            let until = stalled.min(end);
            if now >= until || self.interrupted.load(Ordering::Relaxed) {
                break;
            }
            for token in self.wait(until - now)? {
                let first = self.conns[token].answered == 0;
                match self.step(token) {
                    Step::Answered(_) if first => opened.answered += 1,
                    Step::Failed(why) => count_failure(&mut opened.refused, why),
                    _ => continue,
                }
                // A connection that is lost after its answer was counted already.
                settled += u32::from(first);
                stalled = Instant::now() + STALLED;
            }
        }
        sort(&mut opened.refused);
        Ok(opened)
    }

    /// Answers so far, on all connections.
    pub(super) fn answered(&self) -> u64 {
        self.conns.iter().map(|conn| conn.answered).sum()
    }

    /// Keeps one request under way on each of the connections opened last, for some time.
    pub(super) fn run(&mut self, time: Duration) -> io::Result<Ran> {
        let mut ran = Ran {
            requests: 0,
            time,
            latency: Histogram::new_with_bounds(1, LONGEST, 3).expect("bounds that are in order"),
            unanswered: 0,
            failures: Vec::new(),
        };
        let before: Vec<u64> = self.conns[self.active..].iter().map(|c| c.answered).collect();
        let start = Instant::now();
        let (end, last) = (start + time, start + time + LAST_WITHIN);
        let mut now = start;
        for token in self.active..self.conns.len() {
            // One that waits since the opening goes on waiting.
            if self.conns[token].since.is_none() && !self.conns[token].over {
                let step = self.ask(token);
                count_step(&mut ran, step);
            }
        }
        while now < last && self.conns[self.active..].iter().any(|conn| conn.since.is_some()) {
            if self.interrupted.load(Ordering::Relaxed) {
                break;
            }
            let until = if now < end { end } else { last };
            for token in self.wait(until - now)? {
                let step = self.step(token);
                let answered = matches!(step, Step::Answered(_));
                // An idle connection may get its first answer now; it is none of the load's.
                if !answered || token >= self.active {
                    count_step(&mut ran, step);
                }
                if !answered || token < self.active {
                    continue;
                }
                now = Instant::now();
                ran.time = ran.time.max(now - start);
                if now < end {
                    let step = self.ask(token);
                    count_step(&mut ran, step);
                }
            }
            now = Instant::now();
        }
        let conns = self.conns[self.active..].iter().zip(before);
        let unanswered = conns.filter(|(conn, before)| conn.answered == *before).count();
        ran.unanswered = u32::try_from(unanswered).unwrap_or(u32::MAX);
        sort(&mut ran.failures);
        Ok(ran)
    }

    /// Begins to connect; the first request follows when the connection is there.
    fn connect(&mut self) -> io::Result<()> {
        let mut stream = TcpStream::connect(self.addr)?;
        let token = Token(self.conns.len());
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, token, both)?;
        self.conns.push(Conn {
            stream,
            answers: Answers::default(),
            written: 0,
            since: Some(Instant::now()),
            answered: 0,
            over: false,
        });
        Ok(())
    }

    /// Waits; gives the connections on which something happened.
    fn wait(&mut self, within: Duration) -> io::Result<Vec<usize>> {
        match self.poll.poll(&mut self.events, Some(within.min(GLANCE))) {
            Err(error) if error.kind() != ErrorKind::Interrupted => Err(error),
            _ => Ok(self.events.iter().map(|event| event.token().0).collect()),
        }
    }

    /// Begins a request.
    fn ask(&mut self, token: usize) -> Step {
        let conn = &mut self.conns[token];
        (conn.since, conn.written) = (Some(Instant::now()), 0);
        match conn.write(&self.request) {
            Ok(()) => Step::Nothing,
            Err(error) => conn.fail(plain(&error)),
        }
    }

    /// Goes on with a connection as far as it goes.
    fn step(&mut self, token: usize) -> Step {
        let conn = &mut self.conns[token];
        if conn.over {
            return Step::Nothing;
        }
        let written = conn.write(&self.request);
        // A refusal may have come before all was written, and so it is looked for first.
        match (conn.read(&mut self.buffer), written) {
            (Ok(true), _) => {}
            (Ok(false), Ok(())) => return Step::Nothing,
            (Err(why), Ok(())) => return conn.fail(why),
            (_, Err(error)) => return conn.fail(plain(&error)),
        }
        conn.answered += 1;
        let Some(since) = conn.since.take() else {
            return conn.fail(strings().compare.why.unasked.into());
        };
        match (conn.answers.status, conn.answers.closing) {
            (200..=299, false) => Step::Answered(since.elapsed()),
            (200..=299, true) => conn.fail(strings().compare.why.closed_after.into()),
            (status, _) => conn.fail((strings().compare.why.status)(status)),
        }
    }
}

impl Conn {
    /// Writes what is left of the request under way.
    fn write(&mut self, request: &[u8]) -> io::Result<()> {
        while self.since.is_some() && self.written < request.len() {
            match self.stream.write(&request[self.written..]) {
                Ok(n) => self.written += n,
                Err(error) => match error.kind() {
                    // Not connected: that is still under way.
                    ErrorKind::WouldBlock | ErrorKind::NotConnected => break,
                    ErrorKind::Interrupted => {}
                    _ => return Err(error),
                },
            }
        }
        Ok(())
    }

    /// Reads what there is; returns whether an answer has ended. The error says what went wrong.
    fn read(&mut self, buffer: &mut [u8]) -> Result<bool, String> {
        let mut ended = false;
        loop {
            match self.stream.read(buffer) {
                Ok(0) if ended => return Ok(true),
                Ok(0) => return Err(strings().compare.why.no_answer.into()),
                Ok(n) => {
                    ended |= self.answers.feed(&buffer[..n])? > 0;
                    // It is empty: what comes from now on is a new event.
                    if n < buffer.len() {
                        return Ok(ended);
                    }
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::NotConnected => return Ok(ended),
                    ErrorKind::Interrupted => {}
                    _ if ended => return Ok(true),
                    _ => return Err(plain(&error)),
                },
            }
        }
    }

    /// Its end.
    fn fail(&mut self, why: String) -> Step {
        self.over = true;
        self.since = None;
        // The peer sees the end too; one that is gone needs none.
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
        Step::Failed(why)
    }
}

/// Counts what became of a request under the load.
fn count_step(ran: &mut Ran, step: Step) {
    match step {
        Step::Nothing => {}
        Step::Answered(after) => {
            ran.requests += 1;
            let nanos = u64::try_from(after.as_nanos()).unwrap_or(u64::MAX);
            ran.latency.saturating_record(nanos);
        }
        Step::Failed(why) => count_failure(&mut ran.failures, why),
    }
}

fn count_failure(failures: &mut Vec<Refused>, why: String) {
    match failures.iter_mut().find(|failure| failure.why == why) {
        Some(failure) => failure.count += 1,
        None => failures.push(Refused { count: 1, why }),
    }
}

/// The most frequent first.
fn sort(failures: &mut [Refused]) {
    failures.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.why.cmp(&b.why)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream as Socket};
    use std::thread;

    const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    const SHORT: Duration = Duration::from_millis(100);

    /// A server that does the same with each connection; a thread for each.
    fn serve(client: impl Fn(Socket) + Clone + Send + 'static) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let client = client.clone();
                thread::spawn(move || client(stream.unwrap()));
            }
        });
        addr
    }

    /// Answers a number of requests that come one at a time.
    fn answer(mut stream: Socket, count: usize) {
        let mut request = [0; 1024];
        for _ in 0..count {
            match stream.read(&mut request) {
                Ok(1..) => stream.write_all(OK.as_bytes()).unwrap(),
                _ => return,
            }
        }
    }

    fn refused(count: u64, why: &str) -> Vec<Refused> {
        vec![Refused { count, why: why.into() }]
    }

    #[test]
    fn every_connection_is_answered() {
        let quiet = AtomicBool::new(false);
        let mut load = Load::new(serve(|s| answer(s, usize::MAX)), "/", &quiet).unwrap();
        let all = |answered| Opened { answered, refused: Vec::new() };
        assert_eq!(load.open(70).unwrap(), all(70));
        assert_eq!(load.open(3).unwrap(), all(3));
        let idle: Vec<u64> = load.conns[..70].iter().map(|conn| conn.answered).collect();
        let ran = load.run(SHORT).unwrap();
        assert_eq!(idle, vec![1; 70]);
        assert!(load.conns[..70].iter().all(|conn| conn.answered == 1), "they stay idle");
        let answered: u64 = load.conns[70..].iter().map(|conn| conn.answered - 1).sum();
        assert_eq!((ran.requests, ran.latency.len()), (answered, answered));
        assert!(ran.requests > 3 && ran.time >= SHORT);
        assert_eq!((ran.unanswered, ran.failures), (0, Vec::new()));
    }

    #[test]
    fn one_client_at_a_time_leaves_the_others_waiting() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        thread::spawn(move || listener.incoming().for_each(|s| answer(s.unwrap(), usize::MAX)));
        let quiet = AtomicBool::new(false);
        let mut load = Load::new(addr, "/", &quiet).unwrap();
        assert_eq!(load.open(1).unwrap().answered, 1);
        let opened = load.open(2).unwrap();
        assert_eq!(opened, Opened::default());
        let ran = load.run(SHORT).unwrap();
        assert_eq!((ran.requests, ran.unanswered), (0, 2));
        assert!(ran.time >= SHORT && ran.failures.is_empty());
    }

    #[test]
    fn refusals_are_counted_by_what_they_say() {
        let quiet = AtomicBool::new(false);
        let busy = serve(|mut stream| {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
        });
        let opened = Load::new(busy, "/", &quiet).unwrap().open(5).unwrap();
        assert_eq!(opened, Opened { answered: 0, refused: refused(5, "answered 503") });
        let gone = serve(|mut stream| drop(stream.read(&mut [0; 1024])));
        let opened = Load::new(gone, "/", &quiet).unwrap().open(5).unwrap();
        assert_eq!(opened, Opened { answered: 0, refused: refused(5, "closed without an answer") });
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let opened = Load::new(closed, "/", &quiet).unwrap().open(2).unwrap();
        assert_eq!(opened, Opened { answered: 0, refused: refused(2, "connection refused") });
    }

    #[test]
    fn connections_that_end_under_the_load_are_told() {
        let quiet = AtomicBool::new(false);
        let mut load = Load::new(serve(|s| answer(s, 3)), "/", &quiet).unwrap();
        assert_eq!(load.open(2).unwrap().answered, 2);
        let ran = load.run(SHORT).unwrap();
        assert_eq!((ran.requests, ran.unanswered), (4, 0));
        assert_eq!(ran.failures.iter().map(|failure| failure.count).sum::<u64>(), 2);
        // They are not opened again.
        let ran = load.run(SHORT).unwrap();
        assert_eq!((ran.requests, ran.unanswered, ran.failures), (0, 2, Vec::new()));
    }

    #[test]
    fn a_signal_ends_it_at_once() {
        let asked = AtomicBool::new(true);
        let mut load = Load::new(serve(|s| answer(s, usize::MAX)), "/", &asked).unwrap();
        let begin = Instant::now();
        load.open(2).unwrap();
        load.run(Duration::from_secs(60)).unwrap();
        assert!(begin.elapsed() < Duration::from_secs(20));
    }
}
