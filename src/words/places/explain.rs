//! What each thing on the screen is, how it was obtained, what is normal, what to try and what to read.
//! Whoever adds a column, a state, a mask bit, a kind of event, a figure, a panel or a diagnosis does not
//! compile before it is explained in both languages.

/// What is said of one thing. A key is named in braces, as settings call it: `{pause}`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Explained {
    pub(crate) what: &'static str,
    /// How it was obtained.
    pub(crate) how: &'static str,
    pub(crate) normal: &'static str,
    pub(crate) tries: &'static str,
    /// Man pages, and sections of RFCs.
    pub(crate) read: &'static str,
}

/// The same of a thing that has no name elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) says: Explained,
}

pub(in crate::words) const fn told(
    [what, how, normal, tries, read]: [&'static str; 5],
) -> Explained {
    Explained { what, how, normal, tries, read }
}

pub(in crate::words) const fn named(name: &'static str, says: [&'static str; 5]) -> Named {
    Named { name, says: told(says) }
}

/// The card that explains, and all that it can say.
pub(crate) struct Explain {
    pub(crate) title: fn(name: &str) -> String,
    /// Which one it is of how many, and where.
    pub(crate) number: fn(at: usize, of: usize, place: &str) -> String,
    /// The name of the place above the panels.
    pub(crate) header: &'static str,
    /// And of the one that is all over or below them.
    pub(crate) around: &'static str,
    pub(crate) labels: Labels,
    pub(crate) keys: &'static str,
    pub(crate) more_lines: fn(lines: usize) -> String,
    pub(crate) nothing: &'static str,
    pub(crate) panels: Panels,
    pub(crate) columns: Columns,
    pub(crate) states: States,
    pub(crate) bits: Bits,
    pub(crate) calls: Calls,
    pub(crate) facts: Facts,
    pub(crate) lights: Lights,
    pub(crate) gauges: Gauges,
    pub(crate) parts: Parts,
    pub(crate) details: Details,
    pub(crate) lints: Diagnoses,
    pub(crate) code: CodeParts,
    pub(crate) boxes: Boxes,
}

/// The parts of the code view.
pub(crate) struct CodeParts {
    pub(crate) next: Named,
    pub(crate) last: Named,
    pub(crate) count: Named,
    pub(crate) number: Named,
    pub(crate) holder: Named,
    pub(crate) whose: Named,
    pub(crate) listing: Named,
}

/// What lies around the panels or over them.
pub(crate) struct Boxes {
    pub(crate) keys: Named,
    pub(crate) notice: Named,
    pub(crate) strip: Named,
    pub(crate) kinds: Named,
    pub(crate) servers: Named,
    pub(crate) options: Named,
}

/// What stands before each piece but the first.
pub(crate) struct Labels {
    pub(crate) how: &'static str,
    pub(crate) normal: &'static str,
    pub(crate) tries: &'static str,
    pub(crate) read: &'static str,
}

/// The panels as a whole.
pub(crate) struct Panels {
    pub(crate) table: Explained,
    pub(crate) the_loop: Explained,
    pub(crate) stream: Explained,
    pub(crate) charts: Explained,
    pub(crate) card: Explained,
    pub(crate) seats: Explained,
    pub(crate) costs: Explained,
    pub(crate) code: Explained,
    pub(crate) class: Explained,
}

/// What a connection is doing.
pub(crate) struct States {
    pub(crate) new: Explained,
    pub(crate) reading: Explained,
    pub(crate) idle: Explained,
    pub(crate) handling: Explained,
    pub(crate) writing: Explained,
    pub(crate) lingering: Explained,
    pub(crate) closed: Explained,
}

/// The bits of a mask.
pub(crate) struct Bits {
    pub(crate) readable: Explained,
    pub(crate) pri: Explained,
    pub(crate) writable: Explained,
    pub(crate) rdhup: Explained,
    pub(crate) err: Explained,
    pub(crate) hup: Explained,
    pub(crate) nval: Explained,
    pub(crate) et: Explained,
    pub(crate) oneshot: Explained,
    pub(crate) exclusive: Explained,
}

/// The calls that the server makes.
pub(crate) struct Calls {
    pub(crate) listen: Explained,
    pub(crate) epoll_ctl: Explained,
    pub(crate) epoll_wait: Explained,
    pub(crate) accept: Explained,
    pub(crate) recv: Explained,
    pub(crate) send: Explained,
    pub(crate) sendfile: Explained,
    pub(crate) shutdown: Explained,
    pub(crate) close: Explained,
    pub(crate) setsockopt: Explained,
    pub(crate) open: Explained,
    pub(crate) stat: Explained,
    pub(crate) read: Explained,
    pub(crate) openat: Explained,
    pub(crate) getdents: Explained,
    pub(crate) select: Explained,
    pub(crate) poll: Explained,
    pub(crate) nap: Explained,
    pub(crate) input: Explained,
    pub(crate) wait4: Explained,
    pub(crate) epoll_create: Explained,
    pub(crate) connect: Explained,
    pub(crate) other: Explained,
}

