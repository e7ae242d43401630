//! Numbers as people read them, in three manners.
//!
//! * In panels: [`bytes()`], [`duration`], [`rate`] and so on. Bytes are exact below 100,000; all
//!   others round to three figures or fewer and choose the unit after rounding, so that a number
//!   never reads `1000 kB` or `60.0 s` beside `1.0 MB` and `1:00`. A small but non-zero amount never
//!   reads as zero.
//! * In lines and sentences: `Bytes` and `Time`. They write small amounts in full.
//! * In reports: [`figure`], [`seconds`], [`binary_bytes`]. They keep three figures, for ratios are
//!   read from them.
//!
//! Sizes on the network are SI (powers of 1000); memory in reports is in powers of 1024.

use std::fmt;
use std::time::Duration;

use crate::telemetry::Nanos;

/// `84 B`, `65,536 B`, `420 kB`, `3.1 MB`: exact below 100,000, else in powers of 1000 (SI) and three
/// figures at most.
#[must_use]
pub fn bytes(amount: u64) -> String {
    if amount < 100_000 { format!("{} B", count(amount)) } else { rounded_bytes(amount) }
}

/// `84 B`, `65.5 kB`, `3.1 MB`: three figures at most, for rates and narrow columns.
#[must_use]
pub fn rounded_bytes(amount: u64) -> String {
    let (number, unit) = scaled(amount, 3);
    format!("{number} {unit}B")
}

/// `84B`, `5,904B`, `65536B`, `420kB`, `3.1MB`: as [`bytes()`], in at most six columns.
#[must_use]
pub fn short_bytes(amount: u64) -> String {
    match amount {
        0..10_000 => format!("{}B", count(amount)),
        10_000..100_000 => format!("{amount}B"),
        _ => rounded_bytes(amount).replace(' ', ""),
    }
}

/// `84 B/s`, `97.0 kB/s`, `3.1 MB/s`: three figures at most.
#[must_use]
pub fn bytes_rate(a_second: u64) -> String {
    format!("{}/s", rounded_bytes(a_second))
}

/// `1,284`: every figure, in groups of three.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `999`, `1.3k`, `12.3k`, `420k`, `3.1M`: for axes.
#[must_use]
pub fn short_count(number: u64) -> String {
    let (number, unit) = scaled(number, 3);
    format!("{number}{unit}")
}

/// `999`, `1.3k`, `12k`, `420k`, `3.1M`: at most four columns.
#[must_use]
pub fn narrow_count(number: u64) -> String {
    let (number, unit) = scaled(number, 2);
    format!("{number}{unit}")
}

/// A rate without its unit: `1.4` below ten, a grouped whole number from there. Less than
/// 0.05 but more than nothing is `<0.1`; what is no number is `–`.
#[must_use]
pub fn rate(a_second: f64) -> String {
    if !a_second.is_finite() || a_second < 0.0 {
        return "–".to_owned();
    }
    if a_second == 0.0 {
        "0".to_owned()
    } else if a_second < 0.05 {
        "<0.1".to_owned()
    } else if a_second < 9.95 {
        format!("{a_second:.1}")
    } else {
        count(rounded(a_second))
    }
}

/// `11 %`: rounded down, so that only the whole is 100 %; what is something is no less than `<1 %`.
#[must_use]
pub fn percent(part: u64, whole: u64) -> String {
    let percent = u128::from(part) * 100 / u128::from(whole.max(1));
    if percent == 0 && part > 0 { "<1 %".to_owned() } else { format!("{percent} %") }
}

/// `340 µs`, `1.2 ms`, `3.2 s`, `12 s`, `3:05 min`, `2:07 h`.
#[must_use]
pub fn duration(nanos: Nanos) -> String {
    sized(nanos, " ", "µs")
}

/// A time that was measured in µs: `1.4 µs`, `5,040 µs`, and from 10 ms on as [`duration`].
#[must_use]
pub fn micros(us: f64) -> String {
    if us < 10_000.0 || !us.is_finite() {
        format!("{} µs", rate(us))
    } else {
        duration(rounded(us).saturating_mul(1000))
    }
}

/// The same without the blank, for narrow places: `340µs`, `1.2s`, `3:05min`.
#[must_use]
pub fn short_duration(nanos: Nanos) -> String {
    sized(nanos, "", "µs")
}

/// [`duration`] in ASCII: `340 us`.
#[must_use]
pub fn ascii_duration(nanos: Nanos) -> String {
    sized(nanos, " ", "us")
}

/// Three digits that count, or more where it is whole anyway: `1.28`, `12.8`, `1,284`.
#[must_use]
pub fn figure(value: f64) -> String {
    match value.abs() {
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        _ => whole(value),
    }
}

/// [`count`] of a number that is rounded first: `-1,284`.
#[must_use]
pub fn whole(value: f64) -> String {
    let sign = if value <= -0.5 { "-" } else { "" };
    format!("{sign}{}", count(rounded(value.abs())))
}

