//! What the command line takes, and what it refuses.

use clap::CommandFactory;

use super::*;

fn parse(args: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(["epollscope"].into_iter().chain(args.split_whitespace()))
}

#[test]
fn the_declaration_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn the_defaults() {
    let cli = parse("").unwrap();
    assert_eq!((cli.bind.to_string(), cli.port), ("127.0.0.1".into(), None));
    assert_eq!((cli.backlog, cli.max_connections, cli.fps), (1024, 10_000, 30));
    let limits = (cli.idle_timeout, cli.header_timeout, cli.body_timeout, cli.write_timeout);
    assert_eq!(limits, (300, 30, 60, 60));
    assert_eq!((cli.max_per_address, cli.max_body, cli.read_buffer), (0, 1 << 20, 65_536));
    assert!([cli.keep_alive, cli.nodelay, cli.cork].into_iter().all(Switch::is_on));
    assert_eq!((cli.demo, cli.theme, cli.root), (None, ThemeChoice::Auto, None));
    assert!(!(cli.headless || cli.quiet || cli.no_mouse || cli.yes || cli.ascii));
}

#[test]
fn a_demo_has_twelve_clients_unless_told() {
    assert_eq!(parse("--demo").unwrap().demo, Some(Demo::Mixed(12)));
    assert_eq!(parse("--demo 50").unwrap().demo, Some(Demo::Mixed(50)));
    assert_eq!(parse("--demo=0 site").unwrap().root, Some("site".into()));
    assert_eq!(parse("--demo --headless").unwrap().demo, Some(Demo::Mixed(12)));
    let kinds = vec![(ClientKind::Idle, 500), (ClientKind::SlowReader, 4)];
    let demo = parse("--demo idle=500,slow-reader=4").unwrap().demo.unwrap();
    assert_eq!((demo.count(), demo), (504, Demo::Of(kinds)));
    for wrong in
        ["10001", "idle", "idle=", "idle=x", "nobody=3", "idle=9000,steady=2000", "idle=1,"]
    {
        assert!(parse(&format!("--demo {wrong}")).is_err(), "{wrong}");
    }
}

#[test]
fn addresses_are_taken_as_they_stand_in_a_url_too() {
    for text in ["::1", "[::1]"] {
        assert_eq!(parse(&format!("--bind {text}")).unwrap().bind.to_string(), "::1");
    }
    assert!(parse("--bind localhost:80").is_err());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let wrong = [
        "--fps 0",
        "--fps 121",
        "--backlog 0",
        "--max-connections 0",
        "--idle-timeout -1",
        "--keep-alive maybe",
        "--read-buffer 0",
        "--max-header-lines 101",
        "--port 65536",
        "--theme pink",
        "--nap -1",
        "--nap 61",
        "--nap nan",
        "--trigger both",
        "--mistake all",
        "--keep-alive on --close-after-response",
        "a b",
    ];
    for args in wrong {
        let error = parse(args).expect_err(args);
        assert_eq!(error.exit_code(), 2, "{args}");
    }
}

#[test]
fn a_nap_has_parts_of_a_second() {
    assert_eq!(parse("").unwrap().nap, Duration::ZERO);
    assert_eq!(parse("--nap 0.5").unwrap().nap, Duration::from_millis(500));
}

#[test]
fn names_stand_for_what_they_name() {
    for trigger in Trigger::ALL {
        assert_eq!(parse(&format!("--trigger {}", trigger.name())).unwrap().trigger, trigger);
    }
    for mistake in Mistake::ALL {
        let cli = parse(&format!("--mistake {}", mistake.name())).unwrap();
        assert_eq!(cli.mistake, Some(mistake));
    }
}

#[test]
fn what_would_be_ignored_is_refused() {
    for (args, fine) in [
        ("--trigger edge --server epoll", true),
        ("--trigger edge --server poll", false),
        ("--trigger edge", false),
        ("--trigger level --server poll", true),
        ("--nap 0.1 --server scan", true),
        ("--nap 0.1", false),
        ("--stack-size 65536 --server poll", true),
        ("--stack-size 131072 --server threads", true),
        ("--stack-size 131072 --server poll", false),
        ("--drain off --server select", true),
        ("--drain off --server threads", false),
        ("--accept one --server coroutines", false),
        ("--encoding gb18030 --protocol echo", true),
        ("--encoding gb18030", false),
    ] {
        let checked = parse(args).unwrap().check(|_| true, true, false);
        assert_eq!(checked.is_ok(), fine, "{args}: {checked:?}");
        assert!(checked.err().is_none_or(|text| text.ends_with('.')), "{args}");
    }
}

#[test]
fn a_habit_waits_for_the_server_that_it_is_for() {
    for args in [
        "--trigger edge --server poll",
        "--nap 0.1",
        "--stack-size 131072",
        "--drain off --server threads",
        "--budget 4 --server blocking",
        "--handler offload --server threads",
        "--encoding gb18030",
    ] {
        let cli = parse(args).unwrap();
        assert!(cli.check(|_| true, true, false).is_err(), "{args}");
        assert_eq!(cli.check(|_| false, true, false), Ok(()), "{args}");
    }
}

#[test]
fn standard_input_is_for_those_who_can_watch_it() {
    for (args, headless, keyboard, fine) in [
        ("--stdin", true, true, true),
        ("--stdin --server scan", true, false, true),
        ("--stdin", false, true, false),
        ("--stdin", false, false, true),
        ("--stdin --server threads", true, false, false),
        ("--server threads", false, true, true),
    ] {
        let checked = parse(args).unwrap().check(|_| true, headless, keyboard);
        assert_eq!(checked.is_ok(), fine, "{args}");
    }
}

#[test]
fn no_time_limit_is_zero() {
    assert_eq!(limit(parse("--idle-timeout 0").unwrap().idle_timeout), None);
    assert_eq!(limit(30), Some(Duration::from_secs(30)));
}
