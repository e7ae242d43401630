//! What the program answers itself, beside the files: `/slow` and `/-/metrics`.

use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use super::loop_state::LoopState;
use super::selector::Watcher;
use super::session::Handler;
use crate::http::Request;
use crate::telemetry::{Command, ConnId, Counters, Fd, Kind, Nanos, QUEUED, Stance, What, Why};

/// Which of them are there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Routes {
    /// `GET /slow?ms=N`: a handler that takes that long, for the lesson on blocking.
    pub slow: bool,
    /// `GET /-/metrics`: the totals, for Prometheus.
    pub metrics: bool,
}

/// The longest that `/slow` takes, and all together that a client asks for in one go: a handler on
/// the loop keeps everybody, and no turn of the loop has more than one of them.
const SLOWEST: Duration = Duration::from_secs(60);
/// How long it takes when nothing is asked for.
const SLOW: Duration = Duration::from_secs(1);

/// One of them, as it was asked for.
pub(super) enum Route {
    Slow(Duration),
    Metrics,
}

impl Route {
    pub(super) const SLOW: &'static str = "/slow";
    const METRICS: &'static str = "/-/metrics";

    /// The media type of its answer.
    pub(super) fn media_type(&self) -> &'static str {
        match self {
            Self::Slow(_) => "text/plain; charset=utf-8",
            Self::Metrics => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

impl Routes {
    /// The route that a request is for, if there is one.
    pub(super) fn find(self, request: &Request<'_>) -> Option<Route> {
        if self == Self::default() || !matches!(request.method, "GET" | "HEAD") {
            return None;
        }
        if self.metrics && request.path == Route::METRICS.as_bytes() {
            return Some(Route::Metrics);
        }
        let slow = self.slow && request.path == Route::SLOW.as_bytes();
        slow.then(|| time_of(request.query)).flatten().map(Route::Slow)
    }
}

/// `ms=N` as a time; `None` when it is not a number.
fn time_of(query: Option<&[u8]>) -> Option<Duration> {
    let mut values = query.unwrap_or_default().split(|&b| b == b'&');
    let Some(digits) = values.find_map(|pair| pair.strip_prefix(b"ms=")) else { return Some(SLOW) };
    let text = std::str::from_utf8(digits).ok()?;
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().map_or(SLOWEST, Duration::from_millis).min(SLOWEST))
}

/// Whether another handler is more than a client may ask for in one go; alone, none is.
pub(super) fn is_too_much(before: Duration, time: Duration) -> bool {
    before.saturating_add(time) > SLOWEST
}

impl<W: Watcher> LoopState<W> {
    /// Whether a handler may run now. There is one in a turn, so that between two of them the
    /// operator is heard and the others are served; the next have to wait in a queue.
    pub(super) fn may_block(&mut self, fd: Fd, id: ConnId) -> bool {
        // What came while the last one ran comes first, and may have closed this connection.
        self.run_late_commands();
        if self.table.get(fd, id).is_none() {
            return false;
        }
        let free = !self.handled && self.due.is_empty() && self.ending.is_none();
        if !free {
            self.due.push_back((fd, id));
        }
        free
    }

    /// The connection whose handler may run next, if this turn has had none yet.
    pub(super) fn next_due(&mut self) -> Option<(Fd, ConnId)> {
        self.run_late_commands();
        while !self.handled
            && self.ending.is_none()
            && let Some((fd, id)) = self.due.pop_front()
        {
            if let Some(connection) = self.table.get(fd, id) {
                connection.session.handler = Handler::Turn;
                return Some((fd, id));
            }
        }
        None
    }

