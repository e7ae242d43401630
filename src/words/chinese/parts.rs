//! What several places are made of.

use std::io;

use crate::telemetry::Errno;

/// Why something failed: errno's name where it is the kernel that says so, since the C library's
/// words are English.
pub(super) fn cause(error: &io::Error) -> String {
    error.raw_os_error().map_or_else(|| error.to_string(), |number| Errno(number).to_string())
}
