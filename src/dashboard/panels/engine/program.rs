//! Below the boundary: the ready array, what is done now, and the wake-ups before.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::super::fit::{Token, cut, first_fit, fold, wrap};
use super::painter::{Painter, Told, indent, told};
use crate::dashboard::state::engine::{Entry, Known, Served, Wake};
use crate::dashboard::state::explain::thing::Part;
use crate::dashboard::state::table::TableRow;
use crate::dashboard::theme::Role;
use crate::telemetry::{Fd, Kind, Mode, Ready, Stance};
use crate::words::{before, call, pad_left, result, strings};

impl Painter<'_> {
    pub(super) fn serving(&self) -> Option<Fd> {
        self.engine.entries().iter().find(|e| e.served == Served::Now).map(|e| e.ready.fd)
    }

    /// The ready array with how far the program has got, or why it cannot be shown.
    pub(super) fn array(&self, width: usize, rows: usize) -> Vec<Token> {
        let (dim, text) = (self.style(Role::Dim), self.style(Role::Text));
        let say = &strings().engine;
        match self.engine.known() {
            Known::Nothing => return vec![Token::new(self.theme.glyph("–", "-"), dim)],
            Known::Part | Known::NoWait => {
                let spellings = say.calls_left_out.map(str::to_owned);
                let text = first_fit(spellings, width).unwrap_or_default();
                return vec![Token::new(text, self.style(Role::Warn))];
            }
            Known::All => {}
        }
        let entries = self.engine.entries();
        if entries.is_empty() {
            return vec![Token::new(say.nothing_ready, dim)];
        }
        let token = |entry: &Entry, masks: bool| {
            let (mark, style) = match entry.served {
                Served::Done => (self.theme.glyph("✓", "+"), self.style(Role::Good)),
                Served::Now => (self.theme.glyph("▸", ">"), self.style(Role::Selected)),
                Served::Not => (self.theme.glyph("·", "."), text),
                Served::Stale => (self.theme.glyph("✗", "x"), self.style(Role::Warn)),
            };
            let Ready { fd, mask, .. } = entry.ready;
            let text = if masks { format!("{mark}{fd}:{mask}") } else { format!("{mark}{fd}") };
            Token::new(text, style)
        };
        // What each was handed over for, where there is room for all of it.
        let whole: Vec<Token> = entries.iter().map(|entry| token(entry, true)).collect();
        if fold(&whole, width, rows, dim).1 {
            return whole;
        }
        entries.iter().map(|entry| token(entry, false)).collect()
    }

    /// What the loop does now, and the last call where that is something else.
    pub(super) fn now(&self, width: usize) -> (Line<'static>, Option<String>) {
        let last = self.engine.last_call().map(|event| call(event.as_ref()));
        let standing = self.engine.standing();
        let ascii = self.theme.ascii();
        let seen = self.engine.later_left_out();
        let say = &strings().engine;
        let (behind, alone) =
            if seen { (say.last_seen, say.last_seen) } else { (say.last, say.last_call) };
        let behind = |last: Option<String>| last.map(|last| behind(&last));
        let (text, role, last) = match (standing.stance, standing.mode) {
            (Stance::Held(next), Mode::Slow(_)) => {
                let next = before(next);
                match last {
                    Some(last) => {
                        let both = (say.now_and_next)(&last, &next);
                        if both.width() <= width {
                            (both, Role::Program, None)
                        } else {
                            ((say.next)(&next), Role::Program, Some((say.now)(&last)))
                        }
                    }
                    None => ((say.next)(&next), Role::Program, None),
                }
            }
            (Stance::Held(next), _) => {
                let sign = self.theme.glyph("‖", "||");
                let spellings =
                    (say.held_before)(&before(next)).map(|text| format!("{sign} {text}"));
                let text = first_fit(spellings, width).unwrap_or_else(|| say.held.to_owned());
                (text, Role::Warn, behind(last))
            }
            (Stance::Handling(route), _) => {
                let stood = self.duration(self.engine.stood());
                let fd = self.engine.blocking(self.table).map(TableRow::fd);
                let spellings = (say.blocked)(route, &stood, fd).map(|text| format!("!! {text}"));
                let text = first_fit(spellings, width).unwrap_or_else(|| "!!".to_owned());
                (text, Role::Bad, behind(last))
            }
            (Stance::Working, _) if !seen => match last {
                Some(last) => ((say.now)(&last), Role::Program, None),
                None => (say.at_work.to_owned(), Role::Program, None),
            },
            (Stance::Within(next), _) => ((say.asleep_in)(&before(next)), Role::Warn, behind(last)),
            (Stance::Working | Stance::Starting | Stance::Waiting(_) | Stance::Ended, _) => {
                match last {
                    Some(last) => (alone(&last), Role::Program, None),
                    None => (say.no_call.to_owned(), Role::Dim, None),
                }
            }
        };
        (Line::from(self.span(cut(&text, width, ascii), role)), last)
    }

    /// How many rows what is done now takes with what the last call was and meant. While the loop
    /// is not held they are as many for each call, so that nothing moves with every one.
    pub(super) fn said(&self, width: usize, most: usize) -> usize {
        const STEADY: usize = 5;
        let (_, last) = self.now(width);
        let meaning = self.engine.meaning().unwrap_or_default();
        let rows =
            1 + usize::from(last.is_some()) + wrap(&meaning, width, most, self.theme.ascii()).len();
        let least = if self.stands() { 0 } else { STEADY };
        rows.max(least).min(most)
    }

    /// The ready array in so many rows, and what is done now in the rest of them.
    pub(super) fn program_section(&self, width: usize, rows: usize, array: usize) -> Vec<Told> {
        let entries = self.engine.entries();
        let done = entries.iter().filter(|entry| entry.served == Served::Done).count();
        let say = &strings().engine;
        let served = (say.served)(done, entries.len());
        let mut words = vec![say.program, say.ready_array];
        if self.engine.known() == Known::All && !entries.is_empty() {
            words.push(&served);
        }
        let marks = if self.theme.ascii() {
            (say.marks)("+", ">", ".", "x")
        } else {
            (say.marks)("✓", "▸", "·", "✗")
        };
        let heading: usize = words.iter().map(|word| word.width() + 3).sum();
        if rows > 6 && heading + marks.width() <= width {
            words.push(&marks);
        }
        let mut lines = vec![self.heading(Role::Program, &words, width)];
        lines.extend(self.body(&self.array(width.saturating_sub(1), array), width, array));
        let said = self.said(width.saturating_sub(1), rows.saturating_sub(lines.len()));
        told(lines, Part::Array).chain(told(self.told(width, said), Part::Now)).collect()
    }

    /// The pool of handlers, where there is one, and the last wake-ups, newest first.
    pub(super) fn history(&self, width: usize, rows: usize) -> Vec<Told> {
        let pool = self.pool_section(width, rows);
        let mut lines: Vec<Told> = told(pool, Part::Pool).collect();
        let rows = rows.saturating_sub(lines.len());
        if rows > 1 || lines.is_empty() {
            lines.extend(told(self.wakes(width, rows), Part::WakeUps));
        }
        lines
    }

    /// How many rows all of that takes, without the first heading.
    pub(super) fn history_height(&self) -> usize {
        self.engine.wakes().len() + self.pool_height()
    }

    fn wakes(&self, width: usize, rows: usize) -> Vec<Line<'static>> {
        let rounds = self.engine.wakes().back().is_some_and(|wake| wake.kind == Kind::Round);
        let say = &strings().engine;
        let which = if rounds { say.rounds } else { say.wake_ups };
        let words = [say.program, which, say.newest_first];
        let mut lines = vec![self.heading(Role::Program, &words, width)];
        for wake in self.engine.wakes().iter().rev().take(rows.saturating_sub(1)) {
            lines.push(self.wake(wake, width));
        }
        lines
    }

    /// `  2.100 s = 3   waited 1.2 s    4 calls   9 14 22`
    fn wake(&self, wake: &Wake, width: usize) -> Line<'static> {
        let (dim, text) = (self.style(Role::Dim), self.style(Role::Text));
        let say = &strings().engine;
        let (calls, style) = if wake.part {
            let [.., short] = say.calls_left_out;
            (short.to_owned(), self.style(Role::Warn))
        } else {
            ((say.calls)(wake.calls), text)
        };
        // A round does not wait; the nap before it does.
        let waited = if wake.kind == Kind::Round { say.napped } else { say.waited };
        let (seconds, millis) = (wake.time / 1_000_000_000, wake.time / 1_000_000 % 1000);
        let facts = [
            (format!("{seconds:>4}.{millis:03} s"), dim),
            (format!(" = {:<4}", result(wake.ret)), self.style(Role::Title)),
            (pad_left(&waited(&self.duration(wake.waited)), 15), text),
            (pad_left(&calls, 10), style),
        ];
        let mut line = indent(Line::default());
        let mut left = width.saturating_sub(1);
        for (fact, style) in facts {
            if fact.width() > left {
                return line;
            }
            left -= fact.width();
            line.spans.push(Span::styled(fact, style));
        }
        let kernel = self.style(Role::Kernel);
        let mut tokens: Vec<Token> =
            wake.first.iter().flatten().map(|fd| Token::new(fd.to_string(), kernel)).collect();
        if wake.own > 0 {
            tokens.insert(0, Token { weight: 0, ..Token::new(say.own_waker, dim) });
        }
        let hidden = (wake.ready as usize).saturating_sub(wake.first.iter().flatten().count());
        if hidden > 0 {
            tokens.push(Token { weight: hidden, ..Token::new(format!("+{hidden}"), dim) });
        }
        if left > 0 {
            line.spans.push(Span::raw(" "));
            let (mut folded, _) = fold(&tokens, left - 1, 1, dim);
            line.spans.extend(folded.pop().into_iter().flat_map(|line| line.spans));
        }
        line
    }
}
