//! Which language is spoken.

use crate::cli::Lang;
use crate::dashboard::NoChinese;
use crate::dashboard::terminal::has_chinese;
use crate::words::{Language, locale};

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
        Lang::Auto => locale::language(),
    };
    let why_not = if language != Language::Chinese {
        None
    } else if !has_chinese() {
        Some(NoChinese::Console)
    } else if lang == Lang::Auto && !locale::is_utf8() {
        Some(NoChinese::NotUtf8)
    } else {
        None
    };
    let language = if why_not.is_some() { Language::English } else { language };
    language.speak();
    why_not
}
