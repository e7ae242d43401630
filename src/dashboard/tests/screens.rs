//! Whole screens, as snapshots.

use insta::assert_snapshot;

use super::feed::{Feed, LISTENER, classroom, id};
use super::{dark, drawn, press, render, state, text};
use crate::clients::{ClientInfo, ClientKind, Name};
use crate::dashboard::state::notice::{Ended, Notice, Panic};
use crate::dashboard::state::{Action, State};
use crate::dashboard::theme::{Palette, Theme};
use crate::server::Failure;
use crate::telemetry::{
    By, Command, ConnState, Errno, Event, Kind, Mask, Mode, Ret, ServerKind, Stance, What, Why,
};

const SECOND: u64 = 1_000_000_000;

/// The classroom at three seconds, nothing being frozen or asked.
pub(super) fn lively(width: u16, height: u16) -> (State, Feed) {
    let mut state = state(width, height);
    let mut feed = classroom();
    let snapshot = feed.snapshot();
    state.apply(&feed.publish());
    state.kernel(snapshot, u64::MAX);
    let ours = ClientInfo {
        id: 1,
        kind: ClientKind::Steady,
        local: Some(super::feed::peer(4)),
        responses: 1,
        status: "waits".into(),
        connecting: false,
        ended: false,
    };
    state.clients(vec![ours].into());
    state.tick(3 * SECOND);
    (state, feed)
}

#[test]
fn a_puppet_has_its_letter_where_the_other_clients_of_our_own_have_a_mark() {
    let (mut state, _) = lively(120, 36);
    let one = state.client_list()[0].clone();
    let row = |state: &State| {
        let (screen, peer) = (dark(state, 120, 36), one.local.unwrap().to_string());
        screen.lines().find(|line| line.contains(&peer)).map(str::to_owned).unwrap()
    };
    assert!(row(&state).contains('◆'));
    let kind = ClientKind::Puppet(Name::new('Q').unwrap());
    state.clients(vec![ClientInfo { kind, ..one.clone() }].into());
    let named = row(&state);
    assert!(named.contains('Q') && !named.contains('◆'), "{named}");
}

#[test]
fn three_sizes() {
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        let (state, _) = lively(width, height);
        assert_snapshot!(format!("{width}x{height}"), dark(&state, width, height));
    }
}

#[test]
fn no_number_of_requests_is_cut() {
    for (requests, shown) in
        [(999, " 999 "), (9_999, " 10k "), (12_345, " 12k "), (104_000, "104k ")]
    {
        let (mut state, mut feed) = lively(100, 30);
        feed.row(3).requests = requests;
        state.apply(&feed.publish());
        state.tick(4 * SECOND);
        let screen = dark(&state, 100, 30);
        assert!(screen.contains(shown) && !screen.contains("10.…"), "{requests}\n{screen}");
    }
}

#[test]
fn an_answer_on_its_way_says_how_far_it_is() {
    let (mut state, mut feed) = lively(120, 36);
    let row = feed.row(3);
    row.state = ConnState::Writing;
    (row.answer, row.unsent) = (50_000_000, 44_400_000);
    state.apply(&feed.publish());
    state.tick(4 * SECOND);
    press(&mut state, "1");
    for _ in 0..9 {
        if state.scene().table.selected().unwrap().id() == id(3) {
            break;
        }
        press(&mut state, "j");
    }
    press(&mut state, "5");
    let screen = dark(&state, 120, 36);
    assert_eq!(screen.matches("→ 11 %").count(), 2, "in the table and in the card\n{screen}");
    assert!(screen.contains("answer    5.6 MB of 50.0 MB"), "{screen}");
    feed.row(3).unsent = 0;
    state.apply(&feed.publish());
    state.tick(5 * SECOND);
    let screen = dark(&state, 120, 36);
    assert!(screen.contains("→ writing") && !screen.contains("answer "), "{screen}");
}

