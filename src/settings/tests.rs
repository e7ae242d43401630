//! What is read, what is refused and where, and what comes of it beside a command line.

use std::ffi::OsString;

use proptest::prelude::*;

use super::*;
use crate::cli::{self, Demo};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::theme::ThemeChoice;
use crate::telemetry::{ServerKind, Trigger};

/// The sentences for a text that is wrong.
fn wrong(text: &str) -> Vec<String> {
    Settings::of(text).unwrap_err().iter().map(ToString::to_string).collect()
}

fn over(text: &str, args: &str) -> Merged {
    let args = ["epollscope"].into_iter().chain(args.split_whitespace());
    let args: Vec<OsString> = args.map(OsString::from).collect();
    let parsed = cli::parse(args.iter().cloned()).unwrap();
    Settings::of(text).unwrap().over(&args, parsed).unwrap()
}

#[test]
fn every_kind_of_setting_is_read() {
    let text = "server = \"epoll\"\ntrigger = 'edge'\nfps = 0x14\nlist = true\nnap = 0.5\n\
                bind = \"::1\"\ndemo = 3\nkeep-alive = \"off\"\nmax-body = 1_000";
    let cli = over(text, "").cli;
    assert_eq!((cli.server, cli.trigger), (ServerKind::Epoll, Trigger::Edge));
    assert_eq!((cli.fps, cli.list, cli.nap.as_millis()), (20, true, 500));
    assert_eq!((cli.bind.to_string(), cli.demo), ("::1".into(), Some(Demo::Mixed(3))));
    assert_eq!((cli.keep_alive.is_on(), cli.max_body), (false, 1000));
    assert_eq!(over("demo = \"idle=2\"", "").cli.demo.map(|demo| demo.count()), Some(2));
}

#[test]
fn the_command_line_wins() {
    let text = "fps = 20\nlist = true\nno-mouse = true\nkeep-alive = \"on\"\ntheme = \"light\"";
    let cli = over(text, "--fps 30 --no-list --mouse --close-after-response").cli;
    assert_eq!((cli.fps, cli.list, cli.no_mouse), (30, false, false));
    assert!(cli.close_after_response);
    assert_eq!(cli.theme, ThemeChoice::Light);
    // Also where it says the same.
    assert_eq!(over("port = 1", "-p 0").cli.port, Some(0));
}

#[test]
fn a_habit_is_no_word_of_the_command_line() {
    let merged = over("trigger = \"edge\"", "--fps 20");
    assert!(merged.is_given("fps") && !merged.is_given("trigger"));
    assert_eq!(merged.cli.trigger, Trigger::Edge);
    assert_eq!(merged.args, ["--trigger=edge", "--fps", "20"]);
}

