#!/usr/bin/env bash
# Guess: syslog-ng's sudo-parser tells a command that was refused, `3 incorrect password attempts` or `user NOT in sudoers`, from one that was run.
# Seen: its fields are subject, user, terminal, folder and command, and they are the same for all three: the reason is in none of them. What counts or shows
# commands by these fields has those that never ran among them. The reason is left in $0, together with the user, as text.
#
# Needs Debian 12 with apt's lists; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq syslog-ng-core=3.38.1-5+deb12u1 syslog-ng-scl=3.38.1-5+deb12u1 libivykis0 libnet1 libjson-c5 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu):$folder/root/usr/lib/syslog-ng
cat >auth.log <<'END'
Oct 10 13:55:36 web sudo: joe : TTY=pts/0 ; PWD=/home/joe ; USER=root ; COMMAND=/bin/ls
Oct 10 13:55:37 web sudo: joe : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/joe ; USER=root ; COMMAND=/bin/ls
Oct 10 13:55:38 web sudo: joe : user NOT in sudoers ; TTY=pts/0 ; PWD=/home/joe ; USER=root ; COMMAND=/bin/ls
END
cat >conf <<END
@version: 3.38
@module affile
@module syslogformat
@module kvformat
@module csvparser
@module basicfuncs
@module json-plugin
@module appmodel
@include "$folder/root/usr/share/syslog-ng/include/scl/sudo/*.conf"
log {
    source { file("$folder/auth.log"); };
    parser { sudo-parser(); };
    destination { file("$folder/out" template("\$SEC \$0 \$(format-json --key .sudo.*)\\n")); };
};
END
LD_LIBRARY_PATH=$library root/usr/sbin/syslog-ng -F -f conf --module-path "$folder/root/usr/lib/syslog-ng/3.38" -R "$folder/persist" -p "$folder/pid" \
    -c "$folder/control" --no-caps >said 2>&1 &
server=$!
for _ in {1..100}; do [ "$(grep -c '' out 2>/dev/null)" != 3 ] || break; sleep 0.1; done
echo 'syslog-ng 3.38.1'
tee seen <out
cmp seen - <<'END' || { echo 'changed: syslog-ng tells them apart'; exit 1; }
36 "joe :" {"_sudo":{"USER":"root","TTY":"pts/0","SUBJECT":"joe","PWD":"/home/joe","COMMAND":"/bin/ls"}}
37 "joe : 3 incorrect password attempts ;" {"_sudo":{"USER":"root","TTY":"pts/0","SUBJECT":"joe","PWD":"/home/joe","COMMAND":"/bin/ls"}}
38 "joe : user NOT in sudoers ;" {"_sudo":{"USER":"root","TTY":"pts/0","SUBJECT":"joe","PWD":"/home/joe","COMMAND":"/bin/ls"}}
END
