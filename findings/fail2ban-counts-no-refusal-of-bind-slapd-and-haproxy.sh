#!/usr/bin/env bash
# Guess: fail2ban's filters find what the servers of the same Debian write when they refuse somebody.
# Seen: three of them find nothing. BIND puts a reason behind "denied", `(allow-query-cache did not match)`, where
# the filter named-refused wants the end of the line; OpenLDAP puts `qtime=... etime=...` behind `err=49`, where the filter slapd wants `text=`; HAProxy's
# times begin with 0, `0/-1/-1/-1/0 401`, where the filter haproxy-http-auth wants -1. Without these each line
# is found.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder, and the
# servers listen on 127.0.0.1 alone.
set -euo pipefail
bind=1:9.18.49-1~deb12u3 slapd=2.5.13+dfsg-5 haproxy=2.6.12-1+deb12u4 fail2ban=1.0.2-2
folder=$(mktemp -d)
running=()
trap '[ ${#running[@]} = 0 ] || kill "${running[@]}" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq {bind9,bind9-libs}="$bind" {slapd,libldap-2.5-0}="$slapd" "haproxy=$haproxy" "fail2ban=$fail2ban" libjemalloc2 libmaxminddb0 libuv1 liblmdb0 \
    libnghttp2-14 libprotobuf-c1 libfstrm0 libltdl7 libodbc2 libwrap0 liblua5.3-0 libsasl2-2 libdb5.3 libopentracing1 libopentracing-c-wrapper0 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(for part in "$folder"/root/{usr/,}lib/*-linux-gnu; do printf '%s:' "$part"; done)
ports=$(python3 -c '
import socket
kept = []
for kind in ("SOCK_DGRAM", "SOCK_STREAM", "SOCK_STREAM", "SOCK_DGRAM"):
    kept.append(socket.socket(socket.AF_INET, getattr(socket, kind)))
    kept[-1].bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in kept])')
read -r dns ldap http syslog <<<"$ports"
mkdir zones directory
cat >named.conf <<END
options {
    directory "$folder/zones"; pid-file none; session-keyfile none; dnssec-validation no; listen-on port $dns { 127.0.0.1; }; listen-on-v6 { none; };
    allow-recursion { 192.0.2.0/24; }; allow-query-cache { 192.0.2.0/24; };
};
controls {};
logging { channel file { file "$folder/bind.log"; print-time yes; print-severity yes; print-category yes; }; category default { file; }; category security { file; }; };
END
cat >slapd.conf <<END
include $folder/root/etc/ldap/schema/core.schema
modulepath $folder/root/usr/lib/ldap
moduleload back_mdb
database mdb
suffix "dc=site,dc=example"
rootdn "cn=admin,dc=site,dc=example"
rootpw right
directory $folder/directory
END
cat >haproxy.cfg <<END
global
    log 127.0.0.1:$syslog local0
userlist users
    user bob insecure-password right
defaults
    mode http
    log global
    option httplog
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend www
    bind 127.0.0.1:$http
    http-request auth unless { http_auth(users) }
END
cat >ask.py <<'END'
import socket, sys, time, urllib.error, urllib.request
dns, ldap, http, syslog = map(int, sys.argv[1:])
def again(action):
    for attempt in range(100):
        try:
            return action()
        except (OSError, EOFError):
            time.sleep(0.1)
    sys.exit("no answer")
def query():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        client.connect(("127.0.0.1", dns))
        client.send(b"\x12\x34\x01\x00\0\1\0\0\0\0\0\0\4site\7example\0\0\1\0\1")
        return client.recv(999)
def part(kind, body):
    return bytes([kind, len(body)]) + body
def bind():
    with socket.create_connection(("127.0.0.1", ldap), 5) as client:
        time.sleep(0.5)  # so that slapd has logged the connection before what comes over it
        client.send(part(0x30, part(2, b"\1") + part(0x60, part(2, b"\3") + part(4, b"cn=admin,dc=site,dc=example") + part(0x80, b"wrong"))))
        return client.recv(999)
def request():
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{http}/", timeout=5)
    except urllib.error.HTTPError as refused:
        return refused.code
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as log, open("haproxy.log", "w") as out:
    log.bind(("127.0.0.1", syslog))
    log.settimeout(10)
    again(query)
    again(bind)
    again(request)
    line = ""
    while " 401 " not in line:
        line = log.recv(9999).decode().strip()
    print(line, file=out)
END
LD_LIBRARY_PATH=$library root/usr/sbin/named -f -c named.conf >said 2>&1 & running+=("$!")
LD_LIBRARY_PATH=$library root/usr/sbin/slapd -h "ldap://127.0.0.1:$ldap" -f slapd.conf -d 256 >slapd.out 2>&1 & running+=("$!")
LD_LIBRARY_PATH=$library root/usr/sbin/haproxy -db -f haproxy.cfg >>said 2>&1 & running+=("$!")
python3 ask.py "$dns" "$ldap" "$http" "$syslog"
sleep 1
# As syslog has them, of a client elsewhere.
grep -F denied bind.log | head -1 | sed 's/127\.0\.0\.1#/192.0.2.7#/' >named-refused
sed -nE '/conn=/{s/^[^ ]+ [^ ]+ /Dec 10 06:55:48 lab slapd[7]: /; s/from IP=127\.0\.0\.1/from IP=192.0.2.7/; p}' slapd.out >slapd
sed -E 's/^<[0-9]+>(.{15}) (haproxy\[[0-9]+\]: )127\.0\.0\.1/\1 lab \2192.0.2.7/' haproxy.log >haproxy-http-auth
found() {
    PYTHONPATH=root/usr/lib/python3/dist-packages python3 root/usr/bin/fail2ban-regex -c root/etc/fail2ban "$2" "$1" | sed -nE 's/^Failregex: ([0-9]+) total$/\1/p'
}
for filter in named-refused slapd haproxy-http-auth; do
    sed -E "s/ \(allow-query-cache did not match\)//; s/ qtime=[0-9.]+ etime=[0-9.]+//; s| 0/(-1/-1/-1/)| -1/\1|" "$filter" >earlier
    grep -oE 'denied.*|err=49.*|[-0-9]+/-1/-1/-1/[0-9]+ 401' "$filter" | sed -E 's/time=[0-9.]+/time=TIME/g; s|/[0-9]+ 401|/N 401|' | sed "s/^/$filter: /"
    echo "$filter: $(found "$filter" "$filter"), without that $(found "$filter" earlier)"
done >seen
echo "BIND $bind, slapd $slapd, HAProxy $haproxy, fail2ban $fail2ban"
cat seen
cmp seen - <<'END' || { echo 'changed: a refusal is written otherwise, or found'; exit 1; }
named-refused: denied (allow-query-cache did not match)
named-refused: 0, without that 1
slapd: err=49 qtime=TIME etime=TIME text=
slapd: 0, without that 1
haproxy-http-auth: 0/-1/-1/-1/N 401
haproxy-http-auth: 0, without that 1
END
