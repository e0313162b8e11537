//! The commands of `wirewatch eval`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum Eval {
    /// Measure how entries are gathered into stories, against labels that people gave
    ///
    /// Each line of the files is one entry: a JSON object with a title, a body, a date, and a label
    /// that names its story. Entries without a label are noise. All are told in order of time
    /// to the code that places entries in the daemon; nothing is stored.
    Stories(EvalStories),
    /// Measure what topics find, against documents that are labelled with the topics they are about
    ///
    /// Each line of the files is one document: a JSON object with a title, a body, and `topics`, the
    /// list of the ids of all topics that should match. Documents without it are left out.
    Topics(EvalTopics),
}

#[derive(Debug, Args)]
pub struct EvalStories {
    /// JSON lines; - for standard input
    #[arg(required = true, value_name = "FILE.jsonl")]
    pub files: Vec<PathBuf>,
    /// How much of each entry is told
    #[arg(long, value_enum, default_value = "full", value_name = "FIELDS")]
    pub fields: Told,
    /// Also name the copies that were not found, what was wrongly found to be one, and the copies
    /// that are not in one story with what they copy
    #[arg(long)]
    pub copies: bool,
    #[command(flatten)]
    pub gate: Gate,
}

#[derive(Debug, Args)]
pub struct EvalTopics {
    /// JSON lines; - for standard input
    #[arg(required = true, value_name = "FILE.jsonl")]
    pub files: Vec<PathBuf>,
    /// Only this topic; may be given several times. Else those that some line names
    #[arg(long, value_name = "TOPIC")]
    pub topic: Vec<String>,
    #[command(flatten)]
    pub gate: Gate,
}

/// What ends a measurement as failed, and what is shown of its errors.
#[derive(Debug, Clone, Copy, Args)]
pub struct Gate {
    /// End with code 1 if the F1 (of stories: B-cubed; of topics: micro) is below this
    #[arg(long, value_name = "0-1", value_parser = share)]
    pub min_f1: Option<f64>,
    /// How many of the worst stories, or errors of each topic, are shown
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub show_errors: u16,
}

/// How much of each entry is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Told {
    /// Title and text
    Full,
    /// The title and the first 60 words
    Lead,
    /// The title alone
    Title,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a number from 0 to 1 is expected, such as 0.85".to_owned()),
    }
}
