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

use crate::base::error::{Error, Result};
use crate::parse::access::request::Web;
use crate::parse::detect::bot::Bots;
use crate::parse::detect::cache::UserAgentCache;
use crate::parse::detect::well_known::PathSet;
use crate::parse::format::ParsedLine;
use crate::parse::service::message::ServiceMessage;
use crate::record::signal::{LoginMeaning, SIGNALS, SignalSet, index_of};

/// What a run may choose of its detectors.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Which user agents are bots.
    pub bots: Bots,
    /// The paths whose absence says nothing about who asked for them.
    pub ignored_404: PathSet,
}

impl Settings {
    /// The signals that `--signals` lists, and what `--bots` and `--ignore-404` say of them.
    ///
    /// # Errors
    /// [`Error::Usage`] for what is wrong with one of them, and for one that would change nothing.
    pub fn from_flags(list: &str, bots: &[String], ignored_404: &[String]) -> Result<(SignalSet, Self)> {
        let signals = SignalSet::from_names(list)?;
        let is_elsewhere = |name: &&str| DETECTORS.iter().any(|(of, detector)| of == name && matches!(detector, Detector::Elsewhere));
        if let Some(name) = list.split(',').map(str::trim).find(is_elsewhere) {
            return Err(Error::Usage(format!("--signals {name}: soar-enrich sets it (--crawlers), no line says it: leave it out here")));
        }
        let settings = Self { bots: Bots::from_operands(bots)?, ignored_404: PathSet::from_operands(ignored_404)? };
        let is_wanted = |name: &str| index_of(name).is_some_and(|index| signals.contains(index));
        let is_default = matches!(bots, [only] if only == "default");
        for (flag, is_given, name) in [("--bots", !is_default, "http_bot"), ("--ignore-404", !ignored_404.is_empty(), "http_404")] {
            if is_given && !is_wanted(name) {
                return Err(Error::Usage(format!("{flag} would change nothing: --signals leaves out {name}")));
            }
        }
        Ok((signals, settings))
    }
}

/// What the detectors look with: what the run chose, and what they saw so far.
#[derive(Debug, Clone)]
pub(crate) struct DetectContext<'s> {
    settings: &'s Settings,
    agents: UserAgentCache,
}

/// Says whether a signal fires on a line, of the one kind of line on which it can.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Detector {
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
pub(crate) type WebDetector = fn(&mut DetectContext<'_>, &Web<'_>) -> bool;

/// The detector of every signal in the table.
pub(crate) const DETECTORS: &[(&str, Detector)] = &[
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
    /// The signals of requests that it did not ask for.
    web_unasked: Vec<(usize, WebDetector, Screen)>,
    /// Whether one of them is looked for on all requests.
    misses_bots: bool,
    /// Whether one of them fires on what was not found.
    misses_404: bool,
}

/// On which requests a signal is looked for that the run did not ask for, so that this costs little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Screen {
    /// On all.
    All,
    /// On those that were refused or not found, and on those that send something: on others it never fires.
    Answer,
    /// On those that were refused or not found.
    Refused,
    /// On those whose target, or a header, has more than what most consist of.
    Odd,
}

/// The signals that a run did not ask for and that fire on a request, or may do so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Missed {
    /// Those that fire.
    pub now: SignalSet,
    /// Those that may: whether they do takes long to find out.
    pub later: SignalSet,
    /// For how many lines this one stands in these.
    pub lines: u64,
}

impl Missed {
    /// Whether there is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.now.is_empty() && self.later.is_empty()
    }
}

/// The first lines of an input, on each of which every signal is looked for, and of how many of those behind them one is: the patterns of
/// probes and attacks take longer than all else that is done with a line.
const ALL_LOOKED_AT: u64 = 4096;
const ONE_OF: u64 = 16;

/// For how many lines line `number` stands where not all are looked at: 0 where it is not.
const fn weight_of(number: u64) -> u64 {
    match number {
        ..=ALL_LOOKED_AT => 1,
        _ if number.is_multiple_of(ONE_OF) => ONE_OF,
        _ => 0,
    }
}

