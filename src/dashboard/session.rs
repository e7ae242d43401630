//! A server's picture and the server behind it: everything of the dashboard but the terminal, so that
//! it is tested without one. What the server is, is behind [`Backend`].

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::Event;
use ratatui::Frame;

use super::backend::Backend;
use super::geometry::Position;
use super::keep::{Keep, Keeping};
use super::panels;
use super::state::lessons::News;
use super::state::notice::{Ended, Notice, WhyNot};
use super::state::{self, Action, State};
use super::teaching::Teaching;
use super::terminal;
use super::theme::Theme;
use crate::class::{Classroom, Code, interfaces};
use crate::clients::ClientInfo;
use crate::lesson::{Act, Strip};
use crate::record::log::Note;
use crate::telemetry::{Command, Did, Mode, Nanos};
use crate::words::strings;

/// How often batches are fetched while much happens.
const TICK: Duration = Duration::from_millis(16);
/// How often while little happens: as often as a picture is drawn at most.
pub(super) const CALM_TICK: Duration = Duration::from_millis(33);
/// How often batches are fetched when nothing happens: what happens then shows at the latest after
/// this, which a person takes for at once.
pub(super) const QUIET_TICK: Duration = Duration::from_millis(80);
/// What is much: so many batches in one tick, half of those that the wire holds. More would be gathered
/// by the server, and it would have to be asked for them.
const MUCH: usize = 32;
/// How long after the last event it counts as quiet.
const QUIET_AFTER: Duration = Duration::from_secs(1);
/// How often the kernel is asked; and how often with many connections or while all is quiet.
const ASK_EVERY: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(500)];
/// What is many.
const MANY: usize = 1000;
/// How long a server may take to end after the command.
const END_WITHIN: Duration = Duration::from_secs(3);

/// What the loop shows and lets the operator steer.
pub(super) trait Show {
    /// Called once, when all is open that the dashboard needs.
    fn begin(&mut self) {}
    /// Takes over everything that has happened.
    fn gather(&mut self, now: Instant);
    /// Tells the operator something.
    fn tell(&mut self, notice: Notice);
    /// The size of the screen.
    fn resize(&mut self, width: u16, height: u16);
    /// Handles an event of the terminal; what concerns the terminal is returned.
    fn terminal_event(&mut self, event: Event) -> Vec<Action>;
    /// Until when to sleep if no key is pressed.
    fn next_tick(&self, now: Instant) -> Duration;
    /// Whether the loop goes no faster than the operator lets it, so that each call is looked at.
    fn is_held(&self) -> bool;
    /// Whether the picture is another one than the one that was drawn.
    fn is_changed(&self) -> bool;
    /// The picture counts as drawn from now on.
    fn take_changed(&mut self);
    /// Explains what is drawn there, where that is offered.
    fn explain(&mut self, _at: Position, _theme: &Theme) {}
    /// Draws it.
    fn draw(&self, frame: &mut Frame, theme: &Theme);
    /// Has telephones show it too, if they look.
    fn project(&mut self, _theme: &Theme, _now: Instant) {}
    /// Ends what was shown.
    ///
    /// # Errors
    /// When it had failed, or does not end.
    fn end(self) -> io::Result<()>;
}

/// The server's clock, seen from here: batches carry its time, and arrive a little later. The
/// smallest delay seen counts.
#[derive(Debug)]
struct Clock {
    start: Instant,
    offset: Nanos,
}

impl Clock {
    fn own(&self, now: Instant) -> Nanos {
        Nanos::try_from(now.saturating_duration_since(self.start).as_nanos()).unwrap_or(Nanos::MAX)
    }

    fn observe(&mut self, time: Nanos, now: Instant) {
        self.offset = self.offset.max(time.saturating_sub(self.own(now)));
    }

    fn server(&self, now: Instant) -> Nanos {
        self.own(now).saturating_add(self.offset)
    }
}

