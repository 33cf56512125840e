#!/usr/bin/env bash
# Guess: a library for logfmt reads what another wrote: `path="C:\\new dir"` has a value, `\n` in quotes is a newline or two characters, `user=` is empty,
# and a value with a blank or a tab is in quotes.
# Seen: logfmt of PyPI gives True, and not a text, for a quoted value with any backslash that is not in front of a quote: a Windows path, an escaped
# newline of an exception, what a scanner sent; the line looks whole, so nobody misses it. `user=` is True too: an empty user is one called "True" in
# a report. structlog's LogfmtRenderer writes a tab as it is, without quotes, so what is behind it is another key to every reader. logfmtkv reads
# all the rest.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check logfmt==0.4 logfmtkv==0.2.1 logfmter==0.0.12 structlog==26.1.0
cat >try.py <<'END'
import logfmt, logfmtkv, logfmter, structlog
render = structlog.processors.LogfmtRenderer()
for value in ("al ice", 'say "x"', "C:\\new dir", "a\nb", "", "a\tb"):
    event = {"user": value, "status": 401}
    for name, line in (("structlog", render(None, None, dict(event))), ("logfmter", logfmter.Logfmter.format_params(event))):
        (read,) = logfmt.parse([line])
        print(repr(value), name, repr(line), f"logfmt: {read.get('user')!r}", f"logfmtkv: {logfmtkv.parse(line).get('user')!r}", sep=" | ")
END
v/bin/python try.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(logfmt|logfmtkv|logfmter|structlog) '
cat seen
cmp seen - <<'END' || { echo 'changed: a line is written or read otherwise'; exit 1; }
'al ice' | structlog | 'user="al ice" status=401' | logfmt: 'al ice' | logfmtkv: 'al ice'
'al ice' | logfmter | 'user="al ice" status=401' | logfmt: 'al ice' | logfmtkv: 'al ice'
'say "x"' | structlog | 'user="say \\"x\\"" status=401' | logfmt: 'say "x"' | logfmtkv: 'say "x"'
'say "x"' | logfmter | 'user="say \\"x\\"" status=401' | logfmt: 'say "x"' | logfmtkv: 'say "x"'
'C:\\new dir' | structlog | 'user="C:\\\\new dir" status=401' | logfmt: True | logfmtkv: 'C:\\new dir'
'C:\\new dir' | logfmter | 'user="C:\\\\new dir" status=401' | logfmt: True | logfmtkv: 'C:\\new dir'
'a\nb' | structlog | 'user=a\\nb status=401' | logfmt: 'a\\nb' | logfmtkv: 'a\\nb'
'a\nb' | logfmter | 'user="a\\nb" status=401' | logfmt: True | logfmtkv: 'a\nb'
'' | structlog | 'user= status=401' | logfmt: True | logfmtkv: ''
'' | logfmter | 'user= status=401' | logfmt: True | logfmtkv: ''
'a\tb' | structlog | 'user=a\tb status=401' | logfmt: 'a' | logfmtkv: 'a'
'a\tb' | logfmter | 'user="a\\tb" status=401' | logfmt: True | logfmtkv: 'a\tb'
END
