//! What the chart of signals by time says, in both languages.

use crate::report::lang::{Counted, Phrase};

pub(crate) const TIMELINE: Phrase = ["Signals over time", "Les signaux au fil du temps"];
/// What a column is: its width, and the zone of its ticks.
pub(crate) const COLUMN_IS: Phrase = ["Occurrences per {}; times in {}", "Occurrences par {}\u{a0}; heures en {}"];
/// What is shown, from its first column to its last.
pub(crate) const SHOWN: Phrase = ["From {} to {}", "Du {} au {}"];
/// The longest time in which nothing was counted.
pub(crate) const GAP: Phrase = ["nothing from {} to {}", "rien du {} au {}"];
/// In the chart of no host.
pub(crate) const NO_TIMELINE: Phrase =
    ["No host has a timeline (soar-score --timeline).", "Aucun hôte n’a de chronologie (soar-score --timeline)."];
/// Above the strips of hosts.
pub(crate) const STRIPS: Phrase = [
    "The most urgent addresses: the stronger the colour, the more",
    "Les adresses les plus urgentes\u{a0}: plus la couleur est forte, plus il y en a",
];
/// Hosts that have no timeline, beside those that have.
pub(crate) const WITHOUT_TIMELINE: Counted = [
    ["address has no timeline and is not in the chart", "adresse n’a pas de chronologie et ne figure pas dans le graphique"],
    ["addresses have no timeline and are not in the chart", "adresses n’ont pas de chronologie et ne figurent pas dans le graphique"],
];
/// Of one strip: when the host was active, and the most in a column.
pub(crate) const ACTIVE: Phrase = ["active from {} to {}, at most {} at {}", "active du {} au {}, au plus {} à {}"];
/// Of one that did nothing in the part that is shown.
pub(crate) const INACTIVE: Phrase = ["not active in this period", "sans activité dans cette période"];
/// The field with the start of the part whose hosts the table shows.
pub(crate) const SPAN_FROM: Phrase = ["From", "Du"];
/// The field with its end.
pub(crate) const SPAN_TO: Phrase = ["to", "au"];
/// What chooses all of it.
pub(crate) const SPAN_ALL: Phrase = ["Whole period", "Toute la période"];
/// How a part is chosen.
pub(crate) const SPAN_HINT: Phrase = [
    "Drag across the chart, or move the two sliders (arrow keys), to show only addresses that were active in that time.",
    "Glissez sur le graphique, ou déplacez les deux curseurs (touches fléchées), pour n’afficher que les adresses actives pendant ce temps.",
];
/// Hosts that `--show-since` and `--show-until` leave out.
pub(crate) const OUTSIDE: Counted = [
    ["address not seen {} is left out", "adresse non vue {} est omise"],
    ["addresses not seen {} are left out", "adresses non vues {} sont omises"],
];
/// A period without an end, and one without a start, and one with both.
pub(crate) const SINCE: Phrase = ["at or after {}", "depuis le {}"];
pub(crate) const UNTIL: Phrase = ["before {}", "avant le {}"];
pub(crate) const BETWEEN: Phrase = ["from {} until {}", "du {} au {}"];
