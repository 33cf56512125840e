//! The detectors: one small function a signal, from a line's slices to yes or no.
//!
//! Which signals there are, and what they mean, stands in `record::signal`; a test holds the two lists against each other.
//! What a run may choose (which agents are bots, which missing paths say nothing) comes in as [`Settings`].

pub mod bot;
pub mod browser;
pub mod disguise;
pub mod path;
pub mod probe;
pub mod verdict;

use super::format::Reading;
use super::sshd::Sshd;
use super::web::Web;
use crate::record::signal::{SIGNALS, SignalSet};
use bot::Bots;
use path::PathSet;
use verdict::Verdicts;

/// What a run may choose of its detectors.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Which user agents are bots.
    pub bots: Bots,
    /// The paths whose absence says nothing about who asked for them.
    pub ignored_404: PathSet,
}

/// What the detectors look with: what the run chose, and what they saw so far.
#[derive(Debug, Clone)]
pub struct Eye<'s> {
    settings: &'s Settings,
    agents: Verdicts,
}

/// Says whether a signal fires on a line, of the one kind of line on which it can.
#[derive(Debug, Clone, Copy)]
pub enum Detector {
    /// On a request.
    Web(WebDetector),
    /// On a message of sshd.
    Sshd(SshdDetector),
}

/// Says whether a signal fires on a request.
pub type WebDetector = fn(&mut Eye<'_>, &Web<'_>) -> bool;
/// Says whether a signal fires on a message of sshd.
pub type SshdDetector = fn(&Sshd<'_>) -> bool;

/// The detector of every signal in the table.
pub const DETECTORS: &[(&str, Detector)] = &[
    ("ssh_failed", Detector::Sshd(is_ssh_failed)),
    ("http_404", Detector::Web(is_http_404)),
    ("http_bot", Detector::Web(is_http_bot)),
    ("ssh_accepted", Detector::Sshd(|sshd| sshd.is_login("success"))),
    ("ssh_invalid_user", Detector::Sshd(|sshd| sshd.is_of_peer("ssh_invalid_user"))),
    ("ssh_probe", Detector::Sshd(|sshd| sshd.is_of_peer("ssh_probe"))),
    ("http_probe", Detector::Web(|_, web| probe::is_probe(web))),
];

/// The detectors that a run asked for.
#[derive(Debug, Clone)]
pub struct Detectors<'s> {
    eye: Eye<'s>,
    web: Vec<(usize, WebDetector)>,
    sshd: Vec<(usize, SshdDetector)>,
}

impl<'s> Detectors<'s> {
    /// The detectors of `wanted`, in table order.
    #[must_use]
    pub fn new(wanted: SignalSet, settings: &'s Settings) -> Self {
        let mut detectors = Self { eye: Eye { settings, agents: Verdicts::default() }, web: Vec::new(), sshd: Vec::new() };
        for index in wanted.indexes() {
            match DETECTORS.iter().find(|(name, _)| *name == SIGNALS[index].name) {
                Some((_, Detector::Web(fires))) => detectors.web.push((index, *fires)),
                Some((_, Detector::Sshd(fires))) => detectors.sshd.push((index, *fires)),
                None => {}
            }
        }
        detectors
    }

    /// The signals that fire on a line.
    #[must_use]
    pub fn signals(&mut self, reading: &Reading<'_>) -> SignalSet {
        let eye = &mut self.eye;
        let set = SignalSet::default();
        match reading {
            Reading::Web(web) => self.web.iter().fold(set, |set, &(index, fires)| if fires(eye, web) { set.with(index) } else { set }),
            Reading::Sshd(sshd) => self.sshd.iter().fold(set, |set, &(index, fires)| if fires(sshd) { set.with(index) } else { set }),
            _ => set,
        }
    }
}

/// "Failed publickey" does not count: clients try several keys in one good login.
fn is_ssh_failed(sshd: &Sshd<'_>) -> bool {
    sshd.is_login("failure") && sshd.method.is_some_and(|m| m == b"password" || m.starts_with(b"keyboard-interactive"))
}

fn is_http_404(eye: &mut Eye<'_>, web: &Web<'_>) -> bool {
    let ignored = &eye.settings.ignored_404;
    // The target is looked for only where a path may be ignored, which is rare.
    web.status == Some(404) && (ignored.is_empty() || !web.target().is_some_and(|target| ignored.contains_target(&web.plain(target))))
}

fn is_http_bot(eye: &mut Eye<'_>, web: &Web<'_>) -> bool {
    let bots = &eye.settings.bots;
    let Some(agent) = web.agent.map(|agent| web.plain(agent)) else { return false };
    bots.may_know(&agent) && eye.agents.recall(&agent, |agent| bots.knows(agent))
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
}
