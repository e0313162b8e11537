//! A tape of what SQLite does to the files below a directory: every write, sync, truncation and
//! removal, in order, with marks of what was acknowledged in between. [`super::images`] makes of it
//! what a disk may hold after a power cut.
//!
//! It is a layer between SQLite and its own access to files, in force for directories that a test
//! names; the files of all others are opened as if it were not there. It can weaken `synchronous` on
//! its way to SQLite, to see what the stronger setting is good for.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::size_of;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};

/// One thing that happened, to the file of this number.
#[derive(Debug, Clone)]
pub enum Step {
    Write {
        file: usize,
        at: u64,
        bytes: Vec<u8>,
    },
    Sync {
        file: usize,
    },
    Truncate {
        file: usize,
        len: u64,
    },
    Remove {
        file: usize,
        lasting: bool,
    },
    /// A caller was told that this is stored.
    Acknowledged(usize),
}

/// What was recorded.
#[derive(Debug)]
pub struct Recorded {
    /// File names, without directory.
    pub files: Vec<String>,
    pub steps: Vec<Step>,
}

/// A tape that runs; dropping it ends the recording.
pub struct Tape(Arc<Reel>, PathBuf);

struct Reel {
    weak: bool,
    seen: Mutex<Recorded>,
}

/// How SQLite is set up for the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// As the store asks for it.
    AsAsked,
    /// `synchronous = NORMAL`, whatever the store asks for.
    Normal,
}

impl Tape {
    /// Records what is done below `dir`, which must be a real path without links.
    pub fn start(dir: &Path, care: Care) -> Self {
        let seen = Mutex::new(Recorded { files: Vec::new(), steps: Vec::new() });
        let reel = Arc::new(Reel { weak: care == Care::Normal, seen });
        lock(&layer().reels).push((dir.to_owned(), reel.clone()));
        Self(reel, dir.to_owned())
    }

    /// Marks that a caller was told of `what`.
    pub fn acknowledge(&self, what: usize) {
        lock(&self.0.seen).steps.push(Step::Acknowledged(what));
    }

    /// Ends the recording.
    pub fn stop(self) -> Recorded {
        let mut seen = lock(&self.0.seen);
        Recorded { files: std::mem::take(&mut seen.files), steps: std::mem::take(&mut seen.steps) }
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        lock(&layer().reels).retain(|(dir, _)| *dir != self.1);
    }
}

/// What lies between SQLite and its files.
struct Layer {
    real: *mut sqlite3_vfs,
    methods: sqlite3_io_methods,
    reels: Mutex<Vec<(PathBuf, Arc<Reel>)>>,
}

// SAFETY: the pointer is to a static of SQLite's, whose functions any thread may call; the rest is
// plain data or behind a lock.
unsafe impl Send for Layer {}
// SAFETY: as above.
unsafe impl Sync for Layer {}

/// An open file that is recorded. SQLite's own part follows it in memory.
#[repr(C)]
struct Tracked {
    base: sqlite3_file,
    /// From [`Arc::into_raw`]; given back on closing.
    reel: *const Reel,
    file: usize,
}

static LAYER: OnceLock<Layer> = OnceLock::new();

fn layer() -> &'static Layer {
    static REGISTERED: OnceLock<()> = OnceLock::new();
    let layer = LAYER.get_or_init(|| {
        // SAFETY: asks for the default, which lives as long as the process.
        let real = unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) };
        assert!(!real.is_null());
        Layer { real, methods: METHODS, reels: Mutex::default() }
    });
    REGISTERED.get_or_init(|| {
        // SAFETY: a copy of the default with another name and three functions of ours; the rest
        // of its functions go by what they are handed, which the copy holds as well. It is
        // leaked, as SQLite keeps it for ever.
        unsafe {
            let mut vfs = *layer.real;
            vfs.zName = c"recorded".as_ptr();
            vfs.szOsFile += size_of::<Tracked>() as c_int;
            vfs.xOpen = Some(open);
            vfs.xDelete = Some(delete);
            vfs.pNext = std::ptr::null_mut();
            assert_eq!(ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 1), ffi::SQLITE_OK);
        }
    });
    layer
}

/// The reel for a file, and its name.
fn reel_of(path: *const c_char) -> Option<(Arc<Reel>, String)> {
    if path.is_null() {
        return None;
    }
    // SAFETY: SQLite hands in a path that ends with a zero.
    let path = Path::new(unsafe { CStr::from_ptr(path) }.to_str().ok()?);
    let (dir, name) = (path.parent()?, path.file_name()?.to_str()?);
    let reels = lock(&LAYER.get()?.reels);
    let (_, reel) = reels.iter().find(|(known, _)| known == dir)?;
    Some((reel.clone(), name.to_owned()))
}

impl Reel {
    /// The number of the file of this name.
    fn file(&self, name: String) -> usize {
        let files = &mut lock(&self.seen).files;
        let known = files.iter().position(|file| *file == name);
        known.unwrap_or_else(|| {
            files.push(name);
            files.len() - 1
        })
    }

    /// Does it, and records it if it went well, with nothing else in between.
    fn record(&self, step: impl FnOnce() -> Step, act: impl FnOnce() -> c_int) -> c_int {
        let mut seen = lock(&self.seen);
        let code = act();
        if code == ffi::SQLITE_OK {
            seen.steps.push(step());
        }
        code
    }
}

