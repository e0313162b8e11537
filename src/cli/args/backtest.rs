//! The options of `wirewatch topics backtest`.

use clap::{Args, ValueEnum};

#[derive(Debug, Clone, Args)]
pub struct Backtest {
    pub topic: String,
    /// Only entries seen since: `30d`, `6 weeks`, a date or a time; without it all that are stored
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Only entries seen before
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// Only entries of this feed
    #[arg(long, value_name = "KEY")]
    pub feed: Option<String>,
    /// What to hold it against: the rule that is `running`, `none`, or the topic files at
    /// `git:REVISION`
    #[arg(long, default_value = "running", value_name = "WHAT")]
    pub against: String,
    /// Take entries of first fetches as if they had been fetched when they were published
    #[arg(long)]
    pub as_if_live: bool,
    /// How many hits, and how many near misses, to draw by lot
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub samples: u32,
    /// Another number draws other samples, the same one the same
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Ask of each sample whether it is wanted, and keep the answers as verdicts
    #[arg(long)]
    pub mark: bool,
    /// Who marks; else $USER, $LOGNAME or the user's number
    #[arg(long, value_name = "NAME", requires = "mark")]
    pub author: Option<String>,
    /// Make a test in the topic's file of every sample that is marked
    #[arg(long)]
    pub save_tests: bool,
    /// Only these parts of the page, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PARTS")]
    pub show: Vec<Section>,
}

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Section {
    Days,
    Decisions,
    Gained,
    Lost,
    Clauses,
    Exclusions,
    Hits,
    Misses,
    Precision,
}
