//! What the picture was made of in the last minutes, so that it can be made again as it was after any
//! event of theirs.
//!
//! Batches, measurements and times are kept as they came, and every megabyte or so what was known then:
//! a [`Scene`] without its stream. To go back is to take the last of these before the event, and to take
//! in again what came after it, up to the event. All of it together keeps to a bound; what is over that
//! falls out, the oldest first.
//!
//! | file | what lives there |
//! |---|---|
//! | `kept` | a batch in little memory |
//! | `marks` | what happened when, for the time line |
//! | `prefix` | a batch up to one of its events |
//! | `again` | the scene after an event, made again |
//! | `stops` | where a step goes |
//! | `excerpt` | what came in, as a recording has it |

mod again;
mod excerpt;
mod kept;
pub mod marks;
pub(in crate::dashboard) mod prefix;
pub(super) mod stops;

use std::collections::VecDeque;
use std::mem::size_of;
use std::net::SocketAddr;
use std::sync::Arc;

use self::kept::Kept;
use self::marks::{Mark, Marks};
use super::lints::Lint;
use super::scene::{Came, Scene};
use super::stream::Stream;
use crate::clients::{ClientInfo, ClientKind};
use crate::inspect::Snapshot;
use crate::lesson::Strip;
use crate::telemetry::{Batch, Counters, Listener, Lost, Made, Nanos, Ring};

/// Bytes after which a scene is kept again, so that a step takes in no more than that. Tests are short.
const SEGMENT: usize = if cfg!(test) { 16 << 10 } else { 1 << 20 };
/// A scene is kept again only after so many times its own size: of ten thousand connections it is
/// megabytes.
const SCENES: usize = if cfg!(test) { 0 } else { 2 };
/// How often counts of calls are kept: they are two kilobytes.
const COUNTS_EVERY: Nanos = 250_000_000;

/// What came in.
#[derive(Debug)]
enum Item {
    /// The clock went on.
    Tick(Nanos),
    /// A batch.
    Batch(Box<Kept>),
    /// What was measured.
    Kernel(Box<Measured>),
    /// Whose connections are clients of our own.
    Clients(Arc<Vec<ClientInfo>>),
    /// What a lesson tells from here on.
    Lesson(Option<Arc<Strip>>),
    /// How often each line had made its call.
    Made(Made),
    /// The program's own waker was shown in the loop's panel from here on, or left out.
    Own(bool),
}

/// What was measured.
#[derive(Debug)]
struct Measured {
    snapshot: Arc<Snapshot>,
    /// When.
    taken: Nanos,
    /// What it showed to look like a mistake.
    lints: Box<[Lint]>,
    /// When that was shown.
    shown: Nanos,
}

/// What came in after a scene, up to the next one.
#[derive(Debug)]
struct Segment {
    /// What was known at its begin; without a stream.
    scene: Scene,
    /// Bytes of that.
    size: usize,
    /// How many events there were before it.
    first: u64,
    /// The number of the stream's next line, and of the last event, at its begin.
    line: u64,
    last: u64,
    events: Ring,
    items: Vec<Item>,
    marks: Marks,
    /// Bytes of what the items point to.
    bytes: usize,
}

impl Segment {
    fn end(&self) -> u64 {
        self.first + self.events.len() as u64
    }

    /// Bytes of what came in.
    fn came(&self) -> usize {
        self.bytes
            + self.marks.claimed()
            + self.events.claimed()
            + self.items.capacity() * size_of::<Item>()
    }

    fn held(&self) -> usize {
        self.size + self.came()
    }
}

/// What was known a little before the picture that was made last.
#[derive(Debug)]
struct Near {
    /// Of the segment that begins after so many events.
    first: u64,
    /// The item that comes next.
    next: usize,
    scene: Box<Scene>,
}

/// What is kept.
#[derive(Debug, Default)]
pub struct History {
    /// As many bytes at most; none keep nothing.
    most: usize,
    segments: VecDeque<Segment>,
    /// Bytes of all segments but the last.
    before: usize,
    /// How many events have come in all, and the number of the last.
    events: u64,
    last: u64,
    /// What the last batch said, which is kept where it is another.
    counters: Counters,
    lost: Arc<Lost>,
    listener: Arc<Option<Listener>>,
    /// Who are clients of our own, and where.
    clients: Vec<(SocketAddr, u32, ClientKind)>,
    counted: Option<(Nanos, Made)>,
    /// While the picture is not of now.
    near: Option<Near>,
    own: bool,
    /// After how many events something was seen that looks like a mistake.
    mistakes: VecDeque<u64>,
    /// The stream's last lines before all of it, where that does not begin with the first event.
    tail: Option<Box<Stream>>,
}

