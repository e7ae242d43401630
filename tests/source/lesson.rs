//! The lesson's length: what a student reads of each server, from its loop to its system calls, is
//! short and narrow, and holds no tests.

use std::fs;
use std::path::Path;

/// The loop of the five readiness servers, and their calls.
const LOOP: [&str; 2] = ["reactor/turn.rs", "calls/mod.rs"];

/// Columns of a projector's screen, beside a panel.
const COLUMNS: usize = 72;

/// The files of each server, below `src/server`, and the lines that they have at most.
fn servers() -> Vec<(&'static str, Vec<&'static str>, usize)> {
    let readiness = |name, selector| (name, [&LOOP[..], &[selector]].concat(), 250);
    vec![
        readiness("epoll", "selector/epoll.rs"),
        readiness("epoll-et", "selector/epoll_et.rs"),
        readiness("poll", "selector/poll.rs"),
        readiness("select", "selector/select.rs"),
        readiness("scan", "selector/scan.rs"),
        ("blocking", vec!["blocking.rs", "blocking_io/exchange.rs", "blocking_io/calls.rs"], 150),
        ("threads", vec!["threads.rs", "blocking_io/exchange.rs", "blocking_io/calls.rs"], 150),
        ("coroutines", vec!["coroutines/mod.rs", "coroutines/calls.rs"], 150),
    ]
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server").join(file);
    fs::read_to_string(path).expect(file)
}

/// Lines of code: no blank ones, no comments, and nothing that only names modules and imports.
fn lines(text: &str) -> usize {
    let mut imports = false;
    let code = text.lines().map(str::trim).filter(|line| {
        let begins = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
        let import = imports || begins(&["use ", "pub use ", "pub(super) use ", "mod ", "//"]);
        imports = import && !line.starts_with("//") && !line.ends_with(';');
        !import && !line.is_empty()
    });
    code.count()
}

#[test]
fn a_server_is_read_in_one_sitting() {
    for (name, files, most) in servers() {
        let each: Vec<_> = files.iter().map(|file| (*file, lines(&read(file)))).collect();
        let all: usize = each.iter().map(|(_, lines)| lines).sum();
        println!("{name}: {all} lines in {} files {each:?}", files.len());
        assert!(files.len() <= 3 && all <= most, "{name}: {all} lines, at most {most}: {each:?}");
    }
}

#[test]
fn what_is_read_fits_on_a_projector() {
    for file in servers().into_iter().flat_map(|(_, files, _)| files) {
        let text = read(file);
        assert!(!text.contains("#[cfg(test)]"), "{file} holds tests");
        for (line, number) in text.lines().zip(1..) {
            assert!(line.chars().count() <= COLUMNS, "{file}:{number} is wider than {COLUMNS}");
        }
    }
}

#[test]
fn the_turn_of_the_loop_counts_nothing_for_the_display() {
    let text = read(LOOP[0]);
    for word in ["tally", "counters", "publisher", "record_", "next_question", "end_round"] {
        assert!(!text.contains(word), "{word} in {}", LOOP[0]);
    }
}

#[test]
fn a_selector_counts_nothing_for_the_display() {
    let files = servers().into_iter().flat_map(|(_, files, _)| files);
    for file in files.filter(|file| file.starts_with("selector/")) {
        assert!(!read(file).contains("What::"), "{file} makes events");
    }
}
