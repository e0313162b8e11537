//! Forges and package registries: releases, tags, commits.

use super::{Address, Feeds};

/// First parts of a path on GitHub that are no owner.
const NOT_OWNERS: &[&str] = &[
    "about",
    "collections",
    "contact",
    "customer-stories",
    "enterprise",
    "explore",
    "features",
    "join",
    "login",
    "marketplace",
    "notifications",
    "orgs",
    "pricing",
    "search",
    "security",
    "settings",
    "sponsors",
    "topics",
    "trending",
];

pub fn forges(address: &Address<'_>) -> Option<Feeds> {
    match address.host {
        "github.com" => github(address),
        "gist.github.com" => match address.parts[..] {
            [user] => Feeds::new("GitHub", [format!("https://gist.github.com/{user}.atom")]),
            _ => None,
        },
        "codeberg.org" | "gitea.com" => forgejo(address),
        host if host == "gitlab.com" || host.starts_with("gitlab.") => gitlab(address),
        "sourceforge.net" => match address.parts[..] {
            ["projects" | "p", project, ..] => {
                let base = format!("https://sourceforge.net/projects/{project}");
                Feeds::new("SourceForge", [format!("{base}/rss"), format!("{base}/activity/feed")])
            }
            _ => None,
        },
        _ => None,
    }
}

fn github(address: &Address<'_>) -> Option<Feeds> {
    let base = "https://github.com";
    let urls = match address.parts[..] {
        ["orgs", owner, ..] => vec![format!("{base}/{owner}.atom")],
        [owner, ..] if NOT_OWNERS.contains(&owner) => return None,
        [owner] => vec![format!("{base}/{owner}.atom")],
        [owner, repo, "commits" | "tree" | "blob", branch, ref path @ ..] => {
            let path: String = path.iter().map(|part| format!("/{part}")).collect();
            vec![format!("{base}/{owner}/{repo}/commits/{branch}{path}.atom")]
        }
        [owner, repo, ref rest @ ..] => {
            let repo = format!("{base}/{owner}/{}", repo.trim_end_matches(".git"));
            let mut kinds = vec!["releases", "tags", "commits"];
            let wanted = rest.first().copied().unwrap_or_default();
            if matches!(wanted, "tags" | "commits" | "discussions" | "wiki") {
                kinds.retain(|kind| *kind != wanted);
                kinds.insert(0, wanted);
            }
            kinds.iter().map(|kind| format!("{repo}/{kind}.atom")).collect()
        }
        [] => return None,
    };
    Feeds::new("GitHub", urls)
}

fn gitlab(address: &Address<'_>) -> Option<Feeds> {
    let project = address.parts.split(|part| *part == "-").next()?;
    if project.is_empty() {
        return None;
    }
    let base = format!("{}/{}", address.origin, project.join("/"));
    if project.len() == 1 {
        return Feeds::new("GitLab", [format!("{base}.atom")]);
    }
    let paths = ["/-/releases.atom", "/-/tags?format=atom", ".atom"];
    let mut urls: Vec<String> = paths.iter().map(|path| format!("{base}{path}")).collect();
    if let [.., "-", "commits" | "tree", branch] = address.parts[..] {
        urls.insert(0, format!("{base}/-/commits/{branch}?format=atom"));
    }
    Feeds::new("GitLab", urls)
}

fn forgejo(address: &Address<'_>) -> Option<Feeds> {
    let origin = &address.origin;
    match address.parts[..] {
        [owner] => Feeds::new("Forgejo", [format!("{origin}/{owner}.atom")]),
        [owner, repo, ..] => {
            let repo = format!("{origin}/{owner}/{repo}");
            let paths = ["/releases.atom", "/tags.atom", ".atom"];
            Feeds::new("Forgejo", paths.map(|path| format!("{repo}{path}")))
        }
        [] => None,
    }
}

pub fn packages(address: &Address<'_>) -> Option<Feeds> {
    match (address.host, &address.parts[..]) {
        ("pypi.org", ["project", name, ..]) => {
            Feeds::new("PyPI", [format!("https://pypi.org/rss/project/{name}/releases.xml")])
        }
        ("crates.io", ["crates", name, ..]) => {
            Feeds::new("crates.io", [format!("https://static.crates.io/rss/crates/{name}.xml")])
        }
        ("rubygems.org", ["gems", name, ..]) => {
            Feeds::new("RubyGems", [format!("https://rubygems.org/gems/{name}/versions.atom")])
        }
        ("store.steampowered.com", ["app" | "news", id, ..]) => {
            let id = if *id == "app" { address.parts.get(2)? } else { id };
            Feeds::new("Steam", [format!("https://store.steampowered.com/feeds/news/app/{id}/")])
        }
        _ => None,
    }
}
