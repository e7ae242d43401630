//! What is remembered of files: small ones with their content and header lines, ready to be copied.

use std::collections::{HashMap, HashSet};
use std::os::fd::OwnedFd;

use bytes::Bytes;
use foldhash::fast::RandomState;
use rustix::io::Errno;

use super::coding::Coding;
use super::date::{Now, http_date, put};
use super::files::{self, Folder, Stamp, Thing, Watch};
use super::path::FilePath;

/// The largest file, in bytes, that is kept in memory.
pub const SMALL: u64 = 64 * 1024;

/// For how long a file is not looked at again, in nanoseconds.
const FRESH: u64 = 1_000_000_000;

/// The slot of a page in Chinese; only pages of the binary have it.
pub(super) const CHINESE: usize = 4;

/// How many paths are remembered.
const MOST: usize = 1024;

/// How much content is remembered, in bytes.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// A file as it is sent: plain, in one coding, or in the other language.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    stamp: Option<Stamp>,
    /// It was changed so shortly before it was read that another change might have left the same
    /// stamp: it is read again the next time, and its tag is weak until then.
    racy: bool,
    /// Entity tag, quotes included.
    pub(super) etag: String,
    /// Seconds since 1970.
    pub(super) modified: Option<u64>,
    pub(super) size: u64,
    pub(super) kind: &'static str,
    pub(super) coded: bool,
    /// Header lines after `Date`: first those of a 304 too, then those of a part, then the length.
    head: Vec<u8>,
    shared: usize,
    described: usize,
    pub(super) content: Content,
}

/// Where a file's bytes are.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Memory(Bytes),
    /// It is opened for each request.
    Disk,
}

impl Stored {
    /// All header lines of a 200 but `Connection`.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Those of a 304.
    pub(super) fn shared(&self) -> &[u8] {
        &self.head[..self.shared]
    }

    /// Those of a 206, without lengths.
    pub(super) fn described(&self) -> &[u8] {
        &self.head[..self.described]
    }

    /// The content, where it is in memory.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Memory(bytes) => Some(bytes),
            Content::Disk => None,
        }
    }

    /// `vary` names the header line of a request by which another file may be sent in its place.
    fn write_head(&mut self, coding: Option<Coding>, vary: Option<&str>) {
        let head = &mut self.head;
        head.clear();
        put(head, format_args!("ETag: {}\r\nCache-Control: no-cache\r\n", self.etag));
        if let Some(field) = vary {
            put(head, format_args!("Vary: {field}\r\n"));
        }
        self.shared = head.len();
        if let Some(modified) = self.modified {
            put(head, format_args!("Last-Modified: {}\r\n", http_date(modified)));
        }
        head.extend_from_slice(b"Accept-Ranges: bytes\r\nX-Content-Type-Options: nosniff\r\n");
        if let Some(coding) = coding {
            put(head, format_args!("Content-Encoding: {}\r\n", coding.name()));
        }
        self.described = head.len();
        put(head, format_args!("Content-Type: {}\r\nContent-Length: {}\r\n", self.kind, self.size));
    }
}

/// One file and what may be sent in its place: its precompressed neighbours, or a page of the binary
/// in Chinese.
#[derive(Debug)]
pub(super) struct CachedFile {
    key: Box<[u8]>,
    /// Below the root.
    name: Vec<u8>,
    kind: &'static str,
    negotiable: bool,
    /// Looked up since the hand of the clock passed it.
    used: bool,
    /// Plain, then as in [`Coding::ALL`], then [`CHINESE`].
    slots: [Slot; 5],
}

#[derive(Debug, Default)]
struct Slot {
    /// When it was compared with the disk; `u64::MAX` for what cannot change.
    checked: Option<u64>,
    file: Option<Stored>,
}

impl Slot {
    /// Whether it need not be compared with the disk yet.
    fn is_fresh(&self, now: Now) -> bool {
        self.checked.is_some_and(|checked| now.monotonic.saturating_sub(checked) < FRESH)
    }
}

