//! What is said of a process that is looked at from outside.

/// Names and figures come from outside and are cleaned before.
pub(crate) struct Attach {
    /// Errors: what happened, and what to do about it.
    pub(crate) nobody: fn(target: &str) -> String,
    pub(crate) inside: fn(target: &str, here: &str) -> String,
    pub(crate) kernel: fn(target: &str) -> String,
    pub(crate) own: fn(target: &str) -> String,
    pub(crate) not_permitted: fn(target: &str) -> String,
    pub(crate) not_traced: fn(target: &str) -> String,
    pub(crate) traced_already: fn(target: &str) -> String,
    pub(crate) one_process: fn(target: &str, others: usize) -> String,
    pub(crate) failed: fn(target: &str, why: &str) -> String,
    /// Several are called so: what stands above them, and a line for each.
    pub(crate) several: fn(name: &str) -> String,
    pub(crate) one_of: fn(place: usize, pid: i32, members: usize, command: &str) -> String,
    pub(crate) which: fn(most: usize) -> String,
    pub(crate) choose: fn(name: &str) -> String,

    /// Above everything.
    pub(crate) from_outside: &'static str,
    pub(crate) processes: fn(count: usize) -> String,
    pub(crate) ended: fn(name: &str) -> String,
    pub(crate) frozen: &'static str,
    pub(crate) connections: fn(count: usize) -> String,
    pub(crate) waiting: fn(queue: u32) -> String,
    pub(crate) descriptors: fn(open: usize, limit: Option<u64>) -> String,
    pub(crate) cpu: fn(percent: f64) -> String,
    pub(crate) switches: fn(a_second: f64) -> String,
    pub(crate) threads_are: fn(count: usize) -> String,

    /// Titles of the panels.
    pub(crate) table: &'static str,
    pub(crate) threads: &'static str,
    pub(crate) list: fn(pid: i32, epfd: i32, entries: usize) -> String,
    pub(crate) lists: &'static str,
    pub(crate) findings: &'static str,
    pub(crate) nothing_shown: &'static str,
    pub(crate) no_list: &'static str,
    pub(crate) empty_list: &'static str,
    pub(crate) sorted: fn(column: &str) -> String,
    pub(crate) folded: fn(count: usize, key: &str) -> String,
    pub(crate) filtered: fn(text: &str, shown: usize, of: usize) -> String,

    /// Headings of columns.
    pub(crate) columns: Columns,
    /// What descriptors stand for.
    pub(crate) objects: Objects,
    /// What threads do.
    pub(crate) does: Does,
    /// What the data on a list are.
    pub(crate) data: DataText,
    /// What is noticed.
    pub(crate) noticed: NoticedText,
    /// What is not known.
    pub(crate) unknown: Unknown,
    /// What the keys do.
    pub(crate) keys: AttachKeys,
}

pub(crate) struct Columns {
    pub(crate) process: &'static str,
    pub(crate) fd: &'static str,
    pub(crate) what: &'static str,
    pub(crate) state: &'static str,
    pub(crate) recv: &'static str,
    pub(crate) send: &'static str,
    pub(crate) rtt: &'static str,
    pub(crate) watched: &'static str,
    pub(crate) thread: &'static str,
    pub(crate) name: &'static str,
    pub(crate) does: &'static str,
    pub(crate) cpu: &'static str,
    pub(crate) mask: &'static str,
    pub(crate) data: &'static str,
}

pub(crate) struct Objects {
    pub(crate) listener: fn(at: &str) -> String,
    pub(crate) socket: &'static str,
    pub(crate) unix: fn(name: &str, listens: bool) -> String,
    pub(crate) epoll: fn(entries: Option<usize>) -> String,
    pub(crate) eventfd: fn(count: Option<u64>) -> String,
    pub(crate) timerfd_armed: fn(due: &str) -> String,
    pub(crate) timerfd_idle: &'static str,
    pub(crate) io_uring: fn(submitted: u32, completed: u32) -> String,
    pub(crate) pipe: &'static str,
    /// The number of an entry that has outlived its descriptor.
    pub(crate) outlived: &'static str,
}

pub(crate) struct Does {
    pub(crate) runs: &'static str,
    pub(crate) stands: &'static str,
    pub(crate) in_kernel: &'static str,
    pub(crate) sleeps: fn(call: &str) -> String,
    pub(crate) within: fn(call: &str) -> String,
    pub(crate) unknown: &'static str,
}

pub(crate) struct DataText {
    pub(crate) number: &'static str,
    pub(crate) number_below: &'static str,
    pub(crate) pointers: &'static str,
    pub(crate) marked: &'static str,
    pub(crate) other: &'static str,
    pub(crate) nginx: &'static str,
    pub(crate) redis: &'static str,
    pub(crate) libuv: &'static str,
    pub(crate) go: &'static str,
    pub(crate) python: &'static str,
}

pub(crate) struct NoticedText {
    pub(crate) outlived: fn(fd: &str, epfd: i32) -> String,
    pub(crate) herd: fn(own: &str, epolls: usize) -> String,
    pub(crate) spins: fn(fd: &str, epfd: i32) -> String,
    pub(crate) unread: fn(fd: &str, bytes: &str, time: &str) -> String,
    pub(crate) unread_edge: fn(fd: &str, bytes: &str, time: &str) -> String,
    pub(crate) not_closed: fn(fd: &str, time: &str) -> String,
    pub(crate) blocks: fn(tid: i32, call: &str, fd: i32, time: &str) -> String,
    pub(crate) queue_full: fn(own: &str, queue: u32, limit: u32) -> String,
    pub(crate) near_limit: fn(pid: i32, open: usize, limit: u64) -> String,
    pub(crate) nothing: &'static str,
}

pub(crate) struct Unknown {
    pub(crate) events: &'static str,
    pub(crate) descriptors: fn(pid: i32, why: &str) -> String,
    pub(crate) table: &'static str,
    pub(crate) calls: &'static str,
}

pub(crate) struct AttachKeys {
    pub(crate) quit: &'static str,
    pub(crate) help: &'static str,
    pub(crate) panel: &'static str,
    pub(crate) zoom: &'static str,
    pub(crate) epoll: &'static str,
    pub(crate) files: &'static str,
    pub(crate) no_files: &'static str,
    pub(crate) sort: &'static str,
    pub(crate) filter: &'static str,
    pub(crate) freeze: &'static str,
    pub(crate) go_on: &'static str,
    pub(crate) language: &'static str,
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
}
