//! What a line that was understood gives: an event, a count of one, or nothing.

use crate::base::time::LogTime;
use crate::io::lines::Line;
use crate::parse::Wanted;
use crate::parse::access::forwarded;
use crate::parse::access::request::Web;
use crate::parse::format::{Arena, Header, ParsedLine};
use crate::parse::line::LineParser;
use crate::parse::run::{ClassifiedBlock, Classifier, EventBuilder};
use crate::parse::service::field::Captures;
use crate::parse::service::message::ServiceMessage;
use crate::parse::service::sshd;
use crate::record::run::count::LineClass;
use crate::record::signal::SignalSet;

impl Classifier<'_> {
    /// Takes a line of sshd's in a file of syslog, as nearly every line of such a file is; false: it may be another.
    #[allow(clippy::inline_always, reason = "nearly every line comes here, from one place")]
    #[inline(always)]
    pub(super) fn take_sshd(
        &self,
        line: &Line<'_>,
        reader: &mut LineParser<'_>,
        builder: &mut EventBuilder<'_>,
        number: u64,
        result: &mut ClassifiedBlock,
    ) -> bool {
        let mut parts = Captures::new();
        let Some((header, message)) = reader.open_plain(line.text) else { return false };
        let Some(fit) = sshd::find(sshd::LengthLimit::SSHD, &header, message, &mut parts) else { return false };
        if fit.template.is_quiet() && self.config.wanted == Wanted::Signals {
            // Nothing of it leaves, so nothing else is asked of it.
            if self.is_inside_period(header.time, result) {
                result.counts.lines[LineClass::NoSignal] += 1;
            }
            return true;
        }
        self.emit_message(&fit.message(header, &parts), builder, number, result);
        true
    }

    pub(super) fn emit<'a>(
        &self,
        parsed: &mut ParsedLine<'a>,
        around: &Header<'a>,
        builder: &mut EventBuilder<'_>,
        arena: &'a Arena,
        number: u64,
        result: &mut ClassifiedBlock,
    ) {
        match parsed {
            ParsedLine::Web(web) => self.emit_request(web, around, builder, arena, number, result),
            ParsedLine::Message(message) => self.emit_message(message, builder, number, result),
            _ => result.counts.lines[LineClass::NoSignal] += 1,
        }
    }

    /// Whether a line of that time is wanted; one that is not is counted.
    #[inline]
    fn is_inside_period(&self, time: Option<LogTime<'_>>, result: &mut ClassifiedBlock) -> bool {
        let is_inside = self.config.period.contains(time.map(|time| time.seconds));
        result.counts.lines[LineClass::OutsidePeriod] += u64::from(!is_inside);
        is_inside
    }

    /// Whether something of a line leaves that carries these signals.
    fn is_wanted(&self, signals: SignalSet) -> bool {
        !signals.is_empty() || self.config.wanted == Wanted::All || self.config.trace.is_some()
    }

    /// Counts a line of which something left.
    fn count_wanted(&self, signals: SignalSet, result: &mut ClassifiedBlock) {
        // A trace shows the event of every line that has one, whatever the run asked for.
        let is_event = !(signals.is_empty() && self.config.trace.is_some() && self.config.wanted == Wanted::Signals);
        result.counts.lines[if is_event { LineClass::Event } else { LineClass::NoSignal }] += 1;
    }

    #[allow(clippy::inline_always, reason = "nearly every message of interest comes here, from one place")]
    #[inline(always)]
    fn emit_message(&self, message: &ServiceMessage<'_>, builder: &mut EventBuilder<'_>, number: u64, result: &mut ClassifiedBlock) {
        if !self.is_inside_period(message.time(), result) {
            return;
        }
        let EventBuilder { detectors, unasked, writer } = builder;
        let signals = detectors.of_message(message);
        if !message.is_quiet() {
            let template = message.template();
            if template.outcome == "failure" && template.service != "sshd" && !result.services.contains(&template.service) {
                result.services.push(template.service);
            }
            detectors.note_unasked(message, |signal| unasked.add(signal, message.address().unwrap_or_default(), message.count()));
        }
        if !self.is_wanted(signals) {
            result.counts.lines[LineClass::NoSignal] += 1;
            return;
        }
        if let Some(hosts) = &self.config.hosts {
            message.count_in(&mut result.counted, signals, (&result.file, number), &hosts.keep);
        } else {
            // It is large, so it is not put together anew around its tags.
            let mut event = message.to_event(&result.file, number);
            event.tags = signals;
            writer.write_line(&event, &mut result.events);
        }
        self.count_wanted(signals, result);
    }

    #[allow(clippy::inline_always, reason = "nearly every request comes here, from one place")]
    #[inline(always)]
    pub(super) fn emit_request<'a>(
        &self,
        web: &mut Web<'a>,
        around: &Header<'a>,
        builder: &mut EventBuilder<'_>,
        arena: &'a Arena,
        number: u64,
        result: &mut ClassifiedBlock,
    ) {
        if !self.is_inside_period(web.time, result) {
            return;
        }
        if web.is_ambiguous {
            result.ambiguous.add(web.client, 1);
        }
        let signals = builder.detectors.of_request(web);
        let is_wanted = self.is_wanted(signals);
        let is_resolved = builder.detectors.may_miss(web, number) && self.note_unasked(web, builder, arena, number);
        // Who asked is worked out, and an event built, only where it leaves; no signal depends on who asked.
        if !is_wanted {
            result.counts.lines[LineClass::NoSignal] += 1;
            return;
        }
        if !is_resolved {
            forwarded::resolve(web, self.config.trusted_proxies.as_ref(), self.config.client_from, arena);
        }
        result.requests.add(web.client);
        let position = (&*result.file, number);
        match &self.config.hosts {
            Some(hosts) => web.count_in(&mut result.counted, signals, position, &hosts.keep),
            None => web.write_event(around, position, signals, &mut builder.writer, &mut result.events),
        }
        self.count_wanted(signals, result);
    }

    /// Notes the signals that would have fired on a request, or may do so; gives whether there are some, for which who asked was worked out.
    #[inline(never)]
    fn note_unasked<'a>(&self, web: &mut Web<'a>, builder: &mut EventBuilder<'_>, arena: &'a Arena, number: u64) -> bool {
        let EventBuilder { detectors, unasked, .. } = builder;
        let missed = detectors.unasked_web(web, number);
        if missed.is_empty() {
            return false;
        }
        forwarded::resolve(web, self.config.trusted_proxies.as_ref(), self.config.client_from, arena);
        let times = 1 + web.repeats;
        missed.now.indexes().for_each(|signal| unasked.add(signal, web.client, times));
        if !missed.later.is_empty() {
            unasked.keep(web, missed.later, missed.lines * times, |signal, web| detectors.fires_unasked(signal, web));
        }
        true
    }
}
