//! epollscope: reads the command line, chooses a mode, turns errors into one sentence and an exit
//! code.

mod ending;
mod log;
mod split;

use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use clap::Parser;
use crossbeam_channel::Receiver;
use epollscope::cli::{self, Cli};
use epollscope::clients::Clients;
use epollscope::compare::{self, report};
use epollscope::dashboard;
use epollscope::http::{Limits, Site};
use epollscope::inspect::Inspector;
use epollscope::record::json::Header;
use epollscope::record::log::{Closer, Log, Summary};
use epollscope::record::stdout::Printer;
use epollscope::server::{self, Bound, Mistake, Protocol};
use epollscope::telemetry::{Capacity, Command, Control, Publisher, Subscriber, control, wire};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How many ports after the default one are tried when it is taken.
const PORTS_TRIED: u16 = 100;
/// Descriptors that are not given to connections: for files, epolls, the log, the terminal.
const RESERVED: u64 = 64;
/// How long the log may take to be complete once the server has ended.
const LOG_WITHIN: Duration = Duration::from_secs(10);
/// How long a reader of stdout may take for the last lines.
const PRINTED_WITHIN: Duration = Duration::from_secs(2);
/// How many notices may wait for the dashboard.
const NOTICES: usize = 16;

/// The exit code of a command line that makes no sense, as clap has it.
const MISUSED: u8 = 2;

/// What went wrong and what to do about it, in one sentence.
type Sentence = String;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version come as errors too, of the kind that belongs on standard output.
        Err(error) if error.use_stderr() => error.exit(),
        Err(error) => return end(printed(error.print())),
    };
    let done = match &cli.command {
        Some(cli::Command::Compare(args)) => match args.check(io::stdout().is_terminal()) {
            Ok(()) if args.split => split::run(args),
            Ok(()) => compare(args),
            Err(sentence) => return misused(&sentence),
        },
        Some(cli::Command::Completions { shell }) => print(&cli::completions(*shell)),
        Some(cli::Command::Man) => print(&cli::man(&dashboard::keys::man())),
        Some(cli::Command::Worker { full, root, start, flags }) => {
            work(flags, *full, *root, *start)
        }
        None => {
            if let Err(sentence) = cli.check(headless(&cli), io::stdin().is_terminal()) {
                return misused(&sentence);
            }
            serve(&cli)
        }
    };
    end(done)
}

/// The exit code; what went wrong is said.
fn end(done: Result<(), Sentence>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            say(&sentence);
            ExitCode::FAILURE
        }
    }
}

/// Says what is wrong with the command line.
fn misused(sentence: &str) -> ExitCode {
    say(sentence);
    ExitCode::from(MISUSED)
}

/// Writes to standard output; a reader that has gone is no error.
fn print(text: &[u8]) -> Result<(), Sentence> {
    printed(io::stdout().write_all(text))
}

/// Completes what was written to standard output.
fn printed(written: io::Result<()>) -> Result<(), Sentence> {
    match written.and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("Standard output cannot be written: {}.", plain(&error)))
        }
        _ => Ok(()),
    }
}

/// Writes a line to standard error, if there is one.
fn say(sentence: &str) {
    let _ = writeln!(io::stderr(), "epollscope: {sentence}");
}

fn compare(args: &cli::Compare) -> Result<(), Sentence> {
    let report = args.report.as_ref().and_then(|path| Some((path, report::Form::of(path)?)));
    let report = match report {
        Some((path, form)) => {
            let to =
                report::Destination::open(path).map_err(|error| cannot_report(path, &error))?;
            Some((path, form, to))
        }
        None => None,
    };
    let progress = io::stderr().is_terminal();
    let comparison = compare::run(compared(args), |name| {
        if progress {
            say(&format!("measuring {name}"));
        }
    })?;
    print(report::text(&comparison, !dashboard::terminal::locale_is_utf8()).as_bytes())?;
    if let Some((path, form, to)) = report {
        to.write(&form.write(&comparison)).map_err(|error| cannot_report(path, &error))?;
    }
    if comparison.subjects.iter().all(|subject| subject.outcome.is_err()) {
        return Err("None of the servers could be measured; the table says why.".into());
    }
    Ok(())
}

