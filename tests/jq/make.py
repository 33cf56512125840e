#!/usr/bin/env python3
"""Writes outcomes.tsv: what jq 1.6, 1.7 and 1.8 make of each expression in expressions.txt, over each host in hosts.ndjson.

usage: make.py FOLDER      (a folder for virtual environments, kept for the next run)

A rule holds where any output is neither null nor false, so an outcome is one letter a host: t (holds), f (does not), e (error),
and c for all of them where the version cannot compile the expression. The versions come with the Python bindings of jq.
"""
import pathlib, subprocess, sys

VERSIONS = {"1.6": "1.4.0", "1.7": "1.8.0", "1.8": "1.13.0"}  # jq: the release of the bindings that has it
HERE = pathlib.Path(__file__).parent
RUN = r"""
import json, sys, jq
expressions, hosts = json.load(sys.stdin)
for code in expressions:
    try:
        program = jq.compile('try (first((%s\n) | select(. != null and . != false)) | "t") catch "e"' % code)
    except ValueError:
        print('c'); continue
    letters = ''
    for host in hosts:
        try:
            letters += (program.input(host).all() or ['f'])[0]
        except ValueError:
            letters += 'e'
    print(letters)
"""


def outcomes(folder, release, expressions, hosts):
    import json
    venv = folder / release
    if not (venv / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin/pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:", f"jq=={release}"], check=True)
    done = subprocess.run([venv / "bin/python", "-c", RUN], input=json.dumps([expressions, hosts]), capture_output=True, text=True)
    if done.returncode: sys.exit(done.stderr)
    return done.stdout.splitlines()


def main():
    import json
    folder = pathlib.Path(sys.argv[1])
    expressions = [line for line in (HERE / "expressions.txt").read_text().splitlines() if line]
    hosts = [json.loads(line) for line in (HERE / "hosts.ndjson").read_text().splitlines()]
    columns = [outcomes(folder, release, expressions, hosts) for release in VERSIONS.values()]
    rows = ["\t".join(row) for row in zip(expressions, *columns, strict=True)]
    (HERE / "outcomes.tsv").write_text("\n".join(["\t".join(["expression", *VERSIONS]), *rows]) + "\n")


main()
