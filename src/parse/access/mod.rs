//! Access logs of web servers: requests from lines of text or JSON.

pub mod clf;
pub mod client;
pub mod clients;
pub mod field;
pub mod forwarded;
pub mod guess;
pub mod json;
pub mod log_format;
pub mod named;
pub mod quotes;
pub mod request;
pub mod server;