#[test]
fn compare_has_a_table_of_its_own() {
    let text = "theme = \"light\"\nfps = 20\n[compare]\nidle = 900\nactive = 2";
    let compare = |args| match over(text, args).cli.command {
        Some(cli::Command::Compare(compare)) => compare,
        other => panic!("{other:?}"),
    };
    let one = compare("compare poll epoll --active 9");
    assert_eq!((one.idle, one.active, one.theme), (900, 9, ThemeChoice::Auto));
    assert_eq!(compare("compare poll epoll --split").theme, ThemeChoice::Light);
    assert_eq!(compare("compare poll epoll --split --theme dark").theme, ThemeChoice::Dark);
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_is_allowed() {
    for (text, told) in [
        ("fsp = 3", "1:1: There is no setting fsp; the nearest is fps."),
        ("\n  xyz = 3", "2:3: There is no setting xyz: `epollscope config` prints all there are."),
        ("fps = 500", "1:7: fps takes a whole number from 1 to 120, not 500."),
        ("fps = \"30\"", "1:7: fps takes a whole number from 1 to 120, not \"30\"."),
        ("fps = 30.5", "1:7: fps takes a whole number from 1 to 120, not 30.5."),
        ("fps = [30]", "1:7: fps takes a whole number from 1 to 120, not a list."),
        ("max-fds = 1", "1:11: max-fds takes a whole number from 24 up, not 1."),
        ("list = \"yes\"", "1:8: list takes true or false, not \"yes\"."),
        (
            "theme = \"drak\"",
            "1:9: theme takes one of \"auto\", \"dark\", \"light\", \"projector\", \"mono\", not \
             \"drak\"; the nearest is \"dark\".",
        ),
        ("keep-alive = true", "1:14: keep-alive takes one of \"on\", \"off\", not true."),
        ("nap = 61", "1:7: nap does not take 61: between 0 and 60 seconds."),
        ("nap = \"1\"", "1:7: nap takes a number, not \"1\"."),
        ("bind = \"here\"", "1:8: bind does not take \"here\": invalid IP address syntax."),
        ("log = \"x\"", "1:1: --log is for the command line alone: it is said each time."),
        ("compare = 3", "1:11: compare takes a table, not 3."),
        ("[compare]\nidel = 3", "2:1: There is no setting idel; the nearest is idle."),
        (
            "[compare]\nsplit = true",
            "2:1: --split is for the command line alone: it is said each time.",
        ),
        ("[compair]\nidle = 3", "1:2: There is no setting compair; the nearest is compare."),
        ("fps = 30\nfps = 20", "2:1: This is not TOML: duplicate key."),
    ] {
        assert_eq!(wrong(text), [told], "{text}");
    }
    assert!(wrong("fps = 99999999999999999999")[0].starts_with("1:7: "));
    assert!(wrong("fps = ")[0].starts_with("1:"));
}

#[test]
fn all_that_is_wrong_is_told_from_top_to_bottom() {
    let told = wrong("fps = 0\ntheme = 3\n\"中\" = 1\nlist = true\n[compare]\nidle = -1");
    let places: Vec<&str> = told.iter().map(|line| line.split_once(": ").unwrap().0).collect();
    assert_eq!(places, ["1:7", "2:9", "3:1", "6:8"]);
}

#[test]
fn keys_that_are_given_are_in_force() {
    let settings = Settings::of("[keys]\npause = [\"F5\", \"Space\"]\nzoom = []").unwrap();
    settings.bindings().put_in_force();
    assert_eq!(keys::name(Id::Pause), "F5");
    assert_eq!(keys::name(Id::Zoom), "[zoom]");
    assert_eq!(keys::name(Id::Drop), "x");
}

#[test]
fn what_is_as_by_default_adds_nothing() {
    assert_eq!(over(&page(), "").args, Vec::<OsString>::new());
    assert_eq!(over("fps = 30\nnap = 0.0\nlist = false", "").args, Vec::<OsString>::new());
}

proptest! {
    /// Whatever stands in it, what is wrong has a place in the text.
    #[test]
    fn any_text_is_read_or_told_about(text in "(?s)[a-z0-9=\\[\\]\"'#.\\n\\t 中é-]{0,80}") {
        if let Err(all) = Settings::of(&text) {
            prop_assert!(!all.is_empty());
            for wrong in all {
                let told = wrong.to_string();
                let line: usize = told.split(':').next().unwrap().parse().unwrap();
                prop_assert!(line >= 1 && line <= text.matches('\n').count() + 1, "{told}");
            }
        }
    }

    /// Each line of the default file, alone or with others, is in order and changes nothing.
    #[test]
    fn any_part_of_the_default_file_changes_nothing(kept in proptest::collection::vec(any::<bool>(), 600)) {
        let page = page();
        let keep = |(at, line): &(usize, &str)| line.starts_with('[') || kept[at % kept.len()];
        let lines: Vec<&str> = page.lines().enumerate().filter(keep).map(|(_, line)| line).collect();
        let part = lines.join("\n");
        prop_assert_eq!(over(&part, "").args, Vec::<OsString>::new());
        prop_assert_eq!(Settings::of(&part).unwrap().bindings(), Bindings::default());
    }
}
