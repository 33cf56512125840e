//! The detectors: one small function a signal, from a line's slices to yes or no.
//!
//! Which signals there are, and what they mean, stands in `record::signal`; a test holds the two lists against each other.
//! What a run may choose (which agents are bots, which missing paths say nothing) comes in as [`Settings`].

pub(crate) mod cache;
pub(crate) mod normalize;
pub mod well_known;

pub(crate) mod attack;
pub mod bot;
pub(crate) mod browser;
pub(crate) mod login;
pub mod probe;

use crate::parse::access::request::Web;
use crate::parse::detect::bot::Bots;
use crate::parse::detect::cache::UserAgentCache;
use crate::parse::detect::well_known::PathSet;
use crate::parse::format::ParsedLine;
use crate::parse::service::message::ServiceMessage;
use crate::record::signal::{Login, SIGNALS, SignalSet};

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
pub struct DetectContext<'s> {
    settings: &'s Settings,
    agents: UserAgentCache,
}

/// Says whether a signal fires on a line, of the one kind of line on which it can.
#[derive(Debug, Clone, Copy)]
pub enum Detector {
    /// On a request.
    Web(WebDetector),
    /// On a message of a service, whose file says so.
    Message,
    /// On a request, and on a message.
    Both(WebDetector),
    /// On none: another stage sets it.
    Elsewhere,
}

/// Says whether a signal fires on a request.
pub type WebDetector = fn(&mut DetectContext<'_>, &Web<'_>) -> bool;

/// The detector of every signal in the table.
pub const DETECTORS: &[(&str, Detector)] = &[
    ("ssh_failed", Detector::Message),
    ("http_404", Detector::Web(is_http_404)),
    ("http_bot", Detector::Web(is_http_bot)),
    ("ssh_accepted", Detector::Message),
    ("ssh_invalid_user", Detector::Message),
    ("ssh_probe", Detector::Message),
    ("http_probe", Detector::Web(|_, web| probe::is_probe(web))),
    ("ssh_refused", Detector::Message),
    ("login_failed", Detector::Message),
    ("login_accepted", Detector::Message),
    ("service_denied", Detector::Message),
    ("http_denied", Detector::Both(|_, web| matches!(web.status, Some(401 | 403 | 407)))),
    ("http_error", Detector::Web(|_, web| web.status.is_some_and(|status| status >= 400 && !matches!(status, 401 | 403 | 404 | 407)))),
    ("http_login", Detector::Web(|_, web| login::is_refused_login(web))),
    ("http_attack", Detector::Web(|_, web| attack::is_attack(web))),
    ("http_impostor", Detector::Elsewhere),
];

/// The detectors that a run asked for.
#[derive(Debug, Clone)]
pub struct Detectors<'s> {
    context: DetectContext<'s>,
    web: Vec<(usize, WebDetector)>,
    /// The signals of messages that the run asked for.
    messages: SignalSet,
    /// Those that it did not ask for.
    unasked: SignalSet,
}

impl<'s> Detectors<'s> {
    /// The detectors of `wanted`, in table order.
    #[must_use]
    pub fn new(wanted: SignalSet, settings: &'s Settings) -> Self {
        let context = DetectContext { settings, agents: UserAgentCache::default() };
        let mut detectors = Self { context, web: Vec::new(), messages: SignalSet::NONE, unasked: SignalSet::NONE };
        for (index, signal) in SIGNALS.iter().enumerate() {
            let Some((_, detector)) = DETECTORS.iter().find(|(name, _)| *name == signal.name) else { continue };
            let is_wanted = wanted.contains(index);
            if let (Detector::Web(fires) | Detector::Both(fires), true) = (detector, is_wanted) {
                detectors.web.push((index, *fires));
            }
            match detector {
                Detector::Message | Detector::Both(_) if is_wanted => detectors.messages = detectors.messages.with(index),
                // A login that succeeded is no attack.
                Detector::Message if signal.login != Some(Login::Accepted) => detectors.unasked = detectors.unasked.with(index),
                _ => {}
            }
        }
        detectors
    }

    /// Calls `note` with each signal that would have fired on a message of a peer, had the run asked for it.
    #[inline]
    pub fn note_unasked(&self, message: &ServiceMessage<'_>, note: impl FnMut(usize)) {
        let unasked = message.signals().intersection(self.unasked);
        if !unasked.is_empty() {
            unasked.indexes().for_each(note);
        }
    }

    /// The signals that fire on a line.
    #[must_use]
    pub fn signals(&mut self, reading: &ParsedLine<'_>) -> SignalSet {
        let context = &mut self.context;
        let set = SignalSet::NONE;
        match reading {
            ParsedLine::Web(web) => {
                self.web.iter().fold(set, |set, &(index, fires)| if fires(context, web) { set.with(index) } else { set })
            }
            ParsedLine::Message(message) => message.signals().intersection(self.messages),
            _ => set,
        }
    }
}

fn is_http_404(context: &mut DetectContext<'_>, web: &Web<'_>) -> bool {
    let ignored = &context.settings.ignored_404;
    // The target is looked for only where a path may be ignored, which is rare.
    web.status == Some(404) && (ignored.is_empty() || !web.target().is_some_and(|target| ignored.contains_target(&web.plain(target))))
}

fn is_http_bot(context: &mut DetectContext<'_>, web: &Web<'_>) -> bool {
    let bots = &context.settings.bots;
    let Some(agent) = web.agent.map(|agent| web.plain(agent)) else { return false };
    bots.prefilter(&agent) && context.agents.get_or_insert_with(&agent, |agent| bots.is_bot(agent))
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
