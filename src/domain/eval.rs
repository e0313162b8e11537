//! How well stories and topics do, measured against what people say is right. [`stories`] tells
//! labelled entries to the clustering that runs live and compares what came of it, [`topics`]
//! runs the rules over labelled documents; [`agreement`] and [`tally`] hold the figures that both
//! are read by.

pub mod agreement;
pub mod stories;
pub mod tally;
pub mod topics;
