//! A row in half the memory, without losing a bit: of ten thousand connections most have moved
//! less than four gigabytes, by IPv4. A row that does not fit is kept as it is.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use crate::telemetry::{
    By, ConnId, ConnState, Fd, Form, Kind, Local, Mask, Nanos, Ret, Row, Site, Why,
};

/// A row as the table keeps it.
#[derive(Clone, Debug)]
pub(in crate::dashboard::state) enum Slim {
    Small(Small),
    Whole(Box<Row>),
}

/// One that fits: an address of IPv4, its own number below 2⁴⁸, and every other below 2³².
#[derive(Clone, Copy, Debug)]
pub(in crate::dashboard::state) struct Small {
    /// Its own number, and in the bits above [`IDS`] that of its own end.
    id_and_local: ConnId,
    opened: Nanos,
    active: Nanos,
    ip: u32,
    fd: Fd,
    interest: Mask,
    by: By,
    requests: u32,
    bytes_in: u32,
    bytes_out: u32,
    answer: u32,
    unsent: u32,
    last_ret: u32,
    port: u16,
    state: ConnState,
    last: Kind,
    within: Option<Kind>,
    site: Option<Site>,
    why: Option<Why>,
    /// [`HALF_CLOSED`] and [`STOPPED`], and the form of the last call from [`FORM`] on: a byte of its own
    /// would be eight.
    flags: u8,
}

/// The bits of a connection's number.
const IDS: u64 = u64::MAX >> 16;

const HALF_CLOSED: u8 = 1;
const STOPPED: u8 = 2;
const FORM: u32 = 2;

// Six bits have to do for the calls, [`Form::Usual`] and [`Form::Own`].
const _: () = assert!(Form::CALLS.len() + 2 <= 1 << (u8::BITS - FORM));

/// The form with that number.
fn form(number: u8) -> Form {
    match number.checked_sub(2) {
        Some(place) => Form::CALLS[usize::from(place)],
        None if number == Form::Own as u8 => Form::Own,
        None => Form::Usual,
    }
}

impl Small {
    fn of(row: &Row) -> Option<Self> {
        let SocketAddr::V4(peer) = row.peer else { return None };
        let number = |n: u64| u32::try_from(n).ok();
        let id = Some(row.id.get()).filter(|id| *id <= IDS)?;
        Some(Self {
            id_and_local: ConnId::new(id | u64::from(row.local.number()) << 48)?,
            opened: row.opened,
            active: row.active,
            ip: peer.ip().to_bits(),
            fd: row.fd,
            interest: row.interest,
            by: row.by,
            requests: number(row.requests)?,
            bytes_in: number(row.bytes_in)?,
            bytes_out: number(row.bytes_out)?,
            answer: number(row.answer)?,
            unsent: number(row.unsent)?,
            last_ret: Some(row.last_ret.low()).filter(|low| Ret::of_low(*low) == row.last_ret)?,
            port: peer.port(),
            state: row.state,
            last: row.last,
            within: row.within,
            site: row.site,
            why: row.why,
            flags: (u8::from(row.half_closed) * HALF_CLOSED)
                | (u8::from(row.stopped) * STOPPED)
                | ((row.form as u8) << FORM),
        })
    }

    fn id(&self) -> ConnId {
        // One that is there is not 0.
        ConnId::new(self.id_and_local.get() & IDS).unwrap_or(self.id_and_local)
    }

    fn local(&self) -> Local {
        let [high, low, ..] = self.id_and_local.get().to_be_bytes();
        Local::numbered(u16::from_be_bytes([high, low]))
    }

    fn row(&self) -> Row {
        Row {
            id: self.id(),
            fd: self.fd,
            peer: SocketAddrV4::new(Ipv4Addr::from_bits(self.ip), self.port).into(),
            local: self.local(),
            state: self.state,
            half_closed: self.flags & HALF_CLOSED != 0,
            stopped: self.flags & STOPPED != 0,
            interest: self.interest,
            last: self.last,
            form: form(self.flags >> FORM),
            last_ret: Ret::of_low(self.last_ret),
            requests: self.requests.into(),
            bytes_in: self.bytes_in.into(),
            bytes_out: self.bytes_out.into(),
            answer: self.answer.into(),
            unsent: self.unsent.into(),
            opened: self.opened,
            active: self.active,
            by: self.by,
            within: self.within,
            site: self.site,
            why: self.why,
        }
    }
}

