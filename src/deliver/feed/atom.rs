//! The feed as Atom (RFC 4287).

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{AlertFeed, Format, Item, content};
use crate::deliver::object::second;

type Xml = Writer<Vec<u8>>;

pub fn write(feed: &AlertFeed) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let root = xml.create_element("feed").with_attribute(("xmlns", "http://www.w3.org/2005/Atom"));
    root.write_inner_content(|xml| {
        text(xml, "id", &feed.id())?;
        text(xml, "title", &feed.title())?;
        text(xml, "updated", &second(feed.updated))?;
        xml.create_element("author").write_inner_content(|xml| text(xml, "name", "wirewatch"))?;
        text(xml, "generator", "wirewatch")?;
        if let Some(url) = feed.own_url(Format::Atom) {
            let link = xml.create_element("link").with_attribute(("rel", "self"));
            let link = link.with_attribute(("type", "application/atom+xml"));
            link.with_attribute(("href", url.as_str())).write_empty()?;
        }
        feed.items.iter().try_for_each(|item| entry(xml, feed, item))
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn entry(xml: &mut Xml, feed: &AlertFeed, item: &Item) -> io::Result<()> {
    let alert = &item.alert;
    xml.create_element("entry").write_inner_content(|xml| {
        text(xml, "id", &feed.id_of(item))?;
        text(xml, "title", &alert.headline)?;
        text(xml, "published", &second(item.opened))?;
        text(xml, "updated", &second(item.updated))?;
        let publisher = &alert.entry.publisher;
        xml.create_element("author").write_inner_content(|xml| text(xml, "name", publisher))?;
        if let Some(url) = &alert.links.article {
            let link = xml.create_element("link").with_attribute(("rel", "alternate"));
            link.with_attribute(("href", visible(url).as_str())).write_empty()?;
        }
        category(xml, &alert.topic.id, "urn:wirewatch:topic", &alert.topic.name)?;
        category(xml, &alert.topic.severity, "urn:wirewatch:severity", &alert.topic.severity)?;
        for tag in &alert.topic.tags {
            category(xml, tag, "urn:wirewatch:tag", tag)?;
        }
        if !alert.summary.is_empty() {
            text(xml, "summary", &alert.summary)?;
        }
        let html = xml.create_element("content").with_attribute(("type", "html"));
        html.write_text_content(BytesText::new(&visible(&content::html(item))))?;
        Ok(())
    })?;
    Ok(())
}

fn category(xml: &mut Xml, term: &str, scheme: &str, label: &str) -> io::Result<()> {
    let element = xml.create_element("category").with_attribute(("term", visible(term).as_str()));
    let element = element.with_attribute(("scheme", scheme));
    element.with_attribute(("label", visible(label).as_str())).write_empty()?;
    Ok(())
}

fn text(xml: &mut Xml, name: &str, value: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&visible(value)))?;
    Ok(())
}

/// Without characters that XML cannot have, not even escaped.
fn visible(text: &str) -> String {
    let is_char = |c: &char| match c {
        '\t' | '\n' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => *c >= ' ',
    };
    text.chars().filter(is_char).collect()
}