#[test]
fn the_row_whose_handler_keeps_the_loop_says_so() {
    let (mut state, mut feed) = lively(120, 36);
    feed.row(3).within = Some(Kind::Handler);
    let mut batch = feed.publish();
    (batch.standing.stance, batch.standing.since) = (Stance::Handling("/slow"), 4 * SECOND);
    state.apply(&batch);
    state.tick(6 * SECOND + SECOND / 10);
    let screen = dark(&state, 120, 36);
    assert!(screen.contains("!! blocks 2.1 s"), "{screen}");
    assert_eq!(screen.matches("!! blocks").count(), 1, "{screen}");
    // The others have handlers in the pool, or wait for its threads.
    for (seconds, within, word) in [(7, Kind::Handler, "▸ handler"), (8, Kind::Queued, "▸ queued")]
    {
        let row = feed.row(3);
        // A thread of its own does not say that its state is another.
        row.by = if within == Kind::Handler { By::thread(4711) } else { By::LOOP };
        row.state = if within == Kind::Handler { ConnState::Idle } else { ConnState::Handling };
        row.within = Some(within);
        state.apply(&feed.publish());
        state.tick(seconds * SECOND);
        let screen = dark(&state, 120, 36);
        assert!(screen.contains(word) && !screen.contains("!! blocks"), "{screen}");
    }
}

#[test]
fn empty() {
    let mut state = state(80, 24);
    state.apply(&Feed::new().publish());
    state.tick(SECOND);
    assert_snapshot!(dark(&state, 80, 24));
}

#[test]
fn too_small() {
    let (state, _) = lively(20, 5);
    assert_snapshot!(dark(&state, 20, 5));
}

#[test]
fn one_panel_on_a_narrow_screen() {
    let (mut state, _) = lively(44, 14);
    let table = dark(&state, 44, 14);
    press(&mut state, "3");
    assert_snapshot!(table + &dark(&state, 44, 14));
}

#[test]
fn ascii() {
    let (mut state, _) = lively(80, 24);
    press(&mut state, "<Down>x");
    let screen = text(&render(&state, 80, 24, &Theme::new(Palette::Mono, true)));
    assert!(screen.is_ascii(), "{screen}");
    assert_snapshot!(screen);
}

/// The styles in use, each with the first text drawn in it.
fn styles(state: &State, palette: Palette) -> String {
    let buffer = render(state, 120, 36, &Theme::new(palette, false));
    let mut seen: Vec<(String, String)> = Vec::new();
    for cell in &buffer.content {
        let style = format!("{:?} on {:?} {:?}", cell.fg, cell.bg, cell.modifier);
        match seen.iter_mut().find(|(other, _)| *other == style) {
            Some((_, text)) if text.chars().count() < 24 => text.push_str(cell.symbol()),
            Some(_) => {}
            None => seen.push((style, cell.symbol().to_owned())),
        }
    }
    let lines = seen.into_iter().map(|(style, text)| format!("{style:<40} {}\n", text.trim()));
    lines.collect()
}

#[test]
fn light() {
    assert_snapshot!(styles(&lively(120, 36).0, Palette::Light));
}

#[test]
fn mono_uses_no_colour() {
    let mono = styles(&lively(120, 36).0, Palette::Mono);
    assert!(mono.lines().all(|line| line.starts_with("Reset on Reset")), "{mono}");
    assert_snapshot!(mono);
}

#[test]
fn projector() {
    assert_snapshot!(styles(&lively(120, 36).0, Palette::Projector));
}

#[test]
fn help_and_its_search() {
    let (mut state, _) = lively(80, 24);
    press(&mut state, "?");
    let all = dark(&state, 80, 24);
    press(&mut state, "drop");
    assert_snapshot!(all + &dark(&state, 80, 24));
    press(&mut state, "<Esc>");
    assert!(!dark(&state, 80, 24).contains("search:"));
}

#[test]
fn card() {
    let (mut state, _) = lively(120, 36);
    press(&mut state, "<Down><Down><Enter>");
    assert_snapshot!(dark(&state, 120, 36));
}

#[test]
fn pause() {
    let (mut state, mut feed) = lively(80, 24);
    assert_eq!(press(&mut state, "p"), [Action::Send(Command::Pause)]);
    feed.hold(Kind::Recv, 9, Some(1));
    state.apply(&feed.publish());
    state.tick(4 * SECOND);
    assert_snapshot!(dark(&state, 80, 24));
}

