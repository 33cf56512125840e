//! `login_order`: when logins were refused and let in, as far as is needed to tell a login that was guessed from one that was not.
//!
//! Refused logins, and those let in by a method that can be guessed, are counted in buckets of 10 s, or wider by the smallest
//! power of two with which no more than `MOST_BUCKETS` are not empty. Beside them stand the latest logins, by whatever method.
//! Both are such that adding parts gives what one run gives, in any order and grouping.

mod read;

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de};

use crate::base::escape::shorten;
use crate::record::host::field::close_object;
use crate::record::host::partial::{Buckets, SignalBuckets, put_buckets, read_buckets, shift_of};
use crate::record::host::{HostRecord, read_time};
use crate::record::json::{put_array, put_number, put_string, put_time};
use crate::record::signal::{LOGIN_ACCEPTED, LOGIN_FAILED, SIGNALS};
use crate::record::whole;
use crate::record::whole::Whole;
use crate::record::{MAX_INTEGER, Text};

/// The unit of buckets, in seconds.
pub(crate) const UNIT_SECONDS: u32 = 10;
/// How many buckets have a failure or a login at the most; with more, they are made twice as wide.
pub(crate) const MOST_BUCKETS: usize = 256;
/// How long before a login a failure belongs to it, in units: one hour, or one bucket where that is longer.
pub(crate) const SPAN: i64 = 3600 / UNIT_SECONDS as i64;
/// How many of the latest logins are told.
pub(crate) const MOST_LOGINS: usize = 16;
/// How many characters of a user's name or of a method are told: accounts have far shorter ones.
const LONGEST_WORD: usize = 256;

/// The order of failures and logins of one host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoginOrder<'a> {
    /// The base 2 logarithm of the width of buckets, in units of `UNIT_SECONDS`.
    pub shift: u8,
    /// The buckets in which logins were refused, in units since 1970.
    pub failures: Buckets,
    /// The buckets in which logins were let in by a method that can be guessed, in units since 1970.
    pub logins: Buckets,
    /// The latest logins, the earliest of them first.
    pub latest: Vec<Login<'a>>,
    /// How many logins are in no bucket and may belong in one: their time or method is not known.
    pub unknown: u64,
}

/// A login that succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Login<'a> {
    /// Seconds since 1970.
    #[serde(deserialize_with = "need_time")]
    pub at: i64,
    /// The account. It exists, so it is no password that was typed in its place.
    #[serde(borrow, default)]
    pub user: Option<Text<'a>>,
    /// `soar.method` of the event.
    #[serde(borrow, default)]
    pub method: Option<Text<'a>>,
    /// `log.file.path`.
    #[serde(borrow)]
    pub file: Text<'a>,
    /// `log.line`.
    #[serde(deserialize_with = "whole::read")]
    pub line: u64,
}

/// Whether a login by `method` may be the result of guessing: what a key, another host or a ticket vouches for is not.
pub(crate) fn is_guessable(method: &[u8]) -> bool {
    method == b"password" || method.strip_prefix(b"keyboard-interactive").is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
}

/// A user's name or a method as it is told: cut where no account has such a long one.
pub(crate) fn shorten_word(word: &str) -> Cow<'_, str> {
    shorten(word, LONGEST_WORD)
}

/// How long after a failure a login may come that it counts for, in seconds, with buckets of that width: failure and login are
/// anywhere in their buckets.
pub(crate) const fn reach_seconds(shift: u8) -> i64 {
    let width = if shift < 40 { 1 << shift } else { 1 << 40 };
    let span = if width > SPAN { width } else { SPAN };
    (span + 2 * width) * UNIT_SECONDS as i64
}

