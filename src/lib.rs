//! wirewatch watches news feeds for the topics you name and raises one explained alert per story.
//!
//! The flow, one look:
//!
//! ```text
//! schedule → fetch → parse → match → ingest (one transaction) → deliver → review
//! ```
//!
//! Nouns inside, verbs outside: [`domain`] says what things are and how they are decided, and
//! neither reads a clock nor touches the world. The rooms around it act. Each room may import
//! only the rooms before it in the list below; `tests/it/tidy.rs` holds them to that.

pub mod domain;

pub mod clock;
pub mod telemetry;

pub mod config;

pub mod egress;

pub mod fetch;
pub mod parse;

pub mod store;

pub mod deliver;

pub mod daemon;

pub mod record;

pub mod web;

pub mod cli;
