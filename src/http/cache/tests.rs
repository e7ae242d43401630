//! What is kept of files, and what their heads say.

use super::*;

#[test]
fn a_tag_changes_with_the_file_and_the_coding() {
    let stamp = Stamp { dev: 1, inode: 2, size: 3, modified: (10, 5), changed: (10, 5) };
    let plain = etag(&stamp, None, false);
    assert!(plain.starts_with('"') && plain.ends_with('"') && plain.len() > 2);
    assert_eq!(etag(&stamp, None, true), format!("W/{plain}"));
    for other in [
        Stamp { inode: 9, ..stamp },
        Stamp { size: 9, ..stamp },
        Stamp { modified: (10, 6), ..stamp },
        Stamp { changed: (11, 5), ..stamp },
        Stamp { modified: (-10, 5), ..stamp },
    ] {
        assert_ne!(etag(&other, None, false), plain, "{other:?}");
    }
    assert_ne!(etag(&stamp, Some(Coding::Gzip), false), etag(&stamp, Some(Coding::Zstd), false));
}

#[test]
fn names_have_their_media_types() {
    for (name, expected) in [
        ("a/index.html", "text/html; charset=utf-8"),
        ("style.CSS", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.png", "image/png"),
        ("a.json", "application/json"),
        ("a.wasm", "application/wasm"),
        ("a.mp4", "video/mp4"),
        ("a.tar.gz", "application/gzip"),
        ("Makefile", "application/octet-stream"),
        ("a.b/c", "application/octet-stream"),
    ] {
        assert_eq!(content_type(name.as_bytes()), expected, "{name}");
    }
    assert!(compressible("image/svg+xml") && !compressible("image/png"));
}
