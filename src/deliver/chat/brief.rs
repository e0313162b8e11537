//! What a chat message says, before any service's markup: made of a delivery's frozen bytes and of
//! nothing else, most important first. [`super::fit`] cuts it to a service's limits.

use url::Url;

use crate::deliver::digest::{DigestAlertV1, DigestV1};
use crate::deliver::notice::{FeedNoteV1, NoticeV1};
use crate::deliver::object::{AlertV1, clean};
use crate::deliver::parcel::Parcel;
use crate::deliver::terminal;
use crate::domain::topic::Severity;

/// Longer links than this go nowhere in a chat: each service has a limit, and a message is no place
/// for them. In bytes.
const MAX_LINK_BYTES: usize = 1_500;

/// Characters of a URL that mean something in the markup of one service or another.
const MARKUP: [char; 14] = ['(', ')', '[', ']', '<', '>', '|', '\\', '"', '\'', '*', '_', '~', '`'];

/// A message, still without markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    pub severity: Severity,
    /// Which service-side conversation it belongs to: the alert's id, or its own.
    pub about: String,
    /// It matters more than what was said of it before.
    pub is_escalation: bool,
    /// `high: Defence alliances`, and what is new.
    pub label: String,
    pub headline: String,
    /// Where the article stands.
    pub link: Option<String>,
    /// Who, when, why, in the order of their weight.
    pub facts: Vec<Line>,
    /// What is listed. As many are shown as fit.
    pub items: Vec<Vec<Line>>,
    /// How many more there are than items.
    pub more: usize,
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
    fn plain(text: impl Into<String>) -> Self {
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

    /// Its text without markup.
    pub fn text(&self) -> String {
        self.spans.iter().map(Span::text).collect()
    }
}

impl Brief {
    pub fn of(parcel: &Parcel) -> Self {
        match parcel {
            Parcel::Alert(alert) => of_alert(alert),
            Parcel::Notice(notice) => of_notice(notice),
            Parcel::Digest(digest) => of_digest(digest),
        }
    }
}

fn of_alert(alert: &AlertV1) -> Brief {
    let news = match (alert.event.as_str(), alert.seq) {
        ("opened", _) | (_, ..=1) => String::new(),
        (event @ ("acknowledged" | "closed"), _) => {
            format!(", {event}: {}", clean(&alert.reason.text))
        }
        (event, seq) => {
            let word = if event == "escalated" { "escalated, update" } else { "update" };
            format!(", {word} {seq}: {}", terminal::change(alert))
        }
    };
    let severity = clean(&alert.topic.severity);
    let mut facts = vec![Line::plain(terminal::about(alert))];
    let reasons = terminal::reasons(alert);
    if !reasons.is_empty() {
        let why = Span::Strong("why".to_owned());
        facts.push(Line::of(Kind::Plain, vec![why, Span::Plain(format!(" {reasons}"))]));
    }
    let passages = terminal::passages(alert);
    facts.extend(passages.iter().map(|passage| Line::of(Kind::Quote, marked(passage))));
    if passages.is_empty() && !alert.summary.is_empty() {
        facts.push(Line::of(Kind::Quote, vec![Span::Plain(clean(&alert.summary))]));
    }
    facts.extend(alert.note.iter().map(|note| Line::plain(clean(note))));
    Brief {
        severity: Severity::from_code(&severity).unwrap_or(Severity::Info),
        about: clean(&alert.id),
        is_escalation: alert.event == "escalated",
        label: format!("{severity}: {}{news}", terminal::name(&alert.topic.name)),
        headline: spoken(&alert.headline),
        link: alert.links.article.as_deref().and_then(link),
        facts,
        items: Vec::new(),
        more: 0,
        tail: Vec::new(),
    }
}

fn of_notice(notice: &NoticeV1) -> Brief {
    let feed = |feed: &FeedNoteV1| {
        let advice = feed.advice.as_deref().filter(|_| notice.event == "feeds_trouble");
        let advice = advice.map(|advice| Line::plain(format!("hint: {}", clean(advice))));
        std::iter::once(Line::plain(terminal::notice::about(feed, &notice.event)))
            .chain(advice)
            .collect()
    };
    let topics = notice.topics.iter();
    let topics = topics
        .map(|topic| vec![Line::plain(format!("{}: {}", clean(&topic.topic), clean(&topic.text)))]);
    Brief {
        severity: Severity::from_code(&notice.severity).unwrap_or(Severity::Info),
        about: clean(&notice.id),
        is_escalation: false,
        label: "notice".to_owned(),
        headline: spoken(&notice.headline),
        link: None,
        facts: Vec::new(),
        items: notice.feeds.iter().map(feed).chain(topics).collect(),
        more: notice.more,
        tail: Vec::new(),
    }
}

fn of_digest(digest: &DigestV1) -> Brief {
    let mut facts = vec![Line::plain(terminal::digest::period(digest))];
    facts.extend(digest.late.iter().map(|_| Line::plain("it comes later than it was due")));
    let item = |(n, alert): (usize, &DigestAlertV1)| {
        let head = format!("{}. {}: ", n + 1, clean(&alert.severity));
        let url = alert.url.as_deref().and_then(link);
        let headline = linked(&spoken(&alert.headline), url.as_deref());
        vec![
            Line::of(Kind::Plain, vec![Span::Plain(head), headline]),
            Line::plain(terminal::digest::about(alert)),
        ]
    };
    let severities = digest.alerts.iter().filter_map(|alert| Severity::from_code(&alert.severity));
    Brief {
        severity: severities.max().unwrap_or(Severity::Info),
        about: clean(&digest.id),
        is_escalation: false,
        label: format!("digest for {}", clean(&digest.channel)),
        headline: spoken(&digest.headline),
        link: None,
        facts,
        items: digest.alerts.iter().enumerate().map(item).collect(),
        more: usize::try_from(digest.more).unwrap_or(usize::MAX),
        tail: terminal::digest::facts(digest).into_iter().map(Line::plain).collect(),
    }
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

/// A passage with what was found in it strong; the brackets around it stay, as they may be the
/// publisher's own.
fn marked(passage: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = passage;
    while let Some((before, from)) = rest.find('[').map(|at| rest.split_at(at)) {
        let Some(end) = from.find(']') else {
            break;
        };
        let (mark, after) = from.split_at(end + 1);
        spans.push(Span::Plain(before.to_owned()));
        spans.push(Span::Strong(mark.to_owned()));
        rest = after;
    }
    spans.push(Span::Plain(rest.to_owned()));
    spans
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
