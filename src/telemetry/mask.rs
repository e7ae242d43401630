//! Event masks of epoll(7) and poll(2), as the kernel's numbers and in the field's spelling.

use std::fmt;
use std::str::FromStr;

/// A set of readiness bits, with the values of `epoll_ctl(2)`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Mask(pub u32);

impl Mask {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// There is something to read.
    pub const IN: Self = Self(0x001);
    /// There is something exceptional (out-of-band data) to read.
    pub const PRI: Self = Self(0x002);
    /// There is room to write.
    pub const OUT: Self = Self(0x004);
    /// An error is pending; always reported, never asked for.
    pub const ERR: Self = Self(0x008);
    /// Both directions are shut; always reported, never asked for.
    pub const HUP: Self = Self(0x010);
    /// The number is not that of an open fd; only of poll(2).
    pub const NVAL: Self = Self(0x020);
    /// The peer shut down its writing half.
    pub const RDHUP: Self = Self(0x2000);
    /// Wake only one of several waiters.
    pub const EXCLUSIVE: Self = Self(1 << 28);
    /// Report once, then rest until re-armed.
    pub const ONESHOT: Self = Self(1 << 30);
    /// Edge-triggered.
    pub const ET: Self = Self(1 << 31);

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all bits of `other` are in `self`.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any bit of `other` is in `self`.
    #[must_use]
    pub const fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Writes the enum, [`Bit::ALL`], [`Bit::mask`] and [`Bit::name`] from one list.
macro_rules! bits {
    ($($bit:ident = $mask:ident,)*) => {
        /// A bit that has a name, in the order in which they are written.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[expect(missing_docs, reason = "each is explained by its mask")]
        pub enum Bit {
            $($bit,)*
        }

        impl Bit {
            /// All of them.
            pub const ALL: [Self; [$(Mask::$mask),*].len()] = [$(Self::$bit),*];

            /// The mask that has it alone.
            #[must_use]
            pub const fn mask(self) -> Mask {
                match self {
                    $(Self::$bit => Mask::$mask,)*
                }
            }

            /// Its name, without the prefix `EPOLL`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$bit => stringify!($mask),)*
                }
            }
        }
    };
}

bits! {
    In = IN,
    Pri = PRI,
    Out = OUT,
    Rdhup = RDHUP,
    Err = ERR,
    Hup = HUP,
    Nval = NVAL,
    Et = ET,
    Oneshot = ONESHOT,
    Exclusive = EXCLUSIVE,
}

/// `IN|RDHUP|ET`; an empty mask is `0`; bits without a name are written in hexadecimal.
impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0");
        }
        let mut left = self.0;
        let mut first = true;
        for bit in Bit::ALL {
            if self.has(bit.mask()) {
                left &= !bit.mask().0;
                if !std::mem::take(&mut first) {
                    f.write_str("|")?;
                }
                f.write_str(bit.name())?;
            }
        }
        if left != 0 {
            if !first {
                f.write_str("|")?;
            }
            write!(f, "{left:#x}")?;
        }
        Ok(())
    }
}

/// What [`Mask`]'s `Display` has written.
impl FromStr for Mask {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "0" {
            return Ok(Self::NONE);
        }
        let bit = |word: &str| match word.strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16).map(Self).ok(),
            None => Bit::ALL.into_iter().find(|bit| bit.name() == word).map(Bit::mask),
        };
        text.split('|').try_fold(Self::NONE, |all, word| Some(all.with(bit(word)?))).ok_or(())
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Mask;

    /// Every bit that has a name.
    fn all() -> Mask {
        Mask(0x3fu32 | 0x2000 | 1 << 28 | 1 << 30 | 1 << 31)
    }

    #[test]
    fn is_written_in_the_order_of_the_design() {
        assert_eq!(all().to_string(), "IN|PRI|OUT|RDHUP|ERR|HUP|NVAL|ET|ONESHOT|EXCLUSIVE");
        assert_eq!(Mask::NONE.to_string(), "0");
        assert_eq!(Mask(0x41).to_string(), "IN|0x40");
    }

    #[test]
    fn what_is_written_can_be_read() {
        for mask in [all(), Mask::NONE, Mask::IN, Mask(0x41), Mask(0x8000), Mask(u32::MAX)] {
            assert_eq!(mask.to_string().parse(), Ok(mask));
        }
        for text in ["", "IN|", "IN|BAD", "0x", "0x1ffffffff", "1", "in"] {
            assert_eq!(text.parse::<Mask>(), Err(()), "{text}");
        }
    }

    #[test]
    fn a_mask_is_tested_bit_by_bit() {
        let m = Mask::IN.with(Mask::RDHUP);
        assert!(m.has(Mask::IN) && m != Mask::IN);
        assert!(m.any(Mask::RDHUP.with(Mask::HUP)) && !m.has(Mask::RDHUP.with(Mask::HUP)));
    }
}