impl CachedFile {
    pub(super) fn new(key: Vec<u8>, name: Vec<u8>) -> Self {
        let kind = content_type(&name);
        let negotiable = compressible(kind);
        let slots = Default::default();
        Self { key: key.into(), name, kind, negotiable, used: true, slots }
    }

    /// Remembers an open file; its content too when it is small.
    pub(super) fn load(
        &mut self,
        slot: usize,
        fd: &OwnedFd,
        stamp: Stamp,
        now: Now,
        watch: &mut dyn Watch,
    ) -> Result<(), Errno> {
        let coding = slot.checked_sub(1).map(|i| Coding::ALL[i]);
        let mut size = stamp.size;
        let content = if size <= SMALL {
            let mut bytes = Vec::new();
            files::read(fd, 0, usize::try_from(size).unwrap_or(0), &mut bytes, watch)?;
            size = bytes.len() as u64;
            Content::Memory(bytes.into_boxed_slice().into())
        } else {
            Content::Disk
        };
        // Two seconds: the clocks of file systems may be coarse.
        let racy = size != stamp.size || unix(stamp.changed.0) + 2 > now.unix;
        let mut file = Stored {
            stamp: Some(stamp),
            racy,
            etag: etag(&stamp, coding, racy),
            // Never in the future (RFC 9110, section 8.8.2.1).
            modified: Some(unix(stamp.modified.0).min(now.unix)),
            size,
            kind: self.kind,
            coded: coding.is_some(),
            head: Vec::new(),
            shared: 0,
            described: 0,
            content,
        };
        file.write_head(coding, self.negotiable.then_some("Accept-Encoding"));
        self.slots[slot] = Slot { checked: Some(now.monotonic), file: Some(file) };
        Ok(())
    }

    /// Compares a file with the disk, and reads it where it has changed. Returns the open file where
    /// its content is wanted and is not in memory, and whether it is the same.
    fn compare(
        &mut self,
        slot: usize,
        root: &Folder,
        (content, fresh): (bool, bool),
        now: Now,
        watch: &mut dyn Watch,
    ) -> Result<(Option<OwnedFd>, bool), u16> {
        let suffix = slot.checked_sub(1).map_or("", |i| Coding::ALL[i].suffix());
        let name = [&self.name, suffix.as_bytes()].concat();
        // What was a file when it was looked at, a second ago at most, is opened at once.
        let fd = if fresh { root.open_file(&name, watch) } else { root.look(&name, watch) };
        let mut fd = fd.map_err(files::status)?;
        let stamp = match files::stat(&fd, watch) {
            Ok(Thing::File(stamp)) => stamp,
            other => {
                files::close(fd, watch);
                return Err(match other {
                    Ok(Thing::Other) => 403,
                    Ok(_) => 404,
                    Err(errno) => files::status(errno),
                });
            }
        };
        let file = self.slots[slot].file.as_ref();
        let same = file.is_some_and(|file| file.stamp == Some(stamp) && !file.racy);
        let large = stamp.size > SMALL;
        if !fresh && (!same || content && large) {
            fd = root.open_looked(fd, &name, watch).map_err(files::status)?;
        }
        if !same && let Err(errno) = self.load(slot, &fd, stamp, now, watch) {
            files::close(fd, watch);
            return Err(files::status(errno));
        }
        self.slots[slot].checked = Some(now.monotonic);
        if content && large {
            return Ok((Some(fd), same));
        }
        files::close(fd, watch);
        Ok((None, same))
    }

    fn weight(&self) -> usize {
        let bytes = self.slots.iter().filter_map(|slot| slot.file.as_ref()?.bytes());
        bytes.map(<[u8]>::len).sum()
    }
}

/// Which file of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Found {
    pub(super) index: usize,
    /// 0 for the plain one, [`CHINESE`], or that of a coding.
    pub(super) slot: usize,
}

/// Entries by the one spelling of their path.
#[derive(Debug, Default)]
pub(super) struct Cache {
    /// Clients cannot choose the keys, they are paths of files that exist: a fast hash will do.
    by_path: HashMap<Box<[u8]>, usize, RandomState>,
    entries: Vec<Option<CachedFile>>,
    free: Vec<usize>,
    /// The next entry that may have to go.
    hand: usize,
    /// Folders of the embedded pages, without slashes at either end.
    folders: HashSet<Vec<u8>>,
}

