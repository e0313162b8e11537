//! Text of markup: one linear pass over the tokens of whatever a feed calls HTML, never over a
//! tree, so that no nesting can exhaust anything. What [`super::Document`] holds comes from here.

use std::borrow::Cow;
use std::convert::Infallible;

use html5gum::Tokenizer;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};

use super::MAX_BODY_BYTES;

/// Elements that begin and end a paragraph.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Elements that part words but not paragraphs.
const SPACES: &[&str] = &["td", "th", "img", "input", "button", "textarea"];

/// Elements whose content is no text of the entry.
const SILENT: &[&str] = &[
    "audio", "canvas", "iframe", "noembed", "noframes", "noscript", "script", "style", "svg",
    "template", "video",
];

/// Elements that are silent where they are hidden: such as always have an end tag.
const HIDEABLE: &[&str] = &["a", "aside", "b", "div", "em", "figure", "i", "section", "span"];

/// Tags that only markup escaped as a whole has in its text.
const TELLING_TAGS: &[&str] = &["</p>", "</a>", "</div>", "</li>", "<br>", "<br/>", "<br />"];

/// How often a one-line text is freed of markup: once as HTML, once more where it was escaped
/// twice on its way into the feed.
const MAX_UNESCAPES: usize = 2;

/// The text of HTML or plain text: paragraphs separated by a blank line, white space within one
/// collapsed to single spaces, entities decoded, at most [`MAX_BODY_BYTES`]. Markup or entities
/// that were escaped once too often on their way into the feed are taken for what they were.
pub fn to_text(html: &str) -> String {
    let html = without_cdata_marks(html);
    let text = read_once(&html);
    let escaped_markup = !has_tag(&html) && TELLING_TAGS.iter().any(|tag| text.contains(tag));
    if escaped_markup {
        return decode_again(&read_once(&text));
    }
    decode_again(&text)
}

fn read_once(html: &str) -> String {
    let mut writer = Writer { blank_lines_part: !has_tag(html), ..Writer::default() };
    tokenize(html, |event| writer.event(event));
    if writer.text.is_empty() && writer.has_hidden {
        // Nothing but hidden text: what hides it is more likely to be missing its end.
        writer = Writer { shows_hidden: true, ..Writer::default() };
        tokenize(html, |event| writer.event(event));
    }
    let mut text = writer.text;
    text.truncate(text.floor_char_boundary(MAX_BODY_BYTES));
    text.truncate(text.trim_end().len());
    text
}

/// `<![CDATA[` is no markup in HTML: it would hide what follows up to the next tag.
fn without_cdata_marks(html: &str) -> Cow<'_, str> {
    if !html.contains("<![CDATA[") {
        return Cow::Borrowed(html);
    }
    Cow::Owned(html.replace("<![CDATA[", "").replace("]]>", ""))
}

/// Decodes what is left of entities that were escaped twice: `&amp;eacute;` is an é that took a
/// detour. Nothing that this brings to light is taken for a tag.
fn decode_again(text: &str) -> String {
    if !memchr::memchr_iter(b'&', text.as_bytes()).any(|at| begins_entity(&text[at + 1..])) {
        return text.to_owned();
    }
    let decoded = |paragraph| read_once(&str::replace(paragraph, "<", "&lt;"));
    let paragraphs: Vec<String> = text.split("\n\n").map(decoded).collect();
    let mut text = paragraphs.join("\n\n");
    text.truncate(text.floor_char_boundary(MAX_BODY_BYTES));
    text
}

