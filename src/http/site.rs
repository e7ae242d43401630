//! Answers from a folder's files or from the pages in the binary.
//!
//! A small file is kept in memory with its header lines; it is found by one look-up of the target's
//! path as it was sent, and compared with the disk at most once a second. A large one is opened for
//! each request and handed to the caller for `sendfile(2)`.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use rust_embed::Embed;
use rustix::io::Errno;

use super::answer::{self, Answer, Boundaries, Note, Recipient};
use super::cache::{CHINESE, Cache, CachedFile, Found, SMALL};
use super::coding::acceptable;
use super::condition::{Outcome, Validators, evaluate, range_counts};
use super::date::{Now, Prelude};
use super::files::{self, Folder, Thing, Watch};
use super::language::prefers_chinese;
use super::parse::Request;
use super::path::{FilePath, resolve};
use super::range::{Ranges, Span};
use super::response::Response;
use super::{listing, page};

/// The largest answer with several ranges, in bytes of content; over it the whole file is sent.
const MULTIPART: u64 = 256 * 1024;

#[derive(Embed)]
#[folder = "www/"]
struct Www;

/// A tree of files and what is remembered of it.
#[derive(Debug)]
pub struct Site {
    root: Option<Folder>,
    cache: Cache,
    prelude: Prelude,
    boundaries: Boundaries,
    hidden: bool,
    list: bool,
    /// Error pages that the root does not have, and when that was found out.
    pageless: Vec<(u16, u64)>,
}

/// How much of a file is sent.
enum Portion {
    Whole,
    Nothing,
    Part(Span),
    Parts(Vec<Span>),
    /// An error's status instead.
    Error(u16),
}

/// Why there is no file to send.
enum Miss {
    Status(u16),
    /// A folder was named without its slash.
    Slash(FilePath),
    /// A folder without an index page.
    Bare(FilePath),
}

impl Site {
    /// The pages in the binary.
    #[must_use]
    pub fn embedded() -> Self {
        let mut site = Self::new(None);
        for name in Www::iter() {
            let Some(file) = Www::get(&name) else { continue };
            let std::borrow::Cow::Borrowed(bytes) = file.data else { continue };
            let hash = file.metadata.sha256_hash();
            site.cache.embed(&name, bytes, &hash, file.metadata.last_modified());
        }
        site.cache.negotiate(b"/", b"/index.zh.html");
        site
    }

    /// A folder's files.
    ///
    /// # Errors
    /// When it is no folder, or may not be entered.
    pub fn open(root: &Path) -> io::Result<Self> {
        Ok(Self::new(Some(Folder::open(root)?)))
    }

    /// The files of a folder that another site has open: see [`Site::root`].
    ///
    /// # Errors
    /// When it may not be entered.
    pub fn of(root: OwnedFd) -> io::Result<Self> {
        Ok(Self::new(Some(Folder::of(root)?)))
    }

    /// The folder's descriptor, where there is one.
    #[must_use]
    pub fn root(&self) -> Option<Arc<OwnedFd>> {
        self.root.as_ref().map(Folder::root)
    }

    /// The same tree once more, for another thread. It remembers nothing yet.
    #[must_use]
    pub fn another(&self) -> Self {
        let site = match &self.root {
            Some(root) => Self::new(Some(root.clone())),
            None => Self::embedded(),
        };
        Self { hidden: self.hidden, list: self.list, ..site }
    }

    fn new(root: Option<Folder>) -> Self {
        Self {
            root,
            cache: Cache::default(),
            prelude: Prelude::default(),
            boundaries: Boundaries::default(),
            hidden: false,
            list: false,
            pageless: Vec::new(),
        }
    }

    /// Whether names that begin with a dot are served; not by default.
    #[must_use]
    pub fn hidden(mut self, yes: bool) -> Self {
        self.hidden = yes;
        self
    }

    /// Whether the names in the root can be read, for [`Site::list`].
    ///
    /// # Errors
    /// When they cannot.
    pub fn check_list(&self) -> io::Result<()> {
        Ok(self.root.as_ref().map_or(Ok(()), Folder::check_list)?)
    }

