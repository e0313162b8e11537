//! What `check` finds beyond mistakes in the files: channels that could not be opened, and what is
//! allowed and yet most likely not meant.

use std::net::IpAddr;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::{Host, Url};

use crate::clock::Clock;
use crate::config::{ChannelConfig, ChannelKind, Config, MailTls, WebhookChannel};
use crate::deliver::terminal::{DEFAULT_WIDTH, Style};
use crate::deliver::{self, OpenError, Printer};
use crate::domain::alert::route::RouteRule;
use crate::domain::alert::route::lint::{Lint, lint};
use crate::domain::ids::ChannelId;
use crate::egress::Egress;
use crate::store::checkup::{free_bytes, is_writable};
use crate::store::error::StoreError;
use crate::store::{Access, DATABASE_FILE, Store};

/// Shortest signing secret that cannot be guessed, in bytes: what the Standard Webhooks
/// specification asks for.
const MIN_SECRET_BYTES: usize = 24;

/// One thing found.
pub struct Finding {
    /// A stable word for programs.
    pub code: &'static str,
    pub message: String,
    /// What to do about it, where the message does not say so itself.
    pub hint: Option<&'static str>,
    /// The file it is found in, with its 1-based line.
    pub place: Option<(String, u32)>,
}

impl Finding {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, place: None }
    }
}

/// The database, if `run` would refuse it. None there yet, or one that `run` would bring up from
/// an older version, is as good as any.
pub fn unusable_database(config: &Config) -> Option<Finding> {
    let path = config.state_dir.join(DATABASE_FILE);
    // An empty file is filled as if there were none.
    if std::fs::metadata(&path).is_ok_and(|file| file.len() == 0) {
        return None;
    }
    let error = Store::open(&path, Access::ReadOnly).err()?;
    let is_refused = matches!(
        error,
        StoreError::Foreign { .. } | StoreError::NewerSchema { .. } | StoreError::Corrupt { .. }
    );
    is_refused
        .then(|| Finding { hint: error.hint(), ..Finding::new(error.code(), error.to_string()) })
}

/// The state directory, if there can be none: it, or what it is to lie in, is no directory.
pub fn unusable_state_dir(config: &Config) -> Option<Finding> {
    let dir = &config.state_dir;
    let there = nearest(dir)?;
    if there.is_dir() {
        return None;
    }
    let message = match there == dir {
        true => format!("the state directory {} is a file", dir.display()),
        false => {
            let (dir, file) = (dir.display(), there.display());
            format!("the state directory {dir} cannot be made: {file} is a file")
        }
    };
    let hint = Some("name a directory in `state_dir`: `wirewatch run` makes it, for its database");
    Some(Finding { hint, ..Finding::new("unusable_state_dir", message) })
}

/// The state directory, if this user can store nothing there. Another one may: a warning.
fn closed_state_dir(config: &Config) -> Option<Finding> {
    let dir = &config.state_dir;
    let there = nearest(dir).filter(|there| there.is_dir())?;
    let deed = if there == dir { "written to" } else { "made" };
    let why = if !is_writable(there) {
        format!("{} is closed to this user", there.display())
    } else if free_bytes(there) == Some(0) {
        format!("there is no room for files in {}", there.display())
    } else {
        return None;
    };
    let dir = dir.display();
    let message = format!(
        "the state directory {dir} cannot be {deed}: {why}; name another in `state_dir`, or run \
         wirewatch as the user whom it belongs to"
    );
    Some(Finding::new("closed_state_dir", message))
}

/// What there is of a path: itself, or the nearest of the directories it is to lie in.
fn nearest(path: &Path) -> Option<&Path> {
    path.ancestors().find(|place| place.symlink_metadata().is_ok())
}

/// Opens each channel as the daemon would, and nothing is sent: what fails here fails there.
pub fn unusable_channels(config: &Config, clock: &Clock) -> Vec<Finding> {
    let egress = match Egress::new(&config.egress) {
        Ok(egress) => egress,
        Err(error) => return vec![Finding::new(error.code(), error.to_string())],
    };
    let silent = Printer::new(Style { colour: false, width: DEFAULT_WIDTH }, |_| {});
    let open = |channel: &ChannelConfig| {
        let error = deliver::open(channel, &egress, clock, &silent).err()?;
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        let cause = cause.unwrap_or_default();
        let message = format!("channel `{}` cannot be opened: {error}{cause}", channel.id);
        let finding = Finding::new(error.code(), message);
        Some(match &error {
            OpenError::Template(template) => {
                let place = Some((template.path.display().to_string(), template.line));
                Finding { hint: template.hint, place, ..finding }
            }
            OpenError::Server(refused) => Finding { hint: Some(refused.advice()), ..finding },
            _ => finding,
        })
    };
    config.channels.iter().filter_map(open).collect()
}

