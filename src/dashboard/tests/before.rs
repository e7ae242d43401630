//! Switching as an experiment: marks in stream and charts, and the table of before and after.

use super::screens::lively;
use super::{dark, press, render, text};
use crate::dashboard::theme::{Palette, Theme};
use crate::telemetry::{Latency, ServerKind, Setting};

const SECOND: u64 = 1_000_000_000;

#[test]
fn each_switch_has_a_mark_and_a_column() {
    let (mut state, mut feed) = lively(120, 36);
    let started = feed.now;
    for (i, server) in [ServerKind::Poll, ServerKind::Epoll].into_iter().enumerate() {
        feed.now += 10 * SECOND;
        feed.switch(server);
        state.apply(&feed.publish());
        for _ in 0..5 {
            feed.now += SECOND;
            feed.get(4, "/", 100);
            let latency = Latency { took: 1_000_000 * (i as u64 + 1), answers: 40, server };
            feed.batch.latencies.push(latency);
            state.apply(&feed.publish());
            state.tick(feed.now + SECOND / 2);
        }
    }
    feed.now += SECOND;
    feed.batch.listener.as_mut().unwrap().options.set(Setting::Drain(false));
    feed.tell(-1, None, crate::telemetry::What::Set);
    state.apply(&feed.publish());
    state.tick(feed.now + 3 * SECOND);
    let screen = dark(&state, 120, 36);
    assert!(screen.contains("── epoll: drain off ───"), "{screen}");
    // The line in each chart, and below it what was changed, where that has room.
    let zoomed = {
        press(&mut state, "4z");
        dark(&state, 120, 36)
    };
    assert!(zoomed.contains("┊poll"), "{zoomed}");
    press(&mut state, "zb");
    assert!(dark(&state, 80, 24).contains("before and after: the last 2 of 4"));
    state.resize(80, 24);
    for (key, title, marks, column) in [
        ("<Left>", "before and after: 2 to 3 of 4", "◂ 1 older  1 newer ▸", "poll"),
        ("<Left>", "before and after: 1 to 2 of 4", "         2 newer ▸", "epoll-et"),
        ("<Left>", "before and after: 1 to 2 of 4", "         2 newer ▸", "epoll-et"),
        ("<Right>", "before and after: 2 to 3 of 4", "◂ 1 older  1 newer ▸", "poll"),
        ("<Home>", "before and after: 1 to 2 of 4", "         2 newer ▸", "epoll-et"),
        ("<End>", "before and after: the last 2 of 4", "◂ 2 older", "epoll, drain off"),
    ] {
        press(&mut state, key);
        let table = dark(&state, 80, 24);
        for wanted in [title, marks, column, "Left, Right: older, newer"] {
            assert!(table.contains(wanted), "{key}: {wanted}: {table}");
        }
        // Only the one that goes on does.
        assert_eq!(table.contains("goes on"), key == "<End>", "{table}");
    }
    state.resize(120, 36);
    let table = dark(&state, 120, 36);
    for wanted in
        ["poll", "epoll, drain off", "200", "1.0 ms", "2.0 ms", "goes on", "before and after"]
    {
        assert!(table.contains(wanted), "{wanted}: {table}");
    }
    insta::assert_snapshot!(table);
    let ascii = text(&render(&state, 80, 24, &Theme::new(Palette::Mono, true)));
    assert!(ascii.is_ascii(), "{ascii}");
    insta::assert_snapshot!(ascii);
    // A key that does nothing in it leaves it open; the one that opened it closes it.
    press(&mut state, "x");
    assert!(dark(&state, 120, 36).contains("before and after"));
    press(&mut state, "b");
    assert!(!dark(&state, 120, 36).contains("before and after"));
    assert!(feed.now > started);
}

#[test]
fn before_anything_was_changed_the_table_says_how() {
    let (mut state, _) = lively(80, 24);
    press(&mut state, "b");
    let table = dark(&state, 80, 24);
    assert!(table.contains("Nothing has been changed yet: v lets another"), "{table}");
}
