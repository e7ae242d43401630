//! A class: the real program in a terminal, and telephones in Chromium, each with cookies, storage and
//! connections of its own.

#[path = "common/axe.rs"]
mod axe;
#[path = "common/chromium.rs"]
mod chromium;
#[path = "common/terminal.rs"]
mod terminal;
#[path = "common/tools.rs"]
mod tools;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use chromium::Browser;
use serde_json::json;
use terminal::Terminal;

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");
/// A telephone's pixels.
const SIZE: (u32, u32) = (390, 844);
const TELEPHONES: usize = 12;

/// The screen as a camera sees it, in grey: a PGM picture.
fn photograph(terminal: &Terminal) -> Vec<u8> {
    let (wide, high) = (8, 16);
    let grey = |colour: vt100::Color, plain: u8| match colour {
        vt100::Color::Rgb(r, g, b) => {
            u8::try_from((u32::from(r) + u32::from(g) + u32::from(b)) / 3).unwrap()
        }
        vt100::Color::Idx(0 | 16) => 0,
        vt100::Color::Idx(7 | 15 | 231) => 255,
        _ => plain,
    };
    terminal.with_screen(|screen| {
        let (rows, columns) = screen.size();
        let [rows, columns] = [rows, columns].map(u16::from);
        let mut picture =
            format!("P5\n{} {}\n255\n", usize::from(columns) * wide, usize::from(rows) * high)
                .into_bytes();
        for row in 0..rows {
            for y in 0..high {
                for column in 0..columns {
                    let cell = screen.cell(row, column).unwrap();
                    let (front, back) = (grey(cell.fgcolor(), 200), grey(cell.bgcolor(), 20));
                    let upper = y < high / 2;
                    let inked = match cell.contents() {
                        "█" => true,
                        "▀" => upper,
                        "▄" => !upper,
                        _ => false,
                    };
                    picture.extend(std::iter::repeat_n(if inked { front } else { back }, wide));
                }
            }
        }
        picture
    })
}

/// What a camera reads off the screen.
fn scanned(terminal: &Terminal) -> Option<String> {
    let mut file = tempfile::Builder::new().suffix(".pgm").tempfile().unwrap();
    file.write_all(&photograph(terminal)).unwrap();
    let told = Command::new("zbarimg")
        .args(["--raw", "-q", "--nodbus", file.path().to_str().unwrap()])
        .stderr(Stdio::null())
        .output()
        .expect("zbarimg, of the package zbar-tools, is installed");
    let text = String::from_utf8(told.stdout).unwrap();
    (!text.is_empty()).then(|| text.trim().to_owned())
}

/// A class that is open, and the address that its code has.
fn open(size: (u16, u16), more: &[&str]) -> (Terminal, String) {
    let options = ["--class", "--bind", "127.0.0.1", "--port", "0", "--yes"];
    let terminal = Terminal::start(PROGRAM, size, &[&options[..], more].concat());
    terminal.see("join code");
    let url = scanned(&terminal).expect("a camera reads it");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert!(terminal.text().contains(&url), "it can be typed too");
    (terminal, url)
}

fn click(browser: &mut Browser, selector: &str) {
    browser.value(&format!("document.querySelector({}).click()", json!(selector)));
}

fn text(browser: &mut Browser, id: &str) -> String {
    let text = browser.value(&format!("document.getElementById('{id}').textContent"));
    text.as_str().unwrap().to_owned()
}

/// Opens the class's page on so many telephones.
fn join(browser: &mut Browser, url: &str, telephones: usize) {
    for _ in 0..telephones {
        browser.telephone(SIZE);
        browser.open(url);
        browser.until("document.getElementById('fd').textContent !== ''");
    }
}

