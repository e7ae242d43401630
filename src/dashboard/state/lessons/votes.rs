//! How the class answers what a lesson asks: how many have, or what.

use super::strip::lines;
use super::{Row, Tone};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::state::State;
use crate::lesson::{Phase, Strip};
use crate::words::strings;

impl State {
    /// The lines of the strip about it.
    pub(super) fn votes(&self, strip: &Strip, width: usize) -> Vec<Row> {
        let (class, say) = (&self.scene().class, &strings().class);
        let Some(asked) = class.asked().filter(|_| strip.is_asking() && strip.ask.is_some()) else {
            return Vec::new();
        };
        if !asked.shown {
            let round = if asked.again { 2 } else { 1 };
            let mut text = (say.answered)(class.answered(), class.present(), round);
            if self.has_class() {
                text += &(say.shows)(&keys::name(Id::Votes));
            }
            return lines(Tone::Open, &text, width);
        }
        if class.answered() == 0 && asked.first.is_empty() {
            return Vec::new();
        }
        // Once it is shown what came out.
        let right =
            strip.ask.as_ref().map(|ask| ask.answer).filter(|_| strip.phase == Phase::Shown);
        let options = strip.ask.as_ref().map_or(0, |ask| ask.options.len());
        let vote = |at: usize| {
            let (votes, before) = asked.count(at);
            let told = (say.vote)(at + 1, votes, before);
            if right == Some(at) { (say.right)(&told) } else { told }
        };
        let votes: Vec<String> = (0..options).map(vote).collect();
        lines(Tone::Measured, &(say.votes)(&votes), width)
    }

    /// What most of the class expects, where one option has more votes than each other.
    pub(super) fn expects(&self) -> Option<usize> {
        let asked = self.live.class.asked()?;
        let most = asked.votes.iter().max().filter(|most| **most > 0)?;
        let mut those = (0..asked.votes.len()).filter(|&at| asked.votes[at] == *most);
        those.next().filter(|_| those.next().is_none())
    }
}
