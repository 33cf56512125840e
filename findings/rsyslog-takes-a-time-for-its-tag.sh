#!/usr/bin/env bash
# Guess: a message on the local socket may begin with a time of RFC 3339, as it may on the network (rsyslog's own default files have it), or have no
# priority at all: the tag is read all the same.
# Seen: the parser of local messages skips the 16 characters that `Oct 10 13:55:36 ` would take, and takes what follows for the tag. With
# `2026-10-01T13:55:36+02:00 web sshd[7]: e` the tag is `:36+02:00` and the message `7]: e`; with a fraction of a second the message is
# empty: nothing of it is left. Of a message without a priority the first two characters are lost. No rule or filter for sshd sees any of them. With
# useSpecialParser="off" and parseHostname="on" the parser of the network reads all of them.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq rsyslog=8.2302.0-1+deb12u2 libestr0 libfastjson4 liblognorm5 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library
cat >conf <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$folder/local")
input(type="imuxsock" Socket="$folder/other" useSpecialParser="off" parseHostname="on")
template(name="line" type="string" string="%inputname%, tag %syslogtag% message%msg%\n")
*.* action(type="omfile" file="$folder/all.log" template="line")
END
cat >send.py <<'END'
import socket, sys, time
for path in ("local", "other"):
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    for attempt in range(100):
        try:
            sender.connect(path)
            break
        except OSError:
            time.sleep(0.1)
    for message in ("<38>Oct 10 13:55:36 sshd[7]: a", "<38>2026-10-01T13:55:36+02:00 sshd[7]: b", "<38>2026-10-01T13:55:36Z sshd[7]: c",
                    "<38>2026-10-01T13:55:36.123456Z sshd[7]: d", "<38>2026-10-01T13:55:36+02:00 web sshd[7]: e", "sshd[7]: f", "<38>sshd[7]: last"):
        sender.send(message.encode())
        time.sleep(0.05)
END
root/usr/sbin/rsyslogd -n -M "$library/rsyslog" -f "$folder/conf" -i "$folder/pid" &
server=$!
python3 send.py
for _ in {1..100}; do [ "$(grep -c ' last$' all.log 2>/dev/null)" != 2 ] || break; sleep 0.1; done
root/usr/sbin/rsyslogd -v | head -1
tee seen <all.log
cmp seen - <<'END' || { echo 'changed: rsyslog finds another tag'; exit 1; }
imuxsock, tag sshd[7]: message a
imuxsock, tag :36+02:00 messageb
imuxsock, tag :36Z message[7]: c
imuxsock, tag :36.123456 message
imuxsock, tag :36+02:00 message7]: e
imuxsock, tag hd[7]: message f
imuxsock, tag sshd[7]: message last
imuxsock, tag sshd[7]: message a
imuxsock, tag sshd[7]: message b
imuxsock, tag sshd[7]: message c
imuxsock, tag sshd[7]: message d
imuxsock, tag sshd[7]: message e
imuxsock, tag sshd[7]: message f
imuxsock, tag sshd[7]: message last
END
