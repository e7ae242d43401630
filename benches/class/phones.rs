//! The telephones of a class, as `docs/class.md` has them: each has a connection for what it asks and a
//! stream over which it is told. All of them on one thread, and on addresses of the loopback alone.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, socket_with};

/// So many behind one address: there are limits for each.
const BEHIND_ONE: usize = 50;
/// Between two that come in.
const COMES: Duration = Duration::from_millis(8);
/// Within this time all press that were asked to press at once.
const BURST: Duration = Duration::from_secs(1);
/// After this time one is back that was refused, or whose connection was closed.
const RETRY: Duration = Duration::from_millis(500);

/// xorshift64: who presses when must come again with each server.
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 >> 32).expect("the upper half")
    }

    /// From nothing up to that long.
    fn within(&mut self, time: Duration) -> Duration {
        time.mul_f64(f64::from(self.next()) / f64::from(u32::MAX))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    Join,
    /// The hand goes up or down.
    Hand,
    /// With all others, in that burst.
    Press(u32),
    /// How long that took, in milliseconds.
    Took(u32, u32),
    /// Whether it is still in.
    Again,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    Page,
    Join,
    Hand(bool),
    Press(u32),
    Took,
    Me,
}

/// A request, which was asked for at that time: what waits behind another one has waited.
struct Request {
    asked: Asked,
    at: Instant,
    text: String,
}

/// A connection.
#[derive(Default)]
struct Link {
    socket: Option<TcpStream>,
    out: Vec<u8>,
    got: Vec<u8>,
    /// The head of the answer that does not end has been read.
    streams: bool,
}

#[derive(Default)]
struct Phone {
    token: String,
    /// As it is to be.
    up: bool,
    ask: Link,
    stream: Link,
    waiting: VecDeque<Request>,
    /// Under way.
    under_way: Option<Request>,
    /// Since when it waits to be told that its hand is up or down.
    awaits: Option<(bool, Instant)>,
    burst: u32,
    /// What was told within a second of the measurement.
    told: (u64, u32),
}

/// What was measured.
#[derive(Clone, Default)]
pub(crate) struct Measured {
    /// From a press to its answer, and until the telephone's own stream says so.
    pub(crate) answered: Vec<Duration>,
    pub(crate) told: Vec<Duration>,
    /// Presses of those who press all at once, to their answers.
    pub(crate) burst: Vec<Duration>,
    /// When the first of them was pressed and the last answered.
    pub(crate) burst_span: Option<(Instant, Instant)>,
    /// Presses of the hand.
    pub(crate) presses: u32,
    /// Not told before the next press of the same telephone.
    pub(crate) untold: u32,
    /// States that came, and their bytes.
    pub(crate) states: u32,
    pub(crate) bytes: usize,
    /// How many came to one telephone within one second at most, and how often more than four did.
    pub(crate) most: u32,
    pub(crate) above_four: u32,
    /// Streams and other connections that were closed by the server.
    pub(crate) closed: u32,
    pub(crate) closed_asking: u32,
    /// Requests that were under way then.
    pub(crate) unanswered: u32,
    /// Answers other than 200, by status.
    pub(crate) refused: BTreeMap<u16, u32>,
    /// How often a second the server waits, and how many descriptors it examines: as it says.
    pub(crate) rates: Vec<u64>,
    pub(crate) examined: Vec<u64>,
    /// Presses of the telephones whose seats are looked at.
    pub(crate) looked_at: Vec<(usize, bool, Instant)>,
}

pub(crate) struct Phones {
    server: SocketAddr,
    code: String,
    poll: Poll,
    events: Events,
    class: Vec<Phone>,
    due: BinaryHeap<Reverse<(Instant, usize, Due)>>,
    random: Random,
    /// Between two presses of the same telephone, on average; none while hands rest.
    every: Option<Duration>,
    /// The first telephones' seats are looked at: one of them presses so often.
    looked_at: usize,
    begin: Instant,
    pub(crate) measured: Measured,
    buffer: Vec<u8>,
}

impl Phones {
    pub(crate) fn new(server: SocketAddr, code: &str) -> Self {
        Self {
            server,
            code: code.to_owned(),
            poll: Poll::new().expect("epoll"),
            events: Events::with_capacity(1024),
            class: Vec::new(),
            due: BinaryHeap::new(),
            random: Random(0x9e37_79b9_7f4a_7c15),
            every: None,
            looked_at: 0,
            begin: Instant::now(),
            measured: Measured::default(),
            buffer: vec![0; 64 * 1024],
        }
    }

    /// So many come in, one after the other.
    pub(crate) fn come(&mut self, count: usize) {
        let mut at = Instant::now();
        for phone in 0..count {
            self.class.push(Phone::default());
            self.due.push(Reverse((at, phone, Due::Join)));
            at += COMES;
        }
    }

