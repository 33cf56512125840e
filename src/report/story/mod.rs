//! What a host did, in sentences made of the facts of its record, each with the log line where it stands. Nothing is guessed: what
//! the record does not say is left out.

use std::path::Path;

use crate::base::error::Result;
use crate::base::escape::markdown;
use crate::record::Text;
use crate::record::host::login_order::{Login, UNIT_SECONDS, is_guessable};
use crate::record::host::{Evidence, HostRecord};
use crate::record::signal::{LOGIN_ACCEPTED, LOGIN_FAILED, SIGNALS, SignalSet, index_of};
use crate::report::data::{ReportData, ReportNeeds, is_alarming};
use crate::report::digest::{is_empty, warning};
use crate::report::lang::story::{
    AND, AS, AT, BY_KEY, BY_METHOD, BY_PASSWORD, DID, DID_TOO, FAILED_LATER, FROM_TO, LOGGED_IN_ONCE, LOGGED_IN_TOO, MORE_KINDS,
    NETWORK_WHO, NO_PORT_OPEN, NO_STORY, NOT_IN_SCOPE, ONCE, ORDER_NOT_KNOWN, PORT_OPEN, PORTS_OPEN, SEMICOLON, SET_OFF, STORY, THEN_ABOUT,
    THEN_LOGGED_IN, TIMES, TIMES_IN, TRIED, TRIED_USERS, USERS,
};
use crate::report::lang::{AND_MORE, BREAK_IN, Lang};
use crate::report::login::{self, NamedLogin};
use crate::report::page::{RenderOptions, Report, check_kind};
use crate::report::scanned::put_ranges;

/// How many hosts are told of, unless `--top` says otherwise.
const ROWS: usize = 20;
/// How many kinds of signals are told of one host.
const SIGNALS_TOLD: usize = 6;

/// `--story`.
#[derive(Debug)]
pub(crate) struct Story;

impl Report for Story {
    fn name(&self) -> &'static str {
        "story"
    }

    fn about(&self) -> &'static str {
        "Write what each suspicious address did in sentences, with the log lines where it stands, in Markdown; - is stdout"
    }

    fn check(&self, path: &Path) -> Result<()> {
        check_kind(path, self.name(), &["md", "markdown"], "Markdown")
    }

    fn needs(&self, options: &RenderOptions) -> ReportNeeds {
        ReportNeeds { urgent: options.top.unwrap_or(ROWS), ..ReportNeeds::default() }
    }

    fn page(&self, data: &ReportData, options: &RenderOptions, _path: &Path) -> Result<Vec<u8>> {
        let lang = options.lang;
        let mut text = format!("# {}\n\n", lang.say(STORY));
        let mut shown = data.urgent(options.top.unwrap_or(ROWS));
        shown.retain(|kept| kept.host.suspicious);
        let warning = warning(data);
        if let Some(phrase) = warning.filter(|_| !is_empty(data)) {
            text.push_str(lang.say(phrase));
            text.push_str("\n\n");
        }
        if shown.is_empty() {
            text.push_str(lang.say(warning.filter(|_| is_empty(data)).unwrap_or(NO_STORY)));
            text.push('\n');
            return Ok(text.into_bytes());
        }
        text.push_str(&lang.fill(TIMES_IN, &[&lang.zone_name()]));
        text.push_str("\n\n");
        for kept in &shown {
            let mark = if is_alarming(&kept.host) { format!("**{}** ", lang.say(BREAK_IN)) } else { String::new() };
            let told = tell(&kept.host, lang, &|text| markdown(text).into_owned());
            text.push_str(&format!("- {mark}{told}\n"));
        }
        let hidden = data.suspicious.saturating_sub(shown.len() as u64);
        if hidden > 0 {
            text.push_str(&format!("\n{}\n", lang.fill(AND_MORE, &[&lang.number(hidden)])));
        }
        Ok(text.into_bytes())
    }
}

/// Makes the text of others harmless for a kind of page.
pub(crate) type Escape<'e> = &'e dyn Fn(&str) -> String;

/// What `host` did, in one to four sentences.
pub(crate) fn tell(host: &HostRecord<'_>, lang: Lang, escape: Escape<'_>) -> String {
    let mut teller = Teller { host, lang, escape, day: String::new() };
    let mut sentences = Vec::new();
    let attempts = teller.attempts();
    let has_attempts = attempts.is_some();
    let others = teller.signals();
    let first = attempts.or_else(|| Some(lang.fill(DID, &[&teller.who(), others.as_deref()?])));
    let ports = teller.ports();
    let first = match (first, &ports) {
        (Some(first), Some(ports)) => format!("{first}{}{ports}", lang.say(SEMICOLON)),
        (Some(first), None) => first,
        (None, Some(ports)) => format!("{}: {ports}", teller.who()),
        (None, None) => teller.who(),
    };
    sentences.push(first);
    sentences.extend(teller.other_logins());
    if has_attempts {
        sentences.extend(others.map(|others| lang.fill(DID_TOO, &[&others])));
    }
    sentences.join(". ") + "."
}

