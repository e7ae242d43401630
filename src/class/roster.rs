//! Who is in, and whose hand is up.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use super::code::Code;
use super::kept::Kept;
use super::limits::{Bucket, Limits, network};
use super::question::{Asked, Question, Said};
use super::screen::Screen;
use super::secret::secret;
use super::{Fact, Host, On};
use crate::telemetry::{ConnId, Did, Fd, Nanos};

/// So many students at most.
pub(super) const STUDENTS: usize = 1000;
/// So many of them from one address: there may be a class behind it, and it may be one telephone.
pub(super) const PLACES: usize = 200;
/// So many streams wait for their end at most; until they have it, no others begin.
const ENDINGS: usize = 1000;
/// So many connections of one are remembered; a browser has six at most.
const CONNECTIONS: usize = 8;
/// For so long one who cannot be told anything is taken to be in, after it has last asked.
pub(super) const SILENT: Nanos = 15_000_000_000;
/// Within this time a telephone is back whose stream has ended.
const RETURN: Nanos = 3_000_000_000;
/// After so long its place may be another's.
const FORGOTTEN: Nanos = 600_000_000_000;
/// For so long everybody is asked to press: whoever comes later has missed it.
const BURST: Nanos = 60_000_000_000;

/// A class, as the server has it.
#[derive(Debug)]
pub(super) struct Roster {
    pub(super) code: Code,
    pub(super) host: Host,
    pub(super) kept: Kept,
    pub(super) students: BTreeMap<u32, Student>,
    tokens: HashMap<String, u32>,
    joined: u32,
    /// The raised hands, the longest first.
    pub(super) hands: Vec<u32>,
    pub(super) limits: Limits,
    prepared: Option<Question>,
    questions: u32,
    pub(super) asked: Option<Asked>,
    /// How often everybody was asked to press at once; and since when the last time, while it counts.
    pub(super) burst: (u32, Option<Nanos>),
    pub(super) figures: Figures,
    pub(super) screen: Screen,
    /// Something has changed that concerns everybody; and when they were told the last time.
    pub(super) changed: bool,
    pub(super) told: Nanos,
    /// How many states were made: answers and what is told can overtake each other.
    seq: u64,
    /// Streams that others have taken the place of, or whose students have left.
    endings: Vec<(Fd, ConnId)>,
    /// When the loop was last seen to be held: nobody could ask for anything then.
    pub(super) held: Option<Nanos>,
}

/// One of them.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub(super) struct Student {
    pub(super) number: u32,
    token: String,
    /// From where it joined. Nobody is told.
    address: IpAddr,
    pub(super) name: String,
    pub(super) hidden: bool,
    pub(super) muted: bool,
    pub(super) away: bool,
    /// Since when the hand is up.
    pub(super) hand: Option<Nanos>,
    pub(super) served: Served,
    /// What it voted, in the round that is.
    pub(super) vote: Option<usize>,
    /// The last time that it pressed with all the others.
    pub(super) pressed: u32,
    /// The last time of which it said how long it waited.
    pub(super) waited: u32,
    /// Its open connections, as far as they are known.
    pub(super) conns: Vec<(Fd, ConnId)>,
    pub(super) stream: Option<Stream>,
    /// The same for the projected screen.
    pub(super) looks: Option<Stream>,
    /// It has asked for something since it joined.
    came_back: bool,
    /// When it was last in reach.
    seen: Nanos,
    /// When it is taken for gone, where it cannot be told anything.
    gone: Nanos,
    /// It is in, as was published.
    pub(super) is_in: bool,
    pub(super) changed: bool,
    /// What concerns all is another than it was told.
    pub(super) stale: bool,
    pub(super) bucket: Bucket,
}

/// How its hand was served.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Served {
    pub(super) times: u32,
    /// How long the hand had been up the last time, and when that was.
    pub(super) after: Nanos,
    pub(super) at: Nanos,
}

/// An answer that does not end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    pub(super) fd: Fd,
    pub(super) conn: ConnId,
    /// When something was last told over it.
    pub(super) at: Nanos,
    /// The question whose texts it has.
    pub(super) question: u32,
    /// The last change of the projected screen that it has.
    pub(super) seen: u64,
}

impl Stream {
    /// Its connection.
    pub(super) fn place(&self) -> (Fd, ConnId) {
        (self.fd, self.conn)
    }
}

