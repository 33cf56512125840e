//! The order of failures and logins of one address: counted by time as far as is needed to tell who guessed their way in, and
//! the latest logins. Adding commutes and associates, as for all that a tally holds.

mod row;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use crate::aggregate::interner::StringInterner;
pub(crate) use crate::aggregate::login_order::row::LoginOrderRow;
use crate::aggregate::series::Series;
use crate::aggregate::shared_text::share_as;
use crate::record::host::login_order::{
    Login, LoginOrder, MOST_BUCKETS, MOST_LOGINS, UNIT_SECONDS, is_guessable, reach_seconds, shorten_word,
};
use crate::record::{MAX_INTEGER, Text};

type LoginCounts = Series<MOST_BUCKETS>;

/// A login as an event tells it: the user and the method, where it does.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LoginSeen {
    pub user: Option<Arc<str>>,
    pub method: Option<Arc<str>>,
}

impl LoginSeen {
    /// What the texts of an event say, which `words` holds; none of them is kept longer than an account's name may be.
    pub(crate) fn new(user: Option<&[u8]>, method: Option<&[u8]>, words: &mut Vec<Arc<str>>) -> Self {
        let shorten = |text: &[u8]| shorten_word(&String::from_utf8_lossy(text)).into();
        let mut word = |text| {
            let index = share_as(words, text, shorten) as usize;
            Arc::clone(&words[index])
        };
        Self { user: user.map(&mut word), method: method.map(word) }
    }
}

/// One login that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StoredLogin {
    at: i64,
    seen: LoginSeen,
    file: u32,
    line: u64,
}

impl StoredLogin {
    /// The latest is the greatest; of those at the same time, by all else that is told.
    fn compare(&self, other: &Self, files: &StringInterner) -> Ordering {
        let by_time = self.at.cmp(&other.at).then_with(|| self.seen.cmp(&other.seen));
        by_time.then_with(|| files.text(self.file).cmp(files.text(other.file))).then(self.line.cmp(&other.line))
    }
}

/// The order of failures and logins. Small, since nearly all that have one failed and never got in.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoginOrderBuilder {
    failures: LoginCounts,
    logins: Option<Box<Logins>>,
}

#[derive(Debug, Clone, Default)]
struct Logins {
    /// Those by a method that can be guessed.
    guessable: LoginCounts,
    /// The latest of all, ascending.
    latest: Vec<StoredLogin>,
    unknown: u64,
}

impl LoginOrderBuilder {
    /// Adds `count` failures at a time in seconds since 1970.
    pub(crate) fn add_failures(&mut self, at: i64, count: u64) {
        self.failures.add(unit_of(at), count);
    }

    /// Adds `count` logins that stand on one line of the file with that number.
    pub(crate) fn add_login(&mut self, at: Option<i64>, seen: &LoginSeen, count: u64, (file, line): (u32, u64), files: &StringInterner) {
        let logins = self.logins.get_or_insert_default();
        match (at, &seen.method) {
            (Some(at), Some(method)) if is_guessable(method.as_bytes()) => logins.guessable.add(unit_of(at), count),
            (Some(_), Some(_)) => {}
            _ => logins.unknown = add(logins.unknown, count),
        }
        if let Some(at) = at {
            logins.tell(StoredLogin { at, seen: seen.clone(), file, line }, files);
        }
    }

    /// Adds what a host record says, whose failures stand in `list`; `moved` says by which numbers its files are known in `files`.
    pub(crate) fn merge(&mut self, other: &LoginOrderRow, list: &[(i64, u64)], moved: impl Fn(u32) -> u32, files: &StringInterner) {
        self.failures.merge(other.shift, &list[other.failures.clone()]);
        let Some(rows) = &other.logins else { return };
        let logins = self.logins.get_or_insert_default();
        logins.guessable.merge(other.shift, &rows.guessable);
        logins.unknown = add(logins.unknown, rows.unknown);
        for told in &rows.latest {
            logins.tell(StoredLogin { file: moved(told.file), ..told.clone() }, files);
        }
    }

