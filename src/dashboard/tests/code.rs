//! The code view.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::super::panel::Panel;
use super::super::state::{Action, State};
use super::super::theme::{Palette, Theme};
use super::feed::{Feed, classroom, id};
use super::{drawn, press, render, state, text};
use crate::source::Source;
use crate::telemetry::{
    By, Command, ConnId, Kind, Made, Mode, Ret, ServerKind, Site, Stance, Standing, Until, What,
};
use crate::words::Language;

const TURN: &str = "src/server/reactor/turn.rs";

/// The first line of a file with that text.
fn line(file: &str, text: &str) -> usize {
    let source = Source::of(file).unwrap();
    (1..=source.len()).find(|line| source.line(*line).contains(text)).expect(text)
}

fn site(file: &str, text: &str) -> Option<Site> {
    Site::named(file, u32::try_from(line(file, text)).unwrap())
}

/// A loop that stands before a `recv`, just behind its wait.
fn held(width: u16, height: u16) -> (State, Feed) {
    let mut feed = classroom();
    let (wait, recv) = (site(TURN, "self.state.wait("), site(TURN, "state.recv("));
    feed.site = site(TURN, "state.send(");
    feed.tell(9, Some(id(1)), What::Send { ret: Ret::ok(1024), len: 1024 });
    feed.site = wait;
    feed.wake(44_000, &[(9, crate::telemetry::Mask::IN, Some(1))]);
    feed.site = recv;
    feed.hold(Kind::Recv, 9, Some(1));
    let mut state = state(width, height);
    press(&mut state, "8");
    state.apply(&feed.publish());
    state.tick(feed.now);
    (state, feed)
}

/// The rows of the panel that begin with a mark.
fn marked(screen: &str, mark: char) -> Vec<String> {
    let rows =
        screen.lines().filter_map(|row| row.split(['│', '┃']).find(|part| part.starts_with(mark)));
    rows.map(|row| row.trim_end().to_owned()).collect()
}

#[test]
fn what_is_next_is_marked_at_every_size() {
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        let (state, _) = held(width, height);
        insta::assert_snapshot!(format!("code_{width}x{height}"), drawn(&state, width, height));
        Language::Chinese.speak();
        let chinese = drawn(&state, width, height);
        Language::English.speak();
        insta::assert_snapshot!(format!("code_{width}x{height}_chinese"), chinese);
    }
}

#[test]
fn the_marks_move_with_each_step() {
    let (mut state, mut feed) = held(120, 36);
    let next = |state: &State| marked(&drawn(state, 120, 36), '▶');
    assert!(next(&state)[0].contains("state.recv(client, input)?;"), "{:?}", next(&state));
    assert!(drawn(&state, 120, 36).contains("◀ held"));
    assert!(drawn(&state, 120, 36).contains("● epoll_wait = 1  turn.rs:"));
    feed.tell(9, Some(id(1)), What::Recv { ret: Ret::ok(84) });
    feed.site = site(TURN, "state.send(");
    feed.hold(Kind::Send, 9, Some(1));
    state.apply(&feed.publish());
    state.tick(feed.now);
    assert!(next(&state)[0].contains("state.send("), "{:?}", next(&state));
    // What was made before is far away in the file: it is marked where it is looked for.
    let up = line(TURN, "state.send(") - line(TURN, "state.recv(");
    press(&mut state, &"<Up>".repeat(up));
    let screen = drawn(&state, 120, 36);
    assert!(screen.contains("state.recv(client, input)?; = 84"), "{screen}");
    assert!(screen.contains(" ● "), "{screen}");
    press(&mut state, "s");
    assert!(!next(&state).is_empty(), "a step is followed");
}

#[test]
fn a_loop_that_sleeps_is_in_its_wait_and_the_margin_counts() {
    let (mut state, mut feed) = held(80, 24);
    let (wait, recv) =
        (site(TURN, "self.state.wait(").unwrap(), site(TURN, "state.recv(").unwrap());
    feed.batch.standing =
        Standing { stance: Stance::Waiting(Some(wait)), since: feed.now, mode: Mode::Run };
    state.apply(&feed.publish());
    let made = |waits| Made::default().with(wait, waits).with(recv, 3 * waits);
    for quarter in 0..8 {
        state.count_calls(made(quarter));
        state.tick(feed.now + quarter * 250_000_000);
    }
    let screen = drawn(&state, 80, 24);
    assert!(marked(&screen, '▶')[0].starts_with("▶●   4"), "{screen}");
    assert!(screen.contains("◀ asleep") && screen.contains("calls/s"), "{screen}");
    insta::assert_snapshot!("code_runs_80x24", screen);
    // So many that the marks would flicker.
    for quarter in 8..16 {
        state.count_calls(made(4000 * quarter));
        state.tick(feed.now + quarter * 250_000_000);
    }
    let screen = drawn(&state, 80, 24);
    assert!(marked(&screen, '▶').is_empty() && screen.contains(" 16k"), "{screen}");
    assert!(screen.contains("the loop: goes on"), "{screen}");
}

#[test]
fn ascii_and_no_colours_tell_the_same() {
    let (state, _) = held(120, 36);
    let screen = text(&render(&state, 120, 36, &Theme::new(Palette::Mono, true)));
    assert!(screen.is_ascii(), "{screen}");
    let row = screen.lines().find(|row| row.contains("state.recv(")).unwrap();
    assert!(row.contains("#>  ") && screen.contains("< held"), "{screen}");
}

