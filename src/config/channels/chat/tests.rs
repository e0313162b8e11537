//! Chat channels as they are read.

use std::fs;

use crate::config::{
    ChannelKind, ChatChannel, ChatService, Credentials, Environment, Updates, load,
};
use crate::domain::topic::Severity;

const SECRETS: [(&str, &str); 2] =
    [("TOKEN", "t0ps3cret"), ("HOOK", "https://hooks.example/services/T/B/t0ps3cret")];

const FEED: &str = "[[feed]]\nid = 'wire'\nurl = 'https://wire.example/rss'\n";

/// The channel that these lines make, or all that is wrong with them.
fn read(lines: &str, env: &Environment) -> Result<ChatChannel, String> {
    let dir = tempfile::tempdir().expect("a directory");
    let main = format!(
        "state_dir = 'state'\n[[channel]]\nid = 'chat'\nmin_severity = 'high'\n{lines}\n{FEED}"
    );
    fs::write(dir.path().join("wirewatch.toml"), main).expect("written");
    fs::create_dir(dir.path().join("topics")).expect("a directory");
    let topic = "[[topic]]\nid = 'nato'\nmatch = 'NATO'\n";
    fs::write(dir.path().join("topics/t.toml"), topic).expect("written");
    let config = load(dir.path(), env).map_err(|problems| problems.to_string())?;
    let parts: Vec<String> = config.outline().iter().map(|part| format!("{part:?}")).collect();
    assert!(!parts.concat().contains("t0ps3cret"), "{parts:?}");
    assert!(!format!("{config:?}").contains("t0ps3cret"));
    assert_eq!(config.channels[0].min_severity, Severity::High);
    match config.channels.into_iter().next().map(|channel| channel.kind) {
        Some(ChannelKind::Chat(chat)) => Ok(chat),
        other => Err(format!("{other:?}")),
    }
}

fn good(lines: &str) -> ChatChannel {
    read(lines, &Environment::fixed(SECRETS)).unwrap_or_else(|problems| panic!("{problems}"))
}

fn bad(lines: &str) -> String {
    let problems = read(lines, &Environment::fixed(SECRETS)).expect_err("refused");
    assert!(!problems.contains("t0ps3cret"), "{problems}");
    problems
}

#[test]
fn each_service_is_read_with_what_it_needs() {
    let ntfy = good("type = 'ntfy'\ntopic = 'alerts'\ntoken_env = 'TOKEN'");
    let ChatService::Ntfy { url, login: Credentials::Bearer(token), .. } = &ntfy.service else {
        panic!("{ntfy:?}");
    };
    assert_eq!((url.as_str(), token.reveal()), ("https://ntfy.sh", "t0ps3cret"));
    assert_eq!(ntfy.updates, Updates::Edit);

    let hook = good("type = 'slack'\nurl_env = 'HOOK'");
    assert_eq!((hook.service.ways(), hook.updates), (&[Updates::Message][..], Updates::Message));
    let bot = good("type = 'slack'\ntoken_env = 'TOKEN'\nchannel = 'C1'\nupdates = 'edit'");
    assert_eq!((bot.service.place(), bot.updates), ("C1", Updates::Edit));
    good("type = 'mattermost'\nurl_env = 'HOOK'");
    good("type = 'discord'\nurl_env = 'HOOK'\nthread = '123'");

    let telegram = good("type = 'telegram'\ntoken_env = 'TOKEN'\nchat = '-1001'\nthread = 7");
    assert_eq!(telegram.service.address(), Some("https://api.telegram.org"));
    good("type = 'telegram'\ntoken_env = 'TOKEN'\nchat = '@our_alerts'");
    let number = good("type = 'telegram'\ntoken_env = 'TOKEN'\nchat = -1001\nthread = '7'");
    assert_eq!(number.service, telegram.service);
    let matrix = good(
        "type = 'matrix'\nurl = 'https://mx.example/'\nroom = '!r:mx.example'\ntoken_env = 'TOKEN'",
    );
    assert_eq!(matrix.service.address(), Some("https://mx.example"));
}

#[test]
fn what_is_wrong_is_said_with_what_to_do_and_without_the_secret() {
    let check = |lines: &str, parts: &[&str]| {
        let problems = bad(lines);
        for part in parts {
            assert!(problems.contains(part), "{part}: {problems}");
        }
    };
    check("type = 'ntfy'", &["needs `topic`"]);
    check("type = 'ntfy'\ntopic = 'a/b'", &["a topic of ntfy has"]);
    check("type = 'ntfy'\ntopic = 'a'\nusername = 'me'", &["`username` needs `password_file`"]);
    check(
        "type = 'ntfy'\ntopic = 'a'\nupdates = 'thread'",
        &["cannot have `updates = \"thread\"`"],
    );
    check(
        "type = 'slack'\nurl = 'https://hooks.example/t0ps3cret'",
        &["stands in the configuration itself", "url_file"],
    );
    check("type = 'slack'\nurl_env = 'HOOK'\nupdates = 'edit'", &["a bot's token"]);
    check("type = 'slack'\nurl_env = 'HOOK'\nchannel = 'C1'", &["is for a bot"]);
    check("type = 'slack'\ntoken_env = 'TOKEN'", &["needs `channel`"]);
    check("type = 'slack'", &["needs `url_file` or `url_env`"]);
    check("type = 'discord'\nurl_env = 'TOKEN'", &["not an http or https URL"]);
    check("type = 'telegram'\nchat = '1'", &["needs `token_file` or `token_env`"]);
    check("type = 'telegram'\ntoken_env = 'TOKEN'\nchat = 'our group'", &["neither the number"]);
    check(
        "type = 'matrix'\nurl = 'https://mx.example'\nroom = '#r:mx'\ntoken_env = 'TOKEN'",
        &["not the id of a room"],
    );
    check(
        "type = 'mattermost'\nurl_env = 'HOOK'\nroom = '!x'",
        &["not a key of a mattermost channel"],
    );
    check("type = 'discort'\nurl_env = 'HOOK'", &["did you mean \"discord\"?"]);
}

#[test]
fn without_secrets_all_else_is_read() {
    let env = Environment::fixed([]).without_secrets();
    let chat = read("type = 'slack'\ntoken_env = 'NONE'\nchannel = 'C1'", &env);
    assert_eq!(chat.expect("read").service.secret(), None);
    let chat = read("type = 'discord'\nurl_file = 'none'", &env);
    assert_eq!(chat.expect("read").service.secret(), None);
}
