//! Which domains and names are one newsroom: the built-in list `families.txt`, what the user adds
//! to it, and what configured feeds tell. A family is a newsroom and not an owner: two papers of
//! one house that report by themselves are two.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use url::{Host, Url};

use super::{Place, aggregator, platform, redirect};
use crate::domain::feed::Feed;

/// One family a line, sorted: `Name | other name = domain domain`. The first name is shown.
const FAMILIES: &str = include_str!("families.txt");

static BUILTIN: LazyLock<Arc<Directory>> = LazyLock::new(|| {
    let mut directory = Directory::default();
    FAMILIES.lines().filter_map(Family::from_line).for_each(|family| directory.add(&family));
    Arc::new(directory)
});

/// A newsroom: its name, other names of it, and where it publishes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Family {
    pub name: String,
    pub aliases: Vec<String>,
    /// Domains, hosts, or accounts on platforms (`youtube.com/@bbcnews`), in small letters.
    pub domains: Vec<String>,
}

impl Family {
    fn from_line(line: &str) -> Option<Self> {
        let (names, domains) = line.split_once(" = ")?;
        let mut names = names.split(" | ").map(str::to_owned);
        Some(Self {
            name: names.next()?,
            aliases: names.collect(),
            domains: domains.split(' ').map(str::to_owned).collect(),
        })
    }
}

/// All families there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// The names that are shown.
    names: Vec<String>,
    /// By domain, host or account.
    by_site: HashMap<String, usize>,
    /// By [`name_key`].
    by_name: HashMap<String, usize>,
}

impl Directory {
    /// The list that comes with the program.
    pub fn builtin() -> Arc<Directory> {
        Arc::clone(&BUILTIN)
    }

    /// The built-in list with the user's families, which win over it, and with the sites of
    /// feeds whose publisher is configured.
    pub fn with(own: &[Family], feeds: &[Arc<Feed>]) -> Arc<Directory> {
        let told = feeds.iter().any(|feed| feed.publisher.is_some());
        if own.is_empty() && !told {
            return Self::builtin();
        }
        let mut directory = (**BUILTIN).clone();
        own.iter().for_each(|family| directory.add(family));
        directory.learn(feeds);
        Arc::new(directory)
    }

    /// Adds a family, or to the one that is shown under this name. One whose name was another's
    /// alias is a family of its own from now on, and takes that name along.
    fn add(&mut self, family: &Family) {
        let key = name_key(&family.name);
        let known = self.by_name.get(&key).copied().filter(|at| name_key(&self.names[*at]) == key);
        let at = known.unwrap_or(self.names.len());
        match self.names.get_mut(at) {
            Some(name) => name.clone_from(&family.name),
            None => self.names.push(family.name.clone()),
        }
        for name in std::iter::once(&family.name).chain(&family.aliases) {
            self.by_name.insert(name_key(name), at);
        }
        for domain in &family.domains {
            self.by_site.insert(domain.clone(), at);
        }
    }

    /// A feed with a configured publisher tells whose its site is, where no list does and no other
    /// feed of the site tells otherwise.
    fn learn(&mut self, feeds: &[Arc<Feed>]) {
        let mut told: BTreeMap<String, Option<&str>> = BTreeMap::new();
        for feed in feeds {
            let Some(name) = feed.publisher.as_deref().filter(|name| !aggregator::is_name(name))
            else {
                continue;
            };
            let name = self.canonical(name);
            let Some(site) = self.unlisted_domain(&feed.url) else { continue };
            told.entry(site)
                .and_modify(|before| {
                    *before = before.filter(|before| name_key(before) == name_key(name));
                })
                .or_insert(Some(name));
        }
        let told = told.into_iter().filter_map(|(site, name)| Some((site, name?.to_owned())));
        for (site, name) in told.collect::<Vec<_>>() {
            self.add(&Family { name, aliases: Vec::new(), domains: vec![site] });
        }
    }

    /// The domain of a URL, if nothing is known of it and it is one newsroom's.
    fn unlisted_domain(&self, url: &str) -> Option<String> {
        let parsed = Url::parse(url).ok()?;
        parsed.domain().filter(|name| name.contains('.'))?;
        match self.place(url) {
            Place::Newsroom(site) if !site.contains('/') && !self.is_shown(&site) => Some(site),
            _ => None,
        }
    }

    fn is_shown(&self, name: &str) -> bool {
        self.by_name.get(&name_key(name)).is_some_and(|at| self.names[*at] == name)
    }

