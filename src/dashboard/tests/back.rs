//! Back and forth in time: the picture is the one that there was.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::feed::{Feed, LISTENER, classroom, id};
use super::{dark, drawn, press, render, state, state_with, text};
use crate::dashboard::state::history::prefix;
use crate::dashboard::state::stream::StreamEntry;
use crate::dashboard::state::table::TableRow;
use crate::dashboard::state::{Overlay, Scene, State};
use crate::dashboard::theme::{Palette, Theme};
use crate::inspect::Snapshot;
use crate::telemetry::{Batch, Errno, Fd, Kind, Made, Mask, Nanos, Ret, Site, What, Why};
use crate::words::describe;

pub(super) const MS: Nanos = 1_000_000;

/// What comes in.
pub(super) enum Input {
    Batch(Box<Batch>),
    Tick(Nanos),
    Kernel(Box<Snapshot>, Nanos),
    Made(Made),
    /// The program's own plumbing is shown, or hidden again.
    Own,
}

fn copy(batch: &Batch) -> Batch {
    let mut copy = Batch::default();
    for event in batch.events() {
        copy.push(*event.event, event.bytes, event.ready);
    }
    copy.rows.clone_from(&batch.rows);
    copy.gone.clone_from(&batch.gone);
    copy.turns.clone_from(&batch.turns);
    copy.counters.clone_from(&batch.counters);
    copy.lost.clone_from(&batch.lost);
    (copy.whole, copy.listener) = (batch.whole, batch.listener);
    (copy.standing, copy.time) = (batch.standing, batch.time);
    copy
}

/// Feeds a state, and says with what.
pub(super) fn feed(state: &mut State, input: &Input) {
    match input {
        Input::Batch(batch) => state.apply(batch),
        Input::Tick(now) => state.tick(*now),
        Input::Kernel(snapshot, taken) => state.kernel((**snapshot).clone(), *taken),
        Input::Made(made) => state.count_calls(made.clone()),
        Input::Own => drop(press(state, "w")),
    }
}

/// What a fresh state knows that is fed up to an event, looked at like another.
fn fresh(inputs: &[Input], events: u64, like: &Scene) -> Scene {
    let mut state = state_with(100, 30, |options| options.history = 0);
    let mut left = usize::try_from(events).unwrap();
    let mut between = Vec::new();
    for input in inputs {
        let Input::Batch(batch) = input else {
            between.push(input);
            continue;
        };
        let all = batch.events().len();
        if left > all {
            between.drain(..).for_each(|input| feed(&mut state, input));
            left -= all;
            state.apply(batch);
            continue;
        }
        let then = if left == all { batch.time } else { prefix::time(batch, left) };
        for input in between {
            match input {
                // Events are told of a little later than they happen.
                Input::Tick(now) => state.tick(then.min(*now)),
                Input::Kernel(_, taken) if *taken > then => {}
                input => feed(&mut state, input),
            }
        }
        let batch = copy(batch);
        let batch = if left == all { batch } else { prefix::of(batch, left, state.live()) };
        state.apply(&batch);
        state.tick(then);
        break;
    }
    let mut scene = state.live().clone();
    scene.look_like(like);
    let now = scene.now;
    scene.table.refresh(now, false);
    scene
}

/// The picture is the one that a fresh state has which is fed up to the event.
fn is_as_it_was(state: &mut State, inputs: &[Input]) {
    if !state.is_stepped_back() {
        return;
    }
    let events = state.cursor();
    let theme = Theme::new(Palette::Dark, false);
    let (width, height) = state.screen();
    state.show_instead(state.scene().clone());
    let shown = render(state, width, height, &theme);
    let back = state.show_instead(fresh(inputs, events, state.scene()));
    let wanted = render(state, width, height, &theme);
    state.show_instead(back);
    let (lines, others) = (text(&shown), text(&wanted));
    let pairs = lines.lines().zip(others.lines()).filter(|(line, other)| line != other);
    let other: Vec<String> = pairs.map(|(line, other)| format!("{line}\n{other}\n")).collect();
    assert!(shown == wanted, "after {events} events:\n{}", other.join("\n"));
}

