//! The commands of `wirewatch alerts`.

use clap::{Args, Subcommand, ValueEnum};

use super::routes::severity;
use super::silences::Silences;
use crate::domain::topic::Severity;

#[derive(Debug, Subcommand)]
pub enum Alerts {
    /// List alerts, newest first
    List(AlertChoice),
    /// Show one alert with its evidence, revisions and deliveries
    Show {
        /// An alert; or an entry (its id or link) or a story that it tells of
        id: String,
    },
    /// Find an alert again from the rule and text stored of then, clause by clause; ends with
    /// code 1 if it comes out otherwise, and says what is different
    Explain { id: String },
    /// Show the last alerts, oldest first
    Tail {
        /// Go on as they come, until Ctrl-C; JSON then comes as one object per line, with
        /// `-o json` too, for an array would never end
        #[arg(short, long)]
        follow: bool,
        /// How many to begin with
        #[arg(
            short = 'n',
            long = "lines",
            alias = "limit",
            default_value_t = 10,
            value_name = "N"
        )]
        lines: u32,
        /// Those of topics in shadow mode too
        #[arg(long)]
        shadow: bool,
    },
    /// Mark as seen; kept here, no channel is told
    Ack(StateChange),
    /// Mark as done; kept here, no channel is told
    Close(StateChange),
    /// Open again what was acknowledged or closed
    Reopen(StateChange),
    /// Add a remark; the state stays
    Note(StateChange),
    /// Print all alerts with all that is known of them, oldest first: one JSON object per line, or
    /// a row each with `-o csv`
    Export {
        /// Only this topic
        #[arg(long)]
        topic: Option<String>,
        /// Only those opened or revised since then: 30d, 2026-06-01
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
    },
    /// Hold alerts back for a while: `alerts silence A1… --for 3h --reason 'planned exercise'`
    Silence(Box<Silences>),
    /// Say whether what was found is what the topic watches for
    Verdict {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        #[arg(value_enum)]
        verdict: Verdict,
        #[command(flatten)]
        word: Word,
    },
}

/// What a person says of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verdict {
    /// What the topic watches for
    Useful,
    /// The rule should not have matched
    Noise,
    /// Another alert says the same
    Dup,
}

/// Which verdicts to list by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerdictChoice {
    Useful,
    Noise,
    Dup,
    /// Nobody said anything yet
    None,
}

/// Who says what of a find, and whether it becomes a test.
#[derive(Debug, Clone, Args)]
pub struct Word {
    /// A remark that is kept with it
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Who says so; else $USER, $LOGNAME or the user's number
    #[arg(long, value_name = "NAME")]
    pub author: Option<String>,
    /// Also write the entry as a test into the topic's file
    #[arg(long)]
    pub save_test: bool,
}

/// Which alerts to list.
#[derive(Debug, Clone, Args)]
pub struct AlertChoice {
    /// Only this topic
    #[arg(long)]
    pub topic: Option<String>,
    /// Only open, acknowledged or closed ones
    #[arg(long, value_enum)]
    pub state: Option<State>,
    /// Only those of this severity or above: info, low, medium, high or critical
    #[arg(long, value_parser = severity, value_name = "SEVERITY")]
    pub severity: Option<Severity>,
    /// Only those opened or revised since then: 24h, 30d, 2026-06-01
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only those opened before then
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only those somebody gave this verdict
    #[arg(long, value_enum)]
    pub verdict: Option<VerdictChoice>,
    /// Those of topics in shadow mode too
    #[arg(long)]
    pub shadow: bool,
    /// Stories that still wait for the publishers their topic asks for, instead of alerts
    #[arg(long, conflicts_with_all = ["state", "verdict", "shadow", "severity", "since", "until"])]
    pub pending: bool,
    /// Most alerts shown
    #[arg(short = 'n', long, default_value_t = 50, value_name = "N")]
    pub limit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum State {
    Open,
    Acknowledged,
    Closed,
}

/// A change of state, with who and why.
#[derive(Debug, Clone, Args)]
pub struct StateChange {
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    /// A remark that is kept with the alert
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Who says so; else $USER, $LOGNAME or the user's number
    #[arg(long, value_name = "NAME")]
    pub author: Option<String>,
}
