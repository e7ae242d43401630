//! The panels as they look, at the sizes they are designed for, and at any other.

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;

use super::header::{Badge, HeaderView};
use super::sample::{MS, Script, Watched, looked_at, peer};
use super::spots::Spots;
use crate::dashboard::state::charts::Charts;
use crate::dashboard::state::latency::Latencies;
use crate::dashboard::state::rates::Rates;
use crate::dashboard::theme::{Palette, Theme};
use crate::inspect::{AcceptQueue, Snapshot, Socket, TcpState};
use crate::telemetry::{
    Batch, By, ConnId, CtlOp, Errno, Event, Fd, Form, Kind, Local, Mask, Mode, Nanos, Next, Ready,
    Ret, ServerKind, Stance, Standing, Turn, What, Why,
};
use crate::words::walk;

/// The designed panels: inner sizes and what they are called in a snapshot's name.
const SIZES: [(u16, u16); 5] = [(30, 10), (38, 8), (58, 14), (98, 25), (198, 46)];

/// The panel in English; in Chinese no English word is on it.
fn screen(width: u16, height: u16, draw: impl Fn(&mut ratatui::Frame, Rect)) -> String {
    // What the tests put into the notice.
    walk(&["was", "taken"], || drawn(width, height, &draw));
    drawn(width, height, draw)
}

fn drawn(width: u16, height: u16, draw: impl Fn(&mut ratatui::Frame, Rect)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, frame.area())).unwrap();
    terminal.backend().to_string()
}

fn theme(ascii: bool) -> Theme {
    Theme::new(Palette::Dark, ascii)
}

pub(super) fn engine_at(engine: &Watched, (width, height): (u16, u16), ascii: bool) -> String {
    screen(width + 2, height + 2, |frame, area| {
        super::engine::draw(
            frame,
            area,
            engine,
            &engine.table,
            &theme(ascii),
            true,
            &mut Spots::default(),
        );
    })
}

/// The same, however little room there is: words are cut in the middle then.
pub(super) fn engine_anywhere(engine: &Watched, (width, height): (u16, u16), ascii: bool) {
    drawn(width + 2, height + 2, |frame, area| {
        super::engine::draw(
            frame,
            area,
            engine,
            &engine.table,
            &theme(ascii),
            true,
            &mut Spots::default(),
        );
    });
}

/// Several turns of a server with forty connections; the last has three fds ready.
fn script(engine: &mut Watched) -> Script {
    let mut script = Script::new(500 * MS);
    for fd in 9..49 {
        script.row(fd, u64::try_from(fd - 8).unwrap());
    }
    script.batch.rows[7].interest.0 |= 4;
    for (time, fds) in [(600, 1), (640, 4), (900, 12)] {
        script.time = time * MS;
        let ready: Vec<(Fd, u64)> =
            (9..9 + fds).map(|fd| (fd, u64::try_from(fd - 8).unwrap())).collect();
        script.wait(40 * MS, &ready);
        for (fd, id) in ready {
            script.recv(fd, id, 84).event(fd, id, What::Send { ret: Ret::ok(1290), len: 1290 });
            script.event(fd, id, What::Recv { ret: Ret::err(Errno::AGAIN) });
        }
    }
    engine.apply(&script.publish());
    script.time = 2100 * MS;
    script.wait(1200 * MS, &[(9, 1), (14, 6), (22, 14)]);
    script.recv(9, 1, 84).event(9, 1, What::Send { ret: Ret::ok(1290), len: 50_000 });
    script
}

pub(super) fn measured(ready: Option<Vec<Fd>>) -> Snapshot {
    let socket = |(fd, recv_queue): (Fd, u32)| Socket {
        peer: peer(fd),
        local: Local::UNKNOWN,
        state: TcpState::Established,
        recv_queue,
        send_queue: 0,
        rtt: None,
        rtt_var: None,
        cwnd: 10,
        retransmits: 0,
        inode: 1,
    };
    let mut snapshot = Snapshot::empty(std::time::Instant::now());
    snapshot.accept_queue = Some(AcceptQueue { len: 3, limit: 128 });
    snapshot.sockets = [(14, 84), (22, 1290), (30, 60_000)].map(socket).to_vec();
    snapshot.detail.epoll = ready.map(|fds| looked_at((5..6).chain(9..49), &fds));
    snapshot
}

