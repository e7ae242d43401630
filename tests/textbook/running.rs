//! A listing that runs.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use epollscope::telemetry::ServerKind;
use epollscope::textbook::Listing;
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use crate::common::LIMIT;
use crate::tools::has;

/// A listing as somebody has it who took it home, as a process; ended when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) addr: SocketAddr,
    /// Where `server.py` is.
    _home: TempDir,
}

/// The listing, alone in a folder.
pub(crate) fn written(server: ServerKind) -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("server.py");
    std::fs::write(&file, Listing::of(server).text()).unwrap();
    (home, file)
}

impl Running {
    /// Serves a folder.
    pub(crate) fn start(server: ServerKind, root: &Path) -> Self {
        Self::by(server, root, &[])
    }

    /// The same, started by a command that takes another one as its last words.
    pub(crate) fn by(server: ServerKind, root: &Path, starter: &[&str]) -> Self {
        let (home, file) = written(server);
        let words: Vec<_> = starter.iter().chain(&["python3"]).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).arg(file).arg("0").arg(root).current_dir(home.path());
        // A group of its own, since it may have processes too.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addr = line.strip_prefix("http://").and_then(|rest| rest.strip_suffix("/\n"));
        let addr = addr.and_then(|addr| addr.parse().ok());
        let addr = addr.unwrap_or_else(|| panic!("{server}: {line:?}: {:?}", child.wait()));
        Self { child, addr, _home: home }
    }

    /// A connected client, which gives up after [`LIMIT`].
    pub(crate) fn client(&self) -> TcpStream {
        let socket = TcpStream::connect(self.addr).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        socket.set_write_timeout(Some(LIMIT)).unwrap();
        socket
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = kill_process_group(self.pid(), Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Runs a test over some listings, all at once; the thread's name says which it was.
pub(crate) fn on_those(which: impl Fn(ServerKind) -> bool, test: impl Fn(ServerKind) + Sync) {
    if !has("python3") {
        return;
    }
    std::thread::scope(|scope| {
        for server in ServerKind::ALL.into_iter().filter(|server| which(*server)) {
            let (name, test) = (server.name().to_owned(), &test);
            let builder = std::thread::Builder::new().name(name);
            builder.spawn_scoped(scope, move || test(server)).unwrap();
        }
    });
}

pub(crate) fn on_all(test: impl Fn(ServerKind) + Sync) {
    on_those(|_| true, test);
}

/// On those that serve more than one client at a time.
pub(crate) fn on_many(test: impl Fn(ServerKind) + Sync) {
    on_those(|server| server != ServerKind::Blocking, test);
}
