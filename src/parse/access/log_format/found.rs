//! What the fields of one line hold, or which of them does not fit.

use crate::parse::access::log_format::directive::SLOTS;
use crate::parse::access::log_format::timestamp::TimestampBuilder;

/// Why a line is not of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldError {
    /// The number of the field, from 0.
    pub field: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// What a line holds, while it is read.
#[derive(Debug)]
pub struct LineCaptures<'a> {
    /// What stands in each slot.
    pub values: [Option<&'a [u8]>; SLOTS],
    /// What its times say.
    pub moment: TimestampBuilder<'a>,
}
