//! What is killed, and what must be true of it afterwards: the real binary with feeds on loopback, an
//! alert log that is rotated, a webhook that drops acknowledgements and fails, digests, and output
//! feeds in files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::Value;
use wirewatch::deliver::feed::LENGTH;
use wirewatch::domain::alert::delivery::DeliveryState;
use wirewatch::store::DATABASE_FILE;
use wirewatch::store::outbox::{DeliveryFilter, DeliveryView};

use super::whole;
use crate::cli::scene;
use crate::support::channel::{Answer, Receiver};
use crate::support::world::{NATO, World, item};

const FEEDS: [&str; 2] = ["wire", "ledger"];

/// When the alert log is rotated, and what is left free of it by [`Ward::fill_log`]: less than a line.
const ROTATE_BYTES: usize = 64 * 1024;
const SPARE_BYTES: usize = 200;

/// The id of a delivery that nobody made, of lines that fill the alert log.
const FILLER: &str = "filler";

/// What a webhook has under way at most, and a kill may leave unrecorded.
const IN_FLIGHT: usize = 4;

/// Longest wait for a process to say or do something.
const LIMIT: Duration = Duration::from_secs(120);

/// When the first story was published, before the test began.
const AGO: Duration = Duration::from_secs(3_600);

/// Runs that it may take until nothing is on its way any more.
const ROUNDS_TO_SETTLE: usize = 4;

pub struct Ward {
    pub world: World,
    pub sink: Receiver,
    config: PathBuf,
    pub published: usize,
    pub killed: usize,
    reloads: usize,
    begun: Timestamp,
}

/// What the ways out came to, for the report.
pub struct Sums {
    pub alerts: usize,
    pub keys: usize,
    pub repeats: usize,
    pub dropped: usize,
    pub failed: usize,
    /// Alerts that were told in digests as well.
    pub digested: usize,
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { alerts, keys, repeats, dropped, failed, digested } = self;
        write!(
            f,
            "{alerts} alerts, {keys} keys came, {repeats} twice; {dropped} acknowledgements were \
             dropped and {failed} requests answered 503; {digested} alerts in digests"
        )
    }
}

impl Ward {
    /// A daemon past its baseline, not running.
    pub async fn new() -> Self {
        let sink = Receiver::start().await;
        let mut world = World::new(&FEEDS).await;
        world.extra = format!(
            "[feeds_out]\ndir = \"out\"\n[[channel]]\nid = \"log\"\ntype = \"log\"\n\
             rotate = \"64KiB\"\nkeep = 1000\n[[channel]]\nid = \"hook\"\ntype = \"webhook\"\n\
             url = \"{}\"\ndigest = {{ every = \"week\" }}\n",
            sink.url()
        );
        world.allow(&sink.host());
        let config = world.write_config();
        let begun = Timestamp::now();
        let mut ward = Self { world, sink, config, published: 0, killed: 0, reloads: 0, begun };
        ward.configure();
        ward.once();
        ward
    }

    /// Writes the configuration: with feeds that are fetched every second.
    fn configure(&mut self) {
        self.config = self.world.write_config();
        let text = std::fs::read_to_string(&self.config).unwrap();
        let text = text.replace("[[feed]]\n", "[[feed]]\ninterval = \"1s\"\n");
        std::fs::write(&self.config, text).unwrap();
    }

    /// Changes the configuration that is there: the same topics, and one more that finds nothing.
    pub fn change_config(&mut self) {
        self.reloads += 1;
        let n = self.reloads;
        self.world.topics = format!("{NATO}\n[[topic]]\nid = \"t{n}\"\nmatch = 'unheard{n}'\n");
        self.configure();
    }

    /// Publishes a story of its own in one of the feeds.
    pub fn publish(&mut self) {
        self.published += 1;
        let (n, feed) = (self.published, FEEDS[self.published % FEEDS.len()]);
        // Dated, each otherwise: of what has no date of its own, fifty entries at once would be taken for
        // an archive, and as many come together when as many runs were killed before they stored any.
        let story = item(&format!("NATO w{n}a w{n}b w{n}c w{n}d"));
        let second = Duration::from_secs(n as u64);
        self.world.publish(feed, story.published(self.begun - AGO + second));
    }

