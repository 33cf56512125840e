//! What `docs/analytics.md` says of `DuckDB`, pandas, pyarrow and Miller: its blocks are run, and print what stands there.

use crate::support::tool::try_with;

#[test]
#[ignore = "make test-real"]
fn every_block_of_the_page_prints_what_stands_there() {
    // More failures than DuckDB samples, then one line that stands for five, then the first requests.
    let script = r#"
        python=$(dirname "$(command -v soar-parse)")/../tools/analytics/bin/python
        [ -x "$python" ] || { echo 'no duckdb, pandas and pyarrow' >&2; exit 77; }
        awk 'BEGIN { for (n = 0; n < 30000; n++) printf "2026-04-12T06:%02d:%02dZ h sshd[%d]: Failed password for root from 192.0.2.%d port 22 ssh2\n", n / 60 % 60, n % 60, n + 1, n % 250 + 1 }' > auth.log
        echo '2026-04-12T07:00:00.5Z h sshd[9]: message repeated 5 times: [ Failed password for 2026-01-02 from 192.0.2.7 port 22 ssh2]' >> auth.log
        for path in a b c; do echo "198.51.100.9 - - [12/Apr/2026:07:00:01 +0000] \"GET /$path HTTP/1.1\" 404 9 \"-\" \"curl/8\""; done > access.log
        TZ=Europe/Paris "$python" -B "$ROOT/tests/analytics/run.py" "$ROOT/docs/analytics.md""#;
    let Some(printed) = try_with("analytics", &["python3", "mlr"], script) else { return };
    assert_eq!(printed, "python 2 sh 2 sql 3\n");
}
