//! The settings file: real files, what is said of them, and what the program does with them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;

use crate::program::{Running, ended, ended_by, program};
use crate::terminal::Terminal;

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");

/// A folder with that settings file in the usual place below it.
fn habits(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("epollscope/config.toml");
    fs::create_dir(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    (folder, path)
}

/// What a program without a dashboard does that has that folder for settings.
fn ended_in(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = program(args);
    ended_by(command.env("XDG_CONFIG_HOME", folder).stdout(Stdio::piped()))
}

#[test]
fn a_file_that_is_wrong_is_told_with_line_and_column() {
    let (folder, path) = habits("# mine\nfps = 500\n\ntheme = \"drak\"\n");
    let shown = path.display();
    let wanted = format!(
        "epollscope: {shown}:2:7: fps takes a whole number from 1 to 120, not 500.\n\
         epollscope: {shown}:4:9: theme takes one of \"auto\", \"dark\", \"light\", \"projector\", \
         \"mono\", not \"drak\"; the nearest is \"dark\".\n"
    );
    for args in [&["--headless"][..], &["config", "--check"], &["compare", "poll"]] {
        let (code, out, error) = ended_in(folder.path(), args);
        assert_eq!((code, out.as_str(), error), (2, "", wanted.clone()), "{args:?}");
    }
    // Neither read nor looked at.
    assert_eq!(ended_in(folder.path(), &["config"]).0, 0);
    assert_eq!(ended_in(folder.path(), &["man"]).0, 0);
    let named = path.to_str().unwrap();
    assert_eq!(ended(&["config", "--check", named]), (2, String::new(), wanted));
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("none.toml");
    let none = none.to_str().unwrap();
    let sentence = format!("epollscope: There is no settings file {none}: name one that exists.\n");
    for args in [&["--config", none][..], &["config", "--check", none]] {
        assert_eq!(ended(args), (1, String::new(), sentence.clone()), "{args:?}");
    }
    // A folder is no file.
    let path = folder.path().to_str().unwrap();
    let (code, _, error) = ended(&["--config", path]);
    assert!(code == 1 && error.contains("cannot be read: "), "{error}");
    let latin = folder.path().join("latin.toml");
    fs::write(&latin, b"fps = 20\n# \xe9\n").unwrap();
    let (code, _, error) = ended(&["--config", latin.to_str().unwrap()]);
    assert!(code == 2 && error.ends_with("latin.toml:2:3: This is not UTF-8.\n"), "{error}");
    let (code, _, error) = ended(&["--config", "/dev/zero"]);
    assert!(code == 1 && error.contains("more than 1048576 bytes"), "{error}");
}

#[test]
fn what_a_file_changes_is_told() {
    let (folder, path) = habits("fps = 20\ndemo = 3\nlist = false\n[compare]\nidle = 900\n");
    let (code, out, error) = ended_in(folder.path(), &["config", "--check"]);
    let wanted = format!(
        "{} is in order, and changes 3 settings:\n  \
         fps = 20 (instead of 30): Draw at most N frames a second.\n  \
         demo = 3 (not set by default): Start built-in clients: 12 of all kinds, or so many; or of \
         each kind named, idle=500,steady=4.\n  \
         compare.idle = 900 (instead of 100): Connections that are open and say nothing.\n",
        path.display()
    );
    assert_eq!((code, out, error.as_str()), (0, wanted, ""));
    let (code, out, _) = ended(&["config", "--check"]);
    assert!(code == 0 && out.starts_with("There is no /dev/null/epollscope/config.toml"), "{out}");
}

#[test]
fn the_default_file_is_in_order_and_changes_nothing() {
    let (code, page, error) = ended(&["config"]);
    assert_eq!((code, error.as_str()), (0, ""));
    let (folder, path) = habits(&page);
    let (code, out, _) = ended_in(folder.path(), &["config", "--check"]);
    let wanted = format!("{} is in order, and changes nothing.\n", path.display());
    assert_eq!((code, out), (0, wanted));
}

#[test]
fn habits_hold_for_the_server_and_its_worker_processes() {
    let site = tempfile::tempdir().unwrap();
    fs::write(site.path().join("a.txt"), "a").unwrap();
    let root = site.path().to_str().unwrap();
    let text = "server = \"processes\"\nlist = true\nmax-header = 64\nquiet = true\n\
                trigger = \"edge\"\n";
    let (folder, path) = habits(text);
    let by = |args: &[&str]| {
        let mut command = program(&[&["--port", "0", root], args].concat());
        command.env("XDG_CONFIG_HOME", folder.path());
        Running::by(command)
    };
    let running = by(&[]);
    let answer = running.get("/");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("a.txt"), "{answer}");
    let long = format!("/{}", "x".repeat(80));
    assert!(running.get(&long).starts_with("HTTP/1.1 431"), "{}", running.get(&long));
    // The command line wins, for the workers too.
    let running = by(&["--no-list", "--max-header", "4096"]);
    assert!(running.get("/").starts_with("HTTP/1.1 404"), "{}", running.get("/"));
    assert!(running.get(&long).starts_with("HTTP/1.1 404"));
    // So does no file, and another one.
    let running = by(&["--no-config", "--headless", "--quiet"]);
    assert!(running.get("/").starts_with("HTTP/1.1 404"));
    let path = path.to_str().unwrap();
    let running = Running::by(program(&["--port", "0", root, "--config", path]));
    assert!(running.get("/").contains("a.txt"));
}

