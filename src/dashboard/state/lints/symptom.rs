//! What can be wrong, and a diagnosis of it.

use super::starving::Starved;
use crate::telemetry::{ConnId, Fd, Kind, Mask, Nanos};

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Symptom {
    /// Bytes wait in the receive queue, and no event is due.
    Undrained {
        /// How many; a FIN that was not read is none.
        bytes: u32,
        /// What the fd is watched for.
        watched: Mask,
    },
    /// A client waits in the accept queue, and no event is due.
    NotAccepted {
        /// How many.
        len: u32,
    },
    /// It is reported again and again, and nothing is done about it.
    Spins {
        /// For what it is reported.
        mask: Mask,
    },
    /// It is reported again and again with more than IN, and nothing is done about that, while IN alone
    /// is acted on.
    Compared {
        /// For what it is reported.
        mask: Mask,
    },
    /// Accepting fails for want of a descriptor, and is tried again at once.
    AcceptSpins,
    /// A send took less than was offered, and the rest was never sent.
    CutShort {
        /// Bytes of bodies that the answers promised, or bytes that the send was offered.
        promised: u64,
        /// Bytes sent, or taken by that send.
        sent: u64,
    },
    /// A head was cut where the read buffer ended.
    HeadCut {
        /// What the last `recv` brought.
        bytes: u64,
        /// It was answered with 400; else the connection waits.
        answered: bool,
    },
    /// It is served on and on within one turn, and others wait meanwhile.
    Starves(Starved),
    /// A call sleeps in the loop, and others wait meanwhile.
    Blocks {
        /// Which; of no descriptor where that is -1.
        call: Kind,
        /// For how long.
        lasted: Nanos,
        /// How many have bytes unread, or wait to be accepted.
        others: usize,
    },
    /// Its end is read again and again, and it is not closed.
    EndRead,
    /// It is closed, and on the list all the same that is handed over.
    Listed {
        /// To which call.
        call: Kind,
    },
    /// It is closed, and the kernel goes on to report it: a copy of it is open.
    Outlived {
        /// For what it is reported.
        mask: Mask,
    },
    /// Its number was closed, with an event that was not handled yet, and given to this one, on which that
    /// event was handled then.
    Stale,
    /// The listener is on several interest lists, and more are woken than there is work for.
    Herd {
        /// On how many, without EXCLUSIVE.
        lists: usize,
        /// How often somebody was told of a client whom another had accepted.
        vain: u32,
    },
}

/// A diagnosis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lint {
    /// The connection; `None` for the listener.
    pub conn: Option<ConnId>,
    /// Its descriptor.
    pub fd: Fd,
    /// What is wrong.
    pub symptom: Symptom,
    /// Since when.
    pub since: Nanos,
    /// It may not be seen again, and is shown until then.
    pub(super) until: Option<Nanos>,
}

impl Lint {
    /// Whether both say the same is wrong with the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        (self.conn, self.fd) == (other.conn, other.fd)
            && std::mem::discriminant(&self.symptom) == std::mem::discriminant(&other.symptom)
    }
}
