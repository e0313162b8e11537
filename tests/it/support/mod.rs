//! What the tests stand on: a loopback feed server, a recording webhook sink, a mail server, and the
//! world. [`port`] keeps ports as they have to be, [`counterpart`] finds the programs of others that some tests speak to.

pub mod channel;
pub mod chat;
pub mod counterpart;
pub mod http1;
pub mod mail;
pub mod port;
pub mod server;
pub mod terminal;
pub mod world;
