//! An audit on the wire: one line for each address that soar-scan scans. No stage reads it.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::base::net::Address;
use crate::base::time::LogTime;
use crate::record::json;

/// The value of `schema` in a line of an audit.
pub(crate) const AUDIT_SCHEMA: &str = "soar.audit/1";

/// Who was touched, when, and why.
#[derive(Debug)]
pub(crate) struct AuditRecord<'a> {
    /// When, in seconds since 1970.
    pub seconds: i64,
    pub ip: Address,
    /// The ports that are asked, as a list.
    pub ports: &'a str,
    /// The rules that made it suspicious, as the host has them.
    pub rules: Option<&'a RawValue>,
    /// The line of the targets that names it.
    pub target: Option<&'a str>,
}

#[derive(Serialize)]
struct AuditJson<'a> {
    schema: &'static str,
    at: LogTime<'static>,
    ip: Address,
    ports: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
}

impl AuditRecord<'_> {
    /// The record as one line with its end.
    pub(crate) fn to_line(&self) -> Vec<u8> {
        let Self { seconds, ip, ports, rules, target } = *self;
        let mut line = json::to_vec(&AuditJson { schema: AUDIT_SCHEMA, at: LogTime { seconds, fraction: "" }, ip, ports, rules, target });
        line.push(b'\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_those_of_the_schema() {
        let schema: serde_json::Value = serde_json::from_str(include_str!("../../schemas/audit.schema.json")).expect("JSON");
        let rules = RawValue::from_string("[]".to_owned()).expect("JSON");
        let ip = Address::parse(b"::1").expect("an address");
        let line = AuditRecord { seconds: 0, ip, ports: "22", rules: Some(&rules), target: Some("::1") }.to_line();
        let written: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
        let keys_of = |value: &serde_json::Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys_of(&written), keys_of(&schema["properties"]));
    }
}
