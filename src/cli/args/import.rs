//! The options of `wirewatch topics import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
