//! The epolls of a traced program: which of them is shown, whose turns are whose.
//!
//! What each watches and who waits in it comes with the rows ([`Epolls`]); what its wait calls have
//! handed over is worked out from the events, by the number on which they were made. A server of our own
//! tells of none: then there are the turns of whoever has waited last.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::turns::Turns;
use crate::telemetry::{By, Epoll, EpollNumber, Epolls, EventRef, Fd, Form, Nanos, What};

/// Who waits on what is no epoll.
const NO_EPOLL: EpollNumber = (None, -1);
/// So many numbers are remembered at most before it is told which are open.
const MOST: usize = 4 * Epolls::MOST;

/// Which epoll is shown, of how many.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The epoll.
    pub epoll: Epoll,
    /// Its place, from 1.
    pub place: usize,
    /// How many there are.
    pub count: usize,
    /// It was chosen, and is not just the one that was waited for last.
    pub chosen: bool,
    /// Whether any of them is another thread's, or another process's, than the first.
    pub of_threads: bool,
    /// See above.
    pub of_processes: bool,
}

/// All that is known of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    told: Arc<Epolls>,
    /// When that was so.
    told_at: Nanos,
    /// The one that the operator has chosen.
    chosen: Option<u64>,
    /// The turns of each number.
    turns: HashMap<EpollNumber, Turns, RandomState>,
    /// On which a wait call has returned last.
    latest: Option<EpollNumber>,
    /// On which each thread's last wait call was; before it those whose turns may go on after this one,
    /// as that of an epoll which has reported the next.
    at_work: HashMap<By, Vec<EpollNumber>, RandomState>,
    /// Before anybody has waited.
    none: Turns,
}

/// The number on which a wait call was made.
pub(super) fn number(event: EventRef<'_>) -> EpollNumber {
    match event.event.what {
        What::EpollWait { .. } => (event.event.by.pid(), event.event.fd),
        _ => NO_EPOLL,
    }
}

impl Lists {
    pub(super) fn told(&self) -> Arc<Epolls> {
        Arc::clone(&self.told)
    }

    /// Takes over what was told of them.
    pub(super) fn take(&mut self, told: &Arc<Epolls>, now: Nanos) {
        (self.told, self.told_at) = (Arc::clone(told), now);
        if !self.told.list.iter().any(|epoll| Some(epoll.id) == self.chosen) {
            self.chosen = None;
        }
    }

    /// Forgets the turns of what is not open any more, after the events of the same batch.
    pub(super) fn tidy(&mut self) {
        if self.told.list.is_empty() {
            return;
        }
        let open = |number: &EpollNumber| {
            let mut all = self.told.list.iter().flat_map(|epoll| &*epoll.numbers);
            *number == NO_EPOLL || all.any(|other| other == number)
        };
        self.turns.retain(|number, _| open(number));
        for numbers in self.at_work.values_mut() {
            numbers.retain(|number| self.turns.contains_key(number));
        }
        self.at_work.retain(|_, numbers| !numbers.is_empty());
    }

    /// Another server has taken over.
    pub(super) fn clear(&mut self) {
        let Self { told, told_at, chosen, .. } = std::mem::take(self);
        *self = Self { told, told_at, chosen, ..Self::default() };
    }

    /// Whether it is known which thread waits on which.
    fn are_told(&self) -> bool {
        !self.told.list.is_empty()
    }

    /// The turns that a wait call goes on with that has returned.
    pub(super) fn begin(&mut self, event: EventRef<'_>) -> &mut Turns {
        let number = number(event);
        if self.turns.len() > MOST || self.at_work.len() > MOST {
            self.turns.clear();
            self.at_work.clear();
        }
        self.latest = Some(number);
        let numbers = self.at_work.entry(event.event.by).or_default();
        if let Some(place) = numbers.iter().position(|other| *other == number) {
            numbers.truncate(place);
        }
        for before in numbers.iter() {
            if let Some(turns) = self.turns.get_mut(before) {
                turns.waited_within(event);
            }
        }
        numbers.push(number);
        self.turns.entry(number).or_default()
    }

    /// On which wait call's return a call follows. Threads and processes that wait each for themselves
    /// are told apart; of a server of our own what its other threads do is of the one loop too.
    pub(super) fn turn_of(&self, event: EventRef<'_>) -> Option<EpollNumber> {
        let Some(numbers) = self.at_work.get(&event.event.by) else {
            return self.latest.filter(|_| !self.are_told());
        };
        if event.event.what.kind().is_wait() {
            return numbers.last().copied();
        }
        let reports = |number: &&EpollNumber| {
            self.turns.get(number).is_some_and(|turns| turns.reports(event))
        };
        numbers.iter().rev().find(reports).or(numbers.last()).copied()
    }

