//! The class as its server and its students see it, without a server: the room in which the tests of
//! `tests/` act.

mod acts;
mod any;
mod doors;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::roster::{PLACES, STUDENTS};
use super::{Answer, Ask, Class, Code, Fact, Figures, Form, On, Question, Said, Telling, masked};
use crate::http::{Head, Limits, parse};
use crate::telemetry::{ConnId, Did, Fd, Nanos, Row, ServerKind};

const SECOND: Nanos = 1_000_000_000;
const MS: Nanos = 1_000_000;

/// A class, the time, and the connections that are open.
struct Room {
    class: Class,
    server: ServerKind,
    now: Nanos,
    peer: IpAddr,
    opened: u64,
    open: BTreeSet<u64>,
    /// What has happened.
    facts: Vec<Fact>,
}

/// A student as its telephone knows it.
#[derive(Clone, Debug)]
struct Phone {
    number: u32,
    token: String,
}

impl Room {
    fn new() -> Self {
        Self::at(100 * SECOND)
    }

    fn at(now: Nanos) -> Self {
        let class = Class::open(Code::parse("KXTR").unwrap());
        let (server, peer) = (ServerKind::Epoll, IpAddr::from([10, 0, 0, 7]));
        Self { class, server, now, peer, opened: 0, open: BTreeSet::new(), facts: Vec::new() }
    }

    /// A request over that connection.
    fn request(&mut self, conn: u64, method: &str, target: &str) -> (Answer, Value) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let ask = Ask {
            method,
            path: path.as_bytes(),
            query: query.as_bytes(),
            origin: b"",
            host: b"10.0.0.1:80",
            body: 0,
        };
        let on = On {
            fd: Fd::try_from(conn).unwrap(),
            conn: ConnId::new(conn).unwrap(),
            peer: self.peer,
            server: self.server,
            now: self.now,
            row: None,
        };
        let (answer, facts) = self.class.answer(&ask, &on);
        self.facts.extend(facts);
        let text = answer.text.trim().trim_start_matches("data: ");
        let state = serde_json::from_str(text).unwrap_or(Value::Null);
        (answer, state)
    }

    fn connect(&mut self) -> u64 {
        self.opened += 1;
        self.open.insert(self.opened);
        self.opened
    }

    /// The same over one of its own.
    fn post(&mut self, target: &str) -> (u16, Value) {
        let conn = self.connect();
        let method = if target.starts_with("/-/me") { "GET" } else { "POST" };
        let (answer, state) = self.request(conn, method, target);
        (answer.status, state)
    }

    fn join(&mut self) -> Phone {
        let (status, state) = self.post("/-/join?code=kxtr");
        assert_eq!(status, 200, "{state}");
        let number = u32::try_from(state["student"].as_u64().unwrap()).unwrap();
        Phone { number, token: state["token"].as_str().unwrap().into() }
    }

    /// One that is told; and over which connection.
    fn listen(&mut self, phone: &Phone) -> u64 {
        let conn = self.connect();
        let (answer, _) = self.request(conn, "GET", &format!("/-/stream?s={}&q=0", phone.token));
        assert_eq!((answer.status, &answer.form), (200, &Form::Stream));
        conn
    }

    fn hand(&mut self, phone: &Phone, up: bool) -> (u16, Value) {
        self.post(&format!("/-/hand?s={}&up={}", phone.token, u8::from(up)))
    }

    fn me(&mut self, phone: &Phone) -> (u16, Value) {
        self.post(&format!("/-/me?s={}", phone.token))
    }

    fn vote(&mut self, phone: &Phone, question: u32, option: u32) -> (u16, Value) {
        self.post(&format!("/-/vote?s={}&question={question}&option={option}", phone.token))
    }

    fn teach(&mut self, did: Did, student: u32) {
        self.facts.extend(self.class.carry_out(did, student, self.now));
    }

    fn ask(&mut self, options: usize) {
        let said = Said { en: "?".into(), zh: "？".into() };
        let options = vec![said.clone(); options];
        self.class.prepare(Question { id: 0, title: said.clone(), text: said, options });
        self.teach(Did::Question, 0);
    }

    /// What is told now, to whom.
    fn told(&mut self) -> BTreeMap<u32, Value> {
        let open = &self.open;
        let row = |fd, id: ConnId| {
            let peer = "10.0.0.7:1".parse().unwrap();
            open.contains(&id.get()).then(|| Row::new(id, fd, peer, 0))
        };
        let (tellings, facts) = self.class.gather(self.server, self.now, row);
        self.facts.extend(facts);
        for (_, conn) in self.class.endings() {
            self.open.remove(&conn.get());
        }
        let state = |text: &str| {
            let text = text.strip_prefix("data: ").unwrap().strip_suffix("\n\n").unwrap();
            assert!(!text.contains('\n'));
            serde_json::from_str(text).unwrap()
        };
        tellings.iter().map(|telling| (telling.student, state(&telling.text))).collect()
    }

    fn pass(&mut self, time: Nanos) {
        self.now += time;
    }

    fn did(&self, did: Did) -> Vec<u32> {
        self.facts.iter().filter(|fact| fact.did == did).map(|fact| fact.student).collect()
    }
}
