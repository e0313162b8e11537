//! Keeps secrets out of what services say. Error pages name the URL that was asked for, and some
//! answers repeat the request, headers and all; what was answered is logged, stored and shown. So
//! every channel is [opened](super::open) behind a [`Hushed`], which blots out what is
//! [hidden](crate::config::ChannelConfig::hidden).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Capacity, Channel, ChannelError, Preview, Receipt, Renewer};
use crate::config::ChannelConfig;
use crate::domain::alert::delivery::Claimed;

/// What stands in the place of a secret.
const BLOT: &str = "[secret]";

/// Shortest text that is blotted out, in bytes: shorter ones are in every sentence.
const MIN_BYTES: usize = 4;

/// Shortest beginning of a secret that is recognised where an answer was cut short, in bytes.
const MIN_HEAD_BYTES: usize = 6;

/// Secrets to be blotted out of texts. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Hush(Arc<[String]>);

impl Hush {
    pub fn of(config: &ChannelConfig) -> Self {
        let mut all = Vec::new();
        for secret in config.hidden() {
            let in_json = serde_json::to_string(&secret).unwrap_or_default();
            all.push(in_json.trim_matches('"').to_owned());
            all.push(utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string());
            all.push(STANDARD.encode(&secret).trim_end_matches('=').to_owned());
            all.push(secret);
        }
        // What holds another one goes first.
        all.retain(|secret| secret.len() >= MIN_BYTES);
        all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        Self(all.into())
    }

    /// The text without secrets.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.0.iter() {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), BLOT);
            }
        }
        self.without_head(text)
    }

    /// A text that was cut short may end with the beginning of a secret.
    fn without_head(&self, text: String) -> String {
        let Some(rest) = text.strip_suffix('…') else { return text };
        let head = |secret: &String| {
            let lengths = (MIN_HEAD_BYTES..secret.len()).rev();
            let mut lengths = lengths.filter(|&length| secret.is_char_boundary(length));
            lengths.find(|&length| rest.ends_with(&secret[..length]))
        };
        match self.0.iter().filter_map(head).max() {
            Some(length) => format!("{}{BLOT}…", &rest[..rest.len() - length]),
            None => text,
        }
    }

    pub fn error(&self, error: ChannelError) -> ChannelError {
        let hush = |detail: Option<String>| detail.map(|detail| self.text(&detail));
        match error {
            ChannelError::Transient { code, retry_after, detail } => {
                ChannelError::Transient { code, retry_after, detail: hush(detail) }
            }
            ChannelError::Permanent { code, detail } => {
                ChannelError::Permanent { code, detail: hush(detail) }
            }
        }
    }

    fn result(&self, result: Result<Receipt, ChannelError>) -> Result<Receipt, ChannelError> {
        match result {
            Ok(Receipt { detail, handle }) => {
                Ok(Receipt { detail: detail.map(|detail| self.text(&detail)), handle })
            }
            Err(error) => Err(self.error(error)),
        }
    }
}

/// A channel whose answers name no secret.
pub(super) struct Hushed {
    pub channel: Box<dyn Channel>,
    pub hush: Hush,
}

impl Channel for Hushed {
    fn capacity(&self) -> Capacity {
        self.channel.capacity()
    }

    fn renewer(&self) -> Option<Renewer> {
        Some(self.channel.renewer()?.hushed(self.hush.clone()))
    }

    fn send<'a>(
        &'a self,
        batch: &'a [Claimed],
    ) -> BoxFuture<'a, Vec<Result<Receipt, ChannelError>>> {
        let hush = |results: Vec<_>| results.into_iter().map(|one| self.hush.result(one)).collect();
        self.channel.send(batch).map(hush).boxed()
    }

    fn preview(&self, delivery: &Claimed) -> Preview {
        self.channel.preview(delivery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hush(secrets: &[&str]) -> Hush {
        let mut all: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Hush(all.into())
    }

    #[test]
    fn a_secret_is_blotted_out_wherever_it_stands_and_the_rest_stays() {
        let hush = hush(&["T0KEN-of-desk", "https://hooks.example/s/T0KEN-of-desk"]);
        let told = "no https://hooks.example/s/T0KEN-of-desk here (T0KEN-of-desk, T0KEN-of-d)";
        assert_eq!(hush.text(told), "no [secret] here ([secret], T0KEN-of-d)");
        assert_eq!(hush.text("not found"), "not found");
    }

    #[test]
    fn the_beginning_of_a_secret_at_the_end_of_a_text_that_was_cut_is_blotted_out() {
        let hush = hush(&["T0KEN-of-desk"]);
        assert_eq!(hush.text("asked for /s/T0KEN-of-d…"), "asked for /s/[secret]…");
        assert_eq!(hush.text("asked for /s/T0K…"), "asked for /s/T0K…", "that tells nothing");
        assert_eq!(hush.text("asked for /s/T0KEN-of-d"), "asked for /s/T0KEN-of-d");
    }
}
