//! The class in the room: what students do, and the panel of it.

use crate::telemetry::Did;
use crate::words::places::class::Class;
use crate::words::units;

pub(in crate::words) const ENGLISH: Class = Class {
    who: |student| match student {
        0 => "class".to_owned(),
        n => format!("student {n}"),
    },
    did: |did, value| match did {
        Did::Joined => "joined".to_owned(),
        Did::Listens => "is told over this connection".to_owned(),
        Did::Looks => "looks at the projected screen".to_owned(),
        Did::Asked => "asks how things stand".to_owned(),
        Did::Lost => "is out of reach".to_owned(),
        Did::Left => "left".to_owned(),
        Did::Raised => "raised a hand".to_owned(),
        Did::Lowered => "took the hand down".to_owned(),
        Did::Voted => "voted".to_owned(),
        Did::Pressed => format!("pressed, burst {value}"),
        Did::Waited => format!("waited {value} ms, says the telephone"),
        Did::Named => "took a name".to_owned(),
        Did::Slow => "takes no more of what it is told".to_owned(),
        Did::Served => format!("served after {}", units::duration(u64::from(value) * 1_000_000)),
        Did::Muted => "muted".to_owned(),
        Did::Unmuted => "heard again".to_owned(),
        Did::Hid => "name hidden".to_owned(),
        Did::SentAway => "sent away".to_owned(),
        Did::Question => format!("question {value} is asked"),
        Did::Again => format!("question {value} is asked again"),
        Did::Shown => "the votes are shown".to_owned(),
        Did::Over => "the question is over".to_owned(),
        Did::Burst => format!("everybody is asked to press, burst {value}"),
        Did::Projected if value > 0 => "the screen is on telephones".to_owned(),
        Did::Projected => "the screen is off telephones".to_owned(),
        Did::Code => "a new code".to_owned(),
    },
    sentence: |did, student, value| match did {
        Did::Joined => format!("Somebody came in with the code: student {student} from now on."),
        Did::Listens => format!(
            "Over this connection student {student} is told what happens: an answer that does not end."
        ),
        Did::Looks => {
            format!("The telephone of student {student} shows this screen: the lines that change.")
        }
        Did::Asked => format!(
            "The telephone of student {student} asks how things stand, since this server cannot tell it."
        ),
        Did::Lost => {
            format!("No connection over which student {student} is told is there any more.")
        }
        Did::Left => format!("Student {student} left the class."),
        Did::Raised => format!("Student {student} raised a hand: a request like any other."),
        Did::Lowered => format!("Student {student} took the hand down."),
        Did::Voted => format!("Student {student} answered the question."),
        Did::Pressed => format!("The class was asked to press at once, and student {student} did."),
        Did::Waited => format!(
            "The telephone of student {student} waited {value} ms for its answer, as it measured itself."
        ),
        Did::Named => format!("Student {student} took a name. It is on this screen only."),
        Did::Slow => format!(
            "The telephone of student {student} takes no more of what it is told: its connection is closed."
        ),
        Did::Served => format!("The teacher served the raised hand of student {student}."),
        Did::Muted => format!("Hand and votes of student {student} are not taken any more."),
        Did::Unmuted => format!("Hand and votes of student {student} are taken again."),
        Did::Hid => format!("The name of student {student} is hidden."),
        Did::SentAway => format!("The teacher sent student {student} away."),
        Did::Question => "The lesson's question is on every telephone now.".to_owned(),
        Did::Again => "The same question once more, after talking it over.".to_owned(),
        Did::Shown => "How the class voted is shown, here and on the telephones.".to_owned(),
        Did::Over => "The question is off the telephones.".to_owned(),
        Did::Burst => "Everybody is asked to press at once.".to_owned(),
        Did::Projected if value > 0 => "Telephones may show this screen from now on.".to_owned(),
        Did::Projected => "Telephones do not show this screen any more.".to_owned(),
        Did::Code => {
            "The class has another code: who is in stays in, others need the new one.".to_owned()
        }
    },
    counts: |present, up| match up {
        0 => format!("{present} in"),
        1 => format!("{present} in, 1 hand up"),
        n => format!("{present} in, {n} hands up"),
    },
    keys: |join, serve, press| {
        let press = press.map(|press| format!("  {press} all press")).unwrap_or_default();
        format!("{join} join  {serve} serve{press}")
    },
    nobody: |join| format!("Nobody is in yet. {join} shows how to join."),
    none: "Nobody can join here with a telephone.",
    answered: |answered, present, round| match round {
        2 => format!("{answered} of {present} have answered, the second time"),
        _ => format!("{answered} of {present} have answered"),
    },
    before: |votes| format!("before {votes}"),
    burst: |server, pressed, within| match within {
        Some(_) if pressed == 1 => format!("{server}: 1 press was served"),
        Some(within) => format!("{server}: {pressed} presses were served within {within}"),
        None => format!("{server}: everybody is asked to press"),
    },
    waited: |telephones, half, longest| {
        format!(
            "{telephones} telephones waited: half of them {half} ms at most, the longest {longest} ms"
        )
    },
    at: |url| format!("class at {url}"),
    beside: "At another server beside it while a lesson runs.",
    lost: "events of the class were lost: it is at least so many",
    lets_in: "With --class everybody on this computer's network can reach the server, at:",
    no_network: "This computer is on no network just now; telephones can come as soon as it is on one.",
    asks: "Open it? Enter for yes; l and Enter for this computer alone, n and Enter to leave it:",
    say_bind: "--class asks on which address to listen, and standard input is no terminal: add --bind 0.0.0.0 \
               for every network, or --bind 127.0.0.1 for this computer alone.",
    opens: |ways, instead, open| {
        let instead = instead.map(|at| format!(", in place of {at} alone")).unwrap_or_default();
        let at = match ways {
            [] => "everybody in this computer's network, as soon as it is in one".to_owned(),
            ways => format!("everybody in this computer's network, at {}", ways.join(", ")),
        };
        let closes = match open {
            0 => "",
            1 => " The connection that is open is closed.",
            _ => " The connections that are open are closed.",
        };
        format!("Let a class in? Then the server is reached by {at}{instead}.{closes}")
    },
    not_in: |why| format!("No class is let in: {why}."),
    stays: |why| format!("The class stays at the server that the lesson measures: {why}."),
    no_random: |why| {
        format!("No code for the class can be made: the kernel gives no random number: {why}.")
    },
    shows: |key| format!("; {key} shows what"),
    vote: |option, votes, before| match before {
        Some(before) => format!("{votes} for {option} (before {before})"),
        None => format!("{votes} for {option}"),
    },
    right: |vote| format!("{vote}, right"),
    votes: |votes| format!("the class  {}", votes.join("; ")),
    done: |who, did| format!("{who}: {did}"),
};