    /// Takes the loop's thread for a while: nobody is served meanwhile, and that is the lesson. It
    /// is told before it begins. What the operator says meanwhile is carried out later; only the
    /// end of the server ends it early. Returns how long it took.
    pub(super) fn block(
        &mut self,
        route: &'static str,
        time: Duration,
        fd: Fd,
        id: ConnId,
    ) -> Duration {
        self.handled = true;
        let since = self.publisher.read_clock();
        let until = Instant::now() + time;
        self.publisher.fact(fd, Some(id), What::Handler { route }, &[]);
        self.publish(Stance::Handling(route));
        loop {
            if self.late.len() >= QUEUED {
                thread::sleep(until.saturating_duration_since(Instant::now()));
                break;
            }
            match self.commands.queue.recv_deadline(until) {
                // Everything is published when the handler has ended.
                Ok(Command::Publish) => {}
                Ok(command) => {
                    self.late.push(command);
                    if matches!(command, Command::Shutdown | Command::Switch(_)) {
                        break;
                    }
                }
                Err(_) => break,
            }
        }
        self.resumed = self.publisher.read_clock();
        let took = self.resumed - since;
        self.publisher.fact(fd, Some(id), What::Handled { took }, &[]);
        Duration::from_nanos(took)
    }
}

/// What `/slow` says when it is over.
pub(super) fn slow_text(time: Duration, in_pool: bool, meanwhile: &str) -> String {
    let place = if in_pool { " on a thread of the pool" } else { "" };
    format!("This handler took {} ms{place}.\n{meanwhile}\n", time.as_millis())
}

/// The totals in Prometheus' text format, version 0.0.4.
pub(super) fn metrics(counters: &Counters, now: Nanos) -> String {
    let mut out = String::with_capacity(8 * 1024);
    let mut family = |name: &str, kind: &str, help: &str, samples: &[(String, u64)]| {
        let _ = writeln!(out, "# HELP epollscope_{name} {help}");
        let _ = writeln!(out, "# TYPE epollscope_{name} {kind}");
        for (labels, value) in samples {
            let _ = writeln!(out, "epollscope_{name}{labels} {value}");
        }
    };
    let one = |value| [(String::new(), value)];
    let label = |name: &str, value: &str| format!("{{{name}=\"{value}\"}}");
    let closed: Vec<_> = Why::ALL
        .iter()
        .map(|&why| (label("why", why.label()), counters.closed[why as usize]))
        .collect();
    let responses: Vec<_> = (1..=5)
        .map(|class| (label("code", &format!("{class}xx")), counters.responses[class]))
        .collect();
    let calls: Vec<_> = Kind::ALL
        .iter()
        .filter(|kind| kind.is_call())
        .map(|&kind| (label("call", kind.name()), counters.calls[kind as usize]))
        .collect();
    family("connections_open", "gauge", "Connections open now.", &one(counters.open()));
    family(
        "connections_accepted_total",
        "counter",
        "Connections accepted, refused ones included.",
        &one(counters.accepted),
    );
    family(
        "connections_refused_total",
        "counter",
        "Connections answered with 503 because there were too many.",
        &one(counters.refused),
    );
    family("connections_closed_total", "counter", "Connections closed, by reason.", &closed);
    family("requests_total", "counter", "Requests understood.", &one(counters.requests));
    family("responses_total", "counter", "Responses, by class of status.", &responses);
    family("received_bytes_total", "counter", "Bytes received.", &one(counters.bytes_in));
    family("sent_bytes_total", "counter", "Bytes sent.", &one(counters.bytes_out));
    family("wakeups_total", "counter", "Returns of the wait call.", &one(counters.wakeups));
    family(
        "own_wakeups_total",
        "counter",
        "Returns of the wait call for a command or a timer only.",
        &one(counters.own_wakeups),
    );
    family("ready_total", "counter", "Descriptors reported ready.", &one(counters.ready));
    family("calls_total", "counter", "System calls of the loop, by name.", &calls);
    family("calls_again_total", "counter", "Calls that ended in EAGAIN.", &one(counters.again));
    family(
        "examined_total",
        "counter",
        "Descriptors asked whether they are ready.",
        &one(counters.examined),
    );
    family(
        "copied_bytes_total",
        "counter",
        "Bytes of descriptor lists copied into the kernel and out of it.",
        &one(counters.copied),
    );
    family(
        "started_total",
        "counter",
        "Threads, processes or tasks started for connections.",
        &one(counters.started),
    );
    family("ended_total", "counter", "Those of them that have ended.", &one(counters.ended));
    family(
        "unreadable_total",
        "counter",
        "Reports of worker processes that could not be read.",
        &one(counters.unreadable),
    );
    family(
        "listener_rests_total",
        "counter",
        "How often the listener rested for want of descriptors.",
        &one(counters.rests),
    );
    let mut time = |name: &str, kind: &str, help: &str, value: Nanos| {
        let (seconds, nanos) = (value / 1_000_000_000, value % 1_000_000_000);
        let _ = writeln!(out, "# HELP epollscope_{name} {help}");
        let _ = writeln!(out, "# TYPE epollscope_{name} {kind}");
        let _ = writeln!(out, "epollscope_{name} {seconds}.{nanos:09}");
    };
    time("uptime_seconds", "gauge", "Time since the start.", now);
    let waited = "Time that the server's own thread spent waiting.";
    time("waited_seconds_total", "counter", waited, counters.waited);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_slow_handler() {
        let ms = Duration::from_millis;
        for (query, time) in [
            (None, Some(SLOW)),
            (Some("x=1"), Some(SLOW)),
            (Some("ms=0"), Some(ms(0))),
            (Some("x=1&ms=5000"), Some(ms(5000))),
            (Some("ms=60001"), Some(SLOWEST)),
            (Some("ms=99999999999999999999999"), Some(SLOWEST)),
            (Some("ms="), None),
            (Some("ms=-1"), None),
            (Some("ms=+1"), None),
        ] {
            assert_eq!(time_of(query.map(str::as_bytes)), time, "{query:?}");
        }
    }
}
