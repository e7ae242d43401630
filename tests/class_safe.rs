//! The program with a class in a terminal, and students who mean it ill.

#[path = "common/chromium.rs"]
mod chromium;
#[path = "common/terminal.rs"]
mod terminal;
#[path = "common/tools.rs"]
mod tools;

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chromium::Browser;
use epollscope::telemetry::ServerKind;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::Value;
use terminal::{LIMIT, Terminal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");
/// A telephone's pixels.
const SIZE: (u32, u32) = (390, 844);

/// The program with a class, and what it writes to its terminal, byte by byte.
struct Classroom {
    terminal: Terminal,
    addr: SocketAddr,
    code: String,
    written: PathBuf,
    _folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

/// One class at a time: a flood takes the processor from whatever is measured beside it.
static ALONE: Mutex<()> = Mutex::new(());

impl Classroom {
    fn open(more: &[&str]) -> Self {
        Self::open_under(&[], more)
    }

    /// The same, run by another program.
    fn open_under(by: &[&str], more: &[&str]) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        let written = folder.path().join("written");
        let options = ["--class", "--bind", "127.0.0.1", "--port", "0", "--yes"];
        // script(1) stands between the program and the terminal, and keeps what it writes.
        let program = by.iter().chain(&[PROGRAM]).chain(&options).chain(more);
        let program: Vec<&str> = program.copied().collect();
        let script = ["-q", "-e", "-f", "-c", &program.join(" "), written.to_str().unwrap()];
        let mut terminal = Terminal::start("script", (120, 36), &script);
        terminal.see("join code");
        let of = |screen: &str| -> Option<(u16, String)> {
            let (_, rest) = screen.split_once("http://127.0.0.1:")?;
            let (port, rest) = rest.split_once('/')?;
            let code: String = rest.chars().take(4).collect();
            code.chars().all(|c| c.is_ascii_uppercase()).then_some((port.parse().ok()?, code))
        };
        let screen = terminal.until("the URL", |screen| of(screen).is_some());
        let (port, code) = of(&screen).unwrap();
        terminal.press("\x1b");
        terminal.gone("join code");
        let addr = SocketAddr::from(([127, 0, 0, 1], port));
        Self { terminal, addr, code, written, _folder: folder, _alone: alone }
    }

    fn client(&self) -> TcpStream {
        let socket = TcpStream::connect(self.addr).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        socket.set_write_timeout(Some(LIMIT)).unwrap();
        socket
    }

    /// A request over a connection of its own, and what is answered.
    fn post(&self, target: &str) -> (u16, Value) {
        ask(&mut self.client(), "POST", target).unwrap()
    }

    fn join(&self) -> String {
        let (status, state) = self.post(&format!("/-/join?code={}", self.code));
        assert_eq!(status, 200, "{state}");
        state["token"].as_str().unwrap().to_owned()
    }

    /// What the program has written to the terminal so far.
    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.written).unwrap()
    }

    fn end(mut self) {
        self.terminal.press("qy");
        assert!(self.terminal.exit().success());
        self.terminal.assert_restored();
    }
}

fn ask(client: &mut TcpStream, method: &str, target: &str) -> std::io::Result<(u16, Value)> {
    let request =
        format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Length: 0\r\n\r\n");
    client.write_all(request.as_bytes())?;
    let head = read_head(client)?;
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    let mut text = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    client.read_exact(&mut text)?;
    let body = serde_json::from_slice(&text).unwrap_or_default();
    Ok((head[9..12].parse().unwrap(), body))
}

fn read_head(client: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8(head).unwrap())
}

/// In a name, a target or a header line: what a terminal or a browser would obey.
const HOSTILE: [&str; 12] = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "\"onmouseover=window.hacked=1 x=\"",
    "${window.hacked=1}",
    "\u{1b}]0;hacked\u{7}",
    "\u{1b}]52;c;aGFja2Vk\u{7}",
    "\u{1b}[2J\u{1b}[31mhacked",
    "\u{9b}31mhacked",
    "\u{202e}dekcah\u{202c}",
    "a\r\nb\nc",
    "אבג\u{200f}دهو",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
];

fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02x}").unwrap();
        encoded
    })
}

