//! What the tests stand on: a loopback feed server, a recording webhook sink, and the world.

pub mod channel;
pub mod counterpart;
pub mod server;
pub mod world;
