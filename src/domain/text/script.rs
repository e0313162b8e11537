//! What a character is to the analysis. [`super::scan`] cuts by it.

use unicode_normalization::char::is_combining_mark;

/// The part a character plays in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A letter or digit of a script that puts spaces between words.
    Word,
    /// A character of a script without spaces: each is a token, terms are substrings.
    Unsegmented,
    /// Goes on with a word but never starts one (combining marks).
    Mark,
    /// Invisible inside a word: soft hyphen, joiners.
    Ignorable,
    Apostrophe,
    Hyphen,
    Separator,
}

/// The part `c` plays.
pub fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Kind::Word,
        '\'' | '’' | '‘' | 'ʼ' | '＇' => Kind::Apostrophe,
        '-' | '\u{2010}' | '\u{2011}' | '－' => Kind::Hyphen,
        '\0'..='\u{7f}' => Kind::Separator,
        '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' => Kind::Ignorable,
        _ if is_unsegmented(c) => Kind::Unsegmented,
        _ if is_combining_mark(c) => Kind::Mark,
        _ if c.is_alphanumeric() => Kind::Word,
        _ => Kind::Separator,
    }
}

/// Han, kana, Bopomofo, Thai, Lao, Tibetan, Myanmar, Khmer: written without spaces between words.
fn is_unsegmented(c: char) -> bool {
    match c {
        '\u{30fb}' | '\u{30a0}' => false,
        '\u{e00}'..='\u{eff}'
        | '\u{f00}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3041}'..='\u{312f}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{323af}' => {
            c.is_alphanumeric() || is_combining_mark(c) || c == 'ﾞ' || c == 'ﾟ'
        }
        '々' | '〇' => true,
        _ => false,
    }
}

/// Latin or Greek: the scripts whose marks are folded away. A Cyrillic `й` stays what it is.
pub fn loses_marks(c: char) -> bool {
    matches!(c,
        'a'..='z' | 'A'..='Z'
        | '\u{c0}'..='\u{24f}'
        | '\u{370}'..='\u{3ff}'
        | '\u{1e00}'..='\u{1fff}'
        | '\u{2c60}'..='\u{2c7f}'
        | '\u{a720}'..='\u{a7ff}')
}

/// Hangul syllables and letters: particles stick to the word, so terms are prefixes.
pub fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}')
}
