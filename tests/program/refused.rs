//! Connections that are refused do not take the descriptors that files need.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use crate::common::{BINARY, LIMIT, get, read_head, read_response};
use crate::program::Running;

/// How many descriptors the program may have: 64 of them are kept for other things than connections.
const DESCRIPTORS: u32 = 128;
const ADMITTED: usize = 64;
/// More than would find room among those 64.
const REFUSED: usize = 80;

#[test]
fn files_of_the_admitted_come_before_refusals() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("large.bin"), vec![b'x'; 100_000]).unwrap();
    for server in ["epoll-et", "epoll", "poll", "select", "scan", "coroutines", "threads"] {
        println!("{server}");
        let limited = format!("ulimit -n {DESCRIPTORS}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &limited, BINARY, "--quiet", "--port", "0"]);
        command.args(["--server", server]).arg(root.path());
        if server == "scan" {
            command.args(["--nap", "0.001"]);
        }
        let program = Running::by(command);
        refuses(program.addr);
    }
}

fn refuses(addr: SocketAddr) {
    let client = || {
        let socket = TcpStream::connect(addr).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        socket
    };
    let mut admitted: Vec<TcpStream> = (0..ADMITTED).map(|_| client()).collect();
    for client in &mut admitted {
        client.write_all(get("/none").as_bytes()).unwrap();
        assert_eq!(read_response(client).0, 404);
    }
    // They read that they are refused, and stay.
    let mut refused = Vec::new();
    for count in 1..=REFUSED {
        let mut client = client();
        assert_eq!(read_head(&mut client).status, 503);
        refused.push(client);
        admitted[0].write_all(get("/large.bin").as_bytes()).unwrap();
        let (status, body) = read_response(&mut admitted[0]);
        assert_eq!((status, body.len()), (200, 100_000), "a file when {count} were refused");
    }
}
