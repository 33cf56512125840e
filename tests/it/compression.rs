//! Compressed input is read as if it were plain: by all four filters, in members, on pipes that pause, damaged, hostile.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};

use flate2::write::GzEncoder;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use zstd_safe::zstd_sys::ZSTD_EndDirective;
use zstd_safe::{CCtx, InBuffer, OutBuffer};

use crate::support::{FILTERS, bash, code, filter, run, sample, text};

/// The tools that write the kinds of compression: independent of the decoders that are tested.
const KINDS: [&str; 4] = ["gzip", "zstd", "bzip2", "xz"];

fn pack(kind: &str, plain: &[u8]) -> Vec<u8> {
    let output = run(Command::new(kind).args(["-c", "-q", "-1"]), plain);
    assert!(output.status.success(), "{kind}: {}", text(&output.stderr));
    output.stdout
}

fn parse(input: &[u8]) -> Output {
    run(filter("soar-parse").args(["--year", "2025"]), input)
}

/// Lines that do not compress well, so that there are several blocks even of bzip2 -1, which are 100 kB.
fn long_log() -> Vec<u8> {
    let mut state = 1_u64;
    let mut line = |n: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        format!("2026-01-01T00:00:00Z h sshd[{n}]: Failed password for u{state:016x} from 192.0.2.1 port 22 ssh2\n")
    };
    (0..6000).map(&mut line).collect::<String>().into_bytes()
}

#[test]
fn every_filter_reads_every_kind_from_files_and_pipes() {
    for name in FILTERS {
        let plain = sample(name);
        // What a scan finds has times in it.
        let flags = if name == "soar-scan" { &["-q", "--dry-run"][..] } else { &["-q"] };
        let wanted = run(filter(name).args(flags), &plain).stdout;
        for kind in KINDS {
            let packed = pack(kind, &plain);
            let piped = run(filter(name).args(flags), &packed);
            assert!(code(&piped) == 0 && piped.stdout == wanted, "{name} {kind} on stdin: {}", text(&piped.stderr));
            let file = tempfile::NamedTempFile::new().expect("a file");
            fs::write(file.path(), &packed).expect("written");
            let stdin = Stdio::from(file.reopen().expect("a file"));
            let read = filter(name).args(flags).args(["--threads", "1"]).stdin(stdin).output().expect("it runs");
            assert!(code(&read) == 0 && read.stdout == wanted, "{name} {kind} from a file: {read:?}");
        }
    }
}

#[test]
fn members_follow_one_another_whatever_their_kinds_and_sizes() {
    let plain = sample("soar-parse");
    let wanted = parse(&plain.repeat(2));
    let empty = parse(b"");
    for kind in KINDS {
        let (packed, nothing) = (pack(kind, &plain), pack(kind, b""));
        for (what, input) in [
            ("two members", packed.repeat(2)),
            ("members of nothing around them", [&nothing[..], &packed, &nothing, &packed, &nothing].concat()),
            (
                "many members of nothing, with zeros between some",
                [nothing.repeat(9), vec![0; 8], nothing.repeat(99), packed.repeat(2)].concat(),
            ),
            ("zeros behind each", [&packed[..], &[0; 512], &packed, &[0; 16_001]].concat()),
            ("another kind", [&packed[..], &pack("gzip", &plain)].concat()),
            ("cut inside a line", [pack(kind, &plain[..777]), pack(kind, &plain[777..]), packed.clone()].concat()),
        ] {
            let output = parse(&input);
            assert_eq!(text(&output.stderr), text(&wanted.stderr), "{kind}: {what}");
            assert!(code(&output) == 0 && output.stdout == wanted.stdout, "{kind}: {what}");
        }
        for (what, input) in [("nothing", nothing.clone()), ("nothing, padded", [&nothing[..], &[0; 9]].concat())] {
            let output = parse(&input);
            assert_eq!((code(&output), &output.stdout, &output.stderr), (0, &empty.stdout, &empty.stderr), "{kind}: {what}");
        }
    }
    let skippable = b"\x5a\x2a\x4d\x18\x03\0\0\0abc";
    let output = parse(&[skippable, &pack("zstd", &plain)[..], skippable, &pack("zstd", &plain)].concat());
    assert!(code(&output) == 0 && output.stdout == wanted.stdout, "zstd: skippable frames: {}", text(&output.stderr));
}

