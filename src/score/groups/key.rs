//! Which groups a host is in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::record::host::HostRecord;
use crate::record::json::member::{follow, items, text_of};
use crate::score::rules::group::GroupBy;

/// The keys of the groups that `host` is in: a network, or the texts and numbers that a path leads to.
pub(crate) fn keys_of(by: &GroupBy, host: &HostRecord<'_>) -> Vec<String> {
    match by {
        GroupBy::Network { v4, v6 } => {
            let bits = if host.ip.ip.is_ipv4() { *v4 } else { *v6 };
            // What stands for a network is in one that holds all of it.
            let own = host.network.as_ref().and_then(|network| network.0.rsplit_once('/')?.1.parse::<u8>().ok());
            let bits = bits.filter(|bits| own.is_none_or(|own| own >= *bits) && host.ip.zone().is_none());
            bits.map(|bits| network(host.ip.ip, bits)).into_iter().collect()
        }
        GroupBy::Enrich(path) => {
            let value = follow(&host.enrich.0.0, path).filter(|&(steps, _)| steps == path.len()).map_or("", |(_, value)| value);
            let mut keys: Vec<_> =
                if value.starts_with('[') { items(value).filter_map(key).collect() } else { key(value).into_iter().collect() };
            keys.sort_unstable();
            keys.dedup();
            keys
        }
    }
}

/// A text or a number as a key; nothing else is one.
fn key(json: &str) -> Option<String> {
    match text_of(json) {
        Some(text) => Some(text.into_owned()).filter(|text| !text.is_empty()),
        None => json.starts_with(|c: char| c.is_ascii_digit() || c == '-').then(|| json.to_owned()),
    }
}

fn network(ip: IpAddr, bits: u8) -> String {
    match ip {
        IpAddr::V4(v4) => format!("{}/{bits}", Ipv4Addr::from_bits(v4.to_bits() & u32::MAX.checked_shl(u32::from(32 - bits)).unwrap_or(0))),
        IpAddr::V6(v6) => {
            format!("{}/{bits}", Ipv6Addr::from_bits(v6.to_bits() & u128::MAX.checked_shl(u32::from(128 - bits)).unwrap_or(0)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_in_the_network_of_its_address_and_in_every_list_that_names_it() {
        let host = |members: &str| format!(r#"{{"schema":"soar.host/1",{members}}}"#);
        let networks = GroupBy::Network { v4: Some(24), v6: Some(48) };
        let path = |path: &str| GroupBy::Enrich(path.split('.').map(str::to_owned).collect());
        for (by, members, keys) in [
            (&networks, r#""ip":"203.0.113.77""#, &["203.0.113.0/24"][..]),
            (&networks, r#""ip":"2001:db8:1:2::3""#, &["2001:db8:1::/48"]),
            (&networks, r#""ip":"2001:db8:1:2::3","network":"2001:db8:1:2::/64""#, &["2001:db8:1::/48"]),
            (&networks, r#""ip":"2001:db8:1:2::3","network":"2001:db8::/32""#, &[]),
            (&networks, r#""ip":"fe80::1%eth0""#, &[]),
            (&GroupBy::Network { v4: None, v6: Some(64) }, r#""ip":"203.0.113.77""#, &[]),
            (&path("as.number"), r#""ip":"::1","enrich":{"as":{"number":64496}}"#, &["64496"]),
            (&path("lists"), r#""ip":"::1","enrich":{"lists":["b","a","b",{"c":1}]}"#, &["a", "b"]),
            (&path("as.number"), r#""ip":"::1","enrich":{"as":{"number":null}}"#, &[]),
            (&path("as.number"), r#""ip":"::1""#, &[]),
            (&path("as"), r#""ip":"::1","enrich":{"as":{"number":64496}}"#, &[]),
        ] {
            let line = host(members);
            let record = HostRecord::from_line(line.as_bytes()).expect(members);
            assert_eq!(keys_of(by, &record), keys, "{members}");
        }
    }
}
