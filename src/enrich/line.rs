//! A line of an event or a host read no further than needed, and `enrich` put into it without touching any other byte.

use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::Range;

use serde_json::value::RawValue;

use crate::base::net;
use crate::record::json::cursor::JsonCursor;
use crate::record::json::member::{items, members, text_of};
use crate::record::{RecordKind, malformed};

/// What soar-enrich needs to know of a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RecordLine<'l> {
    /// The address that it is about: `ip` of a host, `source.ip` of an event.
    pub ip: Option<IpAddr>,
    /// What other stages know already: an object.
    pub enrich: Option<&'l str>,
    /// `user_agent.original` of an event.
    pub agent: Option<Cow<'l, str>>,
    /// `tags` of an event: an array, and where it stands.
    tags: Option<(&'l str, Range<usize>)>,
    /// Where `enrich` stands, with the comma that goes with it.
    cuts: Vec<Range<usize>>,
    /// Whether any other key stands in the record.
    has_keys: bool,
    /// Where the brace stands that ends the record.
    end: usize,
}

impl<'l> RecordLine<'l> {
    /// Reads a record, whatever the order and spacing of its keys.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub(crate) fn read(kind: &RecordKind, line: &'l [u8]) -> Result<Self, String> {
        match Self::read_compact(kind, line) {
            Some(record) => record,
            None => Self::read_any(kind, line),
        }
    }

    /// Reads a line without white space between its tokens; `None`: it may be a record all the same.
    fn read_compact(kind: &RecordKind, line: &'l [u8]) -> Option<Result<Self, String>> {
        let text = std::str::from_utf8(line).ok()?;
        let mut cursor = JsonCursor::new(line);
        let mut record = Self::default();
        let mut outcome = Ok(());
        let mut end = 1;
        cursor.expect(b"{")?;
        cursor.items(b'}', |cursor| {
            let start = line.len() - cursor.rest().len();
            cursor.skip_string()?;
            let colon = line.len() - cursor.rest().len();
            cursor.expect(b":")?;
            cursor.skip_value()?;
            let behind = line.len() - cursor.rest().len();
            if outcome.is_ok() {
                outcome = record.take(kind, &text[start..colon], &text[colon + 1..behind], end..behind);
            }
            end = behind;
            Some(())
        })?;
        if !cursor.is_at_end() {
            return None;
        }
        record.end = line.len() - 1;
        record.mend_cuts(line);
        Some(outcome.map(|()| record))
    }

    fn read_any(kind: &RecordKind, line: &'l [u8]) -> Result<Self, String> {
        let whole: &RawValue = serde_json::from_slice(line).map_err(|error| malformed(&error))?;
        let text = whole.get();
        let offset = text.as_ptr().addr() - line.as_ptr().addr();
        let place = |part: &str| part.as_ptr().addr() - line.as_ptr().addr();
        let mut record = Self { end: offset + text.len() - 1, ..Self::default() };
        let mut end = offset + 1;
        for (key, value) in members(text) {
            let behind = place(value) + value.len();
            record.take(kind, key, value, end..behind)?;
            end = behind;
        }
        record.mend_cuts(line);
        Ok(record)
    }

    /// Takes a member, which stands at `span` with what is between it and the one before it.
    fn take(&mut self, kind: &RecordKind, key: &str, value: &'l str, span: Range<usize>) -> Result<(), String> {
        match (text_of(key).as_deref(), kind) {
            (Some("enrich"), _) => {
                if value != "null" && !value.starts_with('{') {
                    return Err("malformed record: enrich is not an object".to_owned());
                }
                self.enrich = Some(value).filter(|value| *value != "null");
                self.cut(span);
                return Ok(());
            }
            (Some("ip"), RecordKind::Host) => self.ip = Some(read_ip(value, "ip")?),
            (Some("source"), RecordKind::Event) => {
                let ip = members(value).filter(|(key, _)| text_of(key).as_deref() == Some("ip")).last();
                self.ip = ip.filter(|(_, value)| *value != "null").map(|(_, value)| read_ip(value, "source.ip")).transpose()?;
            }
            (Some("user_agent"), RecordKind::Event) => {
                let original = members(value).filter(|(key, _)| text_of(key).as_deref() == Some("original")).last();
                self.agent = original.and_then(|(_, agent)| text_of(agent));
            }
            (Some("tags"), RecordKind::Event) if value.starts_with('[') => self.tags = Some((value, span.end - value.len()..span.end)),
            _ => {}
        }
        self.has_keys = true;
        Ok(())
    }

    /// Whether the event has the tag `name`.
    pub(crate) fn has_tag(&self, name: &str) -> bool {
        self.tags.as_ref().is_some_and(|(tags, _)| items(tags).any(|tag| text_of(tag).as_deref() == Some(name)))
    }

    fn cut(&mut self, span: Range<usize>) {
        match self.cuts.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ => self.cuts.push(span),
        }
    }

    /// Blanks before a cut stay, so that another run over the result finds what this one found. The first member has no comma before it, so
    /// the one behind it goes.
    fn mend_cuts(&mut self, line: &[u8]) {
        for cut in &mut self.cuts {
            cut.start += line[cut.clone()].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        }
        let Some(first) = self.cuts.first_mut() else { return };
        if line[first.start..first.end].starts_with(b",") || !self.has_keys {
            return;
        }
        let blanks = line[first.end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        first.end += blanks + usize::from(line.get(first.end + blanks) == Some(&b','));
    }

    /// Appends `line` to `out` with `enrich`, an object, as its only member of that name, and a newline. Nothing: without one.
    pub(crate) fn splice(&self, line: &[u8], enrich: Option<&str>, out: &mut Vec<u8>) {
        self.splice_with_tag(line, enrich, None, out);
    }

    /// The same with one more tag, behind the others.
    pub(crate) fn splice_with_tag(&self, line: &[u8], enrich: Option<&str>, tag: Option<&str>, out: &mut Vec<u8>) {
        let tag = tag.zip(self.tags.as_ref()).map(|(tag, (tags, span))| {
            let comma = if items(tags).next().is_some() { "," } else { "" };
            (span.end - 1, format!("{comma}\"{tag}\""))
        });
        let mut put = |part: Range<usize>| match &tag {
            Some((at, text)) if part.contains(at) => {
                out.extend_from_slice(&line[part.start..*at]);
                out.extend_from_slice(text.as_bytes());
                out.extend_from_slice(&line[*at..part.end]);
            }
            _ => out.extend_from_slice(&line[part]),
        };
        let mut start = 0;
        for cut in &self.cuts {
            put(start..cut.start);
            start = cut.end;
        }
        put(start..self.end);
        if let Some(enrich) = enrich {
            out.extend_from_slice(if self.has_keys { b",\"enrich\":" } else { b"\"enrich\":" });
            out.extend_from_slice(enrich.as_bytes());
        }
        out.extend_from_slice(&line[self.end..]);
        out.push(b'\n');
    }
}

