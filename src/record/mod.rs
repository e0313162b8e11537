//! What is stored, as programs read it: the objects that commands print with `-o json` and that the
//! HTTP API answers with. One function per kind and depth: a `row` stands in a list, a `page` is
//! all there is. A contract with programs outside: fields are added, never changed or removed.
//!
//! Texts are as they are stored; whoever writes them out cleans them for where they go.

pub mod alert;
pub mod delivery;
pub mod entry;
pub mod feed;
pub mod lateness;
pub mod moment;
pub mod reason;
pub mod silence;
pub mod story;
pub mod topic;
