#!/usr/bin/env bash
# Guess: a crate that reads times gives the moment that the text says, with an offset or the name of a zone, or an error.
# Seen: humantime (parse_rfc3339_weak, which from_str of its Timestamp is) drops an offset to the east behind a fraction of a second, of rsyslog's form:
# 13:55:36.123456+02:00 is 13:55:36.123456Z. Without a fraction, and to the west, the same offset is an error, so that of the servers of a company some are
# refused and some are hours late. dateparser knows the zones of America by name and takes UTC for all others, CEST as well as JST, as PostgreSQL and others
# write them; a time without one is of the machine's zone. parse_rfc3339 of humantime refuses all but Z.
#
# Needs cargo; the crates are built in a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >Cargo.toml <<'END'
[package]
name = "try"
version = "0.0.0"
edition = "2021"
[dependencies]
humantime = "=2.4.0"
dateparser = "=0.3.1"
[workspace]
END
mkdir src
cat >src/main.rs <<'END'
use humantime::{format_rfc3339, parse_rfc3339, Timestamp};

fn main() {
    for end in ["Z", ".123456Z", "+02:00", ".1+02:00", ".123456+02:00", ".123456-07:00"] {
        let text = format!("2026-10-01T13:55:36{end}");
        let weak = text.parse::<Timestamp>().map_or("error".to_string(), |time| time.to_string());
        let strict = parse_rfc3339(&text).map_or("error".to_string(), |time| format_rfc3339(time).to_string());
        println!("humantime: {text} is {weak}; strict: {strict}");
    }
    for zone in ["+02:00", " UTC", " EDT", " PST", " CEST", " BST", " JST", ""] {
        let text = format!("2026-10-01 13:55:36{zone}");
        let read = dateparser::parse(&text).map_or("error".to_string(), |time| time.to_rfc3339());
        println!("dateparser: {text} is {read}");
    }
}
END
CARGO_TARGET_DIR=$folder/target cargo build --quiet
TZ=America/New_York target/debug/try >seen
echo 'humantime 2.4.0, dateparser 0.3.1'
cat seen
cmp seen - <<'END' || { echo 'changed: other moments are read'; exit 1; }
humantime: 2026-10-01T13:55:36Z is 2026-10-01T13:55:36Z; strict: 2026-10-01T13:55:36Z
humantime: 2026-10-01T13:55:36.123456Z is 2026-10-01T13:55:36.123456000Z; strict: 2026-10-01T13:55:36.123456000Z
humantime: 2026-10-01T13:55:36+02:00 is error; strict: error
humantime: 2026-10-01T13:55:36.1+02:00 is 2026-10-01T13:55:36.100000000Z; strict: error
humantime: 2026-10-01T13:55:36.123456+02:00 is 2026-10-01T13:55:36.123456000Z; strict: error
humantime: 2026-10-01T13:55:36.123456-07:00 is error; strict: error
dateparser: 2026-10-01 13:55:36+02:00 is 2026-10-01T11:55:36+00:00
dateparser: 2026-10-01 13:55:36 UTC is 2026-10-01T13:55:36+00:00
dateparser: 2026-10-01 13:55:36 EDT is 2026-10-01T17:55:36+00:00
dateparser: 2026-10-01 13:55:36 PST is 2026-10-01T21:55:36+00:00
dateparser: 2026-10-01 13:55:36 CEST is 2026-10-01T13:55:36+00:00
dateparser: 2026-10-01 13:55:36 BST is 2026-10-01T13:55:36+00:00
dateparser: 2026-10-01 13:55:36 JST is 2026-10-01T13:55:36+00:00
dateparser: 2026-10-01 13:55:36 is 2026-10-01T17:55:36+00:00
END
