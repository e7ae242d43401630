//! A lesson that is given: its strip, the list of lessons, what is asked before it closes something.

use crate::words::places::strip::Strip;
use crate::words::units;

pub(in crate::words) const ENGLISH: Strip = Strip {
    lesson: |number| format!("Lesson {number}"),
    step: |step, of| format!("step {step} of {of}"),
    under_way: "under way",
    predicts: "predict",
    reveals: "show what happens",
    goes_on: "go on",
    sums_up: "sum up",
    ends: "end the lesson",
    back: "back",
    expected: "expected",
    measured: "measured",
    nothing_expected: "nothing was predicted",
    lesson_says: "the lesson says",
    fails: |claim, figure| format!("does not hold here: {claim}; measured: {figure}"),
    trouble: |what| format!("could not be brought about: {what}"),
    over: "the end",
    take_home: "Take home:",
    change: "Change one thing:",
    predictions: |right, of| match of {
        1 => format!("{right} of 1 prediction was right"),
        of => format!("{right} of {of} predictions were right"),
    },
    outcome: |step, right| format!("step {step}: {right}"),
    came_otherwise: |step| format!("step {step}: it came out otherwise here than the lesson says"),
    you: |option| format!("(expected: {option})"),
    lessons: "lessons",
    minutes: |minutes| format!("{minutes} min"),
    runs: |step| format!("runs, step {step}"),
    left: |step| format!("left at step {step}"),
    is_over: "over",
    choose: "Up, Down choose; Enter begins or goes on; Right: its steps; Esc closes",
    leaves: |key| format!("{key} leaves the lesson that runs"),
    choose_step: "Up, Down choose; Enter begins there; Left: the lessons; Esc closes",
    switches: |server, open| match open {
        1 => format!("the lesson switches to {server}: close the one open connection?"),
        open => {
            format!(
                "the lesson switches to {server}: close {} connections?",
                units::count(open as u64)
            )
        }
    },
    starts_afresh: |open| match open {
        1 => "the lesson needs a fresh server: close the one open connection?".to_owned(),
        open => {
            format!(
                "the lesson needs a fresh server: close {} connections?",
                units::count(open as u64)
            )
        }
    },
    restores: |open| match open {
        1 => "back to the server from before the lesson: close the one open connection?".to_owned(),
        open => {
            format!(
                "back to the server from before the lesson: close {} connections?",
                units::count(open as u64)
            )
        }
    },
    none_runs: "no lesson runs",
    not_yet: "the lesson is still at work: it goes on when that is done",
    clock: |lesson, step, minutes| {
        format!("{lesson} in the lesson, which takes {minutes} min; {step} in this step")
    },
    answer: "Right:",
    comes_next: "Next:",
    none_runs_anywhere: "No lesson runs: epollscope lesson begins one, in another terminal.",
    no_notes: |why| format!("no notes can be read: {why}"),
};
