//! Where a running server is offered another socket, and leaves the one that it had.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Bound;

/// A place for sockets; its clones are the same one. A server that is told to
/// ([`Command::Move`](crate::telemetry::Command::Move)) goes on as it is offered there.
#[derive(Clone, Debug, Default)]
pub struct Door(Arc<Mutex<Sockets>>);

/// How a server is to go on.
#[derive(Debug)]
pub struct Offer {
    /// At this socket, or at the one that it has.
    pub bound: Option<Bound>,
    /// Whether the telephones of the class come to it.
    pub class: bool,
}

#[derive(Debug, Default)]
struct Sockets {
    offer: Option<Offer>,
    left: Option<Bound>,
}

impl Door {
    /// How the server is to go on.
    pub fn offer(&self, offer: Offer) {
        self.lock().offer = Some(offer);
    }

    /// The socket that the server has left, which still listens; the one that it was offered where it
    /// cannot listen there. Given once.
    #[must_use]
    pub fn left(&self) -> Option<Bound> {
        self.lock().left.take()
    }

    /// Takes what is offered in place of the server's own, if it `listens` there; whether telephones come
    /// there then.
    pub(super) fn exchange(
        &self,
        own: &mut Bound,
        listens: impl FnOnce(&Bound) -> bool,
    ) -> Option<bool> {
        let mut sockets = self.lock();
        let Offer { bound, class } = sockets.offer.take()?;
        let Some(mut bound) = bound else { return Some(class) };
        bound.runs = own.runs;
        let goes = listens(&bound);
        sockets.left = Some(if goes { mem::replace(own, bound) } else { bound });
        goes.then_some(class)
    }

    fn lock(&self) -> MutexGuard<'_, Sockets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::bind;

    #[test]
    fn sockets_are_exchanged_and_given_back_where_they_cannot_be_had() {
        let bound = || bind(([127, 0, 0, 1], 0).into()).unwrap();
        let offer = |bound| Offer { bound, class: true };
        let (door, mut own, other) = (Door::default(), bound(), bound());
        let (mine, its) = (own.addr(), other.addr());
        assert_eq!(door.exchange(&mut own, |_| unreachable!("nothing is offered")), None);
        door.offer(offer(None));
        assert_eq!(door.exchange(&mut own, |_| unreachable!("it stays")), Some(true));
        assert!(door.left().is_none());

        own.runs = 7;
        door.offer(offer(Some(other)));
        assert_eq!(door.exchange(&mut own, |_| true), Some(true));
        assert_eq!((own.addr(), own.runs), (its, 7));
        let back = door.left().unwrap();
        assert_eq!(back.addr(), mine);
        assert!(door.left().is_none());

        door.offer(offer(Some(back)));
        assert_eq!(door.exchange(&mut own, |_| false), None);
        assert_eq!((own.addr(), door.left().unwrap().addr()), (its, mine));
    }
}
