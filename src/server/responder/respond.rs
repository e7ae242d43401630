//! One request, and its response.

use std::time::Duration;

use super::host::Files;
use super::{Host, Responder};
use crate::class::{Answer, Ask, Form, masked};
use crate::http::{Body, Discard, Request, Response};
use crate::server::convert::nanos;
use crate::server::routes::{self, Route};
use crate::server::session::{Handler, Session};
use crate::telemetry::{EventRef, Text, What, Why};

impl Responder {
    /// Whether a request's handler may run here and now. If not, it is in the pool, or due later.
    pub(super) fn begin(
        session: &mut Session,
        request: &Request<'_>,
        time: Duration,
        host: &mut impl Host,
    ) -> bool {
        if host.has_pool() {
            tell_request(host, request);
            host.offload(Route::SLOW, time);
            session.handler = Handler::Pool;
        } else if session.handler == Handler::Turn || host.may_handle() {
            session.handler = Handler::Turn;
        } else {
            session.handler = Handler::Due;
            return false;
        }
        session.slow = session.slow.saturating_add(nanos(time));
        session.handler == Handler::Turn
    }

    /// Answers one request.
    pub(super) fn respond(
        &mut self,
        session: &mut Session,
        mut request: Request<'_>,
        route: Option<Route>,
        host: &mut impl Host,
    ) -> Response {
        request.keep_alive &= self.config.keep_alive;
        let handler = std::mem::take(&mut session.handler);
        let handled = handler == Handler::Ended;
        if !handled {
            match route {
                Some(Route::Class) => tell_class_request(host, &request),
                _ => tell_request(host, &request),
            }
        }
        let Self { config, site, time, output, .. } = self;
        let too_long = matches!(request.body, Body::Length(n) if n > config.limits.body_bytes);
        let response = match route {
            _ if too_long => site.refuse(413, *time, output),
            // More than may be asked for in one go.
            Some(Route::Slow(_)) if handler == Handler::None => site.refuse(503, *time, output),
            Some(Route::Class) => {
                let ask = Ask::of(&request);
                let answer = if ask.is_page() {
                    Answer::page(&ask)
                } else {
                    ask.too_long().unwrap_or_else(|| host.class(&ask))
                };
                request.keep_alive &= !answer.closes;
                session.streams = answer.form == Form::Stream;
                let mut fields = routes::class_fields(&answer.form);
                if answer.status == 405 {
                    fields += &format!("Allow: {}\r\n", ask.allows());
                }
                let made = (answer.status, &*fields, &*answer.text);
                site.made(&request, made, session.streams, *time, output)
            }
            Some(Route::Metrics) => {
                let (counters, now) = host.counters();
                let text = routes::metrics(&counters, now);
                site.generated(&request, routes::METRICS_TYPE, &text, *time, output)
            }
            Some(Route::Slow(asked)) => {
                let (took, meanwhile) = if handled {
                    (asked, "The loop served the others meanwhile.")
                } else {
                    (host.handle(Route::SLOW, asked).min(asked), host.meanwhile())
                };
                let text = routes::slow_text(took, handled, meanwhile);
                site.generated(&request, routes::SLOW_TYPE, &text, *time, output)
            }
            None => site.respond(&request, *time, output, &mut Files(host)),
        };
        // A client that expects a 100 may or may not send the body after this answer.
        let unsure = request.expect_continue && !matches!(request.body, Body::None);
        if too_long {
            session.ending = Some(Why::BadRequest);
        } else if !response.keep_alive || unsure {
            session.ending = Some(Why::Answered);
        }
        if !matches!(request.body, Body::None) {
            session.body = Some(Box::new(Discard::new(request.body, config.limits.body_bytes)));
        }
        response
    }
}

/// The same of a request for the class: without its headers, and without what is a student's own.
fn tell_class_request(host: &mut impl Host, request: &Request<'_>) {
    let line = request.method.len() + 1 + request.target.len();
    // What is left out is not counted either.
    let line = masked(&request.head[..request.head.len().min(line.min(Text::KEPT))]);
    let target = line.len().saturating_sub(request.method.len() + 1);
    tell_line(host, request, target, &line);
}

fn tell_request(host: &mut impl Host, request: &Request<'_>) {
    let line = request.method.len() + 1 + request.target.len();
    let kept = request.head.len().min(line.clamp(EventRef::HEAD_KEPT, Text::KEPT));
    tell_line(host, request, request.target.len(), &request.head[..kept]);
}

fn tell_line(host: &mut impl Host, request: &Request<'_>, target: usize, line: &[u8]) {
    let what = What::Request {
        // Both are bounded by the parser's limits.
        method: u32::try_from(request.method.len()).unwrap_or(u32::MAX),
        target: u16::try_from(target).unwrap_or(u16::MAX),
        minor: request.minor,
    };
    host.fact(what, line);
}
