//! One connection, in a process of its own: what `--server processes` starts.

use std::ffi::OsString;

use super::config::config;
use super::output::Sentence;
use crate::cli;
use crate::http::Site;
use crate::server::{self, WorkerFlags};
use crate::words::{plain, strings};

/// Serves one connection as a worker process.
pub(super) fn run(
    flags: &[OsString],
    worker: WorkerFlags,
    root: bool,
    start: u64,
) -> Result<(), Sentence> {
    let text = &strings().start;
    let name = OsString::from("epollscope");
    // What started it has read the same.
    let parsed = cli::parse(std::iter::once(name).chain(flags.iter().cloned()));
    let cli = parsed.unwrap_or_else(|error| error.exit()).cli;
    let site = if root {
        let site = server::receive_root().and_then(Site::of);
        site.map_err(|error| (text.worker_rootless)(&plain(&error)))?
    } else {
        Site::embedded()
    };
    let site = site.list(cli.list).hidden(cli.hidden);
    server::work(config(&cli, 1, Vec::new()), site, worker, start)
        .map_err(|error| (text.worker_parentless)(&plain(&error)))
}
