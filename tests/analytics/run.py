"""usage: run.py DOCUMENT

Runs the blocks of a document in their order: `sh` by bash, `sql` by DuckDB, `python` here, and compares what each prints with
the `text` block right behind it; where there is none, it has to print nothing. Says how many ran, by language.
"""
import collections
import contextlib
import io
import re
import subprocess
import sys

import duckdb

database, names, ran, failed = duckdb.connect(), {}, collections.Counter(), False


def bash(script):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True)
    return done.stdout + done.stderr + (f"exit {done.returncode}\n" if done.returncode else "")


def sql(script):
    said = ""
    for statement in filter(str.strip, script.split(";\n")):
        table = database.sql(statement.strip().rstrip(";"))
        # As `duckdb -list` does; what is made is not told.
        if table is not None and statement.lstrip().startswith(("SELECT", "FROM")):
            rows = [table.columns] + table.project("COLUMNS(*)::VARCHAR").fetchall()
            said += "".join("|".join(cell or "" for cell in row) + "\n" for row in rows)
    return said


def python(script):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(script, sys.argv[1], "exec"), names)
    return said.getvalue()


blocks = re.findall(r"^```(\w*)\n(.*?)^```$", open(sys.argv[1], encoding="utf-8").read(), re.MULTILINE | re.DOTALL)
for (language, script), (after, expected) in zip(blocks, blocks[1:] + [("", "")]):
    if language == "text":
        continue
    try:
        said = {"sh": bash, "sql": sql, "python": python}[language](script)
    except Exception as error:
        said = f"{type(error).__name__}: {error}\n"
    wanted = expected if after == "text" else ""
    ran[language] += 1
    if said != wanted:
        failed = True
        print(f"```{language}\n{script}```\nis to print\n{wanted}and prints\n{said}", file=sys.stderr)
print(*(f"{language} {count}" for language, count in sorted(ran.items())))
sys.exit(failed)