/// What is compared, and under which load.
fn compared(args: &cli::Compare) -> compare::Options {
    compare::Options {
        servers: args.servers(),
        idle: args.idle,
        active: args.active,
        time: Duration::from_secs(args.seconds.into()),
        path: args.path.clone(),
        root: args.root.clone(),
        descriptors: descriptors(),
    }
}

fn cannot_report(path: &Path, error: &io::Error) -> Sentence {
    format!("The report {} cannot be written: {}.", path.display(), plain(error))
}

/// Whether the terminal has no screen to draw on.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether there is no dashboard.
fn headless(cli: &Cli) -> bool {
    cli.headless || cli.quiet || !io::stdout().is_terminal()
}

fn serve(cli: &Cli) -> Result<(), Sentence> {
    compare::end_with_parent()?;
    let headless = headless(cli);
    if !headless && is_dumb() {
        return Err("This terminal (TERM=dumb) cannot show the dashboard: use another one, or \
                    --headless."
            .into());
    }
    let mut notices = Vec::new();
    if let Some(mistake) = cli.mistake {
        let (name, summary) = (mistake.name(), mistake.summary());
        notices.push(format!("This server makes a mistake on purpose, {name}: {summary}."));
    }
    let descriptors = descriptors();
    let max_connections = connections(cli, descriptors, &mut notices);
    let site = site(cli.root.as_deref(), cli.list)?.hidden(cli.hidden);
    let bound = bind(cli.bind, cli.port)?;

    let (control, commands) =
        control().map_err(|error| format!("No eventfd can be made: {}.", plain(&error)))?;
    let mut streams = Vec::new();
    let header = Header {
        server: cli.server.name(),
        pid: std::process::id(),
        start: SystemTime::now(),
        mistake: cli.mistake.map(Mistake::name),
    };
    let start = Instant::now();
    // With a dashboard standard error is its screen.
    let (teller, told) = crossbeam_channel::bounded(NOTICES);
    let tell = move |sentence: String| {
        if headless {
            say(&sentence);
        } else {
            // Not when the dashboard has ended; what then is missing is told at the log's end.
            let _ = teller.try_send(sentence);
        }
    };
    let log = match &cli.log {
        Some(path) => Some(log::start(path, cli.force, &mut streams, &control, &header, tell)?),
        None => None,
    };
    let closer = log.as_ref().map(Log::closer);
    if headless {
        ending::end_cleanly(control.clone(), closer.clone())
            .map_err(|error| format!("Signals cannot be caught: {}.", plain(&error)))?;
    }
    let (screen, reader) = wire(Capacity::default());
    let table = if headless {
        if !cli.quiet {
            streams.push(screen);
        }
        None
    } else {
        Some(screen)
    };
    let mut config = config(cli, max_connections);
    // Files need most of what connections leave.
    let quarter = usize::try_from(reserved(cli, descriptors) / 4).unwrap_or(0);
    config.max_refused = config.max_refused.min(quarter);
    let publisher = Publisher::new(start, table, streams);
    let server = server::start(bound, config, site, publisher, commands)
        .map_err(|error| cannot_listen(first(cli.bind, cli.port), &error))?;
    let addr = server.addr;
    notices.extend(moved(cli.port, addr.port()));
    let clients = Clients::start(addr, cli.protocol() != Protocol::Http)
        .map_err(|error| format!("The built-in clients cannot be started: {}.", plain(&error)))?;
    clients.demo(cli.demo.map_or(0, |n| n as usize));

    let run = Run { server, control: control.clone(), clients, reader, notices, told, closer };
    let ended = if headless { run.headless(cli) } else { run.dashboard(cli) };
    // Where the front end failed the server still runs, and the log waits for its end. One that
    // has ended needs no telling.
    let _ = control.send(Command::Shutdown);
    let logged = log.map_or(Ok(()), |log| match log.finish(LOG_WITHIN) {
        Ok(Summary { trouble: None, .. }) => Ok(()),
        Ok(Summary { lost, trouble: Some(trouble), .. }) => {
            Err(format!("The log is not complete: {trouble}, so {lost} events are not in it."))
        }
        Err(error) => Err(format!("The log is not complete: {}.", plain(&error))),
    });
    ended.and(logged)
}

