//! Events as lines: each event's members.

use serde::{Serialize, Serializer};

use super::schema::{Entry, Member, Seconds, Shown, Word, Writing};
use super::value::append;
use crate::telemetry::{ConnId, CtlOp, EventRef, Fd, Kind, Mode, Ready, Ret, Site, Text, What};

/// Appends an event's line.
pub(super) fn event(
    out: &mut Vec<u8>,
    told: EventRef<'_>,
    waker: Option<Fd>,
    headers: Option<&[u8]>,
) {
    let mut line = Writing::begin(out);
    let event = told.event;
    let kind = event.what.kind();
    let conn = event.conn.map(ConnId::get);
    line.seq(event.seq);
    line.t(Seconds(event.time));
    if kind.is_call() {
        line.call(kind.name());
        line.form(event.form.name().filter(|name| *name != kind.name()).map(Word::from));
    } else {
        line.fact(kind.name());
        line.conn(conn);
    }
    if let What::EpollCtl { epfd, op, .. } = event.what {
        line.epfd(epfd);
        line.op(op.name());
    }
    if kind == Kind::EpollWait {
        line.epfd(event.fd);
    } else if event.fd >= 0 || kind == Kind::EpollCtl {
        line.fd(event.fd);
    }
    // That of an accept is a part of its result.
    line.conn(conn.filter(|_| kind.is_call() && kind != Kind::Accept));
    members(&mut line, told, waker);
    line.headers(headers.map(String::from_utf8_lossy));
    line.tid(event.by.tid());
    line.pid(event.by.pid());
    line.own(event.is_own().then_some(true));
    line.at(event.site.map(Site::text).map(Word::from));
    line.end();
}

/// What belongs to this event alone: the other arguments and the result, or what a fact says.
#[expect(clippy::too_many_lines, reason = "every event, one arm each")]
fn members<'a>(line: &mut Writing<'a>, told: EventRef<'a>, waker: Option<Fd>) {
    let EventRef { event, ready, .. } = told;
    match event.what {
        What::Listen { addr, backlog, ret } => {
            line.addr(Shown(addr));
            line.backlog(backlog);
            failure(line, ret);
        }
        What::EpollCtl { op, mask, ret, .. } => {
            line.mask((op != CtlOp::Del).then_some(Shown(mask)));
            failure(line, ret);
        }
        What::EpollWait { ret, waited } => {
            result(line, ret);
            line.ready(ReadyList { ready, waker });
            line.waited(Seconds(waited));
        }
        What::Accept { ret, peer } => {
            result(line, ret);
            line.conn(event.conn.map(ConnId::get));
            line.peer(peer.map(Shown));
        }
        What::Select { ret, examined, copied, waited }
        | What::Poll { ret, examined, copied, waited } => {
            result(line, ret);
            line.ready(ReadyList { ready, waker });
            line.examined(examined);
            line.copied(copied);
            line.waited(Seconds(waited));
        }
        What::Nap { ret, waited } => {
            failure(line, ret);
            line.waited(Seconds(waited));
        }
        What::Recv { ret }
        | What::Getdents { ret }
        | What::Input { ret }
        | What::Wait4 { ret }
        | What::EpollCreate { ret } => result(line, ret),
        What::Send { ret, len } => {
            result(line, ret);
            line.len(len);
        }
        What::Sendfile { file, offset, len, ret } => {
            line.file(file);
            line.offset(offset);
            result(line, ret);
            line.len(len);
        }
        What::Shutdown { how, ret } => {
            line.how(how.name());
            failure(line, ret);
        }
        What::Setsockopt { name, ret } => {
            line.name(name);
            failure(line, ret);
        }
        What::Other { ret } => {
            line.text(lossy(told.text()));
            line.text_length(whole(told.text()));
            result(line, ret);
        }
        What::Connect { ret } => {
            line.family("UNSPEC");
            failure(line, ret);
        }
        What::Open { look, ret } => {
            line.path(lossy(told.text()));
            line.path_length(whole(told.text()));
            line.flags(look.then_some(Word::from("O_PATH")));
            result(line, ret);
        }
        What::Openat { ret } => {
            line.path(lossy(told.text()));
            line.path_length(whole(told.text()));
            result(line, ret);
        }
        What::Stat { ret } => failure(line, ret),
        What::Read { offset, ret } => {
            line.offset(offset);
            result(line, ret);
        }
        What::Request { minor, .. } => {
            let (method, target) = told.request_line().unwrap_or_default();
            line.method(lossy(method));
            line.method_length(whole(method));
            line.target(lossy(target));
            line.target_length(whole(target));
            line.version(if minor == 0 { "1.0" } else { "1.1" });
        }
        What::Response { status, body } => {
            line.status(status);
            line.body(body);
        }
        What::Closed { why, bytes_in, bytes_out, requests } => {
            line.why(why.label());
            line.bytes_in(bytes_in);
            line.bytes_out(bytes_out);
            line.requests(requests);
        }
        What::Rest { errno } => line.err(Shown(errno)),
        What::Handler { route } | What::Queued { route } => line.route(route),
        What::Handled { took } => line.took(Seconds(took)),
        What::Data { bytes } => {
            line.bytes(bytes);
            line.text(lossy(told.text()));
            line.text_length(whole(told.text()));
        }
        What::Switched { to } => line.server(to.name()),
        What::Round { asked, answered, took } => {
            line.asked(asked);
            line.answered(answered);
            line.took(Seconds(took));
        }
        What::Parked { on } => line.on(Shown(on)),
        What::Typed | What::Set => {
            line.text(lossy(told.text()));
            line.text_length(whole(told.text()));
        }
        What::Class { student, did, value } => {
            line.student((student > 0).then_some(student));
            line.did(did.name());
            line.value((value > 0).then_some(value));
        }
        What::Pace { mode } => {
            line.mode(mode_name(mode));
            match mode {
                Mode::Slow(rate) => line.calls_per_second(rate),
                Mode::Until(until) => line.until(Shown(until)),
                Mode::Run | Mode::Paused => {}
            }
        }
        What::Started { stack } => line.stack((stack > 0).then_some(stack)),
        What::Close
        | What::Refused
        | What::Resume
        | What::Missed
        | What::Unreadable
        | What::Ended
        | What::Woken => {}
    }
}

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Run => "run",
        Mode::Paused => "paused",
        Mode::Slow(_) => "slow",
        Mode::Until(_) => "until",
    }
}

fn lossy(text: Text<'_>) -> Word<'_> {
    String::from_utf8_lossy(text.kept)
}

/// Its length before it was cut, if it was.
fn whole(text: Text<'_>) -> Option<usize> {
    text.is_cut().then_some(text.len)
}

/// `ret`, or `err`.
fn result(line: &mut Writing<'_>, ret: Ret) {
    match ret.get() {
        Ok(value) => line.ret(value),
        Err(errno) => line.err(Shown(errno)),
    }
}

/// `err`, or nothing.
fn failure(line: &mut Writing<'_>, ret: Ret) {
    line.err(ret.get().err().map(Shown));
}

/// A ready list, whose entries are made as they are written.
struct ReadyList<'a> {
    ready: &'a [Ready],
    waker: Option<Fd>,
}

impl Serialize for ReadyList<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let entry = |&Ready { fd, mask, conn }: &Ready| Entry {
            fd,
            mask: Shown(mask),
            own: Some(fd) == self.waker,
            conn: conn.map(ConnId::get),
        };
        to.collect_seq(self.ready.iter().map(entry))
    }
}

impl Member<Vec<Entry>> for ReadyList<'_> {
    fn append(&self, out: &mut Vec<u8>) {
        append(out, self);
    }
}
