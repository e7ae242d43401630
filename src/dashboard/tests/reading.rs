//! Reading while things go on: the stream under a reader, the table under a cursor.

use super::feed::{Feed, LISTENER, classroom, id, peer, row};
use super::{press, state};
use crate::dashboard::state::filter::Filter;
use crate::dashboard::state::rate_limit::RateLimit;
use crate::dashboard::state::stream::{HISTORY, Stream, StreamEntry};
use crate::dashboard::state::table::{CLOSED_LISTED, CLOSED_STAYS, Column, HOLD, Table};
use crate::dashboard::state::{Action, State};
use crate::telemetry::{Batch, Command, ConnState, Event, Form, Kind, Mask, Ready, Row, What, Why};
use crate::words::units::{relative, wall};

/// A batch of events, numbered by their sequence.
fn batch(seqs: std::ops::RangeInclusive<u64>) -> Batch {
    let mut batch = Batch::default();
    for seq in seqs {
        let fd = i32::try_from(seq % 10).unwrap();
        let mut event = Event::new(seq, seq, fd, None, What::Close);
        if seq % 10 == 3 {
            event.form = Form::Own;
        }
        batch.push(event, b"", &[]);
    }
    batch
}

/// The sequence numbers on the screen; a hole is its size, negative.
fn shown(stream: &Stream, height: usize) -> Vec<i64> {
    let number = |entry: StreamEntry| match entry {
        StreamEntry::Event(event) => i64::try_from(event.event.seq).unwrap(),
        StreamEntry::Lost(count) | StreamEntry::Skipped(count) => -i64::try_from(count).unwrap(),
        StreamEntry::Lint(lint, _) => panic!("{lint:?}"),
        StreamEntry::Change(what) => panic!("{what:?}"),
    };
    stream.lines(height).map(number).collect()
}

#[test]
fn what_is_read_stands_still_while_new_events_arrive() {
    let mut stream = Stream::default();
    stream.toggle_own();
    stream.apply(&batch(1..=100));
    assert_eq!(shown(&stream, 3), [98, 99, 100]);
    stream.scroll(-10, 3);
    assert_eq!(shown(&stream, 3), [88, 89, 90]);
    stream.apply(&batch(101..=200));
    assert_eq!((shown(&stream, 3), stream.below(3)), (vec![88, 89, 90], Some(110)));
    stream.to_oldest(3);
    assert_eq!(shown(&stream, 3), [1, 2, 3]);
    stream.scroll(1, 3);
    assert_eq!(shown(&stream, 3), [2, 3, 4]);
    stream.to_newest();
    assert_eq!((shown(&stream, 2), stream.below(2)), (vec![199, 200], None));
}

#[test]
fn the_selected_line_moves_and_the_rest_only_when_it_must() {
    let mut stream = Stream::default();
    stream.toggle_own();
    stream.apply(&batch(1..=100));
    let selected = |stream: &Stream| match stream.selected() {
        Some(StreamEntry::Event(event)) => event.event.seq,
        _ => 0,
    };
    stream.step(1, 3);
    assert_eq!((selected(&stream), stream.below(3)), (0, None), "nothing is further down");
    for (by, seq, seen) in [
        (-1, 100, [98, 99, 100]),
        (-1, 99, [98, 99, 100]),
        (-2, 97, [97, 98, 99]),
        (1, 98, [97, 98, 99]),
        (2, 100, [98, 99, 100]),
        (isize::MIN, 1, [1, 2, 3]),
        (-1, 1, [1, 2, 3]),
        (4, 5, [3, 4, 5]),
    ] {
        stream.step(by, 3);
        assert_eq!((selected(&stream), shown(&stream, 3)), (seq, seen.to_vec()), "{by}");
        let row = stream.selected_row(3).unwrap();
        assert_eq!(seen[row], i64::try_from(seq).unwrap());
    }
    stream.apply(&batch(101..=200));
    assert_eq!((selected(&stream), shown(&stream, 3)), (5, vec![3, 4, 5]), "it stands still");
    // The wheel keeps it on the screen.
    stream.scroll(10, 3);
    assert_eq!((selected(&stream), shown(&stream, 3)), (13, vec![13, 14, 15]));
    stream.point_at(1, 3);
    assert_eq!((selected(&stream), shown(&stream, 3)), (14, vec![13, 14, 15]));
    // Under a filter that hides it the next one takes its place.
    stream.set_filter(Filter::parse("line:nowhere.rs:1"));
    assert_eq!((stream.selected().is_none(), stream.selected_row(3)), (true, None));
    stream.set_filter(Filter::default());
    assert_eq!(selected(&stream), 14);
    stream.step(isize::MAX, 3);
    assert_eq!((selected(&stream), stream.below(3)), (0, None));
    // What leaves the history leaves the oldest selected.
    stream.step(isize::MIN, 3);
    let most = HISTORY as u64;
    stream.apply(&batch(201..=210 + most));
    assert_eq!(selected(&stream), 211 - u64::from(stream.len() < HISTORY));
}

