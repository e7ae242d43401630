//! Which language is spoken.

use std::env;

use crate::cli::Lang;
use crate::dashboard::NoChinese;
use crate::dashboard::terminal::{has_chinese, locale_is_utf8};
use crate::words::Language;

/// Speaks what the locale asks for, while the command line is not read yet: what is wrong with it
/// has to be said as well.
pub(super) fn guess() {
    choose(Lang::Auto);
}

/// Speaks what the command line asks for, or else the locale; returns why it is English where Chinese
/// was asked for.
pub(super) fn choose(lang: Lang) -> Option<NoChinese> {
    let language = match lang {
        Lang::En => Language::English,
        Lang::Zh => Language::Chinese,
        Lang::Auto => of_locale(["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| env::var(name).ok())),
    };
    let why_not = if language != Language::Chinese {
        None
    } else if !has_chinese() {
        Some(NoChinese::Console)
    } else if lang == Lang::Auto && !locale_is_utf8() {
        Some(NoChinese::NotUtf8)
    } else {
        None
    };
    let language = if why_not.is_some() { Language::English } else { language };
    language.speak();
    why_not
}

/// The language of the messages, by the values of `LC_ALL`, `LC_MESSAGES` and `LANG`: the first that
/// is set and not empty counts (locale(7)).
fn of_locale(values: [Option<String>; 3]) -> Language {
    let first = values.into_iter().flatten().find(|value| !value.is_empty());
    first.map_or_else(Language::default, |value| Language::of_locale(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_that_is_set_counts() {
        let of = |values: [&str; 3]| of_locale(values.map(|value| Some(value.to_owned())));
        assert_eq!(of(["", "zh_CN.UTF-8", "en_US.UTF-8"]), Language::Chinese);
        assert_eq!(of(["C", "zh_CN.UTF-8", "zh_CN.UTF-8"]), Language::English);
        assert_eq!(of(["", "", "zh-Hans"]), Language::Chinese);
        assert_eq!(of_locale([None, None, None]), Language::English);
    }
}
