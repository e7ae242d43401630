//! Real clients agree: curl, wget, Python's and Node's libraries, and Chromium without a window. What
//! they did is found in the event log.

#[path = "common/tools.rs"]
mod tools;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tools::has;

const LIMIT: Duration = Duration::from_secs(60);

/// What a command printed; it must end well.
fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    out
}

/// The server with a log; ended when dropped.
struct Server {
    child: Child,
    url: String,
    log: PathBuf,
    dir: tempfile::TempDir,
}

impl Server {
    /// Of a folder with files for these tests.
    fn of_files() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("hello.txt"), "hello, world").unwrap();
        let large: Vec<u8> = (0..3_000_000u32).map(|i| i.to_le_bytes()[0]).collect();
        fs::write(root.join("large.bin"), large).unwrap();
        Self::start(dir, Some(root))
    }

    fn start(dir: tempfile::TempDir, root: Option<PathBuf>) -> Self {
        let log = dir.path().join("log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_epollscope"))
            .args(["--headless", "--quiet", "--port", "0", "--log"])
            .arg(&log)
            .args(root)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, url, log, dir }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The events so far.
    fn events(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.log).unwrap();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Ends it; the statuses for each target, in order. Every request must have its connection in
    /// the log, and every connection its end.
    fn end(self) -> Vec<(String, u64)> {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        let begin = Instant::now();
        while self.events().last().is_none_or(|last| last["lost"] != 0) {
            assert!(begin.elapsed() < LIMIT, "the log has no end");
            std::thread::sleep(Duration::from_millis(10));
        }
        let events = self.events();
        let conns = |name: &str, what: &str| -> Vec<u64> {
            let these = events.iter().filter(|event| event[name] == what);
            these.filter_map(|event| event["conn"].as_u64()).collect()
        };
        let (accepted, closed) = (conns("call", "accept"), conns("fact", "closed"));
        assert_eq!(accepted.len(), closed.len());
        assert!(conns("fact", "request").iter().all(|conn| accepted.contains(conn)));
        answered(&events)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Targets with the statuses of their answers, in the order of the answers.
fn answered(events: &[Value]) -> Vec<(String, u64)> {
    let mut asked: Vec<(u64, String)> = Vec::new();
    let mut answered = Vec::new();
    for event in events {
        let Some(conn) = event["conn"].as_u64() else { continue };
        if event["fact"] == "request" {
            asked.push((conn, event["target"].as_str().unwrap().to_owned()));
        } else if event["fact"] == "response" {
            let at = asked.iter().position(|(asker, _)| *asker == conn).expect("was asked");
            answered.push((asked.remove(at).1, event["status"].as_u64().unwrap()));
        }
    }
    assert!(asked.is_empty(), "without an answer: {asked:?}");
    answered
}

fn statuses(answered: &[(String, u64)]) -> Vec<u64> {
    answered.iter().map(|(_, status)| *status).collect()
}

fn curl(args: &[&str]) -> String {
    run(Command::new("curl").args(["--silent", "--show-error", "--max-time", "20"]).args(args))
}

#[test]
fn curl_agrees() {
    if !has("curl") {
        return;
    }
    let server = Server::of_files();
    let hello = server.at("hello.txt");
    let reuse = curl(&["-w", " %{num_connects} %{http_code}\n", &hello, &hello]);
    assert_eq!(reuse, "hello, world 1 200\nhello, world 0 200\n");
    let head = curl(&["--head", &hello]);
    assert!(head.contains("Content-Length: 12\r\n"), "{head}");
    assert_eq!(curl(&["--range", "7-", &hello]), "world");
    let large = curl(&["--range", "0-3,100-103", &server.at("large.bin")]);
    assert_eq!(large.matches("Content-Range: bytes ").count(), 2, "{large}");
    let tag = head.lines().find_map(|line| line.strip_prefix("ETag: ")).unwrap();
    // The tag of a file changed a moment ago is weak, and may become a strong one meanwhile.
    let tag = format!("If-None-Match: {}", tag.trim_start_matches("W/"));
    assert_eq!(curl(&["-w", "%{http_code}", "-H", &tag, &hello]), "304");
    assert_eq!(curl(&["--http1.0", "-w", " %{http_version}", &hello]), "hello, world 1.1");
    let body = "x".repeat(4000);
    let post = ["--data", &body, "-H", "Expect: 100-continue", "-o", "/dev/null"];
    let post = [&post[..], &["-w", "%{http_code}", &hello]].concat();
    assert_eq!(curl(&post), "405");
    let chunked = ["--data", &body, "-H", "Transfer-Encoding: chunked", "-o", "/dev/null"];
    let chunked = [&chunked[..], &["-w", "%{http_code}\n", &hello, &hello]].concat();
    assert_eq!(curl(&chunked).lines().next(), Some("405"));
    let seen = server.end();
    assert_eq!(statuses(&seen), [200, 200, 200, 206, 206, 304, 200, 405, 405, 405]);
}

#[test]
fn wget_resumes_a_download() {
    if !has("wget") {
        return;
    }
    let server = Server::of_files();
    let whole = fs::read(server.path("root/large.bin")).unwrap();
    let part = server.path("large.bin");
    fs::write(&part, &whole[..1_000_000]).unwrap();
    let mut wget = Command::new("wget");
    run(wget
        .args(["--quiet", "--tries=1", "--continue", "-P"])
        .args([server.dir.path()])
        .arg(server.at("large.bin")));
    assert!(fs::read(&part).unwrap() == whole, "the file is not the same");
    assert_eq!(server.end(), [("/large.bin".into(), 206)]);
}

#[test]
fn python_agrees() {
    const SCRIPT: &str = r#"
import http.client, sys, urllib.request
from urllib.parse import urlsplit
url = sys.argv[1]
client = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
def ask(method, target, body=None, **fields):
    client.request(method, target, body, {k.replace("_", "-"): v for k, v in fields.items()})
    answer = client.getresponse()
    return answer.status, answer.read(), answer
status, body, answer = ask("GET", "/hello.txt")
assert (status, body) == (200, b"hello, world"), (status, body)
socket = client.sock
tag = answer.getheader("ETag").removeprefix("W/")
assert ask("HEAD", "/hello.txt")[:2] == (200, b"")
assert ask("GET", "/hello.txt", Range="bytes=-5")[:2] == (206, b"world")
assert ask("GET", "/hello.txt", If_None_Match=tag)[:2] == (304, b"")
assert ask("POST", "/hello.txt", b"x" * 1000)[0] == 405
assert ask("POST", "/hello.txt", iter([b"abc", b"def"]))[0] == 405
assert ask("GET", "/missing")[0] == 404
assert len(ask("GET", "/large.bin")[1]) == 3000000
assert client.sock is socket, "the connection was not kept"
with urllib.request.urlopen(url + "hello.txt", timeout=20) as answer:
    assert answer.read() == b"hello, world"
"#;
    if !has("python3") {
        return;
    }
    let server = Server::of_files();
    run(Command::new("python3").args(["-c", SCRIPT, &server.url]));
    let seen = server.end();
    assert_eq!(statuses(&seen), [200, 200, 206, 304, 405, 405, 404, 200, 200]);
}

#[test]
fn node_agrees() {
    const SCRIPT: &str = r#"
const http = require("node:http"), assert = require("node:assert");
const url = process.argv[1], agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const ports = new Set();
const ask = (method, target, headers = {}, body) => new Promise((resolve, reject) => {
  const request = http.request(url + target, { method, headers, agent }, (answer) => {
    ports.add(answer.socket.localPort);
    const parts = [];
    answer.on("data", (part) => parts.push(part));
    answer.on("end", () => resolve([answer.statusCode, Buffer.concat(parts), answer.headers]));
  });
  request.on("error", reject);
  request.end(body);
});
(async () => {
  const [status, body, headers] = await ask("GET", "hello.txt");
  assert.deepEqual([status, String(body)], [200, "hello, world"]);
  const tag = headers.etag.replace(/^W\//, "");
  assert.equal((await ask("HEAD", "hello.txt"))[0], 200);
  assert.equal(String((await ask("GET", "hello.txt", { Range: "bytes=0-4" }))[1]), "hello");
  assert.equal((await ask("GET", "hello.txt", { "If-None-Match": tag }))[0], 304);
  assert.equal((await ask("POST", "hello.txt", {}, "x".repeat(1000)))[0], 405);
  assert.equal((await ask("GET", "large.bin"))[1].length, 3000000);
  assert.equal(ports.size, 1, "the connection was not kept");
  agent.destroy();
})().catch((error) => { console.error(error); process.exit(1); });
"#;
    if !has("node") {
        return;
    }
    let server = Server::of_files();
    run(Command::new("node").args(["-e", SCRIPT, &server.url]));
    assert_eq!(statuses(&server.end()), [200, 200, 206, 304, 405, 200]);
}

/// Chromium, whose console goes to standard error.
fn chromium(profile: &Path) -> Command {
    let mut command = Command::new("chromium");
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]);
    command.args(["--no-first-run", "--disable-background-networking", "--disable-sync"]);
    command.args(["--disable-component-update", "--disable-dev-shm-usage"]);
    command.args(["--enable-logging=stderr", "--v=0"]);
    command.arg(format!("--user-data-dir={}", profile.display()));
    command
}

