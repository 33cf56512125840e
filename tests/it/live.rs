//! Live mode: who leaves when, what is remembered between runs, and how much of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use soar_light::base::time::rfc3339;

use crate::support::{bash, code, filter, run, text};

/// A failed login of `ip`, so many seconds after some instant.
fn failed(ip: &str, at: i64) -> String {
    let at = rfc3339(1_700_000_000 + at);
    format!(
        "{{\"schema\":\"soar.event/1\",\"@timestamp\":\"{at}\",\"source\":{{\"ip\":\"{ip}\"}},\"user\":{{\"name\":\"u{ip}\"}},\"log\":{{\"file\":{{\"path\":\"a\"}},\"line\":1}},\"tags\":[\"ssh_failed\"]}}\n"
    )
}

fn live(flags: &[&str], input: &str) -> Vec<Value> {
    let output = run(filter("soar-score").args(["-q", "--live"]).args(flags), input.as_bytes());
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("a host")).collect()
}

fn score(flags: &[&str], input: &[u8]) -> String {
    let output = run(filter("soar-score").arg("-q").args(flags), input);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    text(&output.stdout)
}

fn path(file: &Path) -> &str {
    file.to_str().expect("UTF-8")
}

#[test]
fn a_host_leaves_the_moment_a_rule_holds_and_not_before() {
    let mut child = filter("soar-score").args(["-q", "--live"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let lines: Vec<_> = (0..60).map(|at| failed("192.0.2.1", at)).collect();
    stdin.write_all(lines[..51].concat().as_bytes()).expect("written");
    let mut answer = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    // stdin stays open: the host comes for its 51st failure, not for the end.
    stdout.read_line(&mut answer).expect("read");
    let host: Value = serde_json::from_str(&answer).expect("a host");
    assert_eq!((&host["snapshot"], &host["score"], &host["rules"]), (&true.into(), &51.into(), &serde_json::json!(["ssh_bruteforce"])));
    assert_eq!(host["last_seen"], rfc3339(1_700_000_050));
    stdin.write_all(lines[51..].concat().as_bytes()).expect("written");
    drop(stdin);
    answer.clear();
    assert_eq!(stdout.read_line(&mut answer).expect("read"), 0, "{answer}");
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_rule_is_quiet_until_repeat_and_another_rule_is_not() {
    let mut input = String::new();
    for at in [0, 1, 2, 3, 60, 100, 101, 102, 103, 203] {
        input.push_str(&failed("192.0.2.1", at));
    }
    let flags = ["--rule", "two=.ssh_failed >= 2", "--rule", "five=.ssh_failed >= 5", "--repeat", "100s"];
    let alerts = live(&flags, &input);
    let seen: Vec<_> = alerts.iter().map(|host| (host["last_seen"].as_str().expect("a time"), host["score"].as_u64())).collect();
    let at = |seconds: i64| rfc3339(1_700_000_000 + seconds);
    // The second rule comes at 60; that alert says that the first holds too, so both are quiet until 160.
    assert_eq!(seen, [(&*at(1), Some(2)), (&*at(60), Some(5)), (&*at(203), Some(10))]);
    assert_eq!(live(&["--rule", "two=.ssh_failed >= 2", "--allow", "192.0.2.0/24"], &input).len(), 0);
}

proptest! {
    // Each case is a handful of processes.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn who_leaves_is_who_is_suspicious_at_the_end_and_a_state_joins_two_runs(
        logins in vec((0..5_u8, 0..40_i64), 0..120), cut in any::<proptest::sample::Index>(), is_windowed: bool,
    ) {
        let mut at = 0;
        let lines: Vec<_> = logins.iter().map(|(ip, later)| { at += later; failed(&format!("192.0.2.{ip}"), at) }).collect();
        let rules = ["--rule", "a=.ssh_failed > 4", "--rule", "b=.ssh_failed > 9", "--repeat", "1w"];
        let window = if is_windowed { &["--window", "5m", "--resolution", "1s"][..] } else { &[] };
        let batch = [&rules[..4], window].concat();
        let flags = [&rules[..], window].concat();
        let hosts = score(&batch, lines.concat().as_bytes());
        let suspicious: BTreeSet<_> = hosts.lines().filter(|host| host.contains("\"suspicious\":true")).map(|host| host.split('"').nth(7).map(str::to_owned)).collect();
        let alerts = live(&flags, &lines.concat());
        let left: BTreeSet<_> = alerts.iter().map(|host| host["ip"].as_str().map(str::to_owned)).collect();
        prop_assert_eq!(left, suspicious);

        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("state");
        let (early, late) = lines.split_at(cut.index(lines.len() + 1));
        let with_state = [&flags[..], &["--state", path(&state)]].concat();
        let parts = [live(&with_state, &early.concat()), live(&with_state, &late.concat())].concat();
        prop_assert_eq!(parts, alerts);
        if !is_windowed {
            // Nothing left a window, so the state is the dashboard.
            let state = std::fs::read(&state).expect("a state");
            prop_assert_eq!(score(&batch, &state), hosts);
        }
    }
}

#[test]
fn a_state_is_written_when_a_signal_ends_the_run_and_is_held_by_one_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let flags = ["-q", "--live", "--rule", "one=.ssh_failed > 0", "--state", path(&state)];
    let mut child = filter("soar-score").args(flags).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(failed("192.0.2.1", 0).as_bytes()).expect("written");
    let mut answer = String::new();
    // A reader that leaves would end the run.
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut answer).expect("read");
    let second = run(filter("soar-score").args(flags), b"");
    assert_eq!(code(&second), 2);
    assert!(text(&second.stderr).contains("another run is using it"), "{}", text(&second.stderr));
    assert!(bash(&format!("kill -TERM {}", child.id())).status.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
    let kept = std::fs::read_to_string(&state).expect("a state");
    let host: Value = serde_json::from_str(&kept).expect("one host");
    assert_eq!((&host["ip"], &host["alerted"]), (&"192.0.2.1".into(), &serde_json::json!({"one": rfc3339(1_700_000_000)})));
    let schema = serde_json::from_slice(&crate::support::read("schemas/host.schema.json")).expect("JSON");
    assert!(jsonschema::validator_for(&schema).expect("a schema").is_valid(&host));
    assert!(jsonschema::validator_for(&schema).expect("a schema").is_valid(&serde_json::from_str(&answer).expect("JSON")));
}

#[test]
fn a_run_that_is_stopped_while_it_restores_writes_nothing_over_the_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let host = |n: u32| {
        let ip = std::net::Ipv4Addr::from(0x0a00_0000 + n);
        format!("{{\"schema\":\"soar.host/1\",\"ip\":\"{ip}\",\"score\":1,\"signals\":{{\"http_404\":1}}}}\n")
    };
    let flags = ["--live", "--state", path(&state)];
    assert_eq!(code(&run(filter("soar-score").args(flags), (0..60_000).map(host).collect::<String>().as_bytes())), 0);
    let whole = std::fs::read(&state).expect("a state");
    for (signal, exit) in [("HUP", 129), ("INT", 130), ("TERM", 143)] {
        let mut child = filter("soar-score").args(flags).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        // The state is open as long as it is read; then it would be read whole, and written as it was.
        let descriptors = format!("/proc/{}/fd", child.id());
        let is_state =
            |entry: std::io::Result<std::fs::DirEntry>| std::fs::read_link(entry.ok()?.path()).ok().filter(|file| *file == state);
        let is_reading = || std::fs::read_dir(&descriptors).is_ok_and(|mut entries| entries.find_map(is_state).is_some());
        while !is_reading() {
            assert_eq!(child.try_wait().expect("it runs"), None);
        }
        assert!(bash(&format!("kill -{signal} {}", child.id())).status.success());
        let mut said = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("UTF-8");
        assert_eq!(child.wait().expect("it ends").code(), Some(exit), "{said}");
        assert!(said.contains("stopped while reading it: it is unchanged"), "{said}");
        assert!(std::fs::read(&state).expect("a state") == whole, "{signal}: the state changed");
    }
}

