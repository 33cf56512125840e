#!/usr/bin/env bash
# Guess: what reads web logs in Python knows what servers write today: HTTP/2.0 as nginx and Apache have it, clients with IPv6, users who log in with
# an address of mail or with a domain.
# Seen: apache-log-parser takes any version but 1.x for a part of the URL: `/a HTTP/2.0`, or a query `x=1 HTTP/2.0`, so every page is there twice, once for
# each version. lars leaves out each line of an IIS log whose client has IPv6, with a warning that it "contains invalid data", and takes time-taken,
# which IIS writes in milliseconds, for seconds. pygrok's COMBINEDAPACHELOG matches nothing where the user is alice@site.example or of a domain, or the
# client's name has an underscore: None, as for a line that is no access log.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check apache-log-parser==1.7.0 lars==1.0 pygrok==1.0.0
cat >try.py <<'END'
import io, warnings
warnings.simplefilter("ignore")
import apache_log_parser
from lars import iis
from pygrok import Grok
parse = apache_log_parser.make_parser('%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"')
line = '{client} - {user} [10/Oct/2026:15:55:36 +0200] "{request}" 200 5 "-" "x"'
for request in ("GET /a HTTP/1.1", "GET /a HTTP/2.0", "GET /a?x=1 HTTP/2.0", "GET /a HTTP/3.0"):
    read = parse(line.format(client="192.0.2.1", user="-", request=request))
    print("apache-log-parser:", request, "|", read["request_url"], "|", read.get("request_http_ver"), "|", read.get("request_url_query"))
head = "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-10-10 13:55:36\n"
head += "#Fields: date time cs-method cs-uri-stem c-ip sc-status time-taken\n"
for client in ("192.0.2.1", "2001:db8::1"):
    with warnings.catch_warnings(record=True) as said, iis.IISSource(io.StringIO(head + f"2026-10-10 13:55:36 GET /a {client} 401 1500\n")) as rows:
        warnings.simplefilter("always")
        read = [f"{row.sc_status}, {row.time_taken} s" for row in rows]
    print("lars:", client, "|", *read, "|", *[warning.message for warning in said])
match = Grok("%{COMBINEDAPACHELOG}").match
for client, user in (("192.0.2.1", "alice"), ("2001:db8::1", "alice"), ("192.0.2.1", "alice@site.example"), ("192.0.2.1", r"LAB\\alice"), ("build_host", "-")):
    read = match(line.format(client=client, user=user, request="GET /a HTTP/2.0"))
    print("pygrok:", client, user, "|", read and (read["clientip"], read["auth"], read["request"]))
END
v/bin/python try.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(apache-log-parser|lars|pygrok) '
cat seen
cmp seen - <<'END' || { echo 'changed: a line is read otherwise'; exit 1; }
apache-log-parser: GET /a HTTP/1.1 | /a | 1.1 | 
apache-log-parser: GET /a HTTP/2.0 | /a HTTP/2.0 | None | 
apache-log-parser: GET /a?x=1 HTTP/2.0 | /a?x=1 HTTP/2.0 | None | x=1 HTTP/2.0
apache-log-parser: GET /a HTTP/3.0 | /a HTTP/3.0 | None | 
lars: 192.0.2.1 | 401, 1500.0 s |
lars: 2001:db8::1 | | Line 5: Line contains invalid data
pygrok: 192.0.2.1 alice | ('192.0.2.1', 'alice', '/a')
pygrok: 2001:db8::1 alice | ('2001:db8::1', 'alice', '/a')
pygrok: 192.0.2.1 alice@site.example | None
pygrok: 192.0.2.1 LAB\\alice | None
pygrok: build_host - | None
END
