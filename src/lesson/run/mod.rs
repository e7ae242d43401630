//! A lesson that is given: a pure state machine. It is fed what is seen and what the server
//! publishes, and says what is to be done; no socket, no clock and no terminal in it.

mod agenda;
mod puppet;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use self::agenda::{Doing, Item, State, fresh};
use super::measured::{Base, Known, Measuring, Stretch};
use super::record::Record;
use super::{Act, Ask, Both, Claim, Do, Expect, Figure, Lesson, Look, Measure, Name, Seen, Step};
use crate::clients::{ClientInfo, ClientKind};
use crate::inspect::Usage;
use crate::telemetry::{Batch, Listener, Local};
use crate::words::Language;

/// How long what is done may take to be seen everywhere.
const SETTLES: Duration = Duration::from_millis(40);
/// How long claims may take to hold, and the kernel to say what is asked of it.
const PATIENCE: Duration = Duration::from_secs(3);

/// A lesson that is given.
#[derive(Clone, Debug)]
pub struct Run {
    lesson: Arc<Lesson>,
    step: usize,
    phase: Phase,
    predictions: Vec<Option<usize>>,
    agenda: VecDeque<Item>,
    doing: Option<Doing>,
    /// Since when all is done.
    settling: Option<Instant>,
    /// What was measured for the step, and for what comes out of it.
    told: [Told; 2],
    troubles: Vec<Trouble>,
    record: Record,
    known: BTreeMap<Name, Known>,
    base: Base,
    /// What the program used, when that was read last; and when it was read last while nobody was there.
    usage: Option<Usage>,
    alone: Option<Usage>,
    stretch: Option<Stretch>,
    /// The server before the lesson, and how many clients of each kind were there.
    before: Option<Listener>,
    guests: Vec<(ClientKind, usize)>,
}

/// What was measured.
#[derive(Clone, Debug, Default)]
struct Told {
    figures: Vec<(Measure, Figure)>,
    claims: Vec<Claim>,
}

/// Where a lesson is in its step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// What was predicted, from 0, if anything was.
    pub predicted: Option<usize>,
    /// What is right, from 0.
    pub answer: usize,
}

