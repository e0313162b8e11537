//! Damage to tags: ends, attributes, names, namespaces.

use super::characters::outside_cdata;
use super::clean::{Clean, Format};
use super::kinds::{Chance, Damaged};

/// Where `needle` lies in one of the entries.
fn in_an_entry(clean: &Clean, chance: &mut Chance, needle: &str) -> Option<usize> {
    let with: Vec<usize> = clean
        .entries
        .iter()
        .filter_map(|entry| Some(entry.start + clean.text[entry.clone()].find(needle)?))
        .collect();
    chance.pick(&with).copied()
}

fn replaced_at(clean: &Clean, at: usize, needle: &str, with: &str) -> Damaged {
    format!("{}{with}{}", &clean.text[..at], &clean.text[at + needle.len()..]).into()
}

fn in_one(clean: &Clean, chance: &mut Chance, needle: &str, with: &str) -> Option<Damaged> {
    let at = in_an_entry(clean, chance, needle)?;
    Some(replaced_at(clean, at, needle, with))
}

fn everywhere(clean: &Clean, from: &str, to: &str) -> Option<Damaged> {
    clean.text.contains(from).then(|| clean.text.replace(from, to).into())
}

/// Puts an element of no meaning into every entry, after its start tag.
fn with_element(clean: &Clean, element: &str) -> Option<Damaged> {
    let mut text = clean.text.clone();
    for entry in clean.entries.iter().rev() {
        let at = entry.start + text[entry.clone()].find('>')? + 1;
        text.insert_str(at, element);
    }
    Some(text.into())
}

pub fn wrong_end_tag(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    in_one(clean, chance, "</title>", "</titel>")
}

pub fn missing_title_end(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    in_one(clean, chance, "</title>", "")
}

pub fn missing_text_end(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    in_one(clean, chance, &format!("</{}>", clean.body_name()), "")
}

pub fn crossing_tags(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    with_element(clean, "<extra><b><i>x</b></i></extra>")
}

/// What was escaped HTML is written as tags. Texts are compared, too: the tags were markup.
fn raw(clean: &Clean, element: &str) -> Option<Damaged> {
    let mut text = clean.text.clone();
    for entry in clean.entries.iter().rev() {
        let within = &text[entry.clone()];
        let Some(start) = within.find(&format!("<{element}")) else { continue };
        let start = start + within[start..].find('>')? + 1;
        let Some(end) = within.find(&format!("</{element}>")) else { continue };
        let range = entry.start + start..entry.start + end;
        let inner = text[range.clone()].to_owned();
        if inner.starts_with("<![CDATA[") || !inner.contains("&lt;p&gt;") {
            continue;
        }
        let tags = [("&lt;p&gt;", "<p>"), ("&lt;/p&gt;", "</p>")];
        let inner = tags.iter().fold(inner, |inner, (from, to)| inner.replace(from, to));
        text.replace_range(
            range,
            &inner
                .replace("&amp;amp;", "&amp;")
                .replace("&amp;lt;", "&lt;")
                .replace("&amp;gt;", "&gt;"),
        );
    }
    (text != clean.text).then(|| text.into())
}

pub fn raw_html_in_text(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    raw(clean, clean.body_name())
}

pub fn raw_html_in_title(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    in_one(clean, chance, "<title>", "<title><b class=x></b>")
}

pub fn void_tags_in_text(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let damaged = raw(clean, clean.body_name())?;
    let text = String::from_utf8(damaged.bytes).unwrap();
    Some(text.replace("</p><p>", "<br><br><img src=x.png>").into())
}

pub fn unquoted_attributes(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let rss = everywhere(clean, "isPermaLink=\"false\"", "isPermaLink=false");
    rss.or_else(|| everywhere(clean, "rel=\"alternate\"", "rel=alternate"))
}

pub fn repeated_attribute(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let rss =
        everywhere(clean, "isPermaLink=\"false\"", "isPermaLink=\"false\" isPermaLink=\"false\"");
    rss.or_else(|| everywhere(clean, "rel=\"alternate\"", "rel=\"alternate\" rel=\"alternate\""))
}

pub fn quote_within_an_attribute(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    with_element(clean, "<extra url=\"https://q.example/\" label=\"He said \"go\" to us\"/>")
}

pub fn raw_signs_in_an_attribute(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    with_element(clean, "<extra url=\"/?a=1&b=2\" label=\"1 < 2 & 3\"/>")
}

pub fn attribute_without_value(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    with_element(clean, "<extra checked label=\"x\">y</extra>")
}

pub fn attributes_without_space(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    with_element(clean, "<extra a=\"1\"b=\"2\"/>")
}

pub fn stray_end_tags(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    let entry = chance.pick(&clean.entries)?;
    let (head, tail) = clean.text.split_at(entry.start);
    Some(format!("{head}</div></p>{tail}").into())
}

/// Tags with their names changed, attributes as they are.
fn renamed(clean: &Clean, rename: impl Fn(&str) -> String) -> Damaged {
    let change = |text: &str| {
        let mut parts = text.split('<');
        let mut changed = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let slash = usize::from(part.starts_with('/'));
            let end = part[slash..].find([' ', '>', '/', '\n']).map_or(part.len(), |at| at + slash);
            changed.push('<');
            changed.push_str(&part[..slash]);
            changed.push_str(&rename(&part[slash..end]));
            changed.push_str(&part[end..]);
        }
        changed
    };
    outside_cdata(&clean.text, change).into()
}

