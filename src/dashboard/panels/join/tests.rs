//! The box as it looks, and as a telephone sees it: in every theme, at every size, its picture is given
//! to zbarimg.

use std::net::IpAddr;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::{Keys, draw};
use crate::class::{Code, Interface, Join, Shown, Trouble, Wifi, interfaces::Kind};
use crate::dashboard::theme::{Depth, Palette, Theme};
use crate::words::{Language, walk};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];
const PALETTES: [Palette; 4] = [Palette::Dark, Palette::Light, Palette::Projector, Palette::Mono];
const DEPTHS: [Depth; 3] = [Depth::Sixteen, Depth::Indexed, Depth::True];
const KEYS: Keys<'static> = Keys { address: "Tab", wifi: "w", code: "n", close: "Esc" };
const URL: &str = "http://192.168.100.200:8080/KXTR";
const WIFI: &str = "WIFI:T:WPA;S:Room 12;P:correct horse;;";
/// What a terminal has where no colour was chosen: its letters and its ground, if it is dark.
const DARK: [u8; 2] = [0xd8, 0x14];

fn interface(name: &str, addr: &str) -> Interface {
    let addr: IpAddr = addr.parse().unwrap();
    Interface { name: name.into(), addr, kind: Kind::Wireless }
}

fn join() -> Join {
    let all = [interface("wlan0", "192.168.100.200"), interface("eth0", "10.0.0.2")];
    Join { students: 23, ..Join::new(Code::parse("KXTR").unwrap(), 8080, &all, 0) }
}

fn with_wifi() -> Join {
    Join { wifi: Some(Wifi::new("Room 12", Some("correct horse")).unwrap()), ..join() }
}

fn drawn(join: &Join, shown: Shown, (width, height): (u16, u16), theme: &Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, frame.area(), join, shown, &KEYS, theme)).unwrap();
    terminal.backend().buffer().clone()
}

fn text(join: &Join, shown: Shown, (width, height): (u16, u16), theme: &Theme) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, frame.area(), join, shown, &KEYS, theme)).unwrap();
    terminal.backend().to_string()
}

fn dark() -> Theme {
    Theme::new(Palette::Dark, false)
}

/// How bright a colour is on a terminal whose letters and ground are these. Of the sixteen, those that
/// a QR code must not have are in the middle.
fn brightness(color: Color, usual: u8) -> u8 {
    let grey = |r: u8, g: u8, b: u8| {
        let sum = u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114;
        u8::try_from(sum / 1000).unwrap()
    };
    match color {
        Color::Reset => usual,
        Color::Black | Color::Indexed(16) => 0,
        Color::White | Color::Indexed(231) => 255,
        Color::Rgb(r, g, b) => grey(r, g, b),
        _ => 128,
    }
}

/// The screen as a picture in the format PGM, of 4×8 pixels for each cell. A letter is a spot there.
fn picture(screen: &Buffer, [letters, ground]: [u8; 2]) -> Vec<u8> {
    let (width, height) = (usize::from(screen.area.width), usize::from(screen.area.height));
    let mut picture = format!("P5 {} {} 255\n", width * 4, height * 8).into_bytes();
    let shades = |cell: &Cell| {
        let shades = [brightness(cell.fg, letters), brightness(cell.bg, ground)];
        let [fg, bg] = shades;
        if cell.modifier.contains(Modifier::REVERSED) { [bg, fg] } else { [fg, bg] }
    };
    for y in 0..height * 8 {
        for x in 0..width * 4 {
            let cell = &screen.content[y / 8 * width + x / 4];
            let [fg, bg] = shades(cell);
            let (x, y) = (x % 4, y % 8);
            let is_letter = match cell.symbol() {
                "█" => true,
                "▀" => y < 4,
                "▄" => y >= 4,
                " " => false,
                _ => (1..3).contains(&x) && (2..7).contains(&y),
            };
            picture.push(if is_letter { fg } else { bg });
        }
    }
    picture
}

