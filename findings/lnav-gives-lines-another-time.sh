#!/usr/bin/env bash
# Guess: log_time of lnav's table access_log is when the request was: the offset of the line counts, and nothing but the line's own time.
# Seen: the offset is dropped, so that 01:56:36 +0200 is two hours after 23:57:36 +0000 and not a minute before it; and a line that is earlier than
# the one before it by the clock has that one's time in place of its own, which is in the hidden column log_actual_time alone. Servers write a request
# when it is done, so such lines are common: who came first, or requests per minute, are other than in the file. The user agent ends at
# the first quote in it, though Apache and nginx escape it.
#
# Needs Debian 12 with apt's lists; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq lnav=0.11.1-3 libarchive13 libbrotli1 libcurl3-gnutls libhogweed6 libicu72 libldap-2.5-0 libnettle8 libnghttp2-14 libpcre2-8-0 libpsl5 \
    libreadline8 librtmp1 libsasl2-2 libsqlite3-0 libssh2-1 libxml2 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library HOME=$folder TERM=dumb
cat >access.log <<'END'
192.0.2.1 - - [10/Oct/2026:23:55:36 +0000] "GET /a HTTP/1.1" 404 5 "-" "x"
192.0.2.2 - - [11/Oct/2026:01:56:36 +0200] "GET /b HTTP/1.1" 404 5 "-" "x"
192.0.2.3 - - [10/Oct/2026:23:57:36 +0000] "GET /c HTTP/1.1" 404 5 "-" "x \"y\" z"
END
root/usr/bin/lnav -V
root/usr/bin/lnav -n -c ";select c_ip, log_time, log_actual_time, cs_user_agent from access_log" -c ':write-csv-to -' access.log | tee seen
cmp seen - <<'END' || { echo 'changed: lnav gives another time'; exit 1; }
c_ip,log_time,log_actual_time,cs_user_agent
192.0.2.1,2026-10-10 23:55:36.000,2026-10-10 23:55:36.000,x
192.0.2.2,2026-10-11 01:56:36.000,2026-10-11 01:56:36.000,x
192.0.2.3,2026-10-11 01:56:36.000,2026-10-10 23:57:36.000,x \
END