fn read_ip(value: &str, key: &str) -> Result<IpAddr, String> {
    let wrong = || format!("malformed record: {key} is not an address");
    net::parse_address(text_of(value).ok_or_else(wrong)?.as_bytes()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splice(kind: &RecordKind, line: &str, enrich: Option<&str>) -> String {
        let record = RecordLine::read(kind, line.as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}"));
        let mut out = Vec::new();
        record.splice(line.as_bytes(), enrich, &mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn only_enrich_changes() {
        for (line, known, spliced) in [
            (r#"{"ip":"::1"}"#, None, r#"{"ip":"::1","enrich":{}}"#),
            (r#"{"ip":"::1","enrich":{"a":1},"y":1}"#, Some(r#"{"a":1}"#), r#"{"ip":"::1","y":1,"enrich":{}}"#),
            (r#"{"enrich":{"a":1},"ip":"::1"}"#, Some(r#"{"a":1}"#), r#"{"ip":"::1","enrich":{}}"#),
            (r#"{"\u0065nrich":{"a":1},"ip":"::1"}"#, Some(r#"{"a":1}"#), r#"{"ip":"::1","enrich":{}}"#),
            (r#"{"enrich":{"a":1} , "enrich":null,"ip":"::1","enrich":{"b":2} }"#, Some(r#"{"b":2}"#), r#"{"ip":"::1" ,"enrich":{}}"#),
            (r#" { "ip" : "::1" , "x" : [1, {"enrich": 2}] } "#, None, r#" { "ip" : "::1" , "x" : [1, {"enrich": 2}] ,"enrich":{}} "#),
            (r#"{"ip":"::1","x":"\"enrich\":{"}"#, None, r#"{"ip":"::1","x":"\"enrich\":{","enrich":{}}"#),
            ("{\"ip\":\"::1\"}\r", None, "{\"ip\":\"::1\",\"enrich\":{}}\r"),
        ] {
            assert_eq!(RecordLine::read(&RecordKind::Host, line.as_bytes()).expect(line).enrich, known, "{line}");
            assert_eq!(splice(&RecordKind::Host, line, Some("{}")), format!("{spliced}\n"), "{line}");
        }
        assert_eq!(splice(&RecordKind::Host, r#"{"ip":"::1","enrich":{"a":1}}"#, None), "{\"ip\":\"::1\"}\n");
        assert_eq!(splice(&RecordKind::Event, r#"{"enrich":{}}"#, Some("{\"a\":1}")), "{\"enrich\":{\"a\":1}}\n");
    }

    #[test]
    fn a_tag_is_added_behind_the_others() {
        for (line, spliced) in [
            (r#"{"tags":["http_bot"],"x":1}"#, r#"{"tags":["http_bot","t"],"x":1,"enrich":{}}"#),
            (r#"{"tags":[]}"#, r#"{"tags":["t"],"enrich":{}}"#),
            (r#"{ "enrich":{}, "tags" : [ "a" ] }"#, r#"{  "tags" : [ "a" ,"t"] ,"enrich":{}}"#),
        ] {
            let record = RecordLine::read(&RecordKind::Event, line.as_bytes()).expect(line);
            let mut out = Vec::new();
            record.splice_with_tag(line.as_bytes(), Some("{}"), Some("t"), &mut out);
            assert_eq!(String::from_utf8_lossy(&out), format!("{spliced}\n"));
        }
        let line = br#"{"user_agent":{"name":"x","original":"a\"b"},"tags":["a","b"]}"#;
        let record = RecordLine::read(&RecordKind::Event, line).expect("an event");
        assert_eq!((record.agent.as_deref(), record.has_tag("b"), record.has_tag("c")), (Some("a\"b"), true, false));
    }

    #[test]
    fn the_address_is_where_the_kind_of_record_has_it() {
        let ip = |kind: RecordKind, line: &str| RecordLine::read(&kind, line.as_bytes()).map(|record| record.ip.map(|ip| ip.to_string()));
        assert_eq!(ip(RecordKind::Host, r#"{"source":{"ip":"::2"},"ip":"::FFFF:192.0.2.1"}"#), Ok(Some("192.0.2.1".to_owned())));
        assert_eq!(ip(RecordKind::Event, r#"{"ip":"::1","source":{"port":1,"ip":"2001:DB8::1"}}"#), Ok(Some("2001:db8::1".to_owned())));
        assert_eq!(ip(RecordKind::Event, r#"{"source" : { "port" : 1 , "\u0069p" : "fe80::1%eth0" } }"#), Ok(Some("fe80::1".to_owned())));
        assert_eq!(ip(RecordKind::Event, r#"{"source":{"address":"example.org"}}"#), Ok(None));
        for wrong in
            [r#"{"ip":"example.org"}"#, r#"{"ip":7}"#, r#"{"ip":"::1"} {}"#, r#"{"ip":"::1","x":}"#, r#"{"ip":"::1","enrich":[1]}"#]
        {
            assert!(ip(RecordKind::Host, wrong).is_err(), "{wrong}");
        }
    }
}
