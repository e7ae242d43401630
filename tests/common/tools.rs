//! The programs that tests run beside ours.
#![allow(dead_code, unreachable_pub, reason = "each user of it uses its part")]

use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Whether a tool is here; in CI (`EPOLLSCOPE_REQUIRE_TOOLS`) it must be.
pub fn has(tool: &str) -> bool {
    // Some do not know the word: that they start is enough.
    let mut command = Command::new(tool);
    let command = command.arg("--version").stdin(Stdio::null());
    let works = command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    assert!(
        works || std::env::var_os("EPOLLSCOPE_REQUIRE_TOOLS").is_none(),
        "{tool} is required here and is not installed"
    );
    if !works {
        eprintln!("skipped: {tool} is not installed");
    }
    works
}

/// The interpreter itself, if it is here: what stands in PATH may be a script that looks for it.
pub fn python() -> Option<String> {
    has("python3").then(|| {
        let mut command = Command::new("python3");
        let told = command.args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
        String::from_utf8(told.stdout).unwrap().trim().to_owned()
    })
}

/// A port that is free now.
pub fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Waits for what one of them does, so long at most.
pub fn until_within<T>(limit: Duration, what: &str, mut seen: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(seen) = seen() {
            return seen;
        }
        assert!(begin.elapsed() < limit, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
