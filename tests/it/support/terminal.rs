//! The two ends of a terminal: what a program writes to, and where a test reads what it shows.

use std::fs::File;
use std::io::Read;
use std::os::fd::{FromRawFd, OwnedFd};

/// Opens a terminal of this size: the end that is read, and the one that programs get. Neither is
/// passed on to a program that another test starts meanwhile, which would keep the terminal open.
pub fn open(columns: u16, rows: u16) -> (File, OwnedFd) {
    let size = libc::winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    let (mut outer, mut inner) = (-1, -1);
    let none = std::ptr::null_mut();
    // SAFETY: openpty(3) fills in two descriptors; it is given room for them and a size.
    let done = unsafe { libc::openpty(&mut outer, &mut inner, none, std::ptr::null(), &size) };
    assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
    for descriptor in [outer, inner] {
        // SAFETY: fcntl(2) on a descriptor that was just opened; no program inherits it.
        unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
    // SAFETY: both were just opened and belong to nobody else.
    unsafe { (OwnedFd::from_raw_fd(outer).into(), OwnedFd::from_raw_fd(inner)) }
}

/// Reads a terminal until nobody has its other end open any more, which is an error for it.
pub fn rest(mut outer: File) -> String {
    let (mut text, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(n @ 1..) = outer.read(&mut piece) {
        text.extend_from_slice(&piece[..n]);
    }
    String::from_utf8(text).unwrap().replace("\r\n", "\n")
}
