//! Keeps the heap small. The allocator keeps what was freed in case it is asked for again; a daemon
//! that rests for minutes between rounds on a small server had better not. [`bound`] is asked for
//! before there is any other thread, that of the log included; what a round left is given back beside the [watches](super::watches), in
//! real time, since it decides nothing.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// How soon after the start: what reading thousands of feeds' states left is the most there is.
const FIRST: Duration = Duration::from_secs(15);

/// How often then. One time costs some milliseconds.
const EVERY: Duration = Duration::from_secs(300);

/// What is larger comes from the system and goes back to it as soon as it is freed, in bytes. Left to
/// itself the allocator raises this with the first large answer of a server that is freed, and keeps
/// all later ones.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: libc::c_int = 256 * 1024;

/// Heaps that threads share. One each, as is usual, keeps what each of them once needed: after an hour
/// among 794 hostile feeds 689 MB, of which 92 were in use; with these two bounds 165.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const HEAPS: libc::c_int = 2;

/// Bounds what the allocator keeps, of this process, from now on. Not while another thread may ask for
/// memory (mallopt(3): MT-Unsafe).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn bound() {
    // SAFETY: mallopt(3) takes two numbers and changes settings of the allocator only. It refuses what
    // it does not know, and goes on as it was.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_ARENA_MAX, HEAPS);
    }
}

/// Other allocators have no such settings.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn bound() {}

/// Gives memory back now and then until `stop`.
pub(super) async fn keep_small(stop: CancellationToken) {
    let mut wait = FIRST;
    while stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
        let _ended = tokio::task::spawn_blocking(give_back).await;
        wait = EVERY;
    }
}

/// Hands all whole free pages back to the system. Of 10,000 resting feeds' 62 MB it gave back 10.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_back() {
    // SAFETY: malloc_trim(3) takes a number, may be called by any thread at any time, and moves
    // nothing that is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other allocators give back by themselves, or have no such call.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}
