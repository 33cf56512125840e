//! `--stats`: what every run knows about itself, whatever becomes of it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::{many_hosts, without_clock};
use crate::support::{FILTERS, bash, code, filter, read, run, sample, text};

/// The record that a run of `name` left in `file`, which is one line, begins with its schema and fits it.
fn record_of(name: &str, file: &Path) -> Value {
    let line = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(line.starts_with(r#"{"schema":"soar.run/1","program":""#) && line.ends_with("}\n") && line.lines().count() == 1, "{line}");
    let record: Value = serde_json::from_str(&line).expect("JSON");
    let schema = jsonschema::validator_for(&serde_json::from_slice(&read("schemas/run.schema.json")).expect("JSON")).expect("a schema");
    let errors: Vec<_> = schema.iter_errors(&record).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{line}: {errors:?}");
    assert_eq!((&record["program"], &record["version"]), (&name.into(), &env!("CARGO_PKG_VERSION").into()));
    let classes = record["lines"].as_object().expect("an object").iter().filter(|(class, _)| *class != "total");
    let sum: u64 = classes.map(|(_, lines)| lines.as_u64().expect("a number")).sum();
    assert_eq!(record["lines"]["total"], sum, "every line has one class: {line}");
    record
}

fn ending(record: &Value) -> (u64, &str) {
    (record["exit"]["code"].as_u64().expect("a number"), record["exit"]["reason"].as_str().expect("a text"))
}

fn lines_read(record: &Value) -> u64 {
    record["inputs"].as_array().expect("a list").iter().map(|input| input["lines"].as_u64().expect("a number")).sum()
}

#[test]
fn every_run_says_what_it_read_and_nothing_else_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("run.json");
    for name in FILTERS {
        let bad = [sample(name), b"\n\xffgarbage\nmore\n".to_vec()].concat();
        let with_rejects = if name == "soar-parse" { (0, "done") } else { (1, "bad_input") };
        for (input, wanted) in [(sample(name), (0, "done")), (Vec::new(), (0, "done")), (bad, with_rejects)] {
            let plain = run(&mut filter(name), &input);
            for quiet in [&[][..], &["-q"]] {
                let output = run(filter(name).args(quiet).arg("--stats").arg(&file), &input);
                assert_eq!((code(&output), without_clock(&output.stdout)), (code(&plain), without_clock(&plain.stdout)), "{name}");
                assert_eq!(text(&output.stderr), if quiet.is_empty() { text(&plain.stderr) } else { String::new() }, "{name}");
                let record = record_of(name, &file);
                assert_eq!(ending(&record), wanted, "{name}");
                let lines = input.split_inclusive(|&b| b == b'\n').count() as u64;
                assert_eq!((lines_read(&record), &record["lines"]["total"]), (lines, &lines.into()), "{name}");
                assert_eq!(record["inputs"][0]["bytes"], input.len() as u64, "{name}");
                assert_eq!((&record["inputs"][0]["name"], &record["inputs"][0]["complete"]), (&"-".into(), &true.into()), "{name}");
                let (class, of_bad) = if name == "soar-parse" { ("reject", 3) } else { ("malformed", 2) };
                let wrong = if input.ends_with(b"more\n") { of_bad } else { 0 };
                assert_eq!(record["lines"][class], wrong, "{name}");
                let places = record["places"].as_array().map_or(&[][..], Vec::as_slice);
                let shown: Vec<_> = places.iter().filter(|place| place["class"] == class).map(|place| &place["line"]).collect();
                // The last of them.
                let expected: Vec<_> = (lines + 1 - wrong..=lines).map(Value::from).collect();
                assert_eq!(shown, expected.iter().collect::<Vec<_>>(), "{name}");
            }
        }
    }
}

#[test]
fn inputs_have_their_size_their_packing_and_what_was_wrong_with_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("run.json");
    for name in FILTERS {
        let (plain, packed) = (folder.path().join(name), folder.path().join(format!("{name}.gz")));
        let input = sample(name);
        std::fs::write(&plain, &input).expect("written");
        assert!(bash(&format!("gzip -9 < {} > {}", plain.display(), packed.display())).status.success());
        let mut command = filter(name);
        let output = command.args(["-q", "no/such.file"]).args([&plain, &packed]).arg("--stats").arg(&file).output().expect("it runs");
        assert_eq!(code(&output), 2, "{name}");
        let record = record_of(name, &file);
        assert_eq!(ending(&record), (2, "failed"), "{name}");
        let Some([missing, plain_input, packed_input]) = record["inputs"].as_array().map(Vec::as_slice) else { panic!("{record}") };
        assert_eq!((&missing["complete"], &missing["error"]), (&false.into(), &"no/such.file: no such file".into()), "{name}");
        assert_eq!(record["warnings"][0], serde_json::json!({ "kind": "unreadable", "text": "no/such.file: no such file" }), "{name}");
        for input_of in [plain_input, packed_input] {
            assert_eq!((&input_of["bytes"], &input_of["complete"]), (&input.len().into(), &true.into()), "{name}");
            assert!(input_of["modified_at"].is_string() && input_of["error"].is_null(), "{name}");
        }
        let size = std::fs::metadata(&packed).expect("there").len();
        assert_eq!((&packed_input["compression"], &packed_input["compressed_bytes"]), (&"gzip".into(), &size.into()), "{name}");
        assert!(plain_input["compression"].is_null(), "{name}");
    }
}

