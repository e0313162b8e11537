//! The commands of `wirewatch stories`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Stories {
    /// List stories, the one with the newest entry first
    List(StoryChoice),
    /// Show one story: who tells it, why each entry is in it, its alerts, what people did to it
    Show {
        /// A story, or an alert or entry of it
        id: String,
        /// Most entries shown; other formats have all of them
        #[arg(short = 'n', long, default_value_t = 40, value_name = "N")]
        limit: usize,
    },
    /// Show who told a story first, and how much later the others did
    Timeline {
        /// A story, or an alert or entry of it
        id: String,
    },
    /// Say that stories are one; the oldest one's id goes on, the others lead to it
    Merge {
        #[arg(required = true, num_args = 2.., value_name = "ID")]
        ids: Vec<String>,
        #[command(flatten)]
        why: Why,
    },
    /// Say that entries of a story are one of their own; or undo a merge of the last 48 hours
    Split {
        /// The story
        id: String,
        /// Its entries that go
        #[arg(value_name = "ENTRY", required_unless_present = "undo", conflicts_with = "undo")]
        entries: Vec<String>,
        /// Take back its last merge, or the merge of the story that had this id
        #[arg(long)]
        undo: bool,
        #[command(flatten)]
        why: Why,
    },
    /// Put an entry into another story, or a new one
    Move {
        entry: String,
        /// A story, or `new`
        #[arg(value_name = "STORY|new")]
        to: String,
        #[command(flatten)]
        why: Why,
    },
}

/// Which stories to list.
#[derive(Debug, Clone, Args)]
pub struct StoryChoice {
    /// Only those with an entry seen since then: 24h, 7d, a date or a time
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Only those in which this topic was found
    #[arg(long)]
    pub topic: Option<String>,
    /// Only those that so many publishers tell, or more
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub min_publishers: u32,
    /// Only those with an entry that has all these words
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Most stories shown
    #[arg(short = 'n', long, default_value_t = 50, value_name = "N")]
    pub limit: u32,
}

/// Who changes stories, and why.
#[derive(Debug, Clone, Args)]
pub struct Why {
    /// Why, for those who look at it later
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who says so; else $USER, $LOGNAME or the user's number
    #[arg(long, value_name = "NAME")]
    pub author: Option<String>,
    /// Only show what would happen, to alerts too
    #[arg(long)]
    pub dry_run: bool,
}
