//! Real servers under the scope: they serve as they do without it, each connection is told from its first
//! call to its last, the table is what ss(8) says, and nothing stays behind whenever the scope is killed.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use epollscope::telemetry::ServerKind;
use epollscope::textbook::Listing;
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use super::terminal::Terminal;
use super::{
    Running, ask, below, client, free_port, has, leave, lines, listens, python, read, run, until,
};

/// A server that people run.
struct Real {
    folder: TempDir,
    addr: SocketAddr,
    words: Vec<String>,
    /// Asks for something and reads the whole answer; returns how many bytes were asked with.
    ask: fn(&mut TcpStream) -> usize,
    /// It serves one at a time.
    one: bool,
}

fn ask_http(socket: &mut TcpStream) -> usize {
    let head = ask(socket, "/");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    "GET / HTTP/1.1\r\nHost: x\r\n\r\n".len()
}

fn ask_redis(socket: &mut TcpStream) -> usize {
    for (asked, answer) in [("PING\r\n", "+PONG\r\n"), ("SET key value\r\n", "+OK\r\n")] {
        socket.write_all(asked.as_bytes()).unwrap();
        let mut got = vec![0; answer.len()];
        socket.read_exact(&mut got).unwrap();
        assert_eq!(String::from_utf8_lossy(&got), answer);
    }
    "PING\r\nSET key value\r\n".len()
}

