//! The server's end of a connection as a number: very many connections have the same few, and an address
//! in each of their rows would be as long as all that is known of where their clients are.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An address of the server's at which it is connected. Each gets a number when it is first named, and
/// keeps it until the program ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Local(u16);

/// The addresses by their number, from 1, and the numbers.
struct Known {
    addresses: Vec<SocketAddr>,
    numbers: BTreeMap<SocketAddr, u16>,
}

static KNOWN: Mutex<Known> = Mutex::new(Known { addresses: Vec::new(), numbers: BTreeMap::new() });

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Local {
    /// That of a server with one listener, which nobody has to tell from others.
    pub const UNKNOWN: Self = Self(0);

    /// That address; [`Self::UNKNOWN`] beyond 65,535 of them.
    #[must_use]
    pub fn of(address: SocketAddr) -> Self {
        let Known { addresses, numbers } = &mut *known();
        if let Some(number) = numbers.get(&address) {
            return Self(*number);
        }
        let Ok(number) = u16::try_from(addresses.len() + 1) else { return Self::UNKNOWN };
        addresses.push(address);
        numbers.insert(address, number);
        Self(number)
    }

    /// The address, where it is known.
    #[must_use]
    pub fn address(self) -> Option<SocketAddr> {
        let place = usize::from(self.0).checked_sub(1)?;
        known().addresses.get(place).copied()
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    pub(crate) fn is_unknown(&self) -> bool {
        *self == Self::UNKNOWN
    }

    /// Whether the two are the same, as far as they are known.
    #[must_use]
    pub fn may_be(self, other: Self) -> bool {
        self == other || self == Self::UNKNOWN || other == Self::UNKNOWN
    }

    /// Its number; 0 where it is not known.
    #[must_use]
    pub(crate) fn number(self) -> u16 {
        self.0
    }

    /// That with this number.
    #[must_use]
    pub(crate) fn numbered(number: u16) -> Self {
        Self(number)
    }
}

/// As its address, which has another number in another run.
impl Serialize for Local {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.address().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Local {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let address = Option::<SocketAddr>::deserialize(deserializer)?;
        Ok(address.map(Self::of).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_keeps_its_number() {
        let [one, two]: [SocketAddr; 2] = ["127.0.0.9:1", "[::9]:1"].map(|it| it.parse().unwrap());
        let (first, second) = (Local::of(one), Local::of(two));
        assert_ne!(first, second);
        assert_eq!((Local::of(one), Local::of(two)), (first, second));
        assert_eq!((first.address(), second.address()), (Some(one), Some(two)));
        assert!(!first.may_be(second) && first.may_be(first));
        let unknown = Local::UNKNOWN;
        assert_eq!(unknown.address(), None);
        assert!(unknown.may_be(first) && first.may_be(unknown));
        // Another run may give them other numbers.
        let written = serde_json::to_string(&[first, unknown]).unwrap();
        assert_eq!(written, r#"["127.0.0.9:1",null]"#);
        assert_eq!(serde_json::from_str::<[Local; 2]>(&written).unwrap(), [first, unknown]);
    }
}
