//! What the program prints about itself, and the README's tables, which say the same.
//!
//! `UPDATE_README=1 cargo test --test program cli` writes the tables anew, and `TRYCMD=overwrite`
//! the help.

use std::path::Path;
use std::process::{Command, Output};

use epollscope::cli;
use epollscope::dashboard::keys;

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
        for part in [mark, "max-connections", "projector", "completions"] {
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
    for (_, sentence) in keys::man() {
        assert!(page.contains(&sentence.replace('-', "\\-")), "no {sentence}");
    }
}

/// Compares the README's part between `<!-- name -->` and `<!-- /name -->`, or writes it anew.
fn check(name: &str, wanted: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let missing = || format!("the README has no {} … {close}", open.trim_end());
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
        "the README's {name} are not the program's; UPDATE_README=1 cargo test --test program cli \
         writes them:\n{wanted}"
    ))
}

/// One test for both: they may write the same file.
#[test]
fn the_tables_of_the_readme_are_the_programs() {
    for (name, wanted) in [("options", cli::markdown()), ("keys", keys::markdown())] {
        check(name, &wanted).unwrap_or_else(|error| panic!("{error}"));
    }
}
