//! The kinds of damage that are mended: a stable code and the words for each. [`super::normal`]
//! and [`super::decode`] count what they mend in a [`Tally`]; [`sentence`] tells it to people.

use std::fmt::Write;

use crate::domain::feed::{ParsedFeed, Repair};

/// One kind of damage. The order is that of the table, and of the repairs of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Packed,
    WrongCharset,
    MixedCharset,
    IllegalCharacter,
    JunkBefore,
    JunkAfter,
    Wrapped,
    Escaped,
    OddRoot,
    OddVersion,
    OddNamespace,
    UndeclaredPrefix,
    NameCase,
    BareAmpersand,
    BareLessThan,
    HtmlEntity,
    IllegalReference,
    UnclosedTag,
    MissingEnd,
    WrongEnd,
    ImpliedItemEnd,
    MisplacedItem,
    MissingRootEnd,
    RawMarkup,
    BrokenCData,
    BrokenComment,
    UnquotedAttribute,
    DuplicateAttribute,
    BrokenAttribute,
    CutItem,
    LongText,
}

/// Each fault with its code, and what one and several of it are called.
const TABLE: &[(Fault, &str, &str, &str)] = &[
    (Fault::Packed, "packed", "compressed file", "layers of compression"),
    (Fault::WrongCharset, "wrong_charset", "wrong charset label", "wrong charset labels"),
    (Fault::MixedCharset, "mixed_charset", "sign in another charset", "signs in another charset"),
    (Fault::IllegalCharacter, "illegal_character", "illegal character", "illegal characters"),
    (
        Fault::JunkBefore,
        "junk_before",
        "piece of text before the feed",
        "pieces of text before the feed",
    ),
    (
        Fault::JunkAfter,
        "junk_after",
        "piece of text after the feed",
        "pieces of text after the feed",
    ),
    (Fault::Wrapped, "wrapped", "web page around the feed", "web pages around the feed"),
    (Fault::Escaped, "escaped", "feed escaped as a whole", "layers of escapes"),
    (Fault::OddRoot, "odd_root", "missing root or channel", "missing roots or channels"),
    (Fault::OddVersion, "odd_version", "missing or odd version", "missing or odd versions"),
    (Fault::OddNamespace, "odd_namespace", "odd namespace", "odd namespaces"),
    (Fault::UndeclaredPrefix, "undeclared_prefix", "undeclared prefix", "undeclared prefixes"),
    (Fault::NameCase, "name_case", "name in the wrong case", "names in the wrong case"),
    (Fault::BareAmpersand, "bare_ampersand", "bare ampersand", "bare ampersands"),
    (Fault::BareLessThan, "bare_less_than", "bare less-than sign", "bare less-than signs"),
    (Fault::HtmlEntity, "html_entity", "undeclared entity", "undeclared entities"),
    (
        Fault::IllegalReference,
        "illegal_reference",
        "reference to no character",
        "references to no character",
    ),
    (Fault::UnclosedTag, "unclosed_tag", "unfinished tag", "unfinished tags"),
    (Fault::MissingEnd, "missing_end", "missing end tag", "missing end tags"),
    (Fault::WrongEnd, "wrong_end", "wrong end tag", "wrong end tags"),
    (Fault::ImpliedItemEnd, "implied_item_end", "item without an end", "items without an end"),
    (Fault::MisplacedItem, "misplaced_item", "misplaced item", "misplaced items"),
    (
        Fault::MissingRootEnd,
        "missing_root_end",
        "missing end of the feed",
        "missing ends of the feed",
    ),
    (Fault::RawMarkup, "raw_markup", "text with unescaped markup", "texts with unescaped markup"),
    (Fault::BrokenCData, "broken_cdata", "broken CDATA section", "broken CDATA sections"),
    (Fault::BrokenComment, "broken_comment", "unclosed comment", "unclosed comments"),
    (Fault::UnquotedAttribute, "unquoted_attribute", "unquoted attribute", "unquoted attributes"),
    (Fault::DuplicateAttribute, "duplicate_attribute", "repeated attribute", "repeated attributes"),
    (Fault::BrokenAttribute, "broken_attribute", "broken attribute", "broken attributes"),
    (Fault::CutItem, "cut_item", "cut item", "cut items"),
    (Fault::LongText, "long_text", "overlong text", "overlong texts"),
];

