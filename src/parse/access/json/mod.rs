//! Access logs in JSON.

pub(crate) mod keyed;
pub(crate) mod request;
pub(crate) mod server;
