#!/usr/bin/env bash
# Guess: a library that writes CEF has a client with IPv6 in `src`, or in one of the fields for such addresses, or refuses it; and a time with an offset is written as that moment, for which CEF
# has milliseconds since 1970 and a form with a zone.
# Seen: cefevent leaves an IPv6 client out: the event is built without src, and so it is without a port or a user that it does not take (spt=70000, a user of
# more than 1023 characters), which only set_field's result tells, and no exception by default. format_cef, which raises one, writes the digits of the
# clock and drops the offset: one moment in Paris and in London is two that are an hour apart, and the receiver takes both for its own zone.
# Fractions of a second are dropped as well.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check cefevent==0.5.6 format-cef==0.0.4
cat >try.py <<'END'
from datetime import datetime, timedelta, timezone
from cefevent import CEFEvent
from format_cef import format_cef
def built(**fields):
    event = CEFEvent()
    for name, value in (("name", "login failed"), *fields.items()):
        event.set_field(name, value)
    return event.build_cef()
for fields in ({"sourceAddress": "192.0.2.7", "sourcePort": 4711}, {"sourceAddress": "2001:db8::7", "sourcePort": 4711}, {"sourceAddress": "192.0.2.7", "sourcePort": 70000}):
    print("cefevent:", *fields.values(), "|", built(**fields))
print("cefevent, a user of 1100 characters |", built(sourceAddress="192.0.2.7", sourceUserName="x" * 1100))
def formatted(**fields):
    try:
        return format_cef("V", "P", "1", "100", "login failed", 5, fields).decode()
    except Exception as error:
        return type(error).__name__
print("format_cef: 2001:db8::7 |", formatted(sourceAddress="2001:db8::7"))
for hours in (2, 1, 0):
    moment = datetime(2026, 10, 10, 11, 55, 36, 250000, timezone.utc).astimezone(timezone(timedelta(hours=hours)))
    print(f"format_cef: {moment.isoformat()} |", formatted(startTime=moment))
END
v/bin/python try.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(cefevent|format.cef) '
cat seen
cmp seen - <<'END' || { echo 'changed: an event is written otherwise'; exit 1; }
cefevent: 192.0.2.7 4711 | CEF:0|CEF Vendor|CEF Product|1.0|0|login failed|5|src=192.0.2.7 spt=4711
cefevent: 2001:db8::7 4711 | CEF:0|CEF Vendor|CEF Product|1.0|0|login failed|5|spt=4711
cefevent: 192.0.2.7 70000 | CEF:0|CEF Vendor|CEF Product|1.0|0|login failed|5|src=192.0.2.7
cefevent, a user of 1100 characters | CEF:0|CEF Vendor|CEF Product|1.0|0|login failed|5|src=192.0.2.7
format_cef: 2001:db8::7 | CefValueError
format_cef: 2026-10-10T13:55:36.250000+02:00 | CEF:0|V|P|1|100|login failed|5|start=Oct 10 2026 13:55:36
format_cef: 2026-10-10T12:55:36.250000+01:00 | CEF:0|V|P|1|100|login failed|5|start=Oct 10 2026 12:55:36
format_cef: 2026-10-10T11:55:36.250000+00:00 | CEF:0|V|P|1|100|login failed|5|start=Oct 10 2026 11:55:36
END
