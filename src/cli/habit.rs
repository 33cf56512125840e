//! Flags that people know from nmap: which of ours does the same, or why there is none.
//!
//! Takes the flag that was not understood, gives the answer. Never makes such a flag do anything: a flag that is half of what it is
//! elsewhere does harm.
//!
//! **Source:** nmap 7.9x, `nmap --help` and the nmap book, "Options Summary".

/// How a flag of nmap begins, and the answer; the longest that fits counts.
const HABITS: &[(&str, &str)] = &[
    ("-iL", "targets are read from FILE or stdin: soar-scan --targets FILE"),
    ("-iR", "random targets are not supported: give addresses, one a line, with --targets"),
    ("-sL", "use --dry-run, which prints what would be scanned"),
    ("-sn", "there is no ping scan; use --dry-run to list hosts, or -p 22,80,443 to probe them"),
    ("-sP", "there is no ping scan; use --dry-run to list hosts, or -p 22,80,443 to probe them"),
    ("-sT", "omit it: TCP connects are the only scan"),
    ("-sS", "omit it: TCP connects are the only scan, and need no root"),
    ("-sU", "UDP is not scanned"),
    ("-sV", "use --banner, which adds the first text that a service sends; versions are not detected"),
    ("-sC", "there are no scripts; --banner adds the first text that a service sends"),
    ("-s", "TCP connects are the only scan"),
    ("-Pn", "omit it: hosts are not pinged, all in --scope are scanned"),
    ("-P0", "omit it: hosts are not pinged, all in --scope are scanned"),
    ("-PN", "omit it: hosts are not pinged, all in --scope are scanned"),
    ("-P", "hosts are not pinged: all in --scope are scanned"),
    ("-F", "use --top-ports 100"),
    ("-r", "the order is random; --seed N fixes it"),
    ("-n", "omit it: names are never resolved"),
    ("-R", "names are never resolved"),
    ("-T", "timing adapts to the answers; --timeout-ms, --rate, --max-per-host and --retries limit it"),
    ("-oX", "pipe into jq -rf adapters/nmap-xml.jq > FILE"),
    ("-oG", "pipe into jq -rf adapters/nmap-grepable.jq > FILE"),
    ("-oN", "pipe into soar-report, or jq; stdout is NDJSON (> FILE)"),
    ("-oA", "write NDJSON (> FILE); adapters/nmap-xml.jq converts it to -oX, nmap-grepable.jq to -oG"),
    ("-oJ", "omit it: stdout is NDJSON (> FILE)"),
    ("-o", "stdout is NDJSON (> FILE); adapters/nmap-xml.jq converts it to nmap's -oX"),
    ("-v", "progress is shown on a terminal; --reason adds details of each port, -q silences messages"),
    ("-d", "--reason adds why a port is in its state, --stats FILE writes statistics of the run"),
    ("-A", "use --banner; systems and versions are not detected, routes are not traced"),
    ("-O", "operating systems are not detected"),
    ("-6", "omit it: IPv6 targets need no flag"),
    ("-S", "addresses are not spoofed"),
    ("-D", "addresses are not spoofed"),
    ("-f", "the kernel makes the packets"),
    ("-g", "the kernel chooses the source port"),
    ("-e", "the kernel chooses the route; a link-local address includes its interface: fe80::1%eth0"),
    ("-b", "FTP bounce scans are not supported"),
    ("--open", "use jq: jq -c 'select(.scan.open_ports != [])'"),
    ("--excludefile", "use --exclude FILE"),
    ("--port-ratio", "use --top-ports N"),
    ("--min-rate", "there is no minimum rate: probes are as fast as answers and --rate N allow"),
    ("--max-rate", "use --rate N"),
    ("--max-retries", "use --retries N"),
    ("--host-timeout", "there is no timeout per host; --timeout-ms and --retries limit each port"),
    ("--scan-delay", "use --rate N, and --max-per-host 1"),
    ("--max-scan-delay", "use --rate N"),
    ("--min-parallelism", "use --concurrency N"),
    ("--max-parallelism", "use --concurrency N"),
    ("--min-hostgroup", "hosts are scanned in parallel: --concurrency N, --max-per-host N"),
    ("--max-hostgroup", "hosts are scanned in parallel: --concurrency N, --max-per-host N"),
    ("--min-rtt-timeout", "use --min-timeout-ms MS"),
    ("--max-rtt-timeout", "use --timeout-ms MS"),
    ("--initial-rtt-timeout", "use --timeout-ms MS: the first try of an unknown host waits half of it"),
    ("--script", "there are no scripts; --banner adds the first text that a service sends"),
    ("--version-", "versions are not detected; --banner adds the first text that a service sends"),
    ("--osscan", "operating systems are not detected"),
    ("--traceroute", "routes are not traced"),
    ("--randomize-hosts", "omit it: the order is always random (--seed N)"),
    ("--system-dns", "names are never resolved"),
    ("--dns-servers", "names are never resolved"),
    ("--append-output", "use >> FILE"),
    ("--resume", "a run cannot be resumed; finished hosts are written when it is interrupted"),
    ("--packet-trace", "--reason says why a port is in its state"),
    ("--iflist", "use ip link"),
    ("--stats-every", "progress is shown on a terminal"),
    ("--privileged", "omit it: no privileges are needed"),
    ("--unprivileged", "omit it: no privileges are needed"),
    ("--defeat-", "only connections are sent: use --rate N"),
    ("--source-port", "the kernel chooses the source port"),
    ("--spoof-mac", "addresses are not spoofed"),
    ("--data", "no data is sent"),
    ("--ttl", "the kernel makes the packets"),
    ("--badsum", "the kernel makes the packets"),
];