#[derive(Clone, Debug)]
pub(super) enum Do {
    Accept(usize),
    Get(usize, u64),
    Close(usize),
    Wake(u64, usize),
    Own,
    Talk,
    Lose(u64),
    Hold,
    Publish(bool),
    Tick(Nanos),
    Kernel,
    Made(u64),
    Keys(&'static str),
}

pub(super) fn step() -> impl Strategy<Value = Do> {
    let keys = prop_oneof![
        12 => prop::sample::select(vec!["[", "[", "[[[[", "]", "]]", "{", "{{", "}", "f"]),
        3 => prop::sample::select(vec![
            "w", "e", "o", "O", "u", "z", "t", "1", "2", "3", "4", "5", "6", "7", "8", "<Tab>", "<Esc>",
            "<Up>", "<Down>", "<PgUp>", "<End>", "<Home>", "<Enter>", "/fd:9<Enter>", "/recv<Enter>",
            "3/accept<Enter>", "J-1<Enter>", "J+0.3<Enter>", "J0.5<Enter>", "Jrecv<Enter>", "J-closed<Enter>",
        ]),
    ];
    prop_oneof![
        3 => (1usize..5).prop_map(Do::Accept),
        4 => (any::<usize>(), 0u64..5000).prop_map(|(n, body)| Do::Get(n, body)),
        2 => any::<usize>().prop_map(Do::Close),
        3 => (0u64..500, any::<usize>()).prop_map(|(ms, n)| Do::Wake(ms, n)),
        1 => Just(Do::Own),
        2 => Just(Do::Talk),
        1 => (1u64..9).prop_map(Do::Lose),
        1 => Just(Do::Hold),
        6 => prop::bool::weighted(0.8).prop_map(Do::Publish),
        4 => (0..2000u64).prop_map(Do::Tick),
        2 => Just(Do::Kernel),
        1 => (1u64..9).prop_map(Do::Made),
        8 => keys.prop_map(Do::Keys),
    ]
}

/// A server that does what is wanted.
pub(super) struct Model {
    feed: Feed,
    open: Vec<u64>,
    last: u64,
    pub(super) now: Nanos,
    made: u64,
}

impl Model {
    pub(super) fn new() -> Self {
        Self { feed: Feed::new(), open: Vec::new(), last: 0, now: 0, made: 0 }
    }

    fn nth(&self, n: usize) -> Option<u64> {
        self.open.get(n % self.open.len().max(1)).copied()
    }

