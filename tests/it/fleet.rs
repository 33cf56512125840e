//! `scripts/fleet` over real sshd: two of them on loopback, in a network of their own, each with its own view of the disk.

use crate::support::tool::try_with;
use crate::support::{bash, code};

/// Starts `web1` and `web2`, which have their own folders under the same path `$PWD/log`, and writes the `config` that leads
/// there; `gone` is a machine that does not answer.
const MACHINES: &str = r#"
    export LC_ALL=C
    ssh-keygen -q -t ed25519 -N '' -f key; ssh-keygen -q -t ed25519 -N '' -f host
    mkdir -p log web1 web2; cp "$ROOT/examples/auth.log" web1; cp "$ROOT/examples/access.log" web2
    head -90 web1/auth.log | gzip > web2/auth.log.1.gz; sed -n '91,$p' web1/auth.log > web2/auth.log; head -50 web2/auth.log > web1/auth.log
    printf '%s\n' 'LogLevel ERROR' 'StrictHostKeyChecking accept-new' "UserKnownHostsFile $PWD/known" "IdentityFile $PWD/key" 'HostName 127.0.0.1' \
        'Host web1' 'Port 2201' 'Host web2' 'Port 2202' 'Host gone' 'Port 2203' > config
    pids=()
    trap 'kill "${pids[@]}" 2> ended || :' EXIT
    # sshd wants a user of its own, which its package makes where it is installed.
    sshd=$(command -v sshd)
    # One that was unpacked, and of 9.8 or later, looks for its other half where it would be installed.
    parts=true; [[ $sshd != */tools/usr/* ]] || parts="mount --bind '${sshd%/sbin/sshd}/lib/openssh' /usr/lib/openssh"
    { grep -v ^sshd: /etc/passwd; echo 'sshd:x:65532:65534::/run/sshd:/usr/sbin/nologin'; } > passwd
    for n in 1 2; do
        printf '%s\n' "ListenAddress 127.0.0.1:220$n" "HostKey $PWD/host" "AuthorizedKeysFile $PWD/key.pub" 'PidFile none' \
            'StrictModes no' 'UsePAM no' 'PasswordAuthentication no' 'PermitRootLogin yes' > "sshd$n"
        # Its folder of the machine is its own: /run/sshd is not made on the disk of all.
        exec {said}< <(exec unshare -m bash -c "mount -t tmpfs tmpfs /run && mkdir /run/sshd && mount --bind '$PWD/web$n' '$PWD/log' && mount --bind '$PWD/passwd' /etc/passwd &&
            $parts && exec '$sshd' -D -e -f '$PWD/sshd$n'" 2>&1)
        pids+=("$!")
        while read -r line <&"$said" || { echo "sshd does not start here: $line" >&2; exit 77; }; do
            [[ $line != *'listening on'* ]] || break
        done
    done
    ssh -F config web1 true 2> said || { echo "no login here: $(cat said)" >&2; exit 77; }
    bin=$(dirname "$(command -v soar-parse)")
    fleet() { "$ROOT/scripts/fleet" -F config --bin "$bin" "$@"; }
    # One run on one machine over the logs NAME:FILE.
    here() { for log; do soar-parse -q --name "${log%%:*}:$PWD/log/${log#*:}" "${log%%:*}/${log#*:}"; done | soar-score -q; }
"#;

fn try_fleet(test: &str, script: &str) -> Option<String> {
    try_with(test, &["sshd", "ssh", "ssh-keygen", "unshare", "cmp"], &format!("{MACHINES}\n{script}"))
}

#[test]
#[ignore = "make test-real"]
fn a_fleet_is_one_run_over_all_logs() {
    let script = r#"
        here web1:auth.log web2:auth.log web2:auth.log.1.gz web2:access.log > want
        fleet -l "$PWD/log/a*" web1 web2 -- -q > got; cmp got want
        # The merging flags are those of this machine.
        fleet -l "$PWD/log/auth.log*" web1 web2 -- -q --window 10m --rule 'r=.ssh_failed > 30' | jq -c 'select(.suspicious) | .ip'
        # Without GNU parallel.
        mkdir few; for tool in bash ssh xargs mktemp cat rm dirname readlink soar-score; do ln -s "$(command -v "$tool")" few; done
        PATH=$PWD/few fleet -l "$PWD/log/a*" web1 web2 -- -q > got; cmp got want
        # Flags for over there.
        fleet -l "$PWD/log/a*" --parse-flags '--signals http_404' web1 web2 -- -q | jq -c .reason | sort -u"#;
    let Some(printed) = try_fleet("fleet", script) else { return };
    assert_eq!(printed, "\"127.0.0.66\"\n\"198.51.100.23\"\n\"http_404\"\n");
}

#[test]
#[ignore = "make test-real"]
fn what_is_missing_of_a_fleet_is_named_and_the_rest_is_merged() {
    let script = r#"
        try() { local code=0; "$@" 2> said || code=$?; grep ^soar-fleet: said; echo "$code"; }
        here web1:auth.log > want
        fleet -l "$PWD/log/auth.log" web1 gone -- -q 2> said > got || echo $?; cmp got want; tail -1 said
        # A log that is not there, beside one that is.
        here web2:access.log > want
        fleet -l "$PWD/log/access.log" web1 web2 -- -q 2> said > got || echo $?; cmp got want; sed "s|$PWD/||g" said
        # Nobody at all, no soar over there, a word that is none.
        try fleet -l x gone | tail -2
        try "$ROOT/scripts/fleet" -F config --bin /nowhere web1 | tail -3
        try fleet -l 'x; touch oops' web1; try fleet; [ ! -e oops ]"#;
    let Some(printed) = try_fleet("fleet with gaps", script) else { return };
    let expected = "2\nsoar-fleet: gone is missing (ssh: exit 255)\n2\n\
        soar-fleet: web1: soar-parse: log/access.log: no such file\n\
        soar-fleet: web1: a log could not be read to its end; the rest is included\n\
        soar-fleet: no machine could be read\n2\n\
        soar-fleet: web1 is missing (ssh: exit 3)\nsoar-fleet: no machine could be read\n2\n\
        soar-fleet: -l x; touch oops: a path or a pattern, without spaces\n2\n\
        soar-fleet: no HOST given (see --help)\n2\n";
    assert_eq!(printed, expected);
}

/// A fleet of one machine, whose `ssh` says `said` on stderr and runs on this machine what it is sent.
fn fleet_whose_ssh_says(said: &[u8]) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("said"), said).expect("written");
    let folder = folder.path().display();
    let output = bash(&format!(
        r#"cd '{folder}'; printf '#!/bin/sh\ncat %q >&2\nexec sh -s\n' "$PWD/said" > ssh; chmod +x ssh; cp "$OLDPWD/examples/auth.log" .
        PATH=$PWD:$PATH "$OLDPWD/scripts/fleet" -l auth.log web1 -- -q > hosts; code=$?
        soar-parse -q --name web1:auth.log auth.log | soar-score -q | cmp - hosts; exit $code"#,
    ));
    (code(&output), String::from_utf8(output.stderr).expect("printable ASCII"))
}

#[test]
fn no_byte_of_another_machine_reaches_the_terminal_raw() {
    // What erases a line, a C1 control in UTF-8 and alone, a change of direction, bytes that are no UTF-8, NUL, CR before text.
    let hostile = b"a\x1b[2K\x1b]0;x\x07b\rfleet: web2 is missing\xc2\x9b2J\x9b\xe2\x80\xae\xff\0 \xc3\xa9%s\x7f\\\n\nlast\r\n";
    let (code, said) = fleet_whose_ssh_says(hostile);
    let expected = r"soar-fleet: web1: a\x1b[2K\x1b]0;x\x07b\x0dfleet: web2 is missing\xc2\x9b2J\x9b\xe2\x80\xae\xff \xc3\xa9%s\x7f\";
    assert_eq!((code, said), (0, format!("{expected}\nsoar-fleet: web1: \nsoar-fleet: web1: last\n")));
}

#[test]
fn a_machine_that_does_not_stop_talking_is_cut_short() {
    const MORE: &str = "soar-fleet: web1: (more lines are left out)\n";
    let (long, cut) = ("x".repeat(5000), format!("soar-fleet: web1: {}...\n", "x".repeat(297)));
    let (code, said) = fleet_whose_ssh_says(format!("{long}\n{}", "y\n".repeat(1000)).as_bytes());
    assert_eq!((code, said), (0, format!("{cut}{}{MORE}", "soar-fleet: web1: y\n".repeat(19))));
    // A line that does not end, and many that are long.
    for said in [long.repeat(1000), format!("{long}\n").repeat(3)] {
        let lines = said.lines().count();
        let (code, shown) = fleet_whose_ssh_says(said.as_bytes());
        assert_eq!((code, shown), (0, if lines == 1 { cut.clone() + MORE } else { cut.repeat(lines) }));
    }
}
