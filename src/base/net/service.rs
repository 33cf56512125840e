//! The services that ports are known for: what names, wildcards, brackets and `--top-ports` mean, and what charts call ports.
//!
//! One table, `services.tsv`, which says where it is from. Services of a port range that IANA gave away as one have its first name.

use std::sync::LazyLock;

const TABLE: &str = include_str!("services.tsv");

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
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
pub static SERVICES: LazyLock<Vec<Service>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let service = |line: &'static str| {
        let mut cells = line.split('\t');
        Some(Service { port: cells.next()?.parse().ok()?, name: cells.next()?, about: cells.next()?, label: cells.next() })
    };
    lines.filter_map(service).collect()
});

/// Whether `name` is what `pattern` means, in any case: `*` stands for any text, `?` for one letter.
#[must_use]
pub fn matches(pattern: &[u8], name: &[u8]) -> bool {
    // Where the last star stands, and what it took: a later letter that does not fit makes it take one more.
    let (mut at, mut star, mut nth) = (0, None, 0);
    while nth < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, nth));
                at += 1;
            }
            Some(&letter) if letter == b'?' || letter.eq_ignore_ascii_case(&name[nth]) => (at, nth) = (at + 1, nth + 1),
            _ => {
                let Some((after, taken)) = star else { return false };
                (at, nth) = (after + 1, taken + 1);
                star = Some((after, taken + 1));
            }
        }
    }
    pattern[at..].iter().all(|&b| b == b'*')
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
        for (pattern, name, is_match) in [
            ("http*", "http", true),
            ("http*", "https", true),
            ("HTTP?", "https", true),
            ("http", "https", false),
            ("*http", "https", false),
            ("*s", "https", true),
            ("h*t*s", "https", true),
            ("h?t*s", "hts", false),
            ("*", "", true),
            ("", "x", false),
            ("a*b*c", "aXbXbc", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), is_match, "{pattern} {name}");
        }
    }
}
