#!/usr/bin/env bash
# A web app that listens on no port: Kestrel takes its connections from a session with the portal.
#
#   ./run.sh          prints the public URL and stays until Ctrl-C
#   ./run.sh --once   visits it and checks that the app sees each visitor's own address, and ends: 0 when all was right
#   PUBLIC=0.0.0.0:8080 ./run.sh   chooses where visitors connect; by default a free port of this machine
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

build
start portal "$portal" up --public "${PUBLIC:-127.0.0.1:0}" --interconnect 127.0.0.1:0 --host 127.0.0.1
public="$(await portal 'serving \([^ ]*\) ->')"
await portal '\(tunnel://.*\)' >"$work/join"

start app "$examples/kestrel-over-tunnel/App/$built/kestrel-over-tunnel" - <"$work/join"
await portal '\(bridge connected: .*\)' >/dev/null

if $once; then
  "$visitor" address "http://$public/"
  say "all was right"
else
  echo "http://$public/"
  stay
fi
