//! The options of the `feeds` commands that look for feeds and write them down.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Discover {
    /// A page, a feed, or a site's name
    pub url: String,
    /// Also try links and paths that only look like feeds when a feed was found
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Args)]
pub struct Add {
    /// A feed, or a page that offers one
    pub url: String,
    /// Its id in commands and logs; else one is made from its title
    #[arg(long, value_name = "KEY")]
    pub id: Option<String>,
    /// Your name for it; else what it calls itself
    #[arg(long)]
    pub title: Option<String>,
    /// The newsroom behind it
    #[arg(long)]
    pub publisher: Option<String>,
    /// A tag to sort it by; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// Read the pages behind its entries as well
    #[arg(long)]
    pub full_text: bool,
    /// The file to write it to; else the one that holds the other feeds
    #[arg(long, value_name = "FILE")]
    pub into: Option<PathBuf>,
    /// Write the URL down as it is, without asking for it
    #[arg(long)]
    pub no_fetch: bool,
    /// Show what would be written, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Change {
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<String>,
    /// Show what would be written, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct FeedImport {
    /// An OPML file, or - for standard input
    #[arg(value_name = "FILE|-")]
    pub file: String,
    /// A tag for all of them, beside their folders; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// The file to write them to; else a new one in feeds/ beside the config
    #[arg(long, value_name = "FILE")]
    pub into: Option<PathBuf>,
    /// Show what would be written, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct FeedExport {
    /// Only feeds with this tag
    #[arg(long)]
    pub tag: Option<String>,
}
