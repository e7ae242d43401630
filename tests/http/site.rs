//! Whole requests through `http`: parsed from bytes, answered from the embedded pages and from real
//! folders, with the answers read back as a client would. Ranges are in `ranges`.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;

use crate::asking::{Site, ask, ask_at, at, finish, folder, get, site};
use epollscope::http::{self, FileKind, Head, Limits, Now, Payload, SMALL, parse};

#[test]
fn the_embedded_pages_are_served_without_a_system_call() {
    let mut site = Site::embedded();
    let page = get(&mut site, "/", "");
    assert_eq!(page.status, 200);
    assert_eq!(page.field("Content-Type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.field("Date"), Some("Fri, 01 Jan 2100 00:00:00 GMT"));
    assert_eq!(page.field("X-Content-Type-Options"), Some("nosniff"));
    assert!(page.keep_alive && page.field("Connection").is_none());
    assert_eq!(get(&mut site, "/index.html", "").body, page.body);
    assert_eq!(get(&mut site, "/./%69ndex.html?a=b", "").body, page.body);
    assert_eq!(get(&mut site, "http://x/", "").body, page.body);
    assert_eq!(get(&mut site, "/nothing", "").status, 404);
    assert_eq!(get(&mut site, "/../Cargo.toml", "").status, 400);
    assert_eq!(site.calls(), []);
}

#[test]
fn the_embedded_pages_have_a_large_file_and_their_own_404() {
    let mut site = Site::embedded();
    let missing = get(&mut site, "/nothing", "");
    assert_eq!(missing.body, get(&mut site, "/404.html", "").body);
    let page = String::from_utf8(get(&mut site, "/", "").body).unwrap();
    let mut largest = 0;
    let mut assets = 0;
    for part in page.split(['"', ' ']).filter(|part| part.contains('.') && part.starts_with('/')) {
        let asset = get(&mut site, part, "");
        assert_eq!(asset.status, 200, "{part}");
        assets += 1;
        largest = largest.max(asset.body.len());
    }
    assert!(assets >= 6, "a browser should open several connections: {assets}");
    assert!(largest >= 512 * 1024, "something for the slow reader: {largest}");
}

#[test]
fn head_equals_get_without_the_body() {
    let large = vec![b'x'; 200_000];
    let root = folder(&[("small.txt", b"hello"), ("large.bin", &large)]);
    let mut site = site(root.path());
    for target in ["/small.txt", "/large.bin", "/missing"] {
        let get = get(&mut site, target, "");
        let head = ask(&mut site, &format!("HEAD {target} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!(head.head, get.head);
        assert!(head.body.is_empty() && !get.body.is_empty());
    }
    assert_eq!(get(&mut site, "/large.bin", "").body, large);
}

#[test]
fn methods_have_their_verdicts() {
    let mut site = Site::embedded();
    let mut method = |name: &str| ask(&mut site, &format!("{name} / HTTP/1.1\r\nHost: x\r\n\r\n"));
    for name in ["POST", "PUT", "DELETE", "PATCH", "TRACE"] {
        let answer = method(name);
        assert_eq!((answer.status, answer.field("Allow")), (405, Some("GET, HEAD, OPTIONS")));
        assert!(answer.keep_alive);
    }
    assert_eq!(method("BREW").status, 501);
    assert_eq!(method("get").status, 501, "methods are case-sensitive");
    let options = method("OPTIONS");
    assert_eq!((options.status, options.field("Allow")), (204, Some("GET, HEAD, OPTIONS")));
    assert_eq!(options.field("Content-Length"), None);
    assert_eq!(ask(&mut site, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").status, 204);
}

#[test]
fn connections_are_kept_as_the_version_says() {
    let mut site = Site::embedded();
    let mut tail = |request: &str| {
        let answer = ask(&mut site, request);
        (answer.keep_alive, answer.field("Connection").map(str::to_owned))
    };
    assert_eq!(tail("GET / HTTP/1.0\r\n\r\n"), (false, Some("close".into())));
    let kept = tail("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    assert_eq!(kept, (true, Some("keep-alive".into())));
    let closed = tail("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n");
    assert_eq!(closed, (false, Some("close".into())));
    let closed = tail("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo\r\nConnection: close\r\n\r\n");
    assert_eq!(closed, (false, Some("close".into())));
}

#[test]
fn a_cached_file_costs_no_call_within_a_second_and_is_seen_to_change_after_it() {
    let root = folder(&[("a.png", b"one")]);
    let mut site = site(root.path());
    let request = "GET /a.png HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_eq!(ask_at(&mut site, request, at(0)).body, b"one");
    let calls = site.calls();
    let (looked, fd) = (calls[0].1, calls[2].1);
    let expected = [
        (FileKind::Open, looked, Ok(0)),
        (FileKind::Stat, looked, Ok(0)),
        (FileKind::OpenAt, fd, Ok(0)),
        (FileKind::Close, looked, Ok(0)),
        (FileKind::Read, fd, Ok(3)),
        (FileKind::Close, fd, Ok(0)),
    ];
    assert_eq!(calls, expected);
    fs::write(root.path().join("a.png"), b"second").unwrap();
    assert_eq!(ask_at(&mut site, request, Now { monotonic: 999_999_999, ..at(0) }).body, b"one");
    assert_eq!(site.calls(), []);
    let changed = ask_at(&mut site, request, at(1));
    assert_eq!((&changed.body[..], changed.field("Content-Length")), (&b"second"[..], Some("6")));
    assert_eq!(site.calls().len(), 6);
    assert_eq!(ask_at(&mut site, request, at(2)).body, b"second");
    let expected = [FileKind::Open, FileKind::Stat, FileKind::Close];
    assert_eq!(site.kinds(), expected, "an unchanged file is not read again");
    fs::remove_file(root.path().join("a.png")).unwrap();
    assert_eq!(ask_at(&mut site, request, at(3)).status, 404);
}

#[test]
fn a_large_body_in_memory_is_handed_over_and_stays_what_it_was() {
    let old = vec![b'o'; 60_000];
    let root = folder(&[("a.png", &old), ("b.png", &old[..40_000])]);
    let mut site = site(root.path());
    let mut payload = |target: &str, now: Now| {
        let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nRange: bytes=1-\r\n\r\n");
        let Head::Complete(request) = parse(request.as_bytes(), &Limits::default()) else {
            panic!("not a request");
        };
        site.site.respond(&request, now, &mut Vec::new(), &mut site.calls).payload
    };
    assert!(matches!(payload("/b.png", at(0)), Payload::None), "copied behind its head");
    let Payload::Memory(first) = payload("/a.png", at(0)) else { panic!("not handed over") };
    fs::write(root.path().join("a.png"), vec![b'n'; 60_000]).unwrap();
    let Payload::Memory(second) = payload("/a.png", at(1)) else { panic!("not handed over") };
    assert_eq!(first, &old[1..]);
    assert_eq!(second, vec![b'n'; 59_999]);
}

#[test]
fn a_file_changed_just_now_has_a_weak_tag_and_is_read_again() {
    let root = folder(&[("a.txt", b"one")]);
    let mut site = site(root.path());
    let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = |s: u64| Now { monotonic: s * 1_000_000_000, unix: real.as_secs() + s };
    let request = "GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n";
    let racy = ask_at(&mut site, request, now(0)).field("ETag").unwrap().to_owned();
    assert!(racy.starts_with("W/\""), "{racy}");
    // The same length, and perhaps the same tick of the file system's clock.
    fs::write(root.path().join("a.txt"), b"two").unwrap();
    assert_eq!(ask_at(&mut site, request, now(1)).body, b"two");
    let calm = ask_at(&mut site, request, now(10));
    assert!(calm.field("ETag").unwrap().starts_with('"'));
}

#[test]
fn a_large_file_is_opened_for_each_request_and_never_leaked() {
    let root = folder(&[("large.bin", &vec![7; usize::try_from(SMALL).unwrap() + 1])]);
    let mut site = site(root.path());
    let looked = [FileKind::Open, FileKind::Stat, FileKind::OpenAt, FileKind::Close];
    for (seconds, expected) in
        [(0, &looked[..]), (0, &looked[..2]), (2, &looked), (2, &looked[..2])]
    {
        let request = "GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n";
        assert_eq!(ask_at(&mut site, request, at(seconds)).body.len() as u64, SMALL + 1);
        assert_eq!(site.kinds(), expected, "at {seconds} s");
    }
    // What is not handed over is closed.
    for request in [
        "HEAD /large.bin HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /large.bin HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n\r\n",
        "GET /large.bin HTTP/1.1\r\nHost: x\r\nRange: bytes=0-0,2-3\r\n\r\n",
        "GET /large.bin HTTP/1.1\r\nHost: x\r\nRange: bytes=99999999-\r\n\r\n",
        "GET /large.bin HTTP/1.1\r\nHost: x\r\nIf-Match: \"other\"\r\n\r\n",
    ] {
        ask_at(&mut site, request, at(100));
        let calls = site.calls();
        let open = [FileKind::Open, FileKind::OpenAt];
        let opened = calls.iter().filter(|c| open.contains(&c.0) && c.2.is_ok()).count();
        let closed = calls.iter().filter(|c| c.0 == FileKind::Close).count();
        assert_eq!(opened, closed, "{request} {calls:?}");
    }
}

#[test]
fn precompressed_neighbours_are_chosen_by_what_is_accepted() {
    let root = folder(&[
        ("a.css", b"plain"),
        ("a.css.gz", b"gzipped"),
        ("a.css.br", b"brotli"),
        ("b.png", b"picture"),
        ("b.png.gz", b"never looked for"),
        ("only.css.gz", b"no plain file"),
    ]);
    let mut site = site(root.path());
    let mut choose = |target: &str, accept: &str| {
        let answer = get(&mut site, target, &format!("Accept-Encoding: {accept}\r\n"));
        let vary = answer.field("Vary").map(str::to_owned);
        (answer.field("Content-Encoding").map(str::to_owned), answer.body, vary)
    };
    let vary = Some("Accept-Encoding".to_owned());
    for (accept, coding, body) in [
        ("gzip, deflate, br, zstd", Some("br"), &b"brotli"[..]),
        ("gzip", Some("gzip"), b"gzipped"),
        ("x-gzip", Some("gzip"), b"gzipped"),
        ("br;q=0.5, gzip;q=0.8", Some("gzip"), b"gzipped"),
        ("zstd", None, b"plain"),
        ("br;q=0, *", Some("gzip"), b"gzipped"),
        ("*;q=0", None, b"plain"),
        ("identity, gzip;q=0.5", None, b"plain"),
        ("", None, b"plain"),
    ] {
        let expected = (coding.map(str::to_owned), body.to_vec(), vary.clone());
        assert_eq!(choose("/a.css", accept), expected, "{accept}");
    }
    // Several lines are one list (RFC 9110, section 5.3).
    for (accept, coding) in [
        ("identity\r\nAccept-Encoding: br", Some("br")),
        ("zstd\r\nX: y\r\naccept-encoding: gzip\r\nAccept-Encoding: br;q=0.5", Some("gzip")),
        ("gzip\r\nAccept-Encoding: *;q=0", Some("gzip")),
        ("*\r\nAccept-Encoding: br;q=0, gzip;q=0", None),
        ("gzip;q=0.5\r\nAccept-Encoding: identity", None),
    ] {
        assert_eq!(choose("/a.css", accept).0.as_deref(), coding, "{accept}");
    }
    assert_eq!(choose("/b.png", "gzip"), (None, b"picture".to_vec(), None));
    assert_eq!(get(&mut site, "/only.css", "Accept-Encoding: gzip\r\n").status, 404);
    let plain = get(&mut site, "/a.css", "");
    let coded = get(&mut site, "/a.css", "Accept-Encoding: br\r\n");
    assert_ne!(plain.field("ETag"), coded.field("ETag"));
    assert_eq!(plain.field("Content-Type"), coded.field("Content-Type"));
    // All of it is remembered, the missing .zst too.
    site.calls();
    get(&mut site, "/a.css", "Accept-Encoding: zstd, gzip\r\n");
    assert_eq!(site.calls(), []);
}

#[test]
fn a_folder_without_its_slash_is_redirected_within_this_host() {
    let root = folder(&[
        ("sub/index.html", b"sub"),
        ("with space/index.html", b"space"),
        ("\\evil/x", b""),
    ]);
    let mut site = site(root.path());
    for (target, location) in [
        ("/sub", "/sub/"),
        ("//sub", "/sub/"),
        ("/./sub?q=1", "/sub/?q=1"),
        ("http://evil/sub", "/sub/"),
        ("/with%20space", "/with%20space/"),
        ("/%5Cevil", "/%5Cevil/"),
    ] {
        let answer = get(&mut site, target, "");
        assert_eq!((answer.status, answer.field("Location")), (301, Some(location)), "{target}");
    }
    assert_eq!(get(&mut site, "/sub/", "").body, b"sub");
    assert_eq!(get(&mut site, "/sub/index.html/", "").status, 404);
    assert_eq!(get(&mut site, "/%5Cevil/", "").status, 404, "no index");
}

#[test]
fn nothing_but_files_below_the_root_is_served() {
    let outside = folder(&[("secret", b"secret")]);
    let root = folder(&[("a.txt", b"a"), (".hidden", b"h"), ("sub/b.txt", b"b"), ("locked", b"l")]);
    let at = |name: &str| root.path().join(name);
    symlink(outside.path().join("secret"), at("absolute")).unwrap();
    symlink("../".repeat(20) + "etc/hostname", at("climb")).unwrap();
    symlink("/proc/self/root", at("magic")).unwrap();
    symlink("sub/b.txt", at("inside")).unwrap();
    symlink("../a.txt", at("sub/up")).unwrap();
    symlink("loop", at("loop")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        at("fifo"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o644),
        0,
    )
    .unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    let mut site = site(root.path());
    for (target, status) in [
        ("/inside", 200),
        ("/sub/up", 200),
        ("/absolute", 404),
        ("/climb", 404),
        ("/magic/etc/hostname", 404),
        ("/loop", 404),
        ("/fifo", 403),
        ("/socket", 403),
        ("/.hidden", 404),
        ("/%2ehidden", 404),
        ("/a.txt/", 404),
        ("/a.txt/b", 404),
        ("/..", 400),
        ("/%2e%2e/x", 400),
        ("/sub/../../x", 400),
        ("/sub/../a.txt", 200),
        ("/..%2fx", 404),
        ("/sub%2Fb.txt", 404),
        ("/a%00.txt", 400),
        ("/a%2", 400),
        ("/a%zz", 400),
        ("/%252e%252e/x", 404),
    ] {
        assert_eq!(get(&mut site, target, "").status, status, "{target}");
    }
    let mut open = Site::of(http::Site::open(root.path()).unwrap().hidden(true));
    assert_eq!(get(&mut open, "/.hidden", "").body, b"h");
}

/// A writer who waits for a reader would go on, write to nobody and die of SIGPIPE.
#[test]
fn what_is_no_file_is_never_opened() {
    use rustix::fs::inotify;
    let root = folder(&[("a.css", b"a"), ("sub/x", b"x")]);
    let make = |name: &str| {
        let mode = rustix::fs::Mode::from_raw_mode(0o644);
        let fifo = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, root.path().join(name), fifo, mode, 0).unwrap();
    };
    for name in ["fifo", "fifo.css", "a.css.gz", "sub/index.html"] {
        make(name);
    }
    symlink("fifo", root.path().join("link")).unwrap();
    fs::write(root.path().join("soon.css"), "soon").unwrap();
    let watch = inotify::init(inotify::CreateFlags::NONBLOCK).unwrap();
    for folder in ["", "sub"] {
        let path = root.path().join(folder);
        inotify::add_watch(&watch, path, inotify::WatchFlags::OPEN).unwrap();
    }
    // The names that were opened since it was last asked.
    let opened = || {
        let mut room = [std::mem::MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&watch, &mut room);
        let mut names = Vec::new();
        while let Ok(event) = events.next() {
            names.extend(event.file_name().map(|name| name.to_str().unwrap().to_owned()));
        }
        names
    };
    let mut site = Site::of(http::Site::open(root.path()).unwrap().list(true));
    for (target, status) in [
        ("/fifo", 403),
        ("/fifo", 403),
        ("/fifo/", 404),
        ("/link", 403),
        ("/fifo.css", 403),
        ("/sub/", 403),
        ("/a.css", 200),
        ("/soon.css", 200),
    ] {
        assert_eq!(get(&mut site, target, "Accept-Encoding: gzip\r\n").status, status, "{target}");
    }
    assert_eq!(opened(), ["a.css", "soon.css"]);
    // A file that became one.
    fs::remove_file(root.path().join("soon.css")).unwrap();
    make("soon.css");
    let request = "GET /soon.css HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_eq!(ask_at(&mut site, request, at(1)).status, 403);
    assert_eq!(opened(), <[String; 0]>::default());
}

#[test]
fn error_pages_come_from_the_root_when_it_has_them() {
    let root = folder(&[("a.txt", b"a")]);
    let mut site = site(root.path());
    let plain = ask_at(&mut site, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n", at(0));
    assert!(String::from_utf8(plain.body).unwrap().contains("404 Not Found"));
    fs::write(root.path().join("404.html"), "mine").unwrap();
    let own = ask_at(&mut site, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n", at(1));
    assert_eq!((own.status, &own.body[..]), (404, &b"mine"[..]));
    assert_eq!(own.field("ETag"), None);
    let mut out = Vec::new();
    let response = site.site.refuse(431, at(1), &mut out);
    let refused = finish(response, out);
    assert_eq!((refused.status, refused.keep_alive), (431, false));
    assert_eq!(refused.field("Connection"), Some("close"));
}

#[test]
fn a_folder_is_listed_when_asked_for() {
    let root = folder(&[
        ("f/<b>&.txt", b""),
        ("f/javascript:alert(1)", b""),
        ("f/with space", b""),
        ("f/.hidden", b""),
        ("f/sub/x", b""),
    ]);
    assert_eq!(get(&mut site(root.path()), "/f/", "").status, 404);
    let mut site = Site::of(http::Site::open(root.path()).unwrap().list(true));
    let page = get(&mut site, "/f/", "");
    assert_eq!((page.status, page.field("Content-Type")), (200, Some("text/html; charset=utf-8")));
    let text = String::from_utf8(page.body).unwrap();
    let links: Vec<_> = text.split("href=\"").skip(1).map(|rest| rest.split('"').next()).collect();
    assert_eq!(
        links,
        [
            Some("../"),
            Some("./sub/"),
            Some("./%3Cb%3E&amp;.txt"),
            Some("./javascript:alert(1)"),
            Some("./with%20space")
        ]
    );
    assert!(text.contains(">&lt;b&gt;&amp;.txt</a>") && !text.contains("<b>"), "{text}");
    for link in links.into_iter().flatten().skip(1) {
        let target = format!("/f/{link}").replace("&amp;", "&");
        assert_eq!(get(&mut site, &target, "").status, 200, "{target}");
    }
    assert_eq!(get(&mut site, "/f", "").field("Location"), Some("/f/"));
    assert_eq!(get(&mut site, "/none/", "").status, 404);
    assert!(String::from_utf8(get(&mut site, "/", "").body).unwrap().contains("./f/"));
}

#[test]
fn hidden_names_take_no_place_in_a_list() {
    let root = folder(&[("f/.hidden", b"")]);
    for n in 0..5100 {
        let dot = if n < 5050 { "." } else { "" };
        fs::write(root.path().join(format!("f/{dot}{n}")), "").unwrap();
    }
    let list = |hidden| {
        let mut site = Site::of(http::Site::open(root.path()).unwrap().list(true).hidden(hidden));
        let text = String::from_utf8(get(&mut site, "/f/", "").body).unwrap();
        (text.matches("<li>").count() - 1, text.contains("more than the 5000"))
    };
    assert_eq!(list(false), (50, false));
    assert_eq!(list(true), (5000, true));
}

#[test]
fn what_is_remembered_is_bounded() {
    let root = folder(&[]);
    for n in 0..1100 {
        fs::write(root.path().join(format!("{n}.bin")), b"x").unwrap();
    }
    let mut site = site(root.path());
    for n in 0..1100 {
        assert_eq!(get(&mut site, &format!("/{n}.bin"), "").status, 200);
    }
    site.calls();
    for n in 0..1100 {
        assert_eq!(get(&mut site, &format!("/{n}.bin"), "").status, 200);
    }
    assert!(!site.calls().is_empty(), "some had to go");
    get(&mut site, "/1099.bin", "");
    assert_eq!(site.calls(), [], "the last one stayed");
    let mut all = Vec::new();
    fs::File::open(root.path().join("7.bin")).unwrap().read_to_end(&mut all).unwrap();
    assert_eq!(get(&mut site, "/7.bin", "").body, all);
}
