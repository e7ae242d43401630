//! The rounds of `scan`: each fd is asked by a call of its own, and answers or says EAGAIN.

use std::collections::VecDeque;

use crate::telemetry::{
    Batch, ConnId, Errno, EventRef, Fd, Kind, Mask, Nanos, Ready, Ret, Stdin, What,
};

use super::{Known, Wake};

/// A question and its answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ask {
    /// The fd that was asked.
    pub fd: Fd,
    /// The connection; `None` for the listener.
    pub conn: Option<ConnId>,
    /// By which call. A sendfile that got EAGAIN may stand here as a send.
    pub kind: Kind,
    /// What it said.
    pub ret: Ret,
}

impl Ask {
    /// Whether it had something to say.
    #[must_use]
    pub fn answered(&self) -> bool {
        !self.ret.is_err(Errno::AGAIN)
    }
}

/// A round that is over.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// The questions, in order.
    pub asks: Vec<Ask>,
    /// How many were asked.
    pub asked: u32,
    /// How many of them had something to say.
    pub answered: u32,
    /// How long it took.
    pub took: Nanos,
    /// Some of its calls were left out of the stream.
    pub part: bool,
}

/// The last round, and the one that is going on.
#[derive(Clone, Debug, Default)]
pub struct Rounds {
    last: Option<Round>,
    asks: Vec<Ask>,
    /// Some calls of the round that is going on were left out.
    part: bool,
    /// The calls of the round that is going on.
    calls: u32,
    /// The nap before it.
    nap: Nanos,
}

/// The first event of a batch whose questions are worth keeping: those of the last round that ends
/// in it, and what comes after.
pub(super) fn worked_out_from(batch: &Batch) -> usize {
    let is_round = |event: EventRef<'_>| event.event.what.kind() == Kind::Round;
    let Some(last) = batch.events().rposition(is_round) else { return 0 };
    batch.events().take(last).rposition(is_round).map_or(0, |before| before + 1)
}

/// Puts those whose calls were events between those that are only in the list beside the round.
/// What was asked before the list begins comes first.
fn in_order(mut asks: Vec<Ask>, list: &[Ready]) -> Vec<Ask> {
    let listed = list.iter().filter(|asked| asked.mask == Mask::NONE).count();
    let mut told = VecDeque::from(asks.split_off(asks.len().saturating_sub(listed)));
    for &Ready { fd, mask, conn } in list {
        if mask != Mask::NONE {
            let kind = match conn {
                Some(_) if mask.has(Mask::OUT) => Kind::Send,
                Some(_) => Kind::Recv,
                None if fd == Stdin::FD => Kind::Input,
                None => Kind::Accept,
            };
            asks.push(Ask { fd, conn, kind, ret: Ret::err(Errno::AGAIN) });
        } else if let Some(at) = told.iter().position(|ask| (ask.fd, ask.conn) == (fd, conn)) {
            asks.extend(told.drain(..=at));
        }
    }
    asks.extend(told);
    asks
}

impl Rounds {
    /// Takes an event in; returns what to remember of a round that it ends.
    pub(super) fn apply(&mut self, event: EventRef<'_>, kept: bool) -> Option<Wake> {
        let (fd, what) = (event.event.fd, event.event.what);
        match what {
            What::Round { asked, answered, took } => {
                let folded = u32::try_from(event.folded().count()).unwrap_or(u32::MAX);
                self.calls = self.calls.saturating_add(folded);
                let mut asks = std::mem::take(&mut self.asks);
                if kept {
                    asks = in_order(asks, event.ready);
                } else {
                    asks.clear();
                }
                let mut first = [None; 8];
                for (slot, ask) in first.iter_mut().zip(asks.iter().filter(|ask| ask.answered())) {
                    *slot = Some(ask.fd);
                }
                let part = std::mem::take(&mut self.part);
                self.last = Some(Round { asks, asked, answered, took, part });
                return Some(Wake {
                    kind: Kind::Round,
                    examined: asked,
                    copied: 0,
                    time: event.event.time,
                    waited: std::mem::take(&mut self.nap),
                    ret: Ret::ok(answered.into()),
                    own: 0,
                    ready: answered,
                    first,
                    calls: std::mem::take(&mut self.calls),
                    part,
                });
            }
            What::Nap { waited, .. } => self.nap = waited,
            _ if what.kind().is_call() && !event.event.is_own() => {
                self.calls = self.calls.saturating_add(1);
                if kept {
                    self.ask(fd, event.event.conn, what);
                }
            }
            _ => {}
        }
        None
    }

    /// The first call on an fd is the question; what follows on the same one serves it.
    fn ask(&mut self, fd: Fd, conn: Option<ConnId>, what: What) {
        let (kind, conn) = match what.kind() {
            // An accept carries the new connection's id, but asks the listener.
            Kind::Accept => (Kind::Accept, None),
            kind @ (Kind::Recv | Kind::Send | Kind::Sendfile | Kind::Input) => (kind, conn),
            _ => return,
        };
        let Some(ret) = what.ret() else { return };
        if self.asks.last().is_none_or(|last| (last.fd, last.conn) != (fd, conn)) {
            self.asks.push(Ask { fd, conn, kind, ret });
        }
    }

    /// A round begins here, whatever was left out before.
    pub(super) fn begin(&mut self) {
        *self = Self { last: self.last.take(), ..Self::default() };
    }

    /// Some calls were left out, of a round that asks so many at most. Where more were asked the
    /// end of one was among them, and what comes next is of another.
    pub(super) fn leave_out(&mut self, most: usize) {
        if self.asks.len() > most {
            self.begin();
        }
        self.part = true;
    }

    /// The last round that is over.
    #[must_use]
    pub fn last(&self) -> Option<&Round> {
        self.last.as_ref()
    }

    /// Those asked so far in the round that is going on, and how much of it is known.
    #[must_use]
    pub fn now(&self) -> (&[Ask], Known) {
        (&self.asks, if self.part { Known::Part } else { Known::All })
    }
}
