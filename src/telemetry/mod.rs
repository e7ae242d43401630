//! The wire between server and dashboard: what a server publishes ([`Event`], [`Row`],
//! [`Counters`]), what an operator commands ([`Command`]), and the bounded channels that carry both.
//!
//! Nothing here knows of sockets, HTTP or terminals. The rules:
//!
//! * The server never waits for a reader and never wakes one: a [`Subscriber`] drains on its own
//!   tick. What did not fit is counted by kind ([`Lost`]).
//! * The connection table and the counters do not depend on the event stream, so they stay exact
//!   when the stream had to leave something out.

// Such a match that is not written out would leave a new event without its kind or its count.
#![warn(clippy::wildcard_enum_match_arm)]

mod addr;
mod batch;
mod command;
mod counters;
mod did;
mod epolls;
mod errno;
mod event;
mod form;
mod kind;
mod local;
mod made;
mod mask;
mod mistake;
mod options;
mod other;
mod publisher;
mod ring;
mod round;
mod row;
mod serial;
mod server_kind;
mod site;
mod text;
mod until;
mod what;
mod why;
mod wire;

pub use addr::Addr;
pub(crate) use addr::canonical;
pub use batch::{Batch, Latency, Turn};
pub use command::{Command, Commands, Control, Gone, QUEUED, Step, Waker, control};
pub use counters::{Counters, LARGEST, LONGEST, Lost};
pub use did::Did;
pub use epolls::{Epoll, EpollNumber, Epolls, Herd};
pub use errno::{Errno, Ret};
pub use event::{By, ConnId, Event, EventRef, Fd, Nanos, OwnedEvent, Ready};
pub use form::Form;
pub use kind::Kind;
pub use local::Local;
pub use made::Made;
pub use mask::{Bit, Mask};
pub use mistake::Mistake;
pub use options::{BUDGET, Options, Setting, Trigger};
pub use other::{Other, OtherKind, Others};
pub use publisher::{Publisher, Rows};
pub use ring::Ring;
pub use row::{ConnState, Listener, Mode, Next, Row, Stance, Standing, Stdin, Work};
pub use server_kind::{Asks, ServerKind};
pub use site::{Place, Site};
pub use text::{Cut, Text};
pub use until::Until;
pub use what::{CtlOp, How, SOCKET_OPTIONS, What};
pub use why::Why;
pub use wire::{Capacity, Sink, Subscriber, wire};
