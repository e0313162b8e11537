//! Channels for machines in short: those of [`super`] that have more than an address to tell.

use std::path::Path;

use super::{Fields, fingerprint, redacted, relative, span};
use crate::config::{
    AlertmanagerChannel, AppriseChannel, AppriseWay, Command, Credentials, ExecChannel, WebhookBody,
};

/// What a webhook sends, if it is not the object itself.
pub(super) fn body(body: &WebhookBody, home: &Path) -> String {
    match body {
        WebhookBody::Standard => String::new(),
        WebhookBody::Alertmanager | WebhookBody::CloudEvents => body.name().to_owned(),
        WebhookBody::Template(template) => {
            let path = relative(&template.path, home);
            let text = fingerprint("template", &template.text);
            format!("template {path} ({text}), {}", template.content_type)
        }
    }
}

pub(super) fn alertmanager(manager: &AlertmanagerChannel) -> Fields {
    vec![
        ("type", "alertmanager".to_owned()),
        ("url", redacted(&manager.url)),
        ("timeout", span(manager.timeout)),
        ("resolve_after", span(manager.resolve_after)),
        ("renew_every", span(manager.renew_every)),
        ("username", username(&manager.credentials)),
    ]
}

pub(super) fn exec(exec: &ExecChannel) -> Fields {
    vec![
        ("type", "exec".to_owned()),
        ("command", command(&exec.command)),
        ("timeout", span(exec.timeout)),
    ]
}

pub(super) fn apprise(apprise: &AppriseChannel) -> Fields {
    let mut fields = vec![
        ("type", "apprise".to_owned()),
        ("tag", apprise.tag.clone().unwrap_or_default()),
        ("timeout", span(apprise.timeout)),
    ];
    match &apprise.way {
        AppriseWay::Api { url, key, credentials } => fields.extend([
            ("url", redacted(url)),
            // Whoever knows the key can send by it.
            ("key", key.as_deref().map(|key| fingerprint("apprise key", key)).unwrap_or_default()),
            ("username", username(credentials)),
        ]),
        AppriseWay::Command(run) => fields.push(("command", command(run))),
    }
    fields
}

fn username(credentials: &Credentials) -> String {
    match credentials {
        Credentials::Basic { username, .. } => username.clone(),
        Credentials::None | Credentials::Bearer(_) => String::new(),
    }
}

/// The program; of its arguments, which may be secrets, only a fingerprint.
fn command(command: &Command) -> String {
    // Where it lies is found out only by who runs it.
    let program = command.program.file_name().unwrap_or_default().to_string_lossy();
    if command.arguments.is_empty() {
        return program.into_owned();
    }
    format!("{program} … ({})", fingerprint("arguments", &command.arguments.join("\0")))
}
