//! The dining room: one seat for each connection. A seat lights when its connection is asked, and
//! glows when it had something to say. Every light is an event that was published; the counts
//! beside them are the exact totals.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use foldhash::fast::RandomState;

use super::continuity::Continuity;
use super::index::{Index, make_room};
use crate::telemetry::{Asks, Batch, ConnId, Errno, EventRef, Fd, Kind, Mask, Nanos, ServerKind};

/// How long a seat that was asked is lit.
pub const LIT: Nanos = 300_000_000;
/// How long one that had something to say glows.
pub const GLOWS: Nanos = 900_000_000;

/// How a seat looks; the later ones outshine the earlier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Light {
    /// It is free.
    Free,
    /// Not asked.
    Quiet,
    /// Asked.
    Asked,
    /// It had something to say.
    Spoke,
}

#[derive(Clone, Copy, Debug)]
struct Seat {
    /// Whose it is; `None` while it is free.
    id: Option<ConnId>,
    /// Since when it is taken.
    since: Nanos,
    fd: Fd,
    /// It is in the list that `select` and `poll` hand over.
    listed: bool,
}

/// A light that has not faded yet.
#[derive(Clone, Copy, Debug, Default)]
struct Lit {
    /// When it was asked last, and when it last had something to say.
    asked: Nanos,
    spoke: Option<Nanos>,
}

/// What was counted since this server took over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Fds asked whether they are ready.
    pub asked: u64,
    /// Fds that were.
    pub spoke: u64,
    /// Requests understood, or what was sent back.
    pub served: u64,
}

/// All seats.
#[derive(Clone, Debug, Default)]
pub struct Seats {
    all: Vec<Seat>,
    places: Index,
    /// How many are taken.
    taken: usize,
    /// Of ten thousand few have been asked just now.
    lit: HashMap<ConnId, Lit, RandomState>,
    /// When those that have faded were last let go.
    swept_out: Nanos,
    free: BinaryHeap<Reverse<usize>>,
    continuity: Continuity,
    /// When the whole list was last swept.
    swept: Option<Nanos>,
    /// The newest light.
    newest: Nanos,
    /// The totals when this server took over, and now.
    before: Counts,
    totals: Counts,
}

impl Seats {
    /// Bytes of memory that they have claimed.
    #[must_use]
    pub fn claimed(&self) -> usize {
        self.all.capacity() * size_of::<Seat>()
            + self.places.claimed()
            + self.lit.capacity() * size_of::<(ConnId, Lit)>()
            + self.free.capacity() * size_of::<usize>()
    }

    /// Takes a batch in.
    pub fn apply(&mut self, batch: &Batch) {
        self.seat(batch);
        if let Some(asks) = self.asks() {
            for event in batch.events() {
                self.light(asks, event);
            }
        }
        self.let_go(batch);
    }

    /// Takes a batch in without its events: they light nothing.
    pub fn pass_over(&mut self, batch: &Batch) {
        self.seat(batch);
        self.let_go(batch);
    }

    /// Which connection has which seat, and the totals.
    fn seat(&mut self, batch: &Batch) {
        let counters = &batch.counters;
        if self.continuity.taken_over(batch) {
            self.before = self.totals;
            self.swept = None;
        }
        self.totals =
            Counts { asked: counters.asked(), spoke: counters.ready, served: counters.served() };
        if batch.time.saturating_sub(self.swept_out) > GLOWS {
            self.swept_out = batch.time;
            self.lit.retain(|_, lit| batch.time.saturating_sub(lit.asked) < GLOWS);
            if self.lit.capacity() > 256 + 4 * self.lit.len() {
                self.lit.shrink_to(2 * self.lit.len());
            }
        }
        if batch.whole {
            let kept: std::collections::HashSet<ConnId> =
                batch.rows.iter().map(|row| row.id).collect();
            let gone: Vec<ConnId> = self
                .all
                .iter()
                .filter_map(|seat| seat.id)
                .filter(|id| !kept.contains(id))
                .collect();
            for id in gone {
                self.leave(id);
            }
        }
        for row in &batch.rows {
            let at = match self.place(row.id) {
                Some(at) => at,
                None => self.sit(row.id, row.opened),
            };
            self.all[at].fd = row.fd;
            self.all[at].listed = row.interest != Mask::NONE;
        }
    }

    fn place(&self, id: ConnId) -> Option<usize> {
        self.places.get(id, whose(&self.all))
    }

    fn let_go(&mut self, batch: &Batch) {
        for row in &batch.gone {
            self.leave(row.id);
        }
    }

