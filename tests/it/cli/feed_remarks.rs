//! What the feed commands say beside their rows: of an answer that is odd, of sites that wait, of
//! hubs, on narrow terminals, and as rows of CSV.

use std::process::{Command, Stdio};

use jiff::ToSpan;
use wirewatch::domain::feed::push::PushState;

use super::scene::{Scene, cells};
use crate::support::server::Reply;
use crate::support::terminal;
use crate::support::world::{item, rss};

/// Runs a command on a terminal of so many columns; returns the lines it shows there.
fn shown_on(columns: u16, command: &mut Command) -> Vec<String> {
    let (outer, inner) = terminal::open(columns, 40);
    let mut child =
        command.stdin(Stdio::null()).stdout(inner).stderr(Stdio::null()).spawn().unwrap();
    // Nobody but the child writes to it: it ends when the child does.
    command.stdout(Stdio::null());
    let shown = terminal::rest(outer);
    assert!(child.wait().unwrap().success());
    shown.lines().map(|line| line.trim_end().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_fetch_says_what_is_odd_about_the_answer() {
    let scene = Scene::new(&["wire"]).await;
    let server = &scene.world.server;
    let dry = || scene.run("feeds fetch wire --dry-run").ended(0).err;
    let dated = |title: &str| item(title).published(scene.world.now());
    let feed = rss("wire", &[dated("Ferry late"), dated("Harbour reopens")]);
    server.set("/wire", Reply::redirect(301, "/new"));
    server.set("/new", Reply::ok(feed.clone()));
    let said = dry();
    assert!(said.contains(&format!("moved to {} for good", server.url("/new"))), "{said}");

    server.set("/wire", Reply::ok(feed.clone()).header("Content-Encoding", "gzip"));
    assert!(dry().contains("not what `Content-Encoding: gzip` says"), "{}", dry());

    let cut = feed.len() - 3;
    server.set("/wire", Reply::ok(feed.clone()).cut_after(cut));
    let said = dry();
    assert!(said.contains("ended too early") || said.contains("cut off"), "{said}");

    let items = "<item><title>A</title><pubDate>soon after lunch</pubDate></item>\
                 <item><title>B</title></item>";
    let undated = format!("<rss version='2.0'><channel><title>t</title>{items}</channel></rss>");
    server.set("/wire", Reply::ok(undated));
    let said = dry();
    assert!(said.contains("1 entry with a date that cannot be read, such as `soon"), "{said}");
    assert!(said.contains("1 entry without a date"), "{said}");

    server.set("/wire", Reply::status(429).header("Retry-After", "7200"));
    let said = scene.run("feeds fetch wire --dry-run").ended(1).err;
    assert!(said.contains("left alone for 2 h (Retry-After)"), "{said}");

    server.set("/wire", Reply::ok(feed));
    let said = dry();
    assert!(!said.contains("warning"), "nothing is odd: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_round_counts_the_feeds_that_wait_for_their_site() {
    let scene = Scene::new(&["wire", "ledger"]).await;
    for path in ["/wire", "/ledger"] {
        scene.world.server.set(path, Reply::status(429).header("Retry-After", "600"));
    }
    let said = scene.once().ended(3).err;
    assert!(said.contains("0 of 2 feeds read, 1 failed, 1 waiting for sites"), "{said}");
    let asked = ["/wire", "/ledger"].map(|path| scene.world.server.requests(path).len());
    assert_eq!(asked.iter().sum::<usize>(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_shown_with_its_hub_and_how_that_does() {
    let scene = Scene::new(&["wire"]).await;
    let hub = format!("<{}>; rel=hub", scene.world.server.url("/hub"));
    scene.world.server.set("/wire", Reply::ok(rss("wire", &[])).header("Link", hub));
    scene.once().ended(0);
    let shown = scene.run("feeds show wire").ended(0).out;
    assert!(shown.contains("/hub, found"), "{shown}");
    let store = scene.world.store();
    let mut subscription = store.subscription(&"wire".parse().unwrap()).unwrap().unwrap();
    let until = subscription.next_at + 240.hours();
    subscription.state = PushState::Active;
    subscription.lease_until = Some(until);
    (subscription.code, subscription.detail) = (Some("http_500".into()), Some("no paper".into()));
    let (feed, at) = (subscription.feed, subscription.next_at);
    store.save_subscription(subscription).await.unwrap();
    store.count_push(feed, at).await.unwrap();
    let shown = scene.run("feeds show wire").ended(0).out;
    let day = until.strftime("%Y-%m-%d").to_string();
    for line in [
        "/hub, active".to_owned(),
        format!("it pushes until {day}"),
        "last exchange: http_500: no paper".to_owned(),
        "1 push, the last".to_owned(),
    ] {
        assert!(shown.contains(&line), "{line}: {shown}");
    }
    let object = scene.run("feeds show wire -o json").ended(0).json();
    assert_eq!((&object["hub"]["state"], &object["hub"]["pushes"]), (&"active".into(), &1.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_narrow_terminal_feeds_in_trouble_stand_below_one_another() {
    let scene = Scene::new(&["wire", "ledger"]).await;
    scene.once().ended(0);
    for path in ["/wire", "/ledger"] {
        scene.world.server.set(path, Reply::status(404));
    }
    scene.once().ended(3);
    for columns in [40, 60, 100] {
        let mut command = scene.command();
        let lines = shown_on(columns, command.args(["feeds", "status", "--failing"]));
        let wide = lines.iter().find(|line| line.chars().count() > usize::from(columns));
        assert_eq!(wide, None, "{lines:#?}");
        let begins = |text: &str| lines.iter().filter(|line| line.starts_with(text)).count();
        assert_eq!((begins("wire"), begins("ledger")), (1, 1), "{lines:#?}");
        assert_eq!((begins("state       failing since"), begins("next fetch")), (2, 2));
        let text: String = lines.iter().map(|line| format!("{} ", line.trim())).collect();
        assert_eq!(text.matches("hint: the feed may have moved").count(), 2, "{text}");
    }
    let mut command = scene.command();
    let lines = shown_on(160, command.args(["feeds", "status", "--failing"]));
    assert!(lines[0].contains("feed") && lines[0].contains("advice"), "a table: {lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_an_entry_fits_the_terminal() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    let text = "The ferry to the islands leaves later than usual on all days of this week.";
    scene.world.publish("wire", item("Ferry late").text(text));
    scene.once().ended(0);
    let feed = scene.world.server.url("/wire");
    assert!(!feed.is_empty());
    let link = scene.run("entries list -o json").ended(0).list()[0].clone();
    let id = link["id"].as_str().unwrap().to_owned();
    let mut command = scene.command();
    let lines = shown_on(44, command.args(["entries", "show", &id, "--history"]));
    let wide = lines.iter().find(|line| line.chars().count() > 44);
    assert_eq!(wide, None, "{lines:#?}");
    assert!(lines[0].starts_with("revision 1"), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_rows_in_csv() {
    let scene = Scene::new(&["wire", "ledger"]).await;
    scene.once().ended(0);
    scene.world.server.set("/ledger", Reply::status(404));
    scene.once().ended(3);
    let csv = |line: &str| scene.run(&format!("{line} -o csv")).ended(0).out;
    let doctor = csv("doctor");
    assert!(doctor.starts_with("level,check,text,hint\r\nok,config,"), "{doctor}");
    let row = doctor.lines().find(|line| line.starts_with("warning,feed,"));
    assert!(row.is_some_and(|row| row.contains("may have moved")), "{doctor}");
    let status = csv("status");
    assert!(
        status.starts_with("field,value\r\n") && status.contains("feeds.failing,1\r\n"),
        "{status}"
    );
    let shown = csv("feeds show ledger");
    assert!(shown.contains("\r\ncode,http_404\r\n"), "{shown}");
    assert!(shown.contains("\r\nfetches.1.code,ok"), "{shown}");
    scene.run("feeds pause wire").ended(0);
    let diff = csv("config diff");
    assert!(diff.starts_with("kind,id,change,field,before,after,message\r\n"), "{diff}");
    assert!(diff.contains("\r\nfeed,wire,changed,paused,"), "{diff}");
    for text in [doctor, status, shown, diff] {
        let object = cells(&text).into_iter().find(|cell| cell.starts_with(['{', '[']));
        assert_eq!(object, None, "JSON in a cell: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_never_came_names_the_feeds_that_are_paused() {
    let scene = Scene::new(&["wire", "ledger"]).await;
    scene.once().ended(0);
    scene.run("feeds pause wire").ended(0);
    let line = "topics why-not https://elsewhere.example/x --topic nato";
    let said = scene.run(line).ended(0);
    assert!(said.out.contains("1 feed is paused, and may carry it: wire"), "{}", said.out);
    assert!(said.err.contains("`wirewatch feeds resume wire`"), "{}", said.err);
    let object = scene.run(&format!("{line} -o json")).ended(0).json();
    assert_eq!(object["paused"], serde_json::json!(["wire"]));
    assert_eq!(object["never_read"], serde_json::json!([]));
    let own = format!("topics why-not {} --topic nato", scene.world.server.url("/page"));
    let said = scene.run(&own).ended(0);
    assert!(said.out.contains("not fetched: feed wire is paused, last read "), "{}", said.out);
}