/// Who are clients of our own, and where.
fn ours(list: &[ClientInfo]) -> Vec<(SocketAddr, u32, ClientKind)> {
    list.iter().filter_map(|client| Some((client.local?, client.id, client.kind))).collect()
}

impl History {
    /// One of at most so many bytes, which begins with that scene; of none, one that keeps nothing.
    #[must_use]
    pub fn new(most: usize, scene: &mut Scene) -> Self {
        let mut history = Self { most, ..Self::default() };
        if most > 0 {
            history.begin(scene);
        }
        history
    }

    /// One that goes on after so many events, the last of them of that number, with what was known then
    /// and the clients of our own that there were.
    pub(super) fn going_on(
        most: usize,
        scene: &mut Scene,
        (events, last): (u64, u64),
        clients: &[ClientInfo],
    ) -> Self {
        let mut history = Self {
            most,
            events,
            last,
            lost: Arc::new(scene.lost.clone()),
            listener: Arc::new(scene.listener),
            clients: ours(clients),
            own: scene.stream.shows_own(),
            tail: Some(Box::new(scene.stream.clone())),
            ..Self::default()
        };
        if most > 0 {
            history.begin(scene);
        }
        history
    }

    /// The picture is of now again.
    pub(super) fn rest(&mut self) {
        self.near = None;
    }

