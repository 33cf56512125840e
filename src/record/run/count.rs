//! What a run counts: the classes of lines, of which every line has exactly one, and everything else. One entry each.

use std::ops::{AddAssign, Index, IndexMut};

const PARSE: &str = "soar-parse";
const SCORE: &str = "soar-score";
const ENRICH: &str = "soar-enrich";
const SCAN: &str = "soar-scan";
const REPORT: &str = "soar-report";

/// A table of what is counted: a variant, its name on the wire, what people read in English and in French and, `by_program`, who counts it.
macro_rules! counted {
    ($(#[$about:meta])* by_program $table:ident $body:tt) => {
        counted! { $(#[$about])* $table $body }
        programs! { $table $body }
    };
    ($(#[$about:meta])* $table:ident { $($(#[$what:meta])* $entry:ident $name:literal [$en:literal, $fr:literal] $([$($program:ident),*])?,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $table { $($(#[$what])* $entry,)* }

        impl $table {
            /// All of them, in the order in which they are written.
            pub(crate) const ALL: &[Self] = &[$(Self::$entry),*];

            /// The key on the wire.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$entry => $name,)* }
            }

            /// What people read behind the number, in English and in French.
            pub(crate) const fn label(self) -> [&'static str; 2] {
                match self { $(Self::$entry => [$en, $fr],)* }
            }

            /// What people read for `name`, in English and in French; none for a name of another version.
            pub(crate) fn label_of(name: &str) -> Option<[&'static str; 2]> {
                Self::ALL.iter().find(|entry| entry.name() == name).map(|entry| entry.label())
            }
        }
    };
}

macro_rules! programs {
    ($table:ident { $($(#[$what:meta])* $entry:ident $name:literal $label:tt [$($program:ident),*],)* }) => {
        impl $table {
            /// The filters that count it.
            pub const fn programs(self) -> &'static [&'static str] {
                match self { $(Self::$entry => &[$($program),*],)* }
            }
        }
    };
}

counted! {
    /// What a line of the input was. Every line that was looked at has exactly one.
    by_program LineClass {
        /// An event, written or read.
        Event "event" ["events", "événements"] [PARSE, SCORE, ENRICH],
        /// Understood, and without a signal.
        NoSignal "no_signal" ["without a signal", "sans signal"] [PARSE],
        /// Understood, and outside --since and --until.
        OutsidePeriod "outside_period" ["outside the period", "hors de la période"] [PARSE],
        /// Of a program that is not read.
        OtherProgram "other_program" ["of other programs", "d’autres programmes"] [PARSE],
        /// A message of a known program that is not known.
        UnknownMessage "unknown_message" ["unknown messages of known programs", "messages inconnus de programmes connus"] [PARSE],
        /// Of a known program, or a request, by a writer who may not speak for it.
        Untrusted "untrusted" ["untrusted", "non fiables"] [PARSE],
        /// Of no known format.
        Reject "reject" ["rejects", "rejetées"] [PARSE],
        Host "host" ["hosts", "hôtes"] [SCORE, ENRICH, SCAN, REPORT],
        /// Addresses to scan.
        Target "target" ["targets", "cibles"] [SCAN],
        /// No record, or a damaged one.
        Malformed "malformed" ["malformed", "mal formées"] [SCORE, ENRICH, SCAN, REPORT],
        /// Empty, or a comment among targets.
        Blank "blank" ["empty", "vides"] [SCORE, ENRICH, SCAN, REPORT],
    }
}

counted! {
    /// What else is counted.
    Counter {
        /// Lines that are not UTF-8.
        InvalidUtf8 "invalid_utf8" ["lines that are not UTF-8", "lignes qui ne sont pas en UTF-8"],
        /// Tagged events that count for no address.
        NoAddress "no_address" ["events without an address", "événements sans adresse"],
        /// Events that are in no window.
        NoTime "no_time" ["events without a time", "événements sans date"],
        /// Events that were too late for any window.
        LateEvents "late_events" ["events too late for any window", "événements trop tardifs pour toute fenêtre"],
        /// Keys of host records that were not carried over.
        DroppedKeys "dropped_keys" ["keys of hosts dropped", "clés d’hôtes abandonnées"],
        /// Counts of signals past the most that are kept.
        RefusedCounts "refused_counts" ["counts of too many other signals left out", "comptes de signaux en trop omis"],
        /// Addresses that are known at the end.
        Addresses "addresses" ["addresses", "adresses"],
        /// Suspicious hosts.
        Suspicious "suspicious" ["suspicious hosts", "hôtes suspects"],
        /// Hosts that met a rule and are allowed.
        Allowed "allowed" ["hosts that met a rule and are allowed", "hôtes autorisés malgré une règle satisfaite"],
        /// Hosts that were left out for their age.
        TooOld "too_old" ["hosts left out for their age", "hôtes omis pour leur âge"],
        /// Alerts that were written.
        Alerts "alerts" ["alerts", "alertes"],
        /// Hosts that were forgotten to stay within a limit.
        ForgottenHosts "forgotten_hosts" ["hosts forgotten", "hôtes oubliés"],
        /// Records whose address is in a file of soar-enrich.
        Enriched "enriched" ["records enriched", "enregistrements enrichis"],
        /// Addresses that were scanned, or would be.
        Scanned "scanned" ["addresses scanned", "adresses scannées"],
        /// Of them, those that came again.
        Repeated "repeated" ["of them again", "dont déjà vues"],
        /// Addresses that --scope leaves out.
        OutOfScope "out_of_scope" ["out of scope", "hors périmètre"],
        /// Addresses that --exclude names.
        Excluded "excluded" ["excluded", "exclues"],
        /// Scans of which every port is known.
        Complete "complete" ["complete scans", "scans complets"],
        /// Scans of which some ports are not known.
        Incomplete "incomplete" ["incomplete scans", "scans incomplets"],
        /// Hosts with too many open ports.
        MaxOpen "max_open" ["hosts left at --max-open", "hôtes quittés à --max-open"],
        /// Connections that were tried.
        Probes "probes" ["probes", "sondes"],
        /// Ports that accepted.
        OpenPorts "open_ports" ["open ports", "ports ouverts"],
        /// Ports that refused.
        ClosedPorts "closed_ports" ["closed ports", "ports fermés"],
        /// Ports that did not answer.
        FilteredPorts "filtered_ports" ["filtered ports", "ports filtrés"],
        /// Ports of which nothing is known.
        UnknownPorts "unknown_ports" ["unknown ports", "ports inconnus"],
        /// Hosts in the reports.
        Reported "reported" ["hosts reported", "hôtes présentés"],
        /// Hosts that reports leave out.
        Unscored "unscored" ["hosts without a score left out", "hôtes sans score omis"],
        /// Suspicious hosts where someone got in.
        BreakIns "break_ins" ["break-ins", "intrusions"],
    }
}

/// How many lines there were of each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LineCounts([u64; LineClass::ALL.len()]);

impl LineCounts {
    /// How many lines there were.
    pub(crate) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The classes that `program` has, each with its lines.
    pub(crate) fn of_program(&self, program: &str) -> impl Iterator<Item = (&'static str, u64)> {
        let is_its_own = move |class: &&LineClass| class.programs().contains(&program);
        LineClass::ALL.iter().filter(is_its_own).map(|&class| (class.name(), self[class]))
    }
}

impl Index<LineClass> for LineCounts {
    type Output = u64;

    #[inline]
    fn index(&self, class: LineClass) -> &u64 {
        &self.0[class as usize]
    }
}

impl IndexMut<LineClass> for LineCounts {
    #[inline]
    fn index_mut(&mut self, class: LineClass) -> &mut u64 {
        &mut self.0[class as usize]
    }
}

impl AddAssign for LineCounts {
    fn add_assign(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, count)| *sum += count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_one_word_and_stands_for_one_thing() {
        let names = LineClass::ALL.iter().map(|class| class.name()).chain(Counter::ALL.iter().map(|counter| counter.name()));
        let mut names: Vec<_> = names.collect();
        let count = names.len();
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')), "{names:?}");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(LineClass::ALL.iter().all(|class| !class.programs().is_empty()));
    }
}
