//! The two languages of reports: every phrase that a person reads, in English and in French, in one table.
//!
//! The headings of CSV files are names of columns, and the same in both.

pub(crate) mod account;
pub(crate) mod chart;
pub(crate) mod group;
mod message;
pub(crate) mod run;
pub(crate) mod story;
mod time;
pub(crate) mod timeline;

use jiff::tz::TimeZone;

use crate::base::time::{parse_rfc3339, rfc3339};
use crate::record::signal::{SIGNALS, index_of};
pub(crate) use crate::report::lang::time::{french_time, local_time, name_of_zone};

/// The words of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tongue {
    #[default]
    English,
    French,
}

/// A language of reports, and the zone in which they tell times.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lang {
    tongue: Tongue,
    /// `None`: UTC, as records have it.
    zone: Option<&'static TimeZone>,
}

impl PartialEq for Lang {
    fn eq(&self, other: &Self) -> bool {
        self.tongue == other.tongue
    }
}

/// A phrase in English and in French; `{}` stands for what is filled in.
pub(crate) type Phrase = [&'static str; 2];
/// A phrase behind a number: for one and for several.
pub(crate) type Counted = [Phrase; 2];

#[expect(non_upper_case_globals, reason = "the two languages that there are")]
impl Lang {
    /// English, UTC.
    pub const En: Self = Self { tongue: Tongue::English, zone: None };
    /// French, UTC.
    pub const Fr: Self = Self { tongue: Tongue::French, zone: None };

    /// The same language with times in `zone`, which lives as long as the program.
    pub fn in_zone(self, zone: TimeZone) -> Self {
        Self { zone: Some(Box::leak(Box::new(zone))), ..self }
    }

    /// The zone in which times are told, where that is not the one of records.
    pub const fn zone(self) -> Option<&'static TimeZone> {
        self.zone
    }

    /// What that zone is called.
    pub(crate) fn zone_name(self) -> String {
        self.zone.map_or_else(|| "UTC".to_owned(), name_of_zone)
    }

    /// The one text in English, the other in French.
    pub(crate) fn say_either(self, english: impl FnOnce() -> String, french: impl FnOnce() -> String) -> String {
        if self.tongue == Tongue::English { english() } else { french() }
    }

    /// Its code in HTML. **Source:** BCP 47.
    pub const fn code(self) -> &'static str {
        self.say(["en", "fr"])
    }

    /// The phrase in this language.
    pub const fn say(self, phrase: Phrase) -> &'static str {
        match self.tongue {
            Tongue::English => phrase[0],
            Tongue::French => phrase[1],
        }
    }

    /// The phrase with each `{}` replaced by the next of `values`.
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
    pub fn pair(self, name: &str, value: &str) -> String {
        format!("{name}{} {value}", self.say([":", "\u{a0}:"]))
    }

    /// The number and what it counts: `1 address`, `2,000 addresses`. In French, none is singular.
    pub fn count(self, number: u64, what: Counted) -> String {
        format!("{} {}", self.number(number), self.say(self.agree(number, what)))
    }

    /// A phrase in which `{}`, if it is there, stands for the number: `sent 2 requests as a bot`.
    pub(crate) fn count_within(self, number: u64, what: Counted) -> String {
        self.fill(self.agree(number, what), &[&self.number(number)])
    }

    fn agree(self, number: u64, what: Counted) -> Phrase {
        let is_one = number == 1 || number == 0 && self.tongue == Tongue::French;
        what[usize::from(!is_one)]
    }

    /// Digits in groups of three: `1,234,567`, in French with narrow no-break spaces.
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
    pub(crate) fn short_number(self, number: u64) -> String {
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

    /// An instant, given in seconds since 1970: RFC 3339, in French the day first; with the offset of the zone where there is one.
    pub fn time(self, seconds: i64) -> String {
        let text = self.zone.and_then(|zone| local_time(seconds, zone)).unwrap_or_else(|| rfc3339(seconds));
        if self.tongue == Tongue::English { text } else { french_time(&text).unwrap_or(text) }
    }

    /// An instant as a record says it; what is no time is its own text.
    pub(crate) fn time_of(self, text: &str) -> String {
        match self.zone {
            Some(_) => parse_rfc3339(text).map_or_else(|_| text.to_owned(), |seconds| self.time(seconds)),
            None if self.tongue == Tongue::English => text.to_owned(),
            None => french_time(text).unwrap_or_else(|| text.to_owned()),
        }
    }

    /// What reports call the signal `name`; one that is not in the table is its own label.
    pub(crate) fn label_of(self, name: &str) -> &str {
        index_of(name).map_or(name, |index| self.say([SIGNALS[index].label, SIGNALS[index].label_fr]))
    }
}