#[test]
fn history_is_bounded_and_holes_are_lines() {
    let mut stream = Stream::default();
    stream.toggle_own();
    stream.apply(&batch(1..=5));
    stream.scroll(-3, 2);
    // Six to nine were lost on the way.
    stream.apply(&batch(10..=11));
    stream.to_newest();
    assert_eq!(shown(&stream, 4), [5, -4, 10, 11]);
    // A batch with more than the history holds: what is left out is told, and is not lost.
    stream.to_oldest(2);
    let most = HISTORY as u64;
    stream.apply(&batch(12..=11 + most + 7));
    assert_eq!(stream.len(), HISTORY);
    // What was being read has gone: the oldest that remain take its place.
    assert_eq!(shown(&stream, 2), [19, 20]);
    stream.to_newest();
    assert_eq!(shown(&stream, 1), [i64::try_from(11 + most + 7).unwrap()]);
}

#[test]
fn a_flood_is_kept_in_pieces_and_what_is_left_out_is_counted() {
    let (mut flood, mut stream) = (RateLimit::default(), Stream::default());
    stream.toggle_own();
    let mut seq = 0;
    let mut over = 0;
    // 500,000 events a second, for two seconds, in batches of a millisecond.
    for millisecond in 0..2000 {
        let mut batch = batch(seq + 1..=seq + 500);
        batch.time = millisecond * 1_000_000;
        if flood.lets(&batch) {
            stream.apply(&batch);
        } else {
            stream.pass_over(&batch);
            over += 500;
        }
        seq += 500;
    }
    // A burst of 20,000 and then 64,000 a second.
    assert!((138_000..=158_000).contains(&(seq - over)), "{over} of {seq}");
    let lines = shown(&stream, HISTORY);
    let kept = lines.iter().filter(|&&line| line > 0).count();
    let holes: Vec<_> = lines.iter().filter(|&&line| line < 0).collect();
    // In pieces of 10,000 and a little: two of them whole, and the hole after each.
    assert!((15_000..HISTORY).contains(&kept) && [2, 3].contains(&holes.len()), "{kept} {holes:?}");
    // Every line is where its number says: the holes are as wide as they say.
    let mut place = lines.iter().find(|&&line| line > 0).copied().unwrap();
    for line in lines.iter().skip_while(|&&line| line < 0) {
        if *line > 0 {
            assert_eq!(*line, place);
            place += 1;
        } else {
            place -= line;
        }
    }
    assert_eq!(place, i64::try_from(seq).unwrap() + 1);
}

#[test]
fn the_stream_hides_plumbing_and_filters() {
    let mut stream = Stream::default();
    stream.apply(&batch(1..=20));
    assert_eq!(
        shown(&stream, 50),
        [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20]
    );
    stream.set_filter(Filter::parse("fd:7"));
    assert_eq!(shown(&stream, 50), [7, 17]);
    stream.apply(&batch(21..=30));
    assert_eq!(shown(&stream, 50), [7, 17, 27]);
    stream.set_filter(Filter::default());
    stream.toggle_errors();
    assert!(stream.is_empty());
}

