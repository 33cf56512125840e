//! The services that ports are known for: what names, wildcards, brackets and `--top-ports` mean, and what charts call ports.
//!
//! One table, `services.tsv`, which says where it is from. Services of a port range that IANA gave away as one have its first name.

use std::sync::LazyLock;

use regex::bytes::RegexBuilder;

use crate::base::wildcard::expression_of;

const TABLE: &str = include_str!("services.tsv");

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortService {
    /// The TCP port.
    pub port: u16,
    /// IANA's name.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// What people call it, of the best known ones.
    pub label: Option<&'static str>,
}

/// Every service, in the order of `--top-ports`.
pub static SERVICES: LazyLock<Vec<PortService>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let service = |line: &'static str| {
        let mut cells = line.split('\t');
        Some(PortService { port: cells.next()?.parse().ok()?, name: cells.next()?, about: cells.next()?, label: cells.next() })
    };
    lines.filter_map(service).collect()
});

/// The services whose name is what `pattern` means, in any case: `*` stands for any text, `?` for one letter.
pub fn named(pattern: &str) -> impl Iterator<Item = &'static PortService> {
    let expression = expression_of(pattern, ".").replace(r"\?", ".");
    let names = RegexBuilder::new(&expression).case_insensitive(true).build().ok();
    SERVICES.iter().filter(move |service| names.as_ref().is_some_and(|names| names.is_match(service.name.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_service_and_no_port_comes_twice() {
        let lines: Vec<_> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(lines.len(), SERVICES.len());
        for (service, line) in SERVICES.iter().zip(lines) {
            let label = service.label.map_or_else(String::new, |label| format!("\t{label}"));
            assert_eq!(format!("{}\t{}\t{}{label}", service.port, service.name, service.about), line);
            assert!(!service.name.bytes().all(|b| b.is_ascii_digit()) && !service.about.is_empty(), "{line}");
            assert_eq!(SERVICES.iter().filter(|other| other.port == service.port).count(), 1, "{line}");
        }
        assert!(SERVICES.len() >= 100, "as many as people ask for");
    }

    #[test]
    fn patterns_are_whole_names() {
        for (pattern, ports) in [
            ("http*", &[80, 443, 8008, 8080][..]),
            ("HTTP?", &[443]),
            ("http", &[80]),
            ("*ttp", &[80, 623, 4848, 16992]),
            ("h*t*s", &[443]),
            ("h.*", &[]),
            ("[h]ttp", &[]),
            ("", &[]),
        ] {
            let mut found: Vec<_> = named(pattern).map(|service| service.port).collect();
            found.sort_unstable();
            assert_eq!(found, ports, "{pattern}");
        }
        assert_eq!(named("*").count(), SERVICES.len());
    }
}
