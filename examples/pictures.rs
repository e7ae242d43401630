//! Makes the pictures of the README: runs the real program in a terminal, presses keys, and
//! writes what stands on the screen to `assets/*.svg`.
//!
//!     cargo build --release && cargo run --release --example pictures

#[path = "../tests/common/terminal.rs"]
mod terminal;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

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

fn main() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/release/epollscope");
    let program = program.to_str().expect("a path in UTF-8");
    assert!(Path::new(program).exists(), "build it first: cargo build --release");
    let start = |size, theme, server| {
        let options = ["--port", "0", "--theme", theme, "--demo", "14", "--server", server];
        let terminal = Terminal::start(program, size, &options);
        terminal.port();
        terminal
    };

    let wide = start((120, 36), "dark", "epoll-et");
    wide.see("GET");
    std::thread::sleep(Duration::from_secs(6));
    shoot(&wide, "dashboard", &DARK);

    // Level-triggered, of which everything can be seen.
    let mut held = start((120, 36), "dark", "epoll");
    held.see("GET");
    std::thread::sleep(Duration::from_secs(6));
    held.press("p");
    held.see("PAUSED");
    std::thread::sleep(Duration::from_secs(2));
    held.press("s");
    std::thread::sleep(Duration::from_millis(500));
    held.press("s");
    std::thread::sleep(Duration::from_millis(500));
    shoot(&held, "paused", &DARK);
    held.press("p");

    let small = start((80, 24), "light", "epoll-et");
    small.see("GET");
    std::thread::sleep(Duration::from_secs(4));
    shoot(&small, "light-80x24", &LIGHT);

    let options = ["--port", "0", "--theme", "dark", "--demo", "300", "--server", "poll"];
    let mut seats = Terminal::start(program, (120, 36), &options);
    seats.see("GET");
    std::thread::sleep(Duration::from_secs(4));
    seats.press("6z");
    std::thread::sleep(Duration::from_secs(1));
    shoot(&seats, "seats", &DARK);

    let options = ["compare", "poll", "epoll", "--split", "--idle", "900", "--theme", "dark"];
    let split = Terminal::start(program, (120, 36), &[&options[..], &["--seconds", "8"]].concat());
    split.see("under load: 6");
    shoot(&split, "split", &DARK);

    let mut charts = start((120, 36), "dark", "epoll-et");
    std::thread::sleep(Duration::from_secs(20));
    charts.press("4z");
    std::thread::sleep(Duration::from_secs(1));
    shoot(&charts, "charts", &DARK);
}

fn shoot(terminal: &Terminal, name: &str, palette: &Palette) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/{name}.svg"));
    let svg = terminal.with_screen(|screen| draw(screen, palette));
    std::fs::write(&path, svg).expect("assets/ is there");
    println!("assets/{name}.svg");
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
         <g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\" \
         xml:space=\"preserve\">\n",
        palette.paper
    );
    for row in 0..rows {
        let y = MARGIN + f64::from(row) * CELL.1;
        let mut col = 0;
        while col < cols {
            let Some(first) = screen.cell(row, col) else { break };
            let style = look(first, palette);
            let begin = col;
            let mut run = String::new();
            while let Some(cell) = screen.cell(row, col).filter(|c| look(c, palette) == style) {
                if !cell.is_wide_continuation() {
                    run.push_str(if cell.has_contents() { cell.contents() } else { " " });
                }
                col += 1;
            }
            let x = MARGIN + f64::from(begin) * CELL.0;
            let length = f64::from(col - begin) * CELL.0;
            span(&mut svg, &style, &run, (x, y, length), palette);
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// One run of cells that look alike.
fn span(
    svg: &mut String,
    style: &Look,
    run: &str,
    (x, y, length): (f64, f64, f64),
    palette: &Palette,
) {
    // Writing to a String cannot fail.
    if style.paper != palette.paper {
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{}\" fill=\"{}\"/>",
            CELL.1, style.paper
        );
    }
    if run.trim().is_empty() {
        return;
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
    let text = run.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" fill=\"{}\"{attributes}>{text}</text>",
        y + 14.0,
        style.text
    );
}
