//! The one owner of colours, emphasis and glyphs: panels name a role, never a colour.
//!
//! Every role differs from its neighbours by more than colour: modifiers, glyphs and words carry
//! the same meaning, so `mono` and `NO_COLOR` lose nothing.

#[cfg(test)]
mod contrast;
pub mod look;
pub mod shade;

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use self::look::Look;
pub use self::look::{Change, Palette, Role};
pub use self::shade::Depth;
use crate::telemetry::{ConnState, Kind};

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
    /// The palette to use, and whether it paints its own background. `is_dark` asks the terminal,
    /// which takes a moment: only where it decides something. The background of one that does not
    /// answer is not known, so that a dark one is painted over it.
    #[must_use]
    pub fn resolve(
        self,
        no_color: bool,
        is_dark: impl FnOnce() -> Option<bool>,
    ) -> (Palette, bool) {
        match self {
            Self::Auto if no_color => (Palette::Mono, false),
            Self::Auto => match is_dark() {
                Some(true) => (Palette::Dark, false),
                Some(false) => (Palette::Light, false),
                None => (Palette::Dark, true),
            },
            Self::Dark => (Palette::Dark, true),
            Self::Light => (Palette::Light, true),
            Self::Projector => (Palette::Projector, true),
            Self::Mono => (Palette::Mono, true),
        }
    }
}

/// How panels are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Way {
    #[default]
    Usual,
    /// They only show.
    Passive,
    /// A lesson says to look there.
    Marked,
}

/// Styles and glyphs for one terminal.
#[derive(Clone, Debug)]
pub struct Theme {
    look: Look,
    palette: Palette,
    ascii: bool,
    way: Way,
    depth: Depth,
    paints: bool,
}

impl Theme {
    /// A theme; `ascii` where the terminal's character set is not UTF-8.
    #[must_use]
    pub fn new(palette: Palette, ascii: bool) -> Self {
        let look = Look::of(palette);
        // One that is made for contrast leaves nothing to the terminal.
        let paints = palette == Palette::Projector;
        Self { look, palette, ascii, way: Way::default(), depth: Depth::default(), paints }
    }

    /// The same in that many colours; `paints` its own background, rather than leaving the
    /// terminal's, which may be another than the palette is made for.
    #[must_use]
    pub fn shown_in(self, depth: Depth, paints: bool) -> Self {
        Self { depth, paints: paints || self.paints, ..self }
    }

    /// The same with other colours, on its own background where they are text's; without colours it
    /// stays as it is.
    #[must_use]
    pub fn with(mut self, changes: &[Change]) -> Self {
        if self.palette != Palette::Mono {
            for change in changes {
                self.look.change(change);
            }
            self.paints |= changes.iter().any(Change::paints);
        }
        self
    }

    /// The same, for panels that only show: no key goes to one, and nothing in it is selected.
    #[must_use]
    pub fn passive(&self) -> Self {
        Self { way: Way::Passive, ..self.clone() }
    }

    /// Whether panels only show.
    #[must_use]
    pub fn is_passive(&self) -> bool {
        self.way == Way::Passive
    }

    /// The same, for the panel at which a lesson says to look.
    #[must_use]
    pub fn marked(&self) -> Self {
        Self { way: Way::Marked, ..self.clone() }
    }

    /// Whether a lesson says to look there.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.way == Way::Marked
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
        self.look.style(role, self.depth, self.paints)
    }

    /// Black and white, as far as the terminal has them, whatever the theme: a QR code in other colours
    /// is not read by every telephone, nor one that is light on dark.
    #[must_use]
    pub fn black_and_white(&self) -> [Color; 2] {
        match self.depth {
            Depth::Sixteen => [Color::Black, Color::White],
            // Of the first sixteen each terminal has its own shades.
            Depth::Indexed => [Color::Indexed(16), Color::Indexed(231)],
            Depth::True => [Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255)],
        }
    }

    /// The style of what shows where a lesson says to look.
    #[must_use]
    pub fn look_here(&self) -> Style {
        // Underlined, lines would look broken.
        self.style(Role::Warn).remove_modifier(Modifier::UNDERLINED).add_modifier(Modifier::BOLD)
    }

    /// The style of the selected connection's name, wherever it stands: the same in the table and in
    /// the code, and underlined, so that it is told in a row that is reversed as well.
    #[must_use]
    pub fn held(&self) -> Style {
        // Nothing of the row in which it stands shows through.
        let plain = Style::reset().patch(self.style(Role::Text));
        plain.patch(self.style(Role::Selected)).add_modifier(Modifier::UNDERLINED)
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
            | Kind::Typed
            | Kind::Class
            | Kind::Other => Role::Text,
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

    /// The border of the panel at which a lesson says to look.
    #[must_use]
    pub fn marked_border(&self) -> border::Set<'static> {
        const ASCII: border::Set<'static> = border::Set {
            top_left: "*",
            top_right: "*",
            bottom_left: "*",
            bottom_right: "*",
            vertical_left: "*",
            vertical_right: "*",
            horizontal_top: "*",
            horizontal_bottom: "*",
        };
        if self.ascii { ASCII } else { border::DOUBLE }
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
        let auto = |answer| ThemeChoice::Auto.resolve(false, || answer);
        assert_eq!(ThemeChoice::Light.resolve(true, never), (Palette::Light, true));
        assert_eq!(ThemeChoice::Auto.resolve(true, never), (Palette::Mono, false));
        assert_eq!(auto(Some(false)), (Palette::Light, false));
        assert_eq!(auto(Some(true)), (Palette::Dark, false));
        assert_eq!(auto(None), (Palette::Dark, true));
    }
}
