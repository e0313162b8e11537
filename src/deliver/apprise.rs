//! Apprise: the services it speaks to, through one adapter. By its API server
//! (<https://github.com/caronc/apprise-api>: `POST /notify` with the services sent along, or
//! `POST /notify/KEY` where the server keeps them), or by its command, which gets the text on its
//! standard input and the services in a variable: arguments can be read by every user of a machine.
//!
//! Apprise says of several services only whether all of them took the message. If one did not, all
//! are told again.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use serde::Serialize;
use url::Url;

use super::chat::markup::quiet;
use super::exec::judge;
use super::http::{self, Caller};
use super::parcel::Parcel;
use super::process::{self, BEYOND_LIMIT, Task};
use super::{Capacity, Channel, ChannelError, OpenError, Preview, Receipt};
use crate::clock::Clock;
use crate::config::{AppriseChannel, AppriseWay, Command, Credentials, Secret};
use crate::domain::alert::delivery::Claimed;
use crate::domain::notice::NoticeKind;
use crate::domain::untrusted;
use crate::egress::Egress;

/// Longest title and text, in characters: what most services behind Apprise show of one message.
const MAX_TITLE_CHARS: usize = 250;
const MAX_TEXT_CHARS: usize = 10_000;

/// Parts what a service would recognise together; it has no width.
const APART: char = '\u{200b}';

/// Apprise as a channel.
pub struct Apprise {
    way: Way,
    urls: Option<Secret>,
    tag: Option<String>,
    timeout: Duration,
}

enum Way {
    Api { url: Url, caller: Box<Caller>, credentials: Credentials },
    Command(Command),
}

/// A message as the API takes it.
#[derive(Serialize)]
struct Message<'a> {
    title: &'a str,
    body: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    urls: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'a str>,
}

impl Apprise {
    /// Checks all that can be checked without sending.
    pub fn new(config: &AppriseChannel, egress: &Egress, clock: Clock) -> Result<Self, OpenError> {
        let way = match &config.way {
            AppriseWay::Api { url, key, credentials } => {
                let mut parts = vec!["notify"];
                parts.extend(key.as_deref());
                let url = http::below(url, &parts)?;
                let caller = Box::new(Caller::new(&url, config.timeout, egress, clock)?);
                Way::Api { url, caller, credentials: credentials.clone() }
            }
            AppriseWay::Command(command) => Way::Command(command.clone()),
        };
        let (urls, tag) = (config.urls.clone(), config.tag.clone());
        Ok(Self { way, urls, tag, timeout: config.timeout })
    }

    async fn attempt(&self, delivery: &Claimed) -> Result<Receipt, ChannelError> {
        let parcel = Parcel::read(&delivery.body)?;
        let title = title(&parcel);
        let text = text(&parcel);
        match &self.way {
            Way::Api { url, caller, credentials } => {
                let message = Message {
                    title: &title,
                    body: &text,
                    kind: kind(&parcel),
                    format: "text",
                    urls: self.urls.as_ref().map(Secret::reveal),
                    tag: self.tag.as_deref(),
                };
                let request = caller.client().post(url.clone());
                let request = http::authorized(request, credentials);
                let reply = caller.call(http::with_json(request, &message)).await?;
                let detail = reply.detail();
                if reply.status == StatusCode::NO_CONTENT {
                    // The server's way to say that it keeps no service for this key and tag.
                    let detail = Some("Apprise has no service to tell".to_owned());
                    return Err(ChannelError::transient("no_service", detail));
                }
                reply.judge(caller.now())?;
                Ok(Receipt { detail, handle: None })
            }
            Way::Command(command) => {
                let run = process::run(command, self.task(&parcel, &title, &text)).await?;
                let detail = run.detail();
                judge(run.ended, detail.clone(), &[])?;
                Ok(Receipt { detail, handle: None })
            }
        }
    }

    /// One run of the command. Each option is one word with its value: a title that begins with a
    /// dash stays a title.
    fn task<'a>(&self, parcel: &Parcel, title: &str, text: &'a str) -> Task<'a> {
        let mut arguments = vec![
            format!("--title={title}"),
            format!("--notification-type={}", kind(parcel)),
            "--input-format=text".to_owned(),
        ];
        arguments.extend(self.tag.as_ref().map(|tag| format!("--tag={tag}")));
        let urls = self.urls.as_ref().map(|urls| ("APPRISE_URLS", urls.reveal().to_owned()));
        Task {
            arguments,
            environment: urls.into_iter().collect(),
            input: text.as_bytes(),
            limit: self.timeout,
        }
    }
}

impl Channel for Apprise {
    fn capacity(&self) -> Capacity {
        let patience = match &self.way {
            Way::Api { caller, .. } => caller.patience(),
            Way::Command(_) => self.timeout.saturating_add(BEYOND_LIMIT),
        };
        Capacity { batch: 1, concurrent: 1, patience }
    }

