//! The code view.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::style::Modifier;

use super::super::panel::Panel;
use super::super::state::{Action, State};
use super::super::theme::{Palette, Role, Theme};
use super::feed::{Feed, classroom, id};
use super::{drawn, press, render, state, text};
use crate::source::Source;
use crate::telemetry::{
    By, Command, ConnId, CtlOp, Kind, Made, Mode, Next, Ret, ServerKind, Site, Stance, Standing,
    Until, What,
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
pub(super) fn held(width: u16, height: u16) -> (State, Feed) {
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
    assert!(screen.contains("H: the loop's own line"), "{screen}");
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
fn where_a_connection_has_a_line_the_loops_own_is_a_key_away() {
    let (exchange, threads) = ("src/server/blocking_io/exchange.rs", "src/server/threads.rs");
    let mut feed = classroom();
    feed.switch(ServerKind::Threads);
    feed.site = site(threads, "shared.accept()");
    feed.accept(6, 14);
    let row = feed.row(1);
    (row.by, row.within, row.site) =
        (By::thread(4711), Some(Kind::Recv), site(exchange, "self.receive("));
    let accept = Next::new(Kind::Accept, 5, None, feed.site);
    feed.batch.standing.stance = Stance::Within(accept);
    let mut state = state(120, 36);
    press(&mut state, "8");
    state.apply(&feed.publish());
    state.tick(feed.now);
    assert!(drawn(&state, 120, 36).contains("#1, thread 4711: asleep in recv"));
    press(&mut state, "H");
    let screen = drawn(&state, 120, 36);
    assert!(screen.contains("the accepting loop: asleep in accept"), "{screen}");
    assert!(screen.contains("H: the line of #1"), "{screen}");
    assert!(marked(&screen, '▶')[0].contains("shared.accept()"), "{screen}");
    // Who is held is not the loop, and where that is nobody tells.
    feed.site = site(exchange, "self.send(");
    feed.hold(Kind::Send, 9, Some(1));
    state.apply(&feed.publish());
    state.tick(feed.now);
    let screen = drawn(&state, 120, 36);
    assert!(screen.contains("the accepting loop: not told while another is held"), "{screen}");
    assert!(marked(&screen, '▶').is_empty(), "{screen}");
    // Whom the operator selects is looked at.
    press(&mut state, "1jk");
    let screen = drawn(&state, 120, 36);
    assert!(screen.contains("#1, thread 4711: held before send"), "{screen}");
    // One loop has one line.
    let (mut state, _) = held(120, 36);
    assert!(!drawn(&state, 120, 36).contains("H: "));
    press(&mut state, "H");
    assert!(drawn(&state, 120, 36).contains("there is one line to show"));
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
    let chosen = |state: &State| state.code().unwrap().cursor;
    // The newest is the wait, and before it stands the send.
    let (wait, send) = (line(TURN, "self.state.wait("), line(TURN, "state.send("));
    press(&mut state, "3k");
    assert_eq!(chosen(&state), Some(wait), "{}", drawn(&state, 120, 36));
    press(&mut state, "k");
    assert_eq!(chosen(&state), Some(send), "{}", drawn(&state, 120, 36));
    let screen = drawn(&state, 120, 36);
    assert!(screen.contains("state.send(call, client,"), "{screen}");
    // It stays while another panel has the keyboard.
    press(&mut state, "1j");
    assert_eq!(chosen(&state), Some(send));
    press(&mut state, "3j");
    assert_eq!(chosen(&state), Some(wait));
    press(&mut state, "j");
    assert_eq!(chosen(&state), None, "behind the newest it follows");
    press(&mut state, "kk<End>");
    assert_eq!(chosen(&state), None);
    press(&mut state, "kk<Esc>");
    assert_eq!(chosen(&state), None);
    // A step is followed in the code, whatever was read.
    press(&mut state, "kks");
    assert_eq!(chosen(&state), None);
    assert_eq!(ConnId::new(1), Some(id(1)));
}

#[test]
fn the_selected_event_stands_out_wherever_it_is() {
    let (mut state, mut feed) = held(120, 36);
    let theme = Theme::new(Palette::Mono, false);
    let area = state.areas().of(Panel::Stream).unwrap();
    let selected = |state: &State| -> Vec<u16> {
        let buffer = render(state, 120, 36, &theme);
        let rows = area.y + 1..area.bottom() - 1;
        let reversed = |y: &u16| buffer[(area.x + 1, *y)].modifier.contains(Modifier::REVERSED);
        rows.filter(reversed).collect()
    };
    assert_eq!(selected(&state), [0; 0], "while it follows");
    press(&mut state, "3k");
    let lowest = area.bottom() - 2;
    assert_eq!(selected(&state), [lowest]);
    press(&mut state, "kkk");
    assert_eq!(selected(&state), [lowest - 3]);
    // What is read stands still.
    feed.wake(1000, &[(9, crate::telemetry::Mask::IN, Some(1))]);
    state.apply(&feed.publish());
    state.tick(feed.now);
    assert_eq!(selected(&state), [lowest - 3]);
    // A click selects, the wheel keeps it on the screen.
    let mut mouse = |kind, row| {
        let modifiers = KeyModifiers::NONE;
        state.mouse(MouseEvent { kind, column: area.x + 4, row, modifiers });
        selected(&state)
    };
    let left = MouseEventKind::Down(MouseButton::Left);
    assert_eq!(mouse(left, area.y + 2), [area.y + 2]);
    assert_eq!(mouse(MouseEventKind::ScrollUp, area.y + 2), [area.y + 5]);
    for _ in 0..9 {
        mouse(MouseEventKind::ScrollUp, area.y + 2);
    }
    assert_eq!(mouse(MouseEventKind::ScrollUp, area.y + 2), [lowest]);
}

/// The style of the n-th letter of a text that stands in a panel.
fn style_of(
    state: &State,
    theme: &Theme,
    panel: Panel,
    (row, text): (&str, &str),
) -> Vec<ratatui::style::Style> {
    let buffer = render(state, 120, 36, theme);
    let area = state.areas().of(panel).unwrap();
    for y in area.top()..area.bottom() {
        let cells: Vec<&str> =
            (area.left()..area.right()).map(|x| buffer[(x, y)].symbol()).collect();
        let line = cells.concat();
        if let (true, Some(at)) = (line.contains(row), line.find(text)) {
            let x = area.x + u16::try_from(line[..at].chars().count()).unwrap();
            let last = x + u16::try_from(text.len()).unwrap();
            return (x..last).map(|x| buffer[(x, y)].style()).collect();
        }
    }
    panic!("no {text} beside {row}: {}", drawn(state, 120, 36));
}

#[test]
fn the_selected_connection_has_one_look_in_the_table_and_in_the_code() {
    for palette in [Palette::Dark, Palette::Light, Palette::Projector, Palette::Mono] {
        let theme = Theme::new(palette, false);
        let (mut state, mut feed) = held(120, 36);
        let variable =
            |state: &State| style_of(state, &theme, Panel::Code, ("state.recv(", "client"));
        let fd = |state: &State, fd| style_of(state, &theme, Panel::Table, ("192.168.1.3", fd));
        let own = fd(&state, "9")[0];
        assert_eq!(variable(&state), [own; 6], "{palette:?}");
        assert!(own.add_modifier.contains(Modifier::UNDERLINED), "not by colour alone");
        let input = style_of(&state, &theme, Panel::Code, ("state.recv(", "input"));
        assert!(input.iter().all(|other| *other != own), "{palette:?}");
        // The call is for another than the selected one.
        press(&mut state, "1j");
        let (next, other) = (theme.style(Role::Next), variable(&state)[0]);
        assert_eq!((other.bg, other.add_modifier), (input[0].bg, next.add_modifier));
        let plain = fd(&state, "11")[0];
        assert!(!plain.add_modifier.contains(Modifier::UNDERLINED), "{palette:?}");
        press(&mut state, "kT");
        let sock = style_of(&state, &theme, Panel::Code, ("conn.sock.recv(", "conn"));
        assert_eq!(sock, [own; 4]);
        // The wait is for nobody.
        press(&mut state, "T");
        feed.site = site(TURN, "self.state.wait(");
        feed.hold(Kind::EpollWait, 4, None);
        state.apply(&feed.publish());
        state.tick(feed.now);
        assert!(!fd(&state, "9")[0].add_modifier.contains(Modifier::UNDERLINED));
    }
}

#[test]
fn what_epoll_ctl_is_about_to_do_is_marked_in_the_textbook() {
    for (op, text) in [(CtlOp::Add, "poller.register(sock, mask)"), (CtlOp::Del, "none")] {
        let (mut state, mut feed) = held(120, 36);
        feed.hold(Kind::EpollCtl, 9, Some(1));
        let Stance::Held(next) = &mut feed.batch.standing.stance else { panic!() };
        next.op = Some(op);
        state.apply(&feed.publish());
        state.tick(feed.now);
        press(&mut state, "T");
        let screen = drawn(&state, 120, 36);
        let marked = marked(&screen, '▶');
        // The edge-triggered one takes nothing off its list.
        assert_eq!(marked.len(), usize::from(op == CtlOp::Add), "{screen}");
        assert!(marked.iter().all(|row| row.contains(text)), "{marked:?}");
    }
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
