//! `epollscope compare A B --split`: two real servers under a real load, on one screen.

use std::process::Command;

use crate::terminal::Terminal;

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");
const LOAD: [&str; 6] = ["--idle", "10", "--active", "2", "--seconds", "1"];
/// The first answer on each connection.
const OPENED: u64 = 12;

fn split(size: (u16, u16), args: &[&str]) -> Terminal {
    let fixed = ["--split", "--theme", "dark"];
    Terminal::start(PROGRAM, size, &[&["compare"], args, &fixed].concat())
}

/// How many requests each half's seats have counted.
fn served(screen: &str) -> Vec<u64> {
    let counts = screen.split("seats ").skip(1);
    let counts = counts.filter_map(|rest| {
        let (before, _) = rest.split_once(" requests")?;
        before.rsplit(' ').next()?.replace(',', "").parse().ok()
    });
    counts.collect()
}

/// Waits until the load is over; returns how many requests each half has served.
#[track_caller]
fn over(terminal: &Terminal) -> [u64; 2] {
    let screen = terminal.see("the load is over");
    served(&screen).try_into().unwrap_or_else(|counts| panic!("{counts:?}\n{screen}"))
}

#[track_caller]
fn quit(mut terminal: Terminal) {
    terminal.press("q");
    assert_eq!(terminal.exit().exit_code(), 0, "{}", terminal.text());
    terminal.assert_restored();
}

#[test]
fn both_are_served_at_once_and_the_screen_stays() {
    let mut terminal = split((120, 36), &[&["poll", "epoll"], &LOAD[..]].concat());
    // Side by side: the names stand in one line, each with its own address.
    let names = terminal.line("http://");
    assert!(names.trim_start().starts_with("poll ") && names.contains(" epoll "), "{names}");
    let ports: Vec<&str> = names.split("http://127.0.0.1:").skip(1).collect();
    assert!(ports.len() == 2 && ports[0].split('/').next() != ports[1].split('/').next());
    let first = over(&terminal);
    assert!(first.iter().all(|&count| count > OPENED), "{first:?}");
    // Everybody is asked by the one, only those who are ready by the other.
    let line = terminal.line("examined per ready");
    let examined: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert!(examined.len() == 2 && examined[0] > 2.0 * examined[1], "{line}");
    let line = terminal.line("epoll against poll:");
    assert_eq!(line.matches(['×', '÷']).count(), 5, "{line}");
    // The same once more, on the same connections.
    terminal.press("r");
    terminal.until("more requests on both", |screen| {
        let now = served(screen);
        now.len() == 2 && now.iter().zip(first).all(|(now, first)| *now > first)
    });
    over(&terminal);
    terminal.press("p");
    let paused = |screen: &str| screen.matches("‖ PAUSED").count() == 2;
    terminal.until("both paused", paused);
    terminal.press("p");
    terminal.until("both running", |screen| screen.matches("● RUNNING").count() == 2);
    quit(terminal);
}

#[test]
fn one_above_the_other_and_a_folder_that_workers_serve_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("only.txt"), "here alone").unwrap();
    let root = folder.path().to_str().unwrap();
    let where_ = ["processes", "epoll-et", "--root", root, "--path", "/only.txt"];
    let mut terminal = split((80, 24), &[&where_, &LOAD[..]].concat());
    let counts = over(&terminal);
    assert!(counts.iter().all(|&count| count > OPENED), "{counts:?}");
    let screen = terminal.text();
    assert!(!screen.contains("cannot"), "{screen}");
    let row = |name: &str| screen.lines().position(|line| line.trim_start().starts_with(name));
    assert!(row("processes ") < row("epoll-et "), "{screen}");
    // What is not there is said in place of figures.
    drop(terminal);
    terminal = split((80, 24), &[&["poll", "poll", "--path", "/missing"], &LOAD[..]].concat());
    let screen = terminal.see("poll #2 against poll");
    assert!(screen.contains("poll #2"), "{screen}");
    terminal.until("both refused", |screen| {
        screen.matches("! cannot: 10 of 10 idle connections refused: answered 404").count() == 2
    });
    quit(terminal);
}

#[test]
fn what_makes_no_sense_is_said_in_a_sentence() {
    for (args, begins) in [
        ("poll --split", "epollscope: --split shows exactly two servers, not 1"),
        ("poll epoll scan --split", "epollscope: --split shows exactly two servers, not 3"),
        ("poll epoll --split", "epollscope: --split draws on the screen, and standard output is"),
        ("poll epoll --split --report x.md", "error: the argument '--split' cannot be used with"),
        ("poll epoll --theme dark", "error: the following required arguments"),
    ] {
        let mut command = Command::new(PROGRAM);
        let output = command.arg("compare").args(args.split(' ')).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{args}: {error}");
        assert!(error.starts_with(begins), "{args}: {error}");
        let lines = error.trim_end().lines().count();
        assert!(lines == 1 || error.starts_with("error:"), "{args}: {error}");
    }
}
