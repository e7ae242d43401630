//! A class on the screen: who is in, whose hand is up, how it votes, and what the teacher's keys do.

use insta::assert_snapshot;

use super::feed::{Feed, classroom, id};
use super::{dark, drawn, press, render, state, text};
use crate::class::{Code, Fact, Host, Interface, Roll, interfaces};
use crate::dashboard::panel::Panel;
use crate::dashboard::state::{Action, State};
use crate::dashboard::theme::{Palette, Theme};
use crate::telemetry::{Command, Did, ServerKind, What, Why};
use crate::words::walk;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];
const SECOND: u64 = 1_000_000_000;

/// What a student did, over a connection of the classroom.
fn did(feed: &mut Feed, student: u32, did: Did, value: u32) {
    let conn = u64::from(student);
    let fd = i32::try_from(conn).unwrap() + 8;
    feed.tell(fd, Some(id(conn)), What::Class { student, did, value });
}

/// What the teacher did.
fn taught(feed: &mut Feed, student: u32, did: Did, value: u32) {
    feed.tell(-1, None, What::Class { student, did, value });
}

fn roll() -> Roll {
    let names = vec![(3, "Ann".to_owned()), (4, "\u{674e}\u{5c0f}\u{660e}".to_owned())];
    Roll { code: Code::parse("KXTR").unwrap(), names }
}

/// Four students on the connections that are open, two of them with a raised hand.
fn lesson() -> Feed {
    let mut feed = classroom();
    for student in [1, 3, 4, 5] {
        did(&mut feed, student, Did::Joined, 0);
        did(&mut feed, student, Did::Listens, 0);
    }
    did(&mut feed, 3, Did::Raised, 0);
    feed.now += 2 * SECOND;
    did(&mut feed, 5, Did::Raised, 0);
    feed
}

fn shown(feed: &mut Feed, (width, height): (u16, u16)) -> State {
    let mut state = state(width, height);
    state.apply(&feed.publish());
    state.kernel(feed.snapshot(), 0);
    state.set_roll(roll(), None);
    press(&mut state, "<Esc>9");
    let now = feed.now;
    state.tick(now + SECOND);
    state
}

#[test]
fn a_class_at_three_sizes() {
    for size in SIZES {
        let mut feed = lesson();
        taught(&mut feed, 0, Did::Question, 1);
        for (student, vote) in [(1, 0), (3, 2), (4, 2)] {
            did(&mut feed, student, Did::Voted, vote);
        }
        taught(&mut feed, 0, Did::Shown, 1);
        taught(&mut feed, 0, Did::Again, 1);
        for student in [1, 3, 4, 5] {
            did(&mut feed, student, Did::Voted, 2);
        }
        taught(&mut feed, 0, Did::Shown, 1);
        taught(&mut feed, 0, Did::Burst, 1);
        for student in [1, 4] {
            did(&mut feed, student, Did::Pressed, 1);
            did(&mut feed, student, Did::Waited, 10 * student);
        }
        let state = shown(&mut feed, size);
        // Names are the students' own, in whatever letters.
        walk(&["Ann"], || drawn(&state, size.0, size.1));
        let screen = drawn(&state, size.0, size.1);
        for seen in ["4 in, 2 hands up", "student 3 Ann", "epoll-et: 2 presses", "(before 2)"] {
            assert!(screen.contains(seen), "{seen}\n{screen}");
        }
        assert_snapshot!(format!("class_{}x{}", size.0, size.1), screen);
        let ascii = text(&render(&state, size.0, size.1, &Theme::new(Palette::Dark, true)));
        let others = ascii.replace(['\u{674e}', '\u{5c0f}', '\u{660e}'], "");
        assert!(others.is_ascii(), "{ascii}");
    }
}

