//! What has to be known to read the figures: values, which become sentences where they are shown.

use crate::words::{Strings, in_english, strings};

/// Something that the figures do not say.
#[derive(Clone, PartialEq, Debug)]
pub enum Note {
    /// Not all idle connections got a first answer, and for those seconds no more came.
    IdleUnanswered {
        /// So many did.
        answered: u32,
        /// Of so many.
        of: u32,
        /// That long no other was answered.
        seconds: u64,
    },
    /// The same of the active ones.
    ActiveUnanswered {
        /// So many did.
        answered: u32,
        /// Of so many.
        of: u32,
        /// That long no other was answered.
        seconds: u64,
    },
    /// No active connection got an answer under the load.
    NoneAnswered,
    /// Some of them got none.
    SomeUnanswered {
        /// So many.
        count: u32,
        /// Of so many.
        of: u32,
    },
    /// Connections failed under the load.
    Failed {
        /// So many.
        count: u64,
        /// Why, in a few words.
        why: String,
    },
    /// The load and the server have not counted the same.
    CountsDiffer {
        /// The load's answers.
        answers: u64,
        /// The server's requests.
        requests: f64,
    },
    /// The server's counters could not be read.
    NoCounters,
}

impl Note {
    /// It in a sentence.
    #[must_use]
    pub fn text(&self) -> String {
        self.said(strings())
    }

    /// The same for machines: in English.
    pub(crate) fn in_english(&self) -> String {
        self.said(in_english())
    }

    fn said(&self, strings: &Strings) -> String {
        let say = &strings.compare.notes;
        match self {
            Self::IdleUnanswered { answered, of, seconds } => {
                (say.idle_unanswered)(*answered, *of, *seconds)
            }
            Self::ActiveUnanswered { answered, of, seconds } => {
                (say.active_unanswered)(*answered, *of, *seconds)
            }
            Self::NoneAnswered => say.none_answered.to_owned(),
            Self::SomeUnanswered { count, of } => (say.some_unanswered)(*count, *of),
            Self::Failed { count, why } => (say.failed)(*count, why),
            Self::CountsDiffer { answers, requests } => (say.counts_differ)(*answers, *requests),
            Self::NoCounters => say.no_counters.to_owned(),
        }
    }
}