    fn sit(&mut self, id: ConnId, since: Nanos) -> usize {
        let seat = Seat { id: Some(id), fd: -1, since, listed: true };
        let at = if let Some(Reverse(at)) = self.free.pop() {
            self.all[at] = seat;
            at
        } else {
            make_room(&mut self.all);
            self.all.push(seat);
            self.all.len() - 1
        };
        self.places.insert(id, at, whose(&self.all));
        self.taken += 1;
        at
    }

    fn leave(&mut self, id: ConnId) {
        let Some(at) = self.places.remove(id, whose(&self.all)) else { return };
        self.all[at].id = None;
        self.taken -= 1;
        self.lit.remove(&id);
        if self.taken == 0 {
            // An empty room is small again.
            self.all = Vec::new();
            self.free = BinaryHeap::new();
        } else {
            self.free.push(Reverse(at));
        }
    }

    fn light(&mut self, asks: Asks, event: EventRef<'_>) {
        let (time, what) = (event.event.time, event.event.what);
        if what.kind().is_wait() {
            if asks == Asks::List {
                self.swept = Some(time);
                self.newest = self.newest.max(time);
            }
            for ready in event.ready {
                self.ask(ready.conn, time, true);
            }
            return;
        }
        for asked in event.folded().filter(|asked| asked.mask == Mask::IN) {
            self.ask(asked.conn, time, false);
        }
        let asked = match asks {
            // There it is the wait call that asks.
            Asks::Interest | Asks::List => false,
            Asks::Each => what.kind() == Kind::Recv,
            Asks::Sleeps | Asks::Runtime => {
                matches!(what.kind(), Kind::Recv | Kind::Send | Kind::Sendfile)
            }
        };
        if asked && let Some(ret) = what.ret() {
            self.ask(event.event.conn, time, !ret.is_err(Errno::AGAIN));
        }
    }

    fn ask(&mut self, conn: Option<ConnId>, time: Nanos, spoke: bool) {
        let Some(id) = conn.filter(|id| self.place(*id).is_some()) else { return };
        let lit = self.lit.entry(id).or_default();
        lit.asked = time;
        if spoke {
            lit.spoke = Some(time);
        }
        self.newest = self.newest.max(time);
    }

    /// How many seats there are, free ones between them included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether all are free.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.taken == 0
    }

    /// The seats in order: how each looks at a time, and whose it is.
    #[must_use]
    pub fn lights(
        &self,
        now: Nanos,
    ) -> impl ExactSizeIterator<Item = (Light, Option<(ConnId, Fd)>)> {
        let within = move |time: Option<Nanos>, stays| {
            time.is_some_and(|time| now.saturating_sub(time) < stays)
        };
        let swept = self.swept.filter(|_| within(self.swept, LIT));
        self.all.iter().map(move |seat| match seat.id {
            None => (Light::Free, None),
            Some(id) => {
                let in_the_list = seat.listed && swept.is_some_and(|swept| seat.since <= swept);
                let lit = self.lit.get(&id);
                let light = if within(lit.and_then(|lit| lit.spoke), GLOWS) {
                    Light::Spoke
                } else if in_the_list || within(lit.map(|lit| lit.asked), LIT) {
                    Light::Asked
                } else {
                    Light::Quiet
                };
                (light, Some((id, seat.fd)))
            }
        })
    }

    /// Whether a light has still to fade.
    #[must_use]
    pub fn fades(&self, now: Nanos) -> bool {
        now.saturating_sub(self.newest) < GLOWS + LIT
    }

    /// What was counted since this server took over.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let since = |now: u64, before: u64| now.saturating_sub(before);
        Counts {
            asked: since(self.totals.asked, self.before.asked),
            spoke: since(self.totals.spoke, self.before.spoke),
            served: since(self.totals.served, self.before.served),
        }
    }

    /// How this server learns which fds are ready.
    #[must_use]
    pub fn asks(&self) -> Option<Asks> {
        self.continuity.server().map(ServerKind::asks)
    }
}

/// Whose the seat at a place is; it is taken.
fn whose(all: &[Seat]) -> impl Fn(usize) -> ConnId {
    |at| all[at].id.expect("only seats that are taken have a place in the index")
}

#[cfg(test)]
mod tests {
    use super::Light::{Asked, Free, Quiet, Spoke};
    use super::*;
    use crate::dashboard::panels::sample::{MS, Script};
    use crate::telemetry::{Ret, What};

    fn lights(seats: &Seats, now: Nanos) -> Vec<Light> {
        seats.lights(now).map(|(light, _)| light).collect()
    }