#[test]
fn a_state_that_is_damaged_or_of_other_flags_is_an_error_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let plain = score(&[], failed("192.0.2.1", 0).as_bytes());
    // More than is read ahead stands behind the damage.
    let host = |n: u32| format!("{{\"schema\":\"soar.host/1\",\"ip\":\"{}\"}}\n", std::net::Ipv4Addr::from(0x0a00_0000 + n));
    let many: String = std::iter::once("{\"ip\n".to_owned()).chain((0..60_000).map(host)).collect();
    for (kept, flags, reason) in [
        ("{\"schema\":\"soar.host/1\",\"ip\"", &[][..], "line 1: malformed record"),
        (&*many, &[][..], "line 1: malformed record"),
        (&*plain, &["--window", "10m"], ":1: the host has no buckets, which windows need: use the rules, --window and --resolution"),
        (&*plain, &["--rules", "strict"], ":1: the host has no buckets, which windows need: use the rules, --window and --resolution"),
        (&*plain, &["--rule", "r=.users > 3"], ":1: the host has no list of users or paths, which a rule needs: use the rules"),
    ] {
        std::fs::write(&state, kept).expect("written");
        let output = run(filter("soar-score").args(["--live", "--state", path(&state)]).args(flags), failed("192.0.2.2", 0).as_bytes());
        assert_eq!((code(&output), &*text(&output.stdout)), (2, ""));
        assert!(text(&output.stderr).contains(reason), "{}", text(&output.stderr));
        assert_eq!(std::fs::read_to_string(&state).expect("a state"), kept);
    }
}