impl Real {
    /// One that serves a folder with a page, by these words: the address and the folder are handed over.
    fn new(words: impl FnOnce(SocketAddr, &str) -> Vec<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), "hello").unwrap();
        let addr = free_port();
        let words = words(addr, &folder.path().display().to_string());
        Self { folder, addr, words, ask: ask_http, one: false }
    }

    /// All of which the tools are here.
    fn all() -> Vec<Self> {
        let text = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let mut all = Vec::new();
        if has("nginx") {
            all.push(Self::new(nginx));
        }
        if has("lighttpd") {
            all.push(Self::new(|addr, dir| {
                let config = format!(
                    "server.document-root = \"{dir}\"\nserver.bind = \"127.0.0.1\"\n\
                     server.port = {}\nindex-file.names = (\"index.html\")\n\
                     mimetype.assign = (\".html\" => \"text/html\")\n",
                    addr.port()
                );
                let file = format!("{dir}/lighttpd.conf");
                fs::write(&file, config).unwrap();
                text(&["lighttpd", "-D", "-f", &file])
            }));
        }
        if has("redis-server") {
            let redis = Self::new(|addr, dir| {
                let port = addr.port().to_string();
                let options = ["--bind", "127.0.0.1", "--save", "", "--dir", dir, "--port", &port];
                text(&[&["redis-server"], &options[..]].concat())
            });
            all.push(Self { ask: ask_redis, ..redis });
        }
        if has("node") {
            all.push(Self::new(|addr, _| {
                let server =
                    "require('http').createServer((request, answer) => answer.end('hello'))";
                text(&["node", "-e", &format!("{server}.listen({}, '127.0.0.1')", addr.port())])
            }));
        }
        if has("gunicorn") {
            all.push(Self::new(|addr, dir| {
                let app = "def app(environ, start):\n    \
                           start('200 OK', [('Content-Length', '5')])\n    return [b'hello']\n";
                fs::write(format!("{dir}/app.py"), app).unwrap();
                let addr = addr.to_string();
                text(&["gunicorn", "--threads", "4", "--chdir", dir, "--bind", &addr, "app:app"])
            }));
        }
        if let Some(python) = python() {
            for script in [ASYNCIO, THREADING] {
                all.push(Self::new(|addr, dir| {
                    text(&[&python, "-c", script, &addr.port().to_string(), dir])
                }));
            }
        }
        all
    }

    /// Those of the textbook.
    fn textbook() -> Vec<Self> {
        let Some(python) = python() else { return Vec::new() };
        let of = |server| {
            let real = Self::new(|addr, dir| {
                let file = format!("{dir}/server.py");
                fs::write(&file, Listing::of(server).text()).unwrap();
                vec![python.clone(), file, addr.port().to_string(), dir.to_owned()]
            });
            Self { one: server == ServerKind::Blocking, ..real }
        };
        ServerKind::ALL.into_iter().map(of).collect()
    }

    fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// Loads it with a few hundred requests on connections that come and go, then ends it.
    fn serves(&self) {
        let Self { folder, addr, words, ask, .. } = self;
        let log = folder.path().join("log");
        let options = ["--quiet", "--log", log.to_str().unwrap()];
        let mut scope = Running::start(run(&options, &self.words()));
        drop(listens(*addr));
        let clients = || {
            let mut bytes = 0;
            for _ in 0..5 {
                let mut socket = client(*addr);
                bytes += (0..15).map(|_| ask(&mut socket)).sum::<usize>();
                leave(socket);
            }
            bytes
        };
        let bytes: usize = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..4).map(|_| scope.spawn(clients)).collect();
            clients.into_iter().map(|client| client.join().unwrap()).sum()
        });
        scope.signal(Signal::TERM);
        scope.end();
        let lines = lines(&read(&log));
        let count = |test: &dyn Fn(&Value) -> bool| lines.iter().filter(|line| test(line)).count();
        // One client came and went before the others, to see whether it listens.
        let accepts = |line: &Value| line["call"] == "accept" && !line["peer"].is_null();
        assert_eq!(count(&accepts), 21, "{words:?}");
        assert_eq!(count(&|line| line["fact"] == "closed"), 21, "{words:?}");
        let sum = |key: &str| lines.iter().filter_map(|line| line[key].as_u64()).sum::<u64>();
        assert_eq!(sum("bytes_in"), bytes as u64, "{words:?}");
        assert!(sum("bytes_out") > 300 * 5, "{words:?}");
        assert_eq!(lines.last().unwrap()["lost"], 0, "{words:?}");
    }

    /// The table, with some that are idle, is what ss(8) says of these connections.
    fn is_shown(&self) {
        let Self { addr, words, ask, .. } = self;
        let options = [&["run", "--"], &self.words()[..]].concat();
        let program = env!("CARGO_BIN_EXE_epollscope");
        let mut terminal = Terminal::start(program, (120, 50), &options);
        drop(listens(*addr));
        let mut idle: Vec<_> = (0..12).map(|_| client(*addr)).collect();
        for socket in &mut idle {
            ask(socket);
        }
        // The last of them may go by itself.
        terminal.until("all of them", |screen| shown(screen).len() == idle.len());
        let (mut told, mut seen) = (BTreeSet::new(), BTreeSet::new());
        until("the table is that of ss", || {
            (told, seen) = (shown(&terminal.text()), of_ss(*addr));
            (told == seen).then_some(())
        });
        assert_eq!(told.len(), idle.len(), "{words:?}: {told:?}");
        drop(idle);
        terminal.until("none of them", |screen| shown(screen).is_empty());
        terminal.press("q");
        assert!(terminal.exit().success(), "{words:?}");
    }

    /// Loads it for longer than any diagnosis takes, with clients that come and go, one that says half
    /// of something, and one that does not take a great page: none is given.
    fn is_right(&self) {
        let Self { addr, words, ask, folder, one } = self;
        fs::write(folder.path().join("great"), vec![b'x'; 24 << 20]).unwrap();
        let options = [&["run", "--"], &self.words()[..]].concat();
        let terminal = Terminal::start(env!("CARGO_BIN_EXE_epollscope"), (120, 36), &options);
        terminal.see(&addr.to_string());
        // The address is told already when it is bound.
        let half = listens(*addr);
        (&half).write_all(b"GET / HTTP/1.1\r\n").unwrap();
        let begin = Instant::now();
        let goes_on = || begin.elapsed() < Duration::from_millis(3600);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while goes_on() && !one {
                    let mut socket = client(*addr);
                    for _ in 0..9 {
                        ask(&mut socket);
                    }
                    leave(socket);
                }
            });
            scope.spawn(|| {
                if *one {
                    return;
                }
                let mut socket = client(*addr);
                socket.write_all(b"GET /great HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
                // It takes a little of it and no more, and the rest has to wait.
                let _ = socket.read(&mut [0; 8192]);
                until("that was long", || (!goes_on()).then_some(()));
            });
            while goes_on() {
                let screen = terminal.text();
                assert!(!screen.contains("\n ! "), "{words:?}\n{screen}");
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        drop(half);
    }

    /// Kills the scope at moments of which none is like another, under load.
    fn leaves_nothing(&self, times: u32) {
        for time in 0..times {
            let mut scope = Running::start(run(&["--quiet"], &self.words()));
            let pid = scope.0.id().cast_signed();
            let program = until("the program", || below(pid).first().copied());
            let loading = std::thread::scope(|threads| {
                let loading = threads.spawn(|| {
                    // Until it is killed.
                    while let Ok(mut socket) = TcpStream::connect(self.addr) {
                        if socket.write_all(b"PING\r\n\r\n").is_err() {
                            break;
                        }
                        let _ = socket.set_read_timeout(Some(Duration::from_millis(20)));
                        let _ = socket.read(&mut [0; 99]);
                    }
                });
                // Before it listens, while it does, and long after.
                std::thread::sleep(Duration::from_millis(u64::from(time * time % 17) * 29));
                scope.signal(Signal::KILL);
                scope.end();
                loading.join()
            });
            loading.unwrap();
            until("all are gone", || of_group(program).is_empty().then_some(()));
        }
    }
}

