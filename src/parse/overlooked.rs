//! Lines that were passed over although they may tell of what the parser looks for: those that hold the name of a known program, or a request.
//!
//! They stay what they are, lines of other programs; a run says that there were some, and where the first is.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// What a line that was passed over looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lookalike {
    /// It holds sshd's name and a process id, as its syslog lines do.
    Sshd,
    /// It holds a request to a web server, with its status.
    Request,
}

impl Lookalike {
    /// All of them.
    pub(super) const ALL: [Self; 2] = [Self::Sshd, Self::Request];

    /// What `line` looks like, if it looks like anything.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        if names_sshd(line) {
            return Some(Self::Sshd);
        }
        holds_request(line).then_some(Self::Request)
    }

    /// What people read behind the number of such lines.
    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::Sshd => "of other programs with the name of sshd",
            Self::Request => "of other programs with a request",
        }
    }
}

/// Whether `sshd[77]`, or `sshd-session[77]` and its like, stands in `line`.
fn names_sshd(line: &[u8]) -> bool {
    // Prepared once: that takes longer than the search.
    static NAME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"sshd"));
    NAME.find_iter(line).any(|at| {
        let rest = &line[at + 4..];
        let rest = rest.strip_prefix(b"-session").or_else(|| rest.strip_prefix(b"-auth")).unwrap_or(rest);
        let digits = rest.strip_prefix(b"[").map_or(0, |pid| pid.iter().take_while(|b| b.is_ascii_digit()).count());
        digits > 0 && rest.get(1 + digits) == Some(&b']')
    })
}

/// Whether `GET /a HTTP/1.1" 404`, or another method, stands in `line` behind a quote.
fn holds_request(line: &[u8]) -> bool {
    static PROTOCOL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" HTTP/"));
    PROTOCOL.find_iter(line).any(|at| {
        let rest = &line[at + 6..];
        let version = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let rest = &rest[version..];
        let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
        let is_answered = matches!(rest, [b'"', b' ', b'1'..=b'5', b'0'..=b'9', b'0'..=b'9', ..]);
        version > 0 && is_answered
    })
}

/// How many lines looked like what, and where the first stood.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overlooked {
    counts: [u64; 2],
    first: [Option<u64>; 2],
}

impl Overlooked {
    /// Notes what line `number`, which was passed over, looks like.
    pub(super) fn note(&mut self, line: &[u8], number: u64) {
        if let Some(lookalike) = Lookalike::of(line) {
            self.counts[lookalike as usize] += 1;
            self.first[lookalike as usize].get_or_insert(number);
        }
    }

    /// How many lines look like `lookalike`, and where the first of them is.
    pub(super) fn of(&self, lookalike: Lookalike) -> (u64, Option<u64>) {
        (self.counts[lookalike as usize], self.first[lookalike as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_requests_are_seen_wherever_they_stand() {
        for (line, wanted) in [
            ("2024-01-01 10:00:00,123 host sshd[77]: Failed password for root from 192.0.2.1 port 22 ssh2", Some(Lookalike::Sshd)),
            ("relay: <38>x sshd-session[77]: Accepted", Some(Lookalike::Sshd)),
            ("Jan  1 10:00:00 lab app: 192.0.2.1 - - [x] \"GET /a HTTP/1.1\" 404 12", Some(Lookalike::Request)),
            ("Jan  1 10:00:00 lab app: {\"log\":\"GET /a HTTP/2.0\\\" 404\"}", Some(Lookalike::Request)),
            ("Jan  1 10:00:00 lab sudo: root : COMMAND=/usr/bin/systemctl restart sshd", None),
            ("Jan  1 10:00:00 lab useradd[7]: new user: name=sshd, UID=100", None),
            ("Jan  1 10:00:00 lab systemd[1]: sshd.service: Deactivated successfully.", None),
            ("Jan  1 10:00:00 lab curl: > GET /a HTTP/1.1", None),
            ("Jan  1 10:00:00 lab app: sshd[x]: no", None),
        ] {
            assert_eq!(Lookalike::of(line.as_bytes()), wanted, "{line}");
        }
    }
}
