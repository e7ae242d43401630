//! The one owner of colours, emphasis and glyphs: panels name a role, never a colour.
//!
//! Every role differs from its neighbours by more than colour: modifiers, glyphs and words carry
//! the same meaning, so `mono` and `NO_COLOR` lose nothing.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use crate::telemetry::{ConnState, Kind};

/// The built-in themes; `auto` is resolved to one of them before a [`Theme`] is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Palette {
    /// Light text on a dark terminal.
    #[default]
    Dark,
    /// Dark text on a light terminal.
    Light,
    /// For a projector: strong contrast, bold, few hues.
    Projector,
    /// No colour at all: the terminal's own, with bold, dim and reverse.
    Mono,
}

/// What the operator asked for with `--theme`.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ThemeChoice {
    /// Ask the terminal; no colours under `NO_COLOR`.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// High contrast, for a projector.
    Projector,
    /// No colours.
    Mono,
}

impl ThemeChoice {
    /// The palette to use. `is_dark` asks the terminal, which takes a moment: only where it
    /// decides something. A terminal that does not answer counts as dark.
    #[must_use]
    pub fn resolve(self, no_color: bool, is_dark: impl FnOnce() -> Option<bool>) -> Palette {
        match self {
            Self::Auto if no_color => Palette::Mono,
            Self::Auto if is_dark() == Some(false) => Palette::Light,
            Self::Auto | Self::Dark => Palette::Dark,
            Self::Light => Palette::Light,
            Self::Projector => Palette::Projector,
            Self::Mono => Palette::Mono,
        }
    }
}

/// What a piece of the screen means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the roles are their names")]
pub enum Role {
    Text,
    /// Less important: units, labels, what is over.
    Dim,
    /// Titles, the name of the program.
    Title,
    Border,
    /// The border of the panel that has the keyboard.
    Focus,
    /// The selected row.
    Selected,
    /// A key in the key bar and the help.
    Key,
    Good,
    Warn,
    Bad,
    /// Belongs to the kernel's side of the loop panel.
    Kernel,
    /// Belongs to the program's side.
    Program,
    /// A chart's line or bar.
    Chart,
    /// A client of our own.
    Ours,
}

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
#[derive(Clone, Copy)]
struct Shade {
    rgb: u32,
    indexed: u8,
    ansi: Color,
}

const fn shade(rgb: u32, indexed: u8, ansi: Color) -> Shade {
    Shade { rgb, indexed, ansi }
}

impl Shade {
    fn at(self, depth: Depth) -> Color {
        match depth {
            Depth::Sixteen => self.ansi,
            Depth::Indexed => Color::Indexed(self.indexed),
            Depth::True => Color::from_u32(self.rgb),
        }
    }
}

/// Each is told from the background at a glance, which ANSI's blue on black is not; what has to be
/// read is in none that a terminal's own theme makes as dark as its background, as it may bright
/// black.
mod dark {
    use super::{Color, Shade, shade};

    pub(super) const GROUND: Shade = shade(0x14_17_1c, 233, Color::Black);
    pub(super) const TEXT: Shade = shade(0xd8_de_e9, 253, Color::Gray);
    pub(super) const DIM: Shade = shade(0x9a_a5_b1, 247, Color::Gray);
    pub(super) const BORDER: Shade = shade(0x5c_67_73, 241, Color::DarkGray);
    pub(super) const CYAN: Shade = shade(0x5f_d7_d7, 80, Color::Cyan);
    pub(super) const YELLOW: Shade = shade(0xff_d1_66, 221, Color::Yellow);
    pub(super) const GREEN: Shade = shade(0x8f_d6_94, 114, Color::Green);
    pub(super) const RED: Shade = shade(0xff_6b_6b, 203, Color::LightRed);
    pub(super) const VIOLET: Shade = shade(0xd3_a4_ff, 183, Color::LightMagenta);
    pub(super) const BLUE: Shade = shade(0x82_aa_ff, 111, Color::LightBlue);
}

/// The same on paper.
mod light {
    use super::{Color, Shade, shade};

    pub(super) const GROUND: Shade = shade(0xfb_fa_f7, 231, Color::White);
    pub(super) const TEXT: Shade = shade(0x1f_23_28, 235, Color::Black);
    pub(super) const DIM: Shade = shade(0x57_60_6a, 241, Color::Black);
    pub(super) const BORDER: Shade = shade(0x8c_95_9f, 246, Color::DarkGray);
    pub(super) const BLUE: Shade = shade(0x05_50_ae, 25, Color::Blue);
    pub(super) const VIOLET: Shade = shade(0x82_50_df, 92, Color::Magenta);
    pub(super) const GREEN: Shade = shade(0x11_63_29, 22, Color::Green);
    pub(super) const BROWN: Shade = shade(0x7d_4e_00, 94, Color::Red);
    pub(super) const RED: Shade = shade(0xa4_0e_26, 124, Color::Red);
    pub(super) const TEAL: Shade = shade(0x00_5f_5f, 24, Color::Blue);
}

