//! Files below a root folder, opened so that the kernel itself lets nothing lead out of it. Each
//! system call made for it passes a [`Watch`].

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

/// An observer of the system calls made on files: called before each and after it.
pub trait Watch {
    /// A call is about to be made; it is made when this returns. `fd` is the descriptor that it is
    /// made on: for [`FileKind::Open`] and [`FileKind::OpenAt`] the folder's.
    #[track_caller]
    fn before(&mut self, call: FileKind, fd: RawFd);
    /// It was made.
    #[track_caller]
    fn after(&mut self, call: FileCall<'_>);
}

/// No observer.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn before(&mut self, _: FileKind, _: RawFd) {}
    fn after(&mut self, _: FileCall<'_>) {}
}

/// Which system call on a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// `openat2(2)`.
    Open,
    /// `openat(2)`.
    OpenAt,
    /// `fstat(2)`.
    Stat,
    /// `pread64(2)`.
    Read,
    /// `getdents64(2)`.
    List,
    /// `close(2)`.
    Close,
}

/// A system call that was made on a file, with its result: the value, or the error number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileCall<'a> {
    /// `openat2(2)`, with `RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS`.
    Open {
        /// The root's descriptor.
        dirfd: RawFd,
        /// The path below it.
        path: &'a [u8],
        /// With `O_PATH`: the file is found, and not opened.
        look: bool,
        /// The file's descriptor.
        ret: Result<RawFd, i32>,
    },
    /// `openat(2)` of what was looked at, by its descriptor's name below `/proc`; on a kernel without
    /// `openat2` (before Linux 5.6) of one segment of a path too, with `O_NOFOLLOW`.
    OpenAt {
        /// The descriptor of the folder that the segment is in, or `AT_FDCWD`.
        dirfd: RawFd,
        /// The segment, or `/proc/self/fd/N`.
        path: &'a [u8],
        /// Its descriptor.
        ret: Result<RawFd, i32>,
    },
    /// `fstat(2)`.
    Stat {
        /// The file's descriptor.
        fd: RawFd,
        /// Its result.
        ret: Result<(), i32>,
    },
    /// `pread64(2)`.
    Read {
        /// The file's descriptor.
        fd: RawFd,
        /// Where in the file.
        offset: u64,
        /// Bytes read.
        ret: Result<usize, i32>,
    },
    /// `getdents64(2)`, for a folder's listing.
    List {
        /// The folder's descriptor.
        fd: RawFd,
        /// Bytes of entries.
        ret: Result<usize, i32>,
    },
    /// `close(2)`.
    Close {
        /// The descriptor, free after it.
        fd: RawFd,
    },
}

/// A root folder.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: Arc<OwnedFd>,
    /// Whether the kernel has `openat2`.
    beneath: bool,
}

/// The fields of `fstat` by which a cached file is compared with the disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stamp {
    pub(super) dev: u64,
    pub(super) inode: u64,
    pub(super) size: u64,
    pub(super) modified: (i64, u64),
    pub(super) changed: (i64, u64),
}

/// What was found under a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Thing {
    File(Stamp),
    Folder,
    /// A device, a FIFO, a socket.
    Other,
}

const OPEN: OFlags = OFlags::RDONLY
    // The open of a FIFO without a writer would block the loop.
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// For `fstat` only: it has no effect on the writer of a FIFO or on the driver of a device.
const LOOK: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);

/// Fails for what is no folder before anything is opened.
const LIST: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// How often an `openat2` that met a rename half-way is tried again.
const RETRIES: usize = 3;

