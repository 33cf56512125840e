//! Writes logs of any size from a seed, for benchmarks: the same arguments give the same bytes.
//!
//! `corpus access MEBIBYTES CLIENTS SEED` writes a combined access log: 8% of status 404, 12% of bots; pages, referrers and agents are
//! as many and as often the same as in real logs, so that it packs as they do (about 10:1). `corpus auth ...`
//! writes an sshd log of which every second line is a failed password, `corpus guesses ...` one as sshd writes it under attack, with all lines of a try (26%
//! failed passwords), `corpus hosts ...` one host for each client, as soar-scan writes them, `corpus events ...` one event. Clients of logs are drawn with a Zipf-like law, from the documentation and benchmark ranges.

use std::error::Error;
use std::io::{self, BufWriter, Write};

/// The splitmix64 generator. **Source:** Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// A rank from 0 to `count - 1`, with a probability that falls about as 1/rank.
    fn rank(&mut self, count: u64) -> u64 {
        let bits = 64 - count.leading_zeros();
        let most = 1 << self.below(u64::from(bits) + 1);
        self.below(most.min(count))
    }
}

/// Agents of people's programs, one a line.
const PEOPLE: &str = include_str!("../tests/agents/people.txt");
const BOTS: &[&str] = &[
    "Mozilla/5.0 (compatible; ExampleSearchBot/2.{}; +https://search.example/bot.html)",
    "HarvestCrawler/1.{} (+https://harvest.example)",
    "ArchiveSpider/0.{}",
];
const USERS: &[&str] = &["root", "admin", "oracle", "test", "ubuntu", "postgres", "git", "backup"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, mebibytes, clients, seed] = arguments.as_slice() else {
        return Err("usage: corpus access|auth|guesses|hosts|events MEBIBYTES CLIENTS SEED".into());
    };
    let (size, clients) = (mebibytes.parse::<u64>()? << 20, clients.parse()?);
    let mut random = Random(seed.parse()?);
    // Those that a search for bots would not take for one.
    let is_plain = |agent: &&str| !agent.starts_with('#') && !agent.is_empty() && !agent.to_lowercase().contains("bot");
    let people: Vec<_> = PEOPLE.lines().filter(is_plain).collect();
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let (mut written, mut line, mut number) = (0, String::new(), 0);
    let is_per_client = matches!(kind.as_str(), "hosts" | "events");
    while written < size && (!is_per_client || number < clients) {
        line.clear();
        match kind.as_str() {
            "access" => access_line(&mut line, number, clients, &people, &mut random),
            "auth" => auth_line(&mut line, number, clients, &mut random),
            "guesses" => guess_lines(&mut line, number, clients, &mut random),
            "hosts" => host_line(&mut line, number, clients, &mut random),
            "events" => event_line(&mut line, number),
            _ => return Err("the kind is access, auth, guesses, hosts or events".into()),
        }
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
        number += 1;
    }
    out.flush()?;
    Ok(())
}

/// 198.18.0.0/15 is set aside for benchmarks (RFC 2544); past it, 10.0.0.0/8 is used.
fn address(rank: u64) -> String {
    let bytes = if rank < 1 << 17 { 0xc612_0000 + rank } else { 0x0a00_0000 + (rank & 0x00ff_ffff) };
    let [.., a, b, c, d] = bytes.to_be_bytes();
    format!("{a}.{b}.{c}.{d}")
}

/// A page of the site, those of the first ranks far more often than the others.
fn page(random: &mut Random) -> u64 {
    random.rank(20_000)
}

fn access_line(line: &mut String, number: u64, clients: u64, people: &[&str], random: &mut Random) {
    let second = number / 50;
    let pick = |list: &[&str], at: u64| list[usize::try_from(at).unwrap_or(0) % list.len()].to_owned();
    let agent = match random.below(100) {
        ..12 => pick(BOTS, random.next()).replace("{}", &random.rank(40).to_string()),
        _ => pick(people, random.rank(people.len() as u64)),
    };
    let referrer = match random.below(10) {
        ..4 => "-".to_owned(),
        4..7 => format!("https://www.example.org/catalogue/item-{}.html", page(random)),
        _ => format!("https://search{}.example/results?q=item+{}", random.rank(20), random.rank(400)),
    };
    // A page has one size; what is missing is asked for by ever new names.
    let (path, status, size) = if random.below(100) < 8 {
        (format!("/old/{}/item-{}.html", random.below(90), random.below(100_000)), 404, 512)
    } else {
        let page = page(random);
        (format!("/catalogue/item-{page}.html"), 200, Random(page).below(60_000))
    };
    line.push_str(&format!(
        "{} - - [{:02}/Mar/2026:{:02}:{:02}:{:02} +0000] \"GET {path} HTTP/1.1\" {status} {size} \"{referrer}\" \"{agent}\"\n",
        address(random.rank(clients)),
        second / 86400 % 28 + 1,
        second / 3600 % 24,
        second / 60 % 60,
        second % 60,
    ));
}

