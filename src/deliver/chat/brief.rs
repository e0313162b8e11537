//! What a chat message says, before any service's markup: the [`Message`] of a delivery as lines, most
//! important first. [`super::fit`] cuts it to a service's limits.

use url::Url;

use crate::deliver::message::{About, Item, Message, Piece};
use crate::deliver::object::clean;
use crate::deliver::parcel::Parcel;
use crate::domain::topic::Severity;

/// Longer links than this go nowhere in a chat: each service has a limit, and a message is no place
/// for them. In bytes.
const MAX_LINK_BYTES: usize = 1_500;

/// Characters of a URL that mean something in the markup of one service or another.
const MARKUP: [char; 9] = ['(', ')', '[', ']', '<', '>', '|', '\\', '"'];

/// What a [`Message`] calls the link to the article.
const ARTICLE: &str = "Article";

/// A message, still without markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    pub severity: Severity,
    /// It matters more than what was said of it before.
    pub is_escalation: bool,
    /// `high: Defence alliances`, and what is new.
    pub label: String,
    pub headline: String,
    /// Where the article stands.
    pub link: Option<String>,
    /// Where the first article of several stands.
    pub first_link: Option<String>,
    /// Who, when, why, in the order of their weight.
    pub facts: Vec<Line>,
    /// What is listed, each with what tells it apart first: `1. high: Headline`. As many are shown as
    /// fit.
    pub items: Vec<Vec<Line>>,
    /// All of them are to be shown, with less said of each if need be.
    pub each_counts: bool,
    /// How many more there are than items.
    pub more: usize,
    /// How to see those; empty where that is not known.
    pub elsewhere: &'static str,
    pub tail: Vec<Line>,
}

/// A line of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub kind: Kind,
    pub spans: Vec<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    /// In the publisher's words.
    Quote,
}

/// A piece of a line: text from outside, one line, never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    Plain(String),
    Strong(String),
    Link { text: String, url: String },
}

impl Span {
    pub fn text(&self) -> &str {
        match self {
            Span::Plain(text) | Span::Strong(text) | Span::Link { text, .. } => text,
        }
    }

    pub fn text_mut(&mut self) -> &mut String {
        match self {
            Span::Plain(text) | Span::Strong(text) | Span::Link { text, .. } => text,
        }
    }
}

impl Line {
    pub fn plain(text: impl Into<String>) -> Self {
        Self::of(Kind::Plain, vec![Span::Plain(text.into())])
    }

    pub fn strong(text: &str) -> Self {
        Self::of(Kind::Plain, vec![Span::Strong(text.to_owned())])
    }

    fn of(kind: Kind, spans: Vec<Span>) -> Self {
        let spans = spans.into_iter().filter(|span| !span.text().is_empty()).collect();
        Self { kind, spans }
    }

    /// The headline, which leads to the article.
    pub fn headline(brief: &Brief) -> Self {
        Self::of(Kind::Plain, vec![linked(&brief.headline, brief.link.as_deref())])
    }

    /// Where it leads to.
    pub fn url(&self) -> Option<&str> {
        self.spans.iter().find_map(|span| match span {
            Span::Link { url, .. } => Some(url.as_str()),
            Span::Plain(_) | Span::Strong(_) => None,
        })
    }

    /// Its text without markup.
    pub fn text(&self) -> String {
        self.spans.iter().map(Span::text).collect()
    }
}

