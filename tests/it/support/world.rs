//! The world of a test: feeds on a real loopback server, a real state directory, the real app
//! over a manual clock. `world.publish("wire", entry("NATO …")); world.visit("wire").await`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::broadcast;
use wirewatch::clock::Clock;
use wirewatch::config::{self, Environment};
use wirewatch::daemon::app::{App, Options, StartError};
use wirewatch::daemon::events::{Event, Visit};
use wirewatch::daemon::service::Service;
use wirewatch::deliver::Printer;
use wirewatch::deliver::terminal::Style;
use wirewatch::store::alerts::read::{AlertFilter, AlertView};
use wirewatch::store::{Access, DATABASE_FILE, Store};

use super::server::{FeedServer, Reply};

/// Longest wait for anything in a test: only a failing one gets there.
const LIMIT: Duration = Duration::from_secs(120);

/// A topic that watches one acronym, with an alert revision when a second publisher joins.
pub const NATO: &str = r#"
[[topic]]
id = "nato"
name = "NATO"
severity = "medium"
match = 'NATO EXCEPT "NATO alphabet"'
[topic.alert]
follow_up = { publishers = [2, 3], quiet = "24h", repeat_every = "6h" }
"#;

/// An item as a feed publishes it.
#[derive(Clone)]
pub struct Item {
    pub guid: String,
    pub link: String,
    pub title: String,
    pub text: String,
    pub published: Option<Timestamp>,
}

/// An item with its guid and link made from its title.
pub fn item(title: &str) -> Item {
    let slug: String =
        title.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    Item {
        guid: slug.clone(),
        link: format!("https://news.example/{slug}"),
        title: title.to_owned(),
        text: String::new(),
        published: None,
    }
}

impl Item {
    pub fn text(mut self, text: &str) -> Self {
        self.text = text.to_owned();
        self
    }

    pub fn published(mut self, at: Timestamp) -> Self {
        self.published = Some(at);
        self
    }

    /// The same words at an address of another site.
    pub fn at(mut self, site: &str) -> Self {
        self.link = self.link.replace("news.example", site);
        self
    }

