//! `groups` of a host: the groups that it is in and for which a rule holds. soar-score writes it anew, and reads nothing of it.

use serde::Deserialize;

use crate::record::Text;
use crate::record::host::field::Item;
use crate::record::json::{put_number, put_string};
use crate::record::whole;

/// A group that a host is in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HostGroup<'a> {
    /// The rule that holds for it.
    #[serde(borrow)]
    pub rule: Text<'a>,
    /// What its hosts have in common.
    #[serde(borrow)]
    pub key: Text<'a>,
    /// How many hosts it has.
    #[serde(default, deserialize_with = "whole::read")]
    pub addresses: u64,
    /// The sum of their scores.
    #[serde(default, deserialize_with = "whole::read")]
    pub score: u64,
}

impl<'a> Item<'a> for HostGroup<'a> {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"rule":"#);
        put_string(out, self.rule.as_bytes());
        out.extend_from_slice(br#","key":"#);
        put_string(out, self.key.as_bytes());
        put_number(out, r#","addresses":"#, Some(self.addresses));
        put_number(out, r#","score":"#, Some(self.score));
        out.push(b'}');
    }
}
