//! Any bytes as requests to a class with a student in it: every answer is well-formed, names have
//! nothing in them that a screen would obey, and what is told of a request has no token in it.
#![no_main]

use epollscope::class::{Answer, Ask, Class, Code, Fact, Form, On, masked};
use epollscope::http::{Head, Limits, Request, parse};
use epollscope::telemetry::{ConnId, ServerKind};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// What is answered on the connection of that number.
fn answer(class: &Class, ask: &Ask<'_>, conn: u64) -> (Answer, Vec<Fact>) {
    let on = On {
        fd: 7,
        conn: ConnId::new(conn).expect("from 1"),
        peer: [10, 0, 0, 7].into(),
        server: ServerKind::Epoll,
        now: conn * 1_000_000_000,
        row: None,
    };
    class.answer(ask, &on)
}

/// Somebody's token, to send in place of `TOKEN`.
fn join(class: &Class) -> String {
    let (origin, host): (&[u8], &[u8]) = (b"", b"10.0.0.1");
    let query = b"code=KXTR";
    let ask = Ask { method: "POST", path: b"/-/join", query, origin, host, body: 0 };
    let (joined, _) = answer(class, &ask, 1);
    let state: Value = serde_json::from_str(&joined.text).expect("JSON");
    state["token"].as_str().expect("a token").to_owned()
}

fn check_masked(request: &Request<'_>, token: &str) {
    let line = &request.head[..request.method.len() + 1 + request.target.len()];
    let told = masked(line);
    assert!(told.len() <= line.len());
    let known = [b"?s=", b"&s="].iter().any(|name| {
        let said = [&name[..], token.as_bytes()].concat();
        told.windows(said.len()).any(|part| part == said)
    });
    assert!(!known, "{}", String::from_utf8_lossy(&told));
}

fuzz_target!(|bytes: &[u8]| {
    let class = Class::open(Code::parse("KXTR").expect("a code"));
    let token = join(&class);
    // The fuzzer cannot guess it.
    let parts: Vec<&[u8]> = bytes.split(|&b| b == b'$').collect();
    let bytes = parts.join(token.as_bytes());
    let (mut rest, mut conn) = (&bytes[..], 1);
    while let Head::Complete(request) = parse(rest, &Limits::default()) {
        conn += 1;
        check_masked(&request, &token);
        let (answer, facts) = answer(&class, &Ask::of(&request), conn);
        match answer.form {
            Form::Page(_) => assert!(answer.text.contains("nonce=")),
            Form::Json => drop(serde_json::from_str::<Value>(&answer.text).expect("JSON")),
            Form::Stream => {
                let state = answer.text.strip_prefix("data: ").expect("an event");
                let state = state.strip_suffix("\n\n").expect("a whole event");
                assert!(!state.contains(['\r', '\n']));
                drop(serde_json::from_str::<Value>(state).expect("JSON"));
            }
        }
        assert!(facts.iter().all(|fact| !fact.did.name().contains(char::is_control)));
        rest = &rest[request.head_len..];
    }
    for (_, name) in class.roll().names {
        assert!(!name.contains(char::is_control) && name.chars().count() <= 36);
    }
    assert!(class.connections(1).len() <= 8);
});
