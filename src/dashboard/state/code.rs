//! The code view: before which line the loop stands, which line has made the last call, and how
//! often each line has made its call in the last second.

mod operate;
mod view;

use std::collections::VecDeque;

use super::by_server::{self, Drawing};
use super::scene::Scene;
use super::table::TableRow;
use crate::telemetry::{
    Asks, By, ConnId, CtlOp, Errno, Event, Kind, Made, Mode, Nanos, Next, Place, Ret, Site, Stance,
    What,
};

pub use self::view::{View, Viewer};

/// Over this time calls are counted.
const SECOND: Nanos = 1_000_000_000;
/// How often they are: the figures are to be read.
const EVERY: Nanos = SECOND / 4;
/// Over so many calls in a second the marks of a free running loop would only flicker.
const FEW: u64 = 20;

/// How often each line has made its call.
#[derive(Clone, Debug, Default)]
pub struct Code {
    made: Made,
    /// The counts before, and when they were so: the first is a second old.
    before: VecDeque<(Nanos, Made)>,
    last_second: Made,
}

impl Code {
    /// Takes the counts over; returns whether those of the last second are others now.
    pub fn count(&mut self, made: Made, now: Nanos) -> bool {
        self.made = made;
        if self.before.back().is_some_and(|(then, _)| now < then.saturating_add(EVERY)) {
            return false;
        }
        while self.before.get(1).is_some_and(|(then, _)| then.saturating_add(SECOND) <= now) {
            self.before.pop_front();
        }
        let first = self.before.front().map(|(_, made)| made);
        let last_second = first.map(|first| self.made.since(first)).unwrap_or_default();
        self.before.push_back((now, self.made.clone()));
        let changed = last_second != self.last_second;
        self.last_second = last_second;
        changed
    }

    /// The lines of a file that have made calls in the last second, each with how many.
    #[must_use]
    pub fn last_second(&self, file: &str) -> Vec<(usize, u64)> {
        let all = self.last_second.sites().map(|(site, count)| (site.place(), count));
        all.filter(|(place, _)| place.file == file)
            .map(|(Place { line, .. }, count)| (line as usize, count))
            .collect()
    }

    /// Whether so many calls are made that no eye can follow.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.last_second.all() > FEW
    }

    /// Whether a line has ever made a call.
    #[must_use]
    pub fn has_called(&self, file: &str, line: usize) -> bool {
        self.made.sites().any(|(site, _)| is_at(site, file, line))
    }
}

/// Whether a place is that line of that file.
fn is_at(site: Site, file: &str, line: usize) -> bool {
    let place = site.place();
    place.line as usize == line && place.file == file
}

/// A call, as the code has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Call {
    /// Which, where that is known.
    pub kind: Option<Kind>,
    /// Of `epoll_ctl`, what it does, where that is known.
    pub op: Option<CtlOp>,
    /// Where it is made.
    pub site: Option<Site>,
}

/// In which way a call is next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// The pace holds whoever makes it before it.
    Held,
    /// Whoever makes it sleeps in it.
    Asleep,
    /// A task is parked until it can be made.
    Parked,
}

/// What is marked.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Marks {
    /// Whose calls they are: a connection's, and who serves it; `None` is the loop.
    pub whose: Option<(ConnId, By)>,
    /// The call that is next; `None` while it goes on.
    pub next: Option<(How, Call)>,
    /// The last call, with its result; `None` where it is not known.
    pub last: Option<(Call, Result<u64, Errno>)>,
    /// Whether it runs freely and makes many calls: the marks would flicker.
    pub busy: bool,
}

impl Marks {
    /// Those of the selected connection where it has a thread, a worker or a task of its own, else
    /// those of the loop.
    #[must_use]
    pub fn of(scene: &Scene) -> Self {
        let Some(server) = scene.listener.map(|listener| listener.server) else {
            return Self::default();
        };
        let own = matches!(by_server::drawing(server), Drawing::Sleepers | Drawing::Tasks);
        let selected = scene.table.selected().filter(|entry| own && entry.closed.is_none());
        let parks = server.asks() == Asks::Runtime;
        let free = matches!(scene.standing.mode, Mode::Run | Mode::Until(_));
        let busy = free && scene.code.is_busy();
        match selected {
            Some(entry) => Self { busy, ..Self::of_connection(scene, entry, parks) },
            None => Self {
                whose: None,
                next: of_loop(scene.standing.stance, by_server::waits_in(server)),
                last: scene
                    .engine
                    .last_call()
                    .filter(|_| !scene.engine.later_left_out())
                    .and_then(|last| outcome(&last.event)),
                busy,
            },
        }
    }

