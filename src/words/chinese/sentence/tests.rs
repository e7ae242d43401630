//! What the sentences say.

use std::net::SocketAddr;

use unicode_width::UnicodeWidthStr;

use super::*;
use crate::telemetry::{ConnId, Form, ServerKind};
use crate::words::samples;

/// What stays Latin: names of calls and options, units, what a peer sent.
const LATIN: [&str; 11] =
    ["Nagle", "accept", "close", "echo", "errno", "fd", "ms", "recv", "select", "send", "shutdown"];

fn said(what: What) -> String {
    let events = samples::events_of(|to| {
        if what.kind().is_call() {
            to.call(9, None, what);
        } else {
            to.fact(9, None, what, &[]);
        }
    });
    sentence(events[0].as_ref()).into_owned()
}

fn err(number: i32) -> Ret {
    Ret::err(Errno(number))
}

/// A sentence in Chinese: how it ends, its marks and blanks, and its words.
fn check(sentence: &str, what: What) {
    let about = format!("{what:?}: {sentence}");
    assert!(sentence.ends_with('。'), "{about}");
    assert!(sentence.width() < 150, "{} cells, {about}", sentence.width());
    let mut text = sentence.to_owned();
    if let What::Switched { to } = what {
        // It has its own place and test.
        text = text.replace((servers::CHINESE.summary)(to), "9");
    }
    for given in ["/slow", "127.0.0.1:7890", "127.0.0.1:51820", "GET /a\\x1b[2J"] {
        text = text.replace(given, "9");
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for part in text.split(|c| !word(c)).filter(|part| !part.is_empty()) {
        let small = part.chars().filter(char::is_ascii_lowercase).count();
        let server = ServerKind::ALL.iter().any(|kind| kind.name() == part);
        let given = part.parse::<Form>().is_ok();
        let name = server || what.kind().name() == part;
        assert!(small < 2 || LATIN.contains(&part) || name || given, "{part}, {about}");
    }
    // A blank between Chinese and Latin letters or figures, and nowhere else in Chinese.
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let mark = |c: char| "，。：；（）".contains(c);
    let letters: Vec<char> = text.chars().collect();
    for three in letters.windows(3) {
        let &[a, b, c] = three else { continue };
        assert!(!(chinese(a) && word(b) || word(a) && chinese(b)), "{a}{b}, {about}");
        assert!(
            !(b == ' ' && (mark(a) || mark(c) || chinese(a) && chinese(c))),
            "{three:?}, {about}"
        );
        assert!(!(chinese(a) && ",.:;()".contains(b)), "{a}{b}, {about}");
    }
}

#[test]
fn every_event_means_something_in_one_sentence() {
    for event in samples::all() {
        check(&sentence(event.as_ref()), event.event.what);
    }
}

#[test]
fn a_failure_of_any_call_is_told() {
    for number in [1, 2, 4, 11, 13, 16, 17, 18, 20, 23, 24, 32, 40, 103, 104, 107, 110, 9999] {
        let ret = err(number);
        for what in [
            What::Listen { addr: SocketAddr::from(([127, 0, 0, 1], 7890)).into(), backlog: 9, ret },
            What::EpollCtl { epfd: 4, op: CtlOp::Mod, mask: Mask::OUT, ret },
            What::EpollWait { ret, waited: 0 },
            What::Accept { ret, peer: None },
            What::Recv { ret },
            What::Send { ret, len: 9 },
            What::Sendfile { file: 1, offset: 0, len: 9, ret },
            What::Shutdown { how: How::Both, ret },
            What::Setsockopt { name: "SO_LINGER", ret },
            What::Connect { ret },
            What::Open { look: false, ret },
            What::Stat { ret },
            What::Read { offset: 0, ret },
            What::Getdents { ret },
            What::Input { ret },
            What::Wait4 { ret },
            What::EpollCreate { ret },
            What::Select { ret, examined: 9, copied: 9, waited: 0 },
            What::Poll { ret, examined: 9, copied: 9, waited: 0 },
        ] {
            check(&said(what), what);
        }
    }
}

#[test]
fn whatever_a_call_gives_and_however_a_connection_ends_is_told() {
    let mut whats: Vec<What> = Vec::new();
    for ret in [Ret::ZERO, Ret::ok(1), Ret::ok(3_100_000)] {
        for len in [0, 1, 4096, 3_100_000] {
            whats.push(What::Send { ret, len });
            whats.push(What::Sendfile { file: 1, offset: 0, len, ret });
        }
        whats.extend([
            What::EpollWait { ret, waited: 0 },
            What::Recv { ret },
            What::Read { offset: 0, ret },
            What::Getdents { ret },
            What::Input { ret },
            What::Poll { ret, examined: 9, copied: 9, waited: 0 },
        ]);
    }
    for how in How::ALL {
        whats.push(What::Shutdown { how, ret: Ret::ZERO });
    }
    for name in ["SO_LINGER", "TCP_NODELAY", "SO_RCVTIMEO", "SO_SNDTIMEO", "TCP_CORK", "SO_X"] {
        whats.push(What::Setsockopt { name, ret: Ret::ZERO });
    }
    for op in CtlOp::ALL {
        for mask in [Mask::NONE, Mask::IN, Mask::OUT, Mask::IN.with(Mask::OUT)] {
            for mask in [mask, mask.with(Mask::ET)] {
                whats.push(What::EpollCtl { epfd: 4, op, mask, ret: Ret::ZERO });
            }
        }
    }
    let (recv, conn) = (Some(Kind::Recv), ConnId::new(1));
    let untils = [(recv, conn), (recv, None), (None, conn), (None, None)];
    let untils = untils.map(|(kind, conn)| Until::Call { kind, conn }).into_iter();
    let untils = untils.chain([Until::Wait]).map(Mode::Until);
    for mode in [Mode::Run, Mode::Paused, Mode::Slow(1)].into_iter().chain(untils) {
        whats.push(What::Pace { mode });
    }
    for why in Why::ALL {
        let closed = What::Closed { why, bytes_in: 0, bytes_out: 0, requests: 0 };
        assert!(said(closed).starts_with("连接"), "{why:?}");
        whats.push(closed);
    }
    for what in whats {
        check(&said(what), what);
    }
}

#[test]
fn the_sentences_of_the_lesson() {
    let says = |what, sentence: &str| assert_eq!(said(what), sentence);
    says(What::Recv { ret: Ret::ZERO }, "对端发来了 FIN：fd 9 不会再有数据来了。");
    says(What::Recv { ret: Ret::ok(1) }, "从 fd 9 的接收队列里取出了 1 字节。");
    says(What::Recv { ret: err(11) }, "fd 9 的接收队列读空了；再有数据来，内核会通知。");
    says(What::Recv { ret: err(12) }, "recv 失败，返回 ENOMEM：内存不足。");
    says(What::Recv { ret: err(9999) }, "recv 失败，返回 errno 9999。");
    says(What::Accept { ret: err(11), peer: None }, "全连接队列空了：排队的都已经 accept 了。");
    says(
        What::Send { ret: Ret::ok(2_600_000), len: 3_100_000 },
        "要发 3.1 MB，内核的发送缓冲区只收下 2.6 MB；剩下的要等 OUT。",
    );
    let add = |mask| What::EpollCtl { epfd: 4, op: CtlOp::Add, mask, ret: Ret::ZERO };
    says(add(Mask::IN), "fd 9 加入了关注列表：只要可读，内核就一直报告。");
    says(add(Mask::IN.with(Mask::ET)), "fd 9 加入了关注列表：可读的状态每变化一次，内核报告一次。");
    says(What::EpollWait { ret: Ret::ok(2), waited: 0 }, "2 个 fd 举手了；别的一个也没问。");
    says(
        What::Poll { ret: Ret::ok(1), examined: 50, copied: 0, waited: 0 },
        "50 个 fd 的列表交给内核，内核挨个问了一遍：1 个就绪，是哪几个，程序还得自己在列表里找。",
    );
}
