//! An hour of a daemon's life over many feeds that do not change, on a clock that is moved by hand
//! and over real sockets: how many requests, how much work, how much memory, and whether the second
//! half costs what the first does. The feeds are served by a process of their own.
//!
//! Run with `cargo bench --bench hour` for 10,000 feeds, or with another number after `--`.

mod served;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio::sync::broadcast::error::RecvError;
use wirewatch::clock::Clock;
use wirewatch::config::{self, Environment};
use wirewatch::daemon::app::{App, Options};
use wirewatch::daemon::events::Event;
use wirewatch::daemon::service::Service;
use wirewatch::deliver::Printer;
use wirewatch::deliver::terminal::Style;

const FEEDS: usize = 10_000;
const STEP: Duration = Duration::from_secs(30);
const STEPS: usize = 120;

/// A step is over when nothing was visited for this long.
const QUIET: Duration = Duration::from_millis(250);

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let number = args.iter().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(FEEDS);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if args.iter().any(|arg| arg == "serve") {
        runtime.block_on(async {
            println!("{}", served::serve(number).await);
            std::future::pending::<()>().await;
        });
    }
    let mut server = Command::new(&args[0])
        .args(["serve", &number.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut port).unwrap();
    runtime.block_on(live(number, port.trim().parse().unwrap()));
    server.kill().unwrap();
    server.wait().unwrap();
}

async fn live(feeds: usize, port: u16) {
    let dir = tempfile::tempdir().unwrap();
    let file = served::write_config(dir.path(), port, feeds);
    let config = config::load(&file, &Environment::fixed([])).unwrap();
    let clock = Clock::manual("2026-06-03T12:00:00Z".parse().unwrap());
    let style = Style { colour: false, width: 100 };
    let printer = Printer::new(style, |_| {});
    let options = Options {
        clock: clock.clone(),
        printer,
        deliver: true,
        once: false,
        service: Service::default(),
    };
    let app = App::start(config, options).await.unwrap();
    let mut events = app.subscribe();
    let mut first = 0;
    while first < feeds {
        first += visits(&mut events).await;
    }
    println!(
        "{feeds} feeds x {} entries, first round done: {:.1} MB",
        served::ENTRIES,
        resident_mb()
    );
    let mut halves = [(0_usize, Duration::ZERO); 2];
    let mut longest = Duration::ZERO;
    for step in 0..STEPS {
        let (begun, before) = (Instant::now(), cpu());
        clock.advance(STEP);
        let visits = visits(&mut events).await;
        longest = longest.max(begun.elapsed());
        let half = &mut halves[step * 2 / STEPS];
        half.0 += visits;
        half.1 += cpu() - before;
    }
    for (name, (visits, cpu)) in ["first half hour", "second half hour"].iter().zip(halves) {
        println!("{name:<17} {visits:>7} visits  {:>6.2} CPU-s", cpu.as_secs_f64());
    }
    println!("longest step {:.2} s, memory {:.1} MB", longest.as_secs_f64(), resident_mb());
    app.stop().await;
}

/// Counts visits until there are none for a while.
async fn visits(events: &mut tokio::sync::broadcast::Receiver<Event>) -> usize {
    let mut visits = 0;
    loop {
        match tokio::time::timeout(QUIET, events.recv()).await {
            Ok(Ok(Event::Visited(_))) => visits += 1,
            Ok(Err(RecvError::Lagged(missed))) => visits += missed as usize,
            Ok(Ok(_)) => {}
            Ok(Err(RecvError::Closed)) | Err(_) => return visits,
        }
    }
}

/// Processor time of this process.
fn cpu() -> Duration {
    // SAFETY: the out-parameter is valid for the call.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    let time = |t: libc::timeval| {
        Duration::from_secs(t.tv_sec as u64) + Duration::from_micros(t.tv_usec as u64)
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}

fn resident_mb() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}
