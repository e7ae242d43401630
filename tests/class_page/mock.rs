//! A server that speaks the protocol of `docs/class.md` and does what the test tells it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use serde_json::{Value, json};

const PAGE: &str = include_str!("../../assets/class.html");
const NONCE: &str = "b2Jzb2xldGU";

/// What it knows. Tests change it.
pub(crate) struct Room {
    pub(crate) code: String,
    /// The members of every state, but for those of the connection.
    pub(crate) state: Value,
    /// Texts of the question, sent where the page has others.
    pub(crate) question: Value,
    /// The requests so far, the page's own left out.
    pub(crate) asked: Vec<String>,
    /// Answers by path, in place of its own.
    pub(crate) instead: HashMap<String, (u16, Value)>,
    /// The paths that are not answered for now.
    pub(crate) held: Vec<String>,
    /// Every connection is closed at once.
    pub(crate) gone: bool,
    /// The fd of the next stream.
    pub(crate) fd: u64,
    tokens: Vec<String>,
    /// The question whose texts the streams have got.
    known: Value,
    conns: u64,
    streams: Vec<(TcpStream, u64, u64)>,
}

pub(crate) struct Mock {
    pub(crate) address: SocketAddr,
    shared: Arc<(Mutex<Room>, Condvar)>,
}

impl Mock {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let room = Room {
            code: "KXTR".into(),
            state: json!({"student": 7, "nick": null, "server": "epoll", "streams": true, "why": null,
                "pace": "run", "others": [], "last": null, "open": 53, "in": 50, "up": 0, "rate": 1400,
                "examined": 74200, "slow": null, "hand": null, "served": null, "muted": false,
                "hidden": false, "recording": false, "asks": null, "burst": null}),
            question: Value::Null,
            asked: Vec::new(),
            instead: HashMap::new(),
            held: Vec::new(),
            gone: false,
            fd: 9,
            tokens: Vec::new(),
            known: Value::Null,
            conns: 0,
            streams: Vec::new(),
        };
        let shared = Arc::new((Mutex::new(room), Condvar::new()));
        let mock = Self { address, shared: Arc::clone(&shared) };
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(client.unwrap(), &shared));
            }
        });
        mock
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn room(&self) -> MutexGuard<'_, Room> {
        self.shared.0.lock().unwrap()
    }

    /// Changes members of the state, and tells every stream.
    pub(crate) fn tell(&self, members: &Value) {
        let mut room = self.room();
        for (name, value) in members.as_object().unwrap() {
            room.state[name] = value.clone();
        }
        let question = room.question.clone();
        let known = &std::mem::replace(&mut room.known, question);
        let states: Vec<_> = room
            .streams
            .iter()
            .map(|(_, fd, conn)| room.told(Some((*fd, *conn)), None, known))
            .collect();
        for ((stream, ..), state) in room.streams.iter_mut().zip(states) {
            let _ = stream.write_all(format!("data: {state}\n\n").as_bytes());
        }
    }

    /// Closes every stream.
    pub(crate) fn drop_streams(&self) {
        for (stream, ..) in self.room().streams.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Nobody is known any more.
    pub(crate) fn forget(&self) {
        self.room().tokens.clear();
    }

    /// Answers what was held.
    pub(crate) fn release(&self) {
        self.room().held.clear();
        self.shared.1.notify_all();
    }

    /// How many requests there were whose target begins so.
    pub(crate) fn count(&self, begin: &str) -> usize {
        self.room().asked.iter().filter(|one| one.starts_with(begin)).count()
    }

    pub(crate) fn streams(&self) -> usize {
        self.room().streams.len()
    }
}

impl Room {
    fn told(&self, stream: Option<(u64, u64)>, asked: Option<(u64, u64)>, has: &Value) -> Value {
        let mut state = self.state.clone();
        state["fd"] = json!(stream.map(|(fd, _)| fd));
        state["conn"] = json!(stream.map(|(_, conn)| conn));
        state["asked"] = json!(asked.map(|(fd, conn)| json!({"fd": fd, "conn": conn})));
        let new = !self.question.is_null() && self.question["id"] != has["id"];
        state["question"] = if new { self.question.clone() } else { Value::Null };
        state
    }
}

