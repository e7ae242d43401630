//! The class in the room (`--class`): who is in, how they join, what their telephones are told. No
//! socket and no terminal in it.
//!
//! The server asks it for answers, as it asks a site for files ([`Class::answer`]), and for what is to
//! be told to whom ([`Class::gather`]); the dashboard sets what is asked of the class and looks who is
//! in ([`Class::roll`]). What happens in it is published as events ([`Fact`]): the dashboard's picture
//! is made of those, live and in a recording alike.
//!
//! | file | what lives there |
//! |---|---|
//! | `route` | which requests are for it |
//! | `answer` | the answers |
//! | `roster` | who is in, whose hand is up |
//! | `kept` | what has happened on a server that is not shown, until it is published |
//! | `tell` | what is told to whom, and when |
//! | `state` | the same, in JSON |
//! | `screen` | the projected screen, for telephones |
//! | `question` | what is asked, and who voted what |
//! | `limits` | how often somebody may come |
//! | `nickname` | names that students choose |
//! | `secret` | what cannot be guessed |
//! | `join` | what a student needs to come in, as it is shown |
//! | `code` | the join code |
//! | `interfaces` | the addresses under which telephones may reach this machine |
//! | `qr` | a text as a QR code |

mod answer;
mod code;
pub mod interfaces;
mod join;
mod kept;
mod limits;
mod nickname;
mod qr;
mod question;
mod roster;
mod route;
mod screen;
mod secret;
mod state;
mod tell;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::answer::{Answer, Form};
pub use self::code::Code;
pub use self::interfaces::Interface;
pub use self::join::{BadWifi, Join, Shown, Trouble, Wifi};
pub use self::qr::Qr;
pub use self::question::{OPTIONS, Question, Said};
use self::roster::Roster;
pub use self::roster::{Figures, Roll};
pub use self::route::{Ask, is_class, masked};
pub use self::screen::Piece;
pub use self::tell::Telling;
use crate::telemetry::{ConnId, Did, Fd, Nanos, Row, ServerKind};

/// The page of the telephones. `NONCE` in it is another text each time.
const PAGE: &str = include_str!("../../assets/class.html");
/// The page that shows the projected screen.
const SCREEN: &str = include_str!("../../assets/screen.html");

/// A class, as a server has it; its clones are the same one.
#[derive(Clone, Debug)]
pub struct Class {
    roster: Arc<Mutex<Roster>>,
    /// It is had by the server beside the one that is shown.
    beside: bool,
}

/// A class that can join.
#[derive(Clone, Debug)]
pub struct Classroom {
    /// It.
    pub class: Class,
    /// The hotspot that its telephones get into first.
    pub wifi: Option<Wifi>,
    /// Where they come to.
    pub addr: SocketAddr,
}

/// Which server the telephones come to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Host {
    /// None: nobody is let in.
    #[default]
    None,
    /// The one that is shown.
    Shown,
    /// Another beside it, so that it does what is looked at and nothing else.
    Beside,
}

/// What has happened in it, to be published as [`What::Class`](crate::telemetry::What::Class).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fact {
    /// The student; 0 for the whole class.
    pub student: u32,
    /// What.
    pub did: Did,
    /// See [`Did`].
    pub value: u32,
}

/// On which connection, of which server, something is asked, and when.
#[derive(Clone, Copy, Debug)]
pub struct On {
    /// Its descriptor.
    pub fd: Fd,
    /// Its number.
    pub conn: ConnId,
    /// The client's address.
    pub peer: IpAddr,
    /// The server that is shown.
    pub server: ServerKind,
    /// The server's time.
    pub now: Nanos,
    /// The connection's row, as it was before this.
    pub row: Option<Row>,
}

