#!/usr/bin/env bash
# Guess: Dropbear logs each wrong password, with the user and the address, whether the user exists or not, as sshd does; and whom "Max auth tries
# reached - user '...'" names is the user.
# Seen: with a user that exists each of the ten guesses that a connection may make has a line with all of it. At a user that does not exist, until the
# same "Max auth tries reached", there is one line, "Login attempt for nonexistent user", with neither name nor address; the last line has
# the address, and says that the user is 'is invalid'. So what counts guesses by address counts none of these, and what takes the name from the
# last line counts a user called "is invalid".
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq dropbear-bin=2022.83-1+deb12u3 libtomcrypt1 libtommath1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH HOME=$folder DROPBEAR_PASSWORD=guess
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
for kind in rsa ed25519; do root/usr/bin/dropbearkey -t "$kind" -f "$kind" >/dev/null 2>&1; done
root/usr/sbin/dropbear -F -E -r rsa -r ed25519 -p "127.0.0.1:$port" -P pid 2>log &
server=$!
for _ in {1..100}; do [ ! -s log ] || break; sleep 0.1; done
# dbclient offers the password until it is turned away.
for user in nobodyhere "$(id -un)"; do root/usr/bin/dbclient -y -y -p "$port" "$user@127.0.0.1" true </dev/null >>client 2>&1 || :; done
kill "$server"
wait "$server" || :
server=
root/usr/sbin/dropbear -V 2>&1
cat log
# Equal lines counted, USER for who runs this.
sed -nE '/Not backgrounding|Early exit/!s/^\[[0-9]+\] [A-Z][a-z]{2} +[0-9]+ [0-9:]{8} //p' log |
    sed -E "s/:[0-9]+/:PORT/; s/'$(id -un)'/'USER'/g" | uniq -c | sed 's/^ *//' >seen
cmp seen - <<'END' || { echo 'changed: Dropbear says something else of a user that does not exist'; exit 1; }
1 Child connection from 127.0.0.1:PORT
1 Login attempt for nonexistent user
1 Exit before auth from <127.0.0.1:PORT>: Max auth tries reached - user 'is invalid'
1 Child connection from 127.0.0.1:PORT
10 Bad password attempt for 'USER' from 127.0.0.1:PORT
1 Exit before auth from <127.0.0.1:PORT>: (user 'USER', 10 fails): Max auth tries reached - user 'USER'
END
