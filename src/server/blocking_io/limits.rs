//! Time limits of calls that sleep: the kernel ends them
//! (`SO_RCVTIMEO`, `SO_SNDTIMEO`).

use std::time::Duration;

use rustix::net::sockopt::Timeout;

use super::connection::BlockingConnection;
use super::host::ConnectionHost;
use crate::server::calls;
use crate::server::convert::nanos;
use crate::server::session::Part;
use crate::telemetry::{ConnState, Kind, Nanos, What, Why};

/// How many calls that send may sleep in vain, one after the other,
/// until the write limit is over.
///
/// `SO_SNDTIMEO` alone is no limit: each call starts it anew, and
/// within a `sendfile` each of its pieces does. A call that slept and
/// took a part does not say when it took it, either. So each sleeps for
/// a small part of the limit, and the time is counted from the last
/// that took something.
const SLEEPS: u64 = 16;

impl<L: ConnectionHost> BlockingConnection<'_, L> {
    /// How long the next `recv` may sleep, and what it is that is over
    /// then.
    pub(super) fn limit(&self) -> (Option<Duration>, Why) {
        let (config, now) = (self.config, self.host.now());
        if self.session.streams {
            return (None, Why::IdleTimeout);
        }
        let (since, limit, why) = match self.session.awaits {
            Some((Part::Head, since)) => (since, config.header_timeout, Why::HeaderTimeout),
            Some((Part::Body, since)) => (since, config.body_timeout, Why::BodyTimeout),
            None => (now, config.idle_timeout, Why::IdleTimeout),
        };
        let passed = now.saturating_sub(since.max(self.host.resumed()));
        (limit.map(|limit| whole(nanos(limit).saturating_sub(passed))), why)
    }

    #[track_caller]
    pub(super) fn before_sending(&mut self, kind: Kind) -> Result<(), Why> {
        self.state = ConnState::Writing;
        let time = self.config.write_timeout.map(|limit| whole(nanos(limit).div_ceil(SLEEPS)));
        self.sleep_at_most(Timeout::Send, time)?;
        self.host.before(kind, self.state)
    }

    /// Whether the peer has taken nothing for as long as it may.
    pub(super) fn is_write_over(&self) -> bool {
        let since = self.taken.max(self.host.resumed());
        let passed = self.host.now().saturating_sub(since);
        self.config.write_timeout.is_some_and(|limit| passed >= nanos(limit))
    }

    /// Sets how long calls may sleep, where that has changed.
    pub(super) fn sleep_at_most(
        &mut self,
        which: Timeout,
        time: Option<Duration>,
    ) -> Result<(), Why> {
        let (place, name) = match which {
            Timeout::Recv => (0, "SO_RCVTIMEO"),
            Timeout::Send => (1, "SO_SNDTIMEO"),
        };
        if std::mem::replace(&mut self.timeouts[place], time) == time {
            return Ok(());
        }
        self.host.before(Kind::Setsockopt, self.state)?;
        let ret = calls::set_timeout(self.socket, which, time);
        self.host.after(What::Setsockopt { name, ret })
    }
}

/// In whole milliseconds, so that what is the same but for the time it
/// took to get here is the same.
pub(super) fn whole(time: Nanos) -> Duration {
    Duration::from_millis(time.div_ceil(1_000_000))
}