impl Class {
    /// An empty one, with that code. Nobody is let in yet.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self { roster: Arc::new(Mutex::new(Roster::new(code))), beside: false }
    }

    /// An empty one, with that code, which comes to the server that is shown.
    #[must_use]
    pub fn open(code: Code) -> Self {
        let class = Self::new(code);
        class.lock().host = Host::Shown;
        class
    }

    /// The same, for the server beside the one that is shown.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { beside: true, ..self.clone() }
    }

    /// Which server the telephones come to.
    #[must_use]
    pub fn host(&self) -> Host {
        self.lock().host
    }

    /// They come to another one from now on, over other connections.
    pub fn set_host(&self, host: Host, now: Nanos) {
        self.lock().set_host(host, now);
    }

    /// Whether they come to the server that has this.
    #[must_use]
    pub fn comes_here(&self) -> bool {
        self.host() == if self.beside { Host::Beside } else { Host::Shown }
    }

    /// What the server that has this is to publish of what has happened: nothing where it is another
    /// that publishes. It is kept for that one then.
    #[must_use]
    pub fn published(&self, facts: Vec<Fact>) -> Vec<Fact> {
        if self.beside {
            self.lock().kept.add(facts);
            return Vec::new();
        }
        facts
    }

    /// What has happened on the server beside, for the one that publishes it.
    #[must_use]
    pub fn take_kept(&self) -> Vec<Fact> {
        if self.beside { Vec::new() } else { self.lock().kept.take() }
    }

    /// The same to be looked at, but for the first `seen` that ever were; and how many there ever were.
    #[must_use]
    pub fn kept_since(&self, seen: usize) -> (Vec<Fact>, usize) {
        self.lock().kept.since(seen)
    }

    /// How much of it waits for that.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.lock().kept.len()
    }

    /// Whether that server can tell the telephones what happens: an answer that does not end would hold
    /// everybody on `blocking`, and what serves a client of `processes` is out of the others' reach.
    #[must_use]
    pub fn streams(server: ServerKind) -> bool {
        !matches!(server, ServerKind::Blocking | ServerKind::Processes)
    }

    fn lock(&self) -> MutexGuard<'_, Roster> {
        self.roster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request that is for the class, and what has happened with it.
    #[must_use]
    pub fn answer(&self, ask: &Ask<'_>, on: &On) -> (Answer, Vec<Fact>) {
        if !self.comes_here() {
            return (Answer::none(), Vec::new());
        }
        self.lock().answer(ask, on)
    }

    /// What is to be told now, over connections that are open; the row of each is asked for. What could
    /// not be told is to be said ([`Class::missed`]).
    #[must_use]
    pub fn gather(
        &self,
        server: ServerKind,
        now: Nanos,
        row: impl FnMut(Fd, ConnId) -> Option<Row>,
    ) -> (Vec<Telling>, Vec<Fact>) {
        self.lock().gather(server, now, row)
    }

    /// Whether there is something to be told.
    #[must_use]
    pub fn has_news(&self, now: Nanos) -> bool {
        self.lock().has_news(now)
    }

    /// That telephone did not take all that it was told: it is told no more.
    #[must_use]
    pub fn missed(&self, telling: &Telling, now: Nanos) -> Fact {
        self.lock().missed(telling, now)
    }

    /// That telephone could not be told just now: it is told again.
    pub fn later(&self, telling: &Telling) {
        self.lock().later(telling);
    }

    /// The connections over which nobody is told any more: they are to be ended, and are named once.
    #[must_use]
    pub fn endings(&self) -> Vec<(Fd, ConnId)> {
        self.lock().endings()
    }

    /// Does what the teacher asked for; what has happened by it.
    #[must_use]
    pub fn carry_out(&self, did: Did, student: u32, now: Nanos) -> Vec<Fact> {
        self.lock().carry_out(did, student, now)
    }

    /// The open connections of a student, as far as the class knows them.
    #[must_use]
    pub fn connections(&self, student: u32) -> Vec<(Fd, ConnId)> {
        self.lock().connections(student)
    }

    /// Another code: who is in stays in.
    pub fn set_code(&self, code: Code) {
        self.lock().code = code;
    }

    /// What is asked with the next [`Did::Question`].
    pub fn prepare(&self, question: Question) {
        self.lock().prepare(question);
    }

    /// What is told with the question from now on: which option is right, and what was measured.
    pub fn reveal(&self, right: usize, measured: Option<Said>) {
        self.lock().reveal(right, measured);
    }

    /// What the telephones are told of the server.
    pub fn set_figures(&self, figures: Figures) {
        self.lock().set_figures(figures);
    }

    /// Whether somebody looks at the projected screen.
    #[must_use]
    pub fn looks_at_screen(&self) -> bool {
        let roster = self.lock();
        roster.screen.on && roster.students.values().any(|student| student.looks.is_some())
    }

    /// Whether telephones may show it.
    #[must_use]
    pub fn shows_screen(&self) -> bool {
        self.lock().screen.on
    }

    /// What is on the projected screen.
    pub fn show(&self, columns: u16, lines: &[Vec<Piece>]) {
        self.lock().screen.show(columns, lines);
    }

    /// Who is in.
    #[must_use]
    pub fn roll(&self) -> Roll {
        self.lock().roll()
    }
}
