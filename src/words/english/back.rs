//! The picture of another time than now.

use crate::words::places::back::Back;

pub(in crate::words) const ENGLISH: Back = Back {
    badge: |age, key| {
        [
            format!("BACK {age}; the server is further on ({key}: now)"),
            format!("BACK {age} ({key}: now)"),
            format!("BACK {age}"),
        ]
    },
    oldest: |age, most| {
        format!("nothing older than {age} is kept: --history {most} has no more room")
    },
    none: "nothing is kept to go back to: --history 0",
    nothing_before: "nothing has happened yet that could be gone back to",
    is_now: "the picture is of now: there is nothing newer",
};
