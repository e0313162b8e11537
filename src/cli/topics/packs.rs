//! `wirewatch topics packs`: which packs there are and which are on; `--write` copies one from
//! the program into the config directory, where its owner may change it.

use anyhow::Context;
use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::cli::{init, naming};
use crate::config::{self, PackView};

const COLUMNS: &[Column] = &[
    Column::shown("pack"),
    Column::shown("state"),
    Column::shown("topics"),
    Column::shown("tests").spare(2),
    Column::text("languages").spare(1),
    Column::text("description"),
    Column::hidden("file"),
    Column::hidden("embedded"),
];

pub fn run(write: &[String], force: bool, session: &mut Session) -> Result<Exit, Failure> {
    let packs = session.loader()?.packs()?;
    if write.is_empty() { list(&packs, session) } else { copy(write, force, &packs, session) }
}

fn list(packs: &[PackView], session: &mut Session) -> Result<Exit, Failure> {
    let mut records = Records::new(COLUMNS, "no packs");
    for pack in packs {
        records.row([
            json!(pack.name),
            json!(state(pack)),
            json!(pack.topics),
            json!(pack.tests),
            json!(pack.languages),
            json!(pack.description),
            json!(pack.file.display().to_string()),
            json!(pack.embedded),
        ]);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

fn state(pack: &PackView) -> &'static str {
    match (pack.on, pack.present) {
        (true, true) => "on",
        (false, true) => "off",
        (true, false) => "on, not there",
        (false, false) => "not there",
    }
}

/// Writes each of `names` that the program carries. Nothing is written if one of them cannot be.
fn copy(
    names: &[String],
    force: bool,
    packs: &[PackView],
    session: &mut Session,
) -> Result<Exit, Failure> {
    let mut chosen: Vec<(&PackView, &str)> = Vec::with_capacity(names.len());
    for name in names {
        let content = config::packs().iter().find(|(embedded, _)| embedded == name);
        let pack = packs.iter().find(|pack| pack.name == *name);
        let (Some((_, content)), Some(pack)) = (content, pack) else {
            let known = config::packs().iter().map(|(name, _)| (*name).to_owned());
            return Err(naming::unknown("pack", name, &known.collect::<Vec<_>>()));
        };
        if !force && pack.file.symlink_metadata().is_ok() {
            let sentence = format!("{} is already there; nothing was written", pack.file.display());
            return Err(Failure::said(Exit::Failed, sentence)
                .hint("add --force to overwrite it, with all that was changed in it"));
        }
        chosen.push((pack, content));
    }
    let mut written = Vec::with_capacity(chosen.len());
    for (pack, content) in chosen {
        init::write(&pack.file, content, force)
            .with_context(|| format!("cannot write {}", pack.file.display()))
            .map_err(|error| Failure::new(Exit::Failed, error))?;
        written.push(pack.file.display().to_string());
    }
    let listing: Vec<String> = written.iter().map(|file| format!("wrote {file}")).collect();
    session.printer.object(&json!({ "written": written }), &listing.join("\n"))?;
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    session.messages.note(&format!(
        "a pack is switched on in wirewatch.toml, next to `topics`: packs = [{}]",
        quoted.join(", ")
    ));
    Ok(Exit::Ok)
}
