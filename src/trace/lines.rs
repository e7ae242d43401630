//! In which line of its own files a program makes its calls. It is read while a thread stands before a
//! call, or sleeps in it, and only while somebody looks at it: each reading takes some time.
//!
//! Of the frames that are on a thread's stack the innermost one counts that is the program's own: a
//! library's line says nothing to whoever has written the program.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::source::{Language, disk};
use crate::telemetry::Site;

use super::python::Processes;

/// Whether the source of a program can be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Legible {
    /// It was not tried yet.
    #[default]
    Unasked,
    /// It is Python, and its lines are read.
    Yes,
    /// It is no Python.
    NoPython,
    /// It is a Python that is not known, or whose memory cannot be read.
    UnknownPython,
    /// This program was built without the part that reads it.
    NotBuilt,
}

impl Legible {
    const ALL: [Self; 5] =
        [Self::Unasked, Self::Yes, Self::NoPython, Self::UnknownPython, Self::NotBuilt];
}

/// The same, for whoever shows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Told(Arc<AtomicU8>);

impl Told {
    pub(super) fn get(&self) -> Legible {
        Legible::ALL[usize::from(self.0.load(Ordering::Relaxed))]
    }

    fn set(&self, legible: Legible) {
        self.0.store(legible as u8, Ordering::Relaxed);
    }
}

/// What reads them.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Somebody looks at the source.
    pub(super) asked: bool,
    told: Told,
    processes: Processes,
}

impl Lines {
    pub(super) fn new(told: Told) -> Self {
        Self { told, ..Self::default() }
    }

    /// Where those threads of a process stand, as far as that can be told.
    pub(super) fn places(&mut self, pid: i32, tids: &[i32]) -> Vec<(i32, Site)> {
        let (found, legible) = self.processes.places(pid, tids);
        // What one process is, its children need not be.
        if self.told.get() != Legible::Yes {
            self.told.set(legible);
        }
        let site = |(tid, file, line): (i32, String, u32)| Some((tid, site(pid, &file, line)?));
        found.into_iter().filter_map(site).collect()
    }

    /// A process is gone, or is another program.
    pub(super) fn forget(&mut self, pid: i32) {
        self.processes.forget(pid);
    }
}

/// The place in a file that a process calls by that name; the file is opened as the process has it.
fn site(pid: i32, file: &str, line: u32) -> Option<Site> {
    let mut path = PathBuf::from(file);
    if path.is_relative() {
        path = std::fs::read_link(format!("/proc/{pid}/cwd")).ok()?.join(path);
    }
    let path: PathBuf = path.components().collect();
    let name = path.to_string_lossy().replace(char::is_control, "\u{fffd}");
    let site = Site::named(&name, line)?;
    let below = path.strip_prefix("/").ok()?;
    let path = Path::new("/proc").join(pid.to_string()).join("root").join(below);
    disk::open(site.place().file, &path, Language::Python);
    Some(site)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_the_files_name_wherever_the_process_stands() {
        let pid = std::process::id().cast_signed();
        let here = site(pid, "./src/trace/lines.rs", 7).unwrap().place();
        let full = std::env::current_dir().unwrap().join("src/trace/lines.rs");
        assert_eq!((Path::new(here.file), here.line), (&*full, 7));
        assert!(disk::opened(here.file).unwrap().is_ok());
        let odd = site(pid, "/nowhere/\u{1b}[2J.py", 1).unwrap().place();
        assert_eq!(odd.file, "/nowhere/\u{fffd}[2J.py");
        assert!(disk::opened(odd.file).unwrap().is_err());
    }
}
