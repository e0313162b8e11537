//! Channels for machines, each against what it is made for: the official signature libraries,
//! Alertmanager and its tool, Apprise, and programs of a user's own.

mod alertmanager;
mod apprise;
mod bodies;
mod exec;
