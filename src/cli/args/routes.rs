//! `wirewatch routes …` as types.

use clap::{Args, Subcommand, ValueEnum};

use crate::domain::alert::route::RouteEvent;
use crate::domain::topic::Severity;

#[derive(Debug, Subcommand)]
pub enum Routes {
    /// List the routes in the order in which they are asked
    List,
    /// Show which routes catch something, which channels are told, and why the others are not
    Test(RouteTest),
}

#[derive(Debug, Args)]
pub struct RouteTest {
    /// An alert of this topic; its tags, severity and channels count
    #[arg(long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// Of this severity: info, low, medium, high or critical
    #[arg(long, value_parser = severity, value_name = "SEVERITY")]
    pub severity: Option<Severity>,
    /// With this tag, beside those of the topic
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// From this feed; its tags and publisher count
    #[arg(long, value_name = "FEED")]
    pub feed: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub publisher: Option<String>,
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
    /// What is told
    #[arg(long, value_enum, default_value = "opened")]
    pub event: EventName,
    /// When it is told: 2026-06-03T22:30, with or without a zone, or 22:30; now, if not given
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// This stored alert, as it was told last
    #[arg(long, value_name = "ID", conflicts_with_all = ["topic", "severity", "tags", "feed", "publisher", "language", "event"])]
    pub alert: Option<String>,
    /// Each topic as it is configured: one line each
    #[arg(long, conflicts_with_all = ["topic", "tags", "alert"])]
    pub all: bool,
}

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EventName {
    Opened,
    Updated,
    Closed,
    Notice,
}

impl From<EventName> for RouteEvent {
    fn from(name: EventName) -> Self {
        match name {
            EventName::Opened => RouteEvent::Opened,
            EventName::Updated => RouteEvent::Updated,
            EventName::Closed => RouteEvent::Closed,
            EventName::Notice => RouteEvent::Notice,
        }
    }
}

/// Reads a severity by its name.
pub fn severity(text: &str) -> Result<Severity, String> {
    let names = Severity::ALL.map(Severity::as_str).join(", ");
    Severity::from_code(text).ok_or_else(|| format!("write one of {names}"))
}
