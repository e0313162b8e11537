//! The demo's world: invented newsrooms on a loopback port of their own, and a configuration
//! that watches them. The daemon that runs over it is the real one; the telling is in
//! [`crate::cli`].

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::config;

/// A bundled feed: file name, media type, template.
type Template = (&'static str, &'static str, &'static str);

const TEMPLATES: [Template; 4] = [
    ("harbour-wire.rss", "application/rss+xml", include_str!("demo/harbour-wire.rss")),
    ("nordic-ledger.atom", "application/atom+xml", include_str!("demo/nordic-ledger.atom")),
    ("courant-monde.json", "application/feed+json", include_str!("demo/courant-monde.json")),
    ("fog-courier.rss", "text/html; charset=utf-8", include_str!("demo/fog-courier.html")),
];

const CONFIG: &str = include_str!("demo/feeds.toml");

/// The newsrooms, publishing on loopback until dropped.
pub struct Newsrooms {
    address: SocketAddr,
    published: Published,
    server: JoinHandle<()>,
}

/// Files whose story is out.
type Published = Arc<Mutex<Vec<String>>>;

impl Newsrooms {
    /// Opens them on a free port. The story is not out yet.
    pub async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let published = Published::default();
        let app = Router::new().route("/{file}", get(serve)).with_state(published.clone());
        let server = tokio::spawn(async move {
            // Serving ends with the runtime; there is nobody to tell of an error.
            let _ended = axum::serve(listener, app).await;
        });
        Ok(Self { address, published, server })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, `file` carries its telling of the story.
    pub fn publish(&self, file: &str) {
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        published.push(file.to_owned());
    }

    /// Writes a configuration into `dir` that watches these newsrooms with the example topics,
    /// and returns its main file.
    pub fn write_config(&self, dir: &Path) -> io::Result<PathBuf> {
        for (path, content) in config::examples() {
            let path = dir.join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, content)?;
        }
        let file = dir.join("wirewatch.toml");
        std::fs::write(&file, CONFIG.replace("PORT", &self.address.port().to_string()))?;
        Ok(file)
    }
}

impl Drop for Newsrooms {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    State(published): State<Published>,
    UrlPath(file): UrlPath<String>,
) -> impl IntoResponse {
    let Some((name, media_type, template)) = TEMPLATES.iter().find(|(name, ..)| *name == file)
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let out = published.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|p| p == name);
    let body = fill(template, out, Timestamp::now());
    ([(header::CONTENT_TYPE, *media_type)], body).into_response()
}

/// Fills a template: lines between `#story` and `#end` only once the story is out, and
/// `@rfc2822:N@` and `@rfc3339:N@` with the time N minutes ago.
fn fill(template: &str, story: bool, now: Timestamp) -> String {
    let mut within_story = false;
    let mut text = String::with_capacity(template.len());
    for line in template.lines() {
        match line {
            "#story" => within_story = true,
            "#end" => within_story = false,
            _ if within_story && !story => {}
            _ => {
                text.push_str(&with_dates(line, now));
                text.push('\n');
            }
        }
    }
    text
}

fn with_dates(line: &str, now: Timestamp) -> String {
    let mut filled = String::new();
    for (at, part) in line.split('@').enumerate() {
        let date = (at % 2 == 1).then(|| date(part, now)).flatten();
        filled.push_str(date.as_deref().unwrap_or(part));
    }
    filled
}

fn date(token: &str, now: Timestamp) -> Option<String> {
    let (format, minutes) = token.split_once(':')?;
    let at = now.checked_sub(SignedDuration::from_mins(minutes.parse().ok()?)).ok()?;
    match format {
        "rfc2822" => jiff::fmt::rfc2822::to_string(&at.to_zoned(jiff::tz::TimeZone::UTC)).ok(),
        "rfc3339" => Some(at.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_shows_the_story_once_it_is_out_with_dates_before_now() {
        let now: Timestamp = "2026-06-03T12:00:00Z".parse().unwrap();
        let template = "a\n#story\nb @rfc3339:60@\n#end\nc @rfc2822:0@";
        assert_eq!(fill(template, false, now), "a\nc Wed, 3 Jun 2026 12:00:00 +0000\n");
        assert!(fill(template, true, now).contains("b 2026-06-03T11:00:00Z\n"));
    }
}
