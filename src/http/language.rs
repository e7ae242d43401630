//! Which of the two languages of the pages in the binary a client gets (RFC 9110, section 12.5.4).

use std::cmp::Reverse;

use super::grammar::weight;

/// Whether the lines of an `Accept-Language` rank Chinese, of whatever script or region, above English.
/// Of two with the same weight the one that comes first is meant; whoever reads neither gets English.
pub(super) fn prefers_chinese<'a>(lines: impl Iterator<Item = &'a [u8]>) -> bool {
    // The best weight of each, with its place in the list.
    let (mut chinese, mut english) = (None, None);
    let mut star = 0;
    for (place, item) in lines.flat_map(|line| line.split(|&b| b == b',')).enumerate() {
        let mut parts = item.split(|&b| b == b';').map(<[u8]>::trim_ascii);
        let range = parts.next().unwrap_or_default();
        let weight = parts.next().map_or(1000, weight);
        let language = range.split(|&b| b == b'-').next().unwrap_or_default();
        let is = |other: &str| language.eq_ignore_ascii_case(other.as_bytes());
        let ranked = Some((weight, Reverse(place)));
        if is("zh") {
            chinese = chinese.max(ranked);
        } else if is("en") {
            english = english.max(ranked);
        } else if is("*") {
            star = weight;
        }
    }
    let english = english.unwrap_or((star, Reverse(usize::MAX)));
    chinese.is_some_and(|chinese| chinese.0 > 0 && chinese > english)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_larger_weight_is_taken_and_else_the_first() {
        let chinese = |lines: &[&str]| prefers_chinese(lines.iter().map(|line| line.as_bytes()));
        for yes in [
            "zh-CN,zh;q=0.9,en;q=0.8",
            "zh",
            "ZH-Hans-CN",
            "zh-TW, en-US;q=0.7",
            "ja, zh;q=0.1",
            "en;q=0.5, zh;q=0.501",
            "zh,en",
            "zh, *",
            "en;q=0, zh;q=0.1, *",
            "zh;q=0, zh-CN;q=0.3",
        ] {
            assert!(chinese(&[yes]), "{yes}");
        }
        for no in [
            "",
            "*",
            "en",
            "fr",
            "en,zh",
            "en-US,en;q=0.9,zh-CN;q=0.8",
            "zh;q=0",
            "zh;q=0.5, *",
            "zh;q=x",
            "zhx",
            "zh;q=0.8, en-GB",
        ] {
            assert!(!chinese(&[no]), "{no}");
        }
        assert!(chinese(&["en;q=0.3", "zh;q=0.4"]) && !chinese(&["en", "zh"]));
    }
}