/// State and backend together: everything of the loop but the terminal.
#[derive(Debug)]
pub struct Session<W> {
    backend: W,
    state: State,
    clock: Clock,
    /// When the kernel was asked last.
    asked: Option<Instant>,
    /// When the last batch came.
    busy: Instant,
    /// How many batches came in the last tick.
    came: usize,
    /// When time went on last.
    seen: Instant,
    /// The clients that the log was told of last.
    noted: Arc<Vec<ClientInfo>>,
    keeping: Keeping,
    teaching: Box<Teaching>,
}

impl<W: Backend> Session<W> {
    /// A session that begins at `now`.
    #[must_use]
    pub fn new(backend: W, state: State, now: Instant) -> Self {
        Self {
            backend,
            state,
            clock: Clock { start: now, offset: 0 },
            asked: None,
            busy: now,
            came: 0,
            noted: Arc::default(),
            keeping: Keeping::by(None),
            seen: now,
            teaching: Box::new(Teaching::new(now)),
        }
    }

    /// The same over another backend that is made of this one's.
    #[must_use]
    pub(super) fn on(self, other: impl FnOnce(W) -> W) -> Self {
        Self { backend: other(self.backend), ..self }
    }

    /// The same, where the last seconds can be kept in files.
    #[must_use]
    pub fn keeping(self, keep: Option<Keep>) -> Self {
        Self { keeping: Keeping::by(keep), ..self }
    }

    /// Takes over everything that has happened.
    pub fn gather(&mut self, now: Instant) {
        let Self { backend, state, clock, .. } = self;
        let mut came = 0;
        backend.drain(&mut |batch| {
            came += 1;
            clock.observe(batch.time, now);
            state.apply(batch);
        });
        self.came = came;
        if came > 0 {
            self.busy = now;
        }
        self.clients();
        self.backend.reports().iter().for_each(|report| self.state.report(report));
        self.backend.notices().into_iter().for_each(|notice| self.state.notice(notice));
        self.keeping.tell(&mut self.state);
        self.kernel(now);
        let made = self.backend.made();
        if let Some(scribe) = self.backend.scribe() {
            scribe.note(Note::Made(made.clone()));
        }
        self.state.count_calls(made);
        self.state.delayed(self.backend.delay());
        self.state.legible(self.backend.legible());
        if let Some(excerpt) = self.backend.written(self.state.output().all()) {
            self.state.wrote(&excerpt);
        }
        self.state.tick(self.clock.server(now));
        self.state.play_on(now.saturating_duration_since(self.seen));
        self.seen = now;
        if let Some(command) = self.state.look_at_lines() {
            // One that has ended makes no more calls.
            let _ = self.backend.send(command);
        }
        self.state.set_telephones(self.backend.telephones(), self.backend.can_have_class());
        for act in self.state.lesson_goes_on(now) {
            self.act(act);
        }
        self.lesson();
        if let Some(room) = self.backend.class().cloned() {
            let (server, records) = (self.clock.server(now), self.backend.scribe().is_some());
            for command in self.teaching.tend(&room, &mut self.state, (now, server), records) {
                // One that has ended tells nobody anything.
                let _ = self.backend.send(command);
            }
        }
        let notice = match self.state.new_notes(now) {
            News::None => None,
            News::Page(page) => self.backend.show_notes(Some(page)),
            News::Over => self.backend.show_notes(None),
        };
        if let Some(notice) = notice {
            self.state.notice(notice);
        }
        self.ending();
    }

    /// Takes over how the clients of our own are.
    fn clients(&mut self) {
        let list = self.backend.clients();
        if let Some(scribe) = self.backend.scribe()
            && !Arc::ptr_eq(&list, &self.noted)
        {
            scribe.note(Note::Clients(Arc::clone(&list)));
            self.noted = Arc::clone(&list);
        }
        self.state.clients(list);
    }

