//! What a worker reports, as bytes and back.

use proptest::prelude::*;

use super::*;

#[test]
fn what_a_worker_tells_comes_back_as_it_was_told() {
    let again = Ret::err(Errno::AGAIN);
    let (none, long) = (Text::default(), Text { kept: &[b'p'; 8000], len: 60_000 });
    let text = |kept: &'static str| Text { kept: kept.as_bytes(), len: kept.len() };
    let words = [
        Message::Before(Kind::Recv, ConnState::Idle),
        Message::Outcome(What::Recv { ret: Ret::ok(84) }),
        Message::Outcome(What::Recv { ret: again }),
        Message::Outcome(What::Send { ret: Ret::ok(7), len: 9 }),
        Message::Outcome(What::Sendfile { file: 5, offset: 1 << 40, len: 77, ret: Ret::ok(76) }),
        Message::Outcome(What::Shutdown { how: How::Write, ret: Ret::err(Errno(107)) }),
        Message::Outcome(What::Setsockopt { name: "SO_LINGER", ret: Ret::ZERO }),
        Message::Outcome(What::Connect { ret: Ret::err(Errno(16)) }),
        Message::Call(3, What::Open { look: true, ret: Ret::ok(5) }, text("index.html")),
        Message::Call(3, What::Open { look: false, ret: Ret::ok(5) }, text("index.html")),
        Message::Call(3, What::Openat { ret: Ret::err(Errno(2)) }, text("x")),
        Message::Call(5, What::Stat { ret: Ret::ZERO }, none),
        Message::Call(5, What::Read { offset: 12, ret: Ret::ok(100) }, none),
        Message::Call(5, What::Getdents { ret: Ret::ok(48) }, none),
        Message::Call(5, What::Close, none),
        Message::Fact(What::Request { method: 3, target: 8000, minor: 1 }, text("GET / HTTP/1.1")),
        Message::Fact(What::Response { status: 404, body: 1 << 33 }, none),
        Message::Fact(What::Handler { route: Route::SLOW }, none),
        Message::Fact(What::Handled { took: 5_000_000_000 }, none),
        Message::Fact(What::Data { bytes: 6 }, text("举手")),
        Message::Call(3, What::Open { look: false, ret: again }, long),
        Message::Place(text("src/server/blocking_io/mod.rs"), 100),
        Message::Sent(Sent { answers: 3, told: 1 << 40, answer: 1 << 33, unsent: 7 }),
        Message::HalfClosed,
        Message::Ask(Kind::Recv, 0, Some(ConnState::Idle)),
        Message::Ask(Kind::Open, 3, None),
        Message::Counters,
        Message::End(Why::WorkerDied),
    ];
    let mut out = Vec::new();
    let frames = (7..).zip(words).map(|(time, message)| {
        let site = u8::from(matches!(message, Message::Outcome(_) | Message::Place(..)));
        Frame { time, site, message }
    });
    for frame in frames.clone() {
        write(&mut out, frame);
    }
    let mut rest = &out[..];
    for frame in frames {
        let (told, len) = read(rest).unwrap().unwrap();
        assert_eq!(told, frame);
        assert_eq!(read(&rest[..len - 1]), Ok(None), "a part of {frame:?}");
        rest = &rest[len..];
    }
    assert!(rest.is_empty());
    for state in ConnState::ALL {
        out.clear();
        let frame = Frame { time: 0, site: 0, message: Message::Before(Kind::Send, state) };
        write(&mut out, frame);
        assert_eq!(read(&out), Ok(Some((frame, FRAME))));
    }
}

/// A frame of these fields and zeros.
fn frame(tag: u8, kind: u8) -> [u8; FRAME] {
    let mut frame = [0; FRAME];
    (frame[0], frame[1]) = (tag, kind);
    frame
}

/// Whatever is read was written by [`write`]: it is the same bytes again.
fn is_written_again(bytes: &[u8]) {
    if let Ok(Some((frame, len))) = read(bytes) {
        let mut again = Vec::new();
        write(&mut again, frame);
        assert_eq!(again, bytes[..len], "{frame:?}");
    }
}

#[test]
fn only_what_a_worker_reports_is_read_whatever_tag_and_kind_say() {
    let mut read_as = Vec::new();
    for tag in 0..=u8::MAX {
        for kind in 0..=u8::MAX {
            let bytes = frame(tag, kind);
            is_written_again(&bytes);
            if let Ok(Some((Frame { message, .. }, _))) = read(&bytes) {
                let (Message::Outcome(what) | Message::Call(_, what, _) | Message::Fact(what, _)) =
                    message
                else {
                    continue;
                };
                assert_eq!(what.kind() as u8, kind);
                read_as.push((tag, what.kind().name()));
            }
        }
    }
    let calls = [
        "recv",
        "send",
        "sendfile",
        "shutdown",
        "close",
        "setsockopt",
        "openat2",
        "fstat",
        "pread64",
        "openat",
        "getdents64",
        "connect",
    ];
    let facts = ["request", "response", "handler", "handled", "data"];
    let all = calls.map(|name| (1, name)).into_iter().chain(calls.map(|name| (2, name)));
    assert_eq!(read_as, all.chain(facts.map(|name| (3, name))).collect::<Vec<_>>());
}

#[test]
fn what_a_worker_never_reports_cannot_be_read() {
    let unheard = [
        Message::Outcome(What::Accept { ret: Ret::ok(4), peer: None }),
        Message::Call(0, What::Input { ret: Ret::ZERO }, Text::default()),
        Message::Fact(What::Missed, Text::default()),
        Message::Fact(What::Handler { route: "/unknown" }, Text::default()),
        Message::Outcome(What::Setsockopt { name: "TCP_NODELAY", ret: Ret::ZERO }),
        Message::Outcome(What::Recv { ret: Ret::err(Errno(4096)) }),
        Message::Before(Kind::EpollWait, ConnState::New),
        Message::Before(Kind::Request, ConnState::New),
        Message::Ask(Kind::Accept, 0, None),
        Message::Ask(Kind::Request, 0, Some(ConnState::New)),
    ];
    for message in unheard {
        let mut out = Vec::new();
        write(&mut out, Frame { time: 1, site: 0, message });
        assert_eq!(read(&out), Err(Unreadable), "{message:?}");
    }
}

proptest! {
    #[test]
    fn damage_never_becomes_another_event(
        tag in 0..10_u8, kind in 0..44_u8, extra in -2..600_i32,
        numbers in prop::array::uniform3(prop_oneof![Just(0), 0..9_u64, any::<u64>()]),
        text in 0..20_u16, more in 0..3_u32, fd in -1..3_i32,
        hits in prop::collection::vec((0..FRAME, any::<u8>()), 0..3),
    ) {
        let mut bytes = frame(tag, kind).to_vec();
        bytes[3..5].copy_from_slice(&text.to_le_bytes());
        bytes[5..9].copy_from_slice(&fd.to_le_bytes());
        bytes[9..13].copy_from_slice(&extra.to_le_bytes());
        for (i, number) in numbers.into_iter().enumerate() {
            bytes[13 + 8 * i..21 + 8 * i].copy_from_slice(&number.to_le_bytes());
        }
        bytes[37..41].copy_from_slice(&(u32::from(text) + more).to_le_bytes());
        bytes.resize(FRAME + 300, b'x');
        is_written_again(&bytes);
        for (at, byte) in hits {
            bytes[at] = byte;
            is_written_again(&bytes);
        }
    }

    #[test]
    fn noise_is_read_as_itself_or_not_at_all(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        is_written_again(&bytes);
    }
}
