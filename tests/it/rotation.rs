//! `soar-parse --cursor`, held against generated histories: every line exactly once, whatever becomes of the logs between two runs.

use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::followed_logs::{FollowedLogs, append, numbers};
use crate::support::{code, text};

#[derive(Debug, Clone, Copy)]
enum Step {
    Append,
    Rename,
    CopyTruncate,
    RenameDated,
    Compress(&'static str),
    Late,
    Run,
}

fn step() -> impl Strategy<Value = Step> {
    let compress = prop_oneof![Just("gzip"), Just("zstd -q --rm"), Just("bzip2"), Just("xz")].prop_map(Step::Compress);
    prop_oneof![
        6 => Just(Step::Append),
        2 => Just(Step::Rename),
        2 => Just(Step::CopyTruncate),
        1 => Just(Step::RenameDated),
        2 => compress,
        1 => Just(Step::Late),
        6 => Just(Step::Run),
    ]
}

/// The rotated files, shifted by one: `a.log.1` is free then.
const SHIFT: &str =
    "for n in 6 5 4 3 2 1; do for f in a.log.$n a.log.$n.*; do [ ! -e $f ] || mv $f a.log.$((n + 1))${f#a.log.$n}; done; done";

fn take(followed: &mut FollowedLogs, step: Step) {
    let is_there = followed.at("a.log").exists();
    match step {
        Step::Append => drop(followed.log("a.log")),
        Step::Rename if is_there => followed.bash(&format!("{SHIFT}; mv a.log a.log.1")),
        Step::CopyTruncate if is_there => followed.bash(&format!("{SHIFT}; cp a.log a.log.1; : > a.log")),
        Step::RenameDated if is_there => followed.bash("mv a.log a.log-2026010$(ls | wc -l)"),
        Step::Compress(with) if followed.at("a.log.1").exists() => followed.bash(&format!("{with} a.log.1")),
        // A daemon goes on writing to the renamed file until it is told.
        Step::Late if followed.at("a.log.1").metadata().is_ok_and(|m| m.len() > 0) => drop(followed.log("a.log.1")),
        _ => {}
    }
}

proptest! {
    // Each case is a dozen processes.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_line_is_read_exactly_once(steps in vec(step(), 1..16), threads in 1..4_u8, names_all: bool) {
        let mut followed = FollowedLogs::new();
        followed.log("a.log");
        let mut seen = Vec::new();
        for &step in &[&[Step::Run], &steps[..], &[Step::Run]].concat() {
            take(&mut followed, step);
            if !matches!(step, Step::Run) {
                continue;
            }
            let logs = if names_all { followed.logs() } else { vec!["a.log".to_owned()] };
            let logs: Vec<_> = logs.iter().map(String::as_str).collect();
            let output = followed.run(&["-q", "--threads", &threads.to_string()], &logs);
            // Where the log is away, that is said, and what it became is read all the same.
            let is_whole = names_all || followed.at("a.log").exists();
            prop_assert_eq!(code(&output), if is_whole { 0 } else { 2 }, "{}", text(&output.stderr));
            seen.extend(numbers(&output).into_iter().map(|(number, _)| number));
        }
        followed.log("a.log");
        seen.extend(followed.news(&["a.log"]).into_iter().map(|(number, _)| number));
        seen.sort_unstable();
        prop_assert_eq!(seen, (1..=followed.written).collect::<Vec<_>>(), "{:?}", steps);
    }
}

#[derive(Debug, Clone, Copy)]
enum Twist {
    Step(Step),
    /// The log begins anew, as all logs of that daemon do.
    Restart(&'static str),
    Copy,
    AppendToCopy,
    ShortTwins,
}

fn twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        8 => step().prop_map(Twist::Step),
        2 => prop_oneof![Just("mv a.log a.log.1"), Just("cp a.log a.log.1; : > a.log"), Just(": > a.log")].prop_map(Twist::Restart),
        1 => Just(Twist::Copy),
        2 => Just(Twist::AppendToCopy),
        1 => Just(Twist::ShortTwins),
    ]
}

fn take_twist(followed: &mut FollowedLogs, twist: Twist) {
    match twist {
        Twist::Step(step) => take(followed, step),
        Twist::Restart(with) => {
            // What is truncated away unread is lost to anyone.
            let keeps = if with.starts_with(':') { "soar-parse -q --cursor cursor a.log >> delivered" } else { SHIFT };
            if followed.at("a.log").exists() {
                followed.bash(&format!("{keeps}; {with}"));
            }
            followed.banner("a.log");
            followed.log("a.log");
        }
        Twist::Copy if followed.at("a.log").exists() && !followed.at("b.log").exists() => followed.bash("cp a.log b.log"),
        Twist::AppendToCopy => drop(followed.log("b.log")),
        Twist::ShortTwins => {
            let line = followed.log("c.log");
            append(&followed.at("d.log"), &line);
        }
        Twist::Copy => {}
    }
}

proptest! {
    // Each case is a dozen processes.
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Logs that begin alike, copies that go on by themselves: no line is lost and none is cut.
    #[test]
    fn every_line_is_read_whatever_the_logs_have_in_common(twists in vec(twist(), 1..16), threads in 1..4_u8) {
        let mut followed = FollowedLogs::new();
        followed.banner("a.log");
        let mut seen = std::collections::BTreeSet::new();
        for &twist in &[&[Twist::Step(Step::Run)], &twists[..], &[Twist::Step(Step::Run)]].concat() {
            take_twist(&mut followed, twist);
            if !matches!(twist, Twist::Step(Step::Run)) {
                continue;
            }
            let others = ["b.log", "c.log", "d.log"].into_iter().filter(|name| followed.at(name).exists());
            let logs: Vec<_> = std::iter::once("a.log").chain(others).collect();
            // A line that is cut is a reject.
            let output = followed.run(&["-q", "--strict", "--threads", &threads.to_string()], &logs);
            let wanted = if followed.at("a.log").exists() { 0 } else { 2 };
            prop_assert_eq!(code(&output), wanted, "{}", text(&output.stderr));
            append(&followed.at("delivered"), text(&output.stdout));
        }
        let delivered = fs::read(followed.at("delivered")).expect("events");
        for event in text(&delivered).lines() {
            let event: serde_json::Value = serde_json::from_str(event).expect("JSON");
            seen.insert(usize::try_from(event["process"]["pid"].as_u64().expect("a number")).expect("small"));
        }
        prop_assert_eq!(seen, (0..=followed.written).collect(), "{:?}", twists);
    }
}
