//! The alert log as a user finds it after crashes, rotations and full disks: whole lines, each once.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::deliver::object::{self, tests::sample as revision};
use crate::deliver::parcel::{Parcel, sample};
use crate::deliver::terminal::Style;
use crate::domain::alert::delivery::{Carried, Thread};
use crate::domain::ids::{AlertId, DeliveryId};

use super::file::rotated;
use super::*;

struct Desk {
    _dir: tempfile::TempDir,
    config: LogChannel,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let config = LogChannel {
            path: dir.path().join("state/alerts.jsonl"),
            rotate_bytes: 1024 * 1024,
            keep: 3,
            terminal: false,
        };
        Self { _dir: dir, config }
    }

    fn path(&self) -> &Path {
        &self.config.path
    }

    /// Sends through a log opened anew, as after a restart.
    fn send(&self, ids: impl IntoIterator<Item = i64>) -> Vec<Result<Receipt, ChannelError>> {
        send(&AlertLog::new(&self.config, None), ids)
    }

    fn ids(&self) -> Vec<String> {
        ids_in(self.path())
    }

    fn append(&self, bytes: &[u8]) {
        let mut content = fs::read(self.path()).unwrap_or_default();
        content.extend_from_slice(bytes);
        fs::create_dir_all(self.path().parent().expect("a parent")).expect("a directory");
        fs::write(self.path(), content).expect("written");
    }
}

fn delivery(id: i64) -> Claimed {
    let channel = "log".parse().expect("a key");
    Claimed {
        id: DeliveryId(id),
        carried: Carried::Alert { alert: AlertId(id), seq: 1 },
        body: object::freeze(&revision(), &channel, DeliveryId(id)),
        channel,
        attempt: 1,
        created: Timestamp::UNIX_EPOCH,
        thread: Thread::default(),
    }
}

fn send(log: &AlertLog, ids: impl IntoIterator<Item = i64>) -> Vec<Result<Receipt, ChannelError>> {
    let batch: Vec<Claimed> = ids.into_iter().map(delivery).collect();
    let lines = batch.iter().map(Line::from).collect();
    log.inner.write(lines)
}

/// The delivery ids in a file; every line must be a whole alert.
fn ids_in(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a log");
    assert!(text.is_empty() || text.ends_with('\n'), "{text:?}");
    let alert = |line| serde_json::from_str::<AlertV1>(line).expect("an alert");
    let id = |line| alert(line).delivery.expect("a delivery").id;
    text.lines().map(id).collect()
}

#[test]
fn each_delivery_is_a_line_in_the_order_of_sending() {
    let desk = Desk::new();
    assert_eq!(desk.send([1, 2]), [Ok(Receipt::default()), Ok(Receipt::default())]);
    desk.send([3]);
    assert_eq!(desk.ids(), ["D1", "D2", "D3"]);
}

#[test]
fn the_line_is_the_frozen_bytes() {
    let desk = Desk::new();
    desk.send([7]);
    let mut expected = delivery(7).body;
    expected.push(b'\n');
    assert_eq!(fs::read(desk.path()).expect("a log"), expected);
}

#[test]
fn what_is_already_in_the_log_is_taken_but_not_written_again() {
    let desk = Desk::new();
    desk.send([1, 2]);
    let results = desk.send([2, 3, 3]);
    assert_eq!(desk.ids(), ["D1", "D2", "D3"]);
    let detail = |n: usize| results[n].clone().expect("taken").detail;
    assert_eq!(detail(0).as_deref(), Some("already in the log"));
    assert_eq!(detail(1), None);
}

#[test]
fn a_torn_last_line_is_cut_and_its_delivery_written_again() {
    for cut in [1, 10, 200] {
        let desk = Desk::new();
        desk.send([1]);
        let torn = delivery(2).body;
        desk.append(&torn[..cut]);
        desk.send([2]);
        assert_eq!(desk.ids(), ["D1", "D2"], "cut at {cut}");
    }
}

