//! Where a line of text may be broken: at blanks, and between Chinese letters as UAX #14 allows, so
//! that no line begins with a comma or ends with an opening bracket.

use unicode_linebreak::linebreaks;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The bytes before which a line may be broken, the end left out. Blanks before one are in the line
/// that ends there.
pub fn breaks(text: &str) -> impl Iterator<Item = usize> + '_ {
    let is_wide = |letter: Option<char>| letter.and_then(UnicodeWidthChar::width) == Some(2);
    let mut allowed = linebreaks(text).map(|(at, _)| at).peekable();
    text.char_indices().skip(1).filter_map(move |(at, behind)| {
        while allowed.next_if(|&next| next < at).is_some() {}
        let before = text[..at].chars().next_back();
        // Latin words are broken at blanks alone, and at each: epoll-et is one, and so is /proc.
        let blank = before == Some(' ') && behind != ' ';
        let chinese = is_wide(before) || is_wide(Some(behind));
        (blank || (chinese && allowed.peek() == Some(&at))).then_some(at)
    })
}

/// The pieces of a text that stay whole, each with whether a blank stands before it.
pub fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut from = 0;
    let ends = breaks(text).chain([text.len()]);
    let mut blank = false;
    ends.filter_map(move |to| {
        let piece = &text[from..to];
        let kept = piece.trim_end_matches(' ');
        let found = (blank, kept);
        (from, blank) = (to, kept.len() < piece.len());
        (!kept.is_empty()).then_some(found)
    })
}

/// A text in lines of at most that many columns; a piece that is wider has a line for itself.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (blank, piece) in pieces(text) {
        let last = lines.last().map_or(0, |line| line.width());
        if last > 0 && last + usize::from(blank) + piece.width() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if blank && !line.is_empty() {
                line.push(' ');
            }
            line.push_str(piece);
        }
    }
    lines
}

/// A text in that many columns or more, left aligned.
#[must_use]
pub fn pad_left(text: &str, width: usize) -> String {
    let blank = " ".repeat(width.saturating_sub(text.width()));
    format!("{text}{blank}")
}

/// The same, right aligned.
#[must_use]
pub fn pad_right(text: &str, width: usize) -> String {
    let blank = " ".repeat(width.saturating_sub(text.width()));
    format!("{blank}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_words_are_broken_at_blanks_alone() {
        assert_eq!(wrap("one epoll-et 1,290 a/b", 8), ["one", "epoll-et", "1,290", "a/b"]);
        assert_eq!(wrap("immeasurable thing", 5), ["immeasurable", "thing"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn chinese_is_broken_between_letters_but_not_before_its_punctuation() {
        assert_eq!(wrap("就绪列表是空的。", 14), ["就绪列表是空", "的。"]);
        assert_eq!(wrap("就绪列表，空", 8), ["就绪列", "表，空"]);
        assert_eq!(wrap("它（空）的", 4), ["它", "（空）", "的"]);
        assert_eq!(wrap("等了 3 ms 才醒", 7), ["等了 3", "ms 才醒"]);
    }

    #[test]
    fn a_wide_letter_takes_two_columns() {
        assert_eq!((pad_left("空", 4), pad_right("空", 4)), ("空  ".into(), "  空".into()));
        assert_eq!((pad_left("ab", 1), pad_right("", 2)), ("ab".into(), "  ".into()));
    }

    #[test]
    fn nothing_is_lost_but_blanks() {
        let text = "fd 9 的接收队列已空：读完了，下次有数据时内核会通知 (EAGAIN)。";
        for width in 1..40 {
            let lines = wrap(text, width);
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""), "{width}");
            assert!(lines.iter().all(|line| line.trim() == line && !line.is_empty()));
        }
    }
}
