//! What a lesson has to do, one thing after another: how each is begun, and when it counts as done.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::{Run, puppet};
use crate::class::Host;
use crate::clients::ClientKind;
use crate::lesson::measured::{Base, Stretch, drops};
use crate::lesson::{Act, Call, Do, Measure, Name, Seen, Setup};
use crate::telemetry::{
    Command, ConnId, ConnState, Kind, Listener, Mode, Options, Row, ServerKind, Setting, Stance,
    Standing, Step, Until,
};

/// How long an action may take to hold.
const LIMIT: Duration = Duration::from_secs(5);
/// How long a crowd may take to come, and how long those of it have who are on the way.
const CROWD: Duration = Duration::from_secs(30);
const ON_THE_WAY: Duration = Duration::from_millis(500);
/// How long a loop has to sleep in a call to be said to.
const ASLEEP: Duration = Duration::from_millis(200);
/// The longest wait of a step that is done again to get to a later one.
const SHORT: Duration = Duration::from_millis(300);

/// One thing that has to be done.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// What a step says.
    Do(Do),
    /// All clients of our own go, and, if asked for, the server knows it.
    Stop { known: bool },
    /// The telephones of the class, if there is one, come to a server beside this, or to this.
    Beside(bool),
    /// No handler runs, or waits for a thread of the pool: who asked for it has gone.
    EndHandlers,
    /// The server is one on which lessons can be given, or one as before.
    Suits(bool),
    /// That server runs.
    Server(ServerKind),
    /// The options are these.
    Options(Options),
    /// A step begins: what is counted is counted from here. It may need to know what the program
    /// uses.
    Begin { usage: bool },
}

impl Item {
    /// Whether it is done only when what the program uses was read.
    pub(super) fn needs_usage(&self) -> bool {
        match self {
            Self::Begin { usage } => *usage,
            Self::Do(Do::Await(expect, _)) => expect.measures().any(Measure::is_usage),
            _ => false,
        }
    }
}

/// What is being done.
#[derive(Clone, Debug)]
pub(super) struct Doing {
    pub(super) item: Item,
    since: Instant,
    mark: Mark,
    /// It was asked for.
    asked: bool,
}

/// What there was when it began.
#[derive(Clone, Debug)]
struct Mark {
    standing: Standing,
    calls: u64,
    /// How many servers had the listener before.
    run: Option<u32>,
    /// The last client of our own.
    last: u32,
    /// What clients had done, and where they were.
    clients: Vec<(Name, u64, Option<SocketAddr>)>,
    /// The clients of our own that were there.
    there: Vec<SocketAddr>,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Going,
    Done,
    Late,
}

/// What restores a set-up.
pub(super) fn restore(setup: &Setup) -> Vec<Item> {
    let mut options = Options::default();
    setup.settings.iter().for_each(|setting| options.set(*setting));
    vec![
        Item::Do(Do::LimitFds(None)),
        Item::Do(Do::Run),
        Item::Stop { known: false },
        Item::Beside(true),
        Item::EndHandlers,
        Item::Stop { known: true },
        Item::Suits(true),
        Item::Server(setup.server),
        Item::Options(options),
    ]
}

/// What ends a lesson: the server is the one that it was, and the clients that were there come again.
pub(super) fn leave(before: Option<Listener>, guests: &[(ClientKind, usize)]) -> Vec<Item> {
    let mut items = vec![
        Item::Do(Do::LimitFds(None)),
        Item::Do(Do::Run),
        Item::Stop { known: false },
        Item::EndHandlers,
    ];
    if let Some(Listener { server, options, suits_lessons, .. }) = before {
        items.extend([Item::Suits(suits_lessons), Item::Server(server), Item::Options(options)]);
    }
    items.push(Item::Beside(false));
    items.extend(guests.iter().map(|(kind, count)| Item::Do(Do::Come(*count, *kind))));
    items
}