impl Screen {
    fn of(name: &str) -> Self {
        match name {
            "http_bot" => Self::All,
            "http_probe" => Self::Refused,
            "http_attack" => Self::Odd,
            _ => Self::Answer,
        }
    }
}

const fn is_post(web: &Web<'_>) -> bool {
    matches!(web.request, Some([b'P', b'O', b'S', b'T', b' ', ..]))
}

impl<'s> Detectors<'s> {
    /// The detectors of `wanted`, in table order.
    pub fn new(wanted: SignalSet, settings: &'s Settings) -> Self {
        let context = DetectContext { settings, agents: UserAgentCache::default() };
        let mut detectors = Self {
            context,
            web: Vec::new(),
            messages: SignalSet::NONE,
            unasked: SignalSet::NONE,
            web_unasked: Vec::new(),
            misses_bots: false,
            misses_404: false,
        };
        for (index, signal) in SIGNALS.iter().enumerate() {
            let Some((_, detector)) = DETECTORS.iter().find(|(name, _)| *name == signal.name) else { continue };
            let is_wanted = wanted.contains(index);
            if let (Detector::Web(fires) | Detector::Both(fires), true) = (detector, is_wanted) {
                detectors.web.push((index, *fires));
            }
            if let (Detector::Web(fires) | Detector::Both(fires), false) = (detector, is_wanted) {
                let screen = Screen::of(signal.name);
                detectors.misses_bots |= screen == Screen::All;
                detectors.misses_404 |= signal.name == "http_404";
                detectors.web_unasked.push((index, *fires, screen));
            }
            match detector {
                Detector::Message | Detector::Both(_) if is_wanted => detectors.messages = detectors.messages.with(index),
                // A login that succeeded is no attack.
                Detector::Message | Detector::Both(_) if signal.login != Some(LoginMeaning::Accepted) => {
                    detectors.unasked = detectors.unasked.with(index);
                }
                _ => {}
            }
        }
        detectors
    }

    /// Calls `note` with each signal that would have fired on a message of a peer, had the run asked for it.
    #[inline]
    pub(crate) fn note_unasked(&self, message: &ServiceMessage<'_>, note: impl FnMut(usize)) {
        let unasked = message.signals().intersection(self.unasked);
        if !unasked.is_empty() {
            unasked.indexes().for_each(note);
        }
    }

    /// Whether [`Self::unasked_web`] may find one: not on nearly every line of a long log, where bots and what was not found are looked for anyway.
    #[inline]
    pub(crate) fn may_miss(&self, web: &Web<'_>, number: u64) -> bool {
        let status = web.status.unwrap_or_default();
        weight_of(number) > 0 || status >= 400 && (status != 404 || self.misses_404) || self.misses_bots || is_post(web)
    }

    /// The signals that would have fired on a request, had the run asked for them: past the first `ALL_LOOKED_AT` lines of an input, those
    /// that cost much are looked for on one of `ONE_OF`.
    pub(crate) fn unasked_web(&mut self, web: &Web<'_>, number: u64) -> Missed {
        let lines = weight_of(number);
        let is_refused = web.status.is_some_and(|status| status >= 400);
        let mut missed = Missed { lines, ..Missed::default() };
        for &(index, fires, screen) in &self.web_unasked {
            match screen {
                Screen::All if fires(&mut self.context, web) => missed.now = missed.now.with(index),
                Screen::Answer if (is_refused || is_post(web)) && fires(&mut self.context, web) => missed.now = missed.now.with(index),
                Screen::Refused if lines > 0 && is_refused => missed.later = missed.later.with(index),
                Screen::Odd if lines > 0 && attack::is_odd(web) => missed.later = missed.later.with(index),
                Screen::All | Screen::Answer | Screen::Refused | Screen::Odd => {}
            }
        }
        missed
    }

    /// Whether a signal that the run did not ask for fires on a request.
    pub(crate) fn fires_unasked(&mut self, signal: usize, web: &Web<'_>) -> bool {
        let detector = self.web_unasked.iter().find(|&&(index, ..)| index == signal);
        detector.is_some_and(|(_, fires, _)| fires(&mut self.context, web))
    }

