//! State directories on small disks in memory, in a mount namespace of their own (`unshare -rm`), which
//! can be filled, grown and made read-only while daemons come and go.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cli::scene::{Running, Scene};
use crate::support::channel::Receiver;

/// Longest wait for something: only a failing test gets there.
pub const LIMIT: Duration = Duration::from_secs(120);

pub fn may_mount() -> bool {
    let tried = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .stderr(Stdio::null())
        .status();
    let may = tried.is_ok_and(|status| status.success());
    if !may {
        eprintln!("SKIPPED: mount namespaces are not allowed here, so no disk can be filled up");
    }
    may
}

/// The disk that the state directory of a scene lies on. There until it is dropped.
pub struct SmallDisk {
    /// A process that does nothing, in the namespace.
    holder: Child,
    state: PathBuf,
}

impl SmallDisk {
    pub fn mount(scene: &Scene, options: &str) -> Self {
        let state = scene.world.dir().join("state");
        std::fs::create_dir_all(&state).unwrap();
        let script = format!(
            "mount -t tmpfs -o {options} tmpfs '{}' && echo mounted && exec cat",
            state.display()
        );
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = command.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "mounted\n");
        Self { holder, state }
    }

    fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        let target = self.holder.id().to_string();
        command.args(["-t", &target, "-U", "-m", "--preserve-credentials"]);
        command
    }

    /// The state directory, as processes see it that are outside.
    pub fn path_outside(&self) -> PathBuf {
        let root = format!("/proc/{}/root", self.holder.id());
        Path::new(&root).join(self.state.strip_prefix("/").unwrap())
    }

    /// Starts a daemon on it.
    pub fn run(&self, scene: &Scene) -> Running {
        self.run_by(&[], scene)
    }

    /// The same, by a program that runs it.
    pub fn run_by(&self, program: &[&str], scene: &Scene) -> Running {
        let daemon = scene.command();
        let mut command = self.enter();
        command.args(program).arg(daemon.get_program()).args(daemon.get_args()).arg("run");
        command.env("HOME", scene.world.dir());
        Running::start(&mut command)
    }

    /// Runs a script where the disk is; `STATE` is the directory.
    pub fn inside(&self, script: &str) -> bool {
        let script = script.replace("STATE", &format!("'{}'", self.state.display()));
        let mut command = self.enter();
        command.args(["sh", "-c", &script]).stderr(Stdio::null()).stdout(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Writes until nothing more fits.
    pub fn fill(&self) {
        assert!(!self.inside("cat /dev/zero > STATE/filler"), "until the disk is full");
    }

    pub fn grow(&self) {
        assert!(self.inside("mount -o remount,size=96m STATE"), "the disk grows");
    }

    /// What `status` says.
    pub fn status(&self, scene: &Scene) -> Value {
        self.said(scene, "status")
    }

    /// What a command says that shows something.
    pub fn said(&self, scene: &Scene, what: &str) -> Value {
        let asked = scene.command();
        let mut command = self.enter();
        command.arg(asked.get_program()).args(asked.get_args()).args([what, "-o", "json"]);
        let output = command.env("HOME", scene.world.dir()).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// Has every feed read each second.
fn hurried(scene: &Scene) {
    let text = std::fs::read_to_string(&scene.config).unwrap();
    let text = text.replace("publisher =", "interval = \"1s\"\npublisher =");
    std::fs::write(&scene.config, text).unwrap();
}

/// A feed, and a channel that is told of everything.
pub async fn hooked(extra: &str) -> (Scene, Receiver) {
    let sink = Receiver::start().await;
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.allow(&sink.host());
    scene.world.extra = format!(
        "[[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"{}\"\n{extra}",
        sink.url()
    );
    scene.world.write_config();
    hurried(&scene);
    (scene, sink)
}

/// Waits until something of this kind, or about this, came in.
#[track_caller]
pub fn received(sink: &Receiver, part: &str) {
    until(part, || {
        sink.received().iter().any(|got| String::from_utf8_lossy(&got.body).contains(part))
    });
}

/// Waits until something is so.
#[track_caller]
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < LIMIT, "{what}: never");
        std::thread::sleep(Duration::from_millis(20));
    }
}
