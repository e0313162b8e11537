//! Feeds without an end: every entry that is complete must be there.

use super::clean::{Clean, Format};
use super::kinds::{Chance, Damaged};

/// The feed up to a place; the entry that is cut may come out or not.
/// `None` where no entry would be left.
fn cut_at(clean: &Clean, at: usize) -> Option<Damaged> {
    let whole = clean.entries.iter().filter(|entry| entry.end <= at).count();
    let bytes = clean.text.as_bytes()[..at].to_vec();
    let damaged = Damaged { whole: Some(readable(clean, whole)), allowed_more: 1, ..bytes.into() };
    (whole > 0).then_some(damaged)
}

/// How many entries are read of the first so many: some fixtures hold empty ones.
fn readable(clean: &Clean, entries: usize) -> usize {
    let is_empty = |entry: &&std::ops::Range<usize>| {
        clean.text[(*entry).clone()].contains("<item><description></description></item>")
    };
    entries - clean.entries[..entries].iter().filter(is_empty).count()
}

pub fn cut_anywhere(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    let first = clean.entries.first()?.end;
    let end = clean.entries.last()?.end;
    let at = first + chance.below(end - first + 1);
    cut_at(clean, clean.text.floor_char_boundary(at))
}

pub fn cut_in_a_tag(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    let entry = chance.pick(&clean.entries)?;
    let end = entry.start + clean.text[entry.clone()].find("<title")? + chance.below(6) + 1;
    cut_at(clean, end)
}

pub fn cut_in_cdata(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let at = clean.text.rfind("<![CDATA[")?;
    cut_at(clean, clean.text.floor_char_boundary(at + 15))
}

pub fn cut_in_a_character(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let last = clean.entries.last()?;
    let at = clean.text[last.clone()].find(|char: char| char.len_utf8() > 1)?;
    cut_at(clean, last.start + at + 1)
}

pub fn cut_after_the_last_entry(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    Some(Damaged { allowed_more: 0, ..cut_at(clean, clean.entries.last()?.end)? })
}

/// One entry's CDATA runs on to the end: the entries before it are whole.
pub fn cdata_without_end(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let start = clean.text.rfind("<![CDATA[")?;
    let end = start + clean.text[start..].find("]]>")?;
    let text = format!("{}{}", &clean.text[..end], &clean.text[end + 3..]);
    let whole = clean.entries.iter().filter(|entry| entry.end <= start).count();
    let allowed_more = clean.entries.len() - whole;
    let damaged = Damaged { whole: Some(readable(clean, whole)), allowed_more, ..text.into() };
    (whole > 0).then_some(damaged)
}

pub fn missing_root_end(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let end = if clean.format == Format::Atom { "</feed>" } else { "</rss>" };
    let at = clean.text.rfind(end)?;
    Some(clean.text[..at].to_owned().into())
}

pub fn missing_item_end(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    let entry = chance.pick(&clean.entries)?;
    let end = entry.end - clean.entry_name().len() - 3;
    Some(format!("{}{}", &clean.text[..end], &clean.text[entry.end..]).into())
}
