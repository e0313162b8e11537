//! `Link` headers (RFC 8288): the hub and the own address of a feed, which a server may name there
//! and not in the document.

use reqwest::header::{HeaderMap, LINK};
use url::Url;

use crate::domain::feed::FeedLinks;

/// Links read of one answer, and bytes of each.
const MAX_LINKS: usize = 50;
const MAX_URL_BYTES: usize = 2_000;

/// What the headers of an answer from `url` say.
pub fn read(headers: &HeaderMap, url: &Url) -> FeedLinks {
    let mut links = FeedLinks::default();
    let values = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    for (target, relations) in values.flat_map(split).take(MAX_LINKS) {
        let absolute = url.join(target).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let Some(target) = absolute.map(String::from).filter(|url| url.len() <= MAX_URL_BYTES)
        else {
            continue;
        };
        let has = |wanted: &str| {
            relations.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(wanted))
        };
        if has("hub") && !links.hubs.contains(&target) {
            links.hubs.push(target);
        } else if has("self") {
            links.own.get_or_insert(target);
        }
    }
    links
}

/// The links of one header: each target with its relations.
fn split(value: &str) -> impl Iterator<Item = (&str, &str)> {
    value.split('<').skip(1).filter_map(|link| {
        let (target, parameters) = link.split_once('>')?;
        let relations = parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_rel = name.trim().eq_ignore_ascii_case("rel");
            is_rel.then(|| value.trim().trim_end_matches(',').trim().trim_matches('"'))
        });
        Some((target.trim(), relations?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(values: &[&'static str]) -> FeedLinks {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(LINK, value.parse().unwrap());
        }
        read(&headers, &Url::parse("https://wire.example/news/feed").unwrap())
    }

    #[test]
    fn hub_and_self_are_read_in_every_spelling() {
        let apart = links(&["<https://hub.example/>; rel=\"hub\"", "</feed>; rel=self"]);
        let together =
            links(&["<https://hub.example/>; Rel=hub, </feed>; title=\"a\"; rel=\"self\""]);
        for links in [apart, together] {
            assert_eq!(links.hubs, ["https://hub.example/"]);
            assert_eq!(links.own.as_deref(), Some("https://wire.example/feed"));
        }
    }

    #[test]
    fn what_leads_nowhere_is_left_out() {
        let links = links(&[
            "<javascript:x>; rel=hub",
            "<",
            "nonsense",
            "<//[>; rel=hub",
            "</x>; rel=next",
        ]);
        assert_eq!(links, FeedLinks::default());
    }
}
