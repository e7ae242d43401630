//! `epollscope log`: an event log, read again: checked, summed up, searched.

use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::log;
use super::output::{Sentence, end, misused, print, printed, say};
use crate::cli;
use crate::dashboard::state::diagnoses::Diagnoses;
use crate::dashboard::state::filter::Filter;
use crate::dashboard::state::stream;
use crate::record::anonymous::Anonymous;
use crate::record::check::{Check, Trouble};
use crate::record::cut::{Part, cut};
use crate::record::file;
use crate::record::json::{Closing, Entry};
use crate::record::log::Place;
use crate::record::playback::{Lines, Playback};
use crate::record::reading::{Flaw, Line, Reading};
use crate::record::sum::Sum;
use crate::telemetry::{ConnId, Nanos};
use crate::words::{self, plain, strings, units};

/// The width of the names of rows.
const NAMES: usize = 16;
/// Bytes that are read at once.
const AT_ONCE: usize = 256 * 1024;

/// Does what is asked of a log.
pub(super) fn run(task: &cli::Log) -> ExitCode {
    let done = match task {
        cli::Log::Check { file } => return check(file),
        cli::Log::Stat { file } => stat(file),
        cli::Log::Anonymize { force, file, into } => anonymize(file, into, *force),
        cli::Log::Cut { from, to, conn, fd, force, file, into } => {
            let nanos = |time: &Duration| Nanos::try_from(time.as_nanos()).unwrap_or(Nanos::MAX);
            let part = Part {
                from: nanos(from),
                to: to.as_ref().map(nanos),
                conns: conn.iter().filter_map(|number| ConnId::new(number.get())).collect(),
                fds: fd.clone(),
            };
            if part.to.is_some_and(|to| to < part.from) {
                return misused(strings().recorded.ends_early);
            }
            cut_out(file, &part, into, *force)
        }
        cli::Log::Grep { text, filter, file } => {
            let filter = Filter::parse(filter);
            if let Some(trouble) = filter.trouble() {
                return misused(&(strings().recorded.no_filter)(&trouble.text()));
            }
            grep(file, &filter, *text || io::stdout().is_terminal())
        }
    };
    end(done)
}

fn open(file: &Path) -> Result<Reading<file::From>, Sentence> {
    Ok(Reading::new(file::open(file, false).map_err(|error| unread(file, &error))?))
}

fn unread(file: &Path, error: &io::Error) -> Sentence {
    (strings().recorded.unread)(&file.display().to_string(), &plain(error))
}

fn check(file: &Path) -> ExitCode {
    let checked = open(file).and_then(|mut reading| {
        let mut check = Check::default();
        while let Some(line) = reading.line().map_err(|error| unread(file, &error))? {
            check.line(line);
        }
        check.end();
        Ok(check)
    });
    let check = match checked {
        Ok(check) => check,
        Err(sentence) => return end(Err(sentence)),
    };
    match print(verdict(&check).as_bytes()) {
        Ok(()) if !check.is_whole() => ExitCode::FAILURE,
        done => end(done),
    }
}

/// What was found, in lines.
fn verdict(check: &Check) -> String {
    let text = &strings().recorded;
    let mut lines: Vec<String> = check.troubles.iter().map(trouble).collect();
    if check.more > 0 {
        lines.push((text.more)(check.more));
    }
    if check.lost() > 0 {
        lines.push((text.lost)(check.lost()));
    }
    if check.is_whole() {
        lines.push((text.is_whole)(check.events));
    } else if check.header.is_some() {
        lines.push((text.is_not)(check.events));
    }
    lines.join("\n") + "\n"
}

fn trouble(trouble: &Trouble) -> String {
    let text = &strings().recorded;
    match trouble {
        Trouble::NoLog => text.no_log.to_owned(),
        Trouble::Flaw(line, Flaw::Torn) => (text.torn)(*line),
        Trouble::Flaw(line, Flaw::Foreign(error)) => (text.foreign)(*line, &error.to_string()),
        Trouble::Flaw(line, Flaw::TooLong) => (text.too_long)(*line),
        Trouble::Misplaced(line) => (text.misplaced)(*line),
        Trouble::Unordered(line) => (text.unordered)(*line),
        Trouble::Gap(line, events) => (text.gap)(*line, *events),
        Trouble::NotClosed => text.not_closed.to_owned(),
        Trouble::Cut => text.cut.to_owned(),
        Trouble::Miscounted(counted, there) => (text.miscounted)(*counted, *there),
    }
}

