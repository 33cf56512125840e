//! What only reports show of a host: what the rules saw, and everything about its scan. Read where it is shown.

use crate::record::Text;
use crate::record::host::HostRecord;
use crate::record::host::explain::{Explained, Observed};
use crate::record::host::scan::{Banner, Port, Scan};
use crate::record::json::lenient;
use crate::report::change::Change;

use serde::Deserialize;

/// A host and what else its record says.
#[derive(Debug, Clone, Copy)]
pub struct DetailRow<'a> {
    pub host: &'a HostRecord<'a>,
    /// What else its record says; empty where nothing of it is shown.
    pub detail: &'a HostDetail,
}

/// What only reports show.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HostDetail {
    /// What each rule saw.
    pub explain: Vec<Explained<'static>>,
    /// The scan; of its ports and banners, see `ports`.
    pub scan: Scan<'static>,
    /// What is known of single ports, ascending.
    pub(crate) ports: Vec<PortDetail>,
    /// What is new of it, where it is compared with another day.
    pub(crate) change: Option<Change>,
}

/// One port, with what its service said first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct PortDetail {
    /// What the scan found.
    pub port: Port,
    /// What the service said.
    pub banner: Text<'static>,
}

impl HostDetail {
    /// Reads what `host` says beyond what every report shows.
    pub fn of(host: &HostRecord<'_>) -> Self {
        let explain = lenient::items_of(&host.explain.value());
        let scan = host.scan.as_ref().map(|scan| Scan::deserialize(scan.whole.value()).unwrap_or_default());
        let mut scan = scan.unwrap_or_default();
        let ports = join_banners(std::mem::take(&mut scan.ports), std::mem::take(&mut scan.banners));
        Self { explain, scan, ports, change: None }
    }
}

/// The values that a rule saw: `ssh_failed=60, ssh_accepted=1`.
pub(crate) fn values_of(rule: &Explained<'_>) -> String {
    let show = |(key, value): &(Text<'_>, Observed)| match used_seconds(rule, key) {
        Some(seconds) => format!("{}={} ({seconds} s)", key.0, text_of(value)),
        None => format!("{}={}", key.0, text_of(value)),
    };
    rule.saw.iter().map(show).collect::<Vec<_>>().join(", ")
}

/// A value as text.
pub(crate) fn text_of(value: &Observed) -> String {
    match value {
        Observed::Count(count) => count.to_string(),
        Observed::Time(seconds) => crate::base::time::rfc3339(*seconds),
        Observed::Flag(flag) => flag.to_string(),
        Observed::Text(text) => text.clone(),
    }
}

/// Keys that are of all of the time, also in a rule with a window.
const FACTS: [&str; 6] = ["users", "paths", "score", "failed_before_login", "first_seen", "last_seen"];

/// The length of the window in which `rule` counted `key`.
pub fn window_seconds(rule: &Explained<'_>, key: &Text<'_>) -> Option<u64> {
    used_seconds(rule, key).or(rule.window_seconds.filter(|_| !FACTS.contains(&&*key.0)))
}

/// The same, where it is not the rule's.
fn used_seconds(rule: &Explained<'_>, key: &Text<'_>) -> Option<u64> {
    rule.used_window_seconds.iter().find(|(other, _)| other == key).map(|&(_, seconds)| seconds)
}

/// The ports in ascending order, each with what its service said.
fn join_banners(mut ports: Vec<Port>, banners: Vec<Banner>) -> Vec<PortDetail> {
    ports.sort_by_key(|port| port.port);
    let mut ports: Vec<_> = ports.into_iter().map(|port| PortDetail { port, banner: Text::default() }).collect();
    let mut others = Vec::new();
    for Banner { port, text: banner } in banners {
        match ports.binary_search_by_key(&port, |detail| detail.port.port) {
            Ok(index) => ports[index].banner = banner,
            Err(_) => others.push(PortDetail { port: Port { port, state: "open".into(), ..Port::default() }, banner }),
        }
    }
    ports.append(&mut others);
    ports.sort_by_key(|detail| detail.port.port);
    ports
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(members: &str) -> HostDetail {
        HostDetail::of(&HostRecord::from_line(format!(r#"{{"ip":"192.0.2.1",{members}}}"#).as_bytes()).expect("a host"))
    }

    #[test]
    fn a_scan_is_read_with_its_banners() {
        let detail = |key: &str| {
            detail(&format!(
                r#""{key}":{{"closed":3,"banners":[{{"port":22,"text":"SSH-2.0-x"}},{{"port":21,"text":"hi"}},{{"text":"?"}}],"ports":[{}]}}"#,
                r#"{"port":80,"state":"open","reason":"connected","rtt_ms":0.5},{"port":22,"state":"open"}"#
            ))
        };
        let ports = detail("scan").ports;
        let told: Vec<_> = ports.iter().map(|p| (p.port.port, &*p.port.state.0, &*p.banner.0, lenient::text_of(&p.port.rtt_ms))).collect();
        let text = str::to_owned;
        assert_eq!(told, [(21, "open", "hi", text("")), (22, "open", "SSH-2.0-x", text("")), (80, "open", "", text("0.5"))]);
        assert_eq!(detail("scan").scan.closed, Some(3));
        assert_eq!(detail("sc\\u0061n").scan.closed, Some(3), "in any spelling");
    }

    #[test]
    fn what_the_rules_saw_is_read() {
        let detail = detail(concat!(
            r#""explain":[{"rule":"r","held":true,"when":".a > 1","about":"words","attack":"T1110","window_seconds":600,"#,
            r#""used_window_seconds":{"ssh_failed":640},"saw":{"ssh_failed":60,"last_seen":"x"}},7]"#
        ));
        let rule = Explained {
            rule: "r".into(),
            held: true,
            error: None,
            when: ".a > 1".into(),
            about: Some("words".into()),
            attack: Some("T1110".into()),
            window_seconds: Some(600),
            used_window_seconds: vec![("ssh_failed".into(), 640)],
            saw: vec![("last_seen".into(), Observed::Text("x".into())), ("ssh_failed".into(), Observed::Count(60))],
        };
        assert_eq!(values_of(&rule), "last_seen=x, ssh_failed=60 (640 s)");
        assert_eq!(["last_seen", "ssh_failed", "http_404"].map(|key| window_seconds(&rule, &key.into())), [None, Some(640), Some(600)]);
        assert_eq!(detail.explain, [rule]);
    }

    #[test]
    fn what_is_not_as_expected_is_left_out() {
        for members in
            [r#""score":1"#, r#""explain":"x""#, r#""explain":{}"#, r#""scan":{"ports":{},"banners":3,"closed":-1}"#, r#""scan":null"#]
        {
            assert_eq!(detail(members), HostDetail::default(), "{members}");
        }
        assert_eq!(detail(r#""explain":[{"rule":7,"held":1,"saw":[]}]"#).explain, [Explained { rule: "7".into(), ..Explained::default() }]);
    }
}
