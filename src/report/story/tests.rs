//! Hosts, and what is told of them.

use super::*;

const BROKEN: &str = concat!(
    r#"{"ip":"203.0.113.77","score":14,"suspicious":true,"rules":["ssh_breakin"],"signals":{"ssh_failed":14,"ssh_accepted":1},"users":3,"failed_before_login":14,"#,
    r#""evidence":[{"signal":"ssh_failed","at":"2026-04-12T06:02:10Z","file":"examples/auth.log","line":20}],"#,
    r#""login_order":{"failures":[1775973730,10,90,4],"logins":[1775974640,1],"latest":[{"at":"2026-04-12T06:17:29Z","user":"backup","method":"password","file":"examples/auth.log","line":186}]},"#,
    r#""scan":{"status":"complete","open_ports":[22]}}"#
);

fn told(line: &str, lang: Lang) -> String {
    tell(&HostRecord::from_line(line.as_bytes()).expect("a host"), lang, &|text| format!("<{text}>"))
}

#[test]
fn a_break_in_is_told_with_its_places_in_both_languages() {
    assert_eq!(
        told(BROKEN, Lang::En),
        "203.0.113.77 tried 3 users 14 times from 2026-04-12 06:02 to 06:17 (<examples/auth.log>:20), then logged in as <backup> at 06:17:29 with a password (<examples/auth.log>:186); port 22 is open there."
    );
    assert_eq!(
        told(BROKEN, Lang::Fr),
        "203.0.113.77 a essayé 3 comptes 14 fois de 06:02 le 12/04/2026 à 06:17 (<examples/auth.log>:20), puis s’est connectée en tant que <backup> à 06:17:29 par mot de passe (<examples/auth.log>:186)\u{a0}; le port 22 y est ouvert."
    );
    let paris = jiff::tz::TimeZone::get("Europe/Paris").expect("a zone");
    assert!(told(BROKEN, Lang::En.in_zone(paris)).contains("from 2026-04-12 08:02 to 08:17"));
}

#[test]
fn other_hosts_are_told_by_what_they_did_and_nothing_more() {
    for (line, english) in [
        (
            r#"{"ip":"192.0.2.1","signals":{"ssh_failed":60},"login_order":{"failures":[1775973730,60]},"scan":{"status":"out_of_scope"}}"#,
            "192.0.2.1 tried to log in 60 times at 2026-04-12 06:02; it was not scanned (out of scope).",
        ),
        (
            r#"{"ip":"192.0.2.1","signals":{"http_404":30,"http_bot":20,"<x>":1},"evidence":[{"signal":"http_404","file":"a","line":7}],"scan":{"status":"complete","open_ports":[20,21,22,23,80,443]}}"#,
            "192.0.2.1 asked 30 times for pages that do not exist (<a>:7), sent 20 requests as a bot and set off once the signal <<x>>; ports 20-23, 80 and 443 are open there.",
        ),
        (
            r#"{"ip":"2001:db8::1","network":"2001:db8::/64","signals":{"ssh_failed":2,"ssh_accepted":3,"http_404":1},"failed_before_login":0,"login_order":{"latest":[{"at":"2026-04-12T06:17:29Z","user":"bob","method":"publickey","file":"a","line":1}]},"scan":{"status":"complete"}}"#,
            "The network <2001:db8::/64> tried to log in 2 times; no scanned port is open there. It logged in 3 times, last as <bob> at 2026-04-12 06:17:29 with a key (<a>:1). It also asked once for a page that does not exist.",
        ),
        (
            r#"{"ip":"192.0.2.1","signals":{"ssh_failed":40,"ssh_accepted":9},"failed_before_login":40,"login_order":{"failures":[1775980810,40,400,2],"logins":[1775981100,1]}}"#,
            "192.0.2.1 tried to log in 40 times at 2026-04-12 08:00, then logged in at about 08:05 (details no longer recorded), and failed 2 times after that.",
        ),
        (r#"{"ip":"192.0.2.1"}"#, "192.0.2.1."),
    ] {
        assert_eq!(told(line, Lang::En), english);
    }
}

#[test]
fn every_signal_has_a_verb_of_its_own_in_both_languages() {
    let plain = |text: &str| text.to_owned();
    let mut seen = std::collections::BTreeSet::new();
    for name in SIGNALS.iter().map(|signal| signal.name).chain(["unknown"]) {
        for (lang, start) in [(Lang::En, "192.0.2.1 "), (Lang::Fr, "192.0.2.1 a ")] {
            for count in [1, 2, 1234] {
                let said = deed(lang, name, count, &plain);
                assert!(seen.insert((lang.code(), said.clone())), "{name}: {said} is said twice");
                let number = [lang.number(count), times(lang, 1)];
                assert!(number.iter().any(|number| said.contains(&**number)) && !said.contains(['{', '}']), "{name}: {said}");
                assert!(!["1 times", "1 fois", "1 requests", "1 pages"].iter().any(|odd| said.contains(odd)), "{name}: {said}");
                let said = deed(lang, name, count, &|text| format!("<{text}>"));
                let is_login = index_of(name).is_some_and(|index| LOGIN_FAILED.union(LOGIN_ACCEPTED).contains(index));
                let line = format!(r#"{{"ip":"192.0.2.1","signals":{{"{name}":{count}}}}}"#);
                // A login is told by when and as whom.
                assert!(is_login || told(&line, lang) == format!("{start}{said}."), "{name}: {}", told(&line, lang));
            }
        }
    }
    assert_eq!(deed(Lang::En, "http_bot", 16, &plain), "sent 16 requests as a bot");
    assert_eq!(deed(Lang::Fr, "http_bot", 1, &plain), "envoyé 1 requête en tant que robot");
}

#[test]
fn one_login_and_one_failure_are_told_without_a_number() {
    let line = r#"{"ip":"192.0.2.1","signals":{"ssh_failed":1,"ssh_accepted":1},"failed_before_login":0,"login_order":{"latest":[{"at":"2026-04-12T06:17:29Z","user":"bob","method":"publickey","file":"a","line":1}]}}"#;
    let english = "192.0.2.1 tried to log in once. It logged in once, as <bob> at 2026-04-12 06:17:29 with a key (<a>:1).";
    let french = "192.0.2.1 a tenté de se connecter une fois. Elle s’est connectée une fois, en tant que <bob> à 06:17:29 le 12/04/2026 par clé (<a>:1).";
    assert_eq!([told(line, Lang::En), told(line, Lang::Fr)], [english, french]);
}

#[test]
fn signals_beyond_those_that_are_told_are_counted() {
    let line =
        format!(r#"{{"ip":"192.0.2.1","signals":{{{}}}}}"#, (0..9).map(|n| format!(r#""s{n}":{}"#, 20 - n)).collect::<Vec<_>>().join(","));
    assert!(
        told(&line, Lang::En).ends_with(", set off 15 times the signal <s5> and set off 3 more kinds of signals."),
        "{}",
        told(&line, Lang::En)
    );
    assert!(told(&line, Lang::Fr).ends_with(" et déclenché 3 autres sortes de signaux."));
}
