//! `scripts/spark/soar_spark.py` on a real Spark, in a network of its own: a master with two workers, or `local[2]`.

use std::sync::{Mutex, PoisonError};

use crate::support::tool::try_with;

/// One Spark at a time: each has several JVMs, and a test that waits for processors is stopped in the end.
static TURN: Mutex<()> = Mutex::new(());

/// Makes the logs, and what the jobs are run and compared with. Spark's JVMs run for seconds: what would pay off later is off.
const SPARK: &str = r#"
    export LC_ALL=C SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_DIRS=$PWD SPARK_CONF_DIR=$PWD JDK_JAVA_OPTIONS='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'
    venv=$(dirname "$(command -v soar-parse)")/../tools/spark
    export PYSPARK_PYTHON=$venv/bin/python
    [ -x "$venv/bin/spark-submit" ] || { echo 'no pyspark' >&2; exit 77; }
    spark=$("$PYSPARK_PYTHON" -c 'import pyspark; print(pyspark.__path__[0])')
    bin=$(dirname "$(command -v soar-parse)") pids=()
    trap 'kill "${pids[@]}" 2> ended; wait' EXIT
    python3 "$ROOT/tests/spark/logs.py"
    gzip -c logs/auth.log > logs/auth.log.1.gz; head -c 100000 logs/access.log | xz > logs/access.xz
    touch -d 2021-05-01 logs/auth.log*
    jobs() { sed "s|^|--bin $bin |" | "$PYSPARK_PYTHON" "$ROOT/tests/spark/jobs.py" 2> said || { cat said >&2; exit 1; }; }
    said() { grep -av -e '^NOTE: Picked up' -e '^WARNING: Using incubator' said || true; }
    # The logs as a shell that knows Hadoop's rule names them.
    all() { find logs -type f ! -path '*/[_.]*' -print0 | sort -z; }
    # The same hosts, and in each part in their order.
    same() { cmp <(sort "$1"/part-*.ndjson) <(sort "$2") && [ -e "$1/_SUCCESS" ] &&
        for part in "$1"/part-*; do jq -se 'map(-.score) | . == sort' "$part" > sorted; done; }
"#;

/// Starts a master and two workers of one processor each.
const CLUSTER: &str = r#"
    start() { : > "$1.log"; "$spark/bin/spark-class" "org.apache.spark.deploy.$2" --host 127.0.0.1 --webui-port 0 "${@:4}" >> "$1.log" 2>&1 & pids+=("$!")
        grep -aqm1 "$3" <(tail --pid="$!" -n +1 -f "$1.log") || { cat "$1.log" >&2; exit 1; }; }
    start master master.Master 'New state: ALIVE' --port 7077
    for n in 1 2; do start "worker$n" worker.Worker 'Successfully registered' -c 1 -m 1g -d "$PWD/work$n" spark://127.0.0.1:7077; done
"#;

fn try_spark(test: &str, script: &str) -> Option<String> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    try_with(test, &["java", "python3", "xz", "gzip", "jq", "cmp"], &format!("{SPARK}\n{script}"))
}

#[test]
#[ignore = "make test-real"]
fn a_cluster_gives_what_one_run_gives_and_outlives_what_is_killed() {
    // Of the filters, the first soar-parse takes its executor with it, the second itself.
    let mean = r#"
        mkdir mean; ln -s "$bin/soar-score" mean
        cat > mean/soar-parse <<END
#!/bin/bash
pid=\$\$
if mkdir "$PWD/first" 2>/dev/null; then
    while [ "\$(< /proc/\$pid/comm)" != java ]; do pid=\$(sed 's/.*) //' /proc/\$pid/stat | cut -d' ' -f2); done; kill -9 \$pid
elif mkdir "$PWD/second" 2>/dev/null; then kill -9 \$\$; fi
exec "$bin/soar-parse" "\$@"
END
        chmod +x mean/soar-parse"#;
    let script = r"
        all | xargs -0 soar-parse --signals all 2> parsed | soar-score -q --window 10m --evidence 9 --group-v6 64 > want
        jobs <<END
--bin $PWD/mean --master spark://127.0.0.1:7077 --output out --split-bytes 100000 --parse-flags '--signals all' --score-flags '--window 10m --evidence 9 --group-v6 64' --partitions 3 --conf spark.executor.memory=512m logs
END
        # Whose lines were ambiguous most, a piece cannot know.
        same out want; ls out; rmdir first second; cmp <(said | tail -3 | head -1) <(tail -1 parsed | sed 's/, most of .*//')
        said | grep -o 'logs in [0-9]* pieces'; said | grep -c '^soar-parse: .*: '";
    let Some(printed) = try_spark("spark: a cluster", &format!("{CLUSTER}{mean}{script}")) else { return };
    // Those of sshd whole, and what is mixed with them, although they are long enough to be cut.
    let expected = "0\n_SUCCESS\npart-00000.ndjson\npart-00001.ndjson\npart-00002.ndjson\nlogs in 45 pieces\n6\n";
    assert_eq!(printed, expected);
}