/// Whether a name or number and a semicolon stand here, as after the `&` of an entity.
fn begins_entity(text: &str) -> bool {
    const LONGEST: usize = 12;
    let end = text.as_bytes().iter().take(LONGEST).position(|byte| *byte == b';');
    end.is_some_and(|end| {
        let name = text[..end].strip_prefix('#').unwrap_or(&text[..end]);
        name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// The text of a title or a name: tags dropped, entities decoded, even those escaped twice, all
/// on one line.
pub fn one_line(html: &str) -> String {
    let mut text = collapsed(html);
    for _ in 0..MAX_UNESCAPES {
        if !text.contains(['<', '&']) {
            break;
        }
        text = collapsed(&to_text(&text));
    }
    text
}

fn tokenize(html: &str, mut handle: impl FnMut(CallbackEvent<'_>)) {
    let mut emitter = CallbackEmitter::new(
        |event: CallbackEvent<'_>, _: html5gum::Span<()>| -> Option<Infallible> {
            handle(event);
            None
        },
    );
    emitter.naively_switch_states(true);
    // Reading from a str cannot fail, and the callback yields nothing.
    Tokenizer::new_with_emitter(html, emitter).for_each(drop);
}

/// Whether there is anything that a browser would take for a tag.
fn has_tag(html: &str) -> bool {
    let bytes = html.as_bytes();
    memchr::memchr_iter(b'<', bytes).any(|at| {
        bytes
            .get(at + 1)
            .is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'))
    })
}

fn collapsed(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// What separates the next word from the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Gap {
    #[default]
    None,
    Space,
    Paragraph,
}

#[derive(Debug, Default)]
struct Writer {
    text: String,
    gap: Gap,
    /// `<br>` seen since the last word: the second one ends the paragraph.
    breaks: u32,
    /// The silent element one is in, and how many of its name are open.
    silent: Option<(&'static str, u32)>,
    /// The silent element whose start tag is being read, in case it closes itself.
    opening: Option<&'static str>,
    /// Plain text: a blank line ends the paragraph.
    blank_lines_part: bool,
    /// The element whose start tag is being read, if it can be hidden, and its last attribute.
    hideable: Option<(&'static str, Attribute)>,
    /// Something was left out because it is hidden.
    has_hidden: bool,
    shows_hidden: bool,
}

/// The attributes that hide an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attribute {
    Style,
    Other,
}

impl Writer {
    fn event(&mut self, event: CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => self.start(name),
            CallbackEvent::AttributeName { name } => self.attribute(name),
            CallbackEvent::AttributeValue { value } => self.value(value),
            CallbackEvent::CloseStartTag { self_closing } => {
                self.hideable = None;
                if let (Some(name), true) = (self.opening.take(), self_closing) {
                    self.end(name.as_bytes());
                }
            }
            CallbackEvent::EndTag { name } => self.end(name),
            CallbackEvent::String { value } if self.silent.is_none() => {
                self.string(&String::from_utf8_lossy(value));
            }
            _ => {}
        }
    }

    fn start(&mut self, name: &[u8]) {
        match &mut self.silent {
            Some((silent, open)) if silent.as_bytes() == name => {
                *open = open.saturating_add(1);
                self.opening = Some(silent);
            }
            Some(_) => {}
            None => match find(SILENT, name) {
                Some(silent) => {
                    self.silent = Some((silent, 1));
                    self.opening = Some(silent);
                }
                None => {
                    self.hideable = find(HIDEABLE, name).map(|name| (name, Attribute::Other));
                    self.boundary(name);
                }
            },
        }
    }

    fn attribute(&mut self, attribute: &[u8]) {
        if let Some((name, last)) = &mut self.hideable {
            *last = if attribute == b"style" { Attribute::Style } else { Attribute::Other };
            if attribute == b"hidden" {
                let name = *name;
                self.hide(name);
            }
        }
    }

    fn value(&mut self, value: &[u8]) {
        if let Some((name, Attribute::Style)) = self.hideable {
            let style = String::from_utf8_lossy(value).to_ascii_lowercase().replace(' ', "");
            if style.contains("display:none") || style.contains("visibility:hidden") {
                self.hide(name);
            }
        }
    }

    /// Makes the element whose start tag is being read a silent one.
    fn hide(&mut self, name: &'static str) {
        self.hideable = None;
        self.has_hidden = true;
        if !self.shows_hidden {
            self.silent = Some((name, 1));
            self.opening = Some(name);
        }
    }

    fn end(&mut self, name: &[u8]) {
        match &mut self.silent {
            Some((silent, open)) if silent.as_bytes() == name => {
                *open -= 1;
                if *open == 0 {
                    self.silent = None;
                    self.widen(Gap::Space);
                }
            }
            Some(_) => {}
            None => self.boundary(name),
        }
    }

    fn boundary(&mut self, name: &[u8]) {
        if name == b"br" {
            self.breaks += 1;
            self.widen(if self.breaks > 1 { Gap::Paragraph } else { Gap::Space });
        } else if find(BLOCKS, name).is_some() {
            self.widen(Gap::Paragraph);
        } else if find(SPACES, name).is_some() {
            self.widen(Gap::Space);
        }
    }

    fn string(&mut self, value: &str) {
        let mut rest = value;
        while self.text.len() < MAX_BODY_BYTES {
            let word_start = rest.trim_start();
            let white = &rest[..rest.len() - word_start.len()];
            if !white.is_empty() {
                let blank_line = self.blank_lines_part && has_blank_line(white);
                self.widen(if blank_line { Gap::Paragraph } else { Gap::Space });
            }
            if word_start.is_empty() {
                return;
            }
            let end = word_start.find(char::is_whitespace).unwrap_or(word_start.len());
            self.word(&word_start[..end]);
            rest = &word_start[end..];
        }
    }

    fn word(&mut self, word: &str) {
        if !self.text.is_empty() {
            self.text.push_str(match self.gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Paragraph => "\n\n",
            });
        }
        self.gap = Gap::None;
        self.breaks = 0;
        self.text.push_str(word);
    }

    fn widen(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }
}

fn has_blank_line(white: &str) -> bool {
    let line_ends = white.replace("\r\n", "\n");
    line_ends.matches(['\n', '\r', '\u{2029}']).count() > 1
}

fn find(names: &[&'static str], name: &[u8]) -> Option<&'static str> {
    names.iter().find(|known| known.as_bytes() == name).copied()
}
