//! A class of simulated telephones on the running program, in a real terminal of 120×36: each comes in
//! with the code on the screen, is told over a stream, and raises and lowers its hand; then all press
//! within a second. Measured is what a student waits for (the answer, and until the own stream says that the
//! hand is up), what the class waits for (until the student's seat on the screen shows the hand), and what
//! it costs: memory, processors, pictures.
//!
//!     cargo bench --bench class [-- --phones 500 --seconds 60 --hands-per-second 50
//!         --server epoll,poll --rounds 1 --history 64MiB]
//!
//! Within a round all servers take their turn, and ratios are to the first one within the round. The
//! telephones are on this machine, too, and take processor time: that of the program's threads is their own,
//! the waits have both in them.
//!
//! `--record FILE` makes a recording of a small class instead, which is served by the teacher, presses at
//! once and sees the server change.

mod phones;
mod process;
mod record;
mod screen;

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use epollscope::class::Class;
use epollscope::telemetry::ServerKind;
use phones::{Measured, Phones};
use process::{Cpu, Memory};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use screen::{Cell, Frame, Lit, Screen};

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");
/// A class has no more.
const MOST: usize = 1000;
const LONGEST: u64 = 120;
/// The telephones whose seats are looked at, of which about one presses each second.
const LOOKED_AT: usize = 10;
/// Nobody should wait longer to be told.
const LATE: Duration = Duration::from_secs(1);
/// Between two looks at the memory.
const LOOKS: Duration = Duration::from_secs(5);

struct Options {
    phones: usize,
    seconds: u64,
    hands: u32,
    rounds: usize,
    servers: Vec<ServerKind>,
    history: Option<String>,
    record: Option<String>,
}

fn main() {
    let options = options();
    if let Some(file) = &options.record {
        match record::record(file) {
            Ok(()) => println!("{file} is written."),
            Err(why) => fail(&why),
        }
        return;
    }
    if let Err(why) = descriptors(options.phones) {
        println!("Not measured: {why}");
        return;
    }
    let mut rounds = Vec::new();
    for round in 1..=options.rounds {
        let mut results = Vec::new();
        for &server in &options.servers {
            if !Class::streams(server) {
                println!(
                    "{server}: not measured: it does not tell telephones anything by a stream.\n"
                );
                continue;
            }
            match class(server, &options) {
                Ok(result) => {
                    result.print(server, round, &options);
                    results.push((server, result.summary()));
                }
                Err(why) => fail(&format!("{server}: {why}")),
            }
        }
        rounds.push(results);
    }
    summarize(&rounds);
}

fn fail(why: &str) -> ! {
    eprintln!("{why}");
    std::process::exit(1);
}

fn options() -> Options {
    let mut options = Options {
        phones: 500,
        seconds: 60,
        hands: 50,
        rounds: 1,
        servers: vec![ServerKind::Epoll, ServerKind::Poll],
        history: None,
        record: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        if name == "--bench" {
            // cargo adds it.
            continue;
        }
        let Some(value) = arguments.next() else { fail(&format!("{name} takes a value")) };
        let number = |least: u64, most: u64| {
            let number = value.parse().ok().filter(|number| (least..=most).contains(number));
            number.unwrap_or_else(|| fail(&format!("{name} takes a number from {least} to {most}")))
        };
        let count = |most: usize| usize::try_from(number(1, most as u64)).unwrap_or(most);
        match name.as_str() {
            "--phones" => options.phones = count(MOST).max(LOOKED_AT),
            "--seconds" => options.seconds = number(1, LONGEST),
            // The limit of a class; each telephone alone may come five times a second.
            "--hands-per-second" => {
                options.hands = u32::try_from(number(0, 2_000)).unwrap_or_default();
            }
            "--rounds" => options.rounds = count(20),
            "--server" => {
                let named = |name: &str| {
                    let server = ServerKind::ALL.into_iter().find(|server| server.name() == name);
                    server.unwrap_or_else(|| fail(&format!("{name} is no server")))
                };
                options.servers = value.split(',').map(named).collect();
            }
            "--history" => options.history = Some(value),
            "--record" => options.record = Some(value),
            _ => fail(&format!("{name} is not known")),
        }
    }
    options
}

