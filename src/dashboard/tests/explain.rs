//! **Explain this**: by keys, by mouse, at any size, in both languages.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::feed::peer;
use super::screens::lively;
use super::{drawn, press};
use crate::dashboard::geometry::Position;
use crate::dashboard::panel::Panel;
use crate::dashboard::panels::{self, Under};
use crate::dashboard::state::explain::Explain;
use crate::dashboard::state::explain::thing::{Boxed, CodePart};
use crate::dashboard::state::explain::thing::{Detail, Diagnosis, Gauge, Part, Place, Thing};
use crate::dashboard::state::notice::Notice;
use crate::dashboard::state::seats::Light;
use crate::dashboard::state::table::Column;
use crate::dashboard::state::{Action, Overlay, State};
use crate::dashboard::theme::{Palette, Theme};
use crate::telemetry::{Bit, ConnState, Kind};
use crate::words::Language;

fn mouse(state: &mut State, kind: MouseEventKind, (column, row): (u16, u16)) {
    let actions = state.mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    act(state, &actions);
}

/// Does what the session does of them.
fn act(state: &mut State, actions: &[Action]) {
    for action in actions {
        if let Action::Explain(at) = action {
            panels::explain_under(state, &Theme::new(Palette::Dark, false), *at);
        }
    }
}

fn key(state: &mut State) {
    let actions = press(state, "I");
    act(state, &actions);
}

/// What is explained, and where it is listed.
fn card(state: &State) -> Option<Explain> {
    match state.overlay() {
        Overlay::Explain(card) => Some(*card),
        _ => None,
    }
}

/// What the key explains with the mouse at the n-th place of a text on the screen, so many columns into
/// it; the card is closed again.
fn pointed(state: &mut State, (width, height): (u16, u16), text: &str, into: u16) -> Thing {
    let screen = drawn(state, width, height);
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).expect(text);
    let column = unicode_width::UnicodeWidthStr::width(&line[..line.find(text).unwrap()]);
    let at = (u16::try_from(column).unwrap() + into, u16::try_from(row).unwrap());
    mouse(state, MouseEventKind::Moved, at);
    key(state);
    let found = card(state).expect(text).thing;
    press(state, "<Esc>");
    found
}

#[test]
fn the_boxes_that_explain_themselves_say_so_where_there_is_room() {
    for (width, height) in [(80, 24), (120, 36)] {
        for open in ["a", "v", "E"] {
            let (mut state, _) = lively(width, height);
            press(&mut state, open);
            let screen = drawn(&state, width, height);
            assert!(screen.contains("I explains"), "{screen}");
            key(&mut state);
            assert!(card(&state).is_some_and(|card| matches!(card.thing, Thing::Boxed(_))));
        }
    }
    let (mut state, _) = lively(60, 24);
    press(&mut state, "v");
    let screen = drawn(&state, 60, 24);
    assert!(screen.contains("Enter switches") && !screen.contains("I explains"), "{screen}");
}

#[test]
fn the_key_explains_what_is_selected() {
    let (mut state, _) = lively(120, 36);
    press(&mut state, "1jI");
    let row = state.scene().table.selected().unwrap();
    assert_eq!(card(&state).unwrap().thing, state.scene().state_of(row));
    press(&mut state, "<Esc>3I");
    let found = card(&state).unwrap();
    assert!(matches!(found.thing, Thing::Kind(_)), "{found:?}");
    for (keys, thing) in [
        ("2", Thing::Panel(Panel::Loop)),
        ("4", Thing::Panel(Panel::Charts)),
        ("7", Thing::Panel(Panel::Costs)),
        ("1<Home>6", Thing::Light(Light::Quiet)),
    ] {
        press(&mut state, "<Esc>");
        press(&mut state, keys);
        key(&mut state);
        assert_eq!(card(&state).unwrap().thing, thing);
    }
    press(&mut state, "I");
    assert_eq!(card(&state), None, "the key closes what it has opened");
}

