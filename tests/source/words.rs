//! What a person reads is written in `words` alone, so that a second language is one more constant
//! for each place. Read from the string literals in the source.
//!
//! A literal is text when it has three letters side by side, placeholders left out. What is no text
//! for people is listed here, with the reason: by what stands before it, or by its module, or word
//! by word.

use std::collections::BTreeSet;

use crate::sources::modules;

/// The rooms whose texts are in `words`.
const ROOMS: [&str; 11] = [
    "app",
    "attach",
    "clients",
    "compare",
    "dashboard",
    "document",
    "export",
    "inspect",
    "lesson",
    "record",
    "settings",
];

/// What stands before a literal that only developers or the system read.
const BEFORE: [(&str, &str); 10] = [
    ("const STYLE: &str =", "CSS"),
    ("expect(", "a panic that cannot happen"),
    ("panic!(", "a panic for tests"),
    ("rename_all = ", "how names are spelt in the log"),
    ("skip_serializing_if = ", "a function's path"),
    ("default = ", "a function's path"),
    ("reason = ", "why a lint is switched off"),
    ("::new().name(", "the name of a thread"),
    ("var_os(", "the name of an environment variable"),
    ("env!(", "the name of a variable at build time"),
];

/// Modules whose literals are names for machines; two words of small letters in a row are text there
/// too.
const NAMES: [(&str, &str); 62] = [
    ("attach::data", "names of programs"),
    ("attach::descriptors", "fields of files in /proc"),
    ("attach::findings", "names of calls"),
    ("attach::report", "kinds of descriptor, as their calls are named"),
    ("attach::sockets", "names of files in /proc"),
    ("attach::threads", "fields of files in /proc, and names of calls"),
    ("clients", "kinds of client, as options take them"),
    ("clients::answer", "HTTP headers"),
    ("compare", "names of counters"),
    ("compare::figures", "members of the report in JSON"),
    ("compare::machine", "fields of files in /proc"),
    ("compare::metrics", "HTTP, and names of counters"),
    ("compare::process", "fields of files in /proc"),
    ("compare::report", "endings of files"),
    ("compare::report::html", "markup"),
    ("compare::report::json", "members of the report"),
    ("compare::server", "options of this program"),
    ("dashboard::keys", "names of actions, as settings have them"),
    ("dashboard::keys::press", "names of keys, as settings spell them"),
    ("dashboard::panel", "names of actions, as settings have them"),
    ("dashboard::state::filter", "words of the filter language"),
    ("dashboard::state::jump", "words of the filter language"),
    ("dashboard::state::teach", "paces, as telephones are told"),
    ("dashboard::state::table::entry", "names of columns, as settings have them"),
    ("dashboard::theme::look", "members of the themes' files"),
    ("dashboard::theme::shade", "names of colours, as settings have them"),
    ("export::csv", "names of columns"),
    ("export::html", "markup"),
    ("export::paint", "markup"),
    ("export::svg", "markup"),
    ("export::perfetto", "members of trace events, and names in them"),
    ("inspect", "states of a socket, as RFC 9293 names them"),
    ("inspect::drops", "fields of files in /proc"),
    ("inspect::fdinfo", "fields of files in /proc"),
    ("inspect::link", "kinds of descriptor, as links in /proc name them"),
    ("inspect::runtime", "fields of files in /proc"),
    ("inspect::usage", "fields of files in /proc"),
    ("lesson::action", "what a step does, as lessons write it"),
    ("lesson::expect", "claims, as lessons write them"),
    ("lesson::grammar", "words of lessons"),
    ("lesson::grammar::claims", "claims, as lessons write them"),
    ("lesson::grammar::deeds", "what a step does, as lessons write it"),
    ("lesson::measure", "names of measures"),
    ("lesson::measured", "names of programs"),
    ("lesson::model", "names of places to look at"),
    ("lesson::read", "members of a lesson's file"),
    ("lesson::setting", "options and their values"),
    ("lesson::shelf", "names of files"),
    ("lesson::strip", "members of the log"),
    ("record::anonymous", "names that stand for others in logs"),
    ("record::json", "members of the log"),
    ("record::json::read", "members of the log, and socket options"),
    ("record::json::schema", "members of the log"),
    ("record::json::write", "members of the log"),
    ("record::log::paper", "the ending of a file, and what developers read"),
    ("record::shelf", "names of files"),
    ("settings", "names of settings"),
    ("settings::merged", "names of settings"),
    ("settings::page", "names of settings"),
    ("settings::picture", "names of settings"),
    ("settings::save", "names of settings, and endings of files"),
    ("settings::told", "names of settings"),
];

