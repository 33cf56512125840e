//! The one table of columns: what a host is in a row, whatever the report.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::detail::{Port, Row};
use super::digest::is_break_in;
use super::lang::{ALLOWED, BREAK_IN, FAILED_BEFORE, LOGINS, Lang, NO_PORT, NOT_SCANNED, Phrase, SCAN_STATES, SUSPECT, word_of};
use super::login;
use crate::error::{Error, Result};
use crate::record::Text;
use crate::record::signal::{SIGNALS, index_of};
use crate::time::Stamp;

/// What the cells of a column are: how they are aligned and sorted, and whether anybody else chose their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
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
#[derive(Debug)]
pub struct Column {
    /// Its heading in CSV and its name in `--columns`; never changes.
    pub name: &'static str,
    /// Its heading for people.
    pub heading: Phrase,
    /// What its cells are.
    pub kind: Kind,
    /// Appends the text of its cell, not yet escaped for any format.
    pub put: fn(Row<'_>, Lang, &mut String),
    /// Whether the cell tells what [`Detail`](super::detail::Detail) holds.
    pub needs_detail: bool,
}

type Put = fn(Row<'_>, Lang, &mut String);

/// A column of what the host itself says.
const fn column(name: &'static str, kind: Kind, heading: Phrase, put: Put) -> Column {
    Column { name, heading, kind, put, needs_detail: false }
}

/// A column of what only the details say.
const fn detail(name: &'static str, kind: Kind, heading: Phrase, put: Put) -> Column {
    Column { needs_detail: true, ..column(name, kind, heading, put) }
}

/// A column of the occurrences of a signal, which has the signal's label.
const fn count(name: &'static str, put: Put) -> Column {
    column(name, Kind::Count, ["", ""], put)
}

/// Every column, in the order of the CSV file: first those of every CSV file, then those that `--columns` adds.
pub const COLUMNS: &[Column] = &[
    column("ip", Kind::Address, ["Address", "Adresse"], |row, _, out| put_address(row.host.ip, out)),
    column("score", Kind::Number, ["Score", "Score"], |row, _, out| put_number(row.host.score, out)),
    column("reason", Kind::Text, ["Reason", "Motif"], |row, lang, out| {
        out.push_str(row.host.reason.as_ref().map_or("", |reason| lang.label_of(&reason.0)));
    }),
    column("open_ports", Kind::Text, ["Open ports", "Ports ouverts"], |row, _, out| put_open_ports(row, out)),
    column("scan_status", Kind::Text, ["Scan status", "État du scan"], |row, _, out| {
        out.push_str(row.host.scan.as_ref().map_or("", |scan| &scan.status.0));
    }),
    column("suspicious", Kind::Word, ["Suspicious", "Suspecte"], |row, _, out| put_bool(row.host.suspicious, out)),
    column("rules", Kind::Text, ["Rules", "Règles"], |row, _, out| put_joined(&row.host.rules, out)),
    count("ssh_failed", |row, _, out| put_number(row.host.count_of("ssh_failed"), out)),
    count("http_404", |row, _, out| put_number(row.host.count_of("http_404"), out)),
    count("http_bot", |row, _, out| put_number(row.host.count_of("http_bot"), out)),
    count("ssh_accepted", |row, _, out| put_number(row.host.count_of("ssh_accepted"), out)),
    column("first_seen", Kind::Time, ["First seen", "Première apparition"], |row, _, out| put_time(row.host.first_seen, out)),
    column("last_seen", Kind::Time, ["Last seen", "Dernière apparition"], |row, _, out| put_time(row.host.last_seen, out)),
    count("ssh_invalid_user", |row, _, out| put_number(row.host.count_of("ssh_invalid_user"), out)),
    count("ssh_probe", |row, _, out| put_number(row.host.count_of("ssh_probe"), out)),
    count("http_probe", |row, _, out| put_number(row.host.count_of("http_probe"), out)),
    column("other_signals", Kind::Text, ["Other signals", "Autres signaux"], |row, _, out| {
        let others = row.host.signals.iter().filter(|(name, _)| index_of(&name.0).is_none());
        put_list(others, out, |(name, times), out| write!(out, "{}={times}", name.0));
    }),
    column("reason_percent", Kind::Number, ["Reason’s share of the score, %", "Part du motif dans le score, %"], |row, _, out| {
        put_share(row, out);
    }),
    column("verdict", Kind::Word, ["Verdict", "Verdict"], |row, lang, out| out.push_str(verdict(row, lang))),
    column("allowed", Kind::Word, ["Allowed", "Autorisée"], |row, _, out| put_bool(row.host.allowed, out)),
    column("scan_result", Kind::Text, ["Open ports", "Ports ouverts"], put_scan_result),
    column("evidence", Kind::Text, ["Evidence", "Preuves"], |row, _, out| {
        put_list(row.host.evidence.iter(), out, |place, out| write!(out, "{}:{}", place.file.0, place.line));
    }),
    column("failed_before_login", Kind::Number, FAILED_BEFORE, |row, _, out| put_some(row.host.failed_before_login, out)),
    column("logins", Kind::Text, LOGINS, |row, _, out| {
        let told = row.host.login_order.latest.iter().map(|login| login::cells(login).join(" "));
        out.push_str(&told.collect::<Vec<_>>().join(", "));
    }),
    detail("network", Kind::Text, ["Network", "Réseau"], |row, _, out| out.push_str(&row.detail.network)),
    detail("explain", Kind::Text, ["What the rules saw", "Ce que les règles ont vu"], |row, _, out| {
        put_list(row.detail.explain.iter(), out, |rule, out| write!(out, "{}={} ({})", rule.rule, rule.held, rule.saw));
    }),
    detail("closed", Kind::Number, ["Closed ports", "Ports fermés"], |row, _, out| put_some(row.detail.closed, out)),
    detail("filtered", Kind::Number, ["Filtered ports", "Ports filtrés"], |row, _, out| put_some(row.detail.filtered, out)),
    detail("unknown", Kind::Number, ["Unknown ports", "Ports inconnus"], |row, _, out| put_some(row.detail.unknown, out)),
    detail("scanned_at", Kind::Text, ["Scanned at", "Scannée le"], |row, _, out| out.push_str(&row.detail.started_at)),
    detail("scan_duration_ms", Kind::Number, ["Scan, ms", "Scan, ms"], |row, _, out| put_some(row.detail.duration_ms, out)),
    detail("port_states", Kind::Text, ["Port states", "État des ports"], |row, _, out| {
        put_list(row.detail.ports.iter().filter(|port| !port.state.is_empty()), out, put_state);
    }),
    detail("banner", Kind::Text, ["Banner", "Bannière"], |row, _, out| {
        let said = row.detail.ports.iter().filter(|port| !port.banner.is_empty());
        put_list(said, out, |port, out| write!(out, "{}: {}", port.port, port.banner));
    }),
];

/// How many of [`COLUMNS`] every CSV file has.
pub const CSV_COLUMNS: usize = 13;

impl Column {
    /// The column called `name`.
    #[must_use]
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
                ("default", _) => columns.extend(&COLUMNS[..CSV_COLUMNS]),
                (_, Some(column)) => columns.push(column),
                _ => {
                    let known: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
                    return Err(Error::Usage(format!("--columns: no column is called {name:?}; there are: default, {}", known.join(", "))));
                }
            }
        }
        match columns.iter().enumerate().find(|(place, column)| columns[..*place].iter().any(|other| other.name == column.name)) {
            Some((_, twice)) => Err(Error::Usage(format!("--columns: {} stands twice", twice.name))),
            None => Ok(columns),
        }
    }

    /// Its heading for people: of a count, the signal's label.
    #[must_use]
    pub fn heading_in(&self, lang: Lang) -> &'static str {
        match (self.kind, index_of(self.name)) {
            (Kind::Count, Some(index)) => lang.say([SIGNALS[index].label, SIGNALS[index].label_fr]),
            _ => lang.say(self.heading),
        }
    }

    /// The text of its cell.
    #[must_use]
    pub fn text(&self, row: Row<'_>, lang: Lang) -> String {
        let mut out = String::new();
        (self.put)(row, lang, &mut out);
        out
    }
}

