//! Writes lines that were made to be slow to read, for benchmarks: `hostile FAMILY LINE_BYTES MEBIBYTES`; `hostile list`
//! names the families. Each is one text repeated to the length of the line, between what makes it look like a log's.

use std::error::Error;
use std::io::{self, BufWriter, Write};

const SSHD: &str = "Jan  2 03:04:05 lab sshd[7]: ";
const WEB: &str = "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] ";
const AGENT: &str = "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.1\" 404 5 \"-\" \"";

/// Name, what stands before, what is repeated, what stands behind.
const FAMILIES: &[(&str, [&str; 4])] = &[
    ("sshd-from", [SSHD, "Failed password for ", " from 192.0.2.9 port 22 ssh2", " x"]),
    ("sshd-info", [SSHD, "Failed publickey for ", " ssh2: ", " from 192.0.2.1 port 22 ssh2: RSA x"]),
    ("sshd-peer", [SSHD, "Disconnecting invalid user ", " 192.0.2.9 port 22: ", ""]),
    ("sshd-port", [SSHD, "Disconnecting invalid user ", "a port ", ""]),
    ("sshd-colon", [SSHD, "Unable to negotiate with ", ": ", ""]),
    ("sshd-for", [SSHD, "PAM: ", " for ", " from x y"]),
    ("sshd-refused", [SSHD, "refused connect from ", "(192.0.2.9)", ""]),
    ("sshd-repeat", [SSHD, "", "message repeated 2 times: [ ", ""]),
    ("sshd-rhost", [SSHD, "pam_unix(sshd:auth): authentication failure; ", " rhost=", ""]),
    ("syslog-repeat", ["Jan  2 03:04:05 lab last message repeated ", "", "9", " times"]),
    ("syslog-5424", ["<38>1 - - sshd - - ", "", "[a]", ""]),
    ("web-quotes", [WEB, "\"", "\\\"", "\" 404 5"]),
    ("web-backslashes", [WEB, "\"", "\\", ""]),
    ("web-open-quotes", ["192.0.2.1 - ", "", "\" ", ""]),
    ("web-user", ["192.0.2.1 - ", "", "[", " [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.1\" 404 5"]),
    ("web-forwarded", [AGENT, "x\" \"", "10.0.0.1,", "\""]),
    ("agent-compatible", [AGENT, "", "compatible; (", "\""]),
    ("agent-words", [AGENT, "", "a.b-c+", "\""]),
    ("agent-cubot", [AGENT, "", "cubot", "\""]),
    ("agent-utf8", [AGENT, "", "\u{e9} at a", "\""]),
    ("target-dots", [WEB, "\"GET /?", "../x-dallow_url", " HTTP/1.1\" 404 5"]),
    ("target-percent", [WEB, "\"GET /", "%25", " HTTP/1.1\" 404 5"]),
    ("target-lookup", [WEB, "\"GET /", "${${lower:", " HTTP/1.1\" 404 5"]),
    ("json-arrays", ["{\"request\":", "", "[", ""]),
    ("json-objects", ["", "", "{\"request\":", ""]),
    ("json-key", ["{\"", "", "log.file.path.", "\":1}"]),
    ("json-twice", ["{", "", "\"request\":{\"method\":\"GET\"},", "\"a\":1}"]),
    ("json-escapes", ["{\"stream\":\"x\",\"log\":\"", "", "\\u00e9", "\"}"]),
    ("json-message", ["{\"_COMM\":\"sshd\",\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":[", "", "70,", "70]}"]),
    ("nothing", ["", "", "\0", ""]),
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => FAMILIES.iter().try_for_each(|(name, _)| writeln!(out, "{name}"))?,
        [family, line_bytes, mebibytes] => {
            let (_, [before, opening, filler, after]) = FAMILIES.iter().find(|(name, _)| *name == family).ok_or("no such family")?;
            let room = line_bytes.parse::<usize>()?.saturating_sub(before.len() + opening.len() + after.len() + 1);
            let line = format!("{before}{opening}{}{after}\n", filler.repeat((room / filler.len()).max(1)));
            let lines = ((mebibytes.parse::<usize>()? << 20) / line.len()).max(1);
            (0..lines).try_for_each(|_| out.write_all(line.as_bytes()))?;
        }
        _ => return Err("usage: hostile list | hostile FAMILY LINE_BYTES MEBIBYTES".into()),
    }
    Ok(out.flush()?)
}
