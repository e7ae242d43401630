//! What the program prints about itself, and the tables of both READMEs, which say the same.
//!
//! `UPDATE_README=1 cargo test --test program cli` writes the tables anew, and `TRYCMD=overwrite`
//! the help. The table of options in `README.zh.md` is written by hand, since the command line speaks
//! English; `tests/source/readme.rs` holds that it has the same options.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use epollscope::cli;
use epollscope::dashboard::keys;
use epollscope::telemetry::ServerKind;
use epollscope::textbook::Listing;
use epollscope::words::Language;

/// What this process tells in a language. One test at a time, since all threads speak the same.
fn told<T>(language: Language, tell: impl FnOnce() -> T) -> T {
    static SPOKEN: Mutex<()> = Mutex::new(());
    let _one = SPOKEN.lock().unwrap_or_else(PoisonError::into_inner);
    language.speak();
    let told = tell();
    Language::default().speak();
    told
}

fn printed(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    let Output { status, stdout, stderr } = command.args(args).output().unwrap();
    assert_eq!((status.code(), String::from_utf8(stderr).unwrap().as_str()), (Some(0), ""));
    String::from_utf8(stdout).unwrap()
}

#[test]
fn the_help_is_as_it_was() {
    // The width, since there is no terminal to ask.
    trycmd::TestCases::new().env("COLUMNS", "100").case("tests/program/*.trycmd");
}

#[test]
fn every_shell_has_its_own_completions() {
    for (shell, mark) in [
        ("bash", "complete -F _epollscope"),
        ("zsh", "#compdef epollscope"),
        ("fish", "complete -c epollscope"),
    ] {
        let script = printed(&["completions", shell]);
        for part in [mark, "max-connections", "projector", "completions", "textbook"] {
            assert!(script.contains(part), "{shell}: no {part} in {script}");
        }
    }
}

#[test]
fn the_man_page_has_its_sections_and_every_key() {
    let page = printed(&["man"]);
    for section in ["NAME", "SYNOPSIS", "OPTIONS", "KEYS", "SIGNALS", "EXIT STATUS"] {
        let plain = format!(".SH {section}\n");
        let quoted = format!(".SH \"{section}\"\n");
        assert!(page.contains(&plain) || page.contains(&quoted), "no {section} in {page}");
    }
    for (_, sentence) in told(Language::English, keys::man) {
        assert!(page.contains(&sentence.replace('-', "\\-")), "no {sentence}");
    }
}

#[test]
fn a_listing_is_printed_as_it_is_and_without_a_name_all_are_told() {
    let (english, chinese) = (printed(&["textbook"]), printed(&["textbook", "--lang", "zh"]));
    assert_eq!((english.lines().count(), chinese.lines().count()), (9, 9));
    let lines = english.lines().zip(chinese.lines());
    for (server, (english, chinese)) in ServerKind::ALL.into_iter().zip(lines) {
        let listing = Listing::of(server);
        assert_eq!(printed(&["textbook", server.name()]), listing.text());
        assert_eq!(english, format!("{:<11} {}", server.name(), listing.english()));
        assert_eq!(chinese, format!("{:<11} {}", server.name(), listing.chinese()));
    }
}

/// Compares a README's part between `<!-- name -->` and `<!-- /name -->`, or writes it anew.
fn check(file: &str, name: &str, wanted: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let missing = || format!("{file} has no {} … {close}", open.trim_end());
    let (before, rest) = text.split_once(&open).ok_or_else(missing)?;
    let (there, after) = rest.split_once(&close).ok_or_else(missing)?;
    if there.trim() == wanted.trim() {
        return Ok(());
    }
    if std::env::var_os("UPDATE_README").is_some_and(|value| value == "1") {
        let text = format!("{before}{open}{}\n{close}{after}", wanted.trim());
        return std::fs::write(&path, text).map_err(|error| error.to_string());
    }
    Err(format!(
        "the {name} in {file} are not the program's; UPDATE_README=1 cargo test --test program cli \
         writes them:\n{wanted}"
    ))
}

/// One test for all: they may write the same file.
#[test]
fn the_tables_of_the_readmes_are_the_programs() {
    for (file, name, wanted) in [
        ("README.md", "options", cli::markdown()),
        ("README.md", "keys", told(Language::English, keys::markdown)),
        ("README.zh.md", "keys", told(Language::Chinese, keys::markdown)),
    ] {
        check(file, name, &wanted).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn the_error_in_the_readmes_is_the_programs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let file = file.to_str().unwrap();
    std::fs::write(file, "\n\nfps = 500\n").unwrap();
    for (readme, language) in [("README.md", "en"), ("README.zh.md", "zh")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(readme);
        let text = std::fs::read_to_string(path).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
        let output = command.args(["--config", file, "--lang", language]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{said}");
        let said = said.replace(file, "/home/ada/.config/epollscope/config.toml");
        assert!(text.contains(&format!("\n{said}")), "{readme} has not: {said}");
    }
}

#[test]
fn a_hotspot_that_cannot_be_is_a_misuse() {
    for (options, option) in [
        (&["--wifi-name", ""][..], "--wifi-name"),
        (&["--wifi-name", "Room 12", "--wifi-password", "short"], "--wifi-password"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
        // In the language that was asked for by a name that browsers have for it.
        let out = command.args(["--lang", "zh-CN"]).args(options).output().unwrap();
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!((out.status.code(), said.lines().count()), (Some(2), 1), "{said}");
        assert!(said.contains(option) && said.contains('。'), "{said}");
    }
}
