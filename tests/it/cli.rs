//! The real binary, command by command: what it prints on which stream, and its exit code.
//! [`scene`] runs it; the other files go by what the commands are about.

mod alerts;
mod basics;
mod config;
mod config_diff;
mod daemon;
mod digests;
mod eval;
mod explain;
mod feed_edits;
mod feed_lists;
mod feed_raise;
mod feed_remarks;
mod feed_views;
mod feeds;
mod health;
mod imports;
mod kept;
mod lateness;
mod lint;
mod packs;
mod panics;
mod reloads;
mod routes;
pub mod scene;
mod secrets;
mod service;
mod silences;
mod status;
mod stops;
mod stories;
mod story_edits;
mod story_scene;
mod topic_tests;
mod topics;
mod verdicts;
