//! The page that plays a recording, in Chromium.

#[path = "common/chromium.rs"]
mod chromium;
#[path = "common/tools.rs"]
mod tools;

use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;

use chromium::Browser;
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");

fn export(options: &[&str], into: &Path) {
    let done = Command::new(PROGRAM)
        .args(["export", "-o", into.to_str().unwrap()])
        .args(options)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{said}");
}

/// The picture on the page, line by line as a reader sees it.
fn screen(browser: &mut Browser) -> Vec<String> {
    let lines = "[...document.querySelectorAll('#screen div')].map((line) => line.textContent)";
    let lines = browser.value(lines);
    lines.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}

fn parser((columns, rows): (u16, u16)) -> vt100::Parser {
    let [columns, rows] = [columns, rows].map(|count| NonZeroU16::new(count).unwrap());
    vt100::Parser::new(rows, columns, 0)
}

/// What stands on a terminal of that size after a recording for asciinema.
fn played(cast: &Path, (columns, rows): (u16, u16)) -> Vec<String> {
    let text = std::fs::read_to_string(cast).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let header = lines.next().unwrap();
    assert_eq!(
        (&header["version"], &header["width"], &header["height"]),
        (&json!(2), &json!(columns), &json!(rows))
    );
    let mut terminal = parser((columns, rows));
    let mut time = 0.0;
    for event in lines {
        let at = event[0].as_f64().unwrap();
        assert!(at >= time && event[1] == "o", "{event}");
        time = at;
        terminal.process(event[2].as_str().unwrap().as_bytes());
    }
    let screen = terminal.screen();
    let line = |row: u16| {
        let cell = |column: u16| match screen.cell(row, column).unwrap() {
            cell if cell.is_wide_continuation() => String::new(),
            cell if cell.has_contents() => cell.contents().to_string(),
            _ => " ".into(),
        };
        (0..columns).map(cell).collect()
    };
    (0..rows).map(line).collect()
}

fn at(browser: &mut Browser) -> i64 {
    browser.value("Number(document.getElementById('time').value)").as_i64().unwrap()
}

fn opened(file: &Path, size: (u32, u32), language: &str) -> Browser {
    let mut browser = Browser::start(size, language);
    browser.open(&format!("file://{}", file.display()));
    browser.until("reel && at === 0");
    browser
}

#[test]
fn a_page_plays_a_recording_as_the_terminal_showed_it() {
    if !tools::has("chromium") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("first.html");
    export(&["first-client", "--to", "html", "--size", "100x30"], &page);
    let mut browser = opened(&page, (1200, 800), "en");

    // Its last picture is the one that a terminal has got, which shows the keys below it.
    browser.press("End");
    let last = screen(&mut browser);
    let cast = folder.path().join("first.cast");
    export(&["first-client", "--to", "cast", "--size", "100x31"], &cast);
    assert_eq!(last, played(&cast, (100, 31))[..30]);
    assert_eq!(last.len(), 30);
    assert!(last.iter().all(|line| line.chars().count() == 100), "{last:#?}");
    assert!(last[0].contains("first-client") && last[0].contains("REPLAY 20 s"), "{}", last[0]);
    assert!(last.iter().any(|line| line.contains("3 event stream")), "{last:#?}");

    // Step by step back and forth: the same pictures, and another at each step.
    let mut back = vec![screen(&mut browser)];
    for _ in 0..8 {
        browser.press("[");
        back.push(screen(&mut browser));
    }
    assert!(back.windows(2).all(|pair| pair[0] != pair[1]));
    let mut forth = vec![screen(&mut browser)];
    for _ in 0..7 {
        browser.press("ArrowRight");
        forth.push(screen(&mut browser));
    }
    back.reverse();
    assert_eq!(back[..8], forth);

    // By turns there are fewer.
    browser.press("Home");
    assert_eq!(at(&mut browser), 0);
    browser.press("]");
    let call = at(&mut browser);
    browser.press("}");
    assert!(at(&mut browser) > call && call > 0);

    // The slider goes anywhere, and there stands what was there on the way.
    let to = at(&mut browser);
    let there = screen(&mut browser);
    let slide = |to: i64| {
        format!(
            "(() => {{ const t = document.getElementById('time'); t.value = {to}; t.oninput(); }})()"
        )
    };
    browser.value(&slide(to + 90));
    browser.value(&slide(to));
    assert_eq!(screen(&mut browser), there);

    // It plays to its end by itself, as fast as is asked for.
    browser.value("document.getElementById('speed').value = '100'; document.getElementById('speed').onchange()");
    browser.press("Home");
    browser.press("p");
    browser.until("!playing && at === reel.frames.length - 1");
    assert_eq!(screen(&mut browser), last);

    assert_eq!(browser.complaints, [""; 0]);
    assert_eq!(
        browser
            .asked
            .iter()
            .filter(|url| !url.starts_with("file:") && !url.starts_with("data:"))
            .count(),
        0
    );
}

