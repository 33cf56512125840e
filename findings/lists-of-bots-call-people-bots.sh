#!/usr/bin/env bash
# Guess: the libraries that tell bots from people by the user agent err on the side of people: what a text browser, a telephone or the browser
# inside a messenger sends by default is no bot.
# Seen: isbot says that w3m and NetSurf are (but not w3m as Debian builds it, which puts more behind the number), and an Android
# device whose model has "Scanner" in its name. The patterns of crawler-user-agents find a bot in whoever follows a link inside Viber.
# es6-crawler-detect finds one in Lynx, in VLC, and in a reader of electronic books. Each says so of what the other two let pass, so
# "a bot by any list" is far from "a bot by all". Firefox and a real crawler all three tell right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save isbot@5.2.3 crawler-user-agents@1.60.0 es6-crawler-detect@4.0.2 >/dev/null
cat >ask.js <<'END'
const { isbot } = require("isbot");
const patterns = require("crawler-user-agents").map((crawler) => new RegExp(crawler.pattern));
const { Crawler } = require("es6-crawler-detect");
const detector = new Crawler();
const agents = [
  ["Firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "---"],
  ["a crawler", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bbb"],
  ["w3m", "w3m/0.5.3", "b--"],
  ["w3m of Debian", "w3m/0.5.3+git20230121", "---"],
  ["NetSurf", "NetSurf/3.11 (Linux)", "b--"],
  ["a device", "Mozilla/5.0 (Linux; Android 10; Scanner X1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36", "b--"],
  ["Viber", "Mozilla/5.0 (Linux; Android 14; Phone Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 Viber/22.8.0.2", "-b-"],
  ["Lynx", "Lynx/2.9.0 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.9", "--b"],
  ["VLC", "VLC/3.0.21 LibVLC/3.0.21", "--b"],
  ["a book reader", "Mozilla/5.0 (Linux; U; Android 2.2; en-gb; Sony Reader PRS-T1) AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1", "--b"],
];
console.log("isbot, crawler-user-agents, es6-crawler-detect (b: a bot)");
for (const [name, agent, seen] of agents) {
  const now = [isbot(agent), patterns.some((pattern) => pattern.test(agent)), detector.isCrawler(agent)].map((is) => (is ? "b" : "-")).join("");
  console.log(now, name);
  if (now !== seen) {
    console.log("changed: it was", seen);
    process.exitCode = 1;
  }
}
END
node ask.js
