//! A program with two listeners: what the kernel knows is shown of both, and is what the kernel says.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;

use rustix::net::{AddressFamily, SocketType, sockopt};

use super::terminal::Terminal;
use super::{Running, free_port, listens, python, until};

/// It accepts one client at the second listener and leaves those who follow in its queue, reads from
/// nobody, and closes the second listener when somebody comes to the first once more.
const PROGRAM: &str = "
import select, socket, sys

def listens(host, port):
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    it = socket.socket(family)
    it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    it.bind((host, int(port)))
    it.listen(7)
    return it

first, second = listens(*sys.argv[1:3]), listens(*sys.argv[3:5])
epoll = select.epoll()
epoll.register(first, select.EPOLLIN)
epoll.register(second, select.EPOLLIN)
at = {first.fileno(): first, second.fileno(): second}
held = []
while True:
    for fd, mask in epoll.poll():
        held.append(at[fd].accept()[0])
        if at[fd] is second:
            epoll.unregister(second)
        elif len(held) == 3:
            second.close()
";

/// The length of the receive queue of each socket at that port, by the port of its peer: 0 for the one that
/// listens, whose queue are those who wait to be accepted.
fn kernel(port: u16) -> Vec<(u16, u32)> {
    let mut all = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = std::fs::read_to_string(table).unwrap_or_default();
        for line in text.lines().skip(1) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let hex =
                |text: &str| u32::from_str_radix(text.rsplit(':').next().unwrap(), 16).unwrap();
            if hex(words[1]) == u32::from(port) {
                all.push((u16::try_from(hex(words[2])).unwrap(), hex(words[4])));
            }
        }
    }
    all.sort_unstable();
    all
}

/// A client from that port, which another may come from too.
fn client_from(port: u16, to: SocketAddr) -> TcpStream {
    let (family, from): (_, IpAddr) = match to {
        SocketAddr::V4(_) => (AddressFamily::INET, Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(_) => (AddressFamily::INET6, Ipv6Addr::LOCALHOST.into()),
    };
    let socket = rustix::net::socket(family, SocketType::STREAM, None).unwrap();
    sockopt::set_socket_reuseaddr(&socket, true).unwrap();
    rustix::net::bind(&socket, &SocketAddr::new(from, port)).unwrap();
    rustix::net::connect(&socket, &to).unwrap();
    TcpStream::from(socket)
}

/// How many wait at the listener with that number, and how many may, as its row says.
fn queue(screen: &str, fd: &str) -> Option<[u32; 2]> {
    let row = screen.lines().find_map(|line| {
        let row = line.strip_prefix('┃')?.split('┃').next()?.trim();
        row.strip_prefix(fd).filter(|row| row.starts_with(' ') && row.contains("LISTEN"))
    })?;
    // "accept queue 2 of 7", or shorter where there is less room.
    let numbers = row.rsplit_once("queue ")?.1.replace(" of ", "/");
    let (waiting, limit) = numbers.split_once('/')?;
    Some([waiting.trim().parse().ok()?, limit.trim().parse().ok()?])
}

/// Whether the row of the connection with that number has those bytes.
fn has(screen: &str, [fd, bytes]: [&str; 2]) -> bool {
    let row = |line: &&str| {
        let mut words = line.trim_start_matches(['┃', '▸', ' ']).split_whitespace();
        words.next() == Some(fd)
    };
    screen.lines().find(row).is_some_and(|row| row.contains(bytes))
}

/// A program that listens at these two, the second of which is reached by `to`.
fn both_are_known(python: &str, [first, second]: [&str; 2], to: IpAddr) {
    let [one, two] = [free_port(), free_port()].map(|at| at.port());
    let options = ["run", "--", python, "-c", PROGRAM];
    let ports = [one, two].map(|port| port.to_string());
    let options = [&options[..], &[first, &ports[0], second, &ports[1]]].concat();
    let terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 36), &options);
    // Somebody comes to both, by IPv4 from one port, and says another number of bytes to each.
    let two = SocketAddr::new(to, two);
    let at = [one, two.port()];
    until("both listen", || at.iter().all(|port| !kernel(*port).is_empty()).then_some(()));
    let mut at_first = client_from(0, (Ipv4Addr::LOCALHOST, one).into());
    let own = |client: &TcpStream| client.local_addr().unwrap().port();
    let mut at_second = client_from(if to.is_ipv4() { own(&at_first) } else { 0 }, two);
    let from = own(&at_second);
    at_first.write_all(&[7; 22]).unwrap();
    at_second.write_all(&[7; 333]).unwrap();
    until("one is accepted", || {
        // Those who follow are not: it watches it no more.
        terminal.text().contains("2 open").then_some(())
    });
    let waiting = [(); 2].map(|()| TcpStream::connect(two).unwrap());
    let says = until("the kernel's own word", || {
        let says = kernel(two.port());
        let all = [(0, 2), (from, 333)];
        all.iter().all(|one| says.contains(one)).then_some(says)
    });
    assert_eq!(says.len(), 4, "the listener, who is accepted, and who waits: {says:?}");
    // What has come is in the row of the connection through which it has come.
    terminal.until("what lies unread", |screen| {
        let [first, second] = [["6", "22 B"], ["7", "333 B"]].map(|row| has(screen, row));
        // Whom it accepts first may be either.
        first && second || has(screen, ["7", "22 B"]) && has(screen, ["6", "333 B"])
    });
    terminal.until("both accept queues", |screen| {
        (queue(screen, "3"), queue(screen, "4")) == (Some([0, 7]), Some([2, 7]))
    });
    terminal.see("2 accept queues, 2 wait");

    // The second listener goes; who is connected to it stays, and so does what is known of it.
    drop(waiting);
    let _third = TcpStream::connect((Ipv4Addr::LOCALHOST, one)).unwrap();
    terminal.until("it is gone", |screen| queue(screen, "4").is_none());
    // The other is the only one now.
    terminal.until("the loop's own line", |screen| {
        screen.lines().any(|line| line.contains("│ accept queue 0 of 7"))
    });
    at_second.write_all(&[7; 444]).unwrap();
    terminal.see("777 B");
    assert!(kernel(two.port()).contains(&(from, 777)));
}

