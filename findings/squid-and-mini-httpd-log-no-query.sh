#!/usr/bin/env bash
# Guess: an access log has the URL that was asked for, with its query: what was tried against a parameter can be found in it.
# Seen: Squid cuts each URL in its log behind the question mark (strip_query_terms is on unless it is turned off), in the combined format too; the
# referrer beside it keeps its own. A blank in the URL it takes out: `/a b` is `/ab` in the log and at the server. mini_httpd logs the path alone, as
# it understood it: decoded, so that `/a%20b` is two words, and without the question mark. A method that it does not know is UNKNOWN.
# Injections, tokens in URLs, and what a scanner tried: no rule finds them in these logs.
#
# Needs Debian 12 with apt's lists, python3, and unshare; installs nothing on the machine: the packages are unpacked to a temporary folder, and
# the servers listen on 127.0.0.1 alone.
set -euo pipefail
squid=5.7-2+deb12u6 mini_httpd=1.30-3
made=$(mktemp -d)
running=()
trap 'kill "${running[@]}" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq {squid,squid-common}="$squid" "mini-httpd=$mini_httpd" squid-langpack libecap3 libnetfilter-conntrack3 libnfnetlink0 libltdl7 \
    2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
mkdir site logs
read -r site proxy < <(python3 -c '
import socket
held = [socket.socket() for _ in range(2)]
for one in held: one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in held])')
cat >squid.conf <<END
http_port 127.0.0.1:$proxy
pid_filename none
cache_log $PWD/logs/cache
coredump_dir $PWD/logs
access_log stdio:$PWD/logs/squid combined
http_access allow all
memory_cache_shared off
netdb_filename none
pinger_enable off
shutdown_lifetime 0 seconds
mime_table $PWD/root/usr/share/squid/mime.conf
error_directory $PWD/root/usr/share/squid-langpack/templates
icon_directory $PWD/root/usr/share/squid/icons
visible_hostname lab
unlinkd_program /bin/true
END
# As root it refuses to start.
as_nobody=()
[ "$(id -u)" != 0 ] || as_nobody=(unshare -U)
"${as_nobody[@]}" root/usr/sbin/squid -N -n "lab$$" -f squid.conf 2>errors &
running+=($!)
printf '%s\n' host=127.0.0.1 "port=$site" "dir=$PWD/site" nochroot "user=$(id -un)" "logfile=$PWD/logs/mini_httpd" "pidfile=$PWD/logs/pid" >mini.conf
root/usr/sbin/mini_httpd -C mini.conf -D 2>>errors &
running+=($!)
for port in "$site" "$proxy"; do
    for _ in $(seq 100); do if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; else sleep 0.1; fi; done
done
cat >ask.py <<'END'
import socket, sys
port, site = sys.argv[1:]
for line in ("GET %s/?id=1%%27+OR+1 HTTP/1.1", "GET %s/a%%20b?x=1 HTTP/1.1", "PROPFIND %s/?x=1 HTTP/1.1", "GET %s/a b?x=1 HTTP/1.1"):
    with socket.create_connection(("127.0.0.1", int(port))) as client:
        line = line % ("http://127.0.0.1:" + site if site else "")
        client.sendall((line + "\r\nHost: h\r\nReferer: http://site.example/?q=1\r\nConnection: close\r\n\r\n").encode())
        while client.recv(4096):
            pass
END
python3 ask.py "$proxy" "$site"
python3 ask.py "$site" ''
for _ in {1..50}; do [ "$(grep -c q=1 logs/mini_httpd)" -lt 8 ] || break; sleep 0.1; done
request() { sed -nE "s/^.*\\] (\"[^\"]*\") ([0-9]+) [^ ]+ (\"[^\"]*q=1\").*$/$1: \\1 \\2 \\3/p" "$2"; }
{
    request squid logs/squid | sed "s/$site/PORT/"
    request mini_httpd logs/mini_httpd | sed -n 5,7p
} >seen
echo "squid $squid, mini_httpd $mini_httpd"
cat seen
cmp seen - <<'END' || { echo 'changed: requests are logged otherwise'; exit 1; }
squid: "GET http://127.0.0.1:PORT/? HTTP/1.1" 200 "http://site.example/?q=1"
squid: "GET http://127.0.0.1:PORT/a%20b? HTTP/1.1" 404 "http://site.example/?q=1"
squid: "PROPFIND http://127.0.0.1:PORT/? HTTP/1.1" 501 "http://site.example/?q=1"
squid: "GET http://127.0.0.1:PORT/ab? HTTP/1.1" 404 "http://site.example/?q=1"
mini_httpd: "GET / HTTP/1.1" 200 "http://site.example/?q=1"
mini_httpd: "GET /a b HTTP/1.1" 404 "http://site.example/?q=1"
mini_httpd: "UNKNOWN / HTTP/1.1" 501 "http://site.example/?q=1"
END
