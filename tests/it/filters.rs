//! The command-line conventions that all filters share.

mod mistakes;
mod stats;
mod times;

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use crate::support::{FILTERS, bash, code, filter, run, sample, text};

#[test]
fn help_is_a_manual_and_wrong_flags_are_exit_2() {
    for name in FILTERS {
        let help = filter(name).arg("--help").output().expect("it runs");
        assert_eq!(code(&help), 0);
        let page = text(&help.stdout);
        for part in ["INPUT", "OUTPUT", "EXIT CODES", "PIPELINES", "--threads", "--quiet", "--line-buffered"] {
            assert!(page.contains(part), "{name} --help says nothing of {part}");
        }
        let wrong = filter(name).arg("--no-such-flag").output().expect("it runs");
        assert_eq!(code(&wrong), 2, "{name}");
        assert!(wrong.stdout.is_empty() && text(&wrong.stderr).contains("--no-such-flag"));
    }
}

#[test]
fn no_input_is_no_records() {
    for name in FILTERS {
        let output = run(&mut filter(name), b"");
        assert_eq!(code(&output), 0, "{name}");
        let lines = text(&output.stdout).lines().count();
        assert_eq!(lines, usize::from(name == "soar-report"), "{name}: only the CSV heading");
    }
}

#[test]
fn a_reader_that_leaves_early_is_success() {
    for name in FILTERS {
        // More than a pipe holds, so that writing really fails.
        let input = if name == "soar-parse" { sample(name).repeat(60) } else { many_hosts(20_000) };
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), input).expect("written");
        let output = bash(&format!("{name} -q {} | head -1; echo ${{PIPESTATUS[0]}}", file.path().display()));
        assert_eq!(text(&output.stdout).lines().last(), Some("0"), "{name}");
        assert!(output.stderr.is_empty(), "{name}: {}", text(&output.stderr));
    }
}

#[test]
fn a_reader_that_leaves_while_nothing_comes_ends_the_filter() {
    // The writer never closes its end: only the leaving reader can end this.
    for name in ["soar-parse", "soar-score", "soar-scan"] {
        let mut child = filter(name).arg("-q").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let stdin = child.stdin.take().expect("a pipe");
        drop(child.stdout.take());
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{name}");
        drop(stdin);
    }
}

#[test]
fn a_full_disk_is_one_line_and_exit_2() {
    for name in FILTERS {
        let full = File::options().write(true).open("/dev/full").expect("/dev/full");
        let mut child = filter(name).arg("-q").stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped()).spawn().expect("it starts");
        child.stdin.take().expect("a pipe").write_all(&sample(name)).unwrap_or(());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(code(&output), 2, "{name}");
        assert_eq!(text(&output.stderr), format!("{name}: stdout: cannot write: No space left on device\n"));
    }
}

#[test]
fn a_missing_file_is_named_and_the_others_are_done() {
    for name in FILTERS {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), sample(name)).expect("written");
        let whole = filter(name).arg("-q").arg(file.path()).output().expect("it runs");
        let output = filter(name).arg("no/such.file").arg(file.path()).output().expect("it runs");
        assert_eq!(code(&output), 2, "{name}");
        assert_eq!(without_clock(&output.stdout), without_clock(&whole.stdout), "{name}");
        assert!(text(&output.stderr).starts_with(&format!("{name}: no/such.file: no such file\n")));
    }
}

#[test]
fn permission_denied_says_what_would_help() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("auth.log");
    std::fs::write(&log, "x\n").expect("written");
    let prepare = format!("chmod 755 {0}; chmod 640 {1}; chgrp 4 {1} 2>/dev/null || true", folder.path().display(), log.display());
    assert!(bash(&prepare).status.success());
    let is_root = text(&bash("id -u").stdout).trim() == "0";
    // Root reads everything, so it becomes nobody; anyone else takes the right away from themselves.
    let line = if is_root {
        // The build folder may be closed to nobody, so the filter runs from a copy.
        let copy = folder.path().join("soar-parse");
        std::fs::copy(crate::support::bin("soar-parse"), &copy).expect("copied");
        format!("setpriv --reuid=65534 --regid=65534 --clear-groups {} {}", copy.display(), log.display())
    } else {
        format!("chmod 0 {0}; soar-parse {0}", log.display())
    };
    let output = bash(&line);
    let said = text(&output.stderr);
    assert_eq!(code(&output), 2, "{said}");
    // Group 4 is adm on Debian; elsewhere it may have another name, or none.
    let group = text(&bash("getent group 4 | cut -d: -f1 | grep . || echo 4").stdout).trim().to_owned();
    let help = if is_root {
        format!("permission denied: group {group} may read it, so join that group (usermod -aG {group} USER) or use sudo")
    } else {
        "permission denied: use sudo".to_owned()
    };
    assert!(said.contains(&help), "{said}");
}