#[test]
fn what_was_readable_of_a_damaged_file_is_used_and_the_rest_is_said() {
    let plain = long_log();
    let whole = parse(&plain).stdout;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.log");
    let other = folder.path().join("b.log");
    fs::write(&other, sample("soar-parse")).expect("written");
    let others = parse(&sample("soar-parse")).stdout;
    for kind in KINDS {
        let packed = pack(kind, &plain);
        let mut flipped = packed.clone();
        flipped[packed.len() * 3 / 4] ^= 0x55;
        let garbage = [&packed[..], b"garbage\n"].concat();
        // Garbage that begins as a member might, at the very end of the file.
        let stub = [&packed[..], b"\x28\xb5"].concat();
        for (what, input, said) in [
            ("cut", &packed[..packed.len() * 3 / 4], format!("{kind} data ends early")),
            ("cut in its last bytes", &packed[..packed.len() - 1], format!("{kind} data ends early")),
            ("flipped", &flipped[..], format!("corrupt {kind} data")),
            ("garbage behind it", &garbage, format!("garbage follows the {kind} data; everything before it was read")),
            ("a stub behind it", &stub, format!("garbage follows the {kind} data; everything before it was read")),
        ] {
            fs::write(&file, input).expect("written");
            let output = filter("soar-parse").args(["--year", "2025", "--name", "-"]).arg(&file).output().expect("it runs");
            let err = text(&output.stderr);
            assert_eq!(code(&output), 2, "{kind} {what}: {err}");
            assert!(err.contains(&format!("soar-parse: {}: {said}", file.display())), "{kind} {what}: {err}");
            assert!(output.stdout.is_empty() || output.stdout.ends_with(b"\n"), "{kind} {what}: half a line was used");
            // A flipped bit may go unnoticed until the checksum at the very end, so only what stands before it is as it was.
            let good = whole.iter().zip(&output.stdout).take_while(|(a, b)| a == b).count();
            match what {
                "flipped" => assert!((whole.len() / 4..whole.len()).contains(&good), "{kind} {what}: {good} of {}", whole.len()),
                "cut" => assert!(good == output.stdout.len() && good > whole.len() / 4, "{kind} {what}: {good} of {}", whole.len()),
                _ => assert!(output.stdout == whole, "{kind} {what}"),
            }
            // Another input is done all the same.
            let both = filter("soar-parse").args(["-q", "--year", "2025"]).arg(&file).arg(&other).output().expect("it runs");
            let behind = text(&both.stdout).replace(&other.display().to_string(), "-");
            assert!(code(&both) == 2 && behind.ends_with(&text(&others)), "{kind} {what}: the other input");
        }
    }
}

#[test]
fn a_file_of_a_few_bytes_is_what_it_looks_like() {
    for (input, exit, said) in [
        (&b"\x1f"[..], 1, "-:1: unknown log format"),
        (b"\x1f\x8b", 2, "-: gzip data ends early"),
        (b"\x1f\x8b\x08\0", 2, "-: gzip data ends early"),
        (b"\x1f\x8bxyz", 2, "-: corrupt gzip data"),
        (b"\x28\xb5\x2f", 1, "-:1: unknown log format"),
        (b"\x28\xb5\x2f\xfd", 2, "-: zstd data ends early"),
        (b"\xfd7zXZ\0", 2, "-: xz data ends early"),
        (b"\xfd7zXZ", 1, "-:1: unknown log format"),
        (b"BZh9", 1, "-:1: unknown log format"),
        (b"BZh9 is how a text may begin\n", 1, "-:1: unknown log format"),
        (b"BZh9\x31\x41\x59\x26\x53\x59", 2, "-: bzip2 data ends early"),
        (b"\x1f\x9d\x90", 2, "-: compress (.Z) data is not supported: decompress it first (gzip, zstd, bzip2 and xz are supported)\n"),
        (b"PK\x03\x04", 2, "-: zip data is not supported"),
        (b"PK\x03", 1, "-:1: unknown log format"),
        (b"\x04\x22\x4d\x18", 2, "-: lz4 data is not supported"),
        (b"7z\xbc\xaf\x27\x1c\0", 2, "-: 7z data is not supported"),
        (b"Rar!\x1a\x07\0", 2, "-: rar data is not supported"),
        #[cfg(not(feature = "evtx"))]
        (b"ElfFile\0", 2, "-: a Windows event log, which this build does not read: build with cargo build --release --features evtx"),
        #[cfg(feature = "evtx")]
        (b"ElfFile\0", 2, "-: the event log ends in its header"),
        (b"LPKSHHRH\x01\0\0\0\0", 2, "-: a file of the systemd journal is not supported: journalctl -o json --file FILE | soar-parse\n"),
        (b"LPKSHHRH is a word\n", 1, "-:1: unknown log format"),
        (b"\x07\0\0\0\x2a\0\0\0pts/0", 2, "-: a record of logins (wtmp, btmp, utmp) is not supported: last -f FILE shows it"),
        (b"\xd4\xc3\xb2\xa1\x02\0", 2, "-: a capture of packets (pcap) is not supported: it holds packets, not a log; tcpdump -r FILE"),
        (b"\n\r\r\n\x1c\0", 2, "-: a capture of packets (pcapng) is not supported"),
        (b"\x89PNG\r\n\x1a\n\0", 2, "-: a PNG picture is not supported: name the text log\n"),
        (b"\x7fELF\x02", 2, "-: a program (ELF) is not supported"),
        (b"SQLite format 3\0\x10", 2, "-: a database of SQLite is not supported"),
        (b"SQLite format 4\n", 1, "-:1: unknown log format"),
        (b"\xff\xfe1\0", 2, "-: text in UTF-16 is not supported: convert it first: iconv -f UTF-16 -t UTF-8 FILE | soar-parse\n"),
        (b"ElfFile", 1, "-:1: unknown log format"),
        (b"Rar! PK 7z\n", 1, "-:1: unknown log format"),
        (b"\n", 1, "-:1: empty line"),
        (b"\0\0\0", 1, "-:1: unknown log format"),
    ] {
        let output = parse(input);
        assert_eq!(code(&output), exit, "{input:?}: {}", text(&output.stderr));
        assert!(text(&output.stderr).starts_with(&format!("soar-parse: {said}")), "{input:?}: {}", text(&output.stderr));
    }
}