fn serve(mut client: TcpStream, shared: &(Mutex<Room>, Condvar)) {
    let conn = {
        let mut room = shared.0.lock().unwrap();
        if room.gone {
            return;
        }
        room.conns += 1;
        room.conns
    };
    let mut lines = BufReader::new(client.try_clone().unwrap());
    loop {
        let mut first = String::new();
        let mut line = String::new();
        if lines.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        while lines.read_line(&mut line).unwrap_or(0) > 2 {
            line.clear();
        }
        let mut words = first.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query: HashMap<_, _> = query.split('&').filter_map(|one| one.split_once('=')).collect();
        let mut room = shared.0.lock().unwrap();
        if room.gone {
            return;
        }
        let four = path.len() == 5 && path[1..].bytes().all(|byte| byte.is_ascii_alphabetic());
        if four || path == "/-/class" {
            let policy = format!(
                "default-src 'none'; script-src 'nonce-{NONCE}'; style-src 'nonce-{NONCE}'; connect-src 'self'; \
                 img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            );
            let page = PAGE.replace("nonce=\"NONCE\"", &format!("nonce=\"{NONCE}\""));
            let head = format!(
                "Content-Type: text/html; charset=utf-8\r\nContent-Security-Policy: {policy}\r\n"
            );
            answer(&mut client, 200, &head, &page);
            continue;
        }
        room.asked.push(format!("{method} {target}"));
        while room.held.iter().any(|held| held == path) {
            room = shared.1.wait(room).unwrap();
        }
        if room.gone {
            return;
        }
        let fd = 20 + conn;
        let (status, body) = reply(&mut room, (method, path), &query, (fd, conn));
        if status == 200 && path == "/-/stream" {
            let (fd, known) = (room.fd, json!({"id": query["q"].parse::<u64>().unwrap()}));
            let state = room.told(Some((fd, conn)), None, &known);
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n";
            let _ = client.write_all(
                format!("{head}data: {state}\n\nevent: beat\ndata: {{}}\n\n").as_bytes(),
            );
            room.streams.push((client, fd, conn));
            return;
        }
        drop(room);
        answer(&mut client, status, "Content-Type: application/json\r\n", &body.to_string());
    }
}

fn reply(
    room: &mut Room,
    (method, path): (&str, &str),
    query: &HashMap<&str, &str>,
    asked: (u64, u64),
) -> (u16, Value) {
    if let Some(instead) = room.instead.get(path) {
        return instead.clone();
    }
    let streams = room.streams.last().map(|(_, fd, conn)| (*fd, *conn));
    let known = json!({"id": query.get("q").and_then(|id| id.parse::<u64>().ok()).unwrap_or(0)});
    if path == "/-/join" {
        if query["code"] != room.code {
            return (403, json!({"error": "code"}));
        }
        let token = format!("token-{:016}", room.asked.len());
        let mut state = room.told(None, Some(asked), &known);
        state["token"] = json!(token);
        room.tokens.push(token);
        return (200, state);
    }
    if !query.get("s").is_some_and(|token| room.tokens.iter().any(|one| one == token)) {
        return (403, json!({"error": "token"}));
    }
    assert_eq!(method == "POST", path != "/-/me" && path != "/-/stream", "{method} {path}");
    match path {
        "/-/stream" if room.state["streams"] == json!(false) => {
            return (409, json!({"error": "polls"}));
        }
        "/-/hand" if query["up"] == "1" => room.state["hand"] = json!({"place": 2, "since": 0}),
        "/-/hand" => room.state["hand"] = Value::Null,
        "/-/vote" if room.state["asks"]["open"] != json!(true) => {
            return (409, json!({"error": "closed"}));
        }
        "/-/vote" => room.state["asks"]["mine"] = json!(query["option"].parse::<u64>().unwrap()),
        "/-/nick" => room.state["nick"] = json!(query["nick"]),
        "/-/press" => room.state["burst"]["pressed"] = json!(true),
        _ => {}
    }
    // Only the page's own questions say which texts it has: a press is not asked for them.
    let known = if path == "/-/me" { known } else { room.question.clone() };
    (200, room.told(streams, Some(asked), &known))
}

fn answer(client: &mut TcpStream, status: u16, head: &str, body: &str) {
    let length = body.len();
    let told = format!("HTTP/1.1 {status} As Told\r\n{head}Content-Length: {length}\r\n\r\n{body}");
    let _ = client.write_all(told.as_bytes());
}
