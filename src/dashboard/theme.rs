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

/// Styles and glyphs for one terminal.
#[derive(Clone, Debug)]
pub struct Theme {
    palette: Palette,
    ascii: bool,
    passive: bool,
}

impl Theme {
    /// A theme; `ascii` where the terminal's character set is not UTF-8.
    #[must_use]
    pub fn new(palette: Palette, ascii: bool) -> Self {
        Self { palette, ascii, passive: false }
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
                R::Text => plain,
                R::Dim | R::Border => plain.fg(Color::DarkGray),
                R::Title => plain.fg(Color::Cyan).add_modifier(bold),
                R::Selected => plain.add_modifier(Modifier::REVERSED),
                R::Key => plain.fg(Color::Yellow).add_modifier(bold),
                R::Good => plain.fg(Color::Green),
                R::Warn => plain.fg(Color::Yellow),
                R::Bad => plain.fg(Color::Red).add_modifier(bold),
                R::Kernel => plain.fg(Color::Magenta),
                R::Focus | R::Program | R::Chart => plain.fg(Color::Cyan),
                R::Ours => plain.fg(Color::Blue),
            },
            Palette::Light => match role {
                R::Text => plain,
                R::Dim | R::Border => plain.fg(Color::DarkGray),
                R::Title => plain.fg(Color::Blue).add_modifier(bold),
                R::Selected => plain.add_modifier(Modifier::REVERSED),
                R::Key => plain.fg(Color::Magenta).add_modifier(bold),
                R::Good => plain.fg(Color::Indexed(22)),
                R::Warn => plain.fg(Color::Indexed(94)).add_modifier(bold),
                R::Bad => plain.fg(Color::Indexed(124)).add_modifier(bold),
                R::Kernel => plain.fg(Color::Indexed(90)),
                R::Program | R::Chart => plain.fg(Color::Indexed(24)),
                R::Focus | R::Ours => plain.fg(Color::Blue),
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
            Kind::Accept | Kind::Resume | Kind::Started | Kind::Switched => Role::Good,
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
    fn the_terminal_is_only_asked_where_it_decides() {
        let never = || panic!("asked");
        assert_eq!(ThemeChoice::Light.resolve(true, never), Palette::Light);
        assert_eq!(ThemeChoice::Auto.resolve(true, never), Palette::Mono);
        assert_eq!(ThemeChoice::Auto.resolve(false, || Some(false)), Palette::Light);
        assert_eq!(ThemeChoice::Auto.resolve(false, || None), Palette::Dark);
    }
}
