//! Laws of live mode: what comes of an address is decided by its own events, and a state is enough or refused.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use soar_light::base::time::rfc3339;

use crate::support::{code, filter, run, text};

/// What happened so many seconds after some instant: to the address whose last number this is.
fn event(ip: u8, at: Option<i64>, what: u8) -> String {
    let at = at.map_or(String::new(), |at| format!("\"@timestamp\":\"{}\",", rfc3339(1_700_000_000 + at)));
    let (tag, more) = match what % 4 {
        0 | 1 => ("ssh_failed", ""),
        2 => ("ssh_accepted", ",\"soar\":{\"method\":\"password\"}"),
        _ => ("http_404", ""),
    };
    format!(
        "{{\"schema\":\"soar.event/1\",{at}\"source\":{{\"ip\":\"192.0.2.{ip}\"}},\"user\":{{\"name\":\"u{what}\"}},\"url\":{{\"original\":\"/{what}\"}},\"log\":{{\"file\":{{\"path\":\"a\"}},\"line\":{}}},\"tags\":[\"{tag}\"]{more}}}\n",
        1 + u16::from(what)
    )
}

fn live(flags: &[&str], input: &str) -> Vec<Value> {
    let output = run(filter("soar-score").args(["-q", "--live"]).args(flags), input.as_bytes());
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("a host")).collect()
}

/// Rules with windows in all, in some, in none; over what is counted of all of the time too.
const RULES: [&[&str]; 4] = [
    &[
        "--window",
        "10m",
        "--resolution",
        "1s",
        "--rule",
        "a=.ssh_failed > 2",
        "--rule",
        "b=.score > 4 and .users > 2",
        "--rule",
        "c=.paths > 1",
    ],
    &["--window", "10m", "--rule", "a=.ssh_failed > 2", "--rule", "b=.failed_before_login > 1", "--rule", "c=.score > 6"],
    &["--rules", "fail2ban-like", "--rule", "b=.score > 4", "--rule", "c=.failed_before_login > 2"],
    &["--rule", "a=.ssh_failed > 2", "--rule", "b=.score > 4 and .users > 2", "--rule", "c=.failed_before_login > 2"],
];

proptest! {
    // Each case is two processes.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn who_comes_in_between_changes_nothing_of_what_comes_of_an_address(
        own in vec((select(&[0, 1, 7, 90, 300, 599, 600, 601, 1000, 3619, 3620, 8000, -5, -550, -700, -4000][..]), any::<u8>(), 0..20_u8), 0..60),
        others in vec((any::<Index>(), 0..4000_i64, 2..9_u8, any::<u8>()), 0..40),
        rules in select(&RULES[..]), repeat in select(&["1s", "5m", "1h", "1d"][..]),
    ) {
        let mut at = 0;
        // Now and then without a time, though not the first: what is remembered of an address without any goes by the clock of all logs.
        let own: Vec<_> =
            own.iter().enumerate().map(|(n, &(later, what, time))| { at += later; (Some(at).filter(|_| n == 0 || time > 0), what) }).collect();
        let flags = [rules, &["--repeat", repeat]].concat();
        let alone = live(&flags, &own.iter().map(|&(at, what)| event(1, at, what)).collect::<String>());

        let mut mixed: Vec<Vec<String>> = own.iter().map(|&(at, what)| vec![event(1, at, what)]).collect();
        mixed.push(Vec::new());
        let known = |number: usize| own[..number].iter().filter_map(|(at, _)| *at).max();
        for (place, before, ip, what) in others {
            // Before an event of the address come others that are up to the window later than it; the log may have been behind as far.
            let place = place.index(mixed.len());
            let next = own.get(place).and_then(|(at, _)| *at).max(known(place)).unwrap_or(0);
            mixed[place].insert(0, event(ip, Some(next + 600 - before), what));
        }
        let mixed = live(&flags, &mixed.concat().concat());
        let of_it: Vec<_> = mixed.into_iter().filter(|alert| alert["ip"] == "192.0.2.1").collect();
        prop_assert_eq!(of_it, alone);
    }

    #[test]
    fn alerts_of_a_rule_are_no_less_than_repeat_apart_however_late_events_come(
        own in vec((-400..700_i64, any::<u8>()), 0..80), rules in select(&RULES[..]),
    ) {
        let mut at = 0;
        let input: String = own.iter().map(|&(later, what)| { at += later; event(1, Some(at), what) }).collect();
        let mut last = BTreeMap::new();
        for alert in live(&[rules, &["--repeat", "1000s"]].concat(), &input) {
            let now = soar_light::base::time::parse_rfc3339(alert["last_seen"].as_str().expect("a time")).expect("a time");
            let rules: Vec<_> = alert["rules"].as_array().expect("rules").iter().map(|rule| rule.as_str().expect("a name").to_owned()).collect();
            let is_news = |rule: &String| last.get(rule).is_none_or(|&earlier: &i64| now - earlier >= 1000);
            prop_assert!(rules.iter().any(is_news), "{now} {rules:?} {last:?}");
            last.extend(rules.into_iter().map(|rule| (rule, now)));
        }
    }
}