/// With a master and two workers: three processes.
fn nginx(addr: SocketAddr, dir: &str) -> Vec<String> {
    let config = format!(
        "daemon off; worker_processes 2; user root; pid {dir}/pid; error_log {dir}/err;
         events {{ }}
         http {{
             access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p;
             fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
             server {{ listen {addr}; root {dir}; }}
         }}"
    );
    let file = format!("{dir}/nginx.conf");
    fs::write(&file, config).unwrap();
    ["nginx", "-c", &file, "-e", "/dev/null"].map(str::to_owned).to_vec()
}

const ASYNCIO: &str = "
import asyncio, sys
async def serve(reader, writer):
    while await reader.readline():
        while (await reader.readline()).strip():
            pass
        writer.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello')
        await writer.drain()
    writer.close()
async def main():
    async with await asyncio.start_server(serve, '127.0.0.1', int(sys.argv[1])) as server:
        await server.serve_forever()
asyncio.run(main())";

const THREADING: &str = "
import functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
serve = functools.partial(Handler, directory=sys.argv[2])
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), serve).serve_forever()";

/// The connections of the table on the screen: each descriptor, and the port of its peer.
fn shown(screen: &str) -> BTreeSet<(u32, u16)> {
    let rows = screen.lines().filter_map(|line| {
        let line = line.strip_prefix('┃')?.split('┃').next()?;
        let mut words = line.split_whitespace().filter(|word| *word != "▸");
        let (fd, _conn, peer) = (words.next()?, words.next()?.parse::<u64>().ok()?, words.next()?);
        let is_open = !line.contains("closed");
        let port = peer.rsplit_once(':')?.1.parse().ok()?;
        is_open.then_some((fd.parse().ok()?, port))
    });
    rows.collect()
}

/// The same of ss(8).
fn of_ss(addr: SocketAddr) -> BTreeSet<(u32, u16)> {
    let mut ss = Command::new("ss");
    ss.args(["-Htnp", "state", "established", "sport", "="]).arg(format!(":{}", addr.port()));
    let told = String::from_utf8(ss.output().unwrap().stdout).unwrap();
    let rows = told.lines().filter_map(|line| {
        let peer = line.split_whitespace().nth(3)?.rsplit_once(':')?.1.parse().ok()?;
        let (_, rest) = line.split_once("pid=")?;
        let (pid, rest) = rest.split_once(",fd=")?;
        let fd = rest.split([')', ',']).next()?;
        let link = fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok()?;
        link.to_str()?.starts_with("socket:[").then_some((fd.parse().ok()?, peer))
    });
    rows.collect()
}

/// The processes of a group that are there, stopped ones and zombies among them.
fn of_group(group: i32) -> Vec<i32> {
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid: &i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        rest.split(' ').nth(2) == Some(&*group.to_string())
    })
    .collect()
}

/// Does something with each of them, all at the same time.
fn with_each(what: impl Fn(Real) + Sync) {
    std::thread::scope(|scope| {
        for real in Real::all() {
            scope.spawn(|| what(real));
        }
    });
}

#[test]
fn real_servers_serve_as_before() {
    with_each(|real| real.serves());
}

#[test]
fn their_table_is_that_of_ss() {
    if has("ss") {
        with_each(|real| real.is_shown());
    }
}

#[test]
fn no_mistake_is_told_of_what_is_right() {
    let all: Vec<_> = Real::all().into_iter().chain(Real::textbook()).collect();
    for some in all.chunks(8) {
        std::thread::scope(|scope| {
            for real in some {
                scope.spawn(|| real.is_right());
            }
        });
    }
}

#[test]
fn nothing_of_them_stays_whenever_the_scope_is_killed() {
    with_each(|real| real.leaves_nothing(7));
}