/// Single literals; the program's own name is left out.
const SINGLE: [(&str, &str, &str); 43] = [
    ("app::class", "yes", "an answer, as it is typed"),
    ("app::serve", "bind", "an option"),
    ("app::headless", "listening on :///", "the line that `compare` and scripts read"),
    ("app::lesson", "all", "what stands for every lesson"),
    ("app::output", "dumb", "a kind of terminal"),
    ("app::keep", ".jsonl.zst", "the ending of a file"),
    ("app::keep", ".html", "the ending of a file"),
    ("app::pictures", "%Y-%m-%d %H:%M UTC", "a date"),
    ("attach::process", "Max open files", "a field of /proc/PID/limits"),
    ("attach::process", "NSpid:", "a field of /proc/PID/status"),
    ("clients::client", "GET HTTP/1.1 Host: User-Agent: -", "HTTP"),
    ("clients::client", "Cookie: table=", "HTTP"),
    ("clients::puppet", "GET HTTP/1.1 Host: User-Agent: -", "HTTP"),
    ("clients::told", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "names of puppets"),
    ("compare::load", "GET HTTP/1.1 Host:", "HTTP"),
    ("compare::machine", "model name", "a field of /proc/cpuinfo"),
    ("compare::report::html", "compare", "the command's name"),
    ("compare::report::markdown", "# compare", "the command's name"),
    ("compare::server", "listening on http://", "the line of a server that listens"),
    ("dashboard::run", "COLORTERM", "an environment variable"),
    ("dashboard::run", "TERM", "an environment variable"),
    ("dashboard::state::code::view", "assets/textbook/-server.py", "the name of a file"),
    ("dashboard::theme::shade", "truecolor", "what COLORTERM says"),
    ("dashboard::theme::shade", "24bit", "what COLORTERM says"),
    ("dashboard::theme::shade", "-direct", "what TERM says"),
    ("dashboard::theme::shade", "256color", "what TERM says"),
    ("dashboard::state::table", "HTTP/1.1", "HTTP"),
    ("dashboard::terminal", "sleep 0.3; kill -CONT \"$0\"", "a command of the shell"),
    ("dashboard::terminal", "linux", "what TERM says"),
    ("lesson::action", "step until", "what a step does, as lessons write it"),
    ("lesson::action", "wait ms", "what a step does, as lessons write it"),
    ("lesson::action", "until within ms", "what a step does, as lessons write it"),
    ("lesson::action", "reads all", "what a step does, as lessons write it"),
    ("lesson::action", "stops reading", "what a step does, as lessons write it"),
    ("lesson::action", "says bye", "what a step does, as lessons write it"),
    ("lesson::read", "line recv", "a place to look at, as lessons write it"),
    ("lesson::run::puppet", "GET / HTTP/1.1 Host: lesson X-Lesson:", "HTTP"),
    ("lesson::run::puppet", "bye", "what a client sends"),
    ("lesson::record", "EAGAIN", "the name of an error"),
    ("record::log", "{\"seq\"", "how a line of the log begins"),
    ("settings::place", "XDG_CONFIG_HOME", "an environment variable"),
    ("settings::place", "HOME", "an environment variable"),
    ("settings::place", ".config", "a folder"),
];

