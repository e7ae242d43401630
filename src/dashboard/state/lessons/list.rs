//! The list of lessons, and of the steps of one.

use crossterm::event::{KeyCode, KeyEvent};

use super::List;
use crate::dashboard::keys::id::Id;
use crate::dashboard::state::{Overlay, State};

impl State {
    /// A key was pressed while the list is open. The arrows do here what they always do, and so do the
    /// keys that the list of keys has for that.
    pub(in crate::dashboard::state) fn lessons_key(
        &mut self,
        mut list: List,
        key: KeyEvent,
        declared: Option<Id>,
    ) {
        let all = self.course.all();
        let steps = all.get(list.at).map_or(0, |entry| entry.lesson.steps.len());
        let (marked, count) = match list.step {
            Some(step) => (step, steps),
            None => (list.at, all.len()),
        };
        let last = count.saturating_sub(1);
        let mut mark = |to: usize| match &mut list.step {
            Some(step) => *step = to,
            None => list.at = to,
        };
        match (key.code, declared) {
            (KeyCode::Up, _) | (_, Some(Id::Up)) => {
                mark(marked.checked_sub(1).unwrap_or(last));
            }
            (KeyCode::Down, _) | (_, Some(Id::Down | Id::LessonOn)) => {
                mark(if marked < last { marked + 1 } else { 0 });
            }
            (KeyCode::Home, _) | (_, Some(Id::First)) => mark(0),
            (KeyCode::End, _) | (_, Some(Id::Last)) => mark(last),
            (KeyCode::Right, _) if list.step.is_none() => {
                // Where it is, or was left.
                let begun = all.get(list.at).and_then(|entry| entry.run.as_ref());
                list.step = Some(begun.map_or(0, crate::lesson::Run::at));
            }
            (KeyCode::Left, _) => list.step = None,
            (KeyCode::Enter | KeyCode::Char(' '), _) => {
                self.course.begin(list.at, list.step);
                return;
            }
            (_, Some(Id::Lessons)) if self.course.run().is_some() => {
                self.leave_lesson();
                return;
            }
            (KeyCode::Esc, _) | (_, Some(Id::Quit | Id::Back | Id::Lessons)) => return,
            // The next lesson whose number begins so.
            (KeyCode::Char(digit @ '0'..='9'), _) if list.step.is_none() => {
                let begins = |at: &usize| all[*at].lesson.number.to_string().starts_with(digit);
                let round = (list.at + 1..all.len()).chain(0..all.len().min(list.at + 1));
                // The one that it names stays marked where the box was just opened.
                let is_it = all
                    .get(list.at)
                    .is_some_and(|one| one.lesson.number.to_string() == digit.to_string());
                if !is_it || list.typed {
                    list.at = { round }.find(begins).unwrap_or(list.at);
                }
                list.typed = true;
            }
            _ => {}
        }
        self.overlay = Overlay::Lessons(list);
    }
}
