//! A colour in each depth, and how it is written: `"#82aaff"`, `"light-blue"`, `111`.

use ratatui::style::Color;
use toml::de::DeValue;

/// How many colours a terminal shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Depth {
    /// The sixteen of ANSI, whose shades are the terminal's own.
    #[default]
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// 24 bits for each.
    True,
}

impl Depth {
    /// By what the terminal says of itself in `COLORTERM` and `TERM`.
    #[must_use]
    pub fn of(colorterm: &str, term: &str) -> Self {
        match colorterm {
            "truecolor" | "24bit" => Self::True,
            _ if term.ends_with("-direct") => Self::True,
            _ if term.contains("256color") => Self::Indexed,
            _ => Self::Sixteen,
        }
    }
}

/// A colour in each depth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shade {
    full: Color,
    indexed: Color,
    ansi: Color,
}

/// The sixteen, as settings name them, with the shades that xterm has for them.
const ANSI: [(&str, Color, u32); 16] = [
    ("black", Color::Black, 0x00_00_00),
    ("red", Color::Red, 0xcd_00_00),
    ("green", Color::Green, 0x00_cd_00),
    ("yellow", Color::Yellow, 0xcd_cd_00),
    ("blue", Color::Blue, 0x00_00_ee),
    ("magenta", Color::Magenta, 0xcd_00_cd),
    ("cyan", Color::Cyan, 0x00_cd_cd),
    ("gray", Color::Gray, 0xe5_e5_e5),
    ("dark-gray", Color::DarkGray, 0x7f_7f_7f),
    ("light-red", Color::LightRed, 0xff_00_00),
    ("light-green", Color::LightGreen, 0x00_ff_00),
    ("light-yellow", Color::LightYellow, 0xff_ff_00),
    ("light-blue", Color::LightBlue, 0x5c_5c_ff),
    ("light-magenta", Color::LightMagenta, 0xff_00_ff),
    ("light-cyan", Color::LightCyan, 0x00_ff_ff),
    ("white", Color::White, 0xff_ff_ff),
];
/// The colour that the terminal has anyway.
const TERMINAL: &str = "terminal";

impl Shade {
    /// The colour that a value of TOML writes, or for 24 bits, 256 and 16 colours one each.
    #[must_use]
    pub fn read(value: &DeValue<'_>) -> Option<Self> {
        let Some(list) = value.as_array() else { return one(value).map(Self::of) };
        let mut each = list.iter().map(|value| one(value.get_ref()));
        let (full, indexed, ansi) = (each.next()??, each.next()??, each.next()??);
        let fits = !matches!(indexed, Color::Rgb(..))
            && !matches!(ansi, Color::Rgb(..) | Color::Indexed(_));
        (fits && each.next().is_none()).then_some(Self { full, indexed, ansi })
    }

    /// That one where the terminal shows it, else what is nearest to it.
    fn of(full: Color) -> Self {
        let ansi = || {
            let rgb = rgb(full)?;
            let far = |(_, _, other): &&(_, _, u32)| distance(rgb, bytes(*other));
            ANSI.iter().min_by_key(far).map(|(_, color, _)| *color)
        };
        let indexed = || {
            let Color::Rgb(r, g, b) = full else { return None };
            let far = |at: &u8| distance([r, g, b], xterm(*at));
            (16..=255).min_by_key(far).map(Color::Indexed)
        };
        Self { full, indexed: indexed().unwrap_or(full), ansi: ansi().unwrap_or(full) }
    }

    /// The colour in that depth.
    #[must_use]
    pub fn at(self, depth: Depth) -> Color {
        match depth {
            Depth::Sixteen => self.ansi,
            Depth::Indexed => self.indexed,
            Depth::True => self.full,
        }
    }

    /// The names that a colour can have.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ANSI.iter().map(|(name, ..)| *name).chain([TERMINAL])
    }
}