fn held() -> Watched {
    let mut engine = Watched::new();
    let mut script = script(&mut engine);
    script.event(9, 1, What::Recv { ret: Ret::err(Errno::AGAIN) });
    engine.apply(&script.held(Kind::Recv, 14, 6).publish());
    engine.kernel(&measured(Some(vec![14, 22])), Nanos::MAX);
    engine.kernel(&measured(Some(vec![14, 22, 30])), Nanos::MAX);
    engine
}

fn running() -> Watched {
    let mut engine = Watched::new();
    let mut script = script(&mut engine);
    script.recv(14, 6, 84).recv(22, 14, 84);
    engine.apply(&script.publish());
    engine.tick(2120 * MS);
    engine.kernel(&measured(None), Nanos::MAX);
    engine
}

#[test]
fn the_loop_runs() {
    for size in SIZES {
        insta::assert_snapshot!(
            format!("loop_runs_{}x{}", size.0, size.1),
            engine_at(&running(), size, false)
        );
    }
}

#[test]
fn the_loop_is_held() {
    for size in SIZES {
        insta::assert_snapshot!(
            format!("loop_held_{}x{}", size.0, size.1),
            engine_at(&held(), size, false)
        );
    }
    insta::assert_snapshot!("loop_held_ascii", engine_at(&held(), (58, 14), true));
}

#[test]
fn the_loop_before_anything_is_known() {
    insta::assert_snapshot!("loop_new", engine_at(&Watched::new(), (58, 14), false));
}

#[test]
fn the_loop_asleep_in_slow_motion_and_with_a_loss() {
    let mut asleep = running();
    asleep.tick(5220 * MS);
    insta::assert_snapshot!("loop_asleep", engine_at(&asleep, (38, 8), false));

    let mut slow = Watched::new();
    let mut next = script(&mut slow);
    next.held(Kind::Recv, 14, 6).batch.standing.mode = Mode::Slow(5);
    slow.apply(&next.publish());
    insta::assert_snapshot!("loop_slow", engine_at(&slow, (38, 8), false));

    let mut part = running();
    let mut lossy = Script::new(3000 * MS);
    lossy.batch.lost.events[Kind::Recv as usize] = 9;
    part.apply(&lossy.publish());
    let picture = engine_at(&part, (58, 14), false);
    assert!(picture.contains("some calls of this turn were left out"), "{picture}");
}

#[test]
fn the_loop_fits_where_there_is_hardly_room() {
    for size in [(18, 3), (36, 1), (36, 3), (36, 5)] {
        insta::assert_snapshot!(
            format!("loop_tiny_{}x{}", size.0, size.1),
            engine_at(&held(), size, false)
        );
    }
}

/// Ninety seconds of a busy server: a wave of requests, a pause in it, turns of all lengths.
fn busy() -> (Charts, Rates) {
    let (mut charts, mut rates) = (Charts::new(), Rates::new());
    let mut batch = Batch::default();
    for second in 0..90u64 {
        let wave = if (40..45).contains(&second) { 0 } else { 400 + 40 * (second % 20) };
        let counters = &mut batch.counters;
        counters.requests += wave;
        counters.bytes_out += wave * 2400;
        counters.bytes_in += wave * 84;
        counters.accepted += wave / 100;
        counters.closed[0] += wave / 120;
        counters.wakeups += wave / 3 + 1;
        counters.own_wakeups += 1;
        counters.ready += wave;
        counters.examined += wave;
        counters.calls[Kind::Recv as usize] += wave * 3;
        counters.calls[Kind::Send as usize] += wave * 2;
        counters.again += wave;
        batch.turns.clear();
        for n in 0..wave / 3 {
            let ready = u32::try_from(n % 7 + n % 3).unwrap();
            batch.turns.push(Turn { busy: 20_000 + n * n * 10 + second * 500, ready });
        }
        batch.time = second * 1000 * MS + 1;
        charts.apply(&batch);
        rates.apply(&batch);
    }
    rates.tick(90_200 * MS);
    (charts, rates)
}

fn latencies() -> Latencies {
    let mut latencies = Latencies::default();
    for n in 1..400u32 {
        latencies.record(80_000 + u64::from(n * n) * 30, 1 + n % 3);
    }
    latencies
}

fn charts_at(
    (width, height): (u16, u16),
    ascii: bool,
    (charts, rates): &(Charts, Rates),
) -> String {
    screen(width + 2, height + 2, |frame, area| {
        let spread = (charts, &latencies());
        super::charts::draw(
            frame,
            area,
            spread,
            rates,
            &theme(ascii),
            false,
            &mut Spots::default(),
        );
    })
}

