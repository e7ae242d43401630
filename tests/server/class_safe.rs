//! What students may send a class that is no request of its page, on each of the nine servers.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use crate::class::{ask, did, listen, once, request, tell, token, told, with_class};
use crate::common::{Head, Watched, on_all, read_head};
use epollscope::class::Class;
use epollscope::server::Config;
use epollscope::telemetry::{Command, Did, ServerKind};
use serde_json::{Value, json};

/// What is answered to these bytes.
fn raw(server: &Watched, text: &str) -> Head {
    let mut client = server.client();
    client.write_all(text.as_bytes()).unwrap();
    read_head(&mut client)
}

/// That a connection is closed, whatever still comes.
fn ends(client: &mut TcpStream) {
    // With a reset it is closed too.
    let _ = client.read_to_end(&mut Vec::new());
}

#[test]
fn odd_requests_are_refused_or_mean_what_they_say() {
    on_all(|config| {
        let (server, _) = with_class(config);
        let mine = token(&once(&server, "POST", "/-/join?code=KXTR").1);
        let hand = format!("/-/hand?s={mine}&up=1");
        for (method, target, status, allow) in [
            ("GET", &*hand, 405, Some("POST")),
            ("OPTIONS", &hand, 405, Some("POST")),
            ("DELETE", &hand, 405, Some("POST")),
            ("POST", "/KXTR", 405, Some("GET, HEAD")),
            ("PUT", "/-/me", 405, Some("GET")),
            ("POST", "/-/hand", 403, None),
            ("POST", "/-/join", 403, None),
            ("HEAD", "/KXTR", 200, None),
            ("GET", "/%4bXTR", 404, None),
            ("GET", "/-/%6de", 404, None),
            ("GET", "/-/me/", 404, None),
            ("GET", "/-/metrics", 404, None),
        ] {
            let head = raw(&server, &request(method, target));
            assert_eq!((head.status, head.field("Allow")), (status, allow), "{method} {target}");
        }
        let connect = "CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n";
        assert!(raw(&server, connect).status >= 400);
        // The old protocol, the form for a proxy, a body that waits to be asked for.
        let old = raw(&server, &format!("POST {hand} HTTP/1.0\r\n\r\n"));
        assert_eq!(old.status, 200);
        let host = "Host: x:1\r\nContent-Length: 0\r\n";
        assert_eq!(
            raw(&server, &format!("POST http://x:1{hand} HTTP/1.1\r\n{host}\r\n")).status,
            200
        );
        // It may send the body or not: what comes next is nobody's to know, and the connection ends.
        let expects = "Host: x:1\r\nContent-Length: 9\r\nExpect: 100-continue\r\n";
        let mut client = server.client();
        client.write_all(format!("POST {hand} HTTP/1.1\r\n{expects}\r\n").as_bytes()).unwrap();
        assert_eq!(read_head(&mut client).status, 200);
        ends(&mut client);
        for (lines, status) in [
            ("Host: x:1\r\nTransfer-Encoding: chunked\r\n", 413),
            ("Host: x:1\r\nContent-Length: 1024\r\n", 413),
            ("Host: x:1\r\nContent-Length: 2000000\r\n", 413),
            ("Host: evil.example\r\n", 403),
            ("Host: evil.example\r\nOrigin: http://evil.example\r\n", 403),
            ("Host: x:1\r\nOrigin: http://x:1\r\nOrigin: http://evil.example\r\n", 403),
            ("Host: x:1\r\nOrigin: null\r\n", 403),
        ] {
            let head = raw(&server, &format!("POST {hand} HTTP/1.1\r\n{lines}\r\n"));
            assert_eq!(head.status, status, "{lines}");
        }
        // Too long, in each of the places, alike on each server.
        for (query, lines) in [
            ("x".repeat(5000), String::new()),
            (String::new(), format!("Origin: {}\r\n", "x".repeat(9000))),
        ] {
            let text = format!("POST {hand}&{query} HTTP/1.1\r\nHost: x:1\r\n{lines}\r\n");
            let head = raw(&server, &text);
            assert_eq!((head.status, head.field("Connection")), (414, Some("close")));
        }
        assert_eq!(once(&server, "POST", &format!("/-/nick?s={mine}&nick=%ff%fe")).0, 400);
        let state = once(&server, "GET", &format!("/-/me?s={mine}")).1;
        assert_eq!((&state["hand"]["place"], &state["in"]), (&json!(1), &json!(1)));
        server.stop();
    });
}

#[test]
fn requests_in_one_go_are_answered_in_their_order() {
    on_all(|config| {
        let kind = config.server;
        let (server, _) = with_class(config);
        let mine = token(&once(&server, "POST", "/-/join?code=KXTR").1);
        let hand = |up: u8| request("POST", &format!("/-/hand?s={mine}&up={up}"));
        let mut client = server.client();
        client.write_all([hand(1), hand(0), hand(1)].concat().as_bytes()).unwrap();
        // It serves one request of a connection, so that the others have their turn.
        let answers = if kind == ServerKind::Blocking { 1 } else { 3 };
        for up in [1, 0, 1].into_iter().take(answers) {
            let head = read_head(&mut client);
            let mut text = vec![0; usize::try_from(head.length()).unwrap()];
            client.read_exact(&mut text).unwrap();
            let state: Value = serde_json::from_slice(&text).unwrap();
            assert_eq!((head.status, &state["up"]), (200, &json!(up)), "{kind:?}");
        }
        server.stop();
    });
}

