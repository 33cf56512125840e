//! What the tables of accounts say, in both languages.

use crate::report::lang::Phrase;

/// Title of the table of accounts that were tried.
pub(crate) const TRIED: Phrase = ["Accounts tried most (failures)", "Comptes les plus visés (échecs)"];
/// What it shows.
pub(crate) const TRIED_HINT: Phrase = [
    "Users by failed logins. A name that never logged in and that sshd does not know may be a password typed in the wrong field: it is shown as a hash (#).",
    "Utilisateurs par échecs de connexion. Un nom qui ne s’est jamais connecté et que sshd ne connaît pas peut être un mot de passe saisi dans le mauvais champ : il est remplacé par une empreinte (#).",
];
/// Title of the table of accounts that logged in.
pub(crate) const GOT_IN: Phrase = ["Accounts that logged in (failures)", "Comptes connectés (échecs)"];
/// What it shows.
pub(crate) const GOT_IN_HINT: Phrase = ["Those with the most failed logins first.", "Ceux qui ont le plus d’échecs de connexion d’abord."];
/// Headings.
pub(crate) const ACCOUNT: Phrase = ["User", "Utilisateur"];
pub(crate) const SERVICES: Phrase = ["Services", "Services"];
pub(crate) const FAILURES: Phrase = ["Failures", "Échecs"];
pub(crate) const LOGINS: Phrase = ["Logins", "Connexions"];
pub(crate) const ADDRESSES: Phrase = ["Addresses", "Adresses"];
pub(crate) const LAST_SEEN: Phrase = ["Last seen", "Dernière activité"];
pub(crate) const LAST_LOGIN: Phrase = ["Last login", "Dernière connexion"];
