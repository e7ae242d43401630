//! `epollscope lesson NAME --check`: gives lessons without a screen, and says of each claim whether it
//! holds here.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use crate::app::config;
use crate::app::output::{Sentence, end, print, say};
use crate::app::start::Prepared;
use crate::cli::Cli;
use crate::clients::Clients;
use crate::dashboard::Rehearsal;
use crate::descriptors::Held;
use crate::lesson::{Both, Claim, Figure, Lesson, Operand, Phase, Run};
use crate::server::Protocol;
use crate::words::{Language, plain, strings, wrap};

/// The strip: so many lines of so many columns.
const LINES: usize = 2;
const COLUMNS: usize = 76;
/// An option of a question.
const OPTION: usize = 60;

/// What came out so far.
#[derive(Default)]
struct Tally {
    claims: usize,
    /// Those that do not hold, and whatever else is wrong.
    failed: usize,
    /// What is to be told of them.
    lines: String,
}

/// Checks lessons; `line` is the command line of the server.
pub(super) fn run(lessons: &[Arc<Lesson>], cli: &Cli, line: &[OsString]) -> ExitCode {
    match checked(lessons, cli, line) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(sentence) => end(Err(sentence)),
    }
}

/// Whether all holds.
fn checked(lessons: &[Arc<Lesson>], cli: &Cli, line: &[OsString]) -> Result<bool, Sentence> {
    let mut rehearsal = start(cli, line)?;
    let (mut claims, mut failed) = (0, 0);
    for lesson in lessons {
        let mut tally = Tally::default();
        let title = lesson.title.spoken().filled(|_| Figure::Unknown);
        print(format!("{:2} {}: {title}\n", lesson.number, lesson.name).as_bytes())?;
        rehearsal.give(lesson, |run| {
            tally.take(run);
            // A reader that has gone wants to know no more.
            let _ = print(std::mem::take(&mut tally.lines).as_bytes());
        })?;
        claims += tally.claims;
        failed += tally.failed;
    }
    if let Err(error) = rehearsal.end() {
        say(&error.to_string());
    }
    let summary = (strings().lesson.summary)(lessons.len(), claims, failed);
    print(format!("{summary}\n").as_bytes())?;
    Ok(failed == 0)
}

/// A server, its clients and who looks at them.
fn start(cli: &Cli, line: &[OsString]) -> Result<Rehearsal, Sentence> {
    let descriptors = config::descriptors(cli.max_fds);
    let mut notices = Vec::new();
    let most = config::connections(cli, descriptors, &mut notices);
    let mut server = Prepared::new(cli)?;
    let held = Held::all();
    let screen = server.screen();
    let mut config = config::config(cli, most, line[1..].to_vec());
    config.suits_lessons = true;
    drop(held);
    let (server, stands) = server.start(config)?;
    let held = Held::all();
    let clients = Clients::start(server.handle.addr, cli.protocol() != Protocol::Http)
        .map_err(|error| (strings().start.no_clients)(&plain(&error)))?;
    let rehearsal = Rehearsal::new(server.inspected(screen)?, clients);
    drop((held, stands));
    Ok(rehearsal)
}

impl Tally {
    /// Takes in what is asked or shown.
    fn take(&mut self, run: &Run) {
        let words = &strings().lesson;
        let step = run.at() + 1;
        if run.phase() == Phase::Asking {
            self.question(run, step);
        } else {
            for trouble in run.troubles() {
                self.wrong(step, &(words.late)(&trouble.what));
            }
        }
        for Claim { expect, figure, with, holds } in run.claims() {
            self.claims += 1;
            let with = matches!(expect.with, Operand::Measure(..)).then(|| with.to_string());
            let told = (words.claim)(&expect.to_string(), &figure.to_string(), with.as_deref());
            if *holds {
                self.lines += &format!("   {step:2} {}: {told}\n", words.holds);
            } else {
                self.wrong(step, &told);
            }
        }
        for language in [Language::English, Language::Chinese] {
            self.fits(step, &run.say_in(language), LINES, COLUMNS);
        }
        let unknown = run.measures().filter(|measure| run.figure(*measure) == Figure::Unknown);
        for measure in unknown {
            let told = (words.unknown_figure)(&measure.to_string());
            if measure.is_elsewhere() {
                // It hangs on what else runs on this machine.
                self.lines += &format!("   {step:2} {told}\n");
            } else {
                self.wrong(step, &told);
            }
        }
    }

    /// What is asked has no figures in it, but has to fit.
    fn question(&mut self, run: &Run, step: usize) {
        let Some(ask) = run.ask() else { return };
        let both = |text: &Both| {
            [Language::English, Language::Chinese].map(|l| text.of(l).filled(|m| run.figure(m)))
        };
        for text in both(&ask.question) {
            self.fits(step, &text, LINES, COLUMNS);
        }
        for text in ask.options.iter().flat_map(both) {
            self.fits(step, &text, 1, OPTION);
        }
    }

    fn fits(&mut self, step: usize, text: &str, lines: usize, columns: usize) {
        if wrap(text, columns).len() > lines {
            self.wrong(step, &(strings().lesson.too_long)(text, lines, columns));
        }
    }

    fn wrong(&mut self, step: usize, what: &str) {
        self.failed += 1;
        self.lines += &format!("   {step:2} {}: {what}\n", strings().lesson.fails);
    }
}
