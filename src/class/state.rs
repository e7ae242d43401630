//! What a telephone is told, in JSON: `docs/class.md` has its members.

use serde::Serialize;

use super::question::{Asked, Question, Said};
use super::roster::{Roster, Student};
use super::{Class, Host};
use crate::telemetry::{ConnId, Fd, Kind, Nanos, Row, ServerKind};

/// All of it.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are members that the page reads")]
struct State<'a> {
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    student: u32,
    nick: &'a str,
    server: &'static str,
    streams: bool,
    beside: bool,
    pace: &'static str,
    fd: Option<Fd>,
    conn: Option<ConnNumber>,
    asked: Option<Socket>,
    others: Vec<(Fd, ConnNumber)>,
    last: Option<Last>,
    open: Option<u64>,
    r#in: usize,
    up: usize,
    rate: Option<u64>,
    examined: Option<u64>,
    hand: Option<Hand>,
    served: Option<WasServed>,
    muted: bool,
    hidden: bool,
    recording: bool,
    screen: bool,
    question: Option<&'a Question>,
    asks: Option<Asks<'a>>,
    burst: Option<Burst>,
}

type ConnNumber = u64;

#[derive(Serialize)]
struct Socket {
    fd: Fd,
    conn: ConnNumber,
}

/// What the loop last did for the student.
#[derive(Serialize)]
struct Last {
    call: &'static str,
    fd: Fd,
    bytes: Option<u64>,
    ago: u64,
}

#[derive(Serialize)]
struct Hand {
    place: usize,
    since: u64,
}

#[derive(Serialize)]
struct WasServed {
    times: u32,
    after: u64,
    ago: u64,
}

#[derive(Serialize)]
struct Asks<'a> {
    id: u32,
    round: u8,
    open: bool,
    mine: Option<usize>,
    answered: u32,
    votes: Option<&'a [u32]>,
    first: Option<&'a [u32]>,
    right: Option<usize>,
    measured: Option<&'a Said>,
}

#[derive(Serialize)]
struct Burst {
    id: u32,
    pressed: bool,
}

/// Around the student: what is told with it, and what is known of its connections.
pub(super) struct Around<'a> {
    pub(super) server: ServerKind,
    pub(super) now: Nanos,
    /// Which state it is: one that comes later has a greater number.
    pub(super) seq: u64,
    /// The token, for one who has just joined.
    pub(super) token: Option<&'a str>,
    /// The question whose texts the page has.
    pub(super) has: u32,
    /// The connection on which it asked; none where it is told.
    pub(super) asked: Option<(Fd, ConnId)>,
    /// The rows of its connections.
    pub(super) rows: &'a [Row],
}

/// What a student's telephone is told.
pub(super) fn state(roster: &Roster, student: &Student, around: &Around<'_>) -> String {
    let Around { server, now, seq, token, has, asked, rows } = *around;
    let ms = |since: Nanos| now.saturating_sub(since) / 1_000_000;
    let stream = student.stream.map(|stream| (stream.fd, stream.conn));
    let looks = student.looks.map(|looks| (looks.fd, looks.conn));
    let others = student.conns.iter().copied();
    let others = others.filter(|&conn| ![stream, looks, asked].contains(&Some(conn)));
    // What it asked last is of more interest than that it was told.
    let moved = |row: &&Row| row.last != Kind::Accept && row.bytes_in > 0;
    let last = rows
        .iter()
        .filter(moved)
        .max_by_key(|row| (Some((row.fd, row.id)) != stream, row.active))
        .map(|row| Last {
            call: row.last.name(),
            fd: row.fd,
            bytes: row.last_ret.get().ok(),
            ago: ms(row.active),
        });
    let place = roster.hands.iter().position(|&hand| hand == student.number);
    let question = roster.asked.as_ref().map(|asked| &asked.question);
    let figures = &roster.figures;
    let state = State {
        seq,
        token,
        student: student.number,
        nick: &student.name,
        server: server.name(),
        streams: Class::streams(server),
        beside: roster.host == Host::Beside,
        pace: figures.pace,
        fd: stream.map(|(fd, _)| fd),
        conn: stream.map(|(_, conn)| conn.get()),
        asked: asked.map(|(fd, conn)| Socket { fd, conn: conn.get() }),
        others: others.map(|(fd, conn)| (fd, conn.get())).collect(),
        last,
        open: figures.open,
        r#in: roster.present(),
        up: roster.hands.len(),
        rate: figures.rate,
        examined: figures.examined,
        hand: student
            .hand
            .zip(place)
            .map(|(since, place)| Hand { place: place + 1, since: ms(since) }),
        served: (student.served.times > 0).then(|| WasServed {
            times: student.served.times,
            after: student.served.after / 1_000_000,
            ago: ms(student.served.at),
        }),
        muted: student.muted,
        hidden: student.hidden,
        recording: figures.recording,
        screen: roster.screen.on,
        question: question.filter(|question| question.id != has),
        asks: roster.asked.as_ref().map(|asked| asks(asked, student)),
        burst: roster
            .asks_to_press(now)
            .then_some(Burst { id: roster.burst.0, pressed: student.pressed == roster.burst.0 }),
    };
    serde_json::to_string(&state).unwrap_or_default()
}

fn asks<'a>(asked: &'a Asked, student: &Student) -> Asks<'a> {
    let shown = asked.shown.then_some(&asked.votes[..]);
    Asks {
        id: asked.question.id,
        round: asked.round,
        open: !asked.shown,
        mine: student.vote,
        answered: asked.votes.iter().sum(),
        votes: shown,
        first: shown.and(asked.first.as_deref()),
        right: asked.right.filter(|_| asked.shown),
        measured: asked.measured.as_ref().filter(|_| asked.shown),
    }
}