#[test]
fn a_rotated_log_can_be_read_by_whom_its_owner_let_in() {
    let desk = Desk::new();
    desk.send([1]);
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(desk.path()), 0o600);
    fs::set_permissions(desk.path(), Permissions::from_mode(0o640)).expect("set");
    let small = LogChannel { rotate_bytes: 10, ..desk.config.clone() };
    send(&AlertLog::new(&small, None), [2]);
    assert_eq!(mode(&rotated(desk.path(), 1)), 0o640);
    assert_eq!((mode(desk.path()), desk.ids()), (0o640, vec!["D2".to_owned()]));
}

#[test]
fn a_torn_line_of_any_kind_is_cut() {
    for parcel in sample::all() {
        let torn = match parcel {
            Parcel::Alert(alert) => alert.to_bytes(),
            Parcel::Notice(notice) => serde_json::to_vec(&notice).expect("JSON"),
            Parcel::Digest(digest) => digest.to_bytes(),
        };
        for cut in [21, 30, 100, torn.len() - 1] {
            let desk = Desk::new();
            desk.send([1]);
            desk.append(&torn[..cut]);
            desk.send([2]);
            let text = String::from_utf8_lossy(&torn[..cut]);
            assert_eq!(desk.ids(), ["D1", "D2"], "{text}");
        }
    }
}

#[test]
fn a_last_line_that_only_lacks_its_end_is_kept() {
    let desk = Desk::new();
    desk.append(&delivery(1).body);
    desk.send([1, 2]);
    assert_eq!(desk.ids(), ["D1", "D2"]);
}

#[test]
fn zeros_left_by_a_power_cut_are_cut() {
    let desk = Desk::new();
    desk.send([1]);
    desk.append(&[0; 5_000]);
    desk.send([2]);
    assert_eq!(desk.ids(), ["D1", "D2"]);
}

#[test]
fn a_line_of_someone_else_is_never_cut() {
    let desk = Desk::new();
    desk.append(b"a note by hand, without an end");
    desk.send([1]);
    let text = fs::read_to_string(desk.path()).expect("a log");
    assert!(text.starts_with("a note by hand, without an end\n{\"schema\""), "{text}");
}

#[test]
fn the_log_is_rotated_before_it_grows_past_its_limit_and_keeps_so_many() {
    let mut desk = Desk::new();
    let line = delivery(10).body.len() as u64 + 1;
    desk.config.rotate_bytes = 2 * line;
    desk.config.keep = 2;
    desk.send(10..=14);
    desk.send(15..=18);
    assert_eq!(desk.ids(), ["Dj"]);
    assert_eq!(ids_in(&rotated(desk.path(), 1)), ["Dg", "Dh"]);
    assert_eq!(ids_in(&rotated(desk.path(), 2)), ["De", "Df"]);
    assert!(!rotated(desk.path(), 3).exists());
    let size = fs::metadata(desk.path()).expect("a log").len();
    assert!(size <= desk.config.rotate_bytes);
}

#[test]
fn a_rotation_that_was_interrupted_loses_no_file() {
    let mut desk = Desk::new();
    desk.send([10]);
    desk.config.rotate_bytes = 1;
    // `.1` has become `.2`, and there it ended.
    fs::write(rotated(desk.path(), 2), "older\n").expect("written");
    desk.send([11]);
    assert_eq!(fs::read_to_string(rotated(desk.path(), 2)).expect("kept"), "older\n");
    assert_eq!(ids_in(&rotated(desk.path(), 1)), ["Da"]);
    assert_eq!(desk.ids(), ["Db"]);
}

#[test]
fn a_delivery_written_before_a_rotation_is_not_written_again() {
    let mut desk = Desk::new();
    desk.config.rotate_bytes = 1;
    desk.send([1, 2]);
    desk.send([1, 2]);
    assert_eq!(desk.ids(), ["D2"]);
    assert_eq!(ids_in(&rotated(desk.path(), 1)), ["D1"]);
}

