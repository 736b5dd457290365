//! Text from outside, made harmless for a terminal.

use std::borrow::Cow;

/// The text with every character that a terminal could obey written out (`\n`, `\u{1b}`): control characters,
/// and the marks that reorder what is read.
///
/// The result is always one line. Names and labels that Kubernetes accepts come back as they are.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_obeyed(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// The beginning of a text that is longer than so many characters, and how long it is; a shorter one as it is.
#[must_use]
pub fn shortened(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}… ({} characters)", &text[..end], text.chars().count())),
    }
}

/// Whether a terminal acts on the character instead of showing it: C0, DEL, C1 and the bidirectional marks.
#[must_use]
pub fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_a_terminal_would_obey() {
        for (text, shown) in [
            ("node-1", "node-1"),
            ("münchen", "münchen"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\x1b[31mred", "\\u{1b}[31mred"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("abc\u{202e}cba", "abc\\u{202e}cba"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn says_how_long_a_text_is_that_it_shortens() {
        for (text, short) in [("", ""), ("äbc", "äbc"), ("äbcd", "äbc… (4 characters)")] {
            assert_eq!(shortened(text, 3), short);
        }
    }
}
