//! Everything that can be explained, and where it is listed.

use crate::dashboard::panel::Panel;
use crate::dashboard::state::lints::Symptom;
use crate::dashboard::state::rates::Metric;
use crate::dashboard::state::seats::Light;
use crate::dashboard::state::stream::StreamEntry;
use crate::dashboard::state::table::Column;
use crate::telemetry::{Bit, ConnState, Kind};

/// Writes an enum and the list of all of it from one list.
macro_rules! whole {
    ($(#[$about:meta])* $name:ident: $($one:ident,)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[expect(missing_docs, reason = "each is explained in `words`")]
        pub enum $name {
            $($one,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: [Self; [$(stringify!($one)),*].len()] = [$(Self::$one),*];
        }
    };
}

whole! {
    /// A figure of the header, of the charts or of the costs.
    Gauge:
    Server, Url, Options, Badge, Frozen, Resting, Refused, Lost, Open, Requests, Examined, LoopCpu,
    Latency, Waits, BytesOut, BytesIn, WakeUps, Calls, Turn, Ready, CallsPerRequest, Accepts,
    Disconnects, Started, Ended, Copied, Again, Cpu, Memory, Waiting, Workers, Switches, Threads,
}

whole! {
    /// A part of the picture of the loop.
    Part:
    Which, Interest, Ready, Queues, Boundary, Array, Now, WakeUps, Pool, Handed, Found, Answers, Round,
    Sleepers, AtWork, Parked, Running, Runtime, Behind, Served,
}

whole! {
    /// A single thing of the table, of the card or of the stream.
    Detail:
    Listener, Stdin, Other, Folded, Stopped, Queued, Blocks, Ours, Answer, Times, Tcp, Rtt, Window, Request,
    Events, Lost, Skipped, Change, Output,
}

whole! {
    /// A diagnosis, whatever its figures are.
    Diagnosis:
    Undrained, NotAccepted, Spins, AcceptSpins, Starves, CutShort, Compared, Blocks, EndRead, Listed,
    Outlived, Stale, Herd, HeadCut,
}

whole! {
    /// A part of the code view.
    CodePart:
    Next, Last, Count, Number, Holder, Whose, Listing,
}

whole! {
    /// What lies around the panels, or over them.
    Boxed:
    Keys, Notice, Strip, Kinds, Servers, Options,
}

/// What can be explained.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Thing {
    /// A panel as a whole.
    Panel(Panel),
    /// A column of the table.
    Column(Column),
    /// What a connection is doing.
    State(ConnState),
    /// A bit of a mask.
    Bit(Bit),
    /// A kind of event.
    Kind(Kind),
    /// How a seat looks.
    Light(Light),
    /// A figure.
    Gauge(Gauge),
    /// A part of the picture of the loop.
    Part(Part),
    /// Something of the table, the card or the stream.
    Detail(Detail),
    /// A diagnosis.
    Lint(Diagnosis),
    /// A part of the code view.
    Code(CodePart),
    /// What is no panel's.
    Boxed(Boxed),
}

/// Where things are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The lines above the panels.
    Header,
    /// A panel.
    Panel(Panel),
    /// Below the panels, and over them.
    Around,
}

impl Place {
    /// All of them, in the order of the screen.
    pub const ALL: [Self; Panel::ALL.len() + 2] = {
        let mut all = [Self::Header; Panel::ALL.len() + 2];
        all[Panel::ALL.len() + 1] = Self::Around;
        let mut at = 0;
        while at < Panel::ALL.len() {
            all[at + 1] = Self::Panel(Panel::ALL[at]);
            at += 1;
        }
        all
    };

    /// The thing of it that comes first.
    #[must_use]
    pub fn first(self) -> Thing {
        match self {
            Self::Header => Thing::Gauge(Gauge::Server),
            Self::Panel(panel) => Thing::Panel(panel),
            Self::Around => Thing::Boxed(Boxed::ALL[0]),
        }
    }

