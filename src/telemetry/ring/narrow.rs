//! An event in 44 bytes instead of 72, without losing a bit: most are of a kind with few and small
//! numbers. One that would not come back as it went in is not made narrow.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use super::low;
use crate::telemetry::{
    By, ConnId, CtlOp, Errno, Event, Fd, Form, Kind, Mask, Ret, Site, What, Why,
};

/// A number below 2⁴⁸, the lowest part first: as nanoseconds, three days.
type Long = [u16; 3];

/// An event that fits, or a note that it is kept elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Narrow {
    seq: Long,
    time: Long,
    fd: Fd,
    /// The connection's number; 0 where there is none.
    conn: u32,
    by: By,
    a: u32,
    b: u32,
    /// Where its payload lies; of one that is kept elsewhere, where that is.
    start: u32,
    c: u16,
    len: u16,
    /// `None`: it is kept elsewhere.
    kind: Option<Kind>,
    site: Option<Site>,
    form: Form,
}

/// What happened, beside its kind.
#[derive(Default)]
struct Parts {
    a: u32,
    b: u32,
    c: u16,
}

impl Narrow {
    /// `None` if it would not be all there afterwards.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let Parts { a, b, c } = Parts::of(&event.what)?;
        let narrow = Self {
            seq: long(event.seq),
            time: long(event.time),
            fd: event.fd,
            conn: low(event.conn.map_or(0, ConnId::get)),
            by: event.by,
            a,
            b,
            start: event.start,
            c,
            len: event.len,
            kind: Some(event.what.kind()),
            site: event.site,
            form: event.form,
        };
        (narrow.event().ok()? == *event).then_some(narrow)
    }

    /// One that is kept elsewhere, there.
    pub(super) fn elsewhere(place: u32) -> Self {
        Self {
            seq: Long::default(),
            time: Long::default(),
            fd: -1,
            conn: 0,
            by: By::LOOP,
            a: 0,
            b: 0,
            start: place,
            c: 0,
            len: 0,
            kind: None,
            site: None,
            form: Form::Usual,
        }
    }

    /// The event; or where it is kept.
    pub(super) fn event(&self) -> Result<Event, u32> {
        let Self { a, b, c, .. } = *self;
        let what = self.kind.and_then(|kind| Parts { a, b, c }.what(kind)).ok_or(self.start)?;
        Ok(Event {
            seq: number(self.seq),
            time: number(self.time),
            fd: self.fd,
            form: self.form,
            conn: ConnId::new(self.conn.into()),
            what,
            by: self.by,
            start: self.start,
            len: self.len,
            site: self.site,
        })
    }
}

impl Parts {
    /// `None` for a kind that has more to say. A number that is too large is cut.
    fn of(what: &What) -> Option<Self> {
        let parts = |a, b, c| Some(Self { a, b, c });
        match *what {
            What::EpollCtl { epfd, op, mask, ret } => {
                let errno = ret.get().err().map_or(0, |errno| errno.0.cast_unsigned());
                parts(epfd.cast_unsigned(), mask.0, half(errno << 2) | op as u16)
            }
            What::EpollWait { ret, waited } => {
                let [a, b, c] = long(waited);
                parts(ret.low(), u32::from(b) << 16 | u32::from(a), c)
            }
            What::Accept { ret, peer } => match peer.map(SocketAddr::from) {
                Some(SocketAddr::V4(peer)) => parts(ret.low(), peer.ip().to_bits(), peer.port()),
                Some(SocketAddr::V6(_)) => None,
                None => parts(ret.low(), 0, 0),
            },
            What::Recv { ret }
            | What::Stat { ret }
            | What::Openat { ret }
            | What::Getdents { ret }
            | What::Input { ret } => parts(ret.low(), 0, 0),
            What::Send { ret, len } => parts(ret.low(), low(len), 0),
            What::Open { look, ret } => parts(ret.low(), 0, look.into()),
            What::Read { offset, ret } => parts(ret.low(), low(offset), 0),
            What::Request { method, target, minor } => parts(method, minor.into(), target),
            What::Response { status, body } => parts(low(body), 0, status),
            What::Closed { why, bytes_in, bytes_out, requests } => {
                let place = Why::ALL.iter().position(|known| *known == why)?;
                let requests = half(low(requests) << 5);
                parts(low(bytes_in), low(bytes_out), requests | u16::try_from(place).ok()?)
            }
            What::Started { stack } => parts(low(stack), 0, 0),
            What::Parked { on } => parts(on.0, 0, 0),
            What::Handled { took } => parts(low(took), low(took >> 32), 0),
            What::Close | What::Ended | What::Woken | What::Refused => Some(Self::default()),
            What::Listen { .. }
            | What::Sendfile { .. }
            | What::Shutdown { .. }
            | What::Setsockopt { .. }
            | What::Select { .. }
            | What::Poll { .. }
            | What::Nap { .. }
            | What::Wait4 { .. }
            | What::EpollCreate { .. }
            | What::Connect { .. }
            | What::Other { .. }
            | What::Rest { .. }
            | What::Resume
            | What::Pace { .. }
            | What::Missed
            | What::Handler { .. }
            | What::Data { .. }
            | What::Switched { .. }
            | What::Round { .. }
            | What::Queued { .. }
            | What::Typed
            | What::Set
            | What::Class { .. }
            | What::Unreadable => None,
        }
    }