/// `340 µs`, `1.20 ms`, `12.0 s`: seconds as [`figure`]s.
#[must_use]
pub fn seconds(value: f64) -> String {
    match value {
        ..1e-3 => format!("{} µs", figure(value * 1e6)),
        ..1.0 => format!("{} ms", figure(value * 1e3)),
        _ => format!("{} s", figure(value)),
    }
}

/// `84 B`, `1.26 KiB`, `3.00 MiB`: memory, which the kernel gives in powers of 1024.
#[must_use]
pub fn binary_bytes(value: f64) -> String {
    match value.abs() {
        ..1024.0 => format!("{} B", whole(value)),
        ..1_048_576.0 => format!("{} KiB", figure(value / 1024.0)),
        _ => format!("{} MiB", figure(value / 1_048_576.0)),
    }
}

/// A number of bytes for people: `84 bytes`, `1,290 bytes`, `2.6 MB`.
pub(crate) struct Bytes(pub(crate) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
        match self.0 {
            1 => f.write_str("1 byte"),
            n @ 0..100_000 => write!(f, "{} bytes", count(n)),
            n => {
                // In tenths of the unit.
                let (mut by, mut unit) = (100, 0);
                while round_div(n, by) >= 10_000 && unit + 1 < UNITS.len() {
                    by *= 1000;
                    unit += 1;
                }
                let tenths = round_div(n, by);
                write!(f, "{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
            }
        }
    }
}

/// A duration for people: `0.035 ms`, `120 ms`, `1.2 s`.
pub(crate) struct Time(pub(crate) Nanos);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0 / 1000;
        match micros {
            0..1000 => write!(f, "0.{micros:03} ms"),
            1000..10_000 => write!(f, "{}.{} ms", micros / 1000, micros / 100 % 10),
            10_000..1_000_000 => write!(f, "{} ms", micros / 1000),
            _ => write!(f, "{}.{} s", micros / 1_000_000, micros / 100_000 % 10),
        }
    }
}

/// A time since the server's start: `1.204011`, `83:20.123`.
#[must_use]
pub fn relative(time: Nanos) -> String {
    let (seconds, micros) = (time / 1_000_000_000, time % 1_000_000_000 / 1000);
    if seconds < 1000 {
        format!("{seconds}.{micros:06}")
    } else {
        format!("{}:{:02}.{:03}", seconds / 60, seconds % 60, micros / 1000)
    }
}

/// A time of the day, `zero` after 1970 being the server's start: `09:00:01.204`.
#[must_use]
pub fn wall(zero: Duration, time: Nanos) -> String {
    let at = zero + Duration::from_nanos(time);
    let day = at.as_secs() % 86_400;
    format!("{:02}:{:02}:{:02}.{:03}", day / 3600, day / 60 % 60, day % 60, at.subsec_millis())
}

/// Rounds a float that is known to be finite and not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded, not negative; the cast saturates"
)]
fn rounded(number: f64) -> u64 {
    number.round() as u64
}

/// A number of at most three figures and its SI prefix; a decimal where that makes no more than
/// `figures`, which are 2 or 3.
fn scaled(amount: u64, figures: u32) -> (String, &'static str) {
    if amount < 1000 {
        return (amount.to_string(), "");
    }
    let mut unit = 1000u64;
    for prefix in ["k", "M", "G", "T", "P"] {
        // In tenths, rounded; 99.95 and above, or 9.95, has no room for a decimal.
        let tenths = round_div(amount, unit / 10);
        if tenths < 10u64.pow(figures) {
            return (format!("{}.{}", tenths / 10, tenths % 10), prefix);
        }
        let ones = round_div(amount, unit);
        if ones < 1000 {
            return (ones.to_string(), prefix);
        }
        unit *= 1000;
    }
    let tenths = round_div(amount, unit / 10);
    if tenths < 10u64.pow(figures) {
        return (format!("{}.{}", tenths / 10, tenths % 10), "E");
    }
    (round_div(amount, unit).to_string(), "E")
}

fn round_div(amount: u64, by: u64) -> u64 {
    amount / by + u64::from(amount % by >= by.div_ceil(2))
}

