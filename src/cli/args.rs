//! The command line as a type. What each command does is in the file named after its group.

mod alerts;
mod backtest;
mod config;
mod db;
mod deliver;
mod digest;
mod eval;
mod feed_edits;
mod import;
mod routes;
pub mod silences;
mod stories;
mod topics;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::cli::exit::EXIT_CODES;

pub use alerts::{AlertChoice, Alerts, State, StateChange, Verdict, VerdictChoice, Word};
pub use backtest::{Backtest, Section};
pub use config::{Config, Schema};
pub use db::Db;
pub use deliver::{Deliver, Preview, Retry};
pub use digest::Digests;
pub use eval::{Eval, EvalStories, EvalTopics, Gate, Told};
pub use feed_edits::{Add, Change, Discover, FeedExport, FeedImport};
pub use import::{DialectName, Import};
pub use routes::{RouteTest, Routes};
pub use stories::{Stories, StoryChoice, Why};
pub use topics::{TestArgs, Topics, Wanted};

/// Watches news feeds for the topics you name and raises one explained alert per story.
#[derive(Debug, Parser)]
#[command(name = "wirewatch", version, arg_required_else_help = true, after_help = EXIT_CODES)]
#[command(infer_long_args = false, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Config file, or the directory that holds wirewatch.toml
    ///
    /// Without it the first of these that exists is taken: $CONFIGURATION_DIRECTORY,
    /// $XDG_CONFIG_HOME/wirewatch, ~/.config/wirewatch, ./config.
    #[arg(short, long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// How data is printed on standard output
    #[arg(short, long, global = true, value_enum, default_value = "table", value_name = "FORMAT")]
    pub output: Format,
    /// Only errors on standard error
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// More logs on standard error; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour; NO_COLOR is respected
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Colour,
}

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// One JSON array or object
    Json,
    /// One JSON object per line
    Jsonl,
    /// A header and rows; cells that a spreadsheet would run as formulas are defused
    Csv,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    Auto,
    Always,
    Never,
}

impl Colour {
    /// Tells it to what prints through `anstream`: alerts as they come, and the demo.
    pub fn apply(self) {
        match self {
            Colour::Auto => {}
            Colour::Always => anstream::ColorChoice::Always.write_global(),
            Colour::Never => anstream::ColorChoice::Never.write_global(),
        }
    }