    fn xml(&self) -> String {
        let date = self.published.map(|at| {
            let zoned = at.to_zoned(jiff::tz::TimeZone::UTC);
            format!("<pubDate>{}</pubDate>", jiff::fmt::rfc2822::to_string(&zoned).unwrap())
        });
        format!(
            "<item><title>{}</title><link>{}</link><guid isPermaLink=\"false\">{}</guid>{}\
             <description>{}</description></item>",
            escape(&self.title),
            escape(&self.link),
            escape(&self.guid),
            date.unwrap_or_default(),
            escape(&self.text),
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// An RSS 2.0 document.
pub fn rss(title: &str, items: &[Item]) -> String {
    let items: String = items.iter().rev().map(Item::xml).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel>\
         <title>{title}</title><link>https://{title}.example/</link>\
         <description>test</description>{items}</channel></rss>"
    )
}

pub struct World {
    pub server: FeedServer,
    pub clock: Clock,
    dir: tempfile::TempDir,
    feeds: Vec<(String, Vec<Item>)>,
    /// What the egress guard lets through, beside the feed server.
    allowed: Vec<String>,
    pub topics: String,
    /// Appended to the main file.
    pub extra: String,
    app: Option<App>,
    events: Option<broadcast::Receiver<Event>>,
    printed: Arc<Mutex<String>>,
    once: bool,
    /// Feeds that are not at the path of their name.
    moved: Vec<(String, String)>,
}

impl World {
    /// A world with these feeds, all still empty, and the topic [`NATO`].
    pub async fn new(feeds: &[&str]) -> Self {
        let world = Self {
            server: FeedServer::start().await,
            clock: Clock::manual("2026-06-03T12:00:00Z".parse().unwrap()),
            dir: tempfile::tempdir().unwrap(),
            feeds: feeds.iter().map(|feed| ((*feed).to_owned(), Vec::new())).collect(),
            allowed: Vec::new(),
            topics: NATO.to_owned(),
            extra: String::new(),
            app: None,
            events: None,
            printed: Arc::default(),
            once: false,
            moved: Vec::new(),
        };
        feeds.iter().for_each(|feed| world.serve(feed));
        world
    }

    /// The same, started, with the baseline of every feed behind it.
    pub async fn past_baseline(feeds: &[&str]) -> Self {
        let mut world = Self::new(feeds).await;
        world.start().await;
        world.first_round().await;
        world
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Adds an item to a feed; it is seen by the next visit.
    pub fn publish(&mut self, feed: &str, item: Item) {
        let items = &mut self.feeds.iter_mut().find(|(name, _)| name == feed).unwrap().1;
        items.push(item);
        self.serve(feed);
    }

    fn path(&self, feed: &str) -> String {
        let moved = self.moved.iter().rfind(|(name, _)| name == feed);
        moved.map_or_else(|| format!("/{feed}"), |(_, path)| path.clone())
    }

    fn serve(&self, feed: &str) {
        let items = &self.feeds.iter().find(|(name, _)| name == feed).unwrap().1;
        self.server.set(&format!("/{feed}"), Reply::ok(rss(feed, items)));
    }

    /// Writes the configuration as it is meant now, and returns its main file.
    pub fn write_config(&self) -> PathBuf {
        let topics = self.dir().join("topics");
        std::fs::create_dir_all(&topics).unwrap();
        replace(&topics.join("test.toml"), &self.topics);
        // Space taken up ahead would only make tests slow.
        let ballast =
            if self.extra.contains("[storage]") { "" } else { "[storage]\nballast = \"0B\"\n" };
        let mut text = format!(
            "state_dir = \"state\"\ntopics = \"topics\"\n{}\n[egress]\nallow_net = [\"{}\"{}]\n\
             [fetch]\nhost_gap = \"0s\"\n{ballast}",
            if self.extra.starts_with('[') { "" } else { &self.extra },
            self.server.address(),
            self.allowed.iter().map(|host| format!(", \"{host}\"")).collect::<String>(),
        );
        for (feed, _) in &self.feeds {
            text += &format!(
                "[[feed]]\nid = \"{feed}\"\nurl = \"{}\"\npublisher = \"{}\"\n",
                self.server.url(&self.path(feed)),
                feed.to_uppercase(),
            );
        }
        if self.extra.starts_with('[') {
            text += &self.extra;
        }
        let file = self.dir().join("wirewatch.toml");
        replace(&file, &text);
        file
    }

    pub fn load(&self) -> config::Config {
        let env = Environment::fixed([]);
        config::load(&self.write_config(), &env).unwrap_or_else(|problems| panic!("{problems}"))
    }

    pub async fn start(&mut self) {
        self.try_start().await.unwrap_or_else(|error| panic!("{error:?}"));
    }

    pub async fn try_start(&mut self) -> Result<(), StartError> {
        self.start_with(self.load()).await
    }

    /// Starts from this text of the main file.
    pub async fn app_from(&mut self, main_file: &str) {
        let file = self.dir().join("wirewatch.toml");
        std::fs::write(&file, main_file).unwrap();
        let config = config::load(&file, &Environment::fixed([])).unwrap();
        self.start_with(config).await.unwrap();
    }

    /// Visits every feed once, in a run of its own that ends thereafter. However far the clock was
    /// moved since the last one, no feed is visited more than once.
    pub async fn round(&mut self) -> Vec<Visit> {
        self.once = true;
        self.start().await;
        let visits = self.first_round().await;
        self.app().finish_once().await;
        self.stop().await;
        self.once = false;
        visits
    }

    async fn start_with(&mut self, config: config::Config) -> Result<(), StartError> {
        let printed = self.printed.clone();
        let style = Style { colour: false, width: 100 };
        let printer = Printer::new(style, move |text| printed.lock().unwrap().push_str(text));
        let options = Options {
            clock: self.clock.clone(),
            printer,
            deliver: true,
            once: self.once,
            service: Service::default(),
        };
        let (app, events) = App::start_watched(config, options).await?;
        self.events = Some(events);
        self.app = Some(app);
        Ok(())
    }

    pub async fn stop(&mut self) {
        if let Some(app) = self.app.take() {
            app.stop().await;
        }
    }

    /// The running app, for a test that keeps it.
    pub fn take_app(&mut self) -> App {
        self.app.take().unwrap()
    }

    /// Lets requests through to `host`.
    pub fn allow(&mut self, host: &str) {
        self.allowed.push(host.to_owned());
    }

    pub fn add_feed(&mut self, feed: &str) {
        self.feeds.push((feed.to_owned(), Vec::new()));
        self.serve(feed);
    }

    /// Gives a feed another path on the server.
    pub fn move_feed(&mut self, feed: &str, path: &str) {
        self.moved.push((feed.to_owned(), path.to_owned()));
    }

    pub fn remove_feed(&mut self, feed: &str) {
        self.feeds.retain(|(name, _)| name != feed);
    }

    pub fn app(&self) -> &App {
        self.app.as_ref().unwrap()
    }

    /// Waits for the first visit of every feed.
    pub async fn first_round(&mut self) -> Vec<Visit> {
        let mut visits = Vec::new();
        while visits.len() < self.feeds.len() {
            visits.push(self.next_visit().await);
        }
        visits
    }

    /// Visits a feed now, and waits until all that follows is delivered.
    pub async fn visit(&mut self, feed: &str) -> Visit {
        self.app().visit_now(&feed.parse().unwrap());
        let visit = self.next_visit().await;
        assert_eq!(visit.feed.as_str(), feed);
        self.delivered().await;
        visit
    }

    pub async fn next_visit(&mut self) -> Visit {
        loop {
            if let Event::Visited(visit) = self.next_event().await {
                return *visit;
            }
        }
    }

    /// Passes over what happened so far.
    pub fn catch_up(&mut self) {
        while self.events.as_mut().is_some_and(|events| events.try_recv().is_ok()) {}
    }

    pub async fn next_event(&mut self) -> Event {
        let events = self.events.as_mut().unwrap();
        tokio::time::timeout(LIMIT, events.recv()).await.expect("an event in time").unwrap()
    }

    /// Waits until no delivery is on its way.
    pub async fn delivered(&mut self) {
        let app = self.app.as_ref().unwrap();
        tokio::time::timeout(LIMIT, app.delivered()).await.expect("delivered in time").unwrap();
    }

    /// The database, as another process would open it.
    pub fn store(&self) -> Store {
        Store::open(&self.dir().join("state").join(DATABASE_FILE), Access::Existing).unwrap()
    }

    pub fn alerts(&self) -> Vec<AlertView> {
        let all = AlertFilter { limit: u32::MAX, ..AlertFilter::default() };
        self.store().alerts(&all).unwrap()
    }

    /// The alert log, line by line.
    pub fn alert_log(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.dir().join("state/alerts.jsonl"));
        let text = text.unwrap_or_default();
        // The last line may be on its way.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What the log channel printed for people since the last call.
    pub fn printed(&self) -> String {
        std::mem::take(&mut self.printed.lock().unwrap())
    }
}

/// Writes a file at once: a daemon that looks meanwhile sees the old text or the new one.
fn replace(file: &Path, text: &str) {
    let new = file.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(&new, file).unwrap();
}