/// The server that the command line asks for.
fn config(cli: &Cli, max_connections: usize) -> server::Config {
    server::Config {
        server: cli.server,
        protocol: cli.protocol(),
        backlog: cli.backlog,
        max_connections,
        max_per_address: cli.max_per_address as usize,
        idle_timeout: cli::limit(cli.idle_timeout),
        header_timeout: cli::limit(cli.header_timeout),
        body_timeout: cli::limit(cli.body_timeout),
        write_timeout: cli::limit(cli.write_timeout),
        limits: Limits {
            head_bytes: cli.max_header as usize,
            headers: usize::from(cli.max_header_lines),
            body_bytes: cli.max_body,
            ..Limits::default()
        },
        routes: server::Routes {
            slow: cli.demo_routes || cli.demo.is_some(),
            metrics: cli.metrics,
        },
        keep_alive: cli.keep_alive.is_on() && !cli.close_after_response,
        handler_threads: cli.handler_threads(),
        nodelay: cli.nodelay.is_on(),
        cork: cli.cork.is_on(),
        read_buffer: cli.read_buffer as usize,
        trigger: cli.trigger,
        nap: cli.nap,
        drain: cli.drain.is_on(),
        accept_all: cli.accept == cli::Accept::All,
        stdin: cli.stdin,
        mistake: cli.mistake,
        once: cli.once,
        stack_size: cli.stack_size as usize,
        worker: server::Program {
            flags: std::env::args_os().skip(1).collect(),
            ..server::Program::default()
        },
        ..server::Config::default()
    }
}

/// Serves one connection as a worker process.
fn work(flags: &[OsString], full: bool, root: bool, start: u64) -> Result<(), Sentence> {
    let cli =
        Cli::parse_from(std::iter::once(OsString::from("epollscope")).chain(flags.iter().cloned()));
    let site = if root {
        server::receive_root().and_then(Site::of).map_err(|error| {
            format!("The worker did not get the root folder: {}.", plain(&error))
        })?
    } else {
        Site::embedded()
    };
    let site = site.list(cli.list).hidden(cli.hidden);
    server::work(&config(&cli, 1), site, full, start)
        .map_err(|error| format!("The worker cannot watch its parent: {}.", plain(&error)))
}

/// A server with everything around it.
struct Run {
    server: server::Handle,
    control: Control,
    clients: Clients,
    reader: Subscriber,
    notices: Vec<String>,
    told: Receiver<String>,
    closer: Option<Closer>,
}

impl Run {
    /// Prints the address and then the events, until the server ends.
    fn headless(self, cli: &Cli) -> Result<(), Sentence> {
        self.notices.iter().for_each(|notice| say(notice));
        let scheme = cli.protocol().scheme();
        print(format!("listening on {scheme}://{}/\n", self.server.addr).as_bytes())?;
        let printer = if cli.quiet {
            None
        } else {
            let ascii = cli.ascii || !dashboard::terminal::locale_is_utf8();
            let printer = Printer::start(io::stdout(), self.reader, self.control, ascii);
            Some(printer.map_err(|error| format!("No thread can be started: {}.", plain(&error)))?)
        };
        let ended = self.server.join();
        drop(self.clients);
        if let Some(printer) = printer {
            printer.finish(PRINTED_WITHIN);
        }
        ended.map(|_| ())
    }

