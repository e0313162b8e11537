//! `wirewatch topics import`: rules of other programs as a topic file. The translation is the
//! domain's ([`crate::domain::topic::import`]); here input is read, the report shown, the file
//! written. It needs no config.

mod file;

use serde_json::{Value, json};

use crate::cli::args::{DialectName, Format, Import};
use crate::cli::exit::{Exit, Failure};
use crate::cli::input;
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::domain::ids::TopicId;
use crate::domain::topic::import::{
    self, Dialect, DraftTopic, Finding, Imported, Level, MAX_INPUT_BYTES, Naming,
};

/// Most findings shown on standard error; `-o json` has them all.
const MAX_SHOWN: usize = 100;

pub fn run(asked: &Import, session: &mut Session) -> Result<Exit, Failure> {
    if let Some(id) = &asked.id {
        let id = id.parse::<TopicId>();
        id.map_err(|error| Failure::new(Exit::Usage, error))?;
    }
    let input =
        input::read(&asked.file, MAX_INPUT_BYTES as u64, "name a file, or - for standard input")?;
    let dialect = dialect(asked.dialect);
    let naming = Naming { prefix: asked.id.clone(), name: asked.name.clone() };
    let imported = import::import(dialect, &input, &naming);
    let source = if asked.file == "-" { "standard input" } else { &asked.file };
    report(source, &imported, session);
    let toml = imported.to_toml(dialect);
    let failed = imported.topics.is_empty();
    if let (Some(path), false) = (&asked.out, failed) {
        file::write(path, &toml, asked.force)?;
        let text = format!("wrote {}", path.display());
        session.printer.object(&object(&imported), &text)?;
        session.messages.note("next: wirewatch check, then wirewatch topics test");
    } else if !failed || session.printer.format() != Format::Table {
        session.printer.object(&object(&imported), &toml)?;
    }
    if failed {
        let sentence = format!("no topic came of {source}");
        return Err(Failure::said(Exit::Failed, sentence)
            .hint("see what is said of it above, and whether --dialect is the right one"));
    }
    Ok(match imported.worst() {
        Some(Level::Approximated | Level::Untranslated | Level::Failed) => Exit::Partial,
        Some(Level::Note) | None => Exit::Ok,
    })
}

fn dialect(name: DialectName) -> Dialect {
    match name {
        DialectName::Emm => Dialect::Emm,
        DialectName::Lexis => Dialect::Lexis,
        DialectName::Factiva => Dialect::Factiva,
        DialectName::Taranis => Dialect::Taranis,
        DialectName::Trendradar => Dialect::TrendRadar,
        DialectName::Newsboat => Dialect::Newsboat,
        DialectName::Miniflux => Dialect::Miniflux,
    }
}

/// What became of the input, finding by finding, and in one sentence.
fn report(source: &str, imported: &Imported, session: &Session) {
    for finding in imported.report.iter().take(MAX_SHOWN) {
        let line = sentence(source, finding);
        if finding.level == Level::Note {
            session.messages.note(&line);
        } else {
            session.messages.warn(&line);
        }
    }
    let more = imported.report.len().saturating_sub(MAX_SHOWN);
    if more > 0 {
        session.messages.warn(&format!("{more} more findings: `-o json` shows them all"));
    }
    let of = |level| imported.report.iter().filter(|finding| finding.level == level).count();
    let shadows = imported.topics.iter().filter(|draft| draft.shadow).count();
    let mut parts =
        vec![count(imported.topics.len(), "topic"), count(imported.lists.len(), "list")];
    for level in [Level::Approximated, Level::Untranslated, Level::Failed] {
        if of(level) > 0 {
            parts.push(format!("{} {}", of(level), level.as_str()));
        }
    }
    if shadows > 0 {
        parts.push(format!("{} in shadow mode", count(shadows, "topic")));
    }
    session.messages.note(&parts.join(", "));
}

fn sentence(source: &str, finding: &Finding) -> String {
    let Finding { line, column, original, message, level, .. } = finding;
    let quote = if original.is_empty() { String::new() } else { format!("`{original}`: ") };
    format!("{source}:{line}:{column}: {}: {quote}{message}", level.as_str())
}

fn object(imported: &Imported) -> Value {
    json!({
        "topics": imported.topics.iter().map(topic).collect::<Vec<_>>(),
        "lists": imported.lists.iter().map(|list| json!({
            "name": list.name,
            "comment": list.comment,
            "items": list.items.iter().map(|(term, _)| term.to_string()).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "report": imported.report.iter().map(|finding| json!({
            "line": finding.line,
            "column": finding.column,
            "level": finding.level.as_str(),
            "code": finding.code,
            "original": finding.original,
            "message": finding.message,
        })).collect::<Vec<_>>(),
    })
}

fn topic(draft: &DraftTopic) -> Value {
    let filters = &draft.filters;
    json!({
        "topic": draft.id.as_str(),
        "name": draft.name,
        "mode": if draft.shadow { "shadow" } else { "live" },
        "match": draft.matching.as_ref().map(ToString::to_string),
        "exclude": draft.exclude.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "threshold": draft.threshold,
        "weights": draft.weights.iter().map(|(expr, weight)| json!({
            "clause": expr.to_string(),
            "weight": weight,
        })).collect::<Vec<_>>(),
        "filter": {
            "tags": filters.tags.only,
            "not_tags": filters.tags.not,
            "publishers": filters.publishers.only,
            "not_publishers": filters.publishers.not,
            "languages": filters.languages.only,
            "not_languages": filters.languages.not,
        },
        "max_age_d": draft.max_age_d,
        "notes": draft.notes,
        "line": draft.original.line,
        "original": draft.original.text,
    })
}