/// What the pages said on the console.
fn console(stderr: &str) -> Vec<&str> {
    stderr.lines().filter(|line| line.contains("CONSOLE")).collect()
}

#[test]
fn chromium_loads_the_embedded_site() {
    if !has("chromium") {
        return;
    }
    for (browser, page) in [("en-US", "<html lang=\"en\">"), ("zh-CN", "<html lang=\"zh-CN\">")] {
        let server = Server::start(tempfile::tempdir().unwrap(), None);
        let mut command = chromium(&server.path("profile"));
        command.arg(format!("--accept-lang={browser}"));
        let output = command.args(["--dump-dom", &server.url]).output().unwrap();
        let dom = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && dom.contains("</html>"), "{output:?}");
        assert!(dom.contains(page), "{browser}: {dom}");
        assert_eq!(console(&String::from_utf8_lossy(&output.stderr)), [""; 0]);
        let seen = server.end();
        let parts =
            dom.split(['"', ' ']).filter(|part| part.starts_with('/') && part.contains('.'));
        let sources = ["/style.css", "/room.png", "/ask.svg", "/serve.svg"];
        assert!(sources.iter().all(|source| parts.clone().any(|part| part == *source)), "{dom}");
        for target in ["/"].iter().chain(&sources) {
            let found = seen.iter().any(|(asked, status)| asked == target && *status == 200);
            assert!(found, "{target} is not in {seen:?}");
        }
        assert!(seen.iter().all(|(_, status)| *status == 200), "{seen:?}");
    }
}

