//! What charts say, in both languages.

use crate::report::lang::{Counted, Phrase};

/// Title of the chart of several hosts.
pub(crate) const CHART_MANY: Phrase = ["Top {} addresses by score", "Les {} adresses aux scores les plus élevés"];
/// Title of the chart of one host.
pub(crate) const CHART_ONE: Phrase = ["Top address by score", "L’adresse au score le plus élevé"];
/// Title of the chart of no host.
pub(crate) const CHART_NONE: Phrase = ["Top addresses by score", "Les adresses aux scores les plus élevés"];
/// Behind one of these titles: break-ins that stand below the others.
pub(crate) const CHART_AND_BREAK_INS: Phrase = ["{}, and {}", "{}, et {}"];
/// Where the last host of a chart is no higher than others that are not in it.
pub(crate) const CHART_TIED: Phrase = ["{} the same score as the last one: {}", "{} le même score que la dernière\u{a0}: {}"];
pub(crate) const OTHERS_HAVE: Counted = [["more address has", "autre adresse a"], ["more addresses have", "autres adresses ont"]];
/// Break-ins that do not fit into a chart.
pub(crate) const CHART_BREAK_INS_HIDDEN: Phrase = ["{} not shown", "{}, sans barre"];
pub(crate) const FURTHER_BREAK_INS: Counted = [["further break-in", "autre intrusion"], ["further break-ins", "autres intrusions"]];
/// In the chart of no host.
pub(crate) const NO_SCORE: Phrase = ["No address has a score.", "Aucune adresse n’a de score."];
/// The axis of scores.
pub(crate) const SCORE_AXIS: Phrase = ["Score (occurrences × weight)", "Score (occurrences × poids)"];
/// The mark of suspicious hosts.
pub(crate) const HIGHLY_SUSPICIOUS: Phrase = ["highly suspicious", "très suspecte"];
/// The part of a bar that signals without a colour of their own share.
pub(crate) const OTHER_SIGNALS: Phrase = ["other signals", "autres signaux"];
/// Title of the chart of ports.
pub(crate) const PORTS_TITLE: Phrase = ["Open ports on highly suspicious addresses", "Ports ouverts sur les adresses très suspectes"];
/// How many of the suspicious hosts were scanned.
pub(crate) const PORTS_SCANNED: Phrase =
    ["highly suspicious addresses scanned: {} of {}", "adresses très suspectes scannées\u{a0}: {} sur {}"];
/// Ports beyond those drawn.
pub(crate) const PORTS_MORE: Phrase = ["; further ports, not shown: {}", "\u{a0}; autres ports, non représentés\u{a0}: {}"];
/// Hosts that answer on every port, of which none is drawn.
pub(crate) const PORTS_NOTED: Phrase =
    ["; left out as probable tarpits or proxies: {}", "\u{a0}; écartées, probablement des pièges (tarpits) ou des mandataires\u{a0}: {}"];
/// In the chart of no port.
pub(crate) const NO_OPEN_PORT: Phrase = ["No open port was found.", "Aucun port ouvert n’a été trouvé."];
/// The axis of hosts with an open port.
pub(crate) const PORTS_AXIS: Phrase = ["Addresses with the port open", "Adresses où le port est ouvert"];
/// The axis of ports.
pub(crate) const TCP_PORT: Phrase = ["TCP port", "Port TCP"];
/// Title of the chart of groups.
pub(crate) const GROUPS_TITLE: Phrase = ["Groups of addresses that met a rule", "Groupes d’adresses qui remplissent une règle"];
/// What its bars are.
pub(crate) const GROUPS_NOTE: Phrase =
    ["addresses in the group (of them suspicious by that rule)", "adresses du groupe (dont suspectes selon cette règle)"];
/// Groups beyond those drawn.
pub(crate) const GROUPS_MORE: Phrase = ["; further groups, not shown: {}", "\u{a0}; autres groupes, non représentés\u{a0}: {}"];
/// In the chart of no group.
pub(crate) const NO_GROUP: Phrase = ["No group met a rule.", "Aucun groupe ne remplit de règle."];
/// The axis of addresses.
pub(crate) const GROUPS_AXIS: Phrase = ["Addresses", "Adresses"];
/// The axis of groups.
pub(crate) const GROUP_AXIS: Phrase = ["Group", "Groupe"];
