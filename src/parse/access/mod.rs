//! Access logs of web servers: requests from lines of text or JSON.

pub mod clf;
pub(crate) mod client;
pub(crate) mod clients;
pub(crate) mod escaping;
pub(crate) mod field;
pub mod forwarded;
pub(crate) mod guess;
pub(crate) mod json;
pub mod log_format;
pub mod named;
pub(crate) mod quotes;
pub(crate) mod request;
pub(crate) mod server;
