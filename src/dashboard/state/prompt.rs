//! Questions to the operator, and the line in which text is typed.

use std::net::SocketAddr;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::Action;
use crate::clients::MAX;
use crate::dashboard::keys::id::Id;
use crate::telemetry::{ConnId, Fd, ServerKind};
use crate::words::strings;

/// How much text a line takes.
const LONGEST: usize = 200;

/// A line of text being edited. The cursor counts characters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Input {
    text: Vec<char>,
    cursor: usize,
    /// The text was proposed: what is typed takes its place.
    proposed: bool,
}

impl Input {
    /// A line with that text, the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text: Vec<char> = text.chars().take(LONGEST).collect();
        Self { cursor: text.len(), text, proposed: false }
    }

    /// A line with a text that the first letter typed replaces.
    #[must_use]
    pub fn proposing(text: &str) -> Self {
        Self { proposed: true, ..Self::new(text) }
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
        if std::mem::take(&mut self.proposed) {
            (self.text, self.cursor) = (Vec::new(), 0);
        }
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
        if !matches!(key.code, KeyCode::Char(_)) || ctrl {
            // Whoever edits it keeps it.
            self.proposed = false;
        }
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

/// What is asked, with the connections that it concerns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Question {
    /// Whether that one is dropped.
    Drop(Fd, SocketAddr),
    /// The same of a student's.
    DropStudent(Fd, u32),
    /// Whether it is reset.
    Reset(Fd, SocketAddr),
    /// The same of a student's.
    ResetStudent(Fd, u32),
    /// Whether all that many are dropped.
    DropAll(usize),
    /// Whether another server takes over, which closes that many.
    Switch(ServerKind, usize),
    /// Whether that student is sent away.
    SendAway(u32),
    /// Whether a class is let in, at these addresses, in place of one that this machine alone reaches;
    /// which closes that many.
    OpenClass(Vec<String>, Option<String>, usize),
    /// Whether the program ends while that many clients from outside are connected.
    Quit(usize),
    /// Whether what is chosen is saved in that file.
    Save(String),
    /// Whether another server takes over for a lesson, which closes that many.
    LessonSwitches(ServerKind, usize),
    /// Whether a fresh server takes over for a lesson, which closes that many.
    LessonNeedsFresh(usize),
    /// Whether the server from before a lesson comes back, which closes that many.
    LessonRestores(usize),
}

impl Question {
    /// It as a sentence.
    #[must_use]
    pub fn text(&self) -> String {
        let say = &strings().notices;
        match self {
            Self::Drop(fd, peer) => (say.drop)(*fd, &peer.to_string()),
            Self::Reset(fd, peer) => (say.reset)(*fd, &peer.to_string()),
            Self::DropStudent(fd, student) => (say.drop)(*fd, &(strings().class.who)(*student)),
            Self::ResetStudent(fd, student) => (say.reset)(*fd, &(strings().class.who)(*student)),
            Self::DropAll(open) => (say.drop_all)(*open),
            Self::Switch(server, open) => (say.switch)(server.name(), *open),
            Self::Quit(foreign) => (say.quit)(*foreign),
            Self::SendAway(student) => (say.send_away)(&(strings().class.who)(*student)),
            Self::OpenClass(ways, instead, open) => {
                (strings().class.opens)(ways, instead.as_deref(), *open)
            }
            Self::Save(path) => (say.save)(path),
            Self::LessonSwitches(server, open) => (strings().strip.switches)(server.name(), *open),
            Self::LessonNeedsFresh(open) => (strings().strip.starts_afresh)(*open),
            Self::LessonRestores(open) => (strings().strip.restores)(*open),
        }
    }

    /// Whether a lesson waits for the answer.
    #[must_use]
    pub fn is_of_lesson(&self) -> bool {
        matches!(
            self,
            Self::LessonSwitches(..) | Self::LessonNeedsFresh(_) | Self::LessonRestores(_)
        )
    }
}

/// A question that is answered with yes or no, and what yes does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Confirm {
    /// The question.
    pub question: Question,
    /// What a yes does.
    pub action: Action,
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

