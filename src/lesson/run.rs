//! A lesson that is given: a pure state machine. It is fed what is seen and what the server
//! publishes, and says what is to be done; no socket, no clock and no terminal in it.

use std::sync::Arc;
use std::time::Instant;

use super::{Act, Ask, Claim, Figure, Lesson, Look, Measure, Seen, Step};
use crate::telemetry::Batch;

/// A lesson that is given.
#[derive(Clone, Debug)]
pub struct Run {
    lesson: Arc<Lesson>,
    step: usize,
    phase: Phase,
    predictions: Vec<Option<usize>>,
    claims: Vec<Claim>,
    figures: Vec<(Measure, Figure)>,
}

/// Where a lesson is in its step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// The step's start is restored, or what it does is done.
    Doing,
    /// The class is asked.
    Asking,
    /// It has said what it expects.
    Predicted,
    /// What comes out is brought about.
    Revealing,
    /// It stands there, until the teacher goes on.
    Shown,
    /// The last step is over: what was predicted, and what to take home.
    Over,
    /// The lesson was left, and can be gone on with.
    Left,
}

/// What became of a prediction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The step that asked, from 0.
    pub step: usize,
    /// What was predicted, if anything was.
    pub predicted: Option<usize>,
    /// What is right.
    pub answer: usize,
}

/// Something that a lesson could not bring about in time, or that is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// The step, from 0.
    pub step: usize,
    /// What was to be done, as the lesson writes it.
    pub what: String,
}

impl Run {
    /// Begins a lesson.
    #[must_use]
    pub fn new(lesson: Arc<Lesson>) -> Self {
        let predictions = vec![None; lesson.steps.len()];
        let phase = Phase::Doing;
        Self { lesson, step: 0, phase, predictions, claims: Vec::new(), figures: Vec::new() }
    }

    /// Goes on: from a question to what comes out, from there to the next step.
    pub fn next(&mut self) {}

    /// Goes back: to the beginning of the step, from there to the one before.
    pub fn back(&mut self) {}

    /// Begins at a step, from 0.
    pub fn start_at(&mut self, step: usize) {
        self.step = step;
    }

    /// Leaves the lesson: the loop runs, and the lesson's clients go.
    pub fn leave(&mut self) {
        self.phase = Phase::Left;
    }

    /// Goes on with a lesson that was left, at the beginning of its step.
    pub fn resume(&mut self) {}

    /// The class expects that option, from 0. Nothing happens where it is not asked.
    pub fn predict(&mut self, option: usize) {
        self.predictions[self.step] = Some(option);
    }

    /// Takes over what the server published.
    pub fn batch(&mut self, _batch: &Batch) {}

    /// Goes on to a time, with what is seen then; what is to be done is to be done at once.
    pub fn tick(&mut self, _now: Instant, _seen: &impl Seen) -> Vec<Act> {
        Vec::new()
    }

    /// The lesson.
    #[must_use]
    pub fn lesson(&self) -> &Arc<Lesson> {
        &self.lesson
    }

    /// Which step it is at, from 0.
    #[must_use]
    pub fn at(&self) -> usize {
        self.step
    }

    /// The step.
    #[must_use]
    pub fn step(&self) -> &Step {
        &self.lesson.steps[self.step]
    }

    /// Where it is in the step.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What the strip says, in the language that is spoken, with what was measured in it.
    #[must_use]
    pub fn say(&self) -> String {
        self.step().say.spoken().filled(|measure| self.figure(measure))
    }

    /// What is asked, while it is, and while the answer is shown.
    #[must_use]
    pub fn ask(&self) -> Option<&Ask> {
        self.step().ask.as_ref()
    }

    /// What is expected by the class in this step.
    #[must_use]
    pub fn prediction(&self) -> Option<usize> {
        self.predictions[self.step]
    }

    /// Where to look now.
    #[must_use]
    pub fn look(&self) -> Option<Look> {
        self.step().look
    }

    /// What was measured, as it stands in the sentences.
    #[must_use]
    pub fn figure(&self, measure: Measure) -> Figure {
        let found = self.figures.iter().find(|(of, _)| *of == measure);
        found.map(|(_, figure)| figure.clone()).unwrap_or_default()
    }

    /// What came of the claims of what is shown.
    #[must_use]
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// What was predicted in each step that asks, and what is right there.
    pub fn outcomes(&self) -> impl Iterator<Item = Outcome> {
        let steps = self.lesson.steps.iter().zip(&self.predictions).enumerate();
        steps.filter_map(|(step, (of, predicted))| {
            let answer = of.ask.as_ref()?.answer;
            Some(Outcome { step, predicted: *predicted, answer })
        })
    }

    /// What could not be brought about in this step.
    #[must_use]
    pub fn troubles(&self) -> &[Trouble] {
        &[]
    }
}