/// Loads the site in a frame, reloads it, then seeks in a sound, and says so.
const PAGE: &str = r#"<!DOCTYPE html><link rel="icon" href="data:,"><iframe src="/index.html"></iframe>
<script>
const frame = document.querySelector("iframe");
frame.onload = () => {
  frame.onload = () => {
    const sound = new Audio("/sound.wav");
    sound.preload = "auto";
    sound.onloadedmetadata = () => { sound.currentTime = 110; };
    sound.onseeked = () => fetch("/done?" + sound.currentTime);
    sound.onerror = () => console.log(sound.error.message);
    document.body.append(sound);
  };
  frame.contentWindow.location.reload();
};
</script>"#;

/// Two minutes of silence: stereo, 16 bits, 44.1 kHz.
fn sound() -> Vec<u8> {
    let (rate, frame, seconds) = (44_100u32, 4u32, 120);
    let size = rate * frame * seconds;
    let mut wav = Vec::new();
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + size).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    wav.extend_from_slice(&rate.to_le_bytes());
    wav.extend_from_slice(&(rate * frame).to_le_bytes());
    wav.extend_from_slice(b"\x04\0\x10\0data");
    wav.extend_from_slice(&size.to_le_bytes());
    wav.resize(wav.len() + size as usize, 0);
    wav
}

#[test]
fn chromium_reloads_and_seeks() {
    if !has("chromium") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    fs::create_dir(&root).unwrap();
    for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/www")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), root.join(file.file_name())).unwrap();
    }
    fs::write(root.join("page.html"), PAGE).unwrap();
    fs::write(root.join("sound.wav"), sound()).unwrap();
    fs::write(root.join("done"), "").unwrap();
    let server = Server::start(dir, Some(root));
    let stderr = server.path("stderr");
    let mut browser = chromium(&server.path("profile"))
        .args(["--remote-debugging-port=0", &server.at("page.html")])
        .stdout(Stdio::null())
        .stderr(fs::File::create(&stderr).unwrap())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    let done = |event: &Value| event["target"] == "/done?110";
    while !server.events().iter().any(done) && begin.elapsed() < LIMIT {
        std::thread::sleep(Duration::from_millis(50));
    }
    // Not KILL: its other processes would outlive it.
    kill_process(Pid::from_child(&browser), Signal::TERM).unwrap();
    browser.wait().unwrap();
    let stderr = fs::read_to_string(stderr).unwrap();
    assert!(server.events().iter().any(done), "it did not come to the end: {stderr}");
    assert_eq!(console(&stderr), [""; 0]);
    let seen = server.end();
    let of = |target: &str| -> Vec<u64> {
        seen.iter().filter(|(asked, _)| asked == target).map(|(_, status)| *status).collect()
    };
    for target in ["/index.html", "/style.css", "/room.png"] {
        assert_eq!(of(target), [200, 304], "{target} in {seen:?}");
    }
    let ranges = of("/sound.wav");
    assert!(ranges.len() >= 2 && ranges.iter().all(|status| *status == 206), "{seen:?}");
}