#[test]
fn who_looks_for_an_fd_finds_the_waits_that_reported_it() {
    let mut stream = Stream::default();
    let mut feed = classroom();
    feed.wake(5, &[(9, Mask::IN, Some(1)), (12, Mask::IN, Some(4))]);
    stream.apply(&feed.publish());
    for (filter, fd, conn) in [("kind:epoll_wait fd:12", 12, 4), ("kind:epoll_wait conn:1", 9, 1)] {
        stream.set_filter(Filter::parse(filter));
        let mut shown = 0;
        for line in stream.lines(HISTORY) {
            let StreamEntry::Event(event) = line else { panic!("{line:?}") };
            let named = |ready: &Ready| ready.fd == fd && ready.conn == Some(id(conn));
            assert!(event.ready.iter().any(named), "{event:?}");
            shown += 1;
        }
        assert!(shown > 0, "{filter}");
    }
    stream.set_filter(Filter::parse("kind:epoll_wait fd:99"));
    assert!(stream.is_empty());
}

#[test]
fn times_are_relative_or_of_the_day() {
    assert_eq!(relative(1_204_011_000), "1.204011");
    assert_eq!(relative(5_000_123_000_000), "83:20.123");
    assert_eq!(
        wall(std::time::Duration::from_secs(86_400 + 32_400), 1_204_000_000),
        "09:00:01.204"
    );
}

fn order(table: &Table) -> Vec<u64> {
    table.order().iter().map(|id| id.get()).collect()
}

fn rows(numbers: impl IntoIterator<Item = (u64, u64)>) -> Batch {
    let mut batch = Batch::default();
    for (number, bytes_in) in numbers {
        let fd = i32::try_from(number).unwrap() + 8;
        batch.rows.push(Row { bytes_in, ..row(number, fd, 0) });
    }
    batch
}

#[test]
fn rows_hold_still_while_the_cursor_moves() {
    let mut table = Table::default();
    table.sort_by(Column::In);
    table.apply(&rows([(1, 30), (2, 20), (3, 10)]));
    table.refresh(1, false);
    assert_eq!(order(&table), [1, 2, 3]);
    table.step(1, 1);
    // Everything turns round, and somebody comes: nothing moves, the new one is added below.
    table.apply(&rows([(1, 1), (2, 2), (3, 300), (4, 4000)]));
    table.refresh(HOLD, false);
    assert_eq!(order(&table), [1, 2, 3, 4]);
    assert_eq!(table.selected().unwrap().id(), id(2));
    // Afterwards the order is right, and the cursor is on the same connection.
    table.refresh(HOLD + 2, false);
    assert_eq!(order(&table), [4, 3, 2, 1]);
    assert_eq!((table.selected().unwrap().id(), table.position()), (id(2), 2));
    // While a question is open it holds still for as long as that takes.
    table.apply(&rows([(2, 9999)]));
    table.refresh(HOLD * 10, true);
    assert_eq!(order(&table), [4, 3, 2, 1]);
    table.refresh(HOLD * 10 + 1, false);
    assert_eq!(order(&table), [2, 4, 3, 1]);
}

#[test]
fn a_closed_connection_stays_for_a_while_below_the_new_owner_of_its_fd() {
    let mut table = Table::default();
    table.apply(&rows([(1, 0)]));
    // On the fds beside it.
    let mut others = Batch::default();
    others.rows.extend([row(4, 8, 0), row(5, 10, 0)]);
    table.apply(&others);
    let mut batch = Batch::default();
    batch.time = 10;
    batch.gone.push(Row { state: ConnState::Closed, why: Some(Why::PeerReset), ..row(1, 9, 0) });
    batch.rows.push(row(2, 9, 0));
    // Opened and closed between two batches.
    batch.gone.push(Row { state: ConnState::Closed, why: Some(Why::Answered), ..row(3, 9, 0) });
    table.apply(&batch);
    table.refresh(11, false);
    assert_eq!((order(&table), table.open()), (vec![4, 2, 3, 1, 5], 3));
    assert_eq!(table.get(id(3)).unwrap().why(), "answered, then closed");
    table.turn_round();
    table.refresh(12, false);
    assert_eq!(order(&table), [5, 2, 3, 1, 4], "in its place this way round too");
    table.refresh(10 + CLOSED_STAYS - 1, false);
    assert_eq!((order(&table).len(), table.closing(), table.folded()), (5, 2, 0));
    table.refresh(10 + CLOSED_STAYS, false);
    assert_eq!((order(&table), table.closing(), table.folded()), (vec![5, 2, 4], 0, 2));
}

