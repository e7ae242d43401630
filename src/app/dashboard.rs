//! With a dashboard, until the operator quits.

use crossbeam_channel::Receiver;

use super::output::Sentence;
use super::start::Running;
use crate::clients::Clients;
use crate::dashboard::hosting::Hosting;
use crate::dashboard::keep::Keep;
use crate::dashboard::{self, Begin, Lessons, Notice, Options, Save, Setup};
use crate::record::log::Scribe;
use crate::settings::{Merged, Saver};
use crate::telemetry::Subscriber;
use crate::words::{plain, strings};

/// What there is beside the server.
pub(super) struct Around {
    pub(super) clients: Clients,
    /// Called when all is open that the dashboard needs.
    pub(super) begin: Begin,
    /// From the start, and as they come.
    pub(super) notices: Vec<Notice>,
    pub(super) told: Receiver<Notice>,
    /// Closed when a second signal ends the program.
    pub(super) log: Option<Scribe>,
    /// Keeps the last seconds in files.
    pub(super) keep: Keep,
    pub(super) lessons: Lessons,
    pub(super) hosting: Option<Hosting>,
}

/// Shows a server.
pub(super) fn run(
    merged: &Merged,
    server: Running,
    screen: Subscriber,
    around: Around,
) -> Result<(), Sentence> {
    let Around { clients, begin, notices, told, log, keep, lessons, hosting } = around;
    let cli = &merged.cli;
    let side = server.inspected(screen)?;
    let saver = merged.saver();
    let options = Options {
        scheme: cli.protocol().scheme(),
        theme: cli.theme,
        colours: merged.colours.clone(),
        choice: merged.choice.clone(),
        settings: saver.as_ref().map(Saver::path),
        fps: cli.fps,
        ask: !cli.yes,
        mouse: !cli.no_mouse,
        ascii: cli.ascii,
        runs_on: false,
        history: cli.history,
        keep: Some(keep),
    };
    let save = saver.map(|mut saver| Box::new(move |choice: &_| saver.save(choice)) as Save);
    dashboard::run(Setup {
        side,
        clients,
        begin,
        save,
        options,
        notices,
        told,
        log,
        lessons,
        hosting,
    })
    .map_err(|error| (strings().start.dashboard_ended)(&plain(&error)))
}
