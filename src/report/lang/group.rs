//! What the table of groups says, in both languages.

use crate::report::lang::Phrase;

/// Title of the table.
pub(crate) const GROUPS: Phrase = ["Groups", "Groupes"];
/// What it shows.
pub(crate) const GROUPS_HINT: Phrase = [
    "Networks and other groups of addresses for which a rule holds. An address in one is suspicious only for what it did itself.",
    "Réseaux et autres groupes d’adresses qui remplissent une règle. Une adresse n’y est suspecte que pour ce qu’elle a fait elle-même.",
];
/// Headings.
pub(crate) const GROUP: Phrase = ["Group", "Groupe"];
pub(crate) const RULE: Phrase = ["Rule", "Règle"];
pub(crate) const ADDRESSES: Phrase = ["Addresses", "Adresses"];
pub(crate) const ACCUSED: Phrase = ["Suspicious by it", "Suspectes par elle"];
pub(crate) const SCORE: Phrase = ["Score", "Score"];