    /// Who publishes at this URL, as far as it tells.
    pub fn place(&self, url: &str) -> Place {
        let Some(url) = redirect::origin(url) else { return Place::Unknown };
        let host = match url.host() {
            Some(Host::Domain(name)) => host_key(name),
            Some(address) => return Place::Newsroom(address.to_string()),
            None => return Place::Unknown,
        };
        if host.is_empty() || redirect::is_carrier(&host) {
            return Place::Unknown;
        }
        if let Some(name) = self.of_host(&host) {
            return Place::Newsroom(name.to_owned());
        }
        if let Some(name) = aggregator::at(&host, url.path()) {
            return Place::Aggregator(name);
        }
        match platform::account(&host, &url) {
            Some(platform::Page::Of(account)) => {
                let known = self.by_site.get(&account).map(|at| self.names[*at].clone());
                Place::Newsroom(known.unwrap_or(account))
            }
            Some(platform::Page::Untold(platform)) => Place::Platform(platform),
            None => Place::Newsroom(psl::domain_str(&host).unwrap_or(&host).to_owned()),
        }
    }

    /// The family of a host: of itself, or of the nearest domain above it.
    fn of_host(&self, host: &str) -> Option<&str> {
        let mut rest = host;
        loop {
            if let Some(at) = self.by_site.get(rest) {
                return Some(&self.names[*at]);
            }
            rest = rest.split_once('.')?.1;
        }
    }

    /// The name of the family that goes by this name, in any case, or has this domain.
    pub fn known(&self, name: &str) -> Option<&str> {
        let name = name.trim();
        if let Some(at) = self.by_name.get(&name_key(name)) {
            return Some(&self.names[*at]);
        }
        let site = site_key(name)?;
        match site.contains('/') {
            true => self.by_site.get(&site).map(|at| self.names[*at].as_str()),
            false => self.of_host(&site),
        }
    }

    /// The name under which a publisher is counted and shown; itself, where it is not known.
    pub fn canonical<'a>(&'a self, name: &'a str) -> &'a str {
        self.known(name).unwrap_or(name)
    }

    /// Each newsroom that these names and domains stand for, once, in their order.
    pub fn gathered(&self, names: &[String]) -> Vec<String> {
        let mut gathered: Vec<String> = Vec::with_capacity(names.len());
        for name in names.iter().map(|name| self.canonical(name)) {
            if !gathered.iter().any(|known| known == name) {
                gathered.push(name.to_owned());
            }
        }
        gathered
    }

    /// Whether two names, domains or one of each stand for the same newsroom.
    pub fn same(&self, a: &str, b: &str) -> bool {
        let is_alike = |a: &str, b: &str| {
            a.eq_ignore_ascii_case(b)
                || !(a.is_ascii() && b.is_ascii()) && a.to_lowercase() == b.to_lowercase()
        };
        is_alike(a, b) || is_alike(self.canonical(a), self.canonical(b))
    }
}

/// A name as it is looked up: letters and digits in small letters, without a leading "the".
pub fn name_key(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let name = name.strip_prefix("the ").unwrap_or(&name);
    let key: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    // A name of signs alone is that name.
    if key.is_empty() { name.to_owned() } else { key }
}

/// A host as it is looked up.
fn host_key(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
}

/// A domain, host or account as somebody wrote it, as it is looked up; `None` if it is none.
pub fn site_key(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
    if !bare.contains('.') || bare.contains(char::is_whitespace) {
        return None;
    }
    let url = Url::parse(&format!("https://{bare}")).ok()?;
    let Some(Host::Domain(name)) = url.host() else { return None };
    let host = host_key(name);
    let is_domain = psl::domain_str(&host).is_some() && url.port().is_none();
    if !is_domain || url.path().len() <= 1 {
        return is_domain.then_some(host);
    }
    match platform::account(&host, &url)? {
        platform::Page::Of(account) => Some(account),
        platform::Page::Untold(_) => None,
    }
}

/// Whether many publish on a site, so that it is nobody's.
pub fn is_shared(site: &str) -> bool {
    let is_platform = || {
        let url = Url::parse(&format!("https://{site}/")).ok()?;
        platform::account(site, &url).map(|page| matches!(page, platform::Page::Untold(_)))
    };
    !site.contains('/') && (redirect::is_carrier(site) || is_platform().unwrap_or(false))
}

#[cfg(test)]
mod tests;