/// What is allowed and yet most likely not meant.
pub fn unwise(config: &Config) -> Vec<Finding> {
    let mut found: Vec<Finding> = closed_state_dir(config).into_iter().collect();
    if config.feeds.is_empty() {
        found.push(Finding::new("no_feeds", "no feed is configured: nothing will be read"));
    }
    if config.channels.is_empty() {
        let message = "no channel is configured: alerts are stored and sent nowhere";
        found.push(Finding::new("no_channels", message));
    }
    for network in config.egress.allow_net.iter().filter(|network| network.ends_with("/0")) {
        let message = format!(
            "`allow_net` lists {network}: every private address can be reached, through any feed \
             that redirects to it"
        );
        found.push(Finding::new("open_network", message));
    }
    for channel in &config.channels {
        if let ChannelKind::Webhook(webhook) = &channel.kind {
            unwise_webhook(channel, webhook, &mut found);
        }
        if let ChannelKind::Email(email) = &channel.kind
            && email.tls == MailTls::None
            && !email.server.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
            && email.server != "localhost"
        {
            let message = format!(
                "channel `{}` sends mail in the clear: anybody on the way to {} can read it, and its \
                 password",
                channel.id, email.server
            );
            found.push(Finding::new("plain_mail", message));
        }
        if let ChannelKind::Chat(chat) = &channel.kind
            && chat.service.address().is_some_and(goes_plainly)
        {
            found.push(plain_http(channel));
        }
    }
    unwise_routes(config, &mut found);
    found
}

/// Routes that are never asked, channels that none leads to, alerts that none catches.
fn unwise_routes(config: &Config, found: &mut Vec<Finding>) {
    let topics = || config.topics.topics().map(|(topic, _)| topic);
    let named = |id: &ChannelId| topics().any(|topic| topic.channels.contains(id));
    let door = |channel: &ChannelConfig| {
        let is_log = matches!(channel.kind, ChannelKind::Log(_));
        (channel.id.clone(), is_log, named(&channel.id))
    };
    let channels: Vec<_> = config.channels.iter().map(door).collect();
    let rules = &config.routing.rules;
    let title = |number: u32| {
        let at = usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
        let line = config.route_lines.get(at).copied().unwrap_or(1);
        let name = rules.get(at).map(RouteRule::title).unwrap_or_default();
        (format!("{}:{line}: {name}", config.file.display()), name)
    };
    for lint in lint(&config.routing, &channels) {
        found.push(match lint {
            Lint::Unreachable { number, by } => {
                let ((place, _), (_, by)) = (title(number), title(by));
                let message = format!(
                    "{place} is never asked: {by} catches all that it could, and ends the search; \
                     change their order, or say `continue = true` there"
                );
                Finding::new("unreachable_route", message)
            }
            Lint::Unled(channel) => {
                let message = format!(
                    "no route leads to channel `{channel}`, and no topic names it: it is told nothing"
                );
                Finding::new("unled_channel", message)
            }
            Lint::NoDefault => {
                let message = "alerts that no route catches are only logged; a last `[[route]]` \
                               with nothing but `channels` catches the rest";
                Finding::new("no_default_route", message)
            }
        });
    }
}

fn unwise_webhook(channel: &ChannelConfig, webhook: &WebhookChannel, found: &mut Vec<Finding>) {
    let id = &channel.id;
    match &webhook.secret {
        None => {
            let message = format!(
                "channel `{id}` has no secret: its receiver cannot tell wirewatch from anybody \
                 else; name one with `secret_file` or `secret_env`"
            );
            found.push(Finding::new("no_secret", message));
        }
        Some(secret) if is_short(secret.reveal()) => {
            let message = format!(
                "the secret of channel `{id}` is shorter than {MIN_SECRET_BYTES} bytes; make one \
                 with `echo whsec_$(openssl rand -base64 32)`"
            );
            found.push(Finding::new("short_secret", message));
        }
        Some(_) => {}
    }
    if goes_plainly(&webhook.url) {
        found.push(plain_http(channel));
    }
}

fn plain_http(channel: &ChannelConfig) -> Finding {
    let message = format!(
        "channel `{}` goes over http: to a public host: anybody on the way can read it",
        channel.id
    );
    Finding::new("plain_http", message)
}

fn goes_plainly(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "http" && is_public(&url))
}

/// Whether the key that a secret stands for can be guessed. One that cannot be read at all is
/// found where the channel is opened.
fn is_short(secret: &str) -> bool {
    let bytes = match secret.trim().strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).map_or(usize::MAX, |key| key.len()),
        None => secret.trim().len(),
    };
    bytes < MIN_SECRET_BYTES
}

/// Whether a URL leads out of the house, as far as it says.
fn is_public(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => !ip.is_loopback() && !ip.is_private() && !ip.is_link_local(),
        Some(Host::Ipv6(ip)) => {
            !ip.is_loopback() && !ip.is_unique_local() && !ip.is_unicast_link_local()
        }
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let local = [".localhost", ".local", ".internal", ".home.arpa"];
            name.contains('.') && !local.iter().any(|ending| name.ends_with(ending))
        }
        None => false,
    }
}