#[test]
fn peers_are_sorted_by_their_addresses() {
    let mut table = Table::default();
    let mut batch = Batch::default();
    let peers = ["[::2]:80", "10.0.0.2:9", "10.0.0.10:1", "[::1]:443", "10.0.0.2:80", "[::1]:80"];
    for (number, peer) in (1..).zip(peers) {
        batch.rows.push(Row {
            peer: peer.parse().unwrap(),
            ..row(number, i32::try_from(number).unwrap() + 9, 0)
        });
    }
    table.apply(&batch);
    table.sort_by(Column::Peer);
    table.refresh(1, false);
    assert_eq!(order(&table), [2, 5, 3, 6, 4, 1]);
    table.turn_round();
    table.refresh(2, false);
    assert_eq!(order(&table), [1, 4, 6, 3, 5, 2]);
}

#[test]
fn while_the_cursor_moves_the_new_owner_of_an_fd_takes_its_place() {
    let mut table = Table::default();
    let mut batch = Batch::default();
    batch.rows.extend([row(1, 7, 0), row(2, 8, 0), row(3, 9, 0), row(4, 10, 0)]);
    table.apply(&batch);
    table.refresh(1, false);
    table.step(3, 1);
    let mut batch = Batch::default();
    batch.time = 2;
    for (number, fd) in [(2, 8), (4, 10)] {
        batch.gone.push(Row { why: Some(Why::PeerReset), ..row(number, fd, 0) });
    }
    batch.rows.extend([row(5, 8, 0), row(6, 10, 0)]);
    table.apply(&batch);
    table.refresh(3, false);
    // The one under the cursor stands still, and the cursor on it.
    assert_eq!(order(&table), [1, 5, 3, 4, 2, 6]);
    assert_eq!(table.selected().unwrap().id(), id(4));
}

#[test]
fn the_folded_are_listed_below_the_others() {
    let mut table = Table::default();
    table.apply(&rows([(1, 10), (2, 20), (3, 30)]));
    let mut batch = Batch::default();
    batch.gone.push(Row { why: Some(Why::Dropped), ..row(2, 9, 20) });
    table.apply(&batch);
    table.refresh(CLOSED_STAYS, false);
    assert_eq!(order(&table), [1, 3]);
    table.list_closed();
    for (column, expected) in [(Column::In, [3, 1, 2]), (Column::Id, [1, 3, 2])] {
        table.sort_by(column);
        table.refresh(CLOSED_STAYS + 1, false);
        assert_eq!(order(&table), expected);
    }
    table.list_closed();
    table.refresh(CLOSED_STAYS + 2, false);
    assert_eq!(order(&table), [1, 3]);
    // Whoever filters by it sees them without asking twice.
    for (filter, expected) in [("why:dropped", &[2][..]), ("closed", &[2]), ("!closed", &[1, 3])] {
        table.set_filter(Filter::parse(filter));
        table.refresh(CLOSED_STAYS + 3, false);
        assert_eq!(order(&table), expected, "{filter}");
    }
    // Long after, and when many more have gone, the last are kept.
    table.set_filter(Filter::default());
    let mut batch = Batch::default();
    batch.time = 100 * CLOSED_STAYS;
    for number in 100..100 + CLOSED_LISTED as u64 {
        batch.gone.push(Row { why: Some(Why::Dropped), ..row(number, 9, 0) });
    }
    table.apply(&batch);
    table.refresh(100 * CLOSED_STAYS, false);
    assert_eq!((table.closing(), table.folded(), table.open()), (CLOSED_LISTED, 0, 2));
    assert!(table.get(id(2)).is_none());
}

