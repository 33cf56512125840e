//! Logs that are JSON, read by key: web servers' access logs, events of log shippers, the journal.
//!
//! One walker takes the keys that any table names, one table for each format says which key is which field. A line is of
//! the first table whose needs it meets, so it has one meaning whatever format is tried first.

pub(crate) mod cloud;
mod flat;
pub(crate) mod line;
pub(crate) mod logfmt;
pub(crate) mod nginx;
pub(crate) mod table;
pub(crate) mod walk;

pub(crate) use crate::parse::access::json::server::{CADDY, ECS, NGINX, TRAEFIK};

#[cfg(test)]
mod tests;
