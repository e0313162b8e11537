//! Bytes that come to the HTTP server: each is answered in HTTP or cut off, never with "internal error",
//! and the server goes on.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::OnceLock;
use std::time::Duration;

use tokio::runtime::Runtime;
use wirewatch::clock::Clock;
use wirewatch::config::{Environment, HttpConfig, load};
use wirewatch::daemon::app::{App, Options};
use wirewatch::daemon::service::Service;
use wirewatch::deliver::Printer;
use wirewatch::deliver::terminal::Style;
use wirewatch::web::Web;

/// Longest wait for an answer: a request that never ends is cut off by us.
const PATIENCE: Duration = Duration::from_secs(30);

/// Most of an answer that is read: a stream of alerts has no end.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// A daemon without feeds, and its server.
struct House {
    _dir: tempfile::TempDir,
    _runtime: Runtime,
    _app: App,
    web: Web,
}

pub fn run(bytes: &[u8]) {
    static HOUSE: OnceLock<House> = OnceLock::new();
    let address = HOUSE.get_or_init(House::new).web.address();
    // A stream stays open until its client goes: that is what it is for.
    if memchr::memmem::find(bytes, b"stream").is_some() {
        return;
    }
    let answer = exchange(address, bytes);
    let head = String::from_utf8_lossy(&answer[..answer.len().min(12)]).into_owned();
    assert!(answer.is_empty() || head.starts_with("HTTP/1."), "{head:?}");
    assert!(!head.ends_with(" 500"), "{:?}", String::from_utf8_lossy(&answer));
}

fn exchange(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A server that has had enough closes while it is told more.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    match stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
            panic!("neither answered nor cut off: {:?}", String::from_utf8_lossy(bytes))
        }
        _ => answer,
    }
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("topics")).unwrap();
        let topic =
            "[[topic]]\nid = \"nato\"\nname = \"NATO\"\nseverity = \"low\"\nmatch = 'NATO'\n";
        fs::write(dir.path().join("topics/nato.toml"), topic).unwrap();
        let feed = "[[feed]]\nid = \"wire\"\nurl = \"https://wire.example/\"\npaused = true\n";
        let main = format!("state_dir = \"state\"\n{feed}");
        fs::write(dir.path().join("wirewatch.toml"), main).unwrap();
        let config = load(dir.path(), &Environment::fixed([]));
        let config = config.unwrap_or_else(|problems| panic!("{problems}"));
        let runtime = Runtime::new().unwrap();
        let printer = Printer::new(Style { colour: false, width: 80 }, |_| {});
        let options = Options {
            clock: Clock::manual("2026-06-03T12:00:00Z".parse().unwrap()),
            printer,
            deliver: false,
            once: false,
            service: Service::default(),
        };
        let (app, web) = runtime.block_on(async {
            let app = App::start(config, options).await.unwrap();
            let listen = HttpConfig::at("127.0.0.1:0".parse().unwrap());
            let web = Web::start(&listen, app.desk().clone()).await.unwrap();
            (app, web)
        });
        Self { _dir: dir, _runtime: runtime, _app: app, web }
    }
}
