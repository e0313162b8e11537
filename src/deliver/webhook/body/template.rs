//! A user's own template (Jinja syntax) over the objects. It sees what it is given and nothing else:
//! no file, no other template, no variable of the machine; what it may do and write is limited. A
//! name that does not exist is an error, and what is put in is escaped as the media type asks.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value};
use reqwest::header::HeaderValue;
use serde::de::IgnoredAny;
use serde_json::{Value as Json, json};

use super::deadline::{Overrun, within_limit};
use crate::config::WebhookTemplate;
use crate::deliver::ChannelError;
use crate::deliver::parcel::{Parcel, sample};
use crate::domain::ids::DeliveryId;

/// Instructions of one rendering: some hundred times what a long digest takes. It limits the memory
/// too, to some tens of megabytes.
const FUEL: u64 = 300_000;

/// Largest rendering, in bytes.
const MAX_OUTPUT_BYTES: usize = 1024 * 1024;

const TOO_LONG: &str = "a template makes one message: it may not run for long";

/// Deepest nesting of what runs.
const MAX_RECURSION: usize = 100;

/// Name of the one template there is.
const NAME: &str = "body";

/// Columns shown of the line that is wrong.
const MAX_EXCERPT_CHARS: usize = 160;

/// A template that was tried.
pub(in crate::deliver) struct Template(Arc<Compiled>);

struct Compiled {
    env: Environment<'static>,
    content_type: HeaderValue,
    is_json: bool,
}

/// What is wrong with a template, and where.
#[derive(Debug, thiserror::Error)]
#[error("{}:{line}: {message}{excerpt}", path.display())]
pub struct TemplateError {
    pub path: PathBuf,
    /// 1-based.
    pub line: u32,
    pub message: String,
    /// The line itself, on lines of its own; empty where it is not known.
    excerpt: String,
    pub hint: Option<&'static str>,
}

impl Template {
    /// Compiles it and tries it on one of each kind of object.
    pub fn new(config: &WebhookTemplate) -> Result<Self, TemplateError> {
        let content_type = HeaderValue::from_str(&config.content_type)
            .unwrap_or(HeaderValue::from_static("application/octet-stream"));
        let essence = config.content_type.split(';').next().unwrap_or_default().trim();
        let essence = essence.to_ascii_lowercase();
        let is_json = essence.ends_with("/json") || essence.ends_with("+json");
        let escape = match essence.as_str() {
            _ if is_json => AutoEscape::Json,
            "text/html" | "application/xml" | "text/xml" => AutoEscape::Html,
            other if other.ends_with("+xml") => AutoEscape::Html,
            _ => AutoEscape::None,
        };
        let mut env = Environment::new();
        env.set_debug(true);
        env.set_fuel(Some(FUEL));
        env.set_recursion_limit(MAX_RECURSION);
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(move |_| escape.clone());
        env.add_template_owned(NAME, config.text.to_string())
            .map_err(|error| explain(&error, config))?;
        Self(Arc::new(Compiled { env, content_type, is_json })).tried(config)
    }

    /// Tries it on one of each kind of object.
    fn tried(self, config: &WebhookTemplate) -> Result<Self, TemplateError> {
        let compiled = Arc::clone(&self.0);
        let tried = within_limit(move || {
            sample::all().into_iter().find_map(|parcel| {
                let failed = compiled.render(&parcel, DeliveryId(1)).err()?;
                Some((failed, parcel.kind()))
            })
        });
        match tried {
            Ok(None) => Ok(self),
            Ok(Some((failed, kind))) => Err(failed.explain(config, kind)),
            Err(overrun) => Err(TemplateError {
                path: config.path.clone(),
                line: 1,
                message: overrun.to_string(),
                excerpt: String::new(),
                hint: matches!(overrun, Overrun::Late).then_some(TOO_LONG),
            }),
        }
    }

    pub fn content_type(&self) -> HeaderValue {
        self.0.content_type.clone()
    }

    /// The bytes of a delivery. They depend on nothing but what is given.
    pub fn render(&self, parcel: Parcel, delivery: DeliveryId) -> Result<Vec<u8>, ChannelError> {
        let refused =
            |detail| ChannelError::Permanent { code: "bad_template".into(), detail: Some(detail) };
        let compiled = Arc::clone(&self.0);
        match within_limit(move || compiled.render(&parcel, delivery)) {
            Ok(rendered) => rendered.map_err(|failed| refused(failed.to_string())),
            Err(overrun @ (Overrun::Late | Overrun::Panicked)) => Err(refused(overrun.to_string())),
            // It is not this one that is wrong.
            Err(overrun @ (Overrun::Crowded | Overrun::NoThread(_))) => {
                Err(ChannelError::transient("spawn", Some(overrun.to_string())))
            }
        }
    }
}

