#!/usr/bin/env bash
# Guess: a program that logs to the local syslog socket waits while the socket's queue is full, as syslog(3) does, so a receiver that is busy for a
# second costs a second and no line; or it says in its error log, as that is by default, that lines were lost.
# Seen: nginx and HAProxy do not wait: what a burst has beyond the queue (net.unix.max_dgram_qlen, 10 unless somebody raised it) is lost, the 30th request
# of a client who guesses passwords too. nginx has a warning about each, which its error log leaves out at the default level, error; HAProxy only counts
# them, DroppedLogs in `show info`. winston-syslog (protocol unix) loses them, with an event "error" for each. lighttpd, logger, rsyslog's omuxsock and
# Python's SysLogHandler wait and lose none. So counts by client and by rate are short just where there is a burst.
#
# Needs Debian 12 with apt's lists, root, unshare, ip, npm, and python3; the packages are unpacked and installed to a temporary folder. All runs in
# namespaces of its own, where /dev/log is nobody else's and the queue as long as the kernel makes it; the servers listen on 127.0.0.1 there.
set -euo pipefail
if [ $# = 0 ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    self=$(realpath "$0")
    cd "$folder"
    apt-get download -qq nginx=1.22.1-9+deb12u11 haproxy=2.6.12-1+deb12u4 lighttpd=1.4.69-1 bsdutils=1:2.38.1-5+deb12u3 \
        rsyslog=8.2302.0-1+deb12u2 libestr0 libfastjson4 liblognorm5 liblua5.3-0 libpcre2-8-0 libopentracing-c-wrapper0 libopentracing1 2>/dev/null
    for package in *.deb; do dpkg -x "$package" root; done
    npm install --silent --no-audit --no-fund --no-save winston@3.19.0 winston-syslog@2.7.1 unix-dgram@2.0.7 >/dev/null
    unshare -mn "$self" "$folder"
    exit
fi
cd "$1"
ip link set lo up
mkdir dev
mount -t tmpfs none dev
for node in null zero urandom; do
    : >dev/$node
    mount --bind /dev/$node dev/$node
done
mkdir -m 1777 dev/shm
ln -s /proc/self/fd dev/fd
mount --rbind dev /dev
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library
# Takes what has come to /dev/log two seconds after the first message, and all that comes then; says how many there were.
cat >receive.py <<'END'
import os, select, socket, time
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind("/dev/log")
os.chmod("/dev/log", 0o666)
select.select([receiver], [], [], 30)
time.sleep(2)
count = 0
while select.select([receiver], [], [], 1)[0]:
    receiver.recv(65536)
    count += 1
print(count, "of 40")
END
cat >nginx.conf <<END
daemon off;
pid $PWD/nginx.pid;
error_log $PWD/error.log;
error_log $PWD/warn.log warn;
events {}
http {
    access_log syslog:server=unix:/dev/log,nohostname;
    client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
    server { listen 127.0.0.1:8001; location / { return 200; } }
}
END
cat >haproxy.conf <<END
global
    log /dev/log local0
    stats socket $PWD/stats
defaults
    mode http
    timeout client 30s
frontend web
    bind 127.0.0.1:8002
    log global
    option httplog
    http-request return status 200
END
cat >lighttpd.conf <<END
server.port = 8003
server.bind = "127.0.0.1"
server.document-root = "$PWD"
server.modules = ("mod_accesslog")
accesslog.use-syslog = "enable"
END
cat >rsyslog.conf <<END
module(load="imuxsock" SysSock.Use="off")
module(load="omuxsock")
input(type="imuxsock" Socket="$PWD/relay" RateLimit.Interval="0")
template(name="line" type="string" string="<%PRI%>%TIMESTAMP% %syslogtag%%msg%")
\$OMUxSockSocket /dev/log
:programname, isequal, "web" :omuxsock:;line
END
servers=()
trap '[ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null || :; wait' EXIT
root/usr/sbin/nginx -p "$PWD" -e "$PWD/error.log" -c "$PWD/nginx.conf" &
servers+=($!)
root/usr/sbin/haproxy -db -f haproxy.conf >haproxy.said 2>&1 &
servers+=($!)
root/usr/sbin/lighttpd -D -f lighttpd.conf -m root/usr/lib/lighttpd 2>lighttpd.said &
servers+=($!)
root/usr/sbin/rsyslogd -n -M "$library/rsyslog" -f "$PWD/rsyslog.conf" -i "$PWD/rsyslog.pid" &
servers+=($!)
for port in 8001 8003; do
    for _ in {1..100}; do if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; else sleep 0.1; fi; done
done
for socket in relay stats; do
    for _ in {1..100}; do [ ! -S $socket ] || break; sleep 0.1; done
done
seq 40 >lines
cat >ask.py <<'END'
import http.client, sys
server = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
for number in range(40):
    server.request("GET", f"/{number}")
    server.getresponse().read()
END
cat >feed.py <<'END'
import socket
sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sender.connect("relay")
for number in range(40):
    sender.send(b"<13>Dec 10 06:55:48 web: %d" % number)
END
cat >handler.py <<'END'
import logging.handlers
log = logging.getLogger()
log.addHandler(logging.handlers.SysLogHandler("/dev/log"))
for number in range(40):
    log.error("web: %d", number)
END
cat >log.js <<'END'
const winston = require("winston");
const { Syslog } = require("winston-syslog");
const to = new Syslog({ protocol: "unix", path: "/dev/log" });
const log = winston.createLogger({ levels: winston.config.syslog.levels, transports: [to] });
let errors = 0;
log.on("error", () => { errors += 1; });
(async () => {
  for (let number = 0; number < 40; number += 1) {
    log.error(String(number));
    await new Promise((done) => setTimeout(done, 5));
  }
  await new Promise((done) => setTimeout(done, 3000));
  console.log(`events "error": ${errors}`);
  process.exit();
})();
END
# Runs a command that makes forty messages while the receiver is busy.
burst() {
    rm -f /dev/log
    python3 receive.py >count &
    local receiver=$!
    for _ in {1..100}; do [ ! -S /dev/log ] || break; sleep 0.1; done
    timeout 30 "${@:2}"
    wait $receiver
    echo "$1: $(cat count)"
}
{
    burst nginx python3 ask.py 8001
    echo "its error log at the default level: $(grep -c syslog error.log || :); at warn: $(grep -c 'send() to syslog failed' warn.log || :)"
    burst HAProxy python3 ask.py 8002
    echo "lines that it said: $(grep -c . haproxy.said || :)"
    python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("stats"); s.send(b"show info\n"); print(s.makefile().read())' |
        grep DroppedLogs
    burst lighttpd python3 ask.py 8003
    burst logger root/usr/bin/logger -t web -f lines
    burst 'omuxsock of rsyslog' python3 feed.py
    burst SysLogHandler python3 handler.py
    burst winston-syslog node log.js
} >seen
echo 'nginx 1.22.1, HAProxy 2.6.12, lighttpd 1.4.69, logger 2.38.1, rsyslog 8.2302.0, winston-syslog 2.7.1'
cat seen
cmp seen - <<'END' || { echo 'changed: other senders wait, or another number is lost'; exit 1; }
nginx: 11 of 40
its error log at the default level: 0; at warn: 29
HAProxy: 11 of 40
lines that it said: 0
DroppedLogs: 29
lighttpd: 40 of 40
logger: 40 of 40
omuxsock of rsyslog: 40 of 40
SysLogHandler: 40 of 40
events "error": 29
winston-syslog: 11 of 40
END
