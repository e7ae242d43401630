//! What a reader of batches remembers from one to the next: which server it is, the number of the
//! last event, and how many are missing.

use crate::telemetry::{Batch, ServerKind};

/// What a reader compares the next batch with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Continuity {
    /// Which, and how many there were before.
    server: Option<(ServerKind, u32)>,
    last: u64,
    missing: u64,
}

impl Continuity {
    /// Takes the server of the next batch; returns whether it has taken over from another, of the
    /// same kind perhaps.
    pub fn taken_over(&mut self, batch: &Batch) -> bool {
        let Some(listener) = batch.listener else { return false };
        let server = (listener.server, listener.run);
        self.server.replace(server).is_some_and(|before| before != server)
    }

    /// Takes the number of the next event; returns how many are missing before it.
    pub fn missing_before(&mut self, seq: u64) -> u64 {
        let missing = seq.saturating_sub(self.last.saturating_add(1));
        self.missing = self.missing.saturating_add(missing);
        self.skip_to(seq);
        missing
    }

    /// Passes over the events up to that one, none of which is missing.
    pub fn skip_to(&mut self, seq: u64) {
        self.last = self.last.max(seq);
    }

    /// Whether events are missing after the last one of the batch, which was read: more are lost
    /// than were missing between two of them.
    #[must_use]
    pub fn missing_after(&self, batch: &Batch) -> bool {
        batch.lost.all() > self.missing
    }

    /// The server; `None` before it listens.
    #[must_use]
    pub fn server(&self) -> Option<ServerKind> {
        self.server.map(|(server, _)| server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::panels::sample::Script;

    #[test]
    fn only_what_is_left_out_is_missing() {
        let mut continuity = Continuity::default();
        assert_eq!(continuity.missing_before(1), 0);
        assert_eq!(continuity.missing_before(2), 0);
        assert_eq!(continuity.missing_before(5), 2);
        continuity.skip_to(9);
        assert_eq!(continuity.missing_before(10), 0);
        let mut batch = Batch::default();
        batch.lost.events[0] = 2;
        assert!(!continuity.missing_after(&batch), "they were missing before the fifth");
        batch.lost.events[1] = 1;
        assert!(continuity.missing_after(&batch));
        assert_eq!(continuity.missing_before(u64::MAX), u64::MAX - 11);
        assert_eq!(continuity.missing_before(u64::MAX), 0);
    }

    #[test]
    fn a_server_takes_over_from_another_only() {
        let mut continuity = Continuity::default();
        assert!(!continuity.taken_over(&Batch::default()));
        let mut script = Script::new(0);
        for (server, takes_over) in [
            (ServerKind::Poll, false),
            (ServerKind::Poll, false),
            (ServerKind::Epoll, true),
            (ServerKind::Epoll, false),
        ] {
            let batch = script.server(server).publish();
            assert_eq!(continuity.taken_over(&batch), takes_over);
            assert_eq!(continuity.server(), Some(server));
            assert!(!continuity.taken_over(&Batch::default()), "nothing listens");
        }
        // A fresh one of the same kind.
        script.batch.listener.as_mut().unwrap().run += 1;
        assert!(continuity.taken_over(&script.publish()));
    }
}
