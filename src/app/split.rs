//! `epollscope compare A B --split`: starts both servers in this process, and shows them.

use std::ffi::OsString;

use clap::Parser;

use super::compare::options;
use super::config::{RESERVED, config};
use super::output::{Sentence, is_dumb};
use super::start::Prepared;
use crate::cli::{self, Cli};
use crate::compare;
use crate::dashboard::state::Chosen;
use crate::dashboard::theme::Change;
use crate::dashboard::{self, Side, split};
use crate::server::Protocol;
use crate::telemetry::ServerKind;
use crate::words::{plain, strings};

/// Descriptors that a connection takes here: both its ends are in this process.
const ENDS: u64 = 2;

/// Runs both until the operator quits.
pub(super) fn run(args: &cli::Compare, colours: &[Change]) -> Result<(), Sentence> {
    let text = &strings().start;
    if is_dumb() {
        return Err(text.dumb_split.into());
    }
    let load = options(args);
    let &[first, second] = load.servers.as_slice() else {
        return Err(text.split_two.into());
    };
    let connections = u64::from(load.idle) + u64::from(load.active);
    let needed = 2 * (ENDS * connections + RESERVED);
    if let Some(descriptors) = load.descriptors.filter(|n| *n < needed) {
        return Err((text.split_descriptors)(needed, descriptors));
    }
    let options = dashboard::Options {
        scheme: Protocol::Http.scheme(),
        theme: args.theme,
        colours: colours.to_vec(),
        choice: Chosen::default(),
        settings: None,
        fps: 30,
        ask: false,
        mouse: false,
        ascii: false,
        runs_on: false,
        // It has no keys for it.
        history: 0,
        keep: None,
    };
    let sides = [start(first, &load)?, start(second, &load)?];
    split::run(split::Setup { sides, load, options })
        .map_err(|error| (text.dashboard_ended)(&plain(&error)))
}

/// Starts a server as `compare` does, but here.
fn start(kind: ServerKind, load: &compare::Options) -> Result<Side, Sentence> {
    let flags: Vec<OsString> =
        compare::arguments(kind, load).into_iter().map(OsString::from).collect();
    let cli = Cli::parse_from([OsString::from("epollscope")].iter().chain(&flags));
    let mut server = Prepared::new(&cli)?;
    let screen = server.screen();
    let config = config(&cli, cli.max_connections as usize, flags);
    server.start(config)?.0.inspected(screen)
}