/// A single colour.
fn one(value: &DeValue<'_>) -> Option<Color> {
    match value {
        DeValue::String(text) if text == TERMINAL => Some(Color::Reset),
        DeValue::String(text) => match text.strip_prefix('#') {
            Some(digits) => {
                let whole = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
                let rgb = u32::from_str_radix(digits, 16).ok().filter(|_| whole)?;
                let [r, g, b] = bytes(rgb);
                Some(Color::Rgb(r, g, b))
            }
            None => ANSI.iter().find(|(name, ..)| name == text).map(|(_, color, _)| *color),
        },
        DeValue::Integer(number) => {
            let at = u8::from_str_radix(number.as_str(), number.radix()).ok()?;
            // The first sixteen are those of ANSI.
            Some(ANSI.get(usize::from(at)).map_or(Color::Indexed(at), |(_, color, _)| *color))
        }
        _ => None,
    }
}

/// What a colour looks like; of one whose shade is the terminal's own it is not known.
pub(super) fn rgb(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(at @ 16..) => Some(xterm(at)),
        _ => None,
    }
}

/// Those of the 256 that every terminal shows alike: a cube of 6×6×6, and 24 greys.
fn xterm(at: u8) -> [u8; 3] {
    const STEPS: [u8; 6] = [0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff];
    if at >= 232 {
        return [8 + (at - 232) * 10; 3];
    }
    let at = usize::from(at.saturating_sub(16));
    [STEPS[at / 36], STEPS[at / 6 % 6], STEPS[at % 6]]
}

fn bytes(rgb: u32) -> [u8; 3] {
    let [_, r, g, b] = rgb.to_be_bytes();
    [r, g, b]
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    let apart = |(a, b): (u8, u8)| u32::from(a.abs_diff(b)).pow(2);
    one.into_iter().zip(other).map(apart).sum()
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    fn read(text: &str) -> Option<Shade> {
        let table = DeTable::parse(text).unwrap().into_inner();
        Shade::read(table.values().next().unwrap().get_ref())
    }

    fn depths(text: &str) -> Option<[Color; 3]> {
        let shade = read(text)?;
        Some([Depth::True, Depth::Indexed, Depth::Sixteen].map(|depth| shade.at(depth)))
    }

    #[test]
    fn a_colour_falls_back_to_the_nearest_that_there_is() {
        let (indexed, rgb) = (Color::Indexed, Color::Rgb);
        assert_eq!(depths("a = '#5fd7d7'"), Some([rgb(95, 215, 215), indexed(80), Color::Cyan]));
        assert_eq!(depths("a = '#FE0102'"), Some([rgb(254, 1, 2), indexed(196), Color::LightRed]));
        assert_eq!(depths("a = '#626262'"), Some([rgb(98, 98, 98), indexed(241), Color::DarkGray]));
        assert_eq!(depths("a = 111"), Some([indexed(111), indexed(111), Color::LightBlue]));
        assert_eq!(depths("a = 0x6f"), depths("a = 111"));
        assert_eq!(depths("a = 9"), Some([Color::LightRed; 3]));
        assert_eq!(depths("a = 'light-red'"), depths("a = 9"));
        assert_eq!(depths("a = 'terminal'"), Some([Color::Reset; 3]));
        let each = Some([rgb(1, 2, 3), indexed(80), Color::Green]);
        assert_eq!(depths("a = ['#010203', 80, 'green']"), each);
    }

    #[test]
    fn what_is_no_colour_is_none() {
        for text in [
            "256",
            "-1",
            "1.0",
            "true",
            "''",
            "'#12345'",
            "'#1234567'",
            "'#+12345'",
            "'#12345é'",
            "'Red'",
            "[]",
            "[1, 2]",
            "[1, 2, 3, 4]",
            "['#000000', '#000000', 0]",
            "[1, 2, 16]",
        ] {
            assert_eq!(read(&format!("a = {text}")), None, "{text}");
        }
    }

    #[test]
    fn the_256_are_those_of_xterm() {
        assert_eq!((xterm(16), xterm(231)), ([0; 3], [255; 3]));
        assert_eq!((xterm(232), xterm(255)), ([8; 3], [238; 3]));
        assert_eq!((xterm(111), xterm(203)), ([0x87, 0xaf, 0xff], [0xff, 0x5f, 0x5f]));
    }
}