impl Folder {
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        let flags = LOOK | OFlags::DIRECTORY;
        Self::of(rustix::fs::openat(CWD, root, flags, Mode::empty())?)
    }

    /// The folder of a descriptor.
    pub(super) fn of(root: OwnedFd) -> io::Result<Self> {
        let flags = LOOK | OFlags::DIRECTORY;
        // Both fail where the folder may not be entered; `O_PATH` alone does not check that.
        let probe = rustix::fs::openat2(&root, ".", flags, Mode::empty(), ResolveFlags::BENEATH);
        // Seccomp filters that do not know the call answer EPERM.
        let beneath = !matches!(probe, Err(Errno::NOSYS | Errno::PERM));
        if beneath { probe } else { rustix::fs::openat(&root, ".", flags, Mode::empty()) }?;
        Ok(Self { root: Arc::new(root), beneath })
    }

    pub(super) fn root(&self) -> Arc<OwnedFd> {
        self.root.clone()
    }

    /// Whether the root's names can be read.
    pub(super) fn check_list(&self) -> Result<(), Errno> {
        self.open_folder(b"", &mut Unwatched).map(drop)
    }

    /// Finds what lies under a name without opening it: a FIFO that is opened lets its writer go on,
    /// and what it writes is lost.
    pub(super) fn look(&self, name: &[u8], watch: &mut dyn Watch) -> Result<OwnedFd, Errno> {
        self.get(name, LOOK, watch)
    }

    /// Opens what lies under a name that was a file a moment ago.
    pub(super) fn open_file(&self, name: &[u8], watch: &mut dyn Watch) -> Result<OwnedFd, Errno> {
        self.get(name, OPEN, watch)
    }

    /// Opens a folder, for its list.
    pub(super) fn open_folder(&self, name: &[u8], watch: &mut dyn Watch) -> Result<OwnedFd, Errno> {
        self.get(name, LIST, watch)
    }

    /// Opens the very file that was looked at, and closes what it was looked at by.
    pub(super) fn open_looked(
        &self,
        looked: OwnedFd,
        name: &[u8],
        watch: &mut dyn Watch,
    ) -> Result<OwnedFd, Errno> {
        let path = format!("/proc/self/fd/{}", looked.as_raw_fd());
        let dirfd = CWD.as_raw_fd();
        watch.before(FileKind::OpenAt, dirfd);
        let ret = rustix::fs::openat(CWD, &path, OPEN, Mode::empty());
        let fd = number(&ret, AsRawFd::as_raw_fd);
        watch.after(FileCall::OpenAt { dirfd, path: path.as_bytes(), ret: fd });
        close(looked, watch);
        match ret {
            // There is no /proc here.
            Err(Errno::NOENT) => self.open_file(name, watch),
            other => other,
        }
    }

    /// Opens what lies under a relative name without `.` and `..`; an empty name is the root.
    ///
    /// Symlinks are followed as long as they stay below the root; without `openat2` none are.
    fn get(&self, name: &[u8], flags: OFlags, watch: &mut dyn Watch) -> Result<OwnedFd, Errno> {
        let name = if name.is_empty() { b"." } else { name };
        if !self.beneath {
            return self.walk(name, flags, watch);
        }
        let look = flags.contains(OFlags::PATH);
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        let mut tries = 0;
        loop {
            let dirfd = self.root.as_raw_fd();
            watch.before(FileKind::Open, dirfd);
            let ret = rustix::fs::openat2(&self.root, name, flags, Mode::empty(), resolve);
            let fd = number(&ret, AsRawFd::as_raw_fd);
            watch.after(FileCall::Open { dirfd, path: name, look, ret: fd });
            tries += 1;
            match ret {
                Err(Errno::AGAIN) if tries < RETRIES => {}
                other => return other,
            }
        }
    }

    /// The same, a segment at a time.
    fn walk(&self, name: &[u8], flags: OFlags, watch: &mut dyn Watch) -> Result<OwnedFd, Errno> {
        let mut folder: Option<OwnedFd> = None;
        let mut segments = name.split(|&b| b == b'/').peekable();
        while let Some(segment) = segments.next() {
            let last = segments.peek().is_none();
            let kind = if last { flags } else { LOOK | OFlags::DIRECTORY };
            let parent = folder.as_ref().unwrap_or(&self.root);
            let dirfd = parent.as_raw_fd();
            watch.before(FileKind::OpenAt, dirfd);
            let ret = rustix::fs::openat(parent, segment, kind | OFlags::NOFOLLOW, Mode::empty());
            let fd = number(&ret, AsRawFd::as_raw_fd);
            watch.after(FileCall::OpenAt { dirfd, path: segment, ret: fd });
            if let Some(folder) = folder.take() {
                close(folder, watch);
            }
            folder = Some(ret?);
        }
        folder.ok_or(Errno::NOENT)
    }
}

/// Closes a descriptor.
pub(super) fn close(fd: OwnedFd, watch: &mut dyn Watch) {
    let number = fd.as_raw_fd();
    watch.before(FileKind::Close, number);
    drop(fd);
    watch.after(FileCall::Close { fd: number });
}

