//! Which call is next, and which was the last: the loop's, or those of the selected connection.

use crate::dashboard::state::by_server::{self, Drawing};
use crate::dashboard::state::scene::Scene;
use crate::dashboard::state::table::TableRow;
use crate::telemetry::{
    Asks, By, ConnId, CtlOp, Errno, Event, Kind, Listener, Mode, Next, Place, Ret, Site, Stance,
    What, Work,
};

/// A call, as the code has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Call {
    /// Which, where that is known.
    pub kind: Option<Kind>,
    /// Of `epoll_ctl`, what it does, where that is known.
    pub op: Option<CtlOp>,
    /// For which connection, where it is for one.
    pub conn: Option<ConnId>,
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
    /// The connection that is selected in the table.
    pub selected: Option<ConnId>,
    /// The same, where it has a line of its own beside the loop's: either can be shown.
    pub other: Option<ConnId>,
}

impl Marks {
    /// Those of the selected connection where it has a thread, a worker or a task of its own, else
    /// those of the loop; these too where `of_loop` asks for them.
    #[must_use]
    pub fn of(scene: &Scene, of_loop: bool) -> Self {
        let Some(Listener { server, work, .. }) = scene.listener else {
            // A program that is traced makes calls before it listens.
            return Self {
                next: of_the_loop(scene.standing.stance, Kind::EpollWait),
                last: scene.engine.last_call().and_then(|last| outcome(&last.event)),
                ..Self::default()
            };
        };
        let drawing = by_server::drawing(server);
        let own = matches!(drawing, Drawing::Sleepers | Drawing::Tasks);
        let chosen = scene.table.selected();
        let served = chosen.filter(|entry| own && entry.closed.is_none());
        let other = served.map(TableRow::id);
        // Of a program that is traced whoever is held is told, also where the loop's own line is meant.
        let held = match scene.standing.stance {
            Stance::Held(Next { conn, .. }) if own && work == Work::Answers => conn,
            _ => None,
        };
        let held = held.and_then(|id| scene.table.get(id));
        let served = served.filter(|_| !of_loop).or(held);
        let parks = server.asks() == Asks::Runtime;
        let free = matches!(scene.standing.mode, Mode::Run | Mode::Until(_));
        let busy = free && scene.code.is_busy();
        let selected = chosen.map(TableRow::id);
        match served {
            Some(entry) => {
                Self { busy, selected, other, ..Self::of_connection(scene, entry, parks) }
            }
            None => Self {
                whose: None,
                next: match (scene.standing.stance, drawing) {
                    // Somebody else stands there: where the loop is meanwhile nobody tells.
                    (Stance::Held(Next { conn: Some(_), .. }), Drawing::Sleepers) => None,
                    (stance, _) => of_the_loop(stance, by_server::waits_in(server)),
                },
                last: match drawing {
                    // Who serves a connection makes calls of its own.
                    Drawing::Sleepers => {
                        scene.stream.of_the_loop().next().and_then(|last| outcome(&last.event))
                    }
                    _ => scene
                        .engine
                        .last_call()
                        .filter(|_| !scene.engine.later_left_out())
                        .and_then(|last| outcome(&last.event)),
                },
                busy,
                selected,
                other,
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
                (how, Call { kind, op: None, conn: Some(row.id), site: Some(site) })
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
            selected: None,
            other: None,
        }
    }

    /// What is shown of them: nothing while they would flicker.
    #[must_use]
    pub fn shown(self) -> Self {
        if self.busy { Self { next: None, last: None, ..self } } else { self }
    }

    /// The place that is looked at.
    pub(in crate::dashboard::state) fn place(&self) -> Option<Place> {
        let next = self.next.and_then(|(_, call)| call.site);
        next.or(self.last.and_then(|(call, _)| call.site)).map(Site::place)
    }
}

/// Where the loop's own thread is at a call.
fn of_the_loop(stance: Stance, waits_in: Kind) -> Option<(How, Call)> {
    match stance {
        Stance::Held(next) => Some((How::Held, call(next))),
        Stance::Within(next) => Some((How::Asleep, call(next))),
        Stance::Waiting(site) => {
            Some((How::Asleep, Call { kind: Some(waits_in), op: None, conn: None, site }))
        }
        Stance::Starting | Stance::Working | Stance::Handling(_) | Stance::Ended => None,
    }
}

fn call(next: Next) -> Call {
    Call { kind: Some(next.kind), op: next.op, conn: next.conn, site: next.site }
}

/// A call that was made, with its result.
fn outcome(event: &Event) -> Option<(Call, Result<u64, Errno>)> {
    let op = match event.what {
        What::EpollCtl { op, .. } => Some(op),
        _ => None,
    };
    let (kind, conn) = (Some(event.what.kind()), event.conn);
    let call = Call { kind, op, conn, site: Some(event.site?) };
    Some((call, event.what.ret().map_or(Ok(0), Ret::get)))
}
