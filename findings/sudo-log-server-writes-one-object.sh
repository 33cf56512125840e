#!/usr/bin/env bash
# Guess: with `log_format = json` sudo's log server writes an event a line, or a document for each; whatever the form, a reader of JSON finds all of them in
# the file; and `uuid` is written as UUIDs are.
# Seen: the file is one object, whose last brace is taken back for each event, and its keys are the kinds of event: "accept" once for every command that
# was run. jq, gojq and Python read it without a word and have the last of each kind alone: of three users who ran a command, one. `uuid` has its
# hyphens elsewhere: 10-4-4-4-10 digits. `jq --stream` sees all events.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder, and the server
# listens on 127.0.0.1 alone.
set -euo pipefail
sudo=1.9.13p3-1+deb12u4 jq=1.6-2.1+deb12u3 gojq=0.12.11-1
made=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || :; fi; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "sudo=$sudo" "jq=$jq" "libjq1=$jq" libonig5 "gojq=$gojq" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
PATH=$PWD/root/usr/sbin:$PWD/root/usr/bin:$PATH
LD_LIBRARY_PATH=$PWD/root/usr/libexec/sudo:$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >server.conf <<END
[server]
listen_address = 127.0.0.1:$port
pid_file =
server_log = stderr
[iolog]
iolog_dir = $PWD/recorded
[eventlog]
log_type = logfile
log_format = json
[logfile]
path = $PWD/sudo.json
END
# A session that printed five letters, as sudo records it, and by which sudo's own sender tells the server of it.
mkdir session
printf '4 0.1 5\n' >session/timing
printf 'hello' >session/ttyout
session_of() {
    printf '1791640536:%s:root::/dev/pts/0:24:80\n/\n/usr/bin/id\n' "$1" >session/log
    python3 - "$1" >session/log.json <<'END'
import json, sys
about = {"timestamp": {"seconds": 1791640536, "nanoseconds": 0}, "columns": 80, "command": "/usr/bin/id", "exit_value": 0, "lines": 24,
         "run_time": {"seconds": 0, "nanoseconds": 100000000}, "runargv": ["/usr/bin/id"], "runuid": 0, "runuser": "root", "submitcwd": "/",
         "submithost": "lab", "submituser": sys.argv[1], "ttyname": "/dev/pts/0"}
print(json.dumps(about, indent=2))
END
}
sudo_logsrvd -n -f server.conf 2>server.out &
server=$!
for _ in $(seq 50); do if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; else sleep 0.1; fi; done
for user in alice bob carol; do
    session_of "$user"
    sudo_sendlog -h 127.0.0.1 -p "$port" session >>sender.out 2>&1
done
session_of mallory
sudo_sendlog -R 'command not allowed' -h 127.0.0.1 -p "$port" session >>sender.out 2>&1
{
    echo "events: $(grep -oE '^ {4}"[a-z]+"' sudo.json | tr -d ' "' | sort | uniq -c | awk '{ print $2, $1 }' | paste -sd ' ')"
    echo "jq: $(jq -c 'map_values(.submituser)' sudo.json)"
    echo "gojq: $(gojq -c 'map_values(.submituser)' sudo.json)"
    python3 -c 'import json; read = json.load(open("sudo.json")); print("python:", {kind: event["submituser"] for kind, event in read.items()})'
    echo "jq --stream: $(jq -nc --stream '[inputs | select(length == 2 and .[0][1] == "submituser") | .[1]]' sudo.json)"
    echo "uuid: $(sed -nE '0,/"uuid"/s/.*"uuid": "(.*)",/\1/p' sudo.json | sed 's/[0-9a-f]/x/g')"
} >seen
sudo_logsrvd -V
jq --version
gojq --version
cat seen
cmp seen - <<'END' || { echo 'changed: the file, or what its readers have of it'; exit 1; }
events: accept 3 reject 1
jq: {"accept":"carol","reject":"mallory"}
gojq: {"accept":"carol","reject":"mallory"}
python: {'accept': 'carol', 'reject': 'mallory'}
jq --stream: ["alice","bob","carol","mallory"]
uuid: xxxxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxx
END
