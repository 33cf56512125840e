"""An IMAP server that knows alice with the password sesame: usage: backend.py PORT"""

import re
import socketserver
import sys


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        for line in self.rfile:
            tag = line.split(b" ")[0]
            while literal := re.search(rb"\{(\d+)\}\r\n$", line):
                self.wfile.write(b"+ go on\r\n")
                line = line[: literal.start()] + self.rfile.read(int(literal[1])) + self.rfile.readline()
            right = re.search(rb'LOGIN "?alice"? ?"?sesame"?\s*$', line)
            if b"CAPABILITY" in line:
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
            else:
                self.wfile.write(tag + (b" OK done\r\n" if right or b"LOGIN" not in line else b" NO refused\r\n"))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


Server(("127.0.0.1", int(sys.argv[1])), Session).serve_forever()