    /// Its things, in the order of the screen.
    #[must_use]
    pub fn things(self) -> Vec<Thing> {
        let gauges = |all: &[Gauge]| all.iter().copied().map(Thing::Gauge).collect();
        let parts = || Part::ALL.into_iter().map(Thing::Part);
        let details = |all: &'static [Detail]| all.iter().copied().map(Thing::Detail);
        let columns = |all: &'static [Column]| all.iter().copied().map(Thing::Column);
        let states = || ConnState::ALL.into_iter().map(Thing::State);
        let bits = || Bit::ALL.into_iter().map(Thing::Bit);
        let kinds = || Kind::ALL.into_iter().map(Thing::Kind);
        let lints = || Diagnosis::ALL.into_iter().map(Thing::Lint);
        let mut things = vec![self.first()];
        let rest: Vec<Thing> = match self {
            Self::Header => gauges(&HEADER),
            Self::Panel(Panel::Table) => {
                let all = columns(&Column::ALL).chain(details(&TABLE)).chain(states());
                all.chain(bits()).collect()
            }
            Self::Panel(Panel::Loop) => parts().chain(bits()).collect(),
            Self::Panel(Panel::Stream) => kinds().chain(details(&STREAM)).chain(lints()).collect(),
            Self::Panel(Panel::Charts) => gauges(&CHARTS),
            Self::Panel(Panel::Card) => {
                columns(&CARD_COLUMNS).chain(details(&CARD)).chain(states()).collect()
            }
            Self::Panel(Panel::Seats) => LIGHTS.into_iter().map(Thing::Light).collect(),
            Self::Panel(Panel::Costs) => gauges(&COSTS),
            Self::Panel(Panel::Class) => vec![Thing::Kind(Kind::Class)],
            // What it shows are calls, which the stream explains.
            Self::Panel(Panel::Code) => CodePart::ALL.into_iter().map(Thing::Code).collect(),
            Self::Around => Boxed::ALL[1..].iter().copied().map(Thing::Boxed).collect(),
        };
        things.extend(rest);
        things
    }
}

/// Those of the header behind the server, which is its first.
const HEADER: [Gauge; 16] = [
    Gauge::Url,
    Gauge::Options,
    Gauge::Badge,
    Gauge::Frozen,
    Gauge::Resting,
    Gauge::Refused,
    Gauge::Lost,
    Gauge::Open,
    Gauge::Requests,
    Gauge::Examined,
    Gauge::LoopCpu,
    Gauge::Latency,
    Gauge::Waits,
    Gauge::BytesOut,
    Gauge::BytesIn,
    Gauge::WakeUps,
];

const CHARTS: [Gauge; 13] = [
    Gauge::Requests,
    Gauge::Turn,
    Gauge::Calls,
    Gauge::Latency,
    Gauge::BytesOut,
    Gauge::WakeUps,
    Gauge::Ready,
    Gauge::Started,
    Gauge::Ended,
    Gauge::CallsPerRequest,
    Gauge::BytesIn,
    Gauge::Accepts,
    Gauge::Disconnects,
];

const COSTS: [Gauge; 13] = [
    Gauge::CallsPerRequest,
    Gauge::Latency,
    Gauge::Examined,
    Gauge::Copied,
    Gauge::Again,
    Gauge::LoopCpu,
    Gauge::Cpu,
    Gauge::Memory,
    Gauge::Waiting,
    Gauge::Workers,
    Gauge::Switches,
    Gauge::Refused,
    Gauge::Threads,
];

const TABLE: [Detail; 8] = [
    Detail::Listener,
    Detail::Stdin,
    Detail::Other,
    Detail::Ours,
    Detail::Stopped,
    Detail::Queued,
    Detail::Blocks,
    Detail::Folded,
];

const CARD: [Detail; 8] = [
    Detail::Ours,
    Detail::Times,
    Detail::Answer,
    Detail::Tcp,
    Detail::Rtt,
    Detail::Window,
    Detail::Request,
    Detail::Events,
];

const CARD_COLUMNS: [Column; 7] = [
    Column::State,
    Column::Id,
    Column::Interest,
    Column::Requests,
    Column::In,
    Column::RecvQueue,
    Column::SendQueue,
];

const STREAM: [Detail; 4] = [Detail::Lost, Detail::Skipped, Detail::Change, Detail::Output];

const LIGHTS: [Light; 4] = [Light::Free, Light::Quiet, Light::Asked, Light::Spoke];

