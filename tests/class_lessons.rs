//! Lessons given with a class in the room: what they claim holds as if nobody were there, since the
//! telephones are served beside the server.

use std::io::{BufRead, BufReader, Read, Write, stdout};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use epollscope::class::{Class, Classroom, Code, Host};
use epollscope::clients::Clients;
use epollscope::dashboard::hosting::{Hosting, Way};
use epollscope::dashboard::{Rehearsal, Side};
use epollscope::http::Site;
use epollscope::inspect::Inspector;
use epollscope::lesson::{Phase, Shelf};
use epollscope::record::anonymous::Private;
use epollscope::server::{self, Config, Routes};
use epollscope::telemetry::{Capacity, Publisher, control, wire};
use serde_json::Value;

const TELEPHONES: u32 = 40;
/// How long they have for a question.
const THINKS: Duration = Duration::from_millis(150);

/// Where the telephones find the server, in the environment of their process.
const AT: &str = "EPOLLSCOPE_TEST_TELEPHONES";

/// What the telephones did.
#[derive(Default)]
struct Done {
    /// In all: hands that went up or down, and times that one was told.
    hands: AtomicU32,
    told: AtomicU32,
    /// Those that are told now that they are at the server beside, and at the one that is shown.
    beside: AtomicU32,
    shown: AtomicU32,
}

impl Done {
    fn all(&self) -> [&AtomicU32; 4] {
        [&self.hands, &self.told, &self.beside, &self.shown]
    }
}

/// Telephones, in a process of their own: their descriptors are none of the server's. They end with it.
struct Telephones {
    process: Child,
    done: Arc<Done>,
}

impl Telephones {
    fn start(addr: SocketAddr) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "telephones", "--ignored", "--nocapture"])
            .env(AT, addr.to_string());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let done = Arc::new(Done::default());
        let seen = done.clone();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let figures: Vec<u32> = line.split(' ').filter_map(|n| n.parse().ok()).collect();
                if figures.len() == 4 {
                    for (at, figure) in seen.all().into_iter().zip(figures) {
                        at.store(figure, Relaxed);
                    }
                }
            }
        });
        Self { process, done }
    }
}

impl Drop for Telephones {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The process of the telephones: says what they have done, until it is ended.
#[test]
#[ignore = "what the other test runs beside itself"]
fn telephones() {
    let Some(addr) = std::env::var(AT).ok() else { return };
    let addr = addr.parse().unwrap();
    let done = Arc::new(Done::default());
    for _ in 0..TELEPHONES {
        let done = done.clone();
        thread::spawn(move || telephone(addr, &done));
    }
    // Until nobody reads it.
    while writeln!(stdout(), "{}", done.all().map(|at| at.load(Relaxed).to_string()).join(" "))
        .is_ok()
    {
        thread::sleep(Duration::from_millis(20));
    }
}

/// A request, and its answer.
fn ask(addr: SocketAddr, method: &str, path: &str) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(addr).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let head = "Host: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close";
    write!(stream, "{method} {path} HTTP/1.1\r\n{head}\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.get(9..12)?.parse().ok()?, serde_json::from_str(body).ok()?))
}

/// A telephone: it is told as long as it can be, comes back when it is not, and its hand goes up and
/// down.
fn telephone(addr: SocketAddr, done: &Done) {
    let joined = loop {
        match ask(addr, "POST", "/-/join?code=KXTR") {
            Some((200, state)) => break state,
            _ => thread::sleep(Duration::from_millis(50)),
        }
    };
    let token = joined["token"].as_str().unwrap().to_owned();
    thread::scope(|scope| {
        scope.spawn(|| {
            for time in 0u32.. {
                let hand = ask(addr, "POST", &format!("/-/hand?s={token}&up={}", time % 2));
                done.hands.fetch_add(u32::from(matches!(hand, Some((200, _)))), Relaxed);
                thread::sleep(Duration::from_millis(250));
            }
        });
        loop {
            listen(addr, &token, done);
            thread::sleep(Duration::from_millis(50));
        }
    });
}

/// Is told, until that ends.
fn listen(addr: SocketAddr, token: &str, done: &Done) -> Option<()> {
    let mut stream = TcpStream::connect(addr).ok()?;
    write!(stream, "GET /-/stream?s={token}&q=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").ok()?;
    let (mut told, mut piece) = (String::new(), [0; 4096]);
    let mut at: Option<&AtomicU32> = None;
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        told += &String::from_utf8_lossy(&piece[..read]);
        while let Some((event, rest)) = told.clone().split_once("\n\n") {
            told = rest.to_owned();
            let Some((_, state)) = event.split_once("data: ") else { continue };
            let state: Value = serde_json::from_str(state).unwrap();
            let now = if state["beside"] == true { &done.beside } else { &done.shown };
            if at.is_none() {
                now.fetch_add(1, Relaxed);
                at = Some(now);
            }
            done.told.fetch_add(1, Relaxed);
        }
    }
    at.map(|at| at.fetch_sub(1, Relaxed));
    Some(())
}

