//! How much of a document is read. The parsers behind are fast on feeds and can be made slow,
//! large or dead by what only looks like one: each limit stands against one such document.

use std::time::Duration;

/// Bounds on one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Decoded bytes.
    pub body_bytes: usize,
    /// Entries; of more, the newest are read.
    pub entries: usize,
    /// Elements within one another. feed-rs calls itself once for each `media:group`.
    pub depth: usize,
    /// Elements in all: each costs memory, even an empty one.
    pub elements: usize,
    /// Attributes of one element, which are compared each with each.
    pub attributes: usize,
    /// Namespace declarations in force at once; each name is looked up among them.
    pub namespaces: usize,
    /// Bytes of the document type declaration, entity declarations included. None is expanded.
    pub doctype_bytes: usize,
    /// Values of a JSON document.
    pub json_values: usize,
    /// For reading it all.
    pub timeout: Duration,
}

impl Limits {
    /// What every feed is read with; the largest real feeds stay below a tenth of it.
    pub const STANDARD: Limits = Limits {
        body_bytes: 16 * 1024 * 1024,
        entries: 10_000,
        depth: 256,
        elements: 500_000,
        attributes: 256,
        namespaces: 512,
        doctype_bytes: 64 * 1024,
        json_values: 1_000_000,
        timeout: Duration::from_secs(15),
    };
}
