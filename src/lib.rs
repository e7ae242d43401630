//! epollscope: an oscilloscope for an event loop.
//!
//! The rooms of the house; imports only go down this list:
//!
//! | module | what lives there |
//! |---|---|
//! | [`dashboard`] | the ratatui front end |
//! | [`clients`] | the built-in clients |
//! | [`inspect`] | what the kernel knows of the server's sockets |
//! | [`http`] | requests, answers, static files; no sockets in it |
//! | [`telemetry`] | the wire between server and dashboard |

#[cfg(not(target_os = "linux"))]
compile_error!("epollscope shows epoll(7), which only Linux has: build it on Linux.");

pub mod clients;
pub mod dashboard;
pub mod http;
pub mod inspect;
pub mod telemetry;
