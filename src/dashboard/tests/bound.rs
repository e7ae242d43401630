//! Other keys than the declared ones, as settings give them: what is pressed, and what is shown.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::screens::lively;
use super::{dark, drawn, press};
use crate::dashboard::keys::{Bindings, Id, Press};
use crate::dashboard::panel::Panel;
use crate::dashboard::state::{Action, State};
use crate::telemetry::{Command, ServerKind};

/// Gives keys, several between blanks, to actions.
fn give(given: &[(Id, &str)]) {
    let mut bindings = Bindings::default();
    for (id, keys) in given {
        let presses = keys.split_whitespace().map(|key| Press::parse(key).unwrap());
        bindings.give(*id, presses.collect());
    }
    bindings.put_in_force();
}

fn f(state: &mut State, number: u8) -> Vec<Action> {
    state.key(KeyEvent::new(KeyCode::F(number), KeyModifiers::NONE))
}

#[test]
fn the_bar_the_tabs_and_the_help_show_the_keys_in_force() {
    give(&[
        (Id::Pause, "F5 ctrl-p"),
        (Id::Drop, ""),
        (Id::Client, "F2"),
        (Id::Show(Panel::Loop), "L"),
        (Id::Show(Panel::Card), ""),
        (Id::Server, "ctrl-v"),
    ]);
    let (mut state, mut feed) = lively(120, 36);
    let screen = dark(&state, 120, 36);
    let bar = screen.lines().last().unwrap();
    assert!(bar.contains(" F5 pause") && bar.contains(" F2 client"), "{bar}");
    assert!(!bar.contains("x drop") && bar.contains(" ctrl-v server"), "{bar}");
    assert!(screen.contains(" L the loop ") && !screen.contains("2 the loop"), "{screen}");
    assert!(screen.contains(" 4 charts  card  6 seats "), "{screen}");
    assert_eq!(f(&mut state, 5), [Action::Send(Command::Pause)]);
    assert!(press(&mut state, "px").is_empty());
    let screen = dark(&state, 120, 36);
    assert!(!screen.contains("sure?"), "{screen}");
    // A sentence that names a key.
    press(&mut state, "a2");
    let screen = dark(&state, 120, 36);
    assert!(screen.contains("F2 now adds a client"), "{screen}");
    press(&mut state, "?");
    let screen = dark(&state, 120, 36);
    assert!(screen.contains("F5 or ctrl-p"), "{screen}");
    press(&mut state, "drop the selected");
    let screen = drawn(&state, 120, 36);
    assert!(screen.contains("no key"), "{screen}");
    press(&mut state, "<Esc>");
    feed.switch(ServerKind::Poll);
    state.apply(&feed.publish());
}

#[test]
fn boxes_keep_the_keys_that_they_show() {
    // The arrows, Enter and Esc do other things outside.
    give(&[
        (Id::Up, "K"),
        (Id::Down, "_"),
        (Id::StopClients, "Up"),
        (Id::Zoom, "Down Esc"),
        (Id::Back, "ctrl-g"),
        (Id::NextPanel, "y"),
        (Id::PreviousPanel, "b"),
        (Id::Before, "Right"),
        (Id::Quit, "1"),
        (Id::Show(Panel::Table), ""),
    ]);
    let (mut state, mut feed) = lively(80, 24);
    feed.switch(ServerKind::Epoll);
    state.apply(&feed.publish());
    let marked = |state: &State, what: &str| {
        let screen = dark(state, 80, 24);
        assert!(screen.contains(&format!("▸ {what}")), "{what}: {screen}");
    };
    press(&mut state, "v");
    marked(&state, "8 ● epoll ");
    press(&mut state, "<Up><Up>_");
    marked(&state, "7   poll ");
    // What the box offers for a line is that line's.
    let actions = press(&mut state, "1");
    assert!(actions.is_empty() && dark(&state, 80, 24).contains("switch to blocking?"));
    press(&mut state, "<Esc>");
    assert!(!dark(&state, 80, 24).contains("sure?"));
    press(&mut state, "E<Right>");
    assert!(dark(&state, 80, 24).contains("‹ edge › asked for"), "{}", dark(&state, 80, 24));
    press(&mut state, "y");
    assert!(dark(&state, 80, 24).contains("‹ oneshot › asked for"), "{}", dark(&state, 80, 24));
    press(&mut state, "<Down>");
    marked(&state, "drain");
    press(&mut state, "K<Esc>");
    assert!(!dark(&state, 80, 24).contains("experiment: options"));
    press(&mut state, "<Right>");
    assert!(dark(&state, 80, 24).contains("before and after"), "{}", dark(&state, 80, 24));
    press(&mut state, "<Esc>");
    assert!(!dark(&state, 80, 24).contains("before and after"));
}
