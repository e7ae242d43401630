//! Where the threads of a Python program stand, read from its memory by `py-spy`. Nothing is attached to
//! and nothing locked for it: whose line is asked for stands still already, and what other threads change
//! meanwhile is read again.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use py_spy::config::LockingStrategy;
use py_spy::{Config, PythonSpy, StackTrace};

use super::lines::Legible;
use super::memory::Memory;

/// How often stacks are read while other threads change theirs.
const TRIES: usize = 4;
/// How soon a process is looked at again that was no Python that runs, the first time and at most: it
/// may have just begun.
const AGAIN: [Duration; 2] = [Duration::from_millis(20), Duration::from_secs(2)];
/// From then on it counts as one that cannot be read.
const GIVEN_UP: Duration = Duration::from_secs(1);
/// So many words of the description that the C library has of a thread are looked at for its number.
const WORDS: usize = 256;

/// A process, as far as Python goes.
enum Process {
    /// It is read.
    Read(Box<PythonSpy>),
    /// It could not be read: when it is tried again, how long after the last time, and what it seems to
    /// be.
    Later { again: Instant, pause: Duration, legible: Legible },
}

impl Process {
    /// Looks whether it can be read, and if not, looks again after that pause.
    fn look(pid: i32, pause: Duration) -> Self {
        let python = is_python(pid);
        let spy = python.then(|| caught(|| PythonSpy::new(pid, &config()).ok())).flatten();
        if let Some(spy) = spy.flatten() {
            return Self::Read(Box::new(spy));
        }
        let legible = match python {
            false => Legible::NoPython,
            true if pause >= GIVEN_UP => Legible::UnknownPython,
            true => Legible::Unasked,
        };
        Self::Later { again: Instant::now() + pause, pause, legible }
    }
}

/// The processes that were asked about.
#[derive(Default)]
pub(super) struct Processes(HashMap<i32, Process>);

impl fmt::Debug for Processes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Processes {
    /// Where those threads of a process stand in its own files: thread, file and line of each that is
    /// known; and whether it can be read.
    pub(super) fn places(&mut self, pid: i32, tids: &[i32]) -> (Vec<(i32, String, u32)>, Legible) {
        let spy = match self.open(pid) {
            Ok(spy) => spy,
            Err(legible) => return (Vec::new(), legible),
        };
        let read = || (0..TRIES).find_map(|_| spy.get_stack_traces().ok());
        let stacks = caught(read).flatten().unwrap_or_default();
        let place = |tid: &i32| {
            let stack = stack_of(*tid, pid, &stacks)?;
            let frame = stack.frames.iter().find(|frame| is_own(&frame.filename))?;
            let line = u32::try_from(frame.line).ok().filter(|line| *line > 0)?;
            Some((*tid, frame.filename.clone(), line))
        };
        (tids.iter().filter_map(place).collect(), Legible::Yes)
    }

    /// What reads a process, or what that is instead.
    fn open(&mut self, pid: i32) -> Result<&mut PythonSpy, Legible> {
        let pause = match self.0.get(&pid) {
            Some(Process::Later { again, pause, .. }) if Instant::now() >= *again => {
                Some((*pause * 2).min(AGAIN[1]))
            }
            Some(_) => None,
            None => Some(AGAIN[0]),
        };
        if let Some(pause) = pause {
            self.0.insert(pid, Process::look(pid, pause));
        }
        match self.0.get_mut(&pid) {
            Some(Process::Read(spy)) => Ok(spy),
            Some(Process::Later { legible, .. }) => Err(*legible),
            None => Err(Legible::Unasked),
        }
    }

    pub(super) fn forget(&mut self, pid: i32) {
        self.0.remove(&pid);
    }
}

/// What is in a program's memory may be anything, and was not meant for us to read.
fn caught<T>(read: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok()
}

fn config() -> Config {
    Config {
        blocking: LockingStrategy::NonBlocking,
        native: false,
        collect_thread_names: false,
        full_filenames: true,
        ..Config::default()
    }
}

/// Whether a process is an interpreter of Python, or has one in it.
fn is_python(pid: i32) -> bool {
    let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    let name = program.file_name().unwrap_or_default().as_encoded_bytes();
    name.starts_with(b"python")
        || fs::read_to_string(format!("/proc/{pid}/maps"))
            .is_ok_and(|maps| maps.contains("/libpython"))
}

/// Whether a file is the program's own: no part of the standard library, of what was installed, of what
/// has no file.
fn is_own(file: &str) -> bool {
    let parts: Vec<&str> = file.split('/').collect();
    let versions = |name: &str| {
        let version = name.strip_prefix("python").map(|rest| rest.trim_end_matches('t'));
        let number = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || c == '.');
        version.is_some_and(|rest| !rest.is_empty() && number(rest))
    };
    let library = parts.windows(2).any(|pair| {
        matches!(pair[0], "lib" | "lib64")
            && versions(pair[1].strip_suffix(".zip").unwrap_or(pair[1]))
    });
    let installed = parts.iter().any(|part| matches!(*part, "site-packages" | "dist-packages"));
    !file.starts_with('<') && !file.is_empty() && !library && !installed
}

