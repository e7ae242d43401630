//! What the locale asks for, by the variables of locale(7): the language, and the letters.

use super::Language;

/// The value of a category: that of the first of `LC_ALL`, the category's own variable and `LANG` that
/// is set and not empty.
fn value(category: &str, variable: impl Fn(&str) -> Option<String>) -> String {
    let names = ["LC_ALL", category, "LANG"].into_iter();
    names.filter_map(variable).find(|value| !value.is_empty()).unwrap_or_default()
}

fn of(category: &str) -> String {
    value(category, |name| std::env::var(name).ok())
}

/// The language of the messages.
#[must_use]
pub fn language() -> Language {
    Language::of_locale(&of("LC_MESSAGES"))
}

/// Whether the character set is UTF-8.
#[must_use]
pub fn is_utf8() -> bool {
    has_utf8(&of("LC_CTYPE"))
}

fn has_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Whether it is one of those whose terminals may draw signs two cells wide: Chinese, Japanese or
/// Korean.
#[must_use]
pub fn is_wide() -> bool {
    let locale = of("LC_CTYPE");
    ["zh", "ja", "ko"].iter().any(|tag| locale.starts_with(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value where the three variables are set so.
    fn set(values: [Option<&str>; 3]) -> String {
        value("LC_CTYPE", |name| {
            let place = ["LC_ALL", "LC_CTYPE", "LANG"].iter().position(|other| *other == name);
            values[place.unwrap()].map(str::to_owned)
        })
    }

    #[test]
    fn the_first_that_is_set_and_not_empty_counts() {
        assert_eq!(set([Some(""), Some("zh_CN.UTF-8"), Some("en_US.UTF-8")]), "zh_CN.UTF-8");
        assert_eq!(set([Some("C"), None, Some("zh_CN.UTF-8")]), "C");
        assert_eq!(set([None, Some(""), Some("zh-Hans")]), "zh-Hans");
        assert_eq!(set([None, None, None]), "");
    }

    #[test]
    fn the_character_set_is_utf8_however_it_is_spelled() {
        assert!(["de_DE.UTF-8", "C.utf8"].into_iter().all(has_utf8));
        assert!(!["C", "", "zh_CN.GB18030"].into_iter().any(has_utf8));
    }
}
