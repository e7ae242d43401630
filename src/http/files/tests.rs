//! Which file a path is.

use std::os::unix::fs::symlink;

use super::*;

/// Keeps the calls, and checks that each is announced.
#[derive(Default)]
struct Recorder {
    announced: Option<(FileKind, RawFd)>,
    opened: Vec<RawFd>,
    closed: Vec<RawFd>,
    reads: usize,
}

impl Watch for Recorder {
    fn before(&mut self, call: FileKind, fd: RawFd) {
        assert_eq!(self.announced.replace((call, fd)), None);
    }

    fn after(&mut self, call: FileCall<'_>) {
        let announced = match call {
            FileCall::Open { dirfd, ret, .. } => {
                self.opened.extend(ret);
                (FileKind::Open, dirfd)
            }
            FileCall::OpenAt { dirfd, ret, .. } => {
                self.opened.extend(ret);
                (FileKind::OpenAt, dirfd)
            }
            FileCall::Stat { fd, .. } => (FileKind::Stat, fd),
            FileCall::Read { fd, .. } => {
                self.reads += 1;
                (FileKind::Read, fd)
            }
            FileCall::List { fd, .. } => (FileKind::List, fd),
            FileCall::Close { fd } => {
                self.closed.push(fd);
                (FileKind::Close, fd)
            }
        };
        assert_eq!(self.announced.take(), Some(announced));
    }
}

#[test]
fn without_openat2_no_link_is_followed_at_all() {
    let top = tempfile::tempdir().unwrap();
    let root = top.path().join("root");
    std::fs::create_dir_all(root.join("a/b")).unwrap();
    std::fs::write(root.join("a/b/f"), "content").unwrap();
    symlink("a", root.join("inside")).unwrap();
    symlink("/etc", root.join("outside")).unwrap();
    symlink("f", root.join("a/b/link")).unwrap();
    let folder = Folder { beneath: false, ..Folder::open(&root).unwrap() };
    let mut calls = Recorder::default();
    let looked = folder.look(b"a/b/f", &mut calls).unwrap();
    assert!(matches!(stat(&looked, &mut calls), Ok(Thing::File(_))));
    let fd = folder.open_looked(looked, b"a/b/f", &mut calls).unwrap();
    let mut content = Vec::new();
    read(&fd, 0, 100, &mut content, &mut calls).unwrap();
    assert_eq!(content, b"content");
    close(fd, &mut calls);
    assert_eq!((calls.opened.len(), calls.closed.len()), (4, 4));
    for name in ["inside/b/f", "outside/hostname", "a/b/link", "a/b/f/g", "none"] {
        let looked = folder.look(name.as_bytes(), &mut calls);
        let errno = looked.and_then(|fd| stat(&fd, &mut calls)).unwrap_err();
        assert_eq!(status(errno), 404, "{name} {errno}");
        let errno = folder.open_file(name.as_bytes(), &mut calls).unwrap_err();
        assert_eq!(status(errno), 404, "{name} {errno}");
    }
    let fd = folder.open_folder(b"", &mut calls).unwrap();
    assert_eq!(stat(&fd, &mut calls), Ok(Thing::Folder));
}

#[test]
fn a_folder_is_listed_up_to_a_limit() {
    let root = tempfile::tempdir().unwrap();
    for n in 0..9 {
        std::fs::write(root.path().join(n.to_string()), "").unwrap();
    }
    std::fs::create_dir(root.path().join("d")).unwrap();
    let folder = Folder::open(root.path()).unwrap();
    let mut calls = Recorder::default();
    let fd = folder.open_folder(b"", &mut calls).unwrap();
    let (names, more) = list(&fd, 100, false, &mut calls).unwrap();
    assert_eq!((names.len(), more), (10, false));
    assert_eq!(names.iter().min(), Some(&Name { file: false, name: b"d".into() }));
    let fd = folder.open_folder(b"", &mut calls).unwrap();
    let (names, more) = list(&fd, 5, false, &mut calls).unwrap();
    assert_eq!((names.len(), more), (5, true));
    let fd = folder.open_folder(b"", &mut calls).unwrap();
    let (names, more) = list(&fd, 10, false, &mut calls).unwrap();
    assert_eq!((names.len(), more), (10, false), "neither dot is one more");
}

#[test]
fn a_file_that_ends_early_is_read_to_its_end() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("f"), "short").unwrap();
    let folder = Folder::open(root.path()).unwrap();
    let mut calls = Recorder::default();
    let fd = folder.open_file(b"f", &mut calls).unwrap();
    let mut out = b"before".to_vec();
    read(&fd, 1, 100, &mut out, &mut calls).unwrap();
    assert_eq!(out, b"beforehort");
    assert_eq!(calls.reads, 2, "the second one finds the end");
}
