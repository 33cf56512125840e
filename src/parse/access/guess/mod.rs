//! What a log may be that no format finds by itself: flags that may read a sample of its lines.
//!
//! Takes lines, gives values for `--json` and `--log-format`. A guess is no more than that: who wrote the sample may have been an attacker, so people look at it
//! before they use it.

pub(crate) mod columns;
pub(crate) mod json;
pub(crate) mod text;
