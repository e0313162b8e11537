//! `wirewatch feeds discover`: which feeds a page has, each read before it is shown.

use serde_json::json;
use url::Url;

use crate::cli::args::{Discover, Format};
use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::daemon::discovery::{self, Discovery, Found};
use crate::domain::feed_address;
use crate::egress::Egress;
use crate::fetch::Fetcher;
use crate::parse::discover::Why;

const COLUMNS: &[Column] = &[
    Column::shown("score").spare(5),
    Column::shown("kind").spare(3),
    Column::text("title").spare(6),
    Column::shown("entries").spare(2),
    Column::shown("last_entry").spare(4),
    // It is what one copies: never cut.
    Column::shown("url"),
    Column::text("why").spare(1),
    Column::hidden("reason"),
];

pub fn run(asked: &Discover, session: &mut Session) -> Result<Exit, Failure> {
    let url = feed_address::as_typed(&asked.url);
    let discovery = search(&url, asked.all, session)?;
    let mut records = Records::new(COLUMNS, "no feed was found");
    for found in &discovery.found {
        add(&mut records, found);
    }
    if discovery.found.is_empty() {
        if session.printer.format() != Format::Table {
            session.printer.records(&records)?;
        }
        return Err(nothing(&url, &discovery));
    }
    tell_rejected(&discovery, session);
    session.printer.records(&records)?;
    session.messages.note(&format!(
        "{} in {}",
        count(discovery.found.len(), "feed"),
        count(discovery.requests, "request"),
    ));
    // A line of its own, as it is typed: it is copied whole.
    let best = for_shell(&discovery.found[0].url);
    session.messages.note(&format!("next: wirewatch feeds add {best}"));
    Ok(Exit::Ok)
}

/// Looks for feeds at and behind an address, with the network settings of the config, or with the
/// usual ones where there is none.
pub fn search(url: &str, thorough: bool, session: &Session) -> Result<Discovery, Failure> {
    let (egress, fetch) = session.network()?;
    let fetcher = Fetcher::new(&fetch, Egress::new(&egress)?)?;
    let now = session.clock.now();
    session.wait(discovery::discover(&fetcher, url, thorough, now))
}

fn add(records: &mut Records, found: &Found) {
    records.row([
        json!(found.score),
        json!(found.format),
        json!(found.title),
        json!(found.entries),
        moment::json_opt(found.last_entry),
        json!(found.url),
        json!(found.why.text()),
        json!(found.why.code()),
    ]);
}

/// Says which declared feeds are none: the site's owner would want to know.
pub fn tell_rejected(discovery: &Discovery, session: &Session) {
    for rejected in discovery.rejected.iter().filter(|rejected| rejected.why != Why::Itself) {
        session
            .messages
            .warn(&format!("{} is declared as a feed, but: {}", rejected.url, rejected.detail));
    }
    if discovery.cut_short {
        session.messages.warn("there was more to try than is decent in one go: not all was tried");
    }
}

/// No feed was found: what was wrong, and what to do.
pub fn nothing(url: &str, discovery: &Discovery) -> Failure {
    let mut sentence = format!("no feed was found at {url}");
    for rejected in &discovery.rejected {
        sentence += &match rejected.why {
            Why::Itself => format!("\n{}", rejected.detail),
            _ => format!("\n{}: {}", rejected.url, rejected.detail),
        };
    }
    let code = discovery.rejected.first().map(|rejected| rejected.code.as_str());
    let hint = match code {
        Some("private_address") => {
            "a server of your own is asked only if `allow_net` under [egress] names it"
        }
        Some("http_429" | "http_503" | "retry_after") => {
            "the site asks to be left alone: try again in an hour; `wirewatch feeds add URL \
             --no-fetch` writes the address down unseen"
        }
        Some("http_410") => {
            "the site says that it is gone for good: look there for a newer address"
        }
        Some("http_401" | "http_403" | "http_407" | "login") => {
            "the site lets not everybody read it: look for a public feed of it, or ask its owner"
        }
        Some("challenge") => {
            "the site checks for a browser: ask its owner to let feed readers through"
        }
        Some("bad_url") if has_other_scheme(url) => {
            "only http: and https: are fetched: name the address of a web page or feed"
        }
        Some("dns" | "connect" | "timeout_connect" | "bad_url") => {
            "check the address; `wirewatch feeds add URL --no-fetch` writes it down unseen"
        }
        _ => "look on the site for the word RSS, Atom or feed, and name that address itself",
    };
    Failure::said(Exit::Failed, sentence).hint(hint)
}

/// A URL as a shell takes it for one word. `'` cannot stand in one that was parsed as it is typed.
fn for_shell(url: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/@%+=,".contains(&byte);
    match url.bytes().all(plain) {
        true => url.to_owned(),
        false => format!("'{}'", url.replace('\'', "%27")),
    }
}

fn has_other_scheme(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| !matches!(url.scheme(), "http" | "https"))
}
