//! What is seen at a glance: nothing is cut where there is room, nothing covers what matters.

use std::time::Duration;

use ratatui::style::Color;

use super::feed::{classroom, id, peer};
use super::{dark, drawn, press, render, state, text};
use crate::clients::{ClientInfo, ClientKind, Name};
use crate::dashboard::state::State;
use crate::dashboard::state::notice::Notice;
use crate::dashboard::theme::{Depth, Palette, Theme};
use crate::inspect::LoopCpu;
use crate::telemetry::{ServerKind, Why, Work};
use crate::words::Language;

const SECOND: u64 = 1_000_000_000;

fn lively(width: u16, height: u16) -> State {
    let mut state = state(width, height);
    let mut feed = classroom();
    let snapshot = feed.snapshot();
    state.apply(&feed.publish());
    state.kernel(snapshot, u64::MAX);
    state.tick(3 * SECOND);
    state
}

/// All lines of the card, from the first to the last.
fn card(width: u16, height: u16) -> Vec<String> {
    let mut state = lively(width, height);
    press(&mut state, "<Down><Down><Enter>z");
    let mut lines: Vec<String> = Vec::new();
    for _ in 0..40 {
        for line in dark(&state, width, height).lines() {
            let Some(line) = line.strip_prefix('┃') else { continue };
            let line = line.trim_end_matches('┃').trim_end().to_owned();
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        press(&mut state, "<Down>");
    }
    lines
}

#[test]
fn a_client_of_our_own_that_was_closed_before_it_was_named_has_its_mark_all_the_same() {
    let mut state = state(120, 36);
    let mut feed = classroom();
    // 2 has gone just now, 1 goes long before the list names it.
    feed.close(1, Why::PeerClosed);
    state.apply(&feed.publish());
    feed.now += 5 * SECOND;
    feed.accept(6, 20);
    state.apply(&feed.publish());
    feed.close(6, Why::PeerClosed);
    state.apply(&feed.publish());
    state.tick(feed.now);
    let named = |number: u64| ClientInfo {
        id: u32::try_from(number).unwrap(),
        kind: ClientKind::Puppet(Name::new('C').unwrap()),
        local: Some(peer(number)),
        responses: 0,
        status: String::new(),
        connecting: false,
        ended: true,
    };
    state.clients(vec![named(1), named(6)].into());
    let its = |state: &State, number| state.live().table.get(id(number)).unwrap().ours;
    assert!(its(&state, 6).is_some() && its(&state, 1).is_none());
    // It keeps it when the list has forgotten the client.
    state.clients(Vec::new().into());
    assert!(its(&state, 6).is_some());
}

#[test]
fn the_card_cuts_no_sentence_and_does_not_repeat_its_fd() {
    for (width, height) in [(48, 14), (80, 24), (120, 36)] {
        let lines = card(width, height);
        let text = lines.join("\n");
        assert!(!text.contains('…'), "{width}x{height}\n{text}");
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("= 11 fd 11 is 192.168.1.33:40003"), "{text}");
        assert!(words.contains("= 4,200,180 bytes: kernel took all"), "{text}");
        let from = lines.iter().position(|line| line.contains("its events")).unwrap();
        let own = lines[from..].iter().filter(|line| line.contains("fd ")).collect::<Vec<_>>();
        assert!(own.iter().all(|l| l.contains("accept") || l.contains("fd 11 is")), "{own:?}");
    }
}

#[test]
fn a_queue_has_its_unit_at_every_width() {
    for (bytes, texts) in [
        (2944, ["2,944 B", "2,944B"]),
        (65_536, ["65,536 B", "65536B"]),
        (420_000, ["420 kB", "420kB"]),
        (3_100_000, ["3.1 MB", "3.1MB"]),
    ] {
        let mut state = state(80, 24);
        let mut feed = classroom();
        let mut snapshot = feed.snapshot();
        for socket in &mut snapshot.sockets {
            socket.recv_queue = bytes;
        }
        state.apply(&feed.publish());
        state.kernel(snapshot, u64::MAX);
        state.tick(3 * SECOND);
        for (width, height) in [(48, 14), (80, 24), (120, 36), (200, 50)] {
            state.resize(width, height);
            let screen = dark(&state, width, height);
            let row = screen.lines().find(|line| line.contains("40001")).unwrap();
            assert!(texts.iter().any(|text| row.contains(text)), "{width}x{height}: {row}");
        }
    }
}

#[test]
fn a_paused_loop_is_worked_by_the_keys_in_the_bar() {
    for zoom in ["", "z"] {
        let mut state = lively(80, 24);
        press(&mut state, "p");
        press(&mut state, zoom);
        let bar = || dark(&state, 80, 24).lines().last().unwrap().to_owned();
        for key in ["p run", "s step", "S turn", "c client", "v server", "E change", "q quit"] {
            assert!(bar().contains(key), "{key}: {}", bar());
        }
        Language::Chinese.speak();
        let bar = drawn(&state, 80, 24).lines().last().unwrap().to_owned();
        Language::English.speak();
        for key in ["p 继续", "s 单步", "S 一圈", "E 改选项", "q 退出"] {
            assert!(bar.contains(key), "{key}: {bar}");
        }
    }
}

#[test]
fn a_notice_goes_by_itself_and_by_a_key_and_none_is_lost_behind_another() {
    let mut state = lively(80, 24);
    state.notice(Notice::LimitReached);
    state.notice(Notice::ServerNow(ServerKind::Poll));
    // A key that comes at once was not meant for it.
    press(&mut state, "j");
    assert!(matches!(state.current_notice(), Some(Notice::LimitReached)));
    state.tick(9 * SECOND - 1);
    assert!(matches!(state.current_notice(), Some(Notice::LimitReached)));
    state.tick(9 * SECOND);
    assert!(matches!(state.current_notice(), Some(Notice::ServerNow(_))), "it was not told yet");
    state.tick(10 * SECOND);
    state.tick(12 * SECOND);
    press(&mut state, "j");
    assert!(state.current_notice().is_none());
}

