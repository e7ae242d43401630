//! Any batches, keys and sizes: nothing panics, and the table equals a simple model.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::feed::row;
use super::{render, state};
use crate::dashboard::state::table::{CLOSED_LISTED, CLOSED_STAYS, TableRow};
use crate::dashboard::theme::{Palette, Theme};
use crate::telemetry::{Batch, ConnState, Event, Kind, Nanos, Row, What, Why};

#[derive(Clone, Debug)]
enum Do {
    /// Open some connections, the fds taken from the lowest that are free.
    Open(usize),
    /// Close the n-th open one; tell of it, or lose its last row.
    Close(usize, bool),
    /// Count on the n-th open one.
    Work(usize, u64),
    /// Publish: what changed, or the whole table.
    Publish,
    Tick(Nanos),
    Key(KeyEvent),
    Click(u16, u16),
    Resize(u16, u16),
}

fn key() -> impl Strategy<Value = KeyEvent> {
    let code = prop_oneof![
        8 => proptest::char::range(' ', '~').prop_map(KeyCode::Char),
        1 => Just(KeyCode::Enter),
        1 => Just(KeyCode::Esc),
        1 => Just(KeyCode::Tab),
        1 => Just(KeyCode::BackTab),
        1 => Just(KeyCode::Backspace),
        2 => Just(KeyCode::Up),
        2 => Just(KeyCode::Down),
        1 => Just(KeyCode::PageUp),
        1 => Just(KeyCode::PageDown),
        1 => Just(KeyCode::Home),
        1 => Just(KeyCode::End),
    ];
    code.prop_map(|code| KeyEvent::new(code, KeyModifiers::NONE))
}

fn step() -> impl Strategy<Value = Do> {
    prop_oneof![
        3 => (0usize..30).prop_map(Do::Open),
        3 => (any::<usize>(), prop::bool::weighted(0.8)).prop_map(|(n, told)| Do::Close(n, told)),
        3 => (any::<usize>(), 0u64..5000).prop_map(|(n, bytes)| Do::Work(n, bytes)),
        5 => Just(Do::Publish),
        4 => (0..3_000_000_000u64).prop_map(Do::Tick),
        8 => key().prop_map(Do::Key),
        1 => (0..220u16, 0..60u16).prop_map(|(x, y)| Do::Click(x, y)),
        1 => (1..220u16, 1..60u16).prop_map(|(w, h)| Do::Resize(w, h)),
    ]
}

/// The server's side, as simple as can be.
#[derive(Default)]
struct Model {
    open: BTreeMap<u64, Row>,
    last: u64,
    seq: u64,
    now: Nanos,
    batch: Batch,
}

impl Model {
    fn nth(&self, n: usize) -> Option<u64> {
        self.open.keys().nth(n % self.open.len().max(1)).copied()
    }

    fn event(&mut self, fd: i32, number: u64, what: What) {
        self.seq += 1;
        let event = Event::new(self.seq, self.now, fd, Some(super::feed::id(number)), what);
        self.batch.push(event, b"", &[]);
    }

    fn open(&mut self, count: usize) {
        for _ in 0..count {
            self.last += 1;
            let fd = (6..10_000).find(|fd| self.open.values().all(|row| row.fd != *fd)).unwrap();
            self.open.insert(self.last, row(self.last, fd, self.now));
            self.batch.counters.accepted += 1;
            self.event(fd, self.last, What::Close);
        }
    }

    fn close(&mut self, n: usize, told: bool) {
        let Some(number) = self.nth(n) else { return };
        let mut row = self.open.remove(&number).unwrap();
        row.state = ConnState::Closed;
        row.why = Some(Why::PeerClosed);
        self.batch.counters.closed[0] += 1;
        if told {
            self.batch.gone.push(row);
        } else {
            self.batch.whole = true;
            self.seq += 1;
        }
    }

    fn work(&mut self, n: usize, bytes: u64) {
        let Some(number) = self.nth(n) else { return };
        let now = self.now;
        let row = self.open.get_mut(&number).unwrap();
        row.bytes_in += bytes;
        row.active = now;
        row.state = ConnState::Idle;
        row.stopped = bytes.is_multiple_of(7);
        row.last = Kind::Recv;
        let fd = row.fd;
        self.event(fd, number, What::Refused);
    }

    fn publish(&mut self) -> Batch {
        let mut batch = std::mem::take(&mut self.batch);
        batch.rows = self.open.values().copied().collect();
        batch.time = self.now;
        self.batch.counters = batch.counters.clone();
        batch
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn the_table_equals_a_model(steps in prop::collection::vec(step(), 1..60)) {
        let mut state = state(100, 30);
        let (mut width, mut height) = (100, 30);
        let mut model = Model::default();
        for step in steps {
            match step {
                Do::Open(count) => model.open(count),
                Do::Close(n, told) => model.close(n, told),
                Do::Work(n, bytes) => model.work(n, bytes),
                Do::Publish => {
                    let batch = model.publish();
                    state.apply(&batch);
                    let live = state.live();
                    let mut shown: Vec<Row> = live.table.entries().iter()
                        .filter(|entry| entry.closed.is_none())
                        .map(TableRow::row)
                        .collect();
                    shown.sort_by_key(|row| row.id);
                    prop_assert_eq!(shown, model.open.values().copied().collect::<Vec<_>>());
                    prop_assert_eq!(live.table.open() as u64, batch.counters.open());
                }
                Do::Tick(time) => {
                    model.now += time;
                    state.tick(model.now);
                    let table = &state.live().table;
                    let closed: Vec<Nanos> =
                        table.entries().iter().filter_map(|entry| entry.closed).collect();
                    prop_assert!(closed.len() <= CLOSED_LISTED);
                    let closing: Vec<Nanos> = table.entries().iter()
                        .filter(|entry| !entry.folded)
                        .filter_map(|entry| entry.closed)
                        .collect();
                    prop_assert_eq!(closing.len(), table.closing());
                    prop_assert_eq!(closed.len() - closing.len(), table.folded());
                    prop_assert!(closing.iter().all(|at| model.now < at + CLOSED_STAYS));
                    prop_assert!(table.order().iter().all(|id| table.get(*id).is_some()));
                }
                Do::Key(key) => {
                    let before = state.scene().table.selected().map(TableRow::id);
                    for action in state.key(key) {
                        use crate::dashboard::state::Action;
                        use crate::telemetry::Command;
                        // A yes hits an open connection; the question named it.
                        if let Action::Send(Command::Drop(id) | Command::Reset(id)) = action {
                            prop_assert!(Some(id) == before, "{id} is not what was selected");
                        }
                    }
                }
                Do::Click(column, row) => {
                    let kind = MouseEventKind::Down(MouseButton::Left);
                    state.mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
                }
                Do::Resize(w, h) => {
                    (width, height) = (w, h);
                    state.resize(w, h);
                }
            }
            render(&state, width, height, &Theme::new(Palette::Dark, false));
        }
    }
}
