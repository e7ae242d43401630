//! What a lesson tells: all that the strip shows, in both languages, with nothing behind it that goes on.
//! It is what is kept of a lesson for a picture of before, and written in a log.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Both, Look, Outcome, Phase, Run};
use crate::words::Language;

/// A text in both languages, with what was measured in it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Text {
    english: String,
    chinese: String,
}

impl Text {
    fn of(in_language: impl Fn(Language) -> String) -> Self {
        let [english, chinese] = [Language::English, Language::Chinese]
            .map(|language| language.speak_while(|| in_language(language)));
        Self { english, chinese }
    }

    /// In English, and in Chinese.
    #[must_use]
    pub fn both(&self) -> [&str; 2] {
        [&self.english, &self.chinese]
    }

    /// In the language that is spoken.
    #[must_use]
    pub fn spoken(&self) -> &str {
        match Language::spoken() {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        }
    }
}

/// What a lesson tells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Strip {
    /// Its number.
    pub number: u32,
    /// What it is about.
    pub title: Text,
    /// Which step it is at, from 0, of how many.
    pub step: usize,
    /// See above.
    pub steps: usize,
    /// Where it is in the step.
    pub phase: Phase,
    /// The sentence of the step.
    pub say: Text,
    /// What is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Question>,
    /// What the class expects, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prediction: Option<usize>,
    /// Claims that do not hold, each with what was measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fails: Vec<(String, Text)>,
    /// What could not be brought about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<String>,
    /// Where to look; a log has only the panel.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "look")]
    pub look: Option<Look>,
    /// When it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Question {
    /// The question.
    pub question: Text,
    /// What it may be.
    pub options: Vec<Text>,
    /// Which of them is right, from 0.
    pub answer: usize,
}

/// What is told at a lesson's end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct End {
    /// One sentence to take home.
    pub take_home: Text,
    /// One thing to change.
    pub change: Text,
    /// What was predicted, and what is right.
    pub outcomes: Vec<Predicted>,
}

/// A prediction, when the lesson is over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Predicted {
    /// The step that asked, from 0.
    pub step: usize,
    /// What was predicted, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted: Option<usize>,
    /// What is right, from 0, and its text.
    pub answer: usize,
    /// See above.
    pub right: Text,
    /// It came out otherwise than the lesson says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub otherwise: bool,
}

impl Strip {
    /// As a log has it; nothing, where it is another version's and something else.
    #[must_use]
    pub fn read(told: Option<Value>) -> Option<Arc<Self>> {
        serde_json::from_value(told?).ok().map(Arc::new)
    }

    /// Whether the class is asked something, or has just seen what came out.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        matches!(self.phase, Phase::Asking | Phase::Predicted | Phase::Revealing | Phase::Shown)
    }

    /// For a log.
    #[must_use]
    pub fn told(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }
}

impl Question {
    /// The text of an option; nothing where there is none, as in a log that somebody has changed.
    #[must_use]
    pub fn option(&self, at: usize) -> &str {
        self.options.get(at).map_or("", Text::spoken)
    }
}

impl Run {
    /// What it tells now; in those steps it came out otherwise than it says.
    #[must_use]
    pub fn strip(&self, otherwise: &BTreeSet<usize>) -> Strip {
        let lesson = self.lesson();
        let text = |both: &Both| {
            Text::of(|language| both.of(language).filled(|measure| self.figure(measure)))
        };
        let question = self.ask().map(|ask| Question {
            question: text(&ask.question),
            options: ask.options.iter().map(text).collect(),
            answer: ask.answer,
        });
        let fails = self.claims().iter().filter(|claim| !claim.holds);
        let fails =
            fails.map(|claim| (claim.expect.to_string(), Text::of(|_| claim.figure.to_string())));
        let over = self.phase() == Phase::Over;
        let predicted = |Outcome { step, predicted, answer }| {
            let right = lesson.steps[step].ask.as_ref().map(|ask| text(&ask.options[answer]));
            let right = right.unwrap_or_default();
            Predicted { step, predicted, answer, right, otherwise: otherwise.contains(&step) }
        };
        Strip {
            number: lesson.number,
            title: text(&lesson.title),
            step: self.at(),
            steps: lesson.steps.len(),
            phase: self.phase(),
            say: Text::of(|language| self.say_in(language)),
            ask: question,
            prediction: self.prediction(),
            fails: fails.collect(),
            troubles: self.troubles().iter().map(|trouble| trouble.what.clone()).collect(),
            look: self.look(),
            end: over.then(|| End {
                take_home: text(&lesson.take_home),
                change: text(&lesson.change),
                outcomes: self.outcomes().map(predicted).collect(),
            }),
        }
    }
}

/// The panel in which one is to look, by its name.
mod look {
    use super::{Deserialize, Deserializer, Look, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "so serde calls it")]
    pub(super) fn serialize<S: Serializer>(look: &Option<Look>, to: S) -> Result<S::Ok, S::Error> {
        let panel = look.map(|look| match look {
            Look::Row(_) | Look::Column(_) => Look::Table,
            Look::Line(_) => Look::Code,
            panel => panel,
        });
        let name = Look::PANELS.iter().find(|(_, of)| Some(*of) == panel).map(|(name, _)| *name);
        name.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Look>, D::Error> {
        let name = Option::<String>::deserialize(from)?;
        let named = |(of, _): &&(&str, Look)| Some(*of) == name.as_deref();
        Ok(Look::PANELS.iter().find(named).map(|(_, look)| *look))
    }
}
