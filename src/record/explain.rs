//! Why a host was judged as it was, on the wire: each rule with the values that it saw. Written by `soar-score --explain`,
//! for people and other tools; no stage reads it.

use super::Text;
use super::json::{put_array, put_number, put_object, put_text, put_time};

/// One rule, and what it saw of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained<'a> {
    /// Its name.
    pub rule: Text<'a>,
    /// Whether it held.
    pub held: bool,
    /// Why it could not be evaluated; it does not hold then.
    pub error: Option<Text<'a>>,
    /// Its expression.
    pub when: Text<'a>,
    /// The length of the window in which signals were counted; none: all of the time.
    pub window_seconds: Option<u32>,
    /// How long the window really was, in seconds, for signals that are counted in buckets too wide for it to be as long as that.
    pub windows_used: Vec<(Text<'a>, u64)>,
    /// The keys that it reads and that have a value.
    pub saw: Vec<(Text<'a>, Saw)>,
}

/// A value that a rule saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saw {
    /// A count, or a score.
    Count(u64),
    /// Seconds since 1970, RFC 3339 on the wire.
    Time(i64),
}

/// Appends the `explain` key; nothing where there are no rules.
pub(super) fn put_explain(out: &mut Vec<u8>, explained: &[Explained<'_>]) {
    if !explained.is_empty() {
        put_array(out, r#""explain":["#, |out| explained.iter().for_each(|rule| rule.put(out)));
    }
}

impl Explained<'_> {
    fn put(&self, out: &mut Vec<u8>) {
        put_object(out, "{", |out| {
            put_text(out, r#""rule":""#, Some(self.rule.as_bytes()));
            out.extend_from_slice(if self.held { br#""held":true,"# } else { br#""held":false,"# });
            put_text(out, r#""error":""#, self.error.as_ref().map(Text::as_bytes));
            put_text(out, r#""when":""#, Some(self.when.as_bytes()));
            put_number(out, r#""window_seconds":"#, self.window_seconds);
            put_object(out, r#""used_window_seconds":{"#, |out| {
                self.windows_used.iter().for_each(|(signal, seconds)| put_value(out, signal, Saw::Count(*seconds)));
            });
            put_object(out, r#""saw":{"#, |out| self.saw.iter().for_each(|(key, value)| put_value(out, key, *value)));
        });
    }

    /// The same, holding its own text.
    #[must_use]
    pub fn to_owned(&self) -> Explained<'static> {
        Explained {
            rule: self.rule.to_owned(),
            held: self.held,
            error: self.error.as_ref().map(Text::to_owned),
            when: self.when.to_owned(),
            window_seconds: self.window_seconds,
            windows_used: self.windows_used.iter().map(|(signal, seconds)| (signal.to_owned(), *seconds)).collect(),
            saw: self.saw.iter().map(|(key, value)| (key.to_owned(), *value)).collect(),
        }
    }
}

fn put_value(out: &mut Vec<u8>, key: &Text<'_>, value: Saw) {
    put_text(out, "\"", Some(key.as_bytes()));
    out.pop();
    match value {
        Saw::Count(count) => put_number(out, ":", Some(count)),
        Saw::Time(seconds) => put_time(out, ":\"", Some(seconds)),
    }
}