#[test]
fn of_two_listeners_of_ipv4_both_are_known() {
    let Some(python) = python() else { return };
    both_are_known(&python, ["127.0.0.1", "0.0.0.0"], Ipv4Addr::LOCALHOST.into());
}

#[test]
fn a_second_listener_of_ipv6_is_known_too() {
    let Some(python) = python() else { return };
    if TcpListener::bind("[::1]:0").is_err() {
        return eprintln!("skipped: this machine has no IPv6");
    }
    both_are_known(&python, ["127.0.0.1", "::1"], Ipv6Addr::LOCALHOST.into());
    // One that takes those who come by IPv4 as well.
    both_are_known(&python, ["127.0.0.1", "::"], Ipv4Addr::LOCALHOST.into());
}

#[test]
fn of_a_program_that_runs_already_both_listeners_are_known() {
    let Some(python) = python() else { return };
    let [one, two] = [free_port(), free_port()];
    let ports = [one, two].map(|at| at.port().to_string());
    let mut command = Command::new(&python);
    command.args(["-c", PROGRAM, "127.0.0.1", &ports[0], "0.0.0.0", &ports[1]]);
    let program = Running::start(command);
    let mut client = listens(two);
    client.write_all(&[7; 333]).unwrap();
    // It is accepted once nobody is in the queue any more.
    until("it is accepted", || kernel(two.port()).contains(&(0, 0)).then_some(()));
    let _waits = TcpStream::connect(two).unwrap();
    let pid = program.0.id().to_string();
    let options = ["attach", "--calls", &pid];
    let terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 36), &options);
    terminal.until("what lies unread", |screen| has(screen, ["6", "333 B"]));
    terminal.until("both accept queues", |screen| {
        (queue(screen, "3"), queue(screen, "4")) == (Some([0, 7]), Some([1, 7]))
    });
}