#[test]
fn arrows_go_to_the_next_thing_and_tab_to_the_next_place() {
    let (mut state, _) = lively(80, 24);
    press(&mut state, "I1<Right>");
    assert_eq!(card(&state).unwrap().thing, Thing::Column(Column::Fd));
    press(&mut state, "<Right><Right><Left>");
    assert_eq!(card(&state).unwrap().thing, Thing::Column(Column::Id));
    press(&mut state, "<Tab>");
    assert_eq!(card(&state).unwrap().thing, Thing::Panel(Panel::Loop));
    press(&mut state, "<Left>");
    assert_eq!(card(&state).unwrap().thing, Thing::Bit(Bit::Exclusive), "round the other way");
    press(&mut state, "3");
    assert_eq!(card(&state).unwrap().thing, Thing::Panel(Panel::Stream));
    // Nothing else that is pressed here does what it does elsewhere.
    assert_eq!(press(&mut state, "xDKp"), []);
    assert_eq!(card(&state).unwrap().thing, Thing::Panel(Panel::Stream));
    press(&mut state, "q");
    assert_eq!(card(&state), None);
    let reached = |state: &State| card(state).unwrap().thing;
    let mut seen = Vec::new();
    press(&mut state, "I");
    for _ in Place::ALL {
        for _ in card(&state).unwrap().place.things() {
            seen.push(reached(&state));
            press(&mut state, "<Right>");
        }
        press(&mut state, "<Tab>");
    }
    assert!(Thing::all().all(|thing| seen.contains(&thing)));
}

#[test]
fn long_text_scrolls() {
    let (mut state, _) = lively(60, 13);
    press(&mut state, "I1");
    let first = drawn(&state, 60, 13);
    assert!(first.contains("more lines: Down") && !first.contains("epoll(7)"), "{first}");
    press(&mut state, "<End>");
    let last = drawn(&state, 60, 13);
    assert!(last.contains("epoll(7), accept(2)") && !last.contains("more lines"), "{last}");
    press(&mut state, "<Down><Down><Up>");
    assert_ne!(drawn(&state, 60, 13), last, "it has not gone past its end");
    press(&mut state, "<Home>");
    assert_eq!(drawn(&state, 60, 13), first);
    mouse(&mut state, MouseEventKind::ScrollDown, (9, 9));
    assert_eq!(card(&state).unwrap().top, 3);
}

#[test]
fn the_mouse_points_at_things_of_every_panel() {
    let size = (200, 50);
    let (mut state, _) = lively(size.0, size.1);
    press(&mut state, "1<Down><Down><Down><Down><Enter>1");
    let state = &mut state;
    let kind = Thing::Kind;
    for (text, into, thing) in [
        // The header.
        ("http://127.0.0.1:7890/", 3, Thing::Gauge(Gauge::Url)),
        ("epoll-et (mio)", 1, Thing::Gauge(Gauge::Server)),
        ("● RUNNING", 2, Thing::Gauge(Gauge::Badge)),
        ("4 open", 0, Thing::Gauge(Gauge::Open)),
        ("req/s", 0, Thing::Gauge(Gauge::Requests)),
        ("examined", 0, Thing::Gauge(Gauge::Examined)),
        ("loop CPU", 5, Thing::Gauge(Gauge::LoopCpu)),
        ("p50", 0, Thing::Gauge(Gauge::Latency)),
        // The tabs.
        (" 7 costs", 2, Thing::Panel(Panel::Costs)),
        // The table.
        ("peer ", 1, Thing::Column(Column::Peer)),
        ("req   ", 1, Thing::Column(Column::Requests)),
        ("accept queue 0 of 1,024", 0, Thing::Detail(Detail::Listener)),
        ("IN|OUT|RDHUP|ET", 3, Thing::Bit(Bit::Out)),
        ("IN|OUT|RDHUP|ET", 7, Thing::Bit(Bit::Rdhup)),
        ("→ writing", 3, Thing::State(ConnState::Writing)),
        ("■ stopped", 3, Thing::Detail(Detail::Stopped)),
        ("◆", 0, Thing::Detail(Detail::Ours)),
        ("→ writing send", 11, kind(Kind::Send)),
        // The loop.
        ("kernel ─ interest list", 12, Thing::Part(Part::Interest)),
        ("kernel ─ ready list", 2, Thing::Part(Part::Ready)),
        ("kernel ─ queues", 2, Thing::Part(Part::Queues)),
        ("asleep for 3.0 s", 8, Thing::Part(Part::Boundary)),
        ("program ─ the ready array", 2, Thing::Part(Part::Array)),
        ("last call:", 2, Thing::Part(Part::Now)),
        // The card.
        ("state     ■", 2, Thing::Detail(Detail::Stopped)),
        ("TCP       ESTABLISHED", 12, Thing::Detail(Detail::Tcp)),
        ("RTT       ", 2, Thing::Detail(Detail::Rtt)),
        ("cwnd      ", 2, Thing::Detail(Detail::Window)),
        ("times     ", 2, Thing::Detail(Detail::Times)),
        ("recv-q    5,904", 12, Thing::Column(Column::RecvQueue)),
        ("no request yet", 2, Thing::Detail(Detail::Request)),
        ("its events, newest first", 2, Thing::Detail(Detail::Events)),
        // The seats, the stream, the charts.
        ("╭ · 9 ", 1, Thing::Light(Light::Quiet)),
        ("▪ response", 20, kind(Kind::Response)),
        ("/hand HTTP/1.1", 3, kind(Kind::Request)),
        ("requests/s", 3, Thing::Gauge(Gauge::Requests)),
        ("loop turn", 3, Thing::Gauge(Gauge::Turn)),
        ("bytes out/s", 3, Thing::Gauge(Gauge::BytesOut)),
        ("calls/request", 3, Thing::Gauge(Gauge::CallsPerRequest)),
        ("4 charts", 2, Thing::Panel(Panel::Charts)),
    ] {
        let screen = drawn(state, size.0, size.1);
        assert!(screen.contains(text), "{text}\n{screen}");
        assert_eq!(pointed(state, size, text, into), thing, "{text}\n{screen}");
    }
    press(state, "7");
    assert_eq!(pointed(state, size, "EAGAIN per second", 2), Thing::Gauge(Gauge::Again));
    assert_eq!(pointed(state, size, "latency p50, p99", 2), Thing::Gauge(Gauge::Latency));
}

