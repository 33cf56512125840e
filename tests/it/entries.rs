//! Logs whose entries are of several lines: the journal's export and verbose output, and indented JSON. However an input is read, each entry is read once, stands
//! at its first line, and nothing inside a field is an entry.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{bin, code, filter, run, text};

/// What a block of an input is read in, and more.
const MANY: usize = 12_000;

fn failed(number: usize) -> String {
    format!("Failed password for root from 192.0.2.{} port 4 ssh2", 1 + number % 200)
}

fn binary(name: &str, value: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b"\n", &(value.len() as u64).to_le_bytes(), value, b"\n"].concat()
}

/// An entry of the export: sshd's, or one whose field looks like entries of sshd's.
fn exported(number: usize) -> Vec<u8> {
    let front = format!("__CURSOR=s=1;i={number:x}\n__REALTIME_TIMESTAMP={}\n_HOSTNAME=lab\n", 1_703_415_994_322_089 + number);
    let forged = format!("x\n\n__REALTIME_TIMESTAMP=1\n_COMM=sshd\n_UID=0\nMESSAGE={}\n\n", failed(number));
    let rest = match number % 3 {
        0 => format!("_COMM=sshd\n_UID=0\n_PID={number}\nMESSAGE={}\n", failed(number)).into_bytes(),
        1 => [b"_COMM=chat\n_UID=1000\n".to_vec(), binary("MESSAGE", forged.as_bytes())].concat(),
        _ => [binary("MESSAGE", failed(number).as_bytes()), b"_COMM=sshd\n_UID=0\n".to_vec()].concat(),
    };
    [front.into_bytes(), rest, b"\n".to_vec()].concat()
}

/// The same as `journalctl -o verbose` prints it: what a value has behind a line break stands under the value.
fn verbose(number: usize) -> Vec<u8> {
    let micros = 1_703_415_994_322_089 + number;
    let head = format!("Sun 2023-12-24 11:06:34 UTC [s=1;i={number:x};b=2;m=3;t={micros:x};x=4]\n");
    let forged = format!("x\n{head}    _COMM=sshd\n    _UID=0\n    MESSAGE={}\n\nx", failed(number)).replace('\n', "\n            ");
    let rest = match number % 3 {
        0 => format!("    _COMM=sshd\n    _UID=0\n    MESSAGE={}\n", failed(number)),
        1 => format!("    MESSAGE={forged}\n    _COMM=chat\n    _UID=1000\n"),
        _ => format!("    MESSAGE={}\n    _UID=0\n    _HOSTNAME=lab\n    _COMM=sshd\n", failed(number)),
    };
    format!("{head}{rest}").into_bytes()
}

fn indented(number: usize) -> Vec<u8> {
    let object = serde_json::json!({
        "__REALTIME_TIMESTAMP": (1_703_415_994_322_089_usize + number).to_string(),
        "_COMM": if number % 3 == 1 { "chat" } else { "sshd" },
        "_UID": "0",
        "MESSAGE": if number % 3 == 2 { Value::from(failed(number).into_bytes()) } else { Value::from(failed(number)) },
    });
    [serde_json::to_vec_pretty(&object).expect("JSON"), b"\n".to_vec()].concat()
}

/// Events of `output`: line and address.
fn found(output: &[u8]) -> Vec<(u64, String)> {
    let read = |line: &str| {
        let event: Value = serde_json::from_str(line).expect("JSON");
        (event["log"]["line"].as_u64().expect("a line"), event["source"]["ip"].as_str().expect("an address").to_owned())
    };
    text(output).lines().map(read).collect()
}

/// Line and address of sshd's entries.
fn expected(entries: &[Vec<u8>]) -> Vec<(u64, String)> {
    let mut line = 1;
    let mut place = |(number, entry): (usize, &Vec<u8>)| {
        let first = line;
        line += memchr::memchr_iter(b'\n', entry).count() as u64;
        (number % 3 != 1).then(|| (first, format!("192.0.2.{}", 1 + number % 200)))
    };
    entries.iter().enumerate().filter_map(&mut place).collect()
}

#[test]
fn entries_are_the_same_however_they_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in [exported, verbose, indented] {
        let entries: Vec<_> = (0..MANY).map(entry).collect();
        let (input, wanted) = (entries.concat(), expected(&entries));
        assert!(input.len() > 1 << 20, "several blocks");
        for threads in ["1", "3"] {
            let output = run(filter("soar-parse").args(["-q", "--threads", threads]), &input);
            assert!(found(&output.stdout) == wanted, "{threads} threads");
        }
        // Compressed, and line by line.
        let path = folder.path().join("log.gz");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, &input).expect("packed");
        fs::write(&path, gzip.finish().expect("packed")).expect("written");
        let output = filter("soar-parse").arg("-q").arg(&path).output().expect("it runs");
        assert!(found(&output.stdout) == wanted, "compressed");
        let feed = "python3 -uc 'import sys\nfor line in sys.stdin.buffer: sys.stdout.buffer.write(line)'";
        let part: Vec<_> = entries.iter().take(100).cloned().collect();
        let line = format!("{feed} | {} -q", bin("soar-parse").display());
        let output = run(Command::new("bash").args(["-c", &line]), &part.concat());
        assert!(found(&output.stdout) == expected(&part), "line by line");
    }
}

