#!/usr/bin/env bash
# Guess: the times in MariaDB's error log, `2026-11-30 13:55:36`, are of one length: at three in the morning it is `2026-11-30 03:55:36`, as in any log
# with such dates, where month and day have their zeros.
# Seen: it is `2026-11-30  3:55:36`, with a blank in place of the zero. What was written and tried in the afternoon, a pattern with two digits for
# the hour, columns at single blanks, Python's fromisoformat, misses or misreads what is logged between midnight and ten.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq mariadb-server-core=1:10.11.19-0+deb12u1 mariadb-client-core=1:10.11.19-0+deb12u1 libmariadb3 liburing2 libsnappy1v5 libaio1 \
    libpmem1 libdaxctl1 libndctl6 libncurses6 libedit2 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
mkdir data
options=(--no-defaults "--datadir=$folder/data" "--lc-messages-dir=$folder/root/usr/share/mysql" --innodb-buffer-pool-size=8M --innodb-log-file-size=4M)
[ "$(id -u)" != 0 ] || options+=(--user=root)
{ printf 'CREATE DATABASE mysql;\nUSE mysql;\n' && cat root/usr/share/mysql/mysql_system_tables.sql; } >tables.sql
root/usr/sbin/mariadbd "${options[@]}" --bootstrap <tables.sql >bootstrap.log 2>&1
# When the local hour is $1, what is logged of a wrong password.
refused() {
    local zone socket=$folder/$1.sock
    zone=HERE$((10#$(date -u +%H) - $1))
    TZ=$zone root/usr/sbin/mariadbd "${options[@]}" --skip-networking --socket="$socket" --pid-file="$folder/pid" >"$1.log" 2>&1 &
    server=$!
    for _ in {1..300}; do [ ! -S "$socket" ] || break; sleep 0.1; done
    root/usr/bin/mariadb --no-defaults --socket="$socket" -u root -pguess -e 'SELECT 1' >/dev/null 2>&1 || :
    for _ in {1..100}; do ! grep -q 'Access denied' "$1.log" || break; sleep 0.1; done
    kill "$server"
    wait "$server" || :
    server=
    grep 'Access denied' "$1.log" | tee -a denied.log
}
root/usr/sbin/mariadbd --version
refused 3
refused 13
cat >read.py <<'END'
import datetime
for line in open("denied.log"):
    try:
        print("fromisoformat:", "reads", datetime.datetime.fromisoformat(line[:19]).hour)
    except ValueError:
        print("fromisoformat: Invalid isoformat string")
END
{
    # At the end of an hour the next may have begun.
    sed -E 's/^[0-9]{4}-[0-9]{2}-[0-9]{2} /DATE /; s/^(DATE  )[34]:/\13:/; s/^(DATE )1[34]:/\113:/; s/:[0-9]{2}:[0-9]{2} [0-9]+ /:MM:SS ID /' denied.log
    echo "with two digits for the hour: $(grep -cE '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:' denied.log) of 2"
    cut -d ' ' -f 2 denied.log | sed -E 's/^1[34]:.{5}$/13:MM:SS/; s/.*/second of the columns: "&"/'
    python3 read.py | sed 's/ 14$/ 13/'
} | tee seen
cmp seen - <<'END' || { echo 'changed: the hours are written otherwise'; exit 1; }
DATE  3:MM:SS ID [Warning] Access denied for user 'root'@'localhost' (using password: YES)
DATE 13:MM:SS ID [Warning] Access denied for user 'root'@'localhost' (using password: YES)
with two digits for the hour: 1 of 2
second of the columns: ""
second of the columns: "13:MM:SS"
fromisoformat: Invalid isoformat string
fromisoformat: reads 13
END