/// What a program says to its terminal beside text: each escape sequence without its figures.
fn sequences(bytes: &[u8]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|&b| b == 0x1b) {
        at += next + 1;
        let rest = &bytes[at..];
        let kind = match rest.first() {
            Some(b'[') => {
                let end = rest[1..].iter().position(|b| (0x40..0x7f).contains(b)).unwrap_or(0) + 1;
                let marks =
                    rest[1..end].iter().filter(|b| !b.is_ascii_digit() && !b";:".contains(b));
                let marks: String = marks.map(|&b| char::from(b)).collect();
                format!("[{marks}{}", char::from(rest[end]))
            }
            Some(b']') => {
                let end = rest.iter().position(|&b| b == 7 || b == 0x1b).unwrap_or(rest.len());
                String::from_utf8_lossy(&rest[..end]).into_owned()
            }
            Some(&other) => char::from(other).to_string(),
            None => break,
        };
        *found.entry(kind).or_insert(0) += 1;
    }
    found
}

#[test]
fn nothing_that_a_telephone_sends_is_obeyed() {
    if !tools::has("chromium") || !tools::has("script") {
        return;
    }
    let mut room = Classroom::open(&["--server", "epoll"]);
    let mut browser = Browser::start(SIZE, "en");
    for _ in 0..2 {
        browser.telephone(SIZE);
        browser.open(&format!("http://{}/{}", room.addr, room.code));
        browser.until("mode === 'live'");
    }
    room.terminal.press("9");
    room.terminal.see("2 in");
    let before = sequences(&room.bytes());
    // As names, by the page itself and around it; long ones too.
    let honest = room.join();
    for hostile in HOSTILE {
        browser.turn_to(0);
        browser.value(&format!("send('nick', {{ nick: {} }})", serde_json::json!(hostile)));
        room.post(&format!("/-/nick?s={honest}&nick={}", encoded(hostile)));
        // A student may do so five times a second.
        browser.until("new Promise((done) => setTimeout(done, 450, true))");
    }
    let long = "é".repeat(1500);
    room.post(&format!("/-/nick?s={honest}&nick={}", encoded(&long)));
    let huge =
        ask(&mut room.client(), "POST", &format!("/-/nick?s={honest}&nick={}", "x".repeat(10_000)));
    assert_eq!(huge.unwrap().0, 414);
    // As targets, as parts of them and as header lines, by raw sockets.
    for hostile in HOSTILE {
        for request in [
            format!("GET /{hostile} HTTP/1.1\r\nHost: x\r\n\r\n"),
            format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", encoded(hostile)),
            format!("GET /-/me?q={hostile} HTTP/1.1\r\nHost: x\r\n\r\n"),
            format!("{hostile} / HTTP/1.1\r\nHost: x\r\n\r\n"),
            format!("POST /-/hand HTTP/1.1\r\nHost: {hostile}\r\nOrigin: {hostile}\r\n\r\n"),
            format!("GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: {hostile}\r\nX: {hostile}\r\n\r\n"),
            format!(
                "POST /-/join?code={hostile} HTTP/1.1\r\nHost: x\r\nReferer: {hostile}\r\n\r\n"
            ),
        ] {
            let mut client = room.client();
            client.write_all(request.as_bytes()).unwrap();
            client.shutdown(std::net::Shutdown::Write).unwrap();
            // With an answer or without one, it is looked at.
            let _ = client.read_to_end(&mut Vec::new());
        }
        let mut client = room.client();
        client
            .write_all(b"GET /\x9b31m\xff\xfe HTTP/1.1\r\nHost: x\r\nX: \x9b2J\x90\r\n\r\n")
            .unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = client.read_to_end(&mut Vec::new());
    }
    // The hands of all are up, so that the names are shown; each panel is looked at.
    room.post(&format!("/-/hand?s={honest}&up=1"));
    browser.turn_to(0);
    browser.value("send('hand', { up: 1 })");
    browser.until("state.hand");
    room.terminal.see("2 hands up");
    for panel in ["2", "3", "4", "5", "6", "7", "8", "9"] {
        let written = room.terminal.written.load(Ordering::Relaxed);
        room.terminal.press(panel);
        let begin = Instant::now();
        while room.terminal.written.load(Ordering::Relaxed) == written && begin.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let screen = room.terminal.see("2 hands up");
    assert!(screen.contains("3 in"), "{screen}");
    // No letter on the screen turns, hides or stacks others.
    let odd = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!screen.contains(odd), "{screen:?}");
    assert!(!screen.contains("\u{301}\u{301}\u{301}"), "{screen}");
    // Of all that was written there is nothing but what was before: no title, no clipboard.
    let bytes = room.bytes();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains(['\u{9b}', '\u{90}', '\u{9d}', '\u{202e}', '\u{200f}']));
    for (sequence, _) in sequences(&bytes) {
        let known = before.contains_key(&sequence) || sequence.starts_with('[');
        assert!(known && !sequence.contains("hacked"), "{sequence:?} of {before:?}");
        assert!(!sequence.starts_with("]0") && !sequence.starts_with("]52"), "{sequence:?}");
    }
    assert!(!text.contains("\u{1b}[2J\u{1b}[31mhacked"));
    // No page has run anything of it, and none complains.
    for telephone in 0..2 {
        browser.turn_to(telephone);
        browser.until("state.up === 2");
        assert_eq!(browser.value("typeof window.hacked"), "undefined");
        assert_eq!(browser.value("document.querySelectorAll('img, iframe, object').length"), 0);
        let scripts = browser.value("document.querySelectorAll('script').length");
        assert_eq!(scripts, 1);
        // A state that was overtaken changes nothing.
        let up = "take({ ...state, seq: state.seq - 1, up: 99 }, true), state.up";
        assert_eq!(browser.value(up), 2);
        assert_eq!(
            browser.value("take({ ...state, seq: state.seq + 0.5, up: 99 }, true), state.up"),
            99
        );
    }
    // A script of somebody else's does not run either, whatever puts it there.
    browser.value(
        "(() => { const one = document.createElement('script'); one.textContent = 'window.hacked = 1'; \
         document.body.append(one); document.body.insertAdjacentHTML('beforeend', \
         '<img src=x onerror=\"window.hacked=1\">'); })()",
    );
    assert_eq!(browser.value("typeof window.hacked"), "undefined");
    room.end();
}