/// The title of a page.
pub(crate) const TITLE: Phrase = ["Security report", "Rapport de sécurité"];
/// Shown hosts.
pub(crate) const SCORED: Counted =
    [["address with a score", "adresse avec un score"], ["addresses with a score", "adresses avec un score"]];
/// Suspicious hosts, behind [`SCORED`].
pub(crate) const SUSPICIOUS: Counted = [["highly suspicious", "très suspecte"], ["highly suspicious", "très suspectes"]];
/// Hosts of the rule that says that someone got in.
pub(crate) const BREAK_INS: Counted = [["break-in", "intrusion"], ["break-ins", "intrusions"]];
/// Hosts from which somebody logged in.
pub(crate) const LOGGED_IN: Counted =
    [["address logged in", "adresse s’est connectée"], ["addresses logged in", "adresses se sont connectées"]];
/// Logins, as a heading and as a column.
pub(crate) const LOGINS: Phrase = ["Logins", "Connexions"];
/// Logins, refused and let in, by service.
pub const SERVICES: Phrase = ["Logins by service", "Connexions par service"];
/// A host, as a heading.
pub const ADDRESS: Phrase = ["Address", "Adresse"];
pub(crate) const FAILED_BEFORE: Phrase = ["Failures before", "Échecs avant"];
pub(crate) const LAST_LOGIN: Phrase = ["Login", "Connexion"];
/// A column of logins.
pub const USER: Phrase = ["User", "Compte"];
pub(crate) const METHOD: Phrase = ["Method", "Méthode"];
/// A host, and as whom it logged in.
pub(crate) const AS_USER: Phrase = ["{} as {}", "{} en tant que {}"];
/// What came before a login.
pub(crate) const AFTER: Phrase = ["after {}", "après {}"];
/// Failed logins.
pub(crate) const FAILURES: Counted = [["failure", "échec"], ["failures", "échecs"]];
/// The login that failures came before, where the record no longer says as whom it was: when, to the width of a bucket.
pub(crate) const LOGIN_NOT_TOLD: Phrase =
    ["a login at about {}, details no longer recorded", "une connexion vers {} dont le détail n’est plus connu"];
/// Of a host that failed and logged in.
pub(crate) const ORDER_UNKNOWN: Phrase = ["order unknown", "ordre inconnu"];
/// What the table of logins leaves out, and what its numbers are.
pub(crate) const LOGINS_HINT: Phrase = [
    "Whoever was let in, those after most failures first. Failures before: the most in the hour before a login by password or keyboard-interactive.",
    "Toutes les connexions réussies, d’abord celles qui suivent le plus d’échecs. Échecs avant\u{a0}: le maximum dans l’heure qui précède une connexion par mot de passe ou keyboard-interactive.",
];
/// The period.
pub(crate) const SEEN: Phrase = ["seen {} to {}", "activité du {} au {}"];
/// Where nearly all web signals are of one address that is of no internet.
pub(crate) const ONE_LOCAL_ADDRESS: Phrase = [
    "{} of {} web signals are of {}: if it is your proxy's, soar-parse --trusted-proxy names its clients instead",
    "{} des {} signaux web viennent de {}\u{a0}: si c’est votre proxy, soar-parse --trusted-proxy nomme ses clients",
];
/// Hosts that are not shown.
pub(crate) const AND_MORE: Phrase = ["and {} more", "et {} de plus"];
/// Suspicious hosts that were not scanned.
pub(crate) const OUT_OF_SCOPE: Phrase = [
    "{} of them out of scope: not scanned (--scope CIDR,... includes them)",
    "hors périmètre, donc non scannées\u{a0}: {} (--scope CIDR,... les inclut)",
];
/// Verdict: someone got in.
pub(crate) const BREAK_IN: Phrase = ["BREAK-IN", "INTRUSION"];
/// Verdict: a rule holds.
pub(crate) const SUSPECT: Phrase = ["suspicious", "suspecte"];
/// Verdict: an allow list names it.
pub const ALLOWED: Phrase = ["allowed", "autorisée"];
/// No port is open.
pub(crate) const NO_PORT: Phrase = ["none", "aucun"];
/// The same, of a host that refuses: how many ports are closed.
pub(crate) const ONLY_CLOSED: Phrase = ["none ({} closed)", "aucun (fermés\u{a0}: {})"];
/// Of a host that says nothing: how many ports are filtered.
pub(crate) const ONLY_FILTERED: Phrase = ["no answer ({} filtered)", "pas de réponse (filtrés\u{a0}: {})"];
/// Of one that does both.
pub(crate) const CLOSED_AND_FILTERED: Phrase = ["none ({} closed, {} filtered)", "aucun (fermés\u{a0}: {}, filtrés\u{a0}: {})"];
/// What soar-scan notes of a host: the text on the wire and what people read.
pub(crate) const SCAN_NOTES: &[(&str, Phrase)] =
    &[("probably a tarpit or a proxy", ["probably a tarpit or a proxy", "probablement un piège (tarpit) ou un mandataire"])];
