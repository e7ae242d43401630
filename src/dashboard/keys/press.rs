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

impl Press {
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
