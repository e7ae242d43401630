//! How the values of flags are read from their words.

use std::net::IpAddr;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use encoding_rs::Encoding;

use super::export::{Presses, Speed};
use super::{Demo, Handler};
use crate::clients::{ClientKind, MAX};
use crate::dashboard::keys::press::Press;
use crate::dashboard::layout::LEAST;
use crate::server::{Mistake, Trigger};
use crate::telemetry::ServerKind;
use crate::words::in_english;

pub(super) fn server_value(kind: ServerKind) -> PossibleValue {
    PossibleValue::new(kind.name()).help(kind.summary())
}

/// How many threads a pool has by default.
const POOL: usize = 4;

/// `inline`, `offload` or `offload=THREADS`.
pub(super) fn handler(text: &str) -> Result<Handler, String> {
    let threads = match text {
        "inline" => return Ok(Handler::Inline),
        "offload" => Ok(POOL),
        _ => text.strip_prefix("offload=").unwrap_or_default().parse(),
    };
    match threads {
        Ok(threads @ 1..=64) => Ok(Handler::Offload(threads)),
        _ => Err(in_english().cli.handler.into()),
    }
}

/// One of the nine servers, by its name.
pub(super) fn server_kind() -> impl TypedValueParser<Value = ServerKind> {
    one_of(ServerKind::ALL, ServerKind::name, ServerKind::summary)
}

pub(super) fn trigger() -> impl TypedValueParser<Value = Trigger> {
    one_of(Trigger::ALL, Trigger::name, Trigger::summary)
}

pub(super) fn mistake() -> impl TypedValueParser<Value = Mistake> {
    one_of(Mistake::ALL, Mistake::name, Mistake::summary)
}

/// One of some, by its name.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
    summary: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let values = all.map(|each| PossibleValue::new(name(each)).help(summary(each)));
    PossibleValuesParser::new(values).try_map(move |text| {
        all.into_iter().find(|&each| name(each) == text).ok_or(in_english().cli.no_such_name)
    })
}

/// A nap's length, in seconds and parts of one.
pub(super) fn nap(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| in_english().cli.nap_no_number)?;
    if !(0.0..=60.0).contains(&seconds) {
        return Err(in_english().cli.nap_range.into());
    }
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// Seconds, from 0 on.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| in_english().cli.nap_no_number)?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// `120x36`: columns and rows of a screen that shows something.
pub(super) fn columns_and_rows(text: &str) -> Result<(u16, u16), String> {
    const MOST: (u16, u16) = (500, 200);
    let both = text.split_once(['x', '×']);
    let both = both.and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)));
    both.filter(|(x, y)| (LEAST.0..=MOST.0).contains(x) && (LEAST.1..=MOST.1).contains(y))
        .ok_or_else(|| (in_english().cli.size)(LEAST, MOST))
}

/// How many times faster.
pub(super) fn speed(text: &str) -> Result<Speed, String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let hundredths = format!("{whole}{part:0<2}");
    let speed = hundredths.parse().ok().filter(|_| digits(&hundredths) && part.len() <= 2);
    speed
        .filter(|speed| (1..=100_000).contains(speed))
        .map(Speed)
        .ok_or_else(|| in_english().cli.speed.into())
}

/// Keys, those with names between spaces: `2z`, `/ conn:3 Enter`.
pub(super) fn presses(text: &str) -> Result<Presses, String> {
    let unknown = || in_english().cli.no_key.to_owned();
    let mut all = Vec::new();
    for word in text.split_whitespace() {
        if let Ok(press) = Press::parse(word) {
            all.push(press);
            continue;
        }
        for letter in word.chars() {
            all.push(Press::parse(letter.encode_utf8(&mut [0; 4])).map_err(|_| unknown())?);
        }
    }
    Ok(all.into())
}

/// `50`, or `idle=500,steady=4`.
pub(super) fn demo(text: &str) -> Result<Demo, String> {
    let wrong = || (in_english().cli.demo)(&ClientKind::ALL.map(ClientKind::token).join(", "));
    let kind = |part: &str| {
        let (name, count) = part.split_once('=')?;
        let kind = ClientKind::ALL.into_iter().find(|kind| kind.token() == name)?;
        Some((kind, count.parse().ok()?))
    };
    let demo = if let Ok(count) = text.parse() {
        Demo::Mixed(count)
    } else {
        Demo::Of(text.split(',').map(kind).collect::<Option<_>>().ok_or_else(wrong)?)
    };
    if demo.count() > MAX { Err(wrong()) } else { Ok(demo) }
}

/// `64MiB`: bytes, or with their unit; none, or a megabyte at least.
pub(super) fn history(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" => Some(1),
        "KiB" => Some(1 << 10),
        "MiB" => Some(1 << 20),
        "GiB" => Some(1 << 30),
        _ => None,
    };
    let bytes = digits.trim_end().parse::<usize>().ok().zip(unit);
    let bytes = bytes.and_then(|(number, unit)| number.checked_mul(unit));
    bytes
        .filter(|bytes| *bytes == 0 || *bytes >= 1 << 20)
        .ok_or_else(|| in_english().cli.history.into())
}

/// An encoding by one of its labels (WHATWG Encoding Standard).
pub(super) fn encoding(label: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| in_english().cli.encoding.into())
}

/// An IP address; IPv6 also in brackets, as it stands in a URL.
pub(super) fn ip(text: &str) -> Result<IpAddr, std::net::AddrParseError> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    bare.unwrap_or(text).parse()
}
