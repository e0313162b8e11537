//! What things are and how they are decided. Pure: no I/O, no clock, no randomness, and no
//! import from any other room. Every function takes the one `now` of its unit of work.
//!
//! Reading order: what a [`feed`] is and [when it is due](schedule); what an [`entry`] is, its
//! identity and its [`document`]; which newsroom ([`publisher`]) it is from; which [`topic`] it matches; which [`story`] it tells; whether
//! that is worth an [`alert`]; and [`ingest`], the one decision that puts these together. What wirewatch tells of its own work is a [`notice`], decided in
//! [`operations`] and, of its configuration, in [`reload`]; of a topic as a whole, a [`burst`]; a [`digest`] tells of many alerts at once, when the [`calendar`] says so. [`rehearsal`] makes that decision over
//! entries in memory, [`backtest`] over those of the past, [`eval`] over labelled ones. [`retention`] says how long what is stored is kept.

pub mod alert;
pub mod backtest;
pub mod burst;
pub mod calendar;
pub mod digest;
pub mod document;
pub mod entry;
pub mod eval;
pub mod feed;
pub mod feed_address;
pub mod ids;
pub mod ingest;
pub mod notice;
pub mod operations;
pub mod publisher;
pub mod rehearsal;
pub mod reload;
pub mod retention;
pub mod schedule;
pub mod story;
pub mod text;
pub mod topic;
pub mod untrusted;