    /// Whether a folder without an `index.html` is answered with a list of its files; not by default.
    #[must_use]
    pub fn list(mut self, yes: bool) -> Self {
        self.list = yes;
        self
    }

    /// Answers a request: appends the head to `out`, and the body too when it is small. The
    /// request's own body must have been read already, or be discarded after this.
    ///
    /// Each system call on a file passes `watch`. On a cache hit it makes none and allocates nothing.
    pub fn respond(
        &mut self,
        request: &Request<'_>,
        now: Now,
        out: &mut Vec<u8>,
        watch: &mut dyn Watch,
    ) -> Response {
        self.prelude.set(now.unix);
        let to = Recipient::of(request);
        match request.method {
            "GET" | "HEAD" => {}
            "OPTIONS" => return answer::options(to, &self.prelude, out),
            "POST" | "PUT" | "DELETE" | "PATCH" | "CONNECT" | "TRACE" => {
                return self.fail(405, &Note::Allow, to, now, out, watch);
            }
            _ => return self.fail(501, &Note::None, to, now, out, watch),
        }
        match self.locate(request.path, Some(request), !to.head, now, watch) {
            Ok(found) => self.send(request, to, found, now, out, watch),
            Err(Miss::Status(status)) => self.fail(status, &Note::None, to, now, out, watch),
            Err(Miss::Bare(path)) if self.list => self.folder(&path, to, now, out, watch),
            Err(Miss::Bare(_)) => self.fail(404, &Note::None, to, now, out, watch),
            Err(Miss::Slash(path)) => {
                let mut location = FilePath { folder: true, ..path }.canonical();
                if let Some(query) = request.query {
                    location.push(b'?');
                    location.extend_from_slice(query);
                }
                self.fail(301, &Note::Location(location), to, now, out, watch)
            }
        }
    }

    /// Answers for a request that was not understood, or came at the wrong time, with a small page
    /// and `Connection: close`. Makes no system call.
    pub fn refuse(&mut self, status: u16, now: Now, out: &mut Vec<u8>) -> Response {
        self.prelude.set(now.unix);
        let to = Recipient { head: false, keep_alive: false, old: false };
        let mut body = Vec::new();
        page::error(status, &mut body);
        answer::page(status, &Note::None, to, &body, &self.prelude, out)
    }

    /// Answers with a text that the caller made (`Cache-Control: no-store`). Makes no system call.
    pub fn generated(
        &mut self,
        request: &Request<'_>,
        media_type: &str,
        text: &str,
        now: Now,
        out: &mut Vec<u8>,
    ) -> Response {
        self.prelude.set(now.unix);
        answer::generated(Recipient::of(request), media_type, text, &self.prelude, out)
    }

    /// Answers with what the caller made: a status, header lines, a text. With an `endless` one the
    /// caller goes on sending until it closes the connection. Makes no system call.
    pub fn made(
        &mut self,
        request: &Request<'_>,
        (status, fields, text): (u16, &str, &str),
        endless: bool,
        now: Now,
        out: &mut Vec<u8>,
    ) -> Response {
        self.prelude.set(now.unix);
        let to = Recipient::of(request);
        answer::made(to, (status, fields, text), endless, &self.prelude, out)
    }