#[test]
fn a_late_event_turns_no_clock_back() {
    let flags = ["--rule", "r=.ssh_failed > 0", "--repeat", "100s"];
    let at = |times: &[i64]| live(&flags, &times.iter().map(|&at| event(1, Some(at), 0)).collect::<String>()).len();
    assert_eq!([at(&[500, 501]), at(&[500, 300, 501]), at(&[500, 300, 599]), at(&[500, 300, 600])], [1, 1, 1, 2]);
    // Nor makes a host without a time leave again and again as others come.
    let timeless = event(1, None, 0) + &event(2, Some(0), 0) + &event(1, None, 0) + &event(2, Some(9000), 0) + &event(1, None, 0);
    assert_eq!(live(&flags, &timeless).iter().filter(|alert| alert["ip"] == "192.0.2.1").count(), 1);
}

#[test]
fn a_state_names_rules_in_their_order_whichever_led_to_an_alert_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let flags = ["--rule", "z=.ssh_failed > 1", "--rule", "a=.ssh_failed > 0", "--state", state.to_str().expect("UTF-8")];
    // In one run, and once more behind a restart.
    for at in [0, 9000] {
        live(&flags, &(event(1, Some(at), 0) + &event(1, Some(at + 1), 0)));
        let kept = std::fs::read_to_string(&state).expect("a state");
        let alerted = kept.split_once("\"alerted\":{").expect("alerts").1;
        assert!(alerted.find("\"z\"") < alerted.find("\"a\""), "{kept}");
    }
}

#[test]
fn with_windows_in_every_rule_a_quiet_host_starts_anew_by_itself() {
    let flags = ["--window", "10m", "--rule", "r=.ssh_failed > 1", "--repeat", "1s"];
    let failed = |at: i64| event(1, Some(at), 0);
    let alert = |input: &str| live(&flags, input).pop().expect("an alert");
    let fresh = alert(&(failed(9000) + &failed(9001)));
    for early in [0, 8400] {
        assert_eq!(alert(&(failed(early) + &failed(9000) + &failed(9001))), fresh, "{early}");
        assert_eq!(alert(&(failed(early) + &event(2, Some(8999), 0) + &failed(9000) + &failed(9001))), fresh, "{early}");
    }
    assert_eq!(alert(&(failed(8401) + &failed(9000) + &failed(9001)))["score"], 3);
    // A rule over totals keeps everything.
    let totals = ["--rule", "t=.ssh_failed > 99"];
    let alerts = live(&[&["--rules", "fail2ban-like"], &totals[..]].concat(), &[0, 9000, 9001, 9002, 9003, 9004].map(failed).concat());
    assert_eq!(alerts[0]["score"], 6);
}

#[test]
fn a_state_that_kept_too_little_is_refused_with_what_to_do_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let path = state.to_str().expect("UTF-8");
    let remedy = "use the rules, --window and --resolution with which it was written, or remove it to start afresh";
    let (rule, login) = (["--rule", "r=.ssh_failed > 9"], ["--rule", "r=.failed_before_login > 9"]);
    let (short, long) = (["--window", "10m"], ["--window", "1h"]);
    for (kept, own, reason) in [
        (
            [&rule[..], &short].concat(),
            [&rule[..], &long].concat(),
            Some("the state covers only the last 10m of each address, but a rule has a window of 1h"),
        ),
        ([&rule[..], &short].concat(), rule.to_vec(), Some("the state dropped addresses that were quiet for 10m, but a rule reads totals")),
        (
            [&rule[..], &short].concat(),
            [&rule[..], &["--rules", "fail2ban-like"]].concat(),
            Some("the state dropped addresses that were quiet for 10m, but a rule reads totals"),
        ),
        (
            [&rule[..], &short].concat(),
            [&login[..], &short].concat(),
            Some("the state dropped addresses that were quiet for 10m, but a rule reads what happened in the last 3620s"),
        ),
        (vec!["--rules", "fail2ban-like", "--rule", "t=.score > 9"], vec!["--rules", "fail2ban-like", "--rule", "t=.score > 8"], None),
        (vec!["--rules", "fail2ban-like", "--rule", "t=.score > 9"], rule.to_vec(), None),
        ([&rule[..], &long].concat(), [&rule[..], &short].concat(), None),
        (rule.to_vec(), rule.to_vec(), None),
    ] {
        let _ = std::fs::remove_file(&state);
        assert_eq!(live(&[&kept[..], &["--state", path]].concat(), &event(1, Some(0), 0)).len(), 0);
        let before = std::fs::read_to_string(&state).expect("a state");
        let schema = serde_json::from_slice(&crate::support::read("schemas/host.schema.json")).expect("JSON");
        assert!(
            jsonschema::validator_for(&schema).expect("a schema").is_valid(&serde_json::from_str(&before).expect("one host")),
            "{before}"
        );
        let output = run(filter("soar-score").args(["--live", "--state", path]).args(&own), event(2, Some(1), 0).as_bytes());
        let after = std::fs::read_to_string(&state).expect("a state");
        match reason {
            Some(reason) => {
                assert_eq!((code(&output), text(&output.stderr)), (2, format!("soar-score: {path}: {reason}: {remedy}\n")));
                assert_eq!(after, before);
            }
            None => assert_eq!((code(&output), after.lines().count()), (0, 2), "{kept:?} {own:?}: {}", text(&output.stderr)),
        }
    }
}
