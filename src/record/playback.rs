//! A log made into what a picture is made of: batches as the server handed them over, and what was
//! measured between them.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::json::{Beside, Closing, Entry, Header, Measured, Text, Told};
use super::reading::{Between, Flaw, Reading};
use crate::clients::ClientInfo;
use crate::inspect::{Quiet, Snapshot, Usage};
use crate::source::{Language, Source, disk};
use crate::telemetry::{
    Batch, Counters, EventRef, LONGEST, Listener, Lost, Made, Nanos, Standing, What,
};

/// What comes next.
#[derive(Debug)]
pub enum Item {
    /// A batch.
    Batch(Box<Batch>),
    /// What was measured, and when.
    Kernel(Box<Snapshot>, Nanos),
    /// The clients that there were.
    Clients(Vec<ClientInfo>),
    /// How often each line had made its call.
    Made(Made),
    /// What a lesson tells from here on; nothing, where none is given any more. What that is, the lessons
    /// know.
    Lesson(Option<Value>),
}

impl Item {
    /// When it came, where it says that.
    #[must_use]
    pub fn time(&self) -> Option<Nanos> {
        match self {
            Self::Batch(batch) => Some(batch.time),
            Self::Kernel(_, taken) => Some(*taken),
            Self::Clients(_) | Self::Made(_) | Self::Lesson(_) => None,
        }
    }
}

/// What the lines so far say, and those after them leave out where it is the same.
#[derive(Clone, Debug)]
struct Said {
    zero: Instant,
    counters: Counters,
    lost: Lost,
    listener: Option<Listener>,
    standing: Standing,
    quiet: Quiet,
    time: Nanos,
    /// What stands behind the target in the head of the last request.
    rest_of_head: Option<Box<[u8]>>,
}

impl Said {
    fn none(zero: Instant) -> Self {
        Self {
            zero,
            counters: Counters::default(),
            lost: Lost::default(),
            listener: None,
            standing: Standing::default(),
            quiet: Quiet::default(),
            time: 0,
            rest_of_head: None,
        }
    }
}

/// A place in a log from which it can be played on as if all before it had been read.
#[derive(Clone, Debug)]
pub struct Place {
    at: Between,
    said: Box<Said>,
}

impl Place {
    /// How many bytes of the log lie before it.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.at.offset
    }

    /// Bytes of memory that it takes.
    #[must_use]
    pub fn claimed(&self) -> usize {
        size_of::<Self>() + size_of::<Said>() + self.said.quiet.claimed()
    }
}

/// A log that is played.
#[derive(Debug)]
pub struct Playback<R> {
    reading: Reading<R>,
    lines: Lines,
    /// The first line, once it was read.
    header: Option<Header>,
    /// The last line.
    closing: Option<Closing>,
    /// Lines that could not be read.
    skipped: u64,
    /// The last line ends in its middle.
    torn: bool,
}

/// The lines of a log that are made into what a picture is made of.
#[derive(Debug)]
pub struct Lines {
    /// What has come since the last batch.
    events: Batch,
    said: Said,
}

/// Has the code view show what was in a file then.
fn shown(text: &Text<'_>) {
    let Text { file, hash, text } = text;
    let same = Source::of(file).is_some_and(|here| format!("{:016x}", here.hash()) == **hash);
    if !same {
        disk::put(file, text, Language::of(file));
    }
}

/// When the last thing happened that is told near the end of a log.
///
/// # Errors
/// It cannot be read, or has no end to go to.
pub fn last_time(mut log: impl Read + Seek) -> io::Result<Option<Nanos>> {
    /// Bytes before the end; of what no line of a batch ends in.
    const NEAR: u64 = 256 * 1024;
    let end = log.seek(SeekFrom::End(0))?;
    let begin = end.saturating_sub(NEAR);
    log.seek(SeekFrom::Start(begin))?;
    let (mut reading, mut last) = (Playback::new(BufReader::new(log), Instant::now()), None);
    while let Some(item) = reading.next_item()? {
        last = last.max(item.time());
    }
    Ok(last)
}

impl<R: BufRead> Playback<R> {
    /// Nothing has been read. What the log says of the clock is told as if it had begun at `zero`.
    pub fn new(from: R, zero: Instant) -> Self {
        let said = Said::none(zero);
        Self::going_on(from, Place { at: Between::default(), said: Box::new(said) })
    }

    /// All before that place was read, where `from` goes on; but for the first line, which it does not
    /// know any more.
    pub fn going_on(from: R, place: Place) -> Self {
        Self {
            reading: Reading::going_on(from, place.at),
            lines: Lines { events: Batch::default(), said: *place.said },
            header: None,
            closing: None,
            skipped: 0,
            torn: false,
        }
    }

