//! The one table of columns: what a host is in a row, whatever the report.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::base::error::{Error, Result};
use crate::base::net::Address;
use crate::base::time::rfc3339::with_time;
use crate::record::Text;
use crate::record::host::scan::Port;
use crate::record::json;
use crate::record::signal::{SIGNALS, index_of};
use crate::report::data::is_break_in;
use crate::report::detail::{DetailRow, values_of};
use crate::report::lang::story::CHANGE;
use crate::report::lang::{ALLOWED, BREAK_IN, FAILED_BEFORE, LOGINS, Lang, Phrase, SERVICES, SUSPECT};
use crate::report::scanned::put_scan_result;
use crate::report::{enrich, login, why};

/// What the cells of a column are: how they are aligned and sorted, and whether anybody else chose their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// An address.
    Address,
    /// A whole number.
    Number,
    /// Occurrences of a signal: a number too, and the first that a narrow page leaves out.
    Count,
    /// An instant.
    Time,
    /// Our own words.
    Word,
    /// Text that a log, a scanned host or another stage may have written.
    Text,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading in CSV and its name in `--columns`; never changes.
    pub name: &'static str,
    /// Its heading for people.
    pub heading: Phrase,
    /// What its cells are.
    pub kind: ColumnKind,
    /// Where the text of its cell comes from.
    cell: Cell,
    /// Whether the cell tells what [`HostDetail`](crate::report::detail::HostDetail) holds.
    pub needs_detail: bool,
}

/// Where the text of a cell comes from, not yet escaped for any format.
#[derive(Debug, Clone, Copy)]
enum Cell {
    /// A function of its own.
    Put(Put),
    /// The count of the signal `SIGNALS[index]`.
    Count(usize),
    /// What a path into `enrich` leads to.
    Enrich(&'static [String]),
}

type Put = fn(DetailRow<'_>, Lang, &mut String);

/// A column of what the host itself says.
const fn column(name: &'static str, kind: ColumnKind, heading: Phrase, put: Put) -> Column {
    Column { name, heading, kind, cell: Cell::Put(put), needs_detail: false }
}

/// A column of what only the details say.
const fn detail(name: &'static str, kind: ColumnKind, heading: Phrase, put: Put) -> Column {
    Column { needs_detail: true, ..column(name, kind, heading, put) }
}

/// A column of the occurrences of each signal that is on by default, or is not, which has the signal's label.
fn counts(is_always_written: bool) -> impl Iterator<Item = Column> {
    let signals = SIGNALS.iter().enumerate().filter(move |(_, signal)| signal.is_always_written == is_always_written);
    signals.map(|(index, signal)| Column {
        name: signal.name,
        heading: [signal.label, signal.label_fr],
        kind: ColumnKind::Count,
        cell: Cell::Count(index),
        needs_detail: false,
    })
}

/// Every column, in the order of the CSV file: first those of every CSV file, then those that `--columns` adds. Counts are one
/// for each signal of [`SIGNALS`].
pub static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let first = VERDICT.iter().copied().chain(counts(true)).chain(PERIOD.iter().copied());
    first.chain(counts(false)).chain(MORE.iter().copied()).collect()
});

/// The columns of every CSV file, and those that `--columns` adds.
pub fn split_columns() -> (&'static [Column], &'static [Column]) {
    COLUMNS.split_at(VERDICT.len() + counts(true).count() + PERIOD.len())
}

/// What to think of the address: before the counts.
const VERDICT: &[Column] = &[
    column("ip", ColumnKind::Address, ["Address", "Adresse"], |row, _, out| put_address(row.host.ip, out)),
    column("score", ColumnKind::Number, ["Score", "Score"], |row, _, out| put_number(row.host.score, out)),
    column("reason", ColumnKind::Text, ["Reason", "Motif"], |row, lang, out| {
        out.push_str(row.host.reason.as_ref().map_or("", |reason| lang.label_of(&reason.0)));
    }),
    column("open_ports", ColumnKind::Text, ["Open ports", "Ports ouverts"], |row, _, out| put_open_ports(row, out)),
    column("scan_status", ColumnKind::Text, ["Scan status", "État du scan"], |row, _, out| {
        out.push_str(row.host.scan.as_ref().map_or("", |scan| &scan.status.0));
    }),
    column("suspicious", ColumnKind::Word, ["Suspicious", "Suspecte"], |row, _, out| put_bool(row.host.suspicious, out)),
    column("rules", ColumnKind::Text, ["Rules", "Règles"], |row, _, out| put_joined(&row.host.rules, out)),
];

/// Behind the counts of signals that are on by default.
const PERIOD: &[Column] = &[
    column("first_seen", ColumnKind::Time, ["First seen", "Première apparition"], |row, _, out| put_time(row.host.first_seen, out)),
    column("last_seen", ColumnKind::Time, ["Last seen", "Dernière apparition"], |row, _, out| put_time(row.host.last_seen, out)),
];

