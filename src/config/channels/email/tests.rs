//! Mail channels as people write them, good and bad.

use std::fs;

use super::*;
use crate::config::{ChannelKind, Config, Environment, Problems, load};

const REST: &str = "[[feed]]\nid = 'a'\nurl = 'https://a.example/feed'\n\
                    [[channel]]\nid = 'mail'\ntype = 'email'\n";

fn loaded(keys: &str) -> Result<Config, Problems> {
    let dir = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(dir.path().join("topics")).expect("a directory");
    fs::write(dir.path().join("wirewatch.toml"), format!("{REST}{keys}")).expect("a file");
    fs::write(dir.path().join("topics/t.toml"), "[[topic]]\nid = 't'\nmatch = 'NATO'\n")
        .expect("a file");
    let env = Environment::fixed([("HOME", "/home/ada"), ("MAIL_PASSWORD", "hunter2\n")]);
    load(dir.path(), &env)
}

fn read(keys: &str) -> (EmailChannel, String) {
    let config = loaded(keys).unwrap_or_else(|problems| panic!("{problems}"));
    match &config.channels[0].kind {
        ChannelKind::Email(email) => (email.clone(), format!("{config:?}")),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(keys: &str, code: &str, message: &str) {
    let problems = loaded(keys).err().unwrap_or_else(|| panic!("taken: {keys}"));
    let found = problems.iter().find(|problem| problem.code == code);
    let problem = found.unwrap_or_else(|| panic!("no {code}: {problems}"));
    assert!(problem.message.contains(message), "{problems}");
    assert!(!problems.render(false).contains("s3cret"), "{problems}");
}

const LEAST: &str =
    "server = 'mail.example.org'\nfrom = 'wire@example.org'\nto = 'desk@example.org'\n";

#[test]
fn the_least_that_is_needed_is_encrypted_at_the_port_for_it() {
    let (email, _) = read(LEAST);
    assert_eq!((email.server.as_str(), email.port), ("mail.example.org", 587));
    assert_eq!((email.tls, email.login), (MailTls::StartTls, None));
    assert_eq!(email.timeout, Duration::from_secs(30));
    assert_eq!(read(&format!("{LEAST}tls = 'implicit'\n")).0.port, 465);
    assert_eq!(read(&format!("{LEAST}tls = 'none'\n")).0.port, 25);
    assert_eq!(read(&format!("{LEAST}port = 2525\n")).0.port, 2525);
}

#[test]
fn recipients_are_each_written_to_once_and_the_password_is_never_shown() {
    let keys = "server = '[::1]'\nfrom = 'Wire Watch <wire@example.org>'\n\
                to = ['Zoë <zoe@example.org>', 'ZOE@example.org', 'b@example.org']\n\
                cc = ['b@example.org', 'c@example.org']\nreply_to = 'd@example.org'\n\
                username = 'wire'\npassword_env = 'MAIL_PASSWORD'\nhello = 'news.example.org'\n";
    let (email, shown) = read(keys);
    assert_eq!(email.server, "::1");
    let addresses = |mailboxes: &[Mailbox]| -> Vec<String> {
        mailboxes.iter().map(|mailbox| mailbox.email.to_string()).collect()
    };
    assert_eq!(addresses(&email.to), ["zoe@example.org", "b@example.org"]);
    assert_eq!(addresses(&email.cc), ["c@example.org"]);
    assert_eq!(email.to[0].name.as_deref(), Some("Zoë"));
    let login = email.login.expect("a login");
    assert_eq!((login.username.as_str(), login.password.reveal()), ("wire", "hunter2"));
    assert!(!shown.contains("hunter2"));
}

#[test]
fn what_cannot_work_is_refused_with_what_to_write() {
    refused("", "missing_key", "`server`");
    refused("server = 'm.example'\nto = 'a@b.example'\n", "missing_key", "`from`");
    for bad in [
        "desk",
        "a@b@c",
        "a b <x>",
        "",
        "a@b.example\\r\\nBcc: x@y.example",
        "ä@b.example",
        "a@[127.0.0.1]",
    ] {
        let keys = LEAST.replace("'desk@example.org'", &format!("\"{bad}\""));
        refused(&keys, "bad_address", "is not a mail address");
    }
    for bad in ["https://mail.example.org", "mail.example.org:25", "a b", ""] {
        refused(&LEAST.replace("mail.example.org", bad), "bad_host", "is not the name of a server");
    }
    refused(&format!("{LEAST}tls = 'ssl'\n"), "bad_tls", "`ssl` is not a kind of TLS");
    refused(&format!("{LEAST}port = 70000\n"), "out_of_range", "`port`");
    refused(&format!("{LEAST}username = 'x'\n"), "missing_key", "`password_file`");
    refused(&format!("{LEAST}password_env = 'MAIL_PASSWORD'\n"), "missing_key", "`username`");
    let inline = format!("{LEAST}username = 'x'\npassword = 's3cret'\n");
    refused(&inline, "inline_secret", "`password` stands in the configuration itself");
    refused(
        &format!("{LEAST}path = 'x'\n"),
        "unknown_key",
        "`path` is not a key of an email channel",
    );
    let many: Vec<String> = (0..51).map(|n| format!("'a{n}@example.org'")).collect();
    let keys = LEAST.replace("'desk@example.org'", &format!("[{}]", many.join(",")));
    refused(&keys, "too_many", "more than 50 recipients");
}
