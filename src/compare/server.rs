//! A server to be measured: this program as a child process, without a dashboard.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::{
    Pid, PidfdFlags, Signal, getppid, kill_process, pidfd_open, set_parent_process_death_signal,
};

use super::{Options, plain};
use crate::telemetry::ServerKind;
use crate::words::strings;

/// How long a server may take until it listens.
const STARTED_WITHIN: Duration = Duration::from_secs(10);
/// How long it may take to end after SIGTERM.
const ENDED_WITHIN: Duration = Duration::from_secs(10);
/// How often a signal that came just before a wait is noticed.
const GLANCE: Duration = Duration::from_millis(200);

/// Names to a server the process that measures it.
const PARENT: &str = "EPOLLSCOPE_COMPARE";

/// For a server that is being measured: lets it end when the process that measures it does, however
/// that ends. Without an effect for any other.
///
/// # Errors
/// One sentence, when that process has ended already.
pub fn end_with_parent() -> Result<(), String> {
    let Some(parent) = std::env::var(PARENT).ok() else { return Ok(()) };
    set_parent_process_death_signal(Some(Signal::TERM))
        .map_err(|error| (strings().compare.no_parent)(&error.into()))?;
    // It may have ended before this was asked for.
    if getppid().is_some_and(|pid| pid.as_raw_nonzero().to_string() == parent) {
        Ok(())
    } else {
        Err((strings().compare.parent_ended)(PARENT))
    }
}

/// A running server. It is ended when this is dropped.
pub(super) struct Server {
    child: Child,
    /// Where it listens.
    pub(super) addr: SocketAddr,
}

/// What a server is started with.
#[must_use]
pub fn arguments(kind: ServerKind, options: &Options) -> Vec<String> {
    // A few more, so that a question for the metrics is never the one too many.
    let connections = options.idle + options.active + 16;
    let mut arguments: Vec<String> =
        ["--server", kind.name(), "--port", "0", "--headless", "--quiet", "--metrics"]
            .map(str::to_owned)
            .to_vec();
    // What is measured is what the report names, whatever habits there are.
    arguments
        .extend(["--no-config", "--idle-timeout", "0", "--max-connections"].map(str::to_owned));
    arguments.push(connections.to_string());
    arguments.extend(options.root.as_ref().map(|root| root.display().to_string()));
    arguments
}

/// The command that starts a server, as one would type it.
pub(super) fn command_line(kind: ServerKind, options: &Options) -> String {
    format!("epollscope {}", arguments(kind, options).join(" "))
}

impl Server {
    /// Starts a server and waits until it listens. The error says in a few words why it does not.
    pub(super) fn start(
        kind: ServerKind,
        options: &Options,
        interrupted: &AtomicBool,
    ) -> Result<Self, String> {
        let text = &strings().compare.why;
        let start = || -> io::Result<Child> {
            Command::new(std::env::current_exe()?)
                .args(arguments(kind, options))
                .env(PARENT, std::process::id().to_string())
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
        };
        let child = start().map_err(|error| (text.not_started)(&plain(&error)))?;
        // From here on it is ended whatever happens.
        let addr = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self { child, addr };
        let line = server.first_line(interrupted);
        let addr = line.as_deref().and_then(|line| {
            line.strip_prefix("listening on http://")?.trim_end_matches('/').parse().ok()
        });
        let Some(addr) = addr else {
            return Err(server.excuse((text.not_listening)(STARTED_WITHIN.as_secs())));
        };
        server.addr = addr;
        Ok(server)
    }

    /// Its process.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The first line that it prints, without its end; `None` when there is none.
    fn first_line(&mut self, interrupted: &AtomicBool) -> Option<String> {
        let deadline = Instant::now() + STARTED_WITHIN;
        let stdout = self.child.stdout.as_mut()?;
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            if Instant::now() >= deadline || interrupted.load(Ordering::Relaxed) {
                return None;
            }
            if !readable(&*stdout, GLANCE) {
                continue;
            }
            // One byte at a time: the pipe is ours for this line only.
            let mut byte = [0];
            if stdout.read(&mut byte).ok()? == 0 {
                return None;
            }
            line.extend_from_slice(&byte);
        }
        Some(String::from_utf8(line).ok()?.trim_end().to_owned())
    }

    /// Why it has ended by itself, if it has.
    pub(super) fn has_ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok()??;
        let said = self.last_words();
        Some(said.unwrap_or_else(|| (strings().compare.why.ended)(&status.to_string())))
    }

    /// What was wrong with the server, or else with the load.
    pub(super) fn excuse(&mut self, problem: String) -> String {
        // One that closes its output is about to end.
        let _ = self.wait(GLANCE);
        self.has_ended().unwrap_or(problem)
    }

    /// The last line of what it wrote to standard error.
    fn last_words(&mut self) -> Option<String> {
        let stderr = self.child.stderr.as_mut()?;
        // A child of its may still have the other end open.
        fcntl_setfl(&*stderr, OFlags::NONBLOCK).ok()?;
        let mut text = Vec::new();
        let _ = stderr.read_to_end(&mut text);
        let text = String::from_utf8_lossy(&text);
        let line = text.lines().rfind(|line| !line.trim().is_empty())?;
        let line = line.strip_prefix("epollscope: ").unwrap_or(line);
        Some(line.trim_end_matches('.').to_owned())
    }

    /// Ends it with SIGTERM and waits for it; ends it by force when it does not.
    pub(super) fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // It is not waited for yet: the number is its own.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        if !self.wait(ENDED_WITHIN) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }

    /// Waits until it has ended; returns whether it has.
    fn wait(&mut self, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        let Ok(pidfd) = pidfd_open(Pid::from_child(&self.child), PidfdFlags::empty()) else {
            return matches!(self.child.try_wait(), Ok(Some(_)));
        };
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if readable(&pidfd, left) {
                return true;
            }
            if left.is_zero() {
                return false;
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits until there is something to read, or the end of it.
fn readable(fd: impl AsFd, within: Duration) -> bool {
    let within = Timespec::try_from(within).ok();
    let mut fds = [PollFd::new(&fd, PollFlags::IN)];
    poll(&mut fds, within.as_ref()).is_ok_and(|ready| ready > 0)
}
