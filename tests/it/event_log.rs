//! Windows event logs (.evtx): read from files and pipes, live, damaged, cut off, hostile. The logs are written here, from the
//! description of the format alone (libyal, Windows XML Event Log).

use std::fs;
use std::io::Write;
use std::process::{Output, Stdio};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use soar_light::io::source::event_log::render_chunk;

use crate::support::{code, filter, run, text};

const HEADER: usize = 4096;
const CHUNK: usize = 65536;

/// The checksum of zip, bit by bit.
fn crc32(parts: &[&[u8]]) -> [u8; 4] {
    let mut crc = u32::MAX;
    for byte in parts.iter().flat_map(|part| part.iter()) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    (!crc).to_le_bytes()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn count(text: &str) -> [u8; 2] {
    u16::try_from(text.encode_utf16().count()).expect("a short text").to_le_bytes()
}

/// Binary XML at its place in a chunk.
struct BinXml(Vec<u8>);

impl BinXml {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A name: where it stands (right here), the next of its hash, the hash, its length, itself.
    fn name(&mut self, name: &str) {
        let at = u32::try_from(self.0.len() + 4).expect("in a chunk");
        self.put(&[&at.to_le_bytes()[..], &[0; 6], &count(name), &utf16(name), &[0; 2]].concat());
    }

    fn value(&mut self, value: &str) {
        self.put(&[&[0x05, 0x01][..], &count(value), &utf16(value)].concat());
    }

    /// `<name attribute='...'>`, open for what is inside it.
    fn open(&mut self, name: &str, attribute: Option<(&str, &str)>) {
        self.put(&[if attribute.is_some() { 0x41 } else { 0x01 }, 0, 0, 0, 0]);
        self.name(name);
        if let Some((key, value)) = attribute {
            self.put(&[0, 0, 0, 0, 0x06]);
            self.name(key);
            self.value(value);
        }
        self.put(&[0x02]);
    }

    fn close(&mut self) {
        self.put(&[0x04]);
    }

    fn element(&mut self, name: &str, attribute: Option<(&str, &str)>, value: &str) {
        self.open(name, attribute);
        self.value(value);
        self.close();
    }
}

/// A logon: the number of its event, and the data of it that count.
#[derive(Clone, Copy)]
struct Logon(u16, &'static str, &'static str, &'static str);

/// A chunk of these records, the first of which has the number `first`.
fn chunk(first: u64, logons: &[Logon]) -> Vec<u8> {
    let mut out = BinXml(vec![0; 512]);
    let (mut id, mut last_at) = (first, 0);
    for Logon(event, user, kind, address) in logons {
        last_at = out.0.len();
        // 2024-10-01T03:04:05Z, in tenths of microseconds since 1601.
        out.put(&[&b"**\0\0\0\0\0\0"[..], &id.to_le_bytes(), &133_722_398_450_000_000_u64.to_le_bytes(), &[0x0f, 1, 1, 0]].concat());
        out.open("Event", Some(("xmlns", "http://schemas.microsoft.com/win/2004/08/events/event")));
        out.open("System", None);
        out.element("Provider", Some(("Name", "Microsoft-Windows-Security-Auditing")), "");
        out.element("EventID", None, &event.to_string());
        out.element("TimeCreated", Some(("SystemTime", "2024-10-01T03:04:05.0000000Z")), "");
        out.element("Channel", None, "Security");
        out.close();
        out.open("EventData", None);
        for (name, value) in [("TargetUserName", *user), ("LogonType", *kind), ("IpAddress", *address), ("IpPort", "40000")] {
            out.element("Data", Some(("Name", name)), value);
        }
        out.close();
        out.close();
        out.put(&[0; 5]);
        let size = u32::try_from(out.0.len() - last_at).expect("in a chunk").to_le_bytes();
        let end = out.0.len();
        out.0[end - 4..].copy_from_slice(&size);
        out.0[last_at + 4..last_at + 8].copy_from_slice(&size);
        id += 1;
    }
    let mut bytes = out.0;
    let (free, last) = (u32::try_from(bytes.len()).expect("a chunk"), id.saturating_sub(1));
    assert!(bytes.len() <= CHUNK);
    let head = [
        &b"ElfChnk\0"[..],
        &[first, last, first, last].map(u64::to_le_bytes).concat(),
        &[128, u32::try_from(last_at).expect("a chunk"), free].map(u32::to_le_bytes).concat(),
        &crc32(&[&bytes[512..]]),
    ]
    .concat();
    bytes[..head.len()].copy_from_slice(&head);
    let sum = crc32(&[&bytes[..120], &bytes[128..512]]);
    bytes[124..128].copy_from_slice(&sum);
    bytes.resize(CHUNK, 0);
    bytes
}

/// A log of these chunks, with `room` behind them.
fn log(chunks: &[Vec<u8>], room: &[u8]) -> Vec<u8> {
    let used = u16::try_from(chunks.len()).expect("few chunks");
    let numbers = [0, u64::from(used.saturating_sub(1)), 100].map(u64::to_le_bytes).concat();
    let mut bytes = [&b"ElfFile\0"[..], &numbers, &[128, 0, 0, 0, 1, 0, 3, 0, 0, 16], &used.to_le_bytes()].concat();
    bytes.resize(HEADER, 0);
    let sum = crc32(&[&bytes[..120]]);
    bytes[124..128].copy_from_slice(&sum);
    [bytes, chunks.concat(), room.to_vec()].concat()
}

const FAILED: Logon = Logon(4625, "administrator", "3", "192.0.2.1");
const ACCEPTED: Logon = Logon(4624, "alice", "10", "198.51.100.7");
const HOSTILE: Logon = Logon(4625, "a\r\n</Data><Data Name='IpAddress'>203.0.113.9</Data>\n", "10", "::ffff:192.0.2.2");

fn mixed() -> Vec<u8> {
    let local = [Logon(4624, "SYSTEM", "5", "-"), Logon(4625, "alice", "3", "::1"), Logon(4672, "alice", "", "")];
    let first = [&[FAILED][..], &local, &[ACCEPTED]].concat();
    log(&[chunk(1, &first), chunk(6, &[HOSTILE, FAILED])], &[])
}

fn parse(input: &[u8]) -> Output {
    run(filter("soar-parse").args(["--services", "windows"]), input)
}

/// Of each event: its line, address, user, signal.
fn events(output: &Output) -> Vec<String> {
    let event = |line: &str| {
        let event: Value = serde_json::from_str(line).expect("an event");
        let (source, user) = (event["source"]["ip"].as_str(), event["user"]["name"].as_str());
        format!("{} {} {} {}", event["log"]["line"], source.unwrap_or("-"), user.unwrap_or("-"), event["tags"][0].as_str().unwrap_or("-"))
    };
    text(&output.stdout).lines().map(event).collect()
}

const MIXED: [&str; 4] = [
    "1 192.0.2.1 administrator login_failed",
    "5 198.51.100.7 alice login_accepted",
    "6 192.0.2.2 a  </Data><Data Name='IpAddress'>203.0.113.9</Data> login_failed",
    "7 192.0.2.1 administrator login_failed",
];

#[test]
fn logons_of_clients_are_events_numbered_by_record_and_those_of_nobody_are_none() {
    let piped = parse(&mixed());
    assert_eq!(events(&piped), MIXED, "{}", text(&piped.stderr));
    assert_eq!(code(&piped), 0);
    assert!(text(&piped.stderr).ends_with("7 lines: 4 events, 3 without a signal, 0 of other programs, 0 unknown messages, 0 rejects\n"));
    assert!(text(&piped.stdout).contains("\"@timestamp\":\"2024-10-01T03:04:05"), "{}", text(&piped.stdout));
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), mixed()).expect("written");
    let read = filter("soar-parse").args(["--services", "windows", "--name", "-"]).arg(file.path()).output().expect("it runs");
    assert_eq!((code(&read), &read.stdout), (0, &piped.stdout), "{}", text(&read.stderr));
    // What is left in a log's room for more is not looked at.
    for room in [vec![0; CHUNK], vec![7; CHUNK + 9], vec![0; 99]] {
        let output = parse(&[mixed(), room].concat());
        assert_eq!((code(&output), &output.stdout), (0, &piped.stdout), "{}", text(&output.stderr));
    }
    let none = parse(&log(&[], &vec![0; CHUNK]));
    assert_eq!((code(&none), none.stdout.len()), (0, 0), "{}", text(&none.stderr));
}

