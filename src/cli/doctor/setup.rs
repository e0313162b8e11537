//! The setup: whether the config is right, channels can be opened, and the hosts of the feeds
//! have names that lead somewhere they may be asked at.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use url::{Host, Url};

use super::Report;
use crate::cli::exit::Failure;
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::cli::warnings;
use crate::config::Config;
use crate::egress::Egress;

/// Most hosts that are looked up, and the longest wait for an answer.
const MAX_HOSTS: usize = 50;
const PATIENCE: Duration = Duration::from_secs(5);

/// Most hosts that are named.
const MAX_NAMED: usize = 5;

/// Reads the config; `None` if nothing would run with it.
pub fn config(session: &Session, report: &mut Report) -> Option<Config> {
    let loader = match session.loader() {
        Ok(loader) => loader,
        Err(failure) => {
            report.problem("config", failure.to_string(), failure.hint);
            return None;
        }
    };
    match loader.without_secrets().read() {
        Ok(config) => {
            let (feeds, topics) = (config.feeds.len(), config.topics.topics().count());
            let (feeds, topics) = (count(feeds, "feed"), count(topics, "topic"));
            let channels = count(config.channels.len(), "channel");
            let file = config.file.display();
            report.ok("config", format!("{file}: {feeds}, {topics}, {channels}"));
            Some(config)
        }
        Err(problems) => {
            let first = problems.iter().next();
            let first = first.map(|first| format!(", the first: {}", first.message));
            let text =
                format!("{}{}", count(problems.count(), "mistake"), first.unwrap_or_default());
            report.problem("config", text, Some("`wirewatch check` shows them".to_owned()));
            None
        }
    }
}

/// Opens each channel as the daemon would, with its secrets, of which none is shown.
pub fn channels(config: &Config, session: &Session, report: &mut Report) {
    let Ok(with_secrets) = session.loader().and_then(|loader| Ok(loader.read()?)) else {
        let text = "a secret of a channel cannot be read by this user";
        return report.warn("channels", text, "`wirewatch check` as the user of the daemon tells");
    };
    let unusable = warnings::unusable_channels(&with_secrets, &session.clock);
    for finding in &unusable {
        report.problem("channels", &finding.message, finding.hint.map(str::to_owned));
    }
    if unusable.is_empty() {
        let names: Vec<&str> = config.channels.iter().map(|channel| channel.id.as_str()).collect();
        report.ok("channels", names.join(", "));
    }
}

/// Asks the name servers for the hosts of the feeds, and nothing else.
pub fn names(config: &Config, session: &Session, report: &mut Report) -> Result<(), Failure> {
    let egress = match Egress::new(&config.egress) {
        Ok(egress) => egress,
        Err(error) => {
            report.problem("network", error.to_string(), Some(error.advice().to_owned()));
            return Ok(());
        }
    };
    let hosts = hosts(config, &egress, report);
    let all = hosts.len();
    let hosts: Vec<String> = hosts.into_iter().take(MAX_HOSTS).collect();
    if hosts.is_empty() {
        report.ok("names", "no feed has a host name to look up");
        return Ok(());
    }
    let found = session.wait(join_all(hosts.iter().map(|host| resolves(&egress, host))))?;
    let asked = hosts.iter().map(String::as_str).zip(found).collect::<Vec<_>>();
    tell_found(&asked, all, report);
    Ok(())
}

/// The host names of the feeds that may be asked; tells of the other feeds.
fn hosts(config: &Config, egress: &Egress, report: &mut Report) -> BTreeSet<String> {
    let mut hosts = BTreeSet::new();
    let mut barred = 0;
    for feed in &config.feeds {
        let Ok(url) = Url::parse(&feed.url) else { continue };
        match (egress.check(&url), url.host()) {
            (Err(refused), _) => {
                barred += 1;
                if barred <= MAX_NAMED {
                    let text = format!("feed {}: {refused}", feed.key);
                    report.warn("network", text, refused.advice());
                }
            }
            (Ok(()), Some(Host::Domain(name))) => {
                hosts.insert(name.to_owned());
            }
            _ => {}
        }
    }
    if barred > MAX_NAMED {
        let text = format!("{} that may not be asked", count(barred - MAX_NAMED, "more feed"));
        report.warn(
            "network",
            text,
            "`wirewatch feeds status --failing` shows those that were due",
        );
    }
    hosts
}

/// Tells which of the hosts that were looked up, of `all` there are, were found.
fn tell_found(asked: &[(&str, bool)], all: usize, report: &mut Report) {
    let lost: Vec<&str> = asked.iter().filter(|(_, found)| !found).map(|(host, _)| *host).collect();
    let looked_up = match all > asked.len() {
        true => format!("{} of {}", asked.len(), count(all, "host")),
        false => count(all, "host"),
    };
    let named = lost.iter().take(MAX_NAMED).copied().collect::<Vec<_>>().join(", ");
    match lost.len() {
        0 => report.ok("names", format!("{looked_up} of feeds found by name")),
        none if none == asked.len() => {
            let hint = "check this machine's network and name servers (/etc/resolv.conf)";
            report.problem("names", "no host of a feed is found by name", Some(hint.to_owned()));
        }
        some => report.warn(
            "names",
            format!("{some} of {looked_up} not found by name: {named}"),
            "check their spelling; a feed whose host is gone may have moved",
        ),
    }
}

async fn resolves(egress: &Egress, host: &str) -> bool {
    let answer = tokio::time::timeout(PATIENCE, egress.resolves(host)).await;
    answer.unwrap_or_default()
}
