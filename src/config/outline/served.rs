//! What is served, where alerts are written to as feeds, and whether files that change are taken up:
//! settings that a user gives or leaves out.

use std::path::Path;

use super::{Kind, Part, part, relative};
use crate::config::{Config, HttpConfig};

/// The parts that are configured.
pub(super) fn parts(config: &Config, home: &Path) -> impl Iterator<Item = Part> {
    let http = config.http.as_ref().map(|http| part(Kind::Settings, "http", fields(http)));
    let feeds_out = config.feeds_out.as_ref();
    let feeds_out =
        feeds_out.map(|dir| part(Kind::Settings, "feeds_out", vec![("dir", relative(dir, home))]));
    let by_hand = (!config.auto_reload)
        .then(|| part(Kind::Settings, "auto_reload", vec![("on", "no".to_owned())]));
    [http, feeds_out, by_hand].into_iter().flatten()
}

/// Of tokens the names, and what each allows.
fn fields(http: &HttpConfig) -> super::Fields {
    let tokens =
        http.tokens.iter().map(|token| format!("{} ({})", token.name, token.scope.as_str()));
    vec![
        ("listen", http.listen.to_string()),
        ("public_url", http.public_url.clone().unwrap_or_default()),
        ("tokens", tokens.collect::<Vec<_>>().join(", ")),
    ]
}