    /// What it tells; `None` where that is only gathered.
    pub(super) fn does(&mut self, what: &Do) -> Option<Input> {
        let feed = &mut self.feed;
        feed.now = feed.now.max(self.now);
        match *what {
            Do::Accept(count) => {
                for _ in 0..count {
                    self.last += 1;
                    let fd = 9 + Fd::try_from(self.open.len()).unwrap();
                    self.feed.accept(self.last, fd);
                    self.open.push(self.last);
                }
            }
            Do::Get(n, body) => {
                let number = self.nth(n)?;
                self.feed.get(number, "/index.html", body);
            }
            Do::Close(n) => {
                let number = self.nth(n)?;
                self.open.retain(|open| *open != number);
                self.feed.close(number, Why::PeerClosed);
            }
            Do::Wake(ms, n) => {
                let ready = self.nth(n).map(|number| (9, Mask::IN, Some(number)));
                self.feed.wake(ms * MS, ready.as_slice());
            }
            Do::Own => self.feed.own_plumbing(),
            Do::Talk => self.feed.talk(),
            Do::Lose(count) => self.feed.lose(Kind::Recv, count),
            Do::Hold => self.feed.hold(Kind::Recv, 9, self.nth(0)),
            Do::Publish(rows) => {
                let mut batch = self.feed.publish();
                if !rows {
                    batch.rows.clear();
                }
                self.now = batch.time;
                return Some(Input::Batch(Box::new(batch)));
            }
            Do::Tick(ms) => {
                self.now = self.feed.now + ms * MS;
                return Some(Input::Tick(self.now));
            }
            Do::Kernel => return Some(Input::Kernel(Box::new(self.feed.snapshot()), self.now)),
            Do::Made(count) => {
                self.made += count;
                let made = Made::default().with(Site::named("loop.rs", 1)?, self.made);
                return Some(Input::Made(made));
            }
            Do::Keys(_) => {}
        }
        None
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn back_and_forth_is_what_a_fresh_state_shows(
        steps in prop::collection::vec(step(), 20..120),
        size in prop::sample::select(vec![(100, 30), (120, 36), (80, 24)]),
    ) {
        let mut state = state(size.0, size.1);
        let mut model = Model::new();
        let mut inputs = Vec::new();
        for step in &steps {
            if let Some(input) = model.does(step) {
                feed(&mut state, &input);
                inputs.push(input);
            }
            let Do::Keys(keys) = step else { continue };
            let own = state.live().stream.shows_own();
            press(&mut state, keys);
            if state.live().stream.shows_own() != own {
                inputs.push(Input::Own);
            }
            // The table is put in order by the clock.
            inputs.push(Input::Tick(model.now));
            feed(&mut state, &inputs[inputs.len() - 1]);
            is_as_it_was(&mut state, &inputs);
        }
    }
}

/// Two clients, each served in a wake-up of its own, all told in one batch at ten seconds.
fn served() -> (State, Feed) {
    let mut state = state(120, 36);
    let mut feed = Feed::new();
    feed.wake(1000 * MS, &[(LISTENER, Mask::IN, None)]);
    feed.accept(1, 9);
    feed.accept(2, 10);
    feed.drained();
    feed.wake(500 * MS, &[(9, Mask::IN, Some(1))]);
    feed.get(1, "/", 1024);
    feed.wake(500 * MS, &[(10, Mask::IN, Some(2))]);
    feed.get(2, "/two", 84);
    state.apply(&feed.publish());
    state.tick(10_000 * MS);
    (state, feed)
}

/// The lowest lines of the stream.
fn newest(state: &State) -> String {
    let newest = state.scene().stream.lines(1).last();
    match newest {
        Some(StreamEntry::Event(event)) => describe(event.as_ref()).kind.name().to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_step_is_a_call_with_what_came_of_it() {
    let (mut state, _) = served();
    let mut stops = Vec::new();
    for _ in 0..6 {
        press(&mut state, "[");
        stops.push(newest(&state));
    }
    // The request was understood by the recv before it, the answer made by the send behind it.
    assert_eq!(stops, ["send", "response", "epoll_wait", "recv", "send", "response"]);
    press(&mut state, "]]]");
    assert_eq!(newest(&state), "epoll_wait");
    // A wake-up: to just before the wait.
    press(&mut state, "{");
    assert_eq!(newest(&state), "recv");
    press(&mut state, "{");
    assert_eq!(newest(&state), "accept");
    press(&mut state, "}");
    assert_eq!((newest(&state).as_str(), state.is_stepped_back()), ("recv", true));
    press(&mut state, "}");
    assert!(!state.is_back(), "behind the newest it is now");
}

#[test]
fn with_a_filter_a_step_is_a_line_that_is_shown() {
    let (mut state, _) = served();
    press(&mut state, "3/accept<Enter>[");
    // The last accept is the one that got EAGAIN.
    assert_eq!(state.cursor(), 8);
    press(&mut state, "[");
    assert_eq!((state.cursor(), newest(&state)), (6, "accept".into()));
    press(&mut state, "[[");
    assert_eq!(state.cursor(), 4);
    assert!(state.current_notice().unwrap().text().starts_with("this is the beginning"));
    press(&mut state, "]]]");
    assert!(!state.is_back());
}

#[test]
fn nothing_is_known_before_it_has_happened() {
    let (mut state, _) = served();
    let of = |state: &State, number| {
        let row = state.scene().table.get(id(number)).map(TableRow::row);
        row.map(|row| (row.last, row.bytes_out, row.requests))
    };
    assert_eq!(of(&state, 2), Some((Kind::Recv, 264, 1)));
    press(&mut state, "[");
    assert_eq!(of(&state, 2), Some((Kind::Send, 264, 1)));
    press(&mut state, "[");
    assert_eq!(of(&state, 2), Some((Kind::Recv, 0, 1)));
    let scene = state.scene();
    assert_eq!((scene.counters.bytes_out, scene.counters.requests), (1204, 2));
    assert_eq!((scene.counters.accepted, scene.counters.wakeups, scene.counters.ready), (2, 3, 3));
    press(&mut state, "[");
    assert_eq!(of(&state, 2), Some((Kind::EpollCtl, 0, 0)));
    press(&mut state, "{{");
    assert_eq!((of(&state, 1), of(&state, 2)).0, Some((Kind::EpollCtl, 0, 0)));
    press(&mut state, "[[");
    assert_eq!(of(&state, 2), Some((Kind::Accept, 0, 0)));
    assert!(!state.scene().table.get(id(2)).unwrap().interest().has(Mask::IN));
    press(&mut state, "[");
    assert_eq!((of(&state, 2), state.scene().table.open()), (None, 1));
    assert_eq!(state.scene().counters.wakeups, 1);
}

#[test]
fn a_hole_is_where_it_was_and_totals_keep_to_what_is_known() {
    let mut state = state(120, 36);
    let mut feed = Feed::new();
    feed.wake(0, &[(LISTENER, Mask::IN, None)]);
    feed.accept(1, 9);
    state.apply(&feed.publish());
    let known = state.live().counters.clone();
    feed.get(1, "/", 10);
    feed.lose(Kind::Recv, 3);
    feed.batch.counters.bytes_in += 900;
    feed.row(1).bytes_in += 900;
    feed.get(1, "/", 10);
    state.apply(&feed.publish());
    let (all, len) = (state.live().counters.bytes_in, (state.live().counters.bytes_in - 900) / 2);
    let bytes = |state: &State| {
        let row = state.scene().table.get(id(1)).unwrap().row();
        (state.scene().counters.bytes_in, row.bytes_in, state.scene().lost.all())
    };
    assert_eq!(bytes(&state), (all, all, 3));
    // Behind the hole all is known again from the end.
    press(&mut state, "[");
    assert_eq!(bytes(&state), (all, all, 3));
    press(&mut state, "[");
    assert_eq!(bytes(&state), (all, all, 3));
    // Before it the events of the batch are counted, and the row is not known any more.
    press(&mut state, "[");
    assert_eq!(bytes(&state), (len, 0, 0));
    press(&mut state, "[[[");
    assert_eq!((state.scene().counters.clone(), bytes(&state).1), (known, 0));
}

#[test]
fn one_key_shows_now_again_and_who_was_selected_is_selected() {
    let (mut state, mut feed) = served();
    press(&mut state, "1<End>");
    assert_eq!(state.scene().table.selected().unwrap().id(), id(2));
    for now in ["f", "<Esc>"] {
        press(&mut state, "{{{[[[[[");
        assert!(state.scene().table.get(id(2)).is_none());
        feed.wake(0, &[]);
        state.apply(&feed.publish());
        press(&mut state, now);
        state.tick(state.live().now);
        assert!(!state.is_back());
        assert_eq!(state.scene().table.selected().unwrap().id(), id(2), "{now}");
    }
    // Who is gone by now is not dropped, as from any frozen picture.
    press(&mut state, "[");
    assert!(state.can_drop());
    feed.close(2, Why::PeerClosed);
    state.apply(&feed.publish());
    assert!(!state.can_drop());
}

#[test]
fn a_jump_goes_by_seconds_to_a_time_or_to_what_is_such() {
    let (mut state, mut feed) = served();
    let mut goes = |keys: &str| {
        press(&mut state, keys);
        (state.scene().now / (100 * MS), newest(&state))
    };
    assert_eq!(goes("J1.6<Enter>"), (15, "recv".into()));
    assert_eq!(goes("J-0.4<Enter>"), (10, "accept".into()));
    assert_eq!(goes("J+0.6<Enter>"), (15, "recv".into()));
    assert_eq!(goes("J-request<Enter>"), (15, "request".into()));
    assert_eq!(goes("Jrequest<Enter>"), (20, "request".into()));
    assert_eq!(goes("J-conn:1 accept<Enter>"), (10, "accept".into()));
    // What is wrong is not gone to, and Esc leaves it.
    assert_eq!(goes("Jfd:x<Enter>"), (10, "accept".into()));
    assert!(matches!(state.overlay(), Overlay::Jump(_)));
    press(&mut state, "<Esc>");
    press(&mut state, "Jclosed<Enter>");
    assert!(state.current_notice().unwrap().text().starts_with("nothing like that"));
    // Before the first event there is nothing; behind the last it is now.
    press(&mut state, "J-60<Enter>");
    assert!(state.current_notice().unwrap().text().starts_with("this is the beginning"));
    assert_eq!(state.cursor(), 1);
    press(&mut state, "J+60<Enter>");
    assert!(!state.is_back());
    // Seen from now only what was before can be meant.
    feed.close(1, Why::PeerClosed);
    feed.wake(1000 * MS, &[]);
    state.apply(&feed.publish());
    press(&mut state, "Jclosed<Enter>");
    assert_eq!(newest(&state), "closed");
}

#[test]
fn a_jump_goes_to_what_looks_like_a_mistake() {
    let (mut state, mut feed) = served();
    let listener = feed.batch.listener.as_mut().unwrap();
    listener.resting = Some(Errno::MFILE);
    feed.tell(LISTENER, None, What::Accept { ret: Ret::err(Errno::MFILE), peer: None });
    feed.tell(LISTENER, None, What::Rest { errno: Errno::MFILE });
    for _ in 0..400 {
        feed.tell(LISTENER, None, What::Accept { ret: Ret::err(Errno::MFILE), peer: None });
        feed.wake(0, &[(LISTENER, Mask::IN, None)]);
    }
    state.apply(&feed.publish());
    let seen = state.cursor();
    assert_eq!(state.live().lints.found().len(), 1, "{:?}", state.live().lints.found());
    feed.wake(MS, &[]);
    state.apply(&feed.publish());
    for keys in ["Jmistake<Enter>", "[[[Jmistake<Enter>", "]J-mistake<Enter>"] {
        press(&mut state, keys);
        assert_eq!((state.cursor(), state.is_stepped_back()), (seen, true), "{keys}");
    }
}

#[test]
fn the_time_line_says_what_happened_when_and_a_click_goes_there() {
    let (mut state, mut feed) = served();
    feed.now = 6_000 * MS;
    feed.close(1, Why::PeerClosed);
    state.apply(&feed.publish());
    feed.now = 8_000 * MS;
    feed.lose(Kind::Recv, 3);
    feed.wake(0, &[]);
    state.apply(&feed.publish());
    let row = |state: &State| drawn(state, 120, 36).lines().nth(34).unwrap().to_owned();
    assert!(row(&state).starts_with('╰'), "now there is none");
    press(&mut state, "J3<Enter>");
    let shown = row(&state);
    assert!(shown.starts_with(" -10 s "), "{shown}");
    let at =
        |sign| shown.chars().position(|c| c == sign).unwrap_or_else(|| panic!("{sign}: {shown}"));
    assert!(at('+') < at('◆') && at('◆') < at('×') && at('×') < at('?'), "{shown}");
    let mut click = |column: usize| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        let (column, row) = (u16::try_from(column).unwrap(), 34);
        state.mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
        (state.is_back(), newest(&state), state.scene().now / (1000 * MS))
    };
    assert_eq!(click(at('×')), (true, "closed".into(), 6));
    assert_eq!(click(at('×') - 1), (true, "recv".into(), 2));
    assert!(click(12).0);
    assert!(click(3).0, "beside it nothing happens");
    assert!(!click(11 + 92).0, "its end is now");
    // In ASCII too.
    press(&mut state, "[");
    let theme = Theme::new(Palette::Dark, true);
    assert!(text(&render(&state, 120, 36, &theme)).lines().nth(34).unwrap().is_ascii());
}

#[test]
fn without_a_history_the_keys_say_so() {
    let mut state = state_with(120, 36, |options| options.history = 0);
    state.apply(&classroom().publish());
    press(&mut state, "[");
    assert!(!state.is_back());
    assert!(state.current_notice().unwrap().text().contains("--history 0"));
    press(&mut state, "f");
    assert!(state.is_back() && state.question().is_none());
    press(&mut state, "]");
    assert!(!state.is_back());
}

#[test]
fn what_falls_out_is_said_and_the_bound_is_kept() {
    let mut state = state_with(120, 36, |options| options.history = 1 << 20);
    let mut feed = Feed::new();
    for _ in 0..200 {
        feed.talk();
        feed.wake(MS, &[]);
        state.apply(&feed.publish());
        state.tick(feed.now);
        assert!(state.history().held() <= 1 << 20, "{}", state.history().held());
    }
    assert!(state.history().held() > 1 << 19);
    let oldest = state.history().oldest().unwrap();
    assert!(oldest > 100);
    for _ in 0..400 {
        press(&mut state, "[");
    }
    let told = state.current_notice().unwrap().text();
    assert!(told.starts_with("nothing older than") && told.contains("1.0 MB"), "{told}");
    assert!(state.cursor() - oldest < 3);
    // The picture stays though its events fall out, and goes forth to the oldest that is kept.
    for _ in 0..100 {
        feed.talk();
        feed.wake(MS, &[]);
        state.apply(&feed.publish());
    }
    assert!(state.history().oldest().unwrap() > state.cursor());
    press(&mut state, "]");
    assert!(state.cursor() >= state.history().oldest().unwrap());
}

#[test]
fn the_whole_screen_back_in_time() {
    let (mut state, mut feed) = served();
    feed.hold(Kind::Recv, 9, Some(1));
    state.apply(&feed.publish());
    state.tick(12_000 * MS);
    press(&mut state, "{[[[");
    for (width, height) in [(120, 36), (80, 24)] {
        state.resize(width, height);
        let shown = dark(&state, width, height);
        insta::assert_snapshot!(format!("back_{width}x{height}"), shown);
    }
}