    /// How many bytes were read.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.reading.at().offset
    }

    /// Where it is; `None` between the events of a batch.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let is_between = self.lines.events.events().len() == 0;
        let place = || Place { at: self.reading.at(), said: Box::new(self.lines.said.clone()) };
        is_between.then(place)
    }

    /// What the first line says; `None` where this is no log.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn header(&mut self) -> io::Result<Option<&Header>> {
        if self.header.is_none()
            && let Some(line) = self.reading.line()?
            && let Ok(Entry::Header(header)) = line.entry
        {
            self.header = Some(header);
        }
        Ok(self.header.as_ref())
    }

    /// What the last line says, once it was read.
    #[must_use]
    pub fn closing(&self) -> Option<&Closing> {
        self.closing.as_ref()
    }

    /// Lines that could not be read.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Whether the last line ends in its middle.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.torn
    }

    /// The next of all; `None` at the end, and as long as nothing more was written.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn next_item(&mut self) -> io::Result<Option<Item>> {
        loop {
            let Some(line) = self.reading.line()? else { return Ok(self.lines.rest()) };
            match line.entry {
                Ok(Entry::Event(event)) => self.lines.event(event.as_ref()),
                Ok(Entry::Beside(Beside::Source(text))) => shown(&text),
                Ok(Entry::Beside(beside)) => {
                    if let Some(item) = self.lines.beside(beside) {
                        return Ok(Some(item));
                    }
                }
                Ok(Entry::Closing(closing)) => self.closing = Some(closing),
                Err(Flaw::Torn) => self.torn = true,
                Ok(Entry::Header(_)) | Err(Flaw::Foreign(_) | Flaw::TooLong) => self.skipped += 1,
            }
        }
    }

    /// When it was read what the server had used, on the log's clock.
    #[must_use]
    pub fn told(&self, usage: Option<Usage>) -> Option<Nanos> {
        let time = usage?.taken.saturating_duration_since(self.lines.said.zero);
        Nanos::try_from(time.as_nanos()).ok()
    }
}

impl Lines {
    /// None has come. What the log says of the clock is told as if it had begun at `zero`.
    #[must_use]
    pub fn new(zero: Instant) -> Self {
        Self { events: Batch::default(), said: Said::none(zero) }
    }

    /// Takes an event; a request that has the headers of the one before gets them.
    pub fn event(&mut self, event: EventRef<'_>) {
        let line = match event.event.what {
            What::Request { method, target, .. } => method as usize + 1 + usize::from(target),
            _ => usize::MAX,
        };
        match (event.bytes.get(line..), &self.said.rest_of_head) {
            (Some([]), Some(rest)) => {
                let bytes = &*[event.bytes, rest].concat();
                self.events.push_again(EventRef { bytes, len: bytes.len(), ..event });
                return;
            }
            (Some(rest @ [_, ..]), _) => self.said.rest_of_head = Some(rest.into()),
            _ => {}
        }
        self.events.push_again(event);
    }

    /// The events behind the last batch, of which no more is known.
    pub fn rest(&mut self) -> Option<Item> {
        let last = self.events.events().map(|event| event.event.time).max()?;
        Some(self.batch(Told { time: last, standing: self.said.standing, ..Told::default() }))
    }

    /// Takes a line between the events; returns what it makes of it and of the events before it.
    pub fn beside(&mut self, beside: Beside<'static>) -> Option<Item> {
        Some(match beside {
            Beside::Source(_) => return None,
            Beside::Batch(told) => self.batch(*told),
            Beside::Kernel(measured) => {
                let Measured { taken, used, same_quiet, said } = *measured;
                let mut snapshot = said.into_owned();
                if same_quiet {
                    snapshot.quiet.clone_from(&self.said.quiet);
                } else {
                    self.said.quiet.clone_from(&snapshot.quiet);
                }
                // Found by their peers, in this order.
                snapshot.sockets.sort_by_key(|socket| socket.peer);
                snapshot.taken = self.at(taken);
                if let (Some(usage), Some(used)) = (&mut snapshot.usage, used) {
                    usage.taken = self.at(used);
                }
                Item::Kernel(Box::new(snapshot), taken)
            }
            Beside::Clients(clients) => Item::Clients(clients.into_owned()),
            Beside::Made(made) => Item::Made(made.into_owned()),
            Beside::Lesson(strip) => Item::Lesson(strip),
        })
    }

    /// A time of the log's clock; as if it were its begin where it is centuries away.
    fn at(&self, time: Nanos) -> Instant {
        self.said.zero.checked_add(Duration::from_nanos(time)).unwrap_or(self.said.zero)
    }

    fn batch(&mut self, told: Told<'static>) -> Item {
        let before = self.said.counters.clone();
        self.said.counters.change(&told.counters.0);
        self.said.counters.bound(&before);
        if let Some(lost) = told.lost {
            let before = std::mem::replace(&mut self.said.lost, lost.into_owned());
            self.said.lost.bound(&before);
        }
        self.said.listener = told.listener.or(self.said.listener);
        self.said.standing = told.standing;
        self.said.time = told.time.clamp(self.said.time, LONGEST);
        let mut batch = std::mem::take(&mut self.events);
        (batch.rows, batch.gone) = (told.rows.into_owned(), told.gone.into_owned());
        batch.whole = told.whole;
        (batch.turns, batch.latencies) = (told.turns.into_owned(), told.latencies.into_owned());
        batch.counters.clone_from(&self.said.counters);
        batch.lost.clone_from(&self.said.lost);
        batch.listener = self.said.listener;
        (batch.others, batch.epolls) = (told.others, told.epolls);
        batch.standing = told.standing;
        batch.time = self.said.time;
        batch.bound(self.said.time);
        Item::Batch(Box::new(batch))
    }
}
