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

/// Says whether a signal fires on a line.
pub type Detector = fn(&mut Eye<'_>, &Reading<'_>) -> bool;

/// The detector of every signal in the table.
pub const DETECTORS: &[(&str, Detector)] = &[
    ("ssh_failed", is_ssh_failed),
    ("http_404", is_http_404),
    ("http_bot", is_http_bot),
    ("ssh_accepted", is_ssh_accepted),
    ("ssh_invalid_user", is_ssh_invalid_user),
    ("ssh_probe", is_ssh_probe),
    ("http_probe", is_http_probe),
];

/// The detectors that a run asked for.
#[derive(Debug, Clone)]
pub struct Detectors<'s> {
    eye: Eye<'s>,
    wanted: Vec<(usize, Detector)>,
}

impl<'s> Detectors<'s> {
    /// The detectors of `wanted`, in table order.
    #[must_use]
    pub fn new(wanted: SignalSet, settings: &'s Settings) -> Self {
        let detector =
            |index: usize| DETECTORS.iter().find(|(name, _)| *name == SIGNALS[index].name).map(|&(_, detector)| (index, detector));
        Self { eye: Eye { settings, agents: Verdicts::default() }, wanted: wanted.indexes().filter_map(detector).collect() }
    }

    /// The signals that fire on a line.
    #[must_use]
    pub fn signals(&mut self, reading: &Reading<'_>) -> SignalSet {
        let eye = &mut self.eye;
        let fired = self.wanted.iter().filter(|(_, fires)| fires(eye, reading));
        fired.fold(SignalSet::default(), |set, &(index, _)| set.with(index))
    }
}

/// "Failed publickey" does not count: clients try several keys in one good login.
fn is_ssh_failed(_: &mut Eye<'_>, reading: &Reading<'_>) -> bool {
    let Reading::Sshd(sshd) = reading else { return false };
    sshd.is_login("failure") && sshd.method.is_some_and(|m| m == b"password" || m.starts_with(b"keyboard-interactive"))
}

fn is_ssh_accepted(_: &mut Eye<'_>, reading: &Reading<'_>) -> bool {
    matches!(reading, Reading::Sshd(sshd) if sshd.is_login("success"))
}

fn is_ssh_invalid_user(_: &mut Eye<'_>, reading: &Reading<'_>) -> bool {
    matches!(reading, Reading::Sshd(sshd) if sshd.is_of_peer("ssh_invalid_user"))
}

fn is_ssh_probe(_: &mut Eye<'_>, reading: &Reading<'_>) -> bool {
    matches!(reading, Reading::Sshd(sshd) if sshd.is_of_peer("ssh_probe"))
}

fn is_http_404(eye: &mut Eye<'_>, reading: &Reading<'_>) -> bool {
    let Reading::Web(web) = reading else { return false };
    let ignored = &eye.settings.ignored_404;
    // The target is looked for only where a path may be ignored, which is rare.
    web.status == Some(404) && (ignored.is_empty() || !web.target().is_some_and(|target| ignored.contains_target(&web.plain(target))))
}

fn is_http_bot(eye: &mut Eye<'_>, reading: &Reading<'_>) -> bool {
    let Reading::Web(web) = reading else { return false };
    let bots = &eye.settings.bots;
    web.agent.is_some_and(|agent| eye.agents.recall(&web.plain(agent), |agent| bots.knows(agent)))
}

fn is_http_probe(_: &mut Eye<'_>, reading: &Reading<'_>) -> bool {
    matches!(reading, Reading::Web(web) if probe::is_probe(web))
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
