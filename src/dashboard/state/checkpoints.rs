//! What was known at places of a recording, so that the picture of any time is made from the last of
//! them before it.
//!
//! A thread beside the dashboard takes the recording in from its begin, as the dashboard would, and
//! keeps a [`Checkpoint`] every few megabytes. When all of them together take too much memory, every
//! second one is let go and the distance doubles.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::history::marks::Marks;
use super::play::{PASSES, Point};
use super::scene::{Came, Scene};
use crate::clients::ClientInfo;
use crate::lesson::Strip;
use crate::record::playback::{Item, Place};
use crate::telemetry::{Batch, Nanos};

/// Bytes of a recording between two of them at first: what is read and taken in within a twentieth of a
/// second. Tests are short.
const DISTANCE: u64 = if cfg!(test) { 2 << 10 } else { 4 << 20 };
/// Bytes of memory that all of them take at most.
const MOST: usize = if cfg!(test) { 8 << 20 } else { 112 << 20 };
/// Lines of the stream that are kept before each: no screen has more rows.
const LINES: usize = 256;

/// What was known at a place of a recording.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    place: Place,
    /// With no more of the stream than its last lines.
    pub(super) scene: Scene,
    pub(super) clients: Arc<Vec<ClientInfo>>,
    /// How many events there were before it, and the number of the last.
    pub(super) events: u64,
    pub(super) last: u64,
    /// When the next one happened.
    next: Nanos,
    /// Bytes of memory.
    size: usize,
}

impl Checkpoint {
    /// Where the recording is read on.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whether the picture of that point can be made from here.
    fn is_before(&self, point: Point) -> bool {
        match point {
            Point::Time(time) => self.next <= time,
            Point::Events(events) => self.events < events,
        }
    }
}

/// How far a recording is indexed, and what happened in it so far.
#[derive(Clone, Debug, Default)]
pub struct Indexed {
    pub(super) marks: Marks,
    /// After how many events something was seen that looks like a mistake.
    mistakes: Vec<u64>,
    /// How many events there are.
    events: u64,
    /// To that time.
    pub(super) time: Nanos,
    /// How many bytes of how many.
    pub(super) bytes: (u64, u64),
    /// To its end.
    pub(super) whole: bool,
}

impl Indexed {
    /// How much of it, as long as it is not all: a part and the whole.
    #[must_use]
    pub fn part(&self) -> Option<(u64, u64)> {
        (!self.whole).then_some(self.bytes)
    }

    /// After how many events the next thing that looks like a mistake was seen, or the last one before.
    pub(super) fn mistake(&self, from: u64, forth: bool) -> Option<u64> {
        let mistakes = self.mistakes.iter().copied().filter(|at| *at <= self.events);
        if forth {
            mistakes.filter(|at| *at > from).min()
        } else {
            mistakes.filter(|at| *at < from).max()
        }
    }
}

#[derive(Debug, Default)]
struct Found {
    checkpoints: Vec<Checkpoint>,
    /// Bytes of all of them.
    size: usize,
    indexed: Indexed,
}

/// What the thread that indexes shares with the dashboard.
#[derive(Clone, Debug, Default)]
pub struct Index(Arc<Mutex<Found>>);

impl Index {
    fn lock(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last checkpoint from which the picture of that point can be made, if it is after more events
    /// than so many.
    #[must_use]
    pub fn before(&self, point: Point, events: u64) -> Option<Checkpoint> {
        let found = self.lock();
        let after = found.checkpoints.partition_point(|one| one.is_before(point));
        let last = found.checkpoints.get(after.checked_sub(1)?)?;
        (last.events > events).then(|| last.clone())
    }

    /// Brings up to date how far the recording is indexed; `false` where that is nothing new.
    pub fn tell(&self, indexed: &mut Indexed) -> bool {
        let found = &self.lock().indexed;
        let news = (found.bytes, found.whole) != (indexed.bytes, indexed.whole);
        if news {
            indexed.marks.follow(&found.marks);
            indexed.mistakes.extend_from_slice(&found.mistakes[indexed.mistakes.len()..]);
            indexed.events = found.events;
            (indexed.time, indexed.bytes, indexed.whole) = (found.time, found.bytes, found.whole);
        }
        news
    }
}

/// Takes a recording in from its begin, for its index.
#[derive(Debug)]
pub struct Indexer {
    index: Index,
    scene: Scene,
    clients: Arc<Vec<ClientInfo>>,
    events: u64,
    last: u64,
    /// What has happened that the index does not have yet.
    marks: Marks,
    mistakes: Vec<u64>,
    /// One that waits for the next event's time.
    coming: Option<Checkpoint>,
    next: Nanos,
    distance: u64,
    /// Where the last one was, and where the index was told last how far all has gone.
    kept: u64,
    told: u64,
    /// Bytes in all.
    whole: u64,
}

impl Indexer {
    /// For a recording of so many bytes.
    #[must_use]
    pub fn new(index: Index, bytes: u64) -> Self {
        index.lock().indexed.bytes.1 = bytes;
        let mut scene = Scene::default();
        scene.tick(0);
        Self {
            index,
            scene,
            clients: Arc::default(),
            events: 0,
            last: 0,
            marks: Marks::default(),
            mistakes: Vec::new(),
            coming: None,
            next: 0,
            distance: DISTANCE,
            kept: 0,
            told: 0,
            whole: bytes,
        }
    }