#[test]
#[ignore = "make test-real"]
fn a_lake_says_what_was_no_good_and_leaves_nothing_half_done() {
    let script = r#"
        cp "$ROOT"/examples/*.log .; printf 'junk\n' > junk.log; head -c 300 logs/auth.log.1.gz > cut.gz
        mkdir -p lake/below; cp -p logs/{auth.log,auth.log.1.gz,long.log} lake; cp -p logs/below/*1.log logs/_SUCCESS lake/below
        : > ready; python3 "$ROOT/tests/spark/webhdfs.py" "$PWD/lake" 9870 >> ready & pids+=("$!")
        grep -qm1 ready <(tail --pid="$!" -n +1 -f ready)
        mkdir old
        local="--master local[2] --partitions 2"
        jobs <<END
$local -q --output partial --no-count --partial --split-bytes 100000 logs/access.log
$local --output junk junk.log auth.log
$local --output strict --parse-flags --strict logs/hostile.log auth.log
$local --output far --split-bytes 1000000 webhdfs://127.0.0.1:9870/*.log webhdfs://127.0.0.1:9870/auth.log.1.gz webhdfs://127.0.0.1:9870/below
$local --output none 'nothing*.log'
$local --output old access.log
$local --output bad access.log cut.gz
$local --output bad --bin /nowhere access.log
$local --output bad --parse-flags '--cursor x' access.log
$local --output bad --score-flags '--rule ???' access.log
END
        said > all-said; grep -aE 'junk|^soar_spark: [^0-9a]|^soar_spark: a[^n]' all-said | sed "s|$PWD|PWD|; s/exists; .*/exists/; s/ends early; .*/ends early/"
        soar-parse -q junk.log auth.log | soar-score -q > want; same junk want
        soar-parse -q logs/hostile.log auth.log | soar-score -q > want; same strict want
        # Without counting lines, only the places are others; and these hosts merge on.
        places() { jq -c 'del(.evidence)' "$@"; }
        cmp <(soar-parse -q logs/access.log | soar-score -q --window 1m | places) <(soar-score -q --window 1m partial/part-*.ndjson | places)
        jq -r .evidence[].file partial/part-* | grep -c '^logs/access.log@[0-9]*$' | sed 's/[0-9][0-9]*/some/'
        # What Hadoop read is called by its URL.
        for log in lake/*.log lake/auth.log.1.gz lake/below/a*; do
            soar-parse -q --name "webhdfs://127.0.0.1:9870/${log#lake/}" "$log"; done | soar-score -q > want; same far want
        [ ! -e none ] && [ ! -e bad ] && ls -A old"#;
    let Some(printed) = try_spark("spark: a lake", script) else { return };
    let expected = "0\n1\n1\n0\n2\n2\n2\n2\n2\n2\n\
        soar-parse: junk.log:1: unknown log format\nsoar-parse: junk.log: every line was a reject\n\
        soar_spark: nothing*.log: no such file, and no file that this pattern matches\n\
        soar_spark: --output old: exists\n\
        soar_spark: cut.gz: soar-parse failed (exit 2): soar-parse: PWD/cut.gz: gzip data ends early\n\
        soar_spark: /nowhere/soar-score cannot be run on a worker: No such file or directory (--bin DIR)\n\
        soar_spark: --parse-flags: --cursor cannot be used for pieces of logs on many machines\n\
        soar_spark: soar-score failed (exit 2): soar-score: --rule ???: expected NAME=EXPR, with NAME of letters, digits, _ and -\n\
        some\n";
    assert_eq!(printed, expected);
}