#[test]
fn a_stream_goes_on_until_it_is_ended() {
    on_all(|config| {
        if !Class::streams(config.server) {
            return;
        }
        for keep_alive in [true, false] {
            let (mut server, _) = with_class(Config { keep_alive, ..config.clone() });
            let mine = token(&once(&server, "POST", "/-/join?code=KXTR").1);
            let target = format!("/-/stream?s={mine}");
            // Asked for as the last of a connection, and in the old protocol.
            for lines in ["HTTP/1.1\r\nHost: x:1\r\nConnection: close", "HTTP/1.0"] {
                let mut stream = server.client();
                stream.write_all(format!("GET {target} {lines}\r\n\r\n").as_bytes()).unwrap();
                assert_eq!(read_head(&mut stream).status, 200);
                told(&mut stream);
                once(&server, "POST", &format!("/-/hand?s={mine}&up=1"));
                tell(&mut server, &mut stream);
                once(&server, "POST", &format!("/-/hand?s={mine}&up=0"));
            }
            // Two tabs of one student: the later one is told, the other is ended.
            let mut first = listen(&server, &mine);
            told(&mut first);
            let mut second = listen(&server, &mine);
            told(&mut second);
            let row = server.row_of(&second);
            server.send(Command::Tell);
            ends(&mut first);
            once(&server, "POST", &format!("/-/hand?s={mine}&up=1"));
            assert_eq!(tell(&mut server, &mut second)["conn"], row.id.get());
            // Whatever is sent over it ends it.
            second
                .write_all(request("POST", &format!("/-/hand?s={mine}&up=0")).as_bytes())
                .unwrap();
            ends(&mut second);
            assert_eq!(once(&server, "GET", &format!("/-/me?s={mine}")).1["up"], 1);
            // Whoever says nothing more listens no more.
            let mut half = listen(&server, &mine);
            told(&mut half);
            half.shutdown(Shutdown::Write).unwrap();
            ends(&mut half);
            // Nobody stays behind who has left, been sent away, or was never in.
            let mut left = listen(&server, &mine);
            told(&mut left);
            once(&server, "POST", &format!("/-/bye?s={mine}"));
            server.send(Command::Tell);
            ends(&mut left);
            let other = token(&once(&server, "POST", "/-/join?code=KXTR").1);
            let mut away = listen(&server, &other);
            told(&mut away);
            for _ in 0..12 {
                once(&server, "GET", &format!("/-/me?s={other}"));
            }
            server.send(Command::Class { did: Did::SentAway, student: 2 });
            ends(&mut away);
            assert_eq!(once(&server, "GET", &format!("/-/stream?s={other}")).0, 410);
            server.until("nobody is left", |s| s.table.is_empty());
            server.stop();
        }
    });
}

/// What is published of students' requests, and so what a log may have of them.
#[test]
fn nobody_is_told_tokens_and_nicknames() {
    on_all(|config| {
        let (mut server, _) = with_class(config);
        let mine = token(&once(&server, "POST", "/-/join?code=KXTR").1);
        let mut client = server.client();
        let state = ask(&mut client, "POST", &format!("/-/nick?nick=Zaphod&s={mine}")).1;
        assert_eq!(state["nick"], "Zaphod");
        drop(client);
        once(&server, "POST", &format!("/-/hand?up=1&s={mine}"));
        let cookie = format!(
            "POST /-/hand?s={mine}&s={mine} HTTP/1.1\r\nHost: x:1\r\nCookie: {mine}\r\nReferer: http://x:1/?s={mine}\r\n\r\n"
        );
        raw(&server, &cookie);
        raw(&server, &request("GET", &format!("/-/join?s={mine}")));
        raw(&server, &request("GET", &format!("/KXTR?s={mine}")));
        server.until("all of it", |s| did(s, Did::Named) == 1 && s.counters.requests >= 6);
        for event in &server.events {
            let text = String::from_utf8_lossy(event.as_ref().text().kept).into_owned();
            assert!(!text.contains(&mine) && !text.contains("Zaphod"), "{text}");
        }
        server.stop();
    });
}

/// A telephone's other requests say that it is there, also where it is told of nothing.
#[test]
fn who_comes_back_by_any_request_is_published() {
    on_all(|config| {
        let (mut server, class) = with_class(config);
        let mine = token(&once(&server, "POST", "/-/join?code=KXTR").1);
        // Time does not pass so fast: it is said to have.
        let later = 60_000_000_000;
        let (_, lost) = class.gather(ServerKind::Epoll, later, |_, _| None);
        assert_eq!(lost.iter().map(|fact| fact.did).collect::<Vec<_>>(), [Did::Lost]);
        let before = did(&server, Did::Asked);
        once(&server, "POST", &format!("/-/hand?s={mine}&up=1"));
        server.until("it is back", |s| did(s, Did::Asked) == before + 1);
        server.stop();
    });
}
