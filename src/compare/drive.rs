//! The load on a thread of its own, for whoever shows a server meanwhile: opened at once, begun
//! on command, as often as it comes.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::load::Load;
use super::{Note, Options, open, plain, tell_failures};

/// How far a load is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) enum Phase {
    /// Its connections are being opened.
    #[default]
    Opening,
    /// They are open, and that many requests were answered on them; it can begin.
    Ready(u64),
    /// Its requests are under way.
    Running,
    /// It is over, and can begin again.
    Over(Round),
    /// It cannot be put on this server; why, in a few words.
    Failed(String),
}

/// How a load went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Round {
    /// Answers.
    pub(crate) requests: u64,
    /// From the first request to the last answer, and no less than was asked for.
    pub(crate) time: Duration,
}

/// What the thread has reported.
#[derive(Debug, Default)]
struct Explanation {
    phase: Phase,
    /// What has to be known to judge the load: of the opening, then of the last round.
    notes: Vec<Note>,
    /// How many are on the opening.
    opening: usize,
}

/// A load and its thread. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Drive {
    told: Arc<Mutex<Explanation>>,
    begin: Option<Sender<()>>,
    interrupted: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drive {
    /// Begins to open the connections to a server.
    pub(crate) fn start(addr: SocketAddr, options: Options) -> io::Result<Self> {
        let told = Arc::<Mutex<Explanation>>::default();
        let interrupted = Arc::new(AtomicBool::new(false));
        let (begin, begins) = unbounded();
        let (shared, stop) = (told.clone(), interrupted.clone());
        let thread = std::thread::Builder::new().name("load".into()).spawn(move || {
            if let Err(why) = drive(addr, &options, &shared, &begins, &stop) {
                tell(&shared, Phase::Failed(why), &[], &[]);
            }
        })?;
        Ok(Self { told, begin: Some(begin), interrupted, thread: Some(thread) })
    }

    /// How far it is, and what has to be known to judge it.
    pub(crate) fn phase(&self) -> (Phase, Vec<Note>) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        (told.phase.clone(), told.notes.clone())
    }

    /// Lets it begin, when it is ready or over.
    pub(crate) fn begin(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(told.phase, Phase::Ready(_) | Phase::Over(_)) {
            told.phase = Phase::Running;
            let opening = told.opening;
            told.notes.truncate(opening);
            // Its thread waits for this, or has panicked.
            let _ = self.begin.as_ref().map(|begin| begin.send(()));
        }
    }

    /// Stops it soon. What it has open stays so until this is dropped or the server closes it.
    pub(crate) fn stop(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        self.stop();
        self.begin = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn tell(told: &Mutex<Explanation>, phase: Phase, opening: &[Note], round: &[Note]) {
    let now = Explanation { phase, notes: [opening, round].concat(), opening: opening.len() };
    *told.lock().unwrap_or_else(PoisonError::into_inner) = now;
}

/// Opens the connections, then runs the load at each command.
fn drive(
    addr: SocketAddr,
    options: &Options,
    told: &Mutex<Explanation>,
    begins: &Receiver<()>,
    interrupted: &AtomicBool,
) -> Result<(), String> {
    let mut opening = Vec::new();
    let mut load = Load::new(addr, &options.path, interrupted).map_err(|e| plain(&e))?;
    open(&mut load, options, &mut opening)?;
    tell(told, Phase::Ready(load.answered()), &opening, &[]);
    while begins.recv().is_ok() {
        let ran = load.run(options.time).map_err(|e| plain(&e))?;
        let mut notes = Vec::new();
        tell_failures(&ran, options, &mut notes);
        let round = Round { requests: ran.requests, time: ran.time };
        tell(told, Phase::Over(round), &opening, &notes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::Instant;

    fn options() -> Options {
        Options {
            servers: Vec::new(),
            idle: 3,
            active: 2,
            time: Duration::from_millis(50),
            path: "/".into(),
            root: None,
            descriptors: None,
        }
    }

    /// A thread for each connection, which answers everything with that.
    fn serve(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let each = move |mut stream: TcpStream| {
            while matches!(stream.read(&mut [0; 1024]), Ok(1..)) {
                if stream.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
        };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                std::thread::spawn(move || each(stream.unwrap()));
            }
        });
        addr
    }

    fn until(drive: &Drive, wanted: impl Fn(&Phase) -> bool) -> Phase {
        let limit = Instant::now() + Duration::from_secs(20);
        loop {
            let (phase, _) = drive.phase();
            if wanted(&phase) {
                return phase;
            }
            assert!(Instant::now() < limit, "still {phase:?}");
            std::thread::yield_now();
        }
    }

    #[test]
    fn it_begins_when_it_is_told_to_and_again() {
        let addr = serve("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        let drive = Drive::start(addr, options()).unwrap();
        drive.begin();
        assert_eq!(until(&drive, |phase| *phase != Phase::Opening), Phase::Ready(5));
        for _ in 0..2 {
            drive.begin();
            assert!(!matches!(drive.phase().0, Phase::Ready(_)));
            let over = until(&drive, |phase| matches!(phase, Phase::Over(_)));
            let Phase::Over(Round { requests, time }) = over else { unreachable!() };
            assert!(requests >= 2 && time >= options().time, "{requests} in {time:?}");
        }
        assert_eq!(drive.phase().1, []);
    }

    #[test]
    fn what_is_said_of_a_round_goes_with_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        // The first answer on each of the five, and no other.
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                kept.push(stream);
            }
        });
        let drive = Drive::start(addr, options()).unwrap();
        until(&drive, |phase| *phase == Phase::Ready(5));
        drive.begin();
        until(&drive, |phase| matches!(phase, Phase::Over(_)));
        assert_eq!(drive.phase().1, [Note::NoneAnswered]);
        drive.begin();
        let (phase, notes) = drive.phase();
        assert!(phase != Phase::Running || notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn what_cannot_be_loaded_says_why() {
        let busy = serve("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
        let drive = Drive::start(busy, options()).unwrap();
        let why = "3 of 3 idle connections refused: answered 503".to_owned();
        assert_eq!(until(&drive, |phase| *phase != Phase::Opening), Phase::Failed(why));
        drive.begin();
        assert!(matches!(drive.phase().0, Phase::Failed(_)), "it stays so");
    }
}
