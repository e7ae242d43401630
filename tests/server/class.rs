//! A class on the server that is shown: what its telephones ask is answered by all nine, and they are
//! told over answers that do not end, where there can be any.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::common::{BINARY, Watched, on_all, read_head, start};
use epollscope::class::{Class, Code, Question, Said};
use epollscope::server::{Config, Program, Routes};
use epollscope::telemetry::{Command, Did, Kind, ServerKind, What, Why};
use serde_json::Value;

pub(crate) fn with_class(config: Config) -> (Watched, Class) {
    let class = Class::open(Code::parse("KXTR").unwrap());
    let routes = Routes { class: true, ..Routes::default() };
    let worker = Program { path: BINARY.into(), flags: vec!["--class".into()] };
    let server = start(Config { class: Some(class.clone()), routes, worker, ..config });
    (server, class)
}

pub(crate) fn request(method: &str, target: &str) -> String {
    format!(
        "{method} {target} HTTP/1.1\r\nHost: x:1\r\nOrigin: http://x:1\r\nContent-Length: 0\r\n\r\n"
    )
}

/// Asks over a connection, and returns what came.
pub(crate) fn ask(client: &mut TcpStream, method: &str, target: &str) -> (u16, Value) {
    client.write_all(request(method, target).as_bytes()).unwrap();
    let head = read_head(client);
    let mut text = vec![0; usize::try_from(head.length()).unwrap()];
    client.read_exact(&mut text).unwrap();
    (head.status, serde_json::from_slice(&text).unwrap())
}

/// The same over one of its own, where a server has one for each.
pub(crate) fn once(server: &Watched, method: &str, target: &str) -> (u16, Value) {
    ask(&mut server.client(), method, target)
}

pub(crate) fn token(state: &Value) -> String {
    state["token"].as_str().unwrap().to_owned()
}

/// The next state that is told over a stream.
pub(crate) fn told(stream: &mut TcpStream) -> Value {
    let mut text = Vec::new();
    while !text.ends_with(b"\n\n") {
        let mut byte = [0];
        assert_eq!(
            stream.read(&mut byte).unwrap(),
            1,
            "it goes on: {}",
            String::from_utf8_lossy(&text)
        );
        text.push(byte[0]);
    }
    let text = String::from_utf8(text).unwrap();
    serde_json::from_str(text.strip_prefix("data: ").unwrap()).unwrap()
}

pub(crate) fn listen(server: &Watched, token: &str) -> TcpStream {
    let mut stream = server.client();
    stream.write_all(request("GET", &format!("/-/stream?s={token}&q=0")).as_bytes()).unwrap();
    let head = read_head(&mut stream);
    assert_eq!((head.status, head.field("Content-Type")), (200, Some("text/event-stream")));
    assert_eq!((head.field("Content-Length"), head.field("Connection")), (None, Some("close")));
    stream
}

pub(crate) fn did(server: &Watched, did: Did) -> usize {
    let same = |what: What| matches!(what, What::Class { did: done, .. } if done == did);
    server.events.iter().filter(|event| same(event.event.what)).count()
}

#[test]
fn students_come_in_with_the_code_and_raise_hands() {
    on_all(|config| {
        let kind = config.server;
        let (mut server, _) = with_class(config);
        assert_eq!(
            once(&server, "POST", "/-/join?code=WRNG"),
            (403, serde_json::json!({"error": "code"}))
        );
        let (status, state) = once(&server, "POST", "/-/join?code=kxtr");
        assert_eq!((status, &state["student"]), (200, &1.into()), "{state}");
        assert_eq!((state["server"].as_str(), &state["in"]), (Some(kind.name()), &1.into()));
        let mine = token(&state);
        let mut client = server.client();
        let (status, state) = ask(&mut client, "POST", &format!("/-/hand?s={mine}&up=1"));
        assert_eq!((status, &state["hand"]["place"], &state["up"]), (200, &1.into(), &1.into()));
        // Which connection that was is what the server's own table says.
        let peer = client.local_addr().unwrap();
        server.until("the hand", |s| did(s, Did::Raised) == 1);
        let raised = server.events.iter().find(|event| {
            matches!(event.event.what, What::Class { did: Did::Raised, student: 1, .. })
        });
        let raised = raised.unwrap().event;
        let row = server.table.values().chain(&server.gone).find(|row| row.peer == peer).copied();
        let row = row.unwrap();
        assert_eq!((Some(row.id), row.fd), (raised.conn, raised.fd));
        assert_eq!(state["asked"], serde_json::json!({"fd": row.fd, "conn": row.id.get()}));
        drop(client);
        let (status, state) = once(&server, "POST", &format!("/-/hand?s={mine}&up=0"));
        assert_eq!((status, &state["hand"]), (200, &Value::Null));
        assert_eq!(once(&server, "GET", "/-/me?s=nobody").0, 403);
        assert_eq!(once(&server, "POST", &format!("/-/me?s={mine}")).0, 405);
        server.until("all of it", |s| did(s, Did::Lowered) == 1);
        assert_eq!((did(&server, Did::Joined), did(&server, Did::Raised)), (1, 1));
        // Nobody who looks at the projector is told the token.
        let secret = |event: &epollscope::telemetry::OwnedEvent| {
            String::from_utf8_lossy(event.as_ref().text().kept).contains(&mine)
        };
        assert!(!server.events.iter().any(secret));
        server.stop();
    });
}

