//! Ranges and preconditions through `http`: which part of a file is sent, and with which header lines.

use std::fs;
use std::os::unix::fs::FileExt;

use crate::asking::{Seen, Site, ask, folder, get, site};

#[test]
fn preconditions_decide() {
    let root = folder(&[("a.txt", b"hello")]);
    let mut site = site(root.path());
    let first = get(&mut site, "/a.txt", "");
    let etag = first.field("ETag").unwrap().to_owned();
    let modified = first.field("Last-Modified").unwrap().to_owned();
    let mut status = |fields: &str| get(&mut site, "/a.txt", fields).status;
    for (fields, expected) in [
        (format!("If-None-Match: {etag}\r\n"), 304),
        (format!("If-None-Match: W/{etag}\r\n"), 304),
        (format!("If-None-Match: \"a,b\", {etag}\r\n"), 304),
        (format!("If-None-Match: \"a\"\r\nIf-None-Match: {etag}\r\n"), 304),
        ("If-None-Match: *\r\n".into(), 304),
        ("If-None-Match: \"other\"\r\n".into(), 200),
        (format!("If-None-Match: \"other\"\r\nIf-Modified-Since: {modified}\r\n"), 200),
        (format!("If-Modified-Since: {modified}\r\n"), 304),
        ("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n".into(), 200),
        ("If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n".into(), 200),
        ("If-Modified-Since: yesterday\r\n".into(), 200),
        (format!("If-Match: {etag}\r\n"), 200),
        (format!("If-Match: W/{etag}\r\n"), 412),
        ("If-Match: *\r\n".into(), 200),
        ("If-Match: \"other\"\r\n".into(), 412),
        (format!("If-Unmodified-Since: {modified}\r\n"), 200),
        ("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n".into(), 412),
        (format!("If-Match: {etag}\r\nIf-None-Match: {etag}\r\n"), 304),
    ] {
        assert_eq!(status(&fields), expected, "{fields}");
    }
    let known = get(&mut site, "/a.txt", &format!("If-None-Match: {etag}\r\n"));
    assert_eq!(known.field("ETag"), Some(&etag[..]));
    assert_eq!(known.field("Vary"), Some("Accept-Encoding"));
    assert_eq!((known.field("Content-Length"), known.body.len()), (None, 0));
}

