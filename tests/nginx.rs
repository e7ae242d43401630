//! The same odd requests to this server and to nginx: the classes of their verdicts must agree,
//! or the table says why they do not. nginx is what the requests of the world are tested against;
//! where it is laxer than the RFC, the difference is listed with its reason.

#[path = "common/tools.rs"]
mod tools;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(20);

/// A request, and the two verdicts where they differ, with the reason.
struct Case {
    name: &'static str,
    request: Vec<u8>,
    differs: Option<[&'static str; 3]>,
}

#[derive(Default)]
struct Cases(Vec<Case>);

impl Cases {
    /// Both give a verdict of the same class.
    fn same(&mut self, name: &'static str, request: impl Into<Vec<u8>>) {
        self.0.push(Case { name, request: request.into(), differs: None });
    }

    /// We say the first, nginx the second, for the reason that is given last.
    fn differ(
        &mut self,
        name: &'static str,
        request: impl Into<Vec<u8>>,
        differs: [&'static str; 3],
    ) {
        self.0.push(Case { name, request: request.into(), differs: Some(differs) });
    }
}

/// A request line with `Host` and more header lines.
fn with(line: &str, fields: &str) -> String {
    format!("{line}\r\nHost: x\r\n{fields}\r\n")
}

/// GET of a small file with header lines.
fn get(fields: &str) -> String {
    with("GET /hello.txt HTTP/1.1", fields)
}

/// A second request, to see whether it is taken for one.
const NEXT: &str = "GET /missing HTTP/1.1\r\nHost: x\r\n\r\n";

#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<Case> {
    let mut c = Cases::default();
    // Methods.
    c.same("GET", get(""));
    c.same("HEAD", with("HEAD /hello.txt HTTP/1.1", ""));
    c.same("POST", with("POST /hello.txt HTTP/1.1", "Content-Length: 3\r\n") + "abc");
    c.same("PUT", with("PUT /hello.txt HTTP/1.1", ""));
    c.same("DELETE", with("DELETE /hello.txt HTTP/1.1", ""));
    c.same("TRACE", with("TRACE / HTTP/1.1", ""));
    c.same("CONNECT", with("CONNECT x:80 HTTP/1.1", ""));
    c.differ(
        "OPTIONS",
        with("OPTIONS /hello.txt HTTP/1.1", ""),
        ["2xx", "4xx", "we say what is allowed; nginx's file handler knows no OPTIONS"],
    );
    c.differ(
        "OPTIONS *",
        with("OPTIONS * HTTP/1.1", ""),
        ["2xx", "4xx", "the same, for the server as a whole (RFC 9110, section 9.3.7)"],
    );
    c.differ(
        "a method in small letters",
        with("get / HTTP/1.1", ""),
        ["5xx", "4xx", "methods are case-sensitive, so it is unknown: 501; nginx: 400"],
    );
    c.differ(
        "an unknown method",
        with("BREW / HTTP/1.1", ""),
        ["5xx", "4xx", "501 for what is not known (RFC 9110, section 9.1); nginx: 405"],
    );
    c.differ(
        "a method with a dash",
        with("M-SEARCH / HTTP/1.1", ""),
        ["5xx", "4xx", "a token like any other: 501; nginx: 400"],
    );
    c.same("a method with a colon", with("GE:T / HTTP/1.1", ""));
    // Versions.
    c.same("HTTP/1.0", "GET /hello.txt HTTP/1.0\r\n\r\n");
    c.same(
        "HTTP/1.0 kept alive",
        "GET /hello.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
    );
    c.same("HTTP/1.0 not kept", "GET /hello.txt HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n");
    c.differ(
        "HTTP/0.9",
        "GET /hello.txt\r\n",
        ["4xx", "no HTTP", "nginx still answers HTTP/0.9 with a bare body; nobody needs it"],
    );
    c.same("HTTP/1.2", with("GET /hello.txt HTTP/1.2", ""));
    c.same("HTTP/2.0", with("GET /hello.txt HTTP/2.0", ""));
    c.differ(
        "HTTP/0.9 spelt out",
        with("GET /hello.txt HTTP/0.9", ""),
        ["5xx", "4xx", "505 for another major version (RFC 9110, section 15.6.6); nginx: 400"],
    );
    c.differ(
        "a version with three digits",
        with("GET /hello.txt HTTP/1.10", ""),
        ["4xx", "2xx", "a version has two digits (RFC 9112, section 2.3)"],
    );
    c.same("a version without minor", with("GET /hello.txt HTTP/1", ""));
    c.same("a version in small letters", with("GET /hello.txt http/1.1", ""));
    c.same("another protocol", with("GET /hello.txt FTP/1.1", ""));
    c.differ(
        "the preface of HTTP/2",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ["5xx", "4xx", "505 for another major version; nginx: 400"],
    );
    // Request lines.
    c.differ(
        "two spaces after the method",
        with("GET  /hello.txt HTTP/1.1", ""),
        ["4xx", "2xx", "a single space (RFC 9112, section 3); lenient parsing invites smuggling"],
    );
    c.differ(
        "two spaces before the version",
        with("GET /hello.txt  HTTP/1.1", ""),
        ["4xx", "2xx", "the same"],
    );
    c.differ(
        "a space at the end of the line",
        with("GET /hello.txt HTTP/1.1 ", ""),
        ["4xx", "2xx", "the same"],
    );
    c.same("a space before the method", with(" GET /hello.txt HTTP/1.1", ""));
    c.same("a tab after the method", with("GET\t/hello.txt HTTP/1.1", ""));
    c.same("an empty line first", with("\r\nGET /hello.txt HTTP/1.1", ""));
    c.same("a bare LF first", with("\nGET /hello.txt HTTP/1.1", ""));
    c.same("nothing but a line end", "\r\n");
    c.same("nothing", "");
    c.same("half a request line", "GET /hel");
    c.same("half a header section", "GET / HTTP/1.1\r\nHost: x\r\n");
    c.same("bytes that are no text", [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
    // Targets.
    c.same("a missing file", with("GET /missing HTTP/1.1", ""));
    c.same("a folder", with("GET /folder/ HTTP/1.1", ""));
    c.same("a folder without its slash", with("GET /folder HTTP/1.1", ""));
    c.same("a file with a slash", with("GET /hello.txt/ HTTP/1.1", ""));
    c.same("the absolute form", with("GET http://x/hello.txt HTTP/1.1", ""));
    c.same("the absolute form without a path", with("GET http://x HTTP/1.1", ""));
    c.differ(
        "the absolute form with another scheme",
        with("GET ftp://x/hello.txt HTTP/1.1", ""),
        ["4xx", "2xx", "a scheme that is not served is no target here"],
    );
    c.same("no slash", with("GET hello.txt HTTP/1.1", ""));
    c.same("an asterisk", with("GET * HTTP/1.1", ""));
    c.same("a query", with("GET /hello.txt?a=b?c HTTP/1.1", ""));
    c.differ(
        "a fragment",
        with("GET /hello.txt#part HTTP/1.1", ""),
        ["4xx", "2xx", "a target has no fragment (RFC 9112, section 3.2)"],
    );
    c.same("an encoded letter", with("GET /%68ello.txt HTTP/1.1", ""));
    c.same("an encoded space", with("GET /a%20b.txt HTTP/1.1", ""));
    c.same("a space in the target", with("GET /a b.txt HTTP/1.1", ""));
    c.same("an encoded NUL", with("GET /hello.txt%00 HTTP/1.1", ""));
    c.same("half an encoded byte", with("GET /hello.txt%4 HTTP/1.1", ""));
    c.same("no hexadecimal", with("GET /hello.txt%zz HTTP/1.1", ""));
    c.same("one folder up from a folder", with("GET /folder/../hello.txt HTTP/1.1", ""));
    c.same("one folder up from the root", with("GET /../hello.txt HTTP/1.1", ""));
    c.same("the same, encoded", with("GET /%2e%2e/hello.txt HTTP/1.1", ""));
    c.same("the same, encoded twice", with("GET /%252e%252e/hello.txt HTTP/1.1", ""));
    c.differ(
        "an encoded slash",
        with("GET /folder%2findex.html HTTP/1.1", ""),
        ["4xx", "2xx", "no name has a slash; two spellings of one path are one too many"],
    );
    c.same("two slashes", with("GET /folder//index.html HTTP/1.1", ""));
    c.same("two slashes first", with("GET //hello.txt HTTP/1.1", ""));
    c.same("a backslash", with("GET /folder\\index.html HTTP/1.1", ""));
    c.same("a byte over 127", b"GET /\xe9 HTTP/1.1\r\nHost: x\r\n\r\n".as_slice());
    c.same("a NUL in the target", with("GET /hel\0lo.txt HTTP/1.1", ""));
    c.same("a control byte in the target", with("GET /hel\x01lo.txt HTTP/1.1", ""));
    c.same("a long target", with(&format!("GET /{} HTTP/1.1", "x".repeat(100_000)), ""));
    // Host.
    c.same("no Host", "GET /hello.txt HTTP/1.1\r\n\r\n");
    c.same("two Hosts", get("Host: x\r\n"));
    c.differ(
        "an empty Host",
        "GET /hello.txt HTTP/1.1\r\nHost:\r\n\r\n",
        ["2xx", "4xx", "empty where a URI has no authority (RFC 9112, section 3.2)"],
    );
    c.same("a Host with a port", "GET /hello.txt HTTP/1.1\r\nHost: x:80\r\n\r\n");
    c.differ(
        "a Host with letters for a port",
        "GET /hello.txt HTTP/1.1\r\nHost: x:y\r\n\r\n",
        ["4xx", "2xx", "no `uri-host [ \":\" port ]`: must be 400 (RFC 9112, section 3.2)"],
    );
    c.same("a Host with a slash", "GET /hello.txt HTTP/1.1\r\nHost: x/y\r\n\r\n");
    c.same("a Host with a space", "GET /hello.txt HTTP/1.1\r\nHost: x y\r\n\r\n");
    c.differ(
        "a Host with a user",
        "GET /hello.txt HTTP/1.1\r\nHost: u@x\r\n\r\n",
        ["4xx", "2xx", "the same"],
    );
    c.same("a Host of IPv6", "GET /hello.txt HTTP/1.1\r\nHost: [::1]:80\r\n\r\n");
    c.differ(
        "a Host of half an IPv6",
        "GET /hello.txt HTTP/1.1\r\nHost: [::1\r\n\r\n",
        ["4xx", "2xx", "the same"],
    );
    c.differ(
        "a Host with two dots",
        "GET /hello.txt HTTP/1.1\r\nHost: x..y\r\n\r\n",
        ["2xx", "4xx", "a reg-name may have them (RFC 3986, section 3.2.2)"],
    );
    // Content-Length and Transfer-Encoding, with a second request behind.
    let body = |fields: &str, body: &str| get(fields) + body + NEXT;
    c.same("a body with GET", body("Content-Length: 3\r\n", "abc"));
    c.same("a length of zero", body("Content-Length: 0\r\n", ""));
    c.same("a length with a plus", body("Content-Length: +3\r\n", "abc"));
    c.same("a negative length", body("Content-Length: -3\r\n", "abc"));
    c.same("a hexadecimal length", body("Content-Length: 0x3\r\n", "abc"));
    c.same("a length with zeros before", body("Content-Length: 003\r\n", "abc"));
    c.same("a length beyond 64 bits", body("Content-Length: 99999999999999999999\r\n", "abc"));
    c.same("an empty length", body("Content-Length:\r\n", ""));
    c.same("a length twice", body("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"));
    c.same("two lengths", body("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"));
    c.same("two lengths in one", body("Content-Length: 3, 3\r\n", "abc"));
    c.same("chunked", body("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"));
    c.same("chunked in capitals", body("Transfer-Encoding: CHUNKED\r\n", "3\r\nabc\r\n0\r\n\r\n"));
    c.same(
        "chunked with an extension",
        body("Transfer-Encoding: chunked\r\n", "3;a=b\r\nabc\r\n0\r\n\r\n"),
    );
    c.same(
        "chunked with a trailer",
        body("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\nA: b\r\n\r\n"),
    );
    c.differ(
        "a chunk size of no digits",
        body("Transfer-Encoding: chunked\r\n", "x\r\nabc\r\n0\r\n\r\n"),
        [
            "2xx",
            "4xx",
            "we answer the head, then find the body broken and close; nginx reads it first",
        ],
    );
    c.differ(
        "a chunk size with 0x",
        body("Transfer-Encoding: chunked\r\n", "0x3\r\nabc\r\n0\r\n\r\n"),
        ["2xx", "4xx", "the same; the next request is not answered by either"],
    );
    c.differ(
        "a chunk longer than its size",
        body("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n"),
        ["2xx", "4xx", "the same"],
    );
    c.differ(
        "a chunk ended by a bare LF",
        body("Transfer-Encoding: chunked\r\n", "3\nabc\n0\n\n"),
        ["2xx", "2xx 4xx", "nginx takes a bare LF for CR LF in chunks; we answer once and close"],
    );
    c.same(
        "chunked and a length",
        body("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"),
    );
    c.same(
        "chunked twice",
        body("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    );
    c.differ(
        "chunked, chunked",
        body("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
        ["4xx", "5xx", "chunked may not be applied twice (RFC 9112, section 6.1): 400; nginx: 501"],
    );
    c.same("gzip, chunked", body("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"));
    c.differ(
        "identity",
        body("Transfer-Encoding: identity\r\n", ""),
        ["4xx", "5xx", "chunked is not the last coding: 400 (RFC 9112, section 6.3); nginx: 501"],
    );
    c.differ(
        "a coding after chunked",
        body("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"),
        ["4xx", "5xx", "the same"],
    );
    c.same(
        "chunked in HTTP/1.0",
        with("GET /hello.txt HTTP/1.0", "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n",
    );
    c.same("a space before the colon of a length", body("Content-Length : 3\r\n", "abc"));
    // Header lines.
    c.same("a folded line", get("A: b\r\n c\r\n"));
    c.same("a folded first line", "GET /hello.txt HTTP/1.1\r\n Host: x\r\n\r\n");
    c.same("a space before the colon", get("A : b\r\n"));
    c.differ(
        "a line without a colon",
        get("abc\r\n"),
        ["4xx", "2xx", "no field line (RFC 9112, section 5); nginx leaves it out"],
    );
    c.same("a line without a name", get(": b\r\n"));
    c.same("a line without a value", get("A:\r\n"));
    c.same("a bare CR in a value", get("A: b\rc\r\n"));
    c.same("a bare LF for a line end", "GET /hello.txt HTTP/1.1\nHost: x\n\n");
    c.same("a NUL in a value", get("A: b\0c\r\n"));
    c.same("a NUL in a name", get("A\0: b\r\n"));
    c.differ(
        "a control byte in a value",
        get("A: b\x01c\r\n"),
        ["4xx", "2xx", "refused, as RFC 9110, section 5.5 allows"],
    );
    c.same("a tab in a value", get("A: b\tc\r\n"));
    c.differ("DEL in a value", get("A: b\x7fc\r\n"), ["4xx", "2xx", "the same"]);
    c.same(
        "a byte over 127 in a value",
        b"GET /hello.txt HTTP/1.1\r\nHost: x\r\nA: \xe9\r\n\r\n".as_slice(),
    );
    c.same("an underscore in a name", get("a_b: c\r\n"));
    c.differ(
        "a parenthesis in a name",
        get("a(b: c\r\n"),
        ["4xx", "2xx", "a name is a token (RFC 9110, section 5.6.2); nginx leaves the line out"],
    );
    c.same("a long line", get(&format!("A: {}\r\n", "x".repeat(100_000))));
    // More than the 33 KiB that nginx has for them by default.
    c.same("many lines", get(&"A: b\r\n".repeat(10_000)));
    c.same("Connection: close, then another", get("Connection: close\r\n") + NEXT);
    c.same("two requests", get("") + NEXT);
    c.same(
        "an Expect that is known",
        with("POST /hello.txt HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 3\r\n") + "abc",
    );
    c.differ(
        "an Expect that is not",
        get("Expect: tea\r\n"),
        ["4xx", "2xx", "417 (RFC 9110, section 10.1.1); nginx does not look"],
    );
    // Ranges and conditions.
    c.same("a range", get("Range: bytes=0-3\r\n"));
    c.same("a suffix", get("Range: bytes=-3\r\n"));
    c.same("an open range", get("Range: bytes=3-\r\n"));
    c.same("two ranges", get("Range: bytes=0-1,3-4\r\n"));
    c.same("a range beyond the end", get("Range: bytes=100-200\r\n"));
    c.same("a range that ends beyond", get("Range: bytes=3-200\r\n"));
    c.differ(
        "a range backwards",
        get("Range: bytes=3-1\r\n"),
        ["2xx", "4xx", "invalid, so it is ignored (RFC 9110, section 14.1.1); nginx: 416"],
    );
    c.same("a suffix of nothing", get("Range: bytes=-0\r\n"));
    c.same("a range in another unit", get("Range: lines=1-2\r\n"));
    c.differ("a range of letters", get("Range: bytes=a-b\r\n"), ["2xx", "4xx", "the same"]);
    c.differ(
        "a range of an empty file",
        with("GET /empty.txt HTTP/1.1", "Range: bytes=0-0\r\n"),
        ["4xx", "2xx", "it does not have that byte: 416 (RFC 9110, section 14.1.2)"],
    );
    c.same("a suffix of an empty file", with("GET /empty.txt HTTP/1.1", "Range: bytes=-3\r\n"));
    c.same("a range with HEAD", with("HEAD /hello.txt HTTP/1.1", "Range: bytes=0-3\r\n"));
    c.same("a range with a wrong If-Range", get("Range: bytes=0-3\r\nIf-Range: \"x\"\r\n"));
    c.same("If-None-Match: *", get("If-None-Match: *\r\n"));
    c.same("If-None-Match of another", get("If-None-Match: \"x\"\r\n"));
    c.same("If-Match: *", get("If-Match: *\r\n"));
    c.same("If-Match of another", get("If-Match: \"x\"\r\n"));
    c.differ(
        "If-Modified-Since later",
        get("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n"),
        ["3xx", "2xx", "unchanged since then: 304; nginx wants the very date by default"],
    );
    c.same(
        "If-Modified-Since earlier",
        get("If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n"),
    );
    c.same("If-Modified-Since of no date", get("If-Modified-Since: yesterday\r\n"));
    c.same(
        "If-Unmodified-Since earlier",
        get("If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n"),
    );
    c.0
}

#[test]
fn verdicts_agree_with_nginx() {
    if !tools::has("nginx") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    fs::create_dir_all(root.join("folder")).unwrap();
    fs::write(root.join("index.html"), "<p>index</p>").unwrap();
    fs::write(root.join("folder/index.html"), "<p>folder</p>").unwrap();
    fs::write(root.join("hello.txt"), "hello, world").unwrap();
    fs::write(root.join("a b.txt"), "a space").unwrap();
    fs::write(root.join("empty.txt"), "").unwrap();
    let (ours, nginx) = (Server::ours(&root), Server::nginx(&root, dir.path()));
    let mut wrong = Vec::new();
    let cases = cases();
    for Case { name, request, differs } in &cases {
        let got = [verdict(ours.addr, request), verdict(nginx.addr, request)];
        match differs {
            None if got[0] == got[1] => {}
            None => wrong.push(format!("{name}: we say {:?}, nginx {:?}", got[0], got[1])),
            Some([a, b, _]) if got == [*a, *b] && a != b => {}
            Some([a, b, _]) => {
                wrong.push(format!("{name}: {got:?}, and not as listed: {:?}", [a, b]));
            }
        }
    }
    assert!(cases.len() >= 80, "{}", cases.len());
    assert!(wrong.is_empty(), "{} unexplained:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether nginx is here; in CI (`EPOLLSCOPE_REQUIRE_TOOLS`) it must be.
struct Server {
    addr: SocketAddr,
    child: Child,
}

impl Server {
    fn ours(root: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_epollscope"))
            .args(["--headless", "--quiet", "--port", "0"])
            .arg(root)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let addr = line.trim_end().trim_end_matches('/').rsplit('/').next().unwrap();
        Self { addr: addr.parse().unwrap(), child }
    }

    /// It cannot be told to choose a port, and the one that was free may be taken meanwhile.
    fn nginx(root: &Path, dir: &Path) -> Self {
        (0..5).find_map(|_| Self::try_nginx(root, dir)).expect("nginx ends at once, every time")
    }

    /// `None` when it does not keep running.
    fn try_nginx(root: &Path, dir: &Path) -> Option<Self> {
        let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (root, dir) = (root.display(), dir.display());
        let config = format!(
            "daemon off; master_process off; user root; pid {dir}/pid; error_log {dir}/err;
             events {{ }}
             http {{
                 access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p;
                 fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
                 server {{ listen {addr}; root {root}; }}
             }}"
        );
        let path = format!("{dir}/nginx.conf");
        fs::write(&path, config).unwrap();
        let child = Command::new("nginx").args(["-c", &path]).stderr(Stdio::null()).spawn();
        let mut server = Self { addr, child: child.unwrap() };
        let begin = Instant::now();
        // It writes its pid once it listens.
        while fs::read_to_string(format!("{dir}/pid")).map_or(true, |pid| pid.is_empty()) {
            if server.child.try_wait().unwrap().is_some() {
                return None;
            }
            assert!(begin.elapsed() < LIMIT, "nginx does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        Some(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a server says to these bytes, followed by the end of the stream: the classes of its
/// answers in order, such as `2xx 4xx`; `closed` when there is none, `no HTTP` when it is none.
fn verdict(addr: SocketAddr, request: &[u8]) -> String {
    let mut socket = TcpStream::connect(addr).unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    // It may have answered and closed before all was written.
    let _ = socket.write_all(request);
    let _ = socket.shutdown(Shutdown::Write);
    let mut stream = Vec::new();
    let mut buffer = vec![0; 65536];
    loop {
        match socket.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => stream.extend_from_slice(&buffer[..n]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("{error} after {}", request.escape_ascii()),
        }
    }
    let classes = classes(&stream, request.starts_with(b"HEAD "));
    if classes.is_empty() { "closed".into() } else { classes.join(" ") }
}

fn classes(mut stream: &[u8], head: bool) -> Vec<String> {
    let mut classes = Vec::new();
    while !stream.is_empty() {
        let end = stream.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(end) = end.filter(|_| stream.starts_with(b"HTTP/1.1 ")) else {
            classes.push("no HTTP".into());
            break;
        };
        let text = String::from_utf8_lossy(&stream[..end]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        let class = char::from(stream[9]);
        classes.push(format!("{class}xx"));
        let bodiless = head || class == '1' || text[9..].starts_with("304");
        stream = &stream[end + 4..];
        stream = &stream[if bodiless { 0 } else { length.min(stream.len()) }..];
    }
    classes
}
