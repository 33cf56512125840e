//! Files of networks: one a line, CSV, netsets, Tor's exit lists, JSON and NDJSON.
//!
//! Takes a file, hands its networks on, and names each line that has none. Lines are read one by one, so a file may be of any length; a document of JSON is held
//! whole.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::IpAddr;
use std::path::Path;

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::base::error::{Error, Result};
use crate::base::escape::{QUOTED, shorten};
use crate::base::issue_counter::IssueCounter;
use crate::base::net::{self, Span, canonical, parse_spans};
use crate::enrich::list::{Network, json, networks_between};

/// What is wrong with a file.
#[derive(Debug, Default)]
pub(crate) struct ListIssues {
    /// Lines without a network, and why.
    pub lines: IssueCounter<String>,
    /// How many networks there were.
    pub networks: u64,
}

/// Hands the networks of the file at `path` to `take`.
///
/// # Errors
/// [`Error::Read`] for a file that cannot be read, or has no network in it.
pub(crate) fn read_file(path: &Path, mut take: impl FnMut(Network)) -> Result<ListIssues> {
    let shown = path.display().to_string();
    let failed = |error: &std::io::Error| Error::read(&shown, error);
    let file = File::open(path).map_err(|error| failed(&error))?;
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let mut issues = ListIssues::default();
    let mut count = 0;
    {
        let mut take = |network: Network| {
            count += 1;
            take(network);
        };
        let start = reader.fill_buf().map_err(|error| failed(&error))?;
        let first = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start().first().copied();
        if matches!(first, Some(b'{' | b'[')) {
            read_json(reader, &mut take, &mut issues.lines).map_err(|error| failed(&error))?;
        } else {
            read_lines(reader, &mut take, &mut issues.lines).map_err(|error| failed(&error))?;
        }
    }
    issues.networks = count;
    if count == 0 {
        let reason = issues.lines.first.first().map_or_else(String::new, |(line, reason)| format!(" (line {line}: {reason})"));
        return Err(Error::Read { path: shown, reason: format!("there is no network in it{reason}") });
    }
    Ok(issues)
}

/// A document, or one a line.
fn read_json(mut reader: impl BufRead, take: &mut dyn FnMut(Network), issues: &mut IssueCounter<String>) -> std::io::Result<()> {
    let mut text = Vec::new();
    reader.read_to_end(&mut text)?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let mut read = |number: u64, mut document: Value, issues: &mut IssueCounter<String>| {
        document.sort_all_objects();
        json::read(&document, take, &mut |place, reason| issues.add(number, format!("{place}: {reason}")));
    };
    let whole = match serde_json::from_slice::<Value>(text) {
        Ok(document) => {
            read(1, document, issues);
            return Ok(());
        }
        Err(error) => error,
    };
    let lines = || text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    // Of a document that is cut off, the place where it breaks off is told.
    if lines().find(|line| !line.is_empty()).is_none_or(|first| serde_json::from_slice::<IgnoredAny>(first).is_err()) {
        issues.add(whole.line() as u64, format!("not JSON: {whole}"));
        return Ok(());
    }
    for (number, line) in (1..).zip(lines()).filter(|(_, line)| !line.is_empty()) {
        match serde_json::from_slice::<Value>(line) {
            Ok(document) => read(number, document, issues),
            Err(error) => issues.add(number, format!("not JSON: {error}")),
        }
    }
    Ok(())
}

fn read_lines(mut reader: impl BufRead, take: &mut dyn FnMut(Network), issues: &mut IssueCounter<String>) -> std::io::Result<()> {
    let (mut line, mut number, mut is_first) = (Vec::new(), 0, true);
    loop {
        line.clear();
        number += 1;
        if reader.by_ref().take(MOST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line));
        let text = text.trim();
        if text.is_empty() || text.starts_with(['#', ';']) || text.starts_with("//") {
            continue;
        }
        match read_line(text, take) {
            Err(_) if std::mem::take(&mut is_first) && is_heading(text) => {}
            Err(reason) => issues.add(number, reason),
            Ok(()) => is_first = false,
        }
    }
}

/// A longer line is cut, and what is behind is a line of its own: no line of a list is nearly as long.
const MOST_LINE: u64 = 1 << 16;

/// What a line of Tor's `exit-addresses` may begin with that names no address; and the one that does.
const TOR_OTHER: [&str; 3] = ["ExitNode ", "Published ", "LastStatus "];
const TOR_ADDRESS: &str = "ExitAddress ";

