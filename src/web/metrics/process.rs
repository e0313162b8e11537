//! What the system says of this process, by the names that everybody uses. Where it says nothing,
//! nothing is told.

use super::Page;

/// Ticks of the processor clock that Linux counts in, and bytes of its pages, on every machine that
/// wirewatch is built for.
const TICKS_PER_SECOND: u64 = 100;
const PAGE_BYTES: u64 = 4_096;

/// Places in `/proc/self/stat` after the name of the program: time in user and system mode, and
/// pages in memory.
const USER: usize = 11;
const SYSTEM: usize = 12;
const RESIDENT: usize = 21;

pub(super) fn add(page: &mut Page) {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return };
    // The name stands in parentheses, and may have any of them in it.
    let Some((_, rest)) = stat.rsplit_once(')') else { return };
    let numbers: Vec<u64> =
        rest.split_whitespace().map(|number| number.parse().unwrap_or(0)).collect();
    let number = |at: usize| numbers.get(at).copied().unwrap_or(0);
    let busy = number(USER).saturating_add(number(SYSTEM)) / TICKS_PER_SECOND;
    let about = "Processor time in whole seconds.";
    page.one("process_cpu_seconds_total", "counter", about, busy);
    let resident = number(RESIDENT).saturating_mul(PAGE_BYTES);
    page.one("process_resident_memory_bytes", "gauge", "Memory in use.", resident);
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        page.one("process_open_fds", "gauge", "Files and sockets open.", open.count() as u64);
    }
}
