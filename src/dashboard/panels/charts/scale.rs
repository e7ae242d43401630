//! The scales of the charts: where an axis ends, and what stands at it.

use crate::words::units;

/// The round number at which an axis ends that has to reach so far: 1, 1.5, 2, 3, 4, 5, 6 or 8 times
/// a power of ten, and a whole one.
pub(super) fn round_up(most: u64) -> u64 {
    const TENTHS: [u128; 9] = [10, 15, 20, 30, 40, 50, 60, 80, 100];
    let unit = 10u128.pow(most.max(1).ilog10());
    let ends = TENTHS.into_iter().map(|tenths| unit * tenths);
    let whole = ends.filter(|end| end.is_multiple_of(10)).map(|end| end / 10);
    let found = whole.into_iter().find(|end| *end >= u128::from(most.max(1)));
    found.and_then(|end| u64::try_from(end).ok()).unwrap_or(most)
}

/// What is counted along an axis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Things each second.
    Rate,
    /// Bytes each second.
    Bytes,
    Count,
}

/// A round number with its unit, where there is room for both.
pub(super) fn label(number: u64, unit: Unit) -> String {
    // It is round: what stands behind the point is nothing.
    let text = units::short_count(number).replace(".0", "");
    let spellings: &[&str] = match unit {
        Unit::Rate => &["/s"],
        Unit::Bytes => &["B/s", "B"],
        Unit::Count => &[],
    };
    let unit = spellings.iter().find(|unit| text.len() + unit.len() <= 5);
    text + unit.copied().unwrap_or_default()
}

/// How many seconds apart the labels below the picture stand, each column being `each` of them.
pub(super) fn seconds_apart(each: usize) -> usize {
    // A label, a blank, and some more: they are to be read from afar.
    const COLUMNS: usize = 12;
    [15, 30, 60, 120].into_iter().find(|step| step / each.max(1) >= COLUMNS).unwrap_or(300)
}

/// The lower edge of a class, of `classes` in each decade that begins at ten to the `low`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most a few hundred classes up to 10^12 ns"
)]
pub(super) fn decade_edge(low: u32, class: usize, classes: usize) -> u64 {
    10f64.powf(f64::from(low) + class as f64 / classes.max(1) as f64).round() as u64
}

/// A power of ten of nanoseconds, as short as can be: `1µs`, `100ms`, `10s`.
pub(super) fn power(nanos: u64, ascii: bool) -> String {
    let micro = if ascii { "us" } else { "µs" };
    let (unit, name) = match nanos {
        0..1000 => (1, "ns"),
        1000..1_000_000 => (1000, micro),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    format!("{}{name}", nanos / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number_that_is_not_exceeded() {
        for (most, end) in [
            (0, 1),
            (1, 1),
            (2, 2),
            (7, 8),
            (9, 10),
            (11, 15),
            (16, 20),
            (21, 30),
            (99, 100),
            (100, 100),
            (101, 150),
            (3_400_000, 4_000_000),
        ] {
            assert_eq!(round_up(most), end, "{most}");
        }
        assert_eq!(round_up(u64::MAX), u64::MAX);
        for most in 1..10_000 {
            let end = round_up(most);
            assert!(end >= most && end <= most * 2, "{most}: {end}");
            assert!(label(end, Unit::Rate).len() <= 5 && label(end, Unit::Bytes).len() <= 5);
        }
    }

    #[test]
    fn a_label_has_its_unit_where_there_is_room() {
        assert_eq!(label(30, Unit::Rate), "30/s");
        assert_eq!(label(150_000, Unit::Rate), "150k");
        assert_eq!(label(4_000_000, Unit::Bytes), "4MB/s");
        assert_eq!(label(150_000_000, Unit::Bytes), "150MB");
        assert_eq!(label(30, Unit::Count), "30");
    }
}