#[test]
fn a_click_on_another_thing_explains_that_and_one_on_the_card_nothing() {
    let (mut state, _) = lively(80, 24);
    let left = MouseEventKind::Down(MouseButton::Left);
    press(&mut state, "I");
    mouse(&mut state, left, (4, 4));
    assert_eq!(card(&state).unwrap().thing, Thing::Column(Column::Fd));
    let before = card(&state);
    mouse(&mut state, left, (40, 18));
    assert_eq!(card(&state), before, "it is the card");
    mouse(&mut state, left, (79, 0));
    assert_eq!(card(&state), before, "nothing is there");
    assert!(state.current_notice().is_none());
    // One that was sorted by or selected before: the click is where the mouse is.
    press(&mut state, "<Esc>");
    mouse(&mut state, left, (4, 4));
    key(&mut state);
    assert_eq!(card(&state), before);
}

#[test]
fn a_key_takes_the_place_of_the_mouse() {
    let (mut state, _) = lively(80, 24);
    mouse(&mut state, MouseEventKind::Moved, (4, 4));
    press(&mut state, "3");
    key(&mut state);
    assert!(matches!(card(&state).unwrap().thing, Thing::Kind(_)));
}

#[test]
fn where_nothing_is_it_says_so() {
    let (mut state, _) = lively(80, 24);
    mouse(&mut state, MouseEventKind::Moved, (79, 0));
    key(&mut state);
    assert!(matches!(state.current_notice(), Some(Notice::NothingToExplain)));
    assert_eq!(card(&state), None);
}

#[test]
fn a_diagnosis_above_the_keys_is_explained() {
    let (mut state, feed) = lively(80, 24);
    for tenth in 1..30 {
        let mut snapshot = feed.snapshot();
        snapshot.asleep = Some(true);
        snapshot.sockets.iter_mut().find(|socket| socket.peer == peer(1)).unwrap().recv_queue = 84;
        let now = 3_000_000_000 + tenth * 100_000_000;
        state.tick(now);
        state.kernel(snapshot, now);
    }
    let screen = drawn(&state, 80, 24);
    assert!(screen.contains("! fd"), "{screen}");
    let found = pointed(&mut state, (80, 24), "! fd", 4);
    assert_eq!(found, Thing::Lint(Diagnosis::Undrained));
}

#[test]
fn cards_at_three_sizes_in_both_languages() {
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        let (mut state, _) = lively(width, height);
        press(&mut state, "I");
        let mut all = String::new();
        // A panel, a bit, an event, a part of the loop, a figure, a diagnosis.
        for keys in ["", "<Left>", "2<Right>", "3<Right><Right>", "7<Right>", "3<Left>"] {
            press(&mut state, keys);
            all += &drawn(&state, width, height);
        }
        Language::Chinese.speak();
        for keys in ["1", "<Left>", "2<Right>", "3<Right><Right>", "7<Right>", "3<Left>"] {
            press(&mut state, keys);
            all += &drawn(&state, width, height);
        }
        Language::English.speak();
        assert_snapshot!(format!("{width}x{height}"), all);
    }
}

