//! A terminal whose window is resized all the time, with keys pressed at random meanwhile: the
//! dashboard goes on, and so do the server and its log.

#[path = "common/terminal.rs"]
mod terminal;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use epollscope::telemetry::ServerKind;
use terminal::{LIMIT, Terminal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");
/// Resizes in one run.
const RESIZES: usize = 3000;

/// Numbers that look like chance and are the same in every run (Marsaglia's xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn size(&mut self) -> (u16, u16) {
        // Around the sizes at which the screen is arranged in another way, and any.
        let bounds = [(1, 1), (40, 8), (60, 24), (76, 20), (80, 24), (100, 30), (110, 32)];
        match self.below(3) {
            0 => self.of(&bounds),
            _ => [210, 60].map(|most| u16::try_from(1 + self.below(most)).unwrap()).into(),
        }
    }
}

/// Resizes `terminal` and presses keys, up to `burst` times between two frames; then it must still
/// be the dashboard that is seen, and end as ever.
fn storm(mut terminal: Terminal, keys: &[&str], burst: usize, seed: u64) {
    let mut chance = Chance(seed);
    let mut resized = 0;
    while resized < RESIZES {
        let written = terminal.written.load(Ordering::Relaxed);
        for _ in 0..=chance.below(burst) {
            terminal.resize(chance.size());
            resized += 1;
            for _ in 0..chance.below(4) {
                terminal.press(chance.of(keys));
            }
        }
        let begin = Instant::now();
        while terminal.written.load(Ordering::Relaxed) == written {
            if let Some(status) = terminal.child.try_wait().unwrap() {
                panic!("ended after {resized} resizes, {status:?}:\n{}", terminal.text());
            }
            assert!(begin.elapsed() < LIMIT, "it draws no more:\n{}", terminal.text());
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    terminal.resize((80, 24));
    // Out of every question and text field.
    terminal.press("\x1b\x1b\x0c");
    terminal.until("a frame of the last size", |screen| {
        // The servers are named there, whatever else is said by now.
        let names = ServerKind::ALL.map(ServerKind::name);
        let begins = |line: &str| names.iter().any(|name| line.contains(name));
        // One of the keys changes the language.
        let ends = |line: &str| line.contains("q quit") || line.contains("q 退出");
        screen.lines().next().is_some_and(begins) && screen.lines().last().is_some_and(ends)
    });
    terminal.press("\x03");
    assert_eq!(terminal.exit().exit_code(), 0, "{}", terminal.text());
    terminal.assert_restored();
}

#[test]
fn the_dashboard_goes_on_and_its_log_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let options = ["--port", "0", "--theme", "dark", "--fps", "120", "--demo", "8", "--log"];
    let options = [&options[..], &[log.to_str().unwrap()]].concat();
    let terminal = Terminal::start(PROGRAM, (80, 24), &options);
    terminal.see("RUNNING");
    // All but those that quit, and but ctrl-z.
    let letters: Vec<String> =
        (' '..='~').filter(|c| !"qQ".contains(*c)).map(String::from).collect();
    let mut keys: Vec<&str> = letters.iter().map(String::as_str).collect();
    for _ in 0..4 {
        // Arrows, page up and down, tab, enter, escape, a click: as often as letters.
        keys.extend(["\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~", "\t", "\r", "\x1b", "\x0c"]);
        keys.extend(["\x1b[<0;9;6M\x1b[<0;9;6m", "\x1b[<65;30;20M", "1", "2", "3", "4", "5", "6"]);
    }
    storm(terminal, &keys, 8, 0x5eed_0001);
    let text = std::fs::read_to_string(&log).unwrap();
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("{\"lost\":"), "{last}");
}

#[test]
fn the_split_screen_goes_on() {
    let options = ["compare", "poll", "epoll", "--split", "--theme", "dark"];
    let load = ["--idle", "5", "--active", "3", "--seconds", "1"];
    let terminal = Terminal::start(PROGRAM, (80, 24), &[&options[..], &load].concat());
    terminal.see("epollscope compare");
    storm(
        terminal,
        &["p", " ", "s", "S", "-", "+", "r", "?", "x", "\x0c", "\x1b[B"],
        60,
        0x5eed_0002,
    );
}
