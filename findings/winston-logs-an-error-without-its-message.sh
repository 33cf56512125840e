#!/usr/bin/env bash
# Guess: winston with the formats json() and timestamp() writes of `log.error(error)` what the error says, as it does with simple(); a `message` among the fields
# takes the place of the message or is dropped, and a `timestamp` among them does not change when it was logged.
# Seen: of an error alone the line has no message and no stack: the level, the time, and what was added to the error, such as a code. The line that one looks
# for says nothing. With a text in front, the error's message is put behind it, and so is any `message` among the fields: the text is no longer the one that
# rules look for. A `timestamp` among the fields takes the place of the time. format.errors(), put first, mends the first of these.
#
# Needs npm; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save winston@3.19.0 >/dev/null
cat >try.js <<'END'
const { createLogger, format, transports } = require("winston");
const logger = (...formats) => createLogger({ format: format.combine(...formats), transports: [new transports.Console()] });
const refused = () => Object.assign(new Error("login refused"), { code: "EACCES", ip: "192.0.2.7" });
const log = logger(format.timestamp(), format.json());
log.error(refused());
log.error("failed:", refused());
log.info("login refused", { message: "by LDAP", ip: "192.0.2.7" });
log.info("login refused", { timestamp: "yesterday", level: "high", ip: "192.0.2.7" });
logger(format.simple()).error(refused());
logger(format.errors({ stack: true }), format.timestamp(), format.json()).error(refused());
END
node try.js | sed -E 's/"20[0-9-]+T[0-9:.]+Z"/"TIME"/; s/"stack":"[^"]+"/"stack":"STACK"/' >seen
echo 'winston 3.19.0'
cat seen
cmp seen - <<'END' || { echo 'changed: the lines say something else'; exit 1; }
{"code":"EACCES","ip":"192.0.2.7","level":"error","timestamp":"TIME"}
{"code":"EACCES","ip":"192.0.2.7","level":"error","message":"failed: login refused","stack":"STACK","timestamp":"TIME"}
{"ip":"192.0.2.7","level":"info","message":"login refused by LDAP","timestamp":"TIME"}
{"ip":"192.0.2.7","level":"info","message":"login refused","timestamp":"yesterday"}
error: login refused {"code":"EACCES","ip":"192.0.2.7"}
{"code":"EACCES","ip":"192.0.2.7","level":"error","message":"login refused","stack":"STACK","timestamp":"TIME"}
END
