//! What the server has published since a step began, as far as measures need it.

use std::collections::HashMap;

use crate::telemetry::{Batch, ConnId, EventRef, Kind, Lost, Mask, Nanos, What};

/// How many results of a call are kept for a connection.
const RESULTS: usize = 40;
/// Stands for those that are left out.
const MORE: &str = "…";
/// How many connections are followed; with more than these nothing is known of any.
const FOLLOWED: usize = 16 * 1024;

/// What was published since a step began.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    traces: HashMap<ConnId, Trace>,
    /// Facts, by kind: calls are counted by the server.
    facts: HashMap<Kind, u64>,
    /// The last, the shortest and the longest time in a wait call.
    pub(super) waits: Option<[Nanos; 3]>,
    /// The longest turn.
    pub(super) turn: Option<Nanos>,
    /// What the stream had left out by the last batch; and whether it has left out anything since the
    /// step began.
    lost: Lost,
    pub(super) gaps: bool,
}

/// What is known of a connection.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    pub(super) recv: Vec<String>,
    pub(super) sent: Vec<String>,
    /// Events by kind, and calls of all kinds.
    pub(super) kinds: [u32; Kind::ALL.len()],
    /// What a wait call reported last.
    pub(super) mask: Option<Mask>,
}

impl Default for Trace {
    fn default() -> Self {
        Self { recv: Vec::new(), sent: Vec::new(), kinds: [0; Kind::ALL.len()], mask: None }
    }
}

impl Record {
    /// Begins anew. What a wait call reported last is still that.
    pub(super) fn begin(&mut self) {
        let lost = std::mem::take(&mut self.lost);
        let masks = self.traces.drain().filter_map(|(id, trace)| {
            Some((id, Trace { mask: Some(trace.mask?), ..Trace::default() }))
        });
        let traces = masks.collect();
        *self = Self { traces, lost, ..Self::default() };
    }

    /// Takes over what was published.
    pub(super) fn apply(&mut self, batch: &Batch) {
        self.gaps |= batch.lost.all() > self.lost.all();
        self.lost.clone_from(&batch.lost);
        for event in batch.events() {
            self.event(event);
        }
        let turn = batch.turns.iter().map(|turn| turn.busy).max();
        self.turn = self.turn.max(turn);
    }

    fn event(&mut self, EventRef { event, ready, .. }: EventRef<'_>) {
        if event.is_own() {
            return;
        }
        let kind = event.what.kind();
        match event.what {
            What::EpollWait { waited, .. }
            | What::Select { waited, .. }
            | What::Poll { waited, .. }
            | What::Nap { waited, .. } => {
                let [_, least, most] = self.waits.unwrap_or([waited; 3]);
                self.waits = Some([waited, least.min(waited), most.max(waited)]);
            }
            _ => {}
        }
        if kind.is_wait() {
            for told in ready {
                if let Some(id) = told.conn {
                    self.trace(id).mask = Some(told.mask);
                }
            }
        }
        if kind == Kind::Round {
            // Questions that have no event of their own.
            for asked in ready.iter().filter(|asked| asked.mask != Mask::NONE) {
                let Some(id) = asked.conn else { continue };
                let (kind, trace) = (asked_by(asked.mask), self.trace(id));
                trace.kinds[kind as usize] += 1;
                let results = if kind == Kind::Recv { &mut trace.recv } else { &mut trace.sent };
                keep(results, || AGAIN.to_owned());
            }
        }
        if !kind.is_call() {
            *self.facts.entry(kind).or_default() += 1;
        }
        let Some(id) = event.conn else { return };
        let trace = self.trace(id);
        trace.kinds[kind as usize] += 1;
        match event.what {
            What::Recv { ret } => keep(&mut trace.recv, || ret.to_string()),
            What::Send { ret, .. } | What::Sendfile { ret, .. } => {
                keep(&mut trace.sent, || ret.to_string());
            }
            _ => {}
        }
    }

    fn trace(&mut self, id: ConnId) -> &mut Trace {
        if self.traces.len() >= FOLLOWED && !self.traces.contains_key(&id) {
            self.traces.clear();
            self.gaps = true;
        }
        self.traces.entry(id).or_default()
    }

    /// What is known of a connection; `None` where something may be missing.
    pub(super) fn of(&self, id: ConnId) -> Option<Trace> {
        (!self.gaps).then(|| self.traces.get(&id).cloned().unwrap_or_default())
    }

    /// How often a fact was told; `None` where something may be missing.
    pub(super) fn facts(&self, kind: Kind) -> Option<u64> {
        (!self.gaps).then(|| self.facts.get(&kind).copied().unwrap_or(0))
    }
}

/// The result of a question that had no answer.
const AGAIN: &str = "EAGAIN";

/// The call that asks for this.
fn asked_by(mask: Mask) -> Kind {
    if mask.has(Mask::OUT) { Kind::Send } else { Kind::Recv }
}

/// Keeps a result; of very many, that there are more.
fn keep(results: &mut Vec<String>, result: impl FnOnce() -> String) {
    match results.len() {
        RESULTS => results.push(MORE.to_owned()),
        0..RESULTS => results.push(result()),
        _ => {}
    }
}
