//! How each role looks: the built-in themes, which are files of `assets/themes/`, and what settings
//! change in one.

use std::borrow::Cow;
use std::sync::LazyLock;

use ratatui::style::{Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::shade::{Depth, Shade};

/// The built-in themes; `auto` is resolved to one of them before a [`Theme`](super::Theme) is made.
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
    /// The line of code that is next.
    Next,
    /// Of code: comments.
    Comment,
    /// Words of the language.
    Keyword,
    /// Texts, letters and numbers.
    Literal,
    /// Names with a capital letter.
    Type,
    /// Macros, attributes and lifetimes.
    Macro,
}

/// Every role as themes name it, in the order of [`Role`].
pub const ROLES: [(&str, Role); 20] = [
    ("text", Role::Text),
    ("dim", Role::Dim),
    ("title", Role::Title),
    ("border", Role::Border),
    ("focus", Role::Focus),
    ("selected", Role::Selected),
    ("key", Role::Key),
    ("good", Role::Good),
    ("warn", Role::Warn),
    ("bad", Role::Bad),
    ("kernel", Role::Kernel),
    ("program", Role::Program),
    ("chart", Role::Chart),
    ("ours", Role::Ours),
    ("next", Role::Next),
    ("comment", Role::Comment),
    ("keyword", Role::Keyword),
    ("literal", Role::Literal),
    ("type", Role::Type),
    ("macro", Role::Macro),
];
/// What all stands on; also the part of a role that has a background of its own.
pub const BACKGROUND: &str = "background";
/// The part of a role that is its letters' colour.
const TEXT: &str = "text";
/// The other parts of a role.
const SWITCHES: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// How a role looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Paint {
    text: Option<Shade>,
    ground: Option<Shade>,
    with: Modifier,
}

/// What is to be otherwise in how a role looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    role: Role,
    text: Option<Shade>,
    ground: Option<Shade>,
    on: Modifier,
    off: Modifier,
}

/// Why a change is none.
#[derive(Clone, Debug)]
pub enum Refused<'t> {
    /// Nothing is called so.
    Name,
    /// A role has no part that is called so.
    Part(&'t Spanned<Cow<'t, str>>),
    /// That is no colour.
    Colour(&'t str, &'t Spanned<DeValue<'t>>),
    /// That is neither true nor false.
    Switch(&'t str, &'t Spanned<DeValue<'t>>),
}

impl Change {
    /// What an entry of a theme says.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read<'t>(
        name: &'t str,
        value: &'t Spanned<DeValue<'t>>,
    ) -> Result<Self, Vec<Refused<'t>>> {
        let none = Modifier::empty();
        let change = |role| Self { role, text: None, ground: None, on: none, off: none };
        let one = || Shade::read(value.get_ref()).ok_or(vec![Refused::Colour(name, value)]);
        if name == BACKGROUND {
            return Ok(Self { ground: Some(one()?), ..change(Role::Text) });
        }
        let Some((_, role)) = ROLES.iter().find(|(other, _)| *other == name) else {
            return Err(vec![Refused::Name]);
        };
        let DeValue::Table(parts) = value.get_ref() else {
            return Ok(Self { text: Some(one()?), ..change(*role) });
        };
        let (mut change, mut refused) = (change(*role), Vec::new());
        for (key, value) in parts {
            let part: &str = key.get_ref();
            if part == TEXT || part == BACKGROUND {
                let shade = Shade::read(value.get_ref());
                if shade.is_none() {
                    refused.push(Refused::Colour(part, value));
                }
                let place = if part == TEXT { &mut change.text } else { &mut change.ground };
                *place = shade;
            } else if let Some((_, switch)) = SWITCHES.iter().find(|(name, _)| *name == part) {
                match value.get_ref() {
                    DeValue::Boolean(true) => change.on |= *switch,
                    DeValue::Boolean(false) => change.off |= *switch,
                    _ => refused.push(Refused::Switch(part, value)),
                }
            } else {
                refused.push(Refused::Part(key));
            }
        }
        if refused.is_empty() { Ok(change) } else { Err(refused) }
    }

    /// Whether it concerns what is only drawn where the theme has a background of its own.
    pub(super) fn paints(&self) -> bool {
        self.role == Role::Text && (self.text.is_some() || self.ground.is_some())
    }
}

/// The parts that a role can have.
pub fn parts() -> impl Iterator<Item = &'static str> {
    [TEXT, BACKGROUND].into_iter().chain(SWITCHES.iter().map(|(name, _)| *name))
}

/// How everything looks.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    paints: [Paint; ROLES.len()],
}

/// Each palette with its file.
pub const BUILT_IN: [(Palette, &str); 4] = [
    (Palette::Dark, include_str!("../../../assets/themes/dark.toml")),
    (Palette::Light, include_str!("../../../assets/themes/light.toml")),
    (Palette::Projector, include_str!("../../../assets/themes/projector.toml")),
    (Palette::Mono, include_str!("../../../assets/themes/mono.toml")),
];

impl Look {
    /// That of a built-in theme.
    pub(super) fn of(palette: Palette) -> Self {
        static LOOKS: LazyLock<[Look; 4]> = LazyLock::new(|| BUILT_IN.map(|(_, text)| read(text)));
        LOOKS[palette as usize].clone()
    }

    pub(super) fn change(&mut self, change: &Change) {
        let paint = &mut self.paints[change.role as usize];
        paint.text = change.text.or(paint.text);
        paint.ground = change.ground.or(paint.ground);
        paint.with = (paint.with | change.on) - change.off;
    }

    /// The style of a role. `paints` where text is on the theme's own background, rather than as the
    /// terminal has it.
    pub(super) fn style(&self, role: Role, depth: Depth, paints: bool) -> Style {
        let Paint { text, ground, mut with } = self.paints[role as usize];
        let [text, ground] =
            [text, ground].map(|shade| shade.filter(|_| role != Role::Text || paints));
        // What is selected is always told from what is not.
        let same = ground.is_none() || ground == self.paints[Role::Text as usize].ground;
        if role == Role::Selected && same {
            with |= Modifier::REVERSED;
        }
        let [fg, bg] = [text, ground].map(|shade| shade.map(|shade| shade.at(depth)));
        Style { fg, bg, ..Style::new() }.add_modifier(with)
    }
}

/// A theme as its file has it; what is wrong in it is left out.
fn read(text: &str) -> Look {
    let mut look = Look::default();
    let table = DeTable::parse(text).map(Spanned::into_inner).unwrap_or_default();
    for (name, value) in &table {
        if let Ok(change) = Change::read(name.get_ref(), value) {
            look.change(&change);
        }
    }
    look
}