impl Cache {
    /// The entry for a path as it was sent.
    pub(super) fn find(&mut self, path: &[u8]) -> Option<usize> {
        let index = *self.by_path.get(path)?;
        self.entries[index].as_mut()?.used = true;
        Some(index)
    }

    pub(super) fn negotiable(&self, index: usize) -> bool {
        self.entries[index].as_ref().is_some_and(|entry| entry.negotiable)
    }

    pub(super) fn stored(&self, found: Found) -> Option<&Stored> {
        self.entries[found.index].as_ref()?.slots[found.slot].file.as_ref()
    }

    pub(super) fn has_folder(&self, name: &[u8]) -> bool {
        self.folders.contains(name)
    }

    /// Adds a page from the binary; an index page under its folder's path as well.
    pub(super) fn embed(
        &mut self,
        name: &str,
        bytes: &'static [u8],
        hash: &[u8; 32],
        modified: Option<u64>,
    ) {
        let mut paths = vec![FilePath { name: name.into(), folder: false }];
        let mut parent = name;
        while let Some((folder, _)) = parent.rsplit_once('/') {
            self.folders.insert(folder.into());
            parent = folder;
        }
        match name.strip_suffix("index.html") {
            Some("") => paths.push(FilePath { name: Vec::new(), folder: true }),
            Some(folder) if folder.ends_with('/') => {
                paths.push(FilePath { name: folder.trim_end_matches('/').into(), folder: true });
            }
            _ => {}
        }
        let mut etag = String::from("\"");
        for byte in &hash[..8] {
            use std::fmt::Write;
            let _ = write!(etag, "{byte:02x}");
        }
        etag.push('"');
        for path in paths {
            let mut entry = CachedFile::new(path.canonical(), name.into());
            entry.negotiable = false;
            let mut file = Stored {
                stamp: None,
                racy: false,
                etag: etag.clone(),
                modified,
                size: bytes.len() as u64,
                kind: entry.kind,
                coded: false,
                head: Vec::new(),
                shared: 0,
                described: 0,
                content: Content::Memory(Bytes::from_static(bytes)),
            };
            file.write_head(None, None);
            entry.slots[0] = Slot { checked: Some(u64::MAX), file: Some(file) };
            self.add(entry);
        }
    }

    /// Lets one page of the binary be sent under the path of another, to those who like Chinese best.
    /// Under its own path each stays what it is.
    pub(super) fn negotiate(&mut self, path: &[u8], chinese: &[u8]) {
        let (Some(index), Some(other)) = (self.find(path), self.find(chinese)) else { return };
        let file = self.stored(Found { index: other, slot: 0 }).cloned();
        let Some(entry) = &mut self.entries[index] else { return };
        entry.slots[CHINESE] = Slot { checked: Some(u64::MAX), file };
        for file in entry.slots.iter_mut().filter_map(|slot| slot.file.as_mut()) {
            file.write_head(None, Some("Accept-Language"));
        }
    }

    /// Adds an entry, and lets others go when there are too many.
    pub(super) fn insert(&mut self, entry: CachedFile) -> usize {
        let index = self.add(entry);
        self.trim(index);
        index
    }

    fn add(&mut self, entry: CachedFile) -> usize {
        let index = self.free.pop().unwrap_or(self.entries.len());
        self.by_path.insert(entry.key.clone(), index);
        match self.entries.get_mut(index) {
            Some(place) => *place = Some(entry),
            None => self.entries.push(Some(entry)),
        }
        index
    }

    /// Lets an entry go.
    pub(super) fn forget(&mut self, index: usize) {
        if let Some(entry) = self.entries[index].take() {
            self.by_path.remove(&entry.key);
            self.free.push(index);
        }
    }

