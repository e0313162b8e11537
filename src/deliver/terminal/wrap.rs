//! Breaks text into lines by the columns it takes up, which are not its characters: most East
//! Asian ones take two, combining ones none.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Lines of at most `width` columns; those after the first begin with `hang` spaces. Breaks at
/// spaces, and inside a word only where the word is longer than a line.
pub fn wrap(text: &str, width: usize, hang: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let columns = word.width();
        let at_start = lines.last().is_none_or(|line| line.trim().is_empty());
        if !at_start && used + 1 + columns > width {
            used = open_line(&mut lines, hang);
        } else if !at_start {
            push(&mut lines, " ");
            used += 1;
        }
        if used + columns <= width {
            push(&mut lines, word);
            used += columns;
            continue;
        }
        for piece in word.graphemes(true) {
            if used + piece.width() > width {
                used = open_line(&mut lines, hang);
            }
            push(&mut lines, piece);
            used += piece.width();
        }
    }
    lines
}

fn open_line(lines: &mut Vec<String>, hang: usize) -> usize {
    lines.push(" ".repeat(hang));
    hang
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_hang() {
        let lines = wrap("one two three four", 9, 2);
        assert_eq!(lines, ["one two", "  three", "  four"]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken_between_characters() {
        assert_eq!(wrap("abcdefgh", 3, 0), ["abc", "def", "gh"]);
        // Two columns each.
        assert_eq!(wrap("防衛同盟", 5, 0), ["防衛", "同盟"]);
    }

    #[test]
    fn no_text_is_one_empty_line() {
        assert_eq!(wrap("", 10, 2), [""]);
    }
}
