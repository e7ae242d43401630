//! What a step does.

use std::time::Duration;

use super::token::Token;
use super::{Read, Tokens, call, claims, name};
use crate::clients::{ClientKind, MAX};
use crate::lesson::{Deed, Do, Name};
use crate::lesson::{name_of, setting};
use crate::telemetry::ServerKind;
use crate::words::strings;

/// The words that an action begins with, but a client's name and a number.
const FIRST: [&str; 11] =
    ["pause", "run", "slow", "step", "turn", "drop", "server", "set", "wait", "until", "limit-fds"];
/// What a client does.
const VERBS: [&str; 9] =
    ["connects", "sends", "asks", "reads", "stops", "half-closes", "resets", "closes", "says"];
/// The most bytes that a client sends or reads at a time.
const BYTES: u64 = 1 << 30;
/// For how long `until` waits where that is not said.
const WITHIN: Duration = Duration::from_secs(5);
/// The longest time.
const LONGEST: u64 = 600_000;
/// The most descriptors that are left free.
const FDS: u64 = 1000;
/// The longest step, in calls.
const CALLS: u64 = 10_000;

pub(super) fn action(tokens: &mut Tokens<'_>) -> Read<Do> {
    let word = tokens.word(strings().lesson.kinds.action)?;
    let done = match word.text {
        "pause" => Do::Pause,
        "run" => Do::Run,
        "turn" => Do::Turn,
        "slow" => Do::Slow(u8::try_from(tokens.number(1, 100)?).unwrap_or(u8::MAX)),
        "step" => step(tokens)?,
        "drop" => Do::Drop(name(tokens)?),
        "server" => Do::Server(server(&tokens.word(strings().lesson.kinds.server)?)?),
        "set" => set(tokens)?,
        "wait" => Do::Wait(time(tokens)?),
        "until" => until(tokens)?,
        "limit-fds" => match tokens.take_if(|text| text == "off") {
            Some(_) => Do::LimitFds(None),
            None => Do::LimitFds(Some(u32::try_from(tokens.number(0, FDS)?).unwrap_or(u32::MAX))),
        },
        text if text.bytes().all(|byte| byte.is_ascii_digit()) => come(&word, tokens)?,
        text => match name_of(text) {
            Some(name) => client(name, tokens)?,
            None => return Err(word.none_of(strings().lesson.kinds.action, FIRST)),
        },
    };
    Ok(done)
}

fn step(tokens: &mut Tokens<'_>) -> Read<Do> {
    if tokens.take_if(|text| text == "until").is_some() {
        let call = call(tokens, false)?;
        let of = match tokens.peek() {
            Some(_) => Some(name(tokens)?),
            None => None,
        };
        return Ok(Do::Until(call, of));
    }
    let calls = if tokens.peek().is_some() { tokens.number(1, CALLS)? } else { 1 };
    Ok(Do::Step(u32::try_from(calls).unwrap_or(u32::MAX)))
}

fn server(word: &Token<'_>) -> Read<ServerKind> {
    let found = ServerKind::ALL.into_iter().find(|server| server.name() == word.text);
    found.ok_or_else(|| {
        word.none_of(strings().lesson.kinds.server, ServerKind::ALL.map(ServerKind::name))
    })
}

fn set(tokens: &mut Tokens<'_>) -> Read<Do> {
    let option = tokens.word(strings().lesson.kinds.option)?;
    if !setting::names().any(|name| name == option.text) {
        return Err(option.none_of(strings().lesson.kinds.option, setting::names()));
    }
    let value = tokens.word(strings().lesson.kinds.value)?;
    match setting::read(option.text, value.text) {
        Ok(setting) => Ok(Do::Set(setting)),
        Err(allowed) => {
            let takes = strings().settings.takes;
            Err(value.slip(takes(option.text, &allowed, value.text, None)))
        }
    }
}

/// `300 ms`, `2 s`.
fn time(tokens: &mut Tokens<'_>) -> Read<Duration> {
    let number = tokens.number(0, LONGEST)?;
    let unit = tokens.word(strings().lesson.kinds.unit)?;
    match unit.text {
        "ms" => Ok(Duration::from_millis(number)),
        "s" if number <= LONGEST / 1000 => Ok(Duration::from_secs(number)),
        _ => Err(unit.none_of(strings().lesson.kinds.unit, ["ms", "s"])),
    }
}

