//! A batch up to one of its events: what was known after that event, of what the batch tells of the
//! whole.
//!
//! A batch says what happened, event by event, and how all was at its end: totals, rows, the listener,
//! where the loop stood. After an event in its middle that holds as far as nothing that comes later in
//! it can have changed it. Where later events tell by how much a number has grown, they are taken off
//! again; what they may have changed in another way stays as it was before the batch.

use std::collections::HashMap;

use crate::dashboard::state::scene::Scene;
use crate::dashboard::state::table::TableRow;
use crate::telemetry::{
    Batch, By, ConnId, ConnState, Counters, CtlOp, EventRef, Kind, Listener, Mask, Nanos, Ret, Row,
    Stance, Standing, What,
};

/// When the last of so many events of a batch happened.
pub(in crate::dashboard) fn time(batch: &Batch, events: usize) -> Nanos {
    batch.events().take(events).map(|event| event.event.time).max().unwrap_or(batch.time)
}

/// The first events of a batch, fewer than all, after what was known before it.
pub(in crate::dashboard) fn of(mut batch: Batch, events: usize, before: &Scene) -> Batch {
    let holes = Holes::of(&batch, events, before);
    let counters = counters(&batch, events, before, holes);
    let standing = standing(&batch, events, before);
    let (rows, gone) = rows(&batch, events, before, holes);
    if listener_may_change(&batch, events) {
        batch.listener = before.listener;
    }
    if holes.later {
        batch.lost.clone_from(&before.lost);
    }
    batch.time = time(&batch, events);
    (batch.counters, batch.standing, batch.rows, batch.gone) = (counters, standing, rows, gone);
    batch.whole = false;
    // Which of them were over by then is not told.
    batch.turns.clear();
    batch.latencies.clear();
    batch.others = None;
    batch.epolls = None;
    batch.truncate(events);
    batch
}

/// Where events are missing.
#[derive(Clone, Copy)]
struct Holes {
    /// Up to the last event.
    earlier: bool,
    /// After it.
    later: bool,
}

impl Holes {
    fn of(batch: &Batch, events: usize, before: &Scene) -> Self {
        let mut last = None::<u64>;
        let mut holes = Self { earlier: false, later: false };
        let mut missing = 0u64;
        for (at, event) in batch.events().enumerate() {
            let seq = event.event.seq;
            // Before the first it is not told here; what is lost there is in no gap below.
            let gap = last.map_or(0, |last| seq.saturating_sub(last + 1));
            missing = missing.saturating_add(gap);
            if gap > 0 {
                *(if at < events { &mut holes.earlier } else { &mut holes.later }) = true;
            }
            last = Some(seq);
        }
        if batch.lost.all() > before.lost.all().saturating_add(missing) {
            // Before the first, or after the last.
            holes.later = true;
        }
        holes
    }
}

/// Adds to the totals what an event says.
fn count(counters: &mut Counters, event: EventRef<'_>, listener: Option<Listener>) {
    let (what, kind) = (&event.event.what, event.event.what.kind());
    if kind.is_call() {
        counters.call(what);
    } else {
        counters.fact(what);
    }
    if !kind.is_wait() {
        if let What::Round { answered, .. } = what {
            counters.ready += u64::from(*answered);
            counters.wakeups += 1;
        }
        return;
    }
    let waker = listener.map_or(-1, |listener| listener.waker);
    let ours = event.ready.iter().filter(|ready| ready.conn.is_none() && ready.fd == waker).count();
    let (own, ours) = (event.event.is_own(), ours as u64);
    counters.wakeups += 1;
    counters.ready += (event.ready.len() as u64).saturating_sub(ours);
    counters.own_wakeups += u64::from(own);
    counters.own_examined += match what {
        What::Select { examined, .. } | What::Poll { examined, .. } if own => (*examined).into(),
        What::Select { .. } | What::Poll { .. } => u64::from(waker >= 0),
        _ => ours,
    };
}

/// The totals: those before and what the events say, or those at the end and less what the later ones
/// say. Of a total that events do not tell no more is known than it was before.
fn counters(batch: &Batch, events: usize, before: &Scene, holes: Holes) -> Counters {
    let told = |from: usize, to: usize| {
        let mut told = Counters::default();
        for event in batch.events_from(from).take(to - from) {
            count(&mut told, event, batch.listener);
        }
        told
    };
    let (earlier, later) = (told(0, events), told(events, batch.events().len()));
    let mut counters = before.counters.clone();
    counters.each([&batch.counters, &earlier, &later], |[before, after, earlier, later]| {
        let told = before.saturating_add(earlier);
        let known = if holes.earlier && !holes.later { after.saturating_sub(later) } else { told };
        known.clamp(before.min(after), after)
    });
    counters
}