#[test]
fn a_drop_names_its_client_and_hits_it() {
    let (mut state, mut feed) = lively(80, 24);
    press(&mut state, "<Down><Down>x");
    assert_snapshot!(dark(&state, 80, 24));
    assert!(press(&mut state, "<Esc>").is_empty());
    assert!(press(&mut state, "xn").is_empty());
    assert_eq!(press(&mut state, "xy"), [Action::Send(Command::Drop(id(3)))]);
    assert!(press(&mut state, "X<Enter>").is_empty(), "no is the default");
    assert_eq!(press(&mut state, "Xy"), [Action::Send(Command::Reset(id(3)))]);
    // Gone while the question is open: nothing is dropped any more.
    press(&mut state, "x");
    feed.close(3, Why::PeerReset);
    state.apply(&feed.publish());
    state.tick(4 * SECOND);
    assert!(press(&mut state, "y").is_empty());
    let screen = dark(&state, 80, 24);
    assert!(screen.contains("it is gone already") && screen.contains("× peer reset"), "{screen}");
}

#[test]
fn idle_clients_are_counted_before_they_are_dropped() {
    let (mut state, _) = lively(80, 24);
    state.tick(20 * SECOND);
    press(&mut state, "i");
    assert_snapshot!(dark(&state, 80, 24));
    let dropped = press(&mut state, "<Enter>");
    assert_eq!(dropped, [Action::Send(Command::DropIdle(std::time::Duration::from_secs(10)))]);
}

#[test]
fn the_chooser() {
    let (mut state, _) = lively(80, 24);
    press(&mut state, "a");
    assert_snapshot!(dark(&state, 80, 24));
    press(&mut state, "<Down><Enter>");
    assert_eq!(press(&mut state, "C"), [Action::AddClients(ClientKind::Burst, 10)]);
}

#[test]
fn another_server_is_chosen() {
    let (mut state, mut feed) = lively(80, 24);
    press(&mut state, "v<Up><Up>");
    assert_snapshot!(dark(&state, 80, 24));
    assert!(press(&mut state, "<Enter>").is_empty());
    let screen = dark(&state, 80, 24);
    assert!(screen.contains("switch to poll? closes 4 connections"), "{screen}");
    assert_eq!(press(&mut state, "y"), [Action::Send(Command::Switch(ServerKind::Poll))]);
    assert!(press(&mut state, "v<Enter>").is_empty(), "the same one");
    // It took over: everybody was closed, and nothing of the old loop is left.
    for number in [1, 3, 4, 5] {
        feed.close(number, Why::Switched);
    }
    feed.switch(ServerKind::Poll);
    state.apply(&feed.publish());
    state.tick(4 * SECOND);
    let screen = dark(&state, 80, 24);
    assert!(screen.contains("× server switched") && screen.contains(" poll "), "{screen}");
    assert_eq!(state.live().table.open(), 0);
    assert!(state.live().engine.wakes().is_empty());
    let sent = press(&mut state, "v<End><Home><Down><Down><Enter>");
    assert_eq!(sent, [Action::Send(Command::Switch(ServerKind::Threads))], "nobody to ask for");
}

#[test]
fn no_figure_stands_where_a_server_has_none() {
    use ServerKind::{Blocking, Coroutines, Poll, Threads};
    let told = |server| {
        let (mut state, mut feed) = lively(200, 50);
        feed.switch(server);
        state.apply(&feed.publish());
        state.tick(4 * SECOND);
        let screen = dark(&state, 200, 50);
        let interest = screen.contains("OUT|RDHUP|ET");
        let charts = [
            "1 wake-up/s",
            "wake-ups/s",
            "loop turn",
            "ready/wake-up",
            "system calls/s",
            "started/s",
        ];
        let there = charts.into_iter().map(|name| screen.matches(name).count());
        (interest, there.collect::<Vec<_>>())
    };
    assert_eq!(told(Poll), (true, vec![1, 1, 1, 1, 0, 0]));
    assert_eq!(told(Coroutines), (false, vec![1, 1, 0, 0, 1, 1]));
    assert_eq!(told(Threads), (false, vec![0, 0, 0, 0, 1, 1]));
    assert_eq!(told(Blocking), (false, vec![0, 0, 0, 0, 1, 0]));
}