/// What to think of a host, in a word.
#[must_use]
pub fn verdict(row: Row<'_>, lang: Lang) -> &'static str {
    match row.host {
        host if host.suspicious && is_break_in(host) => lang.say(BREAK_IN),
        host if host.suspicious => lang.say(SUSPECT),
        host if host.allowed => lang.say(ALLOWED),
        _ => "",
    }
}

/// The open ports, or why there are none to tell.
fn put_scan_result(row: Row<'_>, lang: Lang, out: &mut String) {
    let Some(scan) = &row.host.scan else {
        // Only suspicious hosts are scanned.
        return out.push_str(if row.host.suspicious { lang.say(NOT_SCANNED) } else { "" });
    };
    match &*scan.status.0 {
        "complete" if scan.open_ports.is_empty() => out.push_str(lang.say(NO_PORT)),
        "complete" => put_open_ports(row, out),
        state => {
            put_open_ports(row, out);
            let word = word_of(lang, SCAN_STATES, state);
            // Writing to a String cannot fail, here and below.
            let _ = if scan.open_ports.is_empty() { write!(out, "{word}") } else { write!(out, " ({word})") };
        }
    }
}

fn put_open_ports(row: Row<'_>, out: &mut String) {
    let ports = row.host.scan.iter().flat_map(|scan| &scan.open_ports);
    put_list(ports, out, |port, out| {
        out.push_str(itoa::Buffer::new().format(*port));
        Ok(())
    });
}

fn put_state(port: &Port, out: &mut String) -> std::fmt::Result {
    write!(out, "{}={}", port.port, port.state)?;
    if port.reason.is_empty() { Ok(()) } else { write!(out, "({})", port.reason) }
}

/// The percentage of the score that the reason stands for; nothing where there is no score.
fn put_share(row: Row<'_>, out: &mut String) {
    let Some(reason) = &row.host.reason else { return };
    let part = u128::from(row.host.count_of(&reason.0)) * u128::from(row.host.weight_of(&reason.0));
    if let Some(percent) = (part * 100).checked_div(u128::from(row.host.score)) {
        let _ = write!(out, "{}", percent.min(100));
    }
}

/// Names joined by a space.
pub fn put_joined(names: &[Text<'_>], out: &mut String) {
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
        Stamp { seconds, fraction: "" }.with_text(|text| out.push_str(text));
    }
}

fn put_address(address: IpAddr, out: &mut String) {
    match address {
        IpAddr::V4(v4) => {
            for (nth, octet) in v4.octets().into_iter().enumerate() {
                if nth > 0 {
                    out.push('.');
                }
                out.push_str(itoa::Buffer::new().format(octet));
            }
        }
        IpAddr::V6(v6) => {
            let _ = write!(out, "{v6}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::HostRecord;
    use crate::report::detail::Detail;

    #[test]
    fn every_signal_has_a_column_and_every_column_a_name_of_its_own() {
        for signal in SIGNALS {
            let column = Column::find(signal.name).unwrap_or_else(|| panic!("no column for {}", signal.name));
            assert_eq!(
                (column.kind, column.heading_in(Lang::En), column.heading_in(Lang::Fr)),
                (Kind::Count, signal.label, signal.label_fr)
            );
        }
        for (place, column) in COLUMNS.iter().enumerate() {
            assert!(COLUMNS[..place].iter().all(|other| other.name != column.name), "{} stands twice", column.name);
            assert!(!column.heading_in(Lang::En).is_empty() && !column.heading_in(Lang::Fr).is_empty(), "{}", column.name);
        }
    }

    #[test]
    fn every_cell_says_what_the_record_says() {
        let line = concat!(
            r#"{"ip":"192.0.2.1","score":8,"reason":"ssh_failed","suspicious":true,"allowed":true,"rules":["r","ssh_breakin"],"#,
            r#""signals":{"ssh_failed":6,"http_404":2,"http_bot":0,"ssh_accepted":1,"ssh_invalid_user":3,"ssh_probe":4,"http_probe":5,"mine":9},"#,
            r#""failed_before_login":7,"login_order":{"latest":[{"at":"2024-01-01T00:00:00Z","user":"root","method":"password","file":"a.log","line":9},"#,
            r#"{"at":"2024-01-02T00:00:00Z","file":"a.log","line":10}]},"#,
            r#""first_seen":"2024-01-01T00:00:00Z","last_seen":"2024-01-02T00:00:00Z","network":"192.0.2.0/24","explain":[{"rule":"r","held":true,"saw":{"a":1}}],"#,
            r#""evidence":[{"signal":"ssh_failed","file":"a.log","line":7},{"signal":"http_404","file":"b","line":8}],"#,
            r#""scan":{"status":"incomplete","open_ports":[22,80],"closed":1,"filtered":2,"unknown":3,"started_at":"2024-01-03T00:00:00Z","#,
            r#""duration_ms":5,"ports":[{"port":22,"state":"open","reason":"connected"},{"port":23,"state":"closed"}],"banners":[{"port":22,"text":"SSH-2.0-x"}]}}"#
        );
        let host = HostRecord::from_line(line.as_bytes()).expect("a host");
        let detail = Detail::from_line(line.as_bytes());
        let row = Row { host: &host, detail: &detail };
        let cells: Vec<_> = COLUMNS.iter().map(|column| format!("{}={}", column.name, column.text(row, Lang::Fr))).collect();
        assert_eq!(
            cells,
            [
                "ip=192.0.2.1",
                "score=8",
                "reason=Échec SSH",
                "open_ports=22 80",
                "scan_status=incomplete",
                "suspicious=true",
                "rules=r ssh_breakin",
                "ssh_failed=6",
                "http_404=2",
                "http_bot=0",
                "ssh_accepted=1",
                "first_seen=2024-01-01T00:00:00Z",
                "last_seen=2024-01-02T00:00:00Z",
                "ssh_invalid_user=3",
                "ssh_probe=4",
                "http_probe=5",
                "other_signals=mine=9",
                "reason_percent=75",
                "verdict=INTRUSION",
                "allowed=true",
                "scan_result=22 80 (incomplet)",
                "evidence=a.log:7 b:8",
                "failed_before_login=7",
                "logins=2024-01-01T00:00:00Z root password a.log:9, 2024-01-02T00:00:00Z   a.log:10",
                "network=192.0.2.0/24",
                "explain=r=true (a=1)",
                "closed=1",
                "filtered=2",
                "unknown=3",
                "scanned_at=2024-01-03T00:00:00Z",
                "scan_duration_ms=5",
                "port_states=22=open(connected) 23=closed",
                "banner=22: SSH-2.0-x",
            ]
        );
    }

    #[test]
    fn columns_are_taken_by_name() {
        let names = |list: &str| Column::from_names(list).map(|columns| columns.iter().map(|c| c.name).collect::<Vec<_>>());
        assert_eq!(names("banner, ip").ok(), Some(vec!["banner", "ip"]));
        assert_eq!(names("default,network").map(|n| n.len()).ok(), Some(CSV_COLUMNS + 1));
        for (list, start) in
            [("ip,ipp", "--columns: no column is called \"ipp\"; there are: default, ip, "), ("ip,default", "--columns: ip stands twice")]
        {
            assert!(names(list).expect_err("refused").to_string().starts_with(start), "{list}");
        }
    }
}