#[test]
fn a_student_is_a_row_and_a_seat_and_no_address() {
    let mut feed = lesson();
    let mut state = shown(&mut feed, (120, 36));
    press(&mut state, "6");
    let screen = dark_but_names(&state);
    assert!(screen.contains("✋ student 3 Ann") && screen.contains("student 1 "), "{screen}");
    for number in [1, 3, 4, 5] {
        let address = super::feed::peer(number).to_string();
        assert!(!screen.lines().take(22).any(|line| line.contains(&address)), "{screen}");
    }
    assert!(screen.contains("● 11 ✋") || screen.contains("11 ✋"), "the seat\n{screen}");
    // Served: it is down everywhere.
    taught(&mut feed, 3, Did::Served, 4_000);
    state.apply(&feed.publish());
    let screen = dark_but_names(&state);
    assert_eq!(screen.matches("✋ student").count(), 1, "{screen}");
    // A closed connection raises none.
    feed.close(5, Why::PeerClosed);
    state.apply(&feed.publish());
    let screen = dark_but_names(&state);
    assert!(screen.contains("student 5") && !screen.contains("✋ student"), "{screen}");
    // Whoever goes takes the hand along.
    taught(&mut feed, 5, Did::Lost, 0);
    state.apply(&feed.publish());
    assert_eq!(state.scene().class.hands(), [0; 0]);
    assert_eq!(state.scene().class.present(), 3);
}

fn dark_but_names(state: &State) -> String {
    let (width, height) = state.screen();
    walk(&["Ann"], || drawn(state, width, height));
    drawn(state, width, height)
}

#[test]
fn the_teachers_keys() {
    let send = |did, student| vec![Action::Send(Command::Class { did, student })];
    // Without a class they say so.
    let mut without = state(80, 24);
    without.apply(&classroom().publish());
    for key in [".", "B", "V", "M", "U", "Z", "Y"] {
        assert_eq!(press(&mut without, key), [], "{key}");
        let screen = dark(&without, 80, 24);
        assert!(screen.contains("no class can join here"), "{key}: {screen}");
    }
    // Where one can be let in, one of them does that.
    without.set_telephones(Some(Host::None), true);
    press(&mut without, ".");
    assert!(dark(&without, 80, 24).contains("no class is let in yet"));
    assert_eq!(press(&mut without, "Y"), [Action::AskToOpen]);
    let found = [("wlan0", [10, 0, 0, 7]), ("eth0", [192, 168, 1, 5])].map(|(name, addr)| {
        Interface { name: name.to_owned(), addr: addr.into(), kind: interfaces::Kind::Other }
    });
    without.ask_to_open(&found);
    walk(&["wlan", "eth"], || drawn(&without, 80, 24));
    assert_snapshot!(drawn(&without, 80, 24));
    assert_eq!(press(&mut without, "n"), []);
    without.ask_to_open(&found);
    assert_eq!(press(&mut without, "y"), [Action::OpenClass]);
    assert!(!drawn(&without, 80, 24).contains("8  9"), "no tab for what is not there");
    let mut feed = lesson();
    let mut state = shown(&mut feed, (80, 24));
    assert_eq!(press(&mut state, "."), send(Did::Served, 0));
    assert_eq!(press(&mut state, "B"), send(Did::Burst, 0));
    assert_eq!(press(&mut state, "V"), []);
    assert!(dark_but_names(&state).contains("asked nothing"));
    taught(&mut feed, 0, Did::Question, 1);
    state.apply(&feed.publish());
    assert_eq!(press(&mut state, "V"), send(Did::Shown, 0));
    taught(&mut feed, 0, Did::Shown, 1);
    state.apply(&feed.publish());
    assert_eq!(press(&mut state, "V"), send(Did::Again, 0));
    // Of the student whose connection is selected.
    press(&mut state, "1<Home>");
    assert_eq!(press(&mut state, "M"), send(Did::Muted, 1));
    assert_eq!(press(&mut state, "U"), send(Did::Hid, 1));
    assert_eq!(press(&mut state, "Z"), []);
    assert!(dark_but_names(&state).contains("Send student 1 away for good?"));
    assert_eq!(press(&mut state, "y"), send(Did::SentAway, 1));
    taught(&mut feed, 1, Did::Muted, 0);
    state.apply(&feed.publish());
    assert_eq!(press(&mut state, "M"), send(Did::Unmuted, 1));
}