#[test]
fn telephones_are_told_over_the_server_where_it_can_tell_them() {
    on_all(|config| {
        let kind = config.server;
        let (mut server, class) = with_class(config);
        let mine = token(&once(&server, "POST", "/-/join?code=KXTR").1);
        if !Class::streams(kind) {
            let answer = once(&server, "GET", &format!("/-/stream?s={mine}"));
            assert_eq!(answer, (409, serde_json::json!({"error": "polls"})));
            assert_eq!(once(&server, "GET", &format!("/-/me?s={mine}")).1["streams"], false);
            server.stop();
            return;
        }
        let mut stream = listen(&server, &mine);
        let first = told(&mut stream);
        let row = server.row_of(&stream);
        assert_eq!((&first["fd"], &first["conn"]), (&row.fd.into(), &row.id.get().into()));
        assert_eq!(
            (&first["streams"], &first["asks"], &first["question"]),
            (&true.into(), &Value::Null, &Value::Null)
        );
        // What the teacher asks is told with its texts, once.
        let said = |text: &str| Said { en: text.into(), zh: format!("{text}。") };
        let options = vec![said("one"), said("two")];
        class.prepare(Question { id: 0, title: said("t"), text: said("Which?"), options });
        server.send(Command::Class { did: Did::Question, student: 0 });
        let asked = tell(&mut server, &mut stream);
        assert_eq!(
            (asked["question"]["text"]["en"].as_str(), &asked["asks"]["open"]),
            (Some("Which?"), &true.into())
        );
        let vote = |question: u32, option: u32| {
            once(&server, "POST", &format!("/-/vote?s={mine}&question={question}&option={option}"))
                .0
        };
        assert_eq!([vote(1, 1), vote(1, 0), vote(1, 2), vote(2, 0)], [200, 200, 409, 409]);
        let voted = tell(&mut server, &mut stream);
        assert_eq!(voted["question"], Value::Null, "it has those texts");
        let asks = &voted["asks"];
        assert_eq!(
            (&asks["mine"], &asks["answered"], &asks["votes"]),
            (&0.into(), &1.into(), &Value::Null)
        );
        server.send(Command::Class { did: Did::Shown, student: 0 });
        let shown = tell(&mut server, &mut stream);
        assert_eq!(shown["asks"]["votes"], serde_json::json!([1, 0]));
        server.send(Command::Class { did: Did::Again, student: 0 });
        let again = tell(&mut server, &mut stream);
        assert_eq!((&again["asks"]["round"], &again["asks"]["mine"]), (&2.into(), &Value::Null));
        // A hand that the teacher serves.
        once(&server, "POST", &format!("/-/hand?s={mine}&up=1"));
        server.send(Command::Class { did: Did::Served, student: 0 });
        let served = tell(&mut server, &mut stream);
        assert_eq!((&served["served"]["times"], &served["hand"]), (&1.into(), &Value::Null));
        // Dropped as any other client is; the same student comes back on another connection.
        server.send(Command::Drop(row.id));
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
        let mut stream = listen(&server, &mine);
        assert_eq!(
            (&told(&mut stream)["student"], row.id != server.row_of(&stream).id),
            (&1.into(), true)
        );
        // Sent away: no more, not even by asking.
        server.send(Command::Class { did: Did::SentAway, student: 1 });
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
        assert_eq!(once(&server, "GET", &format!("/-/me?s={mine}")).0, 410);
        server.stop();
    });
}

/// Tells what has changed, and reads it; what is told is told as soon as it may be.
pub(crate) fn tell(server: &mut Watched, stream: &mut TcpStream) -> Value {
    stream.set_nonblocking(true).unwrap();
    server.until("something is told", |s| {
        s.send(Command::Tell);
        std::thread::sleep(Duration::from_millis(5));
        stream.peek(&mut [0]).is_ok()
    });
    stream.set_nonblocking(false).unwrap();
    told(stream)
}

#[test]
fn what_is_no_request_of_the_class_is_refused() {
    on_all(|config| {
        let (server, _) = with_class(config);
        let mine = token(&once(&server, "POST", "/-/join?code=KXTR").1);
        let mut client = server.client();
        let other = format!(
            "POST /-/hand?s={mine} HTTP/1.1\r\nHost: x:1\r\nOrigin: http://evil\r\nContent-Length: 0\r\n\r\n"
        );
        client.write_all(other.as_bytes()).unwrap();
        assert_eq!(read_head(&mut client).status, 403);
        let mut client = server.client();
        let large =
            format!("POST /-/hand?s={mine} HTTP/1.1\r\nHost: x:1\r\nContent-Length: 1025\r\n\r\n");
        client.write_all(large.as_bytes()).unwrap();
        let head = read_head(&mut client);
        assert_eq!((head.status, head.field("Connection")), (413, Some("close")));
        drop(client);
        // More than a person does.
        let many = (0..60).map(|_| once(&server, "POST", &format!("/-/hand?s={mine}&up=1")).0);
        let many: Vec<u16> = many.collect();
        assert!(many.contains(&429) && many[0] == 200, "{many:?}");
        server.stop();
    });
}

