//! The class as its server and its students see it, without a server.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::roster::{PLACES, STUDENTS};
use super::{Answer, Ask, Class, Code, Fact, Figures, Form, On, Question, Said, masked};
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
        let class = Class::new(Code::parse("KXTR").unwrap());
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

#[test]
fn hands_are_in_the_order_in_which_they_were_raised() {
    let mut room = Room::new();
    let phones: Vec<Phone> = (0..4).map(|_| room.join()).collect();
    assert_eq!(phones.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
    for phone in [&phones[2], &phones[0], &phones[2], &phones[3]] {
        assert_eq!(room.hand(phone, true).0, 200);
        room.pass(SECOND);
    }
    let place = |room: &mut Room, phone| room.me(phone).1["hand"]["place"].clone();
    assert_eq!(place(&mut room, &phones[2]), 1, "raised twice is raised once");
    assert_eq!(place(&mut room, &phones[0]), 2);
    assert_eq!(place(&mut room, &phones[3]), 3);
    assert_eq!(room.me(&phones[1]).1["up"], 3);
    // The teacher serves the longest, and then one who is asked for.
    room.teach(Did::Served, 0);
    room.teach(Did::Served, 4);
    assert_eq!(room.did(Did::Served), [3, 4]);
    let served = room.me(&phones[2]).1;
    assert_eq!(served["served"], json!({"times": 1, "after": 4000, "ago": 0}));
    assert_eq!((&served["hand"], &served["up"]), (&Value::Null, &json!(1)));
    room.teach(Did::Served, 2);
    assert_eq!(room.did(Did::Served), [3, 4], "no hand was up");
    // One that is muted has none, and can raise none.
    room.teach(Did::Muted, 1);
    assert_eq!(room.hand(&phones[0], true).0, 403);
    assert_eq!(room.me(&phones[0]).1["up"], 0);
    room.teach(Did::Unmuted, 1);
    assert_eq!(room.hand(&phones[0], true).0, 200);
    room.post(&format!("/-/bye?s={}", phones[0].token));
    assert_eq!(room.me(&phones[1]).1["up"], 0, "a hand of somebody who has left");
}

#[test]
fn votes_are_one_for_each_who_is_there() {
    let mut room = Room::new();
    let phones: Vec<Phone> = (0..3).map(|_| room.join()).collect();
    assert_eq!(room.vote(&phones[0], 1, 0).0, 409, "nothing is asked");
    room.ask(3);
    for (phone, option) in [(0, 1), (0, 2), (1, 2), (2, 0)] {
        assert_eq!(room.vote(&phones[phone], 1, option).0, 200);
    }
    assert_eq!(room.vote(&phones[0], 1, 3).0, 409);
    assert_eq!(room.vote(&phones[0], 2, 0).0, 409);
    let votes = |room: &mut Room, phone| room.me(phone).1["asks"]["votes"].clone();
    assert_eq!(votes(&mut room, &phones[1]), Value::Null, "not before they are shown");
    // Whoever comes in again and again has one vote.
    for _ in 0..5 {
        let again = room.join();
        assert_eq!(room.vote(&again, 1, 1).0, 200);
        room.post(&format!("/-/bye?s={}", again.token));
    }
    assert_eq!(room.me(&phones[0]).1["asks"]["answered"], 3);
    room.teach(Did::SentAway, 3);
    assert_eq!(room.me(&phones[0]).1["asks"]["answered"], 2);
    room.teach(Did::Shown, 0);
    assert_eq!(votes(&mut room, &phones[1]), json!([0, 0, 2]));
    assert_eq!(room.vote(&phones[1], 1, 0).0, 409);
    // What was shown stays what it was.
    room.post(&format!("/-/bye?s={}", phones[1].token));
    assert_eq!(votes(&mut room, &phones[0]), json!([0, 0, 2]));
    // Once more, and no third time.
    room.teach(Did::Again, 0);
    let state = room.me(&phones[0]).1;
    assert_eq!(
        (&state["asks"]["round"], &state["asks"]["mine"], &state["asks"]["answered"]),
        (&json!(2), &Value::Null, &json!(0))
    );
    assert_eq!(room.vote(&phones[0], 1, 0).0, 200);
    room.teach(Did::Again, 0);
    assert_eq!(room.did(Did::Again), [0]);
    room.teach(Did::Shown, 0);
    let asks = room.me(&phones[0]).1["asks"].clone();
    assert_eq!((&asks["votes"], &asks["first"]), (&json!([1, 0, 0]), &json!([0, 0, 2])));
    room.teach(Did::Over, 0);
    assert_eq!(room.me(&phones[0]).1["asks"], Value::Null);
}

#[test]
fn one_address_has_not_all_places() {
    let mut room = Room::new();
    let joins = |room: &mut Room, count: usize| {
        let all: Vec<u16> = (0..count).map(|_| room.post("/-/join?code=KXTR").0).collect();
        (all.iter().filter(|&&status| status == 200).count(), *all.last().unwrap())
    };
    assert_eq!(joins(&mut room, 1500), (PLACES, 429));
    // Another address finds a place, whatever that one does.
    room.peer = IpAddr::from([10, 0, 0, 8]);
    let other = room.join();
    room.hand(&other, true);
    room.peer = IpAddr::from([10, 0, 0, 7]);
    room.pass(5 * SECOND);
    assert_eq!(joins(&mut room, 10), (0, 503), "all of them may still be in");
    // Those who were never seen again are given up, and said to have left; nobody else is.
    room.pass(60 * SECOND);
    room.told();
    assert_eq!(room.did(Did::Lost).len(), PLACES + 1);
    assert_eq!(joins(&mut room, 1500), (120, 429), "two a second");
    assert_eq!(room.did(Did::Left).len(), 120);
    assert!(!room.did(Did::Left).contains(&other.number));
    assert_eq!(room.me(&other).0, 200);
}

#[test]
fn a_class_has_so_many_places() {
    let mut room = Room::new();
    let mut phones = Vec::new();
    for n in 0..STUDENTS {
        room.peer = IpAddr::from([10, 0, 1, u8::try_from(n % 250).unwrap()]);
        phones.push(room.join());
    }
    room.peer = IpAddr::from([10, 0, 2, 1]);
    assert_eq!(room.post("/-/join?code=KXTR").0, 503);
    // Of those that are gone, who has never come back goes first; who came back, after ten minutes.
    let conn = room.listen(&phones[0]);
    room.me(&phones[1]);
    room.teach(Did::SentAway, phones[2].number);
    room.pass(30 * SECOND);
    room.told();
    for _ in 0..150 {
        room.join();
    }
    let left = room.did(Did::Left);
    assert_eq!((left.len(), left[0]), (150, phones[3].number));
    assert_eq!(room.me(&phones[2]).0, 410, "it is told that it was sent away");
    assert_eq!(room.me(&phones[3]).0, 403);
    room.open.retain(|&open| open == conn);
    room.pass(700 * SECOND);
    room.told();
    assert_eq!(room.me(&phones[0]).1["in"], 1);
    assert_eq!(room.me(&phones[1]).0, 200);
}

#[test]
fn wrong_codes_are_limited_and_the_right_one_with_them() {
    let mut room = Room::new();
    let mut last = 0;
    for _ in 0..31 {
        last = room.post("/-/join?code=XXXX").0;
    }
    assert_eq!(last, 429);
    assert_eq!(room.post("/-/join?code=KXTR").0, 429, "it could be found by trying on");
    room.peer = IpAddr::from([10, 0, 0, 8]);
    assert_eq!(room.post("/-/join?code=KXTR").0, 200);
    room.peer = IpAddr::from([10, 0, 0, 7]);
    room.pass(2 * SECOND);
    assert_eq!(room.post("/-/join?code=KXTR").0, 200);
    assert_eq!(room.post("/-/join?code=").0, 403);
    assert_eq!(room.post("/-/join").0, 403);
    assert_eq!(room.post("/-/join?code=KXTR").0, 429);
}

#[test]
fn a_telephone_that_asks_all_the_time_takes_nothing_from_its_neighbours() {
    let mut room = Room::new();
    let (loud, quiet) = (room.join(), room.join());
    let mut refused = 0;
    for _ in 0..5_000 {
        room.pass(MS / 10);
        refused += usize::from(room.hand(&loud, true).0 == 429);
    }
    assert!(refused > 4_970, "{refused}");
    for _ in 0..5_000 {
        room.post("/-/me?s=nobody");
    }
    assert_eq!(room.post("/-/me?s=nobody").0, 429);
    assert_eq!(room.hand(&quiet, true).0, 200);
    assert_eq!(room.did(Did::Raised), [loud.number, quiet.number]);
}

#[test]
fn own_news_are_told_four_times_a_second_and_those_of_all_seldom() {
    let mut room = Room::new();
    let phones: Vec<Phone> = (0..3).map(|_| room.join()).collect();
    for phone in &phones {
        room.listen(phone);
    }
    // Everybody was told before.
    room.pass(5 * SECOND);
    room.told();
    room.pass(5 * SECOND);
    assert!(!room.class.has_news(room.now) && room.told().is_empty());
    let (mut own, mut others) = (0, 0);
    for step in 0..100 {
        room.pass(100 * MS);
        if step % 5 == 0 {
            room.hand(&phones[0], step % 10 == 0);
        }
        let due = room.class.has_news(room.now);
        let told = room.told();
        assert_eq!(due, !told.is_empty());
        own += usize::from(told.contains_key(&1));
        others += usize::from(told.contains_key(&2));
    }
    assert!((10..=40).contains(&own) && (2..=3).contains(&others), "{own} {others}");
    // Nothing happens: a sign of life, so often.
    let mut beats = 0;
    for _ in 0..600 {
        room.pass(100 * MS);
        beats += room.told().len();
    }
    assert!((12..=15).contains(&beats), "{beats}");
}

#[test]
fn who_was_told_just_before_is_told_what_concerns_all_too() {
    let mut room = Room::new();
    let phones: Vec<Phone> = (0..2).map(|_| room.join()).collect();
    for phone in &phones {
        room.listen(phone);
    }
    room.pass(5 * SECOND);
    room.told();
    // Student 1 is told of its own, 0.1 s before what concerns all is due.
    room.pass(850 * MS);
    room.teach(Did::Muted, 1);
    assert_eq!(room.told().into_keys().collect::<Vec<_>>(), [1]);
    room.pass(50 * MS);
    room.hand(&phones[1], true);
    room.pass(100 * MS);
    assert_eq!(room.told().into_keys().collect::<Vec<_>>(), [2]);
    room.pass(150 * MS);
    assert!(!room.told().contains_key(&1), "it waits for nothing");
    room.pass(5 * SECOND);
    assert_eq!(room.told()[&1]["up"], 1);
    room.teach(Did::Unmuted, 1);
    // Whose hand is up has a place in the queue, which is told at once.
    room.hand(&phones[0], true);
    room.pass(SECOND);
    assert_eq!(room.told()[&1]["hand"]["place"], 2);
    room.hand(&phones[1], false);
    room.pass(SECOND);
    assert_eq!(room.told()[&1]["hand"]["place"], 1);
}

#[test]
fn who_is_out_of_reach_is_out_after_a_while_and_in_when_it_comes_back() {
    for begin in [0, 100 * SECOND] {
        let mut room = Room::at(begin);
        let (phone, poller) = (room.join(), room.join());
        let conn = room.listen(&phone);
        room.hand(&phone, true);
        room.hand(&poller, true);
        room.pass(2 * SECOND);
        room.told();
        // Its stream ends: it has 3 s.
        room.open.remove(&conn);
        room.told();
        room.pass(2_900 * MS);
        room.told();
        assert!(room.did(Did::Lost).is_empty());
        room.pass(200 * MS);
        assert!(room.class.has_news(room.now));
        room.told();
        assert_eq!(room.did(Did::Lost), [1]);
        // One that asks has 15.
        let state = room.me(&poller).1;
        assert_eq!((&state["in"], &state["up"]), (&json!(1), &json!(1)));
        room.pass(14_900 * MS);
        room.told();
        assert_eq!(room.did(Did::Lost), [1]);
        room.pass(200 * MS);
        room.told();
        assert_eq!(room.did(Did::Lost), [1, 2]);
        // Whoever is in again is said to be, however it comes.
        room.hand(&poller, true);
        assert_eq!(room.did(Did::Asked), [2, 2]);
        assert_eq!(
            (room.did(Did::Raised), room.me(&phone).1["up"].clone()),
            (vec![1, 2, 2], 1.into())
        );
        room.listen(&phone);
        assert_eq!(room.did(Did::Listens), [1, 1]);
    }
}

#[test]
fn nobody_is_lost_for_want_of_being_served() {
    let mut room = Room::new();
    room.server = ServerKind::Processes;
    let phone = room.join();
    room.hand(&phone, true);
    room.class.set_figures(Figures { pace: "paused", ..Figures::default() });
    for _ in 0..60 {
        room.pass(SECOND);
        assert!(!room.class.has_news(room.now));
        room.told();
    }
    room.class.set_figures(Figures { pace: "run", ..Figures::default() });
    room.pass(14 * SECOND);
    room.told();
    assert!(room.did(Did::Lost).is_empty());
    room.pass(2 * SECOND);
    room.told();
    assert_eq!(room.did(Did::Lost), [1]);
}

#[test]
fn one_that_takes_nothing_has_its_time_to_come_back() {
    let mut room = Room::new();
    let phone = room.join();
    let conn = room.listen(&phone);
    room.hand(&phone, true);
    room.pass(300 * SECOND);
    room.told();
    let telling = super::Telling {
        fd: Fd::try_from(conn).unwrap(),
        conn: ConnId::new(conn).unwrap(),
        student: 1,
        text: String::new(),
    };
    assert_eq!(room.class.missed(&telling, room.now).did, Did::Slow);
    room.told();
    assert!(room.did(Did::Lost).is_empty());
    assert_eq!(room.me(&phone).1["hand"]["place"], 1);
}

#[test]
fn a_student_has_one_stream() {
    let mut room = Room::new();
    let phone = room.join();
    let first = room.listen(&phone);
    let second = room.listen(&phone);
    assert!(room.class.has_news(room.now), "one is to be ended");
    room.told();
    assert!(!room.open.contains(&first) && room.open.contains(&second));
    // The teacher's word reaches the stream, however many other connections there were.
    for _ in 0..20 {
        room.pass(SECOND);
        room.hand(&phone, true);
    }
    let stream = (Fd::try_from(second).unwrap(), ConnId::new(second).unwrap());
    assert!(room.class.connections(1).contains(&stream));
    // Somebody who leaves leaves none behind.
    room.post(&format!("/-/bye?s={}", phone.token));
    assert_eq!(room.class.endings(), [stream]);
    assert_eq!(room.class.endings(), []);
}

#[test]
fn the_projected_screen_is_looked_at_over_one_connection() {
    let mut room = Room::new();
    let phone = room.join();
    let look = |room: &mut Room| {
        let conn = room.connect();
        let (answer, _) = room.request(conn, "GET", &format!("/-/cells?s={}", phone.token));
        (conn, answer.status)
    };
    assert_eq!(look(&mut room).1, 404);
    room.teach(Did::Projected, 0);
    let (first, second) = (look(&mut room), look(&mut room));
    assert_eq!((first.1, second.1), (200, 200));
    room.pass(SECOND);
    room.told();
    assert!(!room.open.contains(&first.0) && room.open.contains(&second.0));
    for _ in 0..20 {
        room.pass(SECOND);
        room.hand(&phone, true);
    }
    let place = (Fd::try_from(second.0).unwrap(), ConnId::new(second.0).unwrap());
    assert!(room.class.connections(1).contains(&place));
    // When it is not shown any more nobody stays behind, nor when its student is sent away.
    room.teach(Did::Projected, 0);
    room.pass(SECOND);
    room.told();
    assert!(!room.open.contains(&second.0));
    room.teach(Did::Projected, 0);
    let third = look(&mut room).0;
    room.teach(Did::SentAway, 1);
    room.told();
    assert!(!room.open.contains(&third));
}

#[test]
fn what_could_not_be_told_is_told_again_with_its_texts() {
    let mut room = Room::new();
    let phone = room.join();
    let conn = room.listen(&phone);
    room.ask(2);
    room.pass(SECOND);
    assert!(!room.told()[&1]["question"].is_null());
    let (fd, conn) = (Fd::try_from(conn).unwrap(), ConnId::new(conn).unwrap());
    room.class.later(&super::Telling { fd, conn, student: 1, text: String::new() });
    room.pass(SECOND);
    assert!(!room.told()[&1]["question"].is_null());
    room.hand(&phone, true);
    room.pass(SECOND);
    assert!(room.told()[&1]["question"].is_null());
}

#[test]
fn states_are_numbered() {
    let mut room = Room::new();
    let phone = room.join();
    room.listen(&phone);
    let mut last = 0;
    for _ in 0..20 {
        room.pass(SECOND);
        let asked = room.hand(&phone, true).1["seq"].as_u64().unwrap();
        room.teach(Did::Hid, 1);
        let told = room.told()[&1]["seq"].as_u64().unwrap();
        assert!(last < asked && asked < told);
        last = told;
    }
}

#[test]
fn a_press_counts_once_and_so_does_its_time() {
    let mut room = Room::new();
    let phone = room.join();
    let press =
        |room: &mut Room, burst| room.post(&format!("/-/press?s={}&burst={burst}", phone.token));
    let took = |room: &mut Room, burst, ms| {
        room.post(&format!("/-/took?s={}&burst={burst}&ms={ms}", phone.token))
    };
    press(&mut room, 0);
    took(&mut room, 0, 9);
    assert!(room.facts.iter().all(|fact| fact.did == Did::Joined));
    room.teach(Did::Burst, 0);
    took(&mut room, 1, 9);
    assert_eq!(room.me(&phone).1["burst"], json!({"id": 1, "pressed": false}));
    for _ in 0..3 {
        press(&mut room, 1);
        took(&mut room, 1, 41);
        took(&mut room, 1, 600_001);
    }
    assert_eq!((room.did(Did::Pressed), room.did(Did::Waited)), (vec![1], vec![1]));
    assert_eq!(room.me(&phone).1["burst"], json!({"id": 1, "pressed": true}));
    // Who comes a minute later is not asked any more.
    room.pass(60 * SECOND);
    let late = room.join();
    assert_eq!(room.me(&late).1["burst"], Value::Null);
}

#[test]
fn a_nickname_comes_as_a_form_sends_it() {
    let mut room = Room::new();
    let phone = room.join();
    for (sent, name) in [
        ("Anna+Lena", "Anna Lena"),
        ("%E6%9D%8E%20%E6%98%8E", "李 明"),
        ("a%2Bb", "ab"),
        ("%3Cscript%3Ealert(1)", "scriptalert1"),
        ("%1b%5D0;x%07%9b", "null"),
        ("x%E2%80%AEy%C2%9B31m", "xy31m"),
        ("", ""),
    ] {
        let (status, state) = room.post(&format!("/-/nick?s={}&nick={sent}", phone.token));
        if name == "null" {
            assert_eq!(status, 400, "{state}");
        } else {
            assert_eq!(state["nick"], name);
        }
        room.pass(SECOND);
    }
    let long = "é".repeat(10_000);
    assert_eq!(
        room.post(&format!("/-/nick?s={}&nick={long}", phone.token)).1["nick"],
        "é".repeat(12)
    );
    room.teach(Did::Hid, 1);
    assert_eq!(room.class.roll().names, []);
}

#[test]
fn who_was_sent_away_stays_so() {
    let mut room = Room::new();
    let (phone, other) = (room.join(), room.join());
    let conn = room.listen(&phone);
    room.teach(Did::SentAway, 1);
    for did in [Did::SentAway, Did::Muted, Did::Unmuted, Did::Hid, Did::Served] {
        room.teach(did, 1);
    }
    assert_eq!(room.facts.iter().filter(|fact| fact.student == 1).count(), 3, "{:?}", room.facts);
    assert!(room.class.has_news(room.now));
    room.told();
    assert!(!room.open.contains(&conn));
    assert_eq!(room.hand(&phone, true).0, 410);
    assert_eq!(room.me(&other).1["in"], 1);
    // With the code it comes in as somebody else, until there is another code.
    assert_eq!(room.join().number, 3);
    room.class.set_code(Code::parse("FGHJ").unwrap());
    assert_eq!(room.post("/-/join?code=KXTR").0, 403);
    assert_eq!(room.me(&other).0, 200);
}

#[test]
fn what_is_not_asked_for_rightly_is_refused() {
    let mut room = Room::new();
    let phone = room.join();
    let token = &phone.token;
    for (method, path, status) in [
        ("GET", "/-/hand", 405),
        ("HEAD", "/-/me", 405),
        ("OPTIONS", "/-/hand", 405),
        ("post", "/-/hand", 405),
        ("POST", "/-/stream", 405),
        ("POST", "/KXTR", 405),
        ("DELETE", "/-/class", 405),
        ("HEAD", "/KXTR", 200),
        ("GET", "/-/class", 200),
    ] {
        let (answer, _) = room.request(1, method, &format!("{path}?s={token}"));
        assert_eq!(answer.status, status, "{method} {path}");
    }
    for query in [
        format!("S={token}"),
        format!("s={}", &token[..21]),
        format!("s={token}x"),
        format!("s={token}%00"),
        format!("x=s={token}"),
        format!("s=&s={token}"),
        format!("%73={token}"),
        "s=é".into(),
        "s".into(),
        "x".repeat(20_000),
    ] {
        assert_eq!(room.post(&format!("/-/hand?{query}")).0, 403, "{query}");
    }
    let on = On {
        fd: 1,
        conn: ConnId::new(1).unwrap(),
        peer: room.peer,
        server: room.server,
        now: room.now,
        row: None,
    };
    let query = format!("s={token}");
    let ask = Ask {
        method: "POST",
        path: b"/-/hand",
        query: query.as_bytes(),
        origin: b"",
        host: b"a:1",
        body: 1023,
    };
    let status = |ask: Ask<'_>| room.class.answer(&ask, &on).0.status;
    assert_eq!(status(ask), 200);
    assert_eq!(status(Ask { body: 1024, ..ask }), 413);
    assert_eq!(status(Ask { body: u64::MAX, ..ask }), 413);
    assert_eq!(status(Ask { method: "GET", path: b"/KXTR", body: 1024, ..ask }), 413);
    assert_eq!(status(Ask { origin: b"http://evil.example", ..ask }), 403);
    assert_eq!(status(Ask { origin: b"http://evil.example", host: b"evil.example", ..ask }), 403);
    assert_eq!(status(Ask { host: b"evil.example", ..ask }), 403);
}

/// Bytes that anybody may send, to a class with a student: what comes out is well-formed, and no
/// secret or control letter gets to a screen or a log.
fn send_anything(bytes: &[u8]) {
    let Head::Complete(request) = parse(bytes, &Limits::default()) else { return };
    let mut room = Room::new();
    let phone = room.join();
    let on = On {
        fd: 3,
        conn: ConnId::new(3).unwrap(),
        peer: room.peer,
        server: room.server,
        now: room.now,
        row: None,
    };
    let (answer, _) = room.class.answer(&Ask::of(&request), &on);
    match &answer.form {
        Form::Page(_) => assert!(answer.text.starts_with("<!")),
        Form::Json => assert!(serde_json::from_str::<Value>(&answer.text).is_ok()),
        Form::Stream => assert!(answer.text.starts_with("data: {")),
    }
    for (_, name) in room.class.roll().names {
        assert!(!name.chars().any(char::is_control));
    }
    assert_eq!(room.me(&phone).0, 200, "{phone:?}");
}

/// A request line in which `secret` is the value of `s`.
fn assert_masked(line: &[u8], secret: &[u8]) {
    let told = masked(line);
    assert!(told.len() <= line.len());
    assert!(!told.windows(secret.len()).any(|part| part == secret));
}

/// What somebody does in a class.
#[derive(Clone, Debug)]
enum Deed {
    Join,
    Listen(usize),
    Hand(usize, bool),
    Vote(usize, u32),
    Bye(usize),
    SendAway(usize),
    Mute(usize, bool),
    Serve,
    Ask,
    Again,
    Show,
    Over,
    CloseAll,
    Pass(u64),
    Tell,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let one = 0..12_usize;
    let deed = prop_oneof![
        2 => Just(Deed::Join),
        2 => one.clone().prop_map(Deed::Listen),
        4 => (one.clone(), any::<bool>()).prop_map(|(one, up)| Deed::Hand(one, up)),
        4 => (one.clone(), 0..4_u32).prop_map(|(one, option)| Deed::Vote(one, option)),
        1 => one.clone().prop_map(Deed::Bye),
        1 => one.clone().prop_map(Deed::SendAway),
        1 => (one, any::<bool>()).prop_map(|(one, on)| Deed::Mute(one, on)),
        1 => Just(Deed::Serve),
        1 => Just(Deed::Ask),
        1 => Just(Deed::Again),
        1 => Just(Deed::Show),
        1 => Just(Deed::Over),
        1 => Just(Deed::CloseAll),
        3 => (0..20_000_u64).prop_map(Deed::Pass),
        3 => Just(Deed::Tell),
    ];
    prop::collection::vec(deed, 0..80)
}

/// What there should be: made from the facts alone, as the dashboard does it.
#[derive(Default, Debug)]
struct Model {
    present: BTreeSet<u32>,
    hands: Vec<u32>,
    votes: BTreeMap<u32, u32>,
    /// Votes that count, of those who are not there any more.
    kept: u32,
    open: bool,
}

impl Model {
    fn take(&mut self, fact: Fact) {
        let one = fact.student;
        match fact.did {
            Did::Joined | Did::Listens | Did::Asked => {
                self.present.insert(one);
            }
            Did::Lost | Did::Left | Did::SentAway => {
                self.present.remove(&one);
                self.hands.retain(|&hand| hand != one);
                let gone = fact.did != Did::Lost && self.votes.remove(&one).is_some();
                self.kept += u32::from(gone && !self.open);
            }
            Did::Raised => self.hands.push(one),
            Did::Lowered | Did::Served | Did::Muted => self.hands.retain(|&hand| hand != one),
            Did::Voted => {
                self.votes.insert(one, fact.value);
            }
            Did::Question | Did::Again | Did::Over => {
                (self.kept, self.open) = (0, fact.did != Did::Over);
                self.votes.clear();
            }
            Did::Shown => self.open = false,
            _ => {}
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_done_the_counts_agree(deeds in deeds()) {
        let mut room = Room::at(0);
        let (mut phones, mut model): (Vec<Phone>, _) = (Vec::new(), Model::default());
        let (mut seq, mut asked) = (0, 0);
        for deed in deeds {
            let phone = |at: usize| phones.get(at % phones.len().max(1)).cloned();
            match deed {
                Deed::Join => phones.push(room.join()),
                Deed::Listen(at) => if let Some(phone) = phone(at) {
                    let conn = room.connect();
                    room.request(conn, "GET", &format!("/-/stream?s={}", phone.token));
                },
                Deed::Hand(at, up) => if let Some(phone) = phone(at) {
                    room.hand(&phone, up);
                },
                Deed::Vote(at, option) => if let Some(phone) = phone(at) {
                    room.vote(&phone, asked, option);
                },
                Deed::Bye(at) => if let Some(phone) = phone(at) {
                    room.post(&format!("/-/bye?s={}", phone.token));
                },
                Deed::SendAway(at) => if let Some(phone) = phone(at) {
                    room.teach(Did::SentAway, phone.number);
                },
                Deed::Mute(at, on) => if let Some(phone) = phone(at) {
                    room.teach(if on { Did::Muted } else { Did::Unmuted }, phone.number);
                },
                Deed::Serve => room.teach(Did::Served, 0),
                Deed::Ask => room.ask(3),
                Deed::Again => room.teach(Did::Again, 0),
                Deed::Show => room.teach(Did::Shown, 0),
                Deed::Over => room.teach(Did::Over, 0),
                Deed::CloseAll => room.open.clear(),
                Deed::Pass(ms) => room.pass(ms * MS),
                Deed::Tell => {
                    room.told();
                }
            }
            for fact in std::mem::take(&mut room.facts) {
                asked = if fact.did == Did::Question { fact.value } else { asked };
                model.take(fact);
            }
            let roster = room.class.lock();
            prop_assert_eq!(roster.present(), model.present.len());
            prop_assert_eq!(&roster.hands, &model.hands);
            let votes = roster.asked.as_ref().map_or(0, |asked| asked.votes.iter().sum());
            let counted = u32::try_from(model.votes.len()).unwrap() + model.kept;
            prop_assert_eq!(votes, if roster.asked.is_some() { counted } else { 0 });
            for student in roster.students.values() {
                prop_assert_eq!(student.hand.is_some(), roster.hands.contains(&student.number));
                prop_assert!(student.conns.len() <= 8);
                prop_assert!(!(student.away && (student.is_in || student.stream.is_some())));
                prop_assert!(!student.away || student.looks.is_none());
            }
            drop(roster);
            let next = room.class.lock().next_state();
            prop_assert!(next > seq);
            seq = next;
        }
    }

    #[test]
    fn whatever_is_sent_is_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        send_anything(&bytes);
    }

    #[test]
    fn whatever_is_sent_in_a_request_is_answered(
        method in "GET|POST|HEAD|OPTIONS|PUT",
        path in "/(-/(class|join|stream|me|hand|vote|nick|press|took|bye)|[A-Za-z]{4})",
        query in "([?&](s|nick|code|up|q|ms|burst|option|question)?=?[!-~\\x80-\\xff]{0,12}){0,4}",
        line in "(Origin|Host|Content-Length|Transfer-Encoding|Expect): ?[ -~]{0,20}",
    ) {
        send_anything(format!("{method} {path}{query} HTTP/1.1\r\nHost: a:1\r\n{line}\r\n\r\n").as_bytes());
    }

    #[test]
    fn no_token_is_told(
        before in "[a-z0-9=&+%]{0,20}",
        token in "[A-Za-z0-9_-]{22}",
        after in "(&[a-z=&?]{0,9})?",
    ) {
        for name in ["s", "nick"] {
            let separator = if before.is_empty() { "?" } else { "&" };
            let before = if before.is_empty() { "" } else { &format!("?{before}") };
            let line = format!("POST /-/hand{before}{separator}{name}={token}{after}");
            assert_masked(line.as_bytes(), token.as_bytes());
        }
    }
}