/// The stack of a thread. Since 3.11 Python itself knows the thread's number; before, the description of
/// the thread does by whose address Python calls it.
fn stack_of(tid: i32, pid: i32, stacks: &[StackTrace]) -> Option<&StackTrace> {
    let number = u64::try_from(tid).ok()?;
    if let Some(stack) = stacks.iter().find(|stack| stack.os_thread_id == Some(number)) {
        return Some(stack);
    }
    match stacks {
        // After fork(2) it may still have the number that it had.
        [only] if tid == pid => Some(only),
        [first, ..] if first.os_thread_id.is_none() => {
            let numbers = described(pid, stacks)?;
            numbers.iter().position(|number| *number == tid).map(|at| &stacks[at])
        }
        _ => None,
    }
}

/// The numbers of the threads that have these stacks. Where in its description of a thread the C library
/// has it differs: there each of them has the number of another thread of the process.
fn described(pid: i32, stacks: &[StackTrace]) -> Option<Vec<i32>> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten();
    let tasks: HashSet<i32> =
        tasks.filter_map(|task| task.file_name().to_str()?.parse().ok()).collect();
    let read = |stack: &StackTrace| Memory(pid).list(stack.thread_id, WORDS as u64, 4, WORDS);
    let all: Vec<Vec<u8>> = stacks.iter().map(read).collect();
    (0..WORDS).find_map(|at| {
        let word = |bytes: &Vec<u8>| {
            let word = *bytes.get(4 * at..)?.first_chunk()?;
            Some(i32::from_ne_bytes(word)).filter(|number| tasks.contains(number))
        };
        let numbers: Vec<i32> = all.iter().map(word).collect::<Option<_>>()?;
        let different: HashSet<i32> = numbers.iter().copied().collect();
        (different.len() == numbers.len()).then_some(numbers)
    })
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A program whose threads sleep, each in a call that is made in a line of its own.
    const PROGRAM: &str = "\
import os, threading, time

def naps():
    time.sleep(1000)

for _ in range(3):
    threading.Thread(target=naps, daemon=True).start()
print(*os.listdir('/proc/self/task'), flush=True)
time.sleep(1000)
";

    #[test]
    fn what_is_not_of_a_library_is_the_programs_own() {
        for own in
            ["/home/me/lib/server.py", "server.py", "/srv/python3/a.py", "/x/lib/python/a.py"]
        {
            assert!(is_own(own), "{own}");
        }
        for library in [
            "/usr/lib/python3.11/selectors.py",
            "/usr/lib64/python3.9/asyncio/base_events.py",
            "/opt/lib/python3.13t/socket.py",
            "/usr/lib/python311.zip/socket.py",
            "/usr/lib/python3/dist-packages/yaml/__init__.py",
            "/home/me/.venv/lib/python3.12/site-packages/flask/app.py",
            "<frozen importlib._bootstrap>",
            "<string>",
            "",
        ] {
            assert!(!is_own(library), "{library}");
        }
    }

    /// Killed also when the test fails.
    struct Killed(Child);

    impl Drop for Killed {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn each_thread_stands_in_a_line_of_its_own_by_whatever_number_it_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("naps.py");
        fs::write(&file, PROGRAM).unwrap();
        let mut command = Command::new("python3");
        command.arg(&file).stdout(Stdio::piped());
        // Where there is none, the tests of the whole program say so.
        let Ok(child) = command.spawn() else { return };
        let mut child = Killed(child);
        let mut line = String::new();
        BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut tids: Vec<i32> = line.split_whitespace().map(|tid| tid.parse().unwrap()).collect();
        tids.sort_unstable();
        let pid = child.0.id().cast_signed();
        let mut processes = Processes::default();
        let begin = Instant::now();
        let places = loop {
            let (places, _) = processes.places(pid, &tids);
            let places: Vec<_> = places.into_iter().map(|(tid, _, line)| (tid, line)).collect();
            if places == [(tids[0], 9), (tids[1], 4), (tids[2], 4), (tids[3], 4)] {
                break places;
            }
            assert!(begin.elapsed() < Duration::from_secs(20), "{places:?}");
            std::thread::yield_now();
        };
        let Some(Process::Read(spy)) = processes.0.get_mut(&pid) else { panic!("not read") };
        let mut stacks = spy.get_stack_traces().unwrap();
        for stack in &mut stacks {
            // As before 3.11.
            stack.os_thread_id = None;
        }
        for (tid, line) in places {
            let stack = stack_of(tid, pid, &stacks).unwrap();
            let own = stack.frames.iter().find(|frame| is_own(&frame.filename)).unwrap();
            assert_eq!(own.line.unsigned_abs(), line, "{tid}");
        }
        assert!(stack_of(1, pid, &stacks).is_none(), "another process's thread");
        processes.forget(pid);
        assert_eq!(processes.places(1, &[1]).0, []);
        drop(child);
        assert_eq!(processes.places(pid, &tids), (Vec::new(), Legible::NoPython));
    }
}