/// Raises the limit on open descriptors, which the program inherits: both of them have two for each
/// telephone.
fn descriptors(phones: usize) -> Result<(), String> {
    let wanted = 2 * phones as u64 + 100;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    if maximum.is_some_and(|maximum| maximum < wanted) {
        let maximum = maximum.unwrap_or_default();
        return Err(format!(
            "{phones} telephones take {wanted} descriptors, and this process may have {maximum} (ulimit -Hn)"
        ));
    }
    setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })
        .map_err(|error| format!("the limit on descriptors cannot be raised to {wanted}: {error}"))
}

/// Starts the program; its screen, its address and the code of its class.
fn start(
    server: ServerKind,
    more: &[&str],
    folder: Option<&Path>,
) -> Result<(Screen, SocketAddr, String), String> {
    let usual = ["--class", "--bind", "127.0.0.1", "--port", "0", "--yes", "--no-config"];
    let options = [&usual[..], &["--server", server.name()], more].concat();
    let mut screen = Screen::start(PROGRAM, &options, folder);
    screen.see("join code")?;
    let (address, code) = screen.until("the class's address", join)?;
    // Students may come while it is shown; here it is the table that is looked at.
    screen.press("\x1b");
    screen.gone("join code")?;
    Ok((screen, address, code))
}

/// The address and the code that stand on the screen.
fn join(text: &str) -> Option<(SocketAddr, String)> {
    text.split("http://").skip(1).find_map(|url| {
        let (address, rest) = url.split_once('/')?;
        let code: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
        Some((address.parse().ok()?, (code.len() == 4).then_some(code)?))
    })
}

/// What came out for one server.
struct Outcome {
    measured: Measured,
    time: Duration,
    frames: Vec<Frame>,
    /// From the press to the seat on the screen, with all others quiet, and among them.
    lit_quiet: Vec<Duration>,
    lit: Vec<Duration>,
    /// Presses whose hand was never seen.
    unlit: usize,
    /// Whether the seats that are looked at could be found.
    seats: Result<(), String>,
    cpu: Cpu,
    before: Memory,
    came: Memory,
    looks: Vec<Memory>,
    joining: Measured,
    joined_in: Duration,
    burst: Measured,
}

fn class(server: ServerKind, options: &Options) -> Result<Outcome, String> {
    let history = options.history.iter().flat_map(|size| ["--history", size]);
    let more: Vec<&str> = history.collect();
    let (mut screen, address, code) = start(server, &more, None)?;
    screen.press("6z");
    let pid = screen.pid();
    let mut phones = Phones::new(address, &code);
    phones.run(Duration::from_secs(2));
    let before = process::memory(pid);
    let begin = Instant::now();
    phones.come(options.phones);
    while phones.listening() < options.phones {
        phones.turn(Instant::now() + Duration::from_millis(50));
        if begin.elapsed() > Duration::from_secs(60) {
            let (listening, refused) = (phones.listening(), &phones.measured.refused);
            return Err(format!(
                "only {listening} came in; refused, by status: {refused:?}\n{}",
                screen.text()
            ));
        }
    }
    let joined_in = begin.elapsed();
    let joining = phones.measured.clone();
    phones.run(Duration::from_secs(3));
    let came = process::memory(pid);

    let found = seats(&screen, &mut phones);
    let mut lit_quiet = Vec::new();
    if let Ok(cells) = &found {
        screen.look_at(cells);
        quiet(&screen, &mut phones, &mut lit_quiet);
    }

    screen.take();
    let cpu = process::cpu(pid);
    phones.work(options.hands, if found.is_ok() { LOOKED_AT } else { 0 });
    let begin = Instant::now();
    let end = begin + Duration::from_secs(options.seconds);
    let mut looks = vec![process::memory(pid)];
    while Instant::now() < end {
        let look = end.min(Instant::now() + LOOKS);
        while Instant::now() < look {
            phones.turn(look);
        }
        looks.push(process::memory(pid));
    }
    let time = begin.elapsed();
    let cpu = process::cpu(pid).since(cpu);
    let measured = phones.measured.clone();
    // The last of them may not be on the screen yet.
    phones.calm();
    phones.run(Duration::from_secs(2));
    let (mut frames, lit) = screen.take();
    frames.retain(|frame| frame.end < begin + time);
    let (lit, unlit) = matched(&measured.looked_at, &lit, begin + time);

    phones.forget();
    screen.press("B");
    let all = options.phones;
    let begin = Instant::now();
    while phones.measured.burst.len() < all && begin.elapsed() < Duration::from_secs(10) {
        phones.turn(Instant::now() + Duration::from_millis(50));
    }
    let burst = phones.measured.clone();
    // As a telephone tells how long that took.
    phones.run(Duration::from_millis(3_500));

    let ended = screen.quit()?;
    if !ended.success() {
        return Err(format!("it ended with {ended:?}"));
    }
    let seats = found.map(drop);
    Ok(Outcome {
        measured,
        time,
        frames,
        lit_quiet,
        lit,
        unlit,
        seats,
        cpu,
        before,
        came,
        looks,
        joining,
        joined_in,
        burst,
    })
}