    fn of_connection(scene: &Scene, entry: &TableRow, parks: bool) -> Self {
        let row = entry.row();
        let next = match (scene.standing.stance, row.within) {
            (Stance::Held(next), _) if next.conn == Some(row.id) => Some((How::Held, call(next))),
            (_, kind) => row.site.map(|site| {
                let how = match kind {
                    None => How::Held,
                    Some(_) if parks => How::Parked,
                    Some(_) => How::Asleep,
                };
                (how, Call { kind, op: None, site: Some(site) })
            }),
        };
        // The row is exact also where the event of its last call was left out.
        let is_last = |event: &Event| {
            event.what.kind() == row.last && event.what.ret().is_none_or(|ret| ret == row.last_ret)
        };
        let mut events = scene.stream.of(row.id);
        let last = events.find(|event| event.event.site.is_some());
        let last = last.filter(|event| is_last(&event.event));
        Self {
            whose: Some((row.id, row.by)),
            next,
            last: last.and_then(|last| outcome(&last.event)),
            busy: false,
        }
    }

    /// What is shown of them: nothing while they would flicker.
    #[must_use]
    pub fn shown(self) -> Self {
        if self.busy { Self { next: None, last: None, ..self } } else { self }
    }

    /// The place that is looked at.
    fn place(&self) -> Option<Place> {
        let next = self.next.and_then(|(_, call)| call.site);
        next.or(self.last.and_then(|(call, _)| call.site)).map(Site::place)
    }
}

/// Where the loop's own thread is at a call.
fn of_loop(stance: Stance, waits_in: Kind) -> Option<(How, Call)> {
    match stance {
        Stance::Held(next) => Some((How::Held, call(next))),
        Stance::Within(next) => Some((How::Asleep, call(next))),
        Stance::Waiting(site) => Some((How::Asleep, Call { kind: Some(waits_in), op: None, site })),
        Stance::Starting | Stance::Working | Stance::Handling(_) | Stance::Ended => None,
    }
}

fn call(next: Next) -> Call {
    Call { kind: Some(next.kind), op: None, site: next.site }
}

/// A call that was made, with its result.
fn outcome(event: &Event) -> Option<(Call, Result<u64, Errno>)> {
    let op = match event.what {
        What::EpollCtl { op, .. } => Some(op),
        _ => None,
    };
    let call = Call { kind: Some(event.what.kind()), op, site: Some(event.site?) };
    Some((call, event.what.ret().map_or(Ok(0), Ret::get)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "src/server/reactor/turn.rs";

    #[test]
    fn calls_are_counted_over_the_last_second() {
        let site = Site::named(FILE, 3).unwrap();
        let mut code = Code::default();
        let at = |count| Made::default().with(site, count);
        code.count(at(1000), 0);
        assert_eq!(code.last_second(FILE), [], "what was before is not of this second");
        assert!(!code.count(at(1100), EVERY / 2), "too soon to be read");
        assert!(code.count(at(1200), EVERY));
        assert_eq!(code.last_second(FILE), [(3, 200)]);
        for quarter in 2..=12 {
            code.count(at(1000 + 200 * quarter), quarter * EVERY);
        }
        assert_eq!(code.last_second(FILE), [(3, 800)]);
        assert_eq!(code.last_second("src/server/mod.rs"), []);
        for quarter in 13..=17 {
            code.count(at(3400), quarter * EVERY);
        }
        assert_eq!(code.last_second(FILE), []);
        assert!(code.has_called(FILE, 3) && !code.has_called(FILE, 4));
        assert!(code.before.len() <= 6);
    }
}
