//! A lesson in a real terminal, by keys, from its beginning to its end; and the speaker's notes beside
//! it.

#[path = "common/terminal.rs"]
mod terminal;

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use terminal::Terminal;

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");

/// What `epollscope notes` says where no terminal reads it.
fn notes(folder: &Path) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg("notes").env("XDG_RUNTIME_DIR", folder).env("LC_ALL", "C.UTF-8");
    command.output().unwrap()
}

#[test]
fn lesson_six_is_given_from_its_beginning_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    let path = folder.path().to_str().unwrap();
    let options = ["lesson", "6", "--", "--port", "0", "--theme", "dark"];
    let env = [("XDG_RUNTIME_DIR", path)];
    let mut terminal = Terminal::start_with(PROGRAM, (80, 24), &options, &env);
    terminal.see("step 1 of 6");
    terminal.until("the row of A is marked", |screen| {
        let marked = |line: &str| line.contains("▶▸A ") && line.contains('◀');
        screen.contains("n go on") && screen.lines().any(marked)
    });
    // Level: the first expectation is wrong.
    terminal.press("n");
    terminal.see("1–3 predict");
    let page = String::from_utf8(notes(folder.path()).stdout).unwrap();
    assert!(page.contains("Lesson 6 · Level and edge · step 2 of 6"), "{page}");
    assert!(page.contains("\nRight: 2 As long as something is unread: three times\n"), "{page}");
    assert!(page.contains("\nNext: Now edge-triggered: "), "{page}");
    terminal.press("1");
    terminal.see("▸1  Once: it sent once");
    terminal.press("n");
    let screen = terminal.see("● measured  2 As long as something is unread: three times");
    assert!(screen.contains("✗ expected  1 Once: it sent once"), "{screen}");
    assert!(screen.contains("Reported 3 times: it read 4096, 4096, 1808"), "{screen}");
    // The others are right: edge, one byte more, the program mended, one edge and a loop that drains.
    for (step, answer, came) in [
        (3, "2", "5,904 bytes are there"),
        (4, "3", "1,809 are left"),
        (5, "2", "1,809 bytes are still there"),
        (6, "2", "4096, 2713, with 1 event"),
    ] {
        terminal.press("n");
        terminal.until("the next question", |screen| {
            screen.contains(&format!("step {step} of 6")) && screen.contains("1–3 predict")
        });
        terminal.press(answer);
        terminal.gone("1–3 predict");
        terminal.press("n");
        let screen = terminal.see(&format!("✓ expected  {answer} "));
        assert!(
            screen.contains(came) && screen.contains(&format!("● measured  {answer} ")),
            "{screen}"
        );
    }
    terminal.press("n");
    let screen = terminal.see("Take home: Edge-triggered: read until EAGAIN.");
    assert!(screen.contains("4 of 5 predictions were right"), "{screen}");
    // It ends: the loop runs, its clients are gone, and so are the notes.
    terminal.press("n");
    terminal.gone("Lesson 6");
    terminal.until("it runs, and nobody is there", |screen| {
        screen.contains("RUNNING") && screen.contains("0 open")
    });
    let none = notes(folder.path());
    let sentence = String::from_utf8(none.stderr).unwrap();
    assert!(!none.status.success() && sentence.contains("No lesson runs"), "{sentence}");
    // The list has it; from there it goes on at any step.
    terminal.press("n");
    terminal.until("it is over", |screen| {
        screen.lines().any(|line| line.contains("Level and edge") && line.contains("over"))
    });
    terminal.press("\x1b");
    terminal.gone("Level and edge");
    terminal.press("q");
    assert_eq!(terminal.exit().exit_code(), 0, "{}", terminal.text());
    terminal.assert_restored();
}
