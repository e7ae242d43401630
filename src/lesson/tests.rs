//! The reader, on files that are right and on files that are wrong.

use super::name_of;
use super::{Call, Deed, Do, Figure, Look, Measure, Name, OfClient, SKELETON, Shelf, check};
use crate::telemetry::{Kind, ServerKind, Setting};
use crate::words::Language;
use crate::words::english_words;

fn name(letter: &str) -> Name {
    name_of(letter).unwrap()
}

/// The skeleton with something else in place of a part of it.
fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(SKELETON.contains(from), "{from}");
    check("07-mine.toml", &SKELETON.replace(from, to)).err().unwrap_or_default()
}

#[test]
fn the_skeleton_is_a_lesson() {
    let lesson = check("07-mine.toml", SKELETON).unwrap();
    assert_eq!((lesson.number, lesson.name.as_str(), lesson.minutes), (7, "mine", 5));
    let setup = &lesson.setup;
    assert_eq!((setup.server, setup.clients.as_slice()), (ServerKind::Epoll, &[name("A")][..]));
    assert_eq!(setup.settings, [Setting::ReadBuffer(4096), Setting::Drain(false)]);
    let [step] = lesson.steps.as_slice() else { panic!() };
    assert_eq!(step.look, Some(Look::Row(name("A"))));
    assert_eq!(step.actions[0], Do::Connect(vec![name("A")]));
    assert_eq!(step.actions[3], Do::Client(name("A"), Deed::SendBytes(10_000)));
    let measures: Vec<_> = step.say.of(Language::Chinese).measures().collect();
    assert_eq!(measures, [Measure::Of(OfClient::Unread, name("A"))]);
    let (ask, reveal) = (step.ask.as_ref().unwrap(), step.reveal.as_ref().unwrap());
    assert_eq!((ask.answer, ask.options.len()), (1, 2));
    assert_eq!(reveal.expect[0].to_string(), "recv A = 4096, 4096, 1808");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_the_nearest_name() {
    let one = |from: &str, to: &str| {
        let all = changed(from, to);
        assert_eq!(all.len(), 1, "{all:#?}");
        all[0].clone()
    };
    // A line with `there` in it, in which `word` stands.
    let begins = |told: &str, there: &str, word: &str, what: &str| {
        let mut lines = (1..).zip(SKELETON.lines());
        let (number, line) = lines.find(|(_, line)| line.contains(there)).unwrap();
        let column = line[..line.find(word).unwrap()].chars().count() + 1;
        let start = format!("07-mine.toml:{number}:{column}: {what}");
        assert!(told.starts_with(&start), "{told}\n{start}");
    };
    let told = one("\"pause\", \"A sends", "\"puase\", \"A sends");
    begins(&told, "do = [\"A connects\"", "pause", "puase is not an action");
    assert!(told.contains("the nearest is pause"), "{told}");
    let told = one("{recv A} bytes, and", "{recive A} bytes, and");
    begins(&told, "say.en = \"{calls recv A} times", "recv A} bytes", "recive is not a measure");
    begins(&one("recv A = 3", "recv A = many"), "recv A = 3", "3\", \"un", "many is not");
    begins(
        &one("= \"epoll\"", "= \"epol\""),
        "server = \"epoll\"",
        "\"epoll",
        "epol is not a server",
    );
    begins(&one("drain = false", "drain = 7"), "options = { read", "false", "drain takes");
    begins(&one("answer = 2", "answer = 3"), "answer = 2", "2", "answer takes a whole number");
    let told = one("\"A sends 10000\"", "\"B sends 10000\"");
    begins(&told, "do = [\"A con", "\"A sends", "B is not among");
    let told = one("look = \"row A\"\nexpect = [\"unread", "look = \"rwo\"\nexpect = [\"unread");
    begins(&told, "look = \"row A\"", "\"row A", "rwo is not a place");
    assert!(told.contains("table.recv-q"), "{told:?}");
    let column = "look = \"table.recvq\"\nexpect = [\"unread";
    let told = one("look = \"row A\"\nexpect = [\"unread", column);
    begins(&told, "look = \"row A\"", "\"row A", "recvq is not a column of the table");
    assert!(told.contains("last-call") && told.contains("send-q"), "{told:?}");
    let all = changed("take-home.zh", "take-home.cn");
    assert!(all[0].contains("There is no cn here") || all[1].contains("There is no cn here"));
    assert!(all[0].contains("zh is missing") || all[1].contains("zh is missing"), "{all:#?}");
    let all = changed("[step.ask]", "[step.ask2]");
    assert!(all.iter().any(|told| told.contains("There is no ask2 here")), "{all:#?}");
    assert!(all.iter().any(|told| told.contains("needs a reveal")), "{all:#?}");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let text = SKELETON.replace("minutes = 5", "minutes = 0").replace("\"run\"", "\"walk\"");
    let all = check("x.toml", &text).unwrap_err();
    assert_eq!(all.len(), 2, "{all:#?}");
    assert!(all[0].contains("minutes") && all[1].contains("walk"));
    assert!(!check("x.toml", "").unwrap_err().is_empty());
    assert!(!check("x.toml", "name = ").unwrap_err().is_empty());
}

#[test]
fn both_languages_show_the_same_measures() {
    let all = changed("\"A 已经连上，发来了 {unread A} 字节。循环停着。\"", "\"A 已经连上。\"");
    assert_eq!(all.len(), 1, "{all:#?}");
    assert!(all[0].contains("unread A"), "{all:#?}");
}

#[test]
fn calls_may_be_named_as_they_are_on_the_screen() {
    let all = changed("\"run\"", "\"step until epoll_wait\"");
    assert!(all.is_empty());
    assert!(Call::Wait.is(Kind::Poll) && !Call::Kind(Kind::Recv).is(Kind::Send));
}

#[test]
fn the_lessons_of_the_program_are_in_order() {
    let shelf = Shelf::embedded().unwrap();
    for (at, lesson) in shelf.lessons().iter().enumerate() {
        assert_eq!(shelf.find(&lesson.name), Some(lesson));
        assert_eq!(shelf.find(&lesson.number.to_string()), Some(lesson));
        assert!(at == 0 || shelf.lessons()[at - 1].number < lesson.number, "{}", lesson.name);
    }
}

/// What is written in Latin letters in both languages beyond what stands on screens: names of
/// programs, libraries and languages, and what is quoted of code and of protocols.
const ALSO: &[&str] = &[
    "aio",
    "async",
    "attach",
    "auto",
    "await",
    "bye",
    "events",
    "exchange",
    "fork",
    "Go",
    "goroutine",
    "grep",
    "libev",
    "libevent",
    "libuv",
    "log",
    "MiB",
    "mmap",
    "nginx",
    "node",
    "Python",
    "receive",
    "redis",
    "Rust",
    "size",
    "spawn",
    "stack",
    "tfd",
    "Tokio",
    "Web",
];

#[test]
fn the_chinese_of_the_lessons_has_no_english_words() {
    let shelf = Shelf::embedded().unwrap();
    let mut wrong = Vec::new();
    for lesson in shelf.lessons() {
        let mut texts = vec![&lesson.title, &lesson.take_home, &lesson.change];
        for step in &lesson.steps {
            texts.push(&step.say);
            texts.extend(step.reveal.iter().map(|reveal| &reveal.say));
            let ask = step.ask.iter();
            texts.extend(ask.flat_map(|ask| [&ask.question].into_iter().chain(&ask.options)));
        }
        for text in texts {
            let chinese = text.chinese.filled(|_| Figure::Unknown);
            let mut words = english_words(&chinese);
            words.retain(|word| !ALSO.contains(&word.as_str()));
            wrong.extend(words.into_iter().map(|word| (word, &lesson.name, chinese.clone())));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
