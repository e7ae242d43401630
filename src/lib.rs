//! epollscope: an oscilloscope for an event loop.
//!
//! The rooms of the house; imports only go down this list:
//!
//! | module | what lives there |
//! |---|---|
//! | [`app`] | the modes: what is started, in which order, and how it ends |
//! | [`settings`] | the settings file: read, checked, printed, saved; what it adds to the command line |
//! | [`cli`] | every flag, default and help text |
//! | [`dashboard`] | the ratatui front end |
//! | [`lesson`] | lessons: read, given, checked; no terminal in it |
//! | [`notes`] | the speaker's notes of a lesson that runs, over a Unix socket |
//! | [`compare`] | the same load on one server after another |
//! | [`export`] | an event log made into what other programs open |
//! | [`record`] | the event log on disk and read again, and the printer of events |
//! | [`clients`] | the built-in clients |
//! | [`attach`] | a process that runs, looked at from outside |
//! | [`trace`] | any program, stopped at its system calls |
//! | [`inspect`] | what the kernel knows of the server's sockets |
//! | [`server`] | the server thread |
//! | [`class`] | the class in the room: who is in, what their telephones are told |
//! | [`http`] | requests, answers and files; no sockets in it |
//! | [`source`] | the server's own source, embedded, for the code view |
//! | [`document`] | TOML with the place of everything; what is wrong, and where |
//! | [`words`] | every text that a person reads; numbers with their units |
//! | [`textbook`] | each of the servers as a short program in Python, and which line makes which call |
//! | [`telemetry`] | the wire between server and dashboard |
//! | [`signals`] | which signals are caught, and when a second one means it |
//! | [`descriptors`] | which numbers descriptors get: the small ones are the server's |

// The modules are left out elsewhere, so that this sentence is the only error.
#[cfg(not(target_os = "linux"))]
compile_error!("epollscope shows epoll(7), which only Linux has: build it on Linux.");

#[cfg(target_os = "linux")]
pub mod app;
#[cfg(target_os = "linux")]
pub mod attach;
#[cfg(target_os = "linux")]
pub mod class;
#[cfg(target_os = "linux")]
pub mod cli;
#[cfg(target_os = "linux")]
pub mod clients;
#[cfg(target_os = "linux")]
pub mod compare;
#[cfg(target_os = "linux")]
pub mod dashboard;
#[cfg(target_os = "linux")]
pub mod descriptors;
#[cfg(target_os = "linux")]
pub mod document;
#[cfg(target_os = "linux")]
pub mod export;
#[cfg(target_os = "linux")]
pub mod http;
#[cfg(target_os = "linux")]
pub mod inspect;
#[cfg(target_os = "linux")]
pub mod lesson;
#[cfg(target_os = "linux")]
pub mod notes;
#[cfg(target_os = "linux")]
pub mod record;
#[cfg(target_os = "linux")]
pub mod server;
#[cfg(target_os = "linux")]
pub mod settings;
#[cfg(target_os = "linux")]
pub mod signals;
#[cfg(target_os = "linux")]
pub mod source;
#[cfg(target_os = "linux")]
pub mod telemetry;
#[cfg(target_os = "linux")]
pub mod textbook;
#[cfg(target_os = "linux")]
pub mod trace;
#[cfg(target_os = "linux")]
pub mod words;
