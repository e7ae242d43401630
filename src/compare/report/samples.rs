//! A comparison with everything that can be in one, for the tests of the reports.

use std::time::{Duration, SystemTime};

use crate::compare::{Comparison, Figure, Figures, Machine, Note, Options, Subject};
use crate::telemetry::ServerKind;

fn subject(name: &str, outcome: Result<Figures, String>, notes: Vec<Note>) -> Subject {
    Subject { name: name.into(), command: format!("epollscope --server {name}"), outcome, notes }
}

fn figures(requests: u64, values: [f64; Figure::ALL.len()]) -> Figures {
    let mut figures = Figures::new(requests, Duration::from_secs(2));
    for (figure, value) in Figure::ALL.into_iter().zip(values) {
        figures.set(figure, Some(value));
    }
    figures
}

/// Two that were measured, one that cannot, and one that answered nothing.
pub(crate) fn comparison() -> Comparison {
    let fast =
        [50_000.0, 71e-6, 140e-6, 17.1e-6, 1250.0, 3.0, 1.0, 12.0, 0.4, 1.01, 0.8, 2.0, 0.31];
    let slow =
        [12_500.0, 310e-6, 1.2e-3, 78e-6, -41.0, 2.01, 904.4, 14_464.0, 1.0, 0.0, 1.2, 1.0, 0.05];
    let mut nothing = Figures::new(0, Duration::from_secs(2));
    nothing.set(Figure::Throughput, Some(0.0));
    nothing.set(Figure::Threads, Some(2.0));
    let refused = "8,001 of 9,000 idle connections refused: answered 503";
    let note = Note::IdleUnanswered { answered: 1, of: 900, seconds: 1 };
    Comparison {
        options: Options {
            servers: ServerKind::ALL.to_vec(),
            idle: 900,
            active: 4,
            time: Duration::from_secs(2),
            path: "/a\"b".into(),
            root: None,
            descriptors: None,
        },
        start: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_254_000),
        machine: Machine {
            processor: Some("A Processor <1>".into()),
            processors: 2,
            memory: Some(24 << 30),
            load_average: Some(0.5),
            kernel: Some("Linux 6.18.0".into()),
            architecture: "x86_64",
            version: "0.1.0",
            optimised: true,
        },
        subjects: vec![
            subject("epoll-et", Ok(figures(100_000, fast)), Vec::new()),
            subject("poll", Ok(figures(25_000, slow)), Vec::new()),
            subject("select", Err(refused.into()), Vec::new()),
            subject("blocking", Ok(nothing), vec![note]),
        ],
    }
}
