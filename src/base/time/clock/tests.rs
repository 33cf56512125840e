//! Tests of the clock.

use super::*;
use crate::base::time::{parse_rfc3339, rfc3339};

fn clock(year: Option<i16>) -> Clock {
    Clock::new("UTC", year).expect("UTC is known")
}

#[test]
fn web_times_apply_their_offset() {
    for (text, shown) in [
        ("10/Oct/2000:13:55:36 -0700", Ok("2000-10-10T20:55:36Z")),
        ("29/Feb/2024:00:00:00 +0000", Ok("2024-02-29T00:00:00Z")),
        ("31/Dec/2016:23:59:60 +0000", Ok("2016-12-31T23:59:59Z")),
        ("29/Feb/2023:00:00:00 +0000", Err(IMPOSSIBLE)),
        ("31/Apr/2024:00:00:00 +0000", Err(IMPOSSIBLE)),
        ("01/Jan/2024:24:00:00 +0000", Err(IMPOSSIBLE)),
        ("01/Jan/2024:00:00:00 0000", Err(NOT_A_TIME)),
        ("01/jan/2024:00:00:00 +0000", Err(NOT_A_TIME)),
        ("01/Jan/0000:00:00:00 +2359", Err(IMPOSSIBLE)),
        ("", Err(NOT_A_TIME)),
        // Not what a clock starts with.
        (&"\0".repeat(26), Err(NOT_A_TIME)),
        (&format!("{}13:55:36{}", "\0".repeat(12), "\0".repeat(6)), Err(NOT_A_TIME)),
        ("01/Jan/1970:00:00:00 +0000", Ok("1970-01-01T00:00:00Z")),
    ] {
        let read = clock(None).parse_clf(text.as_bytes()).map(rfc3339);
        assert_eq!(read.as_deref().map_err(|e| *e), shown, "{text}");
    }
}

#[test]
fn a_stamp_without_a_year_gets_the_latest_that_is_not_in_the_future() {
    let reference = parse_rfc3339("2026-01-01T12:00:00Z").expect("a time");
    for (text, shown) in [
        ("Dec 31 23:59:59", "2025-12-31T23:59:59Z"),
        ("Jan  1 11:00:00", "2026-01-01T11:00:00Z"),
        ("Jan  2 11:59:59", "2026-01-02T11:59:59Z"),
        ("Jan  2 12:00:01", "2025-01-02T12:00:01Z"),
        ("Feb 29 00:00:00", "2024-02-29T00:00:00Z"),
    ] {
        let read = clock(None).with_reference(reference).parse_rfc3164(text.as_bytes());
        assert_eq!(read.map(rfc3339).as_deref(), Ok(shown), "{text}");
    }
}

#[test]
fn what_was_assumed_is_known() {
    let reference = parse_rfc3339("2026-01-01T12:00:00Z").expect("a time");
    let assumed_of = |clock: Clock, texts: &[&str]| {
        let mut clock = clock.with_reference(reference);
        for text in texts {
            let text = text.as_bytes();
            let _ = if text[0].is_ascii_digit() { clock.parse_any(text).map(drop) } else { clock.parse_rfc3164(text).map(drop) };
        }
        let Assumptions { years, latest, .. } = clock.into_assumed();
        (years, latest.map(rfc3339))
    };
    let both = ["Dec 31 23:59:59", "Jan  1 11:00:00", "Jan  1 10:00:00", "Feb 30 00:00:00"];
    assert_eq!(assumed_of(clock(None), &both), (vec![2025, 2026], Some("2026-01-01T11:00:00Z".to_owned())));
    assert_eq!(assumed_of(clock(Some(2015)), &both), (vec![], Some("2015-12-31T23:59:59Z".to_owned())));
    let local = ["2024-01-02T03:04:05.5", "2024-01-02T03:04:05Z"];
    assert_eq!(assumed_of(clock(None), &local), (vec![], Some("2024-01-02T03:04:05Z".to_owned())));
    let told = ["2024-01-02T03:04:05Z", "10/Oct/2000:13:55:36 -0700", "1703415994", "nothing"];
    assert_eq!(assumed_of(clock(None), &told), (vec![], None));
}

