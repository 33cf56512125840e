//! The rule sets that come with soar-score: the files of `rules/`, inside the program.

/// A rule set that comes with soar-score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Set {
    /// What `--rules` calls it.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub about: &'static str,
    /// The file.
    pub text: &'static str,
}

/// Every set, the one of a run without `--rules` and `--rule` first.
pub const SETS: &[Set] = &[
    Set {
        name: "default",
        about: "the project's definition of \"highly suspicious\"; used without --rules and --rule",
        text: include_str!("../../../rules/default.toml"),
    },
    Set {
        name: "strict",
        about: "lower thresholds, password spraying, directory busting, slow guessing, probes",
        text: include_str!("../../../rules/strict.toml"),
    },
    Set {
        name: "fail2ban-like",
        about: "5 failed logins in 10 minutes, as fail2ban's sshd jail has it by default",
        text: include_str!("../../../rules/fail2ban-like.toml"),
    },
];

/// The set that `--rules` calls `name`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Set> {
    SETS.iter().find(|set| set.name == name)
}