#[test]
fn a_habit_that_the_server_cannot_use_waits_and_an_option_is_refused() {
    let (folder, _) = habits("trigger = \"edge\"\nencoding = \"gb18030\"\nhandler = \"offload\"\n");
    let mut command = program(&["--headless", "--quiet", "--port", "0", "--server", "threads"]);
    command.env("XDG_CONFIG_HOME", folder.path());
    let running = Running::by(command);
    assert!(running.get("/").starts_with("HTTP/1.1 200"));
    let (code, _, error) = ended_in(folder.path(), &["--headless", "--trigger", "edge"]);
    assert!(code == 2 && error.contains("--trigger is for --server epoll alone"), "{error}");
}

#[test]
fn compare_measures_what_it_names_whatever_the_habits_are() {
    let (folder, _) = habits("port = 1\nlog = 3\n");
    let (code, _, error) = ended_in(folder.path(), &["compare", "poll"]);
    assert!(code == 2 && error.contains(":2:1: --log is for the command line alone"), "{error}");
    let (folder, _) =
        habits("port = 1\nread-buffer = 1\n[compare]\nidle = 3\nactive = 1\nseconds = 1\n");
    let (code, out, error) = ended_in(folder.path(), &["compare", "poll"]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains('3') && out.contains("poll"), "{out}");
}

#[test]
fn the_dashboard_looks_as_the_file_says() {
    let (folder, _) = habits("ascii = true\nserver = \"poll\"\ndemo = 2\n");
    let env = [("XDG_CONFIG_HOME", folder.path().to_str().unwrap())];
    let mut terminal = Terminal::start_with(PROGRAM, (80, 24), &["--port", "0"], &env);
    let screen = terminal.see("2 open");
    assert!(screen.contains(" poll ") && screen.is_ascii(), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.exit().exit_code(), 0);
    terminal.assert_restored();
}

#[test]
fn what_is_chosen_by_keys_is_saved_and_there_again_the_next_time() {
    let (folder, _) =
        habits("demo = 2 # both\n[table]\ncolumns = [\"fd\", \"state\", \"requests\"]\n");
    let env = [("XDG_CONFIG_HOME", folder.path().to_str().unwrap())];
    let start = || Terminal::start_with(PROGRAM, (120, 36), &["--port", "0"], &env);
    let file = folder.path().join("epollscope/config.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    let mut terminal = start();
    terminal.see("2 open");
    terminal.press("O7");
    terminal.see("system calls per request");
    terminal.press("W");
    terminal.see("sure?");
    terminal.press("y");
    terminal.see("saved in ");
    terminal.press("\x03");
    assert_eq!(terminal.exit().exit_code(), 0);
    let after =
        format!("{before}reverse = true\n\n[layout]\nfocus = \"costs\"\nside = \"costs\"\n");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), after);
    let backup = folder.path().join("epollscope/config.toml.bak");
    assert_eq!(std::fs::read_to_string(backup).unwrap(), before);
    let mut terminal = start();
    let screen = terminal.see("2 open");
    assert!(
        screen.contains("fd▽ state") && screen.contains("system calls per request"),
        "{screen}"
    );
    terminal.press("\x03");
    assert_eq!(terminal.exit().exit_code(), 0);
}

#[test]
fn the_dashboard_and_the_split_screen_have_the_keys_of_the_file() {
    let text = "[keys]\npause = \"F5\"\nquit = [\"_\", \"F10\"]\nadd-client = \"ctrl-n\"\n";
    let (folder, _) = habits(text);
    let env = [("XDG_CONFIG_HOME", folder.path().to_str().unwrap())];
    let mut terminal = Terminal::start_with(PROGRAM, (80, 24), &["--port", "0"], &env);
    let screen = terminal.see("Nobody is connected yet.");
    assert!(screen.contains("ctrl-n adds a client of our own"), "{screen}");
    assert!(screen.contains(" F5 pause") && screen.contains(" _ quit"), "{screen}");
    // The letter does nothing, the key that it was given to does: as xterm sends it.
    terminal.press("p\x0e");
    let screen = terminal.see("1 open");
    assert!(screen.contains("RUNNING"), "{screen}");
    terminal.press("\x1b[15~");
    terminal.see("PAUSED");
    terminal.press("q\x1b[15~");
    terminal.see("RUNNING");
    terminal.press("\x1b[21~");
    assert_eq!(terminal.exit().exit_code(), 0);
    terminal.assert_restored();
    let args = ["compare", "poll", "epoll", "--split", "--seconds", "1", "--idle", "3"];
    let mut terminal = Terminal::start_with(PROGRAM, (80, 24), &args, &env);
    terminal.see("the load is over");
    terminal.press("pq\x1b[15~");
    terminal.until("both paused", |screen| screen.matches("PAUSED").count() == 2);
    terminal.press("_");
    assert_eq!(terminal.exit().exit_code(), 0);
    terminal.assert_restored();
}

#[test]
fn a_key_that_two_actions_have_is_told_with_both() {
    let (folder, path) = habits("[keys]\npause = \"x\"\n");
    let (code, out, error) = ended_in(folder.path(), &["--headless"]);
    let wanted = format!(
        "epollscope: {}:2:9: x is given to pause, and drop has it by default: give drop another key, \
         or none by drop = [].\n",
        path.display()
    );
    assert_eq!((code, out.as_str(), error), (2, "", wanted));
}
