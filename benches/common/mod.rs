//! A closed-loop load of keep-alive requests on one thread, and the CPU time of a thread.
#![allow(dead_code, unreachable_pub, reason = "each benchmark uses its part of it")]

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

/// What a round of load measured.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub per_second: f64,
    /// CPU time of the server thread for each request.
    pub cpu: Duration,
}

/// Asks for `target` on `connections` connections, each again as soon as it has its answer.
pub fn load(
    addr: SocketAddr,
    target: &str,
    connections: usize,
    time: Duration,
    tid: i32,
) -> Measured {
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut poll = Poll::new().unwrap();
    let mut events = Events::with_capacity(1024);
    let mut sockets: Vec<(TcpStream, usize)> = (0..connections)
        .map(|i| {
            let socket = std::net::TcpStream::connect(addr).unwrap();
            socket.set_nodelay(true).unwrap();
            socket.set_nonblocking(true).unwrap();
            let mut socket = TcpStream::from_std(socket);
            poll.registry().register(&mut socket, Token(i), Interest::READABLE).unwrap();
            (socket, 0)
        })
        .collect();
    let length = answer_length(addr, &request);
    let mut buffer = vec![0; 256 * 1024];
    for (socket, _) in &mut sockets {
        socket.write_all(request.as_bytes()).unwrap();
    }
    let (begin, cpu) = (Instant::now(), thread_cpu(tid));
    let mut answers = 0u32;
    while begin.elapsed() < time {
        poll.poll(&mut events, Some(Duration::from_millis(100))).unwrap();
        for event in &events {
            let (socket, got) = &mut sockets[event.token().0];
            loop {
                match socket.read(&mut buffer) {
                    Ok(0) => panic!("the server closed"),
                    Ok(n) => {
                        *got += n;
                        while *got >= length {
                            *got -= length;
                            answers += 1;
                            socket.write_all(request.as_bytes()).unwrap();
                        }
                        if n < buffer.len() {
                            break;
                        }
                    }
                    Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                    Err(e) => panic!("{e}"),
                }
            }
        }
    }
    let (time, cpu) = (begin.elapsed(), thread_cpu(tid).saturating_sub(cpu));
    Measured { per_second: f64::from(answers) / time.as_secs_f64(), cpu: cpu / answers.max(1) }
}

/// The length of one answer, head and body.
fn answer_length(addr: SocketAddr, request: &str) -> usize {
    let mut socket = std::net::TcpStream::connect(addr).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    let mut all = Vec::new();
    socket.read_to_end(&mut all).unwrap();
    all.len()
}

/// Time on a processor of a thread (`/proc/TID/schedstat`; a thread has its own entry there).
pub fn thread_cpu(tid: i32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{tid}/schedstat")).unwrap();
    Duration::from_nanos(stat.split_whitespace().next().unwrap().parse().unwrap())
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