    /// How many are in and can be told.
    pub(crate) fn listening(&self) -> usize {
        self.class.iter().filter(|phone| phone.stream.streams).count()
    }

    /// Whether everybody's hand is down, and everybody was told so.
    pub(crate) fn rest(&self) -> bool {
        let rests = |phone: &Phone| !phone.up && phone.awaits.is_none();
        self.class.iter().all(rests)
    }

    /// From now on so many hands go up or down a second, and of the first few telephones one each
    /// second. What was measured before is forgotten.
    pub(crate) fn work(&mut self, a_second: u32, looked_at: usize) {
        let all = u32::try_from(self.class.len()).expect("few");
        self.every = (a_second > 0).then(|| Duration::from_secs(1) * all / a_second);
        self.looked_at = looked_at;
        let now = Instant::now();
        for phone in 0..self.class.len() {
            let first = if phone < looked_at {
                Duration::from_secs(phone as u64 + 1)
            } else if let Some(every) = self.every {
                self.random.within(every)
            } else {
                continue;
            };
            self.due.push(Reverse((now + first, phone, Due::Hand)));
        }
        self.forget();
    }

    /// What was measured is forgotten.
    pub(crate) fn forget(&mut self) {
        self.begin = Instant::now();
        self.measured = Measured::default();
        for phone in &mut self.class {
            phone.told = (0, 0);
        }
    }

    /// Nobody presses any more; what is up goes down.
    pub(crate) fn calm(&mut self) {
        (self.every, self.looked_at) = (None, 0);
        self.due.retain(|Reverse((_, _, due))| *due != Due::Hand);
        let now = Instant::now();
        for number in 0..self.class.len() {
            if self.class[number].up {
                self.hand(number, now);
            }
        }
    }

    /// Raises or lowers a hand now.
    pub(crate) fn press(&mut self, number: usize) -> Instant {
        let now = Instant::now();
        self.hand(number, now);
        now
    }