#[test]
fn each_thread_has_a_line_of_its_own() {
    let file = "src/server/blocking_io/exchange.rs";
    let mut feed = classroom();
    feed.switch(ServerKind::Threads);
    feed.site = site(file, "self.send(");
    feed.tell(9, Some(id(1)), What::Send { ret: Ret::ok(1024), len: 1024 });
    let row = feed.row(1);
    (row.by, row.within, row.site) =
        (By::thread(4711), Some(Kind::Recv), site(file, "self.receive("));
    (row.last, row.last_ret) = (Kind::Send, Ret::ok(1024));
    let mut state = state(120, 36);
    press(&mut state, "8");
    state.apply(&feed.publish());
    state.tick(feed.now);
    state.tick(feed.now + 1);
    let screen = drawn(&state, 120, 36);
    assert!(screen.contains("#1, thread 4711: asleep in recv"), "{screen}");
    assert!(marked(&screen, '▶')[0].contains("self.receive(limit)? { ◀ asleep"), "{screen}");
    let send = line(file, "self.send(");
    let result = |state: &State| state.code().unwrap().result(send);
    assert_eq!(result(&state).as_deref(), Some("= 1,024"));
    // Its last call is another than the one that is known: the event was left out.
    feed.row(1).last_ret = Ret::ok(7);
    state.apply(&feed.publish());
    state.tick(feed.now + 2);
    assert_eq!(result(&state), None);
}

#[test]
fn a_chosen_line_stays_and_its_events_are_found() {
    let (mut state, _) = held(120, 36);
    let chosen = |state: &State| state.code().unwrap().cursor;
    assert_eq!(chosen(&state), None);
    press(&mut state, "<Down><Up><Up>");
    let recv = line(TURN, "state.recv(");
    assert_eq!(chosen(&state), Some(recv - 1));
    press(&mut state, "<Down>/");
    assert!(drawn(&state, 120, 36).contains(&format!("line:turn.rs:{recv}")));
    press(&mut state, "<Enter>");
    assert_eq!(state.scene().stream.filter().as_str(), format!("line:turn.rs:{recv}"));
    press(&mut state, "8<Esc>");
    assert_eq!(chosen(&state), None);
    press(&mut state, "<Home>");
    assert!(drawn(&state, 120, 36).contains("//! One turn of the loop"));
    press(&mut state, "<End>");
    assert_eq!(chosen(&state), Some(Source::of(TURN).unwrap().len()));
}

#[test]
fn the_loop_runs_until_a_chosen_line() {
    let (mut state, _) = held(120, 36);
    press(&mut state, "<Down>");
    let next = line(TURN, "state.recv(") + 1;
    let until = |line| {
        let site = Site::named(TURN, u32::try_from(line).unwrap()).unwrap();
        [Action::Send(Command::Until(Until::Site(site)))]
    };
    assert_eq!(press(&mut state, "<Enter>"), until(next));
    let screen = drawn(&state, 120, 36);
    assert!(screen.contains(&format!("line {next} has made no call yet")), "{screen}");
    assert_eq!(state.code().unwrap().cursor, None);
    // Without a chosen line it is the one that is marked.
    assert_eq!(press(&mut state, "<Enter>"), until(next - 1));
    // A comment.
    press(&mut state, "<Home>");
    assert_eq!(press(&mut state, "<Enter>"), []);
    assert!(drawn(&state, 120, 36).contains("that line makes no call"));
}

#[test]
fn a_click_chooses_a_line() {
    let (mut state, _) = held(120, 36);
    let area = state.areas().of(Panel::Code).unwrap();
    let screen = drawn(&state, 120, 36);
    let y = screen.lines().position(|row| row.contains("match result {")).unwrap();
    let (column, row) = (area.x + 20, u16::try_from(y).unwrap());
    let kind = MouseEventKind::Down(MouseButton::Left);
    state.mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let recv = line(TURN, "state.recv(");
    assert_eq!(state.code().unwrap().cursor, Some(recv + 2));
}

#[test]
fn an_event_of_the_stream_shows_its_line() {
    let (mut state, _) = held(120, 36);
    // The lowest that is seen: first the wait, then the send before it.
    press(&mut state, "3<Up>");
    let send = line(TURN, "state.send(");
    assert_eq!(state.code().unwrap().cursor, Some(send), "{}", drawn(&state, 120, 36));
    let screen = drawn(&state, 120, 36);
    assert!(screen.contains("state.send(call, client,"), "{screen}");
    press(&mut state, "<End>");
    assert_eq!(state.code().unwrap().cursor, None);
    assert_eq!(ConnId::new(1), Some(id(1)));
}

#[test]
fn the_textbook_listing_is_marked_too_and_said_not_to_run() {
    for (width, height) in [(80, 24), (120, 36)] {
        let (mut state, mut feed) = held(width, height);
        press(&mut state, "T");
        let screen = drawn(&state, width, height);
        assert!(screen.contains("not what runs"), "{screen}");
        assert!(marked(&screen, '▶')[0].contains("conn.sock.recv("), "{screen}");
        insta::assert_snapshot!(format!("code_textbook_{width}x{height}"), screen);
        // It is no line of the server's.
        assert_eq!(press(&mut state, "<Enter>"), []);
        assert!(drawn(&state, width, height).contains("the textbook listing is not what runs"));
        feed.switch(ServerKind::Threads);
        state.apply(&feed.publish());
        state.tick(feed.now);
        assert!(drawn(&state, width, height).contains("threads-server.py"));
        press(&mut state, "T");
        assert!(state.code().unwrap().listing.is_none());
    }
    let mut state = state(120, 36);
    press(&mut state, "T");
    assert!(drawn(&state, 120, 36).contains("the code is not on the screen"));
}

#[test]
fn each_listing_has_the_name_of_its_file() {
    for server in ServerKind::ALL {
        let mut viewer = crate::dashboard::state::code::Viewer::default();
        viewer.show_textbook(Some(server));
        let source = viewer.view(None).unwrap().source;
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(source.name);
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(text, crate::textbook::Listing::of(server).text());
    }
}
