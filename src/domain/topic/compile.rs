//! Turns the rules of all topics into one matcher.

/// All topics, compiled: immutable, shared by every worker, swapped whole on reload.
#[derive(Debug)]
pub struct TopicSet {}
