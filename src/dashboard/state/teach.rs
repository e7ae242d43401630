//! What the teacher does with the class: shows by what it joins, calls students, presses keys. What has
//! happened in it is in `class`.

use std::net::SocketAddr;

use crossterm::event::{KeyCode, KeyEvent};

use super::notice::Notice;
use super::prompt::{Confirm, Question};
use super::table::TableRow;
use super::{Action, Overlay, State};
use crate::class::interfaces::{Kind, everywhere};
use crate::class::{Fact, Figures, Host, Interface, Join, Roll, Shown, Trouble, Wifi};
use crate::dashboard::keys::Id;
use crate::dashboard::panel::Panel;
use crate::dashboard::state::rates::Metric;
use crate::lesson::{Phase, Run};
use crate::telemetry::{Asks, Batch, Command, Did, Mode, Nanos, What};
use crate::words::strings;

/// So many addresses are named before a class is let in.
const WAYS: usize = 3;
/// After how long it is said what to try if nobody has come.
const NOBODY_COMES: Nanos = 60_000_000_000;

impl State {
    /// Under which addresses this machine is reached, and at which the server listens that telephones come
    /// to.
    pub fn set_ways(&mut self, found: Vec<Interface>, at: SocketAddr) {
        self.join.at = Some(at);
        let bound = at.ip();
        let mut found: Vec<Interface> =
            found.into_iter().filter(|way| way.leads_to(bound)).collect();
        if found.is_empty() && bound.is_loopback() {
            // For this machine's own browsers.
            found.push(Interface { name: "lo".to_owned(), addr: bound, kind: Kind::Other });
        }
        if found != self.join.found {
            let before = self.join.found.get(self.join.shown).cloned();
            let shown = found.iter().position(|way| Some(way) == before.as_ref());
            (self.join.shown, self.join.found) = (shown.unwrap_or(0), found);
            self.changed = true;
        }
    }

    /// What a class joins by, while one can.
    #[must_use]
    pub fn join(&self) -> Option<Join> {
        let at = self.join.at.or(self.live.listener.map(|listener| listener.addr));
        let (code, port) = (self.roll.as_ref()?.code, at?.port());
        let mut join = Join::new(code, port, &self.join.found, self.join.shown);
        join.wifi.clone_from(&self.join.wifi);
        join.students = self.live.class.present();
        let waited = self.live.now.saturating_sub(self.join.since) >= NOBODY_COMES;
        if join.students == 0 && waited {
            join.trouble = join.trouble.or(Some(Trouble::Nobody));
        }
        Some(join)
    }

    /// Whether that is shown.
    #[must_use]
    pub fn shows_join(&self) -> bool {
        matches!(self.overlay, Overlay::Join(_))
    }

    /// A key while that is shown.
    pub(super) fn join_key(
        &mut self,
        shown: Shown,
        key: KeyEvent,
        declared: Option<Id>,
    ) -> Vec<Action> {
        self.overlay = Overlay::Join(shown);
        match key.code {
            KeyCode::Tab | KeyCode::Down | KeyCode::Right => {
                self.join.shown = (self.join.shown + 1) % self.join.found.len().max(1);
            }
            KeyCode::Char('w') if self.join.wifi.is_some() => {
                self.overlay = Overlay::Join(shown.other());
            }
            KeyCode::Char('n') => return vec![Action::NewCode],
            KeyCode::Esc | KeyCode::Enter => self.overlay = Overlay::None,
            _ if matches!(declared, Some(Id::Join | Id::Back)) => self.overlay = Overlay::None,
            _ => {}
        }
        Vec::new()
    }

    /// Who is in the room, as the class itself knows it.
    pub fn set_roll(&mut self, roll: Roll, wifi: Option<Wifi>) {
        if self.roll.is_none() {
            self.join.since = self.live.now;
            // What is to be typed is how the class comes in.
            self.overlay = Overlay::Join(Shown::default());
        }
        self.join.wifi = wifi;
        let url = self.join().and_then(|join| join.url);
        if url != self.join.url {
            self.join.url = url;
            self.changed = true;
        }
        if self.roll.as_ref() != Some(&roll) {
            self.roll = Some(roll);
            self.changed = true;
        }
    }

    /// The same.
    #[must_use]
    pub fn roll(&self) -> Option<&Roll> {
        self.roll.as_ref()
    }

