//! `soar-score --memory`: the same bytes out in bounded memory, and what becomes of the temporary files.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::Ipv6Addr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::{bash, bin, code, filter, run, text};

/// Events of so many IPv6 addresses, each of them seen twice, far apart.
fn events(addresses: u128) -> String {
    let mut lines = String::new();
    for turn in 0..2 {
        for n in 0..addresses {
            // Each is far from the one before.
            let ip = Ipv6Addr::from_bits(0x2001_0db8 << 96 | n.wrapping_mul(0x9e37_79b9_7f4a_7c15) & u128::from(u64::MAX));
            let (at, line) = (format!("2026-01-0{}T00:{:02}:{:02}Z", turn + 1, n / 60 % 60, n % 60), turn * addresses + n + 1);
            let place = format!("\"log\":{{\"file\":{{\"path\":\"{}.log\"}},\"line\":{line}}}", n % 3);
            let tags = if n % 5 == 0 { "\"http_404\",\"zeta\"" } else { "\"ssh_failed\"" };
            writeln!(
                lines,
                "{{\"schema\":\"soar.event/1\",\"@timestamp\":\"{at}\",\"source\":{{\"ip\":\"{ip}\"}},{place},\"tags\":[{tags}]}}"
            )
            .expect("a String takes all");
        }
    }
    lines
}

const LITTLE: [&str; 2] = ["--memory", "64M"];

#[test]
fn hosts_that_memory_has_no_room_for_come_out_as_they_would() {
    let input = events(20_000);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &input).expect("written");
    let folder = tempfile::tempdir().expect("a folder");
    for flags in [&["-q"][..], &["-q", "--partial", "--window", "1m", "--rule", "r=.ssh_failed > 1 or .zeta > 1", "--explain"]] {
        let whole = filter("soar-score").args(flags).arg(file.path()).output().expect("it runs");
        let little = filter("soar-score").args(flags).args(LITTLE).arg(file.path()).env("TMPDIR", folder.path()).output().expect("it runs");
        assert_eq!((code(&whole), code(&little), &*text(&little.stderr)), (0, 0, ""));
        assert!(whole.stdout == little.stdout, "{flags:?}");
        assert_eq!(text(&little.stdout).lines().count(), 20_000);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}

/// What soar-score with `flags` takes at its peak.
fn peak_bytes(flags: &str, input: &Path, out: &Path) -> u64 {
    peak_bytes_of("soar-score", flags, input, out)
}

/// What the filter `name` with `flags` takes at its peak, in bytes, as /usr/bin/time would say; it writes to `out`.
pub fn peak_bytes_of(name: &str, flags: &str, input: &Path, out: &Path) -> u64 {
    let line = format!(
        "python3 -c 'import resource,subprocess,sys
subprocess.run(sys.argv[2:],stdout=open(sys.argv[1],\"wb\"),check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' {} {} -q --threads 2 {flags} {}",
        out.display(),
        bin(name).display(),
        input.display()
    );
    let output = bash(&line);
    let kibibytes: u64 = text(&output.stdout).trim().parse().unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    kibibytes << 10
}

#[test]
fn hosts_that_take_more_than_the_bound_are_counted_below_it() {
    const BOUND: u64 = 64 << 20;
    let folder = tempfile::tempdir().expect("a folder");
    let [input, whole, little] = ["input", "whole", "little"].map(|name| folder.path().join(name));
    let lines = (0..200_000_u128).fold(String::new(), |mut lines, n| {
        let ip = Ipv6Addr::from_bits(0x2001_0db8 << 96 | n);
        writeln!(lines, "{{\"schema\":\"soar.event/1\",\"source\":{{\"ip\":\"{ip}\"}},\"tags\":[\"ssh_failed\"]}}")
            .expect("a String takes all");
        lines
    });
    std::fs::write(&input, lines).expect("written");
    let free = peak_bytes("", &input, &whole);
    let bound = peak_bytes("--memory 64M", &input, &little);
    assert!(free > BOUND && bound < BOUND, "{free} bytes without --memory, {bound} with it");
    assert!(std::fs::read(&whole).expect("hosts") == std::fs::read(&little).expect("hosts"));
}

#[test]
fn a_signal_writes_the_hosts_of_what_was_read_and_leaves_no_file() {
    let input = events(20_000);
    let whole = run(filter("soar-score").arg("-q"), input.as_bytes());
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = filter("soar-score");
    command.args(LITTLE).env("TMPDIR", folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(format!("{input}{{the end\n").as_bytes()).expect("written");
    // Its complaint about the last line says that it has read everything; stdin stays open.
    let mut said = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    assert!(said.any(|line| line.is_ok_and(|line| line.contains("malformed record"))));
    assert!(bash(&format!("kill -TERM {}", child.id())).status.success());
    let rest = std::thread::spawn(move || said.count());
    let mut written = Vec::new();
    child.stdout.take().expect("a pipe").read_to_end(&mut written).expect("read");
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
    assert!(written == whole.stdout);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    rest.join().expect("the rest of stderr");
    drop(stdin);
}

/// What a run with little memory over `input` says, as `line` of bash starts it.
fn fails(line: &str, input: &str) -> Output {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), input).expect("written");
    bash(&format!("{line} {} -q --memory 64M {}", bin("soar-score").display(), file.path().display()))
}

#[test]
fn a_disk_without_room_for_the_hosts_is_an_error_that_names_the_folder() {
    let input = events(20_000);
    // The shell's limit stands for a full disk.
    for (line, reason) in [
        ("trap '' XFSZ; ulimit -f 64; TMPDIR=/tmp", "temporary file in /tmp (TMPDIR names another folder): cannot write: File too large"),
        ("TMPDIR=/no/such", "temporary file in /no/such (TMPDIR names another folder): cannot write: No such file or directory"),
    ] {
        let output = fails(line, &input);
        assert_eq!((code(&output), output.stdout.len()), (2, 0), "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), format!("soar-score: {reason}\n"));
    }
}

#[test]
fn a_size_that_is_none_and_a_live_run_are_refused() {
    let wanted = "expected a size of at least 64M: a whole number and K, M, G or T (powers of 1024), as in 2G";
    for (flags, message) in [
        (&["--memory", "much"][..], format!("--memory much: {wanted}")),
        (&["--memory", "1.5G"], format!("--memory 1.5G: {wanted}")),
        (&["--memory", "63M"], format!("--memory 63M: {wanted}")),
        (&["--memory", "1G", "--live"], "--memory cannot be used with --live; use --max-hosts".to_owned()),
    ] {
        let output = run(filter("soar-score").args(flags), b"");
        assert_eq!((code(&output), text(&output.stderr)), (2, format!("soar-score: {message}\n")));
    }
}

#[test]
fn live_hosts_that_are_mostly_ipv6_addresses_are_better_counted_by_network() {
    let line = |flags: &[&str]| {
        let mut command: Command = filter("soar-score");
        let output = run(command.args(["--live", "--max-hosts", "32"]).args(flags), events(64).as_bytes());
        assert_eq!(code(&output), 0);
        text(&output.stderr).matches("--group-v6 64").count()
    };
    assert_eq!((line(&[]), line(&["--group-v6", "128"])), (1, 0));
}
