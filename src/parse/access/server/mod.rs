//! Access logs in layouts of servers' own, one reader a server: text that is neither of the common family nor JSON.

pub(crate) mod aws;
pub(crate) mod caddy;
pub(crate) mod envoy;
pub(crate) mod haproxy;
pub(crate) mod hiawatha;
pub(crate) mod npm;
pub(crate) mod php;
pub(crate) mod python;
pub(crate) mod squid;
pub(crate) mod tornado;
pub(crate) mod unquoted;
pub(crate) mod uwsgi;
pub(crate) mod w3c;
pub(crate) mod words;

#[cfg(test)]
mod injection_tests;
