//! Whole screens in Chinese, as snapshots; and what changes with the language.

use insta::assert_snapshot;

use super::feed::Feed;
use super::screens::lively;
use super::{drawn, press, state};
use crate::dashboard::state::State;
use crate::telemetry::{Kind, ServerKind};
use crate::words::Language;

const SECOND: u64 = 1_000_000_000;

/// The screen in Chinese.
fn chinese(state: &State, width: u16, height: u16) -> String {
    Language::Chinese.speak();
    let screen = drawn(state, width, height);
    Language::English.speak();
    screen
}

#[test]
fn three_sizes() {
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        let (state, _) = lively(width, height);
        assert_snapshot!(format!("{width}x{height}"), chinese(&state, width, height));
    }
}

#[test]
fn help_card_seats_costs_and_options() {
    let (mut state, _) = lively(80, 24);
    press(&mut state, "?");
    let mut help = chinese(&state, 80, 24);
    press(&mut state, "<PgDn>");
    help += &chinese(&state, 80, 24);
    assert_snapshot!("help", help);
    for (name, keys) in [
        ("card", "<Esc>1<Down><Down><Enter>"),
        ("seats", "6"),
        ("costs", "7z"),
        ("options", "zE"),
        ("kinds", "<Esc>a"),
        ("servers", "<Esc>v"),
        ("before_after", "<Esc>b"),
        ("quit", "<Esc>q"),
    ] {
        press(&mut state, keys);
        // The edge of a box takes the whole of a letter that stands half under it.
        assert_snapshot!(name, chinese(&state, 80, 24));
    }
}

#[test]
fn the_loop_of_each_server_paused() {
    for server in ServerKind::ALL {
        let (mut state, mut feed) = lively(120, 36);
        feed.switch(server);
        feed.hold(Kind::Recv, 9, Some(1));
        state.apply(&feed.publish());
        state.tick(4 * SECOND);
        press(&mut state, "2z");
        let name = format!("loop_{}", server.name().replace('-', "_"));
        assert_snapshot!(name, chinese(&state, 120, 36));
    }
}

#[test]
fn empty_and_too_small() {
    let mut empty = state(80, 24);
    empty.apply(&Feed::new().publish());
    empty.tick(SECOND);
    let (small, _) = lively(20, 5);
    assert_snapshot!(chinese(&empty, 80, 24) + &chinese(&small, 20, 5));
}

#[test]
fn the_language_changes_while_everything_is_shown() {
    let (mut state, _) = lively(80, 24);
    assert!(drawn(&state, 80, 24).contains("event stream"));
    press(&mut state, "L");
    let screen = drawn(&state, 80, 24);
    assert!(screen.contains("事件流") && !screen.contains("event stream"), "{screen}");
    press(&mut state, "L");
    assert!(drawn(&state, 80, 24).contains("event stream"));
}

#[test]
fn where_the_terminal_has_no_chinese_letters_the_key_says_so() {
    let mut state = super::state_with(80, 24, |options| options.chinese = false);
    state.apply(&Feed::new().publish());
    press(&mut state, "L");
    assert_eq!(Language::spoken(), Language::English);
    let screen = drawn(&state, 80, 24);
    assert!(screen.contains("has no Chinese letters"), "{screen}");
}
