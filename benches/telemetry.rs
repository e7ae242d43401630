//! What an event costs the server: told to nobody, to a reader that keeps up, to one that is away.
//! And what its line costs the log's thread.
//!
//!     cargo bench --bench telemetry

use std::time::{Duration, Instant};

use epollscope::record::json;
use epollscope::telemetry::{
    Capacity, ConnId, Mask, Publisher, Ready, Ret, Row, Rows, Stance, Standing, What, control, wire,
};

struct Empty;

impl Rows for Empty {
    fn take_changed(&mut self, _: &mut Vec<Row>) {}
    fn take_all(&mut self, _: &mut Vec<Row>) {}
}

/// Five events a turn, as for one request of one ready connection.
const EVENTS: u32 = 5;
const TURNS: u32 = 160_000;
/// So many turns are timed together, then the rest of their 10 µs each is waited out: 100,000
/// turns a second, which is more than a loop that makes real calls can do.
const BURST: u32 = 8;
const TURN: Duration = Duration::from_micros(10);

fn turns(publisher: &mut Publisher) -> Duration {
    let standing = Standing { stance: Stance::Waiting(None), ..Standing::default() };
    let conn = ConnId::new(1);
    let head =
        b"GET / HTTP/1.1\r\nHost: localhost:7890\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
    let mut spent = Duration::ZERO;
    for _ in 0..TURNS / BURST {
        let begin = Instant::now();
        for _ in 0..BURST {
            publisher.call(4, None, What::EpollWait { ret: Ret::ok(1), waited: 0 });
            publisher.call(9, conn, What::Recv { ret: Ret::ok(84) });
            publisher.fact(9, conn, What::Request { method: 3, target: 1, minor: 1 }, head);
            publisher.fact(9, conn, What::Response { status: 200, body: 1024 }, &[]);
            publisher.call(9, conn, What::Send { ret: Ret::ok(1290), len: 1290 });
            publisher.publish(&mut Empty, standing);
        }
        spent += begin.elapsed();
        while begin.elapsed() < TURN * BURST {
            std::hint::spin_loop();
        }
    }
    spent
}

/// How often the same events are made lines.
const LINES: u32 = 200;

/// The least time in which events are made lines, in nanoseconds an event.
fn lines() -> f64 {
    const TOLD: u32 = 1000;
    let (sink, mut subscriber) = wire(Capacity::default());
    let (control, _commands) = control().expect("an eventfd");
    let mut publisher = Publisher::new(Instant::now(), Some(sink), Vec::new());
    let conn = ConnId::new(1234);
    let ready = [Ready { fd: 9, mask: Mask::IN, conn }];
    let head = b"GET /1k.bin HTTP/1.1\r\nHost: localhost:7890\r\n\r\n";
    for _ in 0..TOLD / EVENTS {
        let wait = What::EpollWait { ret: Ret::ok(1), waited: 123_456_789 };
        publisher.call_with(4, None, wait, &[], &ready, false);
        publisher.call(9, conn, What::Recv { ret: Ret::ok(84) });
        publisher.fact(9, conn, What::Request { method: 3, target: 7, minor: 1 }, head);
        publisher.fact(9, conn, What::Response { status: 200, body: 1024 }, &[]);
        publisher.call(9, conn, What::Send { ret: Ret::ok(1290), len: 1290 });
    }
    publisher.publish(&mut Empty, Standing::default());
    let (mut out, mut least, mut told) = (Vec::new(), Duration::MAX, 0);
    subscriber.drain(&control, |batch| {
        told += batch.events().len();
        for _ in 0..LINES {
            out.clear();
            let begin = Instant::now();
            for event in batch.events() {
                json::event(&mut out, event, Some(3));
            }
            least = least.min(begin.elapsed());
        }
    });
    assert_eq!(told, TOLD as usize, "all in one batch");
    least.as_secs_f64() * 1e9 / f64::from(TOLD)
}

fn main() {
    println!("{:32} {:6.1} ns an event", "its line in the log", lines());
    let start = Instant::now();
    let print = |what: &str, time: Duration| {
        let per_event = time.as_secs_f64() * 1e9 / f64::from(TURNS * EVENTS);
        println!("{what:32} {per_event:6.1} ns an event, publication included");
    };
    print("no reader", turns(&mut Publisher::new(start, None, Vec::new())));

    let (sink, subscriber) = wire(Capacity::default());
    print("a reader that is away", turns(&mut Publisher::new(start, Some(sink), Vec::new())));
    drop(subscriber);

    let (sink, mut subscriber) = wire(Capacity::default());
    let (control, _commands) = control().expect("an eventfd");
    let mut publisher = Publisher::new(start, Some(sink), Vec::new());
    let reader = std::thread::spawn(move || {
        let mut events = 0;
        while subscriber.drain(&control, |batch| events += batch.events().len()) {
            std::thread::sleep(Duration::from_millis(16));
        }
        events
    });
    print("a reader that drains at 60 Hz", turns(&mut publisher));
    drop(publisher);
    println!("{:32} {:6} events read", "", reader.join().expect("the reader ends"));
}