    /// Goes on for a while.
    pub(crate) fn run(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.turn(end);
        }
    }

    /// What is due, and what has come; returns then, or at that time.
    pub(crate) fn turn(&mut self, end: Instant) {
        let now = Instant::now();
        while let Some(&Reverse((at, number, due))) = self.due.peek()
            && at <= now
        {
            self.due.pop();
            // The clock of epoll has milliseconds: a press that comes later by that has not waited.
            self.do_due(number, due, at, Instant::now());
        }
        let next = self.due.peek().map_or(end, |Reverse((at, ..))| end.min(*at));
        let wait = next.saturating_duration_since(Instant::now()).min(Duration::from_millis(50));
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        let _ = self.poll.poll(&mut events, Some(wait));
        for event in &events {
            let (number, is_stream) = (event.token().0 / 2, event.token().0 % 2 == 1);
            self.flush(number, is_stream);
            self.read(number, is_stream);
        }
        self.events = events;
    }

    fn do_due(&mut self, number: usize, due: Due, due_at: Instant, at: Instant) {
        match due {
            Due::Join => {
                // The page first, as a browser.
                self.ask(number, Asked::Page, at, &format!("GET /{}", self.code));
                self.ask(number, Asked::Join, at, &format!("POST /-/join?code={}", self.code));
            }
            Due::Hand => {
                self.hand(number, at);
                let next = if number < self.looked_at {
                    // Not in step with the pictures.
                    let most = Duration::from_secs(self.looked_at as u64);
                    most * 9 / 10 + self.random.within(most / 5)
                } else if let Some(every) = self.every {
                    every / 2 + self.random.within(every)
                } else {
                    return;
                };
                self.due.push(Reverse((due_at + next, number, Due::Hand)));
            }
            Due::Press(burst) => {
                let target = format!("POST /-/press?s={}&burst={burst}", self.class[number].token);
                self.ask(number, Asked::Press(burst), at, &target);
            }
            Due::Took(burst, ms) => {
                let token = &self.class[number].token;
                let target = format!("POST /-/took?s={token}&burst={burst}&ms={ms}");
                self.ask(number, Asked::Took, at, &target);
            }
            Due::Again => {
                let target = format!("GET /-/me?s={}&q=0", self.class[number].token);
                self.ask(number, Asked::Me, at, &target);
            }
        }
    }

    fn hand(&mut self, number: usize, at: Instant) {
        let phone = &mut self.class[number];
        if phone.awaits.is_some() {
            self.measured.untold += 1;
        }
        phone.up = !phone.up;
        phone.awaits = Some((phone.up, at));
        self.measured.presses += 1;
        if number < self.looked_at {
            self.measured.looked_at.push((number, phone.up, at));
        }
        let target = format!("POST /-/hand?s={}&up={}", phone.token, u8::from(phone.up));
        let up = phone.up;
        self.ask(number, Asked::Hand(up), at, &target);
    }

    fn ask(&mut self, number: usize, asked: Asked, at: Instant, line: &str) {
        let text = self.request(line);
        self.class[number].waiting.push_back(Request { asked, at, text });
        self.ask_next(number);
    }

    fn request(&self, line: &str) -> String {
        let server = self.server;
        let length = if line.starts_with("POST") { "Content-Length: 0\r\n" } else { "" };
        format!("{line} HTTP/1.1\r\nHost: {server}\r\nOrigin: http://{server}\r\n{length}\r\n")
    }

    /// One request at a time.
    fn ask_next(&mut self, number: usize) {
        let phone = &mut self.class[number];
        if phone.under_way.is_some() {
            return;
        }
        let Some(request) = phone.waiting.pop_front() else { return };
        phone.ask.out.extend_from_slice(request.text.as_bytes());
        phone.under_way = Some(request);
        self.flush(number, false);
    }

    fn listen(&mut self, number: usize) {
        let line = format!("GET /-/stream?s={}&q=0", self.class[number].token);
        let text = self.request(&line);
        self.class[number].stream = Link { out: text.into_bytes(), ..Link::default() };
        self.flush(number, true);
    }

    fn link(&mut self, number: usize, is_stream: bool) -> &mut Link {
        let phone = &mut self.class[number];
        if is_stream { &mut phone.stream } else { &mut phone.ask }
    }

    /// Connects where that is to be done, and writes what is to be written.
    fn flush(&mut self, number: usize, is_stream: bool) {
        if self.link(number, is_stream).socket.is_none() {
            if self.link(number, is_stream).out.is_empty() {
                return;
            }
            let socket = connected(number, self.server);
            let mut socket = match socket {
                Ok(socket) => socket,
                Err(error) => panic!("telephone {number} gets no connection: {error}"),
            };
            let token = Token(number * 2 + usize::from(is_stream));
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut socket, token, interest).expect("epoll takes it");
            self.link(number, is_stream).socket = Some(socket);
        }
        let Link { socket: Some(socket), out, .. } = self.link(number, is_stream) else { return };
        while !out.is_empty() {
            match socket.write(out) {
                Ok(n) => drop(out.drain(..n)),
                // Not connected yet, or closed: the read says so.
                Err(_) => break,
            }
        }
    }

    fn read(&mut self, number: usize, is_stream: bool) {
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut closed = false;
        while let Some(socket) = &mut self.link(number, is_stream).socket
            && !closed
        {
            match socket.read(&mut buffer) {
                Ok(0) => closed = true,
                Ok(n) => self.link(number, is_stream).got.extend_from_slice(&buffer[..n]),
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => {}
                    ErrorKind::WouldBlock | ErrorKind::NotConnected => break,
                    _ => closed = true,
                },
            }
        }
        self.buffer = buffer;
        if is_stream {
            self.take_states(number);
        } else {
            while self.take_answer(number) {}
        }
        if closed {
            self.closed(number, is_stream);
        }
    }

    fn closed(&mut self, number: usize, is_stream: bool) {
        // There may be another one in its place already.
        if self.link(number, is_stream).socket.is_none() {
            return;
        }
        *self.link(number, is_stream) = Link::default();
        let soon = Instant::now() + RETRY;
        if is_stream {
            self.measured.closed += 1;
            self.due.push(Reverse((soon, number, Due::Again)));
            return;
        }
        self.measured.closed_asking += 1;
        if let Some(request) = self.class[number].under_way.take() {
            self.measured.unanswered += 1;
            match request.asked {
                Asked::Join | Asked::Page => self.due.push(Reverse((soon, number, Due::Join))),
                Asked::Me => self.due.push(Reverse((soon, number, Due::Again))),
                _ => {}
            }
        }
        self.ask_next(number);
    }

    /// Takes an answer, if there is a whole one.
    fn take_answer(&mut self, number: usize) -> bool {
        let link = &mut self.class[number].ask;
        let Some((status, closes, head)) = head(&link.got) else { return false };
        let text = String::from_utf8_lossy(&link.got[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        if link.got.len() < head + length {
            return false;
        }
        let body = String::from_utf8_lossy(&link.got[head..head + length]).into_owned();
        link.got.drain(..head + length);
        if closes {
            *link = Link::default();
        }
        if let Some(request) = self.class[number].under_way.take() {
            self.answered(number, &request, status, &body);
        }
        self.ask_next(number);
        !self.class[number].ask.got.is_empty()
    }

    fn answered(&mut self, number: usize, request: &Request, status: u16, body: &str) {
        let now = Instant::now();
        let took = now - request.at;
        let soon = now + RETRY + self.random.within(RETRY);
        let measured = &mut self.measured;
        if status != 200 {
            *measured.refused.entry(status).or_default() += 1;
            match request.asked {
                Asked::Join => self.due.push(Reverse((soon, number, Due::Join))),
                Asked::Me => self.due.push(Reverse((soon, number, Due::Again))),
                Asked::Hand(up) => {
                    let phone = &mut self.class[number];
                    (phone.up, phone.awaits) = (!up, None);
                }
                _ => {}
            }
            return;
        }
        match request.asked {
            Asked::Join => {
                let token = between(body, "\"token\":\"", "\"").unwrap_or_default().to_owned();
                self.class[number].token = token;
                self.listen(number);
            }
            Asked::Hand(_) => measured.answered.push(took),
            Asked::Press(burst) => {
                measured.burst.push(took);
                let (first, last) = measured.burst_span.unwrap_or((request.at, now));
                measured.burst_span = Some((first.min(request.at), last.max(now)));
                let ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
                let later = Duration::from_secs(1) + self.random.within(Duration::from_secs(2));
                self.due.push(Reverse((now + later, number, Due::Took(burst, ms))));
            }
            Asked::Me if body.contains("\"streams\":true") => self.listen(number),
            Asked::Me => self.due.push(Reverse((soon, number, Due::Again))),
            Asked::Page | Asked::Took => {}
        }
    }

    /// Takes all whole states of a stream.
    fn take_states(&mut self, number: usize) {
        if !self.class[number].stream.streams {
            let Some((status, _, head)) = head(&self.class[number].stream.got) else { return };
            if status != 200 {
                *self.measured.refused.entry(status).or_default() += 1;
                self.class[number].stream = Link::default();
                let soon = Instant::now() + RETRY;
                self.due.push(Reverse((soon, number, Due::Again)));
                return;
            }
            let link = &mut self.class[number].stream;
            link.streams = true;
            link.got.drain(..head);
        }
        let mut got = std::mem::take(&mut self.class[number].stream.got);
        let mut from = 0;
        while let Some(at) = got[from..].windows(2).position(|pair| pair == b"\n\n") {
            let event = String::from_utf8_lossy(&got[from..from + at]).into_owned();
            from += at + 2;
            self.told(number, &event);
        }
        got.drain(..from);
        self.class[number].stream.got = got;
    }

    fn told(&mut self, number: usize, event: &str) {
        let now = Instant::now();
        let Self { class, measured, due, random, begin, .. } = self;
        let phone = &mut class[number];
        measured.states += 1;
        measured.bytes += event.len() + 2;
        let second = now.saturating_duration_since(*begin).as_secs();
        phone.told = if phone.told.0 == second { (second, phone.told.1 + 1) } else { (second, 1) };
        measured.most = measured.most.max(phone.told.1);
        // Counted once for each such second.
        measured.above_four += u32::from(phone.told.1 == 5);
        let up = event.contains("\"hand\":{");
        if let Some((awaited, since)) = phone.awaits
            && awaited == up
        {
            phone.awaits = None;
            measured.told.push(now - since);
        }
        // The teacher has taken it down.
        if phone.awaits.is_none() && phone.under_way.is_none() {
            phone.up = up;
        }
        if number == 0 {
            let figure = |name| between(event, name, ",").and_then(|text| text.parse::<u64>().ok());
            measured.rates.extend(figure("\"rate\":"));
            measured.examined.extend(figure("\"examined\":"));
        }
        let burst = between(event, "\"burst\":{\"id\":", ",").and_then(|id| id.parse().ok());
        if let Some(burst) = burst
            && burst > phone.burst
        {
            phone.burst = burst;
            due.push(Reverse((now + random.within(BURST), number, Due::Press(burst))));
        }
    }
}

/// The status of an answer, whether its connection is closed with it, and where its head ends.
fn head(got: &[u8]) -> Option<(u16, bool, usize)> {
    let end = got.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&got[..end]).to_ascii_lowercase();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    Some((status.unwrap_or_default(), text.contains("connection: close"), end))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

/// A connection from the address of that telephone, of those that only this machine has.
fn connected(number: usize, server: SocketAddr) -> std::io::Result<TcpStream> {
    let last = u8::try_from(1 + number / BEHIND_ONE).unwrap_or(u8::MAX);
    let mine = SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0));
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    bind(&socket, &mine)?;
    match connect(&socket, &server) {
        Ok(()) | Err(Errno::INPROGRESS) => {}
        Err(error) => return Err(error.into()),
    }
    let socket = std::net::TcpStream::from(socket);
    socket.set_nodelay(true)?;
    Ok(TcpStream::from_std(socket))
}
