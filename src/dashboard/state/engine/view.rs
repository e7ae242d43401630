//! What the loop's picture shows.

use std::collections::VecDeque;

use super::{
    Engine, Entry, Group, Job, Known, Measured, Queue, Served, Shown, Table, Wake, by_server, round,
};
use crate::dashboard::state::table::TableRow;
use crate::inspect::EpollView;
use crate::telemetry::{
    ConnId, Errno, Fd, Kind, Listener, Mask, Nanos, OwnedEvent, ServerKind, Stance, Stdin, Work,
};
use crate::words::{meaning, strings};

impl Engine {
    /// For how long the loop has stood where it stands.
    #[must_use]
    pub fn stood(&self) -> Nanos {
        self.now.saturating_sub(self.standing.since)
    }

    /// The last call of the loop that was published, own plumbing left out; the round that it was
    /// of where it is no event of its own.
    #[must_use]
    pub fn last_call(&self) -> Option<&OwnedEvent> {
        // What is done meanwhile where another epoll is waited for is not of this one.
        if self.lists.count() > 1 {
            return self.lists.turns().last_call.as_ref();
        }
        self.last_call.as_ref()
    }

    /// Whether it may not be the last: events after it were left out.
    #[must_use]
    pub fn later_left_out(&self) -> bool {
        if self.lists.count() > 1 {
            return self.lists.turns().later_left_out;
        }
        self.later_left_out
    }

    /// Which epoll is shown; `None` where it is not told which there are.
    #[must_use]
    pub fn shown(&self) -> Option<Shown> {
        self.lists.shown_of()
    }

    /// Whether there is one to choose from several.
    #[must_use]
    pub fn has_several(&self) -> bool {
        self.lists.count() > 1
    }

    /// Shows the next one, whoever waits; after the last one again that which has waited last.
    pub fn choose_next(&mut self) {
        self.lists.choose_next();
    }

    /// For how long who waits in what is shown has slept in its wait call, while it does.
    #[must_use]
    pub fn sleeps(&self) -> Option<Nanos> {
        if self.lists.shown().is_some() {
            return self.lists.asleep().map(|since| self.now.saturating_sub(since));
        }
        matches!(self.standing.stance, Stance::Waiting(_)).then(|| self.stood())
    }

    /// What the last call meant, in one sentence; in two where our own waker was among the ready,
    /// as it is whenever a wait is stepped over.
    #[must_use]
    pub fn meaning(&self) -> Option<String> {
        let last = self.last_call()?;
        let drained = last.event.what.ret().is_some_and(|ret| ret.is_err(Errno::AGAIN));
        if self.has_rounds()
            && drained
            && matches!(last.event.what.kind(), Kind::Recv | Kind::Accept)
        {
            // Nothing will report it: it will be asked again.
            return Some((strings().engine.nothing_to_say)(last.event.fd));
        }
        let mut text = meaning(last.as_ref());
        let waited = last.event.what.kind().is_wait();
        if waited && self.wake().is_some_and(|wake| wake.own > 0 && wake.ready > 0) {
            text = [&text, strings().engine.one_is_ours].join(strings().marks.sentence);
        }
        Some(text)
    }

    pub(super) fn has_rounds(&self) -> bool {
        self.server().is_some_and(by_server::has_rounds)
    }

    /// Which server it is; before it listens the one that did then, where that is known already.
    #[must_use]
    pub fn server(&self) -> Option<ServerKind> {
        self.continuity.server().or(self.first)
    }

    /// The rounds of questions.
    #[must_use]
    pub fn rounds(&self) -> &round::Rounds {
        &self.rounds
    }

    /// The listening socket.
    #[must_use]
    pub fn listener(&self) -> Option<&Listener> {
        self.listener.as_ref()
    }

