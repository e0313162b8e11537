//! Mail from end to end: from what feeds say to what stands in a mailbox, as others' programs read it.
//! The server is aiosmtpd with a Maildir, the reader is notmuch; and the binary itself over TLS.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wirewatch::store::outbox::DeliveryFilter;

use crate::cli::scene;
use crate::support::mail::{MailServer, Manner, Rules, Tls, certificate};
use crate::support::world::{NATO, World, item};
use crate::support::{counterpart, port};

/// Longest wait for another program: only a failing test gets there.
const LIMIT: Duration = Duration::from_secs(120);

const PACT: &str = "NATO ministers sign a harbour defence pact in Copenhagen";

/// A second topic that finds the same story.
const HARBOURS: &str = r#"
[[topic]]
id = "harbours"
name = "Harbours"
match = 'harbour'
"#;

fn channel(port: u16, keys: &str) -> String {
    format!(
        "[[channel]]\nid = \"desk\"\ntype = \"email\"\nserver = \"127.0.0.1\"\nport = {port}\n\
         from = \"Wirewatch <wire@example.org>\"\nto = [\"desk@example.org\"]\n{keys}"
    )
}

/// A world that mails to this port, past the baseline of its two feeds.
async fn world(port: u16, topics: &str) -> World {
    let mut world = World::new(&["wire", "ledger"]).await;
    world.topics = topics.to_owned();
    world.extra = channel(port, "tls = \"none\"\n");
    world.allow(&format!("127.0.0.1:{port}"));
    world.start().await;
    world.first_round().await;
    world
}

