//! `epollscope compare`: the same bounded load on one server after another, and what each made of
//! it.
//!
//! Each server is a child process: this very program, without a dashboard. `load` is the load
//! generator, `server` the child, `process` and `metrics` read what the load cost it, `figures`
//! says what is compared and how it is obtained, `report` writes it down. `drive` lends the load to
//! the dashboard, which shows two servers side by side.

pub(crate) mod drive;
mod figures;
mod load;
mod machine;
mod metrics;
mod note;
mod process;
pub mod report;
mod server;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

pub use figures::{Better, Figure, Figures, Unit};
use load::{Load, Ran, Refused};
pub use machine::Machine;
use metrics::Metrics;
pub use note::Note;
use process::Usage;
use server::Server;
pub use server::{arguments, end_with_parent};

use crate::telemetry::ServerKind;
use crate::words::{self, strings};

/// Load before the measured one, whose answers do not count.
pub const WARM_UP: Duration = Duration::from_millis(300);
/// Descriptors of this program, and of the server, that are no connection's.
const RESERVED: u64 = 64;

/// What is to be compared, and under which load.
#[derive(Clone, Debug)]
pub struct Options {
    /// The servers, in this order; ratios are taken against the first that could be measured.
    pub servers: Vec<ServerKind>,
    /// Connections that say nothing after their first answer.
    pub idle: u32,
    /// Connections with one request under way at any time.
    pub active: u32,
    /// How long the measured load lasts.
    pub time: Duration,
    /// What is asked for.
    pub path: String,
    /// The folder that is served; without one, the built-in pages.
    pub root: Option<PathBuf>,
    /// How many descriptors a process may have open.
    pub descriptors: Option<u64>,
}

/// All that was measured.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What was asked for.
    pub options: Options,
    /// When it began.
    pub start: SystemTime,
    /// Where it ran.
    pub machine: Machine,
    /// One for each of the servers, in their order.
    pub subjects: Vec<Subject>,
}

/// One server's part.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its name, with a number where it is not the first of that name.
    pub name: String,
    /// The command that started it.
    pub command: String,
    /// What was measured, or in a few words why nothing could be.
    pub outcome: Result<Figures, String>,
    /// What else has to be known to read the figures.
    pub notes: Vec<Note>,
}

impl Comparison {
    /// A figure of a server as a multiple of that of the first server which has it; `None` where
    /// that says nothing.
    #[must_use]
    pub fn ratio(&self, subject: &Subject, figure: Figure) -> Option<f64> {
        let of = |subject: &Subject| subject.outcome.as_ref().ok()?.get(figure);
        let first = self.subjects.iter().filter_map(of).find(|value| *value > 0.0)?;
        of(subject).filter(|value| *value >= 0.0).map(|value| value / first)
    }
}

/// Measures one server after another. `tell` is given the name of each before its turn.
///
/// # Errors
/// One sentence, when nothing can be measured here at all or a signal ended it. What one server
/// cannot do is no error: its [`Subject::outcome`] says it.
pub fn run(options: Options, mut tell: impl FnMut(&str)) -> Result<Comparison, String> {
    let connections = u64::from(options.idle) + u64::from(options.active);
    if let Some(descriptors) = options.descriptors.filter(|n| *n < connections + RESERVED) {
        return Err((strings().compare.descriptors)(connections, descriptors));
    }
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in
        [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP]
    {
        signal_hook::flag::register(signal, interrupted.clone())
            .map_err(|error| (strings().compare.no_signals)(&error))?;
    }
    let (start, machine) = (SystemTime::now(), Machine::this());
    let mut subjects = Vec::new();
    let mut seen: HashMap<ServerKind, u32> = HashMap::new();
    for &kind in &options.servers {
        let times = seen.entry(kind).or_default();
        *times += 1;
        let name = if *times == 1 { kind.to_string() } else { format!("{kind} #{times}") };
        tell(&name);
        let mut notes = Vec::new();
        let outcome = Server::start(kind, &options, &interrupted)
            .and_then(|mut server| measure(&mut server, &options, &interrupted, &mut notes));
        if interrupted.load(Ordering::Relaxed) {
            return Err(strings().compare.signalled.into());
        }
        let command = server::command_line(kind, &options);
        subjects.push(Subject { name, command, outcome, notes });
    }
    Ok(Comparison { options, start, machine, subjects })
}

/// Measures one server. The error says in a few words why it cannot be.
fn measure(
    server: &mut Server,
    options: &Options,
    interrupted: &AtomicBool,
    notes: &mut Vec<Note>,
) -> Result<Figures, String> {
    // What the first request of all allocates is no connection's.
    let _ = metrics::fetch(server.addr);
    let before = process::memory(server.pid());
    let mut load = Load::new(server.addr, &options.path, interrupted).map_err(|e| plain(&e))?;
    let taken = open(&mut load, options, notes).map_err(|problem| server.excuse(problem))?;
    // Where some connections had no answer, the memory is not that of so many connections.
    let memory = before.zip(process::memory(server.pid())).filter(|_| taken);
    load.run(WARM_UP).map_err(|e| plain(&e))?;

    let metrics = metrics::fetch(server.addr);
    let usage = process::usage(server.pid());
    let ran = load.run(options.time).map_err(|e| plain(&e))?;
    let usage = usage.zip(process::usage(server.pid()));
    let metrics = metrics.and_then(|before| Some((before, metrics::fetch(server.addr)?)));
    if let Some(problem) = server.has_ended() {
        return Err(problem);
    }
    tell_failures(&ran, options, notes);
    if let Some((before, after)) = &metrics {
        check_count(ran.requests, before, after, options, notes);
    } else {
        notes.push(Note::NoCounters);
    }
    // In this order: a socket that the server closes first leaves no port of ours in TIME_WAIT.
    server.stop();
    drop(load);
    let connections = options.idle + options.active;
    Ok(figures(&ran, usage, memory, connections, metrics))
}