/// What does a step's action. In one that is done `again`, to get to a later step, nobody waits.
pub(super) fn items(action: &Do, again: bool) -> Vec<Item> {
    match action {
        // Whoever is there would come again.
        Do::Server(_) => vec![Item::Stop { known: false }, Item::Do(action.clone())],
        Do::Wait(time) if again => vec![Item::Do(Do::Wait((*time).min(SHORT)))],
        _ => vec![Item::Do(action.clone())],
    }
}

impl Run {
    /// Begins with an item.
    pub(super) fn take_up(&mut self, item: Item, now: Instant, seen: &impl Seen) {
        let calls = seen.counters().calls.iter().sum();
        let clients = match &item {
            Item::Do(Do::Connect(names)) => names.clone(),
            Item::Do(Do::Client(name, _)) => vec![*name],
            _ => Vec::new(),
        };
        let clients = clients.into_iter().map(|name| {
            let client = seen.client(name);
            (name, client.map_or(0, |c| c.done), client.and_then(|c| c.local))
        });
        let mark = Mark {
            standing: seen.standing(),
            calls,
            run: seen.listener().map(|listener| listener.run),
            last: seen.clients().iter().map(|client| client.id).max().unwrap_or(0),
            clients: clients.collect(),
            there: seen.clients().iter().filter_map(|client| client.local).collect(),
        };
        if let Item::Do(Do::Wait(_)) = item {
            self.stretch = Some(Stretch::begin(seen.counters(), now));
        }
        self.doing = Some(Doing { item, since: now, mark, asked: false });
    }

    /// What is to be asked for, once it can be.
    pub(super) fn ask_for(&mut self, seen: &impl Seen) -> Vec<Act> {
        let Some(doing) = self.doing.as_ref().filter(|doing| !doing.asked) else {
            return Vec::new();
        };
        let Some(acts) = self.acts(&doing.item, seen) else { return Vec::new() };
        if let Item::Do(Do::Client(name, deed)) = &doing.item {
            let known = self.known.entry(*name).or_default();
            known.begun = puppet::begun(deed, known.begun);
        }
        if let Some(doing) = &mut self.doing {
            doing.asked = true;
        }
        acts
    }

    /// What an item asks for; `None` while it cannot be asked for yet.
    fn acts(&self, item: &Item, seen: &impl Seen) -> Option<Vec<Act>> {
        let send = |command| Some(vec![Act::Send(command)]);
        let conn = |name: &Name| Some(self.known.get(name)?.row?.id);
        match item {
            Item::Stop { .. } => Some(vec![Act::StopClients]),
            Item::Beside(beside) => Some(vec![Act::Beside(*beside)]),
            // Those of a server that is switched end at once.
            Item::EndHandlers if handles(seen) => send(Command::Switch(seen.listener()?.server)),
            Item::EndHandlers | Item::Begin { .. } => Some(Vec::new()),
            Item::Suits(suits) if seen.listener()?.suits_lessons == *suits => Some(Vec::new()),
            Item::Suits(suits) => send(Command::SuitLessons(*suits)),
            Item::Server(server) if seen.listener()?.server == *server => Some(Vec::new()),
            Item::Server(server) => send(Command::Switch(*server)),
            Item::Options(options) => {
                let differ = differing(*options, seen)?;
                Some(differ.into_iter().map(|s| Act::Send(Command::Set(s))).collect())
            }
            Item::Do(action) => match action {
                Do::Pause => send(Command::Pause),
                Do::Run => send(Command::Run),
                Do::Slow(rate) => send(Command::Slow(*rate)),
                Do::Step(calls) => {
                    Some(vec![Act::Send(Command::Step(Step::Call)); *calls as usize])
                }
                Do::Turn => send(Command::Step(Step::Turn)),
                Do::Until(call, None) => send(until(*call, None)),
                Do::Until(call, Some(name)) => send(until(*call, Some(conn(name)?))),
                Do::Connect(names) => {
                    let connect = |name: &Name| Act::Client(*name, puppet::connect());
                    Some(names.iter().map(connect).collect())
                }
                Do::Come(count, kind) => Some(vec![Act::Come(*kind, *count)]),
                Do::Client(name, deed) => {
                    let begun = self.known.get(name).map_or(0, |known| known.begun);
                    Some(vec![Act::Client(*name, puppet::act(deed, begun))])
                }
                Do::Drop(name) => send(Command::Drop(conn(name)?)),
                Do::Server(server) => send(Command::Switch(*server)),
                Do::Set(setting) => send(Command::Set(*setting)),
                Do::LimitFds(free) => Some(vec![Act::LimitFds(*free)]),
                Do::Wait(_) | Do::Await(..) => Some(Vec::new()),
            },
        }
    }

