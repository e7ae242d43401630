//! Where in the source a call is made: the line that the code view marks.
//!
//! The compiler knows the place of a call that is marked `#[track_caller]` ([`Location`]). An event
//! has one byte left for it, so every place gets a number when it first makes a call, and keeps it
//! until the program ends.

use std::fmt;
use std::num::NonZeroU8;
use std::panic::Location;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// A place in the source, by its number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Site(NonZeroU8);

/// What a [`Site`] stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file, relative to the crate's root: `src/server/reactor/mod.rs`.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

/// Slots of the table in which a place is found by its address; a power of two.
const SLOTS: usize = 1024;
/// Slots that are looked at for one address.
const PROBES: usize = 64;

/// The places by the address of their [`Location`], and beside each its number. Written under the
/// lock of [`PLACES`], the number first, and read without it.
static BY_ADDRESS: [AtomicPtr<Location<'static>>; SLOTS] =
    [const { AtomicPtr::new(ptr::null_mut()) }; SLOTS];
static NUMBERS: [AtomicU8; SLOTS] = [const { AtomicU8::new(0) }; SLOTS];

/// What each is called, once it was asked for: for an event log, which names one in each line.
static TEXTS: [OnceLock<String>; 256] = [const { OnceLock::new() }; 256];

/// The places by their number, from 1.
static PLACES: Mutex<Vec<Place>> = Mutex::new(Vec::new());

impl Site {
    /// The place of a call; `None` beyond 255 of them.
    #[inline]
    #[must_use]
    pub fn of(location: &'static Location<'static>) -> Option<Self> {
        let address = ptr::from_ref(location).cast_mut();
        for slot in Self::slots(address) {
            let there = BY_ADDRESS[slot].load(Ordering::Acquire);
            if there == address {
                return NonZeroU8::new(NUMBERS[slot].load(Ordering::Relaxed)).map(Self);
            }
            if there.is_null() {
                break;
            }
        }
        Self::enter(location)
    }

    /// The place of the caller.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn here() -> Option<Self> {
        Self::of(Location::caller())
    }

    /// The place that another process of the same program names; `file` as [`Place::file`] has it.
    #[must_use]
    pub fn named(file: &str, line: u32) -> Option<Self> {
        // There are as many as calls in the source, and each is kept once.
        Self::numbered(file, line, || String::from(file).leak())
    }

    /// Its number, from 1: the same for as long as the program runs.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0.get()
    }

    /// The place that has got that number.
    pub(super) fn of_number(number: u8) -> Option<Self> {
        NonZeroU8::new(number).map(Self)
    }

    /// What it stands for.
    #[must_use]
    pub fn place(self) -> Place {
        let places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        places[usize::from(self.0.get()) - 1]
    }

    /// Its file and its line: `src/server/reactor/turn.rs:98`.
    #[must_use]
    pub fn text(self) -> &'static str {
        TEXTS[usize::from(self.number())].get_or_init(|| {
            let Place { file, line } = self.place();
            format!("{file}:{line}")
        })
    }

    /// The place of which [`Site::text`] says that.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (file, line) = text.rsplit_once(':')?;
        Self::named(file, line.parse().ok()?)
    }

    /// The number of a place, which gets the next if it has none. `keep` makes its file's name last.
    fn numbered(file: &str, line: u32, keep: impl FnOnce() -> &'static str) -> Option<Self> {
        let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        let known = places.iter().position(|place| place.file == file && place.line == line);
        let index = known.unwrap_or(places.len());
        let number = u8::try_from(index + 1).ok().and_then(NonZeroU8::new)?;
        if known.is_none() {
            let same = places.iter().find(|place| place.file == file).map(|place| place.file);
            places.push(Place { file: same.unwrap_or_else(keep), line });
        }
        Some(Self(number))
    }

    /// Where an address may lie in the table, the likeliest first.
    fn slots(address: *mut Location<'static>) -> impl Iterator<Item = usize> {
        // A Location is some 24 bytes long.
        let first = address.addr() / 8;
        (first..first + PROBES).map(|slot| slot % SLOTS)
    }

    /// A place that makes its first call, or one for which there is no slot.
    #[cold]
    fn enter(location: &'static Location<'static>) -> Option<Self> {
        let file = from_root(location.file());
        let site = Self::numbered(file, location.line(), || file);
        // Whoever writes slots holds the lock.
        let _places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        let address = ptr::from_ref(location).cast_mut();
        for slot in Self::slots(address) {
            let there = BY_ADDRESS[slot].load(Ordering::Relaxed);
            if there == address {
                break;
            }
            if there.is_null() {
                NUMBERS[slot].store(site.map_or(0, Self::number), Ordering::Relaxed);
                BY_ADDRESS[slot].store(address, Ordering::Release);
                break;
            }
        }
        site
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A file's path from the crate's root on: as a dependency it is built from elsewhere.
fn from_root(file: &'static str) -> &'static str {
    file.rfind("src/").map_or(file, |at| &file[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn called() -> Option<Site> {
        Site::here()
    }

    #[test]
    fn a_place_keeps_its_number_and_says_where_it_is() {
        let sites: Vec<_> = (0..3).map(|_| called()).collect();
        let line = line!() - 1;
        assert_eq!(sites[0].unwrap().place(), Place { file: "src/telemetry/site.rs", line });
        assert!(sites.iter().all(|site| *site == sites[0]));
        assert_ne!(called(), sites[0]);
    }

    #[test]
    fn a_place_of_another_process_is_the_same_place() {
        let here = called().unwrap();
        let Place { file, line } = here.place();
        assert_eq!(Site::named(file, line), Some(here));
    }

    #[test]
    fn threads_that_come_at_once_get_the_same_number() {
        let sites: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(called)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(sites.iter().all(|site| *site == sites[0]));
    }

    #[test]
    fn a_file_is_named_from_the_crates_root_on() {
        assert_eq!(from_root("/somewhere/src/other/src/server/mod.rs"), "src/server/mod.rs");
        assert_eq!(from_root("src/server/mod.rs"), "src/server/mod.rs");
        assert_eq!(from_root("tests/site.rs"), "tests/site.rs");
    }

    #[test]
    fn a_site_takes_one_byte() {
        assert_eq!(size_of::<Option<Site>>(), 1);
    }
}