fn stat(file: &Path) -> Result<(), Sentence> {
    let (mut sum, mut check) = (Sum::default(), Check::default());
    let (mut lines, mut diagnoses) = (Lines::new(Instant::now()), Diagnoses::default());
    let mut reading = open(file)?;
    while let Some(line) = reading.line().map_err(|error| unread(file, &error))? {
        // In version 1 nothing parts the events, and there is no table.
        let is_told = check.header.as_ref().is_some_and(|header| header.origin.is_some());
        match &line.entry {
            Ok(Entry::Event(event)) => {
                sum.event(event.as_ref());
                if is_told {
                    lines.event(event.as_ref());
                }
            }
            Ok(Entry::Beside(beside)) if is_told => {
                if let Some(item) = lines.beside(beside.clone()) {
                    diagnoses.take(&item);
                }
            }
            _ => {}
        }
        check.line(line);
    }
    if let Some(item) = lines.rest() {
        diagnoses.take(&item);
    }
    check.end();
    if check.header.is_none() {
        return Err(strings().recorded.no_log.to_owned());
    }
    print(figures(&sum, &check, diagnoses).as_bytes())?;
    // What it lacks concerns every figure.
    for wrong in &check.troubles {
        say(&trouble(wrong));
    }
    Ok(())
}

/// Rows of a name and what there is to say.
fn figures(sum: &Sum, check: &Check, diagnoses: Diagnoses) -> String {
    let text = &strings().recorded;
    let mut rows = Rows::default();
    if let Some(header) = &check.header {
        let start = Timestamp::try_from(header.start).unwrap_or_default().to_string();
        rows.add(text.server, &(text.which)(&header.server, header.pid, &start));
    }
    if let Some((from, to)) = sum.time {
        rows.add(text.time, &(text.from_to)(&units::duration(from), &units::duration(to)));
    }
    rows.add(text.events, &(text.of_events)(check.events, check.lost()));
    let closed = sum.closed.values().sum();
    let mut connections = (text.of_connections)(sum.accepted, closed);
    if closed > 0 {
        // What they are called may have a comma in it.
        let ended = sum.closed.iter().map(|(why, n)| (text.ended)(*n, (strings().table.why)(*why)));
        connections += strings().marks.colon;
        connections += &ended.collect::<Vec<_>>().join(strings().marks.semicolon);
    }
    rows.add(text.connections, &connections);
    let (received, sent) = sum.bytes;
    rows.add(text.bytes, &(text.of_bytes)(&units::bytes(received), &units::bytes(sent)));
    let answers = often(sum.answers.iter().map(|(status, n)| (status, *n)));
    let whole = check.closing.as_ref().filter(|_| check.lost() > 0).map(|closing| &closing.costs);
    let mut requests = (text.of_requests)(sum.requests, &answers);
    if let Some(costs) = whole {
        requests = (text.in_all)(&requests, costs.requests);
    }
    // Of another program only what it answers can be known.
    if sum.requests > 0 || check.header.as_ref().is_none_or(|header| header.traced().is_none()) {
        rows.add(text.requests, &requests);
    }
    if let Some(Closing { costs, .. }) = &check.closing {
        let copied = units::bytes(costs.copied);
        rows.add(text.cost, &(text.of_costs)(costs.examined, costs.ready, &copied));
        if let Some(usage) = &costs.program {
            let cpu = units::duration(usage.cpu.0);
            rows.add("", &(text.cpu)(&cpu, usage.voluntary, usage.involuntary));
        }
    }
    let calls = units::count(sum.made());
    rows.add(text.calls, &whole.map_or(calls.clone(), |costs| (text.in_all)(&calls, costs.calls)));
    let mut calls: Vec<_> = sum.calls.iter().collect();
    calls.sort_by_key(|(name, calls)| (std::cmp::Reverse(calls.made), **name));
    for (name, calls) in calls {
        let mut said = units::count(calls.made);
        if !calls.failed.is_empty() {
            said += strings().marks.comma;
            said += &(text.failed)(&often(calls.failed.iter().map(|(errno, n)| (errno, *n))));
        }
        rows.add(&format!("  {name}"), &said);
    }
    for (at, (lint, last)) in diagnoses.all().into_iter().enumerate() {
        let said = lint.text(last);
        let said = lint.conn.map_or(said.clone(), |conn| (text.of_conn)(conn.get(), &said));
        let time = units::relative(lint.since);
        rows.add(if at == 0 { text.diagnoses } else { "" }, &(text.since)(&time, &said));
    }
    rows.0
}

#[derive(Default)]
struct Rows(String);

impl Rows {
    fn add(&mut self, name: &str, said: &str) {
        // Writing to memory cannot fail.
        let _ = writeln!(self.0, "{} {said}", words::pad_left(name, NAMES));
    }
}

