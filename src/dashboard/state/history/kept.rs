//! A batch in little memory: its events lie with those of others, and of what is the same from batch to
//! batch there is one.

use std::mem::{size_of, size_of_val};
use std::sync::Arc;

use crate::dashboard::state::lints::Lint;
use crate::dashboard::state::scene::Came;
use crate::dashboard::state::stream::Stream;
use crate::dashboard::state::stretches::Change;
use crate::dashboard::state::table::slim::Slim;
use crate::telemetry::{
    Batch, Counters, Epolls, Latency, Listener, Lost, Nanos, Others, Ring, Row, Standing, Turn,
};

/// A batch.
#[derive(Debug)]
pub(super) struct Kept {
    /// The number of the stream's next line before it.
    pub(super) line: u64,
    /// Where its events lie among those of the segment, and how many they are.
    pub(super) place: usize,
    pub(super) events: usize,
    rows: Box<[Slim]>,
    gone: Box<[Slim]>,
    whole: bool,
    turns: Box<[Turn]>,
    latencies: Box<[Latency]>,
    /// The counters that are others than in the batch before.
    counters: Box<[(u8, u64)]>,
    lost: Arc<Lost>,
    listener: Arc<Option<Listener>>,
    others: Option<Arc<Others>>,
    epolls: Option<Arc<Epolls>>,
    standing: Standing,
    time: Nanos,
    /// What it said to the stream beside its events.
    read: bool,
    change: Option<Box<Change>>,
    lints: Box<[Lint]>,
}

impl Kept {
    /// A batch that was taken in; `at` says where the stream was and where its events lie, `counters`
    /// which of them have changed, `same` what often has not.
    pub(super) fn of(
        batch: &Batch,
        came: Came,
        at: (u64, usize),
        counters: Box<[(u8, u64)]>,
        same: (Arc<Lost>, Arc<Option<Listener>>),
    ) -> Self {
        let slim = |rows: &[Row]| rows.iter().map(|row| Slim::from(*row)).collect();
        let (line, place) = at;
        let (lost, listener) = same;
        Self {
            line,
            place,
            events: batch.events().len(),
            rows: slim(&batch.rows),
            gone: slim(&batch.gone),
            whole: batch.whole,
            turns: batch.turns.as_slice().into(),
            latencies: batch.latencies.as_slice().into(),
            counters,
            lost,
            listener,
            others: batch.others.clone(),
            epolls: batch.epolls.clone(),
            standing: batch.standing,
            time: batch.time,
            read: came.read,
            change: came.change.map(Box::new),
            lints: came.lints.into_boxed_slice(),
        }
    }

    /// Bytes that it takes beside its events.
    pub(super) fn held(&self) -> usize {
        size_of::<Self>()
            + size_of_val(&*self.rows)
            + size_of_val(&*self.gone)
            + size_of_val(&*self.turns)
            + size_of_val(&*self.latencies)
            + size_of_val(&*self.counters)
            + size_of_val(&*self.lints)
            + self.others.as_ref().map_or(0, |others| size_of_val(&*others.list))
            // Of lists that have not changed since, the copy is one: that is not looked for.
            + self.epolls.as_ref().map_or(0, |epolls| {
                let lists = epolls.list.iter().map(|epoll| size_of_val(&*epoll.list));
                size_of_val(&*epolls.list) + lists.sum::<usize>()
            })
    }

    /// The batch as it came, after those totals.
    pub(super) fn batch(&self, events: &Ring, before: &Counters) -> Batch {
        let mut batch = self.to_stream(events);
        batch.rows = self.rows.iter().map(Slim::row).collect();
        batch.gone = self.gone.iter().map(Slim::row).collect();
        batch.whole = self.whole;
        batch.turns = self.turns.to_vec();
        batch.latencies = self.latencies.to_vec();
        batch.counters.clone_from(before);
        batch.counters.change(&self.counters);
        batch.lost.clone_from(&self.lost);
        batch.listener = *self.listener;
        batch.others.clone_from(&self.others);
        batch.epolls.clone_from(&self.epolls);
        batch.standing = self.standing;
        batch
    }

    /// As much of it as the stream reads.
    fn to_stream(&self, events: &Ring) -> Batch {
        let mut batch = Batch::default();
        batch.time = self.time;
        events.copy(self.place, self.events, &mut batch);
        batch
    }

    /// Tells the stream of it as it was told then.
    pub(super) fn tell(&self, events: &Ring, stream: &mut Stream) {
        if let Some(change) = &self.change {
            stream.mark((**change).clone());
        }
        let batch = self.to_stream(events);
        if self.read {
            stream.apply(&batch);
        } else {
            stream.pass_over(&batch);
        }
        for lint in &self.lints {
            stream.lint(*lint, self.time);
        }
    }
}
