//! `wirewatch init`: writes the annotated example config, the same files that the tests run, with the
//! schemas that editors check them by.

use std::borrow::Cow;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::session::Session;
use crate::config::{self, schema};

/// Writes the example config into `dir`, with the packs beside it. Without `force` nothing is
/// written if any of the files is there already.
pub fn run(dir: &Path, force: bool, session: &mut Session) -> Result<Exit, Failure> {
    let own = |content: &&'static str| Cow::Borrowed(*content);
    let examples = config::examples().iter();
    let examples = examples.map(|(name, content)| ((*name).to_owned(), own(content)));
    let packs = config::packs().iter();
    let packs = packs.map(|(name, content)| (format!("packs/{name}.toml"), own(content)));
    let files: Vec<(String, Cow<'static, str>)> = examples.chain(packs).chain(schemas()).collect();
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| dir.join(name)).collect();
    if let Some(there) = paths.iter().find(|path| !force && path.symlink_metadata().is_ok()) {
        let sentence = format!("{} is already there; nothing was written", there.display());
        return Err(Failure::said(Exit::Failed, sentence)
            .hint("choose another directory, or add --force to overwrite"));
    }
    for (path, (_, content)) in paths.iter().zip(&files) {
        write(path, content, force)
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(|error| Failure::new(Exit::Failed, error))?;
    }
    let listing: Vec<String> =
        paths.iter().map(|path| format!("wrote {}", path.display())).collect();
    let written: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    session.printer.object(&json!({ "written": written }), &listing.join("\n"))?;
    session
        .messages
        .note(&format!("next: wirewatch -c {0} check, then wirewatch -c {0} run", dir.display()));
    Ok(Exit::Ok)
}

/// The schemas that the first lines of the examples name.
fn schemas() -> impl Iterator<Item = (String, Cow<'static, str>)> {
    let all = [
        ("wirewatch", schema::main_file()),
        ("topics", schema::topics()),
        ("feeds", schema::feeds()),
    ];
    let text =
        |(name, schema)| (format!("schema/{name}.json"), Cow::Owned(format!("{schema:#}\n")));
    all.into_iter().map(text)
}

/// Writes a file and the directories it lies in.
pub(super) fn write(path: &Path, content: &str, force: bool) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true);
    // Not following a link that appeared in between, unless told to overwrite.
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(path)?.write_all(content.as_bytes())
}
