//! An epoll's interest list as the program's calls have made it: what is watched by which number, for
//! what, and with which data. As the kernel's it goes by open file descriptions: one that is watched
//! stays on the list when its number is closed, as long as a copy of it is open (epoll(7)).

use std::collections::{BTreeMap, HashMap};

use super::object::Opened;
use crate::telemetry::{ConnId, Fd, Mask};

/// What is watched, and by which number it was put on the list.
pub(super) type Key = (Opened, Fd);

/// An entry of the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interest {
    pub(super) mask: Mask,
    /// By what a wait call tells of it.
    pub(super) data: u64,
    pub(super) conn: Option<ConnId>,
}

/// The list.
#[derive(Clone, Debug, Default)]
pub(super) struct Interests {
    watched: BTreeMap<Key, Interest>,
    /// Most programs have another for each; where two have the same, it says less.
    by_data: HashMap<u64, Vec<Key>>,
}

impl Interests {
    pub(super) fn watch(&mut self, key: Key, interest: Interest) {
        self.forget(key);
        self.watched.insert(key, interest);
        self.by_data.entry(interest.data).or_default().push(key);
    }

    pub(super) fn forget(&mut self, key: Key) {
        let Some(Interest { data, .. }) = self.watched.remove(&key) else { return };
        if let Some(keys) = self.by_data.get_mut(&data) {
            keys.retain(|other| *other != key);
            if keys.is_empty() {
                self.by_data.remove(&data);
            }
        }
    }

    fn of(&self, opened: Opened) -> impl Iterator<Item = (&Key, &Interest)> {
        self.watched.range((opened, Fd::MIN)..=(opened, Fd::MAX))
    }

    /// The last descriptor of something is closed; returns whether it was watched.
    pub(super) fn gone(&mut self, opened: Opened) -> bool {
        let keys: Vec<Key> = self.of(opened).map(|(key, _)| *key).collect();
        for key in &keys {
            self.forget(*key);
        }
        !keys.is_empty()
    }

    /// What is watched, by number.
    pub(super) fn fds(&self) -> impl Iterator<Item = (Fd, Mask)> {
        self.watched.iter().map(|((_, fd), interest)| (*fd, interest.mask))
    }

    /// What something is watched for.
    pub(super) fn mask(&self, opened: Opened) -> Mask {
        self.of(opened).fold(Mask::NONE, |all, (_, interest)| all.with(interest.mask))
    }

    /// The number, and the connection, of which a wait call tells by this data: -1 and `None` where it
    /// may be one or the other.
    pub(super) fn told(&self, data: u64) -> (Fd, Option<ConnId>) {
        match self.by_data.get(&data).map(Vec::as_slice) {
            Some([key]) => (key.1, self.watched.get(key).and_then(|interest| interest.conn)),
            // One that was closed is watched all the same, and its number is another's.
            Some([(_, fd), others @ ..]) if others.iter().all(|(_, other)| other == fd) => {
                (*fd, None)
            }
            _ => (-1, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(data: u64) -> Interest {
        Interest { mask: Mask::IN, data, conn: ConnId::new(data) }
    }

    fn key(opened: u64, fd: Fd) -> Key {
        (Opened(opened), fd)
    }

    #[test]
    fn data_that_stands_for_two_is_known_of_neither() {
        let mut list = Interests::default();
        list.watch(key(1, 7), of(70));
        list.watch(key(2, 8), of(80));
        let fd = |list: &Interests, data| list.told(data).0;
        assert_eq!((fd(&list, 70), fd(&list, 80), fd(&list, 9)), (7, 8, -1));
        assert_eq!(list.told(70).1, ConnId::new(70));
        list.watch(key(3, 9), of(70));
        assert_eq!(list.told(70), (-1, None));
        list.watch(key(3, 9), of(90));
        list.forget(key(2, 8));
        assert_eq!((fd(&list, 70), fd(&list, 90), fd(&list, 80)), (7, 9, -1));
        list.forget(key(1, 7));
        list.forget(key(3, 9));
        assert!(list.watched.is_empty() && list.by_data.is_empty());
    }

    #[test]
    fn what_is_watched_outlives_its_number() {
        let mut list = Interests::default();
        list.watch(key(1, 7), of(7));
        // The number is another's now.
        list.watch(key(2, 7), of(7));
        assert_eq!(list.told(7), (7, None), "of one of them");
        let out = Interest { mask: Mask::OUT, ..of(70) };
        list.watch(key(1, 70), out);
        assert_eq!(list.mask(Opened(1)), Mask::IN.with(Mask::OUT));
        assert!(list.gone(Opened(1)) && !list.gone(Opened(1)));
        assert_eq!(list.fds().collect::<Vec<_>>(), [(7, Mask::IN)]);
        assert_eq!((list.told(7), list.told(70)), ((7, ConnId::new(7)), (-1, None)));
        assert_eq!((list.mask(Opened(1)), list.mask(Opened(2))), (Mask::NONE, Mask::IN));
    }
}
