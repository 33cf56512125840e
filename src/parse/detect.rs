//! The detectors: one small function a signal, from a line's slices to yes or no.
//!
//! Which signals there are, and what they mean, stands in `record::signal`; a test holds the two lists against each other.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::format::Reading;
use crate::record::signal::{SIGNALS, SignalSet};

/// Says whether a signal fires on a line.
pub type Detector = fn(&Reading<'_>) -> bool;

/// The detector of every signal in the table.
pub const DETECTORS: &[(&str, Detector)] = &[
    ("ssh_failed", is_ssh_failed),
    ("http_404", is_http_404),
    ("http_bot", is_http_bot),
    ("ssh_accepted", is_ssh_accepted),
    ("ssh_invalid_user", is_ssh_invalid_user),
    ("ssh_probe", is_ssh_probe),
];

/// The detectors that a run asked for.
#[derive(Debug, Clone)]
pub struct Detectors(Vec<(usize, Detector)>);

impl Detectors {
    /// The detectors of `wanted`, in table order.
    #[must_use]
    pub fn new(wanted: SignalSet) -> Self {
        let detector =
            |index: usize| DETECTORS.iter().find(|(name, _)| *name == SIGNALS[index].name).map(|&(_, detector)| (index, detector));
        Self(wanted.indexes().filter_map(detector).collect())
    }

    /// The signals that fire on a line.
    #[must_use]
    pub fn signals(&self, reading: &Reading<'_>) -> SignalSet {
        self.0.iter().filter(|(_, fires)| fires(reading)).fold(SignalSet::default(), |set, &(index, _)| set.with(index))
    }
}

/// "Failed publickey" does not count: clients try several keys in one good login.
fn is_ssh_failed(reading: &Reading<'_>) -> bool {
    let Reading::Sshd(sshd) = reading else { return false };
    sshd.is_login("failure") && sshd.method.is_some_and(|m| m == b"password" || m.starts_with(b"keyboard-interactive"))
}

fn is_ssh_accepted(reading: &Reading<'_>) -> bool {
    matches!(reading, Reading::Sshd(sshd) if sshd.is_login("success"))
}

fn is_ssh_invalid_user(reading: &Reading<'_>) -> bool {
    matches!(reading, Reading::Sshd(sshd) if sshd.is_of_peer("ssh_invalid_user"))
}

fn is_ssh_probe(reading: &Reading<'_>) -> bool {
    matches!(reading, Reading::Sshd(sshd) if sshd.is_of_peer("ssh_probe"))
}

fn is_http_404(reading: &Reading<'_>) -> bool {
    matches!(reading, Reading::Web(web) if web.status == Some(404))
}

fn is_http_bot(reading: &Reading<'_>) -> bool {
    matches!(reading, Reading::Web(web) if web.agent.is_some_and(|agent| names_a_bot(&web.plain(agent))))
}

/// Whether a user agent contains bot, crawler or spider; the `bot` of `CUBOT`, a make of phone, does not count.
fn names_a_bot(agent: &[u8]) -> bool {
    // The pattern is a constant; `expect` would be right, but a regex that cannot be built simply finds nothing, and a test would say so.
    static KEYWORDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?i-u)bot|crawler|spider").ok());
    let is_phone = |start: usize, end: usize| end - start == 3 && start >= 2 && agent[start - 2..start].eq_ignore_ascii_case(b"cu");
    KEYWORDS.as_ref().is_some_and(|k| k.find_iter(agent).any(|found| !is_phone(found.start(), found.end())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_has_its_detector() {
        let detectors: Vec<_> = DETECTORS.iter().map(|(name, _)| *name).collect();
        let signals: Vec<_> = SIGNALS.iter().map(|s| s.name).collect();
        assert_eq!(detectors, signals);
    }

    #[test]
    fn a_bot_says_so() {
        for (agent, is_bot) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1)", true),
            ("SPIDER", true),
            ("my-Crawler/1", true),
            ("robot", true),
            ("CUBOT_X18", false),
            ("Mozilla/5.0 (Linux; Android; CUBOT NOTE 20)", false),
            ("CUBOT Googlebot", true),
            ("cubot bot", true),
            ("curl/8", false),
            ("bo", false),
            ("", false),
            ("bot", true),
            ("ubot", true),
        ] {
            assert_eq!(names_a_bot(agent.as_bytes()), is_bot, "{agent}");
        }
    }
}
