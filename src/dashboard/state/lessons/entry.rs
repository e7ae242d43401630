//! A lesson of the course.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::lesson::{Lesson, Run};

/// A lesson, and how far it was given.
#[derive(Debug)]
pub struct Entry {
    /// The lesson.
    pub lesson: Arc<Lesson>,
    /// Once it was begun.
    pub run: Option<Run>,
    /// It was given to its end.
    pub over: bool,
    /// The steps in which it came out otherwise here than the lesson says.
    pub otherwise: BTreeSet<usize>,
}

impl Entry {
    pub(super) fn new(lesson: &Arc<Lesson>) -> Self {
        Self { lesson: lesson.clone(), run: None, over: false, otherwise: BTreeSet::new() }
    }
}