    /// Finds the file for a path, in a coding and a language that `by` accepts, and opens it when its
    /// content is wanted and not in memory.
    fn locate(
        &mut self,
        path: &[u8],
        by: Option<&Request<'_>>,
        content: bool,
        now: Now,
        watch: &mut dyn Watch,
    ) -> Result<(Found, Option<OwnedFd>), Miss> {
        let (index, opened) = match self.cache.find(path) {
            Some(index) => (index, None),
            None => self.discover(path, now, watch)?,
        };
        let plain = Found { index, slot: 0 };
        let Self { root: Some(root), cache, .. } = self else {
            let chinese = Found { index, slot: CHINESE };
            let liked = by.is_some_and(|request| {
                request.accept_language
                    && self.cache.stored(chinese).is_some()
                    && prefers_chinese(request.values("accept-language"))
            });
            return Ok((if liked { chinese } else { plain }, None));
        };
        let accept = by
            .filter(|request| request.accept_encoding.is_some() && cache.negotiable(index))
            .map(|request| acceptable(request.accepted_codings()))
            .unwrap_or_default();
        let negotiated = accept.iter().any(Option::is_some);
        if let Some(fd) = opened {
            if content && !negotiated && cache.stored(plain).is_some_and(|f| f.bytes().is_none()) {
                return Ok((plain, Some(fd)));
            }
            files::close(fd, watch);
        }
        // The plain file must be there, whatever is sent.
        let fd = match cache.refresh(plain, root, content && !negotiated, now, watch) {
            Ok(fd) => fd,
            Err(status) => {
                cache.forget(index);
                return Err(Miss::Status(status));
            }
        };
        if !negotiated {
            return Ok((plain, fd));
        }
        for coding in accept.into_iter().flatten() {
            let found = Found { index, slot: 1 + coding as usize };
            if let Ok(fd) = cache.refresh(found, root, content, now, watch) {
                return Ok((found, fd));
            }
        }
        match cache.refresh(plain, root, content, now, watch) {
            Ok(fd) => Ok((plain, fd)),
            Err(status) => Err(Miss::Status(status)),
        }
    }

    /// Makes an entry for a path that is not known as it was spelt; returns the file still open.
    fn discover(
        &mut self,
        path: &[u8],
        now: Now,
        watch: &mut dyn Watch,
    ) -> Result<(usize, Option<OwnedFd>), Miss> {
        let wanted = resolve(path, self.hidden).map_err(Miss::Status)?;
        let canonical = wanted.canonical();
        if canonical != path
            && let Some(index) = self.cache.find(&canonical)
        {
            return Ok((index, None));
        }
        let Self { root: Some(root), cache, .. } = self else {
            let slash = !wanted.folder && self.cache.has_folder(&wanted.name);
            return Err(if slash { Miss::Slash(wanted) } else { Miss::Status(404) });
        };
        let mut name = wanted.name.clone();
        if wanted.folder {
            if !name.is_empty() {
                name.push(b'/');
            }
            name.extend_from_slice(b"index.html");
        }
        let looked = match root.look(&name, watch) {
            Ok(fd) => fd,
            Err(Errno::NOENT) if wanted.folder => return Err(Miss::Bare(wanted)),
            Err(errno) => return Err(Miss::Status(files::status(errno))),
        };
        let miss = match files::stat(&looked, watch) {
            Ok(Thing::File(stamp)) => {
                let open = root.open_looked(looked, &name, watch);
                let fd = open.map_err(|errno| Miss::Status(files::status(errno)))?;
                let mut entry = CachedFile::new(canonical, name);
                return match entry.load(0, &fd, stamp, now, watch) {
                    Ok(()) => Ok((cache.insert(entry), Some(fd))),
                    Err(errno) => {
                        files::close(fd, watch);
                        Err(Miss::Status(files::status(errno)))
                    }
                };
            }
            Ok(Thing::Folder) if !wanted.folder => Miss::Slash(wanted),
            Ok(Thing::Folder) => Miss::Status(404),
            Ok(Thing::Other) => Miss::Status(403),
            Err(errno) => Miss::Status(files::status(errno)),
        };
        files::close(looked, watch);
        Err(miss)
    }

    /// Sends a file, or what the request's conditions and ranges make of it.
    fn send(
        &mut self,
        request: &Request<'_>,
        to: Recipient,
        (found, fd): (Found, Option<OwnedFd>),
        now: Now,
        out: &mut Vec<u8>,
        watch: &mut dyn Watch,
    ) -> Response {
        let Self { cache, prelude, boundaries, .. } = self;
        let Some(file) = cache.stored(found) else {
            // Refreshed a moment ago by this very thread.
            return self.fail(500, &Note::None, to, now, out, watch);
        };
        let known =
            request.ranged && request.conditional && request.values("if-range").next().is_some();
        let answer = Answer { prelude, to, file, known };
        let (status, note) = match portion(request, &answer, now) {
            Portion::Whole => return answer.whole(fd, watch, out),
            Portion::Part(part) => return answer.part(part, fd, watch, out),
            Portion::Nothing => {
                close_some(fd, watch);
                return answer.not_modified(out);
            }
            Portion::Parts(parts) => {
                let response = answer.parts(&parts, &boundaries.next(), fd.as_ref(), watch, out);
                close_some(fd, watch);
                match response {
                    Some(response) => return response,
                    None => (500, Note::None),
                }
            }
            Portion::Error(status) => {
                close_some(fd, watch);
                (status, if status == 416 { Note::Size(file.size) } else { Note::None })
            }
        };
        self.fail(status, &note, to, now, out, watch)
    }

