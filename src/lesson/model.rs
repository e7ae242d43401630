//! What a lesson is: a set-up, steps, what is asked and what is claimed.

use super::{Do, Expect, Name, Phrase};
use crate::telemetry::{Kind, ServerKind, Setting};
use crate::words::Language;

/// A text in both languages.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Both {
    /// In English.
    pub english: Phrase,
    /// In Chinese.
    pub chinese: Phrase,
}

impl Both {
    /// In that language.
    #[must_use]
    pub fn of(&self, language: Language) -> &Phrase {
        match language {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        }
    }

    /// In the language that is spoken.
    #[must_use]
    pub fn spoken(&self) -> &Phrase {
        self.of(Language::spoken())
    }
}

/// A lesson.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lesson {
    /// Its number: that of its file's name.
    pub number: u32,
    /// Its name on the command line.
    pub name: String,
    /// How long it takes to give.
    pub minutes: u32,
    /// What it is about.
    pub title: Both,
    /// One sentence to take home.
    pub take_home: Both,
    /// One thing to change, to predict again.
    pub change: Both,
    /// How it begins.
    pub setup: Setup,
    /// Its steps, at least one.
    pub steps: Vec<Step>,
}

/// How a lesson, or one of its steps, begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    /// Which server runs.
    pub server: ServerKind,
    /// Options of it; the others are as the command line has them.
    pub settings: Vec<Setting>,
    /// The clients that may be named. None of them is connected.
    pub clients: Vec<Name>,
}

/// A step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// How it begins where it is started from; without one the steps before it are done again.
    pub setup: Option<Setup>,
    /// What the strip says.
    pub say: Both,
    /// What is done when it begins.
    pub actions: Vec<Do>,
    /// Where to look.
    pub look: Option<Look>,
    /// For the speaker.
    pub notes: Both,
    /// What is claimed when it is done.
    pub expect: Vec<Expect>,
    /// What the class is asked.
    pub ask: Option<Ask>,
    /// What comes out.
    pub reveal: Option<Reveal>,
}

/// A question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// The question.
    pub question: Both,
    /// What it may be, two to four.
    pub options: Vec<Both>,
    /// Which of them is right, from 0.
    pub answer: usize,
}

/// What comes out of a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reveal {
    /// What is done.
    pub actions: Vec<Do>,
    /// What the strip says then.
    pub say: Both,
    /// Where to look then.
    pub look: Option<Look>,
    /// What is claimed.
    pub expect: Vec<Expect>,
}

/// Where to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the panels by their names")]
pub enum Look {
    Header,
    Table,
    Loop,
    Stream,
    Charts,
    Card,
    Seats,
    Costs,
    Code,
    /// A client's row of the table.
    Row(Name),
    /// The heading of a column of the table; its name is one of [`Look::COLUMNS`].
    Column(&'static str),
    /// The line of the source, or of the stream, that makes that call.
    Line(Kind),
}

impl Look {
    /// The panels, and the header, by their names.
    pub(super) const PANELS: [(&'static str, Self); 9] = [
        ("header", Self::Header),
        ("table", Self::Table),
        ("loop", Self::Loop),
        ("stream", Self::Stream),
        ("charts", Self::Charts),
        ("card", Self::Card),
        ("seats", Self::Seats),
        ("costs", Self::Costs),
        ("code", Self::Code),
    ];
    /// The columns of the table, by their names in settings.
    pub const COLUMNS: [&'static str; 12] = [
        "fd",
        "conn",
        "peer",
        "state",
        "interest",
        "last-call",
        "requests",
        "in",
        "out",
        "idle",
        "recv-q",
        "send-q",
    ];
}
