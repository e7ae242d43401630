//! The seats.

use crate::words::places::explain::{Lights, named};

pub(super) const LIGHTS: Lights = Lights {
    free: named(
        "a free seat",
        [
            "Nobody sits here: the connection that did has ended.",
            "From the rows of the table.",
            "The next connection takes the first free seat.",
            "{drop} the selected client: its seat goes dark.",
            "close(2)",
        ],
    ),
    quiet: named(
        "a quiet seat",
        [
            "The connection was not asked just now, and has said nothing.",
            "No event of the last moments was about it.",
            "Under epoll nearly all seats, nearly all of the time: that is why it is cheap.",
            "Go to the server poll with {server}: every seat lights at each call.",
            "epoll(7)",
        ],
    ),
    asked: named(
        "it was asked",
        [
            "Somebody asked whether this connection has something: the kernel in select and poll, \
         the program itself in scan.",
            "From the event of the call or of the round. The light stays for 0.3 s.",
            "The whole room at each call of poll and select; under epoll only who also has something \
         to say.",
            "Compare poll and epoll with {server}, with many idle clients.",
            "poll(2), select(2)",
        ],
    ),
    spoke: named(
        "it had something to say",
        [
            "The connection was ready: a wait call reported it, or a call on it did not get EAGAIN.",
            "From the event of the call. It glows for 0.9 s.",
            "The clients that work. It is the same number for every server: what differs is how many \
         had to be asked for it.",
            "Add steady clients with {client-kind} and {add-client}.",
            "epoll_wait(2)",
        ],
    ),
};