#[test]
fn of_what_answers_keys_only_the_newest_is_told() {
    let mut state = lively(80, 24);
    state.notice(Notice::LimitReached);
    state.notice(Notice::Mouse(true));
    state.notice(Notice::Mouse(false));
    assert!(matches!(state.current_notice(), Some(Notice::LimitReached)), "that is no answer");
    state.tick(9 * SECOND);
    assert!(matches!(state.current_notice(), Some(Notice::Mouse(false))));
    state.tick(14 * SECOND);
    state.notice(Notice::Mouse(true));
    state.tick(16 * SECOND);
    assert!(matches!(state.current_notice(), Some(Notice::Mouse(true))), "since 14 s");
    state.tick(20 * SECOND);
    assert!(state.current_notice().is_none());
}

#[test]
fn a_share_of_a_cpu_that_reads_the_same_is_no_other_picture() {
    let mut state = lively(80, 24);
    let mut snapshot = classroom().snapshot();
    let mut told = |share| {
        snapshot.detail.loop_cpu = Some(LoopCpu { share, over: Duration::from_secs(1) });
        state.take_changed();
        state.kernel(snapshot.clone(), u64::MAX);
        state.is_changed()
    };
    assert_eq!([0.0021, 0.0022, 0.4, 0.4].map(&mut told), [true, false, true, false]);
}

#[test]
fn of_two_of_a_kind_the_newer_is_told() {
    let mut state = lively(80, 24);
    state.notice(Notice::ServerNow(ServerKind::Poll));
    state.tick(8 * SECOND);
    state.notice(Notice::LimitReached);
    for server in ServerKind::ALL {
        state.notice(Notice::ServerNow(server));
    }
    assert!(matches!(state.current_notice(), Some(Notice::LimitReached)), "it is still queued");
    state.tick(14 * SECOND);
    assert!(matches!(state.current_notice(), Some(Notice::ServerNow(ServerKind::EpollEt))));
    state.tick(15 * SECOND);
    state.tick(21 * SECOND);
    assert!(state.current_notice().is_none());
}

/// The rows of a screen that a notice changes.
fn changed(before: &str, after: &str) -> Vec<usize> {
    let rows = before.lines().zip(after.lines()).enumerate();
    rows.filter(|(_, (before, after))| before != after).map(|(row, _)| row).collect()
}

#[test]
fn what_lies_over_the_picture_has_the_background_of_the_theme() {
    let theme = Theme::new(Palette::Light, false).shown_in(Depth::True, true);
    for keys in ["", "?", "v"] {
        let mut state = lively(80, 24);
        state.notice(Notice::Gone);
        press(&mut state, keys);
        let buffer = render(&state, 80, 24, &theme);
        let bare = buffer.content.iter().filter(|cell| cell.bg == Color::Reset).count();
        assert_eq!(bare, 0, "{keys}\n{}", text(&buffer));
    }
}

#[test]
fn a_notice_covers_no_alarm_no_event_and_no_axis() {
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        let last = usize::from(height) - 1;
        for notice in [Notice::Gone, Notice::ServerNow(ServerKind::EpollEt)] {
            let mut state = lively(width, height);
            let before = dark(&state, width, height);
            state.notice(notice);
            let after = dark(&state, width, height);
            let rows = changed(&before, &after);
            assert!(rows.iter().all(|row| *row >= last - 1), "{rows:?}\n{after}");
            assert!(after.lines().nth(last - 1).unwrap().contains("● "), "{after}");

            // The stream says on its border that there is more below.
            press(&mut state, "3k");
            let more = dark(&state, width, height);
            assert!(more.contains("End follows") && more.contains("● "), "{more}");
        }
        // What was left out is said there, too; it is an alarm.
        let mut state = state(width, height);
        let mut feed = classroom();
        feed.lose(crate::telemetry::Kind::Recv, 9);
        state.apply(&feed.publish());
        state.tick(3 * SECOND);
        let before = dark(&state, width, height);
        state.notice(Notice::Gone);
        let after = dark(&state, width, height);
        assert_eq!(changed(&before, &after), [last], "{after}");
    }
}

#[test]
fn under_the_echo_protocol_echoes_are_counted_where_requests_are_elsewhere() {
    let mut state = state(120, 36);
    let mut feed = classroom();
    let mut batch = feed.publish();
    batch.listener.as_mut().unwrap().work = Work::Echoes;
    batch.counters.requests = 0;
    batch.counters.echoes = 12;
    batch.time = 2 * SECOND + SECOND / 2;
    state.apply(&batch);
    state.tick(3 * SECOND + SECOND / 2);
    let screen = dark(&state, 120, 36);
    assert!(screen.contains(" echo/s") && screen.contains("echoes/s"), "{screen}");
    assert!(!screen.contains("req/s") && !screen.contains("requests/s"), "{screen}");
    // Nothing says when one was asked for.
    assert!(!screen.contains("p50 –, p99"), "{screen}");
    assert!(screen.contains("12 in all"), "{screen}");
    press(&mut state, "6");
    let screen = dark(&state, 120, 36);
    assert!(screen.contains("5 spoke, 12 echoes "), "{screen}");
    press(&mut state, "7");
    let screen = dark(&state, 120, 36);
    assert!(screen.contains("calls per echo") && screen.contains("CPU per echo"), "{screen}");
}
