//! The thread that is asked and answers. It sleeps when nothing is asked.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::drops;
use super::kept::Kept;
use super::runtime::Runtime;
use super::sock_diag::{At, Diag, Dump};
use super::usage::Meter;
use super::{
    Arrivals, Detail, NamespaceDrops, Question, Snapshot, Unseen, Wanted, interest_list, ready,
};

/// Up to so many connections are looked up one by one; for more, a dump costs less.
///
/// Measured on a machine with two cores (debug build, kernel 6.18): a dump took 4.0 to 7.5 ms
/// however few there were, since the kernel walks its whole table; an exact look-up took about
/// 12 µs. So 3 connections cost 0.1 ms, 64 cost 0.8 ms, 256 cost 4.7 ms (the dump: 7.5 ms), and at
/// 1,000 both cost 12 ms.
pub const EXACT_AT_MOST: usize = 256;

/// Asks the kernel about the server, on a thread of its own, so that a slow answer delays no
/// other thread. The thread ends when this is dropped.
#[derive(Debug)]
pub struct Inspector {
    questions: Sender<Question>,
    queued: Receiver<Question>,
    answers: Receiver<Snapshot>,
}

impl Inspector {
    /// Starts the thread, for the server that is bound to `addr` where a question does not say otherwise.
    ///
    /// # Errors
    /// When no thread can be started. A kernel that does not answer is no error here:
    /// [`Snapshot::unseen`] says why.
    pub fn start(addr: SocketAddr) -> io::Result<Self> {
        let (questions, queue) = bounded::<Question>(1);
        let (answer, answers) = bounded::<Snapshot>(1);
        let (queued, stale) = (queue.clone(), answers.clone());
        let mut diag = Diag::open();
        let mut meter = Meter::new();
        let mut counters = Counters::new();
        let mut runtime = Runtime::default();
        std::thread::Builder::new().name("inspector".into()).spawn(move || {
            for question in queue {
                let addr = question.addr.unwrap_or(addr);
                let mut snapshot = take(&mut diag, &mut meter, addr, &question);
                snapshot.detail.namespace_drops = counters.since();
                let thread = question.usage.as_ref().and_then(|workers| workers.own);
                let asked = thread.zip(question.runtime);
                snapshot.detail.runtime = asked.and_then(|(tid, fd)| runtime.view(tid, fd));
                if asked.is_none() {
                    // Its files are of a server that has gone.
                    runtime = Runtime::default();
                }
                replace(&answer, &stale, snapshot);
            }
        })?;
        Ok(Self { questions, queued, answers })
    }

    /// Asks, and never waits. A question that still waits for its turn is replaced.
    pub fn ask(&self, question: Question) {
        replace(&self.questions, &self.queued, question);
    }

    /// Takes the newest answer, if one has come since the last call; never waits.
    #[must_use]
    pub fn latest(&self) -> Option<Snapshot> {
        self.answers.try_recv().ok()
    }
}

/// Puts a value into a channel of one place, in place of an older one that is still there.
pub(crate) fn replace<T>(into: &Sender<T>, out: &Receiver<T>, value: T) {
    let mut value = value;
    while let Err(crossbeam_channel::TrySendError::Full(back)) = into.try_send(value) {
        let _ = out.try_recv();
        value = back;
    }
}

/// The namespace's counters, as differences.
struct Counters {
    file: Option<Kept>,
    base: Option<NamespaceDrops>,
    last: Option<NamespaceDrops>,
    read: Instant,
}

impl Counters {
    fn new() -> Self {
        let file = drops::open();
        let base = file.as_ref().and_then(drops::read);
        Self { file, base, last: base, read: Instant::now() }
    }

    /// What was added since the beginning; read anew once a second.
    fn since(&mut self) -> Option<NamespaceDrops> {
        if self.read.elapsed() >= Duration::from_secs(1) {
            let last = self.file.as_ref().and_then(drops::read);
            (self.last, self.read) = (last, Instant::now());
        }
        let (base, last) = (self.base?, self.last?);
        Some(NamespaceDrops {
            overflows: last.overflows.saturating_sub(base.overflows),
            drops: last.drops.saturating_sub(base.drops),
        })
    }
}

/// Looks up what is wanted, the cheaper way; also whether all was seen, by a dump.
fn sockets(diag: &mut Diag, at: At<'_>, wanted: &Wanted) -> io::Result<(Dump, bool)> {
    if let Wanted::These(connections) = wanted
        && connections.len() <= EXACT_AT_MOST
        && !connections.iter().any(|(local, _)| local.ip().is_unspecified())
    {
        let found = diag.exact(at, connections)?;
        let nobody = found.others.iter().all(|other| other.queue.len == 0);
        if nobody && found.accept_queue.is_some_and(|queue| queue.len == 0) {
            return Ok((found, false));
        }
    }
    let shown = match wanted {
        Wanted::Shown(peers) => Some(&peers[..]),
        Wanted::All | Wanted::These(_) => None,
    };
    Ok((diag.dump(at, shown)?, true))
}

