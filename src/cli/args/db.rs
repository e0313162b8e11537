//! `wirewatch db …` as types.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Db {
    /// Where the database lies, what is in it, how much of it is free, when it was last looked after
    Info,
    /// Read all of the database, or of a backup, and say what is wrong; code 1 if anything is
    Verify {
        /// A backup; without any, the database
        file: Option<PathBuf>,
    },
    /// Copy the database to a file, also while the daemon runs; the copy is checked before it counts
    Backup {
        file: PathBuf,
        /// Replace the file if it is there
        #[arg(long)]
        force: bool,
    },
    /// Put a backup in the place of the database, and keep what was there beside it
    ///
    /// The backup is checked first. The daemon must not be running.
    Restore { file: PathBuf },
    /// Take out what has had its time by `[retention]`, as the daemon does every day
    Prune {
        /// Only tell what would go, by feed, and why the rest of what is old is kept
        #[arg(long)]
        dry_run: bool,
    },
    /// Write the database anew without the space that is free in it; the daemon must not be running
    Vacuum,
}
