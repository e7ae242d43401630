//! Where a report goes. That it can go there is found out before the work; a file is replaced in
//! one step after it, so that whatever ends the program leaves the old one or the new one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

use crate::words::strings;

/// Where a report goes.
#[derive(Debug)]
pub enum Destination {
    /// A file to be, or one that is replaced; with its permissions then.
    Replaced(PathBuf, Option<Permissions>),
    /// A file in whose folder no other can be made.
    Rewritten(File),
    /// What takes it byte by byte: a FIFO with a reader, a terminal, standard output.
    Stream(File),
}

impl Destination {
    /// Finds out what is at `path` and whether it can be written; changes nothing there.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn open(path: &Path) -> io::Result<Self> {
        let there = match fs::metadata(path) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                try_beside(path)?;
                return Ok(Self::Replaced(path.to_owned(), None));
            }
            Err(error) => return Err(error),
        };
        let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let ours = stdout.metadata()?;
        if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) {
            return Ok(Self::Stream(stdout));
        }
        if there.is_file() {
            let file = OpenOptions::new().write(true).open(path)?;
            // A link goes on pointing to it.
            let path = fs::canonicalize(path)?;
            return Ok(match try_beside(&path) {
                Ok(()) => Self::Replaced(path, Some(there.permissions())),
                Err(_) => Self::Rewritten(file),
            });
        }
        // The open of a FIFO would wait for a reader. Writing to it may wait.
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = match rustix::fs::open(path, flags, Mode::empty()) {
            Err(Errno::NXIO) if there.file_type().is_fifo() => {
                return Err(io::Error::other(strings().compare.fifo_unread));
            }
            opened => File::from(opened?),
        };
        fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
        Ok(Self::Stream(file))
    }

    /// Writes the report.
    ///
    /// # Errors
    /// Why it could not be written; a file that was to be replaced is still the old one.
    pub fn write(self, report: &str) -> io::Result<()> {
        match self {
            Self::Replaced(path, permissions) => {
                let beside = beside(&path);
                let written = write_beside(&beside, report, permissions)
                    .and_then(|()| fs::rename(&beside, &path));
                if written.is_err() {
                    // What is there of it is of no use.
                    let _ = fs::remove_file(&beside);
                }
                written
            }
            Self::Rewritten(mut file) => {
                file.set_len(0)?;
                file.write_all(report.as_bytes())
            }
            Self::Stream(mut file) => file.write_all(report.as_bytes()),
        }
    }
}

/// The name under which a file is written before it takes its own: hidden, and no other program's.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    path.with_file_name(name)
}

/// Whether it can be written there.
fn try_beside(path: &Path) -> io::Result<()> {
    let beside = beside(path);
    OpenOptions::new().write(true).create_new(true).open(&beside)?;
    fs::remove_file(&beside)
}

fn write_beside(path: &Path, report: &str, permissions: Option<Permissions>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.write_all(report.as_bytes())
}