    /// The signals that fire on a line.
    pub fn signals(&mut self, parsed: &ParsedLine<'_>) -> SignalSet {
        match parsed {
            ParsedLine::Web(web) => self.of_request(web),
            ParsedLine::Message(message) => self.of_message(message),
            _ => SignalSet::NONE,
        }
    }

    /// The signals that fire on a request.
    #[inline]
    pub(crate) fn of_request(&mut self, web: &Web<'_>) -> SignalSet {
        let Self { context, web: detectors, .. } = self;
        detectors.iter().fold(SignalSet::NONE, |set, &(index, fires)| if fires(context, web) { set.with(index) } else { set })
    }

    /// The signals that fire on a message.
    #[inline]
    pub(crate) const fn of_message(&self, message: &ServiceMessage<'_>) -> SignalSet {
        message.signals().intersection(self.messages)
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
    fn what_costs_much_is_looked_for_where_it_is_likely_and_far_down_on_some_lines() {
        let settings = Settings::default();
        let wanted = SignalSet::from_names("http_404").expect("names");
        let mut detectors = Detectors::new(wanted, &settings);
        let mut missed = |request: &'static str, status: u16, number: u64| {
            let web = Web { request: Some(request.as_bytes()), status: Some(status), ..Web::of(b"192.0.2.1") };
            let missed = detectors.unasked_web(&web, number);
            let of = |signals: SignalSet, lines: u64| signals.indexes().map(|index| (SIGNALS[index].name, lines)).collect::<Vec<_>>();
            let later = missed.later.indexes().filter(|&signal| detectors.fires_unasked(signal, &web));
            [of(missed.now, 1), later.map(|index| (SIGNALS[index].name, missed.lines)).collect()].concat()
        };
        let of = |name: &'static str, lines: u64| (name, lines);
        for (request, status, number, found) in [
            ("GET /a HTTP/1.1", 200, 1, vec![]),
            ("GET /a HTTP/1.1", 500, 9001, vec![of("http_error", 1)]),
            ("GET /a HTTP/1.1", 401, 1, vec![of("http_denied", 1)]),
            ("GET /.env HTTP/1.1", 404, 1, vec![of("http_probe", 1)]),
            ("GET /.env HTTP/1.1", 200, 1, vec![]),
            ("GET /a?q=%27%20or%201=1-- HTTP/1.1", 200, ALL_LOOKED_AT, vec![of("http_attack", 1)]),
            ("GET /a?q=%27%20or%201=1-- HTTP/1.1", 200, ALL_LOOKED_AT + 1, vec![]),
            ("GET /a?q=%27%20or%201=1-- HTTP/1.1", 200, ALL_LOOKED_AT + ONE_OF, vec![of("http_attack", ONE_OF)]),
            ("POST /wp-login.php HTTP/1.1", 200, 9001, vec![of("http_login", 1)]),
        ] {
            assert_eq!(missed(request, status, number), found, "{request} {status} {number}");
        }
    }

    #[test]
    fn flags_that_would_change_nothing_are_refused() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (signals, bots, ignored, wrong) in [
            ("all", "extended", "common", None),
            ("default", "default", "", None),
            ("ssh_failed", "default", "", None),
            ("default,http_impostor", "default", "", Some("--signals http_impostor: soar-enrich sets it")),
            ("http_404", "extended", "common", Some("--bots would change nothing: --signals leaves out http_bot")),
            ("http_bot", "extended", "common", Some("--ignore-404 would change nothing: --signals leaves out http_404")),
        ] {
            let outcome = Settings::from_flags(signals, &words(bots), &words(ignored)).err();
            let said = outcome.map(|error| error.to_string());
            assert!(
                said.is_none() == wrong.is_none() && wrong.is_none_or(|wrong| said.as_deref().is_some_and(|said| said.contains(wrong))),
                "{signals} {bots} {ignored}: {said:?}"
            );
        }
    }

    #[test]
    fn every_signal_has_its_detector() {
        let detectors: Vec<_> = DETECTORS.iter().map(|(name, _)| *name).collect();
        let signals: Vec<_> = SIGNALS.iter().map(|s| s.name).collect();
        assert_eq!(detectors, signals);
    }
}