    pub(super) fn of(&mut self, number: EpollNumber) -> Option<&mut Turns> {
        self.turns.get_mut(&number)
    }

    /// A number may stand for another one from now on.
    pub(super) fn given(&mut self, event: EventRef<'_>) {
        let copies = matches!(event.event.form, Form::Dup2 | Form::Dup3);
        let fd = match event.event.what {
            What::Close => Some(event.event.fd),
            What::EpollCreate { ret } => ret.get().ok().and_then(|fd| Fd::try_from(fd).ok()),
            What::Other { ret } if copies => ret.get().ok().and_then(|fd| Fd::try_from(fd).ok()),
            _ => None,
        };
        let Some(fd) = fd.filter(|_| self.are_told()) else { return };
        let number = (event.event.by.pid(), fd);
        if self.turns.remove(&number).is_some() {
            self.at_work.values_mut().for_each(|all| all.retain(|other| *other != number));
        }
    }

    /// Events are missing.
    pub(super) fn leave_out(&mut self) {
        for turns in self.turns.values_mut() {
            turns.leave_out();
        }
        self.none.leave_out();
    }

    /// The turns that a round of `scan` belongs to.
    pub(super) fn rounds(&mut self) -> &mut Turns {
        self.latest = Some(NO_EPOLL);
        self.turns.entry(NO_EPOLL).or_default()
    }

    fn shown_place(&self) -> Option<usize> {
        let which = self.chosen.or(self.told.last);
        let place = self.told.list.iter().position(|epoll| Some(epoll.id) == which);
        place.or_else(|| (!self.told.list.is_empty()).then_some(0))
    }

    /// The one that is shown: the chosen one, else the one that waited last, else the first.
    pub(super) fn shown(&self) -> Option<&Epoll> {
        self.told.list.get(self.shown_place()?)
    }

    pub(super) fn shown_of(&self) -> Option<Shown> {
        let place = self.shown_place()?;
        let epoll = self.told.list.get(place)?.clone();
        let chosen = self.chosen == Some(epoll.id);
        let all = &self.told.list;
        Some(Shown {
            epoll,
            place: place + 1,
            count: self.told.count(),
            chosen,
            of_threads: all.iter().any(|epoll| epoll.by.tid().is_some()),
            of_processes: all.iter().any(|epoll| epoll.by.pid().is_some()),
        })
    }

    /// Bytes of memory that the turns have claimed.
    pub(super) fn claimed(&self) -> usize {
        self.turns.values().map(|turns| size_of::<Turns>() + turns.claimed()).sum()
    }

    /// How many can be chosen from.
    pub(super) fn count(&self) -> usize {
        self.told.list.len()
    }

    /// Chooses what was chosen of another one, if it is there.
    pub(super) fn choose_as(&mut self, other: &Self) {
        self.chosen = other.chosen.filter(|id| self.told.list.iter().any(|epoll| epoll.id == *id));
    }

    /// Chooses the one after that which is chosen; after the last one none is, and before the first.
    pub(super) fn choose_next(&mut self) {
        let at = self.told.list.iter().position(|epoll| Some(epoll.id) == self.chosen);
        let next = at.map_or(0, |at| at + 1);
        self.chosen = self.told.list.get(next).map(|epoll| epoll.id);
    }

    /// The turns that are shown.
    pub(super) fn turns(&self) -> &Turns {
        let Some(epoll) = self.shown() else {
            return self.latest.and_then(|number| self.turns.get(&number)).unwrap_or(&self.none);
        };
        // By whichever of its numbers it was waited for last.
        let all = epoll.numbers.iter().filter_map(|number| self.turns.get(number));
        let time = |turns: &&Turns| turns.wakes.back().map(|wake| wake.time);
        all.max_by_key(time).unwrap_or(&self.none)
    }

    /// Whether who has waited last on the one that is shown is through with it: something else is waited
    /// for since, and not within its turn.
    pub(super) fn gone_on(&self) -> bool {
        let (Some(epoll), Some(by)) = (self.shown(), self.turns().by) else { return false };
        let at_work = |numbers: &Vec<_>| numbers.iter().any(|it| epoll.numbers.contains(it));
        self.at_work.get(&by).is_some_and(|numbers| !at_work(numbers))
    }

    /// Since when who has waited last on the one that is shown sleeps in that call: as it was told, and
    /// not refuted since.
    pub(super) fn asleep(&self) -> Option<Nanos> {
        let since = self.shown()?.asleep?;
        let returned = self.turns().wakes.back().is_some_and(|wake| wake.time > self.told_at);
        (!returned).then_some(since)
    }
}