impl From<Row> for Slim {
    fn from(row: Row) -> Self {
        Small::of(&row).map_or_else(|| Self::Whole(Box::new(row)), Self::Small)
    }
}

/// A part of either.
macro_rules! parts {
    ($($(#[$doc:meta])* $part:ident: $kind:ty,)*) => {
        impl Slim {
            $($(#[$doc])* pub(super) fn $part(&self) -> $kind {
                match self {
                    Self::Small(row) => row.$part.into(),
                    Self::Whole(row) => row.$part,
                }
            })*
        }
    };
}

parts! {
    fd: Fd,
    interest: Mask,
    by: By,
    within: Option<Kind>,
    bytes_in: u64,
    active: Nanos,
}

impl Slim {
    pub(super) fn id(&self) -> ConnId {
        match self {
            Self::Small(row) => row.id(),
            Self::Whole(row) => row.id,
        }
    }

    pub(super) fn local(&self) -> Local {
        match self {
            Self::Small(row) => row.local(),
            Self::Whole(row) => row.local,
        }
    }

    pub(super) fn peer(&self) -> SocketAddr {
        match self {
            Self::Small(row) => SocketAddrV4::new(Ipv4Addr::from_bits(row.ip), row.port).into(),
            Self::Whole(row) => row.peer,
        }
    }

    /// All of it, as it was published.
    pub(in crate::dashboard::state) fn row(&self) -> Row {
        match self {
            Self::Small(row) => row.row(),
            Self::Whole(row) => **row,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::telemetry::Errno;

    fn number() -> impl Strategy<Value = u64> {
        prop_oneof![0..9u64, Just(u64::from(u32::MAX)), Just(1 << 32), Just(1 << 48), any::<u64>()]
    }

    fn row() -> impl Strategy<Value = Row> {
        let peer = prop_oneof![
            Just("10.1.2.3:65535".parse::<SocketAddr>().unwrap()),
            Just("[::1]:9".parse().unwrap()),
            Just("[::ffff:10.1.2.3]:9".parse().unwrap()),
        ];
        let ret = prop_oneof![
            number().prop_map(Ret::ok),
            (1..4096i32).prop_map(|errno| Ret::err(Errno(errno))),
        ];
        let numbers = prop::array::uniform8(number());
        let bits = any::<[bool; 2]>();
        (peer, ret, numbers, any::<[i32; 2]>(), any::<u32>(), bits, 0..7usize, 0..17usize).prop_map(
            |(peer, last_ret, n, [fd, by], mask, [half_closed, stopped], state, why)| Row {
                id: ConnId::new(n[0]).unwrap_or(ConnId::new(1).unwrap()),
                fd,
                peer,
                local: Local::numbered(u16::try_from(state * 10_000).unwrap()),
                state: ConnState::ALL[state],
                half_closed,
                stopped,
                interest: Mask(mask),
                last: Kind::ALL[why],
                form: [Form::Usual, Form::Own, Form::CALLS[0], Form::CALLS[52]][why % 4],
                last_ret,
                requests: n[1],
                bytes_in: n[2],
                bytes_out: n[3],
                answer: n[4],
                unsent: n[5],
                opened: n[6],
                active: n[7],
                by: By::thread(by),
                within: half_closed.then_some(Kind::ALL[why]),
                site: if stopped { Site::here() } else { None },
                why: stopped.then_some(Why::ALL[why]),
            },
        )
    }

    proptest! {
        #[test]
        fn a_row_comes_back_as_it_went_in(row in row()) {
            let slim = Slim::from(row);
            prop_assert_eq!(slim.row(), row);
            prop_assert_eq!((slim.id(), slim.fd(), slim.within()), (row.id, row.fd, row.within));
            prop_assert_eq!((slim.bytes_in(), slim.active()), (row.bytes_in, row.active));
            prop_assert_eq!((slim.interest(), slim.by()), (row.interest, row.by));
            prop_assert_eq!((slim.peer(), slim.local()), (row.peer, row.local));
        }
    }
}