/// The conclusions that it draws.
pub(crate) struct Facts {
    pub(crate) request: Explained,
    pub(crate) response: Explained,
    pub(crate) refused: Explained,
    pub(crate) closed: Explained,
    pub(crate) rest: Explained,
    pub(crate) resume: Explained,
    pub(crate) pace: Explained,
    pub(crate) missed: Explained,
    pub(crate) handler: Explained,
    pub(crate) handled: Explained,
    pub(crate) data: Explained,
    pub(crate) switched: Explained,
    pub(crate) round: Explained,
    pub(crate) started: Explained,
    pub(crate) ended: Explained,
    pub(crate) parked: Explained,
    pub(crate) woken: Explained,
    pub(crate) queued: Explained,
    pub(crate) typed: Explained,
    pub(crate) set: Explained,
    pub(crate) class: Explained,
    pub(crate) unreadable: Explained,
}

/// The columns of the table.
pub(crate) struct Columns {
    pub(crate) fd: Explained,
    pub(crate) id: Explained,
    pub(crate) peer: Explained,
    pub(crate) state: Explained,
    pub(crate) interest: Explained,
    pub(crate) last: Explained,
    pub(crate) requests: Explained,
    pub(crate) bytes_in: Explained,
    pub(crate) bytes_out: Explained,
    pub(crate) idle: Explained,
    pub(crate) recv_queue: Explained,
    pub(crate) send_queue: Explained,
}

/// Single things of the table, the card and the stream.
pub(crate) struct Details {
    pub(crate) listener: Named,
    pub(crate) stdin: Named,
    pub(crate) other: Named,
    pub(crate) folded: Named,
    pub(crate) stopped: Named,
    pub(crate) queued: Named,
    pub(crate) blocks: Named,
    pub(crate) ours: Named,
    pub(crate) answer: Named,
    pub(crate) times: Named,
    pub(crate) tcp: Named,
    pub(crate) rtt: Named,
    pub(crate) window: Named,
    pub(crate) request: Named,
    pub(crate) events: Named,
    pub(crate) lost: Named,
    pub(crate) skipped: Named,
    pub(crate) change: Named,
    pub(crate) output: Named,
}

/// The parts of the picture of the loop.
pub(crate) struct Parts {
    pub(crate) which: Named,
    pub(crate) interest: Named,
    pub(crate) ready: Named,
    pub(crate) queues: Named,
    pub(crate) boundary: Named,
    pub(crate) array: Named,
    pub(crate) now: Named,
    pub(crate) wake_ups: Named,
    pub(crate) pool: Named,
    pub(crate) handed: Named,
    pub(crate) found: Named,
    pub(crate) answers: Named,
    pub(crate) round: Named,
    pub(crate) sleepers: Named,
    pub(crate) at_work: Named,
    pub(crate) parked: Named,
    pub(crate) running: Named,
    pub(crate) runtime: Named,
    pub(crate) behind: Named,
    pub(crate) served: Named,
}

/// The figures of the header, the charts and the costs.
pub(crate) struct Gauges {
    pub(crate) url: Named,
    pub(crate) server: Named,
    pub(crate) options: Named,
    pub(crate) badge: Named,
    pub(crate) frozen: Named,
    pub(crate) resting: Named,
    pub(crate) lost: Named,
    pub(crate) open: Named,
    pub(crate) requests: Named,
    pub(crate) waits: Named,
    pub(crate) bytes_out: Named,
    pub(crate) bytes_in: Named,
    pub(crate) wake_ups: Named,
    pub(crate) calls: Named,
    pub(crate) started: Named,
    pub(crate) ended: Named,
    pub(crate) turn: Named,
    pub(crate) ready: Named,
    pub(crate) accepts: Named,
    pub(crate) disconnects: Named,
    pub(crate) calls_per_request: Named,
    pub(crate) latency: Named,
    pub(crate) examined: Named,
    pub(crate) copied: Named,
    pub(crate) again: Named,
    pub(crate) loop_cpu: Named,
    pub(crate) cpu: Named,
    pub(crate) memory: Named,
    pub(crate) waiting: Named,
    pub(crate) workers: Named,
    pub(crate) switches: Named,
    pub(crate) refused: Named,
    pub(crate) threads: Named,
}

/// The diagnoses.
pub(crate) struct Diagnoses {
    pub(crate) undrained: Named,
    pub(crate) not_accepted: Named,
    pub(crate) spins: Named,
    pub(crate) accept_spins: Named,
    pub(crate) compared: Named,
    pub(crate) blocks: Named,
    pub(crate) end_read: Named,
    pub(crate) listed: Named,
    pub(crate) outlived: Named,
    pub(crate) stale: Named,
    pub(crate) herd: Named,
    pub(crate) starves: Named,
    pub(crate) cut_short: Named,
    pub(crate) head_cut: Named,
}

/// How a seat looks.
pub(crate) struct Lights {
    pub(crate) free: Named,
    pub(crate) quiet: Named,
    pub(crate) asked: Named,
    pub(crate) spoke: Named,
}
