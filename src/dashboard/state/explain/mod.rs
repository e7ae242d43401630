//! **Explain this**: the card that explains one thing on the screen, while it is open.
//!
//! | file | what lives there |
//! |---|---|
//! | `mod` | which thing is explained, and which one is the next |
//! | [`thing`] | everything that can be explained, and where it is listed |
//! | `says` | what is said of each |

mod says;
pub mod thing;

use self::thing::{Boxed, Place, Thing};
use super::menu::Menu;
use crate::dashboard::geometry::Position;

/// A box that was open as the card was asked for, and is open again when the card is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the boxes by their names")]
pub enum Behind {
    Kinds(usize),
    Servers(usize),
    Options(Menu),
}

impl Behind {
    /// What it is.
    #[must_use]
    pub fn thing(self) -> Thing {
        Thing::Boxed(match self {
            Self::Kinds(_) => Boxed::Kinds,
            Self::Servers(_) => Boxed::Servers,
            Self::Options(_) => Boxed::Options,
        })
    }
}

/// The card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Explain {
    /// Among the things of which place it was found.
    pub place: Place,
    /// What is explained.
    pub thing: Thing,
    /// Where it was pointed at, if it was.
    pub at: Option<Position>,
    /// The first visible line.
    pub top: usize,
    /// The box that was open before.
    pub behind: Option<Behind>,
}

impl Explain {
    /// Explains a thing found there; one that is listed elsewhere, there.
    #[must_use]
    pub fn new(place: Place, thing: Thing, at: Option<Position>) -> Self {
        let place = if place.things().contains(&thing) { place } else { thing.home() };
        Self { place, thing, at, top: 0, behind: None }
    }

    /// The same, over a box.
    #[must_use]
    pub fn over(self, behind: Option<Behind>) -> Self {
        Self { behind, ..self }
    }

    /// Which one it is of how many of its place, from 1.
    #[must_use]
    pub fn number(&self) -> (usize, usize) {
        let things = self.place.things();
        let at = things.iter().position(|thing| *thing == self.thing).unwrap_or(0);
        (at + 1, things.len())
    }

    /// The next thing of the same place, or the one before; behind the last comes the first.
    #[must_use]
    pub fn step(&self, by: isize) -> Self {
        let things = self.place.things();
        let (at, of) = self.number();
        let next = (at - 1 + of).saturating_add_signed(by) % of;
        Self { thing: things[next], at: None, top: 0, ..*self }
    }

    /// The first thing of the next place, or of the one before.
    #[must_use]
    pub fn turn(&self, by: isize) -> Self {
        let of = Place::ALL.len();
        let at = Place::ALL.iter().position(|place| *place == self.place).unwrap_or(0);
        let place = Place::ALL[(at + of).saturating_add_signed(by) % of];
        Self { place, thing: place.first(), at: None, top: 0, behind: self.behind }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_alone_reach_every_thing() {
        let mut place = Explain::new(Place::ALL[0], Place::ALL[0].first(), None);
        let mut reached = Vec::new();
        for _ in Place::ALL {
            let mut card = place;
            for _ in place.place.things() {
                reached.push(card.thing);
                assert_eq!(card.step(1).step(-1).thing, card.thing);
                card = card.step(1);
            }
            assert_eq!(card.thing, place.thing, "round once");
            assert_eq!(place.turn(1).turn(-1).place, place.place);
            place = place.turn(1);
        }
        for thing in Thing::all() {
            assert!(reached.contains(&thing), "{thing:?}");
        }
    }

    #[test]
    fn a_thing_that_is_listed_elsewhere_is_explained_there() {
        let recv = Thing::Kind(crate::telemetry::Kind::Recv);
        let card = Explain::new(Place::ALL[1], recv, None);
        assert_eq!(card.place, recv.home());
        assert!(card.place != Place::ALL[1] && card.place.things().contains(&recv));
    }
}
