//! JSON that is safe to show: a character that acts on a terminal instead of being displayed, had
//! one been left in a text, is written as `\uXXXX`, so that readers of the file are not fooled.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};

use crate::domain::untrusted;

/// One line of JSON, keys in the order of the type's fields.
pub(in crate::deliver) fn to_json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2_048);
    let mut writer = serde_json::Serializer::with_formatter(&mut bytes, Shield);
    // The types here have string keys only and a Vec takes every byte: there is no error to have.
    let _ = value.serialize(&mut writer);
    bytes
}

struct Shield;

impl Formatter for Shield {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        let mut rest = fragment;
        while let Some(at) = rest.find(untrusted::is_hazard) {
            let (plain, from) = rest.split_at(at);
            CompactFormatter.write_string_fragment(writer, plain)?;
            let mut chars = from.chars();
            for unit in chars.next().into_iter().map(u32::from) {
                // All of them lie in the basic plane: one unit each.
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = chars.as_str();
        }
        CompactFormatter.write_string_fragment(writer, rest)
    }
}