#[test]
fn the_charts_of_a_busy_server() {
    let known = busy();
    for size in SIZES {
        insta::assert_snapshot!(
            format!("charts_{}x{}", size.0, size.1),
            charts_at(size, false, &known)
        );
    }
    insta::assert_snapshot!("charts_ascii", charts_at((58, 14), true, &known));
}

#[test]
fn the_charts_of_a_server_that_has_done_nothing_and_of_one_with_losses() {
    let fresh = (Charts::new(), Rates::new());
    insta::assert_snapshot!("charts_new", charts_at((58, 14), false, &fresh));
    let (mut charts, mut rates) = busy();
    let mut batch = Batch::default();
    batch.lost.events[Kind::Recv as usize] = 12_345;
    batch.lost.events[Kind::Send as usize] = 99;
    batch.lost.turns = 12;
    charts.apply(&batch);
    rates.apply(&batch);
    insta::assert_snapshot!("charts_lost", charts_at((98, 25), false, &(charts, rates)));
}

fn header_at((width, height): (u16, u16), view: &HeaderView<'_>, ascii: bool) -> String {
    screen(width, height, |frame, area| {
        super::header::draw(frame, area, view, &theme(ascii), &mut Spots::default());
    })
}

#[test]
fn the_header_leaves_fields_out_whole() {
    let (_, rates) = busy();
    let view = HeaderView {
        url: "http://192.168.1.20:7890",
        class: None,
        options: &[],
        server: "epoll-et (mio)",
        asks: None,
        examined: Some("48 : 1.2"),
        loop_cpu: Some("3.1 %"),
        latency: [Some(340_000), Some(52_000_000)],
        waits: Some(2100 * MS),
        rates: &rates,
        badge: Badge::Running,
        frozen: None,
        back: None,
        plays: None,
        lost: 0,
        notice: None,
    };
    let sizes = [
        (200, 3),
        (120, 3),
        (80, 3),
        (40, 3),
        (20, 3),
        (80, 2),
        (40, 2),
        (80, 1),
        (40, 1),
        (20, 1),
    ];
    let all: Vec<String> = sizes.map(|size| header_at(size, &view, false)).to_vec();
    insta::assert_snapshot!("header_sizes", all.join("\n"));

    let paused = HeaderView { badge: Badge::Paused, frozen: Some(12_000 * MS), lost: 1234, ..view };
    let notice = HeaderView { notice: Some("7890 was taken"), badge: Badge::Slow(5), ..view };
    let ended = HeaderView { badge: Badge::Ended, ..view };
    let all = [
        header_at((80, 3), &paused, false),
        header_at((80, 3), &paused, true),
        header_at((120, 3), &notice, false),
        header_at((80, 3), &ended, false),
    ];
    insta::assert_snapshot!("header_states", all.join("\n"));
}

#[test]
fn a_blocked_loop_is_told_with_its_handler_and_its_time() {
    let (_, rates) = busy();
    let standing = Standing { stance: Stance::Handling("/slow"), ..Standing::default() };
    let view = HeaderView {
        url: "http://127.0.0.1:7890",
        class: None,
        options: &[],
        server: "epoll-et (mio)",
        asks: None,
        examined: Some("48 : 1.2"),
        loop_cpu: Some("3.1 %"),
        latency: [Some(340_000), Some(52_000_000)],
        waits: Some(2100 * MS),
        rates: &rates,
        badge: Badge::new(standing, 3200 * MS),
        frozen: None,
        back: None,
        plays: None,
        lost: 0,
        notice: None,
    };
    for (width, ascii, words) in [
        (80, false, "!! BLOCKED 3.2 s in /slow"),
        (80, true, "!! BLOCKED 3.2 s in /slow"),
        (40, false, "!! BLOCKED 3.2 s"),
    ] {
        let picture = header_at((width, 3), &view, ascii);
        // A wide letter takes two cells of the screen.
        let picture = picture.replace("✋  ", "✋ ");
        assert!(picture.contains(words), "{width}\n{picture}");
    }
}

