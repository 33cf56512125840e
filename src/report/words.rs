//! What is counted, in words, and what the rules that come with the program are about, in both languages.

use crate::record::signal::{SIGNALS, index_of};
use crate::report::lang::{Counted, Phrase};

/// What a key of a host counts that is no signal, behind a number.
const NOUNS: &[(&str, Counted)] = &[
    (
        "failed_before_login",
        [
            ["failed login in the hour before one that succeeded", "échec dans l’heure avant une connexion réussie"],
            ["failed logins in the hour before one that succeeded", "échecs dans l’heure avant une connexion réussie"],
        ],
    ),
    ("users", [["user name tried", "nom de compte essayé"], ["user names tried", "noms de compte essayés"]]),
    ("paths", [["path that is not there", "chemin introuvable"], ["different paths that are not there", "chemins introuvables"]]),
    ("score", [["point of score", "point de score"], ["points of score", "points de score"]]),
];

/// What the key `name` of a host counts, behind a number; of a signal, as its entry says.
pub(crate) fn counted(name: &str) -> Option<Counted> {
    let noun = NOUNS.iter().find(|(key, _)| *key == name).map(|(_, noun)| *noun);
    noun.or_else(|| index_of(name).map(|index| SIGNALS[index].counted))
}

/// What the rules that come with the program are about: a record says it in English.
pub(crate) const ABOUTS: &[Phrase] = &[
    [
        "an SSH login from a network from which no login was accepted before",
        "une connexion SSH depuis un réseau d’où aucune n’avait été acceptée",
    ],
    ["more than 50 failed SSH logins", "plus de 50 échecs de connexion SSH"],
    ["more than 50 failed logins at other services than sshd", "plus de 50 échecs de connexion à d’autres services que sshd"],
    [
        "more than 10 failed logins at other services than sshd in 10 minutes",
        "plus de 10 échecs de connexion à d’autres services que sshd en 10 minutes",
    ],
    [
        "more than 50 SSH connections that named a user and ended before authentication",
        "plus de 50 connexions SSH qui ont nommé un compte et fini avant l’authentification",
    ],
    [
        "more than 10 SSH connections that named a user and ended before authentication",
        "plus de 10 connexions SSH qui ont nommé un compte et fini avant l’authentification",
    ],
    ["a bot that keeps asking for what is not there", "un robot qui demande sans relâche ce qui n’existe pas"],
    [
        "a login by password succeeded within an hour of more than 10 failed ones: they may be in",
        "une connexion par mot de passe a réussi dans l’heure suivant plus de 10 échecs\u{a0}: l’attaquant est peut-être entré",
    ],
    ["5 failed SSH logins in 10 minutes", "5 échecs de connexion SSH en 10 minutes"],
    ["more than 10 failed SSH logins in 10 minutes", "plus de 10 échecs de connexion SSH en 10 minutes"],
    ["more than 20 failed SSH logins in all, however slow", "plus de 20 échecs de connexion SSH en tout, même très espacés"],
    [
        "at least 5 user names tried, at most 3 failed logins each",
        "au moins 5 noms de compte essayés, au plus 3 échecs de connexion chacun",
    ],
    ["more than 5 tries for users that do not exist", "plus de 5 essais pour des comptes inexistants"],
    [
        "a login by password succeeded within an hour of more than 3 failed ones: they may be in",
        "une connexion par mot de passe a réussi dans l’heure suivant plus de 3 échecs\u{a0}: l’attaquant est peut-être entré",
    ],
    ["more than 10 connections to sshd that tried no login", "plus de 10 connexions à sshd sans essai de mot de passe"],
    ["more than 20 different targets that are not there", "plus de 20 cibles différentes qui n’existent pas"],
    ["a request for a well-known hole", "une requête visant une faille connue"],
    ["more than 10 logins tried at web applications in 10 minutes", "plus de 10 essais de connexion à des applications web en 10 minutes"],
    ["an attack in a request", "une attaque dans une requête"],
    [
        "it claims to be a crawler, and its address is none of that crawler's owner",
        "se présente comme un robot dont le propriétaire n’a pas cette adresse",
    ],
    ["more than 20 denied requests in 10 minutes", "plus de 20 requêtes refusées en 10 minutes"],
    ["more than 50 requests that failed in 10 minutes", "plus de 50 requêtes en erreur en 10 minutes"],
];

/// The techniques that rules name, as MITRE calls them, whatever the language. **Source:** MITRE ATT&CK for Enterprise, v17.
pub(crate) const TECHNIQUES: &[(&str, &str)] = &[
    ("T1036", "Masquerading"),
    ("T1046", "Network Service Discovery"),
    ("T1078", "Valid Accounts"),
    ("T1078.003", "Valid Accounts: Local Accounts"),
    ("T1110", "Brute Force"),
    ("T1110.001", "Brute Force: Password Guessing"),
    ("T1110.002", "Brute Force: Password Cracking"),
    ("T1110.003", "Brute Force: Password Spraying"),
    ("T1110.004", "Brute Force: Credential Stuffing"),
    ("T1190", "Exploit Public-Facing Application"),
    ("T1595", "Active Scanning"),
    ("T1595.001", "Active Scanning: Scanning IP Blocks"),
    ("T1595.002", "Active Scanning: Vulnerability Scanning"),
    ("T1595.003", "Active Scanning: Wordlist Scanning"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_and_every_shipped_rule_has_words() {
        for signal in SIGNALS {
            let words = [signal.label, signal.label_fr].into_iter().chain(signal.counted.into_iter().chain(signal.told).flatten());
            assert!(words.into_iter().all(|word| !word.is_empty()), "{}", signal.name);
            assert!(NOUNS.iter().all(|(name, _)| *name != signal.name), "{} stands twice", signal.name);
        }
        let rules = [
            include_str!("../../rules/default.toml"),
            include_str!("../../rules/strict.toml"),
            include_str!("../../rules/fail2ban-like.toml"),
            include_str!("../../rules/web.toml"),
        ]
        .concat();
        let values = |key: &str| -> Vec<&str> {
            let start = format!("{key} = \"");
            rules.lines().filter_map(|line| line.strip_prefix(&start)?.split('"').next()).collect()
        };
        assert!(values("about").len() >= 12 && values("attack").len() >= 12);
        for about in values("about") {
            assert!(ABOUTS.iter().any(|phrase| phrase[0] == about), "{about}");
        }
        for id in values("attack") {
            assert!(TECHNIQUES.iter().any(|(known, _)| *known == id), "{id}");
        }
    }
}
