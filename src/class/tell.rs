//! What is told to whom, and when. Telling n telephones of each hand would be n²: what concerns one of
//! them is told within a quarter of a second; what concerns all, once a second to those whose hand is up,
//! whose place in the queue may be another, and to the others after some seconds, or with what concerns
//! them. Figures that change all the time go with it.

use super::Fact;
use super::roster::{Roster, Stream, Student};
use super::state::{Around, state};
use crate::telemetry::{ConnId, Did, Fd, Nanos, Row, ServerKind};

/// Between two that are told to the same telephone at least.
const OWN: Nanos = 250_000_000;
/// Between two about the whole class at least.
const COMMON: Nanos = 1_000_000_000;
/// Within this time whoever waits for nothing has heard of what concerns all.
const SELDOM: Nanos = 5_000_000_000;
/// A telephone that has heard nothing for three times as long takes the server for gone.
const BEAT: Nanos = 15_000_000_000;

/// Something that is to be told over a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Telling {
    /// The descriptor.
    pub fd: Fd,
    /// The connection.
    pub conn: ConnId,
    /// Who is told.
    pub student: u32,
    /// An event of `text/event-stream`.
    pub text: String,
}

/// A state as an event (WHATWG HTML, section 9.2: there is no line break in it).
pub(super) fn event(state: &str) -> String {
    format!("data: {state}\n\n")
}

impl Student {
    /// When it is to be told something; `None` where it cannot be told anything.
    fn due(&self, changed: bool, told: Nanos) -> Option<Nanos> {
        let stream = self.stream?;
        let patient = if self.hand.is_some() { OWN } else { SELDOM };
        let common = changed.then_some((told + COMMON).max(stream.at + patient));
        let own = self.changed.then_some(stream.at + OWN);
        let stale = self.stale.then_some(stream.at + SELDOM);
        [common, own, stale].into_iter().flatten().chain([stream.at + BEAT]).min()
    }
}

impl Roster {
    pub(super) fn has_news(&self, now: Nanos) -> bool {
        let held = self.held_at(now);
        let silent = |student: &Student| student.is_in && student.is_silent(held, now);
        let looks = |student: &Student| {
            student.looks.is_some_and(|looks| {
                looks.at + if self.screen.is_news(&looks) || !self.screen.on { OWN } else { BEAT }
                    <= now
            })
        };
        let due =
            |student: &Student| student.due(self.changed, self.told).is_some_and(|at| at <= now);
        let news = |student| due(student) || silent(student) || looks(student);
        self.has_endings() || self.students.values().any(news)
    }

    /// When the loop was last held, as far as that is known.
    fn held_at(&self, now: Nanos) -> Option<Nanos> {
        if self.figures.pace == "run" { self.held } else { Some(now) }
    }

    pub(super) fn gather(
        &mut self,
        server: ServerKind,
        now: Nanos,
        mut row: impl FnMut(Fd, ConnId) -> Option<Row>,
    ) -> (Vec<Telling>, Vec<Fact>) {
        let (mut tellings, mut facts) = (Vec::new(), Vec::new());
        self.held = self.held_at(now);
        for student in self.students.values_mut() {
            student.conns.retain(|&(fd, conn)| row(fd, conn).is_some());
            if student.stream.is_some_and(|stream| row(stream.fd, stream.conn).is_none()) {
                student.lost_stream(now);
            }
            if student.is_in && student.is_silent(self.held, now) {
                student.is_in = false;
                self.changed = true;
                facts.push(Fact { student: student.number, did: Did::Lost, value: 0 });
            }
        }
        // Who is out of reach waits for nothing.
        for fact in &facts {
            self.set_hand(fact.student, false, now);
        }
        // What concerns all is told to all in one go; to one that was told something just now, next.
        let common = self.changed && self.told + COMMON <= now;
        if common {
            (self.changed, self.told) = (false, now);
            for student in self.students.values_mut() {
                student.changed |= student.hand.is_some();
                student.stale = true;
            }
        }
        let numbers: Vec<u32> = self.students.keys().copied().collect();
        for number in numbers {
            let due = |student: &&Student| {
                student.due(self.changed, self.told).is_some_and(|at| at <= now)
            };
            let Some(stream) = self.students.get(&number).filter(due).and_then(|one| one.stream)
            else {
                continue;
            };
            let seq = self.next_state();
            let Some(student) = self.students.get(&number) else { continue };
            let rows: Vec<Row> =
                student.conns.iter().filter_map(|&(fd, conn)| row(fd, conn)).collect();
            let (token, asked) = (None, None);
            let around =
                Around { server, now, seq, token, has: stream.question, asked, rows: &rows };
            let text = event(&state(self, student, &around));
            tellings.push(Telling { fd: stream.fd, conn: stream.conn, student: number, text });
        }
        tellings.extend(self.screen_tellings(now, &mut row));
        let question = self.asked.as_ref().map(|asked| asked.question.id);
        for telling in &tellings {
            if let Some(student) = self.students.get_mut(&telling.student)
                && student.stream.is_some_and(|stream| stream.conn == telling.conn)
            {
                (student.changed, student.stale) = (false, false);
                if let Some(stream) = &mut student.stream {
                    stream.at = now;
                    stream.question = question.unwrap_or(stream.question);
                }
            }
        }
        (tellings, facts)
    }

    /// What has changed of the projected screen, for those who look at it; when it is off, that it is.
    fn screen_tellings(
        &mut self,
        now: Nanos,
        mut row: impl FnMut(Fd, ConnId) -> Option<Row>,
    ) -> Vec<Telling> {
        let (mut tellings, mut over) = (Vec::new(), Vec::new());
        let screen = &self.screen;
        for student in self.students.values_mut() {
            let Some(looks) = &mut student.looks else { continue };
            let (fd, conn, number) = (looks.fd, looks.conn, student.number);
            if row(fd, conn).is_none() {
                student.looks = None;
                continue;
            }
            let news = screen.is_news(looks);
            if now < looks.at + if news || !screen.on { OWN } else { BEAT } {
                continue;
            }
            let text = match (screen.on, news) {
                (false, _) => event("{\"off\":true}"),
                (true, true) => event(&screen.since(looks.seen)),
                (true, false) => "event: beat\ndata: {}\n\n".to_owned(),
            };
            (looks.at, looks.seen) = (now, screen.version);
            if !screen.on {
                student.looks = None;
                over.push((fd, conn));
            }
            tellings.push(Telling { fd, conn, student: number, text });
        }
        self.end(over);
        tellings
    }

    /// It is to be told that again.
    pub(super) fn later(&mut self, telling: &Telling) {
        let Some(student) = self.students.get_mut(&telling.student) else { return };
        let place = (telling.fd, telling.conn);
        if let Some(looks) = student.looks.as_mut().filter(|looks| looks.place() == place) {
            looks.seen = 0;
        }
        if let Some(stream) = student.stream.as_mut().filter(|one| one.place() == place) {
            (stream.question, student.changed) = (0, true);
        }
    }

    pub(super) fn missed(&mut self, telling: &Telling, now: Nanos) -> Fact {
        if let Some(student) = self.students.get_mut(&telling.student) {
            let missed = |stream: &Stream| stream.place() == (telling.fd, telling.conn);
            student.looks.take_if(|looks| missed(looks));
            if student.stream.as_ref().is_some_and(missed) {
                student.lost_stream(now);
            }
        }
        Fact { student: telling.student, did: Did::Slow, value: 0 }
    }
}
