//! The table of kinds, and what they are made with.

use super::clean::Clean;
use super::{characters, cuts, markup, surroundings};

/// A kind of damage.
pub struct Kind {
    pub name: &'static str,
    /// Does it to a feed; `None` where that cannot have it.
    pub damage: fn(&Clean, &mut Chance) -> Option<Damaged>,
}

/// A damaged feed, and what can be asked of it.
#[derive(Debug, Clone)]
pub struct Damaged {
    pub bytes: Vec<u8>,
    pub content_type: Option<&'static str>,
    /// How many entries, from the first, are whole; all if `None`.
    pub whole: Option<usize>,
    /// Entries beyond those that may come out as well: such as were cut, but have a title.
    pub allowed_more: usize,
    /// Whether texts must be the same, too.
    pub with_body: bool,
}

impl From<String> for Damaged {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<Vec<u8>> for Damaged {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, content_type: None, whole: None, allowed_more: 0, with_body: true }
    }
}

/// Numbers that look random and are the same on every run.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        (!list.is_empty()).then(|| &list[self.below(list.len())])
    }
}

macro_rules! kinds {
    ($($module:ident :: $name:ident),+ $(,)?) => {
        &[$(Kind { name: stringify!($name), damage: $module::$name }),+]
    };
}

pub const KINDS: &[Kind] = kinds![
    characters::bare_ampersands,
    characters::bare_less_than,
    characters::html_entities,
    characters::html_entities_of_quotes_and_dashes,
    characters::control_characters,
    characters::illegal_references,
    characters::latin_1_bytes_within_utf_8,
    characters::windows_1252_labelled_utf_8,
    characters::utf_8_labelled_latin_1,
    characters::utf_8_labelled_latin_1_by_http,
    characters::utf_8_labelled_utf_16,
    characters::utf_16_without_mark,
    characters::utf_16_labelled_utf_8,
    characters::two_byte_order_marks,
    characters::mark_within_the_text,
    characters::broken_utf_8,
    characters::double_escaped_titles,
    characters::only_carriage_returns,
    characters::still_gzipped,
    cuts::cut_anywhere,
    cuts::cut_in_a_tag,
    cuts::cut_in_cdata,
    cuts::cut_in_a_character,
    cuts::cut_after_the_last_entry,
    cuts::cdata_without_end,
    cuts::missing_root_end,
    cuts::missing_item_end,
    markup::wrong_end_tag,
    markup::missing_title_end,
    markup::missing_text_end,
    markup::crossing_tags,
    markup::raw_html_in_text,
    markup::raw_html_in_title,
    markup::void_tags_in_text,
    markup::unquoted_attributes,
    markup::repeated_attribute,
    markup::quote_within_an_attribute,
    markup::raw_signs_in_an_attribute,
    markup::attribute_without_value,
    markup::attributes_without_space,
    markup::stray_end_tags,
    markup::upper_case_names,
    markup::upper_case_entries,
    markup::white_space_in_tags,
    markup::two_hyphens_in_a_comment,
    markup::comment_without_end,
    markup::nested_cdata,
    markup::instructions_within,
    markup::text_between_entries,
    markup::undeclared_prefixes,
    markup::http_namespaces_as_https,
    markup::odd_namespace,
    markup::prefixed_names,
    markup::missing_version,
    markup::odd_version,
    markup::entries_after_the_channel,
    markup::no_root,
    markup::link_closed_like_in_html,
    surroundings::white_space_before,
    surroundings::warning_before,
    surroundings::headers_before,
    surroundings::mojibake_mark_before,
    surroundings::chunk_sizes_around,
    surroundings::comment_before_declaration,
    surroundings::no_declaration,
    surroundings::declaration_without_quotes,
    surroundings::declaration_of_version_1_1,
    surroundings::declaration_twice,
    surroundings::doctype_with_entities,
    surroundings::doctype_of_html,
    surroundings::script_after,
    surroundings::warning_after,
    surroundings::zeros_after,
    surroundings::second_document_after,
    surroundings::wrapped_in_html,
    surroundings::end_of_page_after,
];
