//! What a log is written on: a file, a FIFO, a device, or a stream that is open already.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use crate::descriptors;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use zstd::stream::{AutoFinishEncoder, write::Encoder};

/// How the name of a file ends that is compressed, and how much work that is.
const COMPRESSED: &str = "zst";
const LEVEL: i32 = 3;

/// Where lines can be written, and perhaps be taken back.
pub(super) trait Paper: Write + Send + 'static {
    /// Takes back the last so many bytes that were written.
    fn take_back(&mut self, bytes: u64) -> io::Result<()>;
}

/// A place for a log.
#[derive(Debug)]
pub struct Place {
    file: To,
    /// No other process writes there.
    own: bool,
}

/// What is written to; compressed it is given to the file whenever it is flushed.
enum To {
    Plain(File),
    Compressed(AutoFinishEncoder<'static, File>),
}

impl fmt::Debug for To {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Compressed(_) => "Compressed",
        })
    }
}

impl Place {
    /// Opens it; a file that is not there is made. Does not wait for a FIFO's reader.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] for a file with something in it, unless it is to be emptied by
    /// `force`; [`ErrorKind::NotConnected`] for a FIFO without a reader; what open(2) says.
    pub fn open(path: &Path, force: bool) -> io::Result<Self> {
        // Opened anew, a file behind them would be written from its start.
        let stream = match path.to_str() {
            Some("/dev/stdout") => Some(rustix::stdio::stdout()),
            Some("/dev/stderr") => Some(rustix::stdio::stderr()),
            _ => None,
        };
        if let Some(stream) = stream {
            return Ok(Self { file: To::Plain(same(stream)?), own: false });
        }
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        // fifo(7): without a reader it fails with ENXIO instead of waiting for one.
        options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
        let file = options.open(path).map_err(|error| {
            let fifo = path.metadata().is_ok_and(|data| data.file_type().is_fifo());
            let unread = error.raw_os_error() == Some(Errno::NXIO.raw_os_error());
            if fifo && unread { ErrorKind::NotConnected.into() } else { error }
        })?;
        let file = File::from(descriptors::own(file.into()));
        // From here on writing waits, but for the log's thread alone.
        fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
        let data = file.metadata()?;
        if data.is_file() && data.len() > 0 {
            if !force {
                return Err(ErrorKind::AlreadyExists.into());
            }
            file.set_len(0)?;
        }
        let file = if path.extension().is_some_and(|ending| ending == COMPRESSED) {
            To::Compressed(Encoder::new(file, LEVEL)?.auto_finish())
        } else {
            To::Plain(file)
        };
        Ok(Self { file, own: data.is_file() })
    }
}

impl Place {
    /// All is written that there is.
    ///
    /// # Errors
    /// What write(2) says.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()
    }
}

fn same(stream: BorrowedFd<'_>) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            To::Plain(file) => file.write(bytes),
            To::Compressed(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.file {
            To::Plain(_) => Ok(()),
            To::Compressed(file) => file.flush(),
        }
    }
}

impl Paper for Place {
    fn take_back(&mut self, bytes: u64) -> io::Result<()> {
        let To::Plain(file) = &mut self.file else { return Err(ErrorKind::Unsupported.into()) };
        if !self.own {
            return Err(ErrorKind::Unsupported.into());
        }
        let end = file.stream_position()?.saturating_sub(bytes);
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end)).map(|_| ())
    }
}