    /// The bucket of failures that was added to last.
    pub(crate) fn last_failure(&self) -> Option<(i64, u64)> {
        self.failures.buckets().last().copied()
    }

    /// Calls files by what `moved` says.
    pub(crate) fn move_files(&mut self, mut moved: impl FnMut(u32) -> u32) {
        let latest = self.logins.iter_mut().flat_map(|logins| &mut logins.latest);
        latest.for_each(|told| told.file = moved(told.file));
    }

    /// How many bytes it takes with its lists, about, with what the allocator adds.
    pub(crate) fn heap_bytes(&self) -> usize {
        let buckets = |counts: &LoginCounts| counts.buckets().capacity() * size_of::<(i64, u64)>() + 16;
        // It may be shared with others of its block, or not.
        let text = |text: &Option<Arc<str>>| text.as_ref().map_or(0, |text| text.len() + 32);
        let told = |told: &StoredLogin| size_of::<StoredLogin>() + text(&told.seen.user) + text(&told.seen.method);
        let of_logins =
            |logins: &Logins| size_of::<Logins>() + 32 + buckets(&logins.guessable) + logins.latest.iter().map(told).sum::<usize>();
        size_of::<Self>() + 16 + buckets(&self.failures) + self.logins.as_deref().map_or(0, of_logins)
    }

    /// How long a failure is of use to a login that comes behind it, in seconds.
    pub(crate) fn reach_seconds(&self) -> i64 {
        let of_logins = self.logins.as_ref().map_or(0, |logins| logins.guessable.shift());
        reach_seconds(self.failures.shift().max(of_logins))
    }

    /// How many logins are not known in their order.
    fn unknown(&self) -> u64 {
        self.logins.as_ref().map_or(0, |logins| logins.unknown)
    }

    /// Whether nothing can have come before a login but what is counted here: all logins are known in their order and, where one
    /// may have been guessed, so are all `failed` failures.
    pub(crate) fn is_whole(&self, failed: u64) -> bool {
        let has_guessable = self.logins.as_ref().is_some_and(|logins| !logins.guessable.is_empty());
        let timed = || self.failures.buckets().iter().map(|&(_, count)| u128::from(count)).sum::<u128>();
        self.unknown() == 0 && (!has_guessable || timed() >= failed.into())
    }

    /// The most failures shortly before a login that may have been guessed.
    pub(crate) fn failed_before_login(&self) -> u64 {
        if self.logins.as_ref().is_none_or(|logins| logins.guessable.is_empty()) {
            return 0;
        }
        let mut order = LoginOrder::default();
        self.put_buckets(&mut order);
        order.failed_before_login()
    }

    /// Puts into `order`, which is used again and again, what its record says.
    pub(crate) fn put<'t>(&'t self, order: &mut LoginOrder<'t>, files: &'t StringInterner) {
        self.put_buckets(order);
        order.unknown = self.unknown();
        order.latest.clear();
        let text = |text: &'t Option<Arc<str>>| text.as_deref().map(Text::from);
        let login = |told: &'t StoredLogin| Login {
            at: told.at,
            user: text(&told.seen.user),
            method: text(&told.seen.method),
            file: Text::from(&**files.text(told.file)),
            line: told.line,
        };
        order.latest.extend(self.logins.iter().flat_map(|logins| &logins.latest).map(login));
    }

    /// Failures and logins in buckets of one width, the narrowest with which there are no more than allowed.
    fn put_buckets(&self, order: &mut LoginOrder<'_>) {
        let mut failures = settled(&self.failures);
        order.logins.clear();
        if let Some(own) = &self.logins {
            let mut logins = settled(&own.guessable);
            while failures.shift() != logins.shift() || count_both(&failures, &logins) > MOST_BUCKETS {
                let shift = failures.shift().max(logins.shift()) + u8::from(failures.shift() == logins.shift());
                failures.to_mut().coarsen(shift);
                logins.to_mut().coarsen(shift);
            }
            order.logins.extend_from_slice(logins.buckets());
        }
        order.shift = failures.shift();
        order.failures.clear();
        order.failures.extend_from_slice(failures.buckets());
    }
}

