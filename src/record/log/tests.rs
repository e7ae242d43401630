//! The log's thread, on papers that fail and with servers that do not end.

use super::*;
use crate::record::samples::{self, NoRows};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::time::SystemTime;

use serde_json::Value;

use crate::telemetry::{Capacity, ConnId, Publisher, Ret, Standing, What, control, wire};

const LIMIT: Duration = Duration::from_secs(10);

fn header() -> Header {
    let start = SystemTime::now();
    Header { server: "epoll-et".into(), pid: 1, start, mistake: None, part: false, origin: None }
}

fn place(path: &Path) -> Place {
    Place::open(path, false).unwrap()
}

fn lines(path: &Path) -> Vec<Value> {
    told(&std::fs::read_to_string(path).unwrap())
}

/// A log on that paper, with the addresses that there are.
fn started(
    paper: impl Paper,
    subscriber: Subscriber,
    control: Control,
    tell: impl FnMut(Notice) + Send + 'static,
) -> Log {
    Log::start_with(paper, subscriber, control, &header(), Private::default(), tell).unwrap()
}

/// The lines but those between the events.
fn told(text: &str) -> Vec<Value> {
    let all = text.lines().map(|line| serde_json::from_str(line).unwrap());
    all.filter(|line: &Value| line.get("batch").is_none()).collect()
}

#[test]
fn a_log_is_whole_when_the_server_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let (sink, subscriber) = wire(Capacity::default());
    let (control, _commands) = control().unwrap();
    let log = started(place(&path), subscriber, control, |_| {});
    let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
    for _ in 0..50 {
        samples::tell(&mut publisher);
        publisher.publish(&mut NoRows, Standing::default());
    }

    // What was told is in the file before the end, too.
    let deadline = Instant::now() + Duration::from_secs(5);
    while std::fs::read_to_string(&path).unwrap().matches("{\"seq\"").count() < 50 * samples::COUNT
    {
        assert!(Instant::now() < deadline, "the log was never flushed");
        std::thread::yield_now();
    }
    samples::tell(&mut publisher);
    publisher.finish(&mut NoRows, Standing::default());

    let all = 51 * samples::COUNT;
    assert_eq!(log.finish(LIMIT).unwrap(), Summary { events: all as u64, lost: 0, trouble: None });
    let lines = lines(&path);
    assert_eq!((lines.len(), &lines[0]["version"]), (all + 2, &Value::from(2)));
    for (seq, line) in (1..).zip(&lines[1..=all]) {
        assert_eq!(line["seq"], seq);
    }
    let last = &lines[all + 1];
    assert_eq!((&last["lost"], &last["events"]), (&Value::from(0), &Value::from(all)));
    let examined = last["costs"]["examined"].as_u64().unwrap();
    assert!(examined >= 51 * 100, "what was told of polls and rounds: {last}");
}

#[test]
fn what_was_left_out_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let (sink, subscriber) =
        wire(Capacity { batches: 4, events: 30, gone: 1, ..Capacity::default() });
    let (control, _commands) = control().unwrap();
    let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
    for _ in 0..10 {
        samples::tell(&mut publisher);
        publisher.publish(&mut NoRows, Standing::default());
    }
    let log = started(place(&path), subscriber, control, |_| {});
    publisher.finish(&mut NoRows, Standing::default());
    let summary = log.finish(LIMIT).unwrap();
    assert!(summary.lost > 0 && summary.events > 0);
    assert_eq!(summary.lost + summary.events, 10 * samples::COUNT as u64);
    let lines = lines(&path);
    assert_eq!(lines.last().unwrap()["lost"], summary.lost);
    assert_eq!(lines.len() as u64, summary.events + 2);
}

/// A disk with room for so many bytes, and the bytes that are on it.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<(usize, Vec<u8>)>>, bool);

impl Disk {
    fn new(room: usize, takes_back: bool) -> Self {
        Self(Arc::new(Mutex::new((room, Vec::new()))), takes_back)
    }

    fn enlarge(&self, room: usize) {
        self.0.lock().unwrap().0 += room;
    }

    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().1.clone()).unwrap();
        assert!(text.ends_with('\n'));
        told(&text)
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (room, written) = &mut *self.0.lock().unwrap();
        let n = bytes.len().min(*room);
        if n == 0 {
            return Err(ErrorKind::StorageFull.into());
        }
        *room -= n;
        written.extend_from_slice(&bytes[..n]);
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Paper for Disk {
    fn take_back(&mut self, bytes: u64) -> io::Result<()> {
        if !self.1 {
            return Err(ErrorKind::Unsupported.into());
        }
        let (room, written) = &mut *self.0.lock().unwrap();
        let bytes = usize::try_from(bytes).unwrap();
        *room += bytes;
        written.truncate(written.len() - bytes);
        Ok(())
    }
}

/// Tells much more than is kept while the disk is full.
fn tell_much(publisher: &mut Publisher) {
    for _ in 0..50 {
        samples::tell(publisher);
        publisher.publish(&mut NoRows, Standing::default());
    }
}

