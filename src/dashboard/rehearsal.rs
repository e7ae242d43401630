//! A lesson that is given without a screen, as fast as it goes: each question is answered rightly, and
//! nobody waits.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode};

use super::hosting::Hosting;
use super::live::{Live, Side};
use super::session::Session;
use super::state::{self, Chosen, State};
use crate::clients::Clients;
use crate::lesson::{Lesson, Phase, Run};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(4);

/// A server for lessons without a screen.
pub struct Rehearsal {
    session: Session<Live>,
    /// How long a class has for a question.
    thinks: Duration,
}

impl Rehearsal {
    /// One with that server and these clients.
    #[must_use]
    pub fn new(side: Side, clients: Clients) -> Self {
        let options = state::Options {
            ask: false,
            mouse: false,
            choice: Chosen::default(),
            settings: None,
            chinese: false,
            url: String::new(),
            program: None,
            runs_on: false,
            history: 0,
            zero: Duration::ZERO,
        };
        clients.hurry();
        let state = State::new(options, Vec::new());
        let session = Session::new(Live::new(side, clients), state, Instant::now());
        Self { session, thinks: Duration::ZERO }
    }

    /// The same with a class, which has so long for each question.
    #[must_use]
    pub fn with_class(self, hosting: Hosting, thinks: Duration) -> Self {
        Self { session: self.session.on(|live| live.with_class(hosting)), thinks }
    }

    /// The class goes on for a while with nothing else to do.
    pub fn wait(&mut self, until: impl Fn() -> bool) {
        while !until() {
            self.session.gather(Instant::now());
            std::thread::sleep(LOOK);
        }
    }

    /// Gives a lesson; `each` is called when a question is asked, and when something is shown.
    ///
    /// # Errors
    /// When the server has ended.
    pub fn give(&mut self, lesson: &Arc<Lesson>, mut each: impl FnMut(&Run)) -> Result<(), String> {
        self.session.state_mut().begin_lesson(lesson);
        let (mut begun, mut asked) = (false, None);
        loop {
            std::thread::sleep(LOOK);
            self.session.gather(Instant::now());
            if let Some(ended) = self.session.state().dead() {
                return Err(ended.text());
            }
            if self.session.state().shows_join() {
                // It begins when that is closed.
                self.session.terminal_event(Event::Key(KeyCode::Esc.into()));
            }
            let Some(run) = self.session.state_mut().lesson_mut() else {
                if begun {
                    return Ok(());
                }
                continue;
            };
            begun = true;
            if run.phase() == Phase::Asking {
                if asked.get_or_insert_with(Instant::now).elapsed() < self.thinks {
                    continue;
                }
                asked = None;
            }
            match run.phase() {
                Phase::Asking => {
                    each(run);
                    if let Some(answer) = run.ask().map(|ask| ask.answer) {
                        run.predict(answer);
                    }
                    run.next();
                }
                Phase::Shown => {
                    each(run);
                    run.next();
                }
                Phase::Predicted => run.next(),
                Phase::Over if !run.is_busy() => run.leave(),
                Phase::Left if !run.is_busy() => return Ok(()),
                Phase::Doing | Phase::Revealing | Phase::Over | Phase::Left => {}
            }
        }
    }

    /// Ends the server.
    ///
    /// # Errors
    /// When it does not end.
    pub fn end(self) -> std::io::Result<()> {
        self.session.end()
    }
}
