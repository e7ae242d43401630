//! What is told to whom and when, and who is out of reach.

use super::*;

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
    for pace in ["paused", "slow"] {
        let mut room = Room::new();
        room.server = ServerKind::Processes;
        let phone = room.join();
        room.hand(&phone, true);
        room.class.set_figures(Figures { pace, ..Figures::default() });
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
}

#[test]
fn one_that_takes_nothing_has_its_time_to_come_back() {
    let mut room = Room::new();
    let phone = room.join();
    let conn = room.listen(&phone);
    room.hand(&phone, true);
    room.pass(300 * SECOND);
    room.told();
    let telling = Telling {
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
    room.class.later(&Telling { fd, conn, student: 1, text: String::new() });
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
