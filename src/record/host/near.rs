//! `near` of a host: comparisons that keep a rule from holding, and by how little. soar-score writes it anew, and reads nothing of it.

use serde::Deserialize;

use crate::record::Text;
use crate::record::host::field::Item;
use crate::record::json::{put_number, put_string};
use crate::record::whole;

/// A comparison of a rule that does not hold for a host, but nearly does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Near<'a> {
    #[serde(borrow)]
    pub rule: Text<'a>,
    /// The key that it compares.
    #[serde(borrow)]
    pub key: Text<'a>,
    /// The value that it saw.
    #[serde(default, deserialize_with = "whole::read")]
    pub value: u64,
    /// The nearest value for which the comparison holds.
    #[serde(default, deserialize_with = "whole::read")]
    pub flips_at: u64,
}

impl<'a> Item<'a> for Near<'a> {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"rule":"#);
        put_string(out, self.rule.as_bytes());
        out.extend_from_slice(br#","key":"#);
        put_string(out, self.key.as_bytes());
        put_number(out, r#","value":"#, Some(self.value));
        put_number(out, r#","flips_at":"#, Some(self.flips_at));
        out.push(b'}');
    }
}
