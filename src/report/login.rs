//! Who logged in, for people: when, as whom, how, where it stands, and after how many failures, as far as that is known.

use crate::record::Text;
use crate::record::host::HostRecord;
use crate::record::host::login_order::{Login, UNIT_SECONDS, is_guessable};
use crate::record::signal::LOGIN_ACCEPTED;
use crate::report::lang;
use crate::report::lang::Lang;

/// How many hosts that logged in a page names.
pub const HOSTS: usize = 20;

/// The headings of a table of hosts that logged in.
pub const HEADINGS: [lang::Phrase; 7] =
    [lang::ADDRESS, lang::LOGINS, lang::FAILED_BEFORE, lang::LAST_LOGIN, lang::USER, lang::METHOD, lang::PLACE];

/// How often somebody logged in from there.
pub fn count(host: &HostRecord<'_>) -> u64 {
    host.count_of_any(LOGIN_ACCEPTED)
}

/// What is told of the logins of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedLogin<'h> {
    /// One of the latest.
    Login(&'h Login<'h>),
    /// The one that failures came before is none of them: about when it was, in seconds since 1970.
    Gone(i64),
}

impl NamedLogin<'_> {
    /// When it was, in seconds since 1970.
    pub(crate) const fn at(&self) -> i64 {
        match self {
            Self::Login(login) => login.at,
            Self::Gone(at) => *at,
        }
    }
}

/// The login to tell of. Where failures came before one, that one and no other, since whoever is named is taken for broken into:
/// the latest that may have been guessed in the bucket that has the failures before it. Otherwise the latest.
pub(crate) fn told<'h>(host: &'h HostRecord<'_>) -> Option<NamedLogin<'h>> {
    let order = &host.login_order;
    if host.failed_before_login.is_none_or(|failures| failures == 0) {
        return order.latest.last().map(NamedLogin::Login);
    }
    let (bucket, _) = order.worst()?;
    let is_guessable = |login: &Login<'_>| login.method.as_ref().is_some_and(|method| is_guessable(method.as_bytes()));
    let guessed = order.latest.iter().rfind(|login| is_guessable(login) && order.bucket_of(login.at) == bucket);
    Some(guessed.map_or_else(|| NamedLogin::Gone(bucket.saturating_mul(UNIT_SECONDS.into())), NamedLogin::Login))
}

/// After how many failures a login came; nothing where there were none.
pub fn before(host: &HostRecord<'_>, lang: Lang) -> String {
    match host.failed_before_login {
        _ if host.has_unknown_order() => lang.say(lang::ORDER_UNKNOWN).to_owned(),
        None | Some(0) => String::new(),
        Some(failures) => lang.fill(lang::AFTER, &[&lang.count(failures, lang::FAILURES)]),
    }
}

/// The account, the method and the place of a login, as far as they are known; not yet escaped for any format.
pub fn cells(login: &Login<'_>, lang: Lang) -> [String; 4] {
    let text = |text: &Option<Text<'_>>| text.as_ref().map_or_else(String::new, |text| text.0.to_string());
    [lang.time(login.at), text(&login.user), text(&login.method), format!("{}:{}", login.file.0, login.line)]
}

/// The cells of what is told, as [`cells`]; of a login that is gone, a sentence in place of the time.
pub(crate) fn told_cells(told: &NamedLogin<'_>, lang: Lang) -> [String; 4] {
    match told {
        NamedLogin::Login(login) => cells(login, lang),
        NamedLogin::Gone(at) => [lang.fill(lang::LOGIN_NOT_TOLD, &[&lang.time(*at)]), String::new(), String::new(), String::new()],
    }
}

/// The row of a host that logged in, below [`HEADINGS`]; not yet escaped for any format.
pub fn row(host: &HostRecord<'_>, lang: Lang) -> [String; 7] {
    let failed = match host.failed_before_login {
        Some(failures) => lang.number(failures),
        None => before(host, lang),
    };
    let [at, user, method, place] = told(host).map(|told| told_cells(&told, lang)).unwrap_or_default();
    [host.ip.to_string(), lang.number(count(host)), failed, at, user, method, place]
}

