//! A file beyond 4 GiB, of which clients take parts: offsets and lengths need more than 32 bits, and
//! nobody reads more of it than was asked for.

mod common;

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::FileExt;
use std::path::Path;

use common::{Head, on_all, read_head, start_with, with};
use epollscope::http::Site;
use epollscope::server::Config;
use epollscope::telemetry::{Capacity, Kind, What};

const TARGET: &str = "/huge.bin";
/// Where 32 bits end.
const EDGE: u64 = 1 << 32;
/// Some bytes more than a round number.
const LENGTH: u64 = (5 << 30) + 7;
/// What a client that goes away at the head may have been sent, with all the rest: two kernels'
/// buffers, and a turn's worth.
const MOST: u64 = 64 << 20;

/// A sparse file with a few words in it.
fn plant(root: &Path) -> File {
    let path = root.join(&TARGET[1..]);
    let file = File::options().create_new(true).read(true).write(true).open(path).unwrap();
    file.set_len(LENGTH).unwrap();
    for (offset, word) in [
        (EDGE - 900_000, "long before"),
        (EDGE - 8, "up to 32 | and more"),
        (EDGE + 900_000, "long after"),
        (EDGE + 500_000_000, "in the midst of it"),
        (LENGTH - 7, "the end"),
    ] {
        file.write_all_at(word.as_bytes(), offset).unwrap();
    }
    file
}

fn send(client: &mut TcpStream, method: &str, fields: &str) -> Head {
    let request = format!("{method} {TARGET} HTTP/1.1\r\nHost: x\r\n{fields}\r\n");
    client.write_all(request.as_bytes()).unwrap();
    read_head(client)
}

fn body(client: &mut TcpStream, head: &Head) -> Vec<u8> {
    assert!(head.length() < MOST, "{}", head.length());
    let mut body = vec![0; usize::try_from(head.length()).unwrap()];
    client.read_exact(&mut body).unwrap();
    body
}

#[test]
fn parts_of_a_file_beyond_4_gib() {
    let dir = tempfile::tempdir().unwrap();
    let file = plant(dir.path());
    let part = |from: u64, to: u64| {
        let mut bytes = vec![0; usize::try_from(to - from + 1).unwrap()];
        file.read_exact_at(&mut bytes, from).unwrap();
        bytes
    };
    let length = LENGTH.to_string();
    on_all(|config| {
        let worker = with(config.server, &[dir.path().to_str().unwrap()]).worker;
        let site = Site::open(dir.path()).unwrap();
        let mut server = start_with(Config { worker, ..config }, site, Capacity::default());
        let mut client = server.client();

        // The tag of a file changed a moment ago is weak, and stands for no range.
        let mut head = None;
        server.until("a strong tag", |_| {
            let answer = head.insert(send(&mut client, "HEAD", ""));
            answer.field("ETag").unwrap().starts_with('"')
        });
        let head = head.unwrap();
        assert_eq!((head.status, head.field("Content-Length")), (200, Some(&length[..])));
        assert_eq!(head.field("Accept-Ranges"), Some("bytes"));
        let (tag, date) = (head.field("ETag").unwrap(), head.field("Last-Modified").unwrap());

        let midst = EDGE + 500_000_000;
        for (range, from, to) in [
            // Beyond 32 bits; across them, in one call and in many; at the end.
            (format!("{midst}-{}", midst + 17), midst, midst + 17),
            (format!("{}-{}", EDGE - 8, EDGE + 10), EDGE - 8, EDGE + 10),
            (
                format!("{}-{}", EDGE - 1_000_000, EDGE + 2_000_000),
                EDGE - 1_000_000,
                EDGE + 2_000_000,
            ),
            (format!("{EDGE}-{EDGE}"), EDGE, EDGE),
            (format!("{}-", LENGTH - 70_000), LENGTH - 70_000, LENGTH - 1),
            (format!("{}-{}", LENGTH - 3, u64::MAX), LENGTH - 3, LENGTH - 1),
            ("-7".to_owned(), LENGTH - 7, LENGTH - 1),
        ] {
            for guard in ["", &format!("If-Range: {tag}\r\n"), &format!("If-Range: {date}\r\n")] {
                let head = send(&mut client, "GET", &format!("Range: bytes={range}\r\n{guard}"));
                let told = format!("bytes {from}-{to}/{LENGTH}");
                assert_eq!((head.status, head.field("Content-Range")), (206, Some(&told[..])));
                assert_eq!(head.length(), to - from + 1, "{range}");
                assert!(body(&mut client, &head) == part(from, to), "{range}");
            }
        }

        // Two in one answer.
        let two = format!("Range: bytes=0-0,{EDGE}-{}\r\n", EDGE + 10);
        let head = send(&mut client, "GET", &two);
        assert_eq!(head.status, 206);
        let text = String::from_utf8(body(&mut client, &head)).unwrap();
        assert!(
            text.contains(&format!("Content-Range: bytes 0-0/{LENGTH}\r\n\r\n\0\r\n")),
            "{text}"
        );
        let second =
            format!("Content-Range: bytes {EDGE}-{}/{LENGTH}\r\n\r\n | and more", EDGE + 10);
        assert!(text.contains(&second), "{text}");

        let head = send(&mut client, "GET", &format!("Range: bytes={LENGTH}-\r\n"));
        let told = format!("bytes */{LENGTH}");
        assert_eq!((head.status, head.field("Content-Range")), (416, Some(&told[..])));
        body(&mut client, &head);

        // All of it is promised, and one who goes away has not made the server read all of it.
        drop(client);
        for fields in ["", "Range: bytes=0-9\r\nIf-Range: \"another\"\r\n"] {
            let head = send(&mut server.client(), "GET", fields);
            assert_eq!((head.status, head.field("Content-Length")), (200, Some(&length[..])));
        }
        server.until("the end", |s| s.counters.open() == 0 && s.counters.accepted == 3);
        let whole = server
            .events
            .iter()
            .filter(|e| matches!(e.event.what, What::Response { status: 200, body: LENGTH }));
        assert_eq!((whole.count(), server.lost.events[Kind::Response as usize]), (2, 0));
        let counters = server.stop();
        assert!(counters.bytes_out < MOST, "{} bytes", counters.bytes_out);
    });
}
