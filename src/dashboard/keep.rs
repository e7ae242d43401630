//! The last seconds kept in files: by whom, and what is told of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::state::State;
use super::state::notice::Notice;

/// How many notices may wait.
const NOTICES: usize = 8;

type Keeps = dyn Fn(Vec<u8>, Duration, Sender<Notice>) + Send + Sync;

/// Keeps the lines of a log, which begin after its first, of so much time; and tells what came of it.
#[derive(Clone)]
pub struct Keep(Arc<Keeps>);

impl Keep {
    /// One that does it so, without being waited for.
    pub fn new(keeps: impl Fn(Vec<u8>, Duration, Sender<Notice>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(keeps))
    }
}

impl fmt::Debug for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::any::type_name::<Self>())
    }
}

/// What keeps, and what it has told.
#[derive(Debug)]
pub(super) struct Keeping {
    keep: Option<Keep>,
    tell: Sender<Notice>,
    told: Receiver<Notice>,
}

impl Keeping {
    pub(super) fn by(keep: Option<Keep>) -> Self {
        let (tell, told) = bounded(NOTICES);
        Self { keep, tell, told }
    }

    /// Keeps so much of the time up to the picture.
    pub(super) fn keep(&self, state: &State, time: Duration) {
        if let Some(Keep(keeps)) = &self.keep {
            let (lines, time) = state.excerpt(time);
            keeps(lines, time, self.tell.clone());
        }
    }

    /// Tells the operator what came of it.
    pub(super) fn tell(&self, state: &mut State) {
        self.told.try_iter().for_each(|notice| state.notice(notice));
    }
}
