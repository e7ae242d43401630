//! A site that is asked in bytes, and its answers as a client sees them.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of it")]

use std::fs;
use std::os::fd::RawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use epollscope::http::{
    self, FileCall, FileKind, Head, Limits, Now, Payload, Response, Watch, parse,
};

/// An answer as a client sees it.
pub struct Seen {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    pub keep_alive: bool,
}

impl Seen {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (field, value) = line.split_once(": ")?;
            field.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A site, and the calls on files that it makes: which, the file's descriptor, the result.
pub struct Site {
    pub site: http::Site,
    pub calls: Calls,
}

pub type Call = (FileKind, RawFd, Result<usize, i32>);

#[derive(Default)]
pub struct Calls(Vec<Call>);

impl Watch for Calls {
    fn before(&mut self, _: FileKind, _: RawFd) {}

    fn after(&mut self, call: FileCall<'_>) {
        self.0.push(match call {
            FileCall::Open { ret, .. } => (FileKind::Open, ret.unwrap_or(-1), ret.map(|_| 0)),
            FileCall::OpenAt { ret, .. } => (FileKind::OpenAt, ret.unwrap_or(-1), ret.map(|_| 0)),
            FileCall::Stat { fd, ret } => (FileKind::Stat, fd, ret.map(|()| 0)),
            FileCall::Read { fd, ret, .. } => (FileKind::Read, fd, ret),
            FileCall::List { fd, ret } => (FileKind::List, fd, ret),
            FileCall::Close { fd } => (FileKind::Close, fd, Ok(0)),
        });
    }
}

impl Site {
    pub fn of(site: http::Site) -> Self {
        Self { site, calls: Calls::default() }
    }

    pub fn embedded() -> Self {
        Self::of(http::Site::embedded())
    }

    /// The calls since it was last asked.
    pub fn calls(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.calls.0)
    }

    pub fn kinds(&mut self) -> Vec<FileKind> {
        self.calls().into_iter().map(|(kind, ..)| kind).collect()
    }
}

/// 2100: every file of a test was changed long before, so that no stamp is racy.
pub const LATER: u64 = 4_102_444_800;

pub fn at(seconds: u64) -> Now {
    Now { monotonic: seconds * 1_000_000_000, unix: LATER + seconds }
}

pub fn finish(response: Response, mut out: Vec<u8>) -> Seen {
    match response.payload {
        Payload::None => {}
        Payload::Memory(bytes) => out.extend_from_slice(&bytes),
        Payload::File { file, offset, len } => {
            let mut bytes = vec![0; usize::try_from(len).unwrap()];
            fs::File::from(file).read_exact_at(&mut bytes, offset).unwrap();
            out.extend_from_slice(&bytes);
        }
    }
    let end = out.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    let body = out.split_off(end);
    assert_eq!(body.len() as u64, response.body, "the body announced to the caller");
    let head = String::from_utf8(out).unwrap();
    assert!(head.starts_with(&format!("HTTP/1.1 {} ", response.status)), "{head}");
    Seen { status: response.status, head, body, keep_alive: response.keep_alive }
}

pub fn ask_at(site: &mut Site, request: &str, now: Now) -> Seen {
    let Head::Complete(request) = parse(request.as_bytes(), &Limits::default()) else {
        panic!("not a request: {request:?}");
    };
    let mut out = Vec::new();
    let response = site.site.respond(&request, now, &mut out, &mut site.calls);
    finish(response, out)
}

pub fn ask(site: &mut Site, request: &str) -> Seen {
    ask_at(site, request, at(0))
}

pub fn get(site: &mut Site, target: &str, fields: &str) -> Seen {
    ask(site, &format!("GET {target} HTTP/1.1\r\nHost: x\r\n{fields}\r\n"))
}

pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    root
}

pub fn site(root: &Path) -> Site {
    Site::of(http::Site::open(root).unwrap())
}
