#!/usr/bin/env bash
# Guess: read_json of pandas gives what the JSON says, which has types of its own: a text is a text, `"user": "007"`, and a number a number.
# Seen: a column whose texts all look like numbers is one of numbers: users 007 and 012 are 7 and 12, and version 1.10 is 1.1. A number whose key ends with
# _time or _at is a date if it is above 31536000: request_time in nanoseconds, of requests that took longer than 32 milliseconds, is a day in 1971; one quicker
# request in the file, and all are numbers. So what was written and tried on one day's log meets another type on the next. dtype=False leaves all as it was.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check pandas==3.1.1
cat >slow.ndjson <<'END'
{"user": "007", "version": "1.10", "request_time": 45000000}
{"user": "012", "version": "1.9", "request_time": 145000000}
END
cat slow.ndjson - >mixed.ndjson <<'END'
{"user": "alice", "version": "1.9", "request_time": 1500000}
END
cat >try.py <<'END'
import pandas
for file in ["slow.ndjson", "mixed.ndjson"]:
    for options in [{}, {"dtype": False}]:
        print(file, options)
        for row in pandas.read_json(file, lines=True, **options).to_dict("records"):
            print(row)
END
v/bin/python -W ignore try.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^pandas '
cat seen
cmp seen - <<'END' || { echo 'changed: other values come out'; exit 1; }
slow.ndjson {}
{'user': 7, 'version': 1.1, 'request_time': Timestamp('1971-06-05 20:00:00')}
{'user': 12, 'version': 1.9, 'request_time': Timestamp('1974-08-06 05:46:40')}
slow.ndjson {'dtype': False}
{'user': '007', 'version': '1.10', 'request_time': 45000000}
{'user': '012', 'version': '1.9', 'request_time': 145000000}
mixed.ndjson {}
{'user': '007', 'version': 1.1, 'request_time': 45000000}
{'user': '012', 'version': 1.9, 'request_time': 145000000}
{'user': 'alice', 'version': 1.9, 'request_time': 1500000}
mixed.ndjson {'dtype': False}
{'user': '007', 'version': '1.10', 'request_time': 45000000}
{'user': '012', 'version': '1.9', 'request_time': 145000000}
{'user': 'alice', 'version': '1.9', 'request_time': 1500000}
END
