//! What a log is written on: a file, a FIFO, a device, or a stream that is open already.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

/// Where lines can be written, and perhaps be taken back.
pub(super) trait Paper: Write + Send + 'static {
    /// Takes back the last so many bytes that were written.
    fn take_back(&mut self, bytes: u64) -> io::Result<()>;
}

/// A place for a log.
#[derive(Debug)]
pub struct Place {
    file: File,
    /// No other process writes there.
    own: bool,
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
            return Ok(Self { file: same(stream)?, own: false });
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
        // From here on writing waits, but for the log's thread alone.
        fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
        let data = file.metadata()?;
        if data.is_file() && data.len() > 0 {
            if !force {
                return Err(ErrorKind::AlreadyExists.into());
            }
            file.set_len(0)?;
        }
        Ok(Self { file, own: data.is_file() })
    }
}

fn same(stream: BorrowedFd<'_>) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Paper for Place {
    fn take_back(&mut self, bytes: u64) -> io::Result<()> {
        if !self.own {
            return Err(ErrorKind::Unsupported.into());
        }
        let end = self.file.stream_position()?.saturating_sub(bytes);
        self.file.set_len(end)?;
        self.file.seek(SeekFrom::Start(end)).map(|_| ())
    }
}
