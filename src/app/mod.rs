//! The program's modes: what is started, in which order, and how it ends.
//!
//! | file | what lives there |
//! |---|---|
//! | `serve` | a server with everything around it: its log, the built-in clients, what shows it |
//! | `dashboard`, `headless` | what shows it: a screen, or lines on standard output |
//! | `compare` | the same load on one server after another |
//! | `lesson` | a lesson: listed, given, checked, or begun by writing its file |
//! | `split` | two servers on one screen |
//! | `attach` | a process that runs, looked at from outside |
//! | `class` | on which address a class is let in, and what it joins by |
//! | `run` | any program, traced |
//! | `replay` | a recording, on the dashboard |
//! | `export` | a recording, made into what other programs open |
//! | `textbook` | a server as a short program in Python |
//! | `notes` | the speaker's notes of a lesson that runs in another terminal |
//! | `worker` | one connection, as a process of `--server processes` |
//! | `start` | how a server is started, whatever shows it |
//! | `config` | what the command line asks of a server; how many descriptors there are for it |
//! | `language` | which language is spoken |
//! | `log` | the event log: opened, and what goes wrong with it |
//! | `recorded` | an event log, read again: checked, summed up, searched |
//! | `output` | standard output, standard error, the exit code |

mod attach;
mod class;
mod compare;
mod config;
mod dashboard;
mod export;
mod headless;
mod keep;
mod language;
mod lesson;
mod log;
mod name;
mod notes;
mod output;
mod pictures;
mod recorded;
mod replay;
mod run;
mod serve;
mod split;
mod start;
mod textbook;
mod worker;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::ExitCode;

use self::output::{end, misused, print, refused, say, told};
use crate::cli::{self, Command, Parsed, SettingsFile};
use crate::dashboard::{Lessons, Notice, keys};
use crate::lesson::Shelf;
use crate::server::WorkerFlags;
use crate::settings::{self, Settings};
use crate::words::Language;

/// Reads the command line and the settings, and does what they ask for; what went wrong is said in one
/// sentence.
#[must_use]
pub fn run() -> ExitCode {
    language::guess();
    let args = cli::command_first(std::env::args_os().collect());
    let parsed = match cli::parse(args.iter().cloned()) {
        Ok(parsed) => parsed,
        Err(error) => return told(&error),
    };
    // What is wrong with the settings, which may say otherwise, has to be said as well.
    language::choose(parsed.cli.lang);
    let done = match &parsed.cli.command {
        Some(Command::Config { check: None }) => print(settings::page().as_bytes()),
        Some(Command::Config { check: Some(path) }) => return check(path.as_deref()),
        Some(Command::Textbook { server }) => textbook::run(*server),
        Some(Command::Log(task)) => return recorded::run(task),
        Some(Command::Export(task)) => return export::run(task),
        Some(Command::Notes) => notes::run(),
        Some(Command::Traced { tracer, command }) => {
            return run::become_traced(*tracer, command);
        }
        Some(Command::Completions { shell }) => print(&cli::completions(*shell)),
        Some(Command::Man) => {
            // As its other half is, the command line's help.
            Language::English.speak();
            print(&cli::man(&keys::man()))
        }
        Some(Command::Worker { full, lesson, class, root, start, flags }) => {
            let told = WorkerFlags { full: *full, lesson: *lesson, class: *class };
            worker::run(flags, told, *root, *start)
        }
        Some(Command::Lesson(lesson)) => return lesson::run(lesson, &parsed.cli),
        Some(Command::Run(run)) => {
            let file = run.settings.clone();
            return with_settings(&file, &args, parsed);
        }
        Some(Command::Attach(attach)) => {
            let file = attach.settings.clone();
            return with_settings(&file, &args, parsed);
        }
        Some(Command::Replay(replay)) => {
            let file = replay.settings.clone();
            return with_settings(&file, &args, parsed);
        }
        Some(Command::Compare(compare)) => {
            let file = compare.settings.clone();
            return with_settings(&file, &args, parsed);
        }
        None => {
            let file = parsed.cli.settings.clone();
            return with_settings(&file, &args, parsed);
        }
    };
    end(done)
}

/// Does what a command line asks for to which settings may add.
fn with_settings(file: &SettingsFile, args: &[OsString], parsed: Parsed) -> ExitCode {
    let settings = match Settings::load(file) {
        Ok(settings) => settings,
        Err(trouble) => return refused(&trouble),
    };
    let merged = match settings.over(args, parsed) {
        Ok(merged) => merged,
        Err(error) => return told(&error),
    };
    settings.bindings().put_in_force();
    let cli = &merged.cli;
    let no_chinese = language::choose(cli.lang);
    if let Some(Command::Run(program)) = &cli.command {
        return run::run(program, &merged.colours);
    }
    if let Some(Command::Attach(process)) = &cli.command {
        return attach::attach(process, &merged.colours);
    }
    if let Some(Command::Replay(replay)) = &cli.command {
        return replay::run(replay, &merged.colours);
    }
    let done = if let Some(Command::Compare(compare)) = &cli.command {
        match compare.check(io::stdout().is_terminal()) {
            Ok(()) if compare.split => split::run(compare, &merged.colours),
            Ok(()) => {
                if let Some(why) = no_chinese {
                    say(&Notice::NoChinese(why).text());
                }
                compare::run(compare)
            }
            Err(sentence) => return misused(&sentence),
        }
    } else {
        let given = |option: &str| merged.is_given(option);
        match cli.check(given, serve::is_headless(cli), io::stdin().is_terminal()) {
            Ok(()) => {
                // Those of the program are in order; its tests see to it.
                let shelf = Shelf::embedded().unwrap_or_default();
                serve::run(&merged, no_chinese, Lessons { shelf, first: None })
            }
            Err(sentence) => return misused(&sentence),
        }
    };
    end(done)
}

/// Says what a settings file changes.
fn check(path: Option<&Path>) -> ExitCode {
    match settings::check(path) {
        Ok(text) => end(print(text.as_bytes())),
        Err(trouble) => refused(&trouble),
    }
}
