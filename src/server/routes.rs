//! What the program answers itself, beside the files: `/slow`, `/-/metrics`, and what is the class's.

use std::fmt::Write;
use std::time::Duration;

use crate::class::{self, Form};
use crate::http::Request;
use crate::telemetry::{Counters, Kind, Nanos, Why};

/// Which of them are there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Routes {
    /// `GET /slow?ms=N`: a handler that takes that long, for the lesson on blocking.
    pub slow: bool,
    /// `GET /-/metrics`: the totals, for Prometheus.
    pub metrics: bool,
    /// What the telephones of a class ask for (`--class`).
    pub class: bool,
}

/// The longest that `/slow` takes, and all together that a client asks for in one go: a handler on
/// the loop keeps everybody, and no turn of the loop has more than one of them.
const SLOWEST: Duration = Duration::from_secs(60);
/// How long it takes when nothing is asked for.
const SLOW: Duration = Duration::from_secs(1);

/// The media type of the answer to `/slow`, and of the totals.
pub(super) const SLOW_TYPE: &str = "text/plain; charset=utf-8";
/// See above.
pub(super) const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// One of them, as it was asked for.
#[derive(Clone, Copy)]
pub(super) enum Route {
    Slow(Duration),
    Metrics,
    Class,
}

impl Route {
    pub(super) const SLOW: &'static str = "/slow";
    const METRICS: &'static str = "/-/metrics";
}

impl Routes {
    /// The route that a request is for, if there is one.
    pub(super) fn find(self, request: &Request<'_>) -> Option<Route> {
        if self == Self::default() {
            return None;
        }
        if self.class && class::is_class(request.path) {
            return Some(Route::Class);
        }
        if !matches!(request.method, "GET" | "HEAD") {
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

/// What `/slow` says when it is over.
pub(super) fn slow_text(time: Duration, in_pool: bool, meanwhile: &str) -> String {
    let place = if in_pool { " on a thread of the pool" } else { "" };
    format!("This handler took {} ms{place}.\n{meanwhile}\n", time.as_millis())
}

/// The header lines of an answer of the class, beside those that every answer has.
pub(super) fn class_fields(form: &Form) -> String {
    let media_type = match form {
        Form::Page(_) => "text/html; charset=utf-8",
        Form::Json => "application/json",
        Form::Stream => "text/event-stream",
    };
    let mut fields = format!(
        "Content-Type: {media_type}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
    );
    if let Form::Page(nonce) = form {
        fields += &format!(
            "Content-Security-Policy: default-src 'none'; script-src 'nonce-{nonce}'; \
             style-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'\r\nReferrer-Policy: no-referrer\r\n"
        );
    }
    fields
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
