//! Makes the pictures of the README: runs the real program in a terminal, presses keys, and
//! writes what stands on the screen to `assets/*.svg`.
//!
//!     cargo build --release && cargo run --release --example pictures
//!
//! Needs python3 and nginx. With names behind it (`-- run attach`) it makes these alone.

#[path = "../tests/common/terminal.rs"]
mod terminal;

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use epollscope::telemetry::ServerKind;
use epollscope::textbook::Listing;
use rustix::process::{Pid, Signal, kill_process};
use terminal::Terminal;

const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 12.0;

/// The sixteen colours, the foreground and the background of a terminal.
struct Palette {
    named: [&'static str; 16],
    text: &'static str,
    paper: &'static str,
}

const DARK: Palette = Palette {
    named: [
        "#16181d", "#e05a5a", "#62c073", "#d8b04a", "#5b95e5", "#c07ad8", "#4fb8c8", "#d0d4da",
        "#7a818c", "#ff7b7b", "#86e095", "#ffd56b", "#84b6ff", "#e0a0f5", "#7ce5f0", "#ffffff",
    ],
    text: "#d0d4da",
    paper: "#101216",
};

const LIGHT: Palette = Palette {
    named: [
        "#1b1d22", "#b3261e", "#1b6e2c", "#7a5200", "#1a4fa3", "#7b2d91", "#00616e", "#c9ccd1",
        "#5c626b", "#c9342b", "#23863a", "#946400", "#2762c4", "#9539ae", "#007484", "#ffffff",
    ],
    text: "#1b1d22",
    paper: "#fcfcfd",
};

/// A language that the pictures are in.
struct Spoken {
    /// As `--lang` takes it.
    name: &'static str,
    /// What the name of a picture ends in.
    ending: &'static str,
    /// What the header says of a loop that is held.
    paused: &'static str,
    /// What a load says while it goes on.
    loaded: &'static str,
}

const SPOKEN: [Spoken; 2] = [
    Spoken { name: "en", ending: "", paused: "PAUSED", loaded: "under load: " },
    Spoken { name: "zh", ending: ".zh", paused: "已暂停", loaded: "负载进行中：" },
];

fn main() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/release/epollscope");
    let program = program.to_str().expect("a path in UTF-8");
    assert!(Path::new(program).exists(), "build it first: cargo build --release");
    for spoken in &SPOKEN {
        pictures(program, spoken);
    }
}

fn pictures(program: &str, spoken: &Spoken) {
    let start = |size, options: &[&str]| {
        Terminal::start(program, size, &[options, &["--lang", spoken.name]].concat())
    };
    let demo = |size, theme, server, clients| {
        let options = ["--port", "0", "--theme", theme, "--demo", clients, "--server", server];
        let terminal = start(size, &options);
        terminal.port();
        terminal.see("GET");
        terminal
    };
    let shoot = |terminal: &Terminal, name: &str, palette| shoot(terminal, name, spoken, palette);

    if wanted("dashboard") {
        let wide = demo((120, 36), "dark", "epoll-et", "14");
        std::thread::sleep(Duration::from_secs(6));
        shoot(&wide, "dashboard", &DARK);
    }
    // Level-triggered, of which everything can be seen.
    if wanted("paused") {
        let mut held = demo((120, 36), "dark", "epoll", "14");
        std::thread::sleep(Duration::from_secs(6));
        held.press("p");
        held.see(spoken.paused);
        std::thread::sleep(Duration::from_secs(2));
        held.press("s");
        std::thread::sleep(Duration::from_millis(500));
        held.press("s");
        std::thread::sleep(Duration::from_millis(500));
        shoot(&held, "paused", &DARK);
    }
    if wanted("code") {
        let mut code = demo((120, 36), "dark", "epoll", "14");
        std::thread::sleep(Duration::from_secs(4));
        code.press("8p");
        code.see(spoken.paused);
        code.press("s");
        std::thread::sleep(Duration::from_millis(500));
        code.press("s");
        std::thread::sleep(Duration::from_millis(500));
        shoot(&code, "code", &DARK);
    }
    // A wrong prediction, and what was measured.
    if wanted("lesson") {
        let mut lesson = start((80, 24), &["lesson", "6", "--", "--port", "0", "--theme", "dark"]);
        lesson.until("A is there, and nothing is under way", |screen| {
            screen.contains("▶▸A") && screen.lines().nth(2).is_some_and(|line| !line.contains('◷'))
        });
        for _ in 0..2 {
            lesson.press("n");
            lesson.see("1–3");
            lesson.press("1n");
            lesson.see("✗");
        }
        shoot(&lesson, "lesson", &DARK);
    }
    // Its name is in the picture.
    let folder = Path::new("/tmp/demo");
    std::fs::create_dir_all(folder).expect("a folder");
    if wanted("run") {
        traced(program, folder, spoken);
    }
    if wanted("attach") {
        looked_at(program, folder, spoken);
    }
    std::fs::remove_dir_all(folder).expect("nobody else has it");
    if wanted("light-80x24") {
        let small = demo((80, 24), "light", "epoll-et", "14");
        std::thread::sleep(Duration::from_secs(4));
        shoot(&small, "light-80x24", &LIGHT);
    }
    if wanted("seats") {
        let mut seats = demo((120, 36), "dark", "poll", "300");
        std::thread::sleep(Duration::from_secs(4));
        seats.press("6z");
        std::thread::sleep(Duration::from_secs(1));
        shoot(&seats, "seats", &DARK);
    }
    if wanted("split") {
        let options = ["compare", "poll", "epoll", "--split", "--idle", "900", "--theme", "dark"];
        let split = start((120, 36), &[&options[..], &["--seconds", "12"]].concat());
        split.see(spoken.loaded);
        std::thread::sleep(Duration::from_secs(6));
        split.see(spoken.loaded);
        shoot(&split, "split", &DARK);
    }
}