unsafe extern "C" fn open(
    _vfs: *mut sqlite3_vfs,
    path: ffi::sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let real = LAYER.get().expect("registered").real;
    // SAFETY: the room behind `file` is large enough for ours and SQLite's own, see `szOsFile`.
    unsafe {
        let below = (*real).xOpen.expect("open");
        let Some((reel, name)) = reel_of(path) else {
            return below(real, path, file, flags, out);
        };
        let code = below(real, path, inner(file), flags, out);
        let tracked = file.cast::<Tracked>();
        if code == ffi::SQLITE_OK {
            (*tracked).file = reel.file(name);
            (*tracked).reel = Arc::into_raw(reel);
            (*tracked).base.pMethods = &LAYER.get().expect("registered").methods;
        } else {
            // Not to be closed, then.
            (*tracked).base.pMethods = std::ptr::null();
        }
        code
    }
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, path: *const c_char, sync: c_int) -> c_int {
    let real = LAYER.get().expect("registered").real;
    // SAFETY: hands on what was handed in.
    let act = || unsafe { (*real).xDelete.expect("delete")(real, path, sync) };
    match reel_of(path) {
        Some((reel, name)) => {
            let file = reel.file(name);
            reel.record(|| Step::Remove { file, lasting: sync != 0 }, act)
        }
        None => act(),
    }
}

/// SQLite's own part of a file.
unsafe fn inner(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: both parts are in one allocation, ours first; see `szOsFile`.
    unsafe { file.cast::<Tracked>().add(1).cast() }
}

/// Hands a call on to SQLite's own part.
macro_rules! hand_on {
    ($($name:ident ( $($arg:ident : $type:ty),* ) -> $result:ty = $method:ident;)*) => { $(
        unsafe extern "C" fn $name(file: *mut sqlite3_file $(, $arg: $type)*) -> $result {
            // SAFETY: `file` was opened by `open`, and the arguments are SQLite's.
            unsafe {
                let inner = inner(file);
                (*(*inner).pMethods).$method.expect("a method")(inner $(, $arg)*)
            }
        }
    )* };
}

hand_on! {
    close_below() -> c_int = xClose;
    read(to: *mut c_void, len: c_int, at: sqlite3_int64) -> c_int = xRead;
    write_below(from: *const c_void, len: c_int, at: sqlite3_int64) -> c_int = xWrite;
    truncate_below(len: sqlite3_int64) -> c_int = xTruncate;
    sync_below(flags: c_int) -> c_int = xSync;
    size(to: *mut sqlite3_int64) -> c_int = xFileSize;
    lock_file(level: c_int) -> c_int = xLock;
    unlock(level: c_int) -> c_int = xUnlock;
    is_reserved(to: *mut c_int) -> c_int = xCheckReservedLock;
    control_below(op: c_int, argument: *mut c_void) -> c_int = xFileControl;
    sector_size() -> c_int = xSectorSize;
    abilities() -> c_int = xDeviceCharacteristics;
    shm_map(page: c_int, len: c_int, extend: c_int, to: *mut *mut c_void) -> c_int = xShmMap;
    shm_lock(at: c_int, n: c_int, flags: c_int) -> c_int = xShmLock;
    shm_barrier() -> () = xShmBarrier;
    shm_unmap(delete: c_int) -> c_int = xShmUnmap;
    fetch(at: sqlite3_int64, len: c_int, to: *mut *mut c_void) -> c_int = xFetch;
    unfetch(at: sqlite3_int64, page: *mut c_void) -> c_int = xUnfetch;
}

const METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 3,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock_file),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(is_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(abilities),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: Some(fetch),
    xUnfetch: Some(unfetch),
};

/// The reel and the number of an open file.
unsafe fn tracked<'a>(file: *mut sqlite3_file) -> (&'a Reel, usize) {
    // SAFETY: `file` was opened by `open`, which set both; the reel lives until it is closed.
    unsafe {
        let tracked = file.cast::<Tracked>();
        (&*(*tracked).reel, (*tracked).file)
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: closed once; the count of the reel was kept by `open`.
    unsafe {
        let code = close_below(file);
        drop(Arc::from_raw((*file.cast::<Tracked>()).reel));
        code
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    len: c_int,
    at: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite hands in `len` bytes at `from`.
    unsafe {
        let (reel, number) = tracked(file);
        let step = || {
            let bytes = std::slice::from_raw_parts(from.cast::<u8>(), len as usize).to_vec();
            Step::Write { file: number, at: at as u64, bytes }
        };
        reel.record(step, || write_below(file, from, len, at))
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, len: sqlite3_int64) -> c_int {
    // SAFETY: hands on what was handed in.
    unsafe {
        let (reel, number) = tracked(file);
        let step = || Step::Truncate { file: number, len: len as u64 };
        reel.record(step, || truncate_below(file, len))
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: hands on what was handed in.
    unsafe {
        let (reel, number) = tracked(file);
        reel.record(|| Step::Sync { file: number }, || sync_below(file, flags))
    }
}

/// SQLite shows each pragma to this layer before it heeds it.
unsafe extern "C" fn control(file: *mut sqlite3_file, op: c_int, argument: *mut c_void) -> c_int {
    // SAFETY: for a pragma the argument is an array of three texts: an answer, the name, the value;
    // the value is SQLite's own copy, and one that is there has room for a digit and a zero.
    unsafe {
        if op == ffi::SQLITE_FCNTL_PRAGMA && tracked(file).0.weak {
            let texts = argument.cast::<*mut c_char>();
            let (name, value) = (*texts.add(1), *texts.add(2));
            let is_it = CStr::from_ptr(name).to_bytes().eq_ignore_ascii_case(b"synchronous");
            if is_it && !value.is_null() && *value != 0 {
                // 1 is NORMAL.
                (*value, *value.add(1)) = (b'1' as c_char, 0);
            }
        }
        control_below(file, op, argument)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
