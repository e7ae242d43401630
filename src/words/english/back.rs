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
    plays: |age, speed| format!("BACK {age} {speed}"),
    recording: |how, at, end| {
        let of = end.map(|end| format!(" of {end}")).unwrap_or_default();
        [
            format!("RECORDING {how}, at {at}{of}"),
            format!("REPLAY {how} {at}{of}"),
            format!("REPLAY {at}"),
        ]
    },
    filmed: |at, end| {
        let of = end.map(|end| format!(" of {end}")).unwrap_or_default();
        [format!("RECORDING, at {at}{of}"), format!("REPLAY {at}{of}"), format!("REPLAY {at}")]
    },
    stands: "stands",
    reads: "reading",
    beginning: "this is the beginning: nothing was before it",
    recording_ends: "the recording ends here",
    is_recorded: "this is a recording: there is no server to do that",
    ends_at: str::to_owned,
    indexed: |share| format!("indexed {share}"),
    oldest: |age, most| {
        format!("nothing older than {age} is kept: --history {most} has no more room")
    },
    now: |memory| format!("now  {memory}"),
    jump: "jump in time",
    before: |time| format!("{time} before this picture"),
    after: |time| format!("{time} after this picture"),
    at: |time| format!("{time} after the server's start"),
    clock: |time| format!("{time} by the clock"),
    event: ["the last event before that matches", "the next event that matches"],
    mistake: [
        "the last one before that looks like a mistake",
        "the next that looks like a mistake",
    ],
    takes: [
        "-10 or +10 seconds from here, 12.5 since the start;",
        "14:03:05 by the clock;",
        "closed, fd:9, kind:accept, mistake; - before: back",
    ],
    goes: "goes there",
    stays: "stays here",
    none_such: "nothing like that is kept on that side of this picture",
    none: "nothing is kept to go back to: --history 0",
    nothing_before: "nothing has happened yet that could be gone back to",
    is_now: "the picture is of now: there is nothing newer",
};
