"""Measures the signal http_attack: python3 tests/attack SOAR-PARSE FOLDER [ACCESS-LOG...]

Downloads packages that ship payloads into FOLDER (pip; nothing is installed, run or kept in the repository), writes each payload as a
request, and counts how many are found: all of a package at once, sent encoded in a query. Then counts the lines found in ACCESS-LOGs,
which should hold no attack. Exits with 1 if fewer than 90 % of a package are found, or more than one line in 10,000 of a log.
"""

import json
import pathlib
import subprocess
import sys
import zipfile
from urllib.parse import quote

import payloads

LEAST_PERCENT = 90
MOST_IN_10_000 = 1


def download(folder):
    """The packages, unpacked side by side."""
    names = [f"{name}=={version}" for name, (version, _) in payloads.PACKAGES.items()]
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder / "wheels", *names], check=True)
    for wheel in (folder / "wheels").glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(folder / "unpacked")
    return folder / "unpacked"


def found(program, log):
    """The lines of a log on which the signal fires."""
    run = subprocess.run([program, "-q", "--signals", "http_attack", "-"], input=log, capture_output=True, check=False)
    return {json.loads(line)["log"]["line"] for line in run.stdout.splitlines()}


def request(payload):
    """A line of an access log."""
    value = quote(payload.encode("utf-8", "surrogatepass"), safe="")
    return f'192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET /search?q={value} HTTP/1.1" 200 512 "-" "Mozilla/5.0"'


def main():
    program, folder, logs = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    is_good = True
    for package, texts in payloads.read(download(folder)):
        hits = len(found(program, "".join(request(text) + "\n" for text in texts).encode()))
        percent = 100 * hits / len(texts)
        is_good &= percent >= LEAST_PERCENT
        version, licence = payloads.PACKAGES[package]
        print(f"{package} {version} ({licence}): {hits} of {len(texts)} payloads, {percent:.1f} %")
    for log in logs:
        text = pathlib.Path(log).read_bytes()
        lines, hits = text.count(b"\n"), found(program, text)
        is_good &= len(hits) * 10_000 <= MOST_IN_10_000 * lines
        print(f"{log}: {len(hits)} of {lines} lines", *(f"line {line}" for line in sorted(hits)[:10]))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
