//! Names that students choose: a few letters of any script, and nothing else that a screen would obey.

/// How many letters a name has at most.
const LONGEST: usize = 12;
/// How many marks may stand over or under one letter.
const MARKS: usize = 2;

/// What of a text is a name; `None` where nothing is, though something was said.
pub(super) fn read(text: &str) -> Option<String> {
    let mut name = String::new();
    let (mut letters, mut marks) = (0, 0);
    for letter in text.chars() {
        if is_invisible(letter) {
            continue;
        }
        if letter.is_alphanumeric() && unicode_width::UnicodeWidthChar::width(letter) != Some(0) {
            if letters == LONGEST {
                break;
            }
            (letters, marks) = (letters + 1, 0);
        } else if is_mark(letter) && marks < MARKS && letters > 0 {
            marks += 1;
        } else if matches!(letter, ' ' | '-' | '\'' | '.' | '·')
            && letters > 0
            && letters < LONGEST
            && !name.ends_with([' ', '-', '\'', '.', '·'])
        {
            letters += 1;
        } else {
            continue;
        }
        name.push(letter);
    }
    let name = name.trim_end_matches([' ', '-', '\'', '.', '·']).to_owned();
    (!name.is_empty() || text.is_empty()).then_some(name)
}

/// What turns the direction, joins or hides letters, some of which are letters themselves (the fillers of
/// Hangul), or stands for more than itself: a screen need not agree with us how wide that is.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// A mark over or under a letter, as many scripts need them: it takes no room and does nothing.
fn is_mark(letter: char) -> bool {
    !letter.is_control() && unicode_width::UnicodeWidthChar::width(letter) == Some(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read;

    #[test]
    fn letters_of_any_script_are_a_name() {
        for name in ["Ann", "李小明", "Zoë", "नमस्ते", "علي", "O'Neil", "Anna-Lena", "山田 太郎"]
        {
            assert_eq!(read(name).as_deref(), Some(name));
        }
        assert_eq!(read("").as_deref(), Some(""), "none");
    }

    #[test]
    fn nothing_else_is() {
        for (said, name) in [
            ("<img src=x>", "img srcx"),
            ("\u{1b}[31mred", "31mred"),
            ("a\u{202e}b\u{2066}c", "abc"),
            ("a\nb\tc\0", "abc"),
            ("ab\u{301}\u{301}\u{301}\u{301}", "ab\u{301}\u{301}"),
            (" - x - ", "x"),
            ("abcdefghijklmnop", "abcdefghijkl"),
            ("a  b", "a b"),
            ("a\u{3164}b\u{ffa0}c\u{115f}", "abc"),
        ] {
            assert_eq!(read(said).as_deref(), Some(name), "{said:?}");
        }
        for nothing in [" ", "\u{202e}", "\u{301}", "😀", "<>", "\u{200d}", "\u{3164}\u{ffa0}"] {
            assert_eq!(read(nothing), None, "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_short_and_stays_what_it_is(said in any::<String>()) {
            if let Some(name) = read(&said) {
                prop_assert_eq!(read(&name), Some(name.clone()));
                prop_assert!(!name.chars().any(char::is_control));
                prop_assert!(unicode_width::UnicodeWidthStr::width(&*name) <= 24);
                prop_assert!(name.chars().count() <= 36);
            }
        }
    }
}
