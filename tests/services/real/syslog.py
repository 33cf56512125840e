"""Listens on /dev/log and appends what comes to a file, as rsyslog does: usage: syslog.py FILE"""

import os
import re
import socket
import sys
import time

server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind("/dev/log")
os.chmod("/dev/log", 0o666)
with open(sys.argv[1], "ab", buffering=0) as log:
    while True:
        text = re.sub(rb"^<\d+>", b"", server.recv(65536)).rstrip(b"\0\n")
        # The C library and most programs begin with `Nov 29 17:19:46 `, some do not.
        stamp = re.match(rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ", text)
        when = stamp[0] if stamp else time.strftime("%b %e %H:%M:%S ").encode()
        body = re.sub(rb"[\x00-\x1f\x7f]", lambda m: b"#%03o" % m[0][0], text[stamp.end() if stamp else 0 :])
        log.write(when + b"mx " + body + b"\n")
