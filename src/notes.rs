//! The speaker's notes in a second terminal: a Unix socket beside a lesson that runs. Who connects is
//! sent the page, and each page that takes its place.
//!
//! A page is text, and ends with a zero byte.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::process::getuid;

use crate::descriptors;

/// Behind each page.
const END: u8 = 0;
/// How a socket's name begins; the number of the process follows.
const NAME: &str = "epollscope-notes.";
/// How many readers there can be at once.
const READERS: usize = 8;

/// Where sockets of this user are: only they can look into it.
fn folder() -> io::Result<PathBuf> {
    let given = std::env::var_os("XDG_RUNTIME_DIR").filter(|dir| Path::new(dir).is_absolute());
    if let Some(dir) = given.map(PathBuf::from).filter(|dir| is_own(dir)) {
        return Ok(dir);
    }
    let dir = std::env::temp_dir().join(format!("epollscope-{}", getuid().as_raw()));
    match DirBuilder::new().mode(0o700).create(&dir) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // Somebody else may have made it.
    if is_own(&dir) { Ok(dir) } else { Err(ErrorKind::PermissionDenied.into()) }
}

/// Whether a folder is this user's, and nobody else's.
fn is_own(dir: &Path) -> bool {
    fs::symlink_metadata(dir).is_ok_and(|found| {
        let others = Permissions::from_mode(found.mode() & 0o077);
        found.is_dir() && found.uid() == getuid().as_raw() && others.mode() == 0
    })
}

/// The thread that hands the pages out. It ends when this is dropped.
#[derive(Debug)]
pub struct Notes {
    path: PathBuf,
    page: Arc<Mutex<Page>>,
    wakes: OwnedFd,
    thread: Option<JoinHandle<()>>,
}

/// What is handed out.
#[derive(Debug, Default)]
struct Page {
    text: String,
    /// How many there were.
    number: u64,
    over: bool,
}

impl Notes {
    /// Begins.
    ///
    /// # Errors
    /// There is no place for the socket, no descriptor, or no thread.
    pub fn start() -> io::Result<Self> {
        Self::at(&folder()?)
    }

    fn at(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!("{NAME}{}", std::process::id()));
        remove(&path)?;
        let listener = OwnedFd::from(UnixListener::bind(&path)?);
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        let listener = UnixListener::from(descriptors::own(listener));
        listener.set_nonblocking(true)?;
        let wakes = descriptors::own(eventfd(0, EventfdFlags::CLOEXEC)?);
        let woken = wakes.try_clone()?;
        let page = Arc::<Mutex<Page>>::default();
        let shown = page.clone();
        let thread = Builder::new().name("notes".into());
        let thread = thread.spawn(move || serve(&listener, &descriptors::own(woken), &shown))?;
        Ok(Self { path, page, wakes, thread: Some(thread) })
    }

    /// Shows a page in place of the one before.
    pub fn show(&self, text: String) {
        self.change(|page| {
            page.text = text;
            page.number += 1;
        });
    }

    fn change(&self, change: impl FnOnce(&mut Page)) {
        change(&mut self.page.lock().unwrap_or_else(PoisonError::into_inner));
        // An eventfd's write can only fail when its counter is full, and then it is readable.
        let _ = rustix::io::write(&self.wakes, &1u64.to_ne_bytes());
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        self.change(|page| page.over = true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Takes an old socket away, of a process that had the same number.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn serve(listener: &UnixListener, woken: &OwnedFd, page: &Mutex<Page>) {
    // Each with the number of the page that it has.
    let mut readers: Vec<(UnixStream, u64)> = Vec::new();
    loop {
        let sources = [listener.as_fd(), woken.as_fd()];
        let mut sources = sources.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
        if poll(&mut sources, None).is_err_and(|error| error != rustix::io::Errno::INTR) {
            return;
        }
        let mut count = [0; 8];
        if sources[1].revents().contains(PollFlags::IN) {
            let _ = rustix::io::read(woken, &mut count);
        }
        if let Ok((stream, _)) = listener.accept()
            && readers.len() < READERS
            && let stream = UnixStream::from(descriptors::own(stream.into()))
            && stream.set_nonblocking(true).is_ok()
        {
            readers.push((stream, 0));
        }
        let page = page.lock().unwrap_or_else(PoisonError::into_inner);
        if page.over {
            return;
        }
        let mut bytes = page.text.replace('\0', "").into_bytes();
        bytes.push(END);
        // One that does not read, or is gone, is let go.
        readers.retain_mut(|(stream, has)| {
            let due = *has < page.number;
            *has = page.number;
            !due || stream.write_all(&bytes).is_ok()
        });
    }
}

/// Reads the pages of a lesson that runs, of this user's.
#[derive(Debug)]
pub struct Reader(BufReader<UnixStream>);

impl Reader {
    /// Connects to the newest; `None` where no lesson runs.
    ///
    /// # Errors
    /// The folder of the sockets cannot be read.
    pub fn connect() -> io::Result<Option<Self>> {
        Self::at(&folder()?)
    }

    fn at(folder: &Path) -> io::Result<Option<Self>> {
        let begins = |name: OsString| name.to_str().is_some_and(|name| name.starts_with(NAME));
        let mut found: Vec<_> = fs::read_dir(folder)?
            .filter_map(Result::ok)
            .filter(|entry| begins(entry.file_name()))
            .map(|entry| (entry.metadata().and_then(|of| of.modified()).ok(), entry.path()))
            .collect();
        found.sort();
        // One whose program was killed has nobody behind it.
        let stream = found.iter().rev().find_map(|(_, path)| UnixStream::connect(path).ok());
        Ok(stream.map(|stream| Self(BufReader::new(stream))))
    }

    /// Waits for the next page; `None` when the lesson is over.
    pub fn page(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        let read = self.0.read_until(END, &mut bytes).ok()?;
        (read > 0 && bytes.pop() == Some(END)).then(|| String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_get_the_page_that_is_shown_and_those_that_follow() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Reader::at(dir.path()).unwrap().is_none());
        let notes = Notes::at(dir.path()).unwrap();
        notes.show("one\0".into());
        let mut early = Reader::at(dir.path()).unwrap().unwrap();
        assert_eq!(early.page().as_deref(), Some("one"));
        notes.show("two".into());
        let mut late = Reader::at(dir.path()).unwrap().unwrap();
        for reader in [&mut early, &mut late] {
            assert_eq!(reader.page().as_deref(), Some("two"));
        }
        let mode = fs::metadata(&notes.path).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(notes);
        assert!(early.page().is_none() && late.page().is_none());
        assert!(Reader::at(dir.path()).unwrap().is_none());
    }

    #[test]
    fn a_reader_that_does_not_read_holds_nobody_up() {
        let dir = tempfile::tempdir().unwrap();
        let notes = Notes::at(dir.path()).unwrap();
        notes.show("begin".into());
        let mut stuck = Reader::at(dir.path()).unwrap().unwrap();
        assert_eq!(stuck.page().as_deref(), Some("begin"));
        let mut reads = Reader::at(dir.path()).unwrap().unwrap();
        assert_eq!(reads.page().as_deref(), Some("begin"));
        for n in 0..100 {
            let text = format!("{n}{}", "x".repeat(10_000));
            notes.show(text.clone());
            assert_eq!(reads.page(), Some(text));
        }
    }

    #[test]
    fn a_folder_that_others_can_look_into_is_none() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).unwrap();
        assert!(is_own(dir.path()));
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
        assert!(!is_own(dir.path()) && !is_own(Path::new("/nowhere")));
    }
}