pub fn upper_case_names(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let plain = clean.format == Format::Rss && !clean.titles.is_empty();
    plain.then(|| {
        renamed(clean, |name| {
            if name.starts_with(['?', '!']) { name.to_owned() } else { name.to_uppercase() }
        })
    })
}

pub fn upper_case_entries(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let entry = clean.entry_name();
    Some(renamed(clean, |name| if name == entry { name.to_uppercase() } else { name.to_owned() }))
}

pub fn white_space_in_tags(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let text = clean.text.replace("<title>", "<title \n>").replace("</title>", "</title  >");
    Some(text.into())
}

pub fn two_hyphens_in_a_comment(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    let entry = chance.pick(&clean.entries)?;
    let (head, tail) = clean.text.split_at(entry.start);
    Some(format!("{head}<!-- a -- b ---> <!----> <!-- <item> -->{tail}").into())
}

pub fn comment_without_end(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let at = clean.entries.last()?.end;
    let (head, tail) = clean.text.split_at(at);
    Some(format!("{head}<!-- {tail}").into())
}

pub fn nested_cdata(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let text = clean.text.replace("<![CDATA[", "<![CDATA[<![CDATA[").replace("]]>", "]]>]]>");
    let damaged = Damaged { with_body: false, ..Damaged::from(text) };
    clean.text.contains("<![CDATA[").then_some(damaged)
}

pub fn instructions_within(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    let entry = chance.pick(&clean.entries)?;
    let (head, tail) = clean.text.split_at(entry.start);
    let junk = "<?php echo \"1 > 0\"; ?><?xml version=\"1.0\"?><? x ?>";
    Some(format!("{head}{junk}{tail}").into())
}

pub fn text_between_entries(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    let entry = chance.pick(&clean.entries)?;
    let (head, tail) = clean.text.split_at(entry.start);
    Some(format!("{head}Notice: undefined index & more in feed.php on line 7\n{tail}").into())
}

pub fn undeclared_prefixes(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let mut text = clean.text.clone();
    for prefix in ["content", "dc", "media", "itunes", "atom"] {
        let Some(start) = text.find(&format!(" xmlns:{prefix}=\"")) else { continue };
        let value = start + text[start..].find('"')? + 1;
        let end = value + text[value..].find('"')? + 1;
        text.replace_range(start..end, "");
    }
    (text != clean.text).then(|| text.into())
}

pub fn http_namespaces_as_https(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let change = |text: &str| {
        let text = text.replace("xmlns=\"http:", "xmlns=\"https:");
        ["content", "dc", "media", "itunes", "atom", "rdf"].iter().fold(text, |text, prefix| {
            text.replace(&format!("xmlns:{prefix}=\"http:"), &format!("xmlns:{prefix}=\"https:"))
        })
    };
    let text = change(&clean.text);
    (text != clean.text).then(|| text.into())
}

pub fn odd_namespace(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    match clean.format {
        Format::Rss => {
            let odd = chance.pick(&[
                "http://backend.userland.com/rss2",
                "http://purl.org/rss/2.0/",
                "",
            ])?;
            everywhere(clean, "<rss ", &format!("<rss xmlns=\"{odd}\" "))
        }
        Format::Atom => everywhere(
            clean,
            "http://www.w3.org/2005/Atom",
            chance.pick(&[
                "http://www.w3.org/2005/atom",
                "http://www.w3.org/2005/Atom/",
                " http://www.w3.org/2005/Atom",
                "http://purl.org/atom/ns#",
            ])?,
        ),
        Format::Rdf => everywhere(
            clean,
            "\"http://purl.org/rss/1.0/\"",
            chance.pick(&[
                "\"http://purl.org/rss/1.0\"",
                "\"http://my.netscape.com/rdf/simple/0.9/\"",
                "\"http://channel.netscape.com/rdf/simple/0.9/\"",
            ])?,
        ),
    }
}

pub fn prefixed_names(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let plain = clean.format == Format::Atom && !clean.text.contains("xhtml");
    plain.then(|| {
        let damaged = renamed(clean, |name| {
            if name.starts_with(['?', '!']) { name.to_owned() } else { format!("a:{name}") }
        });
        let text = String::from_utf8(damaged.bytes).unwrap();
        text.replace("xmlns=", "xmlns:a=").into()
    })
}

pub fn missing_version(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    everywhere(clean, "<rss version=\"2.0\"", "<rss")
}

pub fn odd_version(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    let odd = chance.pick(&["2", "2.00", "", "2.0.1", "0.94", "1.0", " 2.0 ", "two"])?;
    everywhere(clean, "<rss version=\"2.0\"", &format!("<rss version=\"{odd}\""))
}

pub fn entries_after_the_channel(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    if clean.format != Format::Rss {
        return None;
    }
    let text = clean.text.replace("</channel>", "");
    let at = clean.entries.first()?.start;
    Some(format!("{}</channel>{}", &text[..at], &text[at..]).into())
}

pub fn no_root(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let start = clean.text.find("<channel>").filter(|_| clean.format == Format::Rss)?;
    Some(clean.text[start..].replace("</rss>", "").into())
}

pub fn link_closed_like_in_html(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let rss = clean.format == Format::Rss && !clean.titles.is_empty();
    let text = clean.text.replace("<link>", "<link/>").replace("</link>", "");
    rss.then(|| text.into())
}
