//! The page of a student's telephone, in Chromium, against a server that speaks the protocol.

#[path = "common/axe.rs"]
mod axe;
#[path = "common/chromium.rs"]
mod chromium;
#[path = "class_page/mock.rs"]
mod mock;
#[path = "common/tools.rs"]
mod tools;

use std::time::Duration;

use chromium::Browser;
use mock::Mock;
use serde_json::{Value, json};

/// A telephone that opens a path; none where there is no browser.
fn opened(path: &str, language: &str) -> Option<(Mock, Browser)> {
    let mock = Mock::start();
    let browser = open(&mock, path, language)?;
    Some((mock, browser))
}

fn open(mock: &Mock, path: &str, language: &str) -> Option<Browser> {
    if !tools::has("chromium") {
        return None;
    }
    let mut browser = Browser::start((390, 844), language);
    browser.open(&mock.url(path));
    browser.until("document.readyState === 'complete'");
    Some(browser)
}

fn joined(language: &str) -> Option<(Mock, Browser)> {
    let (mock, mut browser) = opened("/KXTR", language)?;
    says(&mut browser, "fd", "fd 9");
    Some((mock, browser))
}

/// Waits until a part of the page has that text, in sight.
fn says(browser: &mut Browser, id: &str, text: &str) {
    let sight = format!(
        "(() => {{ const one = document.getElementById({}); \
         return one.offsetHeight > 0 && one.textContent.includes({}); }})()",
        json!(id),
        json!(text)
    );
    browser.until(&sight);
}

fn text(browser: &mut Browser, id: &str) -> String {
    let text = browser.value(&format!("document.getElementById('{id}').textContent"));
    text.as_str().unwrap().to_owned()
}

fn click(browser: &mut Browser, selector: &str) {
    browser.value(&format!("document.querySelector({}).click()", json!(selector)));
}