/// What the telephones are told of the server.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    /// Open connections; where that is known.
    pub open: Option<u64>,
    /// How often a second it waits, or goes round; where that is known.
    pub rate: Option<u64>,
    /// How many descriptors a second are asked whether they are ready; where that is known.
    pub examined: Option<u64>,
    /// The pace of the loop.
    pub pace: &'static str,
    /// What happens is being written to a file.
    pub recording: bool,
}

/// Who is in, as the dashboard shows it beside what was published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Roll {
    /// The code.
    pub code: Code,
    /// The names that students chose and the teacher does not hide.
    pub names: Vec<(u32, String)>,
}

impl Roster {
    pub(super) fn new(code: Code) -> Self {
        Self {
            code,
            host: Host::default(),
            kept: Kept::default(),
            students: BTreeMap::new(),
            tokens: HashMap::new(),
            joined: 0,
            hands: Vec::new(),
            limits: Limits::default(),
            prepared: None,
            questions: 0,
            asked: None,
            burst: (0, None),
            figures: Figures { pace: "run", ..Figures::default() },
            screen: Screen::default(),
            changed: false,
            told: 0,
            seq: 0,
            endings: Vec::new(),
            held: None,
        }
    }

    /// The telephones come to another server from now on. What is known of their connections is of those
    /// of the one before.
    pub(super) fn set_host(&mut self, host: Host, now: Nanos) {
        if std::mem::replace(&mut self.host, host) == host {
            return;
        }
        self.endings.clear();
        // It is another server that they would press.
        self.burst.1 = None;
        for student in self.students.values_mut() {
            student.conns.clear();
            student.looks = None;
            if student.stream.is_some() {
                student.lost_stream(now);
            }
        }
    }