#[test]
fn the_page_comes_with_a_policy_and_only_where_there_is_a_class() {
    on_all(|config| {
        let without = start(config.clone());
        let mut client = without.client();
        client.write_all(request("GET", "/KXTR").as_bytes()).unwrap();
        assert_eq!(read_head(&mut client).status, 404);
        without.stop();
        let (server, _) = with_class(config);
        let page = || {
            let mut client = server.client();
            client.write_all(request("GET", "/KXTR").as_bytes()).unwrap();
            let head = read_head(&mut client);
            let mut text = vec![0; usize::try_from(head.length()).unwrap()];
            client.read_exact(&mut text).unwrap();
            let policy = head.field("Content-Security-Policy").unwrap().to_owned();
            (policy, String::from_utf8(text).unwrap())
        };
        let (policy, text) = page();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(
            text.matches(&format!("nonce=\"{nonce}\"")).count() >= 2 && !text.contains("NONCE")
        );
        assert!(text.len() < 30_000, "{}", text.len());
        assert_ne!(page().0, policy, "another one each time");
        server.stop();
    });
}

/// One that takes nothing is not told more and more: its connection is ended.
#[test]
fn a_telephone_that_takes_nothing_is_not_told_without_end() {
    for kind in [ServerKind::Epoll, ServerKind::Threads, ServerKind::Coroutines] {
        let config = Config { server: kind, write_buffer: Some(4096), ..Config::default() };
        let (mut server, class) = with_class(config);
        let mine = token(&once(&server, "POST", "/-/join?code=KXTR").1);
        let stream = listen(&server, &mine);
        let text = "x".repeat(20_000);
        server.until("it is ended", |s| {
            let said = Said { en: text.clone(), zh: String::new() };
            class.prepare(Question {
                text: said.clone(),
                options: vec![said],
                ..Question::default()
            });
            s.send(Command::Class { did: Did::Question, student: 0 });
            s.send(Command::Tell);
            std::thread::sleep(Duration::from_millis(10));
            did(s, Did::Slow) == 1
        });
        let id = server.events.iter().rev().find(|event| event.event.what.kind() == Kind::Class);
        assert!(id.is_some());
        let peer = stream.local_addr().unwrap();
        server.until("its end", |s| s.gone.iter().any(|row| row.peer == peer));
        let row = server.gone.iter().find(|row| row.peer == peer).unwrap();
        assert_eq!(row.why, Some(Why::WriteTimeout), "{kind:?}");
        server.stop();
    }
}

/// What students do beside a server is published by it, in its order, before what it does itself; and it
/// moves to another socket when it is told to, on all nine.
#[test]
fn what_happens_beside_is_published_first_and_a_server_moves() {
    use epollscope::class::{Fact, Host};
    use epollscope::server::{Door, Offer, bind};
    on_all(|config| {
        let door = Door::default();
        let (mut server, class) = with_class(Config { door: door.clone(), ..config });
        class.set_host(Host::Beside, 0);
        let fact = |student, did| Fact { student, did, value: 0 };
        let beside = [fact(1, Did::Joined), fact(1, Did::Raised)];
        assert_eq!(class.beside().published(beside.to_vec()), []);
        assert_eq!(refused(&mut server.client()), 404, "its telephones are elsewhere");
        class.set_host(Host::Shown, 0);
        server.send(Command::Class { did: Did::Burst, student: 0 });
        server.until("it is published", |s| did(s, Did::Burst) == 1);
        let all: Vec<Did> = server
            .events
            .iter()
            .filter_map(|event| match event.event.what {
                What::Class { did, .. } => Some(did),
                _ => None,
            })
            .collect();
        assert_eq!(all, [Did::Joined, Did::Raised, Did::Burst]);

        let other = bind(([127, 0, 0, 1], 0).into()).unwrap();
        let (own, addr) = (server.addr, other.addr());
        let mut before = server.client();
        door.offer(Offer { bound: Some(other), class: false });
        server.send(Command::Move);
        server.until("it moves", |s| s.listener.is_some_and(|listener| listener.addr == addr));
        let left = door.left().expect("what it has left");
        assert_eq!(left.addr(), own);
        assert!(matches!(before.read(&mut [0]), Ok(0) | Err(_)), "its connections are closed");
        let mut client = TcpStream::connect(addr).unwrap();
        assert_eq!(refused(&mut client), 405, "no class comes here");
    });
}

/// What somebody is answered who wants to join and cannot.
fn refused(client: &mut TcpStream) -> u16 {
    client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    client.write_all(request("POST", "/-/join?code=KXTR").as_bytes()).unwrap();
    read_head(client).status
}