/// Where the first telephones sit: one after the other raises its hand, and it is looked where.
fn seats(screen: &Screen, phones: &mut Phones) -> Result<Vec<Cell>, String> {
    let mut cells = Vec::new();
    let until = |phones: &mut Phones, holds: &dyn Fn(&[Cell]) -> bool| {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(3) {
            phones.turn(Instant::now() + Duration::from_millis(10));
            let hands = screen.hands();
            if holds(&hands) && phones.rest() == hands.is_empty() {
                return hands.first().copied();
            }
        }
        None
    };
    for number in 0..LOOKED_AT {
        phones.press(number);
        let cell = until(phones, &|hands| !hands.is_empty());
        cells.push(cell.ok_or_else(|| "a seat among so many shows no hand".to_owned())?);
        phones.press(number);
        until(phones, &|hands| hands.is_empty());
        if !screen.hands().is_empty() {
            return Err("a hand stays up on the screen".into());
        }
    }
    Ok(cells)
}

/// From presses to the seats, while nobody else presses.
fn quiet(screen: &Screen, phones: &mut Phones, lit: &mut Vec<Duration>) {
    screen.take();
    let mut presses = Vec::new();
    for up in [true, false] {
        for number in 0..LOOKED_AT {
            presses.push((number, up, phones.press(number)));
            // No multiple of the time between two pictures.
            phones.run(Duration::from_millis(437));
        }
    }
    phones.run(Duration::from_millis(500));
    let (_, seen) = screen.take();
    let (took, _) = matched(&presses, &seen, Instant::now());
    lit.extend(took);
}

/// How long each press took to be seen, and how many were not, of those that had a second for it.
fn matched(
    presses: &[(usize, bool, Instant)],
    seen: &[Lit],
    end: Instant,
) -> (Vec<Duration>, usize) {
    let mut took = Vec::new();
    let mut missed = 0;
    for &(seat, up, at) in presses {
        let mut later = seen.iter().filter(|lit| lit.seat == seat && lit.at >= at);
        match later.next() {
            Some(lit) if lit.up == up => took.push(lit.at - at),
            _ if at + LATE < end => missed += 1,
            _ => {}
        }
    }
    (took, missed)
}

/// Half of them, 99 of a hundred, and the most, in milliseconds.
fn percentiles(times: &[Duration]) -> Option<[f64; 3]> {
    let mut times: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
    times.sort_by(f64::total_cmp);
    let last = times.len().checked_sub(1)?;
    Some([last / 2, last * 99 / 100, last].map(|at| times[at]))
}

fn said(times: &[Duration]) -> String {
    percentiles(times).map_or_else(
        || "not measured".into(),
        |[half, most, longest]| {
            format!(
                "p50 {half:.1} ms, p99 {most:.1} ms, longest {longest:.1} ms, of {}",
                times.len()
            )
        },
    )
}

