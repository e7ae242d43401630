//! Where each connection is in a list: five bytes for each, since its id is in the list itself.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::telemetry::ConnId;

/// Makes room for one more in a long list: an eighth of it, for the slack of doubling is memory for
/// nothing.
pub(super) fn make_room<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 8 + 64);
    }
}

/// Places in a list, found by id. Whoever asks says which id is at a place.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    places: HashTable<u32>,
}

fn hash(id: ConnId) -> u64 {
    FixedState::default().hash_one(id)
}

/// A list is never so long that its places need more.
fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl Index {
    /// Bytes of memory that it has claimed.
    #[must_use]
    pub(super) fn claimed(&self) -> usize {
        self.places.allocation_size()
    }

    /// Where a connection is.
    #[must_use]
    pub(super) fn get(&self, id: ConnId, at: impl Fn(usize) -> ConnId) -> Option<usize> {
        self.places.find(hash(id), |place| at(*place as usize) == id).map(|place| *place as usize)
    }

    /// Puts a connection in that was not there. The list may have it already.
    pub(super) fn insert(&mut self, id: ConnId, place: usize, at: impl Fn(usize) -> ConnId) {
        self.places.insert_unique(hash(id), narrow(place), |place| hash(at(*place as usize)));
    }

    /// Takes a connection out, and returns where it was. It and all others are still in the list.
    pub(super) fn remove(&mut self, id: ConnId, at: impl Fn(usize) -> ConnId) -> Option<usize> {
        let found = self.places.find_entry(hash(id), |place| at(*place as usize) == id).ok()?;
        let (place, _) = found.remove();
        let len = self.places.len();
        if self.places.capacity() > 64 && len * 8 < self.places.capacity() {
            // A great many have gone.
            self.places.shrink_to(len * 2, |place| hash(at(*place as usize)));
        }
        Some(place as usize)
    }

    /// A connection has another place in the list.
    pub(super) fn moved(&mut self, id: ConnId, from: usize, to: usize) {
        if let Some(place) = self.places.find_mut(hash(id), |place| *place as usize == from) {
            *place = narrow(to);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_equals_a_map(steps in prop::collection::vec((0u64..600, 0u8..5), 1..3000)) {
            let (mut index, mut map, mut list) = (Index::default(), HashMap::new(), Vec::new());
            for (number, what) in steps {
                // Such as follow one another, and such as lie far apart.
                let number = if number % 2 == 0 { number + 1 } else { number << 40 };
                let id = ConnId::new(number).unwrap();
                let known = index.get(id, |place| list[place]);
                prop_assert_eq!(known, map.get(&id).copied());
                match known {
                    None if what > 1 => {
                        list.push(id);
                        index.insert(id, list.len() - 1, |place| list[place]);
                        map.insert(id, list.len() - 1);
                    }
                    Some(at) if what < 3 => {
                        prop_assert_eq!(index.remove(id, |place| list[place]), Some(at));
                        map.remove(&id);
                        let last = list.len() - 1;
                        list.swap_remove(at);
                        if let Some(moved) = list.get(at) {
                            index.moved(*moved, last, at);
                            map.insert(*moved, at);
                        }
                    }
                    _ => {}
                }
            }
            for id in &list {
                prop_assert_eq!(index.get(*id, |place| list[place]), map.get(id).copied());
            }
            prop_assert_eq!(index.places.len(), map.len());
        }
    }
}