    #[test]
    fn epoll_asks_only_those_who_raise_a_hand() {
        let (mut script, mut seats) = (Script::new(2000 * MS), Seats::default());
        seats.apply(&script.row(9, 1).row(10, 2).row(11, 3).wait(0, &[(5, 0), (10, 2)]).publish());
        assert_eq!(lights(&seats, 2000 * MS), [Quiet, Spoke, Quiet]);
        assert!(seats.fades(2000 * MS));
        let late = 2000 * MS + GLOWS;
        assert_eq!(lights(&seats, late), [Quiet; 3]);
        assert!(!seats.fades(late + LIT));
    }

    #[test]
    fn what_is_passed_over_is_counted_and_lights_nothing() {
        let (mut script, mut seats) = (Script::new(2000 * MS), Seats::default());
        seats.apply(&script.row(9, 1).row(10, 2).publish());
        let mut batch = script.row(11, 3).wait(0, &[(10, 2)]).publish();
        batch.gone.push(crate::dashboard::panels::sample::row(9, 1));
        batch.counters.requests = 7;
        seats.pass_over(&batch);
        assert_eq!(lights(&seats, 2000 * MS), [Free, Quiet, Quiet]);
        assert_eq!((seats.counts().spoke, seats.counts().served), (1, 7));
    }

    #[test]
    fn poll_asks_everybody_who_was_in_the_list() {
        let (mut script, mut seats) = (Script::new(2000 * MS), Seats::default());
        script.server(ServerKind::Poll).row(9, 1).row(10, 2).row(11, 3).row(12, 4);
        // One does not want to be asked, and one came after the list was handed over.
        script.batch.rows[2].interest = Mask::NONE;
        script.batch.rows[3].opened = 2001 * MS;
        seats.apply(&script.poll(4, &[(10, 2)]).publish());
        assert_eq!(lights(&seats, 2000 * MS), [Asked, Spoke, Quiet, Quiet]);
        assert_eq!(lights(&seats, 2000 * MS + LIT), [Quiet, Spoke, Quiet, Quiet]);
        assert_eq!(seats.counts(), Counts { asked: 4, spoke: 1, served: 0 });
    }

    #[test]
    fn scan_asks_one_after_another_and_threads_nobody() {
        let (mut script, mut seats) = (Script::new(0), Seats::default());
        script.server(ServerKind::Scan).row(9, 1).row(10, 2).row(11, 3);
        seats.apply(&script.round(1..=2, 2).publish());
        assert_eq!(lights(&seats, 0), [Asked, Spoke, Quiet], "the third was not asked");
        assert_eq!(seats.counts().asked, 3, "the listener was, too");

        let (mut script, mut seats) = (Script::new(0), Seats::default());
        script.server(ServerKind::Threads).row(9, 1).row(10, 2);
        let send = What::Send { ret: Ret::ok(9), len: 9 };
        seats.apply(&script.event(10, 2, send).publish());
        assert_eq!(lights(&seats, 0), [Quiet, Spoke]);
    }

    #[test]
    fn a_seat_is_kept_and_the_first_free_one_is_taken() {
        let (mut script, mut seats) = (Script::new(0), Seats::default());
        seats.apply(&script.row(9, 1).row(10, 2).row(11, 3).publish());
        script.batch.gone.push(crate::dashboard::panels::sample::row(9, 1));
        script.batch.gone.push(crate::dashboard::panels::sample::row(10, 2));
        seats.apply(&script.publish());
        assert_eq!(lights(&seats, 0), [Free, Free, Quiet]);
        seats.apply(&script.row(9, 4).publish());
        let ids: Vec<_> = seats.lights(0).map(|(_, who)| who.map(|(id, _)| id.get())).collect();
        assert_eq!(ids, [Some(4), None, Some(3)]);
        let mut whole = script.row(12, 9).publish();
        whole.whole = true;
        seats.apply(&whole);
        assert_eq!(lights(&seats, 0), [Quiet], "an empty room is small again");
    }

    #[test]
    fn another_server_counts_from_nothing() {
        let (mut script, mut seats) = (Script::new(0), Seats::default());
        script.server(ServerKind::Poll).poll(40, &[]).batch.counters.requests = 7;
        seats.apply(&script.publish());
        seats.apply(&script.server(ServerKind::Select).publish());
        assert_eq!(seats.counts(), Counts::default());
        seats.apply(&script.poll(2, &[]).publish());
        assert_eq!(seats.counts(), Counts { asked: 2, spoke: 0, served: 0 });
    }
}
