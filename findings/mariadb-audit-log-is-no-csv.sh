#!/usr/bin/env bash
# Guess: MariaDB's audit plugin, whose lines are fields with commas between them and which escapes quotes in queries, escapes or quotes a comma in any other
# field, so that each line has ten; and FAILED_CONNECT is a login that was refused, with DISCONNECT for sessions that there were.
# Seen: a comma in a user's or a database's name is written as it is: to a reader of CSV the host of `al,ice` is "ice", and all behind it is one column further,
# so that the query's number is where the operation should be. FAILED_CONNECT is a login with the right password too, if the database does not exist
# (1049, the last field, for 1045); and each of them has a DISCONNECT, whose result is 0, of a session that never was.
#
# Needs Debian 12 with apt's lists, and python3 with venv; the packages are unpacked and installed to a temporary folder, and the server listens on
# 127.0.0.1 alone.
set -euo pipefail
mariadb=1:10.11.19-0+deb12u1
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
apt-get download -qq {mariadb-server-core,mariadb-server,mariadb-client-core}="$mariadb" liburing2 libsnappy1v5 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check pymysql==1.2.4
user=$(id -un)
mkdir data
if [ "$user" = root ]; then user=nobody; chown nobody data; fi
here=$PWD
library=$(echo "$here"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
root/usr/bin/mariadb-install-db --no-defaults "--basedir=$here/root/usr" "--datadir=$here/data" --auth-root-authentication-method=normal "--user=$user" \
    --skip-test-db >said 2>&1
root/usr/sbin/mariadbd --no-defaults "--user=$user" "--datadir=$here/data" "--lc-messages-dir=$here/root/usr/share/mysql" "--socket=$here/data/s" "--port=$port" --bind-address=127.0.0.1 "--plugin-dir=$here/root/usr/lib/mysql/plugin" \
    --plugin-load-add=server_audit --server-audit-logging=ON "--server-audit-file-path=$here/data/audit.log" --server-audit-events=CONNECT --skip-name-resolve \
    "--pid-file=$here/data/pid" >>said 2>&1 &
server=$!
cat >connect.py <<'END'
import sys, time
import pymysql
def connect(user, password="right", database=None, statements=()):
    for attempt in range(150):
        try:
            made = pymysql.connect(host="127.0.0.1", port=int(sys.argv[1]), user=user, password=password, database=database)
            for statement in statements:
                made.cursor().execute(statement)
            made.close()
        except pymysql.err.OperationalError as error:
            if error.args[0] == 2003:
                time.sleep(0.2)
                continue
        break
    time.sleep(0.3)
connect("root", "", None, ["create user 'bob'@'%' identified by 'right'", "create user 'al,ice'@'%' identified by 'right'", "create database `a,b`",
                           "grant all on *.* to bob"])
connect("bob")
connect("bob", "wrong")
connect("bob", database="nothing")
connect("al,ice")
connect("al,ice", "wrong")
connect("bob", database="a,b")
END
v/bin/python connect.py "$port"
kill "$server"
wait "$server" || :
server=
sed -E '/,root,/d; s/^[^,]*,[^,]*,//; s/,[0-9]+,0,([A-Z])/,ID,0,\1/' data/audit.log >seen
echo "MariaDB $mariadb"
cat seen
cmp seen - <<'END' || { echo 'changed: the lines are others'; exit 1; }
bob,127.0.0.1,ID,0,CONNECT,,,0
bob,127.0.0.1,ID,0,DISCONNECT,,,0
bob,127.0.0.1,ID,0,FAILED_CONNECT,,,1045
bob,127.0.0.1,ID,0,DISCONNECT,,,0
bob,127.0.0.1,ID,0,FAILED_CONNECT,,,1049
bob,127.0.0.1,ID,0,DISCONNECT,,,0
al,ice,127.0.0.1,ID,0,CONNECT,,,0
al,ice,127.0.0.1,ID,0,DISCONNECT,,,0
al,ice,127.0.0.1,ID,0,FAILED_CONNECT,,,1045
al,ice,127.0.0.1,ID,0,DISCONNECT,,,0
bob,127.0.0.1,ID,0,CONNECT,a,b,,0
bob,127.0.0.1,ID,0,DISCONNECT,a,b,,0
END
