//! The servers that are compared: how each is started, and what it has used.

use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// A running server. Ended when dropped.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) addr: SocketAddr,
    pub(crate) log: Option<PathBuf>,
    child: Child,
}

enum Child {
    Plain(std::process::Child),
    /// In a terminal, which is open as long as its master is.
    Terminal {
        child: Box<dyn portable_pty::Child + Send + Sync>,
        _pty: Box<dyn MasterPty + Send>,
    },
}

impl Subject {
    /// All of them, serving the files of `root`; their own files go into `dir`. `descriptors` is
    /// how many a process may have open.
    pub(crate) fn all(root: &Path, dir: &Path, descriptors: usize) -> Vec<Self> {
        let log = dir.join("log");
        let logged = ["--headless", "--quiet", "--log", log.to_str().unwrap()];
        let mut with_log = ours("epollscope, event log", &logged, root);
        with_log.log = Some(log);
        vec![
            ours("epollscope, headless", &["--headless", "--quiet"], root),
            with_log,
            dashboard(root),
            nginx(root, dir),
            lighttpd(root, dir, descriptors),
            python(root),
        ]
    }

    fn plain(name: &'static str, addr: SocketAddr, command: &mut Command) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name, addr, log: None, child: Child::Plain(child) }.up()
    }

    /// Waits until it listens.
    fn up(self) -> Self {
        let begin = Instant::now();
        while TcpStream::connect(self.addr).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(10), "{} does not listen", self.name);
            std::thread::sleep(Duration::from_millis(10));
        }
        self
    }

    /// Its processes: the one that was started and all below it.
    fn pids(&self) -> Vec<u32> {
        let mut pids = vec![match &self.child {
            Child::Plain(child) => child.id(),
            Child::Terminal { child, .. } => child.process_id().unwrap(),
        }];
        let mut at = 0;
        while let Some(pid) = pids.get(at) {
            for task in tasks(*pid) {
                let children = fs::read_to_string(task.join("children")).unwrap_or_default();
                pids.extend(children.split_whitespace().map(|pid| pid.parse::<u32>().unwrap()));
            }
            at += 1;
        }
        pids
    }

    /// Time on a processor, of all its threads.
    pub(crate) fn cpu(&self) -> Duration {
        let schedstat = |task: PathBuf| fs::read_to_string(task.join("schedstat")).unwrap();
        let nanos = |text: String| text.split_whitespace().next().unwrap().parse::<u64>().unwrap();
        let tasks = self.pids().into_iter().flat_map(tasks);
        Duration::from_nanos(tasks.map(|task| nanos(schedstat(task))).sum())
    }

    /// Memory in KiB: its own pages, and its part of those that it shares.
    pub(crate) fn memory(&self) -> f64 {
        let one = |pid: u32| {
            let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
            let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap();
            line.trim().trim_end_matches(" kB").parse::<f64>().unwrap()
        };
        self.pids().into_iter().map(one).sum()
    }

    /// Waits until the connections of the last load are closed on its side too.
    pub(crate) fn settle(&self) {
        let open = |pid: &u32| fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count);
        let begin = Instant::now();
        while self.pids().iter().map(open).sum::<usize>() > 150 {
            assert!(begin.elapsed() < Duration::from_secs(30), "{} keeps connections", self.name);
            std::thread::sleep(Duration::from_millis(20));
        }
        if let Some(log) = &self.log {
            // Gigabytes otherwise; the file goes on as a sparse one.
            fs::File::options().write(true).open(log).and_then(|log| log.set_len(0)).unwrap();
        }
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        let pid = self.pids()[0];
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            // Not KILL: nginx's worker would outlive its master.
            let _ = kill_process(pid, Signal::TERM);
        }
        match &mut self.child {
            Child::Plain(child) => drop(child.wait()),
            Child::Terminal { child, .. } => drop(child.wait()),
        }
    }
}

fn tasks(pid: u32) -> Vec<PathBuf> {
    let dir = fs::read_dir(format!("/proc/{pid}/task"));
    dir.map(|dir| dir.map(|task| task.unwrap().path()).collect()).unwrap_or_default()
}

fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// What it takes to let 10,000 connections from one address stay open.
const PATIENT: [&str; 4] = ["--idle-timeout", "0", "--max-connections", "12000"];

fn ours(name: &'static str, options: &[&str], root: &Path) -> Subject {
    let addr = free_port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_epollscope"));
    command.args(["--port", &addr.port().to_string()]).args(PATIENT).args(options).arg(root);
    Subject::plain(name, addr, &mut command)
}

fn dashboard(root: &Path) -> Subject {
    let addr = free_port();
    let size = PtySize { rows: 36, cols: 120, pixel_width: 0, pixel_height: 0 };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_epollscope"));
    command.args(["--theme", "dark", "--port", &addr.port().to_string()]);
    command.args(PATIENT);
    command.arg(root);
    command.env("TERM", "xterm-256color");
    let child = pty.slave.spawn_command(command).unwrap();
    let mut screen = pty.master.try_clone_reader().unwrap();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65536];
        while screen.read(&mut buffer).is_ok_and(|n| n > 0) {}
    });
    let child = Child::Terminal { child, _pty: pty.master };
    Subject { name: "epollscope, dashboard", addr, log: None, child }.up()
}

fn nginx(root: &Path, dir: &Path) -> Subject {
    let addr = free_port();
    let (root, dir) = (root.display(), dir.display());
    let config = format!(
        "daemon off; worker_processes 1; user root; pid {dir}/nginx.pid; error_log {dir}/nginx.err;
         events {{ worker_connections 12000; multi_accept on; }}
         http {{
             access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; server_tokens off;
             open_file_cache max=1000 inactive=60s; open_file_cache_valid 1s;
             keepalive_requests 1000000000; keepalive_timeout 3600s;
             client_header_timeout 3600s; send_timeout 3600s;
             client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
             uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
             types {{ text/plain txt; application/octet-stream bin; }}
             server {{ listen {addr} backlog=1024; root {root}; }}
         }}"
    );
    let path = Path::new(&dir.to_string()).join("nginx.conf");
    fs::write(&path, config).unwrap();
    Subject::plain("nginx, one worker", addr, Command::new("nginx").arg("-c").arg(path))
}

fn lighttpd(root: &Path, dir: &Path, descriptors: usize) -> Subject {
    let addr = free_port();
    let config = format!(
        "server.document-root = \"{root}\"
         server.bind = \"127.0.0.1\"
         server.port = {port}
         server.errorlog = \"{dir}/lighttpd.err\"
         server.max-fds = {descriptors}
         server.max-connections = {connections}
         server.listen-backlog = 1024
         server.max-keep-alive-requests = 65535
         server.max-keep-alive-idle = 3600
         server.max-read-idle = 3600
         server.max-write-idle = 3600
         mimetype.assign = ( \".txt\" => \"text/plain\", \".bin\" => \"application/octet-stream\" )
        ",
        connections = descriptors / 2,
        root = root.display(),
        port = addr.port(),
        dir = dir.display(),
    );
    let path = dir.join("lighttpd.conf");
    fs::write(&path, config).unwrap();
    Subject::plain("lighttpd", addr, Command::new("lighttpd").arg("-D").arg("-f").arg(path))
}

fn python(root: &Path) -> Subject {
    let addr = free_port();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/others/level.py");
    let port = addr.port().to_string();
    let mut command = Command::new("python3");
    Subject::plain("Python, level-triggered", addr, command.args([script, &port]).arg(root))
}
