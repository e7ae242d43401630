//! The class in the room: what students do, and the panel of it.

use crate::telemetry::Did;

/// What is said of a class.
pub(crate) struct Class {
    /// Who it is: a student by number, or everybody.
    pub(crate) who: fn(student: u32) -> String,
    /// What was done, in a few words.
    pub(crate) did: fn(did: Did, value: u32) -> String,
    /// The same as a whole sentence.
    pub(crate) sentence: fn(did: Did, student: u32, value: u32) -> String,
    /// How many are in, and how many hands are up.
    pub(crate) counts: fn(present: usize, up: usize) -> String,
    pub(crate) keys: fn(join: &str, serve: &str, press: Option<&str>) -> String,
    pub(crate) nobody: fn(join: &str) -> String,
    pub(crate) none: &'static str,
    pub(crate) answered: fn(answered: u32, present: usize, round: u8) -> String,
    /// What was done just now, to whom.
    pub(crate) done: fn(who: &str, did: &str) -> String,
    /// What shows how.
    pub(crate) shows: fn(key: &str) -> String,
    /// How many voted for an option, and how many before.
    pub(crate) vote: fn(option: usize, votes: u32, before: Option<u32>) -> String,
    /// The same of the one that is right.
    pub(crate) right: fn(vote: &str) -> String,
    pub(crate) votes: fn(votes: &[String]) -> String,
    /// How many voted so in the first round.
    pub(crate) before: fn(votes: u32) -> String,
    /// What came of pressing all at once.
    pub(crate) burst: fn(server: &str, pressed: u32, within: Option<&str>) -> String,
    pub(crate) waited: fn(telephones: usize, half: u32, longest: u32) -> String,
    pub(crate) lost: &'static str,
    /// The class is at another server while a lesson is given.
    pub(crate) beside: &'static str,
    /// Where it joins then.
    pub(crate) at: fn(url: &str) -> String,
    /// What is asked before the server is opened to a network.
    pub(crate) lets_in: &'static str,
    pub(crate) no_network: &'static str,
    pub(crate) asks: &'static str,
    pub(crate) say_bind: &'static str,
    /// Whether a class is let in while the server runs, at these addresses, which closes that many.
    pub(crate) opens: fn(ways: &[String], instead: Option<&str>, open: usize) -> String,
    /// Why a class is not let in.
    pub(crate) not_in: fn(why: &str) -> String,
    /// Why a lesson has not the server to itself.
    pub(crate) stays: fn(why: &str) -> String,
    pub(crate) no_random: fn(why: &str) -> String,
}