/// Styles and glyphs for one terminal.
#[derive(Clone, Debug)]
pub struct Theme {
    palette: Palette,
    ascii: bool,
    passive: bool,
    depth: Depth,
    paints: bool,
}

impl Theme {
    /// A theme; `ascii` where the terminal's character set is not UTF-8.
    #[must_use]
    pub fn new(palette: Palette, ascii: bool) -> Self {
        Self { palette, ascii, passive: false, depth: Depth::default(), paints: false }
    }

    /// The same in that many colours; `paints` its own background, rather than leaving the
    /// terminal's, which may be another than the palette is made for.
    #[must_use]
    pub fn shown_in(self, depth: Depth, paints: bool) -> Self {
        Self { depth, paints, ..self }
    }

    /// The same, for panels that only show: no key goes to one, and nothing in it is selected.
    #[must_use]
    pub fn passive(&self) -> Self {
        Self { passive: true, ..self.clone() }
    }

    /// Whether panels only show.
    #[must_use]
    pub fn is_passive(&self) -> bool {
        self.passive
    }

    /// Whether only ASCII may be drawn.
    #[must_use]
    pub fn ascii(&self) -> bool {
        self.ascii
    }

    /// Which palette it was made from.
    #[must_use]
    pub fn palette(&self) -> Palette {
        self.palette
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        use Role as R;
        let plain = Style::new();
        let bold = Modifier::BOLD;
        // Under `mono` no colour is set at all: a colour beside REVERSED would lose the reverse
        // where crossterm obeys NO_COLOR.
        match self.palette {
            Palette::Mono => match role {
                R::Text | R::Chart | R::Program | R::Border => plain,
                R::Dim => plain.add_modifier(Modifier::DIM),
                R::Title | R::Focus | R::Key | R::Good | R::Kernel => plain.add_modifier(bold),
                R::Warn => plain.add_modifier(Modifier::UNDERLINED),
                R::Bad => plain.add_modifier(bold | Modifier::UNDERLINED),
                R::Selected => plain.add_modifier(Modifier::REVERSED),
                R::Ours => plain.add_modifier(Modifier::ITALIC),
            },
            Palette::Dark => match role {
                R::Text => self.ground(plain, dark::TEXT, dark::GROUND),
                R::Dim => plain.fg(dark::DIM.at(self.depth)),
                R::Border => plain.fg(dark::BORDER.at(self.depth)),
                R::Title => plain.fg(dark::CYAN.at(self.depth)).add_modifier(bold),
                R::Selected => plain.add_modifier(Modifier::REVERSED),
                R::Key => plain.fg(dark::YELLOW.at(self.depth)).add_modifier(bold),
                R::Good => plain.fg(dark::GREEN.at(self.depth)),
                R::Warn => plain.fg(dark::YELLOW.at(self.depth)),
                R::Bad => plain.fg(dark::RED.at(self.depth)).add_modifier(bold),
                R::Kernel => plain.fg(dark::VIOLET.at(self.depth)),
                R::Focus | R::Program | R::Chart => plain.fg(dark::CYAN.at(self.depth)),
                R::Ours => plain.fg(dark::BLUE.at(self.depth)),
            },
            Palette::Light => match role {
                R::Text => self.ground(plain, light::TEXT, light::GROUND),
                R::Dim => plain.fg(light::DIM.at(self.depth)),
                R::Border => plain.fg(light::BORDER.at(self.depth)),
                R::Title => plain.fg(light::BLUE.at(self.depth)).add_modifier(bold),
                R::Selected => plain.add_modifier(Modifier::REVERSED),
                R::Key => plain.fg(light::VIOLET.at(self.depth)).add_modifier(bold),
                R::Good => plain.fg(light::GREEN.at(self.depth)),
                R::Warn => plain.fg(light::BROWN.at(self.depth)).add_modifier(bold),
                R::Bad => plain.fg(light::RED.at(self.depth)).add_modifier(bold),
                R::Kernel => plain.fg(light::VIOLET.at(self.depth)),
                R::Program | R::Chart => plain.fg(light::TEAL.at(self.depth)),
                R::Focus | R::Ours => plain.fg(light::BLUE.at(self.depth)),
            },
            Palette::Projector => match role {
                R::Text | R::Border | R::Dim => plain.fg(Color::White).bg(Color::Black),
                R::Title | R::Focus | R::Key => {
                    plain.fg(Color::LightYellow).bg(Color::Black).add_modifier(bold)
                }
                R::Selected => plain.fg(Color::Black).bg(Color::White).add_modifier(bold),
                R::Good | R::Program | R::Chart => {
                    plain.fg(Color::LightGreen).bg(Color::Black).add_modifier(bold)
                }
                R::Warn => plain.fg(Color::LightYellow).bg(Color::Black).add_modifier(bold),
                R::Bad => plain.fg(Color::White).bg(Color::Red).add_modifier(bold),
                R::Kernel | R::Ours => {
                    plain.fg(Color::LightCyan).bg(Color::Black).add_modifier(bold)
                }
            },
        }
    }

