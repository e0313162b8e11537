//! A whole round of 1,000 loopback feeds with 20 entries each, by the real binary: cold (fetch,
//! parse, match, place, store, index), then unchanged (every server answers 304), and the memory
//! of the daemon that then idles over them. Wall time includes this process serving the feeds.
//!
//! Run with `cargo bench --bench round`.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Path as UrlPath;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

const FEEDS: usize = 1_000;
const ENTRIES: usize = 20;
const WORDS: usize = 4_000;
const SYLLABLES: [&str; 16] = [
    "ka", "lo", "mi", "ner", "dor", "sa", "ti", "ve", "run", "pel", "gar", "hes", "bri", "tol",
    "sen", "wa",
];

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let port = runtime.block_on(serve());
    let dir = tempfile::tempdir().unwrap();
    let config = write_config(dir.path(), port, FEEDS);
    println!("{FEEDS} feeds x {ENTRIES} entries on loopback, topics of config/topics");
    report("cold round", &config);
    report("unchanged round", &config);
    idle(&config);
    // The same database and topics with one feed: what a process costs before and after its round.
    let one = write_config(dir.path(), port, 1);
    report("start and stop", &one);
}

/// One `run --once`, with its wall time and the processor time of the child.
fn report(name: &str, config: &Path) {
    let begun = Instant::now();
    let child = wirewatch(config).args(["run", "--once"]).stderr(Stdio::null()).spawn().unwrap();
    let (status, cpu) = wait(child);
    let wall = begun.elapsed();
    assert_eq!(status.code(), Some(0), "{name} did not end well");
    println!("{name:<16} {:>6.2} s wall  {:>6.2} CPU-s", wall.as_secs_f64(), cpu.as_secs_f64());
}

/// The daemon's resident memory once its first round is over.
fn idle(config: &Path) {
    let mut child = wirewatch(config).arg("run").stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut last = 0;
    // The round is over when memory stands still: feeds already known are not due for long.
    for _ in 0..40 {
        std::thread::sleep(Duration::from_millis(250));
        last = resident_kb(&status);
    }
    println!("idle daemon      {:>6.1} MB resident", last as f64 / 1024.0);
    // SAFETY: the child is ours and not yet waited for.
    unsafe { libc::kill(child.id().cast_signed(), libc::SIGTERM) };
    child.wait().unwrap();
}

fn resident_kb(status: &str) -> u64 {
    let text = fs::read_to_string(status).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn wirewatch(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirewatch"));
    command.arg("-c").arg(config).stdout(Stdio::null());
    command
}

/// Waits for a child, with the processor time it used.
fn wait(child: Child) -> (std::process::ExitStatus, Duration) {
    let mut status = 0;
    // SAFETY: both out-parameters are valid for the call, and the child is waited for only here.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        assert!(libc::wait4(child.id().cast_signed(), &raw mut status, 0, &raw mut usage) > 0);
        usage
    };
    let time = |t: libc::timeval| {
        Duration::from_secs(t.tv_sec as u64) + Duration::from_micros(t.tv_usec as u64)
    };
    (std::process::ExitStatus::from_raw(status), time(usage.ru_utime) + time(usage.ru_stime))
}

async fn serve() -> u16 {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let bodies: Vec<String> = (0..FEEDS).map(feed).collect();
    let bodies: &'static [String] = bodies.leak();
    let answer = move |UrlPath(number): UrlPath<usize>, headers: HeaderMap| async move {
        answer(&bodies[number], &headers)
    };
    let app = Router::new().route("/{number}", get(answer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    port
}

fn answer(body: &'static str, headers: &HeaderMap) -> Response {
    if headers.contains_key(header::IF_NONE_MATCH) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, "\"1\""), (header::CONTENT_TYPE, "application/rss+xml")], body).into_response()
}

/// A feed of its own host each, since one host is asked one thing at a time.
fn write_config(dir: &Path, port: u16, feeds: usize) -> std::path::PathBuf {
    let topics = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/topics");
    let mut text = format!(
        "state_dir = \"{}\"\ntopics = \"{}\"\n[egress]\nallow_net = [\"127.0.0.0/8\"]\n",
        dir.join("state").display(),
        topics.display()
    );
    for number in 0..feeds {
        let host = Ipv4Addr::new(127, 0, 1 + (number / 250) as u8, 1 + (number % 250) as u8);
        text +=
            &format!("[[feed]]\nid = \"feed-{number}\"\nurl = \"http://{host}:{port}/{number}\"\n");
    }
    let file = dir.join("wirewatch.toml");
    fs::write(&file, text).unwrap();
    file
}

/// A feed of invented news, the same at each run.
fn feed(number: usize) -> String {
    let mut random = number as u64 + 1;
    let mut items = String::new();
    for entry in 0..ENTRIES {
        let title = words(&mut random, 9);
        let text = words(&mut random, 60);
        items += &format!(
            "<item><title>{title}</title><link>https://news{number}.example/{entry}</link>\
             <guid isPermaLink=\"false\">{number}-{entry}</guid>\
             <pubDate>Wed, 03 Jun 2026 0{}:{:02}:00 GMT</pubDate>\
             <description>{text}</description></item>",
            entry % 10,
            number % 60,
        );
    }
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News {number}</title>\
         <link>https://news{number}.example/</link><description>Invented</description>{items}\
         </channel></rss>"
    )
}

/// Words drawn so that few are frequent and many are rare, as in news.
fn words(random: &mut u64, count: usize) -> String {
    let draw = |random: &mut u64| {
        *random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let unit = (*random >> 11) as f64 / (1u64 << 53) as f64;
        let mut rank = (WORDS as f64).powf(unit) as usize;
        let mut word = String::new();
        while rank > 0 {
            word += SYLLABLES[rank % SYLLABLES.len()];
            rank /= SYLLABLES.len();
        }
        word
    };
    (0..count).map(|_| draw(random)).collect::<Vec<_>>().join(" ")
}
