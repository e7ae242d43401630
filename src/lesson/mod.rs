//! Lessons: what a lesson is, how its file is read, and how one is given.
//!
//! | file | what lives there |
//! |---|---|
//! | `model` | a lesson, its steps, its questions |
//! | `action` | what a step does |
//! | `measure`, `figure` | what can be measured, and what came out |
//! | `phrase` | sentences with measures in them |
//! | `expect` | claims |
//! | `grammar` | sentences of a step, read |
//! | `setting` | options of a server by name |
//! | `read` | a lesson's file |
//! | `shelf` | the lessons that there are |
//! | `seen`, `act` | what a lesson is fed, and what it wants done |
//! | `record`, `measured` | what was published since a step began; measures, taken |
//! | `run` | a lesson that is given |
//! | `strip` | what it tells |

mod act;
mod action;
mod expect;
mod figure;
mod grammar;
mod measure;
mod measured;
mod model;
mod phrase;
mod read;
mod record;
mod run;
mod seen;
mod setting;
mod shelf;
mod strip;

pub use crate::clients::Name;
pub use act::Act;
pub use action::{Call, Deed, Do};
pub use expect::{Claim, Expect, Op, Operand};
pub use figure::Figure;
pub use measure::{Measure, OfClient, Total};
pub use model::{Ask, Both, Lesson, Look, Reveal, Setup, Step};
pub use phrase::Phrase;
pub use run::{Outcome, Phase, Run, Trouble};
pub use seen::{Puppet, Seen};
pub use shelf::{SKELETON, Shelf, check};
pub use strip::{End, Predicted, Question, Strip, Text};

/// The name of a client that a text is; `None` for another text.
fn name_of(text: &str) -> Option<Name> {
    let mut letters = text.chars();
    let name = letters.next().and_then(Name::new)?;
    letters.next().is_none().then_some(name)
}

#[cfg(test)]
mod tests;