#[test]
fn no_more_hosts_are_remembered_than_was_said_and_what_is_forgotten_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let mut input = String::new();
    for n in 0..1000 {
        write!(input, "{}{}", failed(&format!("198.51.{}.{}", n / 200, n % 200), n), failed("192.0.2.1", n)).expect("a String takes all");
    }
    let flags = ["--live", "--rule", "many=.ssh_failed > 999", "--max-hosts", "32", "--state", path(&state)];
    let output = run(filter("soar-score").args(flags), input.as_bytes());
    // The busy one is never among those not seen for longest.
    assert_eq!(text(&output.stdout).lines().count(), 1);
    assert!(std::fs::read_to_string(&state).expect("a state").lines().count() <= 32);
    let said = text(&output.stderr);
    assert!(said.contains("more than 32 hosts: the least recently seen are evicted, with their counts (--max-hosts)"), "{said}");
    let forgotten = |said: &str| said.split("; ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
    let kept = std::fs::read_to_string(&state).expect("a state").lines().count();
    assert_eq!(forgotten(said.lines().last().expect("a summary")), Some(1001 - kept), "{said}");
}

#[test]
fn hosts_that_left_every_window_are_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let input: String = (0..100).map(|n| failed(&format!("192.0.2.{n}"), n * 60)).collect();
    // 10 to 20 of them came within the window or its length before that, and are remembered that long.
    for (window, most) in [(&["--window", "10m"][..], 40), (&[], 100)] {
        let _ = std::fs::remove_file(&state);
        let flags = [&["--rule", "r=.ssh_failed > 9", "--state", path(&state)][..], window].concat();
        assert_eq!(live(&flags, &input).len(), 0);
        let kept = std::fs::read_to_string(&state).expect("a state").lines().count();
        assert!(kept <= most && kept >= most / 2, "{kept}");
    }
}

/// A failed login of `ip` in a log whose clock is wrong.
fn failed_in_the_future(ip: &str) -> String {
    let line = failed(ip, 0);
    line.replacen(&rfc3339(1_700_000_000), "9000-01-01T00:00:00Z", 1)
}

