//! The commands of `wirewatch alerts silence`.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Silences {
    #[command(subcommand)]
    pub command: Option<SilenceCommand>,
    #[command(flatten)]
    pub add: AddSilence,
}

#[derive(Debug, Subcommand)]
pub enum SilenceCommand {
    /// Hold alerts back for a while; what is held back is recorded and can be listed
    Add(AddSilence),
    /// List silences, newest first
    List {
        /// Those that are over too
        #[arg(long)]
        all: bool,
        /// Most silences shown
        #[arg(short = 'n', long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
    /// Show a silence and what it held back
    Show {
        id: String,
        /// Most matches shown
        #[arg(short = 'n', long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
    /// End silences now; their record is kept
    End {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Who ends them; else $USER, $LOGNAME or the user's number
        #[arg(long, value_name = "NAME")]
        author: Option<String>,
    },
    /// Show what a silence would have held back; adds none
    Preview {
        #[command(flatten)]
        scope: Scope,
        /// From then on: `7d`, `2 weeks`, a date or a time
        #[arg(long, default_value = "7d")]
        since: String,
        /// Most alerts and revisions shown
        #[arg(short = 'n', long, default_value_t = 20, value_name = "N")]
        limit: u32,
    },
}

/// What is silenced: one thing, or two that must come together.
#[derive(Debug, Clone, Args)]
pub struct Scope {
    /// An alert: its topic, in its story
    #[arg(value_name = "ALERT")]
    pub alert: Option<String>,
    /// Every match of this topic
    #[arg(long)]
    pub topic: Option<String>,
    /// Every match in this story, of whichever topic
    #[arg(long)]
    pub story: Option<String>,
    /// Every match of this feed
    #[arg(long)]
    pub feed: Option<String>,
    /// Every match of this newsroom, by any of its names or domains
    #[arg(long)]
    pub publisher: Option<String>,
    /// Every match whose title has this text, whatever its case
    #[arg(long)]
    pub text: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct AddSilence {
    #[command(flatten)]
    pub scope: Scope,
    /// For how long: `3h`, `2 days`
    #[arg(long = "for", value_name = "TIME", conflicts_with = "until")]
    pub lasting: Option<String>,
    /// Until when, in UTC: `2026-06-03`, `2026-06-03T12:00`
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Why; who reads it later will want to know
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who says so; else $USER, $LOGNAME or the user's number
    #[arg(long, value_name = "NAME")]
    pub author: Option<String>,
}
