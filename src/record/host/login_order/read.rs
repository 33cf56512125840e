//! `login_order` as our own writer puts it, read at once.

use crate::base::time::rfc3339::MonthReader;
use crate::record::host::field::{Field, read_by_serde, rest_of_text};
use crate::record::host::login_order::{Login, LoginOrder, UNIT_SECONDS};
use crate::record::host::partial::{read_buckets_fast, shift_of};
use crate::record::json::cursor::JsonCursor;

impl<'a> Field<'a> for LoginOrder<'a> {
    fn is_told(&self) -> bool {
        !self.is_empty()
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.put(out);
    }

    fn read(&mut self, cursor: &mut JsonCursor<'a>, months: &mut MonthReader) -> Option<()> {
        let before = *cursor;
        self.read_fast(cursor, months).or_else(|| {
            *cursor = before;
            *self = read_by_serde(cursor)?;
            Some(())
        })
    }

    #[inline]
    fn clear(&mut self) {
        LoginOrder::clear(self);
    }
}

impl<'a> LoginOrder<'a> {
    /// Reads the value as our own writer puts it in place of what is here; `None`: it may be one all the same.
    pub(crate) fn read_fast(&mut self, cursor: &mut JsonCursor<'a>, months: &mut MonthReader) -> Option<()> {
        self.clear();
        cursor.expect(b"{")?;
        let mut keys = Keys { is_first: true };
        if keys.has(cursor, br#""width_seconds":"#) {
            self.shift = shift_of(cursor.integer()?, UNIT_SECONDS)?;
        }
        if keys.has(cursor, br#""failures":["#) {
            read_buckets_fast(&mut self.failures, cursor, UNIT_SECONDS.into())?;
        }
        if keys.has(cursor, br#""logins":["#) {
            read_buckets_fast(&mut self.logins, cursor, UNIT_SECONDS.into())?;
        }
        if keys.has(cursor, br#""latest":["#) {
            cursor.items(b']', |cursor| {
                self.latest.push(read_login(cursor, months)?);
                Some(())
            })?;
        }
        if keys.has(cursor, br#""unknown":"#) {
            self.unknown = cursor.integer()?;
        }
        cursor.expect(b"}")
    }
}

/// The keys of an object.
struct Keys {
    is_first: bool,
}

impl Keys {
    /// Whether `key` comes next; then it is behind us.
    fn has<const N: usize>(&mut self, cursor: &mut JsonCursor<'_>, key: &[u8; N]) -> bool {
        let mut behind = *cursor;
        let is_next = (self.is_first || behind.consume(b",")) && behind.consume(key);
        if is_next {
            (*cursor, self.is_first) = (behind, false);
        }
        is_next
    }
}

fn read_login<'a>(cursor: &mut JsonCursor<'a>, months: &mut MonthReader) -> Option<Login<'a>> {
    cursor.expect(br#"{"at":""#)?;
    let at = cursor.time(months)?;
    let user = if cursor.consume(br#","user":""#) { Some(rest_of_text(cursor)?) } else { None };
    let method = if cursor.consume(br#","method":""#) { Some(rest_of_text(cursor)?) } else { None };
    cursor.expect(br#","file":""#)?;
    let file = rest_of_text(cursor)?;
    cursor.expect(br#","line":"#)?;
    let line = cursor.integer()?;
    cursor.expect(b"}")?;
    Some(Login { at, user, method, file, line })
}