/// Behind the counts of all other signals.
const MORE: &[Column] = &[
    column("other_signals", ColumnKind::Text, ["Other signals", "Autres signaux"], |row, _, out| {
        let others = row.host.signals.iter().filter(|(name, _)| index_of(&name.0).is_none());
        put_list(others, out, |(name, times), out| write!(out, "{}={times}", name.0));
    }),
    column("services", ColumnKind::Text, SERVICES, |row, _, out| {
        put_list(row.host.services.iter(), out, |(name, logins), out| write!(out, "{}={logins}", name.0));
    }),
    column("reason_percent", ColumnKind::Number, ["Reason’s share of the score, %", "Part du motif dans le score, %"], |row, _, out| {
        put_share(row, out);
    }),
    column("verdict", ColumnKind::Word, ["Verdict", "Verdict"], |row, lang, out| out.push_str(verdict(row, lang))),
    detail("why", ColumnKind::Text, ["Why", "Pourquoi"], |row, lang, out| out.push_str(&why::text(row, lang))),
    detail("attack", ColumnKind::Text, ["ATT&CK", "ATT&CK"], |row, lang, out| out.push_str(&why::techniques(row, lang).join(", "))),
    detail("change", ColumnKind::Text, CHANGE, |row, lang, out| {
        out.push_str(&row.detail.change.as_ref().map_or_else(String::new, |change| change.tell(lang)));
    }),
    column("allowed", ColumnKind::Word, ["Allowed", "Autorisée"], |row, _, out| put_bool(row.host.allowed, out)),
    detail("scan_result", ColumnKind::Text, ["Open ports", "Ports ouverts"], put_scan_result),
    column("evidence", ColumnKind::Text, ["Evidence", "Preuves"], |row, _, out| {
        put_list(row.host.evidence.iter(), out, |place, out| write!(out, "{}:{}", place.file.0, place.line));
    }),
    column("failed_before_login", ColumnKind::Number, FAILED_BEFORE, |row, _, out| put_some(row.host.failed_before_login, out)),
    column("logins", ColumnKind::Text, LOGINS, |row, _, out| {
        let told = row.host.login_order.latest.iter().map(|login| login::cells(login, Lang::En).join(" "));
        out.push_str(&told.collect::<Vec<_>>().join(", "));
    }),
    column("groups", ColumnKind::Text, ["Groups", "Groupes"], |row, _, out| {
        put_list(row.host.groups.iter(), out, |group, out| write!(out, "{}:{}", group.rule.0, group.key.0));
    }),
    column("near", ColumnKind::Text, ["Nearly held", "Presque vérifiées"], |row, _, out| {
        put_list(row.host.near.iter(), out, |near, out| write!(out, "{}:{}={}({})", near.rule.0, near.key.0, near.value, near.flips_at));
    }),
    column("network", ColumnKind::Text, ["Network", "Réseau"], |row, _, out| {
        out.push_str(row.host.network.as_ref().map_or("", |network| &network.0));
    }),
    detail("explain", ColumnKind::Text, ["What the rules saw", "Ce que les règles ont vu"], |row, _, out| {
        put_list(row.detail.explain.iter(), out, |rule, out| write!(out, "{}={} ({})", rule.rule.0, rule.held, values_of(rule)));
    }),
    detail("closed", ColumnKind::Number, ["Closed ports", "Ports fermés"], |row, _, out| put_some(row.detail.scan.closed, out)),
    detail("filtered", ColumnKind::Number, ["Filtered ports", "Ports filtrés"], |row, _, out| put_some(row.detail.scan.filtered, out)),
    detail("unknown", ColumnKind::Number, ["Unknown ports", "Ports inconnus"], |row, _, out| put_some(row.detail.scan.unknown, out)),
    detail("scanned_at", ColumnKind::Text, ["Scanned at", "Scannée le"], |row, _, out| out.push_str(&row.detail.scan.started_at.0)),
    detail("scan_duration_ms", ColumnKind::Number, ["Scan, ms", "Scan, ms"], |row, _, out| put_some(row.detail.scan.duration_ms, out)),
    detail("port_states", ColumnKind::Text, ["Port states", "État des ports"], |row, _, out| {
        put_list(row.detail.ports.iter().filter(|port| !port.port.state.is_empty()), out, |port, out| put_state(&port.port, out));
    }),
    detail("banner", ColumnKind::Text, ["Banner", "Bannière"], |row, _, out| {
        let said = row.detail.ports.iter().filter(|port| !port.banner.is_empty());
        put_list(said, out, |port, out| write!(out, "{}: {}", port.port.port, port.banner.0));
    }),
];