    /// Sends the list of a folder's files.
    fn folder(
        &mut self,
        path: &FilePath,
        to: Recipient,
        now: Now,
        out: &mut Vec<u8>,
        watch: &mut dyn Watch,
    ) -> Response {
        let Self { root: Some(root), hidden, .. } = self else {
            return self.fail(404, &Note::None, to, now, out, watch);
        };
        let names = root.open_folder(&path.name, watch).and_then(|fd| {
            let names = files::list(&fd, listing::MOST, *hidden, watch);
            files::close(fd, watch);
            names
        });
        match names {
            Ok((names, more)) => {
                let mut body = Vec::new();
                listing::write(&path.name, names, more, &mut body);
                answer::page(200, &Note::None, to, &body, &self.prelude, out)
            }
            Err(errno) => self.fail(files::status(errno), &Note::None, to, now, out, watch),
        }
    }

    /// Sends an error with the root's own page for it, `404.html` for a 404, or with a small one.
    fn fail(
        &mut self,
        status: u16,
        note: &Note,
        to: Recipient,
        now: Now,
        out: &mut Vec<u8>,
        watch: &mut dyn Watch,
    ) -> Response {
        let mut body = Vec::new();
        match self.error_page(status, now, watch) {
            Some(page) => body.extend_from_slice(page),
            None => page::error(status, &mut body),
        }
        answer::page(status, note, to, &body, &self.prelude, out)
    }

    /// The root's own page for a status, if it has one of at most [`SMALL`] bytes.
    fn error_page(&mut self, status: u16, now: Now, watch: &mut dyn Watch) -> Option<&[u8]> {
        const FRESH: u64 = 1_000_000_000;
        if status < 400 {
            return None;
        }
        self.pageless.retain(|&(_, at)| now.monotonic.saturating_sub(at) < FRESH);
        if self.pageless.iter().any(|&(missing, _)| missing == status) {
            return None;
        }
        let path = format!("/{status}.html");
        let Ok((found, _)) = self.locate(path.as_bytes(), None, false, now, watch) else {
            self.pageless.push((status, now.monotonic));
            return None;
        };
        self.cache.stored(found)?.bytes().filter(|page| page.len() as u64 <= SMALL)
    }
}

/// What a request's conditions and ranges leave of a file.
fn portion(request: &Request<'_>, answer: &Answer<'_>, now: Now) -> Portion {
    if !request.conditional && !request.ranged {
        return Portion::Whole;
    }
    let file = answer.file;
    let validators = Validators { etag: &file.etag, modified: file.modified };
    match evaluate(request, validators) {
        Outcome::NotModified => return Portion::Nothing,
        Outcome::Failed => return Portion::Error(412),
        Outcome::Send => {}
    }
    // A range means something to GET only (RFC 9110, section 14.2).
    if answer.to.head || !range_counts(request, validators, now.unix) {
        return Portion::Whole;
    }
    match request.single("range").map(|value| Ranges::parse(value, file.size)) {
        None | Some(Ranges::Whole) => Portion::Whole,
        Some(Ranges::Unsatisfiable) => Portion::Error(416),
        Some(Ranges::Parts(parts)) => match parts[..] {
            [part] => Portion::Part(part),
            // To what of a multipart answer a coding would apply is not agreed upon.
            _ if file.coded => Portion::Whole,
            _ if parts.iter().map(|part| part.len).sum::<u64>() > MULTIPART => Portion::Whole,
            _ => Portion::Parts(parts),
        },
    }
}

fn close_some(fd: Option<OwnedFd>, watch: &mut dyn Watch) {
    if let Some(fd) = fd {
        files::close(fd, watch);
    }
}