/// Whether that picture is to be made.
fn wanted(name: &str) -> bool {
    let mut names = std::env::args().skip(1).peekable();
    names.peek().is_none() || names.any(|wanted| wanted == name)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port()
}

/// A Python program under the scope, held before a call, with its own source.
fn traced(program: &str, folder: &Path, spoken: &Spoken) {
    let file = folder.join("server.py");
    std::fs::write(&file, Listing::of(ServerKind::Epoll).text()).expect("the listing");
    std::fs::write(folder.join("index.html"), "<p>Hello.").expect("a page");
    let (port, file) = (free_port().to_string(), file.display().to_string());
    let folder = folder.display().to_string();
    let options = ["run", "--theme", "dark", "--lang", spoken.name, "--"];
    let server = ["python3", &file, &port, &folder];
    let mut run = Terminal::start(program, (120, 36), &[&options[..], &server].concat());
    run.see(&format!("127.0.0.1:{port}"));
    run.press("C");
    std::thread::sleep(Duration::from_secs(4));
    run.press("8p");
    run.see(spoken.paused);
    for _ in 0..2 {
        std::thread::sleep(Duration::from_secs(1));
        run.press("s");
    }
    std::thread::sleep(Duration::from_secs(1));
    shoot(&run, "run", spoken, &DARK);
}

/// nginx, looked at from outside: two workers, clients that say nothing and one that asks.
fn looked_at(program: &str, folder: &Path, spoken: &Spoken) {
    let (port, at) = (free_port(), folder.display());
    let settings = format!(
        "daemon off; worker_processes 2; pid {at}/nginx.pid; error_log {at}/error.log;\n\
         events {{ worker_connections 64; }}\n\
         http {{ access_log off; server {{ listen 127.0.0.1:{port}; root {at}; }} }}\n"
    );
    let file = folder.join("nginx.conf");
    std::fs::write(&file, settings).expect("its settings");
    let mut nginx = Command::new("nginx").arg("-c").arg(&file).spawn().expect("nginx is installed");
    let connect = || loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(client) => break client,
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    let mut clients: Vec<TcpStream> = (0..9).map(|_| connect()).collect();
    for client in &mut clients[..5] {
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").expect("it listens");
    }
    let number = nginx.id().to_string();
    let options = ["attach", "--theme", "dark", "--lang", spoken.name, &number];
    let attach = Terminal::start(program, (120, 36), &options);
    attach.see("nginx");
    std::thread::sleep(Duration::from_secs(4));
    shoot(&attach, "attach", spoken, &DARK);
    drop(attach);
    if let Some(pid) = Pid::from_raw(nginx.id().cast_signed()) {
        kill_process(pid, Signal::TERM).expect("it is there");
    }
    nginx.wait().expect("it ends");
}

