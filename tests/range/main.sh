# shellcheck shell=bash
# What scripts/range runs, as the first process of its own namespaces for network, mounts and processes.
set -Eeuo pipefail
shopt -s inherit_errexit
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
trap 'printf "range: failed at %s:%d: %s\n" "${BASH_SOURCE[0]##*/}" "$LINENO" "$BASH_COMMAND" >&2' ERR
for part in say world servers attack incident webservers botnet live faults; do
    # shellcheck source=/dev/null
    . "$HERE/$part.sh"
done

build_world
start_servers
reproduce_incident
reproduce_webservers
reproduce_botnet
go_live
rotate_while_followed
break_things
ok 'all of it'
