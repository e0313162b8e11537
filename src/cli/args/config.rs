//! The commands of `wirewatch config`.

use clap::{Args, Subcommand};

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
    /// Show what the configuration comes to, value by value
    ///
    /// Secrets are not shown: of what may hold one there is a fingerprint.
    Show {
        /// Also show where each value was set: file and line, or `default`
        #[arg(long)]
        origin: bool,
        /// Only topics, feeds, channels or settings with this id
        #[arg(value_name = "ID")]
        id: Option<String>,
    },
    /// Print a JSON Schema (draft 2020-12) for editors and programs; of the main file by default
    Schema(Schema),
}

/// Of what the schema is.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct Schema {
    /// Of topic files
    #[arg(long)]
    pub topics: bool,
    /// Of files of feeds
    #[arg(long)]
    pub feeds: bool,
    /// Instead, a page for people (Markdown) with every key of all files
    #[arg(long)]
    pub reference: bool,
    /// Of the alert object
    #[arg(long)]
    pub alert: bool,
    /// Of the notice object
    #[arg(long)]
    pub notice: bool,
    /// Of the digest object
    #[arg(long)]
    pub digest: bool,
}
