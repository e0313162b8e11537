//! A secret of its own for every key that takes one, and a look for each of them in everything that
//! the program writes: logs of everything, the database, the alert log, metrics, answers, errors,
//! every command that shows a configuration. The services behind the channels are the worst there
//! are: they answer with all that they were sent.

mod seeds;
mod written;

use std::fs;
use std::path::Path;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use self::seeds::{Seeds, channels};
use self::written::Written;
use super::scene::Scene;
use crate::support::port;
use crate::support::world::{NATO, item};

/// A service that refuses everything and repeats what it was sent, as error pages do.
async fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(repeat(stream));
        }
    });
    address
}

async fn repeat(mut stream: TcpStream) {
    let (mut asked, mut piece) = (Vec::new(), [0; 16_384]);
    while !asked.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(n) => asked.extend_from_slice(&piece[..n]),
        }
    }
    // What a person looks at comes first: the start is what is kept.
    let mut lines: Vec<&str> = std::str::from_utf8(&asked).unwrap_or_default().lines().collect();
    lines.sort_by_key(|line| !line.to_lowercase().starts_with("authorization"));
    let body = format!("cannot do this: {}", lines.join(" | "));
    let length = body.len();
    let head = format!("HTTP/1.1 500 No\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body.as_bytes()).await;
}

const COMMANDS: &[&str] = &[
    "check",
    "config show",
    "config show --origin -o json",
    "config show -o csv",
    "config diff",
    "status",
    "status -o json",
    "doctor",
    "doctor -o json",
    "deliver log",
    "deliver log -o json",
    "deliver channels",
    "deliver channels -o json",
    "routes list",
    "routes test --all",
    "feeds list -o json",
    "alerts list -o json",
    "health",
    "-vv check",
    "reload",
];