#[test]
fn ranges_are_cut_from_small_and_large_files() {
    let bytes: Vec<u8> = (0..200_000u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
    let root = folder(&[("small.bin", &bytes[..1000]), ("large.bin", &bytes)]);
    let mut site = site(root.path());
    for (target, size) in [("/small.bin", 1000usize), ("/large.bin", 200_000)] {
        for (range, start, end) in [
            ("0-0", 0, 1),
            ("10-19", 10, 20),
            ("990-", 990, size),
            ("-7", size - 7, size),
            ("-99999999", 0, size),
            ("500-99999999999999999999999", 500, size),
            ("0-4,5-9", 0, 10),
        ] {
            let part = get(&mut site, target, &format!("Range: bytes={range}\r\n"));
            assert_eq!(part.status, 206, "{range}");
            assert_eq!(part.body, &bytes[start..end], "{range}");
            let expected = format!("bytes {start}-{}/{size}", end - 1);
            assert_eq!(part.field("Content-Range"), Some(&expected[..]));
            assert_eq!(part.field("Content-Length"), Some(&(end - start).to_string()[..]));
        }
        let outside = get(&mut site, target, &format!("Range: bytes={size}-\r\n"));
        assert_eq!(outside.status, 416);
        assert_eq!(outside.field("Content-Range"), Some(&format!("bytes */{size}")[..]));
        for ignored in ["bytes=5-4", "bytes=x-", "lines=1-2", "bytes=", "bytes=-", "bytes=1"] {
            let whole = get(&mut site, target, &format!("Range: {ignored}\r\n"));
            assert_eq!((whole.status, whole.body.len()), (200, size), "{ignored}");
        }
        let several = get(&mut site, target, "Range: bytes=0-1, 100-103\r\n");
        assert_eq!(several.status, 206);
        let kind = several.field("Content-Type").unwrap();
        let boundary = kind.strip_prefix("multipart/byteranges; boundary=").unwrap();
        let part = |start: usize, end: usize| {
            let head = format!(
                "--{boundary}\r\nContent-Type: application/octet-stream\r\n\
                 Content-Range: bytes {start}-{end}/{size}\r\n\r\n"
            );
            [head.as_bytes(), &bytes[start..=end], b"\r\n"].concat()
        };
        let end = format!("--{boundary}--\r\n");
        assert_eq!(several.body, [part(0, 1), part(100, 103), end.into_bytes()].concat());
        let head = ask(
            &mut site,
            &format!("HEAD {target} HTTP/1.1\r\nHost: x\r\nRange: bytes=0-0\r\n\r\n"),
        );
        assert_eq!(head.status, 200, "a range means nothing to HEAD");
    }
}

#[test]
fn a_boundary_cannot_be_foreseen() {
    let root = folder(&[("a.bin", b"0123456789")]);
    let boundary = |site: &mut Site| {
        let answer = get(site, "/a.bin", "Range: bytes=0-0,5-5\r\n");
        let kind = answer.field("Content-Type").unwrap();
        kind.strip_prefix("multipart/byteranges; boundary=").unwrap().to_owned()
    };
    let mut seen = std::collections::HashSet::new();
    for _ in 0..20 {
        let mut site = site(root.path());
        for _ in 0..20 {
            let boundary = boundary(&mut site);
            // RFC 2046, section 5.1.1; and enough of it is random.
            assert!((32..=70).contains(&boundary.len()), "{boundary}");
            assert!(boundary.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{boundary}");
            assert!(seen.insert(boundary), "the same twice");
        }
    }
}

#[test]
fn a_suffix_of_an_empty_file_is_the_file() {
    let root = folder(&[("empty.txt", b"")]);
    let mut site = site(root.path());
    for (range, status) in
        [("-5", 200), ("-0", 416), ("0-", 416), ("0-0", 416), ("0-0,-1", 200), ("x", 200)]
    {
        let answer = get(&mut site, "/empty.txt", &format!("Range: bytes={range}\r\n"));
        assert_eq!(answer.status, status, "{range}");
        match status {
            200 => assert_eq!(answer.field("Content-Length"), Some("0"), "{range}"),
            _ => assert_eq!(answer.field("Content-Range"), Some("bytes */0"), "{range}"),
        }
    }
}

/// The client has them from the answer that its `If-Range` is about (RFC 9110, section 15.3.7).
#[test]
fn a_part_after_if_range_repeats_only_what_it_must() {
    let root = folder(&[("a.css", b"0123456789"), ("a.css.gz", b"9876543210")]);
    let mut site = site(root.path());
    let names = |answer: &Seen| -> Vec<String> {
        let fields = answer.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.map(|(name, _)| name.to_owned()).collect()
    };
    let accept = "Accept-Encoding: gzip\r\n";
    let whole = get(&mut site, "/a.css", accept);
    let (etag, modified) = (whole.field("ETag").unwrap(), whole.field("Last-Modified").unwrap());
    let required = ["Server", "Date", "ETag", "Cache-Control", "Vary"];
    for guard in [etag, modified] {
        let fields = format!("{accept}Range: bytes=1-2\r\nIf-Range: {guard}\r\n");
        let part = get(&mut site, "/a.css", &fields);
        assert_eq!((part.status, &part.body[..]), (206, &b"87"[..]));
        let expected = [&required[..], &["Content-Range", "Content-Length"]].concat();
        assert_eq!(names(&part), expected);
    }
    // Of several parts each says what it is (section 15.3.7.2).
    let plain = get(&mut site, "/a.css", "");
    let guard = plain.field("ETag").unwrap();
    let fields = format!("Range: bytes=1-2,5-5\r\nIf-Range: {guard}\r\n");
    let parts = get(&mut site, "/a.css", &fields);
    let expected = [&required[..], &["Content-Type", "Content-Length"]].concat();
    assert_eq!(parts.status, 206);
    assert_eq!(names(&parts), expected);
    let text = String::from_utf8(parts.body).unwrap();
    assert_eq!(text.matches("\r\nContent-Type: text/css; charset=utf-8\r\n").count(), 2);
    // Without it, and where it does not hold, all of them.
    let part = get(&mut site, "/a.css", &format!("{accept}Range: bytes=1-2\r\n"));
    for name in names(&whole) {
        assert!(part.field(&name).is_some(), "{name}");
    }
    let other =
        get(&mut site, "/a.css", &format!("{accept}Range: bytes=1-2\r\nIf-Range: \"x\"\r\n"));
    assert_eq!((other.status, names(&other)), (200, names(&whole)));
}

#[test]
fn if_range_guards_a_range() {
    let root = folder(&[("a.txt", b"hello")]);
    let mut site = site(root.path());
    let first = get(&mut site, "/a.txt", "");
    let etag = first.field("ETag").unwrap().to_owned();
    let modified = first.field("Last-Modified").unwrap().to_owned();
    let mut status = |guard: &str| {
        get(&mut site, "/a.txt", &format!("Range: bytes=1-2\r\nIf-Range: {guard}\r\n")).status
    };
    assert_eq!(status(&etag), 206);
    assert_eq!(status(&modified), 206);
    assert_eq!(status(&format!("W/{etag}")), 200);
    assert_eq!(status("\"other\""), 200);
    assert_eq!(status("Sun, 06 Nov 1994 08:49:37 GMT"), 200);
}

#[test]
fn a_file_beyond_4_gib_is_served_by_parts() {
    let root = folder(&[]);
    let file = fs::File::create(root.path().join("huge.bin")).unwrap();
    let length = 5u64 << 30;
    file.set_len(length).unwrap();
    file.write_all_at(b"end", length - 3).unwrap();
    let mut site = site(root.path());
    let part = get(&mut site, "/huge.bin", "Range: bytes=-3\r\n");
    assert_eq!((part.status, &part.body[..]), (206, &b"end"[..]));
    let head = ask(&mut site, "HEAD /huge.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(head.field("Content-Length"), Some("5368709120"));
}
