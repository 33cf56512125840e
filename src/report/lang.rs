//! The two languages of reports: every phrase that a person reads, in English and in French, in one table.
//!
//! The headings of CSV files are names of columns, and the same in both.

use crate::record::signal::{SIGNALS, index_of};

/// A language of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

/// A phrase in English and in French; `{}` stands for what is filled in.
pub type Phrase = [&'static str; 2];
/// A phrase behind a number: for one and for several.
pub type Counted = [Phrase; 2];

impl Lang {
    /// Its code in HTML. **Source:** BCP 47.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.say(["en", "fr"])
    }

    /// The phrase in this language.
    #[must_use]
    pub const fn say(self, phrase: Phrase) -> &'static str {
        match self {
            Self::En => phrase[0],
            Self::Fr => phrase[1],
        }
    }

    /// The phrase with each `{}` replaced by the next of `values`.
    #[must_use]
    pub fn fill(self, phrase: Phrase, values: &[&str]) -> String {
        let mut parts = self.say(phrase).split("{}");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for (part, value) in parts.zip(values) {
            text.push_str(value);
            text.push_str(part);
        }
        text
    }

    /// A name and what it is: `404: 3`, in French with a no-break space before the colon.
    #[must_use]
    pub fn pair(self, name: &str, value: &str) -> String {
        format!("{name}{} {value}", self.say([":", "\u{a0}:"]))
    }

    /// The number and what it counts: `1 address`, `2,000 addresses`. In French, none is singular.
    #[must_use]
    pub fn count(self, number: u64, what: Counted) -> String {
        let is_one = number == 1 || number == 0 && self == Self::Fr;
        format!("{} {}", self.number(number), self.say(what[usize::from(!is_one)]))
    }

    /// Digits in groups of three: `1,234,567`, in French with narrow no-break spaces.
    #[must_use]
    pub fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let mut out = String::with_capacity(digits.len() * 2);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.push_str(self.say([",", "\u{202f}"]));
            }
            out.push(digit);
        }
        out
    }

    /// A number in a few characters, for the marks of an axis: `2.5M`, in French `2,5 M`.
    #[must_use]
    pub fn short_number(self, number: u64) -> String {
        const UNITS: [(u64, &str); 5] =
            [(1_000_000_000_000_000, "P"), (1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
        match UNITS.into_iter().find(|&(unit, _)| number >= unit && number >= 10_000) {
            None => self.number(number),
            Some((unit, letter)) => {
                let tenths = match number % unit / (unit / 10) {
                    0 => String::new(),
                    tenths => format!("{}{tenths}", self.say([".", ","])),
                };
                format!("{}{tenths}{}{letter}", number / unit, self.say(["", "\u{a0}"]))
            }
        }
    }

    /// What reports call the signal `name`; one that is not in the table is its own label.
    #[must_use]
    pub fn label_of(self, name: &str) -> &str {
        index_of(name).map_or(name, |index| self.say([SIGNALS[index].label, SIGNALS[index].label_fr]))
    }
}

/// The title of a page.
pub const TITLE: Phrase = ["Security report", "Rapport de sécurité"];
/// Shown hosts.
pub const SCORED: Counted = [["address with a score", "adresse avec un score"], ["addresses with a score", "adresses avec un score"]];
/// Suspicious hosts, behind [`SCORED`].
pub const SUSPICIOUS: Counted = [["highly suspicious", "très suspecte"], ["highly suspicious", "très suspectes"]];
/// Hosts of the rule that says that someone got in.
pub const BREAK_INS: Counted = [["break-in", "intrusion"], ["break-ins", "intrusions"]];
/// Hosts from which somebody logged in.
pub const LOGGED_IN: Counted = [["address logged in", "adresse s’est connectée"], ["addresses logged in", "adresses se sont connectées"]];
/// Logins, as a heading and as a column.
pub const LOGINS: Phrase = ["Logins", "Connexions"];
/// A column of logins.
pub const FAILED_BEFORE: Phrase = ["Failures before", "Échecs avant"];
/// A column of logins.
pub const LAST_LOGIN: Phrase = ["Login", "Connexion"];
/// A column of logins.
pub const USER: Phrase = ["User", "Compte"];
/// A column of logins.
pub const METHOD: Phrase = ["Method", "Méthode"];
/// A host, and as whom it logged in.
pub const AS_USER: Phrase = ["{} as {}", "{} en tant que {}"];
/// What came before a login.
pub const AFTER: Phrase = ["after {}", "après {}"];
/// Failed logins.
pub const FAILURES: Counted = [["failure", "échec"], ["failures", "échecs"]];
/// The login that failures came before, where the record no longer says as whom it was: when, to the width of a bucket.
pub const LOGIN_NOT_TOLD: Phrase = ["a login at about {} that is no longer told", "une connexion vers {} dont le détail n’est plus connu"];
/// Of a host that failed and logged in.
pub const ORDER_UNKNOWN: Phrase = ["order unknown", "ordre inconnu"];
/// What the table of logins leaves out, and what its numbers are.
pub const LOGINS_HINT: Phrase = [
    "Whoever was let in, those after most failures first. Failures before: the most in the hour before a login by password or keyboard-interactive.",
    "Toutes les connexions réussies, d’abord celles qui suivent le plus d’échecs. Échecs avant\u{a0}: le maximum dans l’heure qui précède une connexion par mot de passe ou keyboard-interactive.",
];
/// The period.
pub const SEEN: Phrase = ["seen {} to {}", "activité du {} au {}"];
/// Where nearly all web signals are of one address that is of no internet.
pub const ONE_LOCAL_ADDRESS: Phrase = [
    "{} of {} web signals are of {}: if it is your proxy's, soar-parse --trusted-proxy names its clients instead",
    "{} des {} signaux web viennent de {}\u{a0}: si c’est votre proxy, soar-parse --trusted-proxy nomme ses clients",
];
/// Hosts that are not shown.
pub const AND_MORE: Phrase = ["and {} more", "et {} de plus"];
/// Suspicious hosts that were not scanned.
pub const OUT_OF_SCOPE: Phrase = ["{} of them out of scope: not scanned", "hors périmètre, donc non scannées\u{a0}: {}"];
/// Verdict: someone got in.
pub const BREAK_IN: Phrase = ["BREAK-IN", "INTRUSION"];
/// Verdict: a rule holds.
pub const SUSPECT: Phrase = ["suspicious", "suspecte"];
/// Verdict: an allow list names it.
pub const ALLOWED: Phrase = ["allowed", "autorisée"];
/// No port is open.
pub const NO_PORT: Phrase = ["none", "aucun"];
/// Never scanned.
pub const NOT_SCANNED: Phrase = ["not scanned", "non scannée"];
/// The states of a scan: the name on the wire and what people read.
pub const SCAN_STATES: &[(&str, Phrase)] = &[
    ("complete", ["complete", "complet"]),
    ("incomplete", ["incomplete", "incomplet"]),
    ("out_of_scope", ["out of scope", "hors périmètre"]),
    ("excluded", ["excluded", "exclue"]),
];
/// The states of a port: the name on the wire and what people read.
pub const PORT_STATES: &[(&str, Phrase)] = &[
    ("open", ["open", "ouvert"]),
    ("closed", ["closed", "fermé"]),
    ("filtered", ["filtered", "filtré"]),
    ("unknown", ["unknown", "inconnu"]),
];
/// Title of the chart of several hosts.
pub const CHART_MANY: Phrase = ["Top {} addresses by score", "Les {} adresses aux scores les plus élevés"];
/// Title of the chart of one host.
pub const CHART_ONE: Phrase = ["Top address by score", "L’adresse au score le plus élevé"];
/// Title of the chart of no host.
pub const CHART_NONE: Phrase = ["Top addresses by score", "Les adresses aux scores les plus élevés"];
/// In the chart of no host.
pub const NO_SCORE: Phrase = ["No address has a score.", "Aucune adresse n’a de score."];
/// The axis of scores.
pub const SCORE_AXIS: Phrase = ["Score (occurrences × weight)", "Score (occurrences × poids)"];
/// The axis of hosts.
pub const ADDRESS: Phrase = ["Address", "Adresse"];
/// The mark of suspicious hosts.
pub const HIGHLY_SUSPICIOUS: Phrase = ["highly suspicious", "très suspecte"];
/// The part of a bar that signals without a colour of their own share.
pub const OTHER_SIGNALS: Phrase = ["other signals", "autres signaux"];
/// Title of the chart of ports.
pub const PORTS_TITLE: Phrase = ["Open ports on highly suspicious addresses", "Ports ouverts sur les adresses très suspectes"];
/// How many of the suspicious hosts were scanned.
pub const PORTS_SCANNED: Phrase = ["scanned: {} of {} highly suspicious addresses", "adresses très suspectes scannées\u{a0}: {} sur {}"];
/// Ports beyond those drawn.
pub const PORTS_MORE: Phrase = ["; further ports, not shown: {}", "\u{a0}; autres ports, non représentés\u{a0}: {}"];
/// In the chart of no port.
pub const NO_OPEN_PORT: Phrase = ["No open port was found.", "Aucun port ouvert n’a été trouvé."];
/// The axis of hosts with an open port.
pub const PORTS_AXIS: Phrase = ["Addresses with the port open", "Adresses où le port est ouvert"];
/// The axis of ports.
pub const TCP_PORT: Phrase = ["TCP port", "Port TCP"];
/// What was read, behind the number of records.
pub const READ: Counted = [["record read", "enregistrement lu"], ["records read", "enregistrements lus"]];
/// Hosts left out.
pub const UNSCORED: Counted = [["without a score left out", "sans score, omis"], ["without a score left out", "sans score, omis"]];
/// Malformed records.
pub const MALFORMED: Counted = [["malformed, left out", "mal formé, omis"], ["malformed, left out", "mal formés, omis"]];
/// Rows beyond those shown.
pub const NOT_SHOWN: Phrase = [
    "Shown: {} (break-ins first, then suspicious, then by score); left out: {} (--top shows more, the CSV has all).",
    "Affichées\u{a0}: {} (intrusions d’abord, puis suspectes, puis par score)\u{a0}; omises\u{a0}: {} (--top en affiche plus, le CSV les contient toutes).",
];
/// Several inputs.
pub const NOT_MERGED: Phrase = [
    "{} inputs read, not merged: an address of two inputs has two rows (soar-score merges)",
    "{} entrées lues, non fusionnées\u{a0}: une adresse présente dans deux entrées a deux lignes (soar-score fusionne)",
];

/// Above what was read.
pub const INPUTS: Phrase = ["What was read", "Ce qui a été lu"];
/// The period, as the name of a line.
pub const PERIOD: Phrase = ["Period", "Période"];
/// Between the ends of the period.
pub const PERIOD_TO: Phrase = ["{} to {}", "du {} au {}"];
/// The scans of suspicious hosts, as the name of a line.
pub const SCANS: Phrase = ["Scans", "Scans"];
/// The signals, as the name of a line.
pub const SIGNALS_SEEN: Phrase = ["Signals", "Signaux"];
/// Above the break-ins.
pub const BREAK_IN_ALERT: Phrase = [
    "A login succeeded after many failures: treat these accounts and machines as compromised.",
    "Une connexion a réussi après de nombreux échecs\u{a0}: considérez ces comptes et ces machines comme compromis.",
];
/// Above the table of hosts.
pub const HOSTS: Phrase = ["Addresses", "Adresses"];
/// The caption of the table.
pub const CAPTION: Phrase = ["Addresses, the most urgent first", "Adresses, les plus urgentes d’abord"];
/// How the table is used.
pub const HINT: Phrase = ["A heading sorts, an address opens its details.", "Un en-tête trie, une adresse ouvre ses détails."];
/// The field that filters rows by their text.
pub const FILTER: Phrase = ["Filter", "Filtrer"];
/// The choice that filters rows by verdict.
pub const SHOW: Phrase = ["Show", "Afficher"];
/// Its entries.
pub const SHOW_ALL: Phrase = ["all", "toutes"];
/// Its entries.
pub const SHOW_SUSPICIOUS: Phrase = ["suspicious", "suspectes"];
/// Its entries.
pub const SHOW_BREAK_INS: Phrase = ["break-ins", "intrusions"];
/// How many rows a filter leaves, all of them shown.
pub const ROWS_ALL: Phrase = ["{} of {} addresses shown", "adresses affichées\u{a0}: {} sur {}"];
/// How many rows a filter leaves, and how many of them are shown.
pub const ROWS_SOME: Phrase =
    ["{} of {} addresses fit, the first {} shown", "adresses retenues\u{a0}: {} sur {}, les {} premières affichées"];
/// What shows more rows.
pub const MORE_ROWS: Phrase = ["Show {} more", "Afficher la suite ({})"];
/// No host at all.
pub const NO_HOST: Phrase = ["There is nothing to show.", "Il n’y a rien à afficher."];
/// The evidence of a host.
pub const EVIDENCE: Phrase = ["Evidence", "Preuves"];
/// A column of the evidence.
pub const SIGNAL: Phrase = ["Signal", "Signal"];
/// A column of the evidence.
pub const TIME: Phrase = ["Time", "Date"];
/// A column of the evidence.
pub const PLACE: Phrase = ["File and line", "Fichier et ligne"];
/// The scan of a host.
pub const SCAN: Phrase = ["Scan", "Scan"];
/// A column of ports.
pub const PORT: Phrase = ["Port", "Port"];
/// A column of ports.
pub const STATE: Phrase = ["State", "État"];
/// A column of ports.
pub const CAUSE: Phrase = ["Because", "Cause"];
/// A column of ports.
pub const RTT_MS: Phrase = ["Round trip, ms", "Aller-retour, ms"];
/// A column of ports.
pub const BANNER: Phrase = ["Banner", "Bannière"];
/// The rules of a host.
pub const RULES: Phrase = ["Rules that hold", "Règles satisfaites"];
/// Every rule and what it saw.
pub const EXPLAIN: Phrase = ["What the rules saw", "Ce que les règles ont vu"];
/// A rule that holds.
pub const HOLDS: Phrase = ["holds", "satisfaite"];
/// A rule that does not.
pub const HOLDS_NOT: Phrase = ["does not hold", "non satisfaite"];
/// The window of a rule.
pub const WITHIN: Phrase = ["within {} s", "en {} s"];
/// No rule holds.
pub const NO_RULE: Phrase = ["no rule holds", "aucune règle n’est satisfaite"];
/// The network of a host.
pub const NETWORK: Phrase = ["Network", "Réseau"];
/// The open ports of a host.
pub const OPEN_PORTS: Phrase = ["Open ports:", "Ports ouverts\u{a0}:"];
/// What a run said of itself: how it ended.
pub const RUN_ENDED: Phrase = ["Ended", "Fin"];
/// Its inputs.
pub const RUN_INPUTS: Phrase = ["Inputs", "Entrées"];
/// Its lines by class.
pub const RUN_LINES: Phrase = ["Lines", "Lignes"];
/// What else it counted.
pub const RUN_COUNTS: Phrase = ["Counted", "Comptes"];
/// What it had to assume.
pub const RUN_ASSUMED: Phrase = ["Assumed", "Hypothèses"];
/// The first lines of each class that is worth looking at.
pub const RUN_PLACES: Phrase = ["First of these", "Premières lignes"];
/// Its warnings.
pub const RUN_WARNINGS: Phrase = ["Warnings", "Avertissements"];
/// Lines.
pub const LINES: Counted = [["line", "ligne"], ["lines", "lignes"]];
/// Bytes.
pub const BYTES: Counted = [["byte", "octet"], ["bytes", "octets"]];
/// Where the reading began.
pub const FROM_LINE: Phrase = ["from line {}", "à partir de la ligne {}"];
/// An input of which some is missing.
pub const NOT_WHOLE: Phrase = ["not read to its end", "pas lue jusqu’à la fin"];
/// How runs end: the reason on the wire and what people read.
pub const EXIT_REASONS: &[(&str, Phrase)] = &[
    ("done", ["done", "terminé"]),
    ("reader_left", ["whoever read the output left early", "le lecteur de la sortie est parti avant la fin"]),
    ("bad_input", ["done, and some input was no good", "terminé, une partie de l’entrée étant inutilisable"]),
    ("failed", ["failed", "échec"]),
    ("hung_up", ["ended by a hangup", "arrêté par la fin de la session"]),
    ("interrupted", ["interrupted", "interrompu"]),
    ("terminated", ["terminated by a signal", "arrêté par un signal"]),
];
/// What was assumed: the name on the wire and what people read.
pub const GUESSED: &[(&str, Phrase)] = &[("year", ["year", "année"]), ("zone", ["zone", "fuseau horaire"])];
/// From what: the name on the wire and what people read.
pub const GUESSED_FROM: &[(&str, Phrase)] = &[
    ("file_modified", ["by the modification time of the file", "d’après la date de modification du fichier"]),
    ("given_modified", ["by --modified", "d’après --modified"]),
    ("now", ["by the date of the run", "d’après la date du traitement"]),
    ("default", ["by default", "par défaut"]),
];
/// A better value.
pub const SUGGESTED: Phrase = ["the times of files suggest {}", "les dates des fichiers suggèrent {}"];
/// At the end of a page.
pub const MADE_BY: Phrase =
    ["Made by soar-report {}. This file asks nothing of any other.", "Produit par soar-report {}. Ce fichier n’en appelle aucun autre."];

/// What people read for `name` in a table of names; another name is its own text.
#[must_use]
pub fn word_of<'n>(lang: Lang, table: &[(&str, Phrase)], name: &'n str) -> &'n str {
    table.iter().find(|(wire, _)| *wire == name).map_or(name, |&(_, phrase)| lang.say(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_their_readers_do() {
        assert_eq!([0, 999, 1000, 10_000_000].map(|n| Lang::En.number(n)), ["0", "999", "1,000", "10,000,000"]);
        assert_eq!(Lang::Fr.number(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!([9_999, 10_000, 12_500, 2_500_000].map(|n| Lang::En.short_number(n)), ["9,999", "10k", "12.5k", "2.5M"]);
        assert_eq!([2_500_000_000, 9_007_199_254_740_991].map(|n| Lang::Fr.short_number(n)), ["2,5\u{a0}G", "9\u{a0}P"]);
    }

    #[test]
    fn phrases_are_filled_and_counted() {
        assert_eq!(Lang::En.fill(SEEN, &["a{}", "b"]), "seen a{} to b");
        assert_eq!((Lang::En.pair("404", "3"), Lang::Fr.pair("404", "3")), ("404: 3".to_owned(), "404\u{a0}: 3".to_owned()));
        assert_eq!(Lang::Fr.fill(TITLE, &["a"]), "Rapport de sécurité");
        assert_eq!(
            [0, 1, 2].map(|n| Lang::En.count(n, SCORED)),
            ["0 addresses with a score", "1 address with a score", "2 addresses with a score"]
        );
        assert_eq!([0, 1, 2].map(|n| Lang::Fr.count(n, BREAK_INS)), ["0 intrusion", "1 intrusion", "2 intrusions"]);
    }

    #[test]
    fn names_of_the_wire_have_words() {
        assert_eq!(word_of(Lang::Fr, SCAN_STATES, "out_of_scope"), "hors périmètre");
        assert_eq!(word_of(Lang::Fr, SCAN_STATES, "else"), "else");
        assert_eq!((Lang::Fr.label_of("ssh_failed"), Lang::En.label_of("mine")), ("Échec SSH", "mine"));
    }
}