/// Whether zbarimg is here; in CI it must be.
fn has_zbarimg() -> bool {
    let mut command = Command::new("zbarimg");
    let works = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(
        works.is_ok() || std::env::var_os("EPOLLSCOPE_REQUIRE_TOOLS").is_none(),
        "zbarimg, of the package zbar-tools, is required here and is not installed"
    );
    if works.is_err() {
        eprintln!("skipped: zbarimg, of the package zbar-tools, is not installed");
    }
    works.is_ok()
}

/// The texts of the QR codes in a picture.
fn scanned(picture: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("screen.pgm");
    std::fs::write(&file, picture).unwrap();
    let told =
        Command::new("zbarimg").args(["--nodbus", "--raw", "-q"]).arg(file).output().unwrap();
    let mut told: Vec<_> =
        String::from_utf8(told.stdout).unwrap().lines().map(str::to_owned).collect();
    told.sort_unstable();
    told
}

/// Every theme in every depth, on its own ground and on that of a terminal that is dark or light.
fn themes() -> impl Iterator<Item = (Theme, [u8; 2], String)> {
    let grounds = [(true, DARK), (false, DARK), (false, [DARK[1], 0xf4])];
    let all = PALETTES.into_iter().flat_map(|palette| DEPTHS.map(|depth| (palette, depth)));
    all.flat_map(move |(palette, depth)| {
        grounds.map(|(paints, ground)| {
            let theme = Theme::new(palette, false).shown_in(depth, paints);
            (theme, ground, format!("{palette:?} {depth:?} paints: {paints} {ground:?}"))
        })
    })
}

#[test]
fn it_is_scanned_in_every_theme_at_every_size() {
    if !has_zbarimg() {
        return;
    }
    for (theme, ground, named) in themes() {
        for size in SIZES {
            let screen = drawn(&join(), Shown::Page, size, &theme);
            assert_eq!(scanned(&picture(&screen, ground)), [URL], "{named} {size:?}");
        }
    }
}

#[test]
fn the_hotspot_is_scanned_by_itself_or_beside_the_page() {
    if !has_zbarimg() {
        return;
    }
    for (theme, ground, named) in themes() {
        let scanned =
            |shown, size| scanned(&picture(&drawn(&with_wifi(), shown, size, &theme), ground));
        assert_eq!(scanned(Shown::Wifi, (80, 24)), [WIFI], "{named}");
        assert_eq!(scanned(Shown::Page, (80, 24)), [URL], "{named}");
        assert_eq!(scanned(Shown::Page, (120, 36)), [WIFI, URL], "{named}");
    }
    assert_eq!(
        scanned(&picture(&drawn(&with_wifi(), Shown::Wifi, (200, 50), &dark()), DARK)),
        [WIFI, URL]
    );
}

#[test]
fn long_addresses_and_odd_hotspots_are_scanned() {
    if !has_zbarimg() {
        return;
    }
    let scanned = |join: &Join, shown, size, theme: &Theme| {
        scanned(&picture(&drawn(join, shown, size, theme), DARK))
    };
    let long = "http://[2001:db8:1234:5678:9abc:def0:1234:5678]:65535/KXTR";
    let join = Join { url: Some(long.into()), ..join() };
    for size in SIZES {
        assert_eq!(scanned(&join, Shown::Page, size, &dark()), [long], "{size:?}");
    }
    for (name, password) in
        [("a;b,c:d\"e\\f", Some("\\;,:\"''$ ~")), ("教室 12", None), ("CAFE", Some("0123456789"))]
    {
        let wifi = Wifi::new(name, password).unwrap();
        let text = wifi.text();
        let join = Join { wifi: Some(wifi), url: None, ..join.clone() };
        assert_eq!(scanned(&join, Shown::Wifi, (80, 24), &dark()), [text]);
    }
    // In blanks, where there are no half blocks.
    let ascii = Theme::new(Palette::Dark, true).shown_in(Depth::Indexed, true);
    let small = Join { url: Some("http://10.0.0.2/KXTR".into()), ..join };
    assert_eq!(scanned(&small, Shown::Page, (200, 50), &ascii), ["http://10.0.0.2/KXTR"]);
    assert_eq!(scanned(&small, Shown::Page, (120, 36), &ascii), ["http://10.0.0.2/KXTR"]);
    assert_eq!(scanned(&small, Shown::Page, (80, 24), &ascii), [""; 0]);
}

