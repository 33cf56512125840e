//! `services`: how many logins each service saw, refused and let in.
//!
//! sshd has signals of its own, so what it counts is known from these. Of any other service `event.dataset` says the name: `NAME.auth`.

/// What sshd is called.
pub(crate) const SSH: &str = "ssh";
/// What its dataset calls it.
const SSHD: &str = "sshd";

/// How many services beside sshd a host has at the most: of more, the first by name.
pub(crate) const MOST_SERVICES: usize = 64;
/// How many bytes the name of one has at the most.
const MAX_NAME_BYTES: usize = 64;

/// The service of the dataset `NAME.auth`; `None`: it names none beside sshd.
pub(crate) fn of_dataset(dataset: &[u8]) -> Option<&str> {
    std::str::from_utf8(dataset).ok()?.strip_suffix(".auth").filter(|name| is_name(name))
}

/// Whether a service beside sshd may be called so.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && ![SSH, SSHD].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_names_a_service() {
        let long = format!("{}.auth", "x".repeat(MAX_NAME_BYTES));
        for (dataset, name) in [
            ("dovecot.auth", Some("dovecot")),
            ("pure-ftpd.auth", Some("pure-ftpd")),
            ("a.b.auth", Some("a.b")),
            (&*long, long.strip_suffix(".auth")),
            (&*format!("x{long}"), None),
            ("sshd.auth", None),
            ("ssh.auth", None),
            (".auth", None),
            ("http.access", None),
            ("", None),
        ] {
            assert_eq!(of_dataset(dataset.as_bytes()), name, "{dataset}");
        }
        assert_eq!(of_dataset(b"\xff.auth"), None);
    }
}
