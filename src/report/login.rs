//! Who logged in, for people: when, as whom, how, where it stands, and after how many failures, as far as that is known.

use super::lang::{self, Lang};
use crate::record::Text;
use crate::record::host::HostRecord;
use crate::record::login_order::{Login, is_guessable};
use crate::record::signal::LOGIN_ACCEPTED;
use crate::time::rfc3339;

/// How many hosts that logged in a page names.
pub const HOSTS: usize = 20;

/// The headings of a table of hosts that logged in.
pub const HEADINGS: [lang::Phrase; 7] =
    [lang::ADDRESS, lang::LOGINS, lang::FAILED_BEFORE, lang::LAST_LOGIN, lang::USER, lang::METHOD, lang::PLACE];

/// How often somebody logged in from there.
#[must_use]
pub fn count(host: &HostRecord<'_>) -> u64 {
    host.count_of_any(LOGIN_ACCEPTED)
}

/// The login to tell of: the latest that may have been guessed, of a host that had failed before; otherwise the latest.
#[must_use]
pub fn told<'h>(host: &'h HostRecord<'_>) -> Option<&'h Login<'h>> {
    let latest = &host.login_order.latest;
    let is_guessed = |login: &&Login<'_>| login.method.as_ref().is_some_and(|method| is_guessable(method.as_bytes()));
    let guessed = latest.iter().rfind(is_guessed).filter(|_| host.failed_before_login > Some(0));
    guessed.or_else(|| latest.last())
}

/// After how many failures a login came; nothing where there were none.
#[must_use]
pub fn before(host: &HostRecord<'_>, lang: Lang) -> String {
    match host.failed_before_login {
        _ if host.has_unknown_order() => lang.say(lang::ORDER_UNKNOWN).to_owned(),
        None | Some(0) => String::new(),
        Some(failures) => lang.fill(lang::AFTER, &[&lang.count(failures, lang::FAILURES)]),
    }
}

/// The account, the method and the place of a login, as far as they are known; not yet escaped for any format.
#[must_use]
pub fn cells(login: &Login<'_>) -> [String; 4] {
    let text = |text: &Option<Text<'_>>| text.as_ref().map_or_else(String::new, |text| text.0.to_string());
    [rfc3339(login.at), text(&login.user), text(&login.method), format!("{}:{}", login.file.0, login.line)]
}

/// The row of a host that logged in, below [`HEADINGS`]; not yet escaped for any format.
#[must_use]
pub fn row(host: &HostRecord<'_>, lang: Lang) -> [String; 7] {
    let failed = match host.failed_before_login {
        Some(failures) => lang.number(failures),
        None => before(host, lang),
    };
    let [at, user, method, place] = told(host).map(cells).unwrap_or_default();
    [host.ip.to_string(), lang.number(count(host)), failed, at, user, method, place]
}

/// A host in a line: its address, as whom it logged in, and after how many failures; not yet escaped.
#[must_use]
pub fn mention(host: &HostRecord<'_>, lang: Lang) -> String {
    let user = told(host).and_then(|login| login.user.as_ref());
    let who = match user {
        Some(user) => lang.fill(lang::AS_USER, &[&host.ip.to_string(), &user.0]),
        None => host.ip.to_string(),
    };
    let before = before(host, lang);
    if before.is_empty() { who } else { format!("{who} ({before})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = concat!(
        r#"{"ip":"192.0.2.1","signals":{"ssh_failed":12,"ssh_accepted":3},"failed_before_login":11,"login_order":{"latest":["#,
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