/// What to say of `flag`, which is not ours and stands among `arguments`; `None` where nmap has none like it either.
///
/// ```
/// let answer = soar_light::cli::habit::answer("-i", ["-iL"].into_iter());
/// assert_eq!(answer.as_deref(), Some("-iL is nmap's: targets are read from FILE or stdin: soar-scan --targets FILE"));
/// ```
pub fn answer<'a>(flag: &str, mut arguments: impl Iterator<Item = &'a str>) -> Option<String> {
    // Of `-iL` clap names the first letter.
    let is_cluster = |argument: &str| flag.len() == 2 && !argument.starts_with("--") && argument.starts_with(flag);
    let given = arguments.find(|&argument| argument == flag || argument.split('=').next() == Some(flag) || is_cluster(argument))?;
    let fits = |start: &str| match start.strip_prefix("--") {
        Some(_) if start.ends_with('-') || matches!(start, "--script" | "--osscan" | "--data") => given.starts_with(start),
        Some(_) => given.split('=').next() == Some(start),
        None => given.starts_with(start),
    };
    let (_, answer) = HABITS.iter().filter(|(start, _)| fits(start)).max_by_key(|(start, _)| start.len())?;
    Some(format!("{given} is nmap's: {answer}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_habit_that_fits_answers() {
        let says = |flag: &str, argument: &str| answer(flag, [argument].into_iter());
        for (flag, argument, start) in [
            ("-i", "-iL", "-iL is nmap's: targets are read"),
            ("-i", "-iLhosts.txt", "-iLhosts.txt is nmap's: targets are read"),
            ("-s", "-sV", "-sV is nmap's: use --banner"),
            ("-s", "-sZ", "-sZ is nmap's: TCP connects are the only scan"),
            ("-T", "-T4", "-T4 is nmap's: timing adapts"),
            ("-o", "-oX", "-oX is nmap's: pipe into jq -rf adapters/nmap-xml.jq"),
            ("-P", "-PS22", "-PS22 is nmap's: hosts are not pinged"),
            ("--min-rate", "--min-rate=100", "--min-rate=100 is nmap's: there is no minimum rate"),
            ("--script-args", "--script-args", "--script-args is nmap's: there are no scripts"),
        ] {
            let text = says(flag, argument).unwrap_or_default();
            assert!(text.starts_with(start), "{argument}: {text}");
        }
        for (flag, argument) in [("--opened", "--opened"), ("-z", "-z"), ("--open", "-o")] {
            assert_eq!(says(flag, argument), None, "{argument}");
        }
    }

    #[test]
    fn no_habit_stands_twice() {
        for (start, _) in HABITS {
            assert_eq!(HABITS.iter().filter(|(other, _)| other == start).count(), 1, "{start}");
        }
    }
}