/// What JSON Feeds have instead, with the same words.
const JSON: &[(&str, &str, &str)] = &[
    ("json_bare_value", "unquoted value", "unquoted values"),
    ("json_comma", "misplaced comma", "misplaced commas"),
    ("json_comment", "comment in JSON", "comments in JSON"),
    ("json_items_not_a_list", "list of items that is none", "lists of items that are none"),
    ("json_junk", "piece of text around the feed", "pieces of text around the feed"),
    ("json_no_version", "missing version", "missing versions"),
    ("json_not_an_item", "item that is none", "items that are none"),
    ("json_number_as_text", "number for a text", "numbers for texts"),
    ("json_raw_character", "unescaped character", "unescaped characters"),
    ("json_tags_not_a_list", "list of tags that is none", "lists of tags that are none"),
];

/// How often each kind of damage was mended.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    counts: [u32; TABLE.len()],
}

impl Tally {
    pub fn note(&mut self, fault: Fault) {
        self.add(fault, 1);
    }

    pub fn add(&mut self, fault: Fault, times: usize) {
        let count = &mut self.counts[fault as usize];
        *count = count.saturating_add(u32::try_from(times).unwrap_or(u32::MAX));
    }

    /// What was mended at all, in the order of the table.
    pub fn repairs(&self) -> Vec<Repair> {
        let mended = TABLE.iter().map(|(fault, code, ..)| (*code, self.counts[*fault as usize]));
        mended.filter(|(_, count)| *count > 0).map(|(code, count)| Repair { code, count }).collect()
    }
}

/// Repairs in words: `repaired: 3 bare ampersands, 1 cut item`; `None` if there are none.
pub fn sentence(repairs: &[Repair]) -> Option<String> {
    let mut text = String::new();
    for Repair { code, count } in repairs {
        let separator = if text.is_empty() { "repaired: " } else { ", " };
        let rows = TABLE.iter().map(|(_, known, one, many)| (known, one, many));
        let mut rows = rows.chain(JSON.iter().map(|(known, one, many)| (known, one, many)));
        let words = match (rows.find(|(known, ..)| *known == code), *count) {
            (Some((_, one, _)), 1) => one,
            (Some((.., many)), _) => many,
            (None, _) => code,
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{count} {words}");
    }
    (!text.is_empty()).then_some(text)
}

/// All that is to be said of how a feed was read: its warnings, and what was repaired.
pub fn remarks(feed: &ParsedFeed) -> Option<String> {
    let remarks: Vec<String> =
        feed.warnings.iter().cloned().chain(sentence(&feed.repairs)).collect();
    (!remarks.is_empty()).then(|| remarks.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_row() {
        for (index, (fault, code, ..)) in TABLE.iter().enumerate() {
            assert_eq!(*fault as usize, index, "{code} stands in the wrong place");
        }
        assert_eq!(TABLE.len(), Fault::LongText as usize + 1);
    }

    #[test]
    fn repairs_are_told_in_words() {
        let mut tally = Tally::default();
        assert_eq!(sentence(&tally.repairs()), None);
        tally.note(Fault::CutItem);
        tally.add(Fault::BareAmpersand, 3);
        let told = sentence(&tally.repairs());
        assert_eq!(told.as_deref(), Some("repaired: 3 bare ampersands, 1 cut item"));
        let json = "{\"items\":[{\"id\":1,\"title\":\"A\",\"tags\":\"a,b\"},]}";
        let feed = crate::parse::read(json.as_bytes(), None, "", crate::parse::Limits::STANDARD);
        let told = remarks(&feed.unwrap()).unwrap();
        assert!(told.contains("1 list of tags that is none") && !told.contains("json_"), "{told}");
    }
}
