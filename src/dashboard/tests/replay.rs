//! A recording on the screen: the picture is the one that there was, and the keys go through it.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, unbounded};
use proptest::prelude::*;
use ratatui::buffer::Buffer;

use super::back::{Input, MS, Model, feed, step};
use super::feed::{Feed, LISTENER, id, peer};
use super::{press, render, state, text};
use crate::clients::{ClientInfo, ClientKind};
use crate::dashboard::replayed::{Replayed, Source};
use crate::dashboard::session::Show;
use crate::dashboard::state::checkpoints::{Index, Indexer};
use crate::dashboard::state::play::Recorded;
use crate::dashboard::state::{Scene, State};
use crate::dashboard::theme::{Palette, Theme};
use crate::record::check::Check;
use crate::record::cut::{Part, cut};
use crate::record::json::Header;
use crate::record::log::{Note, written};
use crate::record::playback::{Item, Place, Playback};
use crate::record::reading::Reading;
use crate::telemetry::{Errno, Mask, Nanos, Ret, What, Why};

/// What a log says of what came in.
pub(super) fn logged(inputs: &[Input]) -> Vec<u8> {
    written(inputs.iter().filter_map(|input| match input {
        Input::Batch(batch) => Some(Ok(&**batch)),
        Input::Kernel(snapshot, taken) => {
            Some(Err(Note::Kernel(Arc::new((**snapshot).clone()), *taken, None)))
        }
        _ => None,
    }))
}

