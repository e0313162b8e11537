//! The commands of `wirewatch topics`.

use clap::{Subcommand, ValueEnum};

use super::Word;

#[derive(Debug, Subcommand)]
pub enum Topics {
    /// List the topics
    List,
    /// Show one topic with its rule
    Show { topic: String },
    /// Run the tests written inside the topics
    Test {
        /// Only these topics
        #[arg(value_name = "TOPIC")]
        topics: Vec<String>,
    },
    /// Say clause by clause why a topic does or does not match
    Explain {
        topic: String,
        /// A stored entry's id, a text file (first line: the title), or - for standard input
        #[arg(value_name = "ENTRY|FILE|-")]
        what: String,
    },
    /// Translate rules of another program into topics, with a report of all that differs
    ///
    /// Prints a topic file on standard output and the report on standard error. Ends with code 3
    /// if anything was translated only nearly or not at all; topics that are incomplete are
    /// written as shadow topics, which alert nobody.
    Import(super::Import),
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

/// Whether a topic should find an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Wanted {
    Wanted,
    Unwanted,
}