fn until(tokens: &mut Tokens<'_>) -> Read<Do> {
    let expect = claims::expect(tokens)?;
    let within = match tokens.take_if(|text| text == "within") {
        Some(_) => time(tokens)?,
        None => WITHIN,
    };
    Ok(Do::Await(expect, within))
}

/// `200 idle connect`
fn come(count: &Token<'_>, tokens: &mut Tokens<'_>) -> Read<Do> {
    let clients = count.text.parse().ok().filter(|count| (1..=MAX).contains(count));
    let Some(clients) = clients else {
        let most = i64::try_from(MAX).ok();
        let whole = (strings().settings.allowed.whole)(1, most);
        return Err(count.slip((strings().lesson.not_a)(&whole, count.text)));
    };
    let kind = tokens.word(strings().lesson.kinds.clients)?;
    let found = ClientKind::ALL.into_iter().find(|known| known.token() == kind.text);
    let Some(found) = found else {
        return Err(
            kind.none_of(strings().lesson.kinds.clients, ClientKind::ALL.map(ClientKind::token))
        );
    };
    connects(tokens)?;
    Ok(Do::Come(clients, found))
}

fn connects(tokens: &mut Tokens<'_>) -> Read<()> {
    let verb = tokens.word(strings().lesson.kinds.verb)?;
    match verb.text {
        "connect" | "connects" => Ok(()),
        _ => Err(verb.none_of(strings().lesson.kinds.verb, ["connect"])),
    }
}

fn client(first: Name, tokens: &mut Tokens<'_>) -> Read<Do> {
    let mut names = vec![first];
    while tokens.take_if(|text| text == ",").is_some() {
        names.push(name(tokens)?);
    }
    let connect = tokens.peek().is_some_and(|token| token.text.starts_with("connect"));
    if connect || names.len() > 1 {
        connects(tokens)?;
        return Ok(Do::Connect(names));
    }
    let verb = tokens.word(strings().lesson.kinds.verb)?;
    let bytes = |tokens: &mut Tokens<'_>| {
        tokens.number(1, BYTES).map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
    };
    let deed = match verb.text {
        "sends" => match tokens.peek() {
            Some(text) if text.quoted => Deed::SendText(text_of(tokens)?),
            _ => Deed::SendBytes(bytes(tokens)?),
        },
        "asks" => Deed::Ask(path(tokens)?),
        "reads" => match tokens.take_if(|text| text == "all") {
            Some(_) => Deed::Read(None),
            None => Deed::Read(Some(bytes(tokens)?)),
        },
        "stops" => {
            fixed(tokens, "reading")?;
            Deed::StopReading
        }
        "half-closes" => Deed::HalfClose,
        "resets" => Deed::Reset,
        "closes" => Deed::Close,
        "says" => {
            fixed(tokens, "bye")?;
            Deed::SayBye
        }
        _ => return Err(verb.none_of(strings().lesson.kinds.verb, VERBS)),
    };
    Ok(Do::Client(first, deed))
}

/// A word that has to be there.
fn fixed(tokens: &mut Tokens<'_>, word: &str) -> Read<()> {
    let there = tokens.word(&format!("`{word}`"))?;
    if there.text == word {
        Ok(())
    } else {
        Err(there.none_of(strings().lesson.kinds.word, [word]))
    }
}

/// A path: of letters that stand for themselves in a request line.
fn path(tokens: &mut Tokens<'_>) -> Read<String> {
    let kind = strings().lesson.kinds.path;
    let word = tokens.word(kind)?;
    let good = word.text.starts_with('/') && word.text.bytes().all(|byte| byte.is_ascii_graphic());
    if good {
        Ok(word.text.to_owned())
    } else {
        Err(word.slip((strings().lesson.not_a)(kind, word.text)))
    }
}

/// What is quoted; `\r`, `\n`, `\"` and `\\` stand for themselves.
fn text_of(tokens: &mut Tokens<'_>) -> Read<String> {
    let Some(token) = tokens.take() else { return Ok(String::new()) };
    let mut text = String::new();
    let mut letters = token.text.chars();
    while let Some(letter) = letters.next() {
        text.push(match (letter, letter == '\\') {
            (_, false) => letter,
            (_, true) => match letters.next() {
                Some('r') => '\r',
                Some('n') => '\n',
                Some(same @ ('"' | '\\')) => same,
                other => {
                    let escape = other.map_or_else(|| "\\".to_owned(), |o| format!("\\{o}"));
                    return Err(token.slip((strings().lesson.no_escape)(&escape)));
                }
            },
        });
    }
    Ok(text)
}
