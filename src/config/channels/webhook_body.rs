//! `body` of a webhook: which bytes it sends. A template is read here and compiled where it is used
//! (`crate::deliver`), which knows what it is rendered over.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeValue;

use crate::config::key;
use crate::config::problem::Report;
use crate::config::reading;
use crate::config::section::{Section, Shape};
use crate::config::source::{FileId, Literal, Place, SourceFile};
use crate::config::typed;

/// Largest template, in bytes: what people write by hand is a hundredth of it.
const MAX_TEMPLATE_BYTES: u64 = 256 * 1024;

/// Longest media type, in bytes.
const MAX_CONTENT_TYPE_BYTES: usize = 100;

const DEFAULT_CONTENT_TYPE: &str = "application/json";

/// The formats that need no template.
pub(in crate::config) const FORMATS: [&str; 3] = ["standard", "alertmanager", "cloudevents"];

pub(in crate::config) const TEMPLATE: Shape =
    Shape { what: "a webhook's template", keys: &["template", "content_type"] };

/// What a webhook sends.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum WebhookBody {
    /// The object as it was fixed at the commit.
    #[default]
    Standard,
    /// What a webhook receiver of Prometheus Alertmanager takes, version 4.
    Alertmanager,
    /// A CloudEvents 1.0 event in structured JSON, the object as its data.
    CloudEvents,
    Template(WebhookTemplate),
}

/// A user's own text with places to be filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookTemplate {
    /// Where it was read from.
    pub path: PathBuf,
    pub text: Arc<str>,
    /// The media type of what it makes: visible ASCII.
    pub content_type: String,
}

impl WebhookBody {
    /// The word for it in the file.
    pub fn name(&self) -> &'static str {
        match self {
            WebhookBody::Standard => "standard",
            WebhookBody::Alertmanager => "alertmanager",
            WebhookBody::CloudEvents => "cloudevents",
            WebhookBody::Template(_) => "template",
        }
    }
}

/// Reads it. `beside` is the directory of the main file, where templates are looked for.
pub(super) fn read(section: &Section<'_>, beside: &Path, report: &mut Report) -> WebhookBody {
    let Some(value) = section.get("body") else {
        return WebhookBody::default();
    };
    let file = section.place().file;
    match value.value {
        DeValue::Table(table) => {
            let section = Section::new(table, file, value.span, &TEMPLATE, report);
            template(&section, beside, report).map_or(WebhookBody::Standard, WebhookBody::Template)
        }
        DeValue::String(text) => {
            let text = Literal { value: text.to_string(), file, span: value.span };
            format(&text, report)
        }
        _ => {
            let expected = "the name of a format, or { template = \"…\" }";
            typed::wrong_type::<()>(&value, expected, report);
            WebhookBody::Standard
        }
    }
}

fn format(text: &Literal, report: &mut Report) -> WebhookBody {
    match text.value.as_str() {
        "standard" => WebhookBody::Standard,
        "alertmanager" => WebhookBody::Alertmanager,
        "cloudevents" => WebhookBody::CloudEvents,
        _ => {
            key::not_among(text, "webhook body", &FORMATS, "unknown_body", report);
            WebhookBody::Standard
        }
    }
}

fn template(section: &Section<'_>, beside: &Path, report: &mut Report) -> Option<WebhookTemplate> {
    section.require("template", "\"desk.json.j2\"", report);
    let content_type = section.text("content_type", report);
    let content_type = content_type.filter(|text| is_content_type(text, report));
    let named = section.text("template", report)?;
    let path = beside.join(&named.value);
    let (_, text) = read_template(&path, &named.place(), report)?;
    Some(WebhookTemplate {
        path,
        text,
        content_type: content_type.map_or(DEFAULT_CONTENT_TYPE.to_owned(), |text| text.value),
    })
}

/// The text of a template, filed among the sources; what is wrong is shown where it is named.
fn read_template(path: &Path, place: &Place, report: &mut Report) -> Option<(FileId, Arc<str>)> {
    report.look_at(path, MAX_TEMPLATE_BYTES);
    match reading::bytes(path, MAX_TEMPLATE_BYTES) {
        Ok(bytes) => {
            reading::file_text(path.display().to_string(), &bytes, SourceFile::plain, report)
        }
        Err((_, why)) => {
            let message = format!("the template {} cannot be read: {why}", path.display());
            report
                .add(place.clone(), "bad_template_file", message)
                .hint("a relative name is looked for beside the main file");
            None
        }
    }
}

/// Whether a text can stand in a Content-Type header and means something there.
fn is_content_type(text: &Literal, report: &mut Report) -> bool {
    let value = text.value.as_str();
    let visible = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let (kind, rest) = value.split_once('/').unwrap_or((value, ""));
    let token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-'))
    };
    let subtype = rest.split(';').next().unwrap_or_default().trim();
    let good = visible && value.len() <= MAX_CONTENT_TYPE_BYTES && token(kind) && token(subtype);
    if !good {
        report
            .add(text.place(), "bad_content_type", format!("`{value}` is not a media type"))
            .hint("such as \"application/json\" or \"text/plain; charset=utf-8\"");
    }
    good
}
