//! The connections of a log as comma-separated values: a line that names the columns, then one for each
//! connection, in the order of their numbers.
//!
//! Quoted as RFC 4180 has it; a line ends as lines do on Linux. What the log does not say is empty, and is
//! never 0: where events are missing between, nobody knows how many calls there were. The dates are as exact
//! as the log's first line, which has whole seconds; `accepted` and `closed` are seconds since the start.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use hashbrown::HashMap;
use jiff::Timestamp;

use super::Failed;
use crate::clients::{ClientInfo, ClientKind};
use crate::record::json::Header;
use crate::record::playback::{Item, Playback};
use crate::telemetry::{Batch, ConnId, Event, Fd, Kind, Nanos, Ret, Row, What, Why};

const REQUESTS: &str = "requests";
/// What stands before the calls.
const FRONT: [&str; 14] = [
    "id",
    "fd",
    "peer",
    "client",
    "accepted",
    "accepted_at",
    "closed",
    "closed_at",
    "lifetime",
    "why",
    REQUESTS,
    "bytes_in",
    "bytes_out",
    "calls",
];

/// The calls that have a column of their own; those of all other kinds share the last.
const CALLS: [Kind; 8] = [
    Kind::Accept,
    Kind::Recv,
    Kind::Send,
    Kind::Sendfile,
    Kind::EpollCtl,
    Kind::Setsockopt,
    Kind::Shutdown,
    Kind::Close,
];
const OTHER: &str = "other";

/// Writes the table of a log of which the first line was read.
///
/// # Errors
/// The log cannot be read, or what it is written to fails.
pub fn write<R: BufRead>(
    log: &mut Playback<R>,
    header: &Header,
    mut out: impl Write,
) -> Result<(), Failed> {
    let mut table = Table::default();
    while let Some(item) = log.next_item().map_err(Failed::Read)? {
        match item {
            Item::Batch(batch) => table.batch(&batch),
            Item::Clients(clients) => table.clients(&clients),
            Item::Kernel(..) | Item::Made(_) | Item::Lesson(_) => {}
        }
    }
    let calls = CALLS.iter().map(|kind| kind.name());
    // Of another program it is known what it answers, not what it is asked.
    let traced = header.traced().is_some();
    let front = FRONT.map(|name| if traced && name == REQUESTS { "answers" } else { name });
    let names: Vec<&str> = front.into_iter().chain(calls).chain([OTHER]).collect();
    let mut text = names.join(",") + "\n";
    for (id, conn) in &table.conns {
        conn.append(&mut text, *id, header.start);
        out.write_all(text.as_bytes()).map_err(Failed::Write)?;
        text.clear();
    }
    // Without any connection the names are all.
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Failed::Write)
}

/// What is known of a connection.
#[derive(Debug, Default)]
struct Conn {
    fd: Option<Fd>,
    peer: Option<SocketAddr>,
    client: Option<ClientKind>,
    accepted: Option<Nanos>,
    closed: Option<Nanos>,
    why: Option<Why>,
    totals: Option<Totals>,
    calls: Option<[u64; CALLS.len() + 1]>,
}

/// What the server's table says of it.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    requests: u64,
    bytes_in: u64,
    bytes_out: u64,
}

impl Conn {
    /// Takes a call or a fact in.
    fn event(&mut self, event: &Event) {
        let kind = event.what.kind();
        if let Some(calls) = self.calls.as_mut().filter(|_| kind.is_call()) {
            calls[CALLS.iter().position(|own| *own == kind).unwrap_or(CALLS.len())] += 1;
        }
        let Some(totals) = &mut self.totals else { return };
        let bytes = |ret: Ret| ret.get().unwrap_or(0);
        match event.what {
            What::Recv { ret } => totals.bytes_in += bytes(ret),
            What::Send { ret, .. } | What::Sendfile { ret, .. } => totals.bytes_out += bytes(ret),
            What::Request { .. } => totals.requests += 1,
            _ => {}
        }
    }

    /// Takes over what the table says, which is exact.
    fn row(&mut self, row: &Row) {
        let Row { fd, peer, opened, requests, bytes_in, bytes_out, .. } = *row;
        self.fd = self.fd.or(Some(fd));
        // That of a traced program may not have been asked for.
        self.peer = self.peer.or(Some(peer).filter(|peer| peer.port() != 0));
        self.accepted = self.accepted.or(Some(opened));
        self.totals = Some(Totals { requests, bytes_in, bytes_out });
    }