    /// Shows the dashboard, until the operator quits.
    fn dashboard(self, cli: &Cli) -> Result<(), Sentence> {
        let inspector = Inspector::start(self.server.addr)
            .map_err(|error| format!("The inspector cannot be started: {}.", plain(&error)))?;
        let options = dashboard::Options {
            scheme: cli.protocol().scheme(),
            theme: cli.theme,
            fps: cli.fps,
            ask: !cli.yes,
            mouse: !cli.no_mouse,
            ascii: cli.ascii,
        };
        let Self { server, control, clients, reader: subscriber, notices, told, closer: log } =
            self;
        let side = dashboard::Side { subscriber, control, server, inspector };
        dashboard::run(dashboard::Setup { side, clients, options, notices, told, log })
            .map_err(|error| format!("The dashboard has ended: {}.", plain(&error)))
    }
}

/// Raises the limit of open descriptors as far as this process may; returns it.
fn descriptors() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    // Where it is not allowed, the old one stays.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    getrlimit(Resource::Nofile).current
}

/// `--max-connections`, or as many as there are descriptors for beside those that are needed
/// otherwise, by our own clients for instance.
fn connections(cli: &Cli, descriptors: Option<u64>, notices: &mut Vec<String>) -> usize {
    let asked = u64::from(cli.max_connections);
    let Some(descriptors) = descriptors else {
        return usize::try_from(asked).unwrap_or(usize::MAX);
    };
    let possible = (descriptors - reserved(cli, Some(descriptors))).max(1);
    if possible < asked {
        notices.push(format!(
            "At most {possible} connections, not {asked}: this process may have {descriptors} \
             descriptors open (ulimit -n)."
        ));
    }
    usize::try_from(asked.min(possible)).unwrap_or(usize::MAX)
}

/// How many descriptors are kept for other things than connections.
fn reserved(cli: &Cli, descriptors: Option<u64>) -> u64 {
    let wanted = RESERVED + u64::from(cli.demo.unwrap_or(0));
    descriptors.map_or(wanted, |descriptors| wanted.min(descriptors / 2))
}

/// The pages, with lists of folders where that is asked for and possible.
fn site(root: Option<&Path>, list: bool) -> Result<Site, Sentence> {
    let Some(root) = root else { return Ok(Site::embedded().list(list)) };
    let open = || {
        let site = Site::open(root)?.list(list);
        if list {
            site.check_list()?;
        }
        Ok(site)
    };
    open().map_err(|error: std::io::Error| {
        let shown = root.display();
        match error.kind() {
            ErrorKind::NotFound => {
                format!("There is no folder {shown}: name one that exists, or none for the built-in pages.")
            }
            ErrorKind::NotADirectory => format!("{shown} is not a folder: name the folder it is in."),
            ErrorKind::PermissionDenied => {
                format!("The folder {shown} may not be read: change its permissions, or name another.")
            }
            _ => format!("The folder {shown} cannot be opened: {}.", plain(&error)),
        }
    })
}

/// Binds to the port that was asked for, or to the default one or the next that is free.
fn bind(ip: IpAddr, port: Option<u16>) -> Result<Bound, Sentence> {
    let addr = first(ip, port);
    let bound = match port {
        Some(_) => server::bind(addr),
        None => server::bind_one_of(ip, cli::PORT..=cli::PORT + PORTS_TRIED),
    };
    bound.map_err(|error| cannot_listen(addr, &error))
}

/// Where it listens if it can.
fn first(ip: IpAddr, port: Option<u16>) -> SocketAddr {
    SocketAddr::new(ip, port.unwrap_or(cli::PORT))
}

/// Tells that the default port was not to be had.
fn moved(asked: Option<u16>, port: u16) -> Option<String> {
    let taken = cli::PORT;
    (asked.is_none() && port != taken)
        .then(|| format!("Port {taken} is taken: this one listens on {port}."))
}