#[test]
fn a_run_that_fails_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("run.json");
    let check = |name: &str, output: &Output| {
        let record = record_of(name, &file);
        assert_eq!((code(output), ending(&record)), (2, (2, "failed")), "{name}");
        let error = record["exit"]["error"].as_str().expect("an error");
        assert!(text(&output.stderr).contains(&format!("{name}: {error}\n")), "{name}: {error}: {}", text(&output.stderr));
        record
    };
    for (name, flag, value) in [
        ("soar-parse", "--tz", "Nowhere"),
        ("soar-score", "--weight", "x"),
        #[cfg(feature = "enrich")]
        ("soar-enrich", "--list", "x"),
        ("soar-scan", "--scope", "x"),
        ("soar-report", "--columns", "x"),
    ] {
        check(name, &run(filter(name).args([flag, value, "--stats"]).arg(&file), b""));
    }
    for name in FILTERS {
        let full = Stdio::from(std::fs::File::options().write(true).open("/dev/full").expect("/dev/full"));
        let input = folder.path().join("input");
        std::fs::write(&input, sample(name)).expect("written");
        let mut command = filter(name);
        let output = command.arg(&input).arg("--stats").arg(&file).stdout(full).stderr(Stdio::piped()).spawn().expect("it starts");
        let record = check(name, &output.wait_with_output().expect("it ends"));
        assert_eq!(record["exit"]["error"], "stdout: cannot write: No space left on device");
        // soar-report writes the heading of its rows before it reads.
        assert_eq!(lines_read(&record) > 0, name != "soar-report", "{name}");
    }
    for name in ["soar-score", "soar-scan", "soar-report"] {
        let record = check(name, &run(filter(name).arg("--stats").arg(&file), b"{\"schema\":\"soar.host/2\"}\n\n\n"));
        assert_eq!(lines_read(&record), 3, "{name}");
    }
}

#[test]
fn a_signal_and_a_reader_that_leaves_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("run.json");
    for name in FILTERS {
        let mut command = filter(name);
        let mut child = command
            .arg("--stats")
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = [sample(name), b"{the end\n".to_vec()].concat();
        stdin.write_all(&input).expect("written");
        // Its complaint about the last line says that it has read everything; stdin stays open.
        let mut said = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        assert!(said.any(|line| line.is_ok_and(|line| line.contains("-:"))), "{name}");
        assert!(bash(&format!("kill -TERM {}", child.id())).status.success());
        assert_eq!(child.wait().expect("it ends").code(), Some(143), "{name}");
        let record = record_of(name, &file);
        assert_eq!((ending(&record), &record["inputs"][0]["complete"]), ((143, "terminated"), &false.into()), "{name}");
        assert_eq!(lines_read(&record), input.split_inclusive(|&b| b == b'\n').count() as u64, "{name}");
        drop(stdin);

        let input = folder.path().join("input");
        std::fs::write(&input, if name == "soar-parse" { sample(name).repeat(60) } else { many_hosts(20_000) }).expect("written");
        let line = format!("{name} -q {} --stats {} | head -1 > /dev/null; echo ${{PIPESTATUS[0]}}", input.display(), file.display());
        assert_eq!(text(&bash(&line).stdout), "0\n", "{name}");
        assert_eq!(ending(&record_of(name, &file)), (0, "reader_left"), "{name}");
    }
}