#[test]
fn damage_costs_what_is_damaged_and_is_said_with_its_place() {
    let three = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = log(&[chunk(1, &[FAILED, ACCEPTED]), chunk(3, &[FAILED, ACCEPTED]), chunk(5, &[ACCEPTED])], &[]);
        change(&mut bytes);
        bytes
    };
    let second = HEADER + CHUNK;
    let name = three(&|_| {}).windows(26).rposition(|bytes| bytes == utf16("administrator")).expect("a name");
    for (what, input, count, said) in [
        ("cut in its header", mixed()[..99].to_vec(), 0, "-: the event log ends in its header"),
        (
            "cut behind a record",
            three(&|bytes| bytes.truncate(second + 512 + 1600)),
            3,
            "-: the event log ends early, in chunk 2 (at byte 69632)",
        ),
        ("cut between chunks", three(&|bytes| bytes.truncate(second)), 2, "-: the event log ends early, in chunk 2 (at byte 69632)"),
        ("no chunk", three(&|bytes| bytes[second] = b'x'), 3, "-: chunk 2 (at byte 69632): not a chunk; everything else was read"),
        ("a flipped bit", three(&|bytes| bytes[name] ^= 1), 5, "-: chunk 2 (at byte 69632): its checksum is wrong"),
        ("a record that is none", three(&|bytes| bytes[second + 512] = 0), 4, "-: chunk 2 (at byte 69632): its checksum is wrong"),
    ] {
        let output = parse(&input);
        let err = text(&output.stderr);
        assert_eq!(code(&output), 2, "{what}: {err}");
        assert!(err.contains(&format!("soar-parse: {said}")), "{what}: {err}");
        assert_eq!(events(&output).len(), count, "{what}: {err}");
    }
    // A log that was not closed has the checksums of an earlier state.
    let dirty = three(&|bytes| {
        bytes[120] = 1;
        bytes[second + 48 + 4] ^= 1;
    });
    let output = parse(&dirty);
    assert_eq!((code(&output), events(&output).len()), (0, 5), "{}", text(&output.stderr));
}

