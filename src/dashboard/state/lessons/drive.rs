//! How the dashboard's state feeds the lesson that is given, and what it lets it do.

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::seen::Sight;
use super::{Course, Lessons, List, News, Row, rows};
use crate::class::Host;
use crate::clients::{Name, Report, Reported};
use crate::dashboard::geometry::Rect;
use crate::dashboard::layout;
use crate::dashboard::panel::Panel;
use crate::dashboard::state::code::Marks;
use crate::dashboard::state::menu::needs_fresh;
use crate::dashboard::state::notice::{Notice, WhyNot};
use crate::dashboard::state::prompt::{Confirm, Question};
use crate::dashboard::state::table::TableRow;
use crate::dashboard::state::{Action, Overlay, State};
use crate::lesson::{Act, Lesson, Look, Phase, Run, Strip};
use crate::telemetry::{Command, ConnId, Mode};

impl State {
    /// These lessons can be given.
    pub fn set_lessons(&mut self, lessons: Lessons) {
        self.course = Course::new(lessons.shelf.lessons());
        if let Some(first) = lessons.first {
            self.begin_lesson(&first);
        }
    }

    /// Begins a lesson.
    pub fn begin_lesson(&mut self, lesson: &Arc<Lesson>) {
        let at = self.course.place(lesson);
        self.course.begin(at, None);
        self.changed = true;
    }

    /// The lessons, and how far each was given.
    #[must_use]
    pub fn course(&self) -> &Course {
        &self.course
    }

    /// The lesson that is given.
    #[must_use]
    pub fn lesson(&self) -> Option<&Run> {
        self.course.run()
    }

    /// The same, or the one that is being left, to go on with it.
    pub fn lesson_mut(&mut self) -> Option<&mut Run> {
        self.changed = true;
        self.course.at_mut()
    }

    /// Whether a lesson waits for something to happen.
    #[must_use]
    pub fn lesson_waits(&self) -> bool {
        self.course.is_at_work()
    }

    /// Goes on with the lesson that is given; what it wants done now, in that order.
    pub fn lesson_goes_on(&mut self, now: Instant) -> Vec<Act> {
        // It begins when the class is in, or the box is closed without one.
        let coming = self.telephones == Some(Host::Shown) && self.roll.is_none();
        let later = (coming || self.shows_join()) && self.course.run().is_none();
        if later || !self.course.is_given() || self.dead.is_some() {
            return Vec::new();
        }
        if let Some(command) = self.course.withheld {
            self.ask_for_lesson(command);
            return Vec::new();
        }
        let mut course = mem::take(&mut self.course);
        let Self { live: scene, clients, puppets, telephones, .. } = &*self;
        let sight = Sight { scene, clients, puppets, telephones: *telephones };
        let mut acts = course.tick(now, &sight);
        let asks = |act: &Act| match act {
            Act::Send(command) if !course.granted => {
                self.must_ask(*command, course.is_being_left()).map(|_| *command)
            }
            _ => None,
        };
        if let Some((at, command)) =
            acts.iter().enumerate().find_map(|(at, act)| Some((at, asks(act)?)))
        {
            // What follows comes again with it.
            acts.truncate(at);
            course.withheld = Some(command);
        }
        let moved = course.has_moved();
        self.course = course;
        if moved {
            // What is told is of now.
            self.thaw();
            self.changed = true;
        }
        self.follow_look();
        let stands = |run: &Run| matches!(run.phase(), Phase::Asking | Phase::Shown);
        if moved && self.lesson().is_some_and(stands) {
            self.bring_line();
            // The client may have come anew since its row was pointed at.
            self.point_at_row();
        }
        acts
    }

    /// Takes over what a client with a name has reported.
    pub(in crate::dashboard) fn report(&mut self, report: &Report) {
        let puppet = self.puppets.entry(report.name).or_default();
        match report.what {
            Reported::Connecting(local) => (puppet.local, puppet.connected) = (Some(local), false),
            Reported::Connected(local) => (puppet.local, puppet.connected) = (Some(local), true),
            _ => {}
        }
        let over = report.order.is_some() && !matches!(report.what, Reported::Connecting(_));
        puppet.done += u64::from(over);
    }

    /// Asks before the lesson does what closes connections from outside; after what is open now.
    fn ask_for_lesson(&mut self, command: Command) {
        if self.overlay != Overlay::None {
            return;
        }
        if let Some(question) = self.must_ask(command, self.course.is_being_left()) {
            let confirm = Confirm { question, action: Action::Send(command), conn: None };
            self.overlay = Overlay::Confirm(confirm);
            self.changed = true;
        } else {
            // They are gone.
            self.course.grant();
        }
    }

