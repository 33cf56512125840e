//! What `--trace` shows of each line, while it is put into its class.

use std::fmt;

use crate::io::block;
use crate::parse::format::{Arena, Header, ParsedLine};
use crate::parse::joined::OpenLine;
use crate::parse::line::trim_end;
use crate::parse::reject::RejectReason;
use crate::parse::run::{ClassifiedBlock, Classifier, EventBuilder, RawLine};
use crate::parse::steps::Steps;
use crate::parse::trace;
use crate::parse::trace::Outcome;
use crate::record::run::count::LineClass;

/// Why a line makes no event, if it makes none.
fn reason_of(parsed: &mut Result<&mut ParsedLine<'_>, RejectReason>, steps: &Steps) -> Option<String> {
    Some(match parsed {
        Ok(ParsedLine::OtherProgram(_)) => match steps.envelopes.last().map(|envelope| &envelope.program) {
            Some(Some(program)) => format!("{program} is no service that is known, and its message is no request"),
            Some(None) => "no program is named, and the message is no request".to_owned(),
            None => "a note of the tool that printed the log".to_owned(),
        },
        Ok(ParsedLine::Repeated(_)) => "the line that it repeats is not known, or of another program".to_owned(),
        Ok(ParsedLine::UnknownMessage(_)) => "no template fits the message".to_owned(),
        Ok(ParsedLine::Untrusted(reason)) => (*reason).to_owned(),
        Ok(ParsedLine::Ambiguous(_)) => RejectReason::AMBIGUOUS.to_string(),
        Ok(_) => return None,
        Err(reason) => reason.to_string(),
    })
}

/// A line without its newline.
fn text_of(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

impl Classifier<'_> {
    /// Puts the line `text` into its class, and writes how that came about, where that is asked for.
    #[allow(clippy::too_many_arguments, reason = "what sorting takes, and what is traced")]
    #[inline(never)]
    pub(super) fn take<'a>(
        &self,
        mut parsed: Result<&mut ParsedLine<'a>, RejectReason>,
        steps: &Steps,
        text: &[u8],
        around: &Header<'a>,
        builder: &mut EventBuilder<'_>,
        arena: &'a Arena,
        raw: RawLine<'_>,
        result: &mut ClassifiedBlock,
    ) {
        let Some(form) = self.config.trace else { return self.sort(parsed, around, builder, arena, raw, result) };
        let template = match &parsed {
            Ok(ParsedLine::Message(sshd)) => Some(sshd.template().pattern),
            _ => None,
        };
        let reason = reason_of(&mut parsed, steps);
        let (counts, events) = (result.counts.lines, result.events.len());
        self.sort(parsed, around, builder, arena, raw, result);
        let event = result.events.split_off(events);
        let class = LineClass::ALL.iter().find(|&&class| result.counts.lines[class] > counts[class]).map_or("", |class| class.name());
        let outcome = Outcome { class, template, reason, event: Some(&*event).filter(|event| !event.is_empty()) };
        let file = result.file.clone();
        trace::write(form, (&file, raw.number), text, steps, &outcome, &mut result.events);
    }

    /// Writes what became of the pieces of a line, where that is asked for.
    pub(super) fn trace_pieces(
        &self,
        line: &OpenLine,
        class: LineClass,
        reason: impl fmt::Display,
        block: &block::Block,
        result: &mut ClassifiedBlock,
    ) {
        let Some(form) = self.config.trace else { return };
        for (number, raw) in &line.entries {
            let outcome = Outcome { class: class.name(), template: None, reason: Some(reason.to_string()), event: None };
            let text = trim_end(text_of(&block.bytes[raw.clone()]));
            trace::write(form, (&block.file, *number), text, &Steps::default(), &outcome, &mut result.events);
        }
    }
}