    /// Whether to colour a stream that is a terminal or not.
    pub fn applies(self, is_terminal: bool) -> bool {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                is_terminal && !dumb && !set("NO_COLOR")
            }
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the whole pipeline on bundled feeds: no network, no config, done in seconds
    Demo,
    /// Write an annotated config with feeds and topics
    Init {
        /// Where to write it
        #[arg(default_value = "config")]
        dir: PathBuf,
        /// Overwrite files that are there
        #[arg(long)]
        force: bool,
    },
    /// Poll the feeds and raise alerts until stopped
    Run {
        /// Fetch every feed once, deliver what is due, and end; with code 3 if any of it failed
        #[arg(long)]
        once: bool,
        /// Record deliveries without sending any
        #[arg(long)]
        no_deliver: bool,
    },
    /// Read the config and topics, run the topics' tests, and show every problem
    Check {
        /// End with code 3 if there are warnings
        #[arg(long)]
        deny_warnings: bool,
    },
    /// What the files say, before it counts
    #[command(subcommand)]
    Config(Config),
    /// What is watched for
    #[command(subcommand)]
    Topics(Topics),
    /// What was found
    #[command(subcommand)]
    Alerts(Alerts),
    /// What entries tell together
    #[command(subcommand)]
    Stories(Stories),
    /// Where it is looked for
    #[command(subcommand)]
    Feeds(Feeds),
    /// What the feeds published
    #[command(subcommand)]
    Entries(Entries),
    /// Search the stored entries for words
    Search {
        /// Words that must all occur; 'NA*' stands for all that begin so, "two words" for a phrase
        #[arg(required = true, value_name = "WORD")]
        query: Vec<String>,
        /// Most entries shown
        #[arg(short = 'n', long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
    /// How alerts went out, and whether channels work
    #[command(subcommand)]
    Deliver(Deliver),
    /// Which alerts go to which channels
    #[command(subcommand)]
    Routes(Routes),
    /// What a day or week came to, in one message
    #[command(subcommand)]
    Digest(Digests),
    /// How well stories and topics do, measured on entries that you labelled
    #[command(subcommand)]
    Eval(Eval),
    /// Everything at a glance: daemon, feeds, alerts, outbox, database
    Status,
    /// Have the running daemon read its configuration again, and tell what it says to that
    ///
    /// Sends SIGHUP to the process that holds the lock of the state directory. Ends with code 1 if
    /// the configuration is refused: then the earlier one runs on.
    Reload,
    /// Whether the daemon of this config lives: asks its HTTP server, or looks who holds its lock;
    /// for container health checks
    Health {
        /// Whether it also does its work: the database answers, the scheduler runs
        #[arg(long)]
        ready: bool,
    },
    /// A report to paste: config, database, disk, clock, names, feeds, channels
    ///
    /// Contacts nothing but the name servers, and asks them for the hosts of the feeds only. No
    /// secret is in the report. Ends with code 1 if there are problems.
    Doctor,
    /// Look after the database: verify, back up, restore, prune
    #[command(subcommand)]
    Db(Db),
    /// Print a completion script for a shell
    Completions { shell: clap_complete::Shell },
    /// Print the manual, all of it as one page
    Man {
        /// Write a page for each command into this directory instead
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
    },
    /// Print the version
    Version,
}

#[derive(Debug, Subcommand)]
pub enum Feeds {
    /// List the configured feeds
    List,
    /// How each feed does: state, next fetch and why, what is wrong, what to do
    Status {
        /// Only those that need attention: failing, gone, stale, empty, …
        #[arg(long)]
        failing: bool,
    },
    /// Show one feed: config, state and advice, last fetches, what happened to it
    Show {
        /// A feed's key
        feed: String,
    },
    /// Fetch one feed now: a configured one as the daemon would, any other URL only to look
    Fetch {
        /// A feed's key (the daemon must not be running, unless --dry-run is given), or any URL
        #[arg(value_name = "URL|KEY")]
        what: String,
        /// Only look: show the entries and the topics they match, store nothing
        #[arg(long)]
        dry_run: bool,
        /// Then raise what was taken as the past (a first fetch, an archive, an outage) after all;
        /// `max_age` and the rest of each topic's policy hold. Works beside a running daemon
        #[arg(long, conflicts_with = "dry_run")]
        raise: bool,
    },
    /// Do not follow a feed to where it has moved: ask for it at its configured URL again
    UndoMove {
        #[arg(value_name = "KEY")]
        feed: String,
    },
    /// Find the feeds of a page or site, and read each before it is shown
    Discover(Discover),
    /// Add a feed, or the feed of a page, to the config
    Add(Add),
    /// Take feeds out of the config; what they brought stays stored
    Remove(Change),
    /// Keep feeds in the config without fetching them
    Pause(Change),
    /// Fetch paused feeds again
    Resume(Change),
    /// Add the feeds of another reader's OPML file to the config; folders become tags
    Import(FeedImport),
    /// Print the feeds as OPML for other readers
    Export(FeedExport),
}

#[derive(Debug, Subcommand)]
pub enum Entries {
    /// List the newest entries
    List {
        /// Only of this feed
        #[arg(long)]
        feed: Option<String>,
        /// Only those that this topic matched
        #[arg(long)]
        topic: Option<String>,
        /// Only those seen since then: 24h, 30d, 2026-06-01
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Most entries shown
        #[arg(short = 'n', long, default_value_t = 50, value_name = "N")]
        limit: u32,
        /// Instead, those that cannot be evaluated and are set aside
        #[arg(long, conflicts_with_all = ["feed", "topic", "since"])]
        quarantined: bool,
    },
    /// Have entries that are set aside tried again with the next fetch of their feed
    Retry {
        /// Their numbers, as `list --quarantined` shows them
        #[arg(value_name = "N", required_unless_present = "all")]
        numbers: Vec<i64>,
        /// All of them
        #[arg(long, conflicts_with = "numbers")]
        all: bool,
    },
    /// Show one entry with its text, story and matches
    Show {
        /// An entry, by its id or link; of an alert the entry it told of last, of a story its newest
        id: String,
        /// Instead, show what it said over time, and what each revision changed
        #[arg(long)]
        history: bool,
    },
}
