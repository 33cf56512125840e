#!/bin/bash
# Guess: nginx that logs to the local syslog socket (access_log syslog:server=unix:/dev/log) gives lines `TIME HOST nginx: REQUEST`, as
# every program does that calls syslog(3).
# Seen (nginx 1.22.1, rsyslog 8.2302.0): nginx writes the machine's name into the message itself, which nothing on a local socket does. rsyslog
# takes it for the tag, so lines are `TIME HOST HOST nginx: REQUEST` and the program is called like the machine; and lines that rsyslog
# folds have the folding between tag and program: `HOST HOST message repeated 2 times: [ nginx: REQUEST]`. `nohostname` prevents it.
# Needs Debian or Ubuntu with apt's lists, python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -eu -o pipefail
folder=$(mktemp -d)
chmod 755 "$folder"
pids=()
trap '[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
candidate() { apt-cache policy "$1" | sed -n 's/^ *Candidate: //p'; }
for name in nginx rsyslog libestr0 libfastjson4 liblognorm5; do apt-get download -qq "$name=$(candidate "$name")" 2>/dev/null; done
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library
root/usr/sbin/nginx -v 2>&1 | tee versions
root/usr/sbin/rsyslogd -v | head -1 | tee -a versions
grep -q 'nginx/1\.22\.1' versions && grep -q 'rsyslogd  8\.2302\.0' versions
cat > rsyslog.conf <<CONF
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$folder/log")
\$RepeatedMsgReduction on
template(name="line" type="string" string="%timestamp% %hostname% %syslogtag%%msg:::sp-if-no-1st-sp%%msg%\n")
*.* action(type="omfile" file="$folder/all.log" template="line")
CONF
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > nginx.conf <<CONF
daemon off;
master_process off;
pid $folder/nginx.pid;
error_log $folder/error.log;
events {}
http {
    log_format short '\$remote_addr "\$request" \$status';
    access_log syslog:server=unix:$folder/log short;
    client_body_temp_path $folder/1; proxy_temp_path $folder/2; fastcgi_temp_path $folder/3; uwsgi_temp_path $folder/4; scgi_temp_path $folder/5;
    server { listen 127.0.0.1:$port; root $folder/none; }
}
CONF
root/usr/sbin/rsyslogd -n -M "$library/rsyslog" -f "$folder/rsyslog.conf" -i "$folder/rsyslog.pid" & pids+=("$!")
for _ in {1..100}; do [ ! -S log ] || break; sleep 0.1; done
root/usr/sbin/nginx -p "$folder" -c "$folder/nginx.conf" & pids+=("$!")
python3 - "$port" <<'PY'
import http.client, sys, time
done = 0
for attempt in range(100):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
        connection.request("GET", "/b" if done == 3 else "/a")
        connection.getresponse().read()
        done += 1
        if done == 4:
            break
    except ConnectionRefusedError:
        time.sleep(0.1)
PY
for _ in {1..100}; do ! grep -q 'GET /b' all.log 2>/dev/null || break; sleep 0.1; done
cat all.log
name=$(uname -n)
grep -q " $name $name nginx: 127\.0\.0\.1 \"GET /a HTTP/1\.1\" 404$" all.log
grep -q " $name $name message repeated 2 times: \[ nginx: 127\.0\.0\.1 \"GET /a HTTP/1\.1\" 404\]$" all.log
