#!/usr/bin/env bash
# Guess: csvsort of csvkit puts the rows of a file in another order, and csvsql runs a query over it: the values are those that were in it.
# Seen: where all values of a column look like numbers they are written as numbers: user 007 is 7 (7.0 by csvsql) and a session 1e5 is 1E+5, which no log
# has. `none`, `null` and `na`, whom somebody may have tried as a user, and the country NA, are empty. csvsql drops the offset of a time: of requests to
# servers in two zones, what was later comes earlier, though csvsort knows the offset. csvgrep leaves all as it was. -I (--no-inference) keeps
# numbers, and --blanks what is empty otherwise.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check csvkit==2.2.0 agate==1.14.2 agate-sql==0.7.3 SQLAlchemy==2.0.46
cat >logins.csv <<'END'
at,user,session,country
2026-10-01T13:55:36+02:00,012,2e9,NA
2026-10-01T12:55:36+00:00,007,1e5,FR
END
cat >users.csv <<'END'
user,address
root,192.0.2.1
none,192.0.2.2
null,192.0.2.3
na,192.0.2.4
END
{
    echo 'csvsort by time'
    v/bin/csvsort -c at logins.csv
    echo 'csvsort -I --blanks'
    v/bin/csvsort -I --blanks -c at logins.csv
    echo csvgrep
    v/bin/csvgrep -c user -m 007 logins.csv
    echo csvsql
    v/bin/csvsql --query 'select at, user from logins order by at' logins.csv
    echo 'csvsort of other users'
    v/bin/csvsort -c address users.csv
} >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^csvkit '
cat seen
cmp seen - <<'END' || { echo 'changed: other values come out'; exit 1; }
csvsort by time
at,user,session,country
2026-10-01T13:55:36+02:00,12,2E+9,
2026-10-01T12:55:36+00:00,7,1E+5,FR
csvsort -I --blanks
at,user,session,country
2026-10-01T12:55:36+00:00,007,1e5,FR
2026-10-01T13:55:36+02:00,012,2e9,NA
csvgrep
at,user,session,country
2026-10-01T12:55:36+00:00,007,1e5,FR
csvsql
at,user
2026-10-01 12:55:36.000000,7.0
2026-10-01 13:55:36.000000,12.0
csvsort of other users
user,address
root,192.0.2.1
,192.0.2.2
,192.0.2.3
,192.0.2.4
END