    /// Fills the alert log with one long line, so that the next alert rotates it.
    pub fn fill_log(&self) {
        let path = self.state().join("alerts.jsonl");
        let size = std::fs::metadata(&path).map_or(0, |file| file.len()) as usize;
        let room = ROTATE_BYTES.saturating_sub(size + SPARE_BYTES);
        let filler = "x".repeat(room);
        let line = format!("{{\"delivery\":{{\"id\":\"{FILLER}\"}},\"text\":\"{filler}\"}}\n");
        let mut log = OpenOptions::new().append(true).create(true).open(path).unwrap();
        log.write_all(line.as_bytes()).unwrap();
    }

    pub fn state(&self) -> PathBuf {
        self.world.dir().join("state")
    }

    /// A command line with this configuration.
    pub fn command(&self, line: &str) -> Command {
        let mut command = scene::command(self.world.dir());
        command.arg("-c").arg(&self.config).args(line.split_whitespace());
        command
    }

    /// One round without a kill.
    fn once(&self) {
        let ran = scene::run(&mut self.command("run --once"));
        assert!(matches!(ran.code, 0 | 3), "{ran:?}");
    }

    /// Runs without kills until nothing is on its way, looks at everything, and sums up.
    pub async fn settle(&mut self) -> Sums {
        let all = DeliveryFilter { limit: 1_000_000, ..DeliveryFilter::default() };
        let pending = DeliveryFilter { state: Some(DeliveryState::Pending), ..all.clone() };
        self.sink.answer_again();
        for _ in 0..ROUNDS_TO_SETTLE {
            let store = self.world.store();
            store.retry_deliveries(pending.clone(), Timestamp::now()).await.unwrap();
            drop(store);
            self.once();
            let deliveries = self.world.store().deliveries(&all).unwrap();
            if deliveries.iter().all(|delivery| delivery.state == DeliveryState::Delivered) {
                return self.check(&deliveries);
            }
        }
        panic!("deliveries are left: {:?}", self.world.store().deliveries(&pending).unwrap());
    }

    fn check(&self, deliveries: &[DeliveryView]) -> Sums {
        let conn = Connection::open(self.state().join(DATABASE_FILE)).unwrap();
        assert_eq!(whole(&conn), Ok(()));
        let count = |sql: &str| -> usize {
            conn.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap() as usize
        };
        for table in ["entries", "matches", "decisions", "alerts", "alert_revisions"] {
            let rows = count(&format!("SELECT count(*) FROM {table}"));
            assert_eq!(rows, self.published, "{table}: one for each entry");
        }
        for channel in ["log", "hook"] {
            let told = format!(
                "SELECT count(DISTINCT alert_id) FROM deliveries WHERE channel = '{channel}'"
            );
            assert_eq!(count(&told), self.published, "{channel}");
        }
        self.check_log(deliveries);
        self.check_files();
        self.check_sink(deliveries)
    }

    /// Every key came, each with the same bytes whenever it came, and few came twice.
    fn check_sink(&self, deliveries: &[DeliveryView]) -> Sums {
        let received = self.sink.received();
        let mut bodies: BTreeMap<&str, &[u8]> = BTreeMap::new();
        for request in &received {
            let first = bodies.entry(request.id()).or_insert(&request.body);
            assert_eq!(*first, &request.body[..], "{} came with other bytes", request.id());
        }
        let answered = |answer: Answer| received.iter().filter(move |got| got.answer == answer);
        let (dropped, taken) =
            (answered(Answer::DropAck).count(), answered(Answer::Status(204)).count());
        let expected = ids(deliveries, "hook");
        assert_eq!(bodies.keys().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(), expected);
        let repeats = (taken + dropped).saturating_sub(expected.len());
        let bound = self.killed * IN_FLIGHT + dropped;
        assert!(repeats <= bound, "{repeats} repeats, at most {bound}: {} kills", self.killed);
        let digested = digested(&bodies);
        let failed = received.len() - taken - dropped;
        Sums { alerts: self.published, keys: expected.len(), repeats, dropped, failed, digested }
    }