#[test]
fn a_full_disk_is_told_and_does_not_hold_the_server() {
    for takes_back in [true, false] {
        let (sink, subscriber) =
            wire(Capacity { batches: 4, events: 100, gone: 1, ..Capacity::default() });
        let (control, _commands) = control().unwrap();
        let disk = Disk::new(5000, takes_back);
        let log = started(disk.clone(), subscriber, control, |_| {});
        let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
        tell_much(&mut publisher);
        publisher.finish(&mut NoRows, Standing::default());
        let all = 50 * samples::COUNT as u64;
        match log.finish(LIMIT) {
            Ok(summary) => {
                assert!(takes_back);
                assert_eq!(summary.trouble, Some(ErrorKind::StorageFull));
                assert_eq!(summary.events + summary.lost, all);
                let lines = disk.lines();
                let last = lines.last().unwrap();
                assert_eq!(
                    (&last["lost"], &last["events"]),
                    (&summary.lost.into(), &summary.events.into())
                );
                assert_eq!(lines.len() as u64, summary.events + 2);
            }
            Err(error) => {
                assert!(!takes_back);
                assert_eq!(error.kind(), ErrorKind::StorageFull);
            }
        }
    }
}

#[test]
fn a_log_goes_on_when_there_is_room_again() {
    let (sink, subscriber) = wire(Capacity::default());
    let (control, _commands) = control().unwrap();
    let disk = Disk::new(5000, true);
    let (sender, notices) = crossbeam_channel::unbounded();
    let tell = move |notice| sender.send(notice).unwrap();
    let log = started(disk.clone(), subscriber, control, tell);
    let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
    tell_much(&mut publisher);
    let told = notices.recv_timeout(LIMIT).unwrap();
    assert!(matches!(told, Notice::Trouble(error) if error.kind() == ErrorKind::StorageFull));
    tell_much(&mut publisher);
    disk.enlarge(1 << 30);
    let told = notices.recv_timeout(LIMIT).unwrap();
    let Notice::Again(left_out) = told else { panic!("{told:?}") };
    tell_much(&mut publisher);
    publisher.finish(&mut NoRows, Standing::default());
    let summary = log.finish(LIMIT).unwrap();
    let lines = disk.lines();
    assert_eq!(summary.events + summary.lost, 150 * samples::COUNT as u64);
    assert_eq!(lines.len() as u64, summary.events + 2);
    assert!(left_out > 0 && summary.lost >= left_out, "{left_out} {summary:?}");
    assert_eq!(lines[lines.len() - 2]["seq"], 150 * samples::COUNT);
}

#[test]
fn a_log_is_closed_in_haste_while_the_server_goes_on() {
    let (sink, subscriber) = wire(Capacity::default());
    let (control, _commands) = control().unwrap();
    let disk = Disk::new(1 << 30, true);
    let log = started(disk.clone(), subscriber, control, |_| {});
    let mut publisher = Publisher::new(Instant::now(), None, vec![sink]);
    samples::tell(&mut publisher);
    publisher.publish(&mut NoRows, Standing::default());
    log.scribe().close();
    let lines = disk.lines();
    let last = lines.last().unwrap();
    assert_eq!((&last["cut"], &last["events"]), (&true.into(), &samples::COUNT.into()));
    assert_eq!(lines.len(), samples::COUNT + 2);
    assert!(log.finish(LIMIT).is_ok());
}

#[test]
fn a_server_that_does_not_end_is_not_waited_for() {
    let (_sink, subscriber) = wire(Capacity::default());
    let (control, _commands) = control().unwrap();
    let log = started(Disk::new(9999, true), subscriber, control, |_| {});
    let error = log.finish(Duration::from_millis(50)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

#[test]
fn a_file_that_cannot_be_made_is_told_at_once() {
    let error = Place::open(Path::new("/proc/no/such/place"), false).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[test]
fn addresses_are_others_from_when_a_class_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let (sink, subscriber) = wire(Capacity::default());
    let (control, _commands) = control().unwrap();
    let private = Private::default();
    let log = Log::start(place(&path), subscriber, control, &header(), private.clone(), |_| {});
    let (log, mut publisher) = (log.unwrap(), Publisher::new(Instant::now(), None, vec![sink]));
    let mut accept = |peer: &str| {
        let peer: std::net::SocketAddr = peer.parse().unwrap();
        let what = What::Accept { ret: Ret::ok(5), peer: Some(peer.into()) };
        publisher.call(3, ConnId::new(1), what);
        publisher.publish(&mut NoRows, Standing::default());
        let deadline = Instant::now() + LIMIT;
        let port = format!(":{}\"", peer.port());
        while !std::fs::read_to_string(&path).unwrap().contains(&port) {
            assert!(Instant::now() < deadline, "{peer} was never written");
            std::thread::yield_now();
        }
    };
    accept("10.0.0.9:4001");
    private.begin();
    accept("10.0.0.9:4002");
    accept("127.0.0.1:4003");
    publisher.finish(&mut NoRows, Standing::default());
    log.finish(LIMIT).unwrap();
    let peers = lines(&path).into_iter().filter_map(|line| Some(line["peer"].as_str()?.to_owned()));
    assert_eq!(peers.collect::<Vec<_>>(), ["10.0.0.9:4001", "198.18.0.1:4002", "127.0.0.1:4003"]);
}
