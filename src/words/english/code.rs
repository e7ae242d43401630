//! The code view.

use crate::words::places::code::Code;

fn both(long: &str, call: &str) -> [String; 2] {
    [format!("{long} {call}"), call.to_owned()]
}

pub(in crate::words) const ENGLISH: Code = Code {
    held: "held",
    asleep: "asleep",
    parked: "parked",
    the_loop: "the loop",
    accepting: "the accepting loop",
    thread: |conn, tid| format!("#{conn}, thread {tid}"),
    worker: |conn, pid| format!("#{conn}, process {pid}"),
    task: |conn| format!("#{conn}, its task"),
    held_before: |call| both("held before", call),
    asleep_in: |call| both("asleep in", call),
    in_runtime: |call| {
        [format!("asleep in {call}, which the runtime calls"), "asleep in the runtime".to_owned()]
    },
    parked_for: |call| both("parked for", call),
    in_handler: ["in a handler, between two calls", "in a handler"],
    goes_on: ["goes on", "goes on"],
    not_told: ["not told while another is held", "not told now"],
    margin: ["calls in the last second", "calls/s"],
    until: |key, line| format!("{key}: until line {line} is next"),
    to_the_loop: |key| [format!("{key}: the loop's own line"), format!("{key}: the loop")],
    to_conn: |key, conn| [format!("{key}: the line of #{conn}"), format!("{key}: #{conn}")],
    equivalent: "The equivalent in Python: not what runs.",
    nothing: "no call has been made yet",
};
