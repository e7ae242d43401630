//! What a listing serves, to whom, and whatever comes how.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;
use tempfile::TempDir;

use crate::common::{ask, get, read_head, read_response};
use crate::running::{Running, on_all, on_many, written};

/// More than a socket takes at once.
const LARGE: usize = 5 << 20;

fn www() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www")
}

/// A folder with a small and a large file, and one beside it.
fn folder() -> (TempDir, PathBuf, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    fs::create_dir(&root).unwrap();
    let large: Vec<u8> = (0..251).cycle().take(LARGE).collect();
    fs::write(root.join("small.txt"), "small").unwrap();
    fs::write(root.join("large.bin"), &large).unwrap();
    fs::write(dir.path().join("secret.txt"), "secret").unwrap();
    (dir, root, large)
}

/// Whether the server has closed a connection, whose client has read all of it.
fn is_closed(client: &mut TcpStream) -> bool {
    match client.read(&mut [0]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

#[test]
fn python_compiles_each_without_a_warning() {
    on_all(|server| {
        let (_home, file) = written(server);
        let mut command = Command::new("python3");
        let output = command.args(["-W", "error", "-m", "py_compile"]).arg(file).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{server}: {said}");
    });
}

#[test]
fn every_page_is_served_byte_for_byte() {
    on_all(|server| {
        let running = Running::start(server, &www());
        let mut client = running.client();
        for entry in fs::read_dir(www()).unwrap() {
            let path = entry.unwrap().path();
            let target = format!("/{}", path.file_name().unwrap().to_str().unwrap());
            let answer = ask(&mut client, &target);
            assert!(answer == (200, fs::read(path).unwrap()), "{server}: {target}");
        }
        assert!(ask(&mut client, "/") == (200, fs::read(www().join("index.html")).unwrap()));
        // A browser shows a style sheet and a drawing only under their own names.
        for (target, kind) in [("/style.css", "text/css"), ("/favicon.svg", "image/svg+xml")] {
            client.write_all(get(target).as_bytes()).unwrap();
            let head = read_head(&mut client);
            assert_eq!(head.field("Content-Type"), Some(kind));
            client.read_exact(&mut vec![0; usize::try_from(head.length()).unwrap()]).unwrap();
        }
    });
}

#[test]
fn a_request_may_come_in_pieces_and_several_at_once() {
    let (_dir, root, large) = folder();
    on_all(|server| {
        let running = Running::start(server, &root);
        let mut client = running.client();
        client.set_nodelay(true).unwrap();
        for byte in get("/small.txt").bytes() {
            client.write_all(&[byte]).unwrap();
        }
        assert_eq!(read_response(&mut client), (200, b"small".to_vec()));
        // The last of them is not whole yet, and the client sends nothing more until all are answered.
        let targets = ["/small.txt", "/large.bin", "/nothing", "/large.bin", "/small.txt?x=1"];
        let mut all: String = targets.map(get).concat();
        let rest = all.split_off(all.len() - 3);
        client.write_all(all.as_bytes()).unwrap();
        let answers: Vec<_> = (0..4).map(|_| read_response(&mut client)).collect();
        assert_eq!(answers.iter().map(|answer| answer.0).collect::<Vec<_>>(), [200, 200, 404, 200]);
        assert!(answers[1].1 == large && answers[3].1 == large, "{server}");
        client.write_all(rest.as_bytes()).unwrap();
        assert_eq!(read_response(&mut client), (200, b"small".to_vec()));
        // More than one recv brings, and then nothing more than a FIN.
        let many = 1000;
        let requests = get("/small.txt").repeat(many);
        std::thread::scope(|scope| {
            let mut writer = client.try_clone().unwrap();
            scope.spawn(move || {
                writer.write_all(requests.as_bytes()).unwrap();
                writer.shutdown(Shutdown::Write).unwrap();
            });
            for _ in 0..many {
                assert_eq!(read_response(&mut client).0, 200);
            }
        });
        assert!(is_closed(&mut client));
    });
}

#[test]
fn what_is_missing_or_outside_is_not_found() {
    let (_dir, root, _) = folder();
    // Its name begins like the root's.
    fs::create_dir(root.with_file_name("root2")).unwrap();
    fs::write(root.with_file_name("root2").join("secret.txt"), "secret").unwrap();
    fs::create_dir(root.join("sub")).unwrap();
    let long = format!("/{}", "x".repeat(200));
    on_all(|server| {
        let running = Running::start(server, &root);
        let mut client = running.client();
        for target in [
            "/nothing",
            "/",
            "/sub",
            "/sub/",
            "/../secret.txt",
            "/sub/../../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "//../secret.txt",
            "../secret.txt",
            "2/secret.txt",
            "//etc/passwd",
            "/%00",
            "/small.txt%00",
            &long,
        ] {
            assert_eq!(ask(&mut client, target).0, 404, "{server}: {target}");
        }
        assert_eq!(ask(&mut client, "/small.txt").0, 200);
    });
}

#[test]
fn a_connection_ends_when_the_request_says_so() {
    let (_dir, root, _) = folder();
    on_all(|server| {
        let running = Running::start(server, &root);
        for (request, status) in [
            ("GET /small.txt HTTP/1.0\r\n\r\n", 200),
            ("GET /small.txt HTTP/1.1\r\nConnection: Close\r\n\r\n", 200),
            ("POST /small.txt HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 404),
            ("nonsense\r\n\r\n", 404),
        ] {
            let mut client = running.client();
            client.write_all(request.as_bytes()).unwrap();
            assert_eq!(read_response(&mut client).0, status, "{server}: {request}");
            assert!(is_closed(&mut client), "{server}: {request}");
        }
        // A head without an end is not collected for ever.
        let mut client = running.client();
        let _ = client.write_all(&b"x".repeat(100_000));
        assert!(is_closed(&mut client));
        assert_eq!(ask(&mut running.client(), "/small.txt").0, 200);
    });
}

#[test]
fn a_slow_reader_gets_all_and_nobody_waits_for_it() {
    let (_dir, root, large) = folder();
    on_many(|server| {
        let running = Running::start(server, &root);
        let mut slow = running.client();
        slow.write_all(get("/large.bin").repeat(3).as_bytes()).unwrap();
        // From now on there is no room for more.
        let head = read_head(&mut slow);
        for _ in 0..3 {
            assert_eq!(ask(&mut running.client(), "/small.txt").0, 200);
        }
        let mut body = vec![0; usize::try_from(head.length()).unwrap()];
        slow.read_exact(&mut body).unwrap();
        assert!(body == large, "{server}");
        for _ in 0..2 {
            assert!(read_response(&mut slow) == (200, large.clone()), "{server}");
        }
        // It is watched for requests again.
        assert_eq!(ask(&mut slow, "/small.txt").0, 200);
    });
}

#[test]
fn a_client_that_goes_away_takes_nobody_with_it() {
    let (_dir, root, _) = folder();
    on_all(|server| {
        let running = Running::start(server, &root);
        for requests in ["", "GET /sm", &get("/large.bin"), &get("/large.bin").repeat(9)] {
            for resets in [true, false] {
                let mut client = running.client();
                client.write_all(requests.as_bytes()).unwrap();
                if requests.ends_with("\r\n\r\n") {
                    read_head(&mut client);
                }
                if resets {
                    set_socket_linger(&client, Some(Duration::ZERO)).unwrap();
                }
            }
        }
        assert_eq!(ask(&mut running.client(), "/small.txt").0, 200);
    });
}

#[test]
fn a_hundred_clients_are_served() {
    let (_dir, root, _) = folder();
    on_many(|server| {
        let running = Running::start(server, &root);
        let mut clients: Vec<_> = (0..100).map(|_| running.client()).collect();
        for _ in 0..2 {
            for client in &mut clients {
                client.write_all(get("/small.txt").as_bytes()).unwrap();
            }
            for client in &mut clients {
                assert_eq!(read_response(client), (200, b"small".to_vec()), "{server}");
            }
        }
    });
}
