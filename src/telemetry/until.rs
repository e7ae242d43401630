//! Until when the loop runs: the call before which it is to stand.

use std::fmt;
use std::str::FromStr;

use super::{ConnId, Kind, Next, Site};

/// What a loop is to stand before that runs until then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// The call that is made at that place in the source.
    Site(Site),
    /// A call of that kind, or of any; on that connection's socket, or on any.
    Call {
        /// Which call.
        kind: Option<Kind>,
        /// Whose.
        conn: Option<ConnId>,
    },
    /// The call that waits, before which a turn ends: `epoll_wait`, `poll`, `select` or the nap; where
    /// calls sleep, `accept` or `recv`. Where nothing waits (`scan` without a nap), the end of a round.
    Wait,
}

impl Until {
    /// Whether this is the call; `waits` says that it is the one that waits.
    #[must_use]
    pub fn is_met(self, next: &Next, waits: bool) -> bool {
        match self {
            Self::Site(site) => next.site == Some(site),
            Self::Call { kind, conn } => {
                kind.is_none_or(|kind| next.kind == kind)
                    && conn.is_none_or(|conn| next.conn == Some(conn))
            }
            Self::Wait => waits,
        }
    }

    /// The connection that it names.
    #[must_use]
    pub fn conn(self) -> Option<ConnId> {
        match self {
            Self::Call { conn, .. } => conn,
            Self::Site(_) | Self::Wait => None,
        }
    }
}

/// As the log has it: `src/server/reactor/turn.rs:98`, `recv of 3`, `recv`, `any of 3`, `any`, `wait`.
impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Site(site) => f.write_str(site.text()),
            Self::Call { kind, conn } => {
                f.write_str(kind.map_or(ANY, Kind::name))?;
                conn.map_or(Ok(()), |conn| write!(f, "{OF}{conn}"))
            }
            Self::Wait => f.write_str(WAIT),
        }
    }
}

const ANY: &str = "any";
const OF: &str = " of ";
const WAIT: &str = "wait";

impl FromStr for Until {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == WAIT {
            return Ok(Self::Wait);
        }
        if text.contains(':') {
            return Site::parse(text).map(Self::Site).ok_or(());
        }
        let (name, conn) = match text.split_once(OF) {
            Some((name, id)) => (name, Some(id.parse().ok().and_then(ConnId::new).ok_or(())?)),
            None => (text, None),
        };
        let mut calls = Kind::ALL.into_iter().filter(|kind| kind.is_call());
        let kind = calls.find(|kind| kind.name() == name);
        if kind.is_none() && name != ANY {
            return Err(());
        }
        Ok(Self::Call { kind, conn })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECV: Kind = Kind::Recv;

    #[test]
    fn it_names_a_call_by_what_it_says_and_by_nothing_else() {
        let (one, two) = (ConnId::new(1), ConnId::new(2));
        let site = Site::here();
        let next = Next::new(RECV, 9, one, site);
        let call = |kind, conn| Until::Call { kind, conn }.is_met(&next, false);
        assert!(call(Some(RECV), one) && call(None, one) && call(Some(RECV), None));
        assert!(call(None, None));
        assert!(!call(Some(Kind::Send), one) && !call(Some(RECV), two) && !call(None, two));
        assert!(Until::Site(site.unwrap()).is_met(&next, false));
        assert!(!Until::Site(Site::here().unwrap()).is_met(&next, false));
        assert!(Until::Wait.is_met(&next, true) && !Until::Wait.is_met(&next, false));
        let listener = Next { conn: None, ..next };
        assert!(!Until::Call { kind: None, conn: one }.is_met(&listener, false));
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let conn = ConnId::new(3);
        let all = [
            (Until::Site(Site::named("src/server/a.rs", 7).unwrap()), "src/server/a.rs:7"),
            (Until::Call { kind: Some(RECV), conn }, "recv of 3"),
            (Until::Call { kind: Some(Kind::EpollWait), conn: None }, "epoll_wait"),
            (Until::Call { kind: None, conn }, "any of 3"),
            (Until::Call { kind: None, conn: None }, "any"),
            (Until::Wait, "wait"),
        ];
        for (until, text) in all {
            assert_eq!((until.to_string().as_str(), text.parse()), (text, Ok(until)));
        }
        for wrong in ["", "request", "recv of 0", "recv of A", "a.rs:x"] {
            assert_eq!(wrong.parse::<Until>(), Err(()), "{wrong}");
        }
    }
}
