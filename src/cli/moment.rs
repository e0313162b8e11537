//! Points in time as they are printed: as [`crate::record`] writes them.

pub use crate::record::moment::{json, json_opt, text};
