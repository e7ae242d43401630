//! The programs that tests run beside ours.
#![allow(unreachable_pub, reason = "each user of it uses its part")]

use std::process::{Command, Stdio};

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