/// Never scanned.
pub(crate) const NOT_SCANNED: Phrase = ["not scanned", "non scannée"];
/// The states of a scan: the name on the wire and what people read.
pub(crate) const SCAN_STATES: &[(&str, Phrase)] = &[
    ("complete", ["complete", "complet"]),
    ("incomplete", ["incomplete", "incomplet"]),
    ("out_of_scope", ["out of scope", "hors périmètre"]),
    ("excluded", ["excluded", "exclue"]),
];
/// The states of a port: the name on the wire and what people read.
pub(crate) const PORT_STATES: &[(&str, Phrase)] = &[
    ("open", ["open", "ouvert"]),
    ("closed", ["closed", "fermé"]),
    ("filtered", ["filtered", "filtré"]),
    ("unknown", ["unknown", "inconnu"]),
];
/// What was read, behind the number of records.
pub(crate) const READ: Counted = [["record read", "enregistrement lu"], ["records read", "enregistrements lus"]];
/// Hosts left out.
pub(crate) const UNSCORED: Counted = [["without a score left out", "sans score, omis"], ["without a score left out", "sans score, omis"]];
/// Of hosts that are left out.
pub(crate) const QUIET_LOGINS: Phrase =
    [" ({} of them logged in over SSH: .signals.ssh_accepted)", " (dont {} avec connexion SSH\u{a0}: .signals.ssh_accepted)"];
/// A signal came, and files keep what an earlier run wrote.
pub(crate) const STOPPED_NO_FILE: Phrase =
    ["stopped by a signal: no file was written", "arrêté par un signal\u{a0}: aucun fichier n’a été écrit"];
/// No line of the input was a host.
pub(crate) const NO_HOST_NO_FILE: Phrase =
    ["no line is a host: no file was written", "aucune ligne n’est un hôte\u{a0}: aucun fichier n’a été écrit"];
/// A signal came, and what was written to stdout is a part.
pub(crate) const STOPPED_PART: Phrase = ["stopped by a signal: the rest is missing", "arrêté par un signal\u{a0}: la suite manque"];
/// Hosts that were read.
pub(crate) const HOSTS_READ: Counted = [["host read", "hôte lu"], ["hosts read", "hôtes lus"]];
/// Hosts that the reports show.
pub(crate) const REPORTED: Counted = [["reported", "retenu"], ["reported", "retenus"]];
/// Malformed records.
pub(crate) const MALFORMED: Counted = [["malformed, left out", "mal formé, omis"], ["malformed, left out", "mal formés, omis"]];
/// Rows beyond those shown.
pub(crate) const NOT_SHOWN: Phrase = [
    "Shown: {} (break-ins first, then suspicious, then by score); left out: {} (--top shows more, the CSV has all).",
    "Affichées\u{a0}: {} (intrusions d’abord, puis suspectes, puis par score)\u{a0}; omises\u{a0}: {} (--top en affiche plus, le CSV les contient toutes).",
];
/// Several inputs.
pub(crate) const NOT_MERGED: Phrase = [
    "{} inputs read, not merged: an address of two inputs has two rows (soar-score merges)",
    "{} entrées lues, non fusionnées\u{a0}: une adresse présente dans deux entrées a deux lignes (soar-score fusionne)",
];