#[test]
fn the_file_is_its_own_and_can_be_written_or_nothing_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    for name in FILTERS {
        let (input, link) = (path(name), path("link"));
        std::fs::write(&input, sample(name)).expect("written");
        assert!(bash(&format!("ln -f {input} {link}")).status.success());
        for stdout in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
            let output = filter(name).args(["--stats", stdout, &input]).output().expect("it runs");
            assert_eq!((code(&output), output.stdout.is_empty()), (2, true), "{name}");
            assert_eq!(text(&output.stderr), format!("{name}: --stats needs a file: stdout holds records only\n"));
        }
        let own = |file: &str| format!("{name}: --stats needs its own file: this run already reads or writes {file}\n");
        for file in [&input, &link] {
            let output = filter(name).args(["--stats", file, &input]).output().expect("it runs");
            assert_eq!((code(&output), text(&output.stderr)), (2, own(file)), "{name}");
        }
        assert_eq!(std::fs::read(&input).expect("there"), sample(name), "{name}");
        let output = bash(&format!("{name} -q {input} --stats {0} > {0}", path("out")));
        assert_eq!((code(&output), text(&output.stderr)), (2, format!("{name}: --stats needs a file: stdout holds records only\n")));
        let output = filter(name).args(["--stats", "no/such/folder/x", &input]).output().expect("it runs");
        assert_eq!((code(&output), output.stdout.is_empty()), (2, true), "{name}");
        assert_eq!(text(&output.stderr), format!("{name}: no/such/folder/x: cannot write: No such file or directory\n"));
        // What was done is done.
        let plain = filter(name).args(["-q", &input]).output().expect("it runs");
        let output = filter(name).args(["-q", "--stats", "/dev/full", &input]).output().expect("it runs");
        assert_eq!((code(&output), without_clock(&output.stdout)), (2, without_clock(&plain.stdout)), "{name}");
        assert_eq!(text(&output.stderr), format!("{name}: /dev/full: cannot write: No space left on device\n"));
    }
    let out = path("other");
    for (name, flags) in [
        ("soar-parse", &["--rejects"][..]),
        ("soar-parse", &["--cursor"]),
        ("soar-parse", &["--bots"]),
        ("soar-score", &["--live", "--state"]),
        ("soar-score", &["--allow"]),
        ("soar-scan", &["--audit"]),
        ("soar-scan", &["--exclude"]),
        ("soar-report", &["--csv"]),
        ("soar-report", &["--html"]),
    ] {
        let output = filter(name).args(flags).args([&out, "--stats", &out, &path(name)]).output().expect("it runs");
        assert_eq!(code(&output), 2, "{name} {flags:?}");
        assert!(!Path::new(&out).exists(), "{name} {flags:?}: {}", text(&output.stderr));
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").map(|file| file.expect("a file").file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".soar-")), "{left:?}");
}

#[test]
fn each_class_that_is_worth_a_look_has_its_first_lines() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let lines = [
        r#"{"__REALTIME_TIMESTAMP":"1760097336250000","_UID":"1000","_COMM":"sshd","MESSAGE":"Failed password for root from 192.0.2.1 port 1 ssh2"}"#,
        "2026-01-01T00:00:00Z lab CRON[1]: x",
        "2026-01-01T00:00:00Z lab sshd[1]: a new wording",
        "nothing",
    ];
    let output = run(filter("soar-parse").arg("-q").arg("--stats").arg(file.path()), lines.join("\n").as_bytes());
    assert_eq!(code(&output), 0);
    let record = record_of("soar-parse", file.path());
    let classes = ["untrusted", "other_program", "unknown_message", "reject"];
    for (line, class) in (1..).zip(classes) {
        let places = record["places"].as_array().expect("a list");
        let its_own: Vec<_> = places.iter().filter(|place| place["class"] == class).map(|place| &place["line"]).collect();
        assert_eq!((its_own, &record["lines"][class]), (vec![&Value::from(line)], &1.into()), "{class}: {record}");
    }
}