fn float(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The one in the middle, or what is between the two that are.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some(f64::midpoint(values[low], values[high]))
}

fn whole(values: &[u64]) -> Option<f64> {
    median(values.iter().map(|&n| float(usize::try_from(n).unwrap_or(usize::MAX))).collect())
}

impl Outcome {
    fn print(&self, server: ServerKind, round: usize, options: &Options) {
        let line = |name: &str, text: String| println!("  {name:<36} {text}");
        let (m, seconds) = (&self.measured, self.time.as_secs_f64());
        let Options { phones, hands, .. } = options;
        println!(
            "{server}, round {round}: {phones} telephones, {hands} hands a second asked for, {seconds:.1} s"
        );
        let a_second = |n: usize| float(n) / seconds;
        line(
            "came in",
            format!(
                "within {:.1} s; refused, by status: {:?}",
                self.joined_in.as_secs_f64(),
                self.joining.refused
            ),
        );
        line(
            "hands answered",
            format!("{:.1} a second, {} in all", a_second(m.answered.len()), m.answered.len()),
        );
        line("press to answer", said(&m.answered));
        line("press to own stream", said(&m.told));
        let late = m.told.iter().filter(|&&time| time > LATE).count();
        line("told later than 1 s, pressed before", format!("{late}, {}", m.untold));
        match &self.seats {
            Ok(()) => {
                line("press to seat, all others quiet", said(&self.lit_quiet));
                line("press to seat, among the others", said(&self.lit));
                line("presses never seen on a seat", self.unlit.to_string());
            }
            Err(why) => line("press to seat", format!("not measured: {why}")),
        }
        line("all press within 1 s, to answer", said(&self.burst.burst));
        let span = self.burst.burst_span.map(|(first, last)| last - first);
        line(
            "first press to last answer then",
            span.map_or("not measured".into(), |span| {
                format!("{:.2} s; refused, by status: {:?}", span.as_secs_f64(), self.burst.refused)
            }),
        );
        line(
            "states told",
            format!(
                "{:.0} a second, {:.2} to each, at most {} to one within a second",
                a_second(m.states as usize),
                a_second(m.states as usize) / float(*phones),
                m.most
            ),
        );
        line("more than 4 within a second", format!("{} times", m.above_four));
        line(
            "bytes told",
            format!(
                "{:.0} KiB a second, {:.0} B a state",
                a_second(m.bytes) / 1024.0,
                float(m.bytes) / f64::from(m.states.max(1))
            ),
        );
        line("refused, by status", format!("{:?}", m.refused));
        line(
            "streams closed, others, unanswered",
            format!("{}, {}, {}", m.closed, m.closed_asking, m.unanswered),
        );
        self.print_costs(*phones);
        println!();
    }

    fn print_costs(&self, phones: usize) {
        let line = |name: &str, text: String| println!("  {name:<36} {text}");
        let m = &self.measured;
        let kib = |bytes: u64| float(usize::try_from(bytes).unwrap_or(usize::MAX)) / 1024.0;
        let [before, came] = [self.before, self.came];
        line("memory (PSS), without a class", format!("{:.0} KiB", kib(before.pss)));
        // What both share with other processes of this program makes the PSS smaller; what is anonymous is
        // theirs alone.
        let each = |of: fn(Memory) -> u64| (kib(of(came)) - kib(of(before))) / float(phones);
        let (anonymous, pss) = (each(|memory| memory.anonymous), each(|memory| memory.pss));
        line(
            "memory for each telephone",
            format!(
                "{anonymous:.1} KiB anonymous, {pss:.1} KiB PSS; that of the kernel's sockets is not measured"
            ),
        );
        let looks: Vec<String> =
            self.looks.iter().map(|m| format!("{:.1}", kib(m.rss) / 1024.0)).collect();
        line("memory (RSS), every 5 s", format!("{} MiB", looks.join(" ")));
        let percent = |time: Duration| 100.0 * time.as_secs_f64() / self.time.as_secs_f64();
        let cpu = &self.cpu;
        let per_hand = cpu.server.as_secs_f64() * 1e6 / float(m.answered.len().max(1));
        line(
            "CPU, server",
            format!(
                "{:.1} % of one, {per_hand:.0} µs a hand with all that is told of it; {} threads in the program",
                percent(cpu.server),
                cpu.threads
            ),
        );
        line("CPU, dashboard", format!("{:.1} % of one", percent(cpu.dashboard)));
        line("CPU, inspector, clients, signals", format!("{:.1} % of one", percent(cpu.others)));
        let frames = float(self.frames.len());
        let bytes = self.frames.iter().map(|frame| frame.bytes).sum();
        line(
            "pictures",
            format!(
                "{:.1} a second, {:.0} B each, {:.2} ms of the dashboard's CPU each with all that it does between",
                frames / self.time.as_secs_f64(),
                float(bytes) / frames.max(1.0),
                cpu.dashboard.as_secs_f64() * 1e3 / frames.max(1.0)
            ),
        );
        let drawn: Vec<Duration> =
            self.frames.iter().map(|frame| frame.end - frame.begin).collect();
        line("first to last byte of a picture", said(&drawn));
        line("from one picture to the next", said(&self.gaps()));
        let figure =
            |values: &[u64]| whole(values).map_or("not known".into(), |n| format!("{n:.0}"));
        line("waits a second, as it says", figure(&m.rates));
        line("descriptors examined a second", figure(&m.examined));
    }