/// Where the dark modules of the one code on the screen are, in columns and half rows: the first, and
/// the last.
fn dark_modules(screen: &Buffer, [black, white]: [Color; 2]) -> [(u16, u16); 2] {
    let mut all = Vec::new();
    for (at, cell) in screen.content.iter().enumerate() {
        let (x, y) = screen.pos_of(at);
        if cell.fg == black && (cell.bg == black || cell.bg == white) {
            let halves = [["▀", "█"], ["▄", "█"]];
            let halves =
                halves.into_iter().zip(0..).filter(|(set, _)| set.contains(&cell.symbol()));
            all.extend(halves.map(|(_, half)| (x, 2 * y + half)));
        }
    }
    let of = |pick: fn(&(u16, u16)) -> u16| all.iter().map(pick);
    let (x, y) = (|at: &(u16, u16)| at.0, |at: &(u16, u16)| at.1);
    [(of(x).min().unwrap(), of(y).min().unwrap()), (of(x).max().unwrap(), of(y).max().unwrap())]
}

#[test]
fn it_is_black_on_white_with_four_white_modules_around_it() {
    for (theme, _, named) in themes() {
        for (size, scale) in [((80, 24), 1), ((120, 36), 2), ((200, 50), 2)] {
            let screen = drawn(&join(), Shown::Page, size, &theme);
            let [black, white] = theme.black_and_white();
            assert_eq!([black, white].map(|color| brightness(color, 128)), [0, 255], "{named}");
            let [(left, top), (right, bottom)] = dark_modules(&screen, [black, white]);
            assert_eq!(right - left, bottom - top, "{named}");
            assert!([25 * scale, 29 * scale].contains(&(right - left + 1)), "{named} {size:?}");
            let quiet = 4 * scale;
            for y in top - quiet..=bottom + quiet {
                for x in left - quiet..=right + quiet {
                    let cell = &screen[(x, y / 2)];
                    assert!(cell.modifier.is_empty(), "{named} {x} {y}");
                    let inside = (left..=right).contains(&x) && (top..=bottom).contains(&y);
                    let drawn = if y % 2 == 0 { "▀█" } else { "▄█" };
                    let is_dark =
                        cell.bg == black || drawn.contains(cell.symbol()) && cell.fg == black;
                    assert!([black, white].contains(&cell.bg), "{named} {size:?} {x} {y}");
                    assert!(inside || !is_dark, "{named} {size:?} {x} {y}");
                }
            }
        }
    }
}

#[test]
fn a_module_is_as_large_as_there_is_room_for() {
    let wide = |size| {
        let [(left, _), (right, _)] =
            dark_modules(&drawn(&join(), Shown::Page, size, &dark()), dark().black_and_white());
        right - left + 1
    };
    assert_eq!([(80, 24), (120, 36), (200, 50)].map(wide), [29, 2 * 25, 2 * 29]);
}

/// What is on a Chinese screen of this box and no Chinese: commands, options, names.
const LATIN: [&str; 13] = [
    "sudo", "ufw", "allow", "firewall", "cmd", "add", "wifi", "name", "password", "wlan", "Room",
    "correct", "horse",
];