impl Compiled {
    fn render(&self, parcel: &Parcel, delivery: DeliveryId) -> Result<Vec<u8>, Failed> {
        let mut output = Limited(Vec::new());
        let template = self.env.get_template(NAME)?;
        let context = Value::from(Serde(context(parcel, delivery)));
        template.render_captured_to(context, &mut output)?;
        if self.is_json {
            let read = serde_json::from_slice::<IgnoredAny>(&output.0);
            read.map_err(|error| Failed::NotJson { error, output: output.0.clone() })?;
        }
        Ok(output.0)
    }
}

/// Why a rendering failed.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("{}", said(.0))]
    Template(#[from] minijinja::Error),
    #[error("what it makes is not JSON: {error}")]
    NotJson { error: serde_json::Error, output: Vec<u8> },
}

impl Failed {
    /// As a mistake of the template, found over an object of this kind.
    fn explain(&self, config: &WebhookTemplate, kind: &str) -> TemplateError {
        match self {
            Failed::Template(error) => {
                let found = explain(error, config);
                TemplateError { message: format!("{} (for {})", found.message, a(kind)), ..found }
            }
            Failed::NotJson { error, output } => {
                let text = String::from_utf8_lossy(output);
                let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
                TemplateError {
                    path: config.path.clone(),
                    line: 1,
                    message: format!("of {} it makes what is not JSON: {error}", a(kind)),
                    excerpt: excerpt(line, "made"),
                    hint: Some(
                        "values are written with their quotes: `{\"text\": {{ headline }}}`, not \
                         `\"{{ headline }}\"`",
                    ),
                }
            }
        }
    }
}

fn a(kind: &str) -> String {
    let article = if kind.starts_with('a') { "an" } else { "a" };
    format!("{article} {kind}")
}

/// What minijinja found, at its place.
fn explain(error: &minijinja::Error, config: &WebhookTemplate) -> TemplateError {
    let line = error.line().unwrap_or(1);
    let text = config.text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let hint = match error.kind() {
        ErrorKind::UndefinedError => Some(
            "there are `kind`, `event`, `severity`, `headline`, `text`, `delivery` and `object`, \
             whose fields differ by kind: ask `{% if kind == \"alert\" %}`",
        ),
        ErrorKind::OutOfFuel => Some(TOO_LONG),
        _ => None,
    };
    TemplateError {
        path: config.path.clone(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        message: said(error),
        excerpt: excerpt(text, &line.to_string()),
        hint,
    }
}

/// The error in words, without the dump of variables that `Display` adds.
fn said(error: &minijinja::Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

fn excerpt(line: &str, label: &str) -> String {
    let line: String = line.chars().take(MAX_EXCERPT_CHARS).collect();
    if line.trim().is_empty() { String::new() } else { format!("\n  {label} | {line}") }
}

/// What a template sees.
fn context(parcel: &Parcel, delivery: DeliveryId) -> Json {
    let object = match parcel {
        Parcel::Alert(alert) => serde_json::to_value(alert),
        Parcel::Notice(notice) => serde_json::to_value(notice),
        Parcel::Digest(digest) => serde_json::to_value(digest),
    };
    let mut object = object.unwrap_or_default();
    if let (Parcel::Alert(alert), Json::Object(fields)) = (parcel, &mut object) {
        // Left out of the object where there is nothing to say: a template may ask all the same.
        fields.insert("note".to_owned(), json!(alert.note));
        fields.insert("shadow".to_owned(), json!(alert.shadow));
        fields.insert("held_back".to_owned(), json!(alert.held_back));
    }
    json!({
        "kind": parcel.kind(),
        "event": parcel.event(),
        "severity": parcel.severity(),
        "headline": parcel.headline(),
        "text": parcel.text(),
        "delivery": delivery.to_string(),
        "object": object,
    })
}

/// Takes so much and no more.
struct Limited(Vec<u8>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len().saturating_add(bytes.len()) > MAX_OUTPUT_BYTES {
            let message = format!("it makes more than {MAX_OUTPUT_BYTES} bytes");
            return Err(io::Error::other(message));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