#[test]
fn what_a_server_cannot_do_is_not_offered_and_says_why() {
    use ServerKind::{Blocking, Coroutines, Processes, Scan, Threads};
    let refused = |server| {
        let (mut state, mut feed) = lively(120, 36);
        feed.switch(server);
        feed.hold(Kind::Recv, 9, Some(1));
        state.apply(&feed.publish());
        state.tick(20 * SECOND);
        let keys = ["r", "s", "S", "-"].into_iter();
        let refused = keys.filter(|key| {
            let sent = press(&mut state, key);
            // Of a pause it is the pace of what follows.
            let told = state
                .current_notice()
                .is_some_and(|notice| !matches!(notice, Notice::AfterThePause(_)));
            assert!(!told || sent.is_empty(), "{server} {key} {:?}", state.current_notice());
            assert!(told || !sent.is_empty() || *key == "-", "{server} {key}");
            state.tick(state.live().now + 20 * SECOND);
            told
        });
        refused.collect::<String>()
    };
    assert_eq!(refused(Scan), "");
    assert_eq!(refused(Coroutines), "S");
    assert_eq!((refused(Threads), refused(Blocking)), ("rS".into(), "rS".into()));
    assert_eq!(refused(Processes), "rsS-");
}

/// Slow motion may be asked for just as another server takes over.
#[test]
fn slow_motion_ends_on_every_server_also_where_it_cannot_begin() {
    for server in ServerKind::ALL {
        let (mut state, mut feed) = lively(120, 36);
        feed.switch(server);
        feed.batch.standing.mode = Mode::Slow(100);
        state.apply(&feed.publish());
        let sent = press(&mut state, "+");
        assert_eq!(sent, [Action::Send(Command::Run)], "{server}");
    }
}

#[test]
fn what_looks_like_a_mistake_is_told_in_a_sentence() {
    let (mut state, mut feed) = lively(80, 24);
    feed.row(5).stopped = false;
    feed.tell(13, Some(id(5)), What::Recv { ret: Ret::ok(1024) });
    state.apply(&feed.publish());
    let mut snapshot = feed.snapshot();
    snapshot.asleep = Some(true);
    let at = snapshot.sockets.iter().position(|s| s.peer == super::feed::peer(5)).unwrap();
    snapshot.sockets[at].recv_queue = 5904;
    for tenth in 40..62 {
        state.tick(tenth * SECOND / 10);
        state.kernel(snapshot.clone(), u64::MAX);
    }
    state.tick(8 * SECOND);
    assert_snapshot!(dark(&state, 80, 24));
    press(&mut state, "<Down><Down><Down><Down>5z");
    let card = dark(&state, 80, 24);
    assert!(card.contains("! fd 13 has had 5,904 bytes waiting for 4.0 s"), "{card}");
    state.resize(200, 50);
    press(&mut state, "z");
    let screen = dark(&state, 200, 50);
    let told = "5,904 bytes waiting for 2.1 s and no event is due: edge-triggered and not drained";
    assert!(screen.contains(told), "the stream has it too\n{screen}");
}

#[test]
fn filters_of_table_and_stream() {
    let (mut state, _) = lively(120, 36);
    press(&mut state, "/state:idle");
    state.tick(4 * SECOND);
    let typing = dark(&state, 120, 36);
    press(&mut state, "<Enter>3/kind:recv fd:9<Enter>");
    assert_snapshot!(typing + &dark(&state, 120, 36));
    press(&mut state, "<Esc><Esc>");
    state.tick(5 * SECOND);
    assert!(!dark(&state, 120, 36).contains("filter:"));
}

#[test]
fn a_wrong_filter_says_what_there_is_and_is_not_kept() {
    for (width, height) in [(80, 24), (120, 36), (200, 50), (60, 12)] {
        let (mut state, _) = lively(width, height);
        let rows = state.scene().table.order().len();
        press(&mut state, "/state:bogus");
        state.tick(4 * SECOND);
        let screen = drawn(&state, width, height);
        let said = screen.replace('\n', " ");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let all = "state: one of open, new, reading, idle, handler, writing, linger, closed, \
                   queued, stopped";
        assert!(said.contains(all), "{screen}");
        assert_eq!(state.scene().table.order().len(), rows, "nothing is filtered away by it");
        press(&mut state, "<Enter>");
        assert!(drawn(&state, width, height).contains("state:bogus▏"), "it is to be put right");
        press(&mut state, "<Esc>/state:idle<Enter>");
        assert!(!drawn(&state, width, height).contains('▏'), "it is kept");
        state.tick(5 * SECOND);
        assert_eq!(state.scene().table.order().len(), 2);
    }
}

