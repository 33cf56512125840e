//! Logs that are JSON, read by key: web servers' access logs, events of log shippers, the journal.
//!
//! One walker takes the keys that any table names, one table for each format says which key is which field. A line is of
//! the first table whose needs it meets, so it has one meaning whatever format is tried first.

mod fields;
mod journal;
mod line;
mod request;
mod server;
mod shipper;
mod table;
mod walk;
mod wrapped;

pub use journal::JOURNALD;
pub use server::{CADDY, ECS, NGINX, TRAEFIK};
pub use wrapped::WRAPPED;

#[cfg(test)]
mod tests;