/// `200 17, 404 3`
fn often(all: impl Iterator<Item = (impl ToString, u64)>) -> String {
    let one =
        |(what, times): (_, u64)| (strings().recorded.so_often)(&ToString::to_string(&what), times);
    all.map(one).collect::<Vec<_>>().join(strings().marks.comma)
}

/// Opens what a log made of another is written to: not that other, which would be emptied.
fn another(file: &Path, into: &Path, force: bool) -> Result<Place, Sentence> {
    if log::is_same(file, into) {
        return Err((strings().recorded.same_file)(&file.display().to_string()));
    }
    // As everywhere: `-` is a standard stream.
    let is_stream = into == Path::new("-");
    log::place(if is_stream { Path::new("/dev/stdout") } else { into }, force)
}

/// Writes it with other names.
fn anonymize(file: &Path, into: &Path, force: bool) -> Result<(), Sentence> {
    let mut reading = open(file)?;
    let unwritten = |error: &io::Error| {
        (strings().start.log_failed)(&into.display().to_string(), &plain(error))
    };
    let (mut anonymous, mut out, mut skipped) = (Anonymous::default(), Vec::new(), 0);
    match reading.line().map_err(|error| unread(file, &error))? {
        Some(line @ Line { entry: Ok(Entry::Header(_)), .. }) => anonymous.line(&mut out, line),
        _ => return Err(strings().recorded.no_log.to_owned()),
    };
    let mut place = another(file, into, force)?;
    while let Some(line) = reading.line().map_err(|error| unread(file, &error))? {
        if anonymous.line(&mut out, line).is_none() {
            skipped += 1;
        }
        if out.len() >= AT_ONCE {
            place.write_all(&out).map_err(|error| unwritten(&error))?;
            out.clear();
        }
    }
    place.write_all(&out).and_then(|()| place.finish()).map_err(|error| unwritten(&error))?;
    if skipped > 0 {
        say(&(strings().recorded.skipped)(skipped));
    }
    Ok(())
}

/// Writes a part of it as a log.
fn cut_out(file: &Path, part: &Part, into: &Path, force: bool) -> Result<(), Sentence> {
    let failed = |error: io::Error| unread(file, &error);
    let from = file::open(file, false).map_err(failed)?;
    let mut log = Playback::new(from, Instant::now());
    let header = log.header().map_err(failed)?.cloned();
    let header = header.ok_or_else(|| strings().recorded.no_log.to_owned())?;
    let mut place = another(file, into, force)?;
    let unwritten = |error: &io::Error| {
        (strings().start.log_failed)(&into.display().to_string(), &plain(error))
    };
    // What fails is the one or the other.
    let mut written = Ok(());
    let cut = cut(&mut log, &header, part, |bytes| {
        written = place.write_all(bytes);
        written.as_ref().map(drop).map_err(|error| error.kind().into())
    });
    written.map_err(|error| unwritten(&error))?;
    let events = cut.map_err(failed)?;
    place.finish().map_err(|error| unwritten(&error))?;
    if events == 0 {
        say(strings().recorded.empty_part);
    }
    match log.skipped() {
        0 => {}
        lines => say(&(strings().recorded.skipped)(lines)),
    }
    Ok(())
}

/// Prints what the filter lets through.
fn grep(file: &Path, filter: &Filter, as_text: bool) -> Result<(), Sentence> {
    let mut reading = open(file)?;
    let mut out = BufWriter::with_capacity(AT_ONCE, io::stdout().lock());
    let (mut scratch, mut shown, mut skipped) = (String::new(), String::new(), 0);
    while let Some(line) = reading.line().map_err(|error| unread(file, &error))? {
        let event = match &line.entry {
            Ok(Entry::Event(event)) => event.as_ref(),
            Ok(_) => continue,
            Err(_) if line.number == 1 => return Err(strings().recorded.no_log.to_owned()),
            Err(_) => {
                skipped += 1;
                continue;
            }
        };
        if !stream::passes(filter, event, &mut scratch) {
            continue;
        }
        let written = if as_text {
            shown.clear();
            words::line(&mut shown, event, false);
            shown.push('\n');
            out.write_all(shown.as_bytes())
        } else {
            out.write_all(line.text).and_then(|()| out.write_all(b"\n"))
        };
        if written.is_err() {
            // Of a reader that has gone, too.
            return printed(written);
        }
    }
    printed(out.flush())?;
    if skipped > 0 {
        say(&(strings().recorded.skipped)(skipped));
    }
    Ok(())
}