#[test]
fn an_archive_is_refused_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = "192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 404 1\n";
    fs::write(folder.path().join("access.log"), line.repeat(9)).expect("written");
    for (flags, name) in [("-cf", "a.tar"), ("-czf", "a.tar.gz"), ("--format=ustar -cf", "b.tar")] {
        let packed = bash(&format!("cd {} && tar {flags} {name} access.log", folder.path().display()));
        assert_eq!(code(&packed), 0, "{}", text(&packed.stderr));
        let output = filter("soar-parse").arg(folder.path().join(name)).output().expect("it runs");
        let said = text(&output.stderr);
        assert_eq!((code(&output), text(&output.stdout)), (2, String::new()), "{said}");
        assert!(said.contains(&format!("{name}: a tar archive is not supported: unpack it first: tar -xOf FILE | soar-parse\n")), "{said}");
    }
    // What a client can write is no archive.
    let line = line.replace("GET /", &format!("GET /{}ustar ", "a".repeat(257 - 48)));
    assert_eq!(code(&parse(line.as_bytes())), 0);
}

#[test]
fn a_pipe_that_pauses_hands_on_what_can_be_decoded() {
    let line = |n: u32| format!("2026-01-01T00:00:00Z h sshd[1]: Failed password for root from 192.0.2.1 port {n} ssh2\n");
    for (kind, flags) in [("gzip", &["-q"][..]), ("zstd", &["-q"]), ("gzip", &["-q", "--line-buffered"])] {
        let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::default());
        let mut zstd = CCtx::create();
        let mut parse = filter("soar-parse");
        parse.args(flags).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = parse.spawn().expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        for port in 1..4 {
            let packed = if kind == "gzip" {
                gzip.write_all(line(port).as_bytes()).and_then(|()| gzip.flush()).expect("packed");
                std::mem::take(gzip.get_mut())
            } else {
                let mut packed = Vec::with_capacity(1 << 16);
                let mut room = OutBuffer::around(&mut packed);
                zstd.compress_stream2(&mut room, &mut InBuffer::around(line(port).as_bytes()), ZSTD_EndDirective::ZSTD_e_flush)
                    .expect("packed");
                packed
            };
            // The answer to each line comes before the next line is written.
            stdin.write_all(&packed).expect("written");
            let event = lines.next().expect("an event").expect("UTF-8");
            assert!(event.contains(&format!("\"port\":{port}}}")), "{kind}: {event}");
        }
        drop(stdin);
        assert_eq!(child.wait().expect("it ends").code(), Some(2), "{kind}: it was never finished");
    }
}

#[test]
fn a_signal_while_a_compressed_pipe_pauses_is_no_damage() {
    let packed = pack("gzip", &sample("soar-parse"));
    let mut child = filter("soar-parse").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(&packed[..packed.len() - 9]).expect("written");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    lines.next().expect("an event").expect("UTF-8");
    assert!(bash(&format!("kill -TERM {}", child.id())).status.success());
    assert_eq!(lines.filter(Result::is_err).count(), 0);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(code(&output), 143);
    assert!(!text(&output.stderr).contains("early"), "{}", text(&output.stderr));
    drop(stdin);
}

