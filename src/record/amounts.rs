//! Sizes and times as people say them.

use std::fmt;

use crate::telemetry::Nanos;

/// A number of bytes for people: `84 bytes`, `1,290 bytes`, `2.6 MB`.
pub(super) struct Bytes(pub(super) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
        match self.0 {
            1 => f.write_str("1 byte"),
            n @ 0..1000 => write!(f, "{n} bytes"),
            n @ 1000..10_000 => write!(f, "{},{:03} bytes", n / 1000, n % 1000),
            n => {
                // In tenths of the unit, rounded down: nothing looks larger than it is.
                let mut tenths = n / 100;
                let mut unit = 0;
                while tenths >= 10_000 && unit + 1 < UNITS.len() {
                    tenths /= 1000;
                    unit += 1;
                }
                write!(f, "{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
            }
        }
    }
}

/// A duration for people: `0.035 ms`, `120 ms`, `1.2 s`.
pub(super) struct Time(pub(super) Nanos);

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

#[cfg(test)]
mod tests {
    use super::*;

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
                "10.0 kB",
                "999.9 kB",
                "1.0 MB",
                "2.6 MB",
                "18446.7 PB"
            ]
        );
        let times = [0, 35_000, 1_200_000, 120_000_000, 1_203_000_000, 3_600_000_000_000];
        let times: Vec<_> = times.iter().map(|&n| Time(n).to_string()).collect();
        assert_eq!(times, ["0.000 ms", "0.035 ms", "1.2 ms", "120 ms", "1.2 s", "3600.0 s"]);
    }
}
