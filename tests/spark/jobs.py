"""Runs soar_spark.py for each line of stdin, which has its arguments, in one process: Spark's JVM starts once. Says how each ended."""
import os
import runpy
import shlex
import sys

script = os.path.join(os.environ["ROOT"], "scripts/spark/soar_spark.py")
sys.path.insert(0, os.path.dirname(script))
for line in sys.stdin:
    sys.argv = [script, *shlex.split(line)]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        print(end.code, flush=True)
