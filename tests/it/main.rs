//! All integration tests in one binary: one link, one place to look.

mod support;

mod alert_policy;
mod backtest;
mod bursts;
mod chat;
mod cli;
mod config_problems;
mod crash;
mod delivery;
mod digests;
mod discovery;
mod docs;
mod fetching;
mod fetching_over_time;
mod full_text;
mod health;
mod identity;
mod mail;
mod packaging;
mod packs;
mod parsing;
mod pipeline;
mod push;
mod reload;
mod routing;
mod schemas;
mod shared_lists;
mod store_contract;
mod swap;
mod tidy;
mod topic_language;
mod topic_matching;
mod trust;
mod upkeep;
mod web;
