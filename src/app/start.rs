//! How a server is started, for each of the modes: its pages, its socket, its queue of commands,
//! then who reads its events, and its thread last.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::{Instant, SystemTime};

use super::output::Sentence;
use crate::cli::{self, Cli};
use crate::dashboard::Side;
use crate::descriptors::Held;
use crate::http::Site;
use crate::inspect::Inspector;
use crate::server::{self, Bound, Config, Handle, Stands};
use crate::telemetry::{Capacity, Commands, Control, Publisher, Sink, Subscriber, control, wire};
use crate::words::{plain, strings};

/// How many ports after the default one are tried when it is taken.
const PORTS_TRIED: u16 = 100;

/// A server that has all it needs but its thread.
pub(super) struct Prepared {
    site: Site,
    bound: Bound,
    /// Where it was asked to listen.
    asked: SocketAddr,
    control: Control,
    commands: Commands,
    screen: Option<Sink>,
    streams: Vec<Sink>,
    /// The two clocks at the start of its events.
    wall: SystemTime,
    start: Instant,
}

/// A server that listens.
pub(super) struct Running {
    pub(super) handle: Handle,
    pub(super) control: Control,
}

impl Prepared {
    /// Opens the folder and binds to the port.
    pub(super) fn new(cli: &Cli) -> Result<Self, Sentence> {
        // The folder's descriptor and the waker's; the listener is the first that is the server's.
        let held = Held::all();
        let site = site(cli.root.as_deref(), cli.list)?.hidden(cli.hidden);
        let (control, commands) =
            control().map_err(|error| (strings().start.no_eventfd)(&plain(&error)))?;
        drop(held);
        let bound = bind(cli.bind, cli.port)?;
        Ok(Self {
            site,
            bound,
            asked: first(cli.bind, cli.port),
            control,
            commands,
            screen: None,
            streams: Vec::new(),
            wall: SystemTime::now(),
            start: Instant::now(),
        })
    }

    /// What the server is told through.
    pub(super) fn control(&self) -> Control {
        self.control.clone()
    }

    /// The time of day at which its events begin.
    pub(super) fn wall(&self) -> SystemTime {
        self.wall
    }

    /// The same on the clock that its events are timed by.
    pub(super) fn start_time(&self) -> Instant {
        self.start
    }

    /// A reader of everything, with the rows of its table.
    pub(super) fn screen(&mut self) -> Subscriber {
        let (sink, subscriber) = wire(Capacity::default());
        self.screen = Some(sink);
        subscriber
    }

    /// One more reader of its events alone.
    pub(super) fn stream(&mut self) -> Subscriber {
        let (sink, subscriber) = wire(Capacity::default());
        self.streams.push(sink);
        subscriber
    }

    /// One more reader of its events, with all that a picture is made of.
    pub(super) fn record(&mut self) -> Subscriber {
        let (sink, subscriber) = wire(Capacity::default());
        self.streams.push(sink.with_rows());
        subscriber
    }

    /// Starts its thread; it listens then, and goes on when it no longer has to stand.
    pub(super) fn start(self, config: Config) -> Result<(Running, Stands), Sentence> {
        let Self { site, bound, asked, control, commands, screen, streams, start, .. } = self;
        let publisher = Publisher::new(start, screen, streams);
        let started = server::start_standing(bound, config, site, publisher, commands);
        let (handle, stands) = started.map_err(|error| cannot_listen(asked, &error))?;
        Ok((Running { handle, control }, stands))
    }
}

impl Running {
    /// With an inspector, for a screen.
    pub(super) fn inspected(self, subscriber: Subscriber) -> Result<Side, Sentence> {
        let Self { handle: server, control } = self;
        let inspector = Inspector::start(server.addr)
            .map_err(|error| (strings().start.no_inspector)(&plain(&error)))?;
        Ok(Side { subscriber, control, server, inspector })
    }
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
    open().map_err(|error: io::Error| {
        let (shown, text) = (root.display().to_string(), &strings().start);
        match error.kind() {
            ErrorKind::NotFound => (text.no_folder)(&shown),
            ErrorKind::NotADirectory => (text.not_a_folder)(&shown),
            ErrorKind::PermissionDenied => (text.folder_denied)(&shown),
            _ => (text.folder_failed)(&shown, &plain(&error)),
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

fn cannot_listen(addr: SocketAddr, error: &io::Error) -> Sentence {
    let (ip, port, text) = (addr.ip(), addr.port(), &strings().start);
    match error.kind() {
        ErrorKind::AddrInUse => (text.port_taken)(port, ip),
        ErrorKind::AddrNotAvailable => (text.address_foreign)(ip),
        ErrorKind::PermissionDenied => (text.port_denied)(port),
        // A sentence of the server's own.
        ErrorKind::Unsupported => error.to_string(),
        _ => (text.listen_failed)(addr, &plain(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_port_that_was_asked_for_is_not_replaced() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = bind(taken.local_addr().unwrap().ip(), Some(port)).unwrap_err();
        assert!(error.starts_with(&format!("Port {port} of 127.0.0.1 is taken")), "{error}");
    }

    #[test]
    fn the_default_port_gives_way() {
        // Held by this test or by somebody else: taken either way.
        let _taken = TcpListener::bind(("127.0.0.1", cli::PORT));
        let port = bind([127, 0, 0, 1].into(), None).unwrap().addr().port();
        assert!((cli::PORT + 1..=cli::PORT + PORTS_TRIED).contains(&port));
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
