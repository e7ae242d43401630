//! What it costs a server to be traced: requests a second by itself, under `epollscope run`, and under
//! strace(1) with a filter for the same calls. In ratios, each round beside the others.
//!
//! `cargo bench --bench traced -- --rounds 3 --seconds 3`; needs nginx, python3, strace and wrk.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use epollscope::telemetry::{Form, ServerKind};
use epollscope::textbook::Listing;
use rustix::process::{Pid, Signal, kill_process_group};

const LIMIT: Duration = Duration::from_secs(10);

fn main() {
    let argument = |name: &str, usual: u32| {
        let mut args = std::env::args().skip_while(|arg| arg != name).skip(1);
        args.next().map_or(usual, |text| text.parse().expect("a number"))
    };
    let (rounds, seconds) = (argument("--rounds", 3), argument("--seconds", 3));
    for tool in ["nginx", "python3", "strace", "wrk"] {
        if Command::new(tool)
            .arg("-v")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_err()
        {
            println!("{tool} is not installed: nothing is measured");
            return;
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("index.html"), vec![b'x'; 1024]).expect("a page");
    // Calls of newer kernels may be unknown to an older strace: `?` lets it pass over them.
    let calls: Vec<String> =
        Form::CALLS.iter().filter_map(|form| Some(format!("?{}", form.name()?))).collect();
    let trace = format!("trace={}", calls.join(","));
    let seen = folder.path().join("strace").display().to_string();
    let strace = ["strace", "-f", "--seccomp-bpf", "-o", &seen, "-e", &trace];
    let scope = [env!("CARGO_BIN_EXE_epollscope"), "run", "--quiet", "--"];
    println!("| server | by itself, requests/s | traced | under strace | traced : strace |");
    println!("|---|---|---|---|---|");
    for (name, server) in [("nginx", nginx as Server), ("python, epoll", python)] {
        for _ in 0..rounds {
            let [alone, traced, straced] = [&[][..], &scope, &strace]
                .map(|before| measure(before, &server(folder.path()), seconds));
            println!(
                "| {name} | {alone:.0} | {traced:.0} ({:.2}) | {straced:.0} ({:.2}) | {:.2} |",
                traced / alone,
                straced / alone,
                traced / straced
            );
        }
    }
}

/// The words that start a server, and its port.
type Server = fn(&Path) -> (Vec<String>, u16);

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port()
}

fn nginx(root: &Path) -> (Vec<String>, u16) {
    let (port, dir) = (free_port(), root.display());
    let config = format!(
        "daemon off; worker_processes 1; user root; pid {dir}/pid; error_log {dir}/err;
         events {{ }}
         http {{
             access_log off; keepalive_requests 1000000000; client_body_temp_path {dir}/b;
             proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u;
             scgi_temp_path {dir}/s;
             server {{ listen 127.0.0.1:{port}; root {dir}; }}
         }}"
    );
    let file = format!("{dir}/nginx.conf");
    fs::write(&file, config).expect("its configuration");
    (["nginx", "-e", "/dev/null", "-c", &file].map(str::to_owned).into(), port)
}

fn python(root: &Path) -> (Vec<String>, u16) {
    let (port, file) = (free_port(), root.join("server.py").display().to_string());
    fs::write(&file, Listing::of(ServerKind::Epoll).text()).expect("the listing");
    // What stands in PATH may be a script that looks for it.
    let told = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let python = String::from_utf8(told.expect("python3").stdout).expect("a path");
    let root = root.display().to_string();
    (vec![python.trim().to_owned(), file, port.to_string(), root], port)
}

/// Requests a second.
fn measure(before: &[&str], (words, port): &(Vec<String>, u16), seconds: u32) -> f64 {
    use std::os::unix::process::CommandExt as _;
    let mut all = before.iter().copied().chain(words.iter().map(String::as_str));
    let mut command = Command::new(all.next().expect("a program"));
    command.args(all).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let running = Running(command.process_group(0).spawn().expect("it starts"));
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", *port)).is_err() {
        assert!(begin.elapsed() < LIMIT, "{words:?} does not listen");
        std::thread::sleep(Duration::from_millis(10));
    }
    let (length, url) = (format!("-d{seconds}"), format!("http://127.0.0.1:{port}/index.html"));
    let told = Command::new("wrk").args(["-t1", "-c32", &length, &url]).output().expect("wrk");
    drop(running);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let rate = told.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    rate.and_then(|rate| rate.trim().parse().ok()).unwrap_or_else(|| panic!("{told}"))
}

/// Ended with all of its group when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.0);
        // The scope ends its program, which is in a group of its own, by itself.
        let _ = kill_process_group(group, Signal::TERM);
        let begin = Instant::now();
        while self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            if begin.elapsed() > LIMIT {
                let _ = kill_process_group(group, Signal::KILL);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