proptest! {
    // Each case is a process.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_damage_is_more_than_an_error(kind in select(&KINDS[..]), flips in vec((any::<Index>(), any::<u8>()), 0..6), cut: Index, twice: bool) {
        let plain = sample("soar-parse");
        let mut input = pack(kind, &plain);
        if twice {
            input.extend_from_within(..);
        }
        for (place, byte) in flips {
            let place = place.index(input.len());
            input[place] = byte;
        }
        input.truncate(cut.index(input.len() + 1));
        let output = parse(&input);
        prop_assert!((0..=2).contains(&code(&output)), "{}", text(&output.stderr));
        // What is not said to be damaged is what was packed: one member, both, or none of their bytes.
        if code(&output) == 0 {
            let whole = if input.is_empty() { vec![Vec::new()] } else { [&plain[..], &plain.repeat(2)].map(|text| parse(text).stdout).to_vec() };
            prop_assert!(whole.contains(&output.stdout), "{}", text(&output.stderr));
        }
    }
}

/// The exit code of `parse`, fed by `line`, its memory in MiB, and how many lines it found too long.
fn measure(line: &str, parse: &[&str]) -> [i32; 3] {
    let line = format!(
        "{line} | python3 -c 'import resource,subprocess,sys
r=subprocess.run([\"soar-parse\"]+sys.argv[1:],stdout=subprocess.DEVNULL,stderr=subprocess.PIPE)
print(r.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss//1024, r.stderr.count(b\"longer than 1 MiB\"))' {}",
        parse.join(" ")
    );
    let output = text(&bash(&line).stdout);
    let fields: Vec<i32> = output.split_whitespace().map(|n| n.parse().expect("a number")).collect();
    fields.try_into().unwrap_or_else(|_| panic!("{line}: {output}"))
}

#[test]
fn a_bomb_takes_bounded_memory() {
    // 96 MiB of one byte are a few kilobytes; of newlines, a hundred million rejects would take too long to count. All but
    // xz, which is known by its window alone, stay below what the help page says.
    for (pack, mebibytes, most_mebibytes) in [
        ("gzip", 96, 64),
        ("zstd -q", 96, 64),
        ("bzip2", 96, 64),
        ("xz", 96, 64),
        ("zstd -q -19", 24, 64),
        ("zstd -q --long=25", 64, 64),
        ("xz -9", 80, 96),
    ] {
        let [code, mebibytes, mentions] = measure(&format!("head -c {mebibytes}M /dev/zero | {pack} -c"), &[]);
        assert_eq!((code, mentions), (1, 1), "{pack}");
        assert!(mebibytes < most_mebibytes, "{pack} took {mebibytes} MiB");
    }
}

#[test]
fn many_threads_take_bounded_memory() {
    let log = "python3 -c 'import sys
for n in range(200000): sys.stdout.write(f\"2026-01-01T00:00:00Z h sshd[{n}]: Failed password for root from 192.0.2.1 port 22 ssh2\\n\")'";
    for threads in ["1", "16", "64"] {
        let [code, mebibytes, _] = measure(log, &["--all", "--threads", threads]);
        assert_eq!(code, 0, "{threads} threads");
        // The pages of a program that is not optimised are some 10 MiB more.
        let most = if cfg!(debug_assertions) { 80 } else { 64 };
        assert!(mebibytes < most, "{threads} threads took {mebibytes} MiB");
    }
}

#[test]
fn a_member_that_wants_too_much_memory_is_refused() {
    // RFC 8878 section 3.1.1.1.2: the fifth byte's upper five bits are the exponent above 10. Then one raw, last block.
    let frame = |exponent: u8| [b"\x28\xb5\x2f\xfd\0", &[exponent << 3][..], b"\x11\0\0x\n"].concat();
    let allowed = parse(&frame(15));
    assert_eq!(code(&allowed), 1);
    assert!(text(&allowed.stderr).starts_with("soar-parse: -:1: unknown log format\n"), "{}", text(&allowed.stderr));
    let refused = parse(&frame(16));
    assert_eq!(code(&refused), 2);
    let said = "soar-parse: -: zstd data that needs more than 32 MiB to decode: decompress it first\n";
    assert!(text(&refused.stderr).starts_with(said), "{}", text(&refused.stderr));
    for (mebibytes, exit) in [(64, 1), (96, 2)] {
        let output = bash(&format!("echo x | xz -c --lzma2=preset=0,mode=fast,mf=hc3,dict={mebibytes}MiB | soar-parse"));
        assert_eq!(code(&output), exit, "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr).contains("-: xz data that needs more than 64 MiB to decode: decompress it first\n"), exit == 2);
    }
}