#[test]
fn a_clock_that_ran_ahead_neither_hides_other_hosts_after_a_restart_nor_silences_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let flags = ["--window", "1m", "--rule", "r=.ssh_failed > 1", "--state", path(&state)];
    assert_eq!(live(&flags, &failed_in_the_future("192.0.2.9").repeat(2)).len(), 1);
    let host: Value = serde_json::from_str(&std::fs::read_to_string(&state).expect("a state")).expect("one host");
    assert_eq!(host["last_seen"], "9000-01-01T00:00:00Z");
    let alerted = host["alerted"]["r"].as_str().expect("a time");
    assert!(alerted < "9000", "{alerted}");
    // The second run's events are of now, so its clock is.
    let now = rfc3339(soar_light::base::time::now());
    let line = failed("192.0.2.1", 0).replacen(&rfc3339(1_700_000_000), &now, 1);
    assert_eq!(live(&flags, &line.repeat(2)).len(), 1);
}

#[test]
fn events_that_are_too_late_for_any_window_are_said() {
    // The clock of another address makes none late.
    let input = failed("192.0.2.1", 600) + &failed("192.0.2.1", 0).repeat(9) + &failed("192.0.2.2", 9000) + &failed("192.0.2.1", 541);
    let output = run(filter("soar-score").args(["--live", "--rules", "fail2ban-like", "--rule", "r=.score > 99"]), input.as_bytes());
    assert_eq!(
        text(&output.stderr),
        "soar-score: some events are older than the latest of their address by more than the longest window, so they are in no window (wrong clock, or --tz?)\n\
         soar-score: 12 events and 0 hosts read: 2 addresses, 0 alerts; 9 events were too late for any window\n"
    );
    let output = run(filter("soar-score").args(["--live", "--rule", "r=.score > 99"]), input.as_bytes());
    assert_eq!(text(&output.stderr), "soar-score: 12 events and 0 hosts read: 2 addresses, 0 alerts\n", "without windows nothing is late");
}

#[test]
fn an_alert_that_could_not_be_written_comes_in_the_next_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let flags = ["-q", "--live", "--rule", "r=.ssh_failed > 1", "--state", path(&state)];
    let full = std::fs::File::options().write(true).open("/dev/full").expect("a full disk");
    let mut child = filter("soar-score").args(flags).stdin(Stdio::piped()).stdout(full).stderr(Stdio::null()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(failed("192.0.2.1", 0).repeat(2).as_bytes()).expect("written");
    assert_eq!(child.wait().expect("it ends").code(), Some(2));
    let alerts = live(&flags[2..], &failed("192.0.2.1", 1));
    assert_eq!(alerts.iter().map(|host| host["score"].as_u64()).collect::<Vec<_>>(), [Some(3)]);
    assert_eq!(live(&flags[2..], &failed("192.0.2.1", 2)).len(), 0);
}

#[test]
fn a_rule_that_fails_for_one_host_is_said_and_costs_no_other_alert() {
    let flags = ["--live", "--rule", "r=if .score > 2 then .score + \"\" else .score > 1 end"];
    let events = failed("192.0.2.1", 0).repeat(3) + &failed("192.0.2.2", 0).repeat(2);
    let output = run(filter("soar-score").args(flags), events.as_bytes());
    assert_eq!((code(&output), text(&output.stdout).lines().count()), (1, 2));
    let said = "soar-score: host 192.0.2.1: rule r cannot be evaluated and does not hold: cannot calculate 3 + \"\"\n";
    assert!(text(&output.stderr).starts_with(said), "{}", text(&output.stderr));
}

#[test]
fn a_state_of_more_hosts_than_may_be_remembered_is_cut_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let input: String = (0..100).map(|n| failed(&format!("192.0.2.{n}"), n)).collect();
    assert_eq!(live(&["--state", path(&state)], &input).len(), 0);
    assert_eq!(live(&["--state", path(&state), "--max-hosts", "5"], "").len(), 0);
    let kept = std::fs::read_to_string(&state).expect("a state");
    let kept: Vec<_> = kept.lines().filter_map(|host| host.split('"').nth(7)).collect();
    assert_eq!(kept, ["192.0.2.95", "192.0.2.96", "192.0.2.97", "192.0.2.98", "192.0.2.99"]);
}

