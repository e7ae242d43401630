//! What the operator is told: for a moment, when a key does nothing, and when the server has ended.
//! They are kept as values, which become sentences when they are shown.

mod words;

use std::mem::discriminant;
use std::time::Duration;

use crate::clients::ClientKind;
use crate::record::log;
use crate::server::{Failure, Mistake};
use crate::telemetry::{Did, Nanos, ServerKind};

/// What is told for a moment.
#[derive(Debug)]
pub enum Notice {
    /// A limit of connections is reached.
    LimitReached,
    /// That server has taken over.
    ServerNow(ServerKind),
    /// That one was asked for, and runs.
    Already(ServerKind),
    /// The connection that was to be dropped is gone.
    Gone,
    /// Clients of that kind are added from now on.
    Adds(ClientKind),
    /// The mouse is captured, or not any more.
    Mouse(bool),
    /// No clients can be added: the program does not listen.
    ListensNot,
    /// Nothing is there that could be explained.
    NothingToExplain,
    /// Why a key does nothing.
    NotNow(WhyNot),
    /// No class is let in; why.
    NoClassIn(String),
    /// A lesson cannot have the server to itself; why.
    ClassStays(String),
    /// Something was done with the class, or with a student.
    Class {
        /// What.
        did: Did,
        /// With whom.
        student: u32,
        /// See [`Did`].
        value: u32,
    },
    /// So many calls a second follow the pause; `None` is freely.
    AfterThePause(Option<u8>),
    /// That line has made no call yet: the loop runs until it does.
    NeverCalled(usize),
    /// A thread of the program panicked.
    Panicked(Panic),
    /// The server makes that mistake.
    Mistake(Mistake),
    /// There are descriptors for fewer connections than were asked for.
    FewerConnections {
        /// As many connections are possible.
        possible: u64,
        /// As many were asked for.
        asked: u64,
        /// What the process may have open.
        descriptors: u64,
    },
    /// The default port was taken.
    PortMoved {
        /// That one.
        taken: u16,
        /// The one that is listened on.
        port: u16,
    },
    /// Why English is spoken where Chinese was asked for.
    NoChinese(NoChinese),
    /// The terminal draws the signs of the picture two cells wide: ASCII is drawn.
    WideSigns,
    /// What is chosen is saved there; what was there before has another name now.
    Saved {
        /// The settings file.
        path: String,
        /// The name of the old one beside it, if there was one.
        backup: Option<String>,
    },
    /// What is chosen stands there already.
    NothingToSave {
        /// The settings file.
        path: String,
    },
    /// It was not saved: a sentence.
    NotSaved(String),
    /// The speaker's notes cannot be shown elsewhere: why.
    NoNotes(String),
    /// Nothing was before that.
    Beginning,
    /// Nothing older is kept than that long ago, in so many bytes.
    Oldest(Nanos, usize),
    /// Nothing of that kind is kept, where it was looked for.
    NoneSuch,
    /// The recording has no more.
    RecordingEnds,
    /// The last seconds, so many, are kept in that log; and in that page, once it is drawn.
    Kept(Duration, String, Option<String>),
    /// They are not: a sentence.
    NotKept(String),
    /// The recording cannot be read any further: a sentence.
    Unread(String),
    /// The log is in trouble, or out of it.
    Log(log::Notice),
}

impl Notice {
    /// Whether there is no need for another one any more when this one has come: of those that answer
    /// keys only the newest is worth a look, and of two of a kind the newer.
    #[must_use]
    pub fn replaces(&self, other: &Self) -> bool {
        let same = discriminant(self) == discriminant(other);
        let panics = matches!(self, Self::Panicked(_));
        (self.answers_a_key() && other.answers_a_key()) || (same && !panics)
    }

    /// Whether it says what a key has done, or why it does nothing.
    #[must_use]
    pub fn answers_a_key(&self) -> bool {
        match self {
            Self::Already(_)
            | Self::Gone
            | Self::Adds(_)
            | Self::Mouse(_)
            | Self::NothingToExplain
            | Self::ListensNot
            | Self::NotNow(_)
            | Self::NoClassIn(_)
            | Self::ClassStays(_)
            | Self::Class { .. }
            | Self::Saved { .. }
            | Self::NothingToSave { .. }
            | Self::NotSaved(_)
            | Self::Kept(..)
            | Self::NotKept(_)
            | Self::NeverCalled(_)
            | Self::Oldest(..)
            | Self::Beginning
            | Self::NoneSuch
            | Self::RecordingEnds
            | Self::AfterThePause(_) => true,
            Self::LimitReached
            | Self::ServerNow(_)
            | Self::Panicked(_)
            | Self::Mistake(_)
            | Self::FewerConnections { .. }
            | Self::PortMoved { .. }
            | Self::NoChinese(_)
            | Self::WideSigns
            | Self::NoNotes(_)
            | Self::Unread(_)
            | Self::Log(_) => false,
        }
    }
}

/// Why a key does nothing now.
#[expect(missing_docs, reason = "the reasons by their names")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhyNot {
    ServerEnded,
    NoneSelected,
    NoneClosed,
    NoneOpen,
    Slowest,
    NotSlow,
    NoneOfOursSelected,
    NoneOfOurs,
    NotInTheTable,
    NoStream,
    NoTurns,
    ProcessSleeps,
    ThreadSleeps,
    NoSingleCall,
    NotSlowed,
    NoChineseLetters,
    NoSettings,
    NoLesson,
    UnderWay,
    NoCode,
    NoCodePanel,
    NoClass,
    NoClassYet,
    InLesson,
    PressElsewhere,
    NoHand,
    NothingAsked,
    NobodyIn,
    NoStudent,
    AnotherProgram,
    Textbook,
    OneLine,
    OneEpoll,
    OursWritesNothing,
    WrittenElsewhere,
    NoHistory,
    NothingBefore,
    IsNow,
    IsRecorded,
    RecordingEnds,
}

/// Why there is no Chinese.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoChinese {
    /// The terminal is the console of Linux, whose fonts have no Chinese letters.
    Console,
    /// The locale is not one of UTF-8.
    NotUtf8,
}

/// A panic of a thread of the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Panic {
    /// The thread's name.
    pub thread: Option<String>,
    /// Where it was, and its message.
    pub info: String,
}

/// Why a server has ended by itself.
#[derive(Debug)]
pub enum Ended {
    /// Standard input said so.
    Quit,
    /// It was to serve one connection.
    Once,
    /// It was a program that is traced: a sentence says how it has ended.
    Program(String),
    /// It failed, or returned unasked; and the panics of other threads meanwhile.
    Failed(Option<Failure>, Vec<Panic>),
}

impl Ended {
    /// Whether the last picture stays to be looked at: of another program it may tell why.
    #[must_use]
    pub fn leaves_the_picture(&self) -> bool {
        matches!(self, Self::Program(_))
    }

    /// Whether that was no end by its own rules.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(..))
    }
}
