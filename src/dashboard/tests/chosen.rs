//! What is chosen of the picture: which columns, which panels.

use super::super::panel::Panel;
use super::super::state::notice::Notice;
use super::super::state::table::Column;
use super::super::state::{Action, Chosen, State};
use super::feed::classroom;
use super::{drawn, press, state, state_with};
use crate::words::walk;

fn chosen() -> Chosen {
    Chosen {
        columns: vec![Column::Fd, Column::Requests, Column::State, Column::Peer],
        sort: Column::Requests,
        reverse: true,
        focus: Panel::Stream,
        side: Panel::Costs,
        zoom: false,
    }
}

/// The screen; in Chinese only the file's name, and an option's, are Latin.
fn seen(state: &State) -> String {
    walk(&["home", "ada", "config", "toml", "bak", "no"], || drawn(state, 120, 36));
    drawn(state, 120, 36)
}

/// The headings of the table.
fn headings(screen: &str) -> Vec<&str> {
    let line = screen.lines().find(|line| line.contains("fd") && line.contains("state")).unwrap();
    let table = line.trim_start_matches(['┃', '│']).split(['┃', '│']).next().unwrap();
    table.split_whitespace().collect()
}

#[test]
fn it_is_seen_from_the_start() {
    let mut state = state_with(120, 36, |options| options.choice = chosen());
    state.apply(&classroom().publish());
    state.tick(3_000_000_000);
    assert_eq!(headings(&drawn(&state, 120, 36)), ["fd", "req▽", "state", "peer"]);
    let areas = state.areas();
    assert_eq!((areas.of(Panel::Loop), state.focus()), (None, Panel::Stream));
    assert!(areas.of(Panel::Costs).is_some());
    let requests = |id: &_| state.scene().table.get(*id).unwrap().row().requests;
    let order: Vec<_> = state.scene().table.order().iter().map(requests).collect();
    assert!(order.is_sorted_by(|a, b| a >= b) && !order.is_sorted(), "{order:?}");
    assert_eq!(state.choice(), chosen());
}

#[test]
fn what_it_is_sorted_by_is_seen_at_every_width() {
    for sort in Column::ALL {
        for (width, height) in [(40, 20), (80, 24), (120, 36)] {
            let mut state = state_with(width, height, |options| options.choice.sort = sort);
            state.apply(&classroom().publish());
            state.tick(3_000_000_000);
            let screen = drawn(&state, width, height);
            assert!(screen.contains('△'), "{sort:?}\n{screen}");
        }
    }
}

#[test]
fn the_order_goes_through_the_columns_as_they_stand() {
    let mut state = state_with(120, 36, |options| options.choice = chosen());
    state.apply(&classroom().publish());
    state.tick(3_000_000_000);
    press(&mut state, "1");
    let sorts = ["o", "o", "o"].map(|key| {
        press(&mut state, key);
        state.choice().sort
    });
    assert_eq!(sorts, [Column::State, Column::Peer, Column::Fd]);
}

#[test]
fn what_has_the_keyboard_is_seen_whatever_stands_beside_the_table() {
    for focus in Panel::ALL {
        let state = state_with(80, 24, |options| {
            options.choice = Chosen { focus, side: Panel::Costs, ..chosen() };
        });
        assert!(state.areas().of(focus).is_some(), "{focus:?}");
    }
}

#[test]
fn keys_change_it() {
    let mut state = state(120, 36);
    state.apply(&classroom().publish());
    assert_eq!(state.choice(), Chosen::default());
    press(&mut state, "O7z");
    let (focus, side) = (Panel::Costs, Panel::Costs);
    let changed = Chosen { reverse: true, focus, side, zoom: true, ..Chosen::default() };
    assert_eq!(state.choice(), changed);
}

#[test]
fn it_is_saved_after_a_yes() {
    let mut state = state(120, 36);
    state.apply(&classroom().publish());
    for no in ["Wn", "W<Esc>", "W<Enter>"] {
        assert_eq!(press(&mut state, no), [], "{no}");
    }
    press(&mut state, "W");
    let shown = seen(&state);
    assert!(shown.contains("/home/ada/.config/epollscope/config.toml?"), "{shown}");
    let narrow = drawn(&state, 48, 24);
    assert!(narrow.contains("toml?"), "{narrow}");
    assert_eq!(press(&mut state, "y"), [Action::Save]);
    let path = "/home/ada/.config/epollscope/config.toml".to_owned();
    state.notice(Notice::Saved { backup: Some("config.toml.bak".to_owned()), path });
    let shown = seen(&state);
    assert!(shown.contains("the old file is config.toml.bak"), "{shown}");
}

#[test]
fn where_there_is_no_settings_file_it_says_so() {
    let mut state = state(120, 36);
    state.forget_settings();
    state.apply(&classroom().publish());
    assert_eq!(press(&mut state, "Wy"), []);
    let shown = seen(&state);
    assert!(shown.contains("no settings file: --no-config"), "{shown}");
}