/// The page has complained of nothing but of a network that the test took away, and asked nobody else.
fn quiet(browser: &mut Browser, mock: &Mock) {
    let complaints = browser.complaints.iter().filter(|one| !one.contains(r#""source":"network""#));
    assert_eq!(complaints.collect::<Vec<_>>(), [""; 0]);
    let home = mock.url("/");
    let others =
        browser.asked.iter().filter(|url| !url.starts_with(&home) && !url.starts_with("data:"));
    assert_eq!(others.collect::<Vec<_>>(), [""; 0]);
}

fn joins(mock: &Mock, count: usize) {
    tools::until_within(Duration::from_secs(8), "joins", || {
        (mock.count("POST /-/join") == count).then_some(())
    });
}

fn question() -> Value {
    json!({"id": 4, "round": 1,
        "title": {"en": "Blocking", "zh": "阻塞"},
        "text": {"en": "Where does the one thread sleep?", "zh": "唯一的线程睡在哪里？"},
        "options": [{"en": "In accept", "zh": "在 accept 里"}, {"en": "In recv", "zh": "在 recv 里"},
            {"en": "Nowhere", "zh": "不睡"}]})
}

fn asks(members: &Value) -> Value {
    let mut asks = json!({"id": 4, "round": 1, "open": true, "mine": null, "answered": 31, "votes": null,
        "first": null, "right": null, "measured": null});
    for (name, value) in members.as_object().unwrap() {
        asks[name] = value.clone();
    }
    json!({"asks": asks})
}

#[test]
fn it_is_small() {
    let page = include_str!("../assets/class.html");
    // As it is sent: what indents it is left out, and comments are.
    let is_said = |line: &&str| !line.starts_with("/* ") && !line.starts_with("<!-- ");
    let lines = page.lines().map(str::trim_start).filter(is_said);
    let sent: usize = lines.map(|line| line.len() + 1).sum();
    assert!(sent < 30_000, "{sent}");
    assert_eq!(page.matches("nonce=\"NONCE\"").count(), 2);
    for never in [
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        " style=\"",
        " onclick=\"",
        "http:",
        "https:",
    ] {
        assert!(!page.contains(never), "{never}");
    }
}

#[test]
fn it_joins_by_the_code_of_its_address_and_shows_the_state_in_both_languages() {
    let Some((mock, mut browser)) = joined("en") else { return };
    assert_eq!(mock.room().asked[0], "POST /-/join?code=KXTR");
    says(&mut browser, "conn", "connection ");
    says(&mut browser, "link", "connected");
    says(&mut browser, "means", "the interest list of 53; the loop is only told who is ready");
    mock.tell(
        &json!({"server": "poll", "others": [[11, 31], [12, 40]], "recording": true, "muted": true,
        "last": {"call": "recv", "fd": 11, "bytes": 312, "ago": 5200}, "up": 3, "pace": "paused",
        "served": {"times": 3, "after": 34000, "ago": 7100}}),
    );
    says(&mut browser, "others", "fd 11 (connection 31), fd 12 (connection 40)");
    says(&mut browser, "last", "recv(11) = 312 B, 5\u{a0}s ago");
    says(&mut browser, "last", "6\u{a0}s ago");
    says(
        &mut browser,
        "means",
        "asks all 53 of you at each wait, 1,400 times a second: 74,200 fds examined a second",
    );
    says(
        &mut browser,
        "paused",
        "paused the loop: nobody is served until it goes on. The teacher has muted you",
    );
    says(&mut browser, "served", "It was up for 34\u{a0}s. 3 times so far.");
    says(&mut browser, "recording", "written to disk");
    click(&mut browser, "#language");
    says(
        &mut browser,
        "means",
        "内核都把你们 53 个挨个问一遍，每秒 1,400 次，一共检查 74,200 个 fd",
    );
    assert_eq!(browser.value("document.documentElement.lang"), json!("zh-Hans"));

    // What is not known is not shown, whichever server it is.
    for server in [
        "blocking",
        "processes",
        "threads",
        "scan",
        "select",
        "poll",
        "epoll",
        "epoll-et",
        "coroutines",
    ] {
        mock.tell(
            &json!({"server": server, "rate": null, "examined": null, "open": null, "pace": "run"}),
        );
        for _ in 0..2 {
            browser.until(&format!(
                "document.getElementById('server').textContent.endsWith(' {server}') || \
                document.getElementById('server').textContent.endsWith('：{server}')"
            ));
            let means = text(&mut browser, "means").replace("1,024", "");
            assert!(
                means.len() > 40
                    && !means.contains(|sign: char| sign.is_ascii_digit() || "[]{}".contains(sign)),
                "{means}"
            );
            click(&mut browser, "#language");
        }
    }
    assert_eq!(text(&mut browser, "paused"), "你已被禁言：举手暂时不算。");
    quiet(&mut browser, &mock);
}

#[test]
fn it_asks_for_a_code_that_it_has_not() {
    let Some((mock, mut browser)) = opened("/abcd", "en") else { return };
    says(&mut browser, "codeNote", "The code is another one: see the screen.");
    browser.value("document.getElementById('code').value = 'wxyz'");
    click(&mut browser, "#join button");
    says(&mut browser, "codeNote", "That is not the code.");
    browser.value("document.getElementById('code').value = 'kxtr'");
    click(&mut browser, "#join button");
    says(&mut browser, "fd", "fd 9");
    let joins = ["abcd", "WXYZ", "KXTR"].map(|code| format!("POST /-/join?code={code}"));
    assert_eq!(mock.room().asked[..3], joins);

    // The tab knows who it is when it is loaded again; another one does not.
    browser.open(&mock.url("/-/class"));
    browser.until("document.readyState === 'complete'");
    mock.room().fd = 12;
    browser.until("mode === 'live'");
    assert_eq!(mock.count("POST /-/join"), 3);
    quiet(&mut browser, &mock);
    let Some(mut other) = open(&mock, "/-/class", "zh-CN") else { return };
    says(&mut other, "join", "四个字母");
    assert_eq!(mock.count("POST /-/join"), 3);
    quiet(&mut other, &mock);
}

#[test]
fn a_hand_is_one_request_and_its_time_is_shown() {
    let Some((mock, mut browser)) = joined("en") else { return };
    mock.room().held.push("/-/hand".into());
    for _ in 0..3 {
        click(&mut browser, "#hand");
    }
    says(&mut browser, "hand", "Under way");
    assert_eq!(
        browser.value("document.getElementById('hand').getAttribute('aria-disabled')"),
        json!("true")
    );
    says(&mut browser, "result", "Still waiting");
    mock.release();
    says(&mut browser, "hand", "Take it down");
    says(&mut browser, "queue", "place 2 in the queue");
    assert_eq!(mock.count("POST /-/hand"), 1);
    assert!(mock.room().asked.last().unwrap().ends_with("&up=1"));
    let said = text(&mut browser, "result");
    let (ms, rest) =
        said.strip_prefix("Your press was served after ").unwrap().split_once(" ms: fd ").unwrap();
    assert!(ms.parse::<u32>().unwrap() >= 3000 && rest.contains(", connection "), "{said}");
    says(&mut browser, "since", "·\u{a0}");

    // What does not get through is said, and may be pressed again.
    mock.room().instead.insert("/-/hand".into(), (429, json!({"error": "often"})));
    click(&mut browser, "#hand");
    says(&mut browser, "result", "Too often: wait a little");
    mock.room().instead.clear();
    click(&mut browser, "#hand");
    says(&mut browser, "hand", "Raise a hand");
    assert!(mock.room().asked.last().unwrap().ends_with("&up=0"));
    quiet(&mut browser, &mock);
}

#[test]
fn a_question_is_voted_on_and_revealed_and_asked_again() {
    let Some((mock, mut browser)) = joined("en") else { return };
    mock.room().question = question();
    mock.tell(&asks(&json!({})));
    says(&mut browser, "text", "Where does the one thread sleep?");
    says(&mut browser, "answered", "31 answered");
    says(&mut browser, "round", "Question");
    browser.until("document.querySelectorAll('#options button[aria-pressed=false]').length === 3");
    assert_eq!(
        browser.value("document.getElementById('say').textContent.includes('Where does')"),
        json!(true)
    );
    click(&mut browser, "#options li:nth-child(2) button");
    says(&mut browser, "options", "2. In recv — your vote");
    browser.until("document.querySelector('#options li:nth-child(2) button').getAttribute('aria-pressed') === 'true'");
    assert!(mock.room().asked.last().unwrap().ends_with("&question=4&option=1"));

    // The second round, and how both went.
    mock.tell(&asks(&json!({"round": 2, "answered": 0})));
    says(&mut browser, "round", "Question, round 2");
    says(&mut browser, "answered", "0 answered");
    mock.room().instead.insert("/-/vote".into(), (409, json!({"error": "closed"})));
    click(&mut browser, "#options li:nth-child(1) button");
    says(&mut browser, "voteNote", "The vote is closed.");
    mock.tell(&asks(&json!({"round": 2, "open": false, "mine": 1, "votes": [1, 20, 10], "first": [5, 15, 11], "right": 1,
        "measured": {"en": "within = recv", "zh": "睡在 recv 里"}})));
    says(&mut browser, "measured", "Measured: within = recv");
    says(&mut browser, "options", "2. In recv — ✓ right, your vote20 (65 %)first round: 15 (48 %)");
    assert_eq!(browser.value("document.querySelectorAll('#options button').length"), json!(0));
    assert_eq!(browser.value("document.querySelectorAll('#options .bar').length"), json!(6));
    click(&mut browser, "#language");
    says(&mut browser, "options", "2. 在 recv 里 — ✓ 正确、你选的20 票（65%）第一轮：15 票（48%）");
    says(&mut browser, "measured", "实测：睡在 recv 里");
    mock.tell(&json!({"asks": null}));
    browser.until("document.getElementById('asked').hidden");

    // Texts that the stream did not bring are asked for, once.
    mock.room().question["id"] = json!(5);
    let stale = json!({"asks": {"id": 6, "round": 1, "open": true, "answered": 0}});
    mock.tell(&stale);
    mock.tell(&stale);
    browser.until("sought === 6");
    browser.until("!flights.has('me')");
    assert_eq!(mock.count("GET /-/me"), 1);
    quiet(&mut browser, &mock);
}

#[test]
fn the_class_presses_at_once_and_says_later_how_long_it_took() {
    let Some((mock, mut browser)) = joined("en") else { return };
    mock.tell(&json!({"burst": {"id": 3, "pressed": false}}));
    says(&mut browser, "hand", "Press now!");
    click(&mut browser, "#hand");
    says(&mut browser, "result", "served after");
    says(&mut browser, "hand", "Raise a hand");
    assert_eq!(
        (mock.count("POST /-/press"), mock.count("POST /-/hand"), mock.count("POST /-/took")),
        (1, 0, 0)
    );
    let ms = browser.value("String(result.ms)");
    let ends = format!("&burst=3&ms={}", ms.as_str().unwrap());
    tools::until_within(Duration::from_secs(5), "took", || {
        (mock.count("POST /-/took") == 1).then_some(())
    });
    assert!(mock.room().asked.last().unwrap().ends_with(&ends));
    quiet(&mut browser, &mock);
}

#[test]
fn it_asks_again_and_again_where_nothing_streams_and_says_why() {
    let Some((mock, mut browser)) = joined("en") else { return };
    let blocking = json!({"server": "blocking", "streams": false, "rate": null, "examined": null});
    mock.tell(&blocking);
    mock.drop_streams();
    says(
        &mut browser,
        "why",
        "A stream would hold everybody. So this page hangs up after each answer",
    );
    says(&mut browser, "you", "Your last request was");
    says(&mut browser, "link", "asking again and again");
    assert!(text(&mut browser, "fd") != "fd 9");
    let before = mock.count("GET /-/me");
    tools::until_within(Duration::from_secs(8), "two more", || {
        (mock.count("GET /-/me") >= before + 2).then_some(())
    });

    // Somebody else is served: it waits, with one request, and says so.
    mock.room().held.push("/-/me".into());
    says(&mut browser, "trouble", "somebody else is being served");
    says(&mut browser, "old", "Not up to date: as of");
    let held = mock.count("GET /-/me");
    browser.value("document.dispatchEvent(new Event('visibilitychange'))");
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(mock.count("GET /-/me"), held);
    mock.release();
    browser.until("document.getElementById('old').textContent === '' && document.getElementById('trouble').textContent === ''");

    mock.room().state["server"] = json!("processes");
    says(&mut browser, "why", "cannot be reached by the others");
    (mock.room().fd, mock.room().state["streams"], mock.room().state["server"]) =
        (12, json!(true), json!("epoll"));
    says(&mut browser, "you", "You are");
    says(&mut browser, "fd", "fd 12");
    says(&mut browser, "moved", "You were fd 9, you are fd 12 now");
    assert_eq!(mock.count("POST /-/join"), 1);
    quiet(&mut browser, &mock);
}

#[test]
fn dropped_it_says_so_and_comes_back_as_the_same_student() {
    let Some((mock, mut browser)) = joined("en") else { return };
    mock.room().fd = 12;
    mock.drop_streams();
    says(&mut browser, "trouble", "You were dropped: the connection was closed");
    says(&mut browser, "you", "You were");
    says(&mut browser, "old", "Not up to date");
    says(&mut browser, "fd", "fd 12");
    says(
        &mut browser,
        "moved",
        "You were dropped: the connection was closed. You were fd 9, you are fd 12 now",
    );
    browser.until("document.getElementById('trouble').textContent === ''");
    assert_eq!((mock.count("POST /-/join"), mock.count("GET /-/me"), mock.streams()), (1, 1, 1));
    // The browser's own retry, after 3 s, would be one more.
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(mock.count("GET /-/stream"), 2);

    // The number again, of another connection.
    mock.drop_streams();
    says(&mut browser, "moved", "You are fd 12 again, on a new connection");

    // Another server is no drop, and does not wait.
    mock.room().state["server"] = json!("select");
    mock.drop_streams();
    says(&mut browser, "server", "select");
    browser.until("mode === 'live' && !dropped && !moved.dropped");

    // Forgotten, it joins by the code of its address; not for ever.
    mock.forget();
    mock.drop_streams();
    joins(&mock, 2);
    browser.until("mode === 'live'");
    let token = json!({"error": "token"});
    for path in ["/-/me", "/-/stream"] {
        mock.room().instead.insert(path.into(), (403, token.clone()));
    }
    mock.drop_streams();
    says(&mut browser, "codeNote", "not known any more");
    joins(&mock, 3);
    quiet(&mut browser, &mock);
}

#[test]
fn sent_away_it_stays_away() {
    let Some((mock, mut browser)) = joined("en") else { return };
    for path in ["/-/me", "/-/stream", "/-/hand"] {
        mock.room().instead.insert(path.into(), (410, json!({"error": "bye"})));
    }
    click(&mut browser, "#hand");
    says(&mut browser, "trouble", "The teacher has sent you away");
    let before = mock.room().asked.len();
    std::thread::sleep(Duration::from_secs(2));
    // Not when it is loaded again either.
    browser.open(&mock.url("/KXTR"));
    says(&mut browser, "trouble", "The teacher has sent you away");
    browser.value(
        "dispatchEvent(new Event('online')); document.dispatchEvent(new Event('visibilitychange'))",
    );
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(mock.room().asked.len(), before);
    assert_eq!(browser.value("document.getElementById('act').offsetHeight"), json!(0));
    mock.room().instead.clear();
    click(&mut browser, "#again");
    says(&mut browser, "fd", "fd 9");
    assert_eq!(mock.count("POST /-/join"), 2);

    click(&mut browser, "#bye");
    says(&mut browser, "trouble", "You have left the class.");
    tools::until_within(Duration::from_secs(5), "bye", || {
        (mock.count("POST /-/bye") == 1).then_some(())
    });
    quiet(&mut browser, &mock);
}

#[test]
fn a_server_that_is_gone_and_a_telephone_without_a_network_are_told_apart() {
    let Some((mock, mut browser)) = joined("en") else { return };
    mock.room().gone = true;
    mock.drop_streams();
    says(&mut browser, "trouble", "The teacher’s computer cannot be reached");
    says(&mut browser, "old", "Not up to date: as of");
    says(&mut browser, "hand", "not connected");
    click(&mut browser, "#hand");
    browser.until("tries >= 3");
    mock.room().gone = false;
    browser.until("mode === 'live'");
    assert_eq!((mock.count("POST /-/join"), mock.count("POST /-/hand")), (1, 0));

    let network = |browser: &mut Browser, offline: bool| {
        let network = json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        browser.ask("Network.emulateNetworkConditions", &network);
    };
    network(&mut browser, true);
    says(&mut browser, "trouble", "You are offline: this telephone has no network");
    network(&mut browser, false);
    browser.until("mode === 'live' && document.getElementById('trouble').textContent === ''");

    // Long without a beat, it is dead; in a loop that is paused, it is not.
    let silent = "life = now() - 46000";
    mock.tell(&json!({"pace": "paused"}));
    says(&mut browser, "paused", "paused the loop");
    let before = mock.count("GET /-/me");
    mock.room().held.push("/-/me".into());
    browser.value(silent);
    says(&mut browser, "old", "as of 4");
    says(&mut browser, "trouble", "the loop is paused");
    assert_eq!((browser.value("mode"), mock.count("GET /-/me")), (json!("live"), before + 1));
    mock.room().state["pace"] = json!("run");
    mock.release();
    let streams = mock.count("GET /-/stream");
    browser.value(silent);
    tools::until_within(Duration::from_secs(8), "a new stream", || {
        (mock.count("GET /-/stream") > streams).then_some(())
    });
    browser.until("mode === 'live'");
    quiet(&mut browser, &mock);
}

#[test]
fn what_others_wrote_stays_text() {
    let Some((mock, mut browser)) = joined("en") else { return };
    let hostile = "<img src=x onerror=alert(1)>\u{202e}{fd}[open]</p><script>alert(2)</script>";
    let both = json!({"en": hostile, "zh": hostile});
    mock.room().question =
        json!({"id": 4, "round": 1, "title": both, "text": both, "options": [both, both]});
    mock.tell(&json!({"nick": hostile, "server": hostile, "last": {"call": hostile, "fd": 9, "bytes": 1, "ago": 0}}));
    mock.tell(&asks(&json!({"votes": [1, 2], "measured": both, "open": false})));
    for id in ["server", "last", "title", "text", "options", "measured"] {
        says(&mut browser, id, hostile);
    }
    click(&mut browser, "summary");
    assert_eq!(browser.value("document.getElementById('nick').value"), json!(hostile));
    assert_eq!(
        browser.value("document.querySelectorAll('img, script:not([nonce])').length"),
        json!(0)
    );

    // A name goes as it is, and not one that is too long.
    browser.value("document.getElementById('nick').value = 'a'.repeat(13)");
    click(&mut browser, "#name button");
    says(&mut browser, "nickNote", "cannot be a nickname");
    browser.value("document.getElementById('nick').value = 'Ann & 安'");
    click(&mut browser, "#name button");
    says(&mut browser, "nickNote", "Saved.");
    assert!(mock.room().asked.last().unwrap().ends_with("&nick=Ann+%26+%E5%AE%89"));
    quiet(&mut browser, &mock);
}

#[test]
fn it_fits_a_small_telephone_and_a_finger() {
    let Some((mock, mut browser)) = joined("en") else { return };
    mock.room().question = question();
    mock.tell(&json!({"others": [[11, 31], [1012, 4_000_000]], "recording": true, "muted": true, "pace": "paused",
        "last": {"call": "epoll_ctl", "fd": 1012, "bytes": null, "ago": 5200}, "hand": {"place": 2, "since": 400},
        "served": {"times": 3, "after": 34000, "ago": 200}, "burst": {"id": 3, "pressed": false}}));
    mock.tell(&asks(&json!({})));
    says(&mut browser, "text", "Where");
    click(&mut browser, "summary");
    for shown in [false, true] {
        if shown {
            mock.tell(&asks(
                &json!({"votes": [1, 2, 3], "first": [3, 2, 1], "right": 1, "open": false}),
            ));
            browser.until("document.querySelectorAll('.bar').length === 6");
        }
        for width in [320, 390] {
            browser.resize((width, 700));
            for _ in 0..2 {
                click(&mut browser, "#language");
                let wide = format!(
                    "[...document.querySelectorAll('body *')].filter((one) => one.id !== 'say' && \
                    one.getBoundingClientRect().right > {width} + .5).map((one) => one.id || one.tagName)"
                );
                assert_eq!(browser.value(&wide), json!([]));
                assert_eq!(browser.value("document.documentElement.scrollWidth"), json!(width));
                let small = "[...document.querySelectorAll('button, input, summary')].filter((one) => one.offsetParent && \
                    (one.offsetHeight < 44 || one.offsetWidth < 44)).map((one) => one.id || one.tagName)";
                assert_eq!(browser.value(small), json!([]));
            }
        }
    }
    quiet(&mut browser, &mock);
}

#[test]
fn it_says_when_a_lesson_has_the_projected_server_to_itself() {
    let Some((mock, mut browser)) = joined("en") else { return };
    says(&mut browser, "count", "connections 53");
    // The same name, but another server: the connection was not dropped by the teacher.
    for (name, value) in [("beside", json!(true)), ("open", Value::Null), ("rate", Value::Null)] {
        mock.room().state[name] = value;
    }
    mock.room().fd = 16_390;
    mock.drop_streams();
    says(&mut browser, "fd", "fd 16390");
    says(&mut browser, "why", "connected to another one beside it");
    says(&mut browser, "moved", "You were fd 9, you are fd 16390 now");
    assert!(!text(&mut browser, "moved").contains("dropped"));
    assert_eq!(text(&mut browser, "count"), "students 50 · hands 0");
    assert!(text(&mut browser, "say").contains("beside it"), "it is read out");
    quiet(&mut browser, &mock);
}

#[test]
fn axe_finds_nothing_in_it() {
    let Some(engine) = axe::engine() else { return };
    for language in ["en", "zh-CN"] {
        let Some((mock, mut browser)) = joined(language) else { return };
        axe::finds_nothing(&engine, &mut browser, "joined");
        mock.room().question = question();
        mock.tell(&json!({"pace": "paused", "muted": true, "recording": true,
            "screen": true, "hand": {"place": 2, "since": 3400}, "hidden": true,
            "asks": asks(&json!({"mine": 1}))["asks"]}));
        browser.until("document.querySelectorAll('#options button').length === 3");
        browser.value("document.querySelector('details').open = true");
        axe::finds_nothing(&engine, &mut browser, "asked");
        let votes = json!({"open": false, "mine": 1, "votes": [1, 20, 10], "first": [5, 15, 11], "right": 2,
            "measured": {"en": "recv", "zh": "recv"}});
        mock.tell(&json!({"asks": asks(&votes)["asks"], "burst": {"id": 3, "pressed": false}, "hand": null}));
        browser.until("document.querySelectorAll('.bar').length === 6");
        axe::finds_nothing(&engine, &mut browser, "votes shown, everybody to press");
        let Some((_mock, mut browser)) = opened("/abcd", language) else { return };
        browser.until("!document.getElementById('door').hidden");
        axe::finds_nothing(&engine, &mut browser, "door");
    }
}
