//! The commands of `wirewatch digest`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Digests {
    /// Show what would be in the next digest, if it were made now
    Preview {
        /// A channel's id; left out, the only one that has digests
        channel: Option<String>,
        /// Instead, what came from then on: 24h, 7d, 2026-06-03
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
    },
    /// Make a digest now; the next regular one does not repeat what is in it
    ///
    /// The daemon sends it within a minute. Without one, the next run does.
    Send {
        /// A channel's id
        channel: String,
        /// Even in the channel's quiet hours
        #[arg(long)]
        now: bool,
    },
    /// List the digests made, newest first, and how they went out
    List {
        /// Only of this channel
        #[arg(long)]
        channel: Option<String>,
        /// Most digests shown
        #[arg(short = 'n', long, default_value_t = 20, value_name = "N")]
        limit: u32,
    },
}
