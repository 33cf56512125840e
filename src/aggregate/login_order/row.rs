//! The order of failures and logins as a host record tells it, with the texts of its block numbered.

use std::ops::Range;
use std::sync::Arc;

use crate::aggregate::login_order::{LoginSeen, StoredLogin};
use crate::record::Text;
use crate::record::host::login_order::{Login, LoginOrder};
use crate::record::host::partial::Buckets;

/// What a host record says of the order. There may be many, and nearly all tell of failures alone, so these stand in one list of the block.
#[derive(Debug)]
pub(crate) struct LoginOrderRow {
    /// The base 2 logarithm of the width of buckets, in units.
    pub(super) shift: u8,
    /// The buckets of failures, in the list.
    pub(super) failures: Range<usize>,
    /// What else there is; `None`: nothing.
    pub(super) logins: Option<Box<LoginRows>>,
}

/// What it says of logins.
#[derive(Debug)]
pub(super) struct LoginRows {
    pub(super) guessable: Buckets,
    pub(super) latest: Vec<StoredLogin>,
    pub(super) unknown: u64,
}

impl LoginOrderRow {
    /// What `order` says; its failures go into `list`, its texts into `words`, and `number` numbers the names of its files.
    pub(crate) fn new(order: &LoginOrder<'_>, list: &mut Buckets, words: &mut Vec<Arc<str>>, mut number: impl FnMut(&[u8]) -> u32) -> Self {
        let first = list.len();
        list.extend_from_slice(&order.failures);
        let LoginOrder { shift, logins, latest, unknown, .. } = order;
        let logins = (!logins.is_empty() || !latest.is_empty() || *unknown > 0).then(|| {
            let stored = |Login { at, user, method, file, line }: &Login<'_>| {
                let [user, method] = [user, method].map(|text| text.as_ref().map(Text::as_bytes));
                StoredLogin { at: *at, seen: LoginSeen::new(user, method, words), file: number(file.as_bytes()), line: *line }
            };
            Box::new(LoginRows { guessable: logins.clone(), latest: latest.iter().map(stored).collect(), unknown: *unknown })
        });
        Self { shift: *shift, failures: first..list.len(), logins }
    }

    /// How many buckets it has, and how many of the latest logins.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let (guessable, latest) = self.logins.as_ref().map_or((0, 0), |logins| (logins.guessable.len(), logins.latest.len()));
        (self.failures.len() + guessable, latest)
    }
}
