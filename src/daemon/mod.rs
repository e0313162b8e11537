//! daemon

pub mod dispatcher;
