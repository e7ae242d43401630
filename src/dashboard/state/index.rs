//! Where each connection is in a list: four bytes for each, since its id is in the list itself.

use crate::telemetry::ConnId;

/// Makes room for one more in a long list: an eighth of it, for the slack of doubling is memory for
/// nothing.
pub(super) fn make_room<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 8 + 64);
    }
}

const FREE: u32 = u32::MAX;

/// Places in a list, found by id. Whoever asks says which id is at a place.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Places, each as near after the slot that its id hashes to as was free; a power of two.
    slots: Vec<u32>,
    len: usize,
}

impl Index {
    fn home(&self, id: ConnId) -> usize {
        // The golden ratio: numbers that follow one another are spread evenly.
        let hash = id.get().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        usize::try_from(hash >> 32).unwrap_or_default() & (self.slots.len() - 1)
    }

    /// The slot that holds a place of which `is_it`.
    fn slot(&self, id: ConnId, is_it: impl Fn(u32) -> bool) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.home(id);
        loop {
            match self.slots[at] {
                FREE => return None,
                place if is_it(place) => return Some(at),
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// Where a connection is.
    #[must_use]
    pub(super) fn get(&self, id: ConnId, at: impl Fn(usize) -> ConnId) -> Option<usize> {
        let slot = self.slot(id, |place| at(place as usize) == id)?;
        Some(self.slots[slot] as usize)
    }

    /// Puts a connection in that was not there. The list may have it already.
    pub(super) fn insert(&mut self, id: ConnId, place: usize, at: impl Fn(usize) -> ConnId) {
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            self.resize((self.slots.len() * 2).max(64), &at);
        }
        self.len += 1;
        self.put(id, u32::try_from(place).unwrap_or(FREE - 1));
    }

    fn put(&mut self, id: ConnId, place: u32) {
        let mut slot = self.home(id);
        while self.slots[slot] != FREE {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = place;
    }

    fn resize(&mut self, slots: usize, at: &impl Fn(usize) -> ConnId) {
        for place in std::mem::replace(&mut self.slots, vec![FREE; slots]) {
            if place != FREE {
                self.put(at(place as usize), place);
            }
        }
    }

    /// Takes a connection out, and returns where it was. It and all others are still in the list.
    pub(super) fn remove(&mut self, id: ConnId, at: impl Fn(usize) -> ConnId) -> Option<usize> {
        let mut hole = self.slot(id, |place| at(place as usize) == id)?;
        let place = self.slots[hole];
        let mask = self.slots.len() - 1;
        // Those that follow move up, unless they would stand before their home.
        let mut next = (hole + 1) & mask;
        while self.slots[next] != FREE {
            let home = self.home(at(self.slots[next] as usize));
            if (next.wrapping_sub(home) & mask) >= (next.wrapping_sub(hole) & mask) {
                self.slots[hole] = self.slots[next];
                hole = next;
            }
            next = (next + 1) & mask;
        }
        self.slots[hole] = FREE;
        self.len -= 1;
        if self.slots.len() > 64 && self.len * 8 < self.slots.len() {
            // A great many have gone.
            let half = self.slots.len() / 2;
            self.resize(half, &at);
        }
        Some(place as usize)
    }

    /// A connection has another place in the list.
    pub(super) fn moved(&mut self, id: ConnId, from: usize, to: usize) {
        if let Some(slot) = self.slot(id, |place| place as usize == from) {
            self.slots[slot] = u32::try_from(to).unwrap_or(FREE - 1);
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
            prop_assert_eq!(index.len, map.len());
        }
    }
}