/// `y` says yes. `n`, Enter and Esc say no, for something is lost by a yes, and so does a key that quits
/// or goes back, by the list of keys (`declared` is what it has of this one).
#[must_use]
pub fn answer(key: KeyEvent, declared: Option<Id>) -> Answer {
    match key.code {
        KeyCode::Char(c) if c.eq_ignore_ascii_case(&YES) => Answer::Yes,
        KeyCode::Char(c) if c.eq_ignore_ascii_case(&NO) => Answer::No,
        KeyCode::Enter | KeyCode::Esc => Answer::No,
        _ if matches!(declared, Some(Id::Quit | Id::Back)) => Answer::No,
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

/// The key of a line: 1 to 9, then A, B and so on.
#[must_use]
pub fn key_of(at: usize) -> char {
    let digit = u32::try_from(at + 1).ok().and_then(|n| char::from_digit(n, 36));
    digit.map_or(' ', |c| c.to_ascii_uppercase())
}

/// A line's key or Enter takes it; the arrows, Home and End move and Esc leaves whatever they are
/// elsewhere, and so do the keys that the list of keys has for that, and those that quit; the key that
/// opened the list moves on as Down does. `declared` is what the list of keys has of this one.
#[must_use]
pub fn choice(key: KeyEvent, declared: Option<Id>, at: usize, count: usize, opener: Id) -> Choice {
    let last = count.saturating_sub(1);
    let next = if at >= last { 0 } else { at + 1 };
    let plain = key.modifiers.is_empty() || key.modifiers == KeyModifiers::SHIFT;
    let line = |letter| (0..count).find(|line| plain && key_of(*line) == letter);
    if let KeyCode::Char(letter) = key.code
        && let Some(line) = line(letter)
    {
        return Choice::Take(line);
    }
    match (key.code, declared) {
        (KeyCode::Esc, _) | (_, Some(Id::Quit | Id::Back)) => Choice::Leave,
        (KeyCode::Down, _) | (_, Some(Id::Down)) => Choice::Mark(next),
        (KeyCode::Up, _) | (_, Some(Id::Up)) => Choice::Mark(at.saturating_sub(1)),
        (_, Some(id)) if id == opener => Choice::Mark(next),
        (KeyCode::Home, _) | (_, Some(Id::First)) => Choice::Mark(0),
        (KeyCode::End, _) | (_, Some(Id::Last)) => Choice::Mark(last),
        (KeyCode::Enter | KeyCode::Char(' '), _) => Choice::Take(at.min(last)),
        _ => Choice::Mark(at),
    }
}

/// The seconds typed; `None` where they are no number.
#[must_use]
pub fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// How many clients were typed; `None` where that is no number of clients.
#[must_use]
pub fn clients(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|count| (1..=MAX).contains(count))
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
    fn what_is_typed_takes_the_place_of_what_is_proposed() {
        let mut input = Input::proposing("10");
        press(&mut input, KeyCode::Char('3'));
        press(&mut input, KeyCode::Char('0'));
        assert_eq!(input.text(), "30");
        let mut input = Input::proposing("10");
        press(&mut input, KeyCode::Backspace);
        press(&mut input, KeyCode::Char('5'));
        assert_eq!(input.text(), "15");
    }

    #[test]
    fn a_box_is_left_by_the_keys_that_quit_and_go_back() {
        let key = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
        for id in [Id::Quit, Id::Back] {
            assert_eq!(answer(key('z'), Some(id)), Answer::No);
            assert_eq!(choice(key('z'), Some(id), 1, 3, Id::Choose), Choice::Leave);
        }
        assert_eq!(answer(key('q'), None), Answer::Neither);
        assert_eq!(choice(key('q'), None, 1, 3, Id::Choose), Choice::Mark(1));
        for id in [Id::Down, Id::Choose] {
            assert_eq!(choice(key('z'), Some(id), 1, 3, Id::Choose), Choice::Mark(2));
            assert_eq!(choice(key('z'), Some(id), 2, 3, Id::Choose), Choice::Mark(0));
        }
        assert_eq!(choice(key('2'), None, 0, 3, Id::Choose), Choice::Take(1));
        assert_eq!(choice(key('1'), None, 4, 12, Id::Choose), Choice::Take(0));
        assert_eq!(choice(key('C'), None, 4, 12, Id::Choose), Choice::Take(11));
        for none in ['0', 'D', 'b'] {
            assert_eq!(choice(key(none), None, 4, 12, Id::Choose), Choice::Mark(4));
        }
    }

    #[test]
    fn seconds_may_have_a_fraction_but_no_nonsense() {
        assert_eq!(seconds(" 1.5 "), Some(Duration::from_millis(1500)));
        assert_eq!((seconds("-1"), seconds("x"), seconds("1e300")), (None, None, None));
    }
}
