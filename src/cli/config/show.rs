//! `wirewatch config show`: what the configuration comes to, and where each value was set.

use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::config::origin::{Origin, Origins};
use crate::config::outline::{OF_SECRETS, Part};

const COLUMNS: &[Column] = &[
    Column::shown("kind"),
    Column::shown("id"),
    Column::shown("field"),
    Column::text("value"),
    Column::hidden("file"),
    Column::hidden("line"),
];

const WITH_ORIGIN: &[Column] = &[
    Column::shown("kind"),
    Column::shown("id"),
    Column::shown("field"),
    Column::text("value"),
    Column::text("origin"),
    Column::hidden("file"),
    Column::hidden("line"),
];

pub fn run(origin: bool, id: Option<&str>, session: &mut Session) -> Result<Exit, Failure> {
    // Who cannot read the secrets is shown all the rest.
    let (config, is_whole) = match session.loader()?.read() {
        Ok(config) => (config, true),
        Err(_) => (session.config()?, false),
    };
    let mut parts: Vec<Part> = config.outline();
    parts.retain(|part| id.is_none_or(|id| part.id == id));
    if let Some(id) = id.filter(|_| parts.is_empty()) {
        let sentence = format!("nothing of the configuration is named `{id}`");
        return Err(Failure::said(Exit::Failed, sentence)
            .hint("`wirewatch config show` lists all there is"));
    }
    let origins = Origins::of(&config);
    let mut records = Records::new(if origin { WITH_ORIGIN } else { COLUMNS }, "nothing");
    for part in &parts {
        let fields = part.fields.iter();
        for (field, value) in
            fields.filter(|(field, _)| is_whole || !OF_SECRETS.contains(&field.as_str()))
        {
            let from = origins.find(part.kind, &part.id, field);
            let (kind, id) = (json!(part.kind.as_str()), json!(part.id));
            let (field, value) = (json!(field), json!(value));
            let (file, line) = match &from {
                Origin::File { file, line } => (json!(file), json!(line)),
                Origin::Default | Origin::Environment => (json!(null), json!(null)),
            };
            match origin {
                true => {
                    records.row([kind, id, field, value, json!(from.to_string()), file, line]);
                }
                false => records.row([kind, id, field, value, file, line]),
            }
        }
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}
