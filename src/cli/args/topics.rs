//! The commands of `wirewatch topics`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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
    Import(Import),
}

#[derive(Debug, Args)]
pub struct Import {
    /// The program the rules were written for
    #[arg(long, value_enum)]
    pub dialect: DialectName,
    /// A file, or - for standard input
    #[arg(value_name = "FILE|-")]
    pub file: String,
    /// Id of the topic; where there are several, what their ids begin with
    #[arg(long, value_name = "PREFIX")]
    pub id: Option<String>,
    /// Name of the topic; where there are several, what their names begin with
    #[arg(long)]
    pub name: Option<String>,
    /// Write the topic file there
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Overwrite the file that is there
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// Whose rules can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DialectName {
    /// Europe Media Monitor: alert definitions, XML, or plain lists of patterns and weights
    Emm,
    /// Lexis and Nexis: terms and connectors
    Lexis,
    /// Factiva: free-text searches
    Factiva,
    /// Taranis AI: word lists as JSON or CSV
    Taranis,
    /// TrendRadar: frequency_words.txt
    Trendradar,
    /// Newsboat: filter expressions, query feeds, ignore-article
    Newsboat,
    /// Miniflux: keep and block rules
    Miniflux,
}