#[test]
fn twelve_telephones_are_a_class() {
    if !tools::has("chromium") || !tools::has("zbarimg") {
        return;
    }
    let (mut terminal, url) = open((120, 36), &["--server", "epoll"]);
    let mut browser = Browser::start(SIZE, "en");
    join(&mut browser, &url, TELEPHONES);
    terminal.press("\x1b");
    terminal.gone("join code");
    terminal.press("9");
    terminal.see("12 in");
    // Each is told which connection it is: all of them different ones, which the table has.
    let mut fds = std::collections::BTreeSet::new();
    for telephone in 0..TELEPHONES {
        browser.turn_to(telephone);
        let fd = text(&mut browser, "fd");
        assert!(fds.insert(fd.clone()), "{fd} twice");
    }
    // A hand, which the loop serves as any other request, and then the teacher.
    browser.turn_to(4);
    click(&mut browser, "#hand");
    browser.until("document.getElementById('queue').textContent.includes('1')");
    browser.until("/ms/.test(document.getElementById('result').textContent)");
    terminal.see("1 hand up");
    browser.turn_to(7);
    click(&mut browser, "#hand");
    browser.until("document.getElementById('queue').textContent.includes('2')");
    let screen = terminal.see("2 hands up");
    assert!(screen.matches('✋').count() >= 4, "in the table and in the panel\n{screen}");
    terminal.press(".");
    browser.turn_to(4);
    browser.until("document.getElementById('served').textContent !== ''");
    browser.turn_to(7);
    browser.until("document.getElementById('queue').textContent.includes('1')");
    terminal.see("1 hand up");
    // All at once.
    terminal.press("B");
    for telephone in 0..TELEPHONES {
        browser.turn_to(telephone);
        browser.until("document.getElementById('hand').textContent.includes('Press now')");
        click(&mut browser, "#hand");
    }
    terminal.see("epoll: 12 presses");
    terminal.see("12 telephones waited");
    // Under each of the nine the same students are there again, on other connections.
    for (key, server) in [
        ("1", "blocking"),
        ("2", "processes"),
        ("3", "threads"),
        ("4", "coroutines"),
        ("5", "scan"),
        ("6", "select"),
        ("7", "poll"),
        ("9", "epoll-et"),
        ("8", "epoll"),
    ] {
        terminal.press("v");
        terminal.see("who waits for what");
        terminal.press(key);
        for telephone in 0..TELEPHONES {
            browser.turn_to(telephone);
            browser.until(&format!(
                "state && state.server === '{server}' && document.getElementById('old').textContent === ''"
            ));
            let why = text(&mut browser, "why");
            assert_eq!(
                !why.is_empty(),
                matches!(server, "blocking" | "processes"),
                "{server}: {why}"
            );
        }
        terminal.see("12 in");
        browser.turn_to(2);
        for _ in 0..2 {
            let before = browser.value("!!state.hand");
            click(&mut browser, "#hand");
            browser.until(&format!("!!state.hand !== {before} && !flights.has('hand')"));
        }
    }
    // To end a sleeping accept its listener is shut down for a moment: whoever comes then is refused, and
    // reset who waits.
    let real = |complaint: &&String| {
        !complaint.contains("net::ERR_CONNECTION_REFUSED")
            && !complaint.contains("net::ERR_CONNECTION_RESET")
    };
    assert_eq!(browser.complaints.iter().find(real), None);
    let host = url.rsplit_once('/').unwrap().0;
    let outside = |asked: &&String| {
        !asked.starts_with(host) && !asked.starts_with("data:") && *asked != "about:blank"
    };
    assert_eq!(browser.asked.iter().find(outside), None);
    terminal.press("qy");
    assert!(terminal.exit().success());
    terminal.assert_restored();
}

/// The lines of the projected screen, as a telephone shows them.
fn projected(browser: &mut Browser) -> String {
    let lines = browser.value(
        "[...document.querySelectorAll('#screen div')].map((line) => line.textContent.trimEnd()).join('\\n')",
    );
    lines.as_str().unwrap().to_owned()
}

#[test]
fn the_back_row_sees_the_projected_screen_when_it_may() {
    if !tools::has("chromium") || !tools::has("zbarimg") {
        return;
    }
    let (mut terminal, url) = open((80, 24), &["--theme", "dark"]);
    terminal.press("\x1b");
    terminal.gone("join code");
    let mut browser = Browser::start(SIZE, "en");
    join(&mut browser, &url, 1);
    for hidden in [true, false, true] {
        browser.until(&format!("document.getElementById('screen').hidden === {hidden}"));
        terminal.press("#");
    }
    terminal.press("#");
    let host = url.rsplit_once('/').unwrap().0;
    browser.open(&format!("{host}/-/screen"));
    browser.until("document.getElementById('link').textContent.includes('just now')");
    terminal.press("#");
    browser.until("document.getElementById('link').textContent === '' && document.querySelectorAll('#screen div').length === 24");
    terminal.press("7");
    browser.until("document.getElementById('screen').textContent.includes('7 costs')");
    if let Some(engine) = axe::engine() {
        axe::finds_nothing(&engine, &mut browser, "the projected screen");
    }
    // The same as on the projector, once both stand still.
    terminal.press("p");
    terminal.see("PAUSED");
    browser.until("document.getElementById('screen').textContent.includes('PAUSED')");
    terminal.press("f");
    terminal.see("FROZEN");
    browser.until("document.getElementById('screen').textContent.includes('FROZEN')");
    let theirs = projected(&mut browser);
    let still = |line: &&str| line.starts_with('╭') || line.starts_with('│');
    let same = terminal.text().lines().filter(still).filter(|line| theirs.contains(*line)).count();
    assert!(same > 12, "{same} lines are the same\n{theirs}\n{}", terminal.text());
    terminal.press("#");
    browser.until("document.getElementById('link').textContent.includes('just now')");
    let real = |complaint: &&String| !complaint.contains("Failed to load resource");
    assert_eq!(browser.complaints.iter().find(real), None);
}