impl Column {
    /// The column called `name`.
    pub fn find(name: &str) -> Option<&'static Self> {
        COLUMNS.iter().find(|column| column.name == name)
    }

    /// The columns that a `--columns` list names, in its order; `default` stands for those of every CSV file.
    ///
    /// # Errors
    /// [`Error::Usage`] names what is no column, and lists those that are.
    pub fn from_names(list: &str) -> Result<Vec<&'static Self>> {
        let mut columns: Vec<&'static Self> = Vec::new();
        for name in list.split(',').map(str::trim) {
            match (name, Self::find(name)) {
                ("default", _) => columns.extend(split_columns().0),
                (_, Some(column)) => columns.push(column),
                (name, None) if enrich::path_of(name).is_some() => columns.push(Self::of_enrich(name)),
                _ => {
                    let known: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
                    return Err(Error::Usage(format!(
                        "--columns: no column is called {name:?}; there are: default, {}, enrich.PATH",
                        known.join(", ")
                    )));
                }
            }
        }
        match columns.iter().enumerate().find(|(place, column)| columns[..*place].iter().any(|other| other.name == column.name)) {
            Some((_, twice)) => Err(Error::Usage(format!("--columns: {} is given twice", twice.name))),
            None => Ok(columns),
        }
    }

    /// The column of a path into `enrich`. It lives as long as the program, as those of the table do: there are as many as a flag names.
    fn of_enrich(name: &str) -> &'static Self {
        let path = enrich::path_of(name).unwrap_or_default();
        let (name, path): (&'static str, &'static [String]) = (name.to_owned().leak(), path.leak());
        let kind = ColumnKind::Text;
        Box::leak(Box::new(Self { name, heading: [name, name], kind, cell: Cell::Enrich(path), needs_detail: false }))
    }

    /// Its heading for people.
    pub(crate) fn heading_in(&self, lang: Lang) -> &'static str {
        lang.say(self.heading)
    }

    /// Appends the text of its cell, not yet escaped for any format.
    pub fn put(&self, row: DetailRow<'_>, lang: Lang, out: &mut String) {
        match self.cell {
            Cell::Put(put) => put(row, lang, out),
            Cell::Count(index) => put_number(row.host.count_of(SIGNALS[index].name), out),
            Cell::Enrich(path) => enrich::put(&row.host.enrich, path, out),
        }
    }

    /// Whether its cells are instants.
    pub fn tells_time(&self) -> bool {
        self.kind == ColumnKind::Time || self.name == "scanned_at"
    }

    /// Whether its cells are ports, with nothing else or with words of ours behind them.
    pub(crate) fn lists_ports(&self) -> bool {
        matches!(self.name, "open_ports" | "scan_result")
    }

    /// The text of its cell, for people: times as they write them.
    pub fn text(&self, row: DetailRow<'_>, lang: Lang) -> String {
        let mut out = String::new();
        self.put(row, lang, &mut out);
        if self.kind == ColumnKind::Time || self.name == "scanned_at" { lang.time_of(&out) } else { out }
    }
}

/// What to think of a host, in a word.
pub fn verdict(row: DetailRow<'_>, lang: Lang) -> &'static str {
    match row.host {
        host if host.suspicious && is_break_in(host) => lang.say(BREAK_IN),
        host if host.suspicious => lang.say(SUSPECT),
        host if host.allowed => lang.say(ALLOWED),
        _ => "",
    }
}

/// The open ports, joined by a space.
fn put_open_ports(row: DetailRow<'_>, out: &mut String) {
    let ports = row.host.scan.iter().flat_map(|scan| &scan.open_ports);
    put_list(ports, out, |port, out| {
        out.push_str(itoa::Buffer::new().format(*port));
        Ok(())
    });
}

fn put_state(port: &Port, out: &mut String) -> std::fmt::Result {
    write!(out, "{}={}", port.port, port.state.0)?;
    if port.reason.is_empty() { Ok(()) } else { write!(out, "({})", port.reason.0) }
}

/// The percentage of the score that the reason stands for; nothing where there is no score.
fn put_share(row: DetailRow<'_>, out: &mut String) {
    let Some(reason) = &row.host.reason else { return };
    let part = u128::from(row.host.count_of(&reason.0)) * u128::from(row.host.weight_of(&reason.0));
    if let Some(percent) = (part * 100).checked_div(u128::from(row.host.score)) {
        let _ = write!(out, "{}", percent.min(100));
    }
}

/// Names joined by a space.
fn put_joined(names: &[Text<'_>], out: &mut String) {
    put_list(names.iter(), out, |name, out| out.write_str(&name.0));
}

fn put_list<T>(items: impl Iterator<Item = T>, out: &mut String, put: impl Fn(T, &mut String) -> std::fmt::Result) {
    for (nth, item) in items.enumerate() {
        if nth > 0 {
            out.push(' ');
        }
        let _ = put(item, out);
    }
}

/// Quicker than `Display`, which pads: there are a dozen numbers in a row.
fn put_number(number: u64, out: &mut String) {
    out.push_str(itoa::Buffer::new().format(number));
}

fn put_some(number: Option<u64>, out: &mut String) {
    if let Some(number) = number {
        put_number(number, out);
    }
}

fn put_bool(is: bool, out: &mut String) {
    out.push_str(if is { "true" } else { "false" });
}

fn put_time(seconds: Option<i64>, out: &mut String) {
    if let Some(seconds) = seconds {
        with_time(seconds, |text| out.push_str(text));
    }
}

fn put_address(address: Address, out: &mut String) {
    // Quicker than `Display`, which pads.
    let mut text = Vec::with_capacity(16);
    json::put_address(&mut text, address);
    out.push_str(&String::from_utf8_lossy(&text));
}