impl LoginOrder<'_> {
    /// What a host record of a version without it says all the same: failures where it has their buckets, and how many logins there were.
    pub(crate) fn of_older(host: &HostRecord<'_>) -> LoginOrder<'static> {
        let mut order = LoginOrder { unknown: host.count_of_any(LOGIN_ACCEPTED), ..LoginOrder::default() };
        let of_failures = |of: &&SignalBuckets<'_>| LOGIN_FAILED.indexes().any(|index| SIGNALS[index].name == of.signal.0);
        if let Some(partial) = &host.partial {
            for SignalBuckets { shift, buckets, .. } in partial.buckets.iter().filter(of_failures) {
                let resolution = partial.resolution_seconds.unwrap_or(1);
                let width = u64::from(resolution) << shift;
                let is_narrow = u64::from(UNIT_SECONDS) % width == 0;
                if let Some(shift) = if is_narrow { Some(0) } else { shift_of(width, UNIT_SECONDS) } {
                    order.shift = order.shift.max(shift);
                    let unit = |start: i64| (start * i64::from(resolution)).div_euclid(UNIT_SECONDS.into());
                    order.failures.extend(buckets.iter().map(|&(start, count)| (unit(start), count)));
                }
            }
        }
        order.failures.sort_unstable();
        order
    }

    /// Whether there is nothing to tell.
    pub const fn is_empty(&self) -> bool {
        self.failures.is_empty() && self.logins.is_empty() && self.latest.is_empty() && self.unknown == 0
    }

    /// Drops everything, and keeps the capacity.
    pub fn clear(&mut self) {
        (self.shift, self.unknown) = (0, 0);
        self.failures.clear();
        self.logins.clear();
        self.latest.clear();
    }

    /// The most failures in the hour before a bucket with a login, or in the bucket before it where buckets are longer.
    pub fn failed_before_login(&self) -> u64 {
        self.worst().map_or(0, |(_, most)| most)
    }

    /// The last bucket with a login that has the most failures before it, in units since 1970, and how many these are.
    pub(crate) fn worst(&self) -> Option<(i64, u64)> {
        let span = SPAN.max(1 << self.shift);
        let (mut worst, mut sum, mut first, mut next) = (None, 0_u128, 0, 0);
        for &(login, _) in &self.logins {
            while let Some(&(_, count)) = self.failures.get(next).filter(|(start, _)| *start < login) {
                sum += u128::from(count);
                next += 1;
            }
            while first < next && self.failures[first].0 < login.saturating_sub(span) {
                sum -= u128::from(self.failures[first].1);
                first += 1;
            }
            if worst.is_none_or(|(_, most)| sum >= most) {
                worst = Some((login, sum));
            }
        }
        worst.map(|(login, most)| (login, u64::try_from(most).unwrap_or(MAX_INTEGER).min(MAX_INTEGER)))
    }

    /// The bucket that a time in seconds since 1970 is in, in units since 1970.
    pub(crate) const fn bucket_of(&self, at: i64) -> i64 {
        at.div_euclid(UNIT_SECONDS as i64) >> self.shift << self.shift
    }

    pub fn put(&self, out: &mut Vec<u8>) {
        let start = out.len();
        put_number(out, r#","width_seconds":"#, Some(u64::from(UNIT_SECONDS) << self.shift).filter(|_| self.shift > 0));
        for (key, buckets) in [(&br#","failures":"#[..], &self.failures), (br#","logins":"#, &self.logins)] {
            if !buckets.is_empty() {
                out.extend_from_slice(key);
                put_buckets(UNIT_SECONDS.into(), buckets, out);
            }
        }
        if !self.latest.is_empty() {
            out.extend_from_slice(br#","latest":"#);
            put_array(out, &self.latest, |out, login| login.put(out));
        }
        put_number(out, r#","unknown":"#, Some(self.unknown).filter(|&unknown| unknown > 0));
        close_object(start, out);
    }

    /// The same, holding its own text.
    pub fn into_owned(self) -> LoginOrder<'static> {
        let Self { shift, failures, logins, latest, unknown } = self;
        LoginOrder { shift, failures, logins, latest: latest.iter().map(Login::to_owned).collect(), unknown }
    }
}

impl<'a> Login<'a> {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"at":"#);
        put_time(out, self.at);
        let texts =
            [(&br#","user":"#[..], self.user.as_ref()), (br#","method":"#, self.method.as_ref()), (br#","file":"#, Some(&self.file))];
        for (key, text) in texts {
            if let Some(text) = text {
                out.extend_from_slice(key);
                put_string(out, text.as_bytes());
            }
        }
        put_number(out, r#","line":"#, Some(self.line));
        out.push(b'}');
    }

    fn to_owned(&self) -> Login<'static> {
        let own = |text: &Option<Text<'a>>| text.as_ref().map(Text::to_owned);
        Login { at: self.at, user: own(&self.user), method: own(&self.method), file: self.file.to_owned(), line: self.line }
    }
}

fn need_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    read_time(deserializer)?.ok_or_else(|| de::Error::custom("a login has no time"))
}

#[derive(Deserialize)]
struct LoginOrderJson<'a> {
    width_seconds: Option<Whole<u64>>,
    failures: Option<Vec<Whole<i64>>>,
    logins: Option<Vec<Whole<i64>>>,
    #[serde(borrow)]
    latest: Option<Vec<Login<'a>>>,
    unknown: Option<Whole<u64>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for LoginOrder<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let LoginOrderJson { width_seconds, failures, logins, latest, unknown } = LoginOrderJson::deserialize(deserializer)?;
        let shift = width_seconds.map_or(Some(0), |Whole(width)| shift_of(width, UNIT_SECONDS));
        let read = |numbers: Option<Vec<Whole<i64>>>| read_buckets(&numbers.unwrap_or_default(), UNIT_SECONDS.into());
        let (Some(shift), Some(failures), Some(logins)) = (shift, read(failures), read(logins)) else {
            return Err(de::Error::custom("login_order has no starts, counts and gaps"));
        };
        let (latest, unknown) = (latest.unwrap_or_default(), unknown.map_or(0, |unknown| unknown.0));
        if unknown > MAX_INTEGER || latest.iter().any(|login| login.line > MAX_INTEGER) {
            return Err(de::Error::custom("login_order has an integer that is out of range"));
        }
        Ok(Self { shift, failures, logins, latest, unknown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::rfc3339::MonthReader;
    use crate::record::json::cursor::JsonCursor;

    fn order(shift: u8, failures: &[(i64, u64)], logins: &[(i64, u64)]) -> LoginOrder<'static> {
        LoginOrder { shift, failures: failures.to_vec(), logins: logins.to_vec(), ..LoginOrder::default() }
    }

    #[test]
    fn failures_count_in_the_hour_before_a_login_and_not_beside_or_behind_it() {
        for (shift, failures, logins, most) in [
            (0, &[(0, 3), (359, 4), (360, 5), (361, 6)][..], &[][..], 0),
            (0, &[(0, 3), (359, 4), (360, 5), (361, 6)], &[(360, 1)], 7),
            (0, &[(0, 3), (359, 4), (360, 5), (361, 6)], &[(361, 1)], 9),
            (0, &[(0, 3), (359, 4), (360, 5), (361, 6)], &[(0, 1), (361, 1), (9000, 7)], 9),
            (0, &[], &[(5, 1)], 0),
            // Buckets that start before the hour are not in it; of buckets longer than that it is the one before.
            (4, &[(0, 1), (16, 2), (368, 4)], &[(368, 1)], 2),
            (9, &[(0, 1), (512, 2), (1024, 4)], &[(1024, 1)], 2),
            (9, &[(0, 1), (512, 2), (1024, 4)], &[(1536, 1), (i64::MAX >> 9 << 9, 1)], 4),
            (0, &[(1, MAX_INTEGER), (2, MAX_INTEGER)], &[(3, 1)], MAX_INTEGER),
        ] {
            assert_eq!(order(shift, failures, logins).failed_before_login(), most, "{shift} {failures:?} {logins:?}");
        }
    }

    #[test]
    fn the_worst_login_is_the_last_with_the_most_failures_before_it() {
        let of = |shift, failures: &[(i64, u64)], logins: &[(i64, u64)]| order(shift, failures, logins).worst();
        assert_eq!(of(0, &[(0, 40)], &[(30, 1), (3600, 1)]), Some((30, 40)));
        assert_eq!(of(0, &[(0, 40)], &[(30, 1), (31, 1), (3600, 1)]), Some((31, 40)));
        assert_eq!(of(0, &[(9, 40)], &[(3, 1), (9, 1)]), Some((9, 0)));
        assert_eq!(of(0, &[(0, 40)], &[]), None);
        for (shift, at, bucket) in [(0, 309, 30), (0, -1, -1), (2, 309, 28), (2, 319, 28), (2, 320, 32), (2, -1, -4)] {
            assert_eq!(order(shift, &[], &[]).bucket_of(at), bucket, "{shift} {at}");
        }
    }

    #[test]
    fn a_failure_is_of_use_for_an_hour_and_the_width_of_its_buckets() {
        assert_eq!([0, 3, 9, 63].map(reach_seconds), [3620, 3760, 3 * 5120, 3 * (10 << 40)]);
    }

    #[test]
    fn what_can_be_guessed_is_a_password_or_an_answer() {
        for (method, guessable) in [
            ("password", true),
            ("keyboard-interactive", true),
            ("keyboard-interactive/pam", true),
            ("keyboard-interactives", false),
            ("publickey", false),
            ("hostbased", false),
            ("gssapi-with-mic", false),
            ("none", false),
            ("", false),
        ] {
            assert_eq!(is_guessable(method.as_bytes()), guessable, "{method}");
        }
    }

    #[test]
    fn it_is_read_as_it_was_written_by_both_readers() {
        let login = |user: Option<&'static str>, line| Login {
            at: 1_775_974_649,
            user: user.map(Text::from),
            method: Some("password".into()),
            file: "a\"b".into(),
            line,
        };
        let full =
            LoginOrder { latest: vec![login(None, 1), login(Some("r\u{e9}"), 2)], unknown: 3, ..order(2, &[(-4, 1), (8, 2)], &[(4, 1)]) };
        for (order, text) in [
            (LoginOrder::default(), "{}"),
            (order(0, &[(177_597_450, 5), (177_597_451, 7)], &[]), r#"{"failures":[1775974500,5,1,7]}"#),
            (order(3, &[(8, 5), (32, 7)], &[]), r#"{"width_seconds":80,"failures":[80,5,24,7]}"#),
            (
                full,
                concat!(
                    r#"{"width_seconds":40,"failures":[-40,1,12,2],"logins":[40,1],"latest":[{"at":"2026-04-12T06:17:29Z","method":"password","file":"a\"b","line":1},"#,
                    r#"{"at":"2026-04-12T06:17:29Z","user":"ré","method":"password","file":"a\"b","line":2}],"unknown":3}"#
                ),
            ),
        ] {
            let mut out = Vec::new();
            order.put(&mut out);
            assert_eq!(String::from_utf8_lossy(&out), text);
            let read: LoginOrder<'_> = serde_json::from_str(text).expect("an order");
            assert_eq!(read, order);
            // Whatever was read into it before.
            let mut quick = LoginOrder { latest: vec![login(None, 9)], ..super::tests::order(5, &[(32, 1)], &[(64, 1)]) };
            let is_read = quick.read_fast(&mut JsonCursor::new(text.as_bytes()), &mut MonthReader::default()).is_some();
            assert!(is_read != text.contains(['\\', '-']) && (!is_read || quick == order), "{text}");
        }
    }

    #[test]
    fn an_older_record_tells_of_failures_by_their_buckets() {
        let order = |resolution: u32, width: &str| {
            let record = format!(
                r#"{{"ip":"::1","signals":{{"ssh_accepted":2}},"partial":{{"resolution_seconds":{resolution}{width},"buckets":{{"http_404":[0,9],"ssh_failed":[-120,3,100,4]}}}}}}"#
            );
            LoginOrder::of_older(&serde_json::from_str(&record).expect("a host"))
        };
        for (resolution, width, shift, failures) in [
            (1, "", 0, &[(-12, 3), (-2, 4)][..]),
            (5, "", 0, &[(-12, 3), (38, 4)]),
            (10, "", 0, &[(-12, 3), (88, 4)]),
            (40, "", 2, &[(-12, 3), (388, 4)]),
            (10, r#","width_seconds":{"ssh_failed":20}"#, 1, &[(-12, 3), (88, 4)]),
            (5, r#","width_seconds":{"ssh_failed":40}"#, 2, &[(-12, 3), (38, 4)]),
            // What does not divide into buckets of 10 s tells nothing of them.
            (4, "", 0, &[]),
            (60, "", 0, &[]),
        ] {
            let read = order(resolution, width);
            assert_eq!((read.shift, &*read.failures, read.unknown), (shift, failures, 2), "{resolution} {width}");
        }
    }

    #[test]
    fn what_is_no_order_is_refused() {
        for json in [
            r#"{"failures":[5,1]}"#,
            r#"{"failures":[10]}"#,
            r#"{"failures":[10,0]}"#,
            r#"{"width_seconds":30,"failures":[10,1]}"#,
            r#"{"unknown":-1}"#,
            r#"{"unknown":9007199254740992}"#,
            r#"{"latest":[{"file":"a","line":1}]}"#,
            r#"{"latest":[{"at":"x","file":"a","line":1}]}"#,
            "[]",
        ] {
            assert!(serde_json::from_str::<LoginOrder<'_>>(json).is_err(), "{json}");
        }
    }
}
