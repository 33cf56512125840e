//! One connection attempt: sockets, the poll loop, banners, and what an answer means.

pub(crate) mod banner;
pub(crate) mod driver;
pub mod result;
pub(crate) mod socket;