/// A server with a class, in one dashboard without a screen.
fn started() -> (Rehearsal, SocketAddr, Class) {
    let class = Class::open(Code::parse("KXTR").unwrap());
    let (sink, subscriber) = wire(Capacity::default());
    let (control, commands) = control().unwrap();
    let start = Instant::now();
    let config = Config {
        routes: Routes { class: true, ..Routes::default() },
        class: Some(class.clone()),
        worker: server::Program {
            path: env!("CARGO_BIN_EXE_epollscope").into(),
            flags: Vec::new(),
        },
        ..Config::default()
    };
    let way = Way {
        door: config.door.clone(),
        beside: config.beside(),
        start,
        private: Private::default(),
    };
    let bound = server::bind(([127, 0, 0, 1], 0).into()).unwrap();
    let publisher = Publisher::new(start, Some(sink), Vec::new());
    let server = server::start(bound, config, Site::embedded(), publisher, commands).unwrap();
    let addr = server.addr;
    let inspector = Inspector::start(addr).unwrap();
    let clients = Clients::start(addr, false).unwrap();
    let room = Classroom { class: class.clone(), wifi: None, addr };
    let side = Side { subscriber, control, server, inspector };
    let rehearsal = Rehearsal::new(side, clients).with_class(Hosting::new(room, way), THINKS);
    (rehearsal, addr, class)
}

#[test]
fn what_lessons_claim_holds_with_a_class_in_the_room() {
    let (mut rehearsal, addr, class) = started();
    let telephones = Telephones::start(addr);
    let done = &telephones.done;
    let all = |at: &AtomicU32| at.load(Relaxed) == TELEPHONES;
    rehearsal.wait(|| all(&done.shown));
    let mut failed = Vec::new();
    for lesson in Shelf::embedded().unwrap().lessons() {
        let (hands, told) = (done.hands.load(Relaxed), done.told.load(Relaxed));
        let give = rehearsal.give(lesson, |run| {
            let step = run.at() + 1;
            if run.phase() == Phase::Shown {
                let late = run.troubles().iter().map(|trouble| format!("late: {}", trouble.what));
                let wrong = run.claims().iter().filter(|claim| !claim.holds);
                let wrong =
                    wrong.map(|claim| format!("{} (measured {})", claim.expect, claim.figure));
                let all = late.chain(wrong).map(|what| format!("{}, {step}: {what}", lesson.name));
                failed.extend(all);
            }
        });
        give.unwrap();
        let more = [done.hands.load(Relaxed) - hands, done.told.load(Relaxed) - told];
        assert!(more.iter().all(|&more| more > 0), "{}: {more:?}", lesson.name);
        // Between two lessons they are where they were.
        rehearsal.wait(|| all(&done.shown) && class.host() == Host::Shown);
    }
    assert_eq!(failed, [""; 0]);
    drop(telephones);
    rehearsal.end().unwrap();
}
