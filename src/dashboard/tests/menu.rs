//! The menu of options that are changed on the running server.

use super::screens::lively;
use super::{dark, drawn, press};
use crate::dashboard::state::{Action, by_server, menu};
use crate::telemetry::{Command, Mistake, Options, ServerKind, Setting, Trigger};

fn sent(actions: &[Action]) -> Vec<Setting> {
    let set = |action: &Action| match action {
        Action::Send(Command::Set(setting)) => *setting,
        other => panic!("{other:?}"),
    };
    actions.iter().map(set).collect()
}

#[test]
fn the_menu_changes_one_option_after_another() {
    let (mut state, mut feed) = lively(80, 24);
    feed.switch(ServerKind::Epoll);
    state.apply(&feed.publish());
    assert_eq!(sent(&press(&mut state, "E<Right>")), [Setting::Trigger(Trigger::Edge)]);
    // It is asked for; the server has not said so yet.
    let screen = dark(&state, 80, 24);
    assert!(screen.contains("‹ edge › asked for"), "{screen}");
    let options = &mut feed.batch.listener.as_mut().unwrap().options;
    options.set(Setting::Trigger(Trigger::Edge));
    state.apply(&feed.publish());
    let screen = dark(&state, 80, 24);
    assert!(screen.contains("‹ edge ›  ") && !screen.contains("asked for"), "{screen}");
    insta::assert_snapshot!(screen);
    // At the ends of a row of values nothing more happens; Enter goes round.
    assert_eq!(sent(&press(&mut state, "<Right><Right>")), [Setting::Trigger(Trigger::Oneshot)]);
    assert_eq!(sent(&press(&mut state, "<Enter>")), [Setting::Trigger(Trigger::Level)]);
    assert_eq!(sent(&press(&mut state, "<Down><Enter>")), [Setting::Drain(false)]);
    assert_eq!(sent(&press(&mut state, "<Backspace>")), [Setting::Drain(true)]);
    assert!(press(&mut state, "<Backspace>").is_empty(), "it is as usual");
    // What has no effect here is not sent, and says why.
    assert!(press(&mut state, "<Down><Down><Right>").is_empty());
    let screen = dark(&state, 80, 24);
    assert!(screen.contains("nap          (none)                 only --server scan"), "{screen}");
    let mistake = Setting::Mistake(Some(Mistake::NoDrain));
    assert_eq!(sent(&press(&mut state, "<Up><Up><Up><Up><Right>")), [mistake]);
    press(&mut state, "<Esc>");
    assert!(!dark(&state, 80, 24).contains("experiment: options"));
}

#[test]
fn what_was_asked_for_and_does_not_come_is_not_shown_for_ever() {
    let (mut state, mut feed) = lively(80, 24);
    feed.switch(ServerKind::Epoll);
    state.apply(&feed.publish());
    press(&mut state, "E<Right>");
    assert!(dark(&state, 80, 24).contains("edge"));
    state.tick(state.live().now + 2_000_000_000);
    let screen = dark(&state, 80, 24);
    assert!(screen.contains("‹ level ›") && !screen.contains("asked for"), "{screen}");
}

#[test]
fn what_is_not_as_usual_stands_in_the_header() {
    let (mut state, mut feed) = lively(80, 24);
    feed.switch(ServerKind::Epoll);
    let options = &mut feed.batch.listener.as_mut().unwrap().options;
    options.set(Setting::Drain(false));
    options.set(Setting::ReadBuffer(1024));
    // Without an effect on this one.
    options.set(Setting::Nap(std::time::Duration::from_secs(1)));
    state.apply(&feed.publish());
    let line =
        |state: &_, width, height| drawn(state, width, height).lines().next().unwrap().to_owned();
    assert!(
        line(&state, 80, 24).contains("epoll   drain off, recv 1,024   ●"),
        "{}",
        line(&state, 80, 24)
    );
    assert!(line(&state, 120, 36).contains("epoll ── drain off, recv 1,024 ──"));
    let options = &mut feed.batch.listener.as_mut().unwrap().options;
    for setting in [
        Setting::Trigger(Trigger::Edge),
        Setting::AcceptAll(false),
        Setting::WriteBuffer(Some(4096)),
        Setting::Backlog(4),
        Setting::Handlers(4),
        Setting::Budget(2),
        Setting::Mistake(Some(Mistake::IgnorePartialWrite)),
    ] {
        options.set(setting);
    }
    state.apply(&feed.publish());
    let narrow = line(&state, 80, 24);
    assert!(narrow.contains("epoll   edge, drain off, accept one, recv 1,024, +5   ●"), "{narrow}");
    let wide = line(&state, 200, 50);
    assert!(wide.contains("backlog 4, pool 4, budget 2, ignore-partial-write ──"), "{wide}");
}

#[test]
fn each_option_has_an_effect_on_some_server_and_a_reason_on_the_others() {
    let unable = |server: ServerKind| -> String {
        let all = Options::default().settings();
        let told = all.map(|setting| by_server::without_effect(server, setting));
        assert!(told.iter().flatten().all(|why| why.len() < 76));
        told.iter().map(|why| if why.is_none() { '1' } else { '0' }).collect()
    };
    let told = ServerKind::ALL.map(unable);
    // Trigger, drain, accept, nap, read and write buffer, backlog, handler, budget, mistake.
    let wanted = [
        "0000111000", // blocking
        "0000011000", // processes
        "0000111000", // threads
        "0000111010", // coroutines
        "0111111111", // scan
        "0110111111", // select
        "0110111111", // poll
        "1110111111", // epoll
        "0110111111", // epoll-et
    ];
    assert_eq!(told, wanted);
}

#[test]
fn a_value_that_has_no_effect_on_the_server_that_runs_stands_in_brackets() {
    let (mut state, mut feed) = lively(80, 24);
    feed.switch(ServerKind::EpollEt);
    state.apply(&feed.publish());
    press(&mut state, "E");
    let menu = dark(&state, 80, 24);
    assert!(menu.contains("▸ trigger      (level) "), "{menu}");
    assert!(menu.contains("  nap          (none) "), "{menu}");
    assert!(menu.contains("  drain        on "), "{menu}");
}

#[test]
fn a_fresh_server_asks_while_there_are_clients_from_outside() {
    let (mut state, mut feed) = lively(80, 24);
    feed.switch(ServerKind::Threads);
    feed.accept(31, 31);
    state.apply(&feed.publish());
    assert!(menu::needs_fresh(ServerKind::Threads, Setting::ReadBuffer(1)));
    assert!(press(&mut state, "E<Down><Down><Down><Down><Left>").is_empty());
    assert!(drawn(&state, 80, 24).contains("sure?"));
    assert_eq!(sent(&press(&mut state, "y")), [Setting::ReadBuffer(16_384)]);
}