#[test]
fn the_parts_of_the_code_are_explained_where_they_stand() {
    let size = (120, 36);
    let (mut state, _) = super::code::held(size.0, size.1);
    let code = Thing::Code;
    for (text, into, thing) in [
        ("▶  1", 0, code(CodePart::Next)),
        ("◀ held", 2, code(CodePart::Next)),
        ("state.recv(client", 12, code(CodePart::Holder)),
        ("fn receive(&mut self", 4, Thing::Panel(Panel::Code)),
        ("the loop: held before recv", 5, code(CodePart::Whose)),
    ] {
        let screen = drawn(&state, size.0, size.1);
        assert!(screen.contains(text), "{text}\n{screen}");
        assert_eq!(pointed(&mut state, size, text, into), thing, "{text}\n{screen}");
    }
    press(&mut state, "T");
    assert_eq!(pointed(&mut state, size, "def serve(", 3), code(CodePart::Listing));
    assert_eq!(pointed(&mut state, size, "conn.sock.recv(", 1), code(CodePart::Holder));
    press(&mut state, "T<Down>I");
    assert_eq!(card(&state).unwrap().thing, code(CodePart::Number));
    press(&mut state, "<Esc><Up>I");
    assert_eq!(card(&state).unwrap().thing, code(CodePart::Next));
}

#[test]
fn what_lies_around_the_panels_is_explained_too() {
    let size = (120, 36);
    let (mut state, _) = lively(size.0, size.1);
    assert_eq!(pointed(&mut state, size, "? help", 2), Thing::Boxed(Boxed::Keys));
    press(&mut state, "+");
    assert_eq!(pointed(&mut state, size, "not in slow motion", 2), Thing::Boxed(Boxed::Notice));
}

#[test]
fn a_box_to_choose_from_is_explained_and_stays_open() {
    let (mut state, _) = lively(120, 36);
    for (keys, boxed) in [("a", Boxed::Kinds), ("v", Boxed::Servers), ("E", Boxed::Options)] {
        press(&mut state, &format!("{keys}<Down><Down>"));
        let before = state.overlay().clone();
        press(&mut state, "I");
        assert_eq!(card(&state).unwrap().thing, Thing::Boxed(boxed));
        press(&mut state, "<Right><Down>");
        assert!(card(&state).is_some());
        press(&mut state, "<Esc>");
        assert_eq!(*state.overlay(), before);
        press(&mut state, "<Esc>");
        assert_eq!(*state.overlay(), Overlay::None);
    }
}

#[test]
fn ascii_is_ascii() {
    let (mut state, _) = lively(120, 36);
    press(&mut state, "I");
    for _ in 0..60 {
        let buffer = super::render(&state, 120, 36, &Theme::new(Palette::Dark, true));
        let text = super::text(&buffer);
        assert!(text.is_ascii(), "{text}");
        press(&mut state, "<Right><Tab>");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_key_on_any_cell_at_any_size_explains_something_or_says_that_nothing_is_there(
        size in (1..220u16, 1..60u16),
        zoomed: bool,
        panel in 1..8u8,
        cells in prop::collection::vec((0..220u16, 0..60u16), 1..8),
        steps in "[jk<>]{0,3}",
    ) {
        let (mut state, _) = lively(size.0, size.1);
        press(&mut state, &format!("{panel}{}", if zoomed { "z" } else { "" }));
        press(&mut state, &steps.replace(['<', '>'], ""));
        for cell in cells {
            mouse(&mut state, MouseEventKind::Moved, cell);
            let inside = cell.0 < size.0 && cell.1 < size.1;
            key(&mut state);
            match card(&state) {
                Some(found) => {
                    prop_assert!(inside);
                    prop_assert!(found.place.things().contains(&found.thing), "{found:?}");
                    drawn(&state, size.0, size.1);
                    mouse(&mut state, MouseEventKind::Down(MouseButton::Left), cell);
                    drawn(&state, size.0, size.1);
                    press(&mut state, "<Esc>");
                }
                None => prop_assert!(
                    matches!(state.current_notice(), Some(Notice::NothingToExplain))
                ),
            }
            let at = Position::new(cell.0, cell.1);
            let under = panels::under(&state, &Theme::new(Palette::Dark, true), at);
            prop_assert!(inside || under == Under::Nothing);
        }
    }
}
