//! A round of `scan` on its way to the reader of the table: the questions that got EAGAIN are a
//! list beside the event that ends the round, and not an event each. They would leave no room for
//! what answered. Readers of the stream alone get every call.

use super::{Batch, ConnId, Errno, Event, Fd, Kind, Mask, Ready};

/// Which events of the scratch batch are folded into the ends of their rounds.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// The questions of the round that goes on are noted.
    on: bool,
    /// Who was asked last in it.
    last: Option<(Fd, Option<ConnId>)>,
    /// The places of the questions that got EAGAIN.
    again: Vec<usize>,
    /// Who was asked, in order: see [`What::Round`](super::What::Round).
    asked: Vec<Ready>,
    /// How much of `again` and of `asked` is of rounds that are over.
    over: (usize, usize),
    /// Rounds that are over: the place of the event, and where its part of `asked` ends.
    ends: Vec<(usize, usize)>,
    /// Events folded so far.
    folded: u64,
}

impl Rounds {
    /// A round begins; `on` says whether its questions are folded.
    pub(super) fn begin(&mut self, on: bool) {
        (self.on, self.last) = (on, None);
    }

    /// What was asked so far in the round that goes on stays an event each.
    pub(super) fn unfold(&mut self) {
        self.again.truncate(self.over.0);
        self.asked.truncate(self.over.1);
    }

    /// The same, and so does the rest of the round.
    pub(super) fn stop(&mut self) {
        self.unfold();
        self.on = false;
    }

    /// Notes an event that takes that place in the scratch batch.
    #[inline]
    pub(super) fn note(&mut self, place: usize, event: &Event) {
        if self.on && !event.is_own() {
            self.note_call(place, event);
        }
    }

    fn note_call(&mut self, place: usize, event: &Event) {
        let kind = event.what.kind();
        let how = if matches!(kind, Kind::Accept | Kind::Recv | Kind::Input) {
            Mask::IN
        } else if matches!(kind, Kind::Send | Kind::Sendfile) {
            Mask::OUT
        } else {
            if kind == Kind::Round {
                self.ends.push((place, self.asked.len()));
                self.over = (self.again.len(), self.asked.len());
                self.on = false;
            }
            return;
        };
        // An accept carries the new connection's id, but asks the listener.
        let conn = event.conn.filter(|_| kind != Kind::Accept);
        // The first call on an fd is the question; what follows on the same one serves it.
        let who = Some((event.fd, conn));
        let full = self.asked.len() - self.over.1 >= usize::from(u16::MAX);
        if std::mem::replace(&mut self.last, who) == who || full {
            return;
        }
        let again = event.what.ret().is_some_and(|ret| ret.is_err(Errno::AGAIN));
        if again {
            self.again.push(place);
        }
        let mask = if again { how } else { Mask::NONE };
        self.asked.push(Ready { fd: event.fd, mask, conn });
    }

