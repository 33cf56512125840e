#!/usr/bin/env bash
# Guess: a log that has a port behind the address sets the two apart for IPv6 as well, `[2001:db8::7]:4711`, so that what reads an address there
# reads that of the client.
# Seen: Apache's error log and Daphne's access log put a colon and the port behind any address. `[client 2001:db8::7:0]` is 2001:db8::7 and port 0, which
# Apache writes of every client that mod_remoteip names; but it is an address as it stands, and so it is with any port of up to four digits.
# fail2ban reads 2001:db8::7:0 there, whom nobody has seen, for every IPv6 client behind a proxy. With a port of five digits, as most
# clients have that come by themselves, it reads the right address: when one tries it, it works.
#
# Needs Debian 12 with apt's lists, and python3 with venv; installs nothing on the machine: all is in a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check daphne==4.2.3
apt-get download -qq apache2-bin=2.4.71-1~deb12u1 libapr1 libaprutil1 fail2ban=1.0.2-2 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
apache=$(free) daphne=$(free)
modules=$folder/root/usr/lib/apache2/modules
mkdir www
: >users
cat >conf <<END
ServerName localhost
Listen 127.0.0.1:$apache
User nobody
Group nogroup
PidFile $folder/pid
DefaultRuntimeDir $folder
Mutex posixsem
$(for name in mpm_event authz_core authn_core authn_file authz_user auth_basic remoteip; do echo "LoadModule ${name}_module $modules/mod_$name.so"; done)
DocumentRoot $folder/www
ErrorLog $folder/error.log
RemoteIPHeader X-Forwarded-For
RemoteIPInternalProxy 127.0.0.1
<Location />
    AuthType Basic
    AuthName private
    AuthUserFile $folder/users
    Require valid-user
</Location>
END
cat >app.py <<'END'
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})
END
cat >ask.py <<'END'
import http.client, sys, time
for port in sys.argv[1:]:
    for client in ("2001:db8::7", "203.0.113.6"):
        for attempt in range(300):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
                connection.request("GET", "/a", headers={"X-Forwarded-For": client, "Authorization": "Basic YTpi"})
                connection.getresponse().read()
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
END
LD_LIBRARY_PATH=$(echo "$folder"/root/usr/lib/*-linux-gnu) root/usr/sbin/apache2 -d "$folder" -f conf -DFOREGROUND &
servers+=($!)
v/bin/daphne -b 127.0.0.1 -p "$daphne" --proxy-headers --access-log access.log app:app 2>/dev/null &
servers+=($!)
python3 ask.py "$apache" "$daphne"
for _ in {1..100}; do [ "$(cat error.log access.log | grep -c '203\.0\.113\.6')" != 2 ] || break; sleep 0.1; done
{
    echo 'Apache 2.4.71, error log:'
    grep -o '\[client [^]]*]' error.log
    echo 'Daphne 4.2.3, access log:'
    cut -d ' ' -f 1 access.log
    echo 'fail2ban 1.0.2, apache-auth, of Apache, and of the same with other ports:'
    for port in 0 4711 54711; do sed -n "s/7:0\]/7:$port]/p" error.log; done >ports.log
    PYTHONPATH=root/usr/lib/python3/dist-packages python3 root/usr/bin/fail2ban-regex -c root/etc/fail2ban -o ip ports.log apache-auth
} | tee seen
cmp seen - <<'END' || { echo 'changed: the addresses are written, or read, otherwise'; exit 1; }
Apache 2.4.71, error log:
[client 2001:db8::7:0]
[client 203.0.113.6:0]
Daphne 4.2.3, access log:
2001:db8::7:0
203.0.113.6:0
fail2ban 1.0.2, apache-auth, of Apache, and of the same with other ports:
2001:db8::7:0
2001:db8::7:4711
2001:db8::7
END