    /// What has become of the speaker's notes since the last call.
    pub fn new_notes(&mut self, now: Instant) -> News {
        self.course.new_notes(now)
    }

    /// What has to be asked before a lesson does that, or one that is being left: what closes connections
    /// from outside.
    fn must_ask(&self, command: Command, left: bool) -> Option<Question> {
        let listener = self.live.listener.filter(|_| self.options.ask && self.has_outsiders())?;
        let open = self.live.table.open();
        match command {
            Command::Switch(_) | Command::SuitLessons(_) if left => {
                Some(Question::LessonRestores(open))
            }
            Command::Switch(server) => Some(Question::LessonSwitches(server, open)),
            Command::Set(setting) if needs_fresh(listener.server, setting) => {
                Some(Question::LessonNeedsFresh(open))
            }
            Command::SuitLessons(_) => Some(Question::LessonNeedsFresh(open)),
            _ => None,
        }
    }

    /// Whether somebody is connected from outside. Clients of our own that have ended are not, though the
    /// server, in a handler, may not have seen yet that they are gone.
    fn has_outsiders(&self) -> bool {
        self.foreign() > 0 && self.live.table.open_rows().any(|row| row.ours.is_none())
    }

    /// What a command of the lesson's changes in what the operator is shown.
    pub fn sent_by_lesson(&mut self, command: Command) {
        let mode = match command {
            Command::Pause => Mode::Paused,
            Command::Run => Mode::Run,
            Command::Slow(calls) => Mode::Slow(calls),
            _ => return,
        };
        self.asked = Some((mode, self.live.now));
        self.resume = Mode::Run;
    }

    /// What the lesson speaks of is shown, once; after that the operator looks where they like.
    fn follow_look(&mut self) {
        let look = self.looks_at();
        if look != mem::replace(&mut self.course.look, look) {
            self.course.row = look.and_then(row_of);
            if let Some(panel) = look.and_then(|look| self.panel_of(look)) {
                self.bring(panel);
            }
            self.changed = true;
        }
        // It may come later.
        if let Some(line) = self.course.row.and_then(|name| self.line_of(name)) {
            self.point_at(line);
            self.course.row = None;
        }
    }

    /// The cursor goes to the row that the lesson speaks of.
    fn point_at_row(&mut self) {
        let name = self.looks_at().and_then(row_of);
        if let Some(line) = name.and_then(|name| self.line_of(name)) {
            self.point_at(line);
        }
    }

    fn point_at(&mut self, line: usize) {
        let now = self.scene().now;
        self.scene_mut().table.point_at(line, now);
        self.changed = true;
    }

    /// The line of a call that has yet to return is one of the source alone.
    fn bring_line(&mut self) {
        if let Some(Look::Line(kind)) = self.looks_at()
            && Marks::of(&self.live, self.code.of_loop)
                .next
                .is_some_and(|(_, call)| call.kind == Some(kind))
        {
            self.bring(Panel::Code);
        }
    }

    /// Shows a panel; the keyboard stays where it is, if that can be.
    fn bring(&mut self, panel: Panel) {
        if self.areas().of(panel).is_some() {
            return;
        }
        self.zoom = false;
        if panel.is_side() {
            self.side = panel;
            self.card_top = 0;
        }
        if self.areas().of(panel).is_none() || self.areas().of(self.focus).is_none() {
            self.focus = panel;
        }
    }

    /// What the strip of the lesson that runs says, on a screen of that size.
    #[must_use]
    pub fn strip(&self, screen: Rect) -> Vec<Row> {
        let most = usize::from(layout::strip_at_most(screen));
        let strip = self.shown_lesson();
        let Some(strip) = strip else { return Vec::new() };
        let votes = self.votes(&strip, screen.width.into());
        let mut all = rows(&strip, screen.width.into(), most.saturating_sub(votes.len()));
        all.extend(votes);
        all
    }

    /// Whether what is told of a lesson is told by the one that runs.
    #[must_use]
    pub fn tells_of_now(&self) -> bool {
        self.back.is_none() && self.recording().is_none()
    }

    /// What the lesson tells that is in the picture.
    #[must_use]
    pub fn shown_lesson(&self) -> Option<Arc<Strip>> {
        if self.tells_of_now() {
            self.course.strip().map(Arc::new)
        } else {
            self.scene().lesson.clone()
        }
    }