impl Thing {
    /// Everything, in the order of the places; what is listed twice is here twice.
    pub fn all() -> impl Iterator<Item = Self> {
        Place::ALL.into_iter().flat_map(Place::things)
    }

    /// The first place that lists it.
    #[must_use]
    pub fn home(self) -> Place {
        let lists = |place: &Place| place.things().contains(&self);
        Place::ALL.into_iter().find(lists).unwrap_or(Place::Header)
    }
}

impl From<Symptom> for Thing {
    fn from(symptom: Symptom) -> Self {
        Self::Lint(match symptom {
            Symptom::Undrained { .. } => Diagnosis::Undrained,
            Symptom::NotAccepted { .. } => Diagnosis::NotAccepted,
            Symptom::Spins { .. } => Diagnosis::Spins,
            Symptom::AcceptSpins => Diagnosis::AcceptSpins,
            Symptom::CutShort { .. } => Diagnosis::CutShort,
            Symptom::HeadCut { .. } => Diagnosis::HeadCut,
            Symptom::Starves(_) => Diagnosis::Starves,
            Symptom::Compared { .. } => Diagnosis::Compared,
            Symptom::Blocks { .. } => Diagnosis::Blocks,
            Symptom::EndRead => Diagnosis::EndRead,
            Symptom::Listed { .. } => Diagnosis::Listed,
            Symptom::Outlived { .. } => Diagnosis::Outlived,
            Symptom::Stale => Diagnosis::Stale,
            Symptom::Herd { .. } => Diagnosis::Herd,
        })
    }
}

impl From<&StreamEntry> for Thing {
    fn from(entry: &StreamEntry) -> Self {
        match entry {
            StreamEntry::Event(event) => Self::Kind(event.event.what.kind()),
            StreamEntry::Lost(_) => Self::Detail(Detail::Lost),
            StreamEntry::Skipped(_) => Self::Detail(Detail::Skipped),
            StreamEntry::Lint(lint, _) => lint.symptom.into(),
            StreamEntry::Change(_) => Self::Detail(Detail::Change),
        }
    }
}

impl From<Metric> for Gauge {
    fn from(metric: Metric) -> Self {
        match metric {
            Metric::Requests => Self::Requests,
            Metric::BytesIn => Self::BytesIn,
            Metric::BytesOut => Self::BytesOut,
            Metric::Accepted => Self::Accepts,
            Metric::Closed => Self::Disconnects,
            Metric::Wakeups => Self::WakeUps,
            Metric::Ready => Self::Ready,
            Metric::Calls => Self::Calls,
            Metric::Lost => Self::Lost,
            Metric::Examined => Self::Examined,
            Metric::Copied => Self::Copied,
            Metric::Again => Self::Again,
            Metric::Waited => Self::Waiting,
            Metric::Started => Self::Started,
            Metric::Ended => Self::Ended,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lists of the places are written by hand: nothing is in none of them.
    #[test]
    fn every_thing_is_listed_and_none_twice_in_a_place() {
        let listed: Vec<Thing> = Thing::all().collect();
        let all = Panel::ALL.map(Thing::Panel).into_iter();
        let all = all.chain(Column::ALL.map(Thing::Column));
        let all = all.chain(ConnState::ALL.map(Thing::State));
        let all = all.chain(Bit::ALL.map(Thing::Bit)).chain(Kind::ALL.map(Thing::Kind));
        let all = all.chain(Gauge::ALL.map(Thing::Gauge)).chain(Part::ALL.map(Thing::Part));
        let all = all.chain(Detail::ALL.map(Thing::Detail));
        let all = all.chain(CodePart::ALL.map(Thing::Code)).chain(Boxed::ALL.map(Thing::Boxed));
        for thing in all.chain(Diagnosis::ALL.map(Thing::Lint)) {
            assert!(listed.contains(&thing), "{thing:?}");
        }
        for place in Place::ALL {
            let things = place.things();
            assert_eq!(things[0], place.first());
            for (at, thing) in things.iter().enumerate() {
                assert!(!things[at + 1..].contains(thing), "{thing:?}");
            }
        }
    }
}
