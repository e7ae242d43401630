//! Measures, taken: from rows, counters, events since the step began, and from the kernel.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::expect::{NOTHING, reason};
use super::record::{Record, Trace};
use super::{Call, Figure, Measure, Name, OfClient, Seen, Total};
use crate::inspect::{Handed, Queues, Snapshot, Usage};
use crate::telemetry::{Asks, By, Counters, Kind, Row, ServerKind, Stance};

/// No error.
const NO: &str = "no";

/// What is known of a client. It stays when its connection is gone, until it connects again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    pub(super) local: Option<SocketAddr>,
    pub(super) row: Option<Row>,
    pub(super) queues: Option<Queues>,
    /// How many bytes it has sent of a request that never ends.
    pub(super) begun: usize,
}

/// What there was when a step began.
#[derive(Clone, Debug, Default)]
pub(super) struct Base {
    pub(super) counters: Counters,
    pub(super) drops: Option<u32>,
    pub(super) usage: Option<Usage>,
}

/// A stretch over which rates are taken.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    from: Counters,
    since: Instant,
    /// What there was at its end, and how long it was.
    end: Option<(Counters, Duration)>,
}

impl Stretch {
    pub(super) fn begin(counters: &Counters, now: Instant) -> Self {
        Self { from: counters.clone(), since: now, end: None }
    }

    pub(super) fn end(&mut self, counters: &Counters, now: Instant) {
        self.end = Some((counters.clone(), now.saturating_duration_since(self.since)));
    }
}

/// Everything that measures are taken from.
pub(super) struct Measuring<'a, S> {
    pub(super) seen: &'a S,
    pub(super) now: Instant,
    pub(super) record: &'a Record,
    pub(super) known: &'a BTreeMap<Name, Known>,
    pub(super) base: &'a Base,
    /// What the program used: now, and when nobody was there the last time.
    pub(super) usage: Option<Usage>,
    pub(super) alone: Option<Usage>,
    pub(super) stretch: Option<&'a Stretch>,
}

impl Measure {
    /// Whether the kernel is asked for it.
    pub(super) fn is_kernels(self) -> bool {
        use {OfClient as C, Total as T};
        match self {
            Self::Total(total) => {
                self.is_usage()
                    || matches!(
                        total,
                        T::Queue | T::Backlog | T::SynSent | T::Drops | T::Watched | T::ReadyNow
                    )
            }
            Self::Of(of, _) => matches!(of, C::Tcp | C::Unread | C::SendQueue | C::Waits),
            Self::Calls(..) => false,
        }
    }

    /// Whether it is read about once a second.
    pub(super) fn is_usage(self) -> bool {
        let Self::Total(total) = self else { return false };
        matches!(
            total,
            Total::Cpu | Total::Switches | Total::MemoryGrown | Total::MemoryPerConnection
        )
    }
}

