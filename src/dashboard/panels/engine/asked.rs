//! `scan`: the program goes round and asks each fd itself, and the kernel answers each at once.

use super::super::fit::{Token, fold};
use super::columns::Body;
use super::halves::{Contents, Sizes, capped, runs};
use super::painter::Painter;
use crate::dashboard::state::engine::{Ask, Known};
use crate::dashboard::state::explain::thing::Part;
use crate::dashboard::theme::Role;
use crate::telemetry::{Fd, Kind};
use crate::words::{result, strings, units};

/// How a question stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Nothing,
    Answered,
    Now,
    NotYet,
}

impl Painter<'_> {
    pub(super) fn asked(&self, sizes: Sizes) -> Contents {
        let (rounds, say) = (self.engine.rounds(), &strings().engine);
        let (going, known) = rounds.now();
        // A running loop goes round too fast to look at a round that is not over.
        let held = self.engine.held();
        let now = held.is_some() && !going.is_empty();
        let last = rounds.last();
        let (asks, part): (&[Ask], bool) = match last {
            _ if now => (going, known == Known::Part),
            Some(round) => (&round.asks, round.part),
            None => (&[], false),
        };
        let answers: Vec<&Ask> = asks.iter().filter(|ask| ask.answered()).collect();
        let (asked, answered) = match last.filter(|_| !now) {
            Some(round) => (u64::from(round.asked), u64::from(round.answered)),
            None => (asks.len() as u64, answers.len() as u64),
        };
        let over = match (answers.is_empty(), part) {
            (true, true) => self.nothing(say.round_left_out),
            (true, false) => self.nothing(say.none_spoke),
            (false, _) => capped(answers.into_iter(), sizes.width * sizes.above, |ask| {
                self.token(answer(ask), Role::Selected)
            }),
        };
        let marks = (say.round_marks)(self.theme.glyph("✓", "+"), self.theme.glyph("·", "."));
        let took = match last.filter(|_| !now) {
            Some(round) => (say.took)(&self.duration(round.took)),
            None => say.going_on.to_owned(),
        };
        let all = (say.asked)(&units::count(asked));
        let spoke = (say.spoke)(answered, asked);
        Contents {
            above: vec![say.kernel.into(), say.keeps_no_list.into(), spoke.clone()],
            over: Body::Run(over),
            short: spoke,
            boundary: Vec::new(),
            below: vec![say.program.into(), say.the_round.into(), all.clone(), took, marks],
            under: Body::Run(self.round_of(asks, now, sizes.width, sizes.below)),
            brief: all,
            parts: [Part::Answers, Part::Round],
            history: true,
        }
    }

    fn round_of(&self, asks: &[Ask], going: bool, width: usize, rows: usize) -> Vec<Token> {
        let mut all: Vec<(Fd, Asked)> = asks
            .iter()
            .map(|ask| (ask.fd, if ask.answered() { Asked::Answered } else { Asked::Nothing }))
            .collect();
        if going {
            let next = self.engine.held().map(|next| next.fd);
            if let Some(fd) = next.filter(|fd| *fd >= 0) {
                all.retain(|(asked, _)| *asked != fd);
                all.push((fd, Asked::Now));
            }
            let done: std::collections::HashSet<Fd> = all.iter().map(|(fd, _)| *fd).collect();
            let rest = self.engine.fds(self.table);
            all.extend(
                rest.into_iter().filter(|fd| !done.contains(fd)).map(|fd| (fd, Asked::NotYet)),
            );
        }
        if all.is_empty() {
            return self.nothing(self.theme.glyph("–", "-"));
        }
        let token = |first: Fd, last: Fd, how: Asked, weight: usize| {
            let (mark, role) = match how {
                Asked::Nothing => (self.theme.glyph("·", "."), Role::Dim),
                Asked::Answered => (self.theme.glyph("✓", "+"), Role::Good),
                Asked::Now => (self.theme.glyph("▸", ">"), Role::Selected),
                Asked::NotYet => ("", Role::Text),
            };
            Token { weight, ..self.token(format!("{mark}{}", self.run_of(first, last)), role) }
        };
        if all.len() * 3 <= (width + 1) * rows {
            let tokens: Vec<Token> = all.iter().map(|(fd, how)| token(*fd, *fd, *how, 1)).collect();
            if fold(&tokens, width, rows, self.style(Role::Dim)).1 {
                return tokens;
            }
        }
        capped(runs(all.into_iter()).into_iter(), width * rows, |(first, last, how, weight)| {
            token(first, last, how, weight)
        })
    }
}

/// `9 recv = 84`
fn answer(ask: &Ask) -> String {
    match ask.ret.get() {
        Ok(0) if ask.kind == Kind::Recv => {
            (strings().engine.end_of_stream)(ask.fd, ask.kind.name())
        }
        _ => format!("{} {} = {}", ask.fd, ask.kind.name(), result(ask.ret)),
    }
}