    /// Appends its line.
    fn append(&self, text: &mut String, id: ConnId, start: SystemTime) {
        let lifetime = self.accepted.zip(self.closed).map(|(from, to)| to.saturating_sub(from));
        let totals = self.totals.as_ref();
        let calls = self.calls.as_ref();
        let front = [
            shown(Some(id)),
            shown(self.fd),
            shown(self.peer),
            shown(self.client.map(ClientKind::token)),
            shown(self.accepted.map(seconds)),
            shown(self.accepted.and_then(|time| date(start, time))),
            shown(self.closed.map(seconds)),
            shown(self.closed.and_then(|time| date(start, time))),
            shown(lifetime.map(seconds)),
            shown(self.why.map(Why::label)),
            shown(totals.map(|totals| totals.requests)),
            shown(totals.map(|totals| totals.bytes_in)),
            shown(totals.map(|totals| totals.bytes_out)),
            shown(calls.map(|calls| calls.iter().sum::<u64>())),
        ];
        let by_kind = (0..=CALLS.len()).map(|at| shown(calls.map(|calls| calls[at])));
        let fields: Vec<String> = front.into_iter().chain(by_kind).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    }
}

/// A field; empty where it is not known.
fn shown(value: Option<impl Display>) -> String {
    value.map_or(String::new(), |value| quoted(&value.to_string()).into_owned())
}

/// A field in quotes, where it needs them.
fn quoted(text: &str) -> Cow<'_, str> {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

/// Seconds as the log has them: what is less than a microsecond is cut off.
fn seconds(time: Nanos) -> String {
    format!("{}.{:06}", time / 1_000_000_000, time % 1_000_000_000 / 1000)
}

/// The date, to the second; `None` where no calendar reaches.
fn date(start: SystemTime, time: Nanos) -> Option<Timestamp> {
    let at = start.checked_add(Duration::from_nanos(time))?;
    let seconds = Timestamp::try_from(at).ok()?.as_second();
    Timestamp::from_second(seconds).ok()
}

/// The connections so far.
#[derive(Debug, Default)]
struct Table {
    conns: BTreeMap<ConnId, Conn>,
    /// Those that are open.
    open: BTreeSet<ConnId>,
    /// The last to have an address, since addresses are used again.
    of: HashMap<SocketAddr, ConnId>,
    /// The clients that there are, by their addresses.
    clients: HashMap<SocketAddr, ClientKind>,
    /// The number of the event that comes next where none is missing.
    next: u64,
    lost: u64,
}

impl Table {
    fn batch(&mut self, batch: &Batch) {
        let lost = batch.lost.all();
        for told in batch.events() {
            let event = told.event;
            if event.seq != self.next {
                self.lose();
            }
            self.next = event.seq + 1;
            if !event.is_own() {
                self.event(event);
            }
        }
        // Some may be missing behind the last.
        if lost > std::mem::replace(&mut self.lost, lost) {
            self.lose();
        }
        for row in &batch.rows {
            // A connection that is closed by now has its last row among those.
            if self.conns.get(&row.id).is_none_or(|conn| conn.closed.is_none()) {
                self.open.insert(row.id);
                self.row(row);
            }
        }
        for row in &batch.gone {
            self.open.remove(&row.id);
            self.row(row);
            let conn = self.conns.entry(row.id).or_default();
            conn.why = conn.why.or(row.why);
        }
        if batch.whole {
            let there: BTreeSet<ConnId> = batch.rows.iter().map(|row| row.id).collect();
            let gone: Vec<ConnId> = self.open.difference(&there).copied().collect();
            for id in gone {
                self.open.remove(&id);
                // How it ended was left out, and what it did until then.
                self.conns.entry(id).or_default().totals = None;
            }
        }
    }

    /// Events are missing: what the connections that are open have done is not known any more.
    fn lose(&mut self) {
        for id in &self.open {
            let conn = self.conns.entry(*id).or_default();
            (conn.calls, conn.totals) = (None, None);
        }
    }

    fn event(&mut self, event: &Event) {
        let Some(id) = event.conn else { return };
        let conn = self.conns.entry(id).or_default();
        if let What::Accept { ret, peer } = event.what {
            // All that it does is told from here on.
            (conn.accepted, conn.totals) = (Some(event.time), Some(Totals::default()));
            conn.calls = Some([0; CALLS.len() + 1]);
            conn.fd = ret.get().ok().and_then(|fd| Fd::try_from(fd).ok());
            conn.peer = peer.map(SocketAddr::from);
            self.open.insert(id);
        }
        conn.event(event);
        if let What::Closed { why, bytes_in, bytes_out, requests } = event.what {
            (conn.closed, conn.why) = (Some(event.time), Some(why));
            conn.totals = Some(Totals { requests, bytes_in, bytes_out });
            self.open.remove(&id);
        }
        self.meet(id);
    }

    fn row(&mut self, row: &Row) {
        self.conns.entry(row.id).or_default().row(row);
        self.meet(row.id);
    }

