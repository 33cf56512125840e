"""Counts a log by address with a database in this process, as somebody who knows SQL would.

python3 bench/count.py duckdb|chdb ssh|web LOG    an address and its count a line: refused passwords, or status 404 and bots
"""
import sys

# What each database calls the parts of a line, and how it reads lines.
DUCKDB = {
    "from": "read_csv('{log}', columns={{'line': 'VARCHAR'}}, delim='\\x01', quote='', escape='', header=false, auto_detect=false)",
    "ssh": "SELECT split_part(split_part(line, ' from ', -1), ' ', 1) AS ip, count(*) AS n FROM {source}"
           " WHERE contains(line, 'Failed password') GROUP BY ip",
    "web": "SELECT split_part(line, ' ', 1) AS ip, count(*) FILTER (split_part(line, '\"', 3) LIKE ' 404 %')"
           " + count(*) FILTER (regexp_matches(split_part(line, '\"', 6), 'bot|crawler|spider', 'i')) AS n FROM {source} GROUP BY ip HAVING n > 0",
}
CHDB = {
    "from": "file('{log}', 'LineAsString', 'line String')",
    "ssh": "SELECT splitByChar(' ', splitByString(' from ', line)[-1])[1] AS ip, count() AS n FROM {source}"
           " WHERE position(line, 'Failed password') > 0 GROUP BY ip",
    "web": "SELECT substring(line, 1, position(line, ' ') - 1) AS ip, countIf(startsWith(splitByChar('\"', line)[3], ' 404 '))"
           " + countIf(multiSearchAnyCaseInsensitive(splitByChar('\"', line)[6], ['bot', 'crawler', 'spider'])) AS n FROM {source} GROUP BY ip HAVING n > 0",
}


def main(name, kind, log):
    words = {"duckdb": DUCKDB, "chdb": CHDB}[name]
    query = words[kind].format(source=words["from"].format(log=log))
    if name == "duckdb":
        import duckdb

        duckdb.sql(f"COPY ({query}) TO '/dev/stdout' (HEADER false, DELIMITER ' ')")
    else:
        import chdb

        sys.stdout.write(str(chdb.query(query, "TSV")))


main(*sys.argv[1:])
