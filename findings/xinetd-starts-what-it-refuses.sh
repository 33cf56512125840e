#!/bin/bash
# Guess: of a connection that only_from refuses, xinetd logs one line, FAIL, and START only of those that reach the service: START is what
# log_on_success asks for, FAIL what log_on_failure asks for.
# Seen (xinetd 2.3.15.3): a refused connection is logged as START with a process id and the peer, and then as FAIL, so START says nothing
# about who was served; who counts START as accepted counts every refused peer too.
# Needs Debian or Ubuntu with apt's lists, and python3; installs nothing on the machine: the package is unpacked to a temporary folder.
set -eu -o pipefail
folder=$(mktemp -d)
chmod 755 "$folder"
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || :; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "xinetd=$(apt-cache policy xinetd | sed -n 's/^ *Candidate: //p')" 2>/dev/null
dpkg -x ./*.deb root
root/usr/sbin/xinetd -version 2>&1 | head -1 | tee version
grep -q '^2\.3\.15\.3 ' version
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > conf <<CONF
defaults
{
    log_type = FILE $folder/log
    log_on_success = HOST PID
    log_on_failure = HOST
}
service probe
{
    type = UNLISTED
    port = $port
    bind = 127.0.0.1
    socket_type = stream
    protocol = tcp
    wait = no
    user = $(id -un)
    server = /bin/true
    only_from = 192.0.2.0/24
}
CONF
root/usr/sbin/xinetd -dontfork -f conf -pidfile "$folder/pid" 2> errors & pid=$!
python3 - "$port" <<'PY'
import socket, sys, time
for attempt in range(100):
    try:
        with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10) as peer:
            # Closed without a byte.
            assert peer.recv(9) == b""
        break
    except ConnectionRefusedError:
        time.sleep(0.1)
PY
for _ in {1..50}; do ! grep -q FAIL log 2>/dev/null || break; sleep 0.1; done
cat log
[ "$(grep -cE ': START: probe pid=[0-9]+ from=127\.0\.0\.1$' log)" = 1 ]
[ "$(grep -cE ': FAIL: probe address from=127\.0\.0\.1$' log)" = 1 ]
