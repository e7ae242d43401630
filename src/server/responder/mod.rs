//! Where requests become answers, for all servers alike: bytes in, bytes out, no socket.

mod host;
mod respond;

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Config;
use super::echo::{Protocol, Text};
use super::routes::{Route, is_too_much};
use super::session::{Handler, Part, Session, rest_of};
use crate::http::{self, Head, Now, Payload, Progress, Site};
use crate::telemetry::Mistake;
use crate::telemetry::{Nanos, What, Why};
pub(super) use host::Host;

/// Bytes of answers gathered before they are sent: however many requests are pipelined, at most
/// this and one answer more is kept for a connection. Of its input at most one `recv` and one
/// head are kept, since nothing is received while something is to be sent.
pub(super) const GATHER: usize = 64 * 1024;

/// The site, and the buffer in which answers are written.
pub(super) struct Responder {
    pub(super) config: Config,
    site: Site,
    pub(super) time: Now,
    /// When the calendar clock was last read, for the seconds in `time`.
    dated: Option<Nanos>,
    /// Where answers are gathered before they are sent.
    pub(super) output: Vec<u8>,
}

impl Responder {
    pub(super) fn new(config: Config, site: Site) -> Self {
        let time = Now { monotonic: 0, unix: 0 };
        Self { config, site, time, dated: None, output: Vec::new() }
    }

    /// The root folder, if it has one.
    pub(super) fn root(&self) -> Option<Arc<OwnedFd>> {
        self.site.root()
    }

    /// Another one with the same site, for another thread.
    pub(super) fn another(&self) -> Self {
        Self::new(self.config.clone(), self.site.another())
    }

    /// Keeps the calendar time that answers carry right to a tenth of a second.
    pub(super) fn read_date(&mut self, now: Nanos) {
        const STALE: Nanos = 100_000_000;
        self.time.monotonic = now;
        if self.dated.is_none_or(|dated| now.saturating_sub(dated) >= STALE) {
            let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            self.time.unix = unix.map_or(0, |unix| unix.as_secs());
            self.dated = Some(now);
        }
    }

    /// Answers what was kept of the input and the `fresh` bytes just received. The answers are in
    /// `output` then, and what follows them in the session's payload.
    #[inline]
    pub(super) fn answer(&mut self, session: &mut Session, fresh: &[u8], host: &mut impl Host) {
        match self.config.protocol {
            Protocol::Http => self.http(session, fresh, host),
            Protocol::Echo(encoding) => self.echo(session, encoding, fresh, host),
        }
    }

    /// Answers the whole requests among the bytes.
    fn http(&mut self, session: &mut Session, fresh: &[u8], host: &mut impl Host) {
        let mut kept = std::mem::take(&mut session.input);
        let bytes: &[u8] = if kept.is_empty() {
            fresh
        } else {
            kept.extend_from_slice(fresh);
            &kept
        };
        if !fresh.is_empty() {
            session.slow = 0;
        }
        let (mut used, mut understood) = (0, false);
        self.output.clear();
        while used < bytes.len() && session.ending.is_none() {
            if self.output.len() >= GATHER || !matches!(session.output.payload, Payload::None) {
                session.behind = true;
                break;
            }
            if session.streams {
                session.ending = Some(Why::BadRequest);
                break;
            }
            let rest = &bytes[used..];
            if let Some(body) = &mut session.body {
                let (taken, progress) = body.feed(rest);
                used += taken;
                match progress {
                    Progress::More => {}
                    Progress::Done => session.body = None,
                    // It was answered already; what follows cannot be distinguished from the body.
                    Progress::Bad(_) => session.ending = Some(Why::BadRequest),
                }
                continue;
            }
            let response = match http::parse(rest, &self.config.limits) {
                Head::Partial if !self.config.makes(Mistake::RecvOnce) => break,
                bad @ (Head::Partial | Head::Bad(_)) => {
                    let status = if let Head::Bad(status) = bad { status } else { 400 };
                    used = bytes.len();
                    session.ending = Some(Why::BadRequest);
                    self.site.refuse(status, self.time, &mut self.output)
                }
                Head::Complete(request) => {
                    let route = self.config.routes.find(&request);
                    if let Some(Route::Slow(time)) = route
                        && session.handler != Handler::Ended
                        && !is_too_much(Duration::from_nanos(session.slow), time)
                    {
                        // Whoever waits for the answers before it does not wait for the handler.
                        let first = !self.output.is_empty();
                        if first || !Self::begin(session, &request, time, host) {
                            session.behind = true;
                            break;
                        }
                    }
                    used += request.head_len;
                    understood = true;
                    session.output.answers += 1;
                    self.respond(session, request, route, host)
                }
            };
            let what = What::Response { status: response.status, body: response.body };
            host.fact(what, &[]);
            session.output.payload = response.payload;
        }
        if used < bytes.len() {
            session.input = rest_of(kept, fresh, used);
        }
        let part = match &session.body {
            Some(_) => Some(Part::Body),
            None if session.input.is_empty() || session.behind => None,
            None => Some(Part::Head),
        };
        // A part of the same request is awaited since it began.
        let since = session.awaits.filter(|&(awaited, _)| Some(awaited) == part && !understood);
        session.awaits = since.or_else(|| part.map(|part| (part, host.now())));
    }

    /// Answers with an error before any request was read.
    pub(super) fn refuse(
        &mut self,
        session: &mut Session,
        status: u16,
        why: Why,
        host: &mut impl Host,
    ) {
        self.output.clear();
        let response = self.site.refuse(status, self.time, &mut self.output);
        host.fact(What::Response { status: response.status, body: response.body }, &[]);
        session.output.payload = response.payload;
        session.ending = Some(why);
    }

    /// Sends back what was just received, under the echo protocol.
    fn echo(
        &mut self,
        session: &mut Session,
        encoding: &'static encoding_rs::Encoding,
        fresh: &[u8],
        host: &mut impl Host,
    ) {
        // It counts, also where nobody reads what it says.
        let what = What::Data { bytes: fresh.len() as u64 };
        if host.has_reader() {
            let text = session.text.get_or_insert_with(|| Text::new(encoding)).decode(fresh);
            host.fact(what, text.as_bytes());
        } else {
            host.fact(what, &[]);
        }
        self.output.clear();
        self.output.extend_from_slice(fresh);
    }
}