/// How often.
fn times(lang: Lang, count: u64) -> String {
    if count == 1 { lang.say(ONCE).to_owned() } else { lang.count(count, TIMES) }
}

/// What an address did that caused the signal `name`, behind "it".
fn deed(lang: Lang, name: &str, count: u64, escape: Escape<'_>) -> String {
    match index_of(name) {
        Some(index) => lang.count_within(count, SIGNALS[index].told),
        None => lang.fill(SET_OFF, &[&times(lang, count), &escape(name)]),
    }
}

/// One host that is told of.
struct Teller<'t> {
    host: &'t HostRecord<'t>,
    lang: Lang,
    escape: Escape<'t>,
    /// The day that was named last.
    day: String,
}

/// How exact a time is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Precision {
    Minute,
    Second,
}

impl Teller<'_> {
    fn who(&self) -> String {
        let ip = self.host.ip.to_string();
        self.host.network.as_ref().map_or(ip, |network| self.lang.fill(NETWORK_WHO, &[&(self.escape)(&network.0)]))
    }

    /// A time of day; the day before it where another was named last.
    fn clock(&mut self, at: i64, precision: Precision) -> String {
        let text = self.lang.time(at);
        let Some((day, time)) = text.split_once(['T', ' ']) else { return text };
        let end = if precision == Precision::Minute { 5 } else { 8 };
        let time = time.get(..end).unwrap_or(time);
        if self.day == day {
            return time.to_owned();
        }
        day.clone_into(&mut self.day);
        self.lang.say_either(|| format!("{day} {time}"), || format!("{time} le {day}"))
    }

    fn period(&mut self, first: i64, last: i64) -> String {
        let start = self.clock(first, Precision::Minute);
        let is_one = first.div_euclid(60) == last.div_euclid(60);
        if is_one {
            return self.lang.fill(AT, &[&start]);
        }
        let end = self.clock(last, Precision::Minute);
        self.lang.fill(FROM_TO, &[&start, &end])
    }

    /// The first line that tells of one of `signals`.
    fn first_place(&self, signals: SignalSet) -> String {
        let is_wanted = |evidence: &&Evidence<'_>| index_of(&evidence.signal.0).is_some_and(|index| signals.contains(index));
        // Those without a time come last.
        let first = self.host.evidence.iter().filter(is_wanted).min_by_key(|evidence| evidence.at.unwrap_or(i64::MAX));
        first.map_or_else(String::new, |place| self.place(&place.file, place.line))
    }

    fn place(&self, file: &Text<'_>, line: u64) -> String {
        format!(" ({}:{line})", (self.escape)(&file.0))
    }

    /// Logins that failed and, where that may have been guessed, the one that did not.
    fn attempts(&mut self) -> Option<String> {
        let (host, lang) = (self.host, self.lang);
        let failed = host.count_of_any(LOGIN_FAILED);
        if failed == 0 {
            return None;
        }
        let broken = login::told(host).filter(|_| host.failed_before_login.is_some_and(|failures| failures > 0));
        let order = &host.login_order;
        let start_of = |&(start, _): &(i64, u64)| start.saturating_mul(UNIT_SECONDS.into());
        // Within ten seconds it is not known which came first: such a failure is told with those before.
        let is_before =
            |(start, _): &&(i64, u64)| broken.is_none_or(|login| *start < order.bucket_of(login.at()) + i64::from(order.shift == 0));
        let before: Vec<_> = order.failures.iter().filter(is_before).copied().collect();
        let count = |buckets: &[(i64, u64)]| buckets.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        let told = if broken.is_some() { count(&before) } else { failed };
        let times = times(lang, told);
        let who = self.who();
        let mut text = match host.users.filter(|users| *users > 0) {
            Some(users) => lang.fill(TRIED_USERS, &[&who, &lang.count(users, USERS), &times]),
            None => lang.fill(TRIED, &[&who, &times]),
        };
        // Buckets tell when; else the host does, where it did nothing else.
        let period = before.first().map(start_of).zip(before.last().map(start_of));
        if let Some((first, last)) = period {
            text.push(' ');
            text.push_str(&self.period(first, last));
        }
        text.push_str(&self.first_place(LOGIN_FAILED));
        match broken {
            Some(NamedLogin::Login(login)) => {
                let told = self.login(login, |lang, [user, at, how]| lang.fill(THEN_LOGGED_IN, &[user, at, how]));
                text.push_str(&told);
            }
            Some(NamedLogin::Gone(at)) => {
                let at = self.clock(at, Precision::Minute);
                text.push_str(&lang.fill(THEN_ABOUT, &[&at]));
            }
            None => {}
        }
        let later = count(&order.failures).saturating_sub(told);
        if broken.is_some() && later > 0 {
            text.push_str(&lang.fill(FAILED_LATER, &[&self::times(lang, later)]));
        }
        Some(text)
    }

    /// A login: as whom, when, how, where it stands.
    fn login(&mut self, login: &Login<'_>, fill: impl Fn(Lang, [&str; 3]) -> String) -> String {
        let lang = self.lang;
        let user = login.user.as_ref().map_or_else(String::new, |user| lang.fill(AS, &[&(self.escape)(&user.0)]));
        let how = match login.method.as_ref().map(|method| &*method.0) {
            None => String::new(),
            Some("password") => lang.say(BY_PASSWORD).to_owned(),
            Some("publickey") => lang.say(BY_KEY).to_owned(),
            Some(method) => lang.fill(BY_METHOD, &[&(self.escape)(method)]),
        };
        let at = self.clock(login.at, Precision::Second);
        let how = how + &self.place(&login.file, login.line);
        fill(lang, [&user, &at, &how])
    }

    /// Logins that came behind no failure, or nobody knows behind what.
    fn other_logins(&mut self) -> Option<String> {
        let (host, lang) = (self.host, self.lang);
        let count = host.count_of_any(LOGIN_ACCEPTED);
        if count == 0 || host.failed_before_login.is_some_and(|failures| failures > 0) {
            return None;
        }
        let last = host.login_order.latest.last()?;
        let mut text = self.login(last, |lang, [user, at, how]| match count {
            1 => lang.fill(LOGGED_IN_ONCE, &[user, at, how]),
            _ => lang.fill(LOGGED_IN_TOO, &[&times(lang, count), user, at, how]),
        });
        let may_be_guessed = last.method.as_ref().is_none_or(|method| is_guessable(method.as_bytes()));
        if host.has_unknown_order() && may_be_guessed {
            text.push_str(&format!(", {}", lang.say(ORDER_NOT_KNOWN)));
        }
        Some(text)
    }

    /// What else was counted, most first.
    fn signals(&self) -> Option<String> {
        let lang = self.lang;
        let logins = LOGIN_FAILED.union(LOGIN_ACCEPTED);
        let is_told = |name: &str| index_of(name).is_none_or(|index| !logins.contains(index));
        let mut counted: Vec<_> = self.host.signals.iter().filter(|(name, count)| *count > 0 && is_told(&name.0)).collect();
        // Stable: of equals the first of the table.
        counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let hidden = counted.len().saturating_sub(SIGNALS_TOLD) as u64;
        let tell = |(name, count): &(Text<'_>, u64)| {
            let place = self
                .host
                .evidence
                .iter()
                .filter(|evidence| evidence.signal == *name)
                .min_by_key(|evidence| evidence.at.unwrap_or(i64::MAX));
            let place = place.map_or_else(String::new, |place| self.place(&place.file, place.line));
            format!("{}{place}", deed(lang, &name.0, *count, self.escape))
        };
        let mut parts: Vec<_> = counted.into_iter().take(SIGNALS_TOLD).map(tell).collect();
        parts.extend((hidden > 0).then(|| lang.count_within(hidden, MORE_KINDS)));
        let last = parts.pop()?;
        Some(if parts.is_empty() { last } else { format!("{}{}{last}", parts.join(", "), lang.say(AND)) })
    }

    /// What the scan found.
    fn ports(&self) -> Option<String> {
        let (lang, scan) = (self.lang, self.host.scan.as_ref()?);
        match &*scan.status.0 {
            "complete" | "incomplete" if scan.open_ports.is_empty() => Some(lang.say(NO_PORT_OPEN).to_owned()),
            "complete" | "incomplete" => {
                let mut ranges = String::new();
                put_ranges(&scan.open_ports, &mut ranges);
                Some(match ranges.rsplit_once(' ') {
                    None if scan.open_ports.len() == 1 => lang.fill(PORT_OPEN, &[&ranges]),
                    None => lang.fill(PORTS_OPEN, &[&ranges]),
                    Some((first, last)) => lang.fill(PORTS_OPEN, &[&format!("{}{}{last}", first.replace(' ', ", "), lang.say(AND))]),
                })
            }
            "out_of_scope" => Some(lang.say(NOT_IN_SCOPE).to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
