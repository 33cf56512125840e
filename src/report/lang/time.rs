//! How times and zones are written for people.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::base::time::write_civil;

/// RFC 3339 with the offset of `zone`: `2026-04-12T08:02:05+02:00`; none where no calendar has such a time.
pub(crate) fn local_time(seconds: i64, zone: &TimeZone) -> Option<String> {
    let instant = Timestamp::from_second(seconds).ok()?;
    let offset = zone.to_offset(instant).seconds();
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs() / 60);
    let mut text = String::with_capacity(25);
    write_civil(seconds, zone, &mut text);
    Some(format!("{}{sign}{:02}:{:02}", text.replacen(' ', "T", 1), minutes / 60, minutes % 60))
}

/// A zone's name, or its offset; that of this machine may have none.
pub(crate) fn name_of_zone(zone: &TimeZone) -> String {
    match (zone.iana_name(), zone.to_fixed_offset()) {
        _ if *zone == TimeZone::UTC => "UTC".to_owned(),
        (Some(name), _) => name.to_owned(),
        (None, Ok(offset)) => format!("UTC{offset}"),
        // /etc/localtime may be a copy, and TZ a rule of POSIX.
        (None, Err(_)) => std::env::var("TZ").ok().filter(|text| !text.is_empty()).unwrap_or_else(|| "local".to_owned()),
    }
}

/// `2026-04-12T06:02:05Z` as `12/04/2026 06:02:05 UTC`, with an offset `12/04/2026 06:02:05 +02:00`; none where it is no such time.
pub(crate) fn french_time(text: &str) -> Option<String> {
    let (day, time) = text.split_once('T')?;
    let (time, zone) = match (time.strip_suffix('Z'), time.find(['+', '-'])) {
        (Some(time), _) => (time, "UTC"),
        (None, Some(start)) => time.split_at(start),
        (None, None) => return None,
    };
    let mut parts = day.rsplitn(3, '-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let offset = zone.trim_start_matches(['+', '-']).replace(':', "");
    let digits = [day, month, year, &*time.replace([':', '.'], ""), if zone == "UTC" { "" } else { &offset }];
    let are_digits = digits.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    are_digits.then(|| format!("{day}/{month}/{year} {time} {zone}"))
}