fn sized(nanos: Nanos, blank: &str, micro: &str) -> String {
    if nanos < 1000 {
        return format!("{nanos}{blank}ns");
    }
    let mut unit = 1000u64;
    for (name, most) in [(micro, 1000), ("ms", 1000), ("s", 60)] {
        let tenths = round_div(nanos, unit / 10);
        if tenths < 100 {
            return format!("{}.{}{blank}{name}", tenths / 10, tenths % 10);
        }
        let ones = round_div(nanos, unit);
        if ones < most {
            return format!("{ones}{blank}{name}");
        }
        unit *= 1000;
    }
    let seconds = round_div(nanos, 1_000_000_000);
    let minutes = seconds / 60;
    if minutes < 60 {
        format!("{minutes}:{:02}{blank}min", seconds % 60)
    } else {
        format!("{}:{:02}{blank}h", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_si_and_never_round_to_a_thousand() {
        let cases = [
            (0, "0 B"),
            (84, "84 B"),
            (999, "999 B"),
            (1000, "1,000 B"),
            (5904, "5,904 B"),
            (99_999, "99,999 B"),
            (100_000, "100 kB"),
            (524_288, "524 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (3_100_000, "3.1 MB"),
            (50_000_000_000, "50.0 GB"),
            (u64::MAX, "18.4 EB"),
        ];
        for (amount, text) in cases {
            assert_eq!(bytes(amount), text, "{amount}");
        }
        for (amount, text) in [
            (0, "0B"),
            (2944, "2,944B"),
            (65_536, "65536B"),
            (99_999, "99999B"),
            (100_000, "100kB"),
            (99_950_000, "100MB"),
            (u64::MAX, "18.4EB"),
        ] {
            assert_eq!(short_bytes(amount), text, "{amount}");
        }
        assert_eq!(bytes_rate(3_100_000), "3.1 MB/s");
        assert_eq!((bytes_rate(1290), bytes_rate(99_949)), ("1.3 kB/s".into(), "99.9 kB/s".into()));
        assert_eq!(short_count(1284), "1.3k");
        assert_eq!(short_count(999), "999");
    }

    #[test]
    fn a_narrow_count_has_four_columns_at_most() {
        let cases = [
            (9_949, "9.9k"),
            (9_950, "10k"),
            (9_999, "10k"),
            (99_949, "100k"),
            (12_345, "12k"),
            (999_499, "999k"),
            (999_500, "1.0M"),
            (10_000_000, "10M"),
            (u64::MAX, "18E"),
        ];
        for (number, text) in cases {
            assert_eq!(narrow_count(number), text, "{number}");
        }
        let numbers = (0..64).flat_map(|bit| [1u64 << bit, (1 << bit) - 1, 95 << bit]);
        assert!(numbers.into_iter().all(|n| narrow_count(n).len() <= 4));
    }

    #[test]
    fn counts_are_grouped() {
        let cases = [(0, "0"), (999, "999"), (1284, "1,284"), (1_234_567, "1,234,567")];
        for (number, text) in cases {
            assert_eq!(count(number), text);
        }
    }

    #[test]
    fn a_rate_that_is_not_zero_does_not_read_zero() {
        let cases = [
            (0.0, "0"),
            (0.01, "<0.1"),
            (0.05, "0.1"),
            (1.4, "1.4"),
            (9.94, "9.9"),
            (9.96, "10"),
            (1284.4, "1,284"),
            (f64::NAN, "–"),
            (f64::INFINITY, "–"),
            (-1.0, "–"),
        ];
        for (number, text) in cases {
            assert_eq!(rate(number), text, "{number}");
        }
    }

    #[test]
    fn a_part_is_not_the_whole_nor_nothing() {
        let cases = [(0, 9, "0 %"), (1, 101, "<1 %"), (5, 45, "11 %"), (999, 1000, "99 %")];
        for (part, whole, text) in cases.into_iter().chain([(7, 7, "100 %"), (0, 0, "0 %")]) {
            assert_eq!(percent(part, whole), text, "{part} of {whole}");
        }
        assert_eq!(percent(u64::MAX - 1, u64::MAX), "99 %");
    }

    #[test]
    fn durations_change_their_unit_after_rounding() {
        let cases = [
            (0, "0 ns"),
            (999, "999 ns"),
            (1000, "1.0 µs"),
            (340_000, "340 µs"),
            (999_499, "999 µs"),
            (999_500, "1.0 ms"),
            (1_200_000_000, "1.2 s"),
            (9_949_999_999, "9.9 s"),
            (9_950_000_000, "10 s"),
            (59_400_000_000, "59 s"),
            (59_500_000_000, "1:00 min"),
            (185_000_000_000, "3:05 min"),
            (7_620_000_000_000, "2:07 h"),
            (u64::MAX, "5124095:34 h"),
        ];
        for (nanos, text) in cases {
            assert_eq!(duration(nanos), text, "{nanos}");
        }
        assert_eq!(short_duration(1_200_000_000), "1.2s");
        assert_eq!(ascii_duration(340_000), "340 us");
    }

    #[test]
    fn sizes_and_times_for_people() {
        let sizes = [0, 1, 999, 1290, 10_000, 999_999, 1_000_000, 2_690_000, u64::MAX];
        let sizes: Vec<_> = sizes.iter().map(|&n| Bytes(n).to_string()).collect();
        assert_eq!(
            sizes,
            [
                "0 bytes",
                "1 byte",
                "999 bytes",
                "1,290 bytes",
                "10,000 bytes",
                "1.0 MB",
                "1.0 MB",
                "2.7 MB",
                "18446.7 PB"
            ]
        );
        let times = [0, 35_000, 1_200_000, 120_000_000, 1_203_000_000, 3_600_000_000_000];
        let times: Vec<_> = times.iter().map(|&n| Time(n).to_string()).collect();
        assert_eq!(times, ["0.000 ms", "0.035 ms", "1.2 ms", "120 ms", "1.2 s", "3600.0 s"]);
    }
}
