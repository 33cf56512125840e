//! The sets of rules that come with the program.

use super::*;

#[test]
fn the_default_rules_hold_past_their_thresholds_only() {
    for (totals, before, names) in [
        (&[("ssh_failed", 50)][..], Some(0), &[][..]),
        (&[("ssh_failed", 51)], Some(0), &["ssh_bruteforce"]),
        (&[("http_bot", 11), ("http_404", 10)], Some(0), &[]),
        (&[("http_bot", 11), ("http_404", 11)], Some(0), &["aggressive_bot"]),
        (&[("ssh_failed", 11), ("ssh_accepted", 1)], None, &[]),
        (&[("ssh_failed", 11), ("ssh_accepted", 1)], Some(10), &[]),
        (&[("ssh_failed", 11), ("ssh_accepted", 1)], Some(11), &["ssh_breakin"]),
        (&[("ssh_failed", 51), ("ssh_accepted", 1)], Some(51), &["ssh_bruteforce", "ssh_breakin"]),
    ] {
        assert_eq!(held(&[], &[], &Host { failed_before_login: before, ..host(totals) }), names, "{totals:?} {before:?}");
    }
}

#[test]
fn the_strict_rules_tell_spraying_and_busting_from_one_user_and_one_broken_link() {
    let base = |totals| Host { users: Some(1), paths: Some(1), ..host(totals) };
    let failed = |count| counts(&[("ssh_failed", count)]);
    for (host, names) in [
        (Host { peaks: failed(10), ..base(&[("ssh_failed", 20)]) }, &[][..]),
        (Host { peaks: failed(11), ..base(&[("ssh_failed", 11)]) }, &["ssh_bruteforce"]),
        (base(&[("ssh_failed", 21)]), &["ssh_slow_bruteforce"]),
        (Host { users: Some(5), ..base(&[("ssh_failed", 15)]) }, &["ssh_spray"]),
        (Host { users: Some(5), ..base(&[("ssh_failed", 16)]) }, &[]),
        (Host { users: Some(4), ..base(&[("ssh_failed", 4)]) }, &[]),
        (Host { users: None, ..base(&[("ssh_failed", 15)]) }, &[]),
        (base(&[("ssh_invalid_user", 6)]), &["ssh_user_guessing"]),
        (base(&[("ssh_failed", 4), ("ssh_accepted", 1)]), &[]),
        (Host { failed_before_login: Some(3), ..base(&[("ssh_failed", 4), ("ssh_accepted", 9)]) }, &[]),
        (Host { failed_before_login: Some(4), ..base(&[("ssh_failed", 4), ("ssh_accepted", 1)]) }, &["ssh_breakin"]),
        (base(&[("ssh_probe", 11)]), &["ssh_scan"]),
        (base(&[("http_404", 900)]), &[]),
        (Host { paths: Some(20), ..base(&[("http_404", 20)]) }, &[]),
        (Host { paths: Some(21), ..base(&[("http_404", 21)]) }, &["http_busting"]),
        (base(&[("http_404", 6), ("http_bot", 6)]), &["aggressive_bot"]),
        (base(&[("http_probe", 1)]), &["http_probe"]),
        (base(&[("http_attack", 1)]), &["http_attack"]),
        (Host { peaks: counts(&[("http_login", 10)]), ..base(&[("http_login", 99)]) }, &[]),
        (Host { peaks: counts(&[("http_login", 11)]), ..base(&[("http_login", 11)]) }, &["http_bruteforce"]),
    ] {
        assert_eq!(held(&["strict"], &[], &host), names, "{:?} {:?}", host.totals, host.peaks);
    }
}

#[test]
fn fail2ban_bans_at_the_fifth_failure_of_ten_minutes() {
    for (peak, names) in [(4, &[][..]), (5, &["fail2ban_sshd"])] {
        let host = Host { peaks: counts(&[("ssh_failed", peak)]), ..host(&[("ssh_failed", 99)]) };
        assert_eq!(held(&["fail2ban-like"], &[], &host), names);
    }
    let rules = rules(&["fail2ban-like"], &[]).expect("rules");
    assert_eq!(rules.needs(), RuleNeeds { windows: vec![600], users: false, paths: false });
}

#[test]
fn the_web_rules_hold_past_their_thresholds_only() {
    for (name, most, rule) in [("http_login", 10, "web_bruteforce"), ("http_denied", 20, "web_denied"), ("http_error", 50, "web_fuzzing")] {
        for (count, names) in [(most, &[][..]), (most + 1, &[rule])] {
            let host = Host { peaks: counts(&[(name, count)]), ..host(&[(name, 999)]) };
            assert_eq!(held(&["web"], &[], &host), names, "{name} {count}");
        }
    }
    for (name, rule) in [("http_attack", "web_attack"), ("http_probe", "web_probe")] {
        assert_eq!(held(&["web"], &[], &host(&[(name, 1)])), [rule]);
    }
    assert_eq!(held(&["web"], &[], &Host { paths: Some(20), ..host(&[("http_404", 20)]) }), [""; 0]);
    assert_eq!(held(&["web"], &[], &Host { paths: Some(21), ..host(&[("http_404", 21)]) }), ["web_busting"]);
}

#[test]
fn every_shipped_set_is_well_made_and_explained() {
    for set in SETS {
        let rules = rules(&[set.name], &[]).unwrap_or_else(|error| panic!("{}: {error}", set.name));
        for rule in &rules.list {
            assert!(rule.about.is_some() && rule.attack.is_some(), "{}: {} says too little", set.name, rule.name);
            assert_eq!(rules.warnings(|key| signal::index_of(key).is_some(), |_| false), [""; 0], "{}", set.name);
            assert!(!rule.expression.reads.any, "{}: {} reads everything", set.name, rule.name);
        }
        assert!(set.text.starts_with("# "), "{} explains itself", set.name);
    }
}