/// Snapshots in both languages.
#[track_caller]
fn snapshots(name: &str, join: &Join, shown: Shown, size: (u16, u16), theme: &Theme) {
    let draw = || text(join, shown, size, theme);
    walk(&LATIN, draw);
    let of = |language| format!("join_{name}_{}x{}_{language}", size.0, size.1);
    insta::assert_snapshot!(of("en"), draw());
    Language::Chinese.speak();
    let chinese = draw();
    Language::English.speak();
    insta::assert_snapshot!(of("zh"), chinese);
}

fn nobody(join: Join) -> Join {
    Join { students: 0, trouble: Some(Trouble::Nobody), ..join }
}

#[test]
fn three_sizes() {
    for size in SIZES {
        snapshots("page", &join(), Shown::Page, size, &dark());
        snapshots("wifi", &with_wifi(), Shown::Wifi, size, &dark());
        snapshots("nobody", &nobody(join()), Shown::Page, size, &dark());
    }
}

#[test]
fn little_room() {
    snapshots("nobody_wifi", &nobody(with_wifi()), Shown::Page, (80, 24), &dark());
    snapshots("page", &join(), Shown::Page, (62, 22), &dark());
    // The URL is as large as it can be where the code has no room.
    for size in [(80, 18), (40, 12)] {
        snapshots("page", &join(), Shown::Page, size, &dark());
    }
    // It has room in a window of the size that is asked for.
    assert!(text(&join(), Shown::Page, (80, 19), &dark()).contains(" 59×20"));
    for (size, fits) in [((59, 20), true), ((58, 20), false), ((59, 19), false)] {
        let screen = text(&join(), Shown::Page, size, &dark());
        assert_eq!(screen.contains("59×20"), !fits, "{screen}");
    }
    snapshots("ascii", &join(), Shown::Page, (80, 24), &Theme::new(Palette::Dark, true));
}

#[test]
fn without_a_network_there_is_nothing_to_scan_but_a_hotspot() {
    let none = Join::new(Code::parse("KXTR").unwrap(), 8080, &[], 0);
    snapshots("no_network", &none, Shown::Page, (80, 24), &dark());
    let wifi = Join { wifi: with_wifi().wifi, ..none };
    assert!(text(&wifi, Shown::Page, (80, 24), &dark()).contains('▀'));
}

#[test]
fn no_address_is_cut_nor_any_way_to_let_telephones_in() {
    let v6 = [interface("wlp0s20f3", "2001:db8:1234:5678:9abc:def0:1234:5678")];
    let v6 = Join::new(Code::parse("GWNZ").unwrap(), 8080, &v6, 0);
    for join in [join(), with_wifi(), v6].map(nobody) {
        for size in SIZES {
            let screen = text(&join, Shown::Page, size, &dark());
            assert!(!screen.contains('…'), "{screen}");
            assert!(screen.contains("well."), "{screen}");
            assert!(screen.contains("/KXTR") || screen.contains("/GWNZ"), "{screen}");
        }
    }
}

#[test]
fn urls_are_broken_where_they_are_read_in_parts() {
    let pieces = super::pieces("http://10.0.0.2:80/KXTR");
    assert_eq!(pieces, ["http://10.", "0.", "0.", "2", ":80", "/KXTR"]);
    let lines = super::broken("http://[fd00::2]:8080/KXTR", 10, ratatui::style::Style::new());
    let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["http://[fd", "00::2]", ":8080/KXTR"]);
}

proptest! {
    #[test]
    fn it_is_drawn_at_any_size(
        width in 0u16..220,
        height in 0u16..60,
        (ascii, wifi, comes) in any::<(bool, bool, bool)>(),
        name in "\\PC{1,10}",
    ) {
        let mut join = if wifi { with_wifi() } else { join() };
        join.interface = Some(interface(&name, "10.0.0.1"));
        let join = if comes { join } else { nobody(join) };
        drawn(&join, Shown::Wifi, (width, height), &Theme::new(Palette::Projector, ascii));
    }
}
