//! `GET /-/metrics`, read by a parser of Prometheus' text format that is not ours: every family has
//! its type, its help and its samples, and their values are the server's counters.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::TcpStream;
use std::time::Instant;

use crate::common::{ask, get, on_all, read_head, start, with};
use epollscope::server::{Config, Routes};
use epollscope::telemetry::{Counters, Kind, ServerKind, Why};
use openmetrics_parser::prometheus::parse_prometheus;
use openmetrics_parser::{MetricNumber, PrometheusType, PrometheusValue};

/// A sample by its name and labels, as `connections_closed_total{why="failed"}`.
type Samples = BTreeMap<String, MetricNumber>;

/// What is written in decimals, since it counts seconds.
const TIMES: [&str; 2] = ["uptime_seconds", "waited_seconds_total"];

/// Asks for the metrics and reads them.
fn scrape(client: &mut TcpStream) -> Samples {
    client.write_all(get("/-/metrics").as_bytes()).unwrap();
    let head = read_head(client);
    assert_eq!(head.status, 200);
    assert_eq!(head.field("Content-Type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let mut text = vec![0; usize::try_from(head.length()).unwrap()];
    std::io::Read::read_exact(client, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let families =
        parse_prometheus(&text).unwrap_or_else(|error| panic!("{error:?}\n{text}")).families;
    let mut samples = Samples::new();
    let mut helps = BTreeSet::new();
    for family in families.values() {
        let name = family.family_name.strip_prefix("epollscope_").expect("all are ours");
        let kind = match name {
            "connections_open" | "uptime_seconds" => PrometheusType::Gauge,
            _ => PrometheusType::Counter,
        };
        assert_eq!(family.family_type, kind, "{name}");
        assert_eq!(name.ends_with("_total"), kind == PrometheusType::Counter, "{name}");
        assert!(family.help.ends_with('.') && family.help.len() > 10, "{name}: {}", family.help);
        assert!(helps.insert(&family.help), "{name} has the help of another");
        for sample in family.iter_samples() {
            assert_eq!(sample.timestamp, None);
            let labels = sample.get_labelset().unwrap();
            let labels: Vec<String> =
                labels.iter().map(|(label, value)| format!("{label}={value:?}")).collect();
            let value = match &sample.value {
                PrometheusValue::Gauge(value) => *value,
                PrometheusValue::Counter(counter) => counter.value,
                other => panic!("{name}: {other:?}"),
            };
            assert!(value.as_f64() >= 0.0, "{name}: {value}");
            let written_whole = matches!(value, MetricNumber::Int(_));
            assert_eq!(written_whole, !TIMES.contains(&name), "{name}: {value}");
            let labels =
                if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            assert!(samples.insert(format!("{name}{labels}"), value).is_none());
        }
    }
    samples
}

/// The counters under the names that the metrics have for them.
fn named(counters: &Counters) -> BTreeMap<String, u64> {
    let single = [
        ("connections_open", counters.open()),
        ("connections_accepted_total", counters.accepted),
        ("connections_refused_total", counters.refused),
        ("requests_total", counters.requests),
        ("received_bytes_total", counters.bytes_in),
        ("sent_bytes_total", counters.bytes_out),
        ("wakeups_total", counters.wakeups),
        ("own_wakeups_total", counters.own_wakeups),
        ("ready_total", counters.ready),
        ("calls_again_total", counters.again),
        ("examined_total", counters.examined),
        ("copied_bytes_total", counters.copied),
        ("started_total", counters.started),
        ("ended_total", counters.ended),
        ("unreadable_total", counters.unreadable),
        ("listener_rests_total", counters.rests),
    ];
    let mut all: BTreeMap<String, u64> =
        single.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    for why in Why::ALL {
        let name = format!("connections_closed_total{{why={:?}}}", why.label());
        all.insert(name, counters.closed[why as usize]);
    }
    for class in 1..=5 {
        all.insert(format!("responses_total{{code=\"{class}xx\"}}"), counters.responses[class]);
    }
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_call()) {
        let name = format!("calls_total{{call={:?}}}", kind.name());
        all.insert(name, counters.calls[kind as usize]);
    }
    all
}

/// A count as the metrics tell it.
fn count(samples: &Samples, name: &str) -> u64 {
    let value = samples.get(name).unwrap_or_else(|| panic!("no {name} in {samples:?}"));
    u64::try_from(value.as_i64().unwrap()).unwrap()
}

#[test]
fn the_metrics_are_the_counters() {
    on_all(|config| {
        let kind = config.server;
        let routes = Routes { metrics: true, ..Routes::default() };
        let worker = with(kind, &["--metrics"]).worker;
        let mut server = start(Config { routes, worker, ..config });
        let mut first = server.client();
        for (target, status) in [("/", 200), ("/style.css", 200), ("/missing", 404)] {
            assert_eq!(ask(&mut first, target).0, status);
        }
        drop(first);
        server.ended(Why::PeerClosed);

        let before = server.counters.clone();
        let mut client = server.client();
        let begin = Instant::now();
        let samples = scrape(&mut client);
        assert_eq!(ask(&mut client, "/").0, 200);
        let later = scrape(&mut client);
        let took = begin.elapsed().as_secs_f64();
        drop(client);
        server.ended(Why::PeerClosed);
        let after = server.stop();

        // Each lies between what was known before it was asked for and what was known in the end.
        let (low, high) = (named(&before), named(&after));
        let names = |samples: &Samples| -> BTreeSet<String> {
            samples.keys().filter(|name| !TIMES.contains(&&name[..])).cloned().collect()
        };
        assert_eq!(names(&samples), low.keys().cloned().collect(), "nothing is left out");
        assert_eq!(names(&samples), names(&later));
        for (name, low) in &low {
            let (one, two) = (count(&samples, name), count(&later, name));
            if name == "connections_open" {
                assert_eq!((*low, one, two, high[name]), (0, 1, 1, 0));
            } else {
                let order = [*low, one, two, high[name]];
                assert!(order.is_sorted(), "{name}: {order:?}");
            }
        }
        let (waited, uptime) = (later[TIMES[1]].as_f64(), later[TIMES[0]].as_f64());
        let passed = uptime - samples[TIMES[0]].as_f64();
        assert!(passed > 0.0 && passed <= took, "{passed} s of {took}");
        // By the server's clock, whoever answers: it cannot have waited for longer than it ran.
        assert!(waited <= uptime, "{waited} s of {uptime}");
        let nanos = |nanos: u64| std::time::Duration::from_nanos(nanos).as_secs_f64();
        let order = [nanos(before.waited), samples[TIMES[1]].as_f64(), waited, nanos(after.waited)];
        assert!(order.is_sorted(), "{order:?}");

        // What this test did, exactly.
        let sent = |targets: &[&str]| targets.iter().map(|target| get(target).len() as u64).sum();
        let early = ["/", "/style.css", "/missing", "/-/metrics"];
        let exact = [
            ("connections_accepted_total", 2, 2),
            ("connections_refused_total", 0, 0),
            ("connections_closed_total{why=\"peer closed\"}", 1, 1),
            ("requests_total", 4, 6),
            ("responses_total{code=\"4xx\"}", 1, 1),
            ("responses_total{code=\"5xx\"}", 0, 0),
            ("received_bytes_total", sent(&early), sent(&early) + sent(&["/", "/-/metrics"])),
        ];
        for (name, one, two) in exact {
            assert_eq!((count(&samples, name), count(&later, name)), (one, two), "{name}");
        }
        // An answer may be counted before it is made or after.
        assert_eq!(
            count(&later, "responses_total{code=\"2xx\"}"),
            count(&samples, "responses_total{code=\"2xx\"}") + 2
        );
        let started = match kind {
            ServerKind::Threads | ServerKind::Processes | ServerKind::Coroutines => 2,
            _ => 0,
        };
        assert_eq!(count(&samples, "started_total"), started);
    });
}
