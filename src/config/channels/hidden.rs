//! What of a channel nobody may be shown, not even by the service behind it: error pages name the
//! URL that was asked for, and some answers repeat the request.

use url::Url;

use super::{AppriseWay, Credentials};
use crate::config::{ChannelConfig, ChannelKind, ChatService, Secret};

/// Shortest part of a secret URL that is a secret by itself, in bytes: shorter ones are words.
const MIN_PART_BYTES: usize = 8;

/// Shortest part of a URL that may be one, of a URL that stands in the configuration.
const MIN_OPEN_PART_BYTES: usize = 16;

impl ChannelConfig {
    /// The secrets of the channel as they go over the wire, with parts of them by which they are
    /// known.
    pub fn hidden(&self) -> Vec<String> {
        let mut hidden = Vec::new();
        match &self.kind {
            ChannelKind::Log(_) | ChannelKind::Exec(_) => {}
            ChannelKind::Webhook(hook) => {
                hidden.extend(hook.secret.iter().map(reveal));
                hidden.extend(hook.headers.values().map(reveal));
                // `Bearer …`, `Basic …`.
                let values = hook.headers.values().flat_map(|value| value.reveal().split(' '));
                let values = values.filter(|word| word.len() >= MIN_PART_BYTES);
                hidden.extend(values.map(str::to_owned));
                parts(&hook.url, MIN_OPEN_PART_BYTES, &mut hidden);
            }
            ChannelKind::Email(email) => {
                if let Some(login) = &email.login {
                    with_name(&login.username, &login.password, &mut hidden);
                }
            }
            ChannelKind::Alertmanager(manager) => credentials(&manager.credentials, &mut hidden),
            ChannelKind::Apprise(apprise) => {
                if let AppriseWay::Api { credentials: login, .. } = &apprise.way {
                    credentials(login, &mut hidden);
                }
                if let Some(urls) = &apprise.urls {
                    let urls = urls.reveal().split([' ', ',']).filter(|url| !url.is_empty());
                    urls.for_each(|url| secret_url(url, &mut hidden));
                }
            }
            ChannelKind::Chat(chat) => match &chat.service {
                ChatService::Ntfy { login, .. } => credentials(login, &mut hidden),
                ChatService::SlackHook { url }
                | ChatService::Mattermost { url }
                | ChatService::Discord { url, .. } => {
                    url.iter().for_each(|url| secret_url(url.reveal(), &mut hidden));
                }
                ChatService::SlackBot { token, .. }
                | ChatService::Telegram { token, .. }
                | ChatService::Matrix { token, .. } => hidden.extend(token.iter().map(reveal)),
            },
        }
        hidden
    }
}

fn reveal(secret: &Secret) -> String {
    secret.reveal().to_owned()
}

fn credentials(login: &Credentials, hidden: &mut Vec<String>) {
    match login {
        Credentials::None => {}
        Credentials::Basic { username, password } => {
            if let Some(password) = password {
                with_name(username, password, hidden);
            }
        }
        Credentials::Bearer(token) => hidden.push(reveal(token)),
    }
}

/// A password, and how it goes over the wire with the name it belongs to: as HTTP and as mail servers
/// (RFC 4616) have it, before it is encoded.
fn with_name(username: &str, password: &Secret, hidden: &mut Vec<String>) {
    let password = password.reveal();
    hidden.push(password.to_owned());
    hidden.push(format!("{username}:{password}"));
    hidden.push(format!("\0{username}\0{password}"));
}

/// A URL that is a secret as a whole.
fn secret_url(url: &str, hidden: &mut Vec<String>) {
    hidden.push(url.to_owned());
    parts(url, MIN_PART_BYTES, hidden);
}

/// What follows the host of a URL, and the parts of it that are long enough to be secrets.
fn parts(url: &str, least_bytes: usize, hidden: &mut Vec<String>) {
    let Ok(url) = Url::parse(url) else { return };
    let path = url.path().split('/');
    let query = url.query().into_iter().flat_map(|query| query.split(['&', '=']));
    let names = [url.username(), url.password().unwrap_or_default(), url.host_str().unwrap_or("")];
    // A host names a secret where it is no host: `tgram://TOKEN/CHAT`.
    let is_web = matches!(url.scheme(), "http" | "https");
    let names = names.into_iter().take(if is_web { 2 } else { 3 });
    let long = |part: &&str| part.len() >= least_bytes;
    hidden.extend(path.chain(query).chain(names).filter(long).map(str::to_owned));
}