fn cannot_listen(addr: SocketAddr, error: &io::Error) -> Sentence {
    let (ip, port) = (addr.ip(), addr.port());
    match error.kind() {
        ErrorKind::AddrInUse => format!(
            "Port {port} of {ip} is taken by another program: choose another with --port, or 0 \
             for any free one."
        ),
        ErrorKind::AddrNotAvailable => format!(
            "{ip} is not an address of this machine: --bind takes one that `ip addr` lists, or \
             0.0.0.0 for all."
        ),
        ErrorKind::PermissionDenied => format!(
            "Port {port} may not be used without privileges: choose one from 1024 up with --port."
        ),
        // A sentence of the server's own.
        ErrorKind::Unsupported => error.to_string(),
        _ => format!("{addr} cannot be listened on: {}.", plain(error)),
    }
}

/// An error's own words, without its number and its full stop.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn cli(args: &str) -> Cli {
        Cli::parse_from(["epollscope"].into_iter().chain(args.split_whitespace()))
    }

    #[test]
    fn connections_leave_some_descriptors() {
        let with = |args, descriptors| {
            let mut notices = Vec::new();
            let max = connections(&cli(args), descriptors, &mut notices);
            (max, notices.len())
        };
        assert_eq!(with("", None), (10_000, 0));
        assert_eq!(with("", Some(1 << 20)), (10_000, 0));
        assert_eq!(with("", Some(1024)), (960, 1));
        assert_eq!(with("--demo 100", Some(1024)), (860, 1));
        assert_eq!(with("--max-connections 960", Some(1024)), (960, 0));
        assert_eq!(with("", Some(16)), (8, 1));
        assert_eq!(with("", Some(1)), (1, 1));
    }

    #[test]
    fn the_limit_of_descriptors_is_raised() {
        let raised = descriptors();
        assert_eq!(raised, getrlimit(Resource::Nofile).maximum);
    }

    #[test]
    fn a_port_that_was_asked_for_is_not_replaced() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = bind(taken.local_addr().unwrap().ip(), Some(port)).unwrap_err();
        assert!(error.starts_with(&format!("Port {port} of 127.0.0.1 is taken")), "{error}");
        assert_eq!(moved(Some(port), port), None);
    }

    #[test]
    fn the_default_port_gives_way() {
        // Held by this test or by somebody else: taken either way.
        let _taken = TcpListener::bind(("127.0.0.1", cli::PORT));
        let port = bind([127, 0, 0, 1].into(), None).unwrap().addr().port();
        assert!((cli::PORT + 1..=cli::PORT + PORTS_TRIED).contains(&port));
        assert!(moved(None, port).unwrap().starts_with("Port 7890 is taken"));
        assert_eq!(moved(None, cli::PORT), None);
    }

    #[test]
    fn a_foreign_address_and_a_missing_folder_are_told() {
        let error = bind([192, 0, 2, 1].into(), Some(0)).unwrap_err();
        assert!(error.starts_with("192.0.2.1 is not an address of this machine"), "{error}");
        for (address, what) in [
            ("224.0.0.1", "a multicast"),
            ("255.255.255.255", "a broadcast"),
            ("127.255.255.255", "a broadcast"),
            ("ff02::1", "a multicast"),
            ("ff0e::101", "a multicast"),
            ("::ffff:224.0.0.1", "a multicast"),
        ] {
            let error = bind(address.parse().unwrap(), Some(0)).unwrap_err();
            assert!(error.starts_with(&format!("{address} is {what} address")), "{error}");
        }
        let tell = |path: &str| site(Some(Path::new(path)), false).err().unwrap();
        assert!(tell("/no/such/folder").starts_with("There is no folder /no/such/folder"));
        assert!(tell("/proc/self/exe").contains("is not a folder"));
    }
}
