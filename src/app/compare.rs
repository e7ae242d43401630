//! `epollscope compare`: measures, prints a table, and writes the report that was asked for.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use super::config::descriptors;
use super::output::{Sentence, print, say};
use crate::cli;
use crate::compare::{self, report};
use crate::words::{locale, plain, strings};

/// Measures one server after another.
pub(super) fn run(args: &cli::Compare) -> Result<(), Sentence> {
    let report = args.report.as_ref().and_then(|path| Some((path, report::Form::of(path)?)));
    let report = match report {
        Some((path, form)) => {
            let to =
                report::Destination::open(path).map_err(|error| cannot_report(path, &error))?;
            Some((path, form, to))
        }
        None => None,
    };
    let progress = io::stderr().is_terminal();
    let comparison = compare::run(options(args), |name| {
        if progress {
            say(&(strings().compare.measuring)(name));
        }
    })?;
    print(report::text(&comparison, !locale::is_utf8()).as_bytes())?;
    if let Some((path, form, to)) = report {
        to.write(&form.write(&comparison)).map_err(|error| cannot_report(path, &error))?;
    }
    if comparison.subjects.iter().all(|subject| subject.outcome.is_err()) {
        return Err(strings().compare.none_measured.into());
    }
    Ok(())
}

/// What is compared, and under which load.
pub(super) fn options(args: &cli::Compare) -> compare::Options {
    compare::Options {
        servers: args.servers(),
        idle: args.idle,
        active: args.active,
        time: Duration::from_secs(args.seconds.into()),
        path: args.path.clone(),
        root: args.root.clone(),
        descriptors: descriptors(None),
    }
}

fn cannot_report(path: &Path, error: &io::Error) -> Sentence {
    (strings().compare.report_failed)(&path.display().to_string(), &plain(error))
}
