//! What is seen at a glance: nothing is cut where there is room, nothing covers what matters.

use super::feed::classroom;
use super::{dark, press, state};
use crate::dashboard::state::State;

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
