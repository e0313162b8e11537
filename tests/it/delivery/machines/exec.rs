//! Programs as a channel: what they are given, what their end means, and that nothing outlives them.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use wirewatch::config::{ChannelKind, Command, ExecChannel};
use wirewatch::domain::alert::delivery::DeliveryState;

use crate::delivery::desk::Desk;

/// A desk with a channel that runs this shell script in the desk's directory. (The shell is the
/// script's own interpreter here; the channel knows none.)
fn desk(script: &str, limit: Duration) -> Desk {
    let desk = Desk::new();
    let directory = desk.dir().to_owned();
    let file = directory.join("tell.sh");
    fs::write(&file, script).expect("a script");
    let command = Command {
        program: PathBuf::from("/bin/sh"),
        arguments: vec![file.display().to_string(), "$(touch pwned)".to_owned()],
        environment: vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
        directory,
    };
    let exec = ExecChannel { command, timeout: limit };
    desk.channel("exec", ChannelKind::Exec(exec), "127.0.0.1:1")
}

const LIMIT: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_the_object_on_its_input_and_little_else() {
    let script = "cat > got.json; env > env.txt; printf '%s' \"$1\" > argument.txt; echo done";
    let mut desk = desk(script, LIMIT);
    desk.start().await;
    let frozen = desk.alert(1, 1).await;
    desk.until("delivered", Desk::all_delivered).await;

    let read = |name: &str| fs::read_to_string(desk.dir().join(name)).expect("a file");
    assert_eq!(read("got.json").as_bytes(), [frozen["D1"].as_slice(), b"\n"].concat());
    // No shell came between.
    assert_eq!(read("argument.txt"), "$(touch pwned)");
    assert!(!desk.dir().join("pwned").exists());
    let environment = read("env.txt");
    let mut names: Vec<&str> =
        environment.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    names.retain(|name| !matches!(*name, "PWD" | "OLDPWD" | "SHLVL" | "_"));
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "PATH",
            "WIREWATCH_ALERT",
            "WIREWATCH_ATTEMPT",
            "WIREWATCH_CHANNEL",
            "WIREWATCH_DELIVERY",
            "WIREWATCH_EVENT",
            "WIREWATCH_KIND",
            "WIREWATCH_SEQ",
            "WIREWATCH_SEVERITY",
            "WIREWATCH_TOPIC",
        ]
    );
    assert!(environment.contains("WIREWATCH_EVENT=opened\n"), "{environment}");
    assert!(!environment.contains("Headline"), "{environment}");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_program_ends_says_what_becomes_of_the_delivery() {
    let cases = [
        ("exit 65", "exit_65", DeliveryState::Parked),
        ("exit 64", "exit_64", DeliveryState::Parked),
        ("exit 75", "exit_75", DeliveryState::Pending),
        ("exit 1", "exit_1", DeliveryState::Pending),
        ("kill -9 $$", "signal_9", DeliveryState::Pending),
    ];
    for (script, code, state) in cases {
        let mut desk =
            desk(&format!("cat > /dev/null; echo 'it \u{1b}[31msaid' >&2; {script}"), LIMIT);
        desk.start().await;
        desk.alert(1, 1).await;
        desk.until(code, |desk| {
            let delivery = desk.delivery("D1");
            delivery.state == state && delivery.attempts.len() == 1
        })
        .await;
        let attempt = desk.delivery("D1").attempts.remove(0);
        assert_eq!(attempt.code, code);
        let detail = attempt.detail.expect("a detail");
        assert!(detail.starts_with("it") && !detail.contains('\u{1b}'), "{detail:?}");
        desk.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_beyond_its_time_is_ended_with_all_that_it_started() {
    // The child of the child says that it is alive for as long as it is.
    let script = "sh -c 'echo $$ > child.pid; exec sleep 600' & wait";
    let mut desk = desk(script, Duration::from_secs(8));
    desk.start().await;
    desk.alert(1, 1).await;
    desk.until("tried", |desk| desk.delivery("D1").attempts.len() == 1).await;
    assert_eq!(desk.delivery("D1").attempts[0].code, "timeout");
    let pid = fs::read_to_string(desk.dir().join("child.pid")).expect("a child");
    let status = PathBuf::from(format!("/proc/{}/stat", pid.trim()));
    desk.until("the child is gone", |_| {
        // Gone, or dead and not yet buried by whoever inherited it.
        fs::read_to_string(&status).map_or(true, |stat| stat.contains(") Z"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_writes_without_end_and_reads_nothing_does_no_harm() {
    let script = "head -c 3000000 /dev/zero | tr '\\0' x; exit 0";
    let mut desk = desk(script, LIMIT);
    desk.start().await;
    desk.alert(1, 1).await;
    desk.until("delivered", Desk::all_delivered).await;
    let detail = desk.delivery("D1").attempts.remove(0).detail.expect("a detail");
    assert!(detail.chars().count() <= 500, "{}", detail.len());
}