#[test]
fn a_cursor_is_refused_and_other_logs_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("Security.evtx"), mixed()).expect("written");
    // A rotated name beside a log is passed by.
    fs::write(at("auth.log.1"), mixed()).expect("written");
    fs::write(at("auth.log"), "2026-01-01T00:00:00Z h sshd[1]: Failed password for root from 192.0.2.1 port 22 ssh2\n").expect("written");
    let mut command = filter("soar-parse");
    command.args(["--services", "windows", "--cursor"]).arg(at("cursor")).arg(at("Security.evtx")).arg(at("auth.log"));
    let output = command.output().expect("it runs");
    let said = format!("soar-parse: {}: --cursor cannot follow a Windows event log", at("Security.evtx").display());
    assert!(text(&output.stderr).contains(&said), "{}", text(&output.stderr));
    assert_eq!((code(&output), events(&output)), (2, vec!["1 192.0.2.1 root ssh_failed".to_owned()]), "{}", text(&output.stderr));
}

#[test]
fn a_pipe_that_pauses_hands_on_the_chunks_that_came() {
    let bytes = mixed();
    let mut command = filter("soar-parse");
    command.args(["-q", "--services", "windows"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(&bytes[..HEADER + CHUNK]).expect("written");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().expect("a pipe")));
    // They come before the second chunk does.
    for _ in 0..2 {
        lines.next().expect("an event").expect("UTF-8");
    }
    stdin.write_all(&bytes[HEADER + CHUNK..]).expect("written");
    drop(stdin);
    assert_eq!(lines.count(), 2);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_chunk_that_unfolds_to_much_is_cut() {
    // Many records whose one element has a name that is written once and is long.
    let long = "n".repeat(9000);
    let mut out = BinXml(vec![0; 512]);
    let mut named_at = None;
    for id in 1..=700_u64 {
        let start = out.0.len();
        out.put(&[&b"**\0\0\0\0\0\0"[..], &id.to_le_bytes(), &[0; 8], &[0x0f, 1, 1, 0, 0x01, 0, 0, 0, 0]].concat());
        match named_at {
            None => {
                named_at = u32::try_from(out.0.len() + 4).ok();
                out.name(&long);
            }
            Some(at) => out.put(&u32::to_le_bytes(at)),
        }
        out.put(&[0x02, 0x04, 0, 0, 0, 0, 0]);
        let size = u32::try_from(out.0.len() - start).expect("in a chunk").to_le_bytes();
        let end = out.0.len();
        out.0[end - 4..].copy_from_slice(&size);
        out.0[start + 4..start + 8].copy_from_slice(&size);
    }
    let (mut bytes, mut lines, mut said) = (out.0, Vec::new(), Vec::new());
    let free = u32::try_from(bytes.len()).expect("a chunk").to_le_bytes();
    bytes[..8].copy_from_slice(b"ElfChnk\0");
    bytes[32..40].fill(0xff);
    bytes[48..52].copy_from_slice(&free);
    bytes.resize(CHUNK, 0);
    render_chunk(bytes, true, &mut lines, |what| said.push(what));
    assert_eq!(said, ["it unfolds to more than 4 MiB, so the rest of it is left out"]);
    assert!((4 << 20..(4 << 20) + 30_000).contains(&lines.len()), "{}", lines.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_bytes_of_a_chunk_are_more_than_an_error(flips in vec((any::<Index>(), any::<u8>()), 0..12), raw in vec(any::<u8>(), 0..300), at: Index) {
        let mut bytes = chunk(1, &[FAILED, HOSTILE, ACCEPTED]);
        let used = bytes.iter().rposition(|&byte| byte != 0).expect("records") + 1;
        for (place, byte) in flips {
            bytes[place.index(used)] = byte;
        }
        // Sometimes a stretch of it is anything.
        if raw.len() > 250 {
            let start = at.index(used);
            bytes[start..start + raw.len()].copy_from_slice(&raw);
        }
        let mut lines = Vec::new();
        render_chunk(bytes, false, &mut lines, |said| assert!(!said.is_empty()));
        prop_assert!(lines.is_empty() || lines.ends_with(b"\n"));
        prop_assert!(std::str::from_utf8(&lines).is_ok());
    }
}