#[test]
fn a_state_that_is_read_as_stdin_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("events");
    let events = failed("192.0.2.1", 0);
    std::fs::write(&state, &events).expect("written");
    for operand in [&["-"][..], &[]] {
        let stdin = std::fs::File::open(&state).expect("opened");
        let output = filter("soar-score").args(["--live", "--state", path(&state)]).args(operand).stdin(stdin).output().expect("it runs");
        assert_eq!(text(&output.stderr), format!("soar-score: {} is an input and would be overwritten\n", path(&state)));
        assert_eq!((code(&output), std::fs::read_to_string(&state).expect("a file")), (2, events.clone()));
    }
}

/// A login of `ip` that was let in by a method, so many seconds after some instant.
fn accepted(ip: &str, at: i64, method: &str) -> String {
    let login = failed(ip, at).replace("ssh_failed", "ssh_accepted");
    login.replace("]}\n", &format!("],\"soar\":{{\"method\":\"{method}\"}}}}\n"))
}

#[test]
fn a_break_in_leaves_with_its_login_and_a_state_remembers_what_came_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let failures: String = (0..11).map(|at| failed("192.0.2.1", at)).collect();
    for (early, late) in [
        // Failures, a login by key, one by password; in a second run, and in the run that remembers them.
        (failures.clone(), accepted("192.0.2.1", 40, "publickey") + &accepted("192.0.2.1", 60, "password")),
        (accepted("192.0.2.1", -40, "password"), failures.clone() + &accepted("192.0.2.1", 60, "keyboard-interactive/pam")),
    ] {
        let _ = std::fs::remove_file(&state);
        let flags = ["--state", path(&state)];
        assert_eq!(live(&flags, &early).len(), 0);
        let alerts = live(&flags, &late);
        assert_eq!(alerts.len(), 1, "{late}");
        let alert = &alerts[0];
        assert_eq!((&alert["rules"], &alert["failed_before_login"]), (&serde_json::json!(["ssh_breakin"]), &11.into()));
        assert_eq!(alert["login_order"]["latest"][1]["at"], rfc3339(1_700_000_060));
    }
    assert_eq!(live(&[], &(accepted("192.0.2.1", -40, "password") + &failures + &accepted("192.0.2.1", 60, "publickey"))).len(), 0);
}

#[test]
fn failures_are_remembered_for_the_hour_that_a_login_looks_back_however_short_the_windows() {
    // 12 failures, others fail every minute, and the first address gets in: 18:00 to 18:45, and just within the hour.
    for minutes in [45, 60] {
        let failures: String = (0..12).map(|at| failed("192.0.2.1", 10 + at)).collect();
        let others: String = (1..minutes).map(|minute| failed(&format!("198.51.100.{minute}"), 60 * minute)).collect();
        let input = failures + &others + &accepted("192.0.2.1", 60 * minutes, "password");
        let alerts = live(&["--window", "10m"], &input);
        assert_eq!(alerts.len(), 1, "{minutes}");
        assert_eq!(
            (&alerts[0]["ip"], &alerts[0]["rules"], &alerts[0]["failed_before_login"]),
            (&"192.0.2.1".into(), &serde_json::json!(["ssh_breakin"]), &12.into())
        );
    }
    // A rule that does not read it keeps nobody.
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    for (rule, kept) in [("r=.ssh_failed > 50", false), ("r=.failed_before_login > 50", true)] {
        let _ = std::fs::remove_file(&state);
        let input = failed("192.0.2.1", 0) + &failed("198.51.100.1", 3000);
        assert_eq!(live(&["--window", "10m", "--rule", rule, "--state", path(&state)], &input).len(), 0);
        assert_eq!(std::fs::read_to_string(&state).expect("a state").contains("192.0.2.1"), kept, "{rule}");
    }
}
