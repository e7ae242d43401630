//! The class in the room, as it was published: who is in, whose hand is up, how it voted, what came of
//! pressing all at once.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::class::{Fact, OPTIONS};
use crate::telemetry::{Batch, ConnId, Did, Fd, Kind, Nanos, ServerKind, What};

/// So many times of pressing at once are remembered.
const BURSTS: usize = 9;
/// So many connections of students are known at most.
const CONNECTIONS: usize = 8192;

/// The class.
#[derive(Clone, Debug, Default)]
pub struct Class {
    students: BTreeMap<u32, Student>,
    /// Whose each connection is or was, the newest ones; a closed row is still a student's.
    whose: HashMap<ConnId, u32>,
    known: VecDeque<ConnId>,
    /// The raised hands, the longest first.
    hands: Vec<u32>,
    asked: Option<Asked>,
    bursts: Vec<Burst>,
    /// So many that are to be published next are known already.
    ahead: usize,
    /// A student's connection has ended, and nobody was told since.
    ended: bool,
    /// Events of it were lost on the way: figures are at least that.
    lost: bool,
}

/// A student.
#[derive(Clone, Debug, Default)]
pub struct Student {
    /// In reach.
    pub is_in: bool,
    /// Since when the hand is up.
    pub hand: Option<Nanos>,
    /// Over which connection it is told, or last asked.
    pub at: Option<(Fd, ConnId)>,
    /// What it voted.
    pub vote: Option<u32>,
    /// How often its hand was served.
    pub served: u32,
    /// Its hand and votes are not taken.
    pub muted: bool,
}

/// What the class is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Which question.
    pub id: u32,
    /// Once more.
    pub again: bool,
    /// They are shown; until then votes are taken.
    pub shown: bool,
    /// How many for each option, and how many the first time.
    pub votes: Vec<u32>,
    /// See above.
    pub first: Vec<u32>,
}

/// All pressed at once.
#[derive(Clone, Debug)]
pub struct Burst {
    /// Which time it was.
    pub id: u32,
    /// On which server, as far as is known.
    pub server: Option<ServerKind>,
    /// When it was asked for, when the first press came, and when the last.
    pub asked: Nanos,
    /// See above.
    pub first: Option<Nanos>,
    /// See above.
    pub last: Nanos,
    /// How many came.
    pub pressed: u32,
    /// How long their telephones waited, as those say, in milliseconds and in order.
    pub waited: Vec<u32>,
}

impl Asked {
    /// How many voted for an option, and once more how many the first time.
    #[must_use]
    pub fn count(&self, at: usize) -> (u32, Option<u32>) {
        let of = |votes: &[u32]| votes.get(at).copied().unwrap_or(0);
        (of(&self.votes), self.again.then(|| of(&self.first)))
    }
}

impl Burst {
    /// How long half of them waited at most, and the longest.
    #[must_use]
    pub fn waits(&self) -> Option<(u32, u32)> {
        Some((*self.waited.get(self.waited.len().saturating_sub(1) / 2)?, *self.waited.last()?))
    }
}

impl Class {
    /// Takes a batch in.
    pub(super) fn apply(&mut self, batch: &Batch) {
        let server = batch.listener.map(|listener| listener.server);
        let lost = batch.lost.events[Kind::Class as usize];
        self.lost |= lost > 0;
        self.ahead = self.ahead.saturating_sub(usize::try_from(lost).unwrap_or(usize::MAX));
        for row in &batch.gone {
            self.ended |= self.whose.contains_key(&row.id);
        }
        for event in batch.events() {
            if let What::Class { student, did, value } = event.event.what {
                if event.event.conn.is_none() && self.ahead > 0 {
                    self.ahead -= 1;
                    continue;
                }
                let at = event.event.conn.map(|conn| (event.event.fd, conn));
                self.did(student, did, value, (at, event.event.time, server));
            }
        }
    }

    /// Takes in what is published later: it has happened on a server that is not shown.
    pub(super) fn tell(&mut self, facts: &[Fact], now: Nanos) {
        for &Fact { student, did, value } in facts {
            self.did(student, did, value, (None, now, None));
        }
        self.ahead += facts.len();
    }

    /// How many that are published next are known already.
    pub(super) fn ahead(&self) -> usize {
        self.ahead
    }

    fn did(
        &mut self,
        number: u32,
        did: Did,
        value: u32,
        (at, time, server): (Option<(Fd, ConnId)>, Nanos, Option<ServerKind>),
    ) {
        if number > 0 {
            self.student_did(number, did, value, at, time);
        }
        match did {
            Did::Question => {
                self.forget_votes();
                let (again, shown) = (false, false);
                let (votes, first) = (Vec::new(), Vec::new());
                self.asked = Some(Asked { id: value, again, shown, votes, first });
            }
            Did::Again => {
                self.forget_votes();
                if let Some(asked) = &mut self.asked {
                    asked.first = std::mem::take(&mut asked.votes);
                    (asked.again, asked.shown) = (true, false);
                }
            }
            Did::Shown => {
                if let Some(asked) = &mut self.asked {
                    asked.shown = true;
                }
            }
            Did::Over => self.asked = None,
            Did::Burst => {
                if self.bursts.len() == BURSTS {
                    self.bursts.remove(0);
                }
                let (pressed, waited) = (0, Vec::new());
                let (id, asked, first, last) = (value, time, None, time);
                self.bursts.push(Burst { id, server, asked, first, last, pressed, waited });
            }
            _ => {}
        }
    }

