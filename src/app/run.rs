//! `epollscope run`: any program under the scope.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::Receiver;

use super::keep::keep;
use super::name::shown_name;
use super::output::{self, Sentence, end, is_dumb, say};
use super::{headless, log};
use crate::cli;
use crate::dashboard::theme::Change;
use crate::dashboard::{self, Notice};
use crate::record::anonymous::Private;
use crate::record::json::{Header, Origin};
use crate::record::log::{Log, Scribe};
use crate::record::stdout::Printer;
use crate::server::Protocol;
use crate::telemetry::{
    Capacity, Command, Commands, Control, Publisher, Subscriber, control, wire,
};
use crate::trace::{self, Ended, Program, Traced, Written};
use crate::words::{clean, locale, plain, strings};

/// How long a reader of stdout may take for the last lines.
const PRINTED_WITHIN: Duration = Duration::from_secs(2);
/// How many notices may wait for the dashboard.
const NOTICES: usize = 16;
/// The exit codes of env(1): the program cannot be run, or there is none.
const NOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Runs it. With a dashboard the exit code says whether that went well; without one it is the
/// program's.
pub(super) fn run(args: &cli::Run, colours: &[Change]) -> ExitCode {
    let name = &args.command[0];
    if let Err(error) = trace::find(name) {
        say(&not_started(name, &error));
        let there = error.kind() != ErrorKind::NotFound;
        return ExitCode::from(if there { NOT_RUN } else { NOT_FOUND });
    }
    // In a process group of its own it would be stopped when it reads from the terminal.
    if args.stdin && io::stdin().is_terminal() {
        return output::misused(strings().run.no_keyboard);
    }
    let headless = args.headless || args.quiet || !io::stdout().is_terminal();
    if !headless && is_dumb() {
        say(strings().start.dumb_dashboard);
        return ExitCode::FAILURE;
    }
    let start = |publisher: Publisher, commands: Commands| {
        let (output, errors, kept) = outputs(args.output.as_deref(), args.force, headless)?;
        let input = if args.stdin { Stdio::inherit() } else { Stdio::null() };
        let program = Program { command: args.command.clone(), input, output, errors };
        let traced = trace::start(program, publisher, commands);
        Ok((traced.map_err(|error| not_started(name, &error))?, kept))
    };
    match traced(args, colours, headless, start) {
        Ok(Some(ended)) if headless => ExitCode::from(ended.code()),
        done => end(done.map(drop)),
    }
}

/// Traces a process that runs. `args` say how it is shown, and what it is called; `failed` says why it
/// cannot be traced.
pub(super) fn attach(
    args: &cli::Run,
    pid: i32,
    colours: &[Change],
    headless: bool,
    failed: impl Fn(&io::Error) -> Sentence,
) -> Result<(), Sentence> {
    traced(args, colours, headless, |publisher, commands| {
        let traced = trace::attach(pid, publisher, commands);
        Ok((traced.map_err(|error| failed(&error))?, None))
    })
    .map(drop)
}

/// What keeps what a program writes.
type Kept = Option<(Written, JoinHandle<()>)>;

/// What a program that runs is watched and steered by.
struct Watched {
    traced: Traced,
    control: Control,
    screen: Option<Subscriber>,
    lines: Option<Subscriber>,
    kept: Kept,
}

fn traced(
    args: &cli::Run,
    colours: &[Change],
    headless: bool,
    start: impl FnOnce(Publisher, Commands) -> Result<(Traced, Kept), Sentence>,
) -> Result<Option<Ended>, Sentence> {
    let text = &strings().start;
    // Before there is any other thread.
    trace::prepare().map_err(|error| (strings().run.not_traced)(&plain(&error)))?;
    let (control, commands) = control().map_err(|error| (text.no_eventfd)(&plain(&error)))?;
    let (wall, begin) = (SystemTime::now(), Instant::now());
    let mut streams = Vec::new();
    let (teller, told) = crossbeam_channel::bounded(NOTICES);
    let header = Header {
        server: args.command[0].to_string_lossy().into_owned(),
        pid: std::process::id(),
        start: wall,
        mistake: None,
        part: false,
        origin: Some(Origin::here(&args.command, true)),
    };
    let log = match &args.log {
        None => None,
        Some(path) => {
            let (sink, subscriber) = wire(Capacity::default());
            streams.push(sink.with_rows());
            let way = (subscriber, control.clone());
            Some(log::start(path, args.force, &header, way, Private::default(), move |notice| {
                if headless {
                    say(&notice.text());
                } else {
                    let _ = teller.try_send(notice);
                }
            })?)
        }
    };
    let lines = (headless && !args.quiet).then(|| {
        let (sink, subscriber) = wire(Capacity::default());
        streams.push(sink);
        subscriber
    });
    let (sink, screen) = (!headless).then(|| wire(Capacity::default())).unzip();
    let scribe = log.as_ref().map(Log::scribe);
    if headless {
        headless::end_cleanly(control.clone(), scribe.clone())
            .map_err(|error| (text.no_signals)(&plain(&error)))?;
    }
    let (traced, kept) = start(Publisher::new(begin, sink, streams), commands)?;
    let watched = Watched { traced, control, screen, lines, kept };
    let ended = if headless {
        Ok(Some(print_calls(args, watched)?))
    } else {
        show(args, colours, watched, told, (scribe, header)).map(|()| None)
    };
    // What is missing in the log is said also where the program has ended well.
    ended.and_then(|ended| log.map_or(Ok(()), log::completed).map(|()| ended))
}

