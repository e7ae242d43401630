//! What the class is asked, and who voted what.

use serde::Serialize;

/// A text in both languages.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Said {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// A question and what may be answered.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Question {
    /// Which it is, from 1; the class gives it.
    pub id: u32,
    /// Of which lesson.
    pub title: Said,
    /// What is asked.
    pub text: Said,
    /// What may be answered.
    pub options: Vec<Said>,
}

/// So many options a question has at most.
pub const OPTIONS: usize = 9;

/// A question that is asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) question: Question,
    /// 1, and after talking it over 2.
    pub(super) round: u8,
    /// How the class voted is shown; until then votes are taken.
    pub(super) shown: bool,
    /// How many voted for each option.
    pub(super) votes: Vec<u32>,
    /// The same in the first round, in the second.
    pub(super) first: Option<Vec<u32>>,
    /// Which is right, once that is told.
    pub(super) right: Option<usize>,
    /// What was measured, likewise.
    pub(super) measured: Option<Said>,
}

impl Asked {
    pub(super) fn new(question: Question) -> Self {
        let votes = vec![0; question.options.len()];
        Self { question, round: 1, shown: false, votes, first: None, right: None, measured: None }
    }

    /// Once more.
    pub(super) fn again(&mut self) {
        let fresh = vec![0; self.votes.len()];
        self.first = Some(std::mem::replace(&mut self.votes, fresh));
        (self.round, self.shown) = (2, false);
    }

    /// One student votes, or votes otherwise than before. Whether there is such an option.
    pub(super) fn vote(&mut self, option: usize, before: Option<usize>) -> bool {
        if self.shown || option >= self.votes.len() {
            return false;
        }
        if let Some(votes) = before.and_then(|before| self.votes.get_mut(before)) {
            *votes = votes.saturating_sub(1);
        }
        self.votes[option] += 1;
        true
    }

    /// That vote counts no more, while votes are taken.
    pub(super) fn withdraw(&mut self, option: usize) {
        if let Some(votes) = self.votes.get_mut(option).filter(|_| !self.shown) {
            *votes = votes.saturating_sub(1);
        }
    }
}
