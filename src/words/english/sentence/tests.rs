//! What the sentences say.

use super::*;
use crate::words::samples;

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

#[test]
fn every_event_means_something_in_one_sentence() {
    for event in samples::all() {
        let sentence = sentence(event.as_ref());
        assert!(sentence.ends_with('.'), "{:?}: {sentence}", event.event.what);
        assert!(!sentence.contains("  ") && sentence.len() < 170, "{sentence}");
    }
}

#[test]
fn the_sentences_of_the_lesson() {
    let err = |number| Ret::err(Errno(number));
    assert_eq!(
        said(What::Recv { ret: Ret::ZERO }),
        "The peer has sent FIN: nothing more will come from fd 9."
    );
    assert_eq!(
        said(What::Recv { ret: Ret::ok(1) }),
        "1 byte was taken out of fd 9's receive queue."
    );
    assert_eq!(
        said(What::Accept { ret: err(11), peer: None }),
        "The accept queue is empty: everybody who was waiting has been accepted."
    );
    assert_eq!(
        said(What::Send { ret: Ret::ok(2_600_000), len: 3_100_000 }),
        "The kernel's send buffer took 2.6 MB of 3.1 MB; the rest must wait for OUT."
    );
    assert_eq!(
        said(What::Recv { ret: err(12) }),
        "recv failed with ENOMEM: cannot allocate memory."
    );
    let add = |mask| What::EpollCtl { epfd: 4, op: CtlOp::Add, mask, ret: Ret::ZERO };
    assert_eq!(
        said(add(Mask::IN.with(Mask::ET))),
        "fd 9 is on the interest list now: the kernel will report something to read, each \
         time that changes."
    );
    assert!(said(add(Mask::IN)).ends_with("something to read, while it is so."));
    assert!(said(What::EpollWait { ret: Ret::ok(2), waited: 0 }).starts_with("2 fds raised"));
    for why in Why::ALL {
        let closed = What::Closed { why, bytes_in: 0, bytes_out: 0, requests: 0 };
        assert!(said(closed).starts_with("The connection has ended"));
    }
}

#[test]
fn a_failure_of_any_call_is_told() {
    for number in [1, 2, 4, 11, 13, 16, 17, 18, 20, 23, 24, 32, 40, 103, 104, 107, 110, 9999] {
        let ret = Ret::err(Errno(number));
        for what in [
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
        ] {
            assert!(said(what).ends_with('.'), "{what:?}");
        }
    }
}
