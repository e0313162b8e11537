//! The ballast is given up whatever SQLite takes a disk without room for, and whenever that is found; it
//! is taken up before feeds are read again.

use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::process::Command;

use super::small_disk::{SmallDisk, hooked, may_mount, received, until};
use crate::cli::scene::{Running, Scene};
use crate::support::world::item;

/// Has every write of a process fail that goes beyond so many bytes of a file, as SQLite sees it where a
/// quota is used up: it is an error of the disk to it, and not a full one.
fn limit_files(daemon: &Running, bytes: libc::rlim_t) {
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: prlimit(2) is given a process of ours, a limit to read and nothing to write to.
    let done =
        unsafe { libc::prlimit(daemon.pid(), libc::RLIMIT_FSIZE, &limit, std::ptr::null_mut()) };
    assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
}

/// Takes the lock of who writes to a database, which is a byte of the index of its log. SQLite would go by
/// what the way from outside is called and not by where it leads.
fn as_if_somebody_wrote(state: &Path) -> File {
    let index = File::options().read(true).write(true).open(state.join("wirewatch.db-shm"));
    let index = index.unwrap();
    // SAFETY: all of it is numbers, for which zero is a value.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = libc::F_WRLCK as libc::c_short;
    lock.l_whence = libc::SEEK_SET as libc::c_short;
    (lock.l_start, lock.l_len) = (120, 1);
    // SAFETY: fcntl(2) reads the lock, of a file that is open.
    let done = unsafe { libc::fcntl(index.as_raw_fd(), libc::F_SETLKW, &lock) };
    assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
    index
}

/// A daemon to which a write beyond the limit is an error and not its end.
fn unsignalled(scene: &Scene) -> Running {
    let daemon = scene.command();
    let mut command = Command::new("sh");
    command.current_dir(scene.world.dir()).env_clear().env("HOME", scene.world.dir());
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(daemon.get_program());
    Running::start(command.args(daemon.get_args()).arg("run"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_refuses_to_write_is_given_the_room_of_the_ballast() {
    let (mut scene, sink) = hooked("[storage]\nballast = \"2MiB\"\nfloor = \"1MiB\"\n").await;
    let ballast = scene.world.dir().join("state/wirewatch.ballast");
    let daemon = unsignalled(&scene);
    daemon.logged("feeds read");
    until("the ballast is there", || ballast.metadata().is_ok_and(|found| found.len() == 2 << 20));
    limit_files(&daemon, 4_096);
    scene.world.publish("wire", item("NATO convenes while nothing can be written"));
    let said = daemon.logged("the disk fails");
    assert!(said.contains("\"ballast_given_up\":true"), "{said}");
    assert!(!ballast.exists());
    limit_files(&daemon, libc::RLIM_INFINITY);
    daemon.logged("reading feeds goes on");
    assert_eq!(ballast.metadata().unwrap().len(), 2 << 20, "taken up before");
    received(&sink, "NATO convenes while nothing can be written");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_while_the_database_is_locked_is_given_the_room_of_the_ballast() {
    if !may_mount() {
        return;
    }
    let (mut scene, sink) = hooked("[storage]\nballast = \"2MiB\"\nfloor = \"8MiB\"\n").await;
    let disk = SmallDisk::mount(&scene, "size=24m");
    let daemon = disk.run(&scene);
    daemon.logged("feeds read");
    until("the ballast is there", || disk.inside("test -s STATE/wirewatch.ballast"));
    let other = as_if_somebody_wrote(&disk.path_outside());
    scene.world.publish("wire", item("NATO waits for a lock"));
    daemon.logged("keeps the database locked");
    disk.fill();
    let said = daemon.logged("by now the disk is full");
    assert!(said.contains("\"ballast_given_up\":true"), "{said}");
    assert!(!disk.inside("test -e STATE/wirewatch.ballast"));
    drop(other);
    disk.grow();
    daemon.logged("reading feeds goes on");
    received(&sink, "NATO waits for a lock");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}