#[test]
fn a_resting_listener_is_shown_first() {
    let (_, mut rates) = busy();
    let mut script = Script::new(91_000 * MS);
    script.batch.listener.as_mut().unwrap().resting = Some(Errno::MFILE);
    script.batch.counters.requests = 100_000;
    rates.apply(&script.publish());
    let view = HeaderView {
        url: "http://127.0.0.1:7890",
        class: None,
        options: &[],
        server: "epoll-et (mio)",
        asks: None,
        examined: None,
        loop_cpu: None,
        latency: [None; 2],
        waits: None,
        rates: &rates,
        badge: Badge::Running,
        frozen: None,
        back: None,
        plays: None,
        lost: 0,
        notice: None,
    };
    for (width, height) in [(120, 3), (80, 3), (80, 1)] {
        let picture = header_at((width, height), &view, false);
        let words = "no descriptor left (EMFILE): not accepting";
        assert!(picture.contains(words), "{width}x{height}\n{picture}");
    }
}

#[test]
fn every_palette_draws_the_same_letters() {
    let engine = held();
    let pictures =
        [Palette::Dark, Palette::Light, Palette::Projector, Palette::Mono].map(|palette| {
            screen(60, 16, |frame, area| {
                super::engine::draw(
                    frame,
                    area,
                    &engine,
                    &engine.table,
                    &Theme::new(palette, false),
                    true,
                    &mut Spots::default(),
                );
            })
        });
    assert!(pictures.iter().all(|picture| *picture == pictures[0]));
}

#[test]
fn ascii_is_ascii() {
    let (charts, rates) = busy();
    let view = HeaderView {
        url: "http://127.0.0.1:7890",
        class: None,
        options: &[],
        server: "epoll-et (mio)",
        asks: None,
        examined: None,
        loop_cpu: None,
        latency: [None; 2],
        waits: None,
        rates: &rates,
        badge: Badge::Paused,
        frozen: Some(MS),
        back: None,
        plays: None,
        lost: 3,
        notice: None,
    };
    for (width, height) in SIZES {
        for engine in [held(), running(), Watched::new()] {
            let picture = engine_at(&engine, (width, height), true);
            assert!(picture.is_ascii(), "{picture}");
        }
        let picture = screen(width, height, |frame, area| {
            let spread = (&charts, &Latencies::default());
            super::charts::draw(
                frame,
                area,
                spread,
                &rates,
                &theme(true),
                true,
                &mut Spots::default(),
            );
        });
        assert!(picture.is_ascii(), "{picture}");
        assert!(header_at((width, 3), &view, true).is_ascii());
    }
}

fn what() -> impl Strategy<Value = What> {
    let ret = prop_oneof![
        any::<u64>().prop_map(Ret::ok),
        (0u64..100).prop_map(Ret::ok),
        (0i32..200).prop_map(|errno| Ret::err(Errno(errno))),
    ];
    (0usize..20, ret, any::<u64>()).prop_map(|(kind, ret, n)| match kind {
        12 => What::Poll { ret, examined: u32::MAX, copied: 1, waited: n },
        13 => What::Select { ret, examined: 9, copied: u32::MAX, waited: n },
        14 => What::Round { asked: 9, answered: u32::MAX, took: n },
        15 => What::Nap { ret, waited: n },
        16 => What::Switched { to: ServerKind::ALL[usize::from(n.to_le_bytes()[0]) % 9] },
        17 => What::Started { stack: n },
        18 => What::Parked { on: Mask::IN },
        19 => What::Woken,
        0 => What::EpollWait { ret, waited: n },
        1 => What::Accept { ret, peer: None },
        2 => What::Recv { ret },
        3 => What::Send { ret, len: n },
        4 => What::Sendfile { file: 7, offset: n, len: n, ret },
        5 => What::Close,
        6 => What::EpollCtl {
            epfd: 3,
            op: CtlOp::Mod,
            mask: Mask(u32::try_from(n >> 32).unwrap_or(0)),
            ret,
        },
        7 => What::Request {
            method: n.to_le_bytes()[0].into(),
            target: u16::from(n.to_le_bytes()[1]),
            minor: 1,
        },
        8 => What::Closed { why: Why::Dropped, bytes_in: n, bytes_out: n, requests: n },
        9 => What::Open { look: n % 2 == 0, ret },
        10 => What::Rest { errno: Errno::MFILE },
        _ => What::Pace { mode: Mode::Paused },
    })
}

