//! wirewatch in a network of its own, where every address is answered and every question to a name
//! server is heard: what it asks for that nobody configured would be seen. Needs Linux, and the right
//! to make namespaces; elsewhere it is skipped, and says so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::everywhere::{Everywhere, Visit};
use super::names::Names;
use super::outside::{FEEDS, TRAPS, book, site};
use crate::cli::scene::{command, run};
use crate::support::counterpart::{find, skipped};
use crate::support::world::NATO;

/// Set in the process that has a network of its own.
const INSIDE: &str = "WIREWATCH_NETWORK_OF_ITS_OWN";

/// Only a test that fails waits for so long.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn in_a_network_of_its_own_nobody_is_asked_who_was_not_configured() {
    let (Some(unshare), Some(_)) =
        (find("unshare", "COUNTERPART_UNSHARE"), find("ip", "COUNTERPART_IP"))
    else {
        return;
    };
    let namespaces = ["--map-root-user", "--mount", "--net"];
    let mut trial = Command::new(&unshare);
    let trial = trial.args(namespaces).arg("true").stderr(Stdio::null()).status();
    if !trial.is_ok_and(|status| status.success()) {
        return skipped("this user may not make a network of its own");
    }
    let child = Command::new(unshare)
        .args(namespaces)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "hostile::network::inside", "--ignored", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success() && out.contains("1 passed"), "{out}{err}");
}

/// Not a test by itself: what the one above starts.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "is run by another test, in a network of its own"]
async fn inside() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    set_up_network(dir.path());
    let names = Names::start(book).await;
    let outside = Everywhere::start(site);
    write_files(dir.path());
    let wirewatch = |line: &str| {
        let mut command = command(dir.path());
        command.args(["-c", "wirewatch.toml"]).args(line.split_whitespace());
        run(&mut command)
    };

    // A list of feeds is read, and nothing of it asked for. Code 3: much of it was left out.
    wirewatch("feeds import evil.opml").ended(3);
    assert_eq!(outside.visits(), [], "an import asks nobody");
    assert_eq!(names.asked(), Vec::<String>::new());

    let once = wirewatch("run --once");
    assert!(!once.err.contains("panicked"), "{}", once.err);
    let status = wirewatch("feeds status -o json").ended(0).list();
    check_outcomes(&status);
    let of_feeds = outside.visits().len();
    assert!(of_feeds > 10, "{:?}", outside.visits());
    check_visits(&outside.visits());

    // A page may name any feed; only such as may be asked are.
    let found = wirewatch("feeds discover http://page.example/ -o json");
    assert!(!found.out.contains("127.0.0.1:6379"), "{}", found.out);
    check_visits(&outside.visits());

    subscribe(dir.path(), &outside).await;
    check_visits(&outside.visits());
    check_names(&names.asked());
    println!("{} connections, all of them meant", outside.visits().len());
}

/// Every address is this machine's, and name servers are ours.
fn set_up_network(dir: &Path) {
    let resolv = dir.join("resolv.conf");
    fs::write(&resolv, "nameserver 127.0.0.1\noptions timeout:5 attempts:2\n").unwrap();
    let hosts = dir.join("hosts");
    fs::write(&hosts, "127.0.0.1 localhost\n").unwrap();
    let bind = |file: &Path, over: &str| format!("mount --bind {} {over}", file.display());
    for line in [
        "ip link set lo up".to_owned(),
        "ip route add local 0.0.0.0/0 dev lo".to_owned(),
        "ip -6 route add local ::/0 dev lo".to_owned(),
        bind(&resolv, "/etc/resolv.conf"),
        bind(&hosts, "/etc/hosts"),
    ] {
        let mut words = line.split_whitespace();
        let status = Command::new(words.next().unwrap()).args(words).status().unwrap();
        assert!(status.success(), "{line}");
    }
}