    /// The number of the next state.
    pub(super) fn next_state(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    /// Whether everybody is asked to press at once.
    pub(super) fn asks_to_press(&self, now: Nanos) -> bool {
        let (times, since) = self.burst;
        times > 0 && since.is_some_and(|since| now.saturating_sub(since) < BURST)
    }

    /// How many are in.
    pub(super) fn present(&self) -> usize {
        self.students.values().filter(|student| student.is_in).count()
    }

    /// A new student; `None` where there are too many. Who has lost its place by that is said first.
    pub(super) fn join(&mut self, on: &On, facts: &mut Vec<Fact>) -> Option<(u32, String)> {
        let address = network(on.peer);
        let held = self.students.values().filter(|student| student.address == address).count();
        if held >= PLACES || self.students.len() >= STUDENTS {
            let number = self.dispensable((held >= PLACES).then_some(address), on.now)?;
            self.forget(number);
            facts.push(Fact { student: number, did: Did::Left, value: 0 });
        }
        self.joined += 1;
        let (number, token) = (self.joined, secret());
        self.tokens.insert(token.clone(), number);
        let student = Student {
            number,
            token: token.clone(),
            address,
            name: String::new(),
            hidden: false,
            muted: false,
            away: false,
            hand: None,
            served: Served::default(),
            vote: None,
            pressed: 0,
            waited: 0,
            conns: vec![(on.fd, on.conn)],
            stream: None,
            looks: None,
            came_back: false,
            seen: on.now,
            gone: on.now + SILENT,
            is_in: true,
            changed: false,
            stale: false,
            bucket: Bucket::default(),
        };
        self.students.insert(number, student);
        self.changed = true;
        Some((number, token))
    }

    /// Whose place may be another's, of those at an address or of all: somebody who has joined and was
    /// never seen again, else who has been away for long.
    fn dispensable(&self, address: Option<IpAddr>, now: Nanos) -> Option<u32> {
        let may = |student: &&Student| {
            // One that was sent away is remembered, so that its telephone is told so.
            let idle = !student.came_back && !student.away;
            !student.is_in
                && address.is_none_or(|address| student.address == address)
                && (idle || now.saturating_sub(student.seen) > FORGOTTEN)
        };
        let students = self.students.values().filter(may);
        students.min_by_key(|one| (one.came_back || one.away, one.seen)).map(|one| one.number)
    }

    /// Whose token that is.
    pub(super) fn by_token(&self, token: &[u8]) -> Option<u32> {
        self.tokens.get(str::from_utf8(token).ok()?).copied()
    }

    /// Forgets a student. Its vote goes with it while votes are taken: else somebody who comes in again
    /// and again has as many.
    pub(super) fn forget(&mut self, number: u32) {
        if let Some(mut student) = self.students.remove(&number) {
            self.tokens.remove(&student.token);
            self.withdraw(student.vote);
            self.endings.extend(student.take_streams());
        }
        self.hands.retain(|&hand| hand != number);
        self.changed = true;
    }

    /// A vote of somebody who has left counts no more.
    fn withdraw(&mut self, vote: Option<usize>) {
        if let (Some(asked), Some(vote)) = (&mut self.asked, vote) {
            asked.withdraw(vote);
        }
    }

    /// A telephone is told over this connection from now on; over one alone. Whether it may be.
    pub(super) fn listens(&mut self, number: u32, stream: Stream) -> bool {
        self.begins(number, stream, |student| &mut student.stream)
    }

    /// The same with the projected screen.
    pub(super) fn looks(&mut self, number: u32, stream: Stream) -> bool {
        self.begins(number, stream, |student| &mut student.looks)
    }

    fn begins(
        &mut self,
        number: u32,
        stream: Stream,
        place: impl Fn(&mut Student) -> &mut Option<Stream>,
    ) -> bool {
        if self.endings.len() >= ENDINGS {
            return false;
        }
        let Some(student) = self.students.get_mut(&number) else { return false };
        let before = place(student).replace(stream);
        self.endings.extend(before.as_ref().map(Stream::place));
        true
    }

    /// Connections over which nobody is told any more.
    pub(super) fn end(&mut self, places: Vec<(Fd, ConnId)>) {
        self.endings.extend(places);
    }

    /// The connections of streams that are over: to be ended.
    pub(super) fn endings(&mut self) -> Vec<(Fd, ConnId)> {
        std::mem::take(&mut self.endings)
    }

    /// Whether there are any.
    pub(super) fn has_endings(&self) -> bool {
        !self.endings.is_empty()
    }

    /// A hand goes up or down. Whether that is new.
    pub(super) fn set_hand(&mut self, number: u32, up: bool, now: Nanos) -> bool {
        let Some(student) = self.students.get_mut(&number) else { return false };
        if student.hand.is_some() == up {
            return false;
        }
        student.hand = up.then_some(now);
        student.changed = true;
        self.hands.retain(|&hand| hand != number);
        if up {
            self.hands.push(number);
        }
        self.changed = true;
        true
    }

    pub(super) fn carry_out(&mut self, did: Did, student: u32, now: Nanos) -> Vec<Fact> {
        let fact = |student, value| vec![Fact { student, did, value }];
        match did {
            Did::Served => {
                let first = if student == 0 { self.hands.first().copied() } else { Some(student) };
                let Some(first) = first else { return Vec::new() };
                let Some(one) = self.students.get_mut(&first) else { return Vec::new() };
                let Some(since) = one.hand else { return Vec::new() };
                let after = now.saturating_sub(since);
                let times = one.served.times + 1;
                one.served = Served { times, after, at: now };
                self.set_hand(first, false, now);
                fact(first, u32::try_from(after / 1_000_000).unwrap_or(u32::MAX))
            }
            Did::Muted | Did::Unmuted | Did::Hid => {
                let one = self.students.get_mut(&student).filter(|one| !one.away);
                let Some(one) = one else { return Vec::new() };
                match did {
                    Did::Hid => one.hidden = true,
                    _ => one.muted = did == Did::Muted,
                }
                one.changed = true;
                if did == Did::Muted {
                    self.set_hand(student, false, now);
                }
                fact(student, 0)
            }
            Did::SentAway => {
                let one = self.students.get_mut(&student).filter(|one| !one.away);
                let Some(one) = one else { return Vec::new() };
                (one.away, one.is_in, one.seen) = (true, false, now);
                one.name.clear();
                let (vote, over) = (one.vote.take(), one.take_streams());
                self.endings.extend(over);
                self.withdraw(vote);
                self.set_hand(student, false, now);
                self.changed = true;
                fact(student, 0)
            }
            Did::Question => {
                let Some(question) = self.prepared.take() else { return Vec::new() };
                self.questions += 1;
                let question = Question { id: self.questions, ..question };
                self.asked = Some(Asked::new(question));
                self.all_changed(|student| student.vote = None);
                fact(0, self.questions)
            }
            Did::Again => {
                // Not when it is known what is right.
                let may = |asked: &&mut Asked| asked.round == 1 && asked.right.is_none();
                let Some(asked) = self.asked.as_mut().filter(may) else {
                    return Vec::new();
                };
                asked.again();
                let id = asked.question.id;
                self.all_changed(|student| student.vote = None);
                fact(0, id)
            }
            Did::Shown => {
                let Some(asked) = &mut self.asked else { return Vec::new() };
                asked.shown = true;
                let id = asked.question.id;
                self.all_changed(|_| {});
                fact(0, id)
            }
            Did::Over => {
                let Some(asked) = self.asked.take() else { return Vec::new() };
                self.all_changed(|student| student.vote = None);
                fact(0, asked.question.id)
            }
            Did::Burst => {
                self.burst = (self.burst.0 + 1, Some(now));
                self.all_changed(|_| {});
                fact(0, self.burst.0)
            }
            Did::Projected => {
                self.screen.on = !self.screen.on;
                self.all_changed(|_| {});
                fact(0, self.screen.on.into())
            }
            Did::Code => fact(0, 0),
            _ => Vec::new(),
        }
    }

    /// Something that is for everybody, and at once.
    fn all_changed(&mut self, change: impl Fn(&mut Student)) {
        for student in self.students.values_mut() {
            change(student);
            student.changed = true;
        }
    }

    pub(super) fn prepare(&mut self, mut question: Question) {
        question.options.truncate(super::question::OPTIONS);
        self.prepared = Some(question);
    }

    pub(super) fn reveal(&mut self, right: usize, measured: Option<Said>) {
        if let Some(asked) = &mut self.asked {
            (asked.right, asked.measured) = (Some(right), measured);
            self.all_changed(|_| {});
        }
    }

    pub(super) fn set_figures(&mut self, figures: Figures) {
        let before = std::mem::replace(&mut self.figures, figures);
        // The others go with what is told anyway: they change all the time.
        let told = |of: &Figures| (of.pace, of.recording, of.open.is_some());
        if told(&before) != told(&self.figures) {
            self.all_changed(|_| {});
        }
    }

    pub(super) fn connections(&self, number: u32) -> Vec<(Fd, ConnId)> {
        self.students.get(&number).map(|student| student.conns.clone()).unwrap_or_default()
    }

    pub(super) fn roll(&self) -> Roll {
        let shown = self.students.values().filter(|one| !one.hidden && !one.name.is_empty());
        Roll { code: self.code, names: shown.map(|one| (one.number, one.name.clone())).collect() }
    }
}

impl Student {
    /// A request of it came over that connection; whether it is the first there.
    pub(super) fn came_over(&mut self, on: &On) -> bool {
        (self.came_back, self.seen, self.gone) = (true, on.now, on.now + SILENT);
        let is_new = !self.conns.contains(&(on.fd, on.conn));
        if is_new {
            if self.conns.len() == CONNECTIONS {
                // Never one over which it is told.
                let told = [&self.stream, &self.looks].map(|one| one.as_ref().map(Stream::place));
                let at = self.conns.iter().position(|&conn| !told.contains(&Some(conn)));
                self.conns.remove(at.unwrap_or(0));
            }
            self.conns.push((on.fd, on.conn));
        }
        is_new
    }

    /// The connections over which it was told and is not any more.
    fn take_streams(&mut self) -> impl Iterator<Item = (Fd, ConnId)> + use<> {
        let streams = [self.stream.take(), self.looks.take()];
        streams.into_iter().flatten().map(|stream| stream.place())
    }

    /// Its stream has ended. It comes back at once, unless it is gone: another server has the listener,
    /// or the teacher has dropped it.
    pub(super) fn lost_stream(&mut self, now: Nanos) {
        (self.stream, self.seen, self.gone) = (None, now, now + RETURN);
    }

    /// Whether it is out of reach; nobody is for want of being served while the loop is held.
    pub(super) fn is_silent(&self, held: Option<Nanos>, now: Nanos) -> bool {
        let gone = held.map_or(self.gone, |held| self.gone.max(held + SILENT));
        self.stream.is_none() && gone <= now
    }
}
