//! `scripts/spark/worker.py` without Spark: what it understands of the filters.

use crate::support::tool::try_with;

#[test]
fn a_worker_understands_what_soar_parse_says_of_its_lines() {
    let script = r#"
        cat > log <<END
Nov 30 00:19:00 vm sshd[6079]: Accepted password for backup from 198.51.100.15 port 59506 ssh2
Nov 30 00:19:00 vm sshd[6079]: No message of any sshd
Nov 30 00:19:00 vm kernel: hello
192.0.2.9 - - [30/Nov/2026:00:19:00 +0000] "GET /a" 404 "b" HTTP/1.1" 404 7 "-" "x"
junk
END
        printf '192.0.2.9 - - [30/Nov/2026:00:19:00 +0000] "GET /\377 HTTP/1.1" 404 7 "-" "x"\n' >> log
        echo '2026-11-30T00:19:00.000000001Z stdout F Failed password for root from 192.0.2.1 port 4 ssh2' >> log
        for flags in '' '--since 2027-01-01'; do
            soar-parse --year 2026 $flags log 2>&1 >/dev/null | tail -1 | python3 -c '
import os, sys
os.environ["SOAR_JOB"] = "{}"
sys.argv = ["worker", "none"]
source = open(os.environ["ROOT"] + "/scripts/spark/worker.py").read().rpartition("main(")[0]
exec(source)
said = SUMMARY.fullmatch(sys.stdin.read().strip().removeprefix("soar-parse: "))
print(*said.groups())'; done"#;
    let Some(printed) = try_with("spark: the summary", &["python3"], script) else { return };
    assert_eq!(printed, "7 3 0 1 1 1 None 1 log:2 1 None\n7 0 0 1 1 1 3 1 log:2 1 None\n");
}
