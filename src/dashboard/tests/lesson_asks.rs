//! What the operator is asked for a lesson: before it closes connections from outside, at its beginning
//! and at its end.

use std::sync::Arc;

use crossterm::event::KeyCode;

use super::drawn;
use super::lesson::Class;
use crate::clients::{ClientInfo, ClientKind};
use crate::dashboard::state::Overlay;
use crate::lesson::Phase;
use crate::telemetry::{Command, ServerKind};

#[test]
fn the_operator_is_asked_before_connections_from_outside_are_closed() {
    let mut class = Class::new(80, 24, ServerKind::Poll);
    class.press("n");
    class.code(KeyCode::Enter);
    let question = |class: &mut Class| {
        for _ in 0..20 {
            class.tick();
            if matches!(class.state().overlay(), Overlay::Confirm(_)) {
                return true;
            }
        }
        false
    };
    assert!(question(&mut class));
    let screen = drawn(class.state(), 80, 24);
    assert!(screen.contains("the lesson switches to poll: close 4 connections?"), "{screen}");
    // Time goes by; nothing is done, and nothing is given up.
    for _ in 0..1000 {
        class.tick();
    }
    let switched =
        |class: &Class| class.server.borrow().commands.contains(&Command::Switch(ServerKind::Poll));
    assert!(!switched(&class));
    class.code(KeyCode::Char('n'));
    class.settle();
    assert_eq!((class.phase(), switched(&class)), (None, false));
    class.press("n");
    class.code(KeyCode::Enter);
    assert!(question(&mut class));
    class.press("y");
    assert!(switched(&class));
    assert_eq!(class.phase(), Some(Phase::Shown));
    assert!(class.state().lesson().unwrap().troubles().is_empty());
}

#[test]
fn one_that_is_left_asks_before_it_brings_the_server_from_before_back() {
    let mut class = Class::new(80, 24, ServerKind::Poll);
    class.server.borrow_mut().feed.batch.listener.as_mut().unwrap().suits_lessons = false;
    class.press("n");
    class.code(KeyCode::Enter);
    let question = |class: &mut Class, sentence: &str| {
        for _ in 0..20 {
            class.tick();
            if matches!(class.state().overlay(), Overlay::Confirm(_)) {
                let screen = drawn(class.state(), 80, 24);
                assert!(screen.contains(sentence), "{screen}");
                return;
            }
        }
        panic!("it does not ask: {sentence}");
    };
    question(&mut class, "the lesson needs a fresh server: close 4 connections?");
    class.press("y");
    assert_eq!(class.phase(), Some(Phase::Shown));
    let sent = |class: &mut Class| std::mem::take(&mut class.server.borrow_mut().commands);
    let switches = |commands: Vec<Command>| -> Vec<Command> {
        let is_switch = |c: &Command| matches!(c, Command::Switch(_) | Command::SuitLessons(_));
        commands.into_iter().filter(is_switch).collect()
    };
    let begun = [Command::SuitLessons(true), Command::Switch(ServerKind::Poll)];
    assert_eq!(switches(sent(&mut class)), begun);
    // It was agreed to for this lesson, to its end.
    class.press("QQ");
    let back = [Command::SuitLessons(false), Command::Switch(ServerKind::EpollEt)];
    assert_eq!((switches(sent(&mut class)), class.phase()), (back.to_vec(), None));
    // Another lesson began without a question; then the operator has chosen another server, and stays
    // with it.
    class.server.borrow_mut().feed.switch(ServerKind::Poll);
    class.server.borrow_mut().feed.batch.listener.as_mut().unwrap().suits_lessons = true;
    class.press("n2<Enter>");
    assert_eq!((switches(sent(&mut class)), class.phase()), (Vec::new(), Some(Phase::Shown)));
    class.server.borrow_mut().feed.switch(ServerKind::Select);
    class.code(KeyCode::Char('Q'));
    class.code(KeyCode::Char('Q'));
    question(&mut class, "back to the server from before the lesson: close 4 connections?");
    class.press("n");
    assert_eq!((switches(sent(&mut class)), class.phase()), (Vec::new(), None));
}

#[test]
fn nobody_is_asked_about_clients_of_our_own_that_the_server_has_yet_to_see_go() {
    let mut class = Class::new(80, 24, ServerKind::Poll);
    let rows = class.state().live().table.open_rows();
    let gone = rows.zip(1..).map(|(row, id)| ClientInfo {
        id,
        kind: ClientKind::Idle,
        local: Some(row.peer()),
        responses: 0,
        status: String::new(),
        connecting: false,
        ended: true,
    });
    let gone = Arc::new(gone.collect::<Vec<_>>());
    class.server.borrow_mut().clients = gone;
    class.press("n<Enter>");
    assert_eq!((class.phase(), class.state().overlay()), (Some(Phase::Shown), &Overlay::None));
    assert!(class.server.borrow().commands.contains(&Command::Switch(ServerKind::Poll)));
}
