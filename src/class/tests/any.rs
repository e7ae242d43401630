//! Whatever is done and whatever is sent: properties.

use super::*;

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