/// Something that a lesson could not bring about in time.
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
        let mut run = Self {
            lesson,
            step: 0,
            phase: Phase::Doing,
            predictions,
            agenda: VecDeque::new(),
            doing: None,
            settling: None,
            told: Default::default(),
            troubles: Vec::new(),
            record: Record::default(),
            known: BTreeMap::new(),
            base: Base::default(),
            usage: None,
            alone: None,
            stretch: None,
            before: None,
            guests: Vec::new(),
        };
        run.start_at(0);
        run
    }

    /// Goes on: from a question to what comes out, from there to the next step. Nothing happens while
    /// something is being done.
    pub fn next(&mut self) {
        match self.phase {
            Phase::Asking | Phase::Predicted => {
                self.phase = Phase::Revealing;
                let reveal = self.step().reveal.as_ref();
                let actions = reveal.map(|reveal| reveal.actions.clone()).unwrap_or_default();
                self.add(&actions, false);
            }
            Phase::Shown if self.step + 1 < self.lesson.steps.len() => {
                self.clear();
                self.step += 1;
                self.begin();
            }
            Phase::Shown => {
                self.phase = Phase::Over;
                self.agenda.extend([Item::Do(Do::LimitFds(None)), Item::Do(Do::Run)]);
            }
            Phase::Doing | Phase::Revealing | Phase::Over | Phase::Left => {}
        }
    }

    /// Goes back: from what came out to the question, from there to the step before.
    pub fn back(&mut self) {
        let revealed = matches!(self.phase, Phase::Revealing | Phase::Shown);
        match self.phase {
            Phase::Left => {}
            Phase::Over => self.start_at(self.step),
            _ if revealed && self.step().ask.is_some() => self.start_at(self.step),
            _ => self.start_at(self.step.saturating_sub(1)),
        }
    }

    /// Begins at a step, from 0: its start is restored.
    pub fn start_at(&mut self, step: usize) {
        if self.phase == Phase::Left && !self.is_busy() {
            // What there is now is what is brought back the next time.
            self.before = None;
        }
        self.clear();
        self.step = step.min(self.lesson.steps.len() - 1);
        self.predictions[self.step] = None;
        let lesson = self.lesson.clone();
        let own = |at: &usize| lesson.steps[*at].setup.as_ref();
        let from = (0..=self.step).rev().find(|at| own(at).is_some()).unwrap_or(0);
        self.agenda.extend(agenda::restore(own(&from).unwrap_or(&lesson.setup)));
        for step in &lesson.steps[from..self.step] {
            self.add(&step.actions, true);
            if let Some(reveal) = &step.reveal {
                self.add(&reveal.actions, true);
            }
        }
        self.begin();
    }

    /// Leaves the lesson: the loop runs, the lesson's clients go, and the server is the one that it was.
    pub fn leave(&mut self) {
        if self.phase != Phase::Left {
            self.clear();
            self.phase = Phase::Left;
            self.agenda.extend(agenda::leave(self.before, &self.guests));
        }
    }

    /// What was being done is begun anew: its time has run out while the operator was asked about it.
    pub fn again(&mut self) {
        if self.phase == Phase::Left {
            self.clear();
            self.agenda.extend(agenda::leave(self.before, &self.guests));
        } else {
            self.start_at(self.step);
        }
    }

    /// Leaves the lesson without what is still to be restored, but for the class's place.
    pub fn let_be(&mut self) {
        if self.phase == Phase::Left {
            self.clear();
            self.agenda.push_back(Item::Beside(false));
        }
    }

    /// Goes on with a lesson that was left, at the beginning of its step.
    pub fn resume(&mut self) {
        if self.phase == Phase::Left {
            self.start_at(self.step);
        }
    }

    /// The class expects that option, from 0. Nothing happens where it is not asked.
    pub fn predict(&mut self, option: usize) {
        let asked = matches!(self.phase, Phase::Asking | Phase::Predicted);
        if asked && self.ask().is_some_and(|ask| option < ask.options.len()) {
            self.predictions[self.step] = Some(option);
            self.phase = Phase::Predicted;
        }
    }

    /// Nothing is being done any more, and nothing was measured.
    fn clear(&mut self) {
        self.agenda.clear();
        self.doing = None;
        self.settling = None;
        self.told = Default::default();
        self.troubles.clear();
    }

    /// A step begins, when what is on the agenda is done.
    fn begin(&mut self) {
        self.phase = Phase::Doing;
        let step = self.step();
        let reveal = step.reveal.as_ref();
        let claims = step.expect.iter().chain(reveal.iter().flat_map(|reveal| &reveal.expect));
        let texts = [Some(&step.say), reveal.map(|reveal| &reveal.say)];
        let texts = texts.into_iter().flatten().flat_map(|text| text.english.measures());
        let usage = texts.chain(claims.flat_map(Expect::measures)).any(Measure::is_usage);
        let actions = step.actions.clone();
        self.agenda.push_back(Item::Begin { usage });
        self.add(&actions, false);
    }

    fn add(&mut self, actions: &[Do], again: bool) {
        self.agenda.extend(actions.iter().flat_map(|action| agenda::items(action, again)));
    }

    /// Takes over what the server published.
    pub fn batch(&mut self, batch: &Batch) {
        self.record.apply(batch);
    }

    /// Goes on to a time, with what is seen then; what is to be done is to be done at once.
    pub fn tick(&mut self, now: Instant, seen: &impl Seen) -> Vec<Act> {
        if self.before.is_none() {
            self.before = seen.listener();
            self.guests = guests(seen.clients());
        }
        self.look_at_usage(seen);
        self.look_for_clients(seen);
        let mut acts = Vec::new();
        loop {
            if self.doing.is_none() {
                let Some(item) = self.agenda.pop_front() else { break };
                self.take_up(item, now, seen);
            }
            acts.extend(self.ask_for(seen));
            match self.state(now, seen) {
                State::Going => return acts,
                State::Done => {}
                State::Late => self.late(),
            }
            self.doing = None;
            self.settling = None;
        }
        self.settle(now, seen);
        acts
    }

    fn look_at_usage(&mut self, seen: &impl Seen) {
        let Some(usage) = seen.kernel().and_then(|kernel| kernel.usage) else { return };
        let new = self.usage.is_none_or(|last| last.taken != usage.taken);
        let counters = seen.counters();
        if new && seen.open() == 0 && counters.ended >= counters.started {
            self.alone = Some(usage);
        }
        self.usage = Some(usage);
    }

    /// What is being done does not come about.
    fn late(&mut self) {
        if let Some(Doing { item: Item::Do(action), .. }) = &self.doing {
            self.troubles.push(Trouble { step: self.step, what: action.to_string() });
        }
    }

    /// Where the clients with names are now.
    fn look_for_clients(&mut self, seen: &impl Seen) {
        let declared = [Some(&self.lesson.setup), self.step().setup.as_ref()];
        let names: Vec<Name> = declared
            .into_iter()
            .flatten()
            .flat_map(|setup| setup.clients.iter().copied())
            .collect();
        for name in names {
            let Some(local) = seen.client(name).and_then(|client| client.local) else { continue };
            let known = self.known.entry(name).or_default();
            if known.local != Some(local) {
                *known = Known { local: Some(local), ..Known::default() };
            }
            known.row = seen.row(local).or(known.row);
            known.queues = seen.kernel().and_then(|kernel| kernel.queues(local, Local::UNKNOWN));
        }
    }

    fn measuring<'a, S: Seen>(&'a self, now: Instant, seen: &'a S) -> Measuring<'a, S> {
        let Self { record, known, base, usage, alone, stretch, .. } = self;
        let (usage, alone, stretch) = (*usage, *alone, stretch.as_ref());
        Measuring { seen, now, record, known, base, usage, alone, stretch }
    }

    /// All is done: what came of it is measured, once it can be, and stands then.
    fn settle(&mut self, now: Instant, seen: &impl Seen) {
        let part = match self.phase {
            Phase::Doing => 0,
            Phase::Revealing => 1,
            _ => return,
        };
        let since = *self.settling.get_or_insert(now);
        let went = now.saturating_duration_since(since);
        let (say, expect) = self.part(part);
        let measures: Vec<Measure> = say.english.measures().collect();
        let all = || measures.iter().copied().chain(expect.iter().flat_map(Expect::measures));
        let known = (!all().any(Measure::is_kernels) || fresh(seen, since))
            && (!all().any(Measure::is_usage) || self.fresh_usage(since));
        if went < SETTLES || (!known && went < PATIENCE) {
            return;
        }
        let measuring = self.measuring(now, seen);
        let claims: Vec<Claim> =
            expect.iter().map(|expect| expect.judge(|measure| measuring.figure(measure))).collect();
        if claims.iter().any(|claim| !claim.holds) && went < PATIENCE {
            return;
        }
        let figure = |measure: &Measure| (*measure, measuring.figure(*measure));
        let figures = measures.iter().map(figure).collect();
        self.told[part] = Told { figures, claims };
        self.settling = None;
        let asks = self.phase == Phase::Doing && self.ask().is_some();
        self.phase = if asks { Phase::Asking } else { Phase::Shown };
    }

    /// What a part of the step says and claims: its beginning, or what comes out.
    fn part(&self, part: usize) -> (&Both, &[Expect]) {
        let step = self.step();
        match &step.reveal {
            Some(reveal) if part == 1 => (&reveal.say, &reveal.expect),
            _ => (&step.say, &step.expect),
        }
    }

    /// Whether it waits for a reading of what the program uses.
    #[must_use]
    pub fn awaits_usage(&self) -> bool {
        let told = |(say, expect): (&Both, &[Expect])| {
            let claimed = expect.iter().flat_map(Expect::measures);
            say.english.measures().chain(claimed).any(Measure::is_usage)
        };
        match &self.doing {
            Some(doing) => doing.item.needs_usage(),
            None => match self.phase {
                Phase::Doing => told(self.part(0)),
                Phase::Revealing => told(self.part(1)),
                _ => false,
            },
        }
    }

    /// Which part of the step the strip tells.
    fn telling(&self) -> usize {
        usize::from(self.phase == Phase::Shown && self.step().reveal.is_some())
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

    /// Whether something is being done, after which it goes on by itself.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.doing.is_some()
            || !self.agenda.is_empty()
            || matches!(self.phase, Phase::Doing | Phase::Revealing)
    }

    /// What the strip says, in the language that is spoken, with what was measured in it.
    #[must_use]
    pub fn say(&self) -> String {
        self.say_in(Language::spoken())
    }

    /// The same in a language.
    #[must_use]
    pub fn say_in(&self, language: Language) -> String {
        let (say, _) = self.part(self.telling());
        say.of(language).filled(|measure| self.figure(measure))
    }

    /// What is asked, while it is, and while the answer is shown.
    #[must_use]
    pub fn ask(&self) -> Option<&Ask> {
        self.step().ask.as_ref()
    }

    /// What is expected by the class in this step, from 0.
    #[must_use]
    pub fn prediction(&self) -> Option<usize> {
        self.predictions[self.step]
    }

    /// Where to look now.
    #[must_use]
    pub fn look(&self) -> Option<Look> {
        let step = self.step();
        let revealed = matches!(self.phase, Phase::Revealing | Phase::Shown);
        let reveal = step.reveal.as_ref().filter(|_| revealed);
        reveal.and_then(|reveal| reveal.look).or(step.look)
    }

    /// What was measured, as it stands in the sentence of the strip.
    #[must_use]
    pub fn figure(&self, measure: Measure) -> Figure {
        let figures = &self.told[self.telling()].figures;
        let found = figures.iter().find(|(of, _)| *of == measure);
        found.map(|(_, figure)| figure.clone()).unwrap_or_default()
    }

    /// The measures in the sentence of the strip.
    pub fn measures(&self) -> impl Iterator<Item = Measure> {
        self.told[self.telling()].figures.iter().map(|(measure, _)| *measure)
    }

    /// What came of the claims of what is told.
    #[must_use]
    pub fn claims(&self) -> &[Claim] {
        &self.told[self.telling()].claims
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
        &self.troubles
    }
}

/// How many there are of each kind that comes by itself.
fn guests(clients: &[ClientInfo]) -> Vec<(ClientKind, usize)> {
    let here = |kind| clients.iter().filter(|c| c.kind == kind && !c.ended).count();
    let all = ClientKind::ALL.into_iter().map(|kind| (kind, here(kind)));
    all.filter(|(_, count)| *count > 0).collect()
}

#[cfg(test)]
mod tests;
