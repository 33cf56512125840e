//! Layer 1: errors, text, numbers, time and addresses. Imports nothing of ours.

pub mod bytes;
pub mod error;
pub mod escape;
pub(crate) mod issue_counter;
pub(crate) mod list_file;
pub mod net;
pub mod number;
pub mod simd;
pub mod time;
pub(crate) mod wildcard;
