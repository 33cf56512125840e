#!/usr/bin/env bash
# Guess: of a request whose client goes away before the answer the access log has a status, as nginx has 499, or that of the answer which was being made; in
# the combined format, which readers know, there are three digits.
# Seen: morgan (Express) writes `-` for it, in the formats that it calls Apache's combined and common too, and pino-http null. GoAccess counts the line as
# invalid, so that the client is no visitor, and the grok pattern COMBINEDAPACHELOG, as pygrok has it, does not match; apachelogs reads it. Who asks for slow
# pages and leaves, or scans and waits for a short time only, is in no count by status and, with such a reader, in none by address.
#
# Needs Debian 12 with apt's lists, npm, and python3 with venv; the packages are unpacked and installed to a temporary folder, and the server listens on
# 127.0.0.1 alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq goaccess=1:1.7-1 libncursesw6 libmaxminddb0 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
npm install --silent --no-audit --no-fund --no-save express@5.3.0 morgan@1.12.1 pino-http@11.0.0 >/dev/null
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check apachelogs==0.6.1 pygrok==1.0.0 setuptools==80.9.0
cat >try.js <<'END'
const fs = require("fs");
const http = require("http");
const express = require("express");
const morgan = require("morgan");
const pino = require("pino-http");
const site = express();
for (const format of ["combined", "common"]) {
  site.use(morgan(format, { stream: { write: (line) => fs.appendFileSync("access.log", line) } }));
}
site.use(pino({ stream: { write: (line) => fs.appendFileSync("pino.log", line) } }));
site.get("/quick", (_, answer) => answer.send("hi"));
let leave;
site.get("/slow", (request, answer) => {
  request.on("close", () => setTimeout(() => answer.send("late"), 100));
  leave();
});
const server = site.listen(0, "127.0.0.1", () => {
  const where = { host: "127.0.0.1", port: server.address().port, agent: false };
  http.get({ ...where, path: "/quick" }, (answer) => {
    answer.resume();
    answer.on("end", () => {
      const request = http.get({ ...where, path: "/slow" });
      request.on("error", () => {});
      leave = () => request.destroy();
      setTimeout(() => process.exit(), 1000);
    });
  });
});
END
timeout 60 node try.js
grep '"-"$' access.log >combined.log
cat >read.py <<'END'
import warnings
warnings.simplefilter("ignore")
import apachelogs, pygrok
reader = apachelogs.LogParser(apachelogs.COMBINED)
for line in open("combined.log"):
    print(line.split('"')[1])
    print("  pygrok:", "matches" if pygrok.Grok("%{COMBINEDAPACHELOG}").match(line) else "does not match")
    print("  apachelogs:", reader.parse(line).final_status)
END
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu) root/usr/bin/goaccess combined.log --log-format=COMBINED --no-global-config -o report.json >said 2>&1
{
    sed -E 's/\[[^]]+\]/[TIME]/' access.log
    sed -E 's/^.*"url":("[^"]+").*"statusCode":([^,]+),.*"msg":("[^"]+").*$/pino-http: \1 \2 \3/' pino.log
    v/bin/python read.py
    python3 -c 'import json; said = json.load(open("report.json"))["general"]; print("GoAccess: valid", said["valid_requests"], "failed", said["failed_requests"])'
} >seen
echo 'morgan 1.12.1, pino-http 11.0.0, GoAccess 1.7, pygrok 1.0.0, apachelogs 0.6.1'
cat seen
cmp seen - <<'END' || { echo 'changed: another status is logged, or readers take it'; exit 1; }
127.0.0.1 - - [TIME] "GET /quick HTTP/1.1" 200 2 "-" "-"
127.0.0.1 - - [TIME] "GET /quick HTTP/1.1" 200 2
127.0.0.1 - - [TIME] "GET /slow HTTP/1.1" - - "-" "-"
127.0.0.1 - - [TIME] "GET /slow HTTP/1.1" - -
pino-http: "/quick" 200 "request completed"
pino-http: "/slow" null "request aborted"
GET /quick HTTP/1.1
  pygrok: matches
  apachelogs: 200
GET /slow HTTP/1.1
  pygrok: does not match
  apachelogs: None
GoAccess: valid 1 failed 1
END
