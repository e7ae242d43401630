//! `epollscope compare A B --split`: starts both servers in this process, and shows them.

use std::ffi::OsString;
use std::time::Instant;

use clap::Parser;
use epollscope::cli::{self, Cli};
use epollscope::compare;
use epollscope::dashboard::{self, split};
use epollscope::inspect::Inspector;
use epollscope::server;
use epollscope::telemetry::{Capacity, Publisher, ServerKind, control, wire};

use super::{RESERVED, Sentence, bind, cannot_listen, compared, config, is_dumb, plain, site};

/// Descriptors that a connection takes here: both its ends are in this process.
const ENDS: u64 = 2;

/// Runs both until the operator quits.
pub(super) fn run(args: &cli::Compare) -> Result<(), Sentence> {
    if is_dumb() {
        return Err("This terminal (TERM=dumb) cannot show a split screen: use another one, or \
                    leave --split out."
            .into());
    }
    let load = compared(args);
    let &[first, second] = load.servers.as_slice() else {
        return Err("--split shows exactly two servers.".into());
    };
    let connections = u64::from(load.idle) + u64::from(load.active);
    let needed = 2 * (ENDS * connections + RESERVED);
    if let Some(descriptors) = load.descriptors.filter(|n| *n < needed) {
        return Err(format!(
            "Two servers and their clients take {needed} descriptors here, and a process may have \
             {descriptors} open: ask for fewer connections, or raise the limit (ulimit -n)."
        ));
    }
    let options = dashboard::Options {
        scheme: server::Protocol::Http.scheme(),
        theme: args.theme,
        fps: 30,
        ask: false,
        mouse: false,
        ascii: false,
    };
    let sides = [start(first, &load)?, start(second, &load)?];
    split::run(split::Setup { sides, load, options })
        .map_err(|error| format!("The dashboard has ended: {}.", plain(&error)))
}

/// Starts a server as `compare` does, but here.
fn start(kind: ServerKind, load: &compare::Options) -> Result<dashboard::Side, Sentence> {
    let flags: Vec<OsString> =
        compare::arguments(kind, load).into_iter().map(OsString::from).collect();
    let cli = Cli::parse_from([OsString::from("epollscope")].iter().chain(&flags));
    let site = site(cli.root.as_deref(), false)?;
    let bound = bind(cli.bind, cli.port)?;
    let addr = bound.addr();
    let (control, commands) =
        control().map_err(|error| format!("No eventfd can be made: {}.", plain(&error)))?;
    let (screen, subscriber) = wire(Capacity::default());
    let mut config = config(&cli, cli.max_connections as usize);
    config.worker.flags = flags;
    let publisher = Publisher::new(Instant::now(), Some(screen), Vec::new());
    let server = server::start(bound, config, site, publisher, commands)
        .map_err(|error| cannot_listen(addr, &error))?;
    let inspector = Inspector::start(addr)
        .map_err(|error| format!("The inspector cannot be started: {}.", plain(&error)))?;
    Ok(dashboard::Side { subscriber, control, server, inspector })
}
