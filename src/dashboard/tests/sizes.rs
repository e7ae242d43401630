//! The frame is not of the size that the state was told: a terminal shrinks at any moment.

use super::feed::classroom;
use super::{press, render, state};
use crate::dashboard::state::State;
use crate::dashboard::state::notice::Ended;
use crate::dashboard::theme::{Palette, Theme};
use crate::server::Failure;

/// What leads to each panel, and lies over them; after each, the zoom too.
const LOOKS: [&str; 14] = [
    "1",
    "2",
    "3",
    "4",
    "<Down><Enter>5",
    "6",
    "7",
    "?",
    "?drop",
    "<Down>x",
    "i",
    "/fd:9",
    "k",
    "v",
];

/// The classroom on a screen of that size.
fn room(width: u16, height: u16) -> State {
    let mut state = state(width, height);
    let mut feed = classroom();
    let snapshot = feed.snapshot();
    state.apply(&feed.publish());
    state.kernel(snapshot, u64::MAX);
    state.tick(3_000_000_000);
    state
}

/// Draws into frames from nothing up to somewhat more than the state believes.
fn draw_all(state: &State, (width, height): (u16, u16), what: &str) {
    let theme = Theme::new(Palette::Dark, false);
    let heights = (0..=height + 5).step_by(5);
    for (w, h) in heights.flat_map(|h| (0..=width + 19).step_by(19).map(move |w| (w, h))) {
        let draw = std::panic::AssertUnwindSafe(|| render(state, w, h, &theme));
        assert!(std::panic::catch_unwind(draw).is_ok(), "{what}: {width}x{height} in {w}x{h}");
    }
}

#[test]
fn a_frame_of_another_size_than_the_state_knows_is_drawn() {
    for size in [(44, 14), (80, 24), (200, 50)] {
        for keys in LOOKS {
            let mut state = room(size.0, size.1);
            press(&mut state, "z");
            press(&mut state, keys);
            draw_all(&state, size, keys);
            let mut state = room(size.0, size.1);
            press(&mut state, keys);
            draw_all(&state, size, keys);
        }
        let mut state = room(size.0, size.1);
        let why = "it has ended, and this is a long sentence on why it has";
        state.server_ended(Ended::Failed(Some(Failure::Panic(Some(why.into()))), Vec::new()));
        draw_all(&state, size, "dead");
    }
}

#[test]
fn it_is_laid_out_by_the_frame() {
    let theme = Theme::new(Palette::Dark, false);
    let told = room(44, 14);
    let known = room(120, 36);
    let text = |state: &State, w, h| super::text(&render(state, w, h, &theme));
    assert_eq!(text(&known, 44, 14), text(&told, 44, 14));
}
