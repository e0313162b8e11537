//! Days on which everything around wirewatch goes wrong: the clock jumps by years, the network is
//! gone, somebody writes nonsense into the configuration. It goes on, tells what is wrong once, and
//! what it tells of the news is neither lost nor doubled.
//!
//! [`evaluated`] holds it to a plain account of what is to be evaluated, over restarts and changes.

mod clocks;
mod configs;
mod evaluated;
mod network;
mod refusals;
