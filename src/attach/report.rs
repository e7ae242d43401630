//! What a person reads of a look: cell by cell, for the screen, and all of it as text.

use std::fmt::Write as _;
use std::io;

use unicode_width::UnicodeWidthStr as _;

use super::data::{Data, Framework};
use super::descriptors::{Descriptor, Object};
use super::epolls::{Entry, List};
use super::findings::{Finding, Noticed};
use super::look::{Look, Unseen};
use super::process::Process;
use super::sockets::Socket;
use super::threads::{Call, Thread};
use crate::telemetry::{Mask, Nanos};
use crate::words::{clean, pad_left, pad_right, plain, strings, units};

/// A descriptor's cells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cells {
    /// What it stands for.
    pub what: String,
    /// TCP's state.
    pub state: String,
    /// What waits to be read, or to be accepted.
    pub recv: String,
    /// What waits to be acknowledged.
    pub send: String,
    /// The round-trip time.
    pub rtt: String,
    /// For what it is watched, and by which epoll.
    pub watched: String,
}

/// Its command line.
#[must_use]
pub fn command(process: &Process) -> String {
    if process.command.is_empty() {
        return clean(process.name.as_bytes());
    }
    clean(process.command.join(" ").as_bytes())
}

/// The cells of a descriptor. `arrows` are those to it and from it.
#[must_use]
pub fn descriptor(look: &Look, descriptor: &Descriptor, arrows: [&str; 2]) -> Cells {
    let mut cells = Cells { what: what(look, descriptor, arrows), ..Cells::default() };
    if let Object::Socket(socket) = &descriptor.object {
        match socket {
            Socket::Tcp { state, recv_queue, send_queue, rtt, .. } => {
                cells.state = state.label().to_owned();
                cells.recv = units::count((*recv_queue).into());
                cells.send = units::count((*send_queue).into());
                cells.rtt = rtt.map_or_else(String::new, |rtt| time(rtt.as_nanos()));
            }
            Socket::Listener { queue, limit, .. } => {
                cells.state = crate::inspect::TcpState::Listen.label().to_owned();
                cells.recv = match limit {
                    Some(limit) => format!("{queue}/{limit}"),
                    None => queue.to_string(),
                };
            }
            Socket::Udp { recv_queue, .. } => cells.recv = units::count((*recv_queue).into()),
            Socket::Unix { .. } | Socket::Unknown => {}
        }
    }
    // ERR and HUP are added by the kernel, always; the list shows them.
    let asked = |mask: Mask| Mask(mask.0 & !Mask::ERR.with(Mask::HUP).0);
    let watched =
        descriptor.watched.iter().map(|(epfd, mask)| format!("{} ({epfd})", asked(*mask)));
    cells.watched = watched.collect::<Vec<_>>().join(" ");
    cells
}

fn time(nanos: u128) -> String {
    units::short_duration(Nanos::try_from(nanos).unwrap_or(Nanos::MAX))
}

/// What a descriptor stands for.
fn what(look: &Look, descriptor: &Descriptor, [to, from]: [&str; 2]) -> String {
    let say = &strings().attach.objects;
    match &descriptor.object {
        Object::Socket(Socket::Tcp { own, peer, .. }) => {
            // A connection that was accepted has its listener's port.
            let accepted = look.ports.contains(&own.port());
            format!("{} {peer}", if accepted { from } else { to })
        }
        Object::Socket(Socket::Listener { own, .. }) => (say.listener)(&own.to_string()),
        Object::Socket(Socket::Udp { own, peer: None, .. }) => format!("UDP {own}"),
        Object::Socket(Socket::Udp { own, peer: Some(peer), .. }) => {
            format!("UDP {own} {to} {peer}")
        }
        Object::Socket(Socket::Unix { path, listens }) => {
            (say.unix)(&clean(path.as_deref().unwrap_or_default().as_bytes()), *listens)
        }
        Object::Socket(Socket::Unknown) => say.socket.to_owned(),
        Object::Epoll => {
            let list = look.list(descriptor.pid, descriptor.fd);
            (say.epoll)(list.map(|list| list.entries.len()))
        }
        Object::Eventfd(count) => (say.eventfd)(*count),
        Object::Timerfd(Some(due)) if *due > 0 => (say.timerfd_armed)(&time((*due).into())),
        Object::Timerfd(Some(_)) => say.timerfd_idle.to_owned(),
        Object::Timerfd(None) => "timerfd".to_owned(),
        Object::Signalfd => "signalfd".to_owned(),
        Object::Inotify => "inotify".to_owned(),
        Object::Pidfd => "pidfd".to_owned(),
        Object::IoUring(Some((submitted, completed))) => (say.io_uring)(*submitted, *completed),
        Object::IoUring(None) => "io_uring".to_owned(),
        Object::Pipe => say.pipe.to_owned(),
        Object::File(path) | Object::Other(path) => clean(path.as_bytes()),
    }
}

