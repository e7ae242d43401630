//! Options of a running server by name, with values as on the command line.

use std::time::Duration;

use crate::telemetry::{Mistake, Options, Setting, Trigger};
use crate::words::strings;

/// The longest nap, in seconds.
const LONGEST_NAP: f64 = 60.0;
/// The most threads that run handlers, and those that `offload` without a number takes.
const THREADS: [u32; 2] = [64, 4];

/// The names of those that can be changed on a running server.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    Options::default().settings().into_iter().map(Setting::name)
}

/// An option with its value; what it takes where that is no value of it, or there is no such option.
pub(super) fn read(name: &str, value: &str) -> Result<Setting, String> {
    let allowed = &strings().settings.allowed;
    let one_of = |names: &[&str]| (allowed.names)(&names.join(", "));
    let flag = |names: [&str; 2]| match value {
        _ if value == names[0] => Ok(true),
        _ if value == names[1] => Ok(false),
        _ => Err(one_of(&names)),
    };
    let whole = |least: u32, most: u32| {
        let number = value.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| (allowed.whole)(least.into(), Some(most.into())))
    };
    match name {
        "trigger" => {
            let found = Trigger::ALL.into_iter().find(|trigger| trigger.name() == value);
            found.map(Setting::Trigger).ok_or_else(|| one_of(&Trigger::ALL.map(Trigger::name)))
        }
        "drain" => flag(["on", "off"]).map(Setting::Drain),
        "accept" => flag(["all", "one"]).map(Setting::AcceptAll),
        "nap" => {
            let seconds = value.parse().ok().filter(|s| (0.0..=LONGEST_NAP).contains(s));
            let nap = seconds.map(|seconds| Setting::Nap(Duration::from_secs_f64(seconds)));
            nap.ok_or_else(|| allowed.number.to_owned())
        }
        "read-buffer" => whole(1, 16 * 1024 * 1024).map(Setting::ReadBuffer),
        "write-buffer" if value == "auto" => Ok(Setting::WriteBuffer(None)),
        "write-buffer" => whole(1, 64 * 1024 * 1024).map(|n| Setting::WriteBuffer(Some(n))),
        "backlog" => whole(1, i32::MAX.unsigned_abs()).map(Setting::Backlog),
        "handler" => match value.split_once('=') {
            None if value == "inline" => Ok(Setting::Handlers(0)),
            None if value == "offload" => Ok(Setting::Handlers(THREADS[1])),
            Some(("offload", threads)) => {
                let threads = threads.parse().ok().filter(|n| (1..=THREADS[0]).contains(n));
                threads.map(Setting::Handlers).ok_or_else(|| one_of(&["inline", "offload=N"]))
            }
            _ => Err(one_of(&["inline", "offload", "offload=N"])),
        },
        "budget" => whole(1, 1_000_000).map(Setting::Budget),
        "mistake" if value == "none" => Ok(Setting::Mistake(None)),
        "mistake" => {
            let found = Mistake::ALL.into_iter().find(|mistake| mistake.name() == value);
            let names = ["none"].into_iter().chain(Mistake::ALL.map(Mistake::name));
            let names: Vec<&str> = names.collect();
            found.map(|found| Setting::Mistake(Some(found))).ok_or_else(|| one_of(&names))
        }
        _ => Err(one_of(&names().collect::<Vec<_>>())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_read_as_it_is_written() {
        let options = Options {
            write_buffer: Some(4096),
            mistake: Some(Mistake::NoBudget),
            handlers: 3,
            nap: Duration::from_millis(250),
            ..Options::default()
        };
        for setting in options.settings().into_iter().chain(Options::default().settings()) {
            assert_eq!(read(setting.name(), &setting.value()), Ok(setting));
            assert!(read(setting.name(), "?").is_err(), "{setting}");
        }
        assert!(read("nap", "-1").is_err() && read("nap", "inf").is_err());
        assert!(read("backlog", "0").is_err() && read("colour", "red").is_err());
    }
}