impl<S: Seen> Measuring<'_, S> {
    /// What a measure gives now.
    pub(super) fn figure(&self, measure: Measure) -> Figure {
        let figure = match measure {
            Measure::Total(total) => self.total(total),
            Measure::Of(of, name) => self.of(of, name),
            Measure::Calls(call, name) => self.calls(call, name).map(Figure::Whole),
        };
        figure.unwrap_or_default()
    }

    fn total(&self, total: Total) -> Option<Figure> {
        use Total as T;
        let (seen, listener) = (self.seen, self.seen.listener());
        let whole = |number: u64| Some(Figure::Whole(number));
        let us = |nth: usize| Some(Figure::Number(micros(self.record.waits?[nth])));
        match total {
            T::Server => Some(word(listener?.server.name())),
            T::Open => whole(seen.open() as u64),
            T::Accepted => whole(self.since(|c| c.accepted)),
            T::Refused => whole(self.since(|c| c.refused)),
            T::Queue => whole(seen.kernel()?.accept_queue?.len.into()),
            T::Backlog => whole(seen.kernel()?.accept_queue?.limit.into()),
            T::SynSent => whole(seen.kernel()?.detail.connecting.as_ref()?.len() as u64),
            T::Drops => {
                let drops = drops(seen.kernel())?;
                whole(drops.saturating_sub(self.base.drops.unwrap_or(0)).into())
            }
            T::Resting => Some(match listener?.resting {
                Some(errno) => Figure::Word(errno.to_string()),
                None => word(NO),
            }),
            T::Requests => whole(self.since(Counters::served)),
            T::RequestsPerS => self.rate(Counters::served),
            T::Wakeups => whole(self.since(|c| c.wakeups)),
            T::WakeupsPerS => self.rate(|c| c.wakeups),
            T::CallsPerS => self.rate(|c| c.calls.iter().sum()),
            T::Eagain => whole(self.since(|c| c.again)),
            T::EagainPerS => self.rate(|c| c.again),
            T::Examined => whole(self.since(|c| c.examined)),
            T::Ready => whole(self.since(|c| c.ready)),
            T::ExaminedPerReady => {
                let [examined, ready] =
                    [self.since(|c| c.examined), self.since(|c| c.ready)].map(float);
                (ready > 0.0).then_some(Figure::Number(examined / ready))
            }
            T::Copied => whole(self.since(|c| c.copied)),
            T::WaitUs => us(0),
            T::ShortestWaitUs => us(1),
            T::LongestWaitUs => us(2),
            T::LongestTurnMs => Some(Figure::Number(micros(self.record.turn?) / 1000.0)),
            T::Cpu => {
                let share = seen.kernel()?.detail.loop_cpu?.share;
                Some(Figure::Number(f64::from(share) * 100.0))
            }
            T::Switches => {
                let of = |usage: Usage| usage.voluntary + usage.involuntary;
                whole(of(self.usage?).saturating_sub(of(self.base.usage?)))
            }
            T::MemoryGrown => Some(Figure::Bytes(self.grown()?)),
            T::MemoryPerConnection => {
                Some(Figure::Bytes(self.grown()?.checked_div(seen.open() as u64)?))
            }
            T::Workers => whole(seen.counters().started.saturating_sub(seen.counters().ended)),
            T::Sleepers => whole(self.count(|row| row.within.is_some_and(Kind::is_call))),
            T::PoolBusy => {
                whole(self.count(|row| row.within == Some(Kind::Handler) && row.by != By::LOOP))
            }
            T::PoolQueued => whole(self.count(|row| row.within == Some(Kind::Queued))),
            T::Watched => whole(seen.kernel()?.detail.epoll.as_ref()?.entries.len() as u64),
            T::ReadyNow => {
                let entries = &seen.kernel()?.detail.epoll.as_ref()?.entries;
                // Of an edge it may not be known whether it was handed over already.
                let known = entries.iter().all(|entry| entry.handed != Handed::Unknown);
                let ready = entries.iter().filter(|entry| entry.handed == Handed::Yes).count();
                known.then_some(Figure::Whole(ready as u64))
            }
            T::Next => Some(match seen.standing().stance {
                Stance::Held(next) => word(next.kind.name()),
                _ => word(NOTHING),
            }),
            T::Within => {
                let within = within(seen.standing().stance, listener?.server);
                Some(word(within.map_or(NOTHING, Kind::name)))
            }
            T::NginxInterest => Some(Figure::Mask(seen.interest_of("nginx")?)),
            T::RedisInterest => Some(Figure::Mask(seen.interest_of("redis-server")?)),
            T::NodeInterest => Some(Figure::Mask(seen.interest_of("node")?)),
            T::MmapEpoll => Some(match seen.mmap_epoll()?.get() {
                Ok(_) => word(NO),
                Err(errno) => Figure::Word(errno.to_string()),
            }),
        }
    }

    fn of(&self, of: OfClient, name: Name) -> Option<Figure> {
        use OfClient as C;
        let known = self.known.get(&name)?;
        let row = || known.row;
        let trace = || self.trace(known);
        match of {
            C::Fd => Some(Figure::Named(u64::try_from(row()?.fd).ok()?)),
            C::Id => Some(Figure::Named(row()?.id.get())),
            C::State => Some(word(row()?.doing().label())),
            C::Why => {
                Some(row()?.why.map_or_else(|| word(NOTHING), |why| Figure::Word(reason(why))))
            }
            C::Tcp => Some(word(known.queues?.state.label())),
            C::Unread => Some(Figure::Whole(known.queues?.unread().into())),
            C::SendQueue => Some(Figure::Whole(known.queues?.send_queue.into())),
            C::Unsent => Some(Figure::Whole(row()?.unsent)),
            C::Waits => {
                let waits = self.seen.waits(row()?.id)?;
                Some(Figure::Number(micros(waits) / 1000.0))
            }
            C::Mask => Some(Figure::Mask(trace()?.mask?)),
            C::Interest => Some(Figure::Mask(row()?.interest)),
            C::Within => Some(word(row()?.within.map_or(NOTHING, Kind::name))),
            C::Requests => Some(Figure::Whole(trace()?.kinds[Kind::Request as usize].into())),
            C::Recv => Some(Figure::List(trace()?.recv)),
            C::Sent => Some(Figure::List(trace()?.sent)),
        }
    }

    /// What was published of a client; nothing where it has not come.
    fn trace(&self, known: &Known) -> Option<Trace> {
        match known.row {
            Some(row) => self.record.of(row.id),
            None => Some(Trace::default()),
        }
    }

    fn calls(&self, call: Call, name: Option<Name>) -> Option<u64> {
        let Some(name) = name else {
            return match call {
                Call::Kind(kind) if !kind.is_call() => self.record.facts(kind),
                _ => Some(self.since(|counters| {
                    let all = Kind::ALL.iter().zip(&counters.calls);
                    all.filter(|(kind, _)| call.is(**kind)).map(|(_, count)| count).sum()
                })),
            };
        };
        let trace = self.trace(self.known.get(&name)?)?;
        let all = Kind::ALL.iter().zip(&trace.kinds);
        Some(all.filter(|(kind, _)| call.is(**kind)).map(|(_, count)| u64::from(*count)).sum())
    }

    /// How much was added since the step began.
    fn since(&self, of: impl Fn(&Counters) -> u64) -> u64 {
        of(self.seen.counters()).saturating_sub(of(&self.base.counters))
    }

    fn rate(&self, of: impl Fn(&Counters) -> u64) -> Option<Figure> {
        let Stretch { from, since, end } = self.stretch?;
        let running = (self.seen.counters(), self.now.saturating_duration_since(*since));
        let (to, time) = end.as_ref().map_or(running, |(to, time)| (to, *time));
        let added = of(to).saturating_sub(of(from));
        (!time.is_zero()).then(|| Figure::Number(float(added) / time.as_secs_f64()))
    }

    fn grown(&self) -> Option<u64> {
        Some(self.usage?.anonymous.saturating_sub(self.alone?.anonymous))
    }

    fn count(&self, is: impl Fn(&Row) -> bool) -> u64 {
        self.seen.rows().filter(is).count() as u64
    }
}

/// Times the listener dropped somebody, since it listens.
pub(super) fn drops(kernel: Option<&Snapshot>) -> Option<u32> {
    kernel?.detail.listener_drops
}

/// The call, or handler, that the server's own thread is in.
fn within(stance: Stance, server: ServerKind) -> Option<Kind> {
    match stance {
        Stance::Within(next) => Some(next.kind),
        Stance::Handling(_) => Some(Kind::Handler),
        Stance::Waiting(_) => Some(match server.asks() {
            Asks::Interest | Asks::Runtime => Kind::EpollWait,
            Asks::List if server == ServerKind::Select => Kind::Select,
            Asks::List => Kind::Poll,
            Asks::Each => Kind::Nap,
            Asks::Sleeps => Kind::Accept,
        }),
        Stance::Starting | Stance::Working | Stance::Held(_) | Stance::Ended => None,
    }
}

fn word(name: &str) -> Figure {
    Figure::Word(name.to_owned())
}

fn micros(nanos: u64) -> f64 {
    float(nanos) / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "what is counted is no larger than that")]
fn float(number: u64) -> f64 {
    number as f64
}
