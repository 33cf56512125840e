//! Layer 2: counts events by address and merges host records; what `soar-score` judges is in these tables, and what `soar-parse --hosts`
//! writes comes from them.

pub(crate) mod accounts;
pub mod combine;
pub(crate) mod interner;
pub(crate) mod login_order;
pub mod options;
pub(crate) mod read;
pub(crate) mod series;
mod shared_text;
pub(crate) mod sums;
pub(crate) mod table;
pub(crate) mod tally;
pub(crate) mod timeline;