    /// Whether anything is kept.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.most > 0
    }

    /// How many events have come.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.events
    }

    /// After how many events the oldest picture is that can be made again.
    #[must_use]
    pub fn oldest(&self) -> Option<u64> {
        let first = self.segments.front()?.first + 1;
        (first <= self.events).then_some(first)
    }

    /// Whether nothing has fallen out.
    #[must_use]
    pub fn is_from_the_start(&self) -> bool {
        self.segments.front().is_some_and(|segment| segment.first == 0)
    }

    /// When the oldest picture was one of now.
    #[must_use]
    pub fn oldest_time(&self) -> Option<Nanos> {
        let oldest = self.segments.front()?;
        Some(oldest.events.event(0)?.time)
    }

    /// Bytes of memory that it takes.
    #[must_use]
    pub fn held(&self) -> usize {
        self.before + self.segments.back().map_or(0, Segment::held)
    }

    /// And may take at most.
    #[must_use]
    pub fn most(&self) -> usize {
        self.most
    }

    /// Of so many equal parts of a time, what happened in each.
    #[must_use]
    pub fn marks(&self, span: (Nanos, Nanos), parts: usize) -> Vec<Option<Mark>> {
        let mut marks = vec![None; parts];
        self.segments.iter().for_each(|segment| segment.marks.show(span, &mut marks));
        marks
    }

    /// Keeps a batch that `scene` has taken in, with what came of that. `line` was the number of the
    /// stream's next line before.
    pub(super) fn batch(&mut self, batch: &Batch, came: Came, line: u64, scene: &mut Scene) {
        if self.most == 0 {
            return;
        }
        self.events += batch.events().len() as u64;
        self.last = batch.events().next_back().map_or(self.last, |event| event.event.seq);
        let lost = batch.lost.all() > self.lost.all();
        if *self.lost != batch.lost {
            self.lost = Arc::new(batch.lost.clone());
        }
        if *self.listener != batch.listener {
            self.listener = Arc::new(batch.listener);
        }
        let Some(segment) = self.segments.back_mut() else { return self.begin(scene) };
        let place = segment.events.len();
        let changed = batch.counters.changed_since(&self.counters);
        self.counters.clone_from(&batch.counters);
        let same = (Arc::clone(&self.lost), Arc::clone(&self.listener));
        if !came.lints.is_empty() {
            self.mistakes.push_back(self.events);
        }
        segment.marks.batch(batch, &came, lost);
        let kept = Kept::of(batch, came, (line, place), changed, same);
        for event in batch.events() {
            segment.events.push(event);
        }
        segment.bytes += kept.held();
        segment.items.push(Item::Batch(Box::new(kept)));
        let enough = SEGMENT.max(SCENES * segment.size).min(self.most / 4);
        if segment.came() > enough {
            self.begin(scene);
        }
        self.bound(scene);
    }

    /// Keeps that the clock went on.
    pub(super) fn tick(&mut self, now: Nanos) {
        let last = self.segments.back().and_then(|segment| segment.items.last());
        if !matches!(last, Some(Item::Tick(then)) if *then == now) {
            self.push(Item::Tick(now), 0);
        }
    }

    /// Keeps what was measured, and what came of it at that time.
    pub(super) fn kernel(
        &mut self,
        snapshot: &Arc<Snapshot>,
        taken: Nanos,
        came: Came,
        shown: Nanos,
    ) {
        if let Some(segment) = self.segments.back_mut() {
            segment.marks.came(&came, shown);
        }
        if !came.lints.is_empty() && self.is_on() {
            // It is in the picture after the next event.
            self.mistakes.push_back(self.events + 1);
        }
        let lints = came.lints.into_boxed_slice();
        let bytes = size_of::<Measured>()
            + size_of::<Snapshot>()
            + size_of_val(&*snapshot.sockets)
            + size_of_val(&*snapshot.others)
            + snapshot.quiet.claimed()
            + size_of_val(&*lints);
        let snapshot = Arc::clone(snapshot);
        self.push(Item::Kernel(Box::new(Measured { snapshot, taken, lints, shown })), bytes);
    }

    /// Keeps what a lesson tells.
    pub(super) fn lesson(&mut self, strip: Option<Arc<Strip>>) {
        self.push(Item::Lesson(strip), size_of::<Strip>());
    }

    /// Keeps who are clients of our own, where others are than before.
    pub(super) fn clients(&mut self, list: &Arc<Vec<ClientInfo>>) {
        if self.most == 0 {
            return;
        }
        let ours = ours(list);
        if ours != self.clients {
            self.clients = ours;
            self.push(Item::Clients(Arc::clone(list)), list.len() * size_of::<ClientInfo>());
        }
    }

    /// Keeps how often each line has made its call, now and then.
    pub(super) fn made(&mut self, made: &Made, now: Nanos) {
        let soon = |then: Nanos| now < then.saturating_add(COUNTS_EVERY);
        if self.counted.as_ref().is_some_and(|(then, last)| soon(*then) || last == made) {
            return;
        }
        if self.is_on() {
            self.counted = Some((now, made.clone()));
            self.push(Item::Made(made.clone()), Made::SIZE);
        }
    }

    /// Keeps whether the loop's panel shows the program's own waker.
    pub(super) fn own(&mut self, own: bool) {
        if own != self.own {
            self.own = own;
            self.push(Item::Own(own), 0);
        }
    }

    fn push(&mut self, item: Item, bytes: usize) {
        if let Some(segment) = self.segments.back_mut() {
            segment.bytes += bytes;
            segment.items.push(item);
        }
    }

    /// Begins a segment; where not even that has room, nothing is kept until it has.
    fn begin(&mut self, scene: &mut Scene) {
        let size = scene.claimed();
        if size > self.most / 2 {
            self.segments.clear();
            self.before = 0;
            self.tail = None;
            return;
        }
        self.before = self.held();
        self.counters.clone_from(&scene.counters);
        self.segments.push_back(Segment {
            size,
            first: self.events,
            line: scene.stream.next(),
            last: self.last,
            scene: scene.without_stream(),
            events: Ring::default(),
            items: Vec::new(),
            marks: Marks::default(),
            bytes: 0,
        });
    }

    /// Lets the oldest go that are too many.
    fn bound(&mut self, scene: &mut Scene) {
        while self.held() > self.most {
            if self.segments.len() == 1 {
                self.begin(scene);
            }
            let Some(oldest) = self.segments.pop_front() else { return };
            self.before = self.before.saturating_sub(oldest.held());
            self.tail = None;
        }
        let first = self.segments.front().map_or(self.events, |segment| segment.first);
        while self.mistakes.front().is_some_and(|at| *at <= first) {
            self.mistakes.pop_front();
        }
    }
}