#[test]
fn a_given_year_holds_for_every_line() {
    assert_eq!(clock(Some(2015)).parse_rfc3164(b"Dec 10 06:55:46").map(rfc3339).as_deref(), Ok("2015-12-10T06:55:46Z"));
    assert_eq!(clock(Some(2015)).parse_rfc3164(b"Dec 1 06:55:46").map(rfc3339).as_deref(), Ok("2015-12-01T06:55:46Z"));
    assert_eq!(clock(Some(2015)).parse_rfc3164(b"Feb 29 06:55:46"), Err(IMPOSSIBLE));
}

#[test]
fn rfc3339_keeps_the_fraction_as_logged() {
    // One clock for all: what it remembers of one text must not show in another.
    let mut clock = clock(None);
    for (text, shown) in [
        ("2024-01-02T03:04:05.678901+01:00", "2024-01-02T02:04:05.678901Z"),
        ("2024-01-02T03:04:05.678901+0200", "2024-01-02T01:04:05.678901Z"),
        ("2024-01-02T03:04:05,5+01:00", "2024-01-02T02:04:05.5Z"),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05.1234567890-0530", "2024-01-02T08:34:05.123456789Z"),
    ] {
        let stamp = clock.parse_rfc3339(text.as_bytes()).map(|s| s.to_string());
        assert_eq!(stamp.as_deref(), Ok(shown), "{text}");
    }
}

#[test]
fn a_count_since_1970_is_read_by_its_size() {
    for (text, shown) in [
        ("1703415994", Ok("2023-12-24T11:06:34Z")),
        ("1703415994.3220897", Ok("2023-12-24T11:06:34.3220897Z")),
        ("1703415994322", Ok("2023-12-24T11:06:34.322Z")),
        ("1703415994322.0897", Ok("2023-12-24T11:06:34.322Z")),
        ("1703415994322089", Ok("2023-12-24T11:06:34.322089Z")),
        ("1703415994322089123", Ok("2023-12-24T11:06:34.322089123Z")),
        ("0", Ok("1970-01-01T00:00:00Z")),
        ("-1", Err(NOT_A_TIME)),
        ("1e9", Err(NOT_A_TIME)),
        (".5", Err(NOT_A_TIME)),
        ("", Err(NOT_A_TIME)),
        ("999999999999999999999", Err(IMPOSSIBLE)),
    ] {
        let read = clock(None).parse_any(text.as_bytes()).map(|s| s.to_string());
        assert_eq!(read.as_deref().map_err(|e| *e), shown, "{text}");
    }
    let clf = clock(None).parse_any(b"10/Oct/2000:13:55:36 -0700").map(|s| s.to_string());
    assert_eq!(clf.as_deref(), Ok("2000-10-10T20:55:36Z"));
}

#[test]
fn dates_are_read_as_servers_and_loggers_write_them() {
    for (text, shown) in [
        ("2024-03-08T18:01:08.959+0100", Ok("2024-03-08T17:01:08.959Z")),
        ("2024-03-08 18:01:08,959 +0100", Ok("2024-03-08T17:01:08.959Z")),
        ("2024-03-08 18:01:08", Ok("2024-03-08T18:01:08Z")),
        ("2024/03/08 18:01:08.959", Ok("2024-03-08T18:01:08.959Z")),
        ("08/Mar/2024:18:01:08.959", Ok("2024-03-08T18:01:08.959Z")),
        ("08/Mar/2024:18:01:08.959 -0800", Ok("2024-03-09T02:01:08.959Z")),
        ("08/Mar/2024:18:01:08.959-0800", Ok("2024-03-09T02:01:08.959Z")),
        ("08/Mar/2024 18:01:08", Ok("2024-03-08T18:01:08Z")),
        ("08/Mar/2024:18:01:08 +0100", Ok("2024-03-08T17:01:08Z")),
        ("Fri Mar  8 18:01:08 2024", Ok("2024-03-08T18:01:08Z")),
        ("31/Feb/2024 18:01:08", Err(IMPOSSIBLE)),
        ("2024/03/08 18:01:08  +0100", Err(NOT_A_TIME)),
        ("2024-03-08 18:01:08 x", Err(NOT_A_TIME)),
        ("2024-03-08", Err(NOT_A_TIME)),
        ("Fri Mar  8 18:01:08", Err(NOT_A_TIME)),
        ("08/Mar/2024", Err(NOT_A_TIME)),
        ("", Err(NOT_A_TIME)),
    ] {
        let read = clock(None).parse_dated(text.as_bytes()).map(|s| s.to_string());
        assert_eq!(read.as_deref().map_err(|e| *e), shown, "{text}");
    }
}