/// Looks once. What cannot be found out is left out, and the answer says why.
fn take(
    diag: &mut io::Result<Diag>,
    meter: &mut Meter,
    addr: SocketAddr,
    question: &Question,
) -> Snapshot {
    let taken = Instant::now();
    let mut unseen = None;
    let mut detail = Detail::default();
    let mut dump = Dump::default();
    let at = At { first: addr, others: &question.others };
    match diag {
        Ok(diag) => {
            match sockets(diag, at, &question.wanted) {
                Ok((found, all)) => {
                    dump = found;
                    detail.listener_drops = dump.drops;
                    detail.arrivals = all.then(|| Arrivals {
                        waiting: std::mem::take(&mut dump.waiting),
                        half_open: std::mem::take(&mut dump.half_open),
                    });
                }
                Err(error) => unseen = Some(Unseen::Sockets((&error).into())),
            }
            if question.connecting {
                match diag.connecting(at) {
                    Ok(connecting) => detail.connecting = Some(connecting),
                    Err(error) => unseen = Some(Unseen::Sockets((&error).into())),
                }
            }
        }
        Err(error) => unseen = Some(Unseen::SocketTable((&*error).into())),
    }
    let usage = question.usage.as_ref().and_then(|workers| meter.read(workers));
    detail.loop_cpu = question.usage.as_ref().and_then(|_| meter.loop_cpu());
    let mut snapshot = Snapshot {
        taken,
        accept_queue: dump.accept_queue,
        others: dump.others,
        sockets: dump.sockets,
        quiet: dump.quiet,
        usage,
        asleep: question.usage.as_ref().and_then(|workers| meter.asleep(workers)),
        detail,
        unseen,
    };
    let Some(epfd) = question.epfd else { return snapshot };
    match interest_list(None, epfd) {
        Ok(list) => match ready::view(&list, epfd, question.waker) {
            Ok(view) => snapshot.detail.epoll = Some(view),
            Err(error) => snapshot.unseen = Some(Unseen::Epoll((&error).into())),
        },
        Err(error) => snapshot.unseen = Some(Unseen::InterestList((&error).into())),
    }
    snapshot
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsRawFd;
    use std::time::Duration;

    use mio::unix::SourceFd;
    use mio::{Interest, Poll, Token};

    use crate::inspect::TcpState::CloseWait;
    use crate::inspect::{Listening, Queued};
    use crate::telemetry::{Local, Mask};

    /// Asks until the answer is as expected.
    fn until(
        inspector: &Inspector,
        question: &Question,
        done: impl Fn(&Snapshot) -> bool,
    ) -> Snapshot {
        let deadline = Instant::now() + Duration::from_secs(5);
        inspector.ask(question.clone());
        loop {
            if let Some(snapshot) = inspector.latest() {
                if done(&snapshot) {
                    return snapshot;
                }
                inspector.ask(question.clone());
            }
            assert!(Instant::now() < deadline, "never so");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_standing_server_is_seen_whole() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(addr).unwrap();
        let (server, peer) = listener.accept().unwrap();
        let poll = Poll::new().unwrap();
        let fds = vec![listener.as_raw_fd(), server.as_raw_fd()];
        for fd in &fds {
            poll.registry().register(&mut SourceFd(fd), Token(0), Interest::READABLE).unwrap();
        }
        let inspector = Inspector::start(addr).unwrap();
        let _waiting = TcpStream::connect(addr).unwrap();
        client.write_all(b"12345").unwrap();

        let mut sorted = fds.clone();
        sorted.sort_unstable();
        let question = Question { epfd: Some(poll.as_raw_fd()), ..Question::default() };
        let handed = |seen: &Snapshot| {
            let view = seen.detail.epoll.as_ref().unwrap();
            view.entries.iter().filter(|entry| entry.now.has(Mask::IN)).count()
        };
        let seen = until(&inspector, &question, |s| {
            handed(s) == 2
                && s.accept_queue.is_some_and(|queue| queue.len == 1)
                && s.socket(peer, Local::of(addr)).is_some_and(|socket| socket.recv_queue == 5)
        });
        assert_eq!(seen.unseen, None);
        let entries = seen.detail.epoll.unwrap().entries;
        assert_eq!(entries.iter().map(|entry| entry.fd).collect::<Vec<_>>(), sorted);

        let plain = until(&inspector, &Question::default(), |s| s.detail.epoll.is_none());
        assert_eq!(plain.unseen, None);
    }

    #[test]
    fn what_is_shown_is_looked_up_and_the_rest_only_while_somebody_waits() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let shown = TcpStream::connect(addr).unwrap();
        let (_server, peer) = listener.accept().unwrap();
        let _other = TcpStream::connect(addr).unwrap();
        let (_server, _) = listener.accept().unwrap();
        let inspector = Inspector::start(addr).unwrap();
        let wanted = Wanted::These(vec![(addr, peer)]);
        let workers = super::super::Workers { own: None, ..Default::default() };
        let question = Question { wanted, usage: Some(workers), ..Question::default() };
        let seen = until(&inspector, &question, |_| true);
        assert_eq!(seen.sockets.iter().map(|s| s.peer).collect::<Vec<_>>(), [peer]);
        assert_eq!(peer, shown.local_addr().unwrap());
        assert_eq!(seen.accept_queue.unwrap().len, 0);
        assert_eq!((seen.detail.arrivals, seen.detail.connecting), (None, None));
        assert_eq!(seen.detail.listener_drops, Some(0));
        assert!(seen.detail.namespace_drops.is_some());

        let waits = TcpStream::connect(addr).unwrap();
        let seen = until(&inspector, &question, |s| s.detail.arrivals.is_some());
        assert_eq!(seen.detail.arrivals.unwrap().waiting[0].peer, waits.local_addr().unwrap());
        assert_eq!(seen.sockets.len(), 3);
        let question = Question { connecting: true, ..Question::default() };
        let seen = until(&inspector, &question, |s| s.detail.connecting.is_some());
        assert_eq!((seen.sockets.len(), seen.unseen), (3, None));
    }

    #[test]
    fn all_listeners_of_a_program_are_looked_at() {
        let [first, second] = ["127.0.0.1:0", "0.0.0.0:0"].map(|at| TcpListener::bind(at).unwrap());
        let [one, two] = [&first, &second].map(|listener| listener.local_addr().unwrap());
        let come = SocketAddr::from(([127, 0, 0, 1], two.port()));
        let mut client = TcpStream::connect(come).unwrap();
        client.write_all(b"12345").unwrap();
        let (_server, peer) = second.accept().unwrap();
        let stat = rustix::fs::fstat(&second).unwrap();
        let inode = u32::try_from(stat.st_ino).unwrap();
        let inspector = Inspector::start(one).unwrap();
        let others = vec![Listening { addr: two, inode }];
        let unread = |seen: &Snapshot| {
            seen.queues(peer, Local::of(come)).is_some_and(|queues| queues.unread() == 5)
        };
        for wanted in [Wanted::All, Wanted::These(vec![(come, peer)])] {
            let question = Question { wanted, others: others.clone(), ..Question::default() };
            let seen = until(&inspector, &question, unread);
            assert_eq!(seen.accept_queue.unwrap().len, 0);
            let [Queued { inode: at, queue, drops: Some(0) }] = seen.others[..] else { panic!() };
            assert_eq!((at, queue.len), (inode, 0));
            // That it is quiet at the other one is not so.
            assert_eq!(seen.queues(peer, Local::of(one)), None);
        }
        // Who waits at the second is named where the first has nobody.
        let waits = TcpStream::connect(come).unwrap();
        let wanted = Wanted::These(vec![(come, peer)]);
        let question = Question { wanted, others, ..Question::default() };
        let seen = until(&inspector, &question, |seen| seen.detail.arrivals.is_some());
        let waiting = seen.detail.arrivals.unwrap().waiting;
        assert_eq!((waiting.len(), waiting[0].peer), (1, waits.local_addr().unwrap()));
        assert_eq!(waiting[0].local, Local::of(come));
        assert_eq!((seen.others[0].queue.len, seen.accept_queue.unwrap().len), (1, 0));
    }

    #[test]
    fn a_fin_is_no_byte_that_is_unread() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(addr).unwrap();
        let (mut server, peer) = listener.accept().unwrap();
        client.write_all(b"12345").unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        let inspector = Inspector::start(addr).unwrap();
        let question = Question::default();
        let fin = |s: &Snapshot| {
            s.queues(peer, Local::UNKNOWN).is_some_and(|queues| queues.state == CloseWait)
        };
        let queues = until(&inspector, &question, fin).queues(peer, Local::UNKNOWN).unwrap();
        assert_eq!((queues.recv_queue, queues.unread()), (6, 5));
        // Of those that wait to be accepted, too.
        let mut waits = TcpStream::connect(addr).unwrap();
        waits.write_all(b"123").unwrap();
        waits.shutdown(std::net::Shutdown::Write).unwrap();
        let came = |s: &Snapshot| {
            let waiting = s.detail.arrivals.as_ref().and_then(|arrivals| arrivals.waiting.first());
            waiting.is_some_and(|waiting| waiting.closed)
        };
        let seen = until(&inspector, &question, came).detail.arrivals.unwrap();
        assert_eq!(seen.waiting[0].unread, 3);
        // Once the bytes are read, the FIN may be left alone.
        std::io::Read::read_exact(&mut server, &mut [0; 5]).unwrap();
        until(&inspector, &question, |s| {
            s.queues(peer, Local::UNKNOWN).is_some_and(|q| q.unread() == 0)
        });
    }

    #[test]
    fn a_newer_value_replaces_one_that_nobody_took() {
        let (into, out) = bounded(1);
        for n in 0..3 {
            replace(&into, &out, n);
        }
        assert_eq!(out.try_iter().collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn closed_descriptors_give_a_sentence_and_no_panic() {
        let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let inspector = Inspector::start(addr).unwrap();
        let question = Question { epfd: Some(-1), ..Question::default() };
        let seen = until(&inspector, &question, |_| true);
        assert_eq!(seen.detail.epoll, None);
        assert!(matches!(seen.unseen, Some(Unseen::InterestList(_))));
        assert_eq!((seen.accept_queue, seen.sockets.len()), (None, 0));
    }
}
