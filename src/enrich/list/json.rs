//! Lists in JSON, as clouds, search engines and others publish them: every network in the document, wherever it stands.
//!
//! **Source:** the files of AWS (`ip_prefix`), Google, Bing and `OpenAI` (`ipv4Prefix`), Azure (`addressPrefixes`), Cloudflare
//! (`ipv4_cidrs`), Fastly (`addresses`), GitHub (`hooks`, `web` ...), Spamhaus DROP (`cidr`) and MISP's warning lists (`list`).

use std::fmt::Write as _;

use serde_json::Value;

use crate::enrich::list::Network;
use crate::enrich::list::read::parse_networks;

/// Keys whose values are networks and nothing else, so that one which is none is a mistake worth naming.
const NETWORK_KEYS: [&str; 11] = [
    "ip_prefix",
    "ipv6_prefix",
    "ipv4Prefix",
    "ipv6Prefix",
    "addressPrefixes",
    "ipv4_cidrs",
    "ipv6_cidrs",
    "addresses",
    "ipv6_addresses",
    "cidr",
    "list",
];

/// Hands every network of `document` to `take`, and the place of what should be one and is none, as jq writes it, with the reason to `wrong`.
pub(crate) fn read(document: &Value, take: &mut dyn FnMut(Network), wrong: &mut dyn FnMut(&str, String)) {
    walk(document, &mut String::new(), false, take, wrong);
}

fn walk(value: &Value, place: &mut String, is_network: bool, take: &mut dyn FnMut(Network), wrong: &mut dyn FnMut(&str, String)) {
    let before = place.len();
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let _ = write!(place, ".{key}");
                walk(value, place, NETWORK_KEYS.contains(&&**key), take, wrong);
                place.truncate(before);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let _ = write!(place, "[{index}]");
                walk(value, place, is_network, take, wrong);
                place.truncate(before);
            }
        }
        Value::String(text) => match parse_networks(text, take) {
            Err(reason) if is_network => wrong(if place.is_empty() { "." } else { place }, reason),
            _ => {}
        },
        // A key that has no network in this place says so with null, as MISP does.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(json: &str) -> (Vec<String>, Vec<String>) {
        let (mut found, mut wrong) = (Vec::new(), Vec::new());
        let document = serde_json::from_str(json).expect("JSON");
        read(&document, &mut |network| found.push(format!("{}/{}", network.first, network.bits)), &mut |place, reason| {
            wrong.push(format!("{place}: {reason}"));
        });
        (found, wrong)
    }

    #[test]
    fn the_files_of_all_publishers_are_read() {
        for (publisher, json, expected) in [
            (
                "AWS",
                r#"{"syncToken":"1700000000","createDate":"2026-01-01-00-00-00","prefixes":[{"ip_prefix":"192.0.2.0/24","region":"r","service":"EC2"}],"ipv6_prefixes":[{"ipv6_prefix":"2001:db8::/32"}]}"#,
                &["192.0.2.0/24", "2001:db8::/32"][..],
            ),
            (
                "Google, Bing, OpenAI",
                r#"{"creationTime":"2026-01-01T00:00:00.0","prefixes":[{"ipv6Prefix":"2001:db8:1::/48"},{"ipv4Prefix":"192.0.2.64/27"}]}"#,
                &["2001:db8:1::/48", "192.0.2.64/27"],
            ),
            (
                "Azure",
                r#"{"changeNumber":9,"cloud":"Public","values":[{"name":"A","properties":{"addressPrefixes":["192.0.2.0/25","2001:db8::/48"]}}]}"#,
                &["192.0.2.0/25", "2001:db8::/48"],
            ),
            (
                "Cloudflare",
                r#"{"result":{"ipv4_cidrs":["192.0.2.0/22"],"ipv6_cidrs":["2001:db8::/29"]},"success":true}"#,
                &["192.0.0.0/22", "2001:db8::/29"],
            ),
            ("Fastly", r#"{"addresses":["192.0.2.0/24"],"ipv6_addresses":["2001:db8::/32"]}"#, &["192.0.2.0/24", "2001:db8::/32"]),
            (
                "GitHub",
                r#"{"verifiable_password_authentication":false,"ssh_key_fingerprints":{"SHA256_RSA":"x"},"ssh_keys":["ssh-ed25519 AAAA"],"hooks":["192.0.2.0/24"],"web":["2001:db8::/32"]}"#,
                &["192.0.2.0/24", "2001:db8::/32"],
            ),
            ("Spamhaus DROP", r#"{"cidr":"192.0.2.0/24","sblid":"SBL1","rir":"ripencc"}"#, &["192.0.2.0/24"]),
            (
                "MISP",
                r#"{"description":"d","list":["192.0.2.7","2001:db8::/32"],"type":"cidr","version":20260101}"#,
                &["192.0.2.7/32", "2001:db8::/32"],
            ),
        ] {
            let (mut found, wrong) = networks(json);
            found.sort_unstable();
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            assert_eq!((found, wrong), (expected.into_iter().map(str::to_owned).collect(), Vec::new()), "{publisher}");
        }
    }

    #[test]
    fn what_should_be_a_network_and_is_none_is_named_with_its_place() {
        let (found, wrong) =
            networks(r#"{"prefixes":[{"ipv4Prefix":"192.0.2.0/24"},{"ipv4Prefix":"192.0.2.0/33"}],"other":"192.0.2.0/33"}"#);
        assert_eq!(found, ["192.0.2.0/24"]);
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].starts_with(".prefixes[1].ipv4Prefix: not a CIDR: 192.0.2.0/33"), "{wrong:?}");
    }
}