#[test]
fn a_telephone_is_dropped_and_sent_away_and_offline() {
    if !tools::has("chromium") || !tools::has("zbarimg") {
        return;
    }
    let (mut terminal, url) = open((120, 36), &["--server", "epoll"]);
    terminal.press("\x1b");
    terminal.gone("join code");
    let mut browser = Browser::start(SIZE, "zh-CN");
    join(&mut browser, &url, 2);
    browser.turn_to(0);
    click(&mut browser, "#hand");
    browser.until("!!state.hand");
    let (before, token) = (text(&mut browser, "fd"), browser.value("kept.token"));
    let before = before.replace("fd ", "");
    // Dropped by the table's own key: the connection that is told is the student's first.
    terminal.press(&format!("1/fd:{before}\r"));
    terminal.until("the row of the telephone", |screen| {
        screen.lines().any(|line| line.contains('▸') && line.contains("student 1"))
    });
    terminal.press("x");
    browser.until("document.getElementById('moved').textContent !== ''");
    browser.until("mode === 'live' && document.getElementById('old').textContent === ''");
    assert_eq!(browser.value("kept.token"), token, "the same student");
    terminal.press("\x1b");
    browser.until("!!state.hand && state.student === 1");
    terminal.see("2 open");
    // Offline, and back.
    let network = |offline: bool| json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    browser.ask("Network.emulateNetworkConditions", &network(true));
    browser.value("document.dispatchEvent(new Event('visibilitychange'))");
    browser.until("!navigator.onLine && document.getElementById('trouble').textContent !== ''");
    browser.ask("Network.emulateNetworkConditions", &network(false));
    browser.until("mode === 'live' && document.getElementById('trouble').textContent === ''");
    // A name: on the projector, until it is hidden.
    browser.value("document.querySelector('details').open = true");
    browser.value("document.getElementById('nick').value = '\u{674e}\u{5c0f}\u{660e}<b>\u{202e}'");
    browser.value("document.getElementById('name').requestSubmit()");
    terminal.see("\u{674e}\u{5c0f}\u{660e}");
    assert!(!terminal.text().contains('\u{202e}'));
    terminal.press("1g");
    terminal.press("U");
    terminal.gone("\u{674e}\u{5c0f}\u{660e}");
    // Sent away: it stays away.
    let first = terminal.until("the first row is a student's", |screen| {
        screen.lines().any(|line| line.contains('▸') && line.contains("student"))
    });
    let first = first.lines().find(|line| line.contains('▸')).unwrap().contains("student 1");
    terminal.press("Z");
    browser.turn_to(usize::from(!first));
    browser.until("document.getElementById('again').offsetHeight > 0");
    terminal.see("1 open");
    terminal.press("q");
    assert!(terminal.exit().success());
}