/// A host in a line: its address, as whom it logged in, and after how many failures; not yet escaped.
pub(crate) fn mention(host: &HostRecord<'_>, lang: Lang) -> String {
    let (ip, told) = (host.ip.to_string(), told(host));
    let user = told.and_then(|told| if let NamedLogin::Login(login) = told { login.user.as_ref() } else { None });
    let who = user.map_or_else(|| ip.clone(), |user| lang.fill(lang::AS_USER, &[&ip, &user.0]));
    let gone = told.filter(|told| matches!(told, NamedLogin::Gone(_))).map(|told| told_cells(&told, lang)[0].clone());
    let known: Vec<_> = [before(host, lang)].into_iter().chain(gone).filter(|part| !part.is_empty()).collect();
    if known.is_empty() { who } else { format!("{who} ({})", known.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = concat!(
        r#"{"ip":"192.0.2.1","signals":{"ssh_failed":12,"ssh_accepted":3},"failed_before_login":11,"login_order":{"failures":[1767225590,11],"logins":[1767225600,1],"latest":["#,
        r#"{"at":"2026-01-01T00:00:00Z","user":"root","method":"password","file":"a","line":7},"#,
        r#"{"at":"2026-01-02T00:00:00Z","user":"bob","method":"publickey","file":"a","line":9}]}}"#
    );

    #[test]
    fn the_login_that_may_have_been_guessed_is_told_where_failures_came_before() {
        let host = HostRecord::from_line(LINE.as_bytes()).expect("a host");
        assert_eq!(mention(&host, Lang::En), "192.0.2.1 as root (after 11 failures)");
        assert_eq!(mention(&host, Lang::Fr), "192.0.2.1 en tant que root (après 11 échecs)");
        assert_eq!(row(&host, Lang::En), ["192.0.2.1", "3", "11", "2026-01-01T00:00:00Z", "root", "password", "a:7"]);
        let host = HostRecord { failed_before_login: Some(0), ..host };
        assert_eq!(mention(&host, Lang::En), "192.0.2.1 as bob");
    }

    /// What is said of a host with 40 failures before a login at 08:05:00, and these latest logins.
    fn mention_of(latest: &[(&str, &str, &str)], order: &str) -> [String; 2] {
        let login = |(at, user, method): &(&str, &str, &str)| {
            format!(r#"{{"at":"2026-04-12T{at}Z","user":"{user}","method":"{method}","file":"a","line":1}}"#)
        };
        let latest: Vec<_> = latest.iter().map(login).collect();
        let line = format!(
            r#"{{"ip":"203.0.113.5","signals":{{"ssh_failed":40,"ssh_accepted":9}},"failed_before_login":40,"login_order":{{{order}"latest":[{}]}}}}"#,
            latest.join(",")
        );
        let host = HostRecord::from_line(line.as_bytes()).expect("a host");
        [Lang::En, Lang::Fr].map(|lang| mention(&host, lang))
    }

    #[test]
    fn no_account_is_named_but_the_one_that_the_failures_came_before() {
        let order = r#""failures":[1775980810,40],"logins":[1775981100,1,3570,1],"#;
        let root = ("08:05:00", "root", "password");
        let key = ("08:05:05", "carol", "publickey");
        let alice = ("18:00:00", "alice", "password");
        assert_eq!(mention_of(&[root, key, alice], order)[0], "203.0.113.5 as root (after 40 failures)");
        // Of the same bucket, the latest.
        assert_eq!(
            mention_of(&[root, ("08:05:09", "eve", "keyboard-interactive/pam")], order)[0],
            "203.0.113.5 as eve (after 40 failures)"
        );
        // The guessed one is not among the latest any more.
        assert_eq!(
            mention_of(&[key, alice, ("18:00:01", "bob", "publickey")], order),
            [
                "203.0.113.5 (after 40 failures, a login at about 2026-04-12T08:05:00Z, details no longer recorded)",
                "203.0.113.5 (après 40 échecs, une connexion vers 12/04/2026 08:05:00 UTC dont le détail n’est plus connu)"
            ]
        );
        // Wider buckets: the login is somewhere in its own.
        let wide = r#""width_seconds":40,"failures":[1775980800,40],"logins":[1775981080,1,3572,1],"#;
        assert_eq!(mention_of(&[root, alice], wide)[0], "203.0.113.5 as root (after 40 failures)");
        // Nothing tells which of them it was.
        assert_eq!(mention_of(&[root, alice], "")[0], "203.0.113.5 (after 40 failures)");
        // Times beyond all calendars bring nothing down.
        assert!(mention_of(&[root], r#""logins":[9007199254740990,1],"#)[0].starts_with("203.0.113.5 (after 40 failures"));
    }

    #[test]
    fn after_is_said_only_where_the_order_is_known() {
        let line = r#"{"ip":"192.0.2.1","signals":{"ssh_failed":12,"ssh_accepted":3}}"#;
        let host = HostRecord::from_line(line.as_bytes()).expect("a host");
        assert_eq!(
            (mention(&host, Lang::En), mention(&host, Lang::Fr)),
            ("192.0.2.1 (order unknown)".into(), "192.0.2.1 (ordre inconnu)".into())
        );
        assert_eq!(row(&host, Lang::En), ["192.0.2.1", "3", "order unknown", "", "", "", ""]);
    }
}