#[test]
fn a_switch_of_the_server_keeps_the_view_of_a_long_table() {
    const HEIGHT: usize = 20;
    let many = |from: u64| rows((from..from + 900).map(|number| (number, number % 10)));
    for told in [true, false] {
        let mut table = Table::default();
        table.set_filter(Filter::parse("in>2"));
        table.sort_by(Column::In);
        table.apply(&many(1));
        table.refresh(1, false);
        table.step(400, 1);
        table.fit(HEIGHT);
        table.step(-5, 1);
        table.fit(HEIGHT);
        let before = (table.order().len(), table.position(), table.top());
        assert_eq!(before, (630, 395, 381));
        // Everybody goes, and is not back at once.
        let mut batch = Batch::default();
        batch.time = 10 * HOLD;
        batch.whole = true;
        if told {
            let gone = many(1).rows.into_iter();
            batch.gone = gone.map(|row| Row { why: Some(Why::Switched), ..row }).collect();
        }
        table.apply(&batch);
        if !told {
            table.keep_view();
        }
        for (tick, from) in [(0, 0), (1, 0), (30, 0), (31, 1000), (40, 2000)] {
            let now = 10 * HOLD + tick * HOLD / 10;
            if from > 0 {
                // A third of them, then all.
                let mut back = many(from);
                back.rows.truncate(if from == 1000 { 300 } else { 900 });
                table.apply(&back);
            }
            table.refresh(now, false);
            table.fit(HEIGHT);
        }
        assert!(table.order().len() > 630);
        assert_eq!((table.position(), table.top()), (395, 381), "{told}");
        assert_eq!((table.filter().as_str(), table.sorting()), ("in>2", (Column::In, true)));
        // From here on the cursor follows its connection again.
        let on = table.selected().unwrap().id();
        table.apply(&rows([(5000, 99), (5001, 99)]));
        table.refresh(20 * HOLD, false);
        assert_eq!((table.selected().unwrap().id(), table.position()), (on, 397));
    }
}

#[test]
fn whoever_moves_after_a_switch_or_waits_long_is_not_moved_back() {
    for moves in [true, false] {
        let mut table = Table::default();
        table.apply(&rows((1..=300).map(|number| (number, 0))));
        table.refresh(1, false);
        table.step(200, 1);
        let mut batch = Batch::default();
        batch.whole = true;
        table.apply(&batch);
        table.keep_view();
        table.apply(&rows((400..410).map(|number| (number, 0))));
        table.refresh(10 * HOLD, false);
        assert_eq!(table.position(), 9);
        if moves {
            table.step(-4, 10 * HOLD);
        } else {
            table.refresh(20 * HOLD, false);
        }
        table.apply(&rows((500..900).map(|number| (number, 0))));
        table.refresh(21 * HOLD, false);
        assert_eq!(table.position(), if moves { 5 } else { 9 });
    }
}

#[test]
fn the_closed_are_bounded_in_number() {
    let mut table = Table::default();
    let mut batch = Batch::default();
    for number in 1..=1000 {
        batch.gone.push(Row { why: Some(Why::PeerClosed), ..row(number, 9, 0) });
    }
    table.apply(&batch);
    table.apply(&batch);
    table.refresh(1, false);
    assert_eq!((table.entries().len(), table.open()), (CLOSED_LISTED, 0));
    assert!(table.get(id(1000)).is_some());
}

#[test]
fn a_click_selects_and_sorts() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    for stdin in [None, Some(crate::telemetry::Stdin::default())] {
        let mut state: State = state(120, 36);
        let mut feed = classroom();
        feed.batch.listener.as_mut().unwrap().stdin = stdin;
        state.apply(&feed.publish());
        state.tick(1);
        let areas = state.areas();
        let table = areas.of(crate::dashboard::layout::Panel::Table).unwrap();
        let mut click = |column, row| {
            let kind = MouseEventKind::Down(MouseButton::Left);
            state.mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
            state.tick(2);
            let table = &state.scene().table;
            (table.selected().unwrap().id(), table.sorting())
        };
        // Below the border, the heading, the listener and standard input.
        let first = table.y + 3 + u16::from(stdin.is_some());
        assert_eq!(click(table.x + 20, first + 1), (id(2), (Column::Fd, false)));
        assert_eq!(click(table.x + 20, table.y + 1), (id(2), (Column::Peer, false)));
        assert_eq!(click(table.x + 20, table.y + 1), (id(2), (Column::Peer, true)));
        for own in table.y + 2..first {
            assert_eq!(click(table.x + 20, own), (id(2), (Column::Peer, true)));
        }
    }
}

#[test]
fn sorting_goes_through_the_columns_that_are_seen() {
    use Column::{Fd, Id, Peer, RecvQueue, State as Stands};
    let mut state = state(80, 24);
    state.apply(&classroom().publish());
    state.tick(3_000_000_000);
    let mut seen = Vec::new();
    for _ in 0..5 {
        press(&mut state, "o");
        seen.push(state.scene().table.sorting().0);
    }
    assert_eq!(seen, [Id, Peer, Stands, RecvQueue, Fd]);
}

