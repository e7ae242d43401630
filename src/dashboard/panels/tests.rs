//! The panels as they look, at the sizes they are designed for, and at any other.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;

use super::sample::{MS, Script, peer};
use crate::dashboard::state::engine::Engine;
use crate::dashboard::theme::{Palette, Theme};
use crate::inspect::{AcceptQueue, Snapshot, Socket, TcpState};
use crate::telemetry::{Errno, Fd, Kind, Mode, Ret, What};

/// The designed panels: inner sizes and what they are called in a snapshot's name.
const SIZES: [(u16, u16); 4] = [(38, 8), (58, 14), (98, 25), (198, 46)];

fn screen(width: u16, height: u16, draw: impl FnOnce(&mut ratatui::Frame, Rect)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, frame.area())).unwrap();
    terminal.backend().to_string()
}

fn theme(ascii: bool) -> Theme {
    Theme::new(Palette::Dark, ascii)
}

fn engine_at(engine: &Engine, (width, height): (u16, u16), ascii: bool) -> String {
    screen(width + 2, height + 2, |frame, area| {
        super::engine::draw(frame, area, engine, &theme(ascii), true);
    })
}

fn sentence(event: crate::telemetry::EventRef<'_>) -> String {
    match event.event.what {
        What::Recv { ret } if ret.is_err(Errno::AGAIN) => {
            "The receive queue is empty: an edge-triggered loop has to read until it hears this, \
             or nothing will ever wake it for this fd again."
                .to_owned()
        }
        _ => {
            "The kernel copied that many bytes from the receive queue into the program.".to_owned()
        }
    }
}

/// Several turns of a server with forty connections; the last has three fds ready.
fn script(engine: &mut Engine) -> Script {
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

fn measured(readable: Option<Vec<Fd>>) -> Snapshot {
    let socket = |(fd, recv_queue): (Fd, u32)| Socket {
        peer: peer(fd),
        state: TcpState::Established,
        recv_queue,
        send_queue: 0,
        rtt: None,
        rtt_var: None,
        cwnd: 10,
        retransmits: 0,
        inode: 1,
    };
    Snapshot {
        interest: None,
        taken: std::time::Instant::now(),
        accept_queue: Some(AcceptQueue { len: 3, limit: 128 }),
        sockets: [(14, 84), (22, 1290), (30, 60_000)].map(socket).to_vec(),
        ready_list: readable.as_ref().map(|fds| !fds.is_empty()),
        readable,
        trouble: None,
    }
}

fn held() -> Engine {
    let mut engine = Engine::new().with_meaning(sentence);
    let mut script = script(&mut engine);
    script.event(9, 1, What::Recv { ret: Ret::err(Errno::AGAIN) });
    engine.apply(&script.held(Kind::Recv, 14, 6).publish());
    engine.kernel(&measured(Some(vec![14, 22])));
    engine.kernel(&measured(Some(vec![14, 22, 30])));
    engine
}

fn running() -> Engine {
    let mut engine = Engine::new().with_meaning(sentence);
    let mut script = script(&mut engine);
    script.recv(14, 6, 84).recv(22, 14, 84);
    engine.apply(&script.publish());
    engine.tick(2120 * MS);
    engine.kernel(&measured(None));
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
    insta::assert_snapshot!("loop_new", engine_at(&Engine::new(), (58, 14), false));
}

#[test]
fn the_loop_asleep_in_slow_motion_and_with_a_loss() {
    let mut asleep = running();
    asleep.tick(5220 * MS);
    insta::assert_snapshot!("loop_asleep", engine_at(&asleep, (38, 8), false));

    let mut slow = Engine::new().with_meaning(sentence);
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
