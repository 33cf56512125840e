#!/usr/bin/env bash
# Guess: a logger of GELF gives a level between two of Python's, as NOTICE = 25 or SUCCESS = 25 that many programs add, one of syslog's eight, which GELF
# has: that of a neighbour. And the message comes through.
# Seen: pygelf and gelf-formatter have no such message: a KeyError on standard error, if anybody reads that, and nothing is sent, so what was logged at a
# level of one's own never reaches Graylog. graypy sends the number as it is: NOTICE is 25, which no search for levels up to 5 finds, and TRACE = 5
# is a notice. logging-gelf makes each of them 1, an alert: TRACE too.
#
# Needs python3 with venv; the packages are installed to a temporary folder. All is sent to 127.0.0.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check pygelf==0.4.3 graypy==2.1.0 logging-gelf==0.0.32 gelf-formatter==1.0.0
cat >try.py <<'END'
import json, logging, logging.handlers, socket, zlib
import gelfformatter, graypy, logging_gelf.formatters, pygelf
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
server.settimeout(0.5)
port = server.getsockname()[1]
class Formatted(logging.handlers.DatagramHandler):
    def makePickle(self, record):
        return zlib.compress(self.format(record).encode())
def formatted(formatter):
    handler = Formatted("127.0.0.1", port)
    handler.setFormatter(formatter)
    return handler
for name, handler in (("pygelf", pygelf.GelfUdpHandler("127.0.0.1", port)), ("gelf-formatter", formatted(gelfformatter.GelfFormatter())),
                      ("graypy", graypy.GELFUDPHandler("127.0.0.1", port)), ("logging-gelf", formatted(logging_gelf.formatters.GELFFormatter()))):
    log = logging.Logger(name)
    log.addHandler(handler)
    came = []
    for level in (5, 20, 25, 30):
        log.log(level, "login refused")
        try:
            came.append(json.loads(zlib.decompress(server.recv(65535)))["level"])
        except TimeoutError:
            came.append("not sent")
    print(f"{name}: TRACE {came[0]}, INFO {came[1]}, NOTICE {came[2]}, WARNING {came[3]}")
END
v/bin/python try.py 2>said >seen
echo "on standard error: $(grep -c '^KeyError' said) times KeyError" >>seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(pygelf|graypy|logging-gelf|gelf-formatter) '
cat seen
cmp seen - <<'END' || { echo 'changed: other levels are sent'; exit 1; }
pygelf: TRACE not sent, INFO 6, NOTICE not sent, WARNING 4
gelf-formatter: TRACE not sent, INFO 6, NOTICE not sent, WARNING 4
graypy: TRACE 5, INFO 6, NOTICE 25, WARNING 4
logging-gelf: TRACE 1, INFO 6, NOTICE 1, WARNING 4
on standard error: 4 times KeyError
END