    /// Keeps what the lesson tells that is given, and has it written.
    fn lesson(&mut self) {
        let strip = self.state.course().strip();
        if self.state.live().lesson.as_deref() == strip.as_ref() {
            return;
        }
        if let Some(Classroom { class, .. }) = self.backend.class()
            && let Some(did) = self.teaching.pose(class, strip.as_ref())
        {
            // One that has ended asks nobody anything.
            let _ = self.backend.send(Command::Class { did, student: 0 });
        }
        if let Some(scribe) = self.backend.scribe() {
            scribe.note(Note::Lesson(strip.as_ref().and_then(Strip::told)));
        }
        self.state.lesson_tells(strip.map(Arc::new));
    }

    /// Does what a lesson wants done.
    fn act(&mut self, act: Act) {
        match act {
            Act::Send(command) => {
                // One that has ended is told of as such.
                let _ = self.backend.send(command);
                self.state.sent_by_lesson(command);
            }
            Act::Client(name, act) => self.backend.tell(name, act),
            Act::Come(kind, count) => self.backend.add_clients(kind, count),
            Act::StopClients => self.backend.stop_clients(),
            Act::Beside(beside) => self.backend.set_beside(beside),
            Act::LimitFds(free) => self.backend.limit_descriptors(free),
        }
    }

