//! The thread of a worker process: it reads what the worker reports, and waits for its end.

use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::Arc;

use rustix::net::SendFlags;

use super::wire::{Frame, Message, Unreadable, answer, asked, class_head, read};
use crate::class::Answer;
use crate::server::convert::ret_of;
use crate::server::operator::Operated;
use crate::server::shared::{AcceptedSocket, EndOnPanic, Shared, ThreadHost, this_thread};
use crate::telemetry::{By, ConnState, Fd, Kind, Next, Site, Text, What, Why};

/// Bytes of a worker's reports that are read at once.
const READ_AT_ONCE: usize = 16 * 1024;

/// Reads what a worker reports.
pub(super) struct WorkerReader<'h> {
    pub(super) shared: &'h Shared,
    pub(super) child: Child,
    pub(super) channel: Arc<OwnedFd>,
    pub(super) accepted: AcceptedSocket,
}

impl WorkerReader<'_> {
    pub(super) fn run(mut self) {
        let _alarm = EndOnPanic(self.shared);
        let by = By::process(self.child.id().cast_signed());
        let AcceptedSocket { client, .. } = self.accepted;
        let reported = self.read_reports(by).unwrap_or_else(|Unreadable| {
            self.shared.lock(by).publisher.fact(client.fd, Some(client.id), What::Unreadable, &[]);
            // Whatever it does from now on would be missing. It cannot have been waited for.
            let _ = self.child.kill();
            None
        });
        let why = reported.unwrap_or(Why::WorkerDied);
        // Once it is waited for, its number may be another's.
        self.shared.assign(&self.accepted, by, None);
        let waited = self.child.wait();
        let ret = ret_of(waited.map(|_| self.child.id() as usize));
        self.shared.lock(this_thread()).publisher.call(-1, Some(client.id), What::Wait4 { ret });
        ThreadHost::new(self.shared, &self.accepted, this_thread())
            .close(self.accepted.socket, why);
        self.shared.ended(by, client);
    }

    /// Reads its reports to the end; returns why it ended, if it reported that.
    fn read_reports(&mut self, by: By) -> Result<Option<Why>, Unreadable> {
        let mut bytes = vec![0; READ_AT_ONCE];
        let mut have = 0;
        let mut why = None;
        let mut sites = Sites::default();
        loop {
            let mut used = 0;
            while let Some((frame, len)) = read(&bytes[used..have])? {
                used += len;
                let site = sites.site(frame)?;
                match frame.message {
                    Message::End(said) => why = Some(said),
                    Message::Ask(kind, fd, state) => self.pass(by, site, kind, fd, state),
                    _ => self.record(by, site, frame),
                }
            }
            // The worker reports everything before it sleeps.
            self.shared.lock(by).publish();
            bytes.copy_within(used..have, 0);
            have -= used;
            if have == bytes.len() {
                bytes.resize(2 * have, 0);
            }
            match rustix::io::read(&*self.channel, &mut bytes[have..]) {
                Ok(0) => return Ok(why),
                Ok(n) => have += n,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return Ok(why),
            }
        }
    }

    /// Passes the gate for it, which waits for the answer.
    fn pass(&self, by: By, site: Option<Site>, kind: Kind, file: Fd, state: Option<ConnState>) {
        let AcceptedSocket { client, .. } = self.accepted;
        let on_file = Next::new(kind, file, None, site);
        let on_socket = Next { fd: client.fd, conn: Some(client.id), ..on_file };
        let next = if state.is_some() { on_socket } else { on_file };
        let passed = self.shared.pass_worker(by, client, next, state);
        // One that has died does not need it.
        let _ = rustix::net::send(&*self.channel, &[answer(passed)], SendFlags::NOSIGNAL);
    }

    /// Publishes what it reported as its own doing. Calls are on its descriptors: 0 there is the
    /// connection's socket; a conclusion is about the connection, which has a number here.
    fn record(&self, by: By, site: Option<Site>, Frame { time, message, .. }: Frame<'_>) {
        let AcceptedSocket { client, .. } = self.accepted;
        let mut locked = self.shared.lock(by);
        // Two processes may read the clock a little differently.
        let time = time.min(locked.publisher.now());
        match message {
            Message::Before(kind, state) => {
                locked.table.change(client, |row| {
                    (row.state, row.within, row.site) = (state, Some(kind), site);
                });
            }
            Message::Outcome(what) => {
                locked.publisher.call_at(time, site, 0, Some(client.id), what, Text::default());
                locked.table.note(client, what, time);
                locked.table.change(client, |row| (row.within, row.site) = (None, None));
            }
            Message::Call(file, what, text) => {
                locked.publisher.call_at(time, site, file, None, what, text);
            }
            Message::Fact(what, text) => {
                locked.publisher.fact_at(time, client.fd, Some(client.id), what, text);
                locked.note_fact(client, what);
            }
            Message::Sent(sent) => locked.sent(client, sent, time),
            Message::HalfClosed => locked.table.change(client, |row| row.half_closed = true),
            Message::Counters => {
                let mut counters = locked.publisher.counters.clone();
                let mut now = locked.publisher.now();
                drop(locked);
                let words = counters.words().chain([&mut now]);
                let words: Vec<u8> = words.flat_map(|word| word.to_le_bytes()).collect();
                // A worker that has died does not need them.
                let _ = rustix::net::send(&*self.channel, &words, SendFlags::NOSIGNAL);
            }
            Message::Class(text) => {
                let answer = asked(text.kept).filter(|_| !text.is_cut());
                let answer =
                    answer.map_or_else(Answer::none, |ask| locked.answer_class(client, &ask));
                drop(locked);
                let bytes = [&class_head(&answer)[..], answer.text.as_bytes()].concat();
                // A worker that has died does not need it.
                let _ = rustix::net::send(&*self.channel, &bytes, SendFlags::NOSIGNAL);
            }
            Message::Ask(..) | Message::Place(..) | Message::End(_) => {}
        }
    }
}