    fn student_did(
        &mut self,
        number: u32,
        did: Did,
        value: u32,
        at: Option<(Fd, ConnId)>,
        time: Nanos,
    ) {
        if matches!(did, Did::Left | Did::SentAway) {
            self.hands.retain(|&hand| hand != number);
            let student = self.students.remove(&number);
            // A vote is that of somebody who is there, as long as votes are taken.
            if let (Some(asked), Some(vote)) = (&mut self.asked, student.and_then(|one| one.vote))
                && !asked.shown
                && let Some(votes) =
                    asked.votes.get_mut(usize::try_from(vote).unwrap_or(usize::MAX))
            {
                *votes = votes.saturating_sub(1);
            }
            return;
        }
        let student = self.students.entry(number).or_default();
        if let Some((_, conn)) = at
            && self.whose.insert(conn, number).is_none()
        {
            self.known.push_back(conn);
            if self.known.len() > CONNECTIONS
                && let Some(oldest) = self.known.pop_front()
            {
                self.whose.remove(&oldest);
            }
        }
        match did {
            Did::Joined | Did::Listens | Did::Asked => {
                // What is told of a server that is not shown is told without its connections.
                (student.is_in, student.at) = (true, at);
            }
            Did::Lost => (student.is_in, student.hand) = (false, None),
            Did::Raised => student.hand = Some(time),
            Did::Lowered => student.hand = None,
            Did::Served => {
                student.hand = None;
                student.served += 1;
            }
            Did::Muted => (student.muted, student.hand) = (true, None),
            Did::Unmuted => student.muted = false,
            Did::Voted => {
                let before = student.vote.replace(value);
                if let Some(asked) = &mut self.asked {
                    vote(&mut asked.votes, before, value);
                }
            }
            Did::Pressed => {
                if let Some(burst) = self.bursts.iter_mut().rfind(|burst| burst.id == value) {
                    burst.first = burst.first.or(Some(time));
                    (burst.last, burst.pressed) = (time, burst.pressed + 1);
                }
            }
            Did::Waited => {
                if let Some(burst) = self.bursts.last_mut() {
                    let place = burst.waited.partition_point(|&ms| ms <= value);
                    if burst.waited.len() < CONNECTIONS {
                        burst.waited.insert(place, value);
                    }
                }
            }
            _ => {}
        }
        let up = student.hand.is_some();
        match self.hands.iter().position(|&hand| hand == number) {
            None if up => self.hands.push(number),
            Some(place) if !up => {
                self.hands.remove(place);
            }
            _ => {}
        }
    }

    fn forget_votes(&mut self) {
        self.students.values_mut().for_each(|student| student.vote = None);
    }

    /// Whether anybody was ever in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.students.is_empty() && self.asked.is_none() && self.bursts.is_empty()
    }

    /// How many are in.
    #[must_use]
    pub fn present(&self) -> usize {
        self.students.values().filter(|student| student.is_in).count()
    }

    /// Whose hands are up, the longest first.
    #[must_use]
    pub fn hands(&self) -> &[u32] {
        &self.hands
    }

    /// All of them, by number.
    pub fn students(&self) -> impl Iterator<Item = (u32, &Student)> {
        self.students.iter().map(|(&number, student)| (number, student))
    }

    /// One of them.
    #[must_use]
    pub fn student(&self, number: u32) -> Option<&Student> {
        self.students.get(&number)
    }

    /// Whose connection that is.
    #[must_use]
    pub fn whose(&self, conn: ConnId) -> Option<u32> {
        self.whose.get(&conn).copied()
    }

    /// Whether the hand of that connection's student is up.
    #[must_use]
    pub fn is_raised(&self, conn: ConnId) -> bool {
        let student = self.whose(conn).and_then(|number| self.students.get(&number));
        student.is_some_and(|student| student.hand.is_some())
    }

    /// What is asked.
    #[must_use]
    pub fn asked(&self) -> Option<&Asked> {
        self.asked.as_ref()
    }

    /// How many have answered that.
    #[must_use]
    pub fn answered(&self) -> u32 {
        self.asked.as_ref().map_or(0, |asked| asked.votes.iter().sum())
    }

    /// When all pressed at once.
    #[must_use]
    pub fn bursts(&self) -> &[Burst] {
        &self.bursts
    }

    /// Whether some of its events were lost on the way.
    #[must_use]
    pub fn lost(&self) -> bool {
        self.lost
    }

    /// Whether a student's connection has ended since this was asked last.
    pub(super) fn take_ended(&mut self) -> bool {
        std::mem::take(&mut self.ended)
    }
}

/// A vote, in place of the one before.
fn vote(votes: &mut Vec<u32>, before: Option<u32>, option: u32) {
    let place = |option: u32| usize::try_from(option).ok().filter(|&at| at < OPTIONS);
    let Some(at) = place(option) else { return };
    if votes.len() <= at {
        votes.resize(at + 1, 0);
    }
    if let Some(before) = before.and_then(place).and_then(|before| votes.get_mut(before)) {
        *before = before.saturating_sub(1);
    }
    votes[at] += 1;
}
