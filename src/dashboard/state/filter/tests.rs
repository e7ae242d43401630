//! The filter language: what passes, and what is not understood.

use super::*;

struct Line;

impl Subject for Line {
    fn number(&self, which: Number, such: &dyn Fn(u64) -> bool) -> bool {
        match which {
            Number::Fd => such(9),
            Number::In => such(1500),
            Number::Idle => such(5500),
            _ => false,
        }
    }
    fn word(&self, which: Word, start: &str) -> bool {
        which == Word::State && "reading".starts_with(start)
    }
    fn flag(&self, which: Flag) -> bool {
        which == Flag::Ours
    }
    fn text(&self, into: &mut String) {
        into.push_str("9 127.0.0.1:51820 GET /Hand");
    }
}

fn lets(filter: &str) -> bool {
    Filter::parse(filter).lets(&Line, &mut String::new())
}

#[test]
fn every_term_must_hold() {
    for yes in [
        "",
        "hand",
        "HAND",
        "fd:9",
        "fd=9",
        "in>1000",
        "in>1k",
        "in<2k",
        "idle>5",
        "idle>5.4s",
        "state:reading",
        "state:r",
        "ours",
        "!errors",
        "127.0.0.1:51820",
        ":51820",
        "hand fd:9 !state:idle",
    ] {
        assert!(lets(yes), "{yes}");
    }
    for no in
        ["foot", "fd:8", "in>1500", "idle<5", "state:idle", "errors", "!ours", "hand fd:8", "req:1"]
    {
        assert!(!lets(no), "{no}");
    }
}

#[test]
fn a_filter_asks_for_closed_connections_or_does_not() {
    for yes in ["closed", "why:peer", "state:closed", "fd:9 state:c"] {
        assert!(Filter::parse(yes).asks_for_closed(), "{yes}");
    }
    for no in ["", "!closed", "state:", "state:idle", "hand", "!why:peer"] {
        assert!(!Filter::parse(no).asks_for_closed(), "{no}");
    }
}

#[test]
fn in_chinese_both_languages_are_understood_and_a_chinese_keyboard_is() {
    Language::Chinese.speak();
    for yes in ["state:reading", "state:接收中", "fd：9", "！errors", "in＞1000"] {
        let filter = Filter::parse(yes);
        assert_eq!(filter.trouble(), None, "{yes}");
        assert!(filter.is_empty() || yes.contains('中') || lets(yes), "{yes}");
    }
    assert!(Filter::parse("state:已关闭").asks_for_closed());
    assert!(Filter::parse("state:closed").asks_for_closed());
    let told = Filter::parse("state:没有").trouble().map(Trouble::text).unwrap();
    assert!(told.contains("接收中"), "{told}");
}

#[test]
fn a_call_is_found_by_its_line() {
    struct Call(Option<Site>);
    impl Subject for Call {
        fn number(&self, _: Number, _: &dyn Fn(u64) -> bool) -> bool {
            false
        }
        fn word(&self, _: Word, _: &str) -> bool {
            false
        }
        fn flag(&self, _: Flag) -> bool {
            false
        }
        fn site(&self) -> Option<Site> {
            self.0
        }
        fn text(&self, _: &mut String) {}
    }
    let call = Call(Site::named("src/server/reactor/turn.rs", 24));
    let lets = |filter, call| Filter::parse(filter).lets(call, &mut String::new());
    for yes in ["line:turn.rs:24", "line:reactor/turn.rs", "line=24", "!line:25"] {
        assert!(lets(yes, &call) && (yes.starts_with('!') || !lets(yes, &Call(None))), "{yes}");
    }
    for no in ["line:turn.rs:25", "line:urn.rs:24", "line:25", "line:mod.rs"] {
        assert!(!lets(no, &call), "{no}");
    }
    for trouble in ["line:", "line:turn.rs:x"] {
        assert!(Filter::parse(trouble).trouble().is_some(), "{trouble}");
    }
}

#[test]
fn what_is_not_understood_is_told_and_left_out() {
    let filter = Filter::parse("fd:abc hand");
    let text = |filter: Filter| filter.trouble().map(Trouble::text);
    assert_eq!(text(filter.clone()).as_deref(), Some("fd needs a number"));
    assert!(filter.lets(&Line, &mut String::new()));
    assert_eq!(text(Filter::parse("state>3")).as_deref(), Some("state is a word: write state:3"));
    assert_eq!(
        text(Filter::parse("state:bogus hand")).as_deref(),
        Some(
            "state: one of open, new, reading, idle, handler, writing, linger, closed, queued, \
             stopped"
        )
    );
    assert!(Filter::parse("state:bogus hand").lets(&Line, &mut String::new()), "left out");
    assert_eq!(
        text(Filter::parse("!kind:recieve")).as_deref(),
        Some("kind: none begins with recieve")
    );
    assert_eq!(text(Filter::parse("why:bored")).as_deref(), Some("why: none begins with bored"));
    for begun in ["state:", "state:o", "state:que", "kind:epoll", "why:peer", "peer:x"] {
        assert_eq!(text(Filter::parse(begun)), None, "{begun}");
    }
    assert_eq!(text(Filter::parse("idle>x")).as_deref(), Some("idle needs a number"));
    assert_eq!(text(Filter::parse("in:99999999999999G")).as_deref(), Some("in needs a number"));
}
