//! The logs and records that are read here: the same in each run.

use std::fmt::Write as _;

use soar_light::base::time::Clock;
use soar_light::io::lines::{LineIndex, Lines};
use soar_light::parse::access::clf::COMBINED;
use soar_light::parse::format::{Arena, Header, ParsedLine};
use soar_light::parse::service::sshd::read_message;
use soar_light::record::event::EventWriter;
use soar_light::record::signal::{SIGNALS, SignalSet};

/// How many lines a sample has.
pub const LINES: usize = 4096;

/// Agents of people's programs, one a line.
const AGENTS: &str = include_str!("../tests/agents/people.txt");

/// Numbers below `limit` that look drawn: the splitmix64 generator's of `nth`.
pub fn drawn(nth: usize, limit: u64) -> u64 {
    let mut z = (nth as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % limit
}

/// A client of the networks that are set aside for benchmarks (RFC 2544).
fn client(nth: usize) -> String {
    let n = drawn(nth, 1 << 17);
    format!("198.{}.{}.{}", 18 + (n >> 16), n >> 8 & 255, n & 255)
}

/// A combined access log: 8% of status 404, every ninth line a bot's.
pub fn access_log() -> Vec<u8> {
    let agents: Vec<_> = AGENTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let mut log = String::new();
    for nth in 0..LINES {
        let status = if drawn(nth, 100) < 8 { 404 } else { 200 };
        let agent = if nth % 9 == 0 { "HarvestCrawler/1.2 (+https://harvest.example)" } else { agents[nth % agents.len()] };
        let (second, page, size) = (nth / 50, drawn(nth, 20_000), drawn(nth, 60_000));
        writeln!(
            log,
            "{} - - [12/Mar/2026:06:{:02}:{:02} +0000] \"GET /catalogue/item-{page}.html HTTP/1.1\" {status} {size} \"https://www.example.org/\" \"{agent}\"",
            client(nth),
            second / 60,
            second % 60,
        )
        .expect("a string");
    }
    log.into_bytes()
}

/// sshd's messages, as an auth log has them: half of them refused passwords.
pub fn sshd_messages() -> Vec<String> {
    let message = |nth: usize| {
        let (client, port) = (client(nth), 32_768 + drawn(nth, 28_000));
        match nth % 10 {
            0..=3 => format!("Failed password for root from {client} port {port} ssh2"),
            4 => format!("Failed password for invalid user admin from {client} port {port} ssh2"),
            5 => format!("Invalid user admin from {client} port {port}"),
            6 => format!("Connection closed by authenticating user root {client} port {port} [preauth]"),
            7 => format!("Received disconnect from {client} port {port}:11: Bye Bye [preauth]"),
            8 => format!("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={client}  user=root"),
            _ => format!("Accepted publickey for git from {client} port {port} ssh2: ED25519 SHA256:c29hciBsaWdodA"),
        }
    };
    (0..LINES).map(message).collect()
}

/// The same messages with what syslog writes before them.
pub fn auth_log() -> Vec<u8> {
    let mut log = String::new();
    for (nth, message) in sshd_messages().iter().enumerate() {
        writeln!(log, "Mar 12 06:{:02}:{:02} lab sshd[{}]: {message}", nth / 1200 % 60, nth / 20 % 60, 1000 + nth).expect("a string");
    }
    log.into_bytes()
}

/// What stands before each of sshd's messages.
pub const HEADER: Header<'static> = Header { time: None, host: b"lab", program: b"sshd", pid: None };

/// What the lines of an access log and sshd's messages are.
pub fn parse<'a>(access_log: &'a [u8], messages: &'a [String], arena: &'a Arena) -> Vec<ParsedLine<'a>> {
    let (mut clock, mut index) = (Clock::new("UTC", None).expect("a zone"), LineIndex::default());
    let requests = Lines::of(access_log, &mut index).map(|line| (COMBINED.read)(&line, arena, &mut clock).expect("a line of the format"));
    let logins = messages.iter().map(|message| ParsedLine::Message(read_message(HEADER, message.as_bytes()).expect("a message of sshd")));
    requests.chain(logins).collect()
}

/// The events of both logs, as soar-parse writes them.
pub fn events() -> Vec<u8> {
    let (log, messages, arena) = (access_log(), sshd_messages(), Arena::default());
    let (mut writer, mut events) = (EventWriter::default(), Vec::new());
    for (number, parsed) in (1..).zip(parse(&log, &messages, &arena)) {
        let tags = SignalSet::default().with(usize::try_from(number).expect("few lines") % SIGNALS.len());
        parsed.write_event(&HEADER, ("some.log", number), tags, &mut writer, &mut events);
    }
    events
}

/// Hosts, as soar-score writes them.
pub fn hosts() -> Vec<u8> {
    let mut hosts = String::new();
    for nth in 0..LINES {
        let (failed, line) = (51 + drawn(nth, 5000), drawn(nth, 1_000_000));
        let evidence = |more: u64| {
            format!(r#"{{"signal":"ssh_failed","at":"2026-03-12T06:00:{:02}Z","file":"auth.log","line":{}}}"#, more, line + more)
        };
        writeln!(
            hosts,
            r#"{{"schema":"soar.host/1","ip":"{}","score":{failed},"reason":"ssh_failed","suspicious":true,"rules":["ssh_bruteforce"],"signals":{{"ssh_failed":{failed},"http_404":0,"http_bot":0,"ssh_accepted":0}},"users":3,"paths":0,"first_seen":"2026-03-12T06:00:00Z","last_seen":"2026-03-12T06:59:59Z","evidence":[{},{},{}]}}"#,
            client(nth),
            evidence(1),
            evidence(2),
            evidence(3),
        )
        .expect("a string");
    }
    hosts.into_bytes()
}

/// The lines of `text`, without their ends.
pub fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split(|&b| b == b'\n').filter(|line| !line.is_empty()).collect()
}