#[test]
fn a_log_moved_away_while_running_begins_anew() {
    let desk = Desk::new();
    let log = AlertLog::new(&desk.config, None);
    send(&log, [1]);
    let moved: PathBuf = desk.path().with_extension("moved");
    fs::rename(desk.path(), &moved).expect("moved");
    send(&log, [2]);
    assert_eq!(ids_in(&moved), ["D1"]);
    assert_eq!(desk.ids(), ["D2"]);
}

#[test]
fn a_batch_that_filled_many_files_before_a_crash_is_known_again() {
    let mut desk = Desk::new();
    let line = delivery(1).body.len() as u64 + 1;
    (desk.config.rotate_bytes, desk.config.keep) = (3 * line + 10, 1_000);
    assert!(desk.send(1..=40).iter().all(Result::is_ok));
    // Nothing was settled: all of it comes again, and one more. One rotation was interrupted.
    fs::rename(rotated(desk.path(), 1), desk.path().with_extension("aside")).expect("renamed");
    let aside = ids_in(&desk.path().with_extension("aside"));
    assert!(desk.send(1..=41).iter().all(Result::is_ok));
    let files = (1..=1_000).map(|n| rotated(desk.path(), n)).filter(|path| path.exists());
    let mut all: Vec<String> = files.flat_map(|path| ids_in(&path)).collect();
    all.extend(desk.ids());
    all.extend(aside.iter().cloned());
    all.sort();
    let twice = all.len();
    all.dedup();
    // Only what nobody can find any more is written again.
    assert_eq!((all.len(), twice), (41, 41 + aside.len()));
}

#[test]
fn a_path_that_cannot_be_written_fails_for_now_and_says_why() {
    let mut desk = Desk::new();
    desk.send([1]);
    desk.config.path = desk.path().join("not-a-directory/alerts.jsonl");
    let results = desk.send([2, 3]);
    assert_eq!(results.len(), 2);
    for result in results {
        let error = result.expect_err("a failure");
        assert!(matches!(error, ChannelError::Transient { .. }));
        assert!(error.detail().is_some());
    }
}

#[test]
fn a_full_disk_fails_for_now() {
    let mut desk = Desk::new();
    desk.config.path = "/dev/full".into();
    let error = desk.send([1]).remove(0).expect_err("a failure");
    assert!(matches!(error, ChannelError::Transient { .. }));
    assert_eq!(error.code(), "disk_full");
}

#[test]
fn a_device_takes_lines_but_is_neither_mended_nor_rotated() {
    let mut desk = Desk::new();
    desk.config.path = "/dev/null".into();
    desk.config.rotate_bytes = 1;
    assert_eq!(desk.send([1, 2]), [Ok(Receipt::default()), Ok(Receipt::default())]);
    assert!(Path::new("/dev/null").exists());
}

#[test]
fn each_alert_is_printed_once() {
    let desk = Desk::new();
    let printed = Arc::new(Mutex::new(String::new()));
    let style = Style { colour: false, width: 100 };
    let paper = Arc::clone(&printed);
    let printer = Printer::new(style, move |text| {
        paper.lock().expect("paper").push_str(text);
    });
    let log = AlertLog::new(&desk.config, Some(printer));
    send(&log, [1]);
    send(&log, [1]);
    let text = printed.lock().expect("paper").clone();
    assert_eq!(text.matches("high  [Defence alliances] Keir Starmer").count(), 1, "{text}");
}

#[test]
fn the_file_is_done_with_before_anything_is_printed() {
    let desk = Desk::new();
    let path = desk.path().to_owned();
    let (found, reported) = std::sync::mpsc::channel();
    let printer = Printer::new(Style { colour: false, width: 100 }, move |_| {
        found.send(ids_in(&path)).expect("a reader");
    });
    let log = AlertLog::new(&desk.config, Some(printer));
    send(&log, [1, 2]);
    let both = vec!["D1".to_owned(), "D2".to_owned()];
    assert_eq!(reported.try_iter().collect::<Vec<_>>(), [both.clone(), both]);
}
