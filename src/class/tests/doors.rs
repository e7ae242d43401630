//! Who comes in, who does not, and how often somebody may ask.

use super::*;

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
