//! Real servers under the scope: they serve as they do without it, and each connection is told from its
//! first call to its last.

use std::net::SocketAddr;
use std::path::Path;

use rustix::process::Signal;
use serde_json::Value;

use super::{Running, ask, client, free_port, has, leave, listens, python, read, run};

/// Loads a server with a few hundred requests on connections that come and go, then ends it.
fn serves(program: &[&str], addr: SocketAddr, log: &Path) {
    let options = ["--quiet", "--log", log.to_str().unwrap()];
    let mut scope = Running::start(run(&options, program));
    drop(listens(addr));
    let mut asked = 0;
    std::thread::scope(|scope| {
        let clients = (0..4).map(|_| {
            scope.spawn(|| {
                let mut asked = 0;
                for _ in 0..5 {
                    let mut socket = client(addr);
                    for _ in 0..15 {
                        let head = ask(&mut socket, "/");
                        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
                        asked += 1;
                    }
                    leave(socket);
                }
                asked
            })
        });
        let clients: Vec<_> = clients.collect();
        asked = clients.into_iter().map(|client| client.join().unwrap()).sum();
    });
    assert_eq!(asked, 300);
    scope.signal(Signal::TERM);
    scope.end();
    let lines: Vec<Value> =
        read(log).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |test: &dyn Fn(&Value) -> bool| lines.iter().filter(|line| test(line)).count();
    // One client came and went before the others, to see whether it listens.
    assert_eq!(
        count(&|line| line["call"] == "accept" && !line["peer"].is_null()),
        21,
        "{program:?}"
    );
    assert_eq!(count(&|line| line["fact"] == "closed"), 21, "{program:?}");
    let sum = |key: &str| lines.iter().filter_map(|line| line[key].as_u64()).sum::<u64>();
    assert_eq!(sum("bytes_in"), asked * "GET / HTTP/1.1\r\nHost: x\r\n\r\n".len() as u64);
    assert!(sum("bytes_out") > asked * 5, "{program:?}");
    assert_eq!(lines.last().unwrap()["lost"], 0, "{program:?}");
}

#[test]
fn nginx_serves_as_before() {
    if !has("nginx") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.html"), "hello").unwrap();
    let (addr, dir) = (free_port(), folder.path().display().to_string());
    // With a master and two workers: three processes.
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
    std::fs::write(&file, config).unwrap();
    serves(&["nginx", "-c", &file, "-e", "/dev/null"], addr, &folder.path().join("log"));
}

#[test]
fn node_serves_as_before() {
    if !has("node") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let addr = free_port();
    let text = format!(
        "require('http').createServer((request, answer) => answer.end('hello'))\
         .listen({}, '127.0.0.1')",
        addr.port()
    );
    serves(&["node", "-e", &text], addr, &folder.path().join("log"));
}

#[test]
fn asyncio_serves_as_before() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let addr = free_port();
    let text = format!(
        "import asyncio\n\
         async def serve(reader, writer):\n\
         \x20   while await reader.readline():\n\
         \x20       while (await reader.readline()).strip():\n\
         \x20           pass\n\
         \x20       writer.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello')\n\
         \x20       await writer.drain()\n\
         \x20   writer.close()\n\
         async def main():\n\
         \x20   async with await asyncio.start_server(serve, '127.0.0.1', {}) as server:\n\
         \x20       await server.serve_forever()\n\
         asyncio.run(main())",
        addr.port()
    );
    serves(&[&python, "-c", &text], addr, &folder.path().join("log"));
}
