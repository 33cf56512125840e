#!/usr/bin/env bash
# Guess: a library for Zeek's logs gives None for an unset field (`-`), a set as a set, `\x09` in a value as the tab that was there, and UTC as the time,
# the same whichever of its readers one takes.
# Seen: zat's ZeekLogReader makes 0 of an unset count, a length of 0 of an unset interval, and False of an unset bool: auth_success `-`, where Zeek
# could not tell, is a login that failed. An unset string stays `-`, a set is one text, an empty one `(empty)`, and escapes are left in. `ts` is in the
# zone of the machine and does not say so. LogToDataFrame of the same package gives UTC and NaN. parsezeeklogs reads all as the log means it.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check zat==0.4.9 pandas==3.1.1 parsezeeklogs==3.0.1
cat >try.py <<'END'
import contextlib, io, json, os, time
os.environ["TZ"] = "Asia/Tokyo"
time.tzset()
rows = [["#separator \\x09"], ["#set_separator", ","], ["#empty_field", "(empty)"], ["#unset_field", "-"], ["#path", "ssh"],
        ["#fields", "ts", "id.orig_h", "auth_success", "auth_attempts", "duration", "client", "tags"],
        ["#types", "time", "addr", "bool", "count", "interval", "string", "set[string]"],
        ["1791640536.000000", "192.0.2.1", "T", "1", "2.000000", "SSH-2.0-a\\x09b", "x,y"],
        ["1791640537.000000", "192.0.2.2", "-", "-", "-", "-", "(empty)"]]
with open("ssh.log", "w") as out:
    out.writelines("\t".join(row) + "\n" for row in rows)
from zat.log_to_dataframe import LogToDataFrame
from zat.zeek_log_reader import ZeekLogReader
import pandas, parsezeeklogs
def show(name, time, row):
    print(f"{name}: {time}", *[repr(row.get(key)) for key in ("auth_success", "auth_attempts", "duration", "client", "tags")], sep=" | ")
with contextlib.redirect_stdout(io.StringIO()):
    read = list(ZeekLogReader("ssh.log").readrows())
for row in read:
    show("ZeekLogReader", row["ts"], row)
for ts, row in LogToDataFrame().create_dataframe("ssh.log").iterrows():
    show("LogToDataFrame", ts.round("s"), {key: None if pandas.isna(value) else str(value) for key, value in row.items()})
for row in parsezeeklogs.ParseZeekLogs("ssh.log", output_format="json"):
    row = json.loads(row)
    show("parsezeeklogs", row["ts"], row)
END
v/bin/python try.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(zat|pandas|parsezeeklogs) '
cat seen
cmp seen - <<'END' || { echo 'changed: a reader gives something else'; exit 1; }
ZeekLogReader: 2026-10-10 22:55:36 | True | 1 | datetime.timedelta(seconds=2) | 'SSH-2.0-a\\x09b' | 'x,y'
ZeekLogReader: 2026-10-10 22:55:37 | False | 0 | datetime.timedelta(0) | '-' | '(empty)'
LogToDataFrame: 2026-10-10 13:55:36 | 'T' | '1' | '0 days 00:00:02' | 'SSH-2.0-a\\x09b' | 'x,y'
LogToDataFrame: 2026-10-10 13:55:37 | None | None | None | None | '(empty)'
parsezeeklogs: 1791640536.0 | True | 1 | 2.0 | 'SSH-2.0-a\tb' | ['x', 'y']
parsezeeklogs: 1791640537.0 | None | None | None | None | []
END
