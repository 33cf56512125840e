//! Access logs in JSON.

pub mod keyed;
pub mod request;
pub mod server;