#[test]
fn how_to_join_is_shown_at_first_and_by_a_key() {
    let mut feed = classroom();
    let mut state = state(80, 24);
    state.apply(&feed.publish());
    state.set_ways(Vec::new(), ([127, 0, 0, 1], 8080).into());
    state.set_roll(roll(), None);
    let joins = |state: &State| {
        // An interface is called as it is.
        walk(&["lo"], || drawn(state, 80, 24));
        drawn(state, 80, 24).contains("join the class")
    };
    assert!(joins(&state));
    assert_eq!(press(&mut state, "n"), [Action::NewCode]);
    press(&mut state, "<Esc>");
    assert!(!joins(&state));
    press(&mut state, "Y");
    assert!(joins(&state));
    press(&mut state, "Y");
    assert!(!joins(&state));
    // What was lost on the way is said.
    feed.lose(crate::telemetry::Kind::Class, 3);
    did(&mut feed, 1, Did::Joined, 0);
    feed.switch(ServerKind::Poll);
    state.apply(&feed.publish());
    press(&mut state, "9");
    assert_eq!(state.focus(), Panel::Class);
    assert!(dark(&state, 80, 24).contains("events of the class were lost"));
}

#[test]
fn what_is_known_before_it_is_published_counts_once() {
    let mut feed = classroom();
    let mut state = shown(&mut feed, (120, 36));
    let fact = |student, did, value| Fact { student, did, value };
    let facts = [
        fact(1, Did::Joined, 0),
        fact(2, Did::Joined, 0),
        fact(0, Did::Question, 1),
        fact(1, Did::Voted, 2),
        fact(1, Did::Raised, 0),
        fact(1, Did::Served, 5),
    ];
    state.class_did(&facts);
    let class = &state.live().class;
    assert_eq!((class.present(), class.answered(), class.student(1).unwrap().served), (2, 1, 1));
    // Meanwhile a second vote; then all of it is published, with one that was not known.
    state.class_did(&[fact(2, Did::Voted, 2)]);
    for Fact { student, did, value } in facts.into_iter().chain([fact(2, Did::Voted, 2)]) {
        taught(&mut feed, student, did, value);
    }
    taught(&mut feed, 2, Did::Raised, 0);
    state.apply(&feed.publish());
    let class = &state.live().class;
    assert_eq!((class.present(), class.answered(), class.student(1).unwrap().served), (2, 2, 1));
    assert_eq!(class.hands(), [2]);
    // The rest counts as ever.
    taught(&mut feed, 2, Did::Served, 7);
    state.apply(&feed.publish());
    assert_eq!(state.live().class.student(2).unwrap().served, 1);
}

#[test]
fn a_student_is_marked_in_the_panel_of_the_class() {
    let mut feed = lesson();
    let mut state = shown(&mut feed, (120, 36));
    assert_eq!(press(&mut state, "M"), []);
    assert!(dark_but_names(&state).contains("no student is selected"));
    let muted = |student| [Action::Send(Command::Class { did: Did::Muted, student })];
    assert_eq!(press(&mut state, "jM"), muted(1));
    assert_eq!(press(&mut state, "jjM"), muted(4));
    assert_eq!(press(&mut state, "jjjM"), muted(5));
    assert_eq!(press(&mut state, "kM"), muted(4));
    for (width, height) in SIZES {
        state.resize(width, height);
        assert!(drawn(&state, width, height).contains("▸4"), "{width}×{height}");
    }
    state.resize(120, 36);
    // In the table it is the connection that is selected.
    press(&mut state, "1<Home>");
    assert_eq!(press(&mut state, "M"), muted(1));
}