    /// The alert log is whole over all its rotated files: each delivery is there, none twice.
    fn check_log(&self, deliveries: &[DeliveryView]) {
        let logged: Vec<String> = log_lines(&self.state())
            .iter()
            .map(|line| line["delivery"]["id"].as_str().unwrap().to_owned())
            .filter(|id| id != FILLER)
            .collect();
        let distinct: BTreeSet<String> = logged.iter().cloned().collect();
        assert_eq!(distinct, ids(deliveries, "log"));
        assert_eq!(logged.len(), distinct.len(), "a line is in the log twice");
    }

    /// The output feeds have the last alerts in them, and nothing unfinished lies beside them.
    fn check_files(&self) {
        let out = self.state().join("out");
        for name in ["alerts.json", "topics/nato.json"] {
            let feed: Value =
                serde_json::from_slice(&std::fs::read(out.join(name)).unwrap()).unwrap();
            let items = feed["items"].as_array().unwrap().len();
            assert_eq!(items, self.published.min(LENGTH as usize), "{name}");
        }
        for dir in [out.clone(), out.join("topics")] {
            let names = std::fs::read_dir(&dir).unwrap();
            let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let left: Vec<String> = names.filter(|name| name.ends_with(".part")).collect();
            assert_eq!(left, Vec::<String>::new(), "left by a kill in {}", dir.display());
        }
    }
}

/// How many alerts are in digests: none is in two.
fn digested(bodies: &BTreeMap<&str, &[u8]>) -> usize {
    let mut told = BTreeSet::new();
    for body in bodies.values() {
        let body: Value = serde_json::from_slice(body).unwrap();
        if body["schema"] == "wirewatch.digest.v1" {
            for alert in body["alerts"].as_array().unwrap() {
                assert!(told.insert(alert["id"].to_string()), "{alert} is in two digests");
            }
        }
    }
    told.len()
}

/// The lines of the alert log, rotated files included.
pub fn log_lines(state: &Path) -> Vec<Value> {
    let files = std::fs::read_dir(state).unwrap().map(|entry| entry.unwrap().path());
    let is_log = |file: &PathBuf| {
        let name = file.file_name().unwrap().to_str().unwrap();
        name == "alerts.jsonl" || name.starts_with("alerts.jsonl.")
    };
    let texts = files.filter(is_log).map(|file| std::fs::read_to_string(file).unwrap());
    let texts: Vec<String> = texts.collect();
    texts
        .iter()
        .flat_map(|text| text.lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn ids(deliveries: &[DeliveryView], channel: &str) -> BTreeSet<String> {
    let of_channel = deliveries.iter().filter(|delivery| delivery.channel.as_str() == channel);
    of_channel.map(|delivery| delivery.id.to_string()).collect()
}

/// A process that may die at any moment, and what it logs. Killed when dropped.
pub struct Mortal {
    child: Child,
    logged: mpsc::Receiver<String>,
}

impl Mortal {
    pub fn start(command: &mut Command) -> Self {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = quiet.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, logged) = mpsc::channel();
        std::thread::spawn(move || {
            lines.map_while(Result::ok).try_for_each(|line| sender.send(line).map_err(drop))
        });
        Self { child, logged }
    }

    /// Waits until it logs this; false if it dies first.
    pub fn says(&self, part: &str) -> bool {
        let begun = Instant::now();
        loop {
            match self.logged.recv_timeout(LIMIT.saturating_sub(begun.elapsed())) {
                Ok(line) if line.contains(part) => return true,
                Ok(_) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return false,
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("it never said {part:?}"),
            }
        }
    }

    pub fn signal(&self, signal: i32) {
        let pid = i32::try_from(self.child.id()).unwrap();
        // SAFETY: kill(2) with the process id of a child that was not waited for yet.
        unsafe { libc::kill(pid, signal) };
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Kills it, if nothing else has.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    pub fn end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < LIMIT, "it does not end");
            std::thread::yield_now();
        }
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