    /// Notes which client a connection is of, once both are known.
    fn meet(&mut self, id: ConnId) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        let Some(peer) = conn.peer else { return };
        if self.of.get(&peer).is_none_or(|last| *last < id) {
            self.of.insert(peer, id);
        }
        conn.client = conn.client.or_else(|| self.clients.get(&peer).copied());
    }

    fn clients(&mut self, clients: &[ClientInfo]) {
        self.clients.clear();
        for client in clients {
            let Some(local) = client.local else { continue };
            self.clients.insert(local, client.kind);
            if let Some(conn) = self.of.get(&local).and_then(|id| self.conns.get_mut(id)) {
                conn.client = conn.client.or(Some(client.kind));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::telemetry::Addr;

    /// A field as RFC 4180 has it, read again.
    fn read(field: &str) -> String {
        let inner = field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.map_or_else(|| field.to_owned(), |inner| inner.replace("\"\"", "\""))
    }

    proptest! {
        #[test]
        fn a_field_ends_where_it_ends(text in "[a-c\",\n\r ]{0,8}") {
            let field = quoted(&text);
            prop_assert_eq!(read(&field), text.as_str());
            // Outside of quotes nothing ends it.
            let outside: String = field.split('"').step_by(2).collect();
            prop_assert!(!outside.contains([',', '\n', '\r']));
        }
    }

    #[test]
    fn times_are_cut_off_and_dates_have_whole_seconds() {
        assert_eq!(seconds(1_203_004_999), "1.203004");
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_000_000);
        let told = date(start, 2_900_000_000).unwrap().to_string();
        assert_eq!(told, "2026-11-30T00:53:22Z");
        assert_eq!(
            date(SystemTime::UNIX_EPOCH, Nanos::MAX).map(Timestamp::as_second),
            Some(18_446_744_073)
        );
    }

    fn event(seq: u64, time: Nanos, conn: u64, what: What) -> Event {
        Event::new(seq, time, 9, ConnId::new(conn), what)
    }

    fn accept(seq: u64, conn: u64) -> Event {
        let peer: SocketAddr = "127.0.0.1:4000".parse().unwrap();
        let what = What::Accept { ret: Ret::ok(9), peer: Some(Addr::from(peer)) };
        event(seq, 5000, conn, what)
    }

    fn batch(events: &[Event], lost: u64) -> Batch {
        let mut batch = Batch::default();
        batch.lost.events[Kind::Recv as usize] = lost;
        for event in events {
            batch.push(*event, &[], &[]);
        }
        batch
    }

    /// Its line, from the calls on.
    fn line(table: &Table, conn: u64) -> String {
        let (mut text, id) = (String::new(), ConnId::new(conn).unwrap());
        table.conns[&id].append(&mut text, id, SystemTime::UNIX_EPOCH);
        text.trim_end().to_owned()
    }

    #[test]
    fn what_is_lost_makes_what_was_open_unknown() {
        let recv = |seq, conn| event(seq, 6000, conn, What::Recv { ret: Ret::ok(84) });
        let mut table = Table::default();
        table.batch(&batch(&[accept(1, 1), recv(2, 1)], 0));
        assert_eq!(
            line(&table, 1),
            "1,9,127.0.0.1:4000,,0.000005,1970-01-01T00:00:00Z,,,,,0,84,0,2,1,1,0,0,0,0,0,0,0"
        );
        // Something is missing behind the last event.
        table.batch(&batch(&[recv(3, 1)], 1));
        assert_eq!(
            line(&table, 1),
            "1,9,127.0.0.1:4000,,0.000005,1970-01-01T00:00:00Z,,,,,,,,,,,,,,,,,"
        );
        // The next one is whole; the row says again what there was.
        table.batch(&batch(&[accept(5, 2), recv(6, 2)], 1));
        let row = Row {
            bytes_in: 900,
            requests: 3,
            ..Row::new(ConnId::new(1).unwrap(), 9, "127.0.0.1:4000".parse().unwrap(), 5000)
        };
        let mut rows = batch(&[], 1);
        rows.rows.push(row);
        table.batch(&rows);
        assert!(line(&table, 1).ends_with(",,,,3,900,0,,,,,,,,,,"), "{}", line(&table, 1));
        assert!(line(&table, 2).ends_with(",0,84,0,2,1,1,0,0,0,0,0,0,0"), "{}", line(&table, 2));
        // One that is not in the whole table is gone, and nobody knows with what.
        rows.whole = true;
        table.batch(&rows);
        assert!(line(&table, 2).ends_with(",,,,,,,2,1,1,0,0,0,0,0,0,0"), "{}", line(&table, 2));
    }

    #[test]
    fn a_client_is_known_by_its_address() {
        let client = |kind| ClientInfo {
            id: 1,
            kind,
            local: Some("127.0.0.1:4000".parse().unwrap()),
            responses: 0,
            status: String::new(),
            connecting: false,
            ended: false,
        };
        let mut table = Table::default();
        table.batch(&batch(&[accept(1, 1)], 0));
        table.clients(&[client(ClientKind::Idle)]);
        // Its address is another's later.
        table.clients(&[client(ClientKind::Flood)]);
        table.batch(&batch(&[accept(2, 2)], 0));
        table.clients(&[]);
        table.batch(&batch(&[accept(3, 3)], 0));
        let kinds: Vec<_> = table.conns.values().map(|conn| conn.client).collect();
        assert_eq!(kinds, [Some(ClientKind::Idle), Some(ClientKind::Flood), None]);
    }
}