/// Waits until the first attempt is recorded: the next one is put off from then on.
async fn settled(world: &World) {
    let store = world.store();
    let filter = DeliveryFilter { limit: 10, ..DeliveryFilter::default() };
    let begun = Instant::now();
    while store.deliveries(&filter).unwrap().iter().all(|delivery| delivery.attempts.is_empty()) {
        assert!(begun.elapsed() < LIMIT, "no attempt is recorded");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Two publishers tell one story, one of them another one as well.
async fn publish(world: &mut World) {
    let text = "The <b>harbour</b> pact was signed by NATO ministers after two nights. \"At last\", they said.";
    world.publish("wire", item(PACT).text(text));
    world.visit("wire").await;
    world.publish("ledger", item(PACT).text(text).at("ledger.example"));
    world.visit("ledger").await;
    world.publish("wire", item("Storm sinks =?utf-8?q?NATO?= buoys off Iceland, حلف شمال الأطلسي"));
    world.visit("wire").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feeds_entry_becomes_a_mail_and_a_failed_attempt_repeats_it_with_its_id() {
    let server = MailServer::start().await;
    server.script([Manner::DropAck]);
    let mut world = world(server.port(), NATO).await;
    world.publish("wire", item(PACT).text("NATO ministers signed it."));
    world.app().visit_now(&"wire".parse().unwrap());
    server.wait_for(1).await;
    settled(&world).await;
    world.clock.advance(Duration::from_secs(60));
    let twice = server.wait_for(2).await;
    assert_eq!(twice[0].id(), twice[1].id());
    assert_eq!(twice[0].bytes, twice[1].bytes);
    assert!(twice[0].body("text/plain").contains("Article: https://news.example/nato-ministers"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_reader_shows_one_conversation_per_story() {
    let Some(mailbox) = Mailbox::start() else { return };
    let Some(notmuch) = counterpart::find("notmuch", "NOTMUCH") else { return };
    let mut world = world(mailbox.port, &format!("{NATO}{HARBOURS}")).await;
    publish(&mut world).await;
    world.stop().await;

    let reader = Reader::new(notmuch, &mailbox.maildir());
    // Two topics and a follow-up of each on one story, and one topic on the other.
    let pact = "subject:harbour";
    assert_eq!(reader.count("messages", "*"), reader.count("messages", pact) + 1);
    assert!(reader.count("messages", pact) >= 3, "{}", reader.search("*"));
    assert_eq!(reader.count("threads", pact), 1, "{}", reader.search("*"));
    assert_eq!(reader.count("threads", "*"), 2, "{}", reader.search("*"));
    // What a feed wrote as an encoded word is read as it stands.
    let storm = reader.search("subject:buoys");
    assert!(
        storm.contains("=\u{2060}?utf-8?q?NATO?=") || storm.contains("=?utf-8?q?NATO?="),
        "{storm}"
    );
    let shown = reader.run(&["show", "--format=text", "subject:harbour"]);
    assert!(shown.contains("pact was signed by"), "{shown}");
    assert!(shown.contains("text/html"), "{shown}");
}

/// Two of the same mail, as after a lost acknowledgement, are one in a reader.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_comes_twice_is_shown_once() {
    let Some(mailbox) = Mailbox::start() else { return };
    let Some(notmuch) = counterpart::find("notmuch", "NOTMUCH") else { return };
    let mut world = world(mailbox.port, NATO).await;
    world.publish("wire", item("Storm sinks NATO buoys off Iceland"));
    world.visit("wire").await;
    let store = world.store();
    world.stop().await;
    // As if the acknowledgement had not come.
    let database = rusqlite::Connection::open(world.dir().join("state/wirewatch.db")).unwrap();
    let again = "UPDATE deliveries SET state = 'pending', next_attempt = 0, settled_at = NULL";
    assert!(database.execute(again, []).unwrap() > 0);
    drop((database, store));
    world.start().await;
    world.delivered().await;
    world.stop().await;
    let reader = Reader::new(notmuch, &mailbox.maildir());
    assert_eq!(reader.count("files", "*"), 2);
    assert_eq!(reader.count("messages", "*"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_logs_in_over_tls_with_an_authority_of_the_users() {
    for (implicit, keys) in [(false, "tls = \"starttls\"\n"), (true, "tls = \"implicit\"\n")] {
        let (pem, acceptor) = certificate();
        let rules = Rules {
            login: Some(("wire".to_owned(), "hunter2-s3cret".to_owned())),
            tls: Some(Tls { acceptor, implicit }),
            ..Rules::default()
        };
        let server = MailServer::with(rules).await;
        let mut world = World::new(&["wire"]).await;
        let login = "username = \"wire\"\npassword_env = \"MAIL_PASSWORD\"\n";
        world.extra = channel(server.port(), &format!("{keys}{login}"));
        world.allow(&server.host());
        let dir = world.dir().to_owned();
        std::fs::write(dir.join("ca.pem"), pem).unwrap();
        let run = |world: &World| {
            let config = world.write_config();
            let mut command = scene::command(world.dir());
            command.arg("-c").arg(config);
            command.env("SSL_CERT_FILE", dir.join("ca.pem")).env("MAIL_PASSWORD", "hunter2-s3cret");
            command.args(["run", "--once", "-v"]);
            tokio::task::spawn_blocking(move || scene::run(&mut command))
        };
        run(&world).await.unwrap().ended(0);
        world.publish("wire", item(PACT));
        let ran = run(&world).await.unwrap().ended(0);
        let mail = server.wait_for(1).await.remove(0);
        assert!(mail.private);
        assert_eq!(mail.login.as_deref(), Some("wire"));
        assert!(!format!("{}{}", ran.out, ran.err).contains("hunter2"), "{ran:?}");
    }
}

/// aiosmtpd, putting mails into a Maildir. Ended when dropped.
struct Mailbox {
    port: u16,
    dir: tempfile::TempDir,
    child: Child,
}

impl Mailbox {
    fn start() -> Option<Self> {
        let program = counterpart::find("aiosmtpd", "AIOSMTPD")?;
        let dir = tempfile::tempdir().expect("a directory");
        let port = port::free();
        let child = Command::new(program)
            .args(["-n", "-l", &format!("127.0.0.1:{port}"), "-c", "aiosmtpd.handlers.Mailbox"])
            .arg(dir.path().join("mail"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("aiosmtpd");
        let mailbox = Self { port, dir, child };
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < LIMIT, "aiosmtpd does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(mailbox)
    }

    fn maildir(&self) -> PathBuf {
        self.dir.path().join("mail")
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// notmuch over a Maildir.
struct Reader {
    program: PathBuf,
    config: PathBuf,
}

impl Reader {
    fn new(program: PathBuf, maildir: &Path) -> Self {
        let config = maildir.with_extension("config");
        let text = format!(
            "[database]\npath={}\n[user]\nname=Test\nprimary_email=test@example.org\n[new]\ntags=new\n",
            maildir.display()
        );
        std::fs::write(&config, text).expect("a file");
        let reader = Self { program, config };
        reader.run(&["new"]);
        reader
    }

    fn run(&self, words: &[&str]) -> String {
        let config = format!("--config={}", self.config.display());
        let output = Command::new(&self.program).arg(config).args(words).output().expect("notmuch");
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn count(&self, what: &str, query: &str) -> usize {
        let text = self.run(&["count", &format!("--output={what}"), query]);
        text.trim().parse().expect("a number")
    }

    fn search(&self, query: &str) -> String {
        self.run(&["search", query])
    }
}
