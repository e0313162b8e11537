//! Secrets stand in files or variables, never in the configuration itself, which people copy,
//! commit and paste. A relative file is looked for among systemd's credentials first, then beside
//! the main file.

use std::io;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeValue;

use super::Secret;
use super::environment::Environment;
use super::problem::Report;
use super::section::{Section, Shape};
use super::source::{Literal, Place};
use super::value::BadValue;

/// Largest secret, in bytes.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

pub(super) const REFERENCE: Shape = Shape { what: "a header's value", keys: &["file", "env"] };

/// Where secrets come from.
pub(super) struct Secrets<'e> {
    pub env: &'e Environment,
    /// Directory of the main file.
    pub beside: &'e Path,
}

impl Secrets<'_> {
    /// `secret_file` or `secret_env`.
    pub fn signing(&self, section: &Section<'_>, report: &mut Report) -> Option<Secret> {
        self.named(section, ["secret", "secret_file", "secret_env"], report)
    }

    /// A secret by the keys under which it would stand in the configuration itself, which is
    /// refused, in a file, and in a variable.
    pub fn named(
        &self,
        section: &Section<'_>,
        [inline, file_key, env_key]: [&'static str; 3],
        report: &mut Report,
    ) -> Option<Secret> {
        if let Some(inline) = section.get(inline) {
            let message = format!("`{}` stands in the configuration itself", inline.key);
            let hint = format!(
                "write `{file_key} = \"hook.secret\"` with the secret in that file, or \
                 `{env_key} = \"HOOK_SECRET\"`"
            );
            refuse_inline(inline.place, &message, &hint, report);
        }
        let file = section.text(file_key, report);
        let variable = section.text(env_key, report);
        if let (Some(_), Some(variable)) = (&file, &variable) {
            let message = format!("`{file_key}` and `{env_key}` are both given");
            report.add(variable.place(), "conflicting_keys", message).hint("leave one out");
        }
        self.resolve(file, variable, report)
    }

    /// A header's value: plain text where it cannot be a secret, else a reference.
    pub fn header(
        &self,
        name: &Literal,
        value: &Spanned<DeValue<'_>>,
        report: &mut Report,
    ) -> Option<Secret> {
        let place = Place::at(name.file, value.span());
        match value.get_ref() {
            DeValue::String(_) if carries_secret(&name.value) => {
                let message =
                    format!("the value of `{}` stands in the configuration itself", name.value);
                let hint =
                    format!("write `{} = {{ file = \"…\" }}` or `{{ env = \"…\" }}`", name.value);
                refuse_inline(place, &message, &hint, report);
                None
            }
            DeValue::String(text) => match single_line(text) {
                Ok(text) => Some(Secret::new(text)),
                Err(bad) => note(bad, place, report),
            },
            DeValue::Table(table) => {
                let section = Section::new(table, name.file, value.span(), &REFERENCE, report);
                let file = section.text("file", report);
                let variable = section.text("env", report);
                if file.is_some() == variable.is_some() {
                    let message = "a header's value names either a `file` or an `env`";
                    report.add(place, "conflicting_keys", message);
                    return None;
                }
                self.resolve(file, variable, report)
            }
            _ => {
                let message = format!(
                    "`{}` must be text, {{ file = \"…\" }} or {{ env = \"…\" }}",
                    name.value
                );
                report.add(place, "wrong_type", message);
                None
            }
        }
    }

    fn resolve(
        &self,
        file: Option<Literal>,
        variable: Option<Literal>,
        report: &mut Report,
    ) -> Option<Secret> {
        if !self.env.has_secrets() {
            return None;
        }
        let (named, result) = match (&file, &variable) {
            (Some(file), _) => (file, self.read_file(&file.value, report)),
            (None, Some(variable)) => (variable, self.read_variable(&variable.value)),
            (None, None) => return None,
        };
        match result {
            Ok(text) => Some(Secret::new(text)),
            Err(bad) => note(bad, named.place(), report),
        }
    }

    fn read_variable(&self, name: &str) -> Result<String, BadValue> {
        let value = self.env.var(name).ok_or_else(|| {
            let hint = "set it for the service, or use a file";
            missing(format!("the variable `{name}` is not set"), hint)
        })?;
        single_line(&value)
    }

    fn read_file(&self, name: &str, report: &mut Report) -> Result<String, BadValue> {
        let (credential, beside) = self.places(name);
        for place in credential.iter().chain([&beside]) {
            report.look_at(place, MAX_SECRET_BYTES);
        }
        let path = credential.filter(|path| path.is_file()).unwrap_or(beside);
        let unreadable = |why: &dyn std::fmt::Display| {
            let message = format!("the secret file {} cannot be read: {why}", path.display());
            let hint =
                "a relative name is looked for in $CREDENTIALS_DIRECTORY, then beside this file";
            missing(message, hint)
        };
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                let message = format!("the secret file {} cannot be read: {error}", path.display());
                let uid = rustix::process::geteuid().as_raw();
                missing(message, format!("let the user read it that wirewatch runs as (uid {uid})"))
            }
            _ => unreadable(&error),
        };
        let size = std::fs::metadata(&path).map_err(failed)?;
        if !size.is_file() || size.len() > MAX_SECRET_BYTES {
            return Err(unreadable(&format!("not a file of at most {MAX_SECRET_BYTES} bytes")));
        }
        let bytes = std::fs::read(&path).map_err(failed)?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable(&"it is not UTF-8 text"))?;
        single_line(&text)
    }

    /// Where a secret file may be: among the credentials, which come first, and beside the main file.
    fn places(&self, name: &str) -> (Option<PathBuf>, PathBuf) {
        let credential = self.env.credentials_dir().map(|dir| dir.join(name));
        (credential, self.beside.join(name))
    }
}

/// Whether a header of this (lower-case) name may be set: a token (RFC 9110, section 5.6.2) that
/// is not the business of the HTTP client or of the webhook itself.
pub(super) fn is_header_name(name: &str) -> bool {
    let token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let reserved = [
        "host",
        "connection",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "proxy-authorization",
        "user-agent",
    ];
    !name.is_empty()
        && name.len() <= 100
        && name.chars().all(token)
        && !reserved.contains(&name)
        && !name.starts_with("content-")
        && !name.starts_with("webhook-")
}

/// Whether a header's name says that its value is a secret.
fn carries_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["auth", "cookie", "token", "secret", "key", "password", "signature"]
        .iter()
        .any(|word| name.contains(word))
}

/// A text without its line end; it must be one visible line.
fn single_line(text: &str) -> Result<String, BadValue> {
    let line = text.trim_end_matches(['\n', '\r']);
    if line.trim().is_empty() {
        return Err(missing("this secret is empty".to_owned(), "put the secret in it"));
    }
    if line.chars().any(char::is_control) {
        let message = "this value has line breaks or control characters in it".to_owned();
        return Err(missing(message, "it must be one line"));
    }
    Ok(line.to_owned())
}

fn missing(message: String, hint: impl Into<String>) -> BadValue {
    BadValue { code: "bad_secret", message, hint: hint.into() }
}

fn note<T>(bad: BadValue, place: Place, report: &mut Report) -> Option<T> {
    report.add(place, bad.code, bad.message).hint(bad.hint);
    None
}

/// Notes a secret in the configuration, and keeps it out of the excerpt.
fn refuse_inline(place: Place, message: &str, hint: &str, report: &mut Report) {
    if let (Some(source), Some(span)) = (report.sources.get_mut(place.file), &place.span) {
        source.mask(span.clone());
    }
    report.add(place, "inline_secret", message).hint(hint);
}