    /// Whether what is being done is done.
    pub(super) fn state(&mut self, now: Instant, seen: &impl Seen) -> State {
        let Some(doing) = &self.doing else { return State::Done };
        let went = now.saturating_duration_since(doing.since);
        let limit = match &doing.item {
            Item::Do(Do::Await(_, within)) => *within,
            Item::Do(Do::Wait(time)) => *time + LIMIT,
            Item::Do(Do::Come(..)) => CROWD,
            _ => LIMIT,
        };
        if doing.asked && self.holds(doing, now, seen) {
            match &doing.item {
                Item::Begin { .. } => {
                    self.record.begin();
                    let kernel = seen.kernel();
                    let (counters, usage) = (seen.counters().clone(), self.usage);
                    self.base = Base { counters, drops: drops(kernel), usage };
                    self.stretch = Some(Stretch::begin(seen.counters(), now));
                }
                Item::Do(Do::Wait(_)) => {
                    if let Some(stretch) = &mut self.stretch {
                        stretch.end(seen.counters(), now);
                    }
                }
                _ => {}
            }
            return State::Done;
        }
        if went >= limit { State::Late } else { State::Going }
    }

    /// Whether what the program uses was read since then.
    pub(super) fn fresh_usage(&self, since: Instant) -> bool {
        self.usage.is_some_and(|usage| usage.taken >= since)
    }

    fn holds(&self, doing: &Doing, now: Instant, seen: &impl Seen) -> bool {
        let Doing { item, since, mark, .. } = doing;
        let went = now.saturating_duration_since(*since);
        let standing = seen.standing();
        match item {
            Item::Begin { usage } => !usage || self.fresh_usage(*since),
            Item::Stop { known } => {
                let ended = seen.clients().iter().all(|client| client.ended);
                let closed = || {
                    let mut peers = seen.rows().map(|row| row.peer);
                    let nobody = |k: &crate::inspect::Snapshot| {
                        k.taken >= *since && k.accept_queue.is_none_or(|queue| queue.len == 0)
                    };
                    !peers.any(|peer| mark.there.contains(&peer))
                        && seen.kernel().is_some_and(nobody)
                };
                ended && (!known || closed())
            }
            Item::Beside(beside) => {
                let there = |host| host == Host::None || host == side(*beside);
                seen.telephones().is_some_and(there)
            }
            Item::EndHandlers => !handles(seen) && runs(seen, |_| true),
            Item::Suits(suits) => runs(seen, |listener| listener.suits_lessons == *suits),
            Item::Server(server) => runs(seen, |listener| listener.server == *server),
            Item::Options(options) => differing(*options, seen).is_some_and(|left| left.is_empty()),
            Item::Do(action) => match action {
                Do::Pause => standing.mode == Mode::Paused,
                Do::Run => standing.mode == Mode::Run,
                Do::Slow(rate) => standing.mode == Mode::Slow(*rate),
                Do::Step(calls) => {
                    let made = seen.counters().calls.iter().sum::<u64>().saturating_sub(mark.calls);
                    stood(standing, mark) && made >= u64::from(*calls)
                        || slept(standing, mark, went)
                }
                Do::Turn => stood(standing, mark) || slept(standing, mark, went),
                // It is paused as soon as that is met.
                Do::Until(..) => standing.mode == Mode::Paused && stood(standing, mark),
                Do::Connect(_) => mark.clients.iter().all(|(name, done, local)| {
                    let Some(client) = seen.client(*name) else { return false };
                    let began =
                        client.local.is_some() && (client.local != *local || client.done > *done);
                    began && (client.connected || went >= ON_THE_WAY)
                }),
                Do::Come(count, _) => {
                    let new = seen.clients().iter().filter(|client| client.id > mark.last);
                    let came = new.clone().filter(|client| client.local.is_some() || client.ended);
                    let there = came.count() >= *count;
                    let connected = || new.clone().all(|client| !client.connecting || client.ended);
                    there && (connected() || went >= ON_THE_WAY)
                }
                Do::Client(..) => {
                    let more = |(name, done, _): &(Name, u64, _)| {
                        seen.client(*name).is_some_and(|client| client.done > *done)
                    };
                    mark.clients.iter().all(more)
                }
                Do::Drop(name) => {
                    let row = self.known.get(name).and_then(|known| known.row);
                    row.is_none_or(|row| row.state == ConnState::Closed)
                }
                Do::Server(server) => {
                    let run = seen.listener().map(|listener| listener.run);
                    run != mark.run && runs(seen, |listener| listener.server == *server)
                }
                Do::Set(setting) => seen
                    .listener()
                    .is_some_and(|listener| listener.options.settings().contains(setting)),
                Do::Wait(time) => went >= *time,
                Do::Await(expect, _) => {
                    let kernel = expect.measures().any(Measure::is_kernels);
                    let usage = expect.measures().any(Measure::is_usage);
                    (!kernel || fresh(seen, *since))
                        && (!usage || self.fresh_usage(*since))
                        && expect.judge(|measure| self.measuring(now, seen).figure(measure)).holds
                }
                Do::LimitFds(_) => true,
            },
        }
    }
}