impl Logins {
    /// Keeps `told` if it is among the latest.
    fn tell(&mut self, told: StoredLogin, files: &StringInterner) {
        // In a log, which is in the order of time, nearly every one is the latest.
        let index = match self.latest.last() {
            Some(last) if last.at < told.at => self.latest.len(),
            _ => self.latest.partition_point(|other| other.compare(&told, files).is_lt()),
        };
        if self.latest.len() < MOST_LOGINS {
            self.latest.insert(index, told);
        } else if index > 0 {
            self.latest.insert(index, told);
            self.latest.remove(0);
        }
    }
}

/// The series, in order.
fn settled(series: &LoginCounts) -> Cow<'_, LoginCounts> {
    let mut series = Cow::Borrowed(series);
    if !series.is_settled() {
        series.to_mut().settle();
    }
    series
}

/// How many buckets have a failure or a login, of the same width.
fn count_both(failures: &LoginCounts, logins: &LoginCounts) -> usize {
    let is_alone = |(start, _): &&(i64, u64)| failures.buckets().binary_search_by_key(start, |&(start, _)| start).is_err();
    failures.buckets().len() + logins.buckets().iter().filter(is_alone).count()
}

const fn unit_of(at: i64) -> i64 {
    at.div_euclid(UNIT_SECONDS as i64)
}

