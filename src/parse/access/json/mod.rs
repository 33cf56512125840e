//! Access logs in JSON.

pub mod cloud;
pub mod keyed;
pub mod request;
pub mod server;
