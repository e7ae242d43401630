//! A recording's pictures, taken without a screen: they are those that the screen shows.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use ratatui::buffer::Buffer;

use super::back::{Input, MS, Model, step};
use super::replay::{items, logged};
use super::{render, state, text};
use crate::dashboard::film::{Setup, Way, roll, still};
use crate::dashboard::replayed::take;
use crate::dashboard::state::State;
use crate::dashboard::state::play::Recorded;
use crate::dashboard::theme::{Depth, Palette, Theme};
use crate::export::shot::Step;
use crate::telemetry::Nanos;
use crate::words::Language;

const SIZE: (u16, u16) = (120, 36);

fn setup() -> Setup {
    Setup {
        name: "run.jsonl".into(),
        program: None,
        zero: Duration::from_secs(1_795_251_600),
        end: None,
        size: SIZE,
        keys: true,
        presses: Arc::default(),
        ascii: false,
        ways: vec![Way { language: Language::English, palette: Palette::Dark }],
        fps: 10,
        span: (0, Nanos::MAX),
    }
}

fn filmed(log: &[u8], setup: &Setup) -> Vec<(Nanos, Step, Buffer)> {
    let (mut all, mut shots) = (items(log).into_iter(), Vec::new());
    roll(
        || Ok(all.next()),
        setup,
        |shot| {
            shots.push((shot.at, shot.step, shot.ways[0].clone()));
            Ok(())
        },
    )
    .unwrap();
    shots
}

/// A screen that has played all of it.
fn played(log: &[u8]) -> State {
    let mut state = state(SIZE.0, SIZE.1);
    state.replay(Recorded { name: "run.jsonl".into(), is_filmed: true, ..Recorded::default() });
    for item in items(log) {
        let time = item.time();
        take(&mut state, item);
        state.tick(time.unwrap_or_default());
    }
    state
}

/// Without what a film does not know yet, its time line; the name, the keys, which row is selected, and
/// which of two rows with one fd is the upper one: that depends on when they were put in order.
fn comparable(picture: &Buffer) -> String {
    const TABLE: usize = 72;
    let text = text(picture).replace('▸', " ");
    let lines: Vec<&str> = text.lines().collect();
    let halves = lines[1..lines.len() - 2].iter().map(|line| {
        let (left, right): (Vec<_>, Vec<_>) =
            line.chars().enumerate().partition(|(at, _)| *at < TABLE);
        [left, right].map(|half| half.into_iter().map(|(_, sign)| sign).collect::<String>())
    });
    let (mut left, right): (Vec<_>, Vec<_>) = halves.map(|[left, right]| (left, right)).unzip();
    left.sort();
    [left, right].concat().join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn there_is_a_picture_before_each_call_and_it_is_the_one_that_a_step_shows(
        steps in prop::collection::vec(step(), 5..40),
    ) {
        let mut model = Model::new();
        let inputs: Vec<Input> = steps.iter().filter_map(|step| model.does(step)).collect();
        let log = logged(&inputs);
        let shots = filmed(&log, &setup());
        prop_assert!(shots.windows(2).all(|pair| pair[0].0 <= pair[1].0));

        let theme = Theme::new(Palette::Dark, false).shown_in(Depth::True, true);
        let mut state = played(&log);
        let calls = state.calls_since(0);
        let called: Vec<_> = shots.iter().filter(|(_, step, _)| *step > Step::Time).collect();
        // So few are shown all.
        if calls.len() <= 150 {
            prop_assert_eq!(calls.len(), called.len());
            for ((at, step), (time, filmed, picture)) in calls.into_iter().zip(called) {
                prop_assert_eq!(step, *filmed);
                let stood = state.show_after(at, |state, now| (now, render(state, SIZE.0, SIZE.1, &theme)));
                let (now, stood) = stood.unwrap();
                prop_assert!(now <= *time);
                prop_assert!(comparable(&stood) == comparable(picture), "{}\n{}", text(&stood), text(picture));
            }
        }
        state.tick(0);
        let (_, _, last) = shots.last().unwrap();
        let end = render(&state, SIZE.0, SIZE.1, &theme);
        prop_assert!(comparable(&end) == comparable(last), "{}\n{}", text(&end), text(last));
    }
}

#[test]
fn a_part_begins_and_ends_where_it_was_asked_for() {
    let mut model = Model::new();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let steps = prop::collection::vec(step(), 200..201);
    let steps = steps.new_tree(&mut runner).unwrap().current();
    let inputs: Vec<Input> = steps.iter().filter_map(|step| model.does(step)).collect();
    let log = logged(&inputs);
    let end = model.now;
    let span = (end / 4, end / 2);
    let shots = filmed(&log, &Setup { span, ..setup() });
    assert!(shots.iter().all(|(at, ..)| (span.0..=span.1).contains(at)), "{span:?}");
    let (first, last) = (shots.first().unwrap().0, shots.last().unwrap().0);
    assert!(
        first <= span.0 + 100 * MS && last + 100 * MS >= span.1,
        "{first} to {last} of {span:?}"
    );

    // A single picture is the last one of those up to then.
    let mut all = items(&log).into_iter();
    let mut taken = None;
    let shoot = |shot: &crate::export::shot::Shot<'_>| {
        taken = Some((shot.at, shot.ways[0].clone()));
        Ok(())
    };
    still(|| Ok(all.next()), &Setup { span: (0, span.1), ..setup() }, shoot).unwrap();
    let (at, picture) = taken.unwrap();
    let (time, _, last) = shots.last().unwrap();
    assert!(at <= span.1 && *time <= span.1);
    assert_eq!(comparable(last), comparable(&picture));
}
