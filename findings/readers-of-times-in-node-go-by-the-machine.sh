#!/usr/bin/env bash
# Guess: a library of Node that is given a time with an offset, as logs have it, gives that moment wherever it runs, or says that it cannot read it.
# Seen: chrono-node reads the offset, but not behind a fraction of a microsecond (rsyslog's own form) or a comma (Python's): it takes the time for one of the
# machine's zone. any-date-parser takes that zone's offset into account beside the one it read, so only in UTC, where one tries it, is RFC 3339 right;
# of the access log's form it drops the offset, and of `+02`, as PostgreSQL writes it, it makes 20 milliseconds. dayjs, told to be strict, finds an offset
# invalid unless the machine has the same one: half of the year, or the lines of one's own servers. moment, luxon and date-fns give the moment in all.
#
# Needs npm; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save chrono-node@2.10.3 any-date-parser@2.2.4 dayjs@1.11.23 moment@2.31.0 luxon@3.7.2 date-fns@4.4.0 >/dev/null
cat >try.js <<'END'
const anyDate = require("any-date-parser");
const chrono = require("chrono-node");
const dayjs = require("dayjs");
dayjs.extend(require("dayjs/plugin/customParseFormat"));
const moment = require("moment");
const { DateTime } = require("luxon");
const { parse } = require("date-fns");
// Each text means 11:55:36 UTC.
const one = "2026-10-01T13:55:36";
const texts = ["+02:00", ".123+02:00", ".123456+02:00", ",123+02:00"].map((end) => one + end).concat("2026-10-01 13:55:36+02", "01/Oct/2026:13:55:36 +0200");
const form = "DD/MMM/YYYY:HH:mm:ss ZZ";
const show = (name, read) => {
  const said = texts.map((text) => {
    const date = read(text);
    return date && !Number.isNaN(Number(date)) ? date.toISOString().slice(11, 23) : "none";
  });
  console.log(`${name}: ${said.join(" ")}`);
};
console.log(`in ${process.env.TZ}`);
show("chrono-node", (text) => chrono.parseDate(text));
show("any-date-parser", (text) => (anyDate.fromString || anyDate.default.fromString)(text));
texts.splice(0, 5, "01/Oct/2026:11:55:36 +0000", "01/Oct/2026:07:55:36 -0400");
show("dayjs", (text) => dayjs(text, form).toDate());
show("dayjs, strict", (text) => dayjs(text, form, true).toDate());
show("moment, strict", (text) => moment(text, form, true).toDate());
show("luxon", (text) => DateTime.fromFormat(text, "dd/LLL/yyyy:HH:mm:ss ZZZ").toJSDate());
show("date-fns", (text) => parse(text, "dd/MMM/yyyy:HH:mm:ss xx", new Date()));
END
for zone in UTC Europe/Paris America/New_York; do TZ=$zone node try.js; done >seen
echo "chrono-node 2.10.3, any-date-parser 2.2.4, dayjs 1.11.23, moment 2.31.0, luxon 3.7.2, date-fns 4.4.0"
cat seen
cmp seen - <<'END' || { echo 'changed: other moments are read'; exit 1; }
in UTC
chrono-node: 11:55:36.000 11:55:36.123 13:55:36.000 13:55:36.000 11:55:36.000 11:55:36.000
any-date-parser: 11:55:36.000 11:55:36.123 11:55:36.123 11:55:36.123 13:55:36.020 13:55:36.000
dayjs: 11:55:36.000 11:55:36.000 11:55:36.000
dayjs, strict: 11:55:36.000 none none
moment, strict: 11:55:36.000 11:55:36.000 11:55:36.000
luxon: 11:55:36.000 11:55:36.000 11:55:36.000
date-fns: 11:55:36.000 11:55:36.000 11:55:36.000
in Europe/Paris
chrono-node: 11:55:36.000 11:55:36.123 11:55:36.000 11:55:36.000 11:55:36.000 11:55:36.000
any-date-parser: 09:55:36.000 09:55:36.123 09:55:36.123 09:55:36.123 11:55:36.020 11:55:36.000
dayjs: 11:55:36.000 11:55:36.000 11:55:36.000
dayjs, strict: none none 11:55:36.000
moment, strict: 11:55:36.000 11:55:36.000 11:55:36.000
luxon: 11:55:36.000 11:55:36.000 11:55:36.000
date-fns: 11:55:36.000 11:55:36.000 11:55:36.000
in America/New_York
chrono-node: 11:55:36.000 11:55:36.123 17:55:36.000 17:55:36.000 11:55:36.000 11:55:36.000
any-date-parser: 15:55:36.000 15:55:36.123 15:55:36.123 15:55:36.123 17:55:36.020 17:55:36.000
dayjs: 11:55:36.000 11:55:36.000 11:55:36.000
dayjs, strict: none 11:55:36.000 none
moment, strict: 11:55:36.000 11:55:36.000 11:55:36.000
luxon: 11:55:36.000 11:55:36.000 11:55:36.000
date-fns: 11:55:36.000 11:55:36.000 11:55:36.000
END
