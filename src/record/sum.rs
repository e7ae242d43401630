//! What happened in an event log, in figures.

use std::collections::BTreeMap;

use crate::telemetry::{Errno, EventRef, Nanos, Ret, What, Why};

/// How often a call was made, and what came of it.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    /// How often.
    pub made: u64,
    /// How often it failed, by the error.
    pub failed: BTreeMap<Errno, u64>,
}

/// What happened, in figures.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    /// When the first and the last event happened.
    pub time: Option<(Nanos, Nanos)>,
    /// The calls by their names, without the program's own plumbing.
    pub calls: BTreeMap<&'static str, Calls>,
    /// Connections accepted.
    pub accepted: u64,
    /// How often connections ended for each reason.
    pub closed: BTreeMap<Why, u64>,
    /// Bytes received on connections and sent on them.
    pub bytes: (u64, u64),
    /// Requests understood.
    pub requests: u64,
    /// Answers by their status.
    pub answers: BTreeMap<u16, u64>,
}

impl Sum {
    /// Takes an event in.
    pub fn event(&mut self, told: EventRef<'_>) {
        let event = told.event;
        let (first, last) = self.time.unwrap_or((event.time, event.time));
        self.time = Some((first.min(event.time), last.max(event.time)));
        match event.what {
            What::Accept { ret, .. } if ret.get().is_ok() => self.accepted += 1,
            What::Closed { why, bytes_in, bytes_out, .. } => {
                *self.closed.entry(why).or_default() += 1;
                self.bytes.0 = self.bytes.0.saturating_add(bytes_in);
                self.bytes.1 = self.bytes.1.saturating_add(bytes_out);
            }
            What::Request { .. } => self.requests += 1,
            What::Response { status, .. } => *self.answers.entry(status).or_default() += 1,
            _ => {}
        }
        if event.what.kind().is_call() && !event.is_own() {
            let calls = self.calls.entry(event.name()).or_default();
            calls.made += 1;
            if let Some(Err(errno)) = event.what.ret().map(Ret::get) {
                *calls.failed.entry(errno).or_default() += 1;
            }
        }
    }

    /// Calls of all kinds.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.calls.values().map(|calls| calls.made).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Event, Form};

    #[test]
    fn calls_are_counted_by_the_name_by_which_they_were_made() {
        let mut sum = Sum::default();
        let mut tell = |time, form, what| {
            let mut event = Event::new(1, time, 9, None, what);
            event.form = form;
            sum.event(EventRef { event: &event, bytes: &[], len: 0, ready: &[] });
        };
        tell(70, Form::Usual, What::Accept { ret: Ret::ok(9), peer: None });
        tell(50, Form::Read, What::Recv { ret: Ret::err(Errno::AGAIN) });
        tell(90, Form::Usual, What::Recv { ret: Ret::ok(5) });
        tell(90, Form::Own, What::Input { ret: Ret::ok(8) });
        let why = Why::PeerClosed;
        tell(95, Form::Usual, What::Closed { why, bytes_in: 5, bytes_out: 7, requests: 0 });
        let calls: Vec<_> = sum.calls.iter().map(|(name, calls)| (*name, calls.made)).collect();
        assert_eq!(calls, [("accept", 1), ("read", 1), ("recv", 1)]);
        assert_eq!(sum.calls["read"].failed, BTreeMap::from([(Errno::AGAIN, 1)]));
        assert_eq!((sum.time, sum.accepted, sum.bytes), (Some((50, 95)), 1, (5, 7)));
        assert_eq!((sum.closed[&why], sum.made()), (1, 3));
    }
}