    /// The same, back.
    fn what(self, kind: Kind) -> Option<What> {
        let Self { a, b, c } = self;
        let ret = Ret::of_low(a);
        Some(match kind {
            Kind::EpollCtl => What::EpollCtl {
                epfd: a.cast_signed(),
                op: *CtlOp::ALL.get(usize::from(c & 3))?,
                mask: Mask(b),
                ret: match c >> 2 {
                    0 => Ret::ZERO,
                    errno => Ret::err(Errno(errno.into())),
                },
            },
            Kind::EpollWait => What::EpollWait { ret, waited: u64::from(c) << 32 | u64::from(b) },
            Kind::Accept => {
                let peer: SocketAddr = SocketAddrV4::new(Ipv4Addr::from_bits(b), c).into();
                What::Accept { ret, peer: ret.get().is_ok().then(|| peer.into()) }
            }
            Kind::Recv => What::Recv { ret },
            Kind::Stat => What::Stat { ret },
            Kind::Openat => What::Openat { ret },
            Kind::Getdents => What::Getdents { ret },
            Kind::Input => What::Input { ret },
            Kind::Send => What::Send { ret, len: b.into() },
            Kind::Open => What::Open { look: c != 0, ret },
            Kind::Read => What::Read { offset: b.into(), ret },
            Kind::Request => What::Request { method: a, target: c, minor: u8::try_from(b).ok()? },
            Kind::Response => What::Response { status: c, body: a.into() },
            Kind::Closed => What::Closed {
                why: *Why::ALL.get(usize::from(c & 31))?,
                bytes_in: a.into(),
                bytes_out: b.into(),
                requests: (c >> 5).into(),
            },
            Kind::Started => What::Started { stack: a.into() },
            Kind::Parked => What::Parked { on: Mask(a) },
            Kind::Handled => What::Handled { took: u64::from(b) << 32 | u64::from(a) },
            Kind::Close => What::Close,
            Kind::Ended => What::Ended,
            Kind::Woken => What::Woken,
            Kind::Refused => What::Refused,
            Kind::Listen
            | Kind::Sendfile
            | Kind::Shutdown
            | Kind::Setsockopt
            | Kind::Select
            | Kind::Poll
            | Kind::Nap
            | Kind::Wait4
            | Kind::EpollCreate
            | Kind::Connect
            | Kind::Other
            | Kind::Rest
            | Kind::Resume
            | Kind::Pace
            | Kind::Missed
            | Kind::Handler
            | Kind::Data
            | Kind::Switched
            | Kind::Round
            | Kind::Queued
            | Kind::Typed
            | Kind::Set
            | Kind::Class
            | Kind::Unreadable => return None,
        })
    }
}

fn half(number: u32) -> u16 {
    u16::try_from(number & 0xffff).unwrap_or_default()
}

fn long(number: u64) -> Long {
    [half(low(number)), half(low(number >> 16)), half(low(number >> 32))]
}

fn number([a, b, c]: Long) -> u64 {
    u64::from(c) << 32 | u64::from(b) << 16 | u64::from(a)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::words::samples;

    /// What comes back, if it is narrow.
    fn again(event: &Event) -> Option<Event> {
        Narrow::of(event)?.event().ok()
    }

    #[test]
    fn it_takes_no_more_than_it_says() {
        assert_eq!(size_of::<Narrow>(), 44);
    }

    #[test]
    fn all_that_a_connection_is_told_of_again_and_again_is_narrow() {
        let all = samples::all();
        let such = |kind| all.iter().filter(move |told| told.event.what.kind() == kind);
        for kind in [
            Kind::EpollCtl,
            Kind::EpollWait,
            Kind::Accept,
            Kind::Recv,
            Kind::Send,
            Kind::Close,
            Kind::Request,
            Kind::Response,
            Kind::Closed,
            Kind::Started,
            Kind::Parked,
            Kind::Woken,
            Kind::Ended,
        ] {
            assert!(such(kind).any(|told| again(&told.event) == Some(told.event)), "{kind:?}");
        }
    }

    fn large() -> impl Strategy<Value = u64> {
        prop_oneof![0..2100u64, (1u64 << 32) - 2..(1 << 32) + 2, (1u64 << 48) - 2..(1 << 48) + 2]
    }

    proptest! {
        #[test]
        fn what_is_narrow_comes_back_as_it_went_in(
            numbers in prop::array::uniform6(large()), errno in 0..4200i32, place in 0..17usize,
        ) {
            let [seq, time, conn, x, y, z] = numbers;
            let rets = [Ret::ok(x), Ret::err(Errno(errno))];
            let peers: [SocketAddr; 2] =
                [([10, 1, 2, 3], 65_535).into(), "[::1]:9".parse().unwrap()];
            let mask = Mask(low(x));
            let whats = rets.into_iter().flat_map(|ret| [
                What::EpollCtl { epfd: 5, op: CtlOp::ALL[place % 3], mask, ret },
                What::EpollWait { ret, waited: y },
                What::Accept { ret, peer: Some(peers[place % 2].into()) },
                What::Accept { ret, peer: None },
                What::Recv { ret },
                What::Send { ret, len: y },
                What::Read { offset: y, ret },
                What::Open { look: place % 2 == 0, ret },
                What::Closed { why: Why::ALL[place], bytes_in: x, bytes_out: y, requests: z },
                What::Handled { took: x },
                What::Response { status: 200, body: x },
                What::Started { stack: x },
            ]);
            for what in whats {
                let mut event = Event::new(seq, time, -1, ConnId::new(conn), what);
                (event.start, event.len) = (9, 8);
                event.form = if place % 2 == 0 { Form::Own } else { Form::Usual };
                event.by = By::process(errno);
                if let Some(narrow) = again(&event) {
                    prop_assert_eq!(narrow, event);
                }
            }
        }
    }
}
