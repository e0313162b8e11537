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
use super::names::{Names, Said, at, thousand};
use super::says::{atom, feed, moved, ok, raw, rss, to, with};
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
    fs::write(&resolv, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n").unwrap();
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

/// A feed: its name, its URL, and the outcomes one of which is expected.
const FEEDS: &[(&str, &str, &[&str])] = &[
    ("good", "http://good.example/feed", &["ok"]),
    ("reads", "http://reads.example/feed", &["ok"]),
    ("hubs", "http://hubs.example/feed", &["ok"]),
    ("public-hub", "http://pushed.example/feed", &["ok"]),
    ("v6", "http://six.example/feed", &["ok"]),
    ("mixed", "http://mixed.example/feed", &["ok"]),
    ("thousand", "http://thousand.example/feed", &["ok"]),
    ("alias", "http://alias.example/feed", &["ok"]),
    ("thousand-private", "http://thousand-private.example/feed", &["private_address"]),
    ("rebinds", "http://rebinds.example/feed", &["redirect_private", "private_address"]),
    ("private", "http://private.example/feed", &["private_address"]),
    ("cloud", "http://cloud.example/feed", &["private_address"]),
    ("loopback", "http://loopback.example/feed", &["private_address"]),
    ("zero", "http://zero.example/feed", &["private_address"]),
    ("mapped", "http://mapped.example/feed", &["private_address"]),
    ("nat64", "http://nat64.example/feed", &["private_address"]),
    ("local-six", "http://local-six.example/feed", &["private_address"]),
    ("alias-private", "http://alias-private.example/feed", &["private_address"]),
    ("alias-ring", "http://ring.example/feed", &["dns"]),
    ("unknown", "http://unknown.example/feed", &["dns"]),
    ("no-address", "http://empty.example/feed", &["dns"]),
    ("broken-server", "http://broken.example/feed", &["dns"]),
    ("silent-server", "http://silent.example/feed", &["dns", "timeout_connect"]),
    ("noisy-server", "http://noisy.example/feed", &["dns", "timeout_connect"]),
    ("literal", "http://127.0.0.1/feed", &["private_address"]),
    ("literal-cloud", "http://169.254.169.254/latest/meta-data/", &["private_address"]),
    ("literal-six", "http://[fd00:ec2::254]/feed", &["private_address"]),
    ("leads-to-private", "http://leads.example/private", &["redirect_private"]),
    ("leads-to-cloud", "http://leads.example/cloud", &["redirect_private"]),
    ("leads-to-name", "http://leads.example/name", &["redirect_private"]),
    ("leads-to-redis", "http://leads.example/redis", &["redirect_private"]),
    ("leads-on", "http://leads.example/on", &["ok"]),
];

fn book(name: &str, before: usize) -> Said {
    match name {
        "good.example" | "leads.example" | "page.example" | "hook.example" => at("93.184.216.34"),
        "reads.example" => at("93.184.216.35"),
        "hubs.example" => at("93.184.216.36"),
        "pushed.example" => at("93.184.216.37"),
        "hub.example" => at("93.184.216.38"),
        "six.example" => at("2606:4700::1111"),
        "alias.example" => Said::Alias("good.example"),
        "alias-private.example" => Said::Alias("private.example"),
        "mixed.example" => Said::At(vec![
            "127.0.0.1".parse().unwrap(),
            "10.0.0.1".parse().unwrap(),
            "93.184.216.40".parse().unwrap(),
            "::1".parse().unwrap(),
        ]),
        "thousand.example" => thousand([93, 185], 0x2606),
        "thousand-private.example" => thousand([10, 20], 0xfd00),
        // Public when it is asked first, and private from then on.
        "rebinds.example" if before == 0 => at("93.184.216.41"),
        "rebinds.example" | "loopback.example" => at("127.0.0.1"),
        "private.example" => at("10.1.1.1"),
        "cloud.example" => at("169.254.169.254"),
        "zero.example" => at("0.0.0.0"),
        "mapped.example" => at("::ffff:127.0.0.1"),
        "nat64.example" => at("64:ff9b::7f00:1"),
        "local-six.example" => at("fe80::1"),
        "private-hook.example" => at("10.9.9.9"),
        "ring.example" => Said::Alias("ring-2.example"),
        "ring-2.example" => Said::Alias("ring.example"),
        "empty.example" => Said::Code(0),
        "broken.example" => Said::Code(2),
        "silent.example" => Said::Silence,
        "noisy.example" => Said::Noise,
        _ => Said::Code(3),
    }
}

/// Where nothing may ever lead to, in links of every kind.
const TRAPS: [&str; 8] = [
    "http://127.0.0.1/",
    "http://127.0.0.1:6379/",
    "http://[::1]:8080/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.5:9200/",
    "http://192.168.1.1/",
    "http://private.example/",
    "http://cloud.example/",
];

fn site(host: &str, path: &str, n: usize) -> Vec<u8> {
    match (host, path) {
        ("good.example", "/feed") => ok(rss(&laden())),
        ("reads.example", "/feed") => ok(rss(&articles())),
        ("reads.example", "/robots.txt") => with("", "User-agent: *\nAllow: /\n"),
        ("reads.example", "/article") => with("Content-Type: text/html\r\n", page_of_traps()),
        ("reads.example", "/leads-away") => to(TRAPS[3]),
        ("hubs.example", "/feed") => hubs(&TRAPS),
        ("pushed.example", "/feed") => hubs(&["http://hub.example/"]),
        ("hub.example", _) => moved("307 Temporary Redirect", TRAPS[0]),
        ("rebinds.example", "/feed") => to("http://rebinds.example/again"),
        ("leads.example", "/private") => to(TRAPS[4]),
        ("leads.example", "/cloud") => to(TRAPS[3]),
        ("leads.example", "/name") => to("http://private.example/"),
        ("leads.example", "/redis") => to("http://x@127.0.0.1:6379/"),
        ("leads.example", "/on") if n == 0 => to("http://good.example/plain"),
        ("page.example", "/") => with("Content-Type: text/html\r\n", page_of_traps()),
        ("hook.example", _) => to(TRAPS[1]),
        (_, "/feed" | "/plain") => ok(feed()),
        _ => raw("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close", ""),
    }
}

/// Entries with everything in them that a browser or another reader would fetch.
fn laden() -> String {
    let mut items = format!(
        "<image><url>http://icon.example/i.png</url></image><icon>{0}</icon><docs>{0}</docs>\
         <cloud domain=\"127.0.0.1\" port=\"80\" path=\"/RPC2\" registerProcedure=\"x\" \
              protocol=\"xml-rpc\"/>",
        TRAPS[0]
    );
    for (n, trap) in TRAPS.iter().enumerate() {
        let _ = write!(
            items,
            "<item><title>NATO story {n} w{n}a w{n}b \
                 w{n}c</title><link>{trap}</link><guid>{trap}{n}</guid>\
             <comments>{trap}</comments><enclosure url=\"{trap}e.mp3\" length=\"1\" \
                  type=\"audio/mpeg\"/>\
             <source url=\"{trap}s\">s</source><description>&lt;img src=\"{trap}i.gif\"&gt;&lt;img \
             src=http://tracker.example/p.gif&gt;&lt;iframe src=\"{trap}\"&gt;&lt;script \
                  src=\"{trap}\"&gt;\
             &lt;/script&gt; words</description><pubDate>{}</pubDate></item>",
            jiff::Timestamp::now()
        );
    }
    items
}

/// Entries whose pages are read: one that may be, and many that may not.
fn articles() -> String {
    let may = ["http://reads.example/article", "http://reads.example/leads-away"];
    let links = may.iter().chain(&TRAPS).chain(&["http://unknown.example/a", "file:///etc/passwd"]);
    let one = |(n, link): (usize, &&str)| {
        format!(
            "<item><title>Page {n} of the day</title><link>{link}</link><guid>p{n}</guid></item>"
        )
    };
    links.enumerate().map(one).collect()
}

fn hubs(hubs: &[&str]) -> Vec<u8> {
    let links: String =
        hubs.iter().map(|hub| format!("<link rel=\"hub\" href=\"{hub}\"/>")).collect();
    let own = "<link rel=\"self\" href=\"http://hubs.example/feed\"/>";
    atom(&format!("{links}{own}<entry><title>Hub</title><id>1</id></entry>"))
}

/// A page that calls traps feeds, and has them in it in every other way.
fn page_of_traps() -> String {
    let mut head = String::new();
    for trap in TRAPS {
        let _ = write!(
            head,
            "<link rel=alternate type=\"application/rss+xml\" href=\"{trap}feed.xml\"><link \
                 rel=icon \
             href=\"{trap}i\"><link rel=stylesheet href=\"{trap}s\"><script \
                  src=\"{trap}j\"></script>"
        );
    }
    let text =
        "The harbour was opened by the mayor and the ministers of both towns today. ".repeat(30);
    let links: String = TRAPS
        .iter()
        .map(|trap| format!("<a href=\"{trap}rss\">rss</a><img src={trap}p>"))
        .collect();
    format!(
        "<!doctype html><html><head>{head}</head><body><article><p>{text}</p>{links}</article></body></html>"
    )
}

fn write_files(dir: &Path) {
    fs::create_dir_all(dir.join("topics")).unwrap();
    fs::write(dir.join("topics/nato.toml"), NATO).unwrap();
    let mut text = "state_dir = \"state\"\ntopics = \"topics\"\nfeed_files = [\"feeds/*.toml\"]\n\
        [fetch]\nhost_gap = \"0s\"\nconnect_timeout = \"3s\"\nread_timeout = \
             \"3s\"\ntotal_timeout = \"6s\"\n\
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

/// Every connection led to a public address, to the usual port, and asked for what was meant.
#[track_caller]
fn check_visits(visits: &[Visit]) {
    let meant = |visit: &&Visit| {
        let public = visit.to.to_string();
        let host = visit.host.as_str();
        let known = FEEDS.iter().any(|(_, url, _)| url.starts_with(&format!("http://{host}/")))
            || matches!(host, "page.example" | "hub.example" | "hook.example");
        visit.port == 80
            && (public.starts_with("93.18") || public.starts_with("2606:4700:"))
            && known
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
        let mut show = command(dir);
        let shown = run(show.args(["-c", "wirewatch.toml", "feeds", "show", "hubs", "-o", "json"]));
        shown.out.contains("private_address")
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