/// The telephones' host.
fn side(beside: bool) -> Host {
    if beside { Host::Beside } else { Host::Shown }
}

/// The command that brings a loop to stand before a call.
fn until(call: Call, conn: Option<ConnId>) -> Command {
    Command::Until(match call {
        Call::Kind(kind) => Until::Call { kind: Some(kind), conn },
        Call::Any => Until::Call { kind: None, conn },
        Call::Wait => Until::Wait,
    })
}

/// Whether the kernel was asked since then.
pub(super) fn fresh(seen: &impl Seen, since: Instant) -> bool {
    seen.kernel().is_some_and(|kernel| kernel.taken >= since)
}

/// Whether a handler runs, on the loop or beside it, or waits for its turn.
fn handles(seen: &impl Seen) -> bool {
    let of_handler = |row: Row| matches!(row.within, Some(Kind::Handler | Kind::Queued));
    matches!(seen.standing().stance, Stance::Handling(_)) || seen.rows().any(of_handler)
}

/// Whether a server that is so has taken over.
fn runs(seen: &impl Seen, is_so: impl FnOnce(Listener) -> bool) -> bool {
    let starting = matches!(seen.standing().stance, Stance::Starting | Stance::Ended);
    seen.listener().is_some_and(is_so) && !starting
}

/// The options that are others than these.
fn differing(options: Options, seen: &impl Seen) -> Option<Vec<Setting>> {
    let now = seen.listener()?.options.settings();
    let both = options.settings().into_iter().zip(now);
    Some(both.filter(|(wanted, now)| wanted != now).map(|(wanted, _)| wanted).collect())
}

/// Whether the loop has gone on, and is held again.
fn stood(standing: Standing, mark: &Mark) -> bool {
    matches!(standing.stance, Stance::Held(_)) && standing.since != mark.standing.since
}

/// Whether the loop has gone on, and sleeps in a call.
fn slept(standing: Standing, mark: &Mark, went: Duration) -> bool {
    let sleeps =
        matches!(standing.stance, Stance::Waiting(_) | Stance::Within(_) | Stance::Handling(_));
    sleeps && standing != mark.standing && went >= ASLEEP
}
