//! What the command line asks of a server, and how many descriptors there are for it.

use std::ffi::OsString;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::cli::{self, Cli, Demo};
use crate::dashboard::Notice;
use crate::http::Limits;
use crate::server::{self, Config, Mistake, Routes};

/// Descriptors that are not given to connections: for files, epolls, the log, the terminal.
pub(super) const RESERVED: u64 = 64;

/// The server that the command line asks for; a worker process is given the same one, as `flags`.
pub(super) fn config(cli: &Cli, max_connections: usize, flags: Vec<OsString>) -> Config {
    Config {
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
        routes: Routes {
            slow: cli.demo_routes || cli.demo.is_some(),
            metrics: cli.metrics,
            class: cli.class,
        },
        keep_alive: cli.keep_alive.is_on() && !cli.close_after_response,
        handler_threads: cli.handler_threads(),
        nodelay: cli.nodelay.is_on(),
        cork: cli.cork.is_on(),
        read_buffer: cli.read_buffer as usize,
        write_buffer: cli.write_buffer,
        budget: cli.budget,
        trigger: cli.trigger,
        nap: cli.nap,
        drain: cli.drain.is_on(),
        accept_all: cli.accept == cli::Accept::All,
        stdin: cli.stdin,
        mistake: cli.mistake,
        once: cli.once,
        stack_size: cli.stack_size as usize,
        worker: server::Program { flags, ..server::Program::default() },
        ..Config::default()
    }
}

/// Raises the limit of open descriptors as far as this process may, or to what is asked for;
/// returns it.
pub(super) fn descriptors(most: Option<u64>) -> Option<u64> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let current = match (most, maximum) {
        (Some(most), Some(maximum)) => Some(most.min(maximum)),
        (most, maximum) => most.or(maximum),
    };
    // Where it is not allowed, the old one stays.
    let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
    getrlimit(Resource::Nofile).current
}

/// `--max-connections`, or as many as there are descriptors for beside those that are needed
/// otherwise, by our own clients for instance.
pub(super) fn connections(cli: &Cli, descriptors: Option<u64>, notices: &mut Vec<Notice>) -> usize {
    let asked = u64::from(cli.max_connections);
    // With that mistake it shall come to be without one.
    let descriptors = descriptors.filter(|_| cli.mistake != Some(Mistake::AcceptSpin));
    let Some(descriptors) = descriptors else {
        return usize::try_from(asked).unwrap_or(usize::MAX);
    };
    let possible = (descriptors - reserved(cli, Some(descriptors))).max(1);
    if possible < asked {
        notices.push(Notice::FewerConnections { possible, asked, descriptors });
    }
    usize::try_from(asked.min(possible)).unwrap_or(usize::MAX)
}

/// How many descriptors are kept for other things than connections.
pub(super) fn reserved(cli: &Cli, descriptors: Option<u64>) -> u64 {
    let wanted = RESERVED + cli.demo.as_ref().map_or(0, Demo::count) as u64;
    descriptors.map_or(wanted, |descriptors| wanted.min(descriptors / 2))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

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
        let raised = descriptors(None);
        assert_eq!(raised, getrlimit(Resource::Nofile).maximum);
    }
}
