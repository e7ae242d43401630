//! Questions to the operator, and the line in which text is typed.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::telemetry::{Command, ConnId};

/// How much text a line takes.
const LONGEST: usize = 200;

/// A line of text being edited. The cursor counts characters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Input {
    text: Vec<char>,
    cursor: usize,
}

impl Input {
    /// A line with that text, the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text: Vec<char> = text.chars().take(LONGEST).collect();
        Self { cursor: text.len(), text }
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        self.text.iter().collect()
    }

    /// The text before and behind the cursor.
    #[must_use]
    pub fn halves(&self) -> (String, String) {
        let (before, behind) = self.text.split_at(self.cursor);
        (before.iter().collect(), behind.iter().collect())
    }

    /// Adds text at the cursor; control characters are left out.
    pub fn insert(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            if self.text.len() < LONGEST {
                self.text.insert(self.cursor, c);
                self.cursor += 1;
            }
        }
    }

    /// Takes a key; returns whether it was one for editing.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('u') if ctrl => {
                self.text.drain(..self.cursor);
                self.cursor = 0;
            }
            KeyCode::Char('w') if ctrl => {
                let from = self.text[..self.cursor]
                    .iter()
                    .rposition(|c| !c.is_whitespace())
                    .and_then(|end| self.text[..end].iter().rposition(|c| c.is_whitespace()))
                    .map_or(0, |blank| blank + 1);
                self.text.drain(from..self.cursor);
                self.cursor = from;
            }
            KeyCode::Char('a') if ctrl => self.cursor = 0,
            KeyCode::Char('e') if ctrl => self.cursor = self.text.len(),
            KeyCode::Char(c) if !ctrl => self.insert(c.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace => {
                if let Some(before) = self.cursor.checked_sub(1) {
                    self.cursor = before;
                    self.text.remove(before);
                }
            }
            KeyCode::Delete => {
                if self.cursor < self.text.len() {
                    self.text.remove(self.cursor);
                }
            }
            KeyCode::Left => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Right => self.cursor = (self.cursor + 1).min(self.text.len()),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => return false,
        }
        true
    }
}

/// A question that is answered with yes or no, and what yes does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Confirm {
    /// The question, naming whom it hits.
    pub question: String,
    /// What a yes sends.
    pub command: Command,
    /// The connection it is about; the question falls when it is gone.
    pub conn: Option<ConnId>,
}

/// The letter that says yes, small or large.
pub const YES: char = 'y';
/// The letter that says no.
pub const NO: char = 'n';

/// What a key answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Do it.
    Yes,
    /// Leave it.
    No,
    /// The key is none of the answers.
    Neither,
}

/// `y` and Enter say yes; `n`, `q` and Esc say no.
#[must_use]
pub fn answer(key: KeyEvent) -> Answer {
    match key.code {
        KeyCode::Char(c) if c.eq_ignore_ascii_case(&YES) => Answer::Yes,
        KeyCode::Char(c) if c.eq_ignore_ascii_case(&NO) => Answer::No,
        KeyCode::Enter => Answer::Yes,
        KeyCode::Char('q') | KeyCode::Esc => Answer::No,
        _ => Answer::Neither,
    }
}

/// What a key says in a list to choose from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// None of them.
    Leave,
    /// That one is marked now.
    Mark(usize),
    /// That one.
    Take(usize),
}

/// Up and Down move, a number or Enter takes, `q` and Esc leave; the key that opened the
/// list (`again`) moves on as Down does.
#[must_use]
pub fn choice(key: KeyEvent, at: usize, count: usize, again: bool) -> Choice {
    let last = count.saturating_sub(1);
    match key.code {
        KeyCode::Esc | KeyCode::Char('q') => Choice::Leave,
        KeyCode::Up => Choice::Mark(at.saturating_sub(1)),
        KeyCode::Home => Choice::Mark(0),
        KeyCode::End => Choice::Mark(last),
        KeyCode::Down | KeyCode::Char('j') => Choice::Mark(if at >= last { 0 } else { at + 1 }),
        _ if again => Choice::Mark(if at >= last { 0 } else { at + 1 }),
        KeyCode::Enter | KeyCode::Char(' ') => Choice::Take(at.min(last)),
        KeyCode::Char(digit) => match digit.to_digit(10).and_then(|n| usize::try_from(n).ok()) {
            Some(n) if (1..=count).contains(&n) => Choice::Take(n - 1),
            _ => Choice::Mark(at),
        },
        _ => Choice::Mark(at),
    }
}

/// The seconds typed; `None` where they are no number.
#[must_use]
pub fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(input: &mut Input, code: KeyCode) {
        assert!(input.key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    #[test]
    fn a_line_is_edited_in_the_middle() {
        let mut input = Input::new("fd:9é");
        press(&mut input, KeyCode::Left);
        press(&mut input, KeyCode::Backspace);
        press(&mut input, KeyCode::Char('7'));
        assert_eq!(input.halves(), ("fd:7".into(), "é".into()));
        press(&mut input, KeyCode::Delete);
        press(&mut input, KeyCode::Home);
        press(&mut input, KeyCode::Char('!'));
        assert_eq!(input.text(), "!fd:7");
        input.insert(" in>1\n\u{1b}[2J");
        assert_eq!(input.text(), "! in>1[2Jfd:7");
    }

    #[test]
    fn a_word_and_a_line_are_deleted() {
        let mut input = Input::new("state:idle fd:9  ");
        let ctrl = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        input.key(ctrl('w'));
        assert_eq!(input.text(), "state:idle ");
        input.key(ctrl('w'));
        assert_eq!(input.text(), "");
        input.insert("abc");
        input.key(ctrl('u'));
        assert_eq!(input.text(), "");
        input.key(ctrl('w'));
        assert_eq!(input.text(), "");
    }

    #[test]
    fn seconds_may_have_a_fraction_but_no_nonsense() {
        assert_eq!(seconds(" 1.5 "), Some(Duration::from_millis(1500)));
        assert_eq!((seconds("-1"), seconds("x"), seconds("1e300")), (None, None, None));
    }
}