/// What the worker's numbers of places in the source stand for.
struct Sites {
    /// Those that it has named; 0 stands for none and needs no name.
    named: [bool; 256],
    sites: [Option<Site>; 256],
}

impl Default for Sites {
    fn default() -> Self {
        Self { named: std::array::from_fn(|number| number == 0), sites: [None; 256] }
    }
}

impl Sites {
    /// Where the call of a frame is made; a place that it names is kept.
    fn site(&mut self, Frame { site, message, .. }: Frame<'_>) -> Result<Option<Site>, Unreadable> {
        let number = usize::from(site);
        if let Message::Place(file, line) = message {
            let file = std::str::from_utf8(file.kept).map_err(|_| Unreadable)?;
            (self.named[number], self.sites[number]) = (true, Site::named(file, line));
        }
        if self.named[number] { Ok(self.sites[number]) } else { Err(Unreadable) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Place, Ret};

    #[test]
    fn a_place_has_to_be_named_before_its_number_is_used() {
        let frame = |site, message| Frame { time: 0, site, message };
        let recv = Message::Outcome(What::Recv { ret: Ret::ok(1) });
        let mut sites = Sites::default();
        assert_eq!(sites.site(frame(0, recv)), Ok(None));
        assert_eq!(sites.site(frame(9, recv)), Err(Unreadable));
        let file = Text { kept: b"src/a.rs", len: 8 };
        let named = sites.site(frame(9, Message::Place(file, 7))).unwrap();
        assert_eq!(named.unwrap().place(), Place { file: "src/a.rs", line: 7 });
        assert_eq!(sites.site(frame(9, recv)), Ok(named));
        let file = Text { kept: b"\xff", len: 1 };
        assert_eq!(sites.site(frame(9, Message::Place(file, 7))), Err(Unreadable));
    }
}
