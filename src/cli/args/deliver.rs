//! `wirewatch deliver …` as types.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Deliver {
    /// List deliveries, newest first, with what the receivers answered
    Log {
        /// Only of this channel
        #[arg(long)]
        channel: Option<String>,
        /// Only those given up
        #[arg(long)]
        failed: bool,
        /// Most deliveries shown
        #[arg(short = 'n', long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
    /// How each channel does: whether it works, since when it fails, what waits for it
    Channels,
    /// Show what a channel would be sent; nothing is sent
    Preview(Preview),
    /// Send a test message through a channel, and tell what it answered; code 1 if it refused
    ///
    /// Works beside a running daemon and without one. The message says that it is a test.
    Test {
        #[arg(value_name = "CHANNEL")]
        channel: String,
    },
    /// Make given-up deliveries due again, and use channels again that failed or were gone
    Retry(Retry),
    /// Give a delivery up that waits or was given up, and say why; it is neither sent nor counted
    Drop {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub struct Preview {
    #[arg(value_name = "CHANNEL")]
    pub channel: String,
    /// This alert; without any, the last one
    #[arg(long, value_name = "ID", conflicts_with_all = ["notice", "digest"])]
    pub alert: Option<String>,
    /// The last notice, or the one that `deliver test` sends
    #[arg(long, conflicts_with = "digest")]
    pub notice: bool,
    /// What a digest made now would tell
    #[arg(long)]
    pub digest: bool,
}

#[derive(Debug, Args)]
pub struct Retry {
    #[arg(value_name = "ID", conflicts_with_all = ["failed", "channel", "since"])]
    #[arg(required_unless_present_any = ["failed", "channel", "since"])]
    pub ids: Vec<String>,
    /// All that were given up
    #[arg(long)]
    pub failed: bool,
    /// Those of this channel that were given up or wait for it
    #[arg(long, value_name = "CHANNEL")]
    pub channel: Option<String>,
    /// Those that were given up and made within this time, such as 24h
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
}
