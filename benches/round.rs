//! A whole round over loopback feeds with 20 entries each, by the real binary: cold (fetch, parse,
//! match, place, store, index), then unchanged (every server answers 304), and the memory and the
//! work of the daemon that then idles over them. Wall time includes this process serving the feeds.
//!
//! Run with `cargo bench --bench round` for 1,000 feeds, `cargo bench --bench round -- 10000` for
//! more.

mod served;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use served::{ENTRIES, serve, write_config};

const FEEDS: usize = 1_000;

/// How long the idle daemon is watched, after as long to come to rest.
const IDLE: Duration = Duration::from_secs(20);

fn main() {
    let asked = std::env::args().skip(1).find_map(|arg| arg.parse().ok());
    let feeds: usize = asked.unwrap_or(FEEDS);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let port = runtime.block_on(serve(feeds));
    let dir = tempfile::tempdir().unwrap();
    let config = write_config(dir.path(), port, feeds);
    println!("{feeds} feeds x {ENTRIES} entries on loopback, topics of config/topics");
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

/// The daemon's resident memory and work once its first round is over: feeds already known are not
/// due for long.
fn idle(config: &Path) {
    let mut child = wirewatch(config).arg("run").stderr(Stdio::null()).spawn().unwrap();
    let proc = format!("/proc/{}", child.id());
    std::thread::sleep(IDLE);
    let before = ticks(&proc);
    std::thread::sleep(IDLE);
    // SAFETY: asks for a constant of the system.
    let per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) } as f64;
    let cpu = (ticks(&proc) - before) as f64 / per_second / IDLE.as_secs_f64() * 100.0;
    let memory = resident_kb(&format!("{proc}/status")) as f64 / 1024.0;
    println!("idle daemon      {memory:>6.1} MB resident  {cpu:>6.2} % of a core");
    // SAFETY: the child is ours and not yet waited for.
    unsafe { libc::kill(child.id().cast_signed(), libc::SIGTERM) };
    child.wait().unwrap();
}

/// Processor time used so far, in the system's ticks.
fn ticks(proc: &str) -> u64 {
    let stat = fs::read_to_string(format!("{proc}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // Fields 14 and 15 of proc(5), counted after the name.
    fields[11..13].iter().map(|field| field.parse::<u64>().unwrap()).sum()
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