/// Above what was read.
pub(crate) const INPUTS: Phrase = ["What was read", "Ce qui a été lu"];
/// Where no input had anything to read, as the name of a line.
pub const RECORDS: Phrase = ["Records", "Enregistrements"];
/// The period, as the name of a line.
pub(crate) const PERIOD: Phrase = ["Period", "Période"];
/// Between the ends of the period.
pub(crate) const PERIOD_TO: Phrase = ["{} to {}", "du {} au {}"];
/// The scans of suspicious hosts, as the name of a line.
pub(crate) const SCANS: Phrase = ["Scans", "Scans"];
/// The signals, as the name of a line.
pub(crate) const SIGNALS_SEEN: Phrase = ["Signals", "Signaux"];
/// Above the break-ins.
pub(crate) const BREAK_IN_ALERT: Phrase = [
    "A login succeeded after many failures: treat these accounts and machines as compromised.",
    "Une connexion a réussi après de nombreux échecs\u{a0}: considérez ces comptes et ces machines comme compromis.",
];
/// Above the table of hosts.
pub const HOSTS: Phrase = ["Addresses", "Adresses"];
/// The caption of the table.
pub(crate) const CAPTION: Phrase = ["Addresses, the most urgent first", "Adresses, les plus urgentes d’abord"];
/// How the table is used.
pub(crate) const HINT: Phrase = [
    "A heading sorts: once, the other way round, and back to the order of urgency. An address opens its details.",
    "Un en-tête trie\u{a0}: une fois, dans l’autre sens, puis retour à l’ordre d’urgence. Une adresse ouvre ses détails.",
];
/// The field that filters rows by their text.
pub const FILTER: Phrase = ["Filter", "Filtrer"];
/// The choice that filters rows by verdict.
pub(crate) const SHOW: Phrase = ["Show", "Afficher"];
pub(crate) const SHOW_ALL: Phrase = ["all", "toutes"];
pub(crate) const SHOW_SUSPICIOUS: Phrase = ["suspicious", "suspectes"];
pub(crate) const SHOW_BREAK_INS: Phrase = ["break-ins", "intrusions"];
/// How many rows a filter leaves, all of them shown.
pub(crate) const ROWS_ALL: Phrase = ["Addresses shown: {} of {}", "Adresses affichées\u{a0}: {} sur {}"];
/// How many rows a filter leaves, and how many of them are shown.
pub(crate) const ROWS_SOME: Phrase =
    ["{} of {} addresses match, the first {} shown", "adresses retenues\u{a0}: {} sur {}, les {} premières affichées"];
/// What shows more rows.
pub(crate) const MORE_ROWS: Phrase = ["Show {} more", "Afficher la suite ({})"];
/// No host at all.
pub(crate) const NO_HOST: Phrase = ["There is nothing to show.", "Il n’y a rien à afficher."];
/// The evidence of a host.
pub(crate) const EVIDENCE: Phrase = ["Evidence", "Preuves"];
/// A column of the evidence.
pub const SIGNAL: Phrase = ["Signal", "Signal"];
pub(crate) const TIME: Phrase = ["Time", "Date"];
pub(crate) const PLACE: Phrase = ["File and line", "Fichier et ligne"];
/// The scan of a host.
pub(crate) const SCAN: Phrase = ["Scan", "Scan"];
/// A part of a host: what other stages know of its address.
pub(crate) const ENRICH: Phrase = ["Known about the address", "Ce que l’on sait de l’adresse"];
/// A column of ports.
pub const PORT: Phrase = ["Port", "Port"];
pub(crate) const STATE: Phrase = ["State", "État"];
pub(crate) const CAUSE: Phrase = ["Because", "Cause"];
pub(crate) const RTT_MS: Phrase = ["Round trip, ms", "Aller-retour, ms"];
pub(crate) const BANNER: Phrase = ["Banner", "Bannière"];
/// Why a host is suspicious.
pub(crate) const WHY: Phrase = ["Why", "Pourquoi"];
/// The rules that hold or do not, each with its values.
pub(crate) const EXPLAIN: Phrase = ["What the rules saw", "Ce que les règles ont vu"];
/// A rule that holds.
pub(crate) const HOLDS: Phrase = ["holds", "satisfaite"];
/// A rule that does not.
pub(crate) const HOLDS_NOT: Phrase = ["does not hold", "non satisfaite"];
/// The window of a rule.
pub(crate) const WITHIN: Phrase = ["within {} s", "en {} s"];
/// No rule holds.
pub(crate) const NO_RULE: Phrase = ["No rule holds.", "Aucune règle n’est satisfaite."];
/// Nothing was counted.
pub(crate) const NO_SIGNAL: Phrase = ["None was counted.", "Aucun n’a été compté."];
/// The network of a host.
pub(crate) const NETWORK: Phrase = ["Network", "Réseau"];
/// The open ports of a host.
pub(crate) const OPEN_PORTS: Phrase = ["Open ports:", "Ports ouverts\u{a0}:"];
/// At the end of a page.
pub(crate) const MADE_BY: Phrase =
    ["Made by soar-report {}. This file is self-contained.", "Produit par soar-report {}. Ce fichier est autonome."];

/// What people read for `name` in a table of names; another name is its own text.
pub(crate) fn word_of<'n>(lang: Lang, table: &[(&str, Phrase)], name: &'n str) -> &'n str {
    table.iter().find(|(wire, _)| *wire == name).map_or(name, |&(_, phrase)| lang.say(phrase))
}

#[cfg(test)]
mod tests;
