//! The class behind a dashboard: when its telephones are told something, what of a lesson they are asked,
//! and the screen that they show.

use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::panels;
use super::state::State;
use super::theme::Theme;
use crate::class::{Class, Classroom, Host, Question, Said, interfaces};
use crate::export::lines::lines;
use crate::lesson::{self, Phase, Strip, Text};
use crate::telemetry::{Command, Did, Nanos};

/// How often it is looked whether the telephones are to be told something.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often the screen is drawn for telephones that look at it.
const PROJECT_EVERY: Duration = Duration::from_millis(250);
/// How long a connection that has ended may go unnoticed on the server beside the one that is shown.
const BESIDE_EVERY: Duration = Duration::from_secs(1);
/// So much of what has happened there is published even while a lesson measures.
const MUCH: usize = 1000;
/// How often the addresses of this machine are listed while they are shown, and else: it takes a
/// descriptor for a moment, which may be the next client's number.
const LIST_EVERY: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(30)];

/// What is done for a class, and when it was done last.
#[derive(Debug)]
pub(super) struct Teaching {
    looked: Instant,
    /// When the telephones were last told something.
    told: Instant,
    projected: Instant,
    /// How much of what has happened on the server beside is known.
    seen: usize,
    listed: Option<Instant>,
    /// The question of a lesson that they have.
    posed: Option<Posed>,
}

/// A question of a lesson that was put to the class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Posed {
    lesson: u32,
    step: usize,
    /// What is right is told.
    revealed: bool,
}

impl Teaching {
    pub(super) fn new(now: Instant) -> Self {
        Self { looked: now, told: now, projected: now, seen: 0, listed: None, posed: None }
    }

    /// Takes over who is in the room; what is to be sent, so that the telephones are told what has
    /// changed, and that what they do is published. The time is ours and the server's.
    pub(super) fn tend(
        &mut self,
        room: &Classroom,
        state: &mut State,
        (now, server): (Instant, Nanos),
        records: bool,
    ) -> Vec<Command> {
        let class = &room.class;
        let since = |then: Instant| now.saturating_duration_since(then);
        if since(self.looked) < LOOK_EVERY {
            return Vec::new();
        }
        self.looked = now;
        // Whoever takes the laptop to another network need not start anew.
        let every = LIST_EVERY[usize::from(!state.shows_join())];
        if self.listed.is_none_or(|listed| since(listed) >= every) {
            self.listed = Some(now);
            state.set_ways(interfaces::list().unwrap_or_default(), room.addr);
        }
        state.set_roll(class.roll(), room.wifi.clone());
        class.set_figures(state.figures(records));
        let left = state.take_left();
        let looks = class.host() == Host::Beside && since(self.told) >= BESIDE_EVERY;
        let mut commands = Vec::new();
        if left || looks || class.has_news(server) {
            self.told = now;
            commands.push(Command::Tell);
        }
        let (facts, seen) = class.kept_since(self.seen);
        self.seen = seen;
        state.class_did(&facts);
        // What a lesson measures is not disturbed.
        let kept = class.kept();
        if kept > MUCH || kept > 0 && !state.disturbs_lesson() {
            commands.push(Command::Publish);
        }
        commands
    }

    /// Puts a lesson's question to the class, and what came out of it; what is to be done for that.
    pub(super) fn pose(&mut self, class: &Class, strip: Option<&Strip>) -> Option<Did> {
        let asked = strip.filter(|strip| strip.is_asking());
        let Some((strip, ask)) = asked.and_then(|strip| Some((strip, strip.ask.as_ref()?))) else {
            return self.posed.take().map(|_| Did::Over);
        };
        let shown = strip.phase == Phase::Shown;
        let (lesson, step) = (strip.number, strip.step);
        let posed = self.posed.filter(|posed| (posed.lesson, posed.step) == (lesson, step));
        let did = match posed {
            Some(Posed { revealed: false, .. }) if shown => {
                class.reveal(ask.answer, Some(said(&strip.say)));
                Did::Shown
            }
            Some(Posed { revealed, .. }) if revealed == shown => return None,
            // Nobody was asked.
            None if shown => return None,
            // For the first time, or from the step's beginning again.
            Some(_) | None => {
                class.prepare(question(strip, ask));
                Did::Question
            }
        };
        self.posed = Some(Posed { lesson, step, revealed: shown });
        Some(did)
    }

    /// Draws the screen for those who look at it on their telephones.
    pub(super) fn project(&mut self, class: &Class, state: &State, theme: &Theme, now: Instant) {
        let soon = now.saturating_duration_since(self.projected) < PROJECT_EVERY;
        if soon || !class.looks_at_screen() {
            return;
        }
        self.projected = now;
        let (width, height) = state.screen();
        if let Ok(mut nowhere) = Terminal::new(TestBackend::new(width, height))
            && let Ok(drawn) = nowhere.draw(|frame| panels::draw(frame, state, theme))
        {
            class.show(width, &lines(drawn.buffer));
        }
    }
}

fn question(strip: &Strip, ask: &lesson::Question) -> Question {
    Question {
        id: 0,
        title: said(&strip.title),
        text: said(&ask.question),
        options: ask.options.iter().map(said).collect(),
    }
}

fn said(text: &Text) -> Said {
    let [en, zh] = text.both().map(str::to_owned);
    Said { en, zh }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Code;

    #[test]
    fn a_lessons_question_is_put_once_and_what_came_out_told_with_it() {
        let (mut teaching, class) =
            (Teaching::new(Instant::now()), Class::open(Code::parse("KXTR").unwrap()));
        let strip = |step: usize, phase: &str, ask: bool| -> Strip {
            let text = serde_json::json!({"english": "a", "chinese": "b"});
            let ask = ask.then(
                || serde_json::json!({"question": text, "options": [text, text], "answer": 1}),
            );
            serde_json::from_value(serde_json::json!({
                "number": 6, "title": text, "step": step, "steps": 3, "phase": phase, "say": text, "ask": ask,
            }))
            .unwrap()
        };
        let mut pose = |strip: Option<Strip>| teaching.pose(&class, strip.as_ref());
        assert_eq!(pose(None), None);
        assert_eq!(pose(Some(strip(0, "doing", false))), None);
        assert_eq!(pose(Some(strip(1, "asking", true))), Some(Did::Question));
        assert_eq!(pose(Some(strip(1, "predicted", true))), None);
        assert_eq!(pose(Some(strip(1, "shown", true))), Some(Did::Shown));
        assert_eq!(pose(Some(strip(1, "shown", true))), None);
        // Back to its beginning: it is asked anew.
        assert_eq!(pose(Some(strip(1, "asking", true))), Some(Did::Question));
        assert_eq!(pose(Some(strip(2, "asking", true))), Some(Did::Question));
        assert_eq!(pose(Some(strip(2, "doing", false))), Some(Did::Over));
        assert_eq!(pose(Some(strip(2, "shown", true))), None, "nobody was asked");
        assert_eq!(pose(None), None);
    }
}
