//! A host line read no further than needed, and the `scan` key put into it without touching any other byte.

use std::fmt;
use std::ops::Range;

use serde::Deserializer as _;
use serde::de::{self, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::base::net::Address;
use crate::record::{Text, malformed};

/// What soar-scan needs to know of a line.
#[derive(Debug, PartialEq, Eq)]
pub struct HostLine {
    pub ip: Address,
    /// Whether it is to be scanned.
    pub suspicious: bool,
    /// Where an earlier `scan` stands, with the comma that goes with it.
    cuts: Vec<Range<usize>>,
    /// Whether any other key stands in the record.
    has_keys: bool,
    /// Where the rules stand that made it suspicious.
    rules: Option<Range<usize>>,
}

impl HostLine {
    /// Reads a host, whatever the order and spacing of its keys. An absent `suspicious` is false.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the record.
    pub fn read(line: &[u8]) -> Result<Self, String> {
        let mut json = serde_json::Deserializer::from_slice(line);
        let spans = json.deserialize_map(Spans { line }).map_err(|e| malformed(&e))?;
        json.end().map_err(|e| malformed(&e))?;
        let ip = spans.ip.ok_or("malformed record: no ip")?;
        let ip: Text<'_> = serde_json::from_str(ip).map_err(|_| "malformed record: ip is not a string")?;
        let suspicious = match spans.suspicious {
            Some("true") => true,
            None | Some("false" | "null") => false,
            Some(_) => return Err("malformed record: suspicious is not a boolean".to_owned()),
        };
        let ip = Address::parse(ip.0.as_bytes()).ok_or("malformed record: ip is not an address")?;
        Ok(Self { ip, suspicious, cuts: spans.cuts, has_keys: spans.kept, rules: spans.rules })
    }

    /// What is known of a line that our own writer wrote, without a `scan`: suspicious, since it is to be scanned.
    pub const fn new(ip: Address) -> Self {
        Self { ip, suspicious: true, cuts: Vec::new(), has_keys: true, rules: None }
    }

    /// The rules that made it suspicious, as they stand in `line`: a JSON value.
    pub fn rules<'l>(&self, line: &'l [u8]) -> Option<&'l [u8]> {
        line.get(self.rules.clone()?)
    }

    /// `line` with `scan` as its only top-level `scan`, and a newline.
    pub(crate) fn with_scan(&self, line: &[u8], scan: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(line.len() + scan.len() + 16);
        self.splice(line, scan, &mut out);
        out.push(b'\n');
        out
    }

    /// Appends `line` to `out` with `scan` (a JSON value) as its only top-level `scan`; every other byte stays.
    pub fn splice(&self, line: &[u8], scan: &[u8], out: &mut Vec<u8>) {
        let end = memchr::memrchr(b'}', line).unwrap_or(line.len());
        let mut start = 0;
        for cut in &self.cuts {
            out.extend_from_slice(&line[start..cut.start]);
            start = cut.end;
        }
        out.extend_from_slice(&line[start..end]);
        out.extend_from_slice(if self.has_keys { b",\"scan\":" } else { b"\"scan\":" });
        out.extend_from_slice(scan);
        out.extend_from_slice(&line[end..]);
    }
}

struct Spans<'l> {
    line: &'l [u8],
}

struct HostKeys<'l> {
    ip: Option<&'l str>,
    suspicious: Option<&'l str>,
    rules: Option<Range<usize>>,
    cuts: Vec<Range<usize>>,
    kept: bool,
}

impl<'l> Visitor<'l> for Spans<'l> {
    type Value = HostKeys<'l>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a host object")
    }

    fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = HostKeys { ip: None, suspicious: None, rules: None, cuts: Vec::new(), kept: false };
        // Where the last value (or the opening brace, or the last cut) ended.
        let mut has_schema = false;
        let mut cursor = memchr::memchr(b'{', self.line).map_or(0, |at| at + 1);
        while let Some(Text(key)) = map.next_key()? {
            let value: &'l RawValue = map.next_value()?;
            let end = value.get().as_ptr().addr() - self.line.as_ptr().addr() + value.get().len();
            match &*key {
                "scan" => {
                    // The first key has no comma before it, so the one behind it goes.
                    let end = if found.kept { end } else { past_comma(self.line, end) };
                    found.cuts.push(cursor..end);
                    cursor = end;
                    continue;
                }
                "schema" if std::mem::replace(&mut has_schema, true) => return Err(de::Error::duplicate_field("schema")),
                "ip" => found.ip = Some(value.get()),
                "rules" => found.rules = Some(end - value.get().len()..end),
                "suspicious" => found.suspicious = Some(value.get()),
                _ => {}
            }
            found.kept = true;
            cursor = end;
        }
        Ok(found)
    }
}

/// The place behind the comma that follows `at`, or `at` where none does.
fn past_comma(line: &[u8], at: usize) -> usize {
    let space = line[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    if line.get(at + space) == Some(&b',') { at + space + 1 } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splice(line: &str) -> String {
        let mut out = Vec::new();
        HostLine::read(line.as_bytes()).expect(line).splice(line.as_bytes(), b"{}", &mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn only_the_scan_key_changes() {
        for (line, spliced) in [
            (r#"{"ip":"::1"}"#, r#"{"ip":"::1","scan":{}}"#),
            (r#" { "ip" : "::1" , "x" : [1, {"scan": 2}] } "#, r#" { "ip" : "::1" , "x" : [1, {"scan": 2}] ,"scan":{}} "#),
            (r#"{"ip":"::1","scan":{"a":[1]},"y":1}"#, r#"{"ip":"::1","y":1,"scan":{}}"#),
            (r#"{"ip":"::1","\u0073can":1,"y":1}"#, r#"{"ip":"::1","y":1,"scan":{}}"#),
            (r#"{"scan":1,"ip":"::1"}"#, r#"{"ip":"::1","scan":{}}"#),
            (r#"{"scan":1 , "scan":2,"ip":"::1","scan":3 }"#, r#"{"ip":"::1" ,"scan":{}}"#),
            ("{\"ip\":\"::1\"}\r", "{\"ip\":\"::1\",\"scan\":{}}\r"),
        ] {
            assert_eq!(splice(line), spliced);
        }
    }

    #[test]
    fn suspicion_is_read_strictly() {
        let read = |line: &str| HostLine::read(line.as_bytes()).map(|h| h.suspicious);
        assert_eq!(read(r#"{"ip":"::1","suspicious":true}"#), Ok(true));
        assert_eq!(read(r#"{"ip":"::1"}"#), Ok(false));
        assert!(read(r#"{"ip":"::1","suspicious":1}"#).is_err());
        assert!(read(r#"{"ip":"example.org","suspicious":true}"#).is_err());
        assert!(read(r#"{"suspicious":true}"#).is_err());
        assert!(read(r#"{"ip":"::1"} {}"#).is_err());
        assert!(read(r#"{"schema":"soar.host/1","ip":"::1","schema":"soar.host/1"}"#).is_err());
    }
}
