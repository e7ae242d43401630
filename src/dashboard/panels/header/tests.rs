//! Figures keep their places, whatever they say.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::dashboard::panels::sample::{MS, Script};
use crate::dashboard::theme::Palette;
use crate::telemetry::Errno;

fn drawn(view: &HeaderView<'_>, (width, height): (u16, u16)) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let theme = Theme::new(Palette::Dark, false);
    terminal.draw(|frame| draw(frame, frame.area(), view, &theme, &mut Spots::default())).unwrap();
    let buffer = terminal.backend().buffer();
    let rows = buffer.content.chunks(usize::from(width));
    rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect()).collect()
}

/// The figures that are there, each with the column of its first letter.
fn places(rows: &[String]) -> Vec<(&'static str, usize)> {
    let row = rows.iter().find(|row| row.contains("open")).unwrap();
    let letters: Vec<char> = row.chars().collect();
    let at = |name: &'static str| {
        let name_letters: Vec<char> = name.chars().collect();
        let from = letters.windows(name_letters.len()).position(|part| part == name_letters)?;
        // A number stands before some names, and changes.
        let number = letters[..from - 1].iter().rev();
        let number = 1 + number.take_while(|c| **c != ' ').count();
        let begins = ["open", "req/s", "wake-up"].contains(&name);
        Some((name, if begins { from - number } else { from }))
    };
    ["open", "req/s", "examined", "CPU", "p50", "out ", "in ", "wake-up"]
        .into_iter()
        .filter_map(at)
        .collect()
}

fn rates(requests: u64) -> Rates {
    let (mut rates, mut script) = (Rates::new(), Script::new(0));
    rates.apply(&script.publish());
    script.time = 500 * MS;
    let counters = &mut script.batch.counters;
    (counters.requests, counters.wakeups, counters.accepted) = (requests, requests, requests / 10);
    (counters.bytes_in, counters.bytes_out) = (requests * 80, requests * 8000);
    rates.apply(&script.publish());
    rates.tick(1200 * MS);
    rates
}

#[test]
fn a_paused_servers_name_is_worth_more_than_a_long_word_for_the_pause() {
    let rates = rates(0);
    let line = |server, width| {
        let view = HeaderView {
            url: "http://127.0.0.1:44793/",
            class: None,
            server,
            options: &[],
            asks: Some(Asks::Interest),
            examined: None,
            loop_cpu: None,
            latency: [None; 2],
            waits: None,
            rates: &rates,
            badge: Badge::Paused,
            frozen: None,
            back: None,
            plays: None,
            lost: 0,
            notice: Some("next: epoll_wait()"),
        };
        drawn(&view, (width, 2)).swap_remove(0)
    };
    let crowded = line("epoll-et (mio)", 80);
    assert!(crowded.contains("epoll-et (mio)   ‖ PAUSED   next: epoll_wait()"), "{crowded}");
    let roomy = line("epoll", 80);
    assert!(roomy.contains("epoll   ‖ PAUSED at the loop   next: epoll_wait()"), "{roomy}");
}

#[test]
fn a_figure_keeps_its_place_whatever_it_and_the_others_say() {
    let (idle, busy) = (rates(0), rates(9000));
    for (width, height) in [(80, 2), (100, 3), (120, 3), (200, 3)] {
        for asks in [Asks::Interest, Asks::List, Asks::Each, Asks::Sleeps, Asks::Runtime] {
            let calm = HeaderView {
                url: "http://127.0.0.1:7890",
                class: None,
                server: "epoll",
                options: &[],
                asks: Some(asks),
                examined: None,
                loop_cpu: None,
                latency: [None; 2],
                waits: None,
                rates: &idle,
                badge: Badge::Running,
                frozen: None,
                back: None,
                plays: None,
                lost: 0,
                notice: None,
            };
            let asked = !matches!(asks, Asks::Sleeps | Asks::Runtime);
            let wild = HeaderView {
                examined: asked.then_some("9,001 : 1.0"),
                loop_cpu: Some("100 %"),
                latency: [Some(340_000), Some(52 * MS)],
                waits: Some(2100 * MS),
                rates: &busy,
                badge: Badge::Paused,
                lost: 1234,
                notice: Some("next: recv(9)"),
                ..calm
            };
            let low = HeaderView { loop_cpu: Some("<0.1 %"), ..wild };
            let low = places(&drawn(&low, (width, height)));
            let (before, after) = (drawn(&calm, (width, height)), drawn(&wild, (width, height)));
            assert_eq!(places(&before), low, "{width} {asks:?}");
            assert_eq!(places(&before), places(&after), "{width} {asks:?}\n{before:#?}{after:#?}");
            let all = after.join("\n");
            assert!(all.contains("unread ") && all.contains("CPU 100 %"), "{after:#?}");
            assert!(all.contains("1,234 events lost"), "{after:#?}");
            assert!(all.contains("next: recv(9)") || width == 80, "{after:#?}");
        }
    }
}

#[test]
fn an_alarm_takes_no_figure_away() {
    let mut script = Script::new(91_000 * MS);
    script.batch.listener.as_mut().unwrap().resting = Some(Errno::MFILE);
    let mut resting = rates(9000);
    resting.apply(&script.publish());
    let calm = rates(9000);
    let view = |rates| HeaderView {
        url: "http://127.0.0.1:7890",
        class: None,
        server: "epoll-et (mio)",
        options: &[],
        asks: Some(Asks::Interest),
        examined: Some("1.0 : 1.0"),
        loop_cpu: Some("1 %"),
        latency: [None; 2],
        waits: None,
        rates,
        badge: Badge::Running,
        frozen: None,
        back: None,
        plays: None,
        lost: 0,
        notice: None,
    };
    for size in [(80, 2), (120, 3)] {
        let (before, after) = (drawn(&view(&calm), size), drawn(&view(&resting), size));
        assert!(after.join("\n").contains("EMFILE"), "{after:#?}");
        let names = |rows: &[String]| places(rows).into_iter().map(|(name, _)| name).collect();
        let [before, after]: [Vec<&str>; 2] = [names(&before), names(&after)];
        assert_eq!(before, after);
    }
}

#[test]
fn a_loop_that_runs_until_a_call_says_until_which() {
    let rates = rates(0);
    let badge = |badge, width| {
        let view = HeaderView {
            url: "http://127.0.0.1:7890/",
            class: None,
            server: "epoll-et (mio)",
            options: &[],
            asks: Some(Asks::Interest),
            examined: None,
            loop_cpu: None,
            latency: [None; 2],
            rates: &rates,
            badge,
            frozen: None,
            back: None,
            plays: None,
            waits: None,
            lost: 0,
            notice: None,
        };
        drawn(&view, (width, 3)).remove(0)
    };
    let (kind, conn) = (Some(crate::telemetry::Kind::Recv), crate::telemetry::ConnId::new(3));
    for (until, text) in [
        (Until::Call { kind, conn }, "▸ UNTIL recv of conn 3"),
        (Until::Call { kind: None, conn }, "▸ UNTIL any call of conn 3"),
        (Until::Wait, "▸ UNTIL the wait call"),
    ] {
        let standing =
            Standing { stance: Stance::Waiting(None), since: 0, mode: Mode::Until(until) };
        let until = Badge::new(standing, 0);
        for width in [80, 120, 200] {
            let row = badge(until, width);
            assert!(row.contains(text) && row.contains("epoll-et"), "{row}");
        }
        assert!(badge(until, 40).contains("▸ UNTIL "));
    }
}
