//! Clients of all kinds, each kind on a thread of its own, that work while they are told to. What
//! the server, the operator's keys or a pause do to them is no error here: they connect again.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

/// How long a client waits for anything.
const PATIENCE: Duration = Duration::from_millis(500);
/// What a client pauses between two rounds of work: the program under test needs the processors.
const PAUSE: Duration = Duration::from_millis(2);

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// One round of work of a client.
type Work = fn(SocketAddr) -> std::io::Result<()>;

const KINDS: [Work; 8] = [ask, ask, connect_only, reset, pipeline, half_request, nonsense, slow];

/// The load. It ends when this is dropped.
pub(crate) struct Load {
    works: Arc<AtomicBool>,
    ends: Arc<AtomicBool>,
    /// Clients in the middle of a round.
    busy: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts the threads; they wait for [`Load::work`].
    pub(crate) fn on(addr: SocketAddr) -> Self {
        let works = Arc::new(AtomicBool::new(false));
        let ends = Arc::new(AtomicBool::new(false));
        let busy = Arc::new(AtomicUsize::new(0));
        let client = |kind: Work| {
            let (works, ends, busy) = (works.clone(), ends.clone(), busy.clone());
            std::thread::spawn(move || {
                while !ends.load(Ordering::SeqCst) {
                    busy.fetch_add(1, Ordering::SeqCst);
                    if works.load(Ordering::SeqCst) {
                        let _ = kind(addr);
                    }
                    busy.fetch_sub(1, Ordering::SeqCst);
                    std::thread::sleep(PAUSE);
                }
            })
        };
        let threads = KINDS.into_iter().map(client).collect();
        Self { works, ends, busy, threads }
    }

    /// Works, or rests.
    pub(crate) fn work(&self, works: bool) {
        self.works.store(works, Ordering::SeqCst);
    }

    /// Whether every client has hung up.
    pub(crate) fn is_at_rest(&self) -> bool {
        !self.works.load(Ordering::SeqCst) && self.busy.load(Ordering::SeqCst) == 0
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.works.store(false, Ordering::SeqCst);
        self.ends.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn connect(addr: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpStream::connect_timeout(&addr, PATIENCE)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    socket.set_nodelay(true)?;
    Ok(socket)
}

/// Many requests on one connection, one after the other.
fn ask(addr: SocketAddr) -> std::io::Result<()> {
    let mut socket = connect(addr)?;
    let mut answer = vec![0; 64 * 1024];
    for _ in 0..500 {
        socket.write_all(GET.as_bytes())?;
        // The page fits the buffer, and comes in one piece or a few: whatever has come will do.
        if socket.read(&mut answer)? == 0 {
            break;
        }
    }
    Ok(())
}

/// Connections that ask once or never.
fn connect_only(addr: SocketAddr) -> std::io::Result<()> {
    for i in 0..50 {
        let mut socket = connect(addr)?;
        if i % 2 == 0 {
            socket.write_all(b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
            std::io::copy(&mut socket, &mut std::io::sink())?;
        }
    }
    Ok(())
}

/// Asks, and resets the connection in place of reading the answer.
fn reset(addr: SocketAddr) -> std::io::Result<()> {
    for _ in 0..20 {
        let mut socket = connect(addr)?;
        socket.write_all(GET.as_bytes())?;
        set_socket_linger(&socket, Some(Duration::ZERO))?;
    }
    Ok(())
}

/// A hundred requests at once.
fn pipeline(addr: SocketAddr) -> std::io::Result<()> {
    let mut socket = connect(addr)?;
    socket.write_all(GET.repeat(100).as_bytes())?;
    socket.shutdown(std::net::Shutdown::Write)?;
    std::io::copy(&mut socket, &mut std::io::sink())?;
    Ok(())
}

/// Begins a request, and hangs up.
fn half_request(addr: SocketAddr) -> std::io::Result<()> {
    for length in 1..GET.len() {
        let mut socket = connect(addr)?;
        socket.write_all(&GET.as_bytes()[..length])?;
    }
    Ok(())
}

/// What is no HTTP, long fields, a body that is refused.
fn nonsense(addr: SocketAddr) -> std::io::Result<()> {
    let long = format!("{} / HTTP/1.1\r\nX: {}\r\n\r\n", "M".repeat(300), "y".repeat(40_000));
    let texts =
        ["\x16\x03\x01\x02", "GET\0/\r\n\r\n", "PUT / HTTP/1.1\r\n\r\n", &long, "\r\n\r\n\n"];
    for text in texts {
        let mut socket = connect(addr)?;
        socket.write_all(text.as_bytes())?;
        socket.shutdown(std::net::Shutdown::Write)?;
        std::io::copy(&mut socket, &mut std::io::sink())?;
    }
    Ok(())
}

/// Sends a byte at a time, then reads a few bytes of many answers and hangs up.
fn slow(addr: SocketAddr) -> std::io::Result<()> {
    let mut socket = connect(addr)?;
    for byte in GET.as_bytes() {
        socket.write_all(&[*byte])?;
        std::thread::sleep(Duration::from_millis(1));
    }
    socket.write_all(GET.repeat(300).as_bytes())?;
    for _ in 0..20 {
        socket.read_exact(&mut [0; 100])?;
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}
