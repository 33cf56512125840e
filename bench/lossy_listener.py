"""Listens on ports 22 and 80 of the addresses it is called with, and drops each connection, until its stdin ends."""

import selectors
import socket
import sys

selector = selectors.DefaultSelector()
for address in sys.argv[1:]:
    for port in 22, 80:
        listener = socket.create_server((address, port), backlog=64)
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ)
selector.register(sys.stdin, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in selector.select():
        if key.fileobj is sys.stdin:
            sys.exit()
        try:
            key.fileobj.accept()[0].close()
        except OSError:
            pass  # It was taken back.
