#!/usr/bin/env bash
# Guess: OpenLDAP's server logs a connection in order: ACCEPT, with the address, then BIND and its RESULT, which have no address, then "closed"; so a reader
# that keeps the address of each open connection knows whose wrong password err=49 was.
# Seen: the lines are written by several threads, and in a few of a hundred connections ACCEPT comes after BIND, after RESULT, or even after "closed". A
# reader that looks back finds no address for these, or that of another connection of the same number, since numbers begin again at 1000 with
# the server. Sorting by the stamps leaves it so; one has to look ahead, past the end of the connection.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq slapd=2.5.13+dfsg-5 libldap-2.5-0 libltdl7 libodbc2 libsasl2-2 libwrap0 libargon2-1 libperl5.36 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir data
cat >conf <<END
include $folder/root/etc/ldap/schema/core.schema
modulepath $folder/root/usr/lib/ldap
moduleload back_mdb
database mdb
suffix "dc=site,dc=example"
rootdn "cn=admin,dc=site,dc=example"
rootpw secret
directory $folder/data
END
cat >guess.py <<'END'
import socket, sys, time
def field(tag, value):
    return bytes([tag, len(value)]) + value
bind = field(0x60, field(2, b"\x03") + field(4, b"cn=admin,dc=site,dc=example") + field(0x80, b"guess"))
request = field(0x30, field(2, b"\x01") + bind)
count = 0
while count < 1000:
    try:
        with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10) as client:
            client.sendall(request)
            client.recv(100)
        count += 1
    except ConnectionRefusedError:
        time.sleep(0.1)
END
cat >order.py <<'END'
import collections, re
lines = [re.search(r"^(\w+\.\w+) \S+ conn=(\d+) (?:fd=\d+|op=0) (ACCEPT|BIND|RESULT|closed)", line) for line in open("log")]
orders = collections.defaultdict(list)
for stamp, number, what in sorted((found.groups() for found in lines if found), key=lambda line: line[0]):
    orders[number].append(what)
counts = collections.Counter(" ".join(order) for order in orders.values() if len(order) == 4)
for order, count in counts.most_common():
    print(f"{count:5} x {order}")
END
root/usr/sbin/slapd -f conf -h "ldap://127.0.0.1:$port" -d stats 2>log &
server=$!
python3 guess.py "$port"
for _ in {1..100}; do [ "$(grep -c closed log)" -lt 1000 ] || break; sleep 0.1; done
kill "$server"
wait "$server" || :
server=
grep -o -m 1 'OpenLDAP: slapd [^ ]*' log
echo '1000 connections with one guess each, by the stamps of their lines:'
python3 order.py | tee seen
# How many there are of each differs from run to run.
if grep -q ' x ACCEPT BIND RESULT closed$' seen && grep -q ' x BIND .*ACCEPT' seen; then exit; fi
echo 'changed: slapd writes the lines of a connection in order'
exit 1