    /// Takes over what a lesson tells, where that is not what it told before; of one that is given here,
    /// or in a recording.
    pub fn lesson_tells(&mut self, strip: Option<Arc<Strip>>) {
        if self.live.lesson != strip {
            self.history.lesson(strip.clone());
            self.live.lesson = strip;
            self.changed |= self.back.is_none();
        }
    }

    /// The newest connection of a client of the lesson that runs.
    #[must_use]
    pub fn named(&self, name: Name) -> Option<ConnId> {
        let peer = self.puppets.get(&name)?.local?;
        let its = self.scene().table.entries().iter().filter(|entry| entry.peer() == peer);
        its.map(TableRow::id).max()
    }

    /// The line of the table that a client of the lesson has.
    #[must_use]
    pub fn line_of(&self, name: Name) -> Option<usize> {
        let table = &self.scene().table;
        let id = self.named(name)?;
        table.order().iter().position(|other| *other == id)
    }

    /// Where the lesson that is given says to look.
    #[must_use]
    pub fn looks_at(&self) -> Option<Look> {
        // At the end one looks at what the strip sums up.
        if self.tells_of_now() {
            return self.lesson().filter(|run| run.phase() != Phase::Over).and_then(Run::look);
        }
        self.scene().lesson.as_ref().filter(|strip| strip.phase != Phase::Over)?.look
    }

    /// The panel in which that is, if it is in one.
    #[must_use]
    pub fn panel_of(&self, look: Look) -> Option<Panel> {
        Some(match look {
            Look::Header => return None,
            Look::Table | Look::Row(_) | Look::Column(_) => Panel::Table,
            Look::Loop => Panel::Loop,
            // Where the source is shown, the line is one of it.
            Look::Line(_) if self.areas().of(Panel::Code).is_some() => Panel::Code,
            Look::Stream | Look::Line(_) => Panel::Stream,
            Look::Charts => Panel::Charts,
            Look::Card => Panel::Card,
            Look::Seats => Panel::Seats,
            Look::Costs => Panel::Costs,
            Look::Code => Panel::Code,
        })
    }

    /// A key chooses a prediction, while one is asked for.
    pub(in crate::dashboard::state) fn predicts(&mut self, key: KeyEvent) -> bool {
        let KeyCode::Char(letter) = key.code else { return false };
        let option = letter.to_digit(10).and_then(|digit| digit.checked_sub(1));
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match option.filter(|_| plain && self.dead.is_none()) {
            Some(option) => self.predict(usize::try_from(option).unwrap_or(usize::MAX)),
            None => false,
        }
    }

    /// The class expects that option; whether it could be chosen.
    pub(in crate::dashboard::state) fn predict(&mut self, option: usize) -> bool {
        let Some(run) = self.course.given() else { return false };
        let asks = matches!(run.phase(), Phase::Asking | Phase::Predicted);
        let there = run.ask().is_some_and(|ask| option < ask.options.len());
        if asks && there {
            run.predict(option);
            self.changed = true;
        }
        asks && there
    }

    /// Goes on: opens the list where no lesson runs, and ends one that is over.
    pub(in crate::dashboard::state) fn lesson_on(&mut self) {
        let expects = self.expects();
        match self.course.given() {
            Some(run) if run.phase() == Phase::Over => self.course.leave(),
            Some(run) if matches!(run.phase(), Phase::Doing | Phase::Revealing) => {
                self.notice(Notice::NotNow(WhyNot::UnderWay));
            }
            Some(run) => {
                // What the class has voted is what it expects, unless it was asked by the keys.
                if run.phase() == Phase::Asking
                    && let Some(option) = expects
                {
                    run.predict(option);
                }
                run.next();
            }
            None => self.open_lessons(),
        }
    }

    pub(in crate::dashboard::state) fn lesson_back(&mut self) {
        if let Some(run) = self.course.given() {
            run.back();
        }
    }

    pub(in crate::dashboard::state) fn open_lessons(&mut self) {
        let at = self.course.running().or_else(|| self.course.last_begun());
        self.overlay = Overlay::Lessons(List { at: at.unwrap_or(0), step: None, typed: false });
    }

    /// The operator answers what was asked for the lesson.
    pub(in crate::dashboard::state) fn answer_lesson(&mut self, yes: bool) {
        if yes {
            self.course.grant();
        } else {
            self.course.deny();
        }
    }

    /// Leaves the lesson that runs.
    pub(in crate::dashboard::state) fn leave_lesson(&mut self) {
        self.course.leave();
    }
}

/// The client whose row it is.
fn row_of(look: Look) -> Option<Name> {
    if let Look::Row(name) = look { Some(name) } else { None }
}