/// The literals of a source, each with what stands before it.
fn literals(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' => {
                // A letter in quotes, or a lifetime.
                let letter = text[at + 1..].chars().next().map_or(1, char::len_utf8);
                at += match bytes.get(at + 1) {
                    Some(b'\\') => 3 + text[at + 3..].find('\'').unwrap_or(0),
                    _ if bytes.get(at + 1 + letter) == Some(&b'\'') => letter + 2,
                    _ => 1,
                };
            }
            b'"' => {
                let before = text[..at].trim_end_matches(['b', '&']);
                let mut end = at + 1;
                while end < bytes.len() && bytes[end] != b'"' {
                    end += 1 + usize::from(bytes[end] == b'\\');
                }
                found.push((before, text[at + 1..end].to_owned()));
                at = end + 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// A literal without placeholders, escapes, tags and the program's name, with single blanks.
fn plain(literal: &str, tags: bool) -> String {
    let mut text = String::new();
    let mut letters = literal.chars();
    while let Some(letter) = letters.next() {
        let rest = letters.as_str();
        let placeholder = |c: char| c.is_alphanumeric() || "_:.<>^$#?".contains(c);
        let left_out = match letter {
            '{' => rest.find('}').filter(|end| rest[..*end].chars().all(placeholder)),
            '<' if tags => rest.find('>'),
            _ => None,
        };
        match (left_out, letter) {
            (Some(end), _) => letters = rest[end + 1..].chars(),
            (None, '\\') => {
                let escaped = letters.next();
                text.push(if escaped == Some('"') { '"' } else { ' ' });
            }
            (None, letter) => text.push(letter),
        }
    }
    text.replace("epollscope", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether three letters stand side by side.
fn has_word(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word.len() >= 3)
}

/// Whether two words of small letters follow each other.
fn is_prose(text: &str) -> bool {
    let small = |word: &str| word.len() >= 2 && word.chars().all(|c| c.is_ascii_lowercase());
    let words: Vec<bool> = text.split(' ').map(|word| small(word.trim_end_matches(','))).collect();
    words.windows(2).any(|pair| pair[0] && pair[1])
}

#[test]
fn literals_are_read() {
    let text =
        "say('\"', \"one {two} \\\"three\\\" \\\n    four\"); f::<'a>(b\"five\", '\\'', \"six\")";
    let found = literals(text);
    let plain: Vec<String> = found.iter().map(|(_, literal)| plain(literal, false)).collect();
    assert_eq!(plain, ["one \"three\" four", "five", "six"]);
    assert!(found[1].0.ends_with("f::<'a>("));
    assert!(has_word("a the") && !has_word("a to 12 s"));
    assert!(is_prose("no, none is") && !is_prose("model: Name of x"));
}

#[test]
fn what_a_person_reads_is_written_in_words() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for (module, text) in modules() {
        if !ROOMS.contains(&module.split("::").next().unwrap_or_default()) {
            continue;
        }
        for (before, literal) in literals(&text) {
            let text = plain(&literal, module == "compare::report::html");
            // A file, an option: what begins so is given to the system or to a command line.
            if !has_word(&text) || text.starts_with('/') || text.starts_with("--") {
                continue;
            }
            let ends = |(end, _): &&(&str, &str)| before.trim_end().ends_with(end.trim_end());
            let single = SINGLE.iter().find(|(of, single, _)| *of == module && text == *single);
            let names = NAMES.iter().find(|(of, _)| *of == module).filter(|_| !is_prose(&text));
            let reason = BEFORE.iter().find(ends).map(|(end, _)| ("", *end));
            let reason = reason.or(single.map(|(of, single, _)| (*of, *single)));
            let reason = reason.or(names.map(|(of, _)| (*of, "")));
            match reason {
                Some(reason) => _ = used.insert(reason),
                None => wrong.push(format!("{module}: {text:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "text for people outside of words: {wrong:#?}");
    let listed = BEFORE.iter().map(|(end, _)| ("", *end));
    let listed = listed.chain(NAMES.iter().map(|(of, _)| (*of, "")));
    let listed = listed.chain(SINGLE.iter().map(|(of, single, _)| (*of, *single)));
    let unused: Vec<_> = listed.filter(|entry| !used.contains(entry)).collect();
    assert!(unused.is_empty(), "listed, and not there any more: {unused:?}");
}
