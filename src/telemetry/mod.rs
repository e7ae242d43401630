//! The wire between server and dashboard: what a server tells ([`Event`], [`Row`], [`Counters`]),
//! what an operator says ([`Command`]), and the bounded channels that carry both.
//!
//! Nothing here knows of sockets, HTTP or terminals. The rules:
//!
//! * The server never waits for a reader and never wakes one: a [`Subscriber`] drains on its own
//!   tick. What did not fit is counted by kind ([`Lost`]).
//! * The connection table and the counters do not depend on the event stream, so they stay exact
//!   when the stream had to leave something out.

mod addr;
mod command;
mod counters;
mod event;
mod mask;
mod row;
mod server_kind;
mod wire;

pub use addr::Addr;
pub use command::{Command, Commands, Control, Gone, QUEUED, Step, Waker, control};
pub use counters::{Counters, Lost};
pub use event::{
    By, ConnId, CtlOp, Errno, Event, EventRef, Fd, How, Kind, Nanos, OwnedEvent, Ready, Ret, What,
    Why,
};
pub use mask::Mask;
pub use row::{ConnState, Listener, Mode, Next, Row, Stance, Standing, Stdin};
pub use server_kind::{Asks, ServerKind};
pub use wire::{Batch, Capacity, Publisher, Rows, Sink, Subscriber, Turn, wire};