impl Brief {
    pub fn of(parcel: &Parcel) -> Self {
        let message = Message::new(parcel);
        let more = match parcel {
            Parcel::Alert(_) => 0,
            Parcel::Notice(notice) => notice.more,
            Parcel::Digest(digest) => usize::try_from(digest.more).unwrap_or(usize::MAX),
        };
        let event = match &message.about {
            About::Alert { event, .. } | About::Notice { event, .. } => event.as_str(),
            About::Digest { .. } => "",
        };
        let news = message.news.as_deref().map(|news| format!(", {news}"));
        let lead = message.lead.as_deref().map(|lead| format!(" · {lead}"));
        let (news, lead) = (news.unwrap_or_default(), lead.unwrap_or_default());
        let label = format!("{}: {}{news}{lead}", message.tag(), message.label);
        let gravest = message.items.iter().filter_map(|item| item.severity).max();
        // How many more there are is counted together with what does not fit.
        let tail = message.facts.iter().skip(usize::from(more > 0)).map(Line::plain);
        let elsewhere = message.links.iter().filter(|link| link.label != ARTICLE);
        let elsewhere = elsewhere.filter_map(|elsewhere| {
            let span = linked(elsewhere.label, Some(&link(&elsewhere.url)?));
            Some(Line::of(Kind::Plain, vec![span]))
        });
        Self {
            severity: message.severity.or(gravest).unwrap_or(Severity::Info),
            is_escalation: event == "escalated",
            label,
            headline: spoken(&message.headline),
            link: message
                .links
                .iter()
                .find(|link| link.label == ARTICLE)
                .and_then(|a| link(&a.url)),
            first_link: message.items.iter().find_map(|item| link(item.url.as_deref()?)),
            facts: facts(&message, parcel),
            each_counts: matches!(parcel, Parcel::Digest(_)),
            items: message.items.iter().map(item).collect(),
            more,
            elsewhere: match parcel {
                Parcel::Digest(_) => ": wirewatch alerts list",
                Parcel::Alert(_) | Parcel::Notice(_) => "",
            },
            tail: tail.chain(elsewhere).collect(),
        }
    }
}

/// Who and when, why, the passages that show it, and what there is to remark.
fn facts(message: &Message, parcel: &Parcel) -> Vec<Line> {
    let mut facts = vec![Line::plain(message.particulars.join(", "))];
    if !message.reasons.is_empty() {
        let why = Span::Strong("why".to_owned());
        let reasons = Span::Plain(format!(" {}", message.reasons.join(" · ")));
        facts.push(Line::of(Kind::Plain, vec![why, reasons]));
    }
    let piece = |piece: &Piece| match piece.is_marked {
        true => Span::Strong(piece.text.clone()),
        false => Span::Plain(piece.text.clone()),
    };
    let passages = message.passages.iter();
    facts.extend(passages.map(|p| Line::of(Kind::Quote, p.pieces.iter().map(piece).collect())));
    if let (true, Parcel::Alert(alert)) = (message.passages.is_empty(), parcel) {
        facts.push(Line::of(Kind::Quote, vec![Span::Plain(clean(&alert.summary))]));
    }
    facts.extend(message.remarks.iter().map(Line::plain));
    facts.retain(|line| !line.spans.is_empty());
    facts
}

/// Its place and title, what there is to say of it, and what to do.
fn item(item: &Item) -> Vec<Line> {
    let rank = item.rank.map(|rank| format!("{rank}. ")).unwrap_or_default();
    let severity = item.severity.map(|severity| format!("{}: ", severity.as_str()));
    let before = Span::Plain(format!("{rank}{}", severity.unwrap_or_default()));
    let url = item.url.as_deref().and_then(link);
    let head = Line::of(Kind::Plain, vec![before, linked(&spoken(&item.title), url.as_deref())]);
    let text = Some(&item.text).filter(|text| !text.is_empty()).map(Line::plain);
    let hint = item.hint.as_ref().map(|hint| Line::plain(format!("hint: {hint}")));
    [head].into_iter().chain(text).chain(hint).collect()
}

/// A text that is never empty.
fn spoken(text: &str) -> String {
    let text = clean(text);
    if text.is_empty() { "(without a title)".to_owned() } else { text }
}

fn linked(text: &str, url: Option<&str>) -> Span {
    match url {
        Some(url) => Span::Link { text: text.to_owned(), url: url.to_owned() },
        None => Span::Strong(text.to_owned()),
    }
}

/// A link as no service's markup can misread it: http or https, to a host and to nobody's account
/// there, without characters that end or begin markup; `None` where that cannot be had.
pub fn link(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none();
    let mut safe = String::with_capacity(text.len());
    for c in url.as_str().chars() {
        match c {
            // The host of a literal address stands in brackets: such a link is left out.
            c if MARKUP.contains(&c) || !c.is_ascii_graphic() => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    safe.push_str(&format!("%{byte:02X}"));
                }
            }
            c => safe.push(c),
        }
    }
    let host_is_whole = Url::parse(&safe).is_ok_and(|again| again.host() == url.host());
    (is_plain && host_is_whole && safe.len() <= MAX_LINK_BYTES).then_some(safe)
}