    fn send<'a>(
        &'a self,
        batch: &'a [Claimed],
    ) -> BoxFuture<'a, Vec<Result<Receipt, ChannelError>>> {
        async move {
            let mut answers = Vec::with_capacity(batch.len());
            for delivery in batch {
                answers.push(self.attempt(delivery).await);
            }
            answers
        }
        .boxed()
    }

    fn preview(&self, delivery: &Claimed) -> Preview {
        let text = match Parcel::read(&delivery.body) {
            Ok(parcel) => format!("{}\n\n{}", title(&parcel), text(&parcel)),
            Err(error) => error.to_string(),
        };
        Preview { content_type: "text/plain".to_owned(), text }
    }
}

/// One line: `high [NATO] Headline`.
fn title(parcel: &Parcel) -> String {
    let title = match parcel {
        Parcel::Alert(alert) => {
            format!("{} [{}] {}", alert.topic.severity, alert.topic.name, alert.headline)
        }
        Parcel::Notice(_) => format!("wirewatch notice: {}", parcel.headline()),
        Parcel::Digest(digest) => {
            let lead = digest.alerts.first().map(|alert| format!(" · {}", alert.headline));
            let (severity, lead) = (parcel.severity(), lead.unwrap_or_default());
            format!("{severity} [wirewatch digest] {}{lead}", digest.headline)
        }
    };
    let title = untrusted::terminal(&title).into_owned();
    // Signs that call nobody are longer than those that do.
    untrusted::excerpt(&told_nobody(title.trim()), MAX_TITLE_CHARS).into_owned()
}

/// All of it, cut where services would; of a digest rather the headlines than whole alerts.
fn text(parcel: &Parcel) -> String {
    let mut text = parcel.text();
    if let Parcel::Digest(digest) = parcel {
        for most in [160, 90, 40] {
            if text.chars().count() <= MAX_TEXT_CHARS {
                break;
            }
            let mut short = digest.clone();
            for alert in &mut short.alerts {
                alert.headline = untrusted::excerpt(&alert.headline, most).into_owned();
                alert.publisher_names.clear();
                alert.terms.clear();
                alert.url = alert.url.take().filter(|url| url.len() <= most);
            }
            text = Parcel::Digest(short).text();
        }
    }
    let text = told_nobody(text.trim_end());
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}

/// Text in which none of the services behind Apprise finds anybody to call: it hands `@everyone`,
/// `<!here>` and `<@id>` on as they stand. Links stay whole, but for signs that stand in none.
fn told_nobody(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        if word.starts_with("https://") || word.starts_with("http://") {
            let link = word.replace('<', "%3C").replace('>', "%3E").replace('@', "%40");
            safe.push_str(&link);
            continue;
        }
        let mut rest = &*quiet(word);
        while let Some(at) = rest.find('<') {
            let (before, after) = rest.split_at(at + 1);
            safe.push_str(before);
            if after.starts_with(['!', '@', '#', '&']) {
                safe.push(APART);
            }
            rest = after;
        }
        safe.push_str(rest);
    }
    safe
}

/// Apprise's word for how much it matters.
fn kind(parcel: &Parcel) -> &'static str {
    let ends_trouble =
        |event: &str| NoticeKind::from_code(event).is_some_and(NoticeKind::ends_trouble);
    match (parcel.event(), parcel.severity()) {
        ("closed", _) => "success",
        (event, _) if ends_trouble(event) => "success",
        (_, "critical" | "high") => "failure",
        (_, "medium") => "warning",
        _ => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::object::{AlertV1, tests::sample};

    #[test]
    fn nothing_that_a_feed_says_calls_anybody() {
        let mut alert = AlertV1::from_revision(&sample());
        let signs = ["@everyone", "@here", "<!here>", "<!channel|x>", "<@123>", "<#C1>", "@durov"];
        alert.headline = format!("{} https://x.example/@everyone", signs.join(" and "));
        alert.summary = alert.headline.clone();
        let parcel = Parcel::Alert(Box::new(alert));
        for text in [title(&parcel), text(&parcel)] {
            for sign in signs {
                assert!(!text.contains(sign), "{sign}: {text}");
            }
            let shown = text.replace(APART, "");
            assert!(shown.contains("@everyone and @here and <!here>"), "{shown}");
            assert!(text.contains("https://x.example/%40everyone"), "{text}");
        }
    }

    #[test]
    fn links_stay_whole() {
        let link = "https://news.example/a/b?c=d#e:f:";
        assert_eq!(told_nobody(&format!("read\n{link}\nnow")), format!("read\n{link}\nnow"));
    }
}
