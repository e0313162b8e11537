//! The one way out to the network: see [`crate::fetch`] and [`crate::deliver`].
