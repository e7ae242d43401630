//! Every lesson, gone through with the built program: each claim holds here, and each text is whole.

use std::fs;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn epollscope(args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    let Output { status, stdout, stderr } = command.args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// In one test: they are about real queues and real time, and one beside the other would disturb.
#[test]
fn every_claim_of_every_lesson_holds_here() {
    let begun = Instant::now();
    let (code, told, wrong) = epollscope(&["lesson", "all", "--check", "--lang", "en"]);
    let faults: Vec<_> = told.lines().filter(|line| line.contains("FAILS")).collect();
    assert!(code == Some(0) && wrong.is_empty(), "{faults:#?}\n{wrong}\n{told}");
    let (_, listed, _) = epollscope(&["lesson", "--lang", "en"]);
    let lessons = listed.lines().count();
    assert!(lessons >= 14, "{listed}");
    let last = told.lines().last().unwrap_or_default();
    assert!(last.starts_with(&format!("{lessons} lessons, ")), "{last}");
    assert!(last.ends_with("all hold on this machine."), "{last}");
    // A class does not wait for it, and neither does a build.
    assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", begun.elapsed());
}

#[test]
fn a_lesson_that_is_written_to_begin_with_is_one_and_holds() {
    let folder = tempfile::tempdir().unwrap();
    // Which is made, too.
    let folder = folder.path().join("ours");
    let file = folder.join("01-mine.toml");
    let (file, folder) = (file.to_str().unwrap(), folder.to_str().unwrap());
    let (code, said, _) = epollscope(&["lesson", "--new", file, "--lang", "en"]);
    assert!(code == Some(0) && said.contains(file), "{said}");
    let (code, _, wrong) = epollscope(&["lesson", "--new", file, "--lang", "en"]);
    assert!(code == Some(1) && wrong.contains("is there already"), "{wrong}");
    let (_, listed, _) = epollscope(&["lesson", "--lessons", folder, "--lang", "zh"]);
    assert_eq!(listed, "  1  mine  剩下的谁来读？（5 分钟）\n");
    let (code, told, _) = epollscope(&["lesson", "1", "--check", "--lessons", folder]);
    assert_eq!(code, Some(0), "{told}");

    // A claim that does not hold, and one that cannot be read.
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, text.replace("recv A = 3", "recv A = 4")).unwrap();
    let args = ["lesson", "mine", "--check", "--lessons", folder, "--lang", "en"];
    let (code, told, _) = epollscope(&args);
    assert!(code == Some(1) && told.contains("FAILS: calls recv A = 4 (measured 3)"), "{told}");
    fs::write(file, text.replace("\"run\"", "\"rum\"")).unwrap();
    let (code, told, wrong) = epollscope(&args);
    let line = text.lines().position(|line| line.contains("\"run\"")).unwrap() + 1;
    assert_eq!((code, told.as_str()), (Some(2), ""));
    assert!(
        wrong.starts_with(&format!("epollscope: {file}:{line}:8: rum is not an action")),
        "{wrong}"
    );
}

#[test]
fn a_lesson_that_is_not_there_is_told_with_the_nearest() {
    let (code, _, wrong) = epollscope(&["lesson", "egde", "--lang", "en"]);
    assert!(code == Some(2) && wrong.contains("the nearest is edge"), "{wrong}");
    let (code, _, wrong) = epollscope(&["lesson", "6", "--lang", "en"]);
    assert!(code == Some(2) && wrong.contains("needs a terminal"), "{wrong}");
}