/// Whether a line without a network can be the heading of a table: names between commas, no number.
fn is_heading(line: &str) -> bool {
    line.contains([',', ';', '\t']) && !line.bytes().any(|byte| byte == b'/') && line.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn read_line(line: &str, take: &mut dyn FnMut(Network)) -> std::result::Result<(), String> {
    if TOR_OTHER.iter().any(|word| line.starts_with(word)) {
        return Ok(());
    }
    let line = line.strip_prefix(TOR_ADDRESS).unwrap_or(line);
    let uncommented =
        line.find([';', '#']).filter(|&at| line[..at].ends_with(char::is_whitespace)).map_or(line, |at| line[..at].trim_end());
    let first = uncommented.split(char::is_whitespace).next().unwrap_or_default();
    if let Some(network) = parse_quickly(first).filter(|_| !uncommented[first.len()..].trim_start().starts_with('-')) {
        take(network);
        return Ok(());
    }
    if uncommented.contains([',', '\t', ';']) {
        return read_fields(uncommented, take);
    }
    parse_networks(uncommented, take)
        .or_else(|reason| if first == uncommented { Err(reason) } else { parse_networks(first, take).map_err(|_| reason) })
}

/// A line of a table: the first field that is a network, or two that are the ends of a range.
fn read_fields(line: &str, take: &mut dyn FnMut(Network)) -> std::result::Result<(), String> {
    let fields: Vec<_> = line.split([',', '\t', ';']).map(|field| field.trim().trim_matches('"')).collect();
    let address = |field: &str| net::parse_address(field.as_bytes());
    for (nth, field) in fields.iter().enumerate() {
        if let (Some(first), Some(last)) = (address(field), fields.get(nth + 1).and_then(|next| address(next)))
            && first.is_ipv4() == last.is_ipv4()
            && first <= last
        {
            networks_between(first, last, take);
            return Ok(());
        }
        if field.contains(['.', ':']) && parse_networks(field, take).is_ok() {
            return Ok(());
        }
    }
    Err(format!("no address or network in {}", shorten(line, QUOTED)))
}

/// An address, `address/bits` or a range, as networks.
///
/// # Errors
/// A sentence that quotes what is none.
pub(crate) fn parse_networks(text: &str, take: &mut dyn FnMut(Network)) -> std::result::Result<(), String> {
    if let Some(network) = parse_quickly(text) {
        take(network);
        return Ok(());
    }
    for (text, span) in parse_spans(text)? {
        match span {
            Span::Range { first, last, .. } => networks_between(first, last, &mut *take),
            Span::Octets(_) => return Err(format!("not a network: {}", shorten(&text, QUOTED))),
        }
    }
    Ok(())
}

/// What nearly all lines are: an address, or one with a number of bits. A mapped network is read by its range, since it is one of IPv4.
fn parse_quickly(text: &str) -> Option<Network> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let named = net::parse_ipv4(address.as_bytes()).map(IpAddr::V4).or_else(|| address.parse().ok().filter(|ip| canonical(*ip) == *ip))?;
    let most = if named.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        None => most,
        Some(bits) => bits.parse().ok().filter(|&parsed| parsed <= most && bits.len() <= 3 && !bits.starts_with('+'))?,
    };
    let first = match named {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & u32::MAX.checked_shl(u32::from(32 - bits)).unwrap_or(0)).into()),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & u128::MAX.checked_shl(u32::from(128 - bits)).unwrap_or(0)).into()),
    };
    Some(Network { first, bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(text: &str) -> (Vec<String>, Vec<(u64, String)>) {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        let mut found = Vec::new();
        match read_file(file.path(), |network| found.push(format!("{}/{}", network.first, network.bits))) {
            Ok(issues) => (found, issues.lines.first),
            Err(error) => (found, vec![(0, error.to_string().rsplit(": ").next().unwrap_or_default().to_owned())]),
        }
    }

    #[test]
    fn every_kind_of_file_is_read() {
        for (kind, text, expected) in [
            (
                "plain",
                "\u{feff}192.0.2.0/24\r\n\n# c\n2001:DB8::1 # d\n192.0.2.7/25\n",
                &["192.0.2.0/24", "2001:db8::1/128", "192.0.2.0/25"][..],
            ),
            ("Spamhaus DROP text", "; Spamhaus DROP\n192.0.2.0/24 ; SBL1\n198.51.100.0/24 ; SBL2\n", &["192.0.2.0/24", "198.51.100.0/24"]),
            (
                "Spamhaus DROP",
                "{\"cidr\":\"192.0.2.0/24\",\"sblid\":\"SBL1\"}\n{\"cidr\":\"2001:db8::/32\"}\n{\"type\":\"metadata\",\"timestamp\":1,\"size\":2}\n",
                &["192.0.2.0/24", "2001:db8::/32"],
            ),
            ("FireHOL", "#\n# firehol_level1\n#\n192.0.2.0/24\n198.51.100.7\n", &["192.0.2.0/24", "198.51.100.7/32"]),
            ("Tor bulk exit list", "192.0.2.1\n192.0.2.2\n", &["192.0.2.1/32", "192.0.2.2/32"]),
            (
                "Tor exit-addresses",
                "ExitNode 00FF\nPublished 2026-01-01 00:00:00\nLastStatus 2026-01-01 00:00:00\nExitAddress 192.0.2.1 2026-01-01 00:00:00\n",
                &["192.0.2.1/32"],
            ),
            ("CSV with a heading", "network,country\n192.0.2.0/24,FR\n\"2001:db8::/32\",\"FR\"\n", &["192.0.2.0/24", "2001:db8::/32"]),
            (
                "CSV of ranges",
                "192.0.2.0,192.0.2.255,FR\n2001:db8::,2001:db8::ffff,FR\n192.0.2.1,192.0.2.2,X\n",
                &["192.0.2.0/24", "2001:db8::/112", "192.0.2.1/32", "192.0.2.2/32"],
            ),
            (
                "CSV, not first",
                "\"first_seen\",\"dst_ip\",\"dst_port\"\n\"2026-01-01 00:00:00\",\"192.0.2.1\",\"443\"\n",
                &["192.0.2.1/32"],
            ),
            ("geofeed", "192.0.2.0/24,FR,FR-IDF,Paris,\n", &["192.0.2.0/24"]),
            ("ranges", "192.0.2.0-192.0.2.127\n192.0.2.128 - 192.0.2.255\n", &["192.0.2.0/25", "192.0.2.128/25"]),
            ("mapped", "::ffff:192.0.2.0/120\n", &["192.0.2.0/24"]),
            ("a document", " {\n \"prefixes\": [\n {\"ipv4Prefix\": \"192.0.2.0/27\"}\n ]\n}\n", &["192.0.2.0/27"]),
            ("a list", "[\"192.0.2.0/27\"]", &["192.0.2.0/27"]),
        ] {
            let (found, wrong) = networks(text);
            assert_eq!((&found.iter().map(|text| &**text).collect::<Vec<_>>()[..], wrong), (expected, Vec::new()), "{kind}");
        }
    }

    #[test]
    fn a_wrong_line_is_named_and_the_others_are_read() {
        for (text, found, line, reason) in [
            (
                "192.0.2.1\nnonsense\n192.0.2.2\n",
                2,
                2,
                "not an address, CIDR or range: nonsense (names are not resolved: write the address)",
            ),
            ("192.0.2.1\n192.0.2.0/33\n", 1, 2, "not a CIDR: 192.0.2.0/33: \"33\" is not a number of bits from 0 to 32"),
            ("network,x\n192.0.2.0/24,a\nb,c\n", 1, 3, "no address or network in b,c"),
            (
                "{\"cidr\":\"192.0.2.0/24\"}\n{\"cidr\":\n{\"cidr\":\"x/9\"}\n",
                1,
                2,
                "not JSON: EOF while parsing a value at line 1 column 8",
            ),
            ("nothing\n", 0, 0, "write the address))"),
            ("", 0, 0, "there is no network in it"),
            ("{\"prefixes\":[\n{\"ipv4Prefix\":\"192.0.2.0/27\"},\n{\"ipv4", 0, 0, "EOF while parsing a string at line 3 column 6)"),
        ] {
            let (networks, wrong) = networks(text);
            assert_eq!(networks.len(), found, "{text}");
            let (number, said) = &wrong[0];
            assert!(*number == line && (said == reason || reason.ends_with(said.as_str()) || said.ends_with(reason)), "{text}: {wrong:?}");
        }
    }
}
