//! Feeds → OPML 2.0 that other readers take: the first tag is the folder.

use std::fmt::Write as _;

use super::super::decode::is_legal;
use super::Outline;
use crate::domain::untrusted;

/// A list of feeds. Feeds without a tag come first, then folder by folder in the order in which
/// they first occur. Reading it again gives the same feeds with the same tags.
pub fn write(title: &str, feeds: &[Outline]) -> String {
    let mut root = Folder::default();
    for feed in feeds {
        let folders = folders(&feed.tags);
        let place = folders.iter().fold(&mut root, |folder, name| folder.inner(name));
        place.feeds.push(feed);
    }
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    \
         <title>{}</title>\n  </head>\n  <body>\n",
        escaped(title)
    );
    root.write(2, &mut text);
    text + "  </body>\n</opml>\n"
}

/// The folders that a feed lies in: its first tag, and whatever cannot stand in `category`, which
/// is divided by commas and slashes.
fn folders(tags: &[String]) -> Vec<&str> {
    let first = tags.iter().take(1);
    let odd = tags.iter().skip(1).filter(|tag| !is_category(tag));
    first.chain(odd).map(String::as_str).collect()
}

fn is_category(tag: &str) -> bool {
    !tag.contains([',', '/'])
}

#[derive(Default)]
struct Folder<'a> {
    name: &'a str,
    feeds: Vec<&'a Outline>,
    folders: Vec<Folder<'a>>,
}

impl<'a> Folder<'a> {
    fn inner(&mut self, name: &'a str) -> &mut Folder<'a> {
        let at = match self.folders.iter().position(|folder| folder.name == name) {
            Some(at) => at,
            None => {
                self.folders.push(Folder { name, ..Folder::default() });
                self.folders.len() - 1
            }
        };
        &mut self.folders[at]
    }

    fn write(&self, depth: usize, text: &mut String) {
        let indent = "  ".repeat(depth);
        for feed in &self.feeds {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{indent}{}", element(feed));
        }
        for folder in &self.folders {
            let name = escaped(folder.name);
            let _ = writeln!(text, "{indent}<outline text=\"{name}\" title=\"{name}\">");
            folder.write(depth + 1, text);
            let _ = writeln!(text, "{indent}</outline>");
        }
    }
}

fn element(feed: &Outline) -> String {
    let url = escaped(&feed.url);
    let mut element = "<outline type=\"rss\"".to_owned();
    if let Some(title) = &feed.title {
        let title = escaped(title);
        element += &format!(" text=\"{title}\" title=\"{title}\"");
    }
    element += &format!(" xmlUrl=\"{url}\"");
    let categories: Vec<&str> =
        feed.tags.iter().map(String::as_str).filter(|tag| is_category(tag)).collect();
    if !categories.is_empty() {
        element += &format!(" category=\"{}\"", escaped(&categories.join(",")));
    }
    element + "/>"
}

/// For a text or a value in double quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().filter(|c| is_legal(*c)) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push(' '),
            // A list may be printed on a terminal.
            c if untrusted::is_hazard(c) => {
                let _ = write!(escaped, "&#x{:x};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}
