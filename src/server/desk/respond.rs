//! One request, and its response.

use std::time::Duration;

use super::witness::Files;
use super::{Desk, Witness};
use crate::http::{Body, Discard, Request, Response};
use crate::server::routes::{self, Route};
use crate::server::session::{Handler, Session};
use crate::telemetry::{EventRef, Text, What, Why};

impl Desk {
    /// Hands a request's handler to the pool, if there is one.
    pub(super) fn offload(
        session: &mut Session,
        request: &Request<'_>,
        time: Duration,
        witness: &mut impl Witness,
    ) -> bool {
        let pool = witness.has_pool();
        if pool {
            tell_request(witness, request);
            witness.offload(Route::SLOW, time);
            session.handler = Handler::Pool;
        }
        pool
    }

    /// Answers one request.
    pub(super) fn respond(
        &mut self,
        session: &mut Session,
        mut request: Request<'_>,
        route: Option<Route>,
        witness: &mut impl Witness,
    ) -> Response {
        request.keep_alive &= self.config.keep_alive;
        let handled = std::mem::take(&mut session.handler) == Handler::Ended;
        if !handled {
            tell_request(witness, &request);
        }
        let Self { config, site, time, output, .. } = self;
        let too_long = matches!(request.body, Body::Length(n) if n > config.limits.body_bytes);
        let response = if too_long {
            site.refuse(413, *time, output)
        } else if let Some(route) = route {
            let text = match route {
                Route::Metrics => {
                    let (counters, now) = witness.counters();
                    routes::metrics(&counters, now)
                }
                Route::Slow(time) => {
                    let meanwhile = if handled {
                        "The loop served the others meanwhile."
                    } else {
                        witness.handle(Route::SLOW, time);
                        witness.meanwhile()
                    };
                    routes::slow_text(time, handled, meanwhile)
                }
            };
            site.generated(&request, route.media_type(), &text, *time, output)
        } else {
            site.respond(&request, *time, output, &mut Files(witness))
        };
        // A client that expects a 100 may or may not send the body after this answer.
        let unsure = request.expect_continue && !matches!(request.body, Body::None);
        if too_long {
            session.ending = Some(Why::BadRequest);
        } else if !response.keep_alive || unsure {
            session.ending = Some(Why::Answered);
        }
        if !matches!(request.body, Body::None) {
            session.body = Some(Discard::new(request.body, config.limits.body_bytes));
        }
        response
    }
}

fn tell_request(witness: &mut impl Witness, request: &Request<'_>) {
    let line = request.method.len() + 1 + request.target.len();
    let kept = request.head.len().min(line.clamp(EventRef::HEAD_KEPT, Text::KEPT));
    let what = What::Request {
        // Both are bounded by the parser's limits.
        method: u8::try_from(request.method.len()).unwrap_or(u8::MAX),
        target: u16::try_from(request.target.len()).unwrap_or(u16::MAX),
        minor: request.minor,
    };
    witness.fact(what, &request.head[..kept]);
}
