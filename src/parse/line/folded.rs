//! Lines that a daemon folds with the tag of their program inside: `message repeated 5 times: [ nginx: 192.0.2.1 - - ...]`. rsyslog does so
//! where it takes a host that a program wrote for the tag, as with nginx at `/dev/log`.

use crate::parse::envelope::format::Envelope;
use crate::parse::envelope::tag::split_tag;
use crate::parse::format::{Arena, Header, ParsedLine};
use crate::parse::line::LineParser;
use crate::parse::service::message::unfold_rest;

/// The first word of such a line, which stands where a program's name does.
pub(crate) const TAG: &[u8] = b"message";

impl LineParser<'_> {
    /// What the line inside says, as often as it came; `None` where there is none.
    pub(super) fn read_folded<'a>(
        &mut self,
        envelope: &Envelope<'a>,
        message: &'a [u8],
        arena: &'a Arena,
        around: &mut Header<'a>,
    ) -> Option<ParsedLine<'a>> {
        let (count, inside) = unfold_rest(message)?;
        let tag = split_tag(inside).ok().filter(|tag| tag.name != TAG)?;
        let header = Header { program: tag.name, pid: tag.pid, ..envelope.header };
        let parsed = self.read_message(&Envelope { header, ..*envelope }, tag.message, arena, around);
        Some(match parsed {
            ParsedLine::Message(message) => ParsedLine::Message(message.repeated(count, header.time)),
            ParsedLine::Web(mut web) => {
                web.repeats = count - 1;
                ParsedLine::Web(web)
            }
            parsed => parsed,
        })
    }
}