/// Opens the connections; returns whether the server has answered each of them.
fn open(load: &mut Load<'_>, options: &Options, notes: &mut Vec<Note>) -> Result<bool, String> {
    let idle = load.open(options.idle).map_err(|e| plain(&e))?;
    let active = if idle.refused.is_empty() {
        Some(load.open(options.active).map_err(|e| plain(&e))?)
    } else {
        None
    };
    let text = &strings().compare.why;
    let idle_note = |answered, of, seconds| Note::IdleUnanswered { answered, of, seconds };
    let active_note = |answered, of, seconds| Note::ActiveUnanswered { answered, of, seconds };
    let notes_of: [fn(u32, u32, u64) -> Note; 2] = [idle_note, active_note];
    let mut taken = true;
    for (opened, wanted, refused, unanswered) in [
        (Some(idle), options.idle, text.idle_refused, notes_of[0]),
        (active, options.active, text.active_refused, notes_of[1]),
    ] {
        let Some(opened) = opened else { continue };
        if let Some(Refused { count, why }) = opened.refused.first() {
            return Err(refused(*count, wanted, why));
        }
        if opened.answered < wanted {
            taken = false;
            notes.push(unanswered(opened.answered, wanted, load::STALLED.as_secs()));
        }
    }
    Ok(taken)
}

/// Notes what went wrong under the load.
fn tell_failures(ran: &Ran, options: &Options, notes: &mut Vec<Note>) {
    if ran.unanswered == options.active {
        notes.push(Note::NoneAnswered);
    } else if ran.unanswered > 0 {
        notes.push(Note::SomeUnanswered { count: ran.unanswered, of: options.active });
    }
    let failed =
        |Refused { count, why }: &Refused| Note::Failed { count: *count, why: why.clone() };
    notes.extend(ran.failures.iter().map(failed));
}

/// Notes where the server's own count of requests is not the load's. The second request for the
/// metrics is in it, and requests that were not answered may be.
fn check_count(
    requests: u64,
    before: &Metrics,
    after: &Metrics,
    options: &Options,
    notes: &mut Vec<Note>,
) {
    let Some(counted) = after.since(before, "requests_total") else { return };
    let (least, most) = (requests + 1, requests + 1 + u64::from(options.active));
    #[expect(clippy::cast_precision_loss, reason = "nobody sends 2^53 requests")]
    if !(least as f64..=most as f64).contains(&counted) {
        notes.push(Note::CountsDiffer { answers: requests, requests: counted - 1.0 });
    }
}

/// Puts the figures together.
fn figures(
    ran: &Ran,
    usage: Option<(Usage, Usage)>,
    memory: Option<(u64, u64)>,
    connections: u32,
    metrics: Option<(Metrics, Metrics)>,
) -> Figures {
    #![expect(clippy::cast_precision_loss, reason = "far below 2^53, all of them")]
    let mut figures = Figures::new(ran.requests, ran.time);
    let seconds = ran.time.as_secs_f64();
    let requests = (ran.requests > 0).then_some(ran.requests as f64);
    figures.set(Figure::Throughput, Some(ran.requests as f64 / seconds));
    let quantile = |q| requests.map(|_| ran.latency.value_at_quantile(q) as f64 / 1e9);
    figures.set(Figure::Median, quantile(0.5));
    figures.set(Figure::P99, quantile(0.99));
    if let Some((before, after)) = usage {
        let per_request = |amount: f64| requests.map(|requests| amount / requests);
        figures.set(Figure::Cpu, per_request(after.cpu.saturating_sub(before.cpu).as_secs_f64()));
        let switches = after.switches.saturating_sub(before.switches);
        figures.set(Figure::Switches, per_request(switches as f64));
        figures.set(Figure::Threads, Some(after.threads as f64));
    }
    if let (Some((before, with)), 1..) = (memory, connections) {
        figures.set(Figure::Memory, Some((with as f64 - before as f64) / f64::from(connections)));
    }
    if let Some((before, after)) = metrics {
        let of = |name| after.since(&before, name);
        let ratio = |a: Option<f64>, b: Option<f64>| Some(a? / b.filter(|b| *b > 0.0)?);
        // The server's own count: the requests for the metrics are on both sides.
        let per_request = |name| ratio(of(name), of("requests_total"));
        figures.set(Figure::Calls, per_request("calls_total"));
        figures.set(Figure::Examined, ratio(of("examined_total"), of("ready_total")));
        figures.set(Figure::Copied, per_request("copied_bytes_total"));
        figures.set(Figure::WakeUps, per_request("wakeups_total"));
        figures.set(Figure::Again, per_request("calls_again_total"));
        // Both by the server's clock, at the same two moments.
        figures.set(Figure::Waiting, ratio(of("waited_seconds_total"), of("uptime_seconds")));
    }
    figures
}

/// An error's own words, to stand within a sentence.
fn plain(error: &io::Error) -> String {
    words::plain(error).to_lowercase()
}
