//! The one table of columns: what a host is in a row, whatever the report.

use std::borrow::Cow;

use crate::record::Text;
use crate::record::host::HostRecord;
use crate::record::signal::label_of;
use crate::time::rfc3339;

/// One column.
#[derive(Debug)]
pub struct Column {
    /// Its heading in CSV; never changes.
    pub name: &'static str,
    /// The text of its cell, not yet escaped for any format.
    pub cell: for<'h> fn(&'h HostRecord<'_>) -> Cow<'h, str>,
}

const fn column(name: &'static str, cell: for<'h> fn(&'h HostRecord<'_>) -> Cow<'h, str>) -> Column {
    Column { name, cell }
}

/// Every column, in the order of the CSV file.
pub const COLUMNS: &[Column] = &[
    column("ip", |host| host.ip.to_string().into()),
    column("score", |host| host.score.to_string().into()),
    column("reason", reason),
    column("open_ports", open_ports),
    column("scan_status", |host| host.scan.as_ref().map_or(Cow::Borrowed(""), |scan| Cow::Borrowed(&scan.status.0))),
    column("suspicious", |host| Cow::Borrowed(if host.suspicious { "true" } else { "false" })),
    column("rules", |host| join(&host.rules).into()),
    column("ssh_failed", |host| host.count_of("ssh_failed").to_string().into()),
    column("http_404", |host| host.count_of("http_404").to_string().into()),
    column("http_bot", |host| host.count_of("http_bot").to_string().into()),
    column("ssh_accepted", |host| host.count_of("ssh_accepted").to_string().into()),
    column("first_seen", |host| host.first_seen.map(rfc3339).unwrap_or_default().into()),
    column("last_seen", |host| host.last_seen.map(rfc3339).unwrap_or_default().into()),
];

/// The label of the main reason, `SSH Failed`.
#[must_use]
pub fn reason<'h>(host: &'h HostRecord<'_>) -> Cow<'h, str> {
    Cow::Borrowed(host.reason.as_ref().map_or("", |reason| label_of(&reason.0)))
}

/// The open ports, joined by a space.
#[must_use]
pub fn open_ports<'h>(host: &'h HostRecord<'_>) -> Cow<'h, str> {
    let ports = host.scan.iter().flat_map(|scan| &scan.open_ports).map(u16::to_string);
    ports.collect::<Vec<_>>().join(" ").into()
}

/// Names joined by a space.
#[must_use]
pub fn join(names: &[Text<'_>]) -> String {
    names.iter().map(|name| &*name.0).collect::<Vec<_>>().join(" ")
}
