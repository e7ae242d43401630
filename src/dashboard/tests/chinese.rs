//! Whole screens in Chinese, as snapshots; and what changes with the language.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use insta::assert_snapshot;
use unicode_width::UnicodeWidthStr;

use super::feed::Feed;
use super::screens::lively;
use super::{drawn, press, state};
use crate::dashboard::layout::Panel;
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

#[test]
fn a_click_hits_what_stands_there() {
    let (mut state, _) = lively(80, 24);
    Language::Chinese.speak();
    let panels = Panel::ALL.into_iter().rev().filter(|&panel| panel != Panel::Class);
    for panel in panels {
        let screen = drawn(&state, 80, 24);
        let tabs = screen.lines().nth(2).unwrap();
        let label = format!("{} {}", panel as usize + 1, panel.label());
        let column = tabs[..tabs.find(&label).unwrap()].width();
        for at in [0, label.width() - 1] {
            let event = MouseEvent {
                kind: MouseEventKind::Down(MouseButton::Left),
                column: u16::try_from(column + at).unwrap(),
                row: 2,
                modifiers: KeyModifiers::NONE,
            };
            press(&mut state, "1");
            state.mouse(event);
            assert_eq!(state.focus(), panel, "{at} of {label} on {tabs}");
        }
    }
    Language::English.speak();
}