pub(super) fn items(log: &[u8]) -> Vec<Item> {
    let mut playback = Playback::new(log, Instant::now());
    std::iter::from_fn(|| playback.next_item().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_a_log_tells_makes_the_picture_that_there_was(
        steps in prop::collection::vec(step(), 20..120),
        panel in prop::sample::select(vec!["1", "2", "3", "4", "5", "5z", "6", "7", "8", "z", "2z", "3z", "7z"]),
    ) {
        let mut model = Model::new();
        let inputs: Vec<Input> = steps.iter().filter_map(|step| model.does(step)).collect();
        let (mut there, mut here) = (state(120, 36), state(120, 36));
        for input in &inputs {
            if !matches!(input, Input::Tick(_) | Input::Made(_)) {
                feed(&mut there, input);
            }
        }
        for item in items(&logged(&inputs)) {
            match item {
                Item::Batch(batch) => here.apply(&batch),
                Item::Kernel(snapshot, taken) => here.kernel(*snapshot, taken),
                _ => unreachable!("none was written"),
            }
        }
        let theme = Theme::new(Palette::Dark, false);
        let shown = [&mut there, &mut here].map(|state| {
            state.tick(model.now);
            press(state, panel);
            render(state, 120, 36, &theme)
        });
        prop_assert!(shown[0] == shown[1], "{}\n{}", text(&shown[0]), text(&shown[1]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_part_of_a_log_is_known_from_its_begin_on(
        steps in prop::collection::vec(step(), 20..120), from in 0..30_u64,
    ) {
        let mut model = Model::new();
        let inputs: Vec<Input> = steps.iter().filter_map(|step| model.does(step)).collect();
        let log = logged(&inputs);
        let header = Header {
            server: "epoll-et".into(), pid: 1, start: SystemTime::now(), mistake: None, part: false, origin: None,
        };
        let part = Part { from: from * 1000 * MS, ..Part::default() };
        let (mut whole, mut of_it) = (Playback::new(&*log, Instant::now()), Vec::new());
        let events = cut(&mut whole, &header, &part, |bytes| {
            of_it.extend_from_slice(bytes);
            Ok(())
        });
        let mut check = Check::default();
        let mut reading = Reading::new(&*of_it);
        while let Some(line) = reading.line().unwrap() {
            check.line(line);
        }
        check.end();
        prop_assert!(check.troubles.is_empty(), "{check:?}");
        prop_assert_eq!(check.events, events.unwrap());
        let mut states = [state(120, 36), state(120, 36)];
        for (state, log) in states.iter_mut().zip([&log, &of_it]) {
            for item in items(log) {
                match item {
                    Item::Batch(batch) => state.apply(&batch),
                    Item::Kernel(snapshot, taken) => state.kernel(*snapshot, taken),
                    Item::Clients(_) | Item::Made(_) | Item::Lesson(_) => {}
                }
            }
            state.tick(model.now);
        }
        let known = |state: &State| {
            let scene = state.live();
            let rows = scene.table.entries().iter().filter(|entry| entry.closed.is_none());
            let mut rows: Vec<_> = rows.map(|entry| format!("{:?}", entry.row())).collect();
            rows.sort();
            (rows, scene.counters.clone(), scene.lost.clone(), scene.listener, scene.standing)
        };
        // Where something is left of it.
        if items(&of_it).iter().any(|item| matches!(item, Item::Batch(_))) {
            prop_assert_eq!(known(&states[0]), known(&states[1]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_last_seconds_are_kept_as_a_log_that_tells_the_same(
        steps in prop::collection::vec(step(), 20..120), seconds in 0..30_u64, back in 0..40_usize,
    ) {
        let mut model = Model::new();
        let inputs: Vec<Input> = steps.iter().filter_map(|step| model.does(step)).collect();
        let mut there = state(120, 36);
        for input in &inputs {
            feed(&mut there, input);
        }
        there.tick(model.now);
        press(&mut there, &"[".repeat(back));
        let (lines, time) = there.excerpt(Duration::from_secs(seconds));
        prop_assert!(time <= Duration::from_secs(seconds));
        let mut log = Vec::new();
        crate::record::json::header(&mut log, &Header {
            server: "epoll-et".into(), pid: 1, start: SystemTime::now(), mistake: None, part: true, origin: None,
        });
        log.extend(lines);
        let mut check = Check::default();
        let mut reading = Reading::new(&*log);
        while let Some(line) = reading.line().unwrap() {
            check.line(line);
        }
        check.end();
        prop_assert!(check.troubles.is_empty(), "{check:?}");
        let mut here = state(120, 36);
        let all = items(&log);
        let begins = all.iter().any(|item| matches!(item, Item::Batch(_)));
        for item in all {
            crate::dashboard::replayed::take(&mut here, item);
        }
        here.tick(there.scene().now);
        let known = |state: &State| {
            let scene = state.scene();
            let rows = scene.table.entries().iter().filter(|entry| entry.closed.is_none());
            let mut rows: Vec<_> = rows.map(|entry| format!("{:?}", entry.row())).collect();
            rows.sort();
            (rows, scene.counters.clone(), scene.lost.clone(), scene.listener, scene.standing)
        };
        // Gone back to the middle of a batch, what is kept has all of it.
        if begins && !there.is_stepped_back() {
            prop_assert_eq!(known(&there), known(&here));
        }
    }
}

/// Another number in place of each that is chosen, up to the largest that there are.
fn altered(log: &[u8], changes: &[(usize, u64)]) -> Vec<u8> {
    let mut log = String::from_utf8(log.to_vec()).unwrap();
    for (place, number) in changes {
        let digits: Vec<usize> =
            log.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
        let Some(at) = digits.get(place % digits.len().max(1)) else { continue };
        let end = log[*at..].find(|c: char| !c.is_ascii_digit()).map_or(log.len(), |len| at + len);
        log.replace_range(*at..end, &number.to_string());
    }
    log.into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_log_is_played_on_from_any_place(steps in prop::collection::vec(step(), 20..120)) {
        let mut model = Model::new();
        let inputs: Vec<Input> = steps.iter().filter_map(|step| model.does(step)).collect();
        let log = logged(&inputs);
        let all = items(&log);
        let mut playback = Playback::new(&*log, Instant::now());
        let mut read = 0;
        while playback.next_item().unwrap().is_some() {
            read += 1;
            let Some(place) = playback.place() else { continue };
            let from = usize::try_from(place.offset()).unwrap();
            let mut on = Playback::going_on(&log[from..], place);
            let rest: Vec<Item> = std::iter::from_fn(|| on.next_item().unwrap()).collect();
            prop_assert_eq!(rest.len(), all.len() - read);
            // When a measurement was taken is told by this machine's clock.
            for (one, other) in rest.iter().zip(&all[read..]) {
                if let (Item::Batch(one), Item::Batch(other)) = (one, other) {
                    prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
                }
            }
        }
    }
}

/// What is pressed to go elsewhere in a recording, and on from there.
fn travel() -> impl Strategy<Value = String> {
    let jump = (0..40_000_u64).prop_map(|ms| format!("J{}.{:03}<Enter>", ms / 1000, ms % 1000));
    let step = prop::sample::select(vec!["[", "[[[", "{", "]", "]]]", "}", "s", "[[[[[[[[[[[["]);
    prop_oneof![2 => jump, 3 => step.prop_map(str::to_owned)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn from_a_checkpoint_it_is_the_picture_that_reading_in_order_gives(
        steps in prop::collection::vec(step(), 60..200),
        panel in prop::sample::select(vec!["1", "2", "3", "4", "6", "7", "8", "z", "2z", "3z", "7z"]),
        history in prop::sample::select(vec![1 << 20, 64 << 20]),
        travels in prop::collection::vec(travel(), 2..12),
    ) {
        let mut model = Model::new();
        let inputs: Vec<Input> = steps.iter().filter_map(|step| model.does(step)).collect();
        let log = logged(&inputs);
        let mut here = Shown::indexed(log.clone(), history);
        let mut there = Shown::new(log.clone(), 64 << 20, true);
        for shown in [&mut here, &mut there] {
            shown.keys("p");
            shown.keys(panel);
        }
        for keys in &travels {
            if keys.starts_with('J') {
                there = Shown::new(log.clone(), 64 << 20, true);
                there.keys("p");
                there.keys(panel);
            }
            let each: Vec<String> = if keys.starts_with('J') {
                vec![keys.clone()]
            } else {
                keys.chars().map(String::from).collect()
            };
            for keys in each {
                here.keys(&keys);
                there.keys(&keys);
            }
            let like = here.state().scene().clone();
            let shown = [&mut here, &mut there].map(|shown| shown.screen(&like));
            prop_assert_eq!(here.at(), there.at(), "{}", keys);
            let [lines, others] = [0, 1].map(|which| text(&shown[which]));
            let pairs = lines.lines().zip(others.lines()).filter(|(line, other)| line != other);
            let other: Vec<String> = pairs.map(|(line, other)| format!("{line}\n{other}\n")).collect();
            prop_assert!(shown[0] == shown[1], "{keys}\n{}", other.join("\n"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn no_log_is_too_odd_to_be_shown(
        steps in prop::collection::vec(step(), 10..60),
        changes in prop::collection::vec(
            (any::<usize>(), prop_oneof![Just(u64::MAX), Just(0), 0..9_u64, any::<u64>(), 0..99_999_u64]), 1..20,
        ),
        keys in prop::sample::select(vec!["[[[", "p{{", "J0<Enter>", "2z", "7[", "6", "8z[", "4]", "b", "i"]),
    ) {
        let mut model = Model::new();
        let inputs: Vec<Input> = steps.iter().filter_map(|step| model.does(step)).collect();
        let log = altered(&logged(&inputs), &changes);
        for mut shown in [Shown::new(log.clone(), 64 << 20, true), Shown::indexed(log, 1 << 20)] {
            shown.keys("))))))))");
            for _ in 0..4 {
                shown.pass(50);
                shown.header();
            }
            shown.keys(keys);
            shown.header();
        }
    }
}

/// A log in memory.
struct Memory {
    log: Arc<Vec<u8>>,
    items: Receiver<io::Result<Item>>,
    end: Option<Nanos>,
    again: bool,
    index: Option<Index>,
    /// After how many bytes it was begun anew, each time.
    begun: Rc<RefCell<Vec<u64>>>,
}

/// What is read of a log by what plays it.
fn read(mut playback: Playback<&[u8]>) -> Receiver<io::Result<Item>> {
    let (sender, received) = unbounded();
    while let Some(item) = playback.next_item().unwrap() {
        sender.send(Ok(item)).unwrap();
    }
    received
}

/// Its index, at once.
fn index(log: &[u8]) -> Index {
    let index = Index::default();
    let mut indexer = Indexer::new(index.clone(), log.len() as u64);
    let mut playback = Playback::new(log, Instant::now());
    while let Some(item) = playback.next_item().unwrap() {
        assert!(indexer.take(item, playback.offset(), || playback.place()));
    }
    indexer.end();
    index
}

impl Memory {
    fn new(log: Arc<Vec<u8>>, again: bool) -> Self {
        let items = read(Playback::new(&log, Instant::now()));
        let end = self::items(&log).iter().filter_map(Item::time).max();
        Self { log, items, end, again, index: None, begun: Rc::default() }
    }
}

impl Source for Memory {
    fn items(&self) -> &Receiver<io::Result<Item>> {
        &self.items
    }

    fn end(&self) -> Option<Nanos> {
        self.end
    }

    fn grows(&self) -> bool {
        false
    }

    fn again(&mut self, from: Option<&Place>) -> bool {
        if self.again {
            self.begun.borrow_mut().push(from.map_or(0, Place::offset));
            self.items = read(match from {
                None => Playback::new(&self.log, Instant::now()),
                Some(place) => {
                    let from = usize::try_from(place.offset()).unwrap();
                    Playback::going_on(&self.log[from..], place.clone())
                }
            });
        }
        self.again
    }

    fn index(&self) -> Option<&Index> {
        self.index.as_ref()
    }
}

/// A recording that is looked at.
struct Shown {
    replayed: Box<Replayed<Memory>>,
    now: Instant,
    begun: Rc<RefCell<Vec<u64>>>,
    /// When notices have gone that were told before.
    later: Nanos,
}

impl Shown {
    fn new(log: Vec<u8>, history: usize, again: bool) -> Self {
        Self::of(Memory::new(Arc::new(log), again), history)
    }

    /// With an index.
    fn indexed(log: Vec<u8>, history: usize) -> Self {
        let index = Some(index(&log));
        Self::of(Memory { index, ..Memory::new(Arc::new(log), true) }, history)
    }

    fn of(memory: Memory, history: usize) -> Self {
        let mut state = super::state_with(120, 36, |options| options.history = history);
        let seeks = memory.index.is_some();
        state.replay(Recorded { name: "run.jsonl".into(), seeks, ..Recorded::default() });
        let (now, begun) = (Instant::now(), Rc::clone(&memory.begun));
        Self { replayed: Box::new(Replayed::new(memory, state, now)), now, begun, later: 1 << 60 }
    }

    /// The screen, with that selected which is selected in another scene, but for the time line, which knows
    /// more where there is an index, for the keys, and for notices of what was done before.
    fn screen(&mut self, like: &Scene) -> Buffer {
        let theme = Theme::new(Palette::Dark, false);
        while self.state().current_notice().is_some() {
            self.later += 10_000 * MS;
            let later = self.later;
            self.replayed.state_mut().is_seen_at(later);
        }
        let mut scene = self.state().scene().clone();
        scene.look_like(like);
        let now = scene.now;
        scene.table.refresh(now, false);
        let scene = self.replayed.state_mut().show_instead(scene);
        let mut screen = render(self.state(), 120, 36, &theme);
        screen.content.truncate(34 * 120);
        screen.area.height = 34;
        self.replayed.state_mut().show_instead(scene);
        screen
    }

    /// So much time passes, in pieces as they come.
    fn pass(&mut self, milliseconds: u64) {
        for _ in 0..milliseconds / 10 {
            self.now += Duration::from_millis(10);
            self.replayed.gather(self.now);
        }
    }

    fn keys(&mut self, keys: &str) {
        press(self.replayed.state_mut(), keys);
        // What has to be read for it is there at once.
        self.replayed.gather(self.now);
        while self.state().reads_ahead() {
            self.replayed.gather(self.now);
        }
    }

    fn state(&self) -> &State {
        self.replayed.state()
    }

    /// Milliseconds since the server's start, and events before that.
    fn at(&self) -> (u64, u64) {
        (self.state().scene().now / MS, self.state().cursor())
    }

    fn header(&self) -> String {
        let theme = Theme::new(Palette::Dark, false);
        text(&render(self.state(), 120, 36, &theme)).lines().next().unwrap().to_owned()
    }
}

/// A client each half second, from one second on: an accept and a request.
fn clients(count: u64) -> Vec<u8> {
    let (mut feed, mut inputs) = (Feed::new(), Vec::new());
    feed.now = 500 * MS;
    for number in 1..=count {
        feed.wake(500 * MS, &[(LISTENER, Mask::IN, None)]);
        feed.accept(number, 8 + i32::try_from(number).unwrap());
        feed.get(number, "/", 84);
        inputs.push(Input::Batch(Box::new(feed.publish())));
    }
    logged(&inputs)
}

#[test]
fn time_goes_on_as_it_was_and_faster_and_stands() {
    let mut shown = Shown::new(clients(20), 64 << 20, true);
    shown.pass(20);
    assert_eq!(shown.state().scene().table.open(), 1, "from the first event on");
    assert!(shown.header().contains("RECORDING ×1, at 1.0 s of 11 s"), "{}", shown.header());
    shown.pass(1000);
    assert_eq!(shown.state().scene().table.open(), 3);
    shown.keys("))");
    shown.pass(500);
    assert_eq!(shown.state().scene().table.open(), 8);
    assert!(shown.header().contains("RECORDING ×5"), "{}", shown.header());
    shown.keys("p");
    let stood = shown.at();
    shown.pass(3000);
    assert_eq!(shown.at(), stood);
    assert!(shown.header().contains("RECORDING stands"), "{}", shown.header());
    // Down to a hundredth.
    shown.keys("------------p");
    shown.pass(1000);
    assert!(shown.header().contains("RECORDING ÷100"), "{}", shown.header());
    assert_eq!(shown.at().0, stood.0 + 10);
    shown.keys("+++++++++++++++++++++");
    shown.pass(100);
    assert_eq!(shown.state().scene().table.open(), 20);
    shown.pass(100);
    assert!(shown.header().contains("stands ×1000, at 11 s of 11 s"), "{}", shown.header());
}

#[test]
fn a_step_goes_beyond_what_was_read() {
    let mut shown = Shown::new(clients(4), 64 << 20, true);
    shown.pass(20);
    shown.keys("p");
    let (_, first) = shown.at();
    shown.keys("[");
    assert!(shown.at().1 < first && shown.state().is_back());
    let mut last = shown.at().1;
    let mut times = vec![shown.at().0];
    loop {
        shown.keys("s");
        let (time, at) = shown.at();
        if at == last {
            break;
        }
        assert!(at > last, "{at} after {last}");
        last = at;
        times.push(time);
    }
    times.dedup();
    assert_eq!(times[..4], [1000, 1500, 2000, 2500], "every turn's time was there");
    assert_eq!(shown.state().scene().table.open(), 4);
    let told = shown.state().current_notice().unwrap().text();
    assert_eq!(told, "the recording ends here");
    // From its end it is played from the begin of what is kept.
    shown.keys("p");
    assert!(shown.at().0 <= 1000);
    shown.pass(1600);
    assert_eq!(shown.state().scene().table.open(), 2);
}

#[test]
fn a_jump_reads_on_and_what_fell_out_is_read_again() {
    let mut shown = Shown::new(clients(300), 64 << 10, true);
    shown.keys("pJ140<Enter>");
    assert_eq!(shown.state().scene().table.open(), 279);
    assert!(!shown.state().history().is_from_the_start(), "so much is not kept");
    shown.keys("J3<Enter>");
    for _ in 0..9 {
        shown.pass(10);
    }
    assert_eq!((shown.at().0, shown.state().scene().table.open()), (3000, 5));
    shown.keys("J0<Enter>");
    assert_eq!(shown.state().scene().table.open(), 1);
    // What comes by a pipe is there once.
    let mut shown = Shown::new(clients(300), 64 << 10, false);
    shown.keys("pJ140<Enter>J3<Enter>");
    assert!(shown.state().current_notice().unwrap().text().starts_with("nothing older"));
}

/// The same recording with an index and little room, and without and with all the room there is.
fn both(log: &[u8]) -> [Shown; 2] {
    let mut both =
        [Shown::indexed(log.to_vec(), 1 << 20), Shown::new(log.to_vec(), 64 << 20, true)];
    for shown in &mut both {
        shown.keys("p");
    }
    both
}

#[test]
fn an_indexed_recording_is_read_only_where_it_is_looked_at() {
    let log = clients(80);
    let [mut shown, mut whole] = both(&log);
    whole.keys("J60<Enter>");
    // Each is begun a little before what is looked at, wherever that is.
    for time in [36, 3, 25, 39, 17, 2] {
        let keys = format!("J{time}<Enter>");
        shown.keys(&keys);
        whole.keys(&keys);
        assert_eq!(shown.at(), whole.at(), "{time}");
        let begun = shown.begun.borrow().last().copied().unwrap();
        let there = log.len() as u64 * time * time / 1600;
        assert!(begun.abs_diff(there) < 60_000, "{time}: {begun} of {there}");
    }
    // Back by steps goes beyond what is kept, too, and forth again.
    for (keys, count) in [("J22<Enter>", 1), ("[", 100), ("]", 150), ("{", 20)] {
        let jumps = shown.begun.borrow().len();
        for _ in 0..count {
            shown.keys(keys);
            whole.keys(keys);
            assert_eq!(shown.at(), whole.at(), "{keys}");
        }
        assert!(keys != "[" || shown.begun.borrow().len() > jumps, "a checkpoint lies between");
    }
}

#[test]
fn what_is_sought_is_found_wherever_it_is() {
    let [mut shown, mut whole] = both(&clients(80));
    // What has not been read yet, from the newest picture too; and what has fallen out.
    for keys in ["conn:40 accept", "-conn:2 accept", "conn:75 request", "-conn:20 accept"] {
        let keys = format!("J{keys}<Enter>");
        let before = shown.at();
        shown.keys(&keys);
        whole.keys(&keys);
        assert_eq!(shown.at(), whole.at(), "{keys}");
        assert_ne!(shown.at(), before, "{keys}");
    }
    // What is not there leaves the picture where it was.
    let stood = shown.at();
    for keys in ["Jclosed<Enter>", "J-closed<Enter>", "Jmistake<Enter>", "J-mistake<Enter>"] {
        shown.keys(keys);
        assert_eq!(shown.at(), stood, "{keys}");
        let told = shown.state().current_notice().unwrap().text();
        assert!(told.starts_with("nothing like that"), "{keys}: {told}");
    }
    // A key stops it before it was found.
    press(shown.replayed.state_mut(), "Jconn:75 accept<Enter>");
    assert!(shown.state().reads_ahead());
    press(shown.replayed.state_mut(), "<Esc>");
    assert!(!shown.state().reads_ahead());
    assert_eq!(shown.at(), stood);
    shown.keys("[");
    assert!(shown.at().1 < stood.1);
}

#[test]
fn mistakes_are_gone_to_wherever_they_are() {
    let (mut feed, mut inputs) = (Feed::new(), Vec::new());
    for number in 1..=200 {
        feed.wake(500 * MS, &[(LISTENER, Mask::IN, None)]);
        feed.accept(number, 9);
        feed.close(number, Why::PeerClosed);
        if number == 80 {
            for _ in 0..400 {
                let refused = What::Accept { ret: Ret::err(Errno::MFILE), peer: None };
                feed.tell(LISTENER, None, refused);
                feed.wake(0, &[(LISTENER, Mask::IN, None)]);
            }
        }
        inputs.push(Input::Batch(Box::new(feed.publish())));
    }
    let [mut shown, mut whole] = both(&logged(&inputs));
    whole.keys("J1<Enter>");
    let mut times = Vec::new();
    for keys in ["J1", "Jmistake", "Jmistake", "J-mistake", "J-mistake", "J99", "J-mistake"] {
        let keys = format!("{keys}<Enter>");
        shown.keys(&keys);
        whole.keys(&keys);
        assert_eq!(shown.at(), whole.at(), "{keys}");
        times.push(shown.at().0 / 1000);
    }
    // It looks like one mistake, seen once.
    assert_eq!(times, [0, 40, 40, 40, 40, 98, 40]);
}

#[test]
fn a_filtered_step_goes_as_far_as_it_must() {
    let [mut shown, mut whole] = both(&clients(80));
    for keys in ["3/conn:40<Enter>", "s", "J38<Enter>", "[", "[", "J2<Enter>", "]"] {
        shown.keys(keys);
        whole.keys(keys);
        assert_eq!(shown.at(), whole.at(), "{keys}");
    }
    // A recording that is over is played from its begin.
    shown.keys("J9999<Enter>");
    shown.keys("p");
    shown.pass(20);
    assert!(shown.at().0 < 1100, "{:?}", shown.at());
}

#[test]
fn how_far_it_is_indexed_is_seen() {
    let log = clients(80);
    let (index, mut playback) = (Index::default(), Playback::new(&*log, Instant::now()));
    let mut indexer = Indexer::new(index.clone(), log.len() as u64);
    let memory = Memory::new(Arc::new(log.clone()), true);
    let mut shown = Shown::of(Memory { index: Some(index), ..memory }, 64 << 20);
    shown.keys("p");
    let line = |shown: &Shown, width, height| {
        let theme = Theme::new(Palette::Dark, false);
        let shown = text(&render(shown.state(), width, height, &theme));
        shown.lines().nth(usize::from(height) - 2).unwrap().to_owned()
    };
    let mut index = |shown: &mut Shown, share: u64| {
        while playback.offset() < log.len() as u64 * share / 100 {
            let item = playback.next_item().unwrap().unwrap();
            indexer.take(item, playback.offset(), || playback.place());
        }
        shown.pass(10);
    };
    index(&mut shown, 40);
    shown.replayed.state_mut().resize(80, 24);
    insta::assert_snapshot!(line(&shown, 80, 24));
    shown.replayed.state_mut().resize(120, 36);
    let whole = line(&shown, 120, 36);
    assert!(whole.ends_with("indexed 39 %") || whole.ends_with("indexed 40 %"), "{whole}");
    // What is not known yet is read as ever.
    shown.keys("J30<Enter>");
    assert!(shown.at().0.abs_diff(30_000) < 600, "{:?}", shown.at());
    index(&mut shown, 100);
    indexer.end();
    shown.pass(10);
    assert!(line(&shown, 120, 36).ends_with("+ 41 s"), "{}", line(&shown, 120, 36));
}

#[test]
fn what_is_read_again_has_its_clients_again() {
    let mut feed = Feed::new();
    let batches: Vec<_> = (1..=300)
        .map(|number| {
            feed.wake(500 * MS, &[(LISTENER, Mask::IN, None)]);
            feed.accept(number, 8 + i32::try_from(number).unwrap());
            feed.publish()
        })
        .collect();
    let ours = ClientInfo {
        id: 1,
        kind: ClientKind::Idle,
        local: Some(peer(1)),
        responses: 0,
        status: String::new(),
        connecting: false,
        ended: false,
    };
    let clients = Err(Note::Clients(Arc::new(vec![ours])));
    let (first, rest) = batches.split_first().unwrap();
    let log = written([Ok(first), clients].into_iter().chain(rest.iter().map(Ok)));
    let mut shown = Shown::new(log, 64 << 10, true);
    shown.keys("pJ140<Enter>");
    let is_ours = |shown: &Shown| {
        shown.state().scene().table.get(id(1)).is_some_and(|entry| entry.ours.is_some())
    };
    assert!(is_ours(&shown) && !shown.state().history().is_from_the_start());
    shown.keys("J3<Enter>");
    assert!(is_ours(&shown));
}

#[test]
fn there_is_no_server_to_be_steered() {
    let mut shown = Shown::new(clients(3), 64 << 20, true);
    shown.pass(20);
    for keys in ["c", "C", "x", "D", "v", "E", "n"] {
        shown.keys(keys);
        let told = shown.state().current_notice().unwrap().text();
        assert!(told.starts_with("this is a recording"), "{keys}: {told}");
    }
}