#[test]
fn quiet_changes_nothing_but_stderr() {
    for name in FILTERS {
        let input = [sample(name), b"\xffgarbage\n".to_vec()].concat();
        let loud = run(&mut filter(name), &input);
        let quiet = run(filter(name).arg("-q"), &input);
        assert!(quiet.stderr.is_empty() && !loud.stderr.is_empty(), "{name}");
        assert_eq!(code(&quiet), code(&loud), "{name}");
        assert_eq!(without_clock(&quiet.stdout), without_clock(&loud.stdout), "{name}");
    }
}

#[test]
fn threads_and_line_buffering_change_no_byte() {
    for name in FILTERS {
        let input = sample(name).repeat(20);
        let one = run(filter(name).args(["-q", "--threads", "1"]), &input);
        assert_eq!(code(&one), 0, "{name}");
        for flags in [&["-q", "--threads", "2"][..], &["-q", "--threads", "8"], &["-q", "--line-buffered"]] {
            let many = run(filter(name).args(flags), &input);
            assert_eq!(without_clock(&many.stdout), without_clock(&one.stdout), "{name} {flags:?}");
        }
    }
}

#[test]
fn many_hosts_are_written_by_several_threads_as_by_one() {
    let hosts = many_hosts(10_000);
    let written = |threads: &str| run(filter("soar-score").args(["-q", "--threads", threads]), &hosts).stdout;
    let one = written("1");
    assert_eq!(one.split(|&byte| byte == b'\n').count(), 10_001);
    for threads in ["2", "3", "64"] {
        assert!(written(threads) == one, "{threads} threads");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("hosts");
    std::fs::write(&file, &hosts).expect("written");
    let line = format!(
        "soar-score -q --threads 3 {0} | head -1; echo ${{PIPESTATUS[0]}}; soar-score -q --threads 3 {0} > /dev/full",
        file.display()
    );
    let output = bash(&line);
    assert_eq!(text(&output.stdout).lines().last(), Some("0"));
    assert_eq!((code(&output), &*text(&output.stderr)), (2, "soar-score: stdout: cannot write: No space left on device\n"));
}

#[test]
fn a_pause_of_the_input_is_enough_to_get_what_is_done() {
    let mut child = filter("soar-parse").arg("-q").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    for port in [1, 2, 3] {
        // The answer to each line comes before the next line is written.
        writeln!(stdin, "2026-01-01T00:00:00Z h sshd[1]: Failed password for root from 192.0.2.1 port {port} ssh2").expect("written");
        let event = lines.next().expect("an event").expect("UTF-8");
        assert!(event.contains(&format!("\"port\":{port}")), "{event}");
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_pipe_that_gives_line_by_line_counts_repeats_as_a_file_does() {
    let lines = [
        "2026-01-01T00:00:00Z h sshd[1]: Failed password for root from 192.0.2.1 port 1 ssh2",
        "2026-01-01T00:00:01Z h last message repeated 2 times",
        "2026-01-01T00:00:02Z h last message repeated 3 times",
        "2026-01-01T00:00:03Z h sshd[2]: Failed password for root from 192.0.2.2 port 2 ssh2",
        "2026-01-01T00:00:04Z h last message repeated 4 times",
    ];
    let mut child = filter("soar-parse").arg("-q").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut events = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut answers = String::new();
    for line in lines {
        // The answer to each line comes before the next line is written, so each line is a block of its own.
        writeln!(stdin, "{line}").expect("written");
        answers += &events.next().expect("an event").expect("UTF-8");
        answers += "\n";
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
    let at_once = run(filter("soar-parse").arg("-q"), format!("{}\n", lines.join("\n")).as_bytes());
    assert_eq!(answers, text(&at_once.stdout));
    let counts: Vec<_> =
        answers.lines().map(|event| serde_json::from_str::<serde_json::Value>(event).expect("JSON")["soar"]["count"].as_u64()).collect();
    assert_eq!(counts, [None, Some(2), Some(3), None, Some(4)]);
}

#[test]
fn a_signal_ends_the_wait_after_writing_what_is_done() {
    for name in FILTERS {
        let input = sample(name);
        let whole = run(filter(name).arg("-q"), &input);
        let last_line = format!("-:{}: ", memchr::memchr_iter(b'\n', &input).count() + 1);
        for (signal, exit) in [("HUP", 129), ("INT", 130), ("TERM", 143)] {
            let mut child = filter(name).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
            let mut stdin = child.stdin.take().expect("a pipe");
            stdin.write_all(&[&input[..], b"{the end\n"].concat()).expect("written");
            // Its complaint about the last line says that it has read everything; stdin stays open.
            let mut said = BufReader::new(child.stderr.take().expect("a pipe")).lines();
            assert!(said.any(|line| line.is_ok_and(|line| line.contains(&last_line))), "{name}");
            let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
            let mut written = Vec::new();
            // These write while they read; the others at the end.
            for _ in text(&whole.stdout).lines().filter(|_| matches!(name, "soar-parse" | "soar-enrich" | "soar-scan")) {
                stdout.read_until(b'\n', &mut written).expect("a host");
            }
            // Twice in a row, as timeout(1) does: to its child, and then to the whole group.
            assert!(bash(&format!("kill -{signal} {0} && (kill -{signal} {0} 2>/dev/null || true)", child.id())).status.success());
            let rest = std::thread::spawn(move || said.count());
            stdout.read_to_end(&mut written).expect("read");
            assert_eq!(child.wait().expect("it ends").code(), Some(exit), "{name}");
            assert_eq!(without_clock(&written), without_clock(&whole.stdout), "{name}");
            rest.join().expect("the rest of stderr");
            drop(stdin);
        }
    }
}

#[test]
fn a_hangup_that_is_ignored_at_the_start_stays_ignored() {
    let line_number = regex::Regex::new(r#""line":\d+"#).expect("a pattern");
    for name in FILTERS {
        let input = sample(name);
        let whole = run(filter(name).arg("-q"), &input);
        let mut command = std::process::Command::new("nohup");
        command.arg(crate::support::bin(name)).current_dir(crate::support::root());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("nohup starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(b"{the start\n").expect("written");
        // Its complaint about the first line says that it runs; the rest comes after the signal.
        let mut said = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        assert!(said.any(|line| line.is_ok_and(|line| line.contains("-:1: "))), "{name}");
        assert!(bash(&format!("kill -HUP {}", child.id())).status.success());
        stdin.write_all(&input).expect("written");
        drop(stdin);
        let rest = std::thread::spawn(move || said.count());
        let output = child.wait_with_output().expect("it ends");
        let expected = i32::from(name != "soar-parse");
        assert_eq!(output.status.code(), Some(expected), "{name}: a malformed record is exit 1");
        let without_places = |bytes: &[u8]| line_number.replace_all(&without_clock(bytes), "").into_owned();
        assert_eq!(without_places(&output.stdout), without_places(&whole.stdout), "{name}");
        rest.join().expect("the rest of stderr");
    }
}

#[test]
fn an_interrupted_report_leaves_the_old_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.csv");
    std::fs::write(&report, "old\n").expect("written");
    let mut child =
        filter("soar-report").arg("--csv").arg(&report).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(&[sample("soar-report"), b"{the end\n".to_vec()].concat()).expect("written");
    let mut said = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    assert!(said.any(|line| line.is_ok_and(|line| line.contains("malformed record"))));
    assert!(bash(&format!("kill -TERM {}", child.id())).status.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
    assert_eq!(std::fs::read_to_string(&report).expect("the report"), "old\n");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "no temporary file is left");
    drop(stdin);
}

#[test]
fn a_reader_that_leaves_does_not_take_the_files_along() {
    let folder = tempfile::tempdir().expect("a folder");
    let chart = |name: &str| folder.path().join(name);
    let hosts = many_hosts(20_000);
    assert_eq!(code(&run(filter("soar-report").arg("-q").arg("--chart").arg(chart("alone.svg")), &hosts)), 0);
    let mut report = filter("soar-report");
    report.args(["-q", "--csv", "-", "--chart"]).arg(chart("left.svg"));
    let mut child = report.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    child.stdin.take().expect("a pipe").write_all(&hosts).expect("all of it is read");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(std::fs::read(chart("left.svg")).expect("a chart"), std::fs::read(chart("alone.svg")).expect("a chart"));
}

#[test]
fn a_report_goes_where_its_name_leads() {
    let folder = tempfile::tempdir().expect("a folder");
    let hosts = folder.path().join("hosts");
    std::fs::write(&hosts, sample("soar-report")).expect("written");
    let line = format!(
        "cd {}; umask 077; touch target; chmod 664 target; ln -s target link; umask 022
         soar-report -q --csv link hosts; soar-report -q --csv new hosts; soar-report -q --csv /dev/stdout hosts > direct
         mkfifo pipe; cat pipe > read & soar-report -q --csv pipe hosts; wait
         readlink link; stat -c %a target new; cmp target new; cmp target direct; cmp target read",
        folder.path().display()
    );
    let output = bash(&line);
    assert_eq!((text(&output.stdout).as_str(), text(&output.stderr).as_str()), ("target\n664\n644\n", ""));
}

#[test]
fn a_named_pipe_without_a_writer_is_waited_for_until_a_signal() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = format!(
        "cd {}; mkfifo pipe; for filter in {}; do $filter -q pipe > /dev/null & sleep 0.3; kill -TERM $!; wait $!; echo $?; done
         soar-parse -q pipe & sleep 0.3; echo x > pipe; wait $!; echo $?",
        folder.path().display(),
        FILTERS.join(" ")
    );
    assert_eq!(text(&bash(&line).stdout), "143\n".repeat(FILTERS.len()) + "1\n");
}

#[test]
fn records_of_the_wrong_stage_name_the_stage_that_is_missing() {
    for name in ["soar-scan", "soar-report"] {
        let output = run(&mut filter(name), &sample("soar-score"));
        assert_eq!(code(&output), 2, "{name}");
        assert!(text(&output.stderr).contains("-:1: this is an event record"), "{name}");
        assert!(text(&output.stderr).contains("soar-score is missing in between"), "{name}");
    }
    for name in FILTERS.into_iter().filter(|name| *name != "soar-parse") {
        let output = run(&mut filter(name), b"{\"schema\":\"soar.host/2\"}\n");
        assert_eq!(code(&output), 2, "{name}");
        assert!(text(&output.stderr).contains("unknown schema \"soar.host/2\""), "{name}");
    }
}

#[test]
fn malformed_records_are_named_after_all_good_ones_were_done() {
    for name in FILTERS.into_iter().filter(|name| *name != "soar-parse") {
        let good = sample(name);
        let bad = [b"{\"schema\":\"soar.host/1\",\"ip\":1}\n[]\nnot json\n\n".to_vec(), good.clone()].concat();
        let output = run(&mut filter(name), &bad);
        assert_eq!(code(&output), 1, "{name}");
        let clean = run(filter(name).arg("-q"), &good);
        assert_eq!(without_clock(&output.stdout), without_clock(&clean.stdout), "{name}");
        assert!(text(&output.stderr).contains("-:3: not a JSON object: is soar-parse missing in between?"), "{name}");
        for place in ["-:1: ", "-:2: "] {
            assert!(text(&output.stderr).contains(place), "{name} says nothing of {place}");
        }
    }
}

#[test]
fn a_line_without_end_is_one_reject_in_bounded_memory() {
    for (name, exit) in FILTERS.map(|name| (name, 1)) {
        let line = format!(
            "head -c 104857600 /dev/zero | tr '\\0' x | python3 -c 'import resource,subprocess,sys
r=subprocess.run([sys.argv[1]],stdout=subprocess.DEVNULL,stderr=subprocess.PIPE)
print(r.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss//1024, r.stderr.count(b\"longer than 1 MiB\"))' {name}"
        );
        let output = text(&bash(&line).stdout);
        let fields: Vec<i32> = output.split_whitespace().map(|n| n.parse().expect("a number")).collect();
        let [code, mebibytes, mentions] = fields[..] else { panic!("{output}") };
        assert_eq!((code, mentions), (exit, 1), "{name}");
        assert!(mebibytes < 64, "{name} took {mebibytes} MiB");
    }
}

/// Hosts of as many addresses, none of them suspicious.
fn many_hosts(count: u32) -> Vec<u8> {
    let line = |n: u32| {
        let [_, a, b, c] = n.to_be_bytes();
        format!("{{\"schema\":\"soar.host/1\",\"ip\":\"10.{a}.{b}.{c}\",\"score\":1,\"signals\":{{\"http_404\":1}}}}\n")
    };
    (0..count).map(line).collect::<String>().into_bytes()
}

/// soar-scan says when and how long; that much may differ between two runs.
fn without_clock(bytes: &[u8]) -> String {
    let clock = regex::Regex::new(r#""started_at":"[^"]*","duration_ms":\d+"#).expect("a pattern");
    clock.replace_all(&text(bytes), "").into_owned()
}

#[test]
fn completions_offer_what_help_shows() {
    for name in FILTERS {
        for shell in ["bash", "zsh", "fish"] {
            let script = text(&run(filter(name).args(["--generate", shell]), b"").stdout);
            assert!(script.contains("line-buffered") && script.contains("version"), "{name} {shell}");
            assert!(!script.contains("workflow") && !script.contains("generate"), "{name} {shell}");
        }
    }
}
