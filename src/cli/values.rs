//! How the values of flags are read from their words.

use std::net::IpAddr;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use encoding_rs::Encoding;

use super::{Demo, Handler};
use crate::clients::{ClientKind, MAX};
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