#[test]
fn closed_connections_are_counted_and_listed_by_a_key_or_a_click() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let (mut state, mut feed) = lively(120, 36);
    feed.close(1, Why::PeerReset);
    state.apply(&feed.publish());
    let line = |state: &State, words: &str| {
        let screen = dark(state, 120, 36);
        let y = screen.lines().position(|line| line.contains(words)).expect(&screen);
        (u16::try_from(y).unwrap(), screen)
    };
    state.tick(4 * SECOND);
    assert!(!dark(&state, 120, 36).contains(" closed · "), "they are in their places");
    press(&mut state, "u");
    assert!(dark(&state, 120, 36).contains("no closed connection is folded"));
    state.tick(6 * SECOND);
    let (y, screen) = line(&state, "2 closed · u lists them");
    assert!(!screen.contains("× peer"), "{screen}");
    press(&mut state, "u");
    state.tick(7 * SECOND);
    let (_, screen) = line(&state, "2 closed · u folds them");
    assert!(screen.contains("× peer reset") && screen.contains("× peer closed"), "{screen}");
    let kind = MouseEventKind::Down(MouseButton::Left);
    state.mouse(MouseEvent { kind, column: 5, row: y, modifiers: KeyModifiers::NONE });
    state.tick(8 * SECOND);
    let (_, screen) = line(&state, "2 closed · u lists them");
    assert!(!screen.contains("× peer"), "{screen}");
    // More than can be listed, and little room.
    for number in 100..400 {
        feed.accept(number, 20);
        feed.close(number, Why::Answered);
    }
    state.apply(&feed.publish());
    state.tick(20 * SECOND);
    line(&state, "302 closed · u lists the last 200");
    state.resize(80, 24);
    assert!(dark(&state, 80, 24).contains("302 closed · u ━"));
}

#[test]
fn the_arrow_stands_at_the_heading_and_points_as_in_htop() {
    for (width, height) in [(80, 24), (120, 36), (200, 50), (40, 12)] {
        let (mut state, _) = lively(width, height);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..24 {
            let (column, reverse) = state.scene().table.sorting();
            let arrow = |up, down| {
                let word = column.label().split(' ').next().unwrap();
                [word, column.label()].map(|word| word.to_owned() + if reverse { down } else { up })
            };
            let has = |screen: &str, heads: [String; 2]| heads.iter().any(|h| screen.contains(h));
            let screen = dark(&state, width, height);
            assert!(has(&screen, arrow("△", "▽")), "{column:?}\n{screen}");
            let plain = text(&render(&state, width, height, &Theme::new(Palette::Mono, true)));
            assert!(has(&plain, arrow("^", "v")), "{column:?}\n{plain}");
            seen.insert(column.label());
            press(&mut state, if seen.len() % 2 == 0 { "O" } else { "o" });
            press(&mut state, "o");
            state.tick(4 * SECOND);
        }
        for always in ["fd", "conn", "state", "recv-q"] {
            assert!(seen.contains(always), "no {always} at {width}x{height}: {seen:?}");
        }
    }
}

#[test]
fn what_was_lost_and_what_failed() {
    let (mut state, mut feed) = lively(80, 24);
    feed.lose(Kind::Recv, 800);
    feed.lose(Kind::Send, 434);
    feed.wake(1000, &[(LISTENER, Mask::IN, None)]);
    feed.tell(LISTENER, None, What::Accept { ret: Ret::err(Errno::MFILE), peer: None });
    feed.tell(LISTENER, None, What::Rest { errno: Errno::MFILE });
    if let Some(listener) = &mut feed.batch.listener {
        listener.resting = Some(Errno::MFILE);
    }
    state.apply(&feed.publish());
    state.tick(4 * SECOND);
    assert_snapshot!(dark(&state, 80, 24));
    // Lost after the last event that was told: what is shown may not be the last.
    let labels = |state: &State| {
        let screen = dark(state, 120, 36);
        ["last call: ", "last seen: "].map(|label| screen.contains(label))
    };
    state.resize(120, 36);
    feed.wake(1000, &[(9, Mask::IN, Some(1))]);
    feed.get(1, "/", 900);
    feed.lose(Kind::Accept, 2);
    state.apply(&feed.publish());
    assert_eq!(labels(&state), [false, true]);
    feed.wake(1000, &[(9, Mask::IN, Some(1))]);
    feed.get(1, "/", 900);
    state.apply(&feed.publish());
    assert_eq!(labels(&state), [true, false]);
}