fn shoot(terminal: &Terminal, name: &str, spoken: &Spoken, palette: &Palette) {
    let file = format!("assets/{name}{}.svg", spoken.ending);
    let svg = terminal.with_screen(|screen| draw(screen, palette));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
    std::fs::write(path, svg).expect("assets/ is there");
    println!("{file}");
}

/// The look of a cell.
#[derive(Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "a cell's attributes are independent")]
struct Look {
    text: String,
    paper: String,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
}

fn look(cell: &vt100::Cell, palette: &Palette) -> Look {
    let mut text = colour(cell.fgcolor(), palette, palette.text);
    let mut paper = colour(cell.bgcolor(), palette, palette.paper);
    if cell.inverse() {
        std::mem::swap(&mut text, &mut paper);
    }
    Look {
        text,
        paper,
        bold: cell.bold(),
        dim: cell.dim(),
        italic: cell.italic(),
        underline: cell.underline(),
    }
}

fn colour(colour: vt100::Color, palette: &Palette, default: &str) -> String {
    match colour {
        vt100::Color::Default => default.to_owned(),
        vt100::Color::Idx(i @ 0..16) => palette.named[usize::from(i)].to_owned(),
        vt100::Color::Idx(i @ 16..232) => {
            let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            let (r, g, b) = ((i - 16) / 36, (i - 16) / 6 % 6, (i - 16) % 6);
            format!("#{:02x}{:02x}{:02x}", level(r), level(g), level(b))
        }
        vt100::Color::Idx(i) => {
            let grey = 8 + 10 * (i - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
        vt100::Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}

fn draw(screen: &vt100::Screen, palette: &Palette) -> String {
    let (rows, cols) = screen.size();
    let (rows, cols) = (rows.get(), cols.get());
    let width = f64::from(cols) * CELL.0 + 2.0 * MARGIN;
    let height = f64::from(rows) * CELL.1 + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n\
         <g font-family=\"DejaVu Sans Mono, Menlo, Consolas, Noto Sans Mono CJK SC, \
         Noto Sans CJK SC, PingFang SC, Microsoft YaHei, monospace\" \
         font-size=\"14\">\n",
        palette.paper
    );
    for row in 0..rows {
        let y = MARGIN + f64::from(row) * CELL.1;
        let mut col = 0;
        while col < cols {
            let Some(first) = screen.cell(row, col) else { break };
            let style = look(first, palette);
            let begin = col;
            let mut words: Vec<Word> = Vec::new();
            while let Some(cell) = screen.cell(row, col).filter(|c| look(c, palette) == style) {
                let cells = 1 + u16::from(cell.is_wide());
                add(&mut words, cell.contents(), col, cells);
                col += cells;
            }
            span(&mut svg, &style, &words, (begin, col, y), palette);
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// Letters of one width without a blank: each picture is drawn by other fonts, some programs take
/// several blanks as one, and so each word has its own place.
struct Word {
    text: String,
    /// The columns from which to which it goes.
    from: u16,
    to: u16,
    /// Of a letter.
    cells: u16,
}

fn add(words: &mut Vec<Word>, letter: &str, col: u16, cells: u16) {
    if letter.trim().is_empty() {
        return;
    }
    match words.last_mut() {
        Some(word) if word.to == col && word.cells == cells => {
            word.text.push_str(letter);
            word.to += cells;
        }
        _ => words.push(Word { text: letter.to_owned(), from: col, to: col + cells, cells }),
    }
}

/// Cells that look alike, from one column to another.
fn span(
    svg: &mut String,
    style: &Look,
    words: &[Word],
    (from, to, y): (u16, u16, f64),
    palette: &Palette,
) {
    let x = |col: u16| MARGIN + f64::from(col) * CELL.0;
    let length = |from: u16, to: u16| f64::from(to - from) * CELL.0;
    // Writing to a String cannot fail.
    if style.paper != palette.paper {
        let _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{}\" fill=\"{}\"/>",
            x(from),
            length(from, to),
            CELL.1,
            style.paper
        );
    }
    let mut attributes = String::new();
    for (set, attribute) in [
        (style.bold, " font-weight=\"bold\""),
        (style.dim, " opacity=\"0.65\""),
        (style.italic, " font-style=\"italic\""),
        (style.underline, " text-decoration=\"underline\""),
    ] {
        if set {
            attributes.push_str(attribute);
        }
    }
    for word in words {
        let text = word.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" fill=\"{}\"{attributes}>{text}</text>",
            x(word.from),
            y + 14.0,
            length(word.from, word.to),
            style.text
        );
    }
}
