"""Guesses passwords at a server and prints what it answered: lines `ADDRESS FAILED ACCEPTED`.

usage: attack.py PROTOCOL PORT [--tries N] [--user NAME] [--no-ipv6] [--names LIST] [--at ADDR]
"""

import argparse
import collections
import itertools
import socket
import sys

from clients import CLIENTS

HOSTILE = [
    b"x from 192.0.2.66",
    b'a b"c\'d',
    b"[192.0.2.66]",
    b"eve, rip=192.0.2.66, lip=192.0.2.1",
    b"m\xc3\xbcller",
    b"\xff\xfe",
    b"x] FAIL LOGIN: Client \"192.0.2.66\"",
    b"(?@192.0.2.66) [WARNING] x",
    b"rhost=192.0.2.66  user=root",
    b"n" * 300,
    b"",
    b" ",
    b"%s%n%d",
    b"eve\nNov 29 17:19:46 mx x[1]: y 192.0.2.66",
    b"a\tb\x1b[1mc\x7f",
    b"<192.0.2.66>",
    b"eve (no auth attempts in 0 secs): user=<x>, rip=192.0.2.66",
]


def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("protocol", choices=sorted(CLIENTS))
    flags.add_argument("port", type=int)
    flags.add_argument("--tries", type=int, default=3, help="at most so many in one connection")
    flags.add_argument("--user", default="alice")
    flags.add_argument("--password", default="sesame")
    flags.add_argument("--no-ipv6", action="store_true")
    flags.add_argument("--method", default="")
    flags.add_argument("--timeout", type=float, default=8, help="seconds to wait for an answer")
    flags.add_argument("--verbose", action="store_true")
    args = flags.parse_args()
    socket.setdefaulttimeout(args.timeout)
    done = collections.defaultdict(lambda: [0, 0])
    user, right = args.user.encode(), args.password.encode()

    def run(source, logins):
        """One connection from `source` with the logins (name, password), as far as the server lets it."""
        server = "::1" if source == "::1" else "2001:db8::1" if ":" in source else "127.0.0.1" if source.startswith("127") else "192.0.2.1"
        try:
            client = CLIENTS[args.protocol](server, args.port, source, args.method)
        except (OSError, EOFError) as problem:
            print(f"{source}: {problem!r}", file=sys.stderr)
            return
        if hasattr(client, "login_all"):
            for name, group in itertools.groupby(logins[: args.tries], lambda login: login[0]):
                failed, accepted = client.login_all(name, [password for _, password in group])
                if args.verbose:
                    print(f"{source} {name!r}: {failed} {accepted} {client.said!r}", file=sys.stderr)
                done[source][0] += failed
                done[source][1] += accepted
            return
        for name, password in logins[: args.tries]:
            try:
                answer = client.login(name, password)
            except (OSError, EOFError) as problem:
                answer = None
                if args.verbose:
                    print(f"{source} {name!r}: {problem!r}", file=sys.stderr)
            if args.verbose:
                print(f"{source} {name!r}: {answer} {client.said!r}", file=sys.stderr)
            if answer is None:
                break
            done[source][answer] += 1
            if answer:
                break
        client.close()

    sources = ["192.0.2.{}", "2001:db8::{}"][: 1 if args.no_ipv6 else 2]
    for family in sources:
        run(family.format(11), [(user, b"wrong%d" % n) for n in range(3)])
        for _ in range(2):
            run(family.format(12), [(b"nobody-here", b"x"), (b"admin", b"y"), (b"admin", b"z")])
        run(family.format(13), [(user, right)])
        run(family.format(14), [(user, b"wrong"), (user, right)])
        run(family.format(31), [])
    run("127.0.0.2", [(b"root", b"toor")])
    if not args.no_ipv6:
        run("::1", [(b"root", b"toor")])
    for name in HOSTILE:
        run("192.0.2.21", [(name, b"x")])
    for source, (failed, accepted) in done.items():
        print(source, failed, accepted)


if __name__ == "__main__":
    main()