/// What an entry of an interest list stands for, and its data.
#[must_use]
pub fn entry(look: &Look, list: &List, entry: &Entry, arrows: [&str; 2]) -> (String, String) {
    let data = format!("{:#x}", entry.interest.data);
    if entry.outlived {
        return (strings().attach.objects.outlived.to_owned(), data);
    }
    let found = look.descriptor(list.pid, entry.interest.fd);
    (found.map_or_else(String::new, |it| what(look, it, arrows)), data)
}

/// What a thread does now, and the share of a CPU that it has used.
#[must_use]
pub fn thread(look: &Look, thread: &Thread) -> (String, String) {
    let say = &strings().attach.does;
    let call = |name: &str, fd: Option<i32>| match fd {
        Some(fd) => format!("{name}({fd})"),
        None => name.to_owned(),
    };
    let does = match (thread.state, thread.call) {
        ('T' | 't', _) => say.stands.to_owned(),
        (_, Some(Call::Runs)) | ('R', None | Some(Call::None)) => say.runs.to_owned(),
        ('R', Some(Call::In(name, fd))) => (say.within)(&call(name, fd)),
        (_, Some(Call::In(name, fd))) => (say.sleeps)(&call(name, fd)),
        (_, Some(Call::Number(number))) => (say.sleeps)(&number.to_string()),
        (_, Some(Call::None)) => say.in_kernel.to_owned(),
        (_, None) => say.unknown.to_owned(),
    };
    let share = look.used.cpu.get(&thread.tid).filter(|_| !look.used.over.is_zero());
    let share = share.map(|used| percent(*used, look));
    (does, share.map_or_else(String::new, |share| format!("{share:.1} %")))
}

#[expect(clippy::cast_precision_loss, reason = "a share, shown with one decimal")]
fn percent(nanos: u64, look: &Look) -> f64 {
    100.0 * nanos as f64 / look.used.over.as_nanos().max(1) as f64
}

/// The figures above everything: how many processes, connections, who waits, what it costs.
#[must_use]
pub fn figures(look: &Look) -> Vec<String> {
    let say = &strings().attach;
    let mut connections: Vec<u64> = Vec::new();
    let mut queues: Vec<(u64, u32)> = Vec::new();
    for descriptor in &look.descriptors {
        match (&descriptor.object, descriptor.inode) {
            (Object::Socket(Socket::Tcp { .. }), Some(inode)) => connections.push(inode),
            (Object::Socket(Socket::Listener { queue, .. }), Some(inode)) => {
                queues.push((inode, *queue));
            }
            _ => {}
        }
    }
    // What several processes have is one.
    connections.sort_unstable();
    connections.dedup();
    queues.sort_unstable();
    queues.dedup_by_key(|(inode, _)| *inode);
    let mut figures =
        vec![(say.processes)(look.processes.len()), (say.connections)(connections.len())];
    if !queues.is_empty() {
        figures.push((say.waiting)(queues.iter().map(|(_, queue)| queue).sum()));
    }
    // Of several processes each has its own limit.
    let limit = match &look.processes[..] {
        [one] => look.limits.get(&one.pid).copied(),
        _ => None,
    };
    figures.push((say.descriptors)(look.descriptors.len(), limit));
    if !look.threads.is_empty() {
        figures.push((say.threads_are)(look.threads.len()));
    }
    if !look.used.over.is_zero() && !look.used.cpu.is_empty() {
        figures.push((say.cpu)(percent(look.used.cpu.values().sum(), look)));
        #[expect(clippy::cast_precision_loss, reason = "a rate, rounded when it is shown")]
        let a_second = look.used.switches as f64 / look.used.over.as_secs_f64();
        figures.push((say.switches)(a_second));
    }
    figures
}

/// What the data on a list tell: the framework, where that is certain.
#[must_use]
pub fn data(look: &Look, list: &List) -> Option<&'static str> {
    let say = &strings().attach.data;
    let data = Data::of(list)?;
    let process = look.processes.iter().find(|process| process.pid == list.pid);
    if let Some(framework) = process.and_then(|process| Framework::of(process, Some(data))) {
        return Some(match framework {
            Framework::Nginx => say.nginx,
            Framework::Redis => say.redis,
            Framework::Libuv => say.libuv,
            Framework::Go => say.go,
            Framework::Python => say.python,
        });
    }
    Some(match data {
        Data::Number => say.number,
        Data::NumberBelow => say.number_below,
        Data::Pointers => say.pointers,
        Data::MarkedPointers => say.marked,
        Data::Other => say.other,
    })
}

