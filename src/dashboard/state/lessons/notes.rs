//! What the speaker reads in a second terminal: the step, its notes, the answer, what comes next and a
//! clock.

use std::time::{Duration, Instant};

use super::strip::{numbered, text, unmeasured};
use crate::lesson::{Phase, Run};
use crate::words::{Language, strings};

/// What becomes of the page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum News {
    /// It is the same as before.
    None,
    /// Another one takes its place.
    Page(String),
    /// No lesson runs any more.
    Over,
}

/// When the page is another: with the step, its phase, the language and each second.
pub(super) type Edition = (usize, Phase, Language, u64, u64);

/// Since when a lesson runs, and its step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    begun: Instant,
    step: (usize, Instant),
}

impl Clock {
    pub(super) fn new(run: &Run, now: Instant) -> Self {
        Self { begun: now, step: (run.at(), now) }
    }

    /// Goes on; another step begins its time.
    pub(super) fn go_on(&mut self, run: &Run, now: Instant) {
        if self.step.0 != run.at() {
            self.step = (run.at(), now);
        }
    }

    fn times(&self, now: Instant) -> [Duration; 2] {
        [self.begun, self.step.1].map(|since| now.saturating_duration_since(since))
    }

    pub(super) fn edition(&self, run: &Run, now: Instant) -> Edition {
        let [lesson, step] = self.times(now).map(|time| time.as_secs());
        (run.at(), run.phase(), Language::spoken(), lesson, step)
    }

    /// The page.
    pub(super) fn page(&self, run: &Run, now: Instant) -> String {
        let say = &strings().strip;
        let lesson = run.lesson();
        let [all, step] = self.times(now).map(clock);
        let title = [
            (say.lesson)(lesson.number),
            text(run, &lesson.title),
            (say.step)(run.at() + 1, lesson.steps.len()),
        ];
        let mut parts = vec![
            [title.join(" · "), (say.clock)(&all, &step, lesson.minutes)].join("\n"),
            run.say(),
        ];
        if let Some(ask) = run.ask() {
            let mut told = text(run, &ask.question);
            for (at, option) in ask.options.iter().enumerate() {
                let mark = if at == ask.answer { "*" } else { " " };
                told += &format!("\n {mark} {}", numbered(at, &text(run, option)));
            }
            parts.push(told);
            let answer = numbered(ask.answer, &text(run, &ask.options[ask.answer]));
            parts.push([say.answer, &answer].join(strings().marks.sentence));
        }
        let notes = flowing(&unmeasured(&run.step().notes));
        if !notes.is_empty() {
            parts.push(notes);
        }
        let next = lesson.steps.get(run.at() + 1).filter(|_| run.phase() != Phase::Over);
        let next = match next {
            Some(step) => unmeasured(&step.say),
            None => text(run, &lesson.take_home),
        };
        parts.push([say.comes_next, &next].join(strings().marks.sentence));
        parts.join("\n\n") + "\n"
    }
}

/// A text of several lines, whose sentences flow: a line that ends within one is broken where the
/// reader's terminal has its end, not where the file has it.
fn flowing(text: &str) -> String {
    const ENDS: &[char] = &['.', '!', '?', ':', '。', '！', '？', '：', '”', '"', ')', '）'];
    let mut flowing = String::new();
    for line in text.trim().lines().map(str::trim) {
        match flowing.chars().next_back() {
            None => {}
            Some(last) if line.is_empty() || ENDS.contains(&last) || last == '\n' => {
                flowing.push('\n');
            }
            // Chinese has no blanks.
            Some(last) if !last.is_ascii() => {}
            Some(_) => flowing.push(' '),
        }
        flowing += line;
    }
    flowing
}

/// `12:04`
fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_flow_and_paragraphs_stay() {
        assert_eq!(
            flowing("One sentence\nin two lines.\nAnother.\n\nA third\none.\n"),
            "One sentence in two lines.\nAnother.\n\nA third one."
        );
        assert_eq!(flowing("一句话写了，\n两行。\n另一句。"), "一句话写了，两行。\n另一句。");
        assert_eq!(flowing(""), "");
    }
}
