//! Measures and claims.

use super::{Read, Tokens, call, is_measure, measure_names, name};
use crate::lesson::expect::Sort;
use crate::lesson::name_of;
use crate::lesson::{Expect, Measure, Name, OfClient, Op, Operand, Total};
use crate::telemetry::{Errno, Mask};
use crate::words::strings;

/// A measure: `open`, `recv A`, `calls send`.
pub(super) fn measure(tokens: &mut Tokens<'_>) -> Read<Measure> {
    let word = tokens.word(strings().lesson.kinds.measure)?;
    if word.text == "calls" {
        return Ok(Measure::Calls(call(tokens, true)?, maybe_name(tokens)));
    }
    let total = Total::ALL.into_iter().find(|total| total.name() == word.text);
    let of = OfClient::ALL.into_iter().find(|of| of.name() == word.text);
    match (total, of) {
        // Some are of the server, and of a client where one is named.
        (Some(total), Some(of)) => Ok(match maybe_name(tokens) {
            Some(name) => Measure::Of(of, name),
            None => Measure::Total(total),
        }),
        (Some(total), None) => Ok(Measure::Total(total)),
        (None, Some(of)) => Ok(Measure::Of(of, name(tokens)?)),
        (None, None) => Err(word.none_of(strings().lesson.kinds.measure, measure_names())),
    }
}

fn maybe_name(tokens: &mut Tokens<'_>) -> Option<Name> {
    tokens.take_if(|text| name_of(text).is_some()).and_then(|word| name_of(word.text))
}

/// A claim: a measure, a sign, and what it is compared with.
pub(super) fn expect(tokens: &mut Tokens<'_>) -> Read<Expect> {
    let measure = measure(tokens)?;
    let sign = tokens.word(strings().lesson.kinds.sign)?;
    let sort = Sort::of(measure);
    let ops = Op::ALL.into_iter().filter(|op| sort.takes(*op));
    let Some(op) = ops.clone().find(|op| op.sign() == sign.text) else {
        return Err(sign.none_of(strings().lesson.kinds.sign, ops.map(Op::sign)));
    };
    Ok(Expect { measure, op, with: operand(tokens, sort, op)? })
}

fn operand(tokens: &mut Tokens<'_>, sort: Sort, op: Op) -> Read<Operand> {
    let names = sort.names();
    let there = tokens.peek().cloned();
    let is_name = there.as_ref().is_some_and(|token| names.iter().any(|name| name == token.text));
    if let Some(first) = there.filter(|token| is_measure(token.text) && !is_name) {
        let other = measure(tokens)?;
        if Sort::of(other) != sort {
            return Err(first.slip((strings().lesson.not_comparable)(&other.to_string())));
        }
        let times = match tokens.take_if(|text| sort == Sort::Number && text == "*") {
            Some(_) => number(tokens)?,
            None => 1.0,
        };
        return Ok(Operand::Measure(other, times));
    }
    match sort {
        Sort::Number => number(tokens).map(Operand::Number),
        Sort::List if op == Op::Has => result(tokens).map(|one| Operand::List(vec![one])),
        Sort::List => list(tokens).map(Operand::List),
        Sort::Mask => mask(tokens).map(Operand::Mask),
        Sort::Word(_) => {
            let word = tokens.word(strings().lesson.kinds.name)?;
            if is_name {
                return Ok(Operand::Word(word.text.to_owned()));
            }
            Err(word.none_of(strings().lesson.kinds.name, names.iter().map(String::as_str)))
        }
        Sort::Errno => {
            let word = tokens.word(strings().lesson.kinds.errno)?;
            match word.text {
                "no" => Ok(Operand::Word(word.text.to_owned())),
                text if is_errno(text) => Ok(Operand::Word(text.to_owned())),
                text => {
                    Err(word.slip((strings().lesson.not_a)(strings().lesson.kinds.errno, text)))
                }
            }
        }
    }
}

fn is_errno(text: &str) -> bool {
    text.starts_with('E') && text.parse::<Errno>().is_ok()
}

/// A number, with a point perhaps.
fn number(tokens: &mut Tokens<'_>) -> Read<f64> {
    /// Beyond these a number of that kind is not exact.
    const DIGITS: usize = 15;
    let kind = strings().settings.allowed.number;
    let word = tokens.word(kind)?;
    let plain = word.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = Some(word.text).filter(|text| plain && text.len() <= DIGITS);
    let number = number.and_then(|text| text.parse().ok());
    number.ok_or_else(|| word.slip((strings().lesson.not_a)(kind, word.text)))
}

/// `4096, 4096, EAGAIN`; `none` for an empty list.
fn list(tokens: &mut Tokens<'_>) -> Read<Vec<String>> {
    if tokens.take_if(|text| text == "none").is_some() {
        return Ok(Vec::new());
    }
    let mut list = vec![result(tokens)?];
    while tokens.take_if(|text| text == ",").is_some() {
        list.push(result(tokens)?);
    }
    Ok(list)
}

/// A call's result: a number, or an error by its name.
fn result(tokens: &mut Tokens<'_>) -> Read<String> {
    let kind = strings().lesson.kinds.result;
    let word = tokens.word(kind)?;
    let number = word.text.bytes().all(|byte| byte.is_ascii_digit()) && word.text.len() <= 15;
    if number {
        // As it is printed.
        let digits = word.text.trim_start_matches('0');
        return Ok(if digits.is_empty() { "0" } else { digits }.to_owned());
    }
    if is_errno(word.text) {
        return Ok(word.text.to_owned());
    }
    Err(word.slip((strings().lesson.not_a)(kind, word.text)))
}

fn mask(tokens: &mut Tokens<'_>) -> Read<Mask> {
    let kind = strings().lesson.kinds.mask;
    let word = tokens.word(kind)?;
    word.text.parse().map_err(|()| word.slip((strings().lesson.not_a)(kind, word.text)))
}
