//! The commands of `wirewatch topics`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Word;
use super::backtest::Backtest;

#[derive(Debug, Subcommand)]
pub enum Topics {
    /// List the topics
    List,
    /// Show one topic with its rule
    Show { topic: String },
    /// Run the tests written inside the topics
    Test(TestArgs),
    /// List the packs of topics there are: what each watches, and whether it is switched on
    Packs {
        /// Copy these packs from the program into the config directory
        #[arg(long, value_name = "NAME", num_args = 1..)]
        write: Vec<String>,
        /// Overwrite packs that are there
        #[arg(long, requires = "write")]
        force: bool,
    },
    /// Show what is allowed in the rules and most likely not meant
    Lint {
        /// Only these topics, and the lists they use
        #[arg(value_name = "TOPIC")]
        topics: Vec<String>,
        /// Look at the rules alone, and not at the stored entries
        #[arg(long)]
        no_history: bool,
        /// End with code 3 if there are warnings
        #[arg(long)]
        deny_warnings: bool,
    },
    /// List when far more was said of topics than is usual
    Bursts {
        /// Only of this topic, and what is usual for it
        topic: Option<String>,
    },
    /// Suggest terms, exclusions and exceptions from verdicts, and show what the rule missed
    Suggest {
        topic: String,
        /// Only verdicts and alerts of this time, such as 30d or 12w
        #[arg(long, default_value = "90d", value_name = "TIME")]
        since: String,
    },
    /// Say clause by clause why a topic does or does not match, and what became of it
    Explain {
        topic: String,
        /// A stored entry's id or link, an alert's id (which replays it), a text file (first line:
        /// the title), or - for standard input
        #[arg(value_name = "ENTRY|URL|ALERT|FILE|-")]
        what: String,
    },
    /// Say what a topic would have found and raised among the entries that are stored
    Backtest(Backtest),
    /// Translate rules of another program into topics, with a report of all that differs
    ///
    /// Prints a topic file on standard output and the report on standard error. Ends with code 3
    /// if anything was translated only nearly or not at all; topics that are incomplete are
    /// written as shadow topics, which alert nobody.
    Import(super::Import),
    /// Say which entries a topic should find, whether or not it does
    Mark {
        topic: String,
        /// Stored entries' ids or links, or ids of the topic's alerts, whose entries are meant
        #[arg(required = true, value_name = "ENTRY|URL|ALERT")]
        entries: Vec<String>,
        #[arg(value_enum)]
        wanted: Wanted,
        #[command(flatten)]
        word: Word,
    },
    /// Say why an entry raised no alert, and what change of the topic would have caught it
    WhyNot {
        /// A link, seen or not, a stored entry's id, a text file, or - for standard input
        #[arg(value_name = "URL|ENTRY|FILE|-")]
        what: String,
        #[arg(long)]
        topic: String,
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
    /// Also write the results to a file, as JUnit XML; `-`: to standard output, instead of the
    /// table
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// Whether a topic should find an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Wanted {
    Wanted,
    Unwanted,
}
