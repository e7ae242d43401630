//! A process that runs, looked at from outside: what `/proc` (`proc(5)`) and `sock_diag(7)` tell of it.
//! It is not stopped, and none of its descriptors is touched.
//!
//! | file | what lives there |
//! |---|---|
//! | `process` | a process: its names, its limit, who has started it |
//! | `find` | which processes are meant by a number or a name |
//! | `descriptors` | the descriptors of a process, and what each stands for |
//! | `sockets` | what the kernel's tables tell of its sockets |
//! | `threads` | its threads, and the calls in which they sleep |
//! | `epolls` | its interest lists |
//! | `data` | what the data on an interest list tell of the program |
//! | `elsewhere` | how a server on this machine watches a silent client |
//! | `findings` | what is noticed, and for how long |
//! | `look` | one look at all of it |
//! | `report` | what a person reads of it, cell by cell and as text |
//! | `watcher` | the thread that looks again and again |

mod data;
mod descriptors;
mod elsewhere;
mod epolls;
mod find;
mod findings;
mod look;
mod process;
pub mod report;
mod sockets;
mod threads;
mod watcher;

pub use data::{Data, Framework};
pub use descriptors::{Descriptor, Object};
pub use elsewhere::interest_of;
pub use epolls::{Entry, List};
pub use find::{Family, NotFound, find};
pub use findings::{Finding, Noticed};
pub use look::{Look, Unseen, Used, Wanted};
pub use process::Process;
pub use sockets::Socket;
pub use threads::{Call, Thread};
pub use watcher::Watcher;