/// What it is that was looked at, or opened.
pub(super) fn stat(fd: &OwnedFd, watch: &mut dyn Watch) -> Result<Thing, Errno> {
    watch.before(FileKind::Stat, fd.as_raw_fd());
    let ret = rustix::fs::fstat(fd);
    watch.after(FileCall::Stat { fd: fd.as_raw_fd(), ret: number(&ret, |_| ()) });
    let stat = ret?;
    Ok(match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Thing::File(Stamp {
            dev: stat.st_dev,
            inode: stat.st_ino,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: (stat.st_mtime, stat.st_mtime_nsec),
            changed: (stat.st_ctime, stat.st_ctime_nsec),
        }),
        FileType::Directory => Thing::Folder,
        // Looked at by `walk`, which follows none.
        FileType::Symlink => return Err(Errno::LOOP),
        _ => Thing::Other,
    })
}

/// Appends `len` bytes from `offset` on; fewer when the file ends before.
pub(super) fn read(
    fd: &OwnedFd,
    offset: u64,
    len: usize,
    out: &mut Vec<u8>,
    watch: &mut dyn Watch,
) -> Result<(), Errno> {
    let start = out.len();
    out.resize(start + len, 0);
    let mut done = 0;
    while done < len {
        let at = offset + done as u64;
        watch.before(FileKind::Read, fd.as_raw_fd());
        let ret = rustix::io::pread(fd, &mut out[start + done..], at);
        let read = number(&ret, |&read| read);
        watch.after(FileCall::Read { fd: fd.as_raw_fd(), offset: at, ret: read });
        match ret {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(Errno::INTR) => {}
            Err(errno) => {
                out.truncate(start);
                return Err(errno);
            }
        }
    }
    out.truncate(start + done);
    Ok(())
}

/// One name in a folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Name {
    /// Folders come first when names are sorted.
    pub(super) file: bool,
    pub(super) name: Vec<u8>,
}

/// The names in a folder but `.` and `..`, without the hidden ones unless they are wanted, at most
/// `most`, and whether there are more.
pub(super) fn list(
    fd: &OwnedFd,
    most: usize,
    hidden: bool,
    watch: &mut dyn Watch,
) -> Result<(Vec<Name>, bool), Errno> {
    let mut room = vec![std::mem::MaybeUninit::uninit(); 32 * 1024];
    let mut entries = rustix::fs::RawDir::new(fd, &mut room);
    let mut names = Vec::new();
    let mut more = false;
    let fd = fd.as_raw_fd();
    // The call is made inside `next`, where nothing is buffered; what it returned is the sum of the
    // lengths of its records.
    let mut bytes = 0;
    while !more {
        if entries.is_buffer_empty() {
            watch.before(FileKind::List, fd);
        }
        match entries.next() {
            None => {
                watch.after(FileCall::List { fd, ret: Ok(0) });
                break;
            }
            Some(Err(errno)) => {
                watch.after(FileCall::List { fd, ret: Err(errno.raw_os_error()) });
                return Err(errno);
            }
            Some(Ok(entry)) => {
                let name = entry.file_name().to_bytes();
                bytes += (RECORD + name.len() + 1).next_multiple_of(8);
                let wanted = match name {
                    b"." | b".." => false,
                    [b'.', ..] => hidden,
                    _ => true,
                };
                if wanted && names.len() == most {
                    more = true;
                } else if wanted {
                    let file = entry.file_type() != FileType::Directory;
                    names.push(Name { file, name: name.into() });
                }
            }
        }
        while more && !entries.is_buffer_empty() {
            let Some(Ok(entry)) = entries.next() else { break };
            bytes += (RECORD + entry.file_name().to_bytes().len() + 1).next_multiple_of(8);
        }
        if entries.is_buffer_empty() {
            watch.after(FileCall::List { fd, ret: Ok(bytes) });
            bytes = 0;
        }
    }
    Ok((names, more))
}

/// Where the name begins in a `struct linux_dirent64`.
const RECORD: usize = 19;

/// The status that a failed call ends in.
pub(super) fn status(errno: Errno) -> u16 {
    match errno {
        // EXDEV and ELOOP: a link out of the root. The answer does not say that it exists.
        Errno::NOENT
        | Errno::NOTDIR
        | Errno::NAMETOOLONG
        | Errno::XDEV
        | Errno::LOOP
        | Errno::INVAL => 404,
        // ENXIO: a socket; ENODEV: a device without a driver.
        Errno::ACCESS | Errno::PERM | Errno::NXIO | Errno::NODEV => 403,
        Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::AGAIN => 503,
        _ => 500,
    }
}

fn number<T, U>(ret: &Result<T, Errno>, value: impl FnOnce(&T) -> U) -> Result<U, i32> {
    match ret {
        Ok(ok) => Ok(value(ok)),
        Err(errno) => Err(errno.raw_os_error()),
    }
}

#[cfg(test)]
mod tests;
