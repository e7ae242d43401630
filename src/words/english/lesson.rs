//! Lessons: what is wrong with a file, and what `lesson` prints.

use crate::words::places::lesson::{Kinds, Lesson};

pub(in crate::words) const ENGLISH: Lesson = Lesson {
    unreadable: |path, why| format!("The lesson {path} cannot be read: {why}."),
    unknown: |name, nearest, names| {
        let near = nearest.map(|nearest| format!("; the nearest is {nearest}")).unwrap_or_default();
        format!("There is no {name} here{near}. There may be: {names}.")
    },
    lacks: |name| format!("{name} is missing here."),
    empty: |name| format!("{name} says nothing."),
    how_many: |name, least, most, there| {
        format!("{name} has to have {least} to {most} entries, not {there}.")
    },
    both_or_none: "A question needs a reveal, and a reveal a question.",
    other_measures: |english, chinese| {
        format!("The English shows {english}, the Chinese {chinese}: both have to show the same.")
    },
    undeclared: |name, declared| {
        format!("{name} is not among the clients of this lesson: {declared}.")
    },
    twice: |name| format!("{name} is named twice."),

    open_brace: "This { is not closed; {{ stands for one that is meant.",
    open_quote: "This quote is not closed.",
    none_of: |kind, text, nearest, names| {
        let near = nearest.map(|nearest| format!("; the nearest is {nearest}")).unwrap_or_default();
        format!("{text} is not {kind}{near}. It may be: {names}.")
    },
    not_a: |kind, text| format!("{text} is not {kind}."),
    missing: |kind| format!("Here should be {kind}."),
    too_much: |text| format!("Nothing may follow here: {text} is too much."),
    no_letter: |text| format!("{text} is not a client: clients are named by one letter, A to Z."),
    no_escape: |text| format!("{text} stands for nothing: there are \\r, \\n, \\\" and \\\\."),
    not_comparable: |measure| format!("{measure} is another kind of figure than the one before."),
    kinds: Kinds {
        action: "an action (or a client's letter, or a number of clients)",
        call: "a call",
        client: "a client's letter",
        clients: "a kind of client",
        verb: "something that a client does",
        word: "the word that belongs here",
        measure: "a measure",
        sign: "a comparison that this measure takes",
        name: "a name that this measure has",
        errno: "the name of an error, or no",
        result: "the result of a call: a number, or the name of an error",
        mask: "a mask, as IN|RDHUP",
        server: "a server",
        option: "an option that can be changed on a running server",
        value: "a value",
        unit: "a unit of time",
        path: "a path, which begins with /",
        place: "a place to look at",
        column: "a column of the table",
    },

    no_such: |name, nearest| {
        let near = nearest.map(|nearest| format!("; the nearest is {nearest}")).unwrap_or_default();
        format!("There is no lesson {name}{near}. `epollscope lesson` lists them.")
    },
    no_screen: "A lesson needs a terminal; with --check it goes without.",
    listed: |title, minutes| format!("{title} ({minutes} min)"),
    there_already: |path| format!("{path} is there already: name a file that is not."),
    unwritten: |path, why| format!("{path} cannot be written: {why}."),
    written: |path| {
        format!("{path} is a lesson now. Change it, and try it: the lines at its top say how.\n")
    },

    holds: "holds",
    fails: "FAILS",
    claim: |claim, measured, with| match with {
        Some(with) => format!("{claim} (measured {measured} and {with})"),
        None => format!("{claim} (measured {measured})"),
    },
    late: |what| format!("not within its time: {what}"),
    unknown_figure: |measure| format!("{{{measure}}} is not known here"),
    too_long: |text, lines, columns| format!("over {lines} lines of {columns} columns: {text}"),
    summary: |lessons, claims, failed| {
        let of =
            |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        let (lessons, claims) = (of(lessons, "lesson"), of(claims, "claim"));
        match failed {
            0 => format!("{lessons}, {claims}: all hold on this machine."),
            failed => format!("{lessons}, {claims}: {} found.", of(failed, "fault")),
        }
    },
};
