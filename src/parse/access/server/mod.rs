//! Access logs in layouts of servers' own, one reader a server: text that is neither of the common family nor JSON.

pub mod aws;
pub mod caddy;
pub mod envoy;
pub mod haproxy;
pub mod hiawatha;
pub mod npm;
pub mod php;
pub mod python;
pub mod squid;
pub mod tornado;
pub mod unquoted;
pub mod uwsgi;
pub mod w3c;
pub(crate) mod words;

#[cfg(test)]
mod injection_tests;