/// A finding in a sentence.
#[must_use]
pub fn finding(look: &Look, noticed: &Noticed) -> String {
    let say = &strings().attach.noticed;
    let lasts = time(look.taken.saturating_duration_since(noticed.since).as_nanos());
    let several = look.processes.len() > 1;
    let named = |pid: i32, fd: i32| if several { format!("{pid}/{fd}") } else { fd.to_string() };
    match noticed.finding {
        Finding::Outlived { pid, epfd, fd } => (say.outlived)(&named(pid, fd), epfd),
        Finding::Herd { own, epolls } => (say.herd)(&own.to_string(), epolls),
        Finding::Spins { pid, epfd, fd } => (say.spins)(&named(pid, fd), epfd),
        Finding::Unread { pid, fd, edge } => {
            let queue = match look.descriptor(pid, fd).map(|it| &it.object) {
                Some(Object::Socket(Socket::Tcp { recv_queue, .. })) => *recv_queue,
                _ => 0,
            };
            let said = if edge { say.unread_edge } else { say.unread };
            said(&named(pid, fd), &units::bytes(queue.into()), &lasts)
        }
        Finding::NotClosed { pid, fd } => (say.not_closed)(&named(pid, fd), &lasts),
        Finding::Blocks { tid, call, fd, .. } => (say.blocks)(tid, call, fd, &lasts),
        Finding::QueueFull { own, queue, limit } => {
            (say.queue_full)(&own.to_string(), queue, limit)
        }
        Finding::NearLimit { pid, open, limit } => (say.near_limit)(pid, open, limit),
    }
}

/// What is not known, a sentence each.
#[must_use]
pub fn unknown(look: &Look) -> Vec<String> {
    let say = &strings().attach.unknown;
    let mut all = vec![say.events.to_owned()];
    all.extend(look.unseen.iter().map(|unseen| match unseen {
        Unseen::Descriptors(pid, number) => {
            (say.descriptors)(*pid, &plain(&io::Error::from_raw_os_error(*number)))
        }
        Unseen::TcpTable => say.table.to_owned(),
        Unseen::Calls => say.calls.to_owned(),
    }));
    all
}

/// Columns side by side, each as wide as it has to be.
fn columns(text: &mut String, heads: &[&str], right: &[bool], rows: &[Vec<String>]) {
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].width());
        cells.chain([heads[at].width()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    for row in std::iter::once(&heads).chain(rows) {
        let mut line = String::from(" ");
        for (at, cell) in row.iter().enumerate() {
            line.push(' ');
            let pad = if right[at] { pad_right } else { pad_left };
            line.push_str(&pad(cell, widths[at]));
        }
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// All of a look as text.
#[must_use]
pub fn text(look: &Look, named: &str, ascii: bool) -> String {
    let say = &strings().attach;
    let arrows = if ascii { ["->", "<-"] } else { ["→", "←"] };
    let mut text = format!("{named}  {}\n{}\n", say.from_outside, figures(look).join("  "));
    let heads = &say.columns;
    let rows: Vec<Vec<String>> = look
        .descriptors
        .iter()
        .map(|it| {
            let cells = descriptor(look, it, arrows);
            let Cells { what, state, recv, send, rtt, watched } = cells;
            vec![it.pid.to_string(), it.fd.to_string(), what, state, recv, send, rtt, watched]
        })
        .collect();
    let _ = writeln!(text, "\n{}", say.table);
    let names = [
        heads.process,
        heads.fd,
        heads.what,
        heads.state,
        heads.recv,
        heads.send,
        heads.rtt,
        heads.watched,
    ];
    columns(&mut text, &names, &[true, true, false, false, true, true, true, false], &rows);
    let rows: Vec<Vec<String>> = look
        .threads
        .iter()
        .map(|it| {
            let (does, cpu) = thread(look, it);
            let name = clean(it.name.as_bytes());
            vec![it.pid.to_string(), it.tid.to_string(), name, does, cpu]
        })
        .collect();
    let _ = writeln!(text, "\n{}", say.threads);
    let names = [heads.process, heads.thread, heads.name, heads.does, heads.cpu];
    columns(&mut text, &names, &[true, true, false, false, true], &rows);
    for list in &look.lists {
        let _ = writeln!(text, "\n{}", (say.list)(list.pid, list.epfd, list.entries.len()));
        let rows: Vec<Vec<String>> = list
            .entries
            .iter()
            .map(|it| {
                let (what, data) = entry(look, list, it, arrows);
                vec![it.interest.fd.to_string(), it.interest.mask.to_string(), what, data]
            })
            .collect();
        columns(
            &mut text,
            &[heads.fd, heads.mask, heads.what, heads.data],
            &[true, false, false, false],
            &rows,
        );
        if let Some(data) = data(look, list) {
            let _ = writeln!(text, "  {data}");
        }
    }
    let _ = writeln!(text, "\n{}", say.findings);
    for noticed in &look.findings {
        let _ = writeln!(text, "  {}", finding(look, noticed));
    }
    if look.findings.is_empty() {
        let _ = writeln!(text, "  {}", say.noticed.nothing);
    }
    for unknown in unknown(look) {
        let _ = writeln!(text, "  {unknown}");
    }
    text
}
