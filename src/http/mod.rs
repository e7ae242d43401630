//! HTTP/1.1 for static files: requests from bytes, answers into bytes. No sockets, no telemetry.
//!
//! [`parse()`] reads one request from the front of a buffer, [`Discard`] gets rid of its body, and
//! [`Site`] answers it from a folder or from the pages in the binary (RFC 9110, 9111, 9112). One
//! thread owns a [`Site`]; the file system calls it makes pass a [`Watch`].

mod answer;
mod body;
mod cache;
mod coding;
mod condition;
mod date;
mod fields;
mod files;
mod grammar;
mod language;
mod limits;
mod listing;
mod page;
mod parse;
mod path;
mod range;
mod response;
mod site;
mod status;
mod target;

pub use body::{Body, Discard, Progress};
pub use cache::SMALL;
pub use date::Now;
pub use files::{FileCall, FileKind, Unwatched, Watch};
pub use limits::Limits;
pub use parse::{Head, Request, parse};
pub use path::{FilePath, resolve};
pub use range::{Ranges, Span};
pub use response::{Payload, Response};
pub use site::Site;
pub use status::reason;
