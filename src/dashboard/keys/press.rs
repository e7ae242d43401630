//! A key as it is pressed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::words::strings;

/// A key as it is pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Press {
    pub(super) code: KeyCode,
    ctrl: bool,
}

pub(in crate::dashboard) const fn ch(c: char) -> Press {
    Press { code: KeyCode::Char(c), ctrl: false }
}

pub(super) const fn ctrl(c: char) -> Press {
    Press { code: KeyCode::Char(c), ctrl: true }
}

pub(super) const fn code(code: KeyCode) -> Press {
    Press { code, ctrl: false }
}

/// The names of keys that have no letter, as settings spell them.
const NAMES: [(&str, KeyCode); 16] = [
    ("Space", KeyCode::Char(' ')),
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("shift-Tab", KeyCode::BackTab),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("Insert", KeyCode::Insert),
    ("Delete", KeyCode::Delete),
    ("Backspace", KeyCode::Backspace),
];
/// What goes before a letter that is pressed with the control key.
const CTRL: &str = "ctrl-";
/// Letters that a terminal cannot tell from another key when the control key is pressed.
const TWINS: [(char, &str); 2] = [('i', "Tab"), ('m', "Enter")];

/// Why a spelling is none of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoPress {
    /// No key is called so.
    Unknown,
    /// To a terminal it is the same as that key.
    Twin(&'static str),
}

impl Press {
    /// The key that is spelled so: one character, a name, `ctrl-` and a letter.
    ///
    /// # Errors
    /// There is no such key.
    pub fn parse(text: &str) -> Result<Self, NoPress> {
        let mut letters = text.chars();
        if let (Some(letter), None) = (letters.next(), letters.next()) {
            return if letter.is_control() { Err(NoPress::Unknown) } else { Ok(ch(letter)) };
        }
        if let Some((_, found)) = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            return Ok(code(*found));
        }
        let begins =
            |with: &str| text.get(..with.len()).is_some_and(|t| t.eq_ignore_ascii_case(with));
        if begins(CTRL) {
            let rest = text[CTRL.len()..].to_ascii_lowercase();
            return match *rest.as_bytes() {
                [letter @ b'a'..=b'z'] => {
                    let letter = char::from(letter);
                    match TWINS.iter().find(|(twin, _)| *twin == letter) {
                        Some((_, same)) => Err(NoPress::Twin(same)),
                        None => Ok(ctrl(letter)),
                    }
                }
                _ => Err(NoPress::Unknown),
            };
        }
        match text.strip_prefix(['F', 'f']).map(str::parse) {
            Some(Ok(number @ 1..=12)) if !text.contains('+') => Ok(code(KeyCode::F(number))),
            _ => Err(NoPress::Unknown),
        }
    }

    /// As [`Press::parse`] reads it.
    #[must_use]
    pub fn spelling(self) -> String {
        let name = match self.code {
            KeyCode::F(number) => format!("F{number}"),
            KeyCode::Char(letter) if letter != ' ' => letter.to_string(),
            other => {
                let named = NAMES.iter().find(|(_, code)| *code == other);
                named.map_or_else(String::new, |(name, _)| (*name).to_owned())
            }
        };
        if self.ctrl { format!("{CTRL}{name}") } else { name }
    }

    /// The names that a spelling can be but for single characters.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// The key that ends the program whatever is open, and cannot be given away.
    #[must_use]
    pub fn is_quit_now(self) -> bool {
        self == ctrl('c')
    }

    /// As it comes from a terminal.
    #[must_use]
    pub fn event(self) -> KeyEvent {
        let held = if self.ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
        KeyEvent::new(self.code, held)
    }

    pub(super) fn matches(self, event: KeyEvent) -> bool {
        // SHIFT is in the character already; ALT makes it another key.
        self.code == event.code
            && self.ctrl == event.modifiers.contains(KeyModifiers::CONTROL)
            && !event.modifiers.contains(KeyModifiers::ALT)
    }

    /// As it is written: `x`, `Enter`, `ctrl-c`.
    #[must_use]
    pub fn label(self) -> String {
        let say = &strings().keys.names;
        let name = match self.code {
            KeyCode::Char(c) => c.to_string(),
            KeyCode::Enter => say.enter.into(),
            KeyCode::Esc => say.esc.into(),
            KeyCode::Tab => say.tab.into(),
            KeyCode::BackTab => say.back_tab.into(),
            KeyCode::Up => say.up.into(),
            KeyCode::Down => say.down.into(),
            KeyCode::PageUp => say.page_up.into(),
            KeyCode::PageDown => say.page_down.into(),
            KeyCode::Home => say.home.into(),
            KeyCode::End => say.end.into(),
            KeyCode::F(number) => format!("F{number}"),
            other => format!("{other:?}"),
        };
        if self.ctrl { (say.ctrl)(&name) } else { name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::keys::every;

    #[test]
    fn every_declared_key_has_a_spelling_that_is_read() {
        for press in every().flat_map(|key| key.presses) {
            assert_eq!(Press::parse(&press.spelling()), Ok(*press), "{press:?}");
        }
    }

    #[test]
    fn keys_are_spelled_by_character_name_and_control() {
        assert_eq!(Press::parse("x"), Ok(ch('x')));
        assert_eq!(Press::parse("键"), Ok(ch('键')));
        assert_eq!(Press::parse(" "), Press::parse("space"));
        assert_eq!(Press::parse("pgup"), Ok(code(KeyCode::PageUp)));
        assert_eq!(Press::parse("f12"), Ok(code(KeyCode::F(12))));
        assert_eq!(Press::parse("Ctrl-X"), Ok(ctrl('x')));
        assert_eq!(Press::parse("ctrl-i"), Err(NoPress::Twin("Tab")));
        for wrong in
            ["", "\n", "xy", "F0", "F13", "F+1", "ctrl-", "ctrl-1", "ctrl-é", "alt-x", "é1", "键盘"]
        {
            assert_eq!(Press::parse(wrong), Err(NoPress::Unknown), "{wrong}");
        }
    }
}
