//! The account of file system calls against strace's: the same calls, in the same order, with the
//! same results, and not one more; each is announced before it is made and told after it.

use std::io::Write;
use std::os::fd::{AsRawFd, RawFd};
use std::path::Path;
use std::process::Command;

use epollscope::http::{FileCall, FileKind, Head, Limits, Now, Payload, Site, Watch, parse};

const ROOT: &str = "EPOLLSCOPE_HTTP_CALLS_ROOT";

/// As strace writes it, without what it adds.
fn write(call: FileCall<'_>) -> String {
    fn ret<T: ToString>(ret: Result<T, i32>) -> String {
        match ret {
            Ok(value) => value.to_string(),
            Err(errno) => format!("-1 {}", epollscope::telemetry::Errno(errno)),
        }
    }
    match call {
        FileCall::Open { dirfd, path, look, ret: r } => {
            let flags = if look { "O_PATH" } else { "O_RDONLY" };
            format!("openat2 {dirfd} {} {flags} = {}", String::from_utf8_lossy(path), ret(r))
        }
        FileCall::OpenAt { dirfd, path, ret: r } => {
            let dirfd = if dirfd == -100 { "AT_FDCWD".to_owned() } else { dirfd.to_string() };
            format!("openat {dirfd} {} = {}", String::from_utf8_lossy(path), ret(r))
        }
        FileCall::Stat { fd, ret: r } => format!("fstat {fd} = {}", ret(r.map(|()| 0))),
        FileCall::Read { fd, offset, ret: r } => format!("pread64 {fd} {offset} = {}", ret(r)),
        FileCall::List { fd, ret: r } => format!("getdents64 {fd} = {}", ret(r)),
        FileCall::Close { fd } => format!("close {fd} = 0"),
    }
}

/// Writes each call down, between two calls of its own: when it was announced, and when it was told.
#[derive(Default)]
struct Told(Vec<String>);

impl Watch for Told {
    fn before(&mut self, call: FileKind, _: RawFd) {
        let _ = rustix::fs::fstat(rustix::stdio::stdout());
        self.0.extend(["fstat 1 = 0".to_owned(), format!("{call:?}")]);
    }

    fn after(&mut self, call: FileCall<'_>) {
        let announced = self.0.pop().unwrap();
        let name = format!("{call:?}");
        assert_eq!(announced, name.split(' ').next().unwrap());
        let _ = rustix::fs::fstat(rustix::stdio::stderr());
        self.0.extend([write(call), "fstat 2 = 0".to_owned()]);
    }
}

/// One line of strace in the same form; `None` for what is not a file call.
fn read(line: &str) -> Option<String> {
    let (name, rest) = line.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    let arguments: Vec<&str> = arguments.trim_end().trim_end_matches(')').split(", ").collect();
    let result = match result.split_once(' ') {
        Some(("-1", error)) => format!("-1 {}", error.split(' ').next()?),
        _ => result.to_owned(),
    };
    let path = || arguments.get(1).map(|path| path.trim_matches('"'));
    Some(match name {
        // The standard library's own check before a close, in builds with debug assertions.
        "fcntl" if cfg!(debug_assertions) && arguments.last() == Some(&"F_GETFD") => return None,
        "openat2" => {
            // Without the access mode where it is without a meaning.
            let look = arguments.get(2)?.contains("O_PATH");
            let flags = if look { "O_PATH" } else { "O_RDONLY" };
            format!("openat2 {} {} {flags} = {result}", arguments[0], path()?)
        }
        "openat" => format!("openat {} {} = {result}", arguments[0], path()?),
        "fstat" | "close" | "getdents64" => format!("{name} {} = {result}", arguments[0]),
        "pread64" => format!("{name} {} {} = {result}", arguments[0], arguments.last()?),
        "mmap" => return None,
        _ => line.to_owned(),
    })
}

/// The traced part: runs in a process of its own, and says what it thinks it did.
#[test]
fn traced() {
    let Some(root) = std::env::var_os(ROOT) else { return };
    let mut site = Site::open(Path::new(&root)).unwrap().list(true);
    // A call that only this test makes marks the beginning, and another one the end.
    let mark = || _ = rustix::fs::fstat(rustix::stdio::stdin());
    let mut told = Told::default();
    let mut out = Vec::new();
    mark();
    for (second, fields) in [
        (0, "GET /small.txt"),
        (0, "GET /small.txt"),
        (0, "GET /large.bin"),
        (0, "HEAD /large.bin"),
        (0, "GET /missing"),
        (0, "GET /sub"),
        (0, "GET /sub/"),
        (0, "GET /list/"),
        (0, "GET /out"),
        (0, "GET /empty.txt"),
        (0, "GET /fifo"),
        (5, "GET /small.txt"),
        (5, "HEAD /large.bin"),
        (9, "GET /large.bin"),
        (9, "GET /large.bin"),
    ] {
        let request = format!("{fields} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
        let Head::Complete(request) = parse(request.as_bytes(), &Limits::default()) else {
            unreachable!("written above");
        };
        out.clear();
        let now = Now { monotonic: second * 1_000_000_000, unix: 4_102_444_800 + second };
        let response = site.respond(&request, now, &mut out, &mut told);
        if let Payload::File { file, .. } = response.payload {
            // The caller's close.
            told.0.push(format!("close {} = 0", file.as_raw_fd()));
        }
    }
    mark();
    let mut file = std::fs::File::create(Path::new(&root).with_extension("told")).unwrap();
    file.write_all(told.0.join("\n").as_bytes()).unwrap();
}

#[test]
fn the_calls_told_are_those_that_strace_saw() {
    if Command::new("strace").arg("-V").output().is_err() {
        assert!(std::env::var_os("EPOLLSCOPE_REQUIRE_TOOLS").is_none(), "strace is missing");
        eprintln!("skipped: there is no strace");
        return;
    }
    let top = tempfile::tempdir().unwrap();
    let root = top.path().join("root");
    std::fs::create_dir_all(root.join("sub")).unwrap();
    std::fs::write(root.join("small.txt"), "small").unwrap();
    std::fs::write(root.join("small.txt.gz"), "zip").unwrap();
    std::fs::write(root.join("sub/index.html"), "sub").unwrap();
    std::fs::create_dir_all(root.join("list")).unwrap();
    for n in 0..2000 {
        std::fs::write(root.join(format!("list/{}{n}", "x".repeat(n % 20))), "").unwrap();
    }
    std::fs::write(root.join("empty.txt"), "").unwrap();
    std::fs::write(root.join("large.bin"), vec![0; 100_000]).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", root.join("out")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, root.join("fifo"), fifo, mode, 0).unwrap();
    let trace = top.path().join("trace");
    let status = Command::new("strace")
        .args(["-f", "-e", "trace=desc,file", "-e", "signal=none", "-o"])
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "traced", "--test-threads=1", "--nocapture"])
        .env(ROOT, &root)
        // glibc reads a file below /proc when it shrinks the heap of a thread's own arena.
        .env("MALLOC_ARENA_MAX", "1")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "strace may need the right to trace (ptrace(2))");
    let trace = std::fs::read_to_string(trace).unwrap();
    let told = std::fs::read_to_string(root.with_extension("told")).unwrap();
    let lines = trace.lines().filter_map(|line| read(line.split_once(' ')?.1.trim_start()));
    let seen: Vec<String> = lines
        .skip_while(|line| line != "fstat 0 = 0")
        .skip(1)
        .take_while(|line| line != "fstat 0 = 0")
        .collect();
    assert!(seen.len() > 20, "{trace}");
    assert_eq!(told.lines().collect::<Vec<_>>(), seen);
}
