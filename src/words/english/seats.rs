//! The seats: who is asked, and who had something to say.

use crate::words::places::seats::Seats;
use crate::words::units;

pub(in crate::words) const ENGLISH: Seats = Seats {
    requests: |served| match served {
        1 => "1 request".to_owned(),
        n => format!("{} requests", units::count(n)),
    },
    answers: |served| match served {
        1 => "1 answer".to_owned(),
        n => format!("{} answers", units::count(n)),
    },
    echoes: |served| match served {
        1 => "1 echo".to_owned(),
        n => format!("{} echoes", units::count(n)),
    },
    last_second: |served, asked| format!("last second: {} asked, {served}", units::count(asked)),
    none: "nobody is seated",
    asked: |served, asked, spoke| {
        [
            format!("{asked} asked, {spoke} had something to say, {served}"),
            format!("{asked} asked, {spoke} spoke, {served}"),
            format!("{asked} asked, {served}"),
        ]
    },
    runtime_asks: |served| [format!("{served}; the runtime asks, out of sight"), served.to_owned()],
    nobody_asked: |served| {
        [
            format!("{served}, nobody asked: each call sleeps until its own fd is ready"),
            format!("{served}, nobody asked"),
            served.to_owned(),
        ]
    },
    quiet: "quiet",
    was_asked: "asked",
    spoke: "spoke",
    each_mark: |seats| format!("each mark is {seats} seats"),
    waits_in: |call| format!("in {call}"),
};
