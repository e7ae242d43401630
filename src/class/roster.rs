//! Who is in, and whose hand is up.

use std::collections::{BTreeMap, HashMap};

use super::code::Code;
use super::limits::{Bucket, Limits};
use super::question::{Asked, Question, Said};
use super::screen::Screen;
use super::secret::secret;
use super::{Fact, On};
use crate::telemetry::{ConnId, Did, Fd, Nanos};

/// So many students at most.
pub(super) const STUDENTS: usize = 1000;
/// So many connections of one are remembered; a browser has six at most.
const CONNECTIONS: usize = 8;
/// For so long one who cannot be told anything is taken to be in, after it has last asked.
pub(super) const SILENT: Nanos = 15_000_000_000;
/// After so long its place may be another's.
const FORGOTTEN: Nanos = 600_000_000_000;

/// A class, as the server has it.
#[derive(Debug)]
pub(super) struct Roster {
    pub(super) code: Code,
    pub(super) students: BTreeMap<u32, Student>,
    tokens: HashMap<String, u32>,
    joined: u32,
    /// The raised hands, the longest first.
    pub(super) hands: Vec<u32>,
    pub(super) limits: Limits,
    prepared: Option<Question>,
    questions: u32,
    pub(super) asked: Option<Asked>,
    /// How often everybody was asked to press at once; and whether that still is asked.
    pub(super) burst: (u32, bool),
    pub(super) figures: Figures,
    pub(super) screen: Screen,
    /// Something has changed that concerns everybody; and when they were told the last time.
    pub(super) changed: bool,
    pub(super) told: Nanos,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Student {
    pub(super) number: u32,
    token: String,
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
    /// Its open connections, as far as they are known.
    pub(super) conns: Vec<(Fd, ConnId)>,
    pub(super) stream: Option<Stream>,
    /// The same for the projected screen.
    pub(super) looks: Option<Stream>,
    /// When it last asked for something.
    pub(super) seen: Nanos,
    /// It is in, as was published.
    pub(super) is_in: bool,
    pub(super) changed: bool,
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

/// What the telephones are told of the server.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    /// Open connections.
    pub open: u64,
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
            students: BTreeMap::new(),
            tokens: HashMap::new(),
            joined: 0,
            hands: Vec::new(),
            limits: Limits::default(),
            prepared: None,
            questions: 0,
            asked: None,
            burst: (0, false),
            figures: Figures { pace: "run", ..Figures::default() },
            screen: Screen::default(),
            changed: false,
            told: 0,
        }
    }

    /// How many are in.
    pub(super) fn present(&self) -> usize {
        self.students.values().filter(|student| student.is_in).count()
    }

    /// A new student; `None` where there are too many.
    pub(super) fn join(&mut self, on: &On) -> Option<(u32, String)> {
        if self.students.len() >= STUDENTS {
            let gone = |student: &&Student| {
                !student.is_in && on.now.saturating_sub(student.seen) > FORGOTTEN
            };
            let number = self.students.values().find(gone)?.number;
            self.forget(number);
        }
        self.joined += 1;
        let (number, token) = (self.joined, secret());
        self.tokens.insert(token.clone(), number);
        let student = Student {
            number,
            token: token.clone(),
            name: String::new(),
            hidden: false,
            muted: false,
            away: false,
            hand: None,
            served: Served::default(),
            vote: None,
            pressed: 0,
            conns: Vec::new(),
            stream: None,
            looks: None,
            seen: on.now,
            is_in: true,
            changed: false,
            bucket: Bucket::default(),
        };
        self.students.insert(number, student);
        self.changed = true;
        Some((number, token))
    }

    /// Whose token that is.
    pub(super) fn by_token(&self, token: &[u8]) -> Option<u32> {
        self.tokens.get(str::from_utf8(token).ok()?).copied()
    }

    /// Forgets a student.
    pub(super) fn forget(&mut self, number: u32) {
        if let Some(student) = self.students.remove(&number) {
            self.tokens.remove(&student.token);
        }
        self.hands.retain(|&hand| hand != number);
        self.changed = true;
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
                let Some(one) = self.students.get_mut(&student) else { return Vec::new() };
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
                let Some(one) = self.students.get_mut(&student) else { return Vec::new() };
                (one.away, one.is_in, one.stream, one.looks) = (true, false, None, None);
                one.name.clear();
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
                let Some(asked) = self.asked.as_mut().filter(|asked| asked.round == 1) else {
                    return Vec::new();
                };
                asked.again();
                let id = asked.question.id;
                self.all_changed(|student| student.vote = None);
                fact(0, id)
            }
            Did::Closed | Did::Shown => {
                let Some(asked) = &mut self.asked else { return Vec::new() };
                asked.shown |= did == Did::Shown;
                asked.open = false;
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
                self.burst = (self.burst.0 + 1, true);
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
        if (before.pace, before.recording) != (self.figures.pace, self.figures.recording) {
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
    /// A request of it came over that connection.
    pub(super) fn came_over(&mut self, on: &On) {
        self.seen = on.now;
        if !self.conns.contains(&(on.fd, on.conn)) {
            if self.conns.len() == CONNECTIONS {
                self.conns.remove(0);
            }
            self.conns.push((on.fd, on.conn));
        }
    }
}