    /// The interest list by what the fds are watched for: as the kernel keeps it while the loop
    /// stands and that was measured, else as the server asked for it. Our own waker is left out,
    /// and so are ERR and HUP, which the kernel adds to every mask unasked.
    #[must_use]
    pub fn interest(&self, table: &Table) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut list: Vec<(Fd, Mask)> = self.list(table).collect();
        if !self.left.is_empty() || self.lists.shown().is_some() {
            list.sort_by_key(|(fd, _)| *fd);
        }
        for (fd, mask) in list {
            let mask = Mask(mask.0 & !Mask::ERR.with(Mask::HUP).0);
            match groups.iter_mut().find(|group| group.mask == mask) {
                Some(group) => match group.runs.last_mut() {
                    Some((_, last)) if last.checked_add(1) == Some(fd) => *last = fd,
                    _ => group.runs.push((fd, fd)),
                },
                None => groups.push(Group { mask, runs: vec![(fd, fd)] }),
            }
        }
        groups
    }

    /// How many fds are watched; our own waker left out.
    #[must_use]
    pub fn watched(&self, table: &Table) -> usize {
        self.list(table).count()
    }

    /// Whether it is another program's: what it watches beside its clients and its listener is not in the
    /// table, and its ready list cannot be seen.
    #[must_use]
    pub fn is_another(&self) -> bool {
        self.listener.is_some_and(|listener| listener.work == Work::Answers)
    }

    /// The fds that are watched, in order, as the server asked for it; our own waker left out.
    #[must_use]
    pub fn fds(&self, table: &Table) -> Vec<Fd> {
        let mut fds: Vec<Fd> = self.list(table).map(|(fd, _)| fd).collect();
        fds.sort_unstable();
        fds
    }

    fn list<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = (Fd, Mask)> + 'a {
        let kernel = self.epoll().map(|view| &view.entries[..]);
        // As the calls of a traced program have made it, whatever it is that is watched.
        let shown = self.lists.shown().filter(|_| kernel.is_none()).map(|epoll| &*epoll.list);
        let told = (kernel.is_none() && shown.is_none()).then(|| {
            let listener = self.listener.iter().map(|listener| (listener.fd, listener.interest));
            let connections = table.rows_by_fd().map(|row| (row.fd(), row.interest()));
            let stdin = self.listener.iter().filter_map(|listener| listener.stdin);
            let stdin = stdin.map(|stdin| (Stdin::FD, stdin.interest));
            // A number that has a new owner is on the list for that one.
            let owned = |fd: Fd| table.rows_by_fd().any(|row| row.fd() == fd);
            let left = self.left.iter().copied().filter(move |(fd, _)| !owned(*fd));
            let all = listener.chain(stdin).chain(connections).chain(left);
            all.filter(|(_, mask)| *mask != Mask::NONE)
        });
        let kernel = kernel.unwrap_or_default().iter().map(|entry| (entry.fd, entry.watched));
        let shown = shown.unwrap_or_default().iter().copied();
        let shown = shown.filter(|(_, mask)| *mask != Mask::NONE);
        kernel.chain(shown).chain(told.into_iter().flatten())
    }

    /// The ready array of this turn, in the order in which the wait call gave it, with how far
    /// the program has got.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let turns = self.lists.turns();
        let mut entries = turns.entries.clone();
        let over = self.turn_over();
        let next = self.held().and_then(|next| turns.entry_of(next.fd, next.conn, next.kind));
        for (i, entry) in entries.iter_mut().enumerate() {
            let now = !over && next.or(turns.current) == Some(i);
            entry.served = match entry.served {
                Served::Stale => Served::Stale,
                _ if now => Served::Now,
                Served::Now => Served::Done,
                other => other,
            };
        }
        entries
    }

    /// Whether the program is through with the ready array: it waits again or is about to.
    #[must_use]
    pub fn turn_over(&self) -> bool {
        if self.lists.asleep().is_some() || self.lists.gone_on() {
            return true;
        }
        match self.standing.stance {
            Stance::Held(next) => next.kind.is_wait() || next.kind == Kind::Nap,
            Stance::Working | Stance::Handling(_) => false,
            Stance::Starting | Stance::Waiting(_) | Stance::Within(_) | Stance::Ended => true,
        }
    }

    /// How much of this turn is known.
    #[must_use]
    pub fn known(&self) -> Known {
        self.lists.turns().known
    }

    /// The last returns of the wait call, oldest first.
    #[must_use]
    pub fn wakes(&self) -> &VecDeque<Wake> {
        &self.lists.turns().wakes
    }

    /// The return that began this turn; `None` when it was left out.
    #[must_use]
    pub fn wake(&self) -> Option<&Wake> {
        let turns = self.lists.turns();
        turns.wakes.back().filter(|_| !matches!(turns.known, Known::NoWait | Known::Nothing))
    }

    /// The server's epoll as it was measured while the loop is held before this call.
    #[must_use]
    pub fn epoll(&self) -> Option<&EpollView> {
        self.measured.as_ref()?.epoll.as_ref()
    }

    /// For how long a queue has not been empty, at least.
    #[must_use]
    pub fn waits(&self, queue: &Queue) -> Nanos {
        self.now.saturating_sub(queue.since)
    }

    /// For how long bytes of that connection lie unread, as far as is known.
    #[must_use]
    pub fn waits_of(&self, id: ConnId) -> Option<Nanos> {
        Some(self.now.saturating_sub(self.unread.get(&id)?.since))
    }

    /// The longest time for which bytes lie unread: of an accepted connection, or of one that waits
    /// to be accepted. `None` while nothing does.
    #[must_use]
    pub fn longest_wait(&self) -> Option<Nanos> {
        let measured = self.measured.as_ref()?;
        let age = self.now.saturating_sub(measured.taken);
        let arrivals = measured.arrivals.iter().flat_map(|arrivals| &arrivals.waiting);
        let arrivals = arrivals.filter(|waiting| waiting.unread > 0).filter_map(|waiting| {
            let waits = u64::try_from(waiting.waits?.as_nanos()).unwrap_or(u64::MAX);
            Some(waits.saturating_add(age))
        });
        measured.queues.iter().map(|queue| self.waits(queue)).chain(arrivals).max()
    }

    /// Whether the loop is held, and its epoll has not been looked at since.
    #[must_use]
    pub fn wants_look(&self) -> bool {
        let has_epoll = self.listener.is_some_and(|listener| listener.epfd >= 0);
        has_epoll && self.held().is_some() && self.epoll().is_none()
    }

    /// What was measured beside the server; `None` before the first time.
    #[must_use]
    pub fn measured(&self) -> Option<&Measured> {
        self.measured.as_ref()
    }

    /// The handlers that run, or wait in the pool's queue: exactly those whose rows say so.
    pub fn jobs<'a>(&'a self, table: &'a Table, kind: Kind) -> impl Iterator<Item = Job> + 'a {
        let rows = table.rows_by_fd().filter(move |row| row.within() == Some(kind));
        rows.map(|row| self.handlers.job(&row.row(), self.now))
    }

    /// The connection whose handler keeps the server's own thread, while one does.
    #[must_use]
    pub fn blocking<'a>(&self, table: &'a Table) -> Option<&'a TableRow> {
        let handles = matches!(self.standing.stance, Stance::Handling(_));
        table.open_rows().find(|row| handles && row.row().keeps_the_loop())
    }

    /// How many threads the pool has; 0 where there is none.
    #[must_use]
    pub fn handler_threads(&self) -> usize {
        self.listener.map_or(0, |listener| listener.handler_threads)
    }
}