    /// Takes in what comes next, which ends after so many bytes; `place` says where, if a checkpoint
    /// is to be kept. `false` where nobody wants to know any more.
    pub fn take(&mut self, item: Item, end: u64, place: impl FnOnce() -> Option<Place>) -> bool {
        let is_batch = matches!(item, Item::Batch(_));
        match item {
            Item::Batch(batch) => self.batch(&batch),
            Item::Kernel(snapshot, taken) => {
                let came = self.scene.kernel(&Arc::from(snapshot), taken);
                self.marks.came(&came, self.scene.now);
                // It is in the picture after the next event.
                self.mistakes.extend((!came.lints.is_empty()).then_some(self.events + 1));
            }
            Item::Clients(list) if list != *self.clients => {
                self.scene.clients(&list);
                self.clients = Arc::new(list);
            }
            Item::Clients(_) => {}
            Item::Lesson(told) => self.scene.lesson = Strip::read(told),
            Item::Made(made) => {
                let now = self.scene.now;
                self.scene.code.count(made, now);
            }
        }
        if is_batch
            && end - self.kept >= self.distance
            && let Some(place) = place()
        {
            self.kept = end;
            self.keep(place);
        }
        // A hundredth of a second's work is told together.
        if end - self.told >= self.distance / 4 {
            self.told = end;
            self.tell(end, false);
        }
        Arc::strong_count(&self.index.0) > 1
    }

    /// All was taken in.
    pub fn end(mut self) {
        self.coming = None;
        self.tell(self.whole, true);
    }

    fn batch(&mut self, batch: &Batch) {
        if let Some(first) = batch.events().next().map(|event| event.event.time)
            && let Some(mut coming) = self.coming.take()
        {
            self.next = self.next.max(first);
            coming.next = self.next;
            self.put(coming);
        }
        if batch.time >= self.scene.now.saturating_add(PASSES) {
            self.scene.tick(batch.time);
        }
        let lost = batch.lost.all() > self.scene.lost.all();
        let came: Came = self.scene.apply(batch);
        self.events += batch.events().len() as u64;
        self.last = batch.events().next_back().map_or(self.last, |event| event.event.seq);
        self.marks.batch(batch, &came, lost);
        self.mistakes.extend((!came.lints.is_empty()).then_some(self.events));
    }

    fn keep(&mut self, place: Place) {
        let now = self.scene.now;
        self.scene.table.refresh(now, false);
        let mut scene = self.scene.without_stream();
        scene.stream = self.scene.stream.tail(LINES);
        let size = scene.claimed() + scene.stream.claimed() + place.claimed();
        let (clients, events, last) = (Arc::clone(&self.clients), self.events, self.last);
        self.coming = Some(Checkpoint { place, scene, clients, events, last, next: 0, size });
    }

    fn put(&mut self, checkpoint: Checkpoint) {
        let mut found = self.index.lock();
        found.size += checkpoint.size;
        found.checkpoints.push(checkpoint);
        if found.size > MOST {
            self.distance *= 2;
            let mut at = 0;
            found.checkpoints.retain(|_| {
                at += 1;
                at % 2 == 0
            });
            found.size = found.checkpoints.iter().map(|one| one.size).sum();
        }
    }

    fn tell(&mut self, end: u64, whole: bool) {
        let indexed = &mut self.index.lock().indexed;
        indexed.marks.append(&mut self.marks);
        indexed.mistakes.append(&mut self.mistakes);
        indexed.events = self.events;
        (indexed.time, indexed.bytes, indexed.whole) =
            (self.scene.now.max(indexed.time), (end.min(self.whole), self.whole), whole);
    }
}
