//! The property of address sets: an address is in one exactly where one of its prefixes holds it, however they were written down.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use proptest::collection::vec;
use proptest::prelude::*;
use soar_light::base::net::AddressSet;

/// Prefixes of few addresses' starts, so that many lie beside or inside each other.
fn prefix() -> impl Strategy<Value = IpNet> {
    let v4 = (0_u32..64, 8_u8..=32).prop_map(|(n, bits)| Ipv4Net::new_assert(Ipv4Addr::from_bits(n << 26 | n << 3 | n & 7), bits).into());
    let v6 = (0_u128..64, 32_u8..=128).prop_map(|(n, bits)| {
        let address = Ipv6Addr::from_bits(0x2001_0db8 << 96 | n << 62 | n << 3 | n & 7);
        Ipv6Net::new_assert(address, bits).into()
    });
    prop_oneof![v4, v6]
}

fn step(address: IpAddr, by: i8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits().wrapping_add_signed(by.into())).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits().wrapping_add_signed(by.into())).into(),
    }
}

/// The form in which crawlers' owners publish their ranges.
fn published(prefixes: &[IpNet]) -> String {
    let entry = |prefix: &IpNet| match prefix {
        IpNet::V4(v4) => serde_json::json!({ "ipv4Prefix": v4.to_string() }),
        IpNet::V6(v6) => serde_json::json!({ "ipv6Prefix": v6.to_string() }),
    };
    serde_json::json!({ "creationTime": "2026-01-01T00:00:00", "prefixes": prefixes.iter().map(entry).collect::<Vec<_>>() }).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_address_is_in_a_set_where_a_prefix_holds_it(
        typed in vec(prefix(), 0..8), listed in vec(prefix(), 0..8), json in vec(prefix(), 0..8), probes in vec((prefix(), -2_i8..=2), 1..40)
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            path.display().to_string()
        };
        let lines: Vec<_> = listed.iter().map(ToString::to_string).collect();
        let mut operands = vec![file("list", lines.join("\n")), file("json", published(&json))];
        operands.extend(typed.iter().map(ToString::to_string));
        let set = AddressSet::from_operands("--allow", &operands).expect("valid operands");
        let all = [typed, listed, json].concat();
        let edges = all.iter().flat_map(|net| [net.network(), net.broadcast()]).flat_map(|edge| [-1, 0, 1].map(|by| step(edge, by)));
        for address in edges.chain(probes.iter().map(|(net, by)| step(net.network(), *by))) {
            prop_assert_eq!(set.contains(address), all.iter().any(|net| net.contains(&address)), "{} in {:?}", address, &all);
        }
    }
}
