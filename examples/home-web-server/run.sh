#!/usr/bin/env bash
# Publishes a web server that has no public address: web server, bridge and portal are three processes, as on three machines.
#
#   ./run.sh          prints the public URL and stays until Ctrl-C
#   ./run.sh --once   visits it, checks every answer, and ends: 0 when all was right
#   PUBLIC=0.0.0.0:8080 ./run.sh   chooses where visitors connect; by default a free port of this machine
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

build
start_home_web_server

# The portal prints one line on its standard output: the join string, all that the bridge needs.
start portal "$portal" up --public "${PUBLIC:-127.0.0.1:0}" --interconnect 127.0.0.1:0 --host 127.0.0.1
public="$(await portal 'serving \([^ ]*\) ->')"
await portal '\(tunnel://.*\)' >"$work/join"

# From standard input, so that the secret stands in no list of processes.
start bridge "$bridge" up - "$service" <"$work/join"
await bridge '\(connected: .*\)' >/dev/null

if $once; then
  "$visitor" home "http://$public/"
  say "all was right"
else
  echo "http://$public/"
  stay
fi
