//! A real folder with symlinks of every kind, asked for by any spelling, against a plain model: a
//! file is served exactly when its real path, with all links resolved, lies below the root.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use epollscope::http::{Head, Limits, Now, Site, Unwatched, parse};
use proptest::prelude::*;

/// Every file's content is its own real path, so that what was served can be recognized.
fn plant(root: &Path, outside: &Path) {
    for folder in [root.join("a/b"), root.join("c"), outside.join("a")] {
        fs::create_dir_all(folder).unwrap();
    }
    for file in ["f", "a/f", "a/b/f", "c/f", "a/index.html", "index.html"] {
        fs::write(root.join(file), root.join(file).to_str().unwrap()).unwrap();
    }
    for file in ["f", "a/f"] {
        fs::write(outside.join(file), outside.join(file).to_str().unwrap()).unwrap();
    }
    for (link, target) in [
        ("in", "a/b"),
        ("a/up", ".."),
        ("a/over", "../../outside"),
        ("out", "../outside"),
        ("c/twice", "../in/f"),
        ("c/leave", "../a/over/f"),
        ("c/round", "../../root/f"),
    ] {
        symlink(target, root.join(link)).unwrap();
    }
    symlink(outside, root.join("far")).unwrap();
    // An absolute link leads out by its spelling, even where it comes back.
    symlink(root, root.join("back")).unwrap();
}

/// The file that a kernel which keeps below the root would find: links are followed a component at a
/// time, and neither `..` nor an absolute target may leave.
fn model(root: &Path, name: &str, depth: usize) -> Option<PathBuf> {
    let mut at: Vec<String> = Vec::new();
    let mut todo: Vec<String> = name.split('/').rev().map(str::to_owned).collect();
    let mut links = depth;
    while let Some(part) = todo.pop() {
        match &part[..] {
            "" | "." => continue,
            ".." => {
                at.pop()?;
                continue;
            }
            _ => at.push(part),
        }
        let here = root.join(at.join("/"));
        if let Ok(target) = fs::read_link(&here) {
            links = links.checked_sub(1)?;
            at.pop();
            for part in target.components().rev() {
                match part {
                    Component::RootDir | Component::Prefix(_) => return None,
                    other => todo.push(other.as_os_str().to_str()?.to_owned()),
                }
            }
        } else if !here.exists() {
            return None;
        }
    }
    let found = root.join(at.join("/"));
    found.is_file().then_some(found)
}

/// What is served for a target: status and content.
fn ask(site: &mut Site, target: &str) -> (u16, String) {
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
    let Head::Complete(request) = parse(request.as_bytes(), &Limits::default()) else {
        return (400, String::new());
    };
    let mut out = Vec::new();
    let now = Now { monotonic: 0, unix: 4_102_444_800 };
    let status = site.respond(&request, now, &mut out, &mut Unwatched).status;
    let text = String::from_utf8(out).unwrap();
    (status, text.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// Undoes dots as RFC 3986, section 5.2.4, and percent-encoding; `None` for what is no file's name.
fn plain(target: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in target.split('/') {
        let part = part.replace("%2e", ".").replace("%61", "a");
        if part.contains("%2f") {
            return None;
        }
        match &part[..] {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            other if other.starts_with('.') => return None,
            other => parts.push(other.to_owned()),
        }
    }
    Some(parts.join("/"))
}

proptest! {
    #[test]
    fn only_what_lies_below_the_root_is_served(
        targets in prop::collection::vec(
            prop::collection::vec(
                prop::sample::select(&[
                    "a", "b", "c", "f", "in", "up", "out", "far", "back", "over", "twice", "leave",
                    "round", "..", ".", "", "%2e%2e", "%2e", "%61", "..%2f", "outside", "index.html",
                ][..]),
                1..7,
            ),
            1..60,
        ),
    ) {
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        let (root, outside) = (top.join("root"), top.join("outside"));
        plant(&root, &outside);
        let mut site = Site::open(&root).unwrap();
        for parts in targets {
            let target = format!("/{}", parts.join("/"));
            let (status, content) = ask(&mut site, &target);
            let folder = matches!(parts.last(), Some(&("" | "." | ".." | "%2e" | "%2e%2e")));
            let expected = plain(&target)
                .map(|name| if folder { format!("{name}/index.html") } else { name })
                .and_then(|name| model(&root, &name, 40));
            if let Some(file) = expected {
                prop_assert_eq!(status, 200, "{}", target);
                prop_assert_eq!(content, file.to_str().unwrap(), "{}", target);
            } else {
                prop_assert_ne!(status, 200, "{} gave {}", target, content);
            }
        }
    }
}