#[test]
fn a_limit_is_told_and_stands_in_the_header_while_clients_are_refused() {
    let (mut state, mut feed) = lively(80, 24);
    feed.tell(9, None, What::Refused);
    feed.batch.counters.refused += 11;
    let batch = feed.publish();
    let last = batch.time;
    state.apply(&batch);
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        state.resize(width, height);
        let screen = dark(&state, width, height);
        assert!(screen.contains("! over a limit: 12 refused with 503"), "{screen}");
        assert!(screen.contains("a limit is reached: new clients get a 503"), "{screen}");
    }
    state.tick(last + SECOND);
    assert!(dark(&state, 80, 24).contains("refused with 503"));
    state.tick(last + 3 * SECOND);
    assert!(!dark(&state, 80, 24).contains("refused with 503"), "nobody is refused any more");
}

#[test]
fn a_dead_server_is_the_whole_screen() {
    let (mut state, _) = lively(80, 24);
    let panic = Panic { thread: Some("server".into()), info: "src/x.rs:1".into() };
    let failure = Failure::Panic(Some("on purpose".into()));
    state.server_ended(Ended::Failed(Some(failure), vec![panic]));
    assert_snapshot!(drawn(&state, 80, 24));
    assert!(press(&mut state, "xpc").is_empty());
    assert_eq!(press(&mut state, "q"), [Action::Quit]);
}

#[test]
fn a_frozen_picture_stands_while_the_server_goes_on() {
    let (mut state, mut feed) = lively(80, 24);
    press(&mut state, "f");
    let before = state.scene().table.open();
    feed.accept(6, 10);
    state.apply(&feed.publish());
    state.tick(5 * SECOND);
    assert_eq!((state.scene().table.open(), state.live().table.open()), (before, before + 1));
    assert_eq!(state.frozen_for(), Some(2 * SECOND));
    press(&mut state, "<Down><Down>");
    let selected = state.scene().table.selected().map(crate::dashboard::state::table::TableRow::id);
    press(&mut state, "f");
    state.tick(6 * SECOND);
    assert_eq!(state.scene().table.open(), before + 1);
    assert_eq!(
        state.scene().table.selected().map(crate::dashboard::state::table::TableRow::id),
        selected
    );
}

#[test]
fn what_a_peer_sends_cannot_change_how_the_screen_is_shown() {
    let (mut state, mut feed) = lively(160, 50);
    feed.get(1, "/a\u{202e}b\u{9b}c", 1024);
    let text = "d\u{85}e\u{2028}f\u{2066}g";
    let what = What::Data { bytes: text.len() as u64 };
    feed.batch.push(Event::new(9999, feed.now, 9, Some(id(1)), what), text.as_bytes(), &[]);
    state.apply(&feed.publish());
    state.tick(3 * SECOND);
    let stream = drawn(&state, 160, 50);
    // The table, its first row, and that connection's card.
    press(&mut state, "1<Home><Enter>z");
    let card = drawn(&state, 160, 50);
    for screen in [stream, card] {
        for part in ["/a\\xe2\\x80\\xaeb\\xc2\\x9bc", "d\\u{85}e\\u{2028}f\\u{2066}g"] {
            assert!(screen.contains(part), "no {part} on\n{screen}");
        }
        assert!(!screen.contains(['\u{202e}', '\u{9b}', '\u{85}', '\u{2028}', '\u{2066}']));
    }
}

#[test]
fn the_help_is_wrapped_at_any_width() {
    for width in [40, 48, 59, 60, 76, 80, 120] {
        let (mut state, _) = lively(width, 24);
        let mut all = String::new();
        press(&mut state, "?");
        for _ in 0..560 {
            all += &drawn(&state, width, 24);
            press(&mut state, "<Down>");
        }
        // The last words of long sentences, and the last sign.
        for words in ["queues up in the", "known, or not measured"] {
            let seen = all.split_whitespace().collect::<Vec<_>>().join(" ");
            let last = words.rsplit(' ').next().unwrap();
            assert!(seen.contains(last) && !all.contains('…'), "{width}: {words}\n{all}");
        }
    }
}