    /// Asks the kernel now and then, and takes its answers over.
    fn kernel(&mut self, now: Instant) {
        if let Some(snapshot) = self.backend.latest() {
            let taken = self.clock.server(snapshot.taken);
            let snapshot = Arc::new(snapshot);
            if let Some(scribe) = self.backend.scribe() {
                let used = snapshot.usage.map(|usage| self.clock.server(usage.taken));
                scribe.note(Note::Kernel(Arc::clone(&snapshot), taken, used));
            }
            self.state.kernel(snapshot, taken);
        }
        // While the loop is held nothing else comes, and the queues are what is looked at.
        let scene = self.state.live();
        let quiet = self.is_quiet(now) && scene.next_call().is_none();
        let every = if scene.engine.wants_look() || self.state.lesson_waits() {
            TICK
        } else {
            ASK_EVERY[usize::from(quiet || scene.table.open() > MANY)]
        };
        let due = self.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= every);
        if due && let Some(question) = self.state.question() {
            self.asked = Some(now);
            self.backend.ask(question);
        }
    }

    /// Notices that threads have ended which should not have.
    fn ending(&mut self) {
        let panics = terminal::panics();
        let end = self.state.live().listener.and_then(state::by_server::end);
        match (self.backend.ended(), end) {
            (None, _) => {
                for panic in panics {
                    self.state.notice(Notice::Panicked(panic));
                }
            }
            (Some(Ok(Some(end))), _) => self.state.server_ended(end),
            (Some(Ok(None)), Some(end)) if panics.is_empty() => self.state.server_ended(end),
            (Some(result), _) => self.state.server_ended(Ended::Failed(result.err(), panics)),
        }
    }

    /// Hands an event of the terminal to the state; what it wants done goes to the backend, and
    /// what concerns the terminal is returned.
    pub fn terminal_event(&mut self, event: Event) -> Vec<Action> {
        #[cfg(debug_assertions)]
        self.panic_key(&event);
        let actions = self.state.terminal_event(event);
        let mut left = Vec::new();
        for action in actions {
            match action {
                Action::Send(command) => {
                    if self.backend.send(command).is_err() {
                        self.state.notice(Notice::NotNow(WhyNot::ServerEnded));
                    }
                }
                Action::AddClients(kind, count) => self.backend.add_clients(kind, count),
                Action::StopClients => self.backend.stop_clients(),
                Action::StopClient(id) => self.backend.stop_client(id),
                Action::AskToOpen => {
                    self.state.ask_to_open(&interfaces::list().unwrap_or_default());
                }
                Action::OpenClass => self.backend.open_class(),
                Action::NewCode => self.new_code(),
                Action::Keep(time) => self.keeping.keep(&self.state, time),
                Action::Save => {
                    let notice = self.backend.save(&self.state.choice());
                    self.state.notice(notice);
                }
                action => left.push(action),
            }
        }
        left
    }

    /// Another code for the class.
    fn new_code(&mut self) {
        if let (Some(Classroom { class, .. }), Ok(code)) = (self.backend.class(), Code::new()) {
            class.set_code(code);
            // One that has ended lets nobody in.
            let _ = self.backend.send(Command::Class { did: Did::Code, student: 0 });
        }
    }

    /// Keys for tests, in debug builds only: F11 makes the server's thread panic, F12 this one.
    #[cfg(debug_assertions)]
    fn panic_key(&self, event: &Event) {
        use crossterm::event::{KeyCode, KeyEvent};
        match event {
            Event::Key(KeyEvent { code: KeyCode::F(11), .. }) => {
                // One that has ended cannot panic any more.
                let _ = self.backend.send(Command::Panic);
            }
            Event::Key(KeyEvent { code: KeyCode::F(12), .. }) => panic!("a test asked for it"),
            _ => {}
        }
    }

    fn is_quiet(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.busy) >= QUIET_AFTER
    }

    /// Explains what is drawn there.
    pub fn explain(&mut self, at: Position, theme: &Theme) {
        panels::explain_under(&mut self.state, theme, at);
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The state, to be changed.
    pub(super) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// The backend.
    pub(super) fn backend(&self) -> &W {
        &self.backend
    }

    /// Ends the server and waits for it, within a limit.
    ///
    /// # Errors
    /// When the server had ended by itself, or does not end.
    pub fn end(mut self) -> io::Result<()> {
        if let Some(why) = self.state.dead() {
            let failed = why.is_failure();
            let error = || io::Error::other((strings().notices.ended_by_itself)(&why.text()));
            return if failed { Err(error()) } else { Ok(()) };
        }
        let _ = self.backend.send(Command::Shutdown);
        let limit = Instant::now() + END_WITHIN;
        loop {
            self.backend.drain(&mut |_| {});
            match self.backend.ended() {
                Some(result) => return result.map(drop).map_err(io::Error::other),
                None if Instant::now() > limit => {
                    return Err(io::Error::other(strings().notices.not_in_time));
                }
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }
}

impl<W: Backend> Show for Session<W> {
    fn project(&mut self, theme: &Theme, now: Instant) {
        if let Some(Classroom { class, .. }) = self.backend.class() {
            self.teaching.project(class, &self.state, theme, now);
        }
    }

    fn begin(&mut self) {
        self.backend.begin();
    }

    fn gather(&mut self, now: Instant) {
        self.gather(now);
    }

    fn tell(&mut self, notice: Notice) {
        self.state.notice(notice);
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.state.resize(width, height);
    }

    fn terminal_event(&mut self, event: Event) -> Vec<Action> {
        self.terminal_event(event)
    }

    fn next_tick(&self, now: Instant) -> Duration {
        match self.came {
            MUCH.. => TICK,
            // What a lesson does is waited for.
            _ if self.state.lesson_waits() => TICK,
            _ if self.is_quiet(now) => QUIET_TICK,
            _ => CALM_TICK,
        }
    }

    fn is_held(&self) -> bool {
        self.state.mode() != Mode::Run
    }

    fn is_changed(&self) -> bool {
        self.state.is_changed()
    }

    fn take_changed(&mut self) {
        self.state.take_changed();
    }

    fn explain(&mut self, at: Position, theme: &Theme) {
        self.explain(at, theme);
    }

    fn draw(&self, frame: &mut Frame, theme: &Theme) {
        panels::draw(frame, &self.state, theme);
    }

    fn end(self) -> io::Result<()> {
        self.end()
    }
}
