//! Reads a page's tags in one linear pass, never as a tree, so that no nesting can exhaust
//! anything: its base, what it declares, its links, and signs of the program that made it.

use std::convert::Infallible;

use html5gum::Tokenizer;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use url::Url;

use super::{Candidate, MAX_CANDIDATES, anchor, link, resolve};

/// Longest value of an attribute that is kept, in bytes.
const MAX_VALUE_BYTES: usize = 4_000;

/// Longest text of a link that is kept, in bytes: a label is short.
const MAX_LABEL_BYTES: usize = 200;

/// Most links of a page that are judged.
const MAX_ANCHORS: usize = 5_000;

/// Attributes that say something here.
const ATTRIBUTES: &[&str] = &[
    "aria-label",
    "class",
    "content",
    "href",
    "hreflang",
    "itemprop",
    "media",
    "name",
    "property",
    "rel",
    "title",
    "type",
];

/// What a page offers.
#[derive(Debug, Default)]
pub struct Page {
    pub declared: Vec<Candidate>,
    pub anchors: Vec<Candidate>,
    pub signs: Signs,
}

/// What a page tells of where it comes from.
#[derive(Debug, Default)]
pub struct Signs {
    /// `<meta name="generator">`.
    pub generator: Option<String>,
    /// The channel that a page of a video site is about.
    pub channel_id: Option<String>,
    /// `<link rel="canonical">`.
    pub canonical: Option<Url>,
    /// `<meta property="og:platform">`.
    pub platform: Option<String>,
    /// The page names the interface of WordPress.
    pub wordpress: bool,
}

/// A start tag with those attributes that say something.
#[derive(Debug, Default)]
pub struct Tag {
    attributes: Vec<(&'static str, String)>,
}

impl Tag {
    /// The value of an attribute, "" where there is none. Of two the first counts.
    pub fn get(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(own, _)| *own == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// Whether a list of words separated by white space has this one, in any case.
    pub fn has_word(&self, name: &str, word: &str) -> bool {
        self.get(name).split_ascii_whitespace().any(|own| own.eq_ignore_ascii_case(word))
    }
}

/// Reads a page that was found at `url`.
pub fn read(html: &str, url: &Url) -> Page {
    let mut reader = Reader {
        base: url.clone(),
        has_base: false,
        url,
        page: Page::default(),
        element: Element::Other,
        tag: Tag::default(),
        attribute: None,
        open: None,
        judged: 0,
    };
    let mut emitter = CallbackEmitter::new(
        |event: CallbackEvent<'_>, _: html5gum::Span<()>| -> Option<Infallible> {
            reader.event(event);
            None
        },
    );
    // Else scripts would be read as markup.
    emitter.naively_switch_states(true);
    // Reading from a str cannot fail, and the callback yields nothing.
    Tokenizer::new_with_emitter(html, emitter).for_each(drop);
    reader.close_anchor();
    anchor::keep_best(&mut reader.page.anchors);
    reader.page
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Base,
    Link,
    Meta,
    Anchor,
    Other,
}

struct Reader<'u> {
    base: Url,
    has_base: bool,
    url: &'u Url,
    page: Page,
    /// The start tag that is being read.
    element: Element,
    tag: Tag,
    attribute: Option<&'static str>,
    /// The link one is in, with its label so far.
    open: Option<(Tag, String)>,
    judged: usize,
}

impl Reader<'_> {
    fn event(&mut self, event: CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.element = match name {
                    b"base" => Element::Base,
                    b"link" => Element::Link,
                    b"meta" => Element::Meta,
                    b"a" | b"area" => Element::Anchor,
                    _ => Element::Other,
                };
                self.tag = Tag::default();
                self.attribute = None;
            }
            CallbackEvent::AttributeName { name } => {
                let known = ATTRIBUTES.iter().find(|known| known.as_bytes() == name).copied();
                let fresh = |name: &&str| self.tag.get(name).is_empty();
                self.attribute = known.filter(|_| self.element != Element::Other).filter(fresh);
            }
            CallbackEvent::AttributeValue { value } => {
                if let Some(name) = self.attribute.take()
                    && value.len() <= MAX_VALUE_BYTES
                {
                    let value = String::from_utf8_lossy(value).into_owned();
                    self.tag.attributes.push((name, value));
                }
            }
            CallbackEvent::CloseStartTag { .. } => self.start_tag(),
            CallbackEvent::EndTag { name } => {
                self.element = Element::Other;
                if name == b"a" {
                    self.close_anchor();
                }
            }
            CallbackEvent::String { value } => self.label(value),
            _ => {}
        }
    }

    fn start_tag(&mut self) {
        let tag = std::mem::take(&mut self.tag);
        match std::mem::replace(&mut self.element, Element::Other) {
            Element::Base => self.base(&tag),
            Element::Link => self.link(&tag),
            Element::Meta => self.meta(&tag),
            Element::Anchor => {
                self.close_anchor();
                self.open = Some((tag, String::new()));
            }
            Element::Other => {}
        }
    }

    /// The first base counts (HTML, section 4.2.3).
    fn base(&mut self, tag: &Tag) {
        if self.has_base || tag.get("href").is_empty() {
            return;
        }
        self.has_base = true;
        if let Some(base) = resolve(self.url, tag.get("href")) {
            self.base = base;
        }
    }

    fn link(&mut self, tag: &Tag) {
        if tag.has_word("rel", "canonical") {
            self.page.signs.canonical = resolve(&self.base, tag.get("href"));
        }
        self.page.signs.wordpress |= tag.get("rel") == "https://api.w.org/";
        if self.page.declared.len() < MAX_CANDIDATES
            && let Some(candidate) = link::of_tag(tag, &self.base, self.page.declared.len())
        {
            self.page.declared.push(candidate);
        }
    }

    fn meta(&mut self, tag: &Tag) {
        let signs = &mut self.page.signs;
        let content = || Some(tag.get("content").to_owned()).filter(|content| !content.is_empty());
        if tag.get("name").eq_ignore_ascii_case("generator") {
            signs.generator = signs.generator.take().or_else(content);
        }
        if matches!(tag.get("itemprop"), "channelId" | "identifier") {
            signs.channel_id = signs.channel_id.take().or_else(content);
        }
        if tag.get("property") == "og:platform" {
            signs.platform = content();
        }
    }

    fn label(&mut self, value: &[u8]) {
        if let Some((_, label)) = &mut self.open {
            let room = MAX_LABEL_BYTES.saturating_sub(label.len());
            label.push_str(&String::from_utf8_lossy(&value[..value.len().min(room)]));
        }
    }

    fn close_anchor(&mut self) {
        let Some((tag, label)) = self.open.take() else {
            return;
        };
        self.judged += 1;
        if self.judged <= MAX_ANCHORS
            && let Some(candidate) = anchor::of_tag(&tag, &label, &self.base, self.url)
        {
            self.page.anchors.push(candidate);
        }
    }
}
