//! The event stream.

use crate::words::places::stream::Stream;
use crate::words::units;

pub(in crate::words) const ENGLISH: Stream = Stream {
    errors_only: "errors only",
    with_plumbing: "with plumbing",
    filter: |filter, events| format!("filter: {filter} ({} events)", units::count(events as u64)),
    newer_below: |events, key| match events {
        0 => format!("{key} follows"),
        _ => format!("{} newer below: {key} follows", units::count(events as u64)),
    },
    lost: |events, kinds| format!("lost {}: {kinds}", units::count(events)),
    hole_lost: |events| format!("{} events lost: the stream was full", units::count(events)),
    hole_skipped: |events| format!("{} events not shown: too many at once", units::count(events)),
    written: |bytes| format!("in its place: what the program has written, {bytes}"),
    nothing_written: "the program has written nothing yet",
    writes: |bytes, key| format!("the program wrote {bytes}: {key}"),
    none: "nothing has happened yet",
    none_passes: |key| format!("no event passes the filter; {key} clears it"),
};
