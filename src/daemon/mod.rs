//! The daemon: feeds are fetched when they are due, their entries decided on and stored, alerts
//! delivered, until it is told to stop.
//!
//! [`pipeline`] is the flow for one feed on one screen; [`scheduler`] calls it when a feed is
//! due or somebody asks for it by an [`order`], by way of [`guard`], which leaves alone the sites
//! in [`holds`]; [`dispatcher`] empties the outbox; [`vigil`] notices topics that fall silent, [`feed_watch`] feeds that need attention, [`burst_watch`] topics of which far more is said than usual, and
//! [`digests`] makes what is due daily, [`post`] tells of them, and [`watches`] keeps these; [`follow_ups`] makes the revisions of alerts that had to wait; [`after_all`] raises what was held back as the past; [`push`] takes what hubs push, [`articles`] reads pages, each as [`page`]
//! says; [`app`] starts, reloads and stops them together, in the binary and in tests alike; [`governor`] has it
//! do so when [`signals`], changed files ([`config_watch`]) or a [`service`] manager ask for it, [`restart`] names what it cannot; [`demo`] runs the
//! same app over feeds of its own. [`discovery`] finds the feeds of a page, [`fruitless`] is a visit that brought nothing. [`desk`] is what
//! those who serve people and programs see of it, [`beat`] the scheduler's sign of life, [`sign`] that of the whole for who cannot ask; [`output_feeds`] reads
//! alerts as feeds, [`feed_files`] keeps them in files. [`upkeep`] takes out what has had its time, [`copies`] copies the database daily, [`storage`] sees whether anything
//! can be stored, and [`shout`] tells that without the database, [`quarantine`] sets aside what cannot be decided on; [`task`] ends the daemon where a part of it panics, [`fault`] breaks things for tests.

pub mod after_all;
pub mod app;
mod articles;
mod assembly;
pub mod beat;
mod burst_watch;
mod config_watch;
pub mod copies;
pub mod demo;
pub mod desk;
pub mod digests;
pub mod discovery;
pub mod dispatcher;
mod dispatchers;
pub mod events;
mod fault;
mod feed_files;
mod feed_watch;
mod follow_ups;
mod fruitless;
pub mod governor;
mod guard;
pub mod heap;
mod holds;
mod led;
mod opening;
mod order;
mod orphans;
pub mod output_feeds;
mod page;
pub mod pipeline;
mod post;
pub mod prepare;
pub mod push;
pub mod quarantine;
pub mod renewal;
pub mod restart;
pub mod scheduler;
pub mod service;
mod shout;
pub mod sign;
pub mod signals;
mod state_watch;
pub mod storage;
mod task;
pub mod upkeep;
mod vigil;
mod watches;
mod ways;
