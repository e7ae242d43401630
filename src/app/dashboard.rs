//! With a dashboard, until the operator quits.

use crossbeam_channel::Receiver;

use super::output::Sentence;
use super::start::Running;
use crate::cli::Cli;
use crate::clients::Clients;
use crate::dashboard::{self, Notice, Options, Setup};
use crate::record::log::Closer;
use crate::telemetry::Subscriber;
use crate::words::{plain, strings};

/// Shows a server. `told` are notices that come later, `log` is closed when a second signal ends
/// the program.
pub(super) fn run(
    cli: &Cli,
    server: Running,
    screen: Subscriber,
    clients: Clients,
    notices: Vec<Notice>,
    told: Receiver<Notice>,
    log: Option<Closer>,
) -> Result<(), Sentence> {
    let side = server.inspected(screen)?;
    let options = Options {
        scheme: cli.protocol().scheme(),
        theme: cli.theme,
        fps: cli.fps,
        ask: !cli.yes,
        mouse: !cli.no_mouse,
        ascii: cli.ascii,
    };
    dashboard::run(Setup { side, clients, options, notices, told, log })
        .map_err(|error| (strings().start.dashboard_ended)(&plain(&error)))
}