    fn gaps(&self) -> Vec<Duration> {
        self.frames.windows(2).map(|pair| pair[1].end - pair[0].end).collect()
    }

    /// What is compared between servers.
    fn summary(&self) -> [Option<f64>; NAMES.len()] {
        let [half, most] = [0, 1].map(|at| move |times: &[Duration]| Some(percentiles(times)?[at]));
        let m = &self.measured;
        let seconds = self.time.as_secs_f64();
        [
            Some(float(m.answered.len()) / seconds),
            half(&m.answered),
            most(&m.answered),
            half(&m.told),
            most(&m.told),
            half(&self.lit),
            most(&self.lit),
            half(&self.burst.burst),
            most(&self.burst.burst),
            Some(100.0 * self.cpu.server.as_secs_f64() / seconds),
            Some(100.0 * self.cpu.dashboard.as_secs_f64() / seconds),
            whole(&m.examined),
        ]
    }
}

const NAMES: [&str; 12] = [
    "hands answered a second",
    "press to answer, p50, ms",
    "press to answer, p99, ms",
    "press to own stream, p50, ms",
    "press to own stream, p99, ms",
    "press to seat, p50, ms",
    "press to seat, p99, ms",
    "all at once, p50, ms",
    "all at once, p99, ms",
    "CPU of the server, %",
    "CPU of the dashboard, %",
    "descriptors examined a second",
];

/// A round: what came out for each server.
type Round = Vec<(ServerKind, [Option<f64>; NAMES.len()])>;

/// Each server's figures over the rounds, and their ratios to the first one's of the same round.
fn summarize(rounds: &[Round]) {
    let Some(first) = rounds.first().filter(|round| !round.is_empty()) else { return };
    if rounds.len() * first.len() < 2 {
        return;
    }
    println!("Medians over {} rounds (least to most), and ratio to {}:", rounds.len(), first[0].0);
    for (at, name) in NAMES.iter().enumerate() {
        println!("  {name}");
        for (place, (server, _)) in first.iter().enumerate() {
            let values = rounds.iter().filter_map(|round| round[place].1[at]).collect();
            let ratios = rounds.iter().filter_map(|round| {
                Some(round[place].1[at]? / round[0].1[at].filter(|&base| base > 0.0)?)
            });
            println!(
                "    {:<12} {}, × {}",
                server.name(),
                spread(values),
                spread(ratios.collect())
            );
        }
    }
}

fn spread(values: Vec<f64>) -> String {
    let least = values.iter().copied().reduce(f64::min);
    let most = values.iter().copied().reduce(f64::max);
    match (median(values), least, most) {
        (Some(middle), Some(least), Some(most)) => format!("{middle:.2} ({least:.2} to {most:.2})"),
        _ => "not measured".into(),
    }
}