    /// What a student is called: by its number, and its name where it has one.
    #[must_use]
    pub fn student(&self, number: u32) -> String {
        let who = (strings().class.who)(number);
        match self.name(number) {
            Some(name) => format!("{who} {name}"),
            None => who,
        }
    }

    /// The same in few columns.
    #[must_use]
    pub fn student_in_short(&self, number: u32) -> String {
        match self.name(number) {
            Some(name) => format!("{number} {name}"),
            None => number.to_string(),
        }
    }

    fn name(&self, number: u32) -> Option<&str> {
        let names = &self.roll.as_ref()?.names;
        let at = names.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(&names[at].1)
    }

    /// Whether a class can join.
    #[must_use]
    pub fn has_class(&self) -> bool {
        self.is_live() && self.roll.is_some()
    }

    /// Which server the telephones come to; `None` while they are on the way from one to another. And
    /// whether there may be some, where there are none yet.
    pub fn set_telephones(&mut self, host: Option<Host>, possible: bool) {
        (self.telephones, self.possible) = (host, possible);
    }

    /// Whether they come to a server beside the one that is shown.
    #[must_use]
    pub fn has_class_beside(&self) -> bool {
        self.has_class() && matches!(self.telephones, Some(Host::Beside) | None)
    }

    /// By which address a class joins that is at a server beside the one that is shown.
    #[must_use]
    pub fn class_url(&self) -> Option<&str> {
        self.join.url.as_deref().filter(|_| self.has_class_beside() && self.tells_of_now())
    }

    /// Whether a class can be let in, where there is none.
    pub(in crate::dashboard) fn can_open(&self) -> bool {
        self.is_live() && self.possible && !self.has_class() && self.telephones == Some(Host::None)
    }

    pub(in crate::dashboard) fn can_join(&self) -> bool {
        self.has_class() || self.can_open() && !self.course.is_given()
    }

    /// Asks whether a class is to be let in, at these addresses.
    pub fn ask_to_open(&mut self, found: &[Interface]) {
        let Some(listener) = self.live.listener.filter(|_| self.can_open()) else { return };
        let bound = listener.addr.ip();
        let after = if bound.is_loopback() { everywhere(bound) } else { bound };
        let reached = found.iter().filter(|way| way.leads_to(after));
        let reached = reached.map(|Interface { name, addr, .. }| format!("{addr} ({name})"));
        // More of them say no more.
        let reached = reached.take(WAYS).collect();
        let instead = bound.is_loopback().then(|| bound.to_string());
        let question = Question::OpenClass(reached, instead, self.live.table.open());
        self.overlay =
            Overlay::Confirm(Confirm { question, action: Action::OpenClass, conn: None });
        self.changed = true;
    }

    /// Whether there is a class to be looked at.
    #[must_use]
    pub fn shows_class(&self) -> bool {
        self.roll.is_some() || !self.scene().class.is_empty()
    }

    pub(in crate::dashboard) fn has_students(&self) -> bool {
        self.has_class() && self.live.class.present() > 0
    }

    /// Whether all can be asked to press at once: to see what the server that is shown makes of it.
    pub(in crate::dashboard) fn can_burst(&self) -> bool {
        self.has_students() && !self.has_class_beside()
    }

    pub(in crate::dashboard) fn has_hands(&self) -> bool {
        self.has_class() && !self.live.class.hands().is_empty()
    }

    pub(in crate::dashboard) fn can_count(&self) -> bool {
        self.has_class()
            && self.live.class.asked().is_some_and(|asked| {
                // Not once more when it is known what is right.
                !asked.shown
                    || !asked.again && !self.lesson().is_some_and(|run| run.phase() == Phase::Shown)
            })
    }

    pub(in crate::dashboard) fn has_student(&self) -> bool {
        self.has_class() && self.selected_student().is_some()
    }

    /// The student who is selected: in the panel of the class, else by a connection.
    fn selected_student(&self) -> Option<u32> {
        if self.focus == Panel::Class {
            return self.marked_student();
        }
        self.live.class.whose(self.scene().table.selected().map(TableRow::id)?)
    }

    /// The student who is marked in the panel of the class.
    #[must_use]
    pub fn marked_student(&self) -> Option<u32> {
        let marked = self.join.marked?;
        self.live.class.student(marked).map(|_| marked)
    }

    /// Marks another: the next but so many in the order in which they have joined.
    pub(super) fn mark_student(&mut self, by: isize) {
        let all: Vec<u32> = self.live.class.students().map(|(number, _)| number).collect();
        let last = all.len().saturating_sub(1);
        let at = self.marked_student().and_then(|marked| all.binary_search(&marked).ok());
        let to = at.map_or(0, |at| at.saturating_add_signed(by).min(last));
        self.join.marked = all.get(to).copied();
        self.changed = true;
    }

