//! An fd is not an identity. Alone in its file, because other tests' descriptors would get between.

mod common;

use std::io::Read;

use common::{ask, servers, start};
use epollscope::server::Config;
use epollscope::telemetry::{Command, What};

#[test]
fn a_command_hits_the_connection_it_named_and_not_the_next_one_with_its_number() {
    for config in servers() {
        println!("{}", common::name(&config));
        hits_whom_it_named(config);
    }
}

fn hits_whom_it_named(config: Config) {
    let mut server = start(config);
    // Keeps its descriptor, so that the next client's own end does not take the freed number.
    let mut client = server.client();
    let first = server.row_of(&client);
    server.send(Command::Drop(first.id));
    assert_eq!(client.read(&mut [0]).unwrap(), 0);

    // The client's end takes the freed number, the server's end the one after; then again.
    let taken = server.client();
    server.row_of(&taken);
    let mut next = server.client();
    let second = server.row_of(&next);
    server.send(Command::Drop(second.id));
    assert_eq!(next.read(&mut [0]).unwrap(), 0);
    drop(next);
    drop(taken);
    server.until("the table is empty", |s| s.table.is_empty());

    let mut rows = Vec::new();
    let mut clients = Vec::new();
    while !rows.iter().any(|row: &epollscope::telemetry::Row| row.fd == second.fd) {
        clients.push(server.client());
        rows.push(server.row_of(clients.last().unwrap()));
        assert!(rows.len() < 20, "the kernel reuses the lowest free number");
    }
    assert_ne!(rows.last().unwrap().id, second.id, "the same number, another connection");
    server.send(Command::Drop(second.id));
    server.until("the answer that it is gone", |s| {
        s.events.iter().any(|e| e.event.what == What::Missed && e.event.conn == Some(second.id))
    });
    assert_eq!(ask(clients.last_mut().unwrap(), "/").0, 200);
    server.stop();
}