async fn get(address: &str, path: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_anything_that_is_written() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    let (echo, nobody) = (echo().await, port::Closed::new());
    let closed = nobody.address().to_string();
    let listen = format!("127.0.0.1:{}", port::free());
    let mut seeds = Seeds::new(scene.world.dir());
    let (read, write) = (
        seeds.file("http.token.secret_file", "SEED"),
        seeds.variable("http.token.secret_env", "SEED"),
    );
    let http = format!(
        "[http]\nlisten = \"{listen}\"\n[[http.token]]\nname = \"reader\"\nsecret_file = \"{read}\"\n\
         [[http.token]]\nname = \"desk\"\nscope = \"write\"\nsecret_env = \"{write}\"\n"
    );
    scene.world.allow(&echo);
    scene.world.allow(&closed);
    scene.world.extra = http + &channels(&mut seeds, &echo, &closed);
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    scene.world.write_config();
    let mut written = Written::default();
    let command = || {
        let mut command = scene.command();
        command.envs(seeds.variables.iter().map(|(name, value)| (name, value)));
        command.env("PATH", std::env::var("PATH").unwrap());
        command
    };
    // Everything is logged, and all channels are tried.
    let round = super::scene::run(command().args(["-vv", "run", "--once"]));
    written.add("a round's log", round.err.clone());
    written.add("a round's output", round.out.clone());
    assert_eq!(round.code, 3, "{}", round.err);
    let tried = super::scene::run(command().args(["deliver", "log", "-o", "json"])).ended(0).list();
    for channel in scene.world.extra.lines().filter_map(|line| line.strip_prefix("id = ")) {
        let of = |one: &&serde_json::Value| one["channel"] == channel.trim_matches('"');
        let one = tried.iter().find(of).unwrap_or_else(|| panic!("{channel} was not told"));
        assert_ne!(one["attempts"], 0, "{one}");
    }

    let log = scene.world.dir().join("daemon.log");
    let mut daemon = command();
    let file = fs::File::create(&log).unwrap();
    let daemon = daemon.args(["-vv", "run"]).stderr(file);
    let mut daemon = daemon.stdout(std::process::Stdio::null()).spawn().unwrap();
    let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    while !text(&log).contains("serving HTTP") {
        assert!(daemon.try_wait().unwrap().is_none(), "{}", text(&log));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let token = seeds.seeds["http.token.secret_env"].clone();
    for path in
        ["/metrics", "/readyz", "/api/v1/deliveries", "/api/v1/alerts", "/alerts.atom", "/x"]
    {
        written.add(path, get(&listen, path, &token).await);
        written.add(format!("{path} refused"), get(&listen, path, &format!("{token}x")).await);
    }
    for line in COMMANDS {
        let ran = super::scene::run(command().args(line.split(' ')));
        written.add(*line, format!("{}{}", ran.out, ran.err));
        // And as somebody who cannot read them.
        let ran = scene.run(line);
        written.add(format!("{line}, without the variables"), format!("{}{}", ran.out, ran.err));
    }
    for channel in scene.world.extra.lines().filter_map(|line| line.strip_prefix("id = ")) {
        let channel = channel.trim_matches('"');
        for what in ["test", "preview"] {
            let ran = super::scene::run(command().args(["-vv", "deliver", what, channel]));
            written.add(format!("deliver {what} {channel}"), format!("{}{}", ran.out, ran.err));
        }
    }
    // A secret in the configuration itself is refused, and so are one that is none and a broken file.
    let good = text(&scene.config);
    let inline = seeds.seeds["webhook.secret_file"].clone();
    for broken in [
        good.replacen("secret_file = ", &format!("secret = \"{inline}\"\nsecret_file = "), 1),
        good.replacen("[http]", &format!("token = \"{inline}\"\nx = \n[http]"), 1),
        good.replacen(
            "type = \"webhook\"",
            &format!("type = \"webhook\"\nurl = \"http://h.example/{inline}"),
            1,
        ),
        good.replacen(
            "type = \"webhook\"",
            &format!("type = \"webhook\"\nheaders = {{ X-Token = \"{inline}\" }}"),
            1,
        ),
    ] {
        fs::write(&scene.config, broken).unwrap();
        for line in ["check", "reload", "status", "doctor", "config show"] {
            let ran = super::scene::run(command().args(line.split(' ')));
            written.add(format!("{line} of a broken one"), format!("{}{}", ran.out, ran.err));
        }
    }
    // SAFETY: kill(2) with the process id of a child that was not waited for yet.
    unsafe { libc::kill(i32::try_from(daemon.id()).unwrap(), libc::SIGTERM) };
    daemon.wait().unwrap();
    written.add("the daemon's log", text(&log));
    written.add_files(&scene.world.dir().join("state"));

    assert!(written.0.iter().any(|(at, bytes)| at.ends_with("wirewatch.db") && !bytes.is_empty()));
    let bare = Written(vec![("itself".to_owned(), inline.clone().into_bytes())]);
    assert_eq!(bare.find(&inline), ["itself"], "what is looked for can be found");
    let leaks: Vec<String> = seeds
        .seeds
        .iter()
        .filter_map(|(key, seed)| {
            let at = written.find(seed);
            (!at.is_empty()).then(|| format!("{key}: {}", at.join(", ")))
        })
        .collect();
    assert_eq!(leaks, Vec::<String>::new());
    // The answers did come, and are shown without them.
    let log = written.0.iter().find(|(at, _)| at == "deliver log -o json").unwrap();
    let log = String::from_utf8_lossy(&log.1);
    assert!(log.contains("cannot do this") && log.contains("[secret]"), "{log}");
}

/// A panic prints what it was given, and `Debug` is what it is mostly given.
#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_is_printed_for_debugging_shows_no_secret() {
    let mut scene = Scene::new(&["wire"]).await;
    let mut seeds = Seeds::new(scene.world.dir());
    let token = seeds.file("http.token.secret_file", "SEED");
    let mut text = channels(&mut seeds, "127.0.0.1:9", "127.0.0.1:8");
    // The URL of a webhook stands in the configuration itself, and may be shown by who prints that.
    seeds.seeds.remove("webhook.url");
    for (name, value) in seeds.variables.clone() {
        fs::write(scene.world.dir().join(&name), value).unwrap();
        text = text.replace(&format!("env = \"{name}\""), &format!("file = \"{name}\""));
    }
    let http = format!("[http]\n[[http.token]]\nname = \"reader\"\nsecret_file = \"{token}\"\n");
    scene.world.extra = http + &text;
    scene.world.topics = NATO.to_owned();
    let config = scene.world.load();
    let debugged = format!("{config:?}");
    for (key, seed) in &seeds.seeds {
        assert!(!debugged.contains(seed.as_str()), "{key}");
    }
    assert!(debugged.contains("Secret(…)"), "{debugged}");
}
