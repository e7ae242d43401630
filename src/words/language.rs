//! The language that the program speaks.

use std::cell::Cell;

thread_local! {
    /// What this thread speaks meanwhile.
    static HERE: Cell<Option<Language>> = const { Cell::new(None) };
}

/// A language that the program speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// English; also what is written for machines.
    #[default]
    English,
    /// Chinese, in simplified letters.
    Chinese,
}

impl Language {
    /// The language that is spoken now.
    #[must_use]
    pub fn spoken() -> Self {
        HERE.get().unwrap_or_else(choice::get)
    }

    /// From now on this language is spoken, by every thread.
    pub fn speak(self) {
        choice::set(self);
    }

    /// Speaks it on this thread alone while something is done.
    pub fn speak_while<T>(self, does: impl FnOnce() -> T) -> T {
        let before = HERE.replace(Some(self));
        let done = does();
        HERE.set(before);
        done
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::English => Self::Chinese,
            Self::Chinese => Self::English,
        }
    }

    /// That of a locale, as POSIX (`zh_CN.UTF-8`) or BCP 47 (`zh-Hans-CN`) spells it: English, where
    /// it is one that the program does not speak.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        let tag = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
        if tag.eq_ignore_ascii_case("zh") { Self::Chinese } else { Self::English }
    }
}

#[cfg(not(test))]
mod choice {
    //! One for the whole program.

    use std::sync::atomic::{AtomicBool, Ordering};

    use super::Language;

    static CHINESE: AtomicBool = AtomicBool::new(false);

    pub(super) fn get() -> Language {
        if CHINESE.load(Ordering::Relaxed) { Language::Chinese } else { Language::English }
    }

    pub(super) fn set(language: Language) {
        CHINESE.store(language == Language::Chinese, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod choice {
    //! One for each thread, since tests run side by side.

    use std::cell::Cell;

    use super::Language;

    thread_local! {
        static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
    }

    pub(super) fn get() -> Language {
        SPOKEN.get()
    }

    pub(super) fn set(language: Language) {
        SPOKEN.set(language);
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn both_spellings_of_a_locale_are_understood() {
        for chinese in ["zh", "zh_CN.UTF-8", "zh_TW", "zh-Hans-CN", "ZH-cn", "zh@pinyin"] {
            assert_eq!(Language::of_locale(chinese), Language::Chinese, "{chinese}");
        }
        for other in ["", "C", "POSIX", "en_US.UTF-8", "de-DE", "zhx", "C.UTF-8"] {
            assert_eq!(Language::of_locale(other), Language::English, "{other}");
        }
    }
}
