//! The calls: those that a listing makes are those that its lines name, and those that the server of
//! the same name makes have a line.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::Shutdown;

use epollscope::http::Site;
use epollscope::telemetry::{Capacity, CtlOp, Kind, ServerKind, What, Why};
use epollscope::textbook::Listing;

use crate::common::{self, ask, get, name, read_head, read_response, start_with};
use crate::running::{Running, on_all};
use crate::strace;
use crate::tools::has;

/// The calls of the servers that no listing makes.
const NOT_MADE: [Kind; 3] = [Kind::Setsockopt, Kind::Shutdown, Kind::Input];

/// A folder with a file that no socket takes at once.
fn folder() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("index.html"), "hello").unwrap();
    fs::write(root.path().join("large.bin"), vec![b'x'; 8 << 20]).unwrap();
    root
}

#[test]
fn every_call_of_a_server_has_a_line_in_its_listing() {
    let root = folder();
    common::on_all(|config| {
        let (server_name, listing) = (name(&config), Listing::of(config.server));
        let site = Site::open(root.path()).unwrap();
        let mut server = start_with(config, site, Capacity::default());
        let mut client = server.client();
        for target in ["/", "/", "/nothing"] {
            ask(&mut client, target);
        }
        client.write_all(get("/large.bin").as_bytes()).unwrap();
        read_head(&mut client);
        server.until("a full socket", |s| s.counters.bytes_out > 1 << 20);
        let mut rest = vec![0; 8 << 20];
        std::io::Read::read_exact(&mut client, &mut rest).unwrap();
        ask(&mut client, "/");
        drop(client);
        server.ended(Why::PeerClosed);
        server.drain();
        let mut marked = BTreeSet::new();
        for event in server.events.iter().map(|e| &e.event).filter(|e| e.what.kind().is_call()) {
            let kind = event.what.kind();
            let op = match event.what {
                What::EpollCtl { op, .. } => Some(op),
                _ => None,
            };
            let line = listing.line_of(kind, op);
            // That listing is told of room to send from the start.
            let once = listing.server() == ServerKind::EpollEt && op == Some(CtlOp::Mod);
            let known = line.is_some() != (once || NOT_MADE.contains(&kind));
            assert!(known, "{server_name}: {} {op:?} is on {line:?}", kind.name());
            marked.extend(line);
        }
        // That it looks at something.
        assert!(marked.len() >= 7, "{server_name}: {marked:?}");
        server.stop();
    });
}

/// The names that a listing's lines give to calls, in square brackets or in either.
fn named(listing: &Listing, also_round: bool) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for comment in listing.lines().filter_map(|line| line.split_once("  # ")) {
        for (open, close, wanted) in [('[', ']', true), ('(', ')', also_round)] {
            let inside = comment.1.split(open).skip(1).filter_map(|rest| rest.split(close).next());
            names.extend(inside.filter(|_| wanted).map(str::to_owned));
        }
    }
    names
}

/// What strace saw, under the names of the event log, from the call of `listen` on.
fn made(text: &str, known: &BTreeSet<&str>) -> BTreeSet<String> {
    let calls = text.lines().skip_while(|line| !line.contains(" listen("));
    let mut names = BTreeSet::new();
    for (call, arguments) in calls.filter_map(|line| line.split_once('(')) {
        let call = match call.rsplit(' ').next().unwrap_or_default() {
            "accept4" => "accept",
            "recvfrom" => "recv",
            "sendto" => "send",
            "pselect6" => "select",
            "ppoll" => "poll",
            "epoll_pwait" => "epoll_wait",
            "newfstatat" | "stat" | "statx" => "fstat",
            other => other,
        };
        let op = CtlOp::ALL.iter().find(|op| arguments.contains(&format!("_{},", op.name())));
        match op.filter(|_| call == Kind::EpollCtl.name()) {
            Some(op) => _ = names.insert(format!("{call} {}", op.name())),
            None if known.contains(call) => _ = names.insert(call.to_owned()),
            None => {}
        }
    }
    names
}

#[test]
fn a_listing_makes_the_calls_that_its_lines_name() {
    if !has("python3") || !strace::works() {
        return;
    }
    let root = folder();
    let known: BTreeSet<&str> = ServerKind::ALL
        .into_iter()
        .flat_map(|server| named(Listing::of(server), true))
        .map(|name| &*name.leak())
        .collect();
    on_all(|server| {
        let listing = Listing::of(server);
        let trace = tempfile::tempdir().unwrap();
        let file = trace.path().join("strace");
        let starter = ["strace", "-f", "-o", file.to_str().unwrap()];
        let running = Running::by(server, root.path(), &starter);
        let mut client = running.client();
        for _ in 0..2 {
            client.write_all(get("/").as_bytes()).unwrap();
            assert_eq!(read_response(&mut client).0, 200);
        }
        client.write_all(get("/large.bin").as_bytes()).unwrap();
        read_head(&mut client);
        // A second one is served while the first one's answer is stuck, where that can be.
        let mut other = running.client();
        other.write_all(get("/").as_bytes()).unwrap();
        if server != ServerKind::Blocking {
            assert_eq!(read_response(&mut other).0, 200);
        }
        std::io::copy(&mut std::io::Read::take(&mut client, 8 << 20), &mut std::io::sink())
            .unwrap();
        for mut client in [client, other] {
            client.shutdown(Shutdown::Write).unwrap();
            // Its FIN comes when the server has read ours.
            std::io::copy(&mut client, &mut std::io::sink()).unwrap();
        }
        if server == ServerKind::Processes {
            // What it still does for them can be seen by the next client.
            let mut last = running.client();
            assert_eq!(ask(&mut last, "/").0, 200);
        }
        drop(running);
        let made = made(&fs::read_to_string(&file).unwrap(), &known);
        let (square, all) = (named(listing, false), named(listing, true));
        // One that is named without what it does is named for all that it does.
        let is_named = |call: &String| {
            all.contains(call) || all.contains(call.split(' ').next().unwrap_or_default())
        };
        let unnamed: Vec<_> = made.iter().filter(|call| !is_named(call)).collect();
        assert!(unnamed.is_empty(), "{server} makes {unnamed:?}, and its lines name {all:?}");
        // The nap of these is for want of a descriptor.
        let rests = [ServerKind::Blocking, ServerKind::Threads, ServerKind::Processes];
        let is_made = |name: &String| {
            rests.contains(&server) && name == Kind::Nap.name()
                || made.iter().any(|call| call == name || call.split(' ').next() == Some(name))
        };
        let idle: Vec<_> = square.iter().filter(|name| !is_made(name)).collect();
        assert!(idle.is_empty(), "{server} names {idle:?}, and makes {made:?}");
    });
}