    /// Says what came of a key for the class, where nothing else on the screen does.
    /// So many were `known` before.
    pub(super) fn teacher_did(&mut self, batch: &Batch, known: usize) {
        if !self.has_class() {
            return;
        }
        let mut known = known;
        for event in batch.events() {
            let What::Class { student, did, value } = event.event.what else { continue };
            if event.event.conn.is_none() && known > 0 {
                known -= 1;
            } else {
                self.say_done(Fact { student, did, value });
            }
        }
    }

    /// What has happened in the class on a server that is not shown. It is published later.
    pub fn class_did(&mut self, facts: &[Fact]) {
        if facts.is_empty() {
            return;
        }
        let now = self.live.now;
        self.live.class.tell(facts, now);
        for fact in facts {
            self.say_done(*fact);
        }
        self.changed = true;
    }

    fn say_done(&mut self, Fact { student, did, value }: Fact) {
        use Did as D;
        if let D::Muted | D::Unmuted | D::Hid | D::SentAway | D::Projected | D::Code | D::Served =
            did
        {
            self.notice(Notice::Class { did, student, value });
        }
    }

    /// Whether a server that is woken now does something more than the lesson has it do, of which that
    /// counts all.
    #[must_use]
    pub fn disturbs_lesson(&self) -> bool {
        let asks = |run: &Run| matches!(run.phase(), Phase::Asking | Phase::Predicted);
        let sleeps = self.live.listener.is_none_or(|it| it.server.asks() == Asks::Sleeps);
        // One that is held waits for commands.
        let waits = self.live.next_call().is_some() && !sleeps;
        self.lesson_waits() || self.lesson().is_some_and(asks) && !waits
    }

    /// A key for the class was pressed.
    pub(super) fn teach(&mut self, id: Id) -> Vec<Action> {
        let send = |did, student| vec![Action::Send(Command::Class { did, student })];
        let class = &self.live.class;
        let student = self.selected_student();
        match (id, student) {
            (Id::Join, _) if !self.has_class() => return vec![Action::AskToOpen],
            (Id::Join, _) => self.overlay = Overlay::Join(Shown::default()),
            (Id::Serve, _) => return send(Did::Served, 0),
            (Id::Project, _) => return send(Did::Projected, 0),
            (Id::Burst, _) => {
                self.show(Panel::Class);
                return send(Did::Burst, 0);
            }
            (Id::Votes, _) => {
                let shown = class.asked().is_some_and(|asked| asked.shown);
                return send(if shown { Did::Again } else { Did::Shown }, 0);
            }
            (Id::Mute, Some(student)) => {
                let muted = class.student(student).is_some_and(|student| student.muted);
                return send(if muted { Did::Unmuted } else { Did::Muted }, student);
            }
            (Id::HideName, Some(student)) => return send(Did::Hid, student),
            (Id::SendAway, Some(student)) => {
                let question = Question::SendAway(student);
                let action = Action::Send(Command::Class { did: Did::SentAway, student });
                return self.ask(Confirm { question, action, conn: None });
            }
            _ => {}
        }
        Vec::new()
    }

    /// What the telephones are told of the server that is shown, as it was measured; nothing where they
    /// are at another.
    #[must_use]
    pub fn figures(&self, recording: bool) -> Figures {
        if self.has_class_beside() {
            return Figures { pace: "run", recording, ..Figures::default() };
        }
        let asks = self.live.listener.map(|listener| listener.server.asks());
        let last = self.live.rates.last();
        let rate = |metric, of: &[Asks]| {
            last.filter(|_| asks.is_some_and(|asks| of.contains(&asks)))
                .map(|last| last.get(metric))
        };
        Figures {
            open: Some(self.live.counters.open()),
            rate: rate(Metric::Wakeups, &[Asks::List, Asks::Interest]),
            examined: rate(Metric::Examined, &[Asks::Each, Asks::List, Asks::Interest]),
            pace: match self.live.standing.mode {
                Mode::Run | Mode::Until(_) => "run",
                Mode::Paused => "paused",
                Mode::Slow(_) => "slow",
            },
            recording,
        }
    }

    /// Whether a student's connection has ended since this was asked last.
    pub fn take_left(&mut self) -> bool {
        self.live.class.take_ended()
    }
}