fn auth_line(line: &mut String, number: u64, clients: u64, random: &mut Random) {
    let second = number / 20;
    let user = USERS[usize::try_from(random.below(8)).unwrap_or(0)];
    let (client, port) = (address(random.rank(clients)), 32_768 + random.below(28_000));
    let message = match random.below(10) {
        0..=3 => format!("Failed password for {user} from {client} port {port} ssh2"),
        4 => format!("Failed password for invalid user {user} from {client} port {port} ssh2"),
        5 => format!("Invalid user {user} from {client} port {port}"),
        6 => format!("Received disconnect from {client} port {port}:11: Bye Bye [preauth]"),
        7 => format!("Connection closed by authenticating user {user} {client} port {port} [preauth]"),
        8 => format!("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={client}  user={user}"),
        _ => format!("Disconnected from authenticating user {user} {client} port {port} [preauth]"),
    };
    line.push_str(&format!(
        "Mar {:2} {:02}:{:02}:{:02} gate sshd[{}]: {message}\n",
        second / 86400 % 28 + 1,
        second / 3600 % 24,
        second / 60 % 60,
        second % 60,
        1000 + random.below(60_000),
    ));
}

/// What sshd writes of one client that guesses a password, and now and then what other programs and a user who logs in write.
fn guess_lines(lines: &mut String, number: u64, clients: u64, random: &mut Random) {
    let second = number / 5;
    let user = USERS[usize::try_from(random.below(8)).unwrap_or(0)];
    let (client, port, pid) = (address(random.rank(clients)), 32_768 + random.below(28_000), 1000 + random.below(60_000));
    let day = second / 86400 % 28 + 1;
    let stamp = format!("Mar {day:2} {:02}:{:02}:{:02} gate", second / 3600 % 24, second / 60 % 60, second % 60);
    let mut say = |message: &str| lines.push_str(&format!("{stamp} sshd[{pid}]: {message}\n"));
    let pam = "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=";
    match random.below(20) {
        0 => {
            say(&format!("Accepted publickey for git from {client} port {port} ssh2: ED25519 SHA256:47DEQpj8HBSa"));
            say("pam_unix(sshd:session): session opened for user git(uid=1000) by (uid=0)");
            say("pam_unix(sshd:session): session closed for user git");
        }
        1 => say(&format!("Connection closed by {client} port {port} [preauth]")),
        2 => lines.push_str(&format!("{stamp} CRON[{pid}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)\n")),
        3..8 => {
            say(&format!("Invalid user {user} from {client} port {port}"));
            say("pam_unix(sshd:auth): check pass; user unknown");
            say(&format!("{pam}{client} "));
            say(&format!("Failed password for invalid user {user} from {client} port {port} ssh2"));
            say(&format!("Disconnected from invalid user {user} {client} port {port} [preauth]"));
        }
        _ => {
            say(&format!("{pam}{client}  user=root"));
            say(&format!("Failed password for root from {client} port {port} ssh2"));
            say(&format!("Received disconnect from {client} port {port}:11: Bye Bye [preauth]"));
        }
    }
}

/// A host: the highest score first, one of fifty suspicious and scanned.
fn host_line(line: &mut String, number: u64, clients: u64, random: &mut Random) {
    let score = 1 + 200_000 / (number + 1) + (clients - number) * 40 / clients;
    let (missing, bots) = (score * 2 / 3, score - score * 2 / 3);
    let is_suspicious = number * 50 < clients;
    let rules = if is_suspicious { "\"aggressive_bot\"" } else { "" };
    line.push_str(&format!(
        "{{\"schema\":\"soar.host/1\",\"ip\":\"{}\",\"score\":{score},\"reason\":\"http_404\",\"suspicious\":{is_suspicious},\"rules\":[{rules}],\
         \"signals\":{{\"ssh_failed\":0,\"http_404\":{missing},\"http_bot\":{bots},\"ssh_accepted\":0}},\
         \"first_seen\":\"2026-03-{:02}T00:00:{:02}Z\",\"last_seen\":\"2026-03-28T{:02}:00:00Z\",\"evidence\":[",
        address(number),
        1 + random.below(27),
        random.below(60),
        random.below(24),
    ));
    for (place, signal) in ["http_404", "http_404", "http_bot"].into_iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        line.push_str(&format!(
            "{comma}{{\"signal\":\"{signal}\",\"at\":\"2026-03-27T00:{:02}:00Z\",\"file\":\"access.log\",\"line\":{}}}",
            random.below(60),
            1 + random.below(9_000_000)
        ));
    }
    line.push(']');
    if is_suspicious {
        let ports = ["22", "80,443", "22,80", ""][usize::try_from(random.below(4)).unwrap_or(0)];
        line.push_str(&format!(
            ",\"scan\":{{\"status\":\"complete\",\"open_ports\":[{ports}],\"closed\":5,\"filtered\":0,\"unknown\":0,\"started_at\":\"2026-03-29T00:00:00Z\",\"duration_ms\":12}}"
        ));
    }
    line.push_str("}\n");
}

fn event_line(line: &mut String, number: u64) {
    let (minute, second) = (number / 60 % 60, number % 60);
    line.push_str(&format!(
        "{{\"schema\":\"soar.event/1\",\"@timestamp\":\"2026-03-01T00:{minute:02}:{second:02}Z\",\
         \"event\":{{\"dataset\":\"sshd.auth\",\"action\":\"ssh_login\",\"outcome\":\"failure\"}},\
         \"source\":{{\"ip\":\"{}\",\"port\":40000}},\"user\":{{\"name\":\"root\"}},\
         \"log\":{{\"file\":{{\"path\":\"auth.log\"}},\"line\":{}}},\"tags\":[\"ssh_failed\"]}}\n",
        address(number),
        number + 1
    ));
}
