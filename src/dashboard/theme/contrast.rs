//! That the built-in themes can be read: by the contrast of WCAG 2.2 (1.4.3 for text, 1.4.11 for
//! lines), in the depths whose shades are known.
//!
//! Of the sixteen of ANSI each terminal has its own shades. Those of xterm and of Linux's console are
//! held to the least for large text: on them a theme's hues are few, and its text bold or plain.

use ratatui::style::{Color, Modifier};

use super::look::{BUILT_IN, ROLES};
use super::shade::rgb;
use super::*;

const TEXT: f64 = 4.5;
const LINES: f64 = 3.0;
const BLACK: [u8; 3] = [0; 3];
const WHITE: [u8; 3] = [255; 3];

fn luminance(rgb: [u8; 3]) -> f64 {
    let linear = |byte: u8| {
        let part = f64::from(byte) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [r, g, b] = rgb.map(linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

/// Every role that is not told well enough from what it stands on: on the theme's own background, and
/// on the terminal's where `auto` leaves it, which is as dark, or as light.
fn too_faint(palette: Palette, depth: Depth, shade: impl Fn(Color) -> [u8; 3]) -> Vec<String> {
    let theme = Theme::new(palette, false).shown_in(depth, true);
    let text = theme.style(Role::Text);
    let own = shade(text.bg.unwrap());
    let terminals = match palette {
        Palette::Dark => BLACK,
        Palette::Light => WHITE,
        Palette::Projector | Palette::Mono => own,
    };
    let mut all = Vec::new();
    for (name, role) in ROLES {
        let style = theme.style(role);
        let letters = shade(style.fg.or(text.fg).unwrap());
        let least = match (role, depth) {
            (Role::Border, _) | (_, Depth::Sixteen) => LINES,
            _ => TEXT,
        };
        for ground in [own, terminals] {
            let ground = style.bg.map_or(ground, &shade);
            let found = contrast(letters, ground);
            if found < least {
                all.push(format!("{palette:?} {depth:?} {name}: {found:.2} on {ground:02x?}"));
            }
        }
    }
    all
}

#[test]
fn contrast_is_that_of_wcag() {
    assert!((contrast(BLACK, WHITE) - 21.0).abs() < 0.001);
    // The grey that is just enough on white, and the next one.
    assert!(contrast([0x76; 3], WHITE) > TEXT && contrast([0x77; 3], WHITE) < TEXT);
}

#[test]
fn what_is_read_is_told_from_its_background() {
    let known = |color| rgb(color).unwrap();
    let mut all = Vec::new();
    for palette in [Palette::Dark, Palette::Light, Palette::Projector] {
        for depth in [Depth::True, Depth::Indexed] {
            all.extend(too_faint(palette, depth, known));
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn it_is_with_sixteen_colours() {
    // Of xterm (its XTerm-col.ad), and of Linux's console (drivers/tty/vt/vt.c).
    const XTERM: [u32; 16] = [
        0x00_00_00, 0xcd_00_00, 0x00_cd_00, 0xcd_cd_00, 0x00_00_ee, 0xcd_00_cd, 0x00_cd_cd,
        0xe5_e5_e5, 0x7f_7f_7f, 0xff_00_00, 0x00_ff_00, 0xff_ff_00, 0x5c_5c_ff, 0xff_00_ff,
        0x00_ff_ff, 0xff_ff_ff,
    ];
    const CONSOLE: [u32; 16] = [
        0x00_00_00, 0xaa_00_00, 0x00_aa_00, 0xaa_55_00, 0x00_00_aa, 0xaa_00_aa, 0x00_aa_aa,
        0xaa_aa_aa, 0x55_55_55, 0xff_55_55, 0x55_ff_55, 0xff_ff_55, 0x55_55_ff, 0xff_55_ff,
        0x55_ff_ff, 0xff_ff_ff,
    ];
    const ORDER: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    let mut all = Vec::new();
    for shades in [XTERM, CONSOLE] {
        let shade = |color| {
            let at = ORDER.iter().position(|other| *other == color).unwrap();
            let [_, r, g, b] = shades[at].to_be_bytes();
            [r, g, b]
        };
        for palette in [Palette::Dark, Palette::Light, Palette::Projector] {
            all.extend(too_faint(palette, Depth::Sixteen, shade));
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn mono_leaves_all_colours_to_the_terminal() {
    for depth in [Depth::Sixteen, Depth::Indexed, Depth::True] {
        let theme = Theme::new(Palette::Mono, false).shown_in(depth, true);
        for (name, role) in ROLES {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{name}");
        }
    }
}

#[test]
fn each_built_in_theme_says_how_every_role_looks() {
    for (at, (palette, text)) in BUILT_IN.into_iter().enumerate() {
        assert_eq!(palette as usize, at);
        let table = toml::de::DeTable::parse(text).unwrap().into_inner();
        let mut named: Vec<_> = table.keys().map(|key| key.get_ref().to_string()).collect();
        let mut wanted: Vec<_> = ROLES.map(|(name, _)| name.to_owned()).into();
        if palette != Palette::Mono {
            wanted.push(look::BACKGROUND.to_owned());
        }
        named.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(named, wanted, "{palette:?}");
        for (name, value) in &table {
            assert!(Change::read(name.get_ref(), value).is_ok(), "{palette:?}: {name:?}");
        }
    }
    for (at, (_, role)) in ROLES.into_iter().enumerate() {
        assert_eq!(role as usize, at);
    }
}

#[test]
fn what_is_selected_is_told_from_what_is_not_whatever_its_colours() {
    let table = toml::de::DeTable::parse("selected = { text = 1, reversed = false }").unwrap();
    let table = table.into_inner();
    let (name, value) = table.iter().next().unwrap();
    let changes = [Change::read(name.get_ref(), value).unwrap()];
    let style = Theme::new(Palette::Dark, false).with(&changes).style(Role::Selected);
    assert_eq!(style.fg, Some(Color::Red));
    assert!(style.add_modifier.contains(Modifier::REVERSED));
}