#[test]
fn a_zone_says_what_a_stamp_without_an_offset_means() {
    let mut paris = Clock::new("+02:00", Some(2024)).expect("an offset");
    assert_eq!(paris.parse_rfc3164(b"Jul  1 02:00:00").map(rfc3339).as_deref(), Ok("2024-07-01T00:00:00Z"));
    assert!(matches!(Clock::new("Nowhere/Land", None), Err(Error::Usage(_))));
}

const PARIS: &str = "CET-1CEST,M3.5.0,M10.5.0/3";
const NEW_YORK: &str = "EST5EDT,M3.2.0,M11.1.0";

fn in_zone(posix: &str, year: Option<i16>) -> Clock {
    Clock { zone: TimeZone::posix(posix).expect("a zone"), ..clock(year) }
}

#[test]
fn an_hour_that_never_was_is_no_time_and_of_one_that_comes_twice_the_first_is_meant() {
    let mut paris = in_zone(PARIS, Some(2024));
    assert_eq!(paris.parse_rfc3164(b"Mar 31 02:30:00"), Err(SKIPPED));
    assert_eq!(paris.parse_rfc3339(b"2024-03-31T02:30:00"), Err(SKIPPED));
    assert_eq!(paris.parse_rfc3164(b"Oct 27 02:30:00").map(rfc3339).as_deref(), Ok("2024-10-27T00:30:00Z"));
}

#[test]
fn a_time_that_clocks_skip_is_of_no_other_year() {
    for (reference, text, shown) in [
        ("2026-06-01T00:00:00Z", "Mar  8 02:30:00", Err(SKIPPED)),
        ("2026-06-01T00:00:00Z", "Mar  8 01:59:59", Ok("2026-03-08T06:59:59Z")),
        ("2026-06-01T00:00:00Z", "Mar  8 03:00:00", Ok("2026-03-08T07:00:00Z")),
        // In 2025 clocks skip an hour of the 9th.
        ("2026-06-01T00:00:00Z", "Mar  9 02:30:00", Ok("2026-03-09T06:30:00Z")),
        // At most 24 h after the reference; before that it is of the year before, in which it was not skipped.
        ("2026-03-07T07:00:00Z", "Mar  8 02:30:00", Err(SKIPPED)),
        ("2026-03-07T06:59:59Z", "Mar  8 02:30:00", Ok("2025-03-08T07:30:00Z")),
        ("2026-03-07T06:59:59Z", "Mar  9 02:30:00", Err(SKIPPED)),
    ] {
        let reference = parse_rfc3339(reference).expect("a time");
        let read = in_zone(NEW_YORK, None).with_reference(reference).parse_rfc3164(text.as_bytes()).map(rfc3339);
        assert_eq!(read.as_deref().map_err(|e| *e), shown, "{text}");
    }
}

