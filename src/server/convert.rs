//! Durations and results of calls in the types of telemetry.

use std::io;
use std::time::Duration;

use crate::telemetry::{Errno, Nanos, Ret};

/// A duration in nanoseconds; one that is too long is the longest.
pub(super) fn nanos(duration: Duration) -> Nanos {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A call's result as it is published.
pub(super) fn ret(result: Result<usize, rustix::io::Errno>) -> Ret {
    match result {
        Ok(value) => Ret::ok(value as u64),
        Err(error) => Ret::err(errno(error)),
    }
}

/// An error number as it is published.
pub(super) fn errno(errno: rustix::io::Errno) -> Errno {
    Errno(errno.raw_os_error())
}

/// The same of a call that the standard library makes.
pub(super) fn ret_of(result: io::Result<usize>) -> Ret {
    match result {
        Ok(value) => Ret::ok(value as u64),
        Err(error) => Ret::err(Errno(error.raw_os_error().unwrap_or(0))),
    }
}