#[test]
fn asciinema_plays_a_cast() {
    if !(tools::has("asciinema") && tools::has("script")) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let cast = folder.path().join("first.cast");
    export(&["first-client", "--to", "cast", "--speed", "2"], &cast);
    // It wants a terminal, and writes all of it at once.
    let told = format!("asciinema cat {}", cast.display());
    let told = Command::new("script").args(["-qec", &told, "/dev/null"]).output().unwrap();
    assert!(told.status.success(), "{told:?}");
    let mut terminal = parser((120, 36));
    terminal.process(&told.stdout);
    let lines = played(&cast, (120, 36));
    assert!(lines[0].contains("RECORDING, at 20 s of 20 s"), "{lines:#?}");
    assert_eq!(terminal.screen().contents().lines().next().unwrap(), lines[0].trim_end());
}

#[test]
fn it_speaks_both_languages_in_light_and_dark_and_fits_a_telephone() {
    if !tools::has("chromium") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("drain.html");
    export(&["no-drain", "--to", "html", "--size", "80x24", "--until", "3"], &page);
    let mut browser = opened(&page, (390, 844), "zh-CN");
    browser.press("End");
    let chinese = screen(&mut browser);
    let cast = folder.path().join("drain.cast");
    export(&["no-drain", "--to", "cast", "--size", "80x25", "--until", "3", "--lang", "zh"], &cast);
    assert_eq!(chinese, played(&cast, (80, 25))[..24]);
    assert!(chinese.iter().any(|line| line.contains("事件流")), "{chinese:#?}");
    assert_eq!(browser.value("document.documentElement.lang"), json!("zh-Hans"));

    // All of it is in sight, with nothing beside it; and what is pressed is as large as a finger.
    let wide = "document.documentElement.scrollWidth <= 390 && document.querySelector('main').scrollWidth <= 390";
    assert_eq!(browser.value(wide), json!(true));
    let small = "[...document.querySelectorAll('button, select')].filter((one) => one.offsetHeight < 44 || one.offsetWidth < 44).length";
    assert_eq!(browser.value(small), json!(0));
    let unnamed = "[...document.querySelectorAll('button, select, input')].filter((one) => !one.getAttribute('aria-label')).length";
    assert_eq!(browser.value(unnamed), json!(0));
    // Columns stand below each other, also behind wide letters: the borders at the right end.
    let ends = "[...document.querySelectorAll('#screen div')].map((line) => Math.round(line.lastElementChild.getBoundingClientRect().right))";
    let ends = browser.value(ends);
    let (least, most) = bounds(&ends);
    assert!(most - least <= 1, "{ends}");

    // To be read, it is as large as text, and is moved.
    browser.value("document.getElementById('large').click()");
    let size = "parseFloat(getComputedStyle(document.getElementById('screen')).fontSize)";
    assert!(browser.value(size).as_f64().unwrap() >= 12.9);
    assert_eq!(browser.value("document.documentElement.scrollWidth <= 390"), json!(true));

    browser.value("document.getElementById('language').click()");
    browser.until("document.documentElement.lang === 'en'");
    let english = screen(&mut browser);
    assert!(english.iter().any(|line| line.contains("event stream")), "{english:#?}");

    let ground = "getComputedStyle(document.querySelector('#screen span')).backgroundColor";
    let mut seen = Vec::new();
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        seen.push(browser.value(ground));
    }
    browser.value("document.getElementById('scheme').click()");
    seen.push(browser.value(ground));
    assert!(seen[0] != seen[1] && seen[0] == seen[2], "{seen:?}");
    assert_eq!(browser.complaints, [""; 0]);
}

fn bounds(list: &Value) -> (i64, i64) {
    let all = || list.as_array().unwrap().iter().map(|one| one.as_i64().unwrap());
    (all().min().unwrap(), all().max().unwrap())
}
