//! A jump in time: by seconds, to a time, or to the next event that is such.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};

use super::filter::Filter;
use super::play::{Sought, nanos};
use super::prompt::{Input, seconds};
use super::{Action, Overlay, State};
use crate::telemetry::Nanos;
use crate::words::{strings, units};

/// From midnight to midnight.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// The word for what looks like a mistake.
const MISTAKE: &str = "mistake";

/// Where a jump goes to.
#[derive(Clone, PartialEq, Debug)]
pub enum Jump {
    /// So long before the picture.
    Before(Duration),
    /// So long after it.
    After(Duration),
    /// To that time since the server's start.
    At(Duration),
    /// To that time of the day.
    Clock(Duration),
    /// To an event that the filter lets pass: the next one, or the last one before.
    Event(Filter, bool),
    /// To what looks like a mistake: the next, or the last one before.
    Mistake(bool),
}

impl Jump {
    /// What was typed; `None` where that is nothing yet. Whoever looks at now can only go back.
    #[must_use]
    pub fn parse(text: &str, is_now: bool) -> Option<Self> {
        let text = text.trim();
        let (sign, rest) = match text.strip_prefix(['-', '+']) {
            Some(rest) => (text.chars().next(), rest.trim_start()),
            None => (None, text),
        };
        if rest.is_empty() {
            return None;
        }
        if let Some(time) = clock(rest).filter(|_| sign.is_none()) {
            return Some(Self::Clock(time));
        }
        if let Some(time) = seconds(rest) {
            return Some(match sign {
                Some('-') => Self::Before(time),
                Some(_) => Self::After(time),
                None => Self::At(time),
            });
        }
        let forth = sign != Some('-') && !is_now;
        Some(if rest == MISTAKE {
            Self::Mistake(forth)
        } else {
            Self::Event(Filter::parse(rest), forth)
        })
    }

    /// It in words, or what is wrong with it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn text(&self) -> Result<String, String> {
        let say = &strings().back;
        let told = |time: &Duration| units::duration(nanos(*time));
        Ok(match self {
            Self::Before(time) => (say.before)(&told(time)),
            Self::After(time) => (say.after)(&told(time)),
            Self::At(time) => (say.at)(&told(time)),
            Self::Clock(time) => {
                let seconds = time.as_secs();
                (say.clock)(&format!(
                    "{:02}:{:02}:{:02}",
                    seconds / 3600,
                    seconds / 60 % 60,
                    seconds % 60
                ))
            }
            Self::Event(filter, forth) => match filter.trouble() {
                Some(trouble) => return Err(trouble.text()),
                None => say.event[usize::from(*forth)].to_owned(),
            },
            Self::Mistake(forth) => say.mistake[usize::from(*forth)].to_owned(),
        })
    }
}

/// A time of the day: `14:03`, `14:03:05`.
fn clock(text: &str) -> Option<Duration> {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |part: &str, most: u64| part.parse::<u64>().ok().filter(|number| *number < most);
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, "0"),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let minutes = number(hours, 24)? * 60 + number(minutes, 60)?;
    Some(Duration::from_secs(minutes * 60 + number(seconds, 60)?))
}

impl State {
    /// A key while it is typed where to jump to.
    pub(super) fn jump_key(&mut self, mut input: Input, key: KeyEvent) -> Vec<Action> {
        match key.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter => {
                let jump = Jump::parse(&input.text(), self.is_newest());
                if let Some(jump) = jump.filter(|jump| jump.text().is_ok()) {
                    self.jump(jump);
                    return Vec::new();
                }
            }
            _ => drop(input.key(key)),
        }
        self.overlay = Overlay::Jump(input);
        Vec::new()
    }

    /// Whether the picture is the newest that there is: a jump to what is such goes back from it.
    #[must_use]
    pub fn is_newest(&self) -> bool {
        !self.can_step_forth()
    }

    fn jump(&mut self, jump: Jump) {
        let now = self.scene().now;
        self.ahead = None;
        match jump {
            Jump::Before(time) => self.jump_to(now.saturating_sub(nanos(time))),
            Jump::After(time) => self.jump_to(now.saturating_add(nanos(time))),
            Jump::At(time) => self.jump_to(nanos(time)),
            Jump::Clock(time) => {
                // The first such time from the server's start on.
                let start = self.options.zero.as_nanos() % DAY.as_nanos();
                let since = (time.as_nanos() + DAY.as_nanos() - start) % DAY.as_nanos();
                self.jump_to(Nanos::try_from(since).unwrap_or(Nanos::MAX));
            }
            Jump::Event(filter, forth) => self.seek(Sought::Event(filter), forth),
            Jump::Mistake(forth) => self.seek(Sought::Mistake, forth),
        }
    }

    /// Shows the picture of a time; that of now where it has not come yet.
    pub(super) fn jump_to(&mut self, time: Nanos) {
        let is_later = time > self.reached();
        let fell_out = || self.history.at(time).is_err() && !self.history.is_from_the_start();
        if !(is_later || fell_out()) || !self.jump_ahead(time) {
            self.go_to_time(time);
        }
    }

    /// The same, of what there is.
    pub(super) fn go_to_time(&mut self, time: Nanos) {
        if time >= self.reached() {
            return self.thaw();
        }
        match self.history.at(time) {
            Ok(at) => self.go_to(at),
            Err(oldest) if self.recording().is_some() && self.history.is_from_the_start() => {
                if let Some(oldest) = oldest {
                    self.go_to(oldest);
                }
            }
            Err(oldest) => {
                if let Some(oldest) = oldest {
                    self.go_to(oldest);
                }
                self.tell_oldest();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_time_or_words() {
        let seconds = Duration::from_secs_f64;
        let parse = |text| Jump::parse(text, false);
        assert_eq!(parse("-10"), Some(Jump::Before(seconds(10.0))));
        assert_eq!(parse(" + 2.5 "), Some(Jump::After(seconds(2.5))));
        assert_eq!(parse("12.5"), Some(Jump::At(seconds(12.5))));
        assert_eq!((parse(""), parse("-"), parse(" + ")), (None, None, None));
        assert_eq!(parse("14:03"), Some(Jump::Clock(seconds(50_580.0))));
        assert_eq!(parse("0:00:09"), Some(Jump::Clock(seconds(9.0))));
        assert_eq!(parse("14:03:05").unwrap().text().unwrap(), "14:03:05 by the clock");
        // No hour of the day, but a text that an event may have.
        assert_eq!(parse("25:03"), Some(Jump::Event(Filter::parse("25:03"), true)));
        assert_eq!(parse("mistake"), Some(Jump::Mistake(true)));
        assert_eq!(parse("-mistake"), Some(Jump::Mistake(false)));
        assert_eq!(parse("-closed"), Some(Jump::Event(Filter::parse("closed"), false)));
        // There is nothing behind now.
        assert_eq!(Jump::parse("closed", true), Some(Jump::Event(Filter::parse("closed"), false)));
        assert!(parse("fd:x").unwrap().text().is_err() && parse("1e99").unwrap().text().is_ok());
    }
}
