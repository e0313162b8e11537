//! A secret for every key of the configuration that takes one, each said nowhere else.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The secrets by the key that names them; each is said nowhere else.
pub struct Seeds {
    dir: PathBuf,
    pub seeds: BTreeMap<String, String>,
    pub variables: Vec<(String, String)>,
}

impl Seeds {
    /// None yet; files go into `dir`.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), seeds: BTreeMap::new(), variables: Vec::new() }
    }

    fn seed(&mut self, key: &str, n: usize) -> String {
        let seed = format!("s33d{n:02}-{}-q7ZxK4wPmT9v", key.replace(['.', '_'], "-"));
        self.seeds.insert(key.to_owned(), seed.clone());
        seed
    }

    /// A secret in a file; returns the file's name.
    pub fn file(&mut self, key: &str, shape: &str) -> String {
        let n = self.seeds.len();
        let seed = self.seed(key, n);
        let name = format!("secret{n}");
        fs::write(self.dir.join(&name), shape.replace("SEED", &seed) + "\n").unwrap();
        name
    }

    /// A secret in a variable; returns its name.
    pub fn variable(&mut self, key: &str, shape: &str) -> String {
        let n = self.seeds.len();
        let seed = self.seed(key, n);
        let name = format!("SECRET_{n}");
        self.variables.push((name.clone(), shape.replace("SEED", &seed)));
        name
    }
}

/// A channel of every kind that has a secret, and every way to give it one.
pub fn channels(seeds: &mut Seeds, echo: &str, closed: &str) -> String {
    let mut text = String::new();
    let mut add = |id: &str, kind: &str, lines: String| {
        let _ = write!(text, "[[channel]]\nid = \"{id}\"\ntype = \"{kind}\"\n{lines}\n");
    };
    let whole = format!("http://{echo}/services/SEED");
    let gone = format!("http://{closed}/services/SEED");
    let signing = seeds.file("webhook.secret_file", "SEED");
    let header = seeds.file("webhook.header_file", "Bearer SEED");
    let other = seeds.variable("webhook.header_env", "SEED");
    let n = seeds.seeds.len();
    let in_url = seeds.seed("webhook.url", n);
    add(
        "hook",
        "webhook",
        format!(
            "url = \"http://{echo}/hooks/{in_url}?key={in_url}\"\nsecret_file = \"{signing}\"\n\
         headers = {{ Authorization = {{ file = \"{header}\" }}, X-Api-Key = {{ env = \"{other}\" }} }}"
        ),
    );
    let signing = seeds.variable("webhook.secret_env", "SEED");
    add("gone", "webhook", format!("url = \"http://{closed}/hook\"\nsecret_env = \"{signing}\""));
    let password = seeds.file("email.password_file", "SEED");
    add(
        "mail",
        "email",
        format!(
            "server = \"127.0.0.1\"\nport = {}\ntls = \"none\"\ntimeout = \"1s\"\nusername = \"ada\"\n\
         password_file = \"{password}\"\nfrom = \"w@example.org\"\nto = \"d@example.org\"",
            echo.rsplit(':').next().unwrap()
        ),
    );
    let password = seeds.variable("email.password_env", "SEED");
    add(
        "mail2",
        "email",
        format!(
            "server = \"127.0.0.1\"\nport = {}\ntls = \"none\"\ntimeout = \"1s\"\nusername = \"ada\"\n\
         password_env = \"{password}\"\nfrom = \"w@example.org\"\nto = \"d@example.org\"",
            closed.rsplit(':').next().unwrap()
        ),
    );
    let token = seeds.file("ntfy.token_file", "SEED");
    add(
        "ntfy",
        "ntfy",
        format!("url = \"http://{echo}\"\ntopic = \"t\"\ntoken_file = \"{token}\""),
    );
    let password = seeds.variable("ntfy.password_env", "SEED");
    add(
        "ntfy2",
        "ntfy",
        format!(
            "url = \"http://{echo}\"\ntopic = \"t\"\nusername = \"ada\"\npassword_env = \"{password}\""
        ),
    );
    let url = seeds.file("slack.url_file", &whole);
    add("slack", "slack", format!("url_file = \"{url}\""));
    let token = seeds.variable("slack.token_env", "SEED");
    add(
        "bot",
        "slack",
        format!("token_env = \"{token}\"\nchannel = \"C1\"\napi = \"http://{echo}/api\""),
    );
    let url = seeds.variable("mattermost.url_env", &gone);
    add("matter", "mattermost", format!("url_env = \"{url}\""));
    let url = seeds.file("discord.url_file", &whole);
    add("discord", "discord", format!("url_file = \"{url}\""));
    let token = seeds.file("telegram.token_file", "123456:SEED");
    add(
        "tele",
        "telegram",
        format!("token_file = \"{token}\"\nchat = \"-1001\"\napi = \"http://{echo}\""),
    );
    let token = seeds.variable("telegram.token_env", "123456:SEED");
    add(
        "tele2",
        "telegram",
        format!("token_env = \"{token}\"\nchat = \"-1001\"\napi = \"http://{closed}\""),
    );
    let token = seeds.file("matrix.token_file", "SEED");
    add(
        "matrix",
        "matrix",
        format!("url = \"http://{echo}\"\nroom = \"!r:example\"\ntoken_file = \"{token}\""),
    );
    let password = seeds.file("alertmanager.password_file", "SEED");
    add(
        "am",
        "alertmanager",
        format!("url = \"http://{echo}\"\nusername = \"ada\"\npassword_file = \"{password}\""),
    );
    let token = seeds.variable("alertmanager.token_env", "SEED");
    add("am2", "alertmanager", format!("url = \"http://{echo}\"\ntoken_env = \"{token}\""));
    let urls = seeds.file("apprise.urls_file", "tgram://SEED/1001 json://user:SEED@host");
    add("family", "apprise", format!("url = \"http://{echo}\"\nurls_file = \"{urls}\""));
    let urls = seeds.variable("apprise.urls_env", "tgram://SEED/1001");
    // It says what it was given, as a program that fails may do.
    add(
        "told",
        "apprise",
        format!("command = [\"sh\", \"-c\", \"env; env >&2; exit 3\"]\nurls_env = \"{urls}\""),
    );
    text + "[[channel]]\nid = \"log\"\ntype = \"log\"\n"
}
