//! What is kept, and what is done about the disk, in short, as [`super`] has it.

use super::{Fields, Part, part, relative};
use crate::config::Config;
use crate::config::retention::in_words;
use crate::domain::calendar::zone_name;

/// The parts of `[retention]`, `[storage]` and `[backup]`.
pub(super) fn parts(config: &Config) -> Vec<Part> {
    let kind = super::Kind::Settings;
    let home = config.file.parent().unwrap_or(std::path::Path::new(""));
    let backup = config.backup.as_ref().map(|backup| {
        let fields: Fields = vec![
            ("dir", relative(&backup.dir, home)),
            ("at", backup.when.in_words()),
            ("zone", zone_name(&backup.when.zone).to_owned()),
            ("keep", backup.keep.to_string()),
        ];
        part(kind, "backup", fields)
    });
    let (kept, storage) = (&config.retention, &config.storage);
    let retention = vec![
        ("keep", in_words(kept.entries)),
        ("alerts", in_words(kept.alerts)),
        ("history", in_words(kept.history)),
    ];
    let storage = vec![
        ("ballast", format!("{} bytes", storage.ballast_bytes)),
        ("floor", format!("{} bytes", storage.floor_bytes)),
    ];
    let parts = [part(kind, "retention", retention), part(kind, "storage", storage)];
    parts.into_iter().chain(backup).collect()
}