fn write_files(dir: &Path) {
    fs::create_dir_all(dir.join("topics")).unwrap();
    fs::write(dir.join("topics/nato.toml"), NATO).unwrap();
    let mut text = "state_dir = \"state\"\ntopics = \"topics\"\nfeed_files = [\"feeds/*.toml\"]\n\
        [egress]\nallow_net = [\"10.77.0.0/16\"]\n\
        [fetch]\nhost_gap = \"0s\"\nconnect_timeout = \"15s\"\nread_timeout = \
             \"15s\"\ntotal_timeout = \"30s\"\n\
        [http]\nlisten = \"127.0.0.1:8787\"\npublic_url = \"https://watch.example\"\n\
        [[channel]]\nid = \"leads\"\ntype = \"webhook\"\nurl = \"http://hook.example/in\"\n\
        [[channel]]\nid = \"private\"\ntype = \"webhook\"\nurl = \
             \"http://private-hook.example/in\"\n\
        [[channel]]\nid = \"log\"\ntype = \"log\"\n"
        .to_owned();
    for (id, url, _) in FEEDS {
        let more = match *id {
            "reads" => "full_text = true\nbackfill = \"7d\"\n",
            "good" => "backfill = \"7d\"\n",
            _ => "",
        };
        let _ = write!(text, "[[feed]]\nid = \"{id}\"\nurl = \"{url}\"\n{more}");
    }
    fs::write(dir.join("wirewatch.toml"), text).unwrap();
    let outlines: String = TRAPS
        .iter()
        .map(|trap| {
            format!(
                "<outline text=\"t\" type=\"rss\" xmlUrl=\"{trap}opml\" htmlUrl=\"{trap}h\"/>\
                 <outline type=\"include\" url=\"{trap}more.opml\"/><outline type=\"link\" \
                      url=\"{trap}l.opml\"/>"
            )
        })
        .collect();
    let opml = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE opml SYSTEM \"http://dtd.example/x.dtd\"><opml \
             version=\"2.0\">\
         <head><docs>{0}</docs><ownerId>{0}</ownerId></head><body>{outlines}</body></opml>",
        TRAPS[0]
    );
    fs::write(dir.join("evil.opml"), opml).unwrap();
}

fn check_outcomes(status: &[Value]) {
    let by_id: BTreeMap<&str, &Value> =
        status.iter().map(|row| (row["feed"].as_str().unwrap(), row)).collect();
    let mut wrong = Vec::new();
    for (id, _, codes) in FEEDS {
        let row = by_id[id];
        let code = row["last_outcome"].as_str().unwrap_or("none");
        let explained = code == "ok" || row["advice"].is_string() && row["detail"].is_string();
        if !codes.contains(&code) || !explained {
            wrong.push(format!("{id}: {code}, not {codes:?}: {}", row["detail"]));
        }
    }
    // What an import brought is kept to the same rules.
    for row in status.iter().filter(|row| row["url"].as_str().unwrap().ends_with("opml")) {
        if row["last_outcome"] != "private_address" {
            wrong.push(format!("{}: {}", row["url"], row["last_outcome"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every connection led to a public address, to the usual port, and asked for what was meant, or for
/// nothing: of several addresses of a name another may have been faster.
#[track_caller]
fn check_visits(visits: &[Visit]) {
    let meant = |visit: &&Visit| {
        let public = visit.to.to_string();
        let host = visit.host.as_str();
        let known = FEEDS.iter().any(|(_, url, _)| url.starts_with(&format!("http://{host}/")))
            || matches!(host, "page.example" | "hub.example" | "hook.example");
        visit.port == 80
            && (public.starts_with("93.18") || public.starts_with("2606:4700:"))
            && (known || visit.asked.is_empty())
    };
    let wild: Vec<&Visit> = visits.iter().filter(|visit| !meant(visit)).collect();
    assert!(wild.is_empty(), "nobody configured: {wild:#?}");
}

/// No name was looked up but those of feeds, pages, hubs and channels that were meant.
fn check_names(asked: &[String]) {
    for never in ["icon.example", "tracker.example", "dtd.example", "watch.example"] {
        assert!(!asked.iter().any(|name| name == never), "{never} was looked up: {asked:?}");
    }
}

/// Lets the daemon subscribe: one hub is public, and leads on; all others are traps.
async fn subscribe(dir: &Path, outside: &Everywhere) {
    let mut daemon = command(dir)
        .args(["-c", "wirewatch.toml", "run"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let told = || outside.visits().iter().any(|visit| visit.host == "hub.example");
    let refused = || {
        ["hubs", "own-hub"].iter().all(|feed| {
            let mut show = command(dir);
            let shown =
                run(show.args(["-c", "wirewatch.toml", "feeds", "show", feed, "-o", "json"]));
            shown.out.contains("private_address") || shown.out.contains("redirect_private")
        })
    };
    while !(told() && refused()) && begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (told, refused) = (told(), refused());
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert!(told, "the public hub was not asked: {:?}", outside.visits());
    assert!(refused, "what became of the other hubs is not shown");
}