prop_compose! {
    fn batch()(
        events in prop::collection::vec(
            (any::<u8>(), any::<u16>(), -1i32..12, 0u64..6, any::<bool>(), what()), 0..30),
        ready in prop::collection::vec((-1i32..12, any::<u32>(), 0u64..6), 0..12),
        rows in prop::collection::vec((prop_oneof![0i32..40, any::<i32>()], 1u64..60, any::<u32>()), 0..50),
        numbers in prop::collection::vec(prop_oneof![any::<u64>().prop_map(|n| n >> 8), 0u64..1000], 16),
        turns in prop::collection::vec((any::<u64>(), any::<u32>()), 0..9),
        (seq, time, stance, mode, whole, next) in
            (prop_oneof![any::<u64>(), 0u64..50], prop_oneof![any::<u64>(), 0u64..400_000_000_000],
             0u8..7, 0u8..3, any::<bool>(), -1i32..12),
        server in 0usize..9,
    ) -> Batch {
        let mut batch = Script::new(time).server(ServerKind::ALL[server]).publish();
        let (mut at, mut clock) = (seq, time);
        for (gap, later, fd, id, own, what) in events {
            at = at.saturating_add(u64::from(gap % 3));
            clock = clock.saturating_add(u64::from(later) * 100_000);
            let mut event = Event::new(at, clock, fd, ConnId::new(id), what);
            event.form = if own { Form::Own } else { Form::Usual };
            let list: Vec<Ready> = ready
                .iter()
                .map(|&(fd, mask, id)| Ready { fd, mask: Mask(mask), conn: ConnId::new(id) })
                .collect();
            let list = if what.kind().is_wait() { &list[..] } else { &[] };
            let head = if what.kind() == Kind::Open { "/a\u{1b}b".as_bytes() } else { &[] };
            batch.push(event, head, list);
        }
        for (fd, id, mask) in rows {
            let mut row = super::sample::row(fd.rem_euclid(9999), id);
            (row.fd, row.interest) = (fd, Mask(mask));
            row.within = (mask % 2 == 0).then_some(Kind::Recv);
            row.by = By::process(i32::from(mask % 3 == 0) * 47);
            if id % 5 == 0 { batch.gone.push(row) } else { batch.rows.push(row) }
        }
        let c = &mut batch.counters;
        [c.accepted, c.closed[0], c.closed[1], c.requests, c.bytes_in, c.bytes_out, c.wakeups, c.ready,
         c.own_wakeups, c.calls[2], c.calls[4], c.again] = std::array::from_fn(|i| numbers[i]);
        batch.lost.events[4] = numbers[12];
        batch.lost.events[5] = numbers[13];
        batch.lost.turns = numbers[14];
        batch.turns.extend(turns.into_iter().map(|(busy, ready)| Turn { busy, ready }));
        batch.whole = whole;
        batch.time = clock.max(numbers[15]);
        batch.standing.since = time;
        batch.standing.mode = [Mode::Run, Mode::Paused, Mode::Slow(9)][usize::from(mode)];
        batch.standing.stance = match stance {
            0 => Stance::Starting,
            1 => Stance::Waiting(None),
            2 => Stance::Working,
            3 => Stance::Held(Next::new(Kind::Recv, next, ConnId::new(2), None)),
            4 => Stance::Handling("/slow"),
            5 => Stance::Within(Next::new(Kind::Recv, next, None, None)),
            _ => Stance::Ended,
        };
        batch
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_batches_at_any_size_are_drawn(
        batches in prop::collection::vec(batch(), 0..6),
        width in 0u16..220, height in 0u16..60, ascii: bool,
        tick in any::<u64>(), ready in prop::option::of(prop::collection::vec(-1i32..50, 0..40)),
    ) {
        let mut engine = Watched::new();
        let (mut charts, mut rates) = (Charts::new(), Rates::new());
        for batch in &batches {
            engine.apply(batch);
            charts.apply(batch);
            rates.apply(batch);
            engine.kernel(&measured(ready.clone()), Nanos::MAX);
        }
        for tick in [0, tick] {
            engine.tick(tick);
            rates.tick(tick);
            let lost = charts.lost().all();
            drawn(width.max(1), height.max(1), |frame, _| {
                let area = Rect { x: 0, y: 0, width, height };
                let theme = theme(ascii);
                super::engine::draw(frame, area, &engine, &engine.table, &theme, true, &mut Spots::default());
                let spread = (&charts, &latencies());
                super::charts::draw(frame, area, spread, &rates, &theme, false, &mut Spots::default());
                let view = HeaderView {
                    url: "http://[::1]:7890", class: None, server: "epoll-et (mio)", options: &[],
        asks: None,
        examined: None, loop_cpu: None, latency: [None; 2], waits: None, rates: &rates,
                    badge: Badge::new(engine.standing(), tick), frozen: Some(tick), back: None, plays: None, lost, notice: Some("note"),
                };
                super::header::draw(frame, area, &view, &theme, &mut Spots::default());
            });
        }
    }
}
