//! What students do: hands, votes, pressing, names.

use super::*;

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
