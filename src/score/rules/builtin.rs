//! The rule sets that come with soar-score: the files of `rules/`, inside the program.

/// A rule set that comes with soar-score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleSet {
    /// What `--rules` calls it.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub about: &'static str,
    /// The file.
    pub text: &'static str,
}

/// Every set, the one of a run without `--rules` and `--rule` first.
pub const SETS: &[RuleSet] = &[
    RuleSet {
        name: "default",
        about: "the project's definition of \"highly suspicious\"; used without --rules and --rule",
        text: include_str!("../../../rules/default.toml"),
    },
    RuleSet {
        name: "strict",
        about: "lower thresholds, password spraying, directory busting, slow guessing, probes",
        text: include_str!("../../../rules/strict.toml"),
    },
    RuleSet {
        name: "fail2ban-like",
        about: "5 failed logins in 10 minutes, as fail2ban's sshd jail has it by default",
        text: include_str!("../../../rules/fail2ban-like.toml"),
    },
    RuleSet { name: "web", about: "attacks on web servers and web applications alone", text: include_str!("../../../rules/web.toml") },
];

/// The set that `--rules` calls `name`.
pub(crate) fn find(name: &str) -> Option<&'static RuleSet> {
    SETS.iter().find(|set| set.name == name)
}
