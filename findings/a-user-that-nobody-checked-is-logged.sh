#!/usr/bin/env bash
# Guess: the user in an access log is whom the server checked: where nothing asks for a password there is `-`, whatever the client sends, and a user
# beside status 200 got in. So it is with lighttpd.
# Seen: nginx, gunicorn and morgan (Express) write the name from the Authorization header of any request, to a page that is open to everybody too, with
# a password that nobody looked at: `- alice [...] "GET / HTTP/1.1" 200`. "Who was logged in when" and "which users succeeded" are what any client
# chose to write.
#
# Needs Debian 12 with apt's lists, python3 with venv, npm, and curl; the packages are unpacked and installed to a temporary folder, and the servers
# listen on 127.0.0.1 alone.
set -euo pipefail
nginx=1.22.1-9+deb12u11 lighttpd=1.4.69-1
made=$(mktemp -d)
running=()
trap 'kill "${running[@]}" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "nginx=$nginx" "lighttpd=$lighttpd" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check gunicorn==27.0.1
npm install --silent --no-audit --no-fund --no-save morgan@1.12.1 >/dev/null
mkdir site
echo hi >site/index.html
read -r -a ports < <(python3 -c '
import socket
held = [socket.socket() for _ in range(4)]
for one in held: one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in held])')
cat >nginx.conf <<END
user $(id -un) $(id -gn);
daemon off;
pid $PWD/nginx.pid;
error_log stderr;
events {}
http {
    access_log $PWD/nginx.log;
    client_body_temp_path $PWD/t1; proxy_temp_path $PWD/t2; fastcgi_temp_path $PWD/t3; uwsgi_temp_path $PWD/t4; scgi_temp_path $PWD/t5;
    server { listen 127.0.0.1:${ports[0]}; root $PWD/site; }
}
END
root/usr/sbin/nginx -c "$PWD/nginx.conf" 2>errors &
running+=($!)
cat >app.py <<'END'
def app(_, start):
    start("200 OK", [("Content-Length", "3")])
    return [b"hi\n"]
END
v/bin/gunicorn -b "127.0.0.1:${ports[1]}" --access-logfile gunicorn.log --no-control-socket app:app 2>>errors &
running+=($!)
cat >app.js <<'END'
const [, , port, file] = process.argv;
const log = require("morgan")("combined", { stream: require("fs").createWriteStream(file) });
require("http").createServer((request, response) => log(request, response, () => response.end("hi\n"))).listen(port, "127.0.0.1");
END
node app.js "${ports[2]}" morgan.log &
running+=($!)
cat >lighttpd.conf <<END
server.bind = "127.0.0.1"
server.port = ${ports[3]}
server.document-root = "$PWD/site"
index-file.names = ( "index.html" )
server.modules = ( "mod_accesslog" )
accesslog.filename = "$PWD/lighttpd.log"
END
root/usr/sbin/lighttpd -D -m "$PWD/root/usr/lib/lighttpd" -f lighttpd.conf 2>>errors &
running+=($!)
for port in "${ports[@]}"; do
    for _ in $(seq 100); do if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; else sleep 0.1; fi; done
    curl -s --noproxy '*' --max-time 10 -o got -u alice:wrong "http://127.0.0.1:$port/"
done
# lighttpd writes its log when it ends.
kill "${running[3]}"
wait "${running[3]}" || :
unset 'running[3]'
for server in nginx gunicorn morgan lighttpd; do
    for _ in {1..50}; do [ ! -s "$server.log" ] || break; sleep 0.1; done
    sed -nE "s/^[^ ]+ [^ ]+ ([^ ]+) \[.*\] (\"GET [^\"]*\" 200) .*/$server: user \1, \2/p" "$server.log"
done >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^gunicorn '
echo "nginx $nginx, lighttpd $lighttpd, morgan 1.12.1"
cat seen
cmp seen - <<'END' || { echo 'changed: another user is logged'; exit 1; }
nginx: user alice, "GET / HTTP/1.1" 200
gunicorn: user alice, "GET / HTTP/1.1" 200
morgan: user alice, "GET / HTTP/1.1" 200
lighttpd: user -, "GET / HTTP/1.1" 200
END
