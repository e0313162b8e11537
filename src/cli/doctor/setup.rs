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
    let mut hosts = BTreeSet::new();
    for url in config.feeds.iter().filter_map(|feed| Url::parse(&feed.url).ok()) {
        match (egress.check(&url), url.host()) {
            (Err(refused), _) => report.warn("network", refused.to_string(), refused.advice()),
            (Ok(()), Some(Host::Domain(name))) => {
                hosts.insert(name.to_owned());
            }
            _ => {}
        }
    }
    let all = hosts.len();
    let hosts: Vec<String> = hosts.into_iter().take(MAX_HOSTS).collect();
    if hosts.is_empty() {
        report.ok("names", "no feed has a host name to look up");
        return Ok(());
    }
    let found = session.wait(join_all(hosts.iter().map(|host| resolves(&egress, host))))?;
    let lost: Vec<&str> = hosts
        .iter()
        .zip(&found)
        .filter(|(_, found)| !**found)
        .map(|(host, _)| host.as_str())
        .collect();
    let asked = match all > hosts.len() {
        true => format!("{} of {}", hosts.len(), count(all, "host")),
        false => count(all, "host"),
    };
    let named = lost.iter().take(MAX_NAMED).copied().collect::<Vec<_>>().join(", ");
    match lost.len() {
        0 => report.ok("names", format!("{asked} of feeds found by name")),
        none if none == hosts.len() => {
            let hint = "check this machine's network and name servers (/etc/resolv.conf)";
            report.problem("names", "no host of a feed is found by name", Some(hint.to_owned()));
        }
        some => report.warn(
            "names",
            format!("{some} of {asked} not found by name: {named}"),
            "check their spelling; a feed whose host is gone may have moved",
        ),
    }
    Ok(())
}

async fn resolves(egress: &Egress, host: &str) -> bool {
    let answer = tokio::time::timeout(PATIENCE, egress.resolves(host)).await;
    answer.unwrap_or_default()
}