    /// Lets go, round and round, of what was not looked up since the last time, but never of `keep`.
    fn trim(&mut self, keep: usize) {
        let mut weight: usize = self.entries.iter().flatten().map(CachedFile::weight).sum();
        while (weight > MOST_BYTES || self.by_path.len() > MOST) && self.by_path.len() > 1 {
            let index = self.hand % self.entries.len();
            self.hand = index + 1;
            match &mut self.entries[index] {
                Some(entry) if index != keep => {
                    if std::mem::take(&mut entry.used) {
                        continue;
                    }
                    weight -= entry.weight();
                    self.forget(index);
                }
                _ => {}
            }
        }
    }

    /// Makes sure that a file is as on the disk, at most a second ago. Returns the open file where
    /// `content` is wanted and is not in memory.
    ///
    /// # Errors
    /// The status to answer with when it is not there. A missing neighbour is remembered.
    pub(super) fn refresh(
        &mut self,
        found: Found,
        root: &Folder,
        content: bool,
        now: Now,
        watch: &mut dyn Watch,
    ) -> Result<Option<OwnedFd>, u16> {
        let Some(entry) = &mut self.entries[found.index] else { return Err(404) };
        let fresh = entry.slots[found.slot].is_fresh(now);
        if fresh {
            match &entry.slots[found.slot].file {
                None => return Err(404),
                Some(file) if !content || file.bytes().is_some() => return Ok(None),
                Some(_) => {}
            }
        }
        match entry.compare(found.slot, root, (content, fresh), now, watch) {
            Ok((fd, same)) => {
                if !same {
                    self.trim(found.index);
                }
                Ok(fd)
            }
            Err(status) => {
                entry.slots[found.slot] = Slot { checked: Some(now.monotonic), file: None };
                Err(status)
            }
        }
    }
}

fn unix(seconds: i64) -> u64 {
    u64::try_from(seconds).unwrap_or(0)
}

/// An entity tag that changes whenever the file does (RFC 9110, section 8.8.3).
fn etag(stamp: &Stamp, coding: Option<Coding>, weak: bool) -> String {
    let Stamp { inode, size, modified, changed, .. } = stamp;
    let nanos =
        |(seconds, nanos): (i64, u64)| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    // The change time moves with a rename or a chmod too: only its difference is wanted, against a
    // modification time that was set back.
    let later = nanos(*changed) - nanos(*modified);
    let weak = if weak { "W/" } else { "" };
    let dash = if coding.is_some() { "-" } else { "" };
    let coding = coding.map_or("", Coding::name);
    format!("{weak}\"{:x}-{size:x}-{inode:x}-{later:x}{dash}{coding}\"", nanos(*modified))
}

/// The media type for a name, with a character set where it is text.
fn content_type(name: &[u8]) -> &'static str {
    let file = name.rsplit(|&b| b == b'/').next().unwrap_or_default();
    let extension = file.iter().rposition(|&b| b == b'.').map(|dot| &file[dot + 1..]);
    let extension = extension.and_then(|text| str::from_utf8(text).ok()).unwrap_or_default();
    let guess = mime_guess::from_ext(extension).first_raw();
    // The few kinds of text that a browser would otherwise have to guess the encoding of.
    match guess.unwrap_or("application/octet-stream") {
        "text/html" => "text/html; charset=utf-8",
        "text/css" => "text/css; charset=utf-8",
        "text/javascript" => "text/javascript; charset=utf-8",
        "text/plain" => "text/plain; charset=utf-8",
        "text/markdown" => "text/markdown; charset=utf-8",
        "text/csv" => "text/csv; charset=utf-8",
        "text/xml" => "text/xml; charset=utf-8",
        other => other,
    }
}

/// Whether files of that kind are worth compressing, so that a neighbour is looked for.
fn compressible(kind: &str) -> bool {
    match kind.split_once('/') {
        Some(("text" | "font", _)) => true,
        Some(("image", kind)) => matches!(kind, "svg+xml" | "bmp" | "x-icon"),
        Some(("application", kind)) => {
            kind.ends_with("+xml")
                || kind.ends_with("+json")
                || matches!(kind, "json" | "javascript" | "xml" | "wasm" | "octet-stream")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
