//! epollscope: see [`epollscope::app`].

use std::process::ExitCode;

fn main() -> ExitCode {
    epollscope::app::run()
}
