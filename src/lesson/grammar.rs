//! The little language of lessons: what a step does, what is measured, what is claimed. A sentence
//! is read word by word; what is wrong is said with its place, what is allowed, and the nearest name.

mod claims;
mod deeds;
mod token;

use std::ops::Range;

use self::token::Tokens;
use super::name_of;
use super::phrase::Part;
use super::{Call, Do, Expect, Name, OfClient, Phrase, Total};
use crate::document::nearest;
use crate::telemetry::Kind;
use crate::words::strings;

/// What is wrong in a sentence, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Slip {
    pub(super) at: Range<usize>,
    pub(super) what: String,
}

type Read<T> = Result<T, Slip>;

/// What a step does.
pub(super) fn action(text: &str) -> Read<Do> {
    whole(text, deeds::action)
}

/// A claim.
pub(super) fn expect(text: &str) -> Read<Expect> {
    whole(text, claims::expect)
}

/// Reads all of a text.
fn whole<T>(text: &str, read: impl FnOnce(&mut Tokens<'_>) -> Read<T>) -> Read<T> {
    let mut tokens = Tokens::of(text)?;
    let read = read(&mut tokens)?;
    tokens.end()?;
    Ok(read)
}

/// A sentence with measures between braces; two braces in a row stand for one that is meant.
pub(super) fn phrase(text: &str) -> Read<Phrase> {
    let mut parts = Vec::new();
    let mut words = String::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let twice = text[at..].starts_with("{{") || text[at..].starts_with("}}");
        if twice {
            words.push(letter);
            at += 2;
        } else if letter == '{' {
            let Some(long) = text[at..].find('}') else {
                return Err(Slip { at: at..at + 1, what: strings().lesson.open_brace.into() });
            };
            let inner = &text[at + 1..at + long];
            let measure = whole(inner, claims::measure).map_err(|slip| Slip {
                at: at + 1 + slip.at.start..at + 1 + slip.at.end,
                what: slip.what,
            })?;
            if !words.is_empty() {
                parts.push(Part::Words(std::mem::take(&mut words)));
            }
            parts.push(Part::Measure(measure));
            at += long + 1;
        } else {
            words.push(letter);
            at += letter.len_utf8();
        }
    }
    if !words.is_empty() {
        parts.push(Part::Words(words));
    }
    Ok(Phrase(parts))
}

/// A call by its name; facts too where they are counted.
fn call(tokens: &mut Tokens<'_>, facts: bool) -> Read<Call> {
    let calls = || Kind::ALL.into_iter().filter(|kind| facts || kind.is_call());
    let names = || ["wait", "any"].into_iter().chain(calls().map(Kind::name));
    let word = tokens.word(strings().lesson.kinds.call)?;
    let found = match word.text {
        "wait" => Some(Call::Wait),
        "any" => Some(Call::Any),
        name => calls().find(|kind| kind.name() == name).map(Call::Kind),
    };
    found.ok_or_else(|| word.none_of(strings().lesson.kinds.call, names()))
}

/// A client's name.
fn name(tokens: &mut Tokens<'_>) -> Read<Name> {
    let word = tokens.word(strings().lesson.kinds.client)?;
    name_of(word.text).ok_or_else(|| word.slip((strings().lesson.no_letter)(word.text)))
}

/// Every name of a measure, those of clients and those of the server.
fn measure_names() -> impl Iterator<Item = &'static str> {
    let totals = || Total::ALL.into_iter().map(Total::name);
    // Some are of both.
    let of = OfClient::ALL.into_iter().map(OfClient::name);
    totals().chain(of.filter(move |name| totals().all(|total| total != *name))).chain(["calls"])
}

/// Whether a measure begins here.
fn is_measure(name: &str) -> bool {
    measure_names().any(|known| known == name)
}

#[cfg(test)]
mod tests;
