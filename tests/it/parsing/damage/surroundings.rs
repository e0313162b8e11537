//! Damage before and after a feed, and to its declaration.

use super::clean::{Clean, Format};
use super::kinds::{Chance, Damaged};

const WARNING: &str = "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/var/www/feed.php</b> \
                       on line <b>3</b><br />\n";

fn before(clean: &Clean, junk: &str) -> Option<Damaged> {
    Some(format!("{junk}{}", clean.text).into())
}

fn after(clean: &Clean, junk: &str) -> Option<Damaged> {
    Some(format!("{}{junk}", clean.text).into())
}

/// The feed without its declaration.
fn bare(clean: &Clean) -> &str {
    clean.text.split_once("?>").map_or(clean.text.as_str(), |(_, rest)| rest).trim_start()
}

pub fn white_space_before(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    before(clean, chance.pick(&["\n", " ", "\r\n\r\n", "\t\n \u{a0}", "\u{200b}"])?)
}

pub fn warning_before(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    let plain = "PHP Notice:  Undefined index: id in /var/www/feed.php on line 12\n";
    before(clean, chance.pick(&[WARNING, plain])?)
}

pub fn headers_before(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    before(clean, "Content-Type: text/xml; charset=utf-8\r\nX-Cache: HIT\r\n\r\n")
}

pub fn mojibake_mark_before(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    before(clean, "ï»¿")
}

pub fn chunk_sizes_around(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    Some(format!("1f40\r\n{}\r\n0\r\n\r\n", clean.text).into())
}

pub fn comment_before_declaration(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    before(clean, "<!-- generated in 0.3 s -->\n")
}

pub fn no_declaration(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    Some(bare(clean).to_owned().into())
}

pub fn declaration_without_quotes(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    Some(format!("<?xml version=1.0 encoding=utf-8?>{}", bare(clean)).into())
}

pub fn declaration_of_version_1_1(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    Some(format!("<?xml version=\"1.1\" encoding=\"utf8\" ?>{}", bare(clean)).into())
}

pub fn declaration_twice(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    before(clean, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
}

pub fn doctype_with_entities(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let root = if clean.format == Format::Atom { "feed" } else { "rss" };
    let doctype = format!("<!DOCTYPE {root} [<!ENTITY nbsp \"&#160;\"><!ENTITY x \"<y>\">]>");
    Some(format!("<?xml version=\"1.0\"?>\n{doctype}\n{}", bare(clean)).into())
}

pub fn doctype_of_html(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    Some(format!("<!DOCTYPE html>\n{}", clean.text).into())
}

pub fn script_after(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    after(clean, "<script>if (1 < 2 && x) { document.write('<item>'); }</script>\n")
}

pub fn warning_after(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    after(clean, WARNING)
}

pub fn zeros_after(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    after(clean, &"\0".repeat(64))
}

pub fn second_document_after(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let second =
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>E</title></channel></rss>";
    after(clean, second)
}

pub fn wrapped_in_html(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    let (open, close) = *chance.pick(&[
        ("<html><head><title>Feed</title></head><body>", "</body></html>"),
        ("<!DOCTYPE html>\n<html><body><pre>\n", "</pre></body></html>\n"),
    ])?;
    Some(format!("{open}{}{close}", bare(clean)).into())
}

pub fn end_of_page_after(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    after(clean, "</div></body></html>\n<!-- Page cached by a plug-in -->")
}
