//! The epoll instances of a traced program: what each watches, and who waits in it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{By, Fd, Mask, Nanos};

/// A number that stands for an instance, and in which process: `None` for the first one.
pub type EpollNumber = (Option<i32>, Fd);

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Epoll {
    /// What tells it from all others that there are or were.
    pub id: u64,
    /// The number by which a wait call was last made on it; before one was, the first that it has.
    pub fd: Fd,
    /// Who has made that call; before that, whose number it is.
    pub by: By,
    /// Whether any wait call was made on it.
    pub waited: bool,
    /// Since when who has made that call sleeps in it; `None` when it has returned, or is held before it.
    pub asleep: Option<Nanos>,
    /// All numbers that stand for it: a copy, or a child that has come by fork(2), has another.
    pub numbers: Arc<[EpollNumber]>,
    /// Its interest list, by the numbers with which it was made.
    pub list: Arc<[(Fd, Mask)]>,
    /// Whether that is all of it: what was registered before it was seen for the first time is not known.
    pub whole: bool,
}

/// A listener that several of them watch, so that a client may wake all who wait in them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Herd {
    /// All numbers that stand for it.
    pub numbers: Arc<[EpollNumber]>,
    /// How many watch it without EXCLUSIVE: two or more.
    pub lists: usize,
}

/// Those that are open.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Epolls {
    /// The first of them, in the order of their numbers, those of the first process before the others'.
    pub list: Vec<Epoll>,
    /// How many there are beside these.
    pub more: usize,
    /// The listeners that several watch.
    pub herds: Arc<[Herd]>,
    /// The one on which a wait call was made last, if it is still open.
    pub last: Option<u64>,
}

impl Epolls {
    /// How many are listed at most.
    pub const MOST: usize = 64;

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len() + self.more
    }
}