/// Where the loop stood: between two calls, if the last was one of its own.
fn standing(batch: &Batch, events: usize, before: &Scene) -> Standing {
    let last = batch.events().take(events).rfind(|event| event.event.what.kind().is_call());
    match last {
        Some(EventRef { event, .. }) if event.by == By::LOOP => {
            Standing { stance: Stance::Working, since: event.time, mode: before.standing.mode }
        }
        _ => before.standing,
    }
}

/// Whether an event after the first ones may have made the listener another.
fn listener_may_change(batch: &Batch, events: usize) -> bool {
    let fd = batch.listener.map(|listener| listener.fd);
    batch.events_from(events).any(|event| match event.event.what {
        What::Listen { .. }
        | What::Rest { .. }
        | What::Resume
        | What::Switched { .. }
        | What::Set
        | What::Class { .. }
        | What::Input { .. } => true,
        What::EpollCtl { .. } | What::Close => Some(event.event.fd) == fd,
        _ => false,
    })
}

/// The rows, and the last ones of what was closed.
fn rows(batch: &Batch, events: usize, before: &Scene, holes: Holes) -> (Vec<Row>, Vec<Row>) {
    // Of each connection, where its first and last events are.
    let mut spans: HashMap<ConnId, (usize, usize)> = HashMap::new();
    for (at, event) in batch.events().enumerate() {
        if let Some(id) = event.event.conn {
            spans.entry(id).or_insert((at, at)).1 = at;
        }
    }
    let over = |row: &&Row| spans.get(&row.id).is_some_and(|(_, last)| *last < events);
    let gone: Vec<Row> = batch.gone.iter().filter(over).copied().collect();
    let mut rows: Vec<Row> = Vec::new();
    for row in batch.rows.iter().chain(&batch.gone) {
        let Some(&(first, last)) = spans.get(&row.id) else { continue };
        if last < events {
            // Those that are gone are not among the rows.
            if row.why.is_none() && row.state != ConnState::Closed {
                rows.push(*row);
            }
        } else if first < events {
            rows.extend(so_far(batch, events, row, before, holes));
        }
    }
    (rows, gone)
}

/// A connection's row after the first events, of which some and of the later ones some are about it.
/// `end` is its row at the batch's end.
fn so_far(batch: &Batch, events: usize, end: &Row, before: &Scene, holes: Holes) -> Option<Row> {
    let of_it = |event: &EventRef<'_>| event.event.conn == Some(end.id);
    let known = before.table.get(end.id).map(TableRow::row);
    let mut row = known;
    for EventRef { event, .. } in batch.events().take(events).filter(of_it) {
        if let What::Accept { ret, .. } = event.what
            && let Ok(fd) = ret.get()
        {
            let fd = i32::try_from(fd).unwrap_or(end.fd);
            row = Some(Row::new(end.id, fd, end.peer, event.time));
            continue;
        }
        let Some(row) = &mut row else { continue };
        if event.what.kind().is_call() && event.fd == row.fd {
            (row.last, row.form) = (event.what.kind(), event.form);
            row.last_ret = event.what.ret().unwrap_or(Ret::ZERO);
        }
        match event.what {
            What::EpollCtl { op, mask, ret, .. } if ret.get().is_ok() && event.fd == row.fd => {
                row.interest = if op == CtlOp::Del { Mask::NONE } else { mask };
            }
            What::Recv { ret } if ret.get() == Ok(0) => row.half_closed = true,
            What::Recv { ret } | What::Send { ret, .. } | What::Sendfile { ret, .. }
                if ret.get().is_ok() =>
            {
                row.active = event.time;
            }
            _ => {}
        }
    }
    let mut row = row?;
    if !holes.later {
        // At the end they were exact, whatever was known before.
        let base = known.unwrap_or(row);
        let (mut bytes_in, mut bytes_out, mut requests) = (0u64, 0u64, 0u64);
        for EventRef { event, .. } in batch.events_from(events).filter(of_it) {
            match event.what {
                What::Recv { ret } => bytes_in += ret.get().unwrap_or(0),
                What::Send { ret, .. } | What::Sendfile { ret, .. } => {
                    bytes_out += ret.get().unwrap_or(0);
                }
                _ => requests += u64::from(event.what.kind() == Kind::Request),
            }
        }
        let less = |end: u64, later: u64, base: u64| end.saturating_sub(later).max(base);
        row.bytes_in = less(end.bytes_in, bytes_in, base.bytes_in);
        row.bytes_out = less(end.bytes_out, bytes_out, base.bytes_out);
        row.requests = less(end.requests, requests, base.requests);
    }
    Some(row)
}
