//! How a program is started so that it is traced from its first call on: this program itself is started
//! in its place, stops, is seized, sets the filter and becomes the other by execve(2).

use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{SigSet, Signal, kill, raise};
use nix::unistd::Pid;
use rustix::process::{WaitOptions, getppid, set_parent_process_death_signal};

use super::calls;

/// What is to be run, and where what it writes goes to.
#[derive(Debug)]
pub struct Program {
    /// Its name or path, then its arguments.
    pub command: Vec<OsString>,
    /// Standard input.
    pub input: Stdio,
    /// Standard output.
    pub output: Stdio,
    /// Standard error.
    pub errors: Stdio,
}

/// Becomes the program, stopped first for `tracer`, which is its parent: what the process does that
/// `trace::start` starts. Its exit code, when it cannot, is the error's number.
///
/// # Errors
/// Why it cannot.
pub fn become_program(tracer: i32, command: &[OsString]) -> io::Result<Infallible> {
    let [name, args @ ..] = command else { return Err(io::ErrorKind::InvalidInput.into()) };
    // The thread that has started it lets no signal through.
    SigSet::empty().thread_set_mask()?;
    // As long as nobody traces it, nobody would end it either when its parent is gone.
    set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    if getppid().map(|parent| parent.as_raw_nonzero().get()) != Some(tracer) {
        return Err(io::ErrorKind::NotConnected.into());
    }
    raise(Signal::SIGSTOP)?;
    set_parent_process_death_signal(None)?;
    // Whoever waits for it is told by a number: that of a kernel which has no such filter.
    let none = || io::Error::from_raw_os_error(nix::libc::ENOSYS);
    let filter = calls::filter().map_err(|_| none())?;
    seccompiler::apply_filter(&filter).map_err(|_| none())?;
    Err(Command::new(name).args(args).exec())
}

/// Starts it, seized and about to become the program.
pub(super) fn start(program: Program) -> io::Result<Child> {
    let own = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"));
    let mut command = Command::new(own);
    command.arg0("epollscope").arg("traced").arg(std::process::id().to_string()).arg("--");
    command.args(&program.command);
    // A signal of the terminal's is for this program, which ends the other.
    command.stdin(program.input).stdout(program.output).stderr(program.errors).process_group(0);
    let mut child = command.spawn()?;
    let seized = seize(&child);
    if seized.is_err() {
        // It would stand there for ever. It is no child of anybody else, and not waited for yet.
        let _ = child.kill().and_then(|()| child.wait());
    }
    seized.map(|()| child)
}

fn seize(child: &Child) -> io::Result<()> {
    let pid = Pid::from_raw(child.id().cast_signed());
    wait_until_stopped(pid)?;
    // It must not outlive its tracer, which would have to let it go.
    let options = Options::PTRACE_O_EXITKILL
        | Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACESECCOMP
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK;
    ptrace::seize(pid, options)?;
    kill(pid, Signal::SIGCONT)?;
    Ok(())
}

fn wait_until_stopped(pid: Pid) -> io::Result<()> {
    let pid = rustix::process::Pid::from_raw(pid.as_raw());
    let waited = rustix::process::waitpid(pid, WaitOptions::UNTRACED)?;
    match waited {
        Some((_, status)) if status.stopped() => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Whether a program is one of 32 bits (elf(5)), whose calls have other numbers. What cannot be read
/// may be run all the same.
fn has_32_bits(path: &Path) -> bool {
    let mut begin = [0; 5];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut begin));
    read.is_ok() && begin == *b"\x7fELF\x01"
}

/// Where a program is: its path, or what execvp(3) finds by its name.
///
/// # Errors
/// There is none, or it cannot be run; or it can, but not be traced (`Unsupported`).
pub fn find(name: &OsStr) -> io::Result<PathBuf> {
    let check = |path: PathBuf| {
        let found = rustix::fs::access(&path, rustix::fs::Access::EXEC_OK);
        found.map(|()| path.clone()).map_err(io::Error::from).and_then(|path| match &path {
            path if path.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            path if has_32_bits(path) => Err(io::ErrorKind::Unsupported.into()),
            _ => Ok(path),
        })
    };
    if name.as_encoded_bytes().contains(&b'/') {
        return check(name.into());
    }
    let mut why = io::Error::from(io::ErrorKind::NotFound);
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        match check(folder.join(name)) {
            Ok(path) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => why = error,
            Err(_) => {}
        }
    }
    Err(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_as_a_shell_finds_it() {
        assert!(find(OsStr::new("sh")).unwrap().ends_with("sh"));
        assert_eq!(find(OsStr::new("/bin/sh")).unwrap(), PathBuf::from("/bin/sh"));
        let kind = |name| find(OsStr::new(name)).unwrap_err().kind();
        assert_eq!(kind("no-such-program-anywhere"), io::ErrorKind::NotFound);
        assert_eq!(kind("/dev/null"), io::ErrorKind::PermissionDenied);
        assert_eq!(kind("/"), io::ErrorKind::IsADirectory);
    }
}