/// Prints its calls until it has ended.
fn print_calls(args: &cli::Run, watched: Watched) -> Result<Ended, Sentence> {
    let ascii = args.ascii || !locale::is_utf8();
    let Watched { traced, control, lines, .. } = watched;
    let printer = lines.map(|lines| Printer::start(io::stdout(), lines, control, ascii));
    let printer =
        printer.transpose().map_err(|error| (strings().start.no_thread)(&plain(&error)))?;
    let ended = traced.join();
    if let Some(printer) = printer {
        printer.finish(PRINTED_WITHIN);
    }
    ended.map_err(|error| not_started(&args.command[0], &error))
}

/// Shows it until the operator quits, which ends it.
fn show(
    args: &cli::Run,
    colours: &[Change],
    watched: Watched,
    told: Receiver<Notice>,
    (log, header): (Option<Scribe>, Header),
) -> Result<(), Sentence> {
    let Watched { traced, control, screen, kept, .. } = watched;
    let (written, keeper) = kept.unzip();
    let Some(subscriber) = screen else { return Ok(()) };
    let options = dashboard::Options {
        scheme: Protocol::Http.scheme(),
        theme: args.theme,
        colours: colours.to_vec(),
        choice: dashboard::state::Chosen::default(),
        settings: None,
        fps: 30,
        ask: true,
        mouse: !args.no_mouse,
        ascii: args.ascii,
        runs_on: traced.runs_on,
        history: args.history,
        keep: Some(keep(header, Private::default())),
    };
    let name = shown_name(&args.command);
    let shown = dashboard::traced::run(dashboard::traced::Setup {
        name,
        traced,
        subscriber,
        control: control.clone(),
        written: written.clone(),
        options,
        told,
        log,
    });
    // Where the front end failed the program still runs.
    let _ = control.send(Command::Shutdown);
    // All is read when nobody has the other end any more.
    let read = keeper.map(JoinHandle::join);
    if let (Some(written), Some(Ok(()))) = (written, read) {
        let _ = io::stderr().write_all(&written.kept());
    }
    shown.map_err(|error| (strings().start.dashboard_ended)(&plain(&error)))
}

/// What takes what the program writes to standard output and standard error, and what keeps it.
type Outputs = (Stdio, Stdio, Kept);

/// Where what the program writes goes: to a file, to standard error, or, while the dashboard has the
/// screen, to a thread that keeps the last of it.
fn outputs(file: Option<&Path>, force: bool, headless: bool) -> Result<Outputs, Sentence> {
    let say = &strings().run;
    if let Some(path) = file {
        let name = path.display().to_string();
        let failed = |error: io::Error| (say.no_output)(&name, &plain(&error));
        let file = File::options().append(true).create(true).open(path).map_err(failed)?;
        if force {
            file.set_len(0).map_err(failed)?;
        } else if file.metadata().map_err(failed)?.len() > 0 {
            return Err((say.output_there)(&name));
        }
        let (one, two) = (file.try_clone().map_err(failed)?, file);
        return Ok((one.into(), two.into(), None));
    }
    let pipe = |error: io::Error| (say.not_traced)(&plain(&error));
    if headless {
        // Its own lines stand on standard output.
        let stderr = rustix::io::fcntl_dupfd_cloexec(io::stderr(), 3).map_err(io::Error::from);
        return Ok((stderr.map_err(pipe)?.into(), Stdio::inherit(), None));
    }
    let (reader, writer) = io::pipe().map_err(pipe)?;
    let errors = writer.try_clone().map_err(pipe)?;
    let written = Written::default();
    let into = written.clone();
    let keep = move || into.read(reader);
    let keeper = std::thread::Builder::new().name("output".into()).spawn(keep).map_err(pipe)?;
    Ok((writer.into(), errors.into(), Some((written, keeper))))
}

/// Why a program does not run.
fn not_started(name: &OsStr, error: &io::Error) -> Sentence {
    let (name, say) = (clean(name.as_encoded_bytes()), &strings().run);
    match error.kind() {
        ErrorKind::NotFound => (say.no_program)(&name),
        ErrorKind::IsADirectory => (say.a_folder)(&name),
        ErrorKind::PermissionDenied => (say.not_permitted)(&name),
        ErrorKind::Unsupported => (say.of_32_bits)(&name),
        _ => (say.no_start)(&name, &plain(error)),
    }
}

/// Becomes a program that is traced: the process that [`trace::start`] starts.
pub(super) fn become_traced(tracer: i32, command: &[OsString]) -> ExitCode {
    match trace::become_program(tracer, command) {
        Ok(never) => match never {},
        Err(error) => {
            let number = error.raw_os_error().and_then(|number| u8::try_from(number).ok());
            ExitCode::from(number.unwrap_or(output::MISUSED))
        }
    }
}