/// Nothing is on the disk but what was asked for, and in that no token and no name.
#[test]
fn a_log_knows_no_tokens_and_no_names() {
    if !tools::has("script") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for server in ServerKind::ALL {
        let log = folder.path().join(server.name());
        let path = log.to_str().unwrap();
        let room = Classroom::open(&["--server", server.name(), "--log", path]);
        let token = room.join();
        let named = room.post(&format!("/-/nick?s={token}&nick=Zaphod"));
        assert_eq!(named.1["nick"], "Zaphod");
        let begin = Instant::now();
        loop {
            let state = ask(&mut room.client(), "GET", &format!("/-/me?s={token}")).unwrap().1;
            if state["recording"] == true {
                break;
            }
            assert!(begin.elapsed() < LIMIT, "the page does not say that it is recorded: {state}");
            std::thread::sleep(Duration::from_millis(300));
        }
        room.post(&format!("/-/hand?up=1&s={token}"));
        let _ = ask(&mut room.client(), "GET", &format!("/-/stream?s={token}"));
        room.post(&format!("/-/bye?s={token}"));
        room.end();
        let text = std::fs::read_to_string(&log).unwrap();
        for did in ["joined", "named", "raised", "left"] {
            assert!(text.contains(&format!("\"{did}\"")), "{did}: {text}");
        }
        assert!(!text.contains(&token) && !text.contains("Zaphod"), "{}", server.name());
    }
}

#[test]
fn without_a_log_nothing_is_written() {
    if !tools::has("script") {
        return;
    }
    let room = Classroom::open(&["--server", "epoll"]);
    let token = room.join();
    room.post(&format!("/-/nick?s={token}&nick=Zaphod"));
    let state = room.post(&format!("/-/hand?s={token}&up=1")).1;
    assert_eq!(state["recording"], false);
    let written = |pid: &Path| {
        let files = std::fs::read_dir(pid.join("fd")).unwrap();
        let targets = files.filter_map(|file| std::fs::read_link(file.unwrap().path()).ok());
        targets.map(|target| target.display().to_string()).filter(|t| t.starts_with('/')).collect()
    };
    let open: Vec<String> = written(&program_of(&room.terminal));
    let devices = |file: &&String| !file.starts_with("/dev/") && !file.starts_with("/proc/");
    assert_eq!(open.iter().find(devices), None);
    room.end();
}

