//! Where the system ends: descriptors, the bits of `select`, processes that nobody waits for.

use std::fs;
use std::io::{Read, Write};
use std::thread::sleep;
use std::time::{Duration, Instant};

use epollscope::telemetry::ServerKind;

use crate::common::{LIMIT, ask, get, read_response, state_of};
use crate::running::{Running, on_those};

/// Waits until something holds.
#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < LIMIT, "waited in vain for {what}");
        sleep(Duration::from_millis(2));
    }
}

/// How many descriptors a process may have.
const DESCRIPTORS: u32 = 20;

/// Whether a process has a descriptor of every number that it may have. Those that were handed down to
/// it may have higher ones.
fn has_all(running: &Running) -> bool {
    let fds = fs::read_dir(format!("/proc/{}/fd", running.pid())).unwrap();
    let number = |entry: fs::DirEntry| entry.file_name().to_str()?.parse::<u32>().ok();
    let numbers = fds.filter_map(|entry| number(entry.ok()?));
    numbers.filter(|number| *number < DESCRIPTORS).count() == DESCRIPTORS as usize
}

#[test]
fn without_a_free_descriptor_it_rests_until_there_is_one() {
    // In the other two a connection keeps none of the server's.
    let others = [ServerKind::Blocking, ServerKind::Processes];
    on_those(
        |server| !others.contains(&server),
        |server| {
            let root = tempfile::tempdir().unwrap();
            fs::write(root.path().join("a"), "a").unwrap();
            let limited = format!("ulimit -n {DESCRIPTORS}; exec \"$0\" \"$@\"");
            let running = Running::by(server, root.path(), &["sh", "-c", &limited]);
            let idle: Vec<_> = (0..DESCRIPTORS).map(|_| running.client()).collect();
            until("the last descriptor", || has_all(&running));
            let mut waiting = running.client();
            waiting.write_all(get("/a").as_bytes()).unwrap();
            // A loop that asks again at once never sleeps.
            let (pid, mut slept) = (running.pid().as_raw_nonzero().get(), 0);
            until("its sleep", || {
                slept += u32::from(state_of(pid) == Some('S'));
                slept == 10
            });
            drop(idle);
            assert_eq!(read_response(&mut waiting), (200, b"a".to_vec()), "{server}");
            assert_eq!(ask(&mut running.client(), "/a").0, 200);
        },
    );
}

#[test]
fn select_refuses_a_number_that_its_sets_have_no_bit_for() {
    on_those(
        |server| server == ServerKind::Select,
        |server| {
            let root = tempfile::tempdir().unwrap();
            fs::write(root.path().join("a"), "a").unwrap();
            let take = "ulimit -n 2048; for ((i = 0; i < 1016; i++)); do exec {fd}</dev/null; done; \
                        exec \"$0\" \"$@\"";
            let running = Running::by(server, root.path(), &["bash", "-c", take]);
            let mut low = running.client();
            assert_eq!(ask(&mut low, "/a").0, 200);
            let mut refused = 0;
            let mut kept = Vec::new();
            for _ in 0..20 {
                let mut client = running.client();
                // It may be closed before it has asked.
                let _ = client.write_all(get("/a").as_bytes());
                if client.read(&mut [0]).is_ok_and(|read| read == 1) {
                    kept.push(client);
                } else {
                    refused += 1;
                }
            }
            assert!(refused >= 10, "{refused}");
            assert_eq!(ask(&mut low, "/a").0, 200);
            // A lower number is free again.
            drop(kept);
            until("a number that is low enough", || {
                let mut client = running.client();
                let asked = client.write_all(get("/a").as_bytes()).is_ok();
                asked && client.read(&mut [0]).is_ok_and(|read| read == 1)
            });
        },
    );
}

#[test]
fn processes_that_have_ended_are_waited_for() {
    on_those(
        |server| server == ServerKind::Processes,
        |server| {
            let root = tempfile::tempdir().unwrap();
            fs::write(root.path().join("a"), "a").unwrap();
            let running = Running::start(server, root.path());
            let children = || {
                let pid = running.pid();
                fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap()
            };
            let mut clients: Vec<_> = (0..20).map(|_| running.client()).collect();
            for client in &mut clients {
                assert_eq!(ask(client, "/a").0, 200);
            }
            assert_eq!(children().split_whitespace().count(), 20);
            drop(clients);
            // One that is not waited for would stay a child.
            until("the last of them", || children().is_empty());
            assert_eq!(ask(&mut running.client(), "/a").0, 200);
        },
    );
}
