//! Content codings: which precompressed neighbour of a file a client may get (RFC 9110, section
//! 12.5.3).

use super::grammar::weight;

/// A content coding whose files may lie beside the plain ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Coding {
    Brotli,
    Zstd,
    Gzip,
}

impl Coding {
    /// All of them, the preferred ones first.
    pub(super) const ALL: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// Its name in `Content-Encoding`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// What is appended to the plain file's name.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Zstd => ".zst",
            Self::Gzip => ".gz",
        }
    }
}

/// The codings that the lines of an `Accept-Encoding` allow and like at least as well as none, best
/// first.
pub(super) fn acceptable<'a>(lines: impl Iterator<Item = &'a [u8]>) -> [Option<Coding>; 3] {
    // Weights in thousandths; what is not named has that of `*`, or none.
    let mut weights: [Option<u16>; 3] = [None; 3];
    let mut identity = None;
    let mut star = None;
    // Several lines are one list (RFC 9110, section 5.3).
    for item in lines.flat_map(|line| line.split(|&b| b == b',')) {
        let mut parts = item.split(|&b| b == b';').map(<[u8]>::trim_ascii);
        let name = parts.next().unwrap_or_default();
        let weight = parts.next().map_or(1000, weight);
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        if is("br") {
            weights[0] = Some(weight);
        } else if is("zstd") {
            weights[1] = Some(weight);
        } else if is("gzip") || is("x-gzip") {
            weights[2] = Some(weight);
        } else if is("identity") {
            identity = Some(weight);
        } else if is("*") {
            star = Some(weight);
        }
    }
    let least = identity.unwrap_or(0).max(1);
    let mut ranked = [0, 1, 2].map(|i| (weights[i].or(star).unwrap_or(0), Coding::ALL[i]));
    // Stable: equal weights keep our order.
    ranked.sort_by_key(|&(weight, _)| std::cmp::Reverse(weight));
    ranked.map(|(weight, coding)| (weight >= least).then_some(coding))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(value: &str) -> Vec<&'static str> {
        acceptable(std::iter::once(value.as_bytes()))
            .into_iter()
            .flatten()
            .map(Coding::name)
            .collect()
    }

    #[test]
    fn codings_are_ranked_by_weight_then_by_our_preference() {
        assert_eq!(names("gzip, deflate, br, zstd"), ["br", "zstd", "gzip"]);
        assert_eq!(names("GZIP;q=1.0, br;q=0.25"), ["gzip", "br"]);
        assert_eq!(names("*"), ["br", "zstd", "gzip"]);
        assert_eq!(names("br;q=0,*;q=0.1"), ["zstd", "gzip"]);
        assert_eq!(names("identity;q=0.5, gzip;q=0.4, br;q=0.6"), ["br"]);
        for nothing in
            ["", "deflate", "gzip;q=0", "gzip;q=0.000", "gzip;q=x", "gzip;q=0.1234", "*;q=0"]
        {
            assert!(names(nothing).is_empty(), "{nothing}");
        }
    }
}