#[test]
fn a_filter_is_typed_whatever_has_the_focus() {
    // Else its letters would be commands: `s` a step, `D` a question.
    let mut state = state(80, 24);
    state.apply(&classroom().publish());
    for panel in ["1", "2", "4", "5", "4z"] {
        press(&mut state, panel);
        press(&mut state, "/idle>5<Enter>");
        assert_eq!(state.scene().table.filter().as_str(), "idle>5", "{panel}");
        assert!(state.areas().of(crate::dashboard::layout::Panel::Table).is_some());
        press(&mut state, "/<Esc>");
        assert_eq!(state.scene().table.filter().as_str(), "");
    }
}

#[test]
fn seconds_are_typed_with_figures_only() {
    let mut state = state(80, 24);
    state.apply(&classroom().publish());
    let actions = press(&mut state, "inxq5<Enter>");
    let long = std::time::Duration::from_secs(5);
    assert_eq!(actions, [Action::Send(Command::DropIdle(long))], "in place of what is proposed");
}

#[test]
fn pace_goes_by_steps_and_pause_comes_back_to_it() {
    use crate::dashboard::state::Action::Send;
    use crate::telemetry::Command::{Pause, Run, Slow};
    let mut state = state(80, 24);
    let mut feed = Feed::new();
    feed.tell(LISTENER, None, What::Resume);
    state.apply(&feed.publish());
    assert_eq!(press(&mut state, "--"), [Send(Slow(100)), Send(Slow(50))]);
    assert_eq!(press(&mut state, "pp"), [Send(Pause), Send(Slow(50))]);
    assert_eq!(press(&mut state, "+++"), [Send(Slow(100)), Send(Run)]);
}

#[test]
fn a_request_is_kept_for_its_connection_only() {
    let mut state = state(80, 24);
    state.apply(&classroom().publish());
    let head = |number| {
        let entry = state.live().table.get(id(number)).unwrap();
        entry.head.as_ref().map(|head| String::from_utf8_lossy(&head.bytes[..10]).into_owned())
    };
    assert_eq!(head(4).as_deref(), Some("GET /hand "));
    assert_eq!(head(5), None);
    assert_eq!(state.live().table.get(id(4)).unwrap().row().peer, peer(4));
    assert_eq!(state.live().stream.of(id(4)).next().unwrap().event.what.kind(), Kind::Recv);
}

#[test]
fn of_a_long_request_the_card_keeps_the_beginning_and_tells_the_length() {
    let (mut state, mut feed) = (state(120, 36), classroom());
    feed.get(1, &format!("/{}", "t".repeat(6985)), 900);
    state.apply(&feed.publish());
    let head = state.live().table.get(id(1)).unwrap().head.as_ref().unwrap();
    assert_eq!((head.bytes.len(), head.line), (1024, 6999));
    state.tick(feed.now);
    press(&mut state, "5z");
    let card = super::drawn(&state, 120, 36);
    assert!(card.contains("its first line has 6,999 B"), "{card}");
}

#[test]
fn in_a_flood_the_totals_are_exact_and_a_request_may_be_an_old_one() {
    let (mut state, mut feed) = (state(120, 36), classroom());
    state.apply(&feed.publish());
    let old = |state: &State| {
        let scene = state.live();
        scene.table.may_be_old(scene.table.get(id(4)).unwrap().head.as_ref().unwrap())
    };
    assert!(!old(&state));
    for _ in 0..100 {
        for _ in 0..100 {
            feed.get(5, "/hand", 900);
        }
        state.apply(&feed.publish());
    }
    assert!(old(&state), "50,000 events at once are not read");
    let row = state.live().table.get(id(5)).unwrap().row();
    assert_eq!(row.requests, feed.row(5).requests);
    assert!(row.requests >= 10_000);
    assert_eq!(state.live().stream.len(), HISTORY);
    state.tick(feed.now);
    press(&mut state, "5z");
    let card = super::dark(&state, 120, 36);
    assert!(card.contains("ago; later ones may have been left out"), "{card}");
}