    /// Folds the rounds that are over, and numbers the events anew so that nothing is missing.
    pub(super) fn fold(&mut self, scratch: &mut Batch) {
        self.unfold();
        if self.ends.is_empty() && self.folded == 0 {
            return;
        }
        let mut start = scratch.ready.len();
        let mut from = 0;
        for (place, end) in self.ends.drain(..) {
            let event = &mut scratch.events[place];
            // Both are bounded: see `Batch::push_text` and `Rounds::note`.
            event.start = u32::try_from(start).unwrap_or(u32::MAX);
            event.len = u16::try_from(end - from).unwrap_or(u16::MAX);
            start += end - from;
            from = end;
        }
        scratch.ready.append(&mut self.asked);
        let mut again = self.again.drain(..).peekable();
        let (mut place, folded) = (0, &mut self.folded);
        scratch.events.retain_mut(|event| {
            let goes = again.next_if_eq(&place).is_some();
            place += 1;
            *folded += u64::from(goes);
            event.seq -= *folded;
            !goes
        });
        drop(again);
        self.over = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::telemetry::{
        Capacity, OwnedEvent, Publisher, Ret, Row, Rows, Standing, Subscriber, What, control, wire,
    };

    struct Empty;

    impl Rows for Empty {
        fn take_changed(&mut self, _: &mut Vec<Row>) {}
        fn take_all(&mut self, _: &mut Vec<Row>) {}
    }

    fn again() -> Ret {
        Ret::err(Errno::AGAIN)
    }

    fn recv(to: &mut Publisher, fd: Fd, ret: Ret) {
        to.call(fd, ConnId::new(1), What::Recv { ret });
    }

    /// A round that asks the listener, which has nobody, two that answer, and some that do not.
    fn tell(to: &mut Publisher, hold: bool) {
        to.call(-1, None, What::Nap { ret: Ret::ZERO, waited: 1 });
        to.begin_round(true);
        to.call(5, None, What::Accept { ret: again(), peer: None });
        recv(to, 9, again());
        recv(to, 10, Ret::ok(84));
        to.call(10, ConnId::new(1), What::Send { ret: Ret::ok(9), len: 9 });
        recv(to, 10, again());
        if hold {
            to.unfold_round();
        }
        to.call(11, ConnId::new(1), What::Send { ret: again(), len: 9 });
        recv(to, 12, Ret::ok(0));
        to.fact(-1, None, What::Round { asked: 5, answered: 2, took: 1 }, &[]);
    }

    fn publisher(capacity: Capacity) -> (Publisher, Subscriber, Subscriber) {
        let ((table, screen), (stream, log)) = (wire(capacity), wire(Capacity::default()));
        (Publisher::new(Instant::now(), Some(table), vec![stream]), screen, log)
    }

    /// The events that a reader gets, and how many it lost.
    fn read(mut subscriber: Subscriber) -> (Vec<OwnedEvent>, u64) {
        let (control, _commands) = control().unwrap();
        let (mut events, mut lost) = (Vec::new(), 0);
        while subscriber.drain(&control, |batch| {
            events.extend(batch.events().map(|event| event.to_owned()));
            lost = batch.lost.all();
        }) {}
        (events, lost)
    }

    fn kinds(events: &[OwnedEvent]) -> Vec<(Fd, Kind)> {
        events.iter().map(|event| (event.event.fd, event.event.what.kind())).collect()
    }

    fn numbers(events: &[OwnedEvent]) -> Vec<u64> {
        events.iter().map(|event| event.event.seq).collect()
    }

    #[test]
    fn the_eagains_of_a_round_are_one_event_and_the_log_has_each() {
        let (mut to, screen, log) = publisher(Capacity::default());
        let conn = ConnId::new(1);
        to.fact(9, conn, What::Typed, b"a text before");
        for _ in 0..2 {
            tell(&mut to, false);
            to.fact(9, conn, What::Typed, b"a text behind");
        }
        to.finish(&mut Empty, Standing::default());
        let ((seen, lost), (logged, lost_there)) = (read(screen), read(log));
        assert_eq!((lost, lost_there), (0, 0));
        assert_eq!(numbers(&logged), (1..=21).collect::<Vec<_>>());
        assert!(logged.iter().all(|event| event.ready.is_empty()));
        assert_eq!(numbers(&seen), (1..=15).collect::<Vec<_>>(), "none is missing");
        let of_one = [
            (-1, Kind::Nap),
            (10, Kind::Recv),
            (10, Kind::Send),
            (10, Kind::Recv),
            (12, Kind::Recv),
            (-1, Kind::Round),
            (9, Kind::Typed),
        ];
        let of_one = &of_one[..];
        assert_eq!(kinds(&seen)[1..], [of_one, of_one].concat()[..seen.len() - 1]);
        let list = [
            Ready { fd: 5, mask: Mask::IN, conn: None },
            Ready { fd: 9, mask: Mask::IN, conn },
            Ready { fd: 10, mask: Mask::NONE, conn },
            Ready { fd: 11, mask: Mask::OUT, conn },
            Ready { fd: 12, mask: Mask::NONE, conn },
        ];
        for event in &seen {
            let is_round = event.event.what.kind() == Kind::Round;
            assert_eq!(&*event.ready, if is_round { &list[..] } else { &[] });
        }
        let texts = seen.iter().filter(|event| !event.bytes.is_empty());
        assert_eq!(texts.map(|event| event.bytes.len()).collect::<Vec<_>>(), [13; 3]);
    }

    #[test]
    fn a_round_that_is_held_up_is_told_call_by_call() {
        let (mut to, screen, log) = publisher(Capacity::default());
        tell(&mut to, true);
        to.begin_round(false);
        recv(&mut to, 9, again());
        to.fact(-1, None, What::Round { asked: 1, answered: 0, took: 1 }, &[]);
        to.finish(&mut Empty, Standing::default());
        let (seen, logged) = (read(screen).0, read(log).0);
        assert_eq!(kinds(&seen), kinds(&logged));
        assert_eq!(numbers(&seen), (1..=11).collect::<Vec<_>>());
        assert!(seen.iter().all(|event| event.ready.is_empty()));
    }

    #[test]
    fn what_is_handed_over_within_a_round_is_told_call_by_call() {
        let (mut to, screen, _log) = publisher(Capacity::default());
        to.begin_round(true);
        recv(&mut to, 9, again());
        recv(&mut to, 10, Ret::ok(84));
        to.publish(&mut Empty, Standing::default());
        // This one goes on serving the same fd; the next is a question again.
        recv(&mut to, 10, again());
        recv(&mut to, 11, again());
        to.fact(-1, None, What::Round { asked: 3, answered: 1, took: 1 }, &[]);
        recv(&mut to, 11, again());
        to.finish(&mut Empty, Standing::default());
        let (seen, _) = read(screen);
        let recv = |fd| (fd, Kind::Recv);
        assert_eq!(kinds(&seen), [recv(9), recv(10), recv(10), (-1, Kind::Round), recv(11)]);
        assert_eq!(numbers(&seen), [1, 2, 3, 4, 5]);
        let list = [Ready { fd: 11, mask: Mask::IN, conn: ConnId::new(1) }];
        assert_eq!(*seen[3].ready, list);
    }

    #[test]
    fn what_is_lost_is_counted_as_the_reader_would_have_had_it() {
        let capacity = Capacity { batches: 2, events: 12, ..Capacity::default() };
        let (mut to, mut screen, log) = publisher(capacity);
        for _ in 0..10 {
            tell(&mut to, false);
            to.publish(&mut Empty, Standing::default());
        }
        let (control, _commands) = control().unwrap();
        let mut early = 0;
        screen.drain(&control, |batch| early += batch.events().len() as u64);
        to.finish(&mut Empty, Standing::default());
        let ((seen, lost), (logged, _)) = (read(screen), read(log));
        assert_eq!(logged.len(), 90);
        assert!(early > 0 && lost > 0, "{early} {lost}");
        assert_eq!(early + seen.len() as u64 + lost, 60);
    }
}
