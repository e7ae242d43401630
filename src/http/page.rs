//! The error page for a root that has none of its own.

use super::date::put;
use super::status::reason;

/// Appends a small, self-contained page about a status.
pub(super) fn error(status: u16, out: &mut Vec<u8>) {
    put(
        out,
        format_args!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{status} {reason}</title>\n\
             <style>body{{font:1.1rem/1.5 system-ui,sans-serif;margin:3rem auto;max-width:32rem;\
             padding:0 1rem}}</style>\n<h1>{status} {reason}</h1>\n<p>{why}</p>\n\
             <p><small>epollscope</small></p>\n</html>\n",
            reason = reason(status),
            why = why(status),
        ),
    );
}

fn why(status: u16) -> &'static str {
    match status {
        301 => "It has moved: the address of a folder ends in a slash.",
        400 => "The server did not understand this request.",
        403 => "This may not be read.",
        404 => "There is nothing under this address.",
        405 => "Only GET, HEAD and OPTIONS work here.",
        408 => "The request took too long to arrive.",
        412 => "The file is not the one that the request expected.",
        413 => "The request's body is too large.",
        414 => "The address is too long.",
        416 => "The file does not have this range.",
        417 => "The server cannot meet this expectation.",
        421 => "This server speaks http only, not https.",
        431 => "The request's header section is too large.",
        501 => "The server does not know how to do this.",
        503 => "The server has as much to do as it may take on. Try again soon.",
        505 => "The server speaks HTTP/1.0 and HTTP/1.1.",
        _ => "Something went wrong in the server.",
    }
}