#[test]
fn a_lesson_has_the_server_to_itself_and_the_class_votes_while_its_loop_stands() {
    if !tools::has("chromium") || !tools::has("zbarimg") {
        return;
    }
    let (mut terminal, url) = open((120, 36), &["--server", "epoll"]);
    let mut browser = Browser::start(SIZE, "en");
    join(&mut browser, &url, 3);
    terminal.press("\x1b");
    terminal.gone("join code");
    terminal.see("3 open");
    // The fifth lesson: its second step asks while the loop is held, and somebody waits to be accepted.
    terminal.press("Q");
    terminal.see("epoll's two lists");
    terminal.press("jjjj\r");
    terminal.see("Lesson 5");
    terminal.see("n go on");
    terminal.press("n");
    terminal.see("0 of 3 have answered");
    assert!(terminal.see("PAUSED").contains("Lesson 5"));
    let beside = "state && state.beside && state.server === 'epoll' && state.open === null \
                  && document.getElementById('why').textContent.includes('beside it')";
    for telephone in 0..3 {
        browser.turn_to(telephone);
        browser.until(beside);
        browser.until("document.querySelectorAll('#options button').length > 0");
        click(&mut browser, "#options li:first-child button");
        browser.until("state.asks && state.asks.mine === 0");
        terminal.see(&format!("{} of 3 have answered", telephone + 1));
    }
    // Its clients alone are in the picture, and what it claims is what is measured.
    terminal.press("n");
    terminal.see("the listener. A has no fd here yet; 1 waits in the accept queue.");
    terminal.see("3 for 1; 0 for 2; 0 for 3, right");
    // What most of them voted is what the class expected; and it is not asked again.
    assert!(terminal.see("expected  1").contains("the class"));
    assert!(!terminal.text().contains("V votes"));
    let rows = terminal.text();
    let mut rows = rows.lines().filter(|line| line.starts_with('┃'));
    assert!(rows.all(|row| !row.contains("student") || row.contains('×')), "{}", terminal.text());
    browser.until("document.getElementById('measured').textContent.includes('1 waits')");
    // A hand is the class's while the loop stands, too.
    click(&mut browser, "#hand");
    browser.until("!!state.hand");
    terminal.press("9");
    terminal.see("3 in, 1 hand up");
    terminal.see("another server beside it");
    terminal.press(".");
    terminal.gone("1 hand up");
    terminal.press("B");
    terminal.see("not while a lesson is given");
    // Students are not in the table now: the panel has them.
    terminal.press("M");
    terminal.see("no student is selected");
    terminal.press("jj");
    terminal.see("▸2");
    terminal.press("M");
    terminal.see("student 2: muted");
    terminal.see("▸2 ∅");
    terminal.press("M");
    terminal.see("student 2: heard again");
    // When it is left, the same students are at the server that is shown.
    terminal.press("Q");
    terminal.see("epoll's two lists");
    terminal.press("Q");
    terminal.gone("Lesson 5");
    for telephone in 0..3 {
        browser.turn_to(telephone);
        browser.until("state && !state.beside && mode === 'live' && state.open !== null");
    }
    terminal.see("3 in");
    terminal.see("epoll");
    click(&mut browser, "#hand");
    browser.until("!!state.hand");
    assert!(terminal.see("1 hand up").contains(&url), "where they join");
    assert_eq!(browser.complaints, [""; 0]);
    terminal.press("qy");
    assert!(terminal.exit().success());
    terminal.assert_restored();
}

#[test]
fn a_class_is_let_in_while_the_server_runs() {
    if !tools::has("zbarimg") || !tools::has("ss") {
        return;
    }
    let servers =
        ["blocking", "processes", "threads", "coroutines", "scan", "select", "poll", "epoll"];
    for server in [&servers[..], &["epoll-et"]].concat() {
        let options = ["--port", "0", "--server", server, "--demo", "idle=1"];
        let mut terminal = Terminal::start(PROGRAM, (120, 36), &options);
        let before = terminal.see("1 open");
        let own = before.split("http://127.0.0.1:").nth(1).unwrap();
        let port: String = own.chars().take_while(char::is_ascii_digit).collect();
        // Nobody is let in before, and not without a yes.
        if server != "blocking" {
            let none = ask(&port, "GET", "/-/me");
            assert!(none.starts_with("HTTP/1.1 404"), "{none}");
        }
        terminal.press("Y");
        let asked = terminal.see("Let a class in?");
        assert!(asked.contains("closed."), "{asked}");
        terminal.press("n");
        terminal.gone("Let a class in?");
        if server != "blocking" {
            assert!(ask(&port, "GET", "/KXTR").starts_with("HTTP/1.1 404"));
        }
        terminal.press("Y");
        terminal.see("Let a class in?");
        terminal.press("y");
        terminal.see("join code");
        tools::until_within(Duration::from_secs(5), "listening on all addresses alone", || {
            let listens = Command::new("ss").args(["-Hltn"]).output().unwrap();
            let listens = String::from_utf8(listens.stdout).unwrap();
            let at = |ip: &str| listens.contains(&format!(" {ip}:{port} "));
            (at("0.0.0.0") && !at("127.0.0.1")).then_some(())
        });
        // Where the machine is in a network; by its loopback address else.
        let url = scanned(&terminal);
        let code = url.as_ref().map(|url| url.rsplit_once('/').unwrap().1.to_owned());
        let code = code.unwrap_or_else(|| "AAAA".into());
        let joined = ask(&port, "POST", &format!("/-/join?code={code}"));
        if url.is_some() {
            assert!(joined.contains(&format!(r#""server":"{server}""#)), "{joined}");
            terminal.see("1 is in");
            terminal.press("\x1b");
            terminal.gone("join code");
            let screen = terminal.see(url.as_deref().unwrap());
            assert!(screen.contains("0.0.0.0:"), "{screen}");
            // The client of its own has come back; one that is silent is not kept where it holds all.
            if server != "blocking" {
                terminal.see("1 open");
            }
        } else {
            assert!(joined.starts_with("HTTP/1.1 403"), "{joined}");
        }
        terminal.press("qy");
        assert!(terminal.exit().success());
    }
}

/// What is answered to a request that a telephone might send.
fn ask(port: &str, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let head = "Host: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close";
    write!(stream, "{method} {path} HTTP/1.1\r\n{head}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
