//! How nearly every line of sshd's stands in a file: time, host and tag as RFC 3164 has them, `Dec 10 06:55:46 host sshd[77]: message`.
//!
//! Up to the process id it is mostly that of the line before, which is then known to mean the same.

use crate::base::time::{Clock, LogTime, RFC3164_LEN};
use crate::parse::envelope::syslog::find_year;
use crate::parse::envelope::tag::{split_plain, split_plain_pid};
use crate::parse::format::Header;

/// How long a header may be that is remembered, in bytes.
const MOST_BYTES: usize = 3 * size_of::<u128>();

/// The bits of the first bytes of a line that are its time.
const TIME_BITS: u128 = {
    let mut bytes = [u8::MAX; size_of::<u128>()];
    bytes[RFC3164_LEN] = 0;
    u128::from_ne_bytes(bytes)
};

/// Opens such headers, and remembers the last.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PlainOpener {
    text: [u128; 3],
    /// The bits of the text that are the header's, without its time; none are, where none is known.
    mask: [u128; 3],
    len: usize,
    host_len: usize,
    seconds: i64,
}

impl PlainOpener {
    /// The header and the message of `line`; `None`: it may be sshd's all the same.
    #[allow(clippy::inline_always, reason = "it is the fast path of most lines of sshd's")]
    #[inline(always)]
    pub(crate) fn open<'a>(&mut self, line: &'a [u8], clock: &mut Clock) -> Option<(Header<'a>, &'a [u8])> {
        if let Some(words) = words(line).filter(|words| self.is_same(words)) {
            if (words[0] ^ self.text[0]) & TIME_BITS != 0 {
                self.seconds = clock.parse_rfc3164(&line[..RFC3164_LEN]).ok()?;
                self.text[0] = words[0];
            }
            let time = LogTime { seconds: self.seconds, fraction: "" };
            let (pid, message) = split_plain_pid(&line[self.len..])?;
            let host = &line[RFC3164_LEN + 1..][..self.host_len];
            let program = &line[RFC3164_LEN + 1 + self.host_len + 1..self.len - 1];
            return Some((Header { time: Some(time), host, program, pid: Some(pid) }, message));
        }
        let (header, message) = open(line, clock)?;
        self.remember(line, &header);
        Some((header, message))
    }

    /// Whether all but the time is the same.
    #[inline]
    fn is_same(&self, words: &[u128; 3]) -> bool {
        let differs = |nth: usize| (words[nth] ^ self.text[nth]) & self.mask[nth];
        self.len > 0 && differs(0) | differs(1) | differs(2) == 0
    }

    #[inline(never)]
    fn remember(&mut self, line: &[u8], header: &Header<'_>) {
        let len = RFC3164_LEN + 1 + header.host.len() + 1 + header.program.len() + 1;
        let (Some(text), Some(time)) = (words(line).filter(|_| len <= MOST_BYTES), header.time) else { return };
        let mut mask = [0; MOST_BYTES];
        mask[RFC3164_LEN..len].fill(u8::MAX);
        let mask = words(&mask).unwrap_or_default();
        *self = Self { text, mask, len, host_len: header.host.len(), seconds: time.seconds };
    }
}

/// The first bytes of a text.
#[inline]
fn words(text: &[u8]) -> Option<[u128; 3]> {
    let (words, _) = text.first_chunk::<MOST_BYTES>()?.as_chunks();
    let [first, second, third] = words else { return None };
    Some([first, second, third].map(|word| u128::from_ne_bytes(*word)))
}

fn open<'a>(line: &'a [u8], clock: &mut Clock) -> Option<(Header<'a>, &'a [u8])> {
    let (time, rest) = line.split_at_checked(RFC3164_LEN)?;
    let (host, tag) = rest.strip_prefix(b" ").and_then(split_plain).filter(|(host, _)| host.len() != 4 || find_year(rest).is_none())?;
    let time = LogTime { seconds: clock.parse_rfc3164(time).ok()?, fraction: "" };
    Some((Header { time: Some(time), host, program: tag.name, pid: tag.pid }, tag.message))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_remembered_changes_no_header(
            lines in proptest::collection::vec(
                "(Dec 10|Mar  1|Feb 30) (06:55:4[67]|26:00:00|06-55-46) (lab|gate|2024|a-host-of-a-name-that-is-long) (sshd|sshd-session|cron)\\[(7|77|x|999999999999999999)\\]: [ a\\[L]?Failed password for root from 192.0.2.1",
                0..20,
            ),
        ) {
            let mut clock = Clock::new("UTC", Some(2024)).expect("UTC");
            let mut opener = PlainOpener::default();
            for line in &lines {
                let told = |(header, message): (Header<'_>, &[u8])| format!("{header:?} {message:?}");
                let known = opener.open(line.as_bytes(), &mut clock).map(told);
                prop_assert_eq!(known, open(line.as_bytes(), &mut clock).map(told), "{}", line);
            }
        }
    }
}
