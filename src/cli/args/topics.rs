//! The commands of `wirewatch topics`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Word;

#[derive(Debug, Subcommand)]
pub enum Topics {
    /// List the topics
    List,
    /// Show one topic with its rule
    Show { topic: String },
    /// Run the tests written inside the topics
    Test(TestArgs),
    /// Say clause by clause why a topic does or does not match
    Explain {
        topic: String,
        /// A stored entry's id, a text file (first line: the title), or - for standard input
        #[arg(value_name = "ENTRY|FILE|-")]
        what: String,
    },
    /// Say which entries a topic should find, whether or not it does
    Mark {
        topic: String,
        /// Stored entries' ids
        #[arg(required = true, value_name = "ENTRY")]
        entries: Vec<String>,
        #[arg(value_enum)]
        wanted: Wanted,
        #[command(flatten)]
        word: Word,
    },
}

#[derive(Debug, Args)]
pub struct TestArgs {
    /// Only these topics, or those of these topic files and folders, which need not belong to the
    /// config
    #[arg(value_name = "PATH|TOPIC")]
    pub of: Vec<String>,
    /// Say which clauses of the rules no test decides by
    #[arg(long)]
    pub coverage: bool,
    /// Also write the results to a file, as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// Whether a topic should find an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Wanted {
    Wanted,
    Unwanted,
}