fn add(sum: u64, count: u64) -> u64 {
    sum.saturating_add(count).min(MAX_INTEGER)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// A failure, or a login by a method: when, by what, how often.
    type Seen = (i64, Option<&'static str>, u64);

    fn order(seen: &[Seen], files: &mut StringInterner) -> LoginOrderBuilder {
        let mut order = LoginOrderBuilder::default();
        let file = files.number(&"a".into());
        for (line, &(at, method, count)) in (1..).zip(seen) {
            match method {
                None => order.add_failures(at, count),
                Some(method) => {
                    order.add_login(Some(at), &LoginSeen::new(None, Some(method.as_bytes()), &mut Vec::new()), count, (file, line), files);
                }
            }
        }
        order
    }

    fn merge(into: &mut LoginOrderBuilder, record: &LoginOrder<'_>, files: &mut StringInterner) {
        let mut list = vec![(7, 7)];
        let row = LoginOrderRow::new(record, &mut list, &mut Vec::new(), |file| files.number(&String::from_utf8_lossy(file).into()));
        into.merge(&row, &list, |file| file, files);
    }

    fn record(order: &LoginOrderBuilder, files: &StringInterner) -> LoginOrder<'static> {
        let mut record = LoginOrder::default();
        order.put(&mut record, files);
        record.into_owned()
    }

    /// As the definition has it.
    fn defined(seen: &[Seen]) -> (u8, u64) {
        let guessed = |method: Option<&str>| method.is_some_and(|method| is_guessable(method.as_bytes()));
        let bucket = |at: i64, shift: u8| at.div_euclid(10 << shift) * (10 << shift);
        let counted = || seen.iter().filter(|(_, method, _)| method.is_none() || guessed(*method));
        let shift = (0..40).find(|&shift| counted().map(|&(at, ..)| bucket(at, shift)).collect::<BTreeSet<_>>().len() <= MOST_BUCKETS);
        let shift = shift.expect("a width");
        let span = 3600.max(10 << shift);
        let failed = |login: i64| {
            let before = |at: i64| (login - span..login).contains(&bucket(at, shift));
            seen.iter().filter(|(at, method, _)| method.is_none() && before(*at)).map(|(.., count)| count).sum::<u64>()
        };
        let logins = seen.iter().filter(|(_, method, _)| guessed(*method));
        (shift, logins.map(|&(at, ..)| failed(bucket(at, shift))).max().unwrap_or(0))
    }

    proptest! {
        #[test]
        fn an_order_is_what_the_definition_says_whatever_the_order_of_arrival_and_the_parts(
            seen in vec((prop_oneof![0_i64..9000, -90_000_i64..90_000, 0_i64..1 << 33], prop_oneof![8 => Just(None), 1 => Just(Some("password")), 1 => Just(Some("publickey"))], 1_u64..4), 0..700),
            cut in 0..700_usize,
        ) {
            let mut files = StringInterner::default();
            let whole = order(&seen, &mut files);
            let text = record(&whole, &files);
            prop_assert_eq!((text.shift, whole.failed_before_login()), defined(&seen));
            prop_assert_eq!(text.failed_before_login(), whole.failed_before_login());
            let (early, late) = seen.split_at(cut.min(seen.len()));
            let mut merged = order(late, &mut files);
            let early = record(&order(early, &mut files), &files);
            merge(&mut merged, &early, &mut files);
            let merged = record(&merged, &files);
            prop_assert_eq!((merged.shift, &merged.failures, &merged.logins), (text.shift, &text.failures, &text.logins));
            let mut again = LoginOrderBuilder::default();
            merge(&mut again, &text, &mut files);
            prop_assert_eq!(record(&again, &files), text);
        }
    }

    #[test]
    fn the_latest_logins_are_told_whatever_the_order_in_which_they_come() {
        let mut files = StringInterner::default();
        let [a, b] = ["a", "b"].map(|name| files.number(&name.into()));
        let logins: Vec<_> =
            (0..40_usize).map(|n| (i64::try_from(n / 4).expect("small"), ["x", "y"][n % 2], [b, a][n / 2 % 2], n as u64)).collect();
        let told = |logins: &[(i64, &str, u32, u64)]| {
            let mut order = LoginOrderBuilder::default();
            for &(at, user, file, line) in logins {
                order.add_login(Some(at), &LoginSeen::new(Some(user.as_bytes()), None, &mut Vec::new()), 2, (file, line), &files);
            }
            record(&order, &files)
        };
        let whole = told(&logins);
        let backwards: Vec<_> = logins.iter().rev().copied().collect();
        assert_eq!(told(&backwards), whole);
        let lines: Vec<_> = whole.latest.iter().map(|login| login.line).collect();
        assert_eq!(lines, [26, 24, 27, 25, 30, 28, 31, 29, 34, 32, 35, 33, 38, 36, 39, 37]);
        assert_eq!((whole.unknown, whole.logins.len()), (80, 0));
    }

    #[test]
    fn an_order_is_whole_where_no_login_and_no_failure_before_a_guess_is_known_in_number_alone() {
        let mut files = StringInterner::default();
        let of = |seen: &[Seen], unknown: u64, files: &mut StringInterner| {
            let mut order = order(seen, files);
            merge(&mut order, &LoginOrder { unknown, ..LoginOrder::default() }, files);
            order
        };
        let (failures, key, guess) = ((0, None, 3), (20, Some("publickey"), 1), (20, Some("password"), 1));
        for (seen, unknown, failed, whole) in [
            (&[failures, guess][..], 0, 3, true),
            (&[failures, guess], 0, 4, false),
            (&[failures, guess], 1, 3, false),
            (&[guess], 0, 1, false),
            (&[failures, key], 0, 4, true),
            (&[failures, key], 1, 3, false),
            (&[failures], 0, 4, true),
        ] {
            assert_eq!(of(seen, unknown, &mut files).is_whole(failed), whole, "{seen:?} {unknown} {failed}");
        }
    }

    #[test]
    fn an_address_that_only_failed_takes_little_memory() {
        assert!(size_of::<LoginOrderBuilder>() <= 40);
    }
}