#[test]
fn a_day_starts_with_its_first_instant() {
    for (zone, day, shown) in [
        ("UTC0", "2026-11-01", "2026-11-01T00:00:00Z"),
        // Clocks skip midnight: Cairo, Santiago, Havana, Beirut.
        ("EET-2EEST,M4.5.5/0,M10.5.4/24", "2026-04-24", "2026-04-23T22:00:00Z"),
        ("<-04>4<-03>,M9.1.6/24,M4.1.6/24", "2026-09-06", "2026-09-06T04:00:00Z"),
        ("CST5CDT,M3.2.0/0,M11.1.0/1", "2026-03-08", "2026-03-08T05:00:00Z"),
        ("EET-2EEST,M3.5.0/0,M10.5.0/0", "2026-03-29", "2026-03-28T22:00:00Z"),
        // From 23:30 to 00:30, as in Toronto in 1919.
        ("EST5EDT,M3.5.0/23:30,M10.5.0/0", "2026-03-30", "2026-03-30T04:30:00Z"),
        // Midnight comes twice, and right behind an hour that does.
        ("CST5CDT,M3.2.0/0,M11.1.0/1", "2026-11-01", "2026-11-01T04:00:00Z"),
        ("<-03>3<-02>,M11.1.0/0,M2.3.0/0", "2026-02-15", "2026-02-15T03:00:00Z"),
    ] {
        assert_eq!(in_zone(zone, None).parse_day(day).map(rfc3339).as_deref(), Ok(shown), "{day} {zone}");
    }
    for text in ["", "2026-02-30", "2026-11-1", "2026-11-01T", "2026/11/01"] {
        assert!(clock(None).parse_day(text).is_err(), "{text}");
    }
}

#[test]
fn the_last_days_that_can_be_written_are_read_and_written_as_they_are() {
    for text in ["9999-12-30T21:59:59Z", "9999-12-30T22:00:00Z", "9999-12-31T00:00:00Z", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z"] {
        let seconds = parse_rfc3339(text).expect("a time");
        assert_eq!(rfc3339(seconds), text);
        assert_eq!(clock(None).parse_rfc3339(text.as_bytes()).map(|stamp| stamp.seconds), Ok(seconds));
        assert_eq!(clock(None).parse_rfc3339(&text.as_bytes()[..19]).map(|stamp| stamp.seconds), Ok(seconds), "in --tz UTC");
    }
    assert_eq!(clock(None).parse_clf(b"31/Dec/9999:23:00:00 +0000").map(rfc3339).as_deref(), Ok("9999-12-31T23:00:00Z"));
    assert_eq!(clock(None).parse_clf(b"31/Dec/9999:23:00:00 -0100"), Err(IMPOSSIBLE));
    assert_eq!(clock(Some(9999)).parse_rfc3164(b"Dec 31 23:00:00").map(rfc3339).as_deref(), Ok("9999-12-31T23:00:00Z"));
}

proptest::proptest! {
    #[test]
    fn what_is_remembered_of_a_day_changes_no_time(
        texts in proptest::collection::vec(
            "(Dec 10|Dec 9|Mar  8|Mar  9|Mar 29|Mar 30|Apr 24|Nov  1|Feb 29|Feb 30|Jan  1|Dec 31) (0[0-3]|2[0-4]|[0-9]|12):([0-5][0-9]|60):([0-5][0-9]|60|6)",
            1..30,
        ),
        zone in proptest::sample::select(&["UTC0", NEW_YORK, "EET-2EEST,M4.5.5/0,M10.5.4/24", "EST5EDT,M3.5.0/23:30,M10.5.0/0", "<-03>3<-02>,M11.1.0/0,M2.3.0/0"][..]),
        year in proptest::option::of(2024_i16..2027),
        reference in 1_767_000_000_i64..1_774_000_000,
    ) {
        let mut clock = in_zone(zone, year).with_reference(reference);
        for text in texts {
            let alone = in_zone(zone, year).with_reference(reference).parse_rfc3164(text.as_bytes());
            proptest::prop_assert_eq!(clock.parse_rfc3164(text.as_bytes()), alone, "{}", text);
        }
    }
}