/// The program itself, which script(1) has started.
fn program_of(terminal: &Terminal) -> PathBuf {
    let mut pid = terminal.child.process_id().unwrap();
    loop {
        let path = PathBuf::from(format!("/proc/{pid}"));
        if std::fs::read_link(path.join("exe")).is_ok_and(|exe| exe == Path::new(PROGRAM)) {
            return path;
        }
        let children = path.join(format!("task/{pid}/children"));
        let children = std::fs::read_to_string(children).unwrap();
        pid = children.split_whitespace().next().expect("it runs").parse().unwrap();
    }
}

/// One who listens, and its connection for requests.
struct Listener {
    token: String,
    stream: TcpStream,
    asks: TcpStream,
}

#[test]
fn a_flood_of_posts_leaves_the_others_served() {
    let post = |token: &str| format!("POST /-/hand?s={token}&up=1");
    flood(post, "HTTP/1.1 429");
}

#[test]
fn a_flood_of_pages_leaves_the_others_served() {
    flood(|_| "GET /KXTR".into(), "HTTP/1.1 200");
}

/// One telephone has a thousand connections and sends a request as fast as it can, of which some at
/// least are answered so.
fn flood(of: impl Fn(&str) -> String, expected: &str) {
    const LISTENERS: usize = 20;
    const FLOOD: Duration = Duration::from_secs(5);
    const CONNECTIONS: usize = 1000;
    /// Posts of a connection, more than a student may send at once.
    const MANY: usize = 25;
    /// Posts a second at most, of the whole flood.
    const POSTS: u32 = 10_000;
    if !tools::has("script") {
        return;
    }
    let old = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: old.maximum, ..old }).unwrap();
    let room = Classroom::open(&["--server", "epoll"]);
    let mut listeners: Vec<Listener> = (0..LISTENERS)
        .map(|_| {
            let (token, mut stream) = (room.join(), room.client());
            let target = format!("GET /-/stream?s={token} HTTP/1.1\r\nHost: x\r\n\r\n");
            stream.write_all(target.as_bytes()).unwrap();
            assert!(read_head(&mut stream).unwrap().contains("text/event-stream"));
            stream.set_nonblocking(true).unwrap();
            Listener { token, stream, asks: room.client() }
        })
        .collect();
    let line = of(&room.join());
    let (over, posted, answered) =
        (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let (addr, deadline) = (room.addr, Instant::now() + FLOOD);
    let mut times = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // A thousand that say nothing, and posts over others: each is closed with its 429.
            let connect = || {
                let socket = TcpStream::connect(addr).ok()?;
                socket.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
                socket.set_write_timeout(Some(Duration::from_secs(1))).ok()?;
                Some(socket)
            };
            let held: Vec<TcpStream> = (0..CONNECTIONS).filter_map(|_| connect()).collect();
            let line = &line;
            let request = format!("{line} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            let last = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            let begin = Instant::now();
            let many = request.repeat(MANY - 1) + &last;
            while !over.load(Ordering::Relaxed) && Instant::now() < deadline {
                let due = begin.elapsed().as_micros() * u128::from(POSTS) / 1_000_000;
                if posted.load(Ordering::Relaxed) as u128 > due {
                    std::thread::sleep(Duration::from_millis(1));
                    continue;
                }
                let Some(mut client) = connect() else { continue };
                // With a reset its answer may be lost.
                let _ = client.write_all(many.as_bytes());
                posted.fetch_add(MANY, Ordering::Relaxed);
                let mut answer = Vec::new();
                let _ = client.read_to_end(&mut answer);
                let answer = String::from_utf8_lossy(&answer);
                answered.fetch_add(answer.matches(expected).count(), Ordering::Relaxed);
            }
            assert!(held.len() >= CONNECTIONS / 2, "{} connections", held.len());
        });
        // Each raises and lowers its hand, one after the other: ten a second, below what each may.
        let mut turn = 0;
        while Instant::now() < deadline {
            let Listener { token, asks, .. } = &mut listeners[turn % LISTENERS];
            let up = (turn / LISTENERS + 1) % 2;
            let begin = Instant::now();
            let (status, state) = ask(asks, "POST", &format!("/-/hand?s={token}&up={up}")).unwrap();
            times.push(begin.elapsed());
            assert_eq!((status, !state["hand"].is_null()), (200, up == 1), "{state}");
            turn += 1;
            std::thread::sleep(Duration::from_millis(20));
        }
        over.store(true, Ordering::Relaxed);
    });
    times.sort_unstable();
    let part = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    let (posted, answered) = (posted.into_inner(), answered.into_inner());
    eprintln!(
        "{} hands under {posted} requests ({answered} answered {expected}): half within {:?}, 99 % within {:?}, all within {:?}",
        times.len(),
        part(50),
        part(99),
        times[times.len() - 1]
    );
    assert!(times.len() > 50 && part(99) < Duration::from_secs(1), "{times:?}");
    assert!(posted > 100 && answered > 10, "{posted} {answered}");
    // Those who listen were told, and still are.
    for Listener { stream, .. } in &mut listeners {
        let mut told = vec![0; 1 << 16];
        let begin = Instant::now();
        loop {
            match stream.read(&mut told) {
                Ok(0) => panic!("it has ended"),
                Ok(_) => break,
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            assert!(begin.elapsed() < LIMIT, "nothing is told");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let screen = room.terminal.text();
    assert!(!screen.contains("panicked"), "{screen}");
    room.end();
}

/// What is said over answers that do not end is in the log as strace saw it: sent by the loop, and where
/// each connection has a thread, by the operator's.
#[test]
fn what_is_told_is_in_the_log_as_strace_saw_it() {
    if !tools::has("script") || !tools::has("strace") {
        return;
    }
    for server in ["epoll", "poll", "threads", "coroutines"] {
        let folder = tempfile::tempdir().unwrap();
        let [trace, log] =
            ["trace", "log"].map(|name| folder.path().join(name).display().to_string());
        let strace = ["strace", "-f", "-e", "trace=sendto", "-o", &trace];
        let room = Classroom::open_under(&strace, &["--server", server, "--log", &log]);
        let token = room.join();
        let mut stream = room.client();
        let target = format!("GET /-/stream?s={token} HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.write_all(target.as_bytes()).unwrap();
        read_head(&mut stream).unwrap();
        let mut told = |what: &str| {
            let (mut text, mut byte) = (String::new(), [0]);
            while !text.contains(what) {
                stream.read_exact(&mut byte).unwrap();
                text.push(char::from(byte[0]));
            }
        };
        told("\n\n");
        for up in [1, 0, 1] {
            room.post(&format!("/-/hand?s={token}&up={up}"));
            told(if up == 1 { "\"hand\":{" } else { "\"hand\":null" });
        }
        room.end();
        // A call during which another thread's line was written ends in a line of its own.
        let calls = |text: &str| -> Vec<u64> {
            let (mut sent, mut begun) = (Vec::new(), BTreeMap::new());
            for line in text.lines() {
                let (thread, call) = line.split_once(' ').unwrap();
                let ours = call.contains("MSG_NOSIGNAL");
                if call.contains("unfinished") {
                    begun.insert(thread, ours);
                } else if ours || call.contains("resumed") && begun.remove(thread) == Some(true) {
                    let ret = line.rsplit_once("= ").map_or("", |(_, ret)| ret.trim());
                    sent.extend(ret.parse::<u64>());
                }
            }
            sent.sort_unstable();
            sent
        };
        let saw = calls(&std::fs::read_to_string(&trace).unwrap());
        let log = std::fs::read_to_string(&log).unwrap();
        let mut wrote: Vec<u64> = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|line| line["call"] == "send")
            .filter_map(|line| line["ret"].as_u64())
            .collect();
        wrote.sort_unstable();
        assert!(saw.len() >= 8, "{server}: {saw:?}");
        assert_eq!(saw, wrote, "{server}");
    }
}
