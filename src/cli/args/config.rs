//! The commands of `wirewatch config`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Show what a reload would change: topics, feeds and channels, field by field
    ///
    /// Ends with code 1 if the configuration would be refused. Needs no daemon, and disturbs none.
    Diff {
        /// What to compare with: `running`, what the daemon last ran with, or `git:REV`, the
        /// files as they are in a revision of their repository
        #[arg(long, default_value = "running", value_name = "running|git:REV")]
        against: String,
        /// Over how much of the stored past alerts are estimated, or `none`
        #[arg(long, default_value = "7d", value_name = "PERIOD|none")]
        backtest: String,
    },
}