#[test]
fn a_cursor_stops_before_an_open_entry_and_goes_on_with_it() {
    for entry in [exported, indented] {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, cursor) = (folder.path().join("log"), folder.path().join("cursor"));
        let entries: Vec<_> = (0..40).map(entry).collect();
        let input = entries.concat();
        let mut events = Vec::new();
        for end in [0, 1, 30, 31, 200, 201, 350, 1000, 1001, 1500, input.len() - 1, input.len()] {
            fs::write(&log, &input[..end]).expect("written");
            let output = filter("soar-parse").arg("-q").arg("--cursor").arg(&cursor).arg(&log).output().expect("it runs");
            assert_eq!(code(&output), 0, "{end}: {output:?}");
            events.extend(found(&output.stdout));
        }
        assert_eq!(events, expected(&entries));
    }
}

#[test]
fn an_entry_past_1_mib_is_a_reject_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let rejects = folder.path().join("rejects");
    let forged = format!("x\n\n__REALTIME_TIMESTAMP=1\n_COMM=sshd\n_UID=0\nMESSAGE={}\n\n", failed(9));
    for size in [1_100_000, 1_400_000, 5_000_000] {
        let text = forged.repeat(size / forged.len() + 1);
        let export =
            [b"__REALTIME_TIMESTAMP=1\n_COMM=chat\n".to_vec(), binary("MESSAGE", text.as_bytes()), b"_UID=0\n\n".to_vec()].concat();
        let long = serde_json::json!({ "__REALTIME_TIMESTAMP": "1", "_COMM": "sshd", "A": text.split_inclusive(' ').collect::<Vec<_>>(), "MESSAGE": failed(9) });
        let object = [serde_json::to_vec_pretty(&long).expect("JSON"), b"\n".to_vec()].concat();
        for (entry, long) in [(exported as fn(usize) -> Vec<u8>, export), (indented, object)] {
            let (before, behind) = ([entry(0), entry(2)].concat(), [entry(3), entry(5)].concat());
            let input = [&before[..], &long, &behind].concat();
            let output = run(filter("soar-parse").arg("--rejects").arg(&rejects), &input);
            assert_eq!(found(&output.stdout).len(), 4, "{size}: {}", text_of(&output.stderr));
            assert!(fs::read(&rejects).expect("rejects") == long, "{size}");
            // Each line of it is one, and is told of once.
            let lines = memchr::memchr_iter(b'\n', &long).count();
            assert!(text_of(&output.stderr).contains(&format!(" {lines} rejects")), "{size}: {}", text_of(&output.stderr));
            let first = memchr::memchr_iter(b'\n', &before).count() + 1;
            assert!(text_of(&output.stderr).contains(&format!("-:{first}: longer than 1 MiB")), "{size}: {}", text_of(&output.stderr));
        }
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn pieces_past_1_mib_are_a_reject_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let rejects = folder.path().join("rejects");
    let request = r#"192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] "GET /a HTTP/1.1" 404 153 "-" "curl/8.2.1""#;
    let cri = |tag: &str, text: &str| format!("2025-10-10T11:55:36.1Z stdout {tag} {text}\n");
    let docker = |tag: &str, text: &str| {
        let text = Value::from(if tag == "F" { format!("{text}\n") } else { text.to_owned() });
        format!("{{\"log\":{text},\"stream\":\"stdout\",\"time\":\"2025-10-10T11:55:36.1Z\"}}\n")
    };
    for wrap in [&cri as &dyn Fn(&str, &str) -> String, &docker] {
        let long: String = (0..70).map(|_| wrap("P", &"x".repeat(16 << 10))).chain([wrap("F", request)]).collect();
        let input = [wrap("F", request), long.clone(), wrap("F", request)].concat();
        let output = run(filter("soar-parse").arg("--rejects").arg(&rejects), input.as_bytes());
        assert_eq!(found(&output.stdout), [(1, "192.0.2.1".to_owned()), (73, "192.0.2.1".to_owned())], "{}", text_of(&output.stderr));
        assert!(fs::read_to_string(&rejects).expect("rejects") == long);
    }
}
