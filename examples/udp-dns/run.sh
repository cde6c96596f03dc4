#!/usr/bin/env bash
# Publishes a name server that has no public address, over UDP and over TCP. Only addresses and ports of the two
# configurations are changed, in copies; the key is made anew.
#
#   ./run.sh          prints where to ask and stays until Ctrl-C
#   ./run.sh --once   asks, checks every answer, and ends: 0 when all was right
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

here="$examples/udp-dns"
build
cd "$work"
start name-server "$visitor" name-server
service="$(await name-server 'listening on \(127.0.0.1:[0-9]*\)')"
say "the name server listens on $service"
(umask 077 && "$portal" keygen >tunnel.key)

sed -e 's|0\.0\.0\.0:[0-9]*|127.0.0.1:0|g' "$here/portal.json" >portal.json
"$portal" check --strict -c portal.json
start portal "$portal" run -c portal.json
interconnect="$(await portal 'interconnect listening on \([^ ]*\)')"
tcp="$(await portal 'serving \(127[^ ]*\) ->')"
udp="$(await portal 'serving udp:\([^ ]*\) ->')"

sed -e "s|portal\.example\.com:7000|$interconnect|" -e "s|127\.0\.0\.1:53\"|$service\"|" "$here/bridge.json" >bridge.json
"$bridge" check --strict -c bridge.json
start bridge "$bridge" run -c bridge.json
await bridge '\(connected: .*\)' >/dev/null

if $once; then
  "$visitor" names "udp://$udp"
  "$visitor" names "tcp://$tcp"
  say "all was right"
else
  echo "udp://$udp"
  say "dig @127.0.0.1 -p ${udp##*:} printer.home.example"
  stay
fi
