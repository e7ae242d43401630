//! How what travels is written in an event log and read from it: a name as it is shown, a call's result
//! as its number or its error's name.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    By, ConnState, CtlOp, Errno, Form, Kind, Mask, Mistake, Ret, ServerKind, Site, Trigger, Until,
    Why,
};

/// The error for a word that stands for nothing.
fn unknown<E: Error>(word: &str) -> E {
    E::invalid_value(Unexpected::Str(word), &"a word that is known")
}

/// Writes what has a text as that, and reads it again.
macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(|_| unknown(&text))
            }
        }
    )*};
}

/// Writes each of a few by its name.
macro_rules! by_name {
    ($($type:ty: $name:ident),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.$name())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                Self::ALL.into_iter().find(|one| one.$name() == text).ok_or_else(|| unknown(&text))
            }
        }
    )*};
}

as_text!(Mask, Errno, Until);
by_name!(
    ConnState: label,
    CtlOp: name,
    Kind: name,
    Mistake: name,
    ServerKind: name,
    Trigger: name,
    Why: label
);

/// As [`Site::text`] has it.
impl Serialize for Site {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl<'de> Deserialize<'de> for Site {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| unknown(&text))
    }
}

const USUAL: &str = "usual";
const OWN: &str = "own";

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = self.name().unwrap_or(if *self == Self::Own { OWN } else { USUAL });
        serializer.serialize_str(name)
    }
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match &*Cow::<str>::deserialize(deserializer)? {
            USUAL => Ok(Self::Usual),
            OWN => Ok(Self::Own),
            name => name.parse().map_err(|()| unknown(name)),
        }
    }
}

/// The number of a thread, or that of a process below 0.
impl Serialize for By {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i32(self.number())
    }
}

impl<'de> Deserialize<'de> for By {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The least number is nobody's, and has no opposite.
        i32::deserialize(deserializer).map(|number| Self::numbered(number.max(-i32::MAX)))
    }
}

/// A value, or the name of an error.
impl Serialize for Ret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.get() {
            Ok(value) => serializer.serialize_u64(value),
            Err(errno) => errno.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Ret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = Ret;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or an error's name")
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Ret, E> {
                Ok(Ret::ok(value))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Ret, E> {
                text.parse().map(Ret::err).map_err(|()| unknown(text))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// Whether it is what is read where nothing is written.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A path of the program's own, of which there are few: read again it lasts as long as the program.
pub(super) mod route {
    use std::collections::BTreeSet;
    use std::sync::{Mutex, PoisonError};

    use super::{Cow, Deserialize, Deserializer, Serializer};

    /// How many others are kept; what a file brings beyond that has no name.
    const MOST: usize = 64;
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

    pub(in crate::telemetry) fn serialize<S: Serializer>(
        route: &&'static str,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(route)
    }

    pub(in crate::telemetry) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static str, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(&*text) {
            return Ok(known);
        }
        if kept.len() == MOST {
            return Ok("");
        }
        let text: &'static str = text.into_owned().leak();
        kept.insert(text);
        Ok(text)
    }
}

/// Numbers by their names, of which those that are 0 are left out.
pub(super) mod named {
    use std::borrow::Cow;
    use std::fmt;

    use serde::de::{MapAccess, Visitor};
    use serde::{Deserializer, Serializer};

    pub(in crate::telemetry) fn serialize<'a, S: Serializer>(
        numbers: impl Iterator<Item = (&'a str, u64)>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(numbers)
    }

    /// Hands each to `set`; a name that is not known there is passed over.
    pub(in crate::telemetry) fn deserialize<'de, D: Deserializer<'de>>(
        set: impl FnMut(&str, u64),
        deserializer: D,
    ) -> Result<(), D::Error> {
        struct Each<F>(F);

        impl<'de, F: FnMut(&str, u64)> Visitor<'de> for Each<F> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("numbers by their names")
            }

            fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
                while let Some((name, number)) = map.next_entry::<Cow<'_, str>, u64>()? {
                    self.0(&name, number);
                }
                Ok(())
            }
        }

        deserializer.deserialize_map(Each(set))
    }
}