    /// Text on the palette's own background, or as the terminal has it.
    fn ground(&self, style: Style, text: Shade, ground: Shade) -> Style {
        if self.paints { style.fg(text.at(self.depth)).bg(ground.at(self.depth)) } else { style }
    }

    /// The style of an event's kind.
    #[must_use]
    pub fn kind(&self, kind: Kind) -> Style {
        self.style(match kind {
            Kind::EpollWait
            | Kind::EpollCtl
            | Kind::EpollCreate
            | Kind::Listen
            | Kind::Select
            | Kind::Poll
            | Kind::Nap
            | Kind::Parked => Role::Kernel,
            Kind::Accept | Kind::Resume | Kind::Started | Kind::Switched | Kind::Set => Role::Good,
            Kind::Recv | Kind::Send | Kind::Sendfile | Kind::Input | Kind::Woken => Role::Program,
            Kind::Close | Kind::Closed | Kind::Shutdown | Kind::Connect | Kind::Refused => {
                Role::Warn
            }
            Kind::Rest | Kind::Missed | Kind::Unreadable | Kind::Handler => Role::Bad,
            Kind::Request
            | Kind::Response
            | Kind::Data
            | Kind::Pace
            | Kind::Handled
            | Kind::Round
            | Kind::Queued
            | Kind::Typed => Role::Text,
            Kind::Setsockopt
            | Kind::Open
            | Kind::Openat
            | Kind::Stat
            | Kind::Read
            | Kind::Getdents
            | Kind::Wait4
            | Kind::Ended => Role::Dim,
        })
    }

    /// The style of a connection's state.
    #[must_use]
    pub fn state(&self, state: ConnState) -> Style {
        self.style(match state {
            ConnState::New | ConnState::Idle => Role::Text,
            ConnState::Reading | ConnState::Handling => Role::Program,
            ConnState::Writing => Role::Kernel,
            ConnState::Lingering => Role::Warn,
            ConnState::Closed => Role::Dim,
        })
    }

    /// The border of a panel.
    #[must_use]
    pub fn border(&self) -> border::Set<'static> {
        const ASCII: border::Set<'static> = border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        };
        if self.ascii { ASCII } else { border::ROUNDED }
    }

    /// The border of the panel that has the keyboard: thicker, so that it differs without colour.
    #[must_use]
    pub fn focus_border(&self) -> border::Set<'static> {
        const ASCII: border::Set<'static> = border::Set {
            top_left: "#",
            top_right: "#",
            bottom_left: "#",
            bottom_right: "#",
            vertical_left: "#",
            vertical_right: "#",
            horizontal_top: "=",
            horizontal_bottom: "=",
        };
        if self.ascii { ASCII } else { border::THICK }
    }

    /// One of two spellings of a glyph; both must be equally wide where columns depend on it.
    #[must_use]
    pub fn glyph(&self, utf8: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { utf8 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_the_colours_that_it_has() {
        assert_eq!(Depth::of("truecolor", "xterm"), Depth::True);
        assert_eq!(Depth::of("", "xterm-256color"), Depth::Indexed);
        assert_eq!(Depth::of("", "linux"), Depth::Sixteen);
        let theme = |depth, paints| Theme::new(Palette::Dark, false).shown_in(depth, paints);
        assert_eq!(theme(Depth::True, false).style(Role::Ours).fg, Some(Color::Rgb(130, 170, 255)));
        assert_eq!(theme(Depth::Indexed, false).style(Role::Ours).fg, Some(Color::Indexed(111)));
        assert_eq!(theme(Depth::Sixteen, false).style(Role::Ours).fg, Some(Color::LightBlue));
        assert_eq!(theme(Depth::True, false).style(Role::Text), Style::new());
        assert_eq!(theme(Depth::True, true).style(Role::Text).bg, Some(Color::Rgb(20, 23, 28)));
    }

    #[test]
    fn what_has_to_be_read_is_not_in_bright_black_nor_blue() {
        let roles = [
            Role::Text,
            Role::Dim,
            Role::Title,
            Role::Key,
            Role::Good,
            Role::Warn,
            Role::Bad,
            Role::Kernel,
            Role::Program,
            Role::Ours,
        ];
        for role in roles {
            let style = Theme::new(Palette::Dark, false).style(role);
            let dark = [Some(Color::DarkGray), Some(Color::Blue), Some(Color::Black)];
            assert!(!dark.contains(&style.fg), "{role:?}");
        }
    }

    #[test]
    fn the_terminal_is_only_asked_where_it_decides() {
        let never = || panic!("asked");
        assert_eq!(ThemeChoice::Light.resolve(true, never), Palette::Light);
        assert_eq!(ThemeChoice::Auto.resolve(true, never), Palette::Mono);
        assert_eq!(ThemeChoice::Auto.resolve(false, || Some(false)), Palette::Light);
        assert_eq!(ThemeChoice::Auto.resolve(false, || None), Palette::Dark);
    }
}
