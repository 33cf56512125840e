//! What only reports show of a host: its network, what the rules saw, and everything about its scan.
//!
//! Read from the line apart from the host itself, and only where it is shown. Nothing here can refuse a record: other
//! stages write these keys, and what is not as expected is left out.

use memchr::memmem;
use serde::Deserialize;
use serde_json::Value;

use crate::record::host::HostRecord;

/// A host and what else its line says.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The host.
    pub host: &'a HostRecord<'a>,
    /// What else its line says; empty where nothing of it is shown.
    pub detail: &'a Detail,
}

/// The keys of a host that only reports show.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Detail {
    /// The prefix that the host stands for.
    pub network: String,
    /// What each rule saw.
    pub explain: Vec<Explained>,
    /// Ports that refused.
    pub closed: Option<u64>,
    /// Ports that did not answer.
    pub filtered: Option<u64>,
    /// Ports of which nothing is known.
    pub unknown: Option<u64>,
    /// When the scan began.
    pub started_at: String,
    /// How long it took.
    pub duration_ms: Option<u64>,
    /// Why it ended early.
    pub stopped: String,
    /// What is known of single ports, ascending.
    pub ports: Vec<Port>,
}

/// One rule, and what it saw of a host.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Explained {
    /// Its name.
    pub rule: String,
    /// Whether it held.
    pub held: bool,
    /// Its expression.
    pub when: String,
    /// The length of the window in which it counted, if it has one.
    pub window_seconds: Option<u64>,
    /// The values: `ssh_failed=60, ssh_accepted=1`.
    pub saw: String,
}

/// One port of a host.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Port {
    /// Its number.
    pub port: u64,
    /// `open`, `closed`, `filtered`, `unknown`.
    pub state: String,
    /// How that was found out.
    pub reason: String,
    /// The time of a round trip, as the record has it.
    pub rtt_ms: String,
    /// What the service said first.
    pub banner: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Keys {
    network: Value,
    explain: Value,
    scan: Value,
}

impl Detail {
    /// Reads what `line`, which is a host, says beyond the host.
    #[must_use]
    pub fn from_line(line: &[u8]) -> Self {
        // Most hosts have none of these keys, which is told at a fraction of the cost of reading JSON. Behind an escape, one
        // could stand in another spelling.
        const SIGNS: [&[u8]; 4] = [b"\"network\"", b"\"explain\"", b"\"scan\"", b"\\"];
        if SIGNS.iter().all(|sign| memmem::find(line, sign).is_none()) {
            return Self::default();
        }
        let Keys { network, explain, scan } = serde_json::from_slice(line).unwrap_or_default();
        let ports = items_of(&scan["ports"]).filter_map(Port::from_value).collect();
        Self {
            network: text_of(&network),
            explain: items_of(&explain).map(Explained::from_value).collect(),
            closed: scan["closed"].as_u64(),
            filtered: scan["filtered"].as_u64(),
            unknown: scan["unknown"].as_u64(),
            started_at: text_of(&scan["started_at"]),
            duration_ms: scan["duration_ms"].as_u64(),
            stopped: text_of(&scan["stopped"]),
            ports: join_banners(ports, &scan["banners"]),
        }
    }
}

impl Explained {
    fn from_value(value: &Value) -> Self {
        let saw = value["saw"].as_object().into_iter().flatten();
        let show = |(key, count): (&String, &Value)| match &value["used_window_seconds"][key] {
            Value::Number(seconds) => format!("{key}={} ({seconds} s)", text_of(count)),
            _ => format!("{key}={}", text_of(count)),
        };
        Self {
            rule: text_of(&value["rule"]),
            held: value["held"].as_bool().unwrap_or(false),
            when: text_of(&value["when"]),
            window_seconds: value["window_seconds"].as_u64(),
            saw: saw.map(show).collect::<Vec<_>>().join(", "),
        }
    }
}

impl Port {
    fn from_value(value: &Value) -> Option<Self> {
        let [state, reason, rtt_ms] = ["state", "reason", "rtt_ms"].map(|key| text_of(&value[key]));
        Some(Self { port: value["port"].as_u64()?, state, reason, rtt_ms, banner: String::new() })
    }
}

/// The ports in ascending order, each with what its service said.
fn join_banners(mut ports: Vec<Port>, banners: &Value) -> Vec<Port> {
    ports.sort_by_key(|port| port.port);
    let mut others = Vec::new();
    for said in items_of(banners) {
        let Some(number) = said["port"].as_u64() else { continue };
        let banner = text_of(&said["text"]);
        match ports.binary_search_by_key(&number, |port| port.port) {
            Ok(place) => ports[place].banner = banner,
            Err(_) => others.push(Port { port: number, state: "open".to_owned(), banner, ..Port::default() }),
        }
    }
    ports.append(&mut others);
    ports.sort_by_key(|port| port.port);
    ports
}

fn items_of(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A string without its quotes, `null` as nothing, anything else as JSON.
fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_read_with_its_banners() {
        let line = concat!(
            r#"{"ip":"192.0.2.1","scan":{"closed":3,"banners":[{"port":22,"text":"SSH-2.0-x"},{"port":21,"text":"hi"},{"text":"?"}],"#,
            r#""ports":[{"port":80,"state":"open","reason":"connected","rtt_ms":0.5},{"port":22,"state":"open"}]}}"#
        );
        let detail = Detail::from_line(line.as_bytes());
        let said: Vec<_> = detail.ports.iter().map(|p| (p.port, &*p.state, &*p.banner, &*p.rtt_ms)).collect();
        assert_eq!(said, [(21, "open", "hi", ""), (22, "open", "SSH-2.0-x", ""), (80, "open", "", "0.5")]);
        assert_eq!(detail.closed, Some(3));
        assert_eq!(Detail::from_line(br#"{"sc\u0061n":{"closed":3}}"#).closed, Some(3), "in any spelling");
    }

    #[test]
    fn what_the_rules_saw_is_read() {
        let line = concat!(
            r#"{"ip":"::1","network":"2001:db8::/64","explain":[{"rule":"r","held":true,"when":".a > 1","window_seconds":600,"#,
            r#""used_window_seconds":{"ssh_failed":640},"saw":{"ssh_failed":60,"last_seen":"x"}},7]}"#
        );
        let detail = Detail::from_line(line.as_bytes());
        let rule = Explained {
            rule: "r".into(),
            held: true,
            when: ".a > 1".into(),
            window_seconds: Some(600),
            saw: "last_seen=x, ssh_failed=60 (640 s)".into(),
        };
        assert_eq!((detail.explain, &*detail.network), (vec![rule, Explained::default()], "2001:db8::/64"));
    }

    #[test]
    fn what_is_not_as_expected_is_left_out() {
        for line in [
            "",
            "[]",
            r#"{"scan":7,"explain":"x","network":null}"#,
            r#"{"explain":{}}"#,
            r#"{"scan":{"ports":{},"banners":3,"closed":-1}}"#,
        ] {
            assert_eq!(Detail::from_line(line.as_bytes()), Detail::default(), "{line}");
        }
    }
}
