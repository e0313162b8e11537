//! The daemon: feeds are fetched when they are due, their entries decided on and stored, alerts
//! delivered, until it is told to stop.
//!
//! [`pipeline`] is the flow for one feed on one screen; [`scheduler`] calls it when a feed is
//! due; [`dispatcher`] empties the outbox; [`vigil`] notices topics that fall silent; [`app`]
//! starts, reloads and stops them together, in the binary and in tests alike; [`demo`] runs the
//! same app over feeds of its own.

pub mod app;
mod articles;
pub mod demo;
pub mod dispatcher;
mod dispatchers;
pub mod events;
pub mod pipeline;
pub mod prepare;
pub mod push;
pub mod scheduler;
pub mod signals;
mod vigil;
